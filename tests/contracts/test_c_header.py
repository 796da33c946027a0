"""The C header compiles in the strictest C99, every macro of it can be used, and its words and numbers are the code's."""

import json
import re
import subprocess
from enum import StrEnum
from pathlib import Path

import pytest

from firmware_contracts import c_header, topics, vocabulary
from firmware_contracts.export import FOLDER
from firmware_contracts.messages import COMMANDS
from firmware_contracts.topics import Address
from firmware_contracts.vocabulary import RETAINED_KINDS, URGENT_KINDS, Kind
from tests.servers import require_program

HEADER = FOLDER / "care_contract.h"
STRICT = ["-Wall", "-Wextra", "-Werror", "-pedantic", "-std=c99"]
MACRO = re.compile(r"^#define (CARE_\w+)(\([^)]*\))? (.+?)(?:  /\*.*\*/)?$", re.MULTILINE)
LONGEST = "x" * 64


def macros() -> list[tuple[str, str, str]]:
    """Name, parameters, value; the include guard has no value and is left out."""
    return [(name, parameters, value) for name, parameters, value in MACRO.findall(HEADER.read_text("utf-8"))]


def program() -> str:
    """A C file that uses every macro and prints what each stands for, one JSON object a line."""
    lines = [
        "#include <stdio.h>",
        '#include "care_contract.h"',
        '#include "care_contract.h"',
        "int main(void) {",
        "  char topic[CARE_TOPIC_SIZE], user[CARE_USER_NAME_SIZE];",
    ]
    for name, parameters, value in macros():
        if parameters:
            arguments = ", ".join(
                [*('"demo"', '"h0001"', '"button01"'), "CARE_KIND_CALL"][: parameters.count(",") + 1]
            )
            lines.append(f'  printf("%s\\t%s\\n", "{name}", {name}({arguments}));')
        elif value.startswith('"'):
            lines.append(f'  printf("%s\\t%s\\n", "{name}", {name});')
        elif value.startswith("{"):
            kind, shown = ("int", "%d") if name == "CARE_REPEAT_AFTER_S" else ("const char *", "%s")
            count = f"{name.removesuffix('_ALL').removesuffix('_AFTER_S')}_COUNT"
            lines.append(
                f'  {{ {kind} all[] = {name}; int i; printf("%s\\t", "{name}");'
                f' for (i = 0; i < {count}; i++) printf("{shown} ", all[i]);'
                f' printf("%d\\n", (int)(sizeof all / sizeof all[0])); }}'
            )
        else:
            lines.append(f'  printf("%s\\t%lld\\n", "{name}", (long long){name});')
    cell, home, device = (f'"{LONGEST}"',) * 3
    lines += [
        f'  printf("length\\t%d\\n", snprintf(topic, sizeof topic, CARE_TOPIC_FORMAT, {cell}, {home}, {device}, '
        "CARE_KIND_ENVIRONMENT));",
        '  printf("topic\\t%s\\n", topic);',
        f"  snprintf(topic, sizeof topic, CARE_CMD_TOPIC_FORMAT, {cell}, {home}, {device});",
        '  printf("cmd\\t%s\\n", topic);',
        f"  snprintf(user, sizeof user, CARE_USER_NAME_FORMAT, {cell}, {home}, {device});",
        '  printf("user\\t%s\\n", user);',
        "  return 0;",
        "}",
        "",
    ]
    return "\n".join(lines)


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the compiled program says each macro is."""
    compiler = require_program("cc", "sudo apt install gcc libc6-dev")
    folder = tmp_path_factory.mktemp("c")
    source = folder / "uses_every_macro.c"
    source.write_text(program(), encoding="utf-8")
    compiled = subprocess.run(
        [str(compiler), *STRICT, "-I", str(FOLDER), "-c", source.name, "-o", "all.o"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert compiled.returncode == 0, compiled.stderr
    subprocess.run([str(compiler), "all.o", "-o", "all"], cwd=folder, check=True)
    output = subprocess.run([str(folder / "all")], capture_output=True, text=True, check=True).stdout
    return dict(line.split("\t", 1) for line in output.splitlines())


def test_every_macro_is_used(said: dict[str, str]) -> None:
    defined = re.findall(r"^#define (CARE_\w+)", HEADER.read_text("utf-8"), re.MULTILINE)
    assert {*defined} - {"CARE_CONTRACT_H"} == {name for name in said if name.startswith("CARE_")}
    assert len(defined) == len({*defined}) > 100


def test_it_compiles_alone(tmp_path: Path) -> None:
    compiler = require_program("cc", "sudo apt install gcc libc6-dev")
    (tmp_path / "alone.c").write_text('#include "care_contract.h"\nint alone;\n', encoding="utf-8")
    subprocess.run(
        [str(compiler), *STRICT, "-I", str(FOLDER), "-c", "alone.c"], cwd=tmp_path, check=True, timeout=60
    )


def test_its_words_are_those_of_the_closed_lists(said: dict[str, str]) -> None:
    lists = {
        value
        for value in vars(vocabulary).values()
        if isinstance(value, type) and issubclass(value, StrEnum) and value is not StrEnum
    }
    assert {closed for closed, _ in c_header.WORDS.values()} == lists
    for prefix, (closed, _) in c_header.WORDS.items():
        words = {member.name: member.value for member in closed}
        assert {name: said[f"CARE_{prefix}_{name}"] for name in words} == words
        assert said[f"CARE_{prefix}_ALL"] == " ".join([*words.values(), str(len(words))])
    assert said["CARE_CMD_ALL"] == " ".join([*COMMANDS, str(len(COMMANDS))])


def test_its_numbers_are_the_codes(said: dict[str, str]) -> None:
    numbers = {
        "CONTRACT_VERSION": vocabulary.CONTRACT_VERSION,
        "QOS": vocabulary.QOS,
        "PAYLOAD_MAX_BYTES": vocabulary.MAX_PAYLOAD_BYTES,
        "COUNT_MAX": vocabulary.MAX_COUNT,
        "DEPTH_MAX": vocabulary.MAX_DEPTH,
        "SEQUENCE_WINDOW": vocabulary.SEQUENCE_WINDOW,
        "UNHEARD_AFTER_S": vocabulary.UNHEARD_AFTER_S,
        "HEARTBEAT_EVERY_S": vocabulary.HEARTBEAT_EVERY_S,
        "JITTER_PERCENT": round(100 * vocabulary.REPEAT_JITTER),
        "KEEP_ALIVE_MAINS_S": vocabulary.KEEP_ALIVE_MAINS_S,
        "KEEP_ALIVE_BATTERY_S": vocabulary.KEEP_ALIVE_BATTERY_S,
        "RECONNECT_FIRST_S": vocabulary.RECONNECT_FIRST_S,
        "RECONNECT_LONGEST_S": vocabulary.RECONNECT_LONGEST_S,
        "SESSION_BREAK_S": vocabulary.SESSION_BREAK_S,
        **{f"RETAIN_{kind.name}": int(kind in RETAINED_KINDS) for kind in Kind},
        **{f"URGENT_{kind.name}": int(kind in URGENT_KINDS) for kind in Kind},
    }
    assert {name: int(said[f"CARE_{name}"]) for name in numbers} == numbers
    pauses = vocabulary.REPEAT_AFTER_S
    assert said["CARE_REPEAT_AFTER_S"] == " ".join(map(str, [*pauses, len(pauses)]))


def test_the_limits_of_fields_are_those_of_the_schemas(said: dict[str, str]) -> None:
    def field(schema: str, *path: str) -> dict[str, object]:
        document = json.loads((FOLDER / "schemas" / f"{schema}.json").read_text(encoding="utf-8"))
        node = document
        for name in path:
            node = node["properties"][name]
            node = next((choice for choice in node.get("anyOf", []) if choice.get("type") != "null"), node)
            node = document["$defs"][node["$ref"].rsplit("/", 1)[1]] if "$ref" in node else node
        return dict(node)

    samples = field("fall", "window", "samples_g")
    limits = {
        "BATTERY_PERCENT_MAX": field("call", "battery_percent")["maximum"],
        "RSSI_DBM_MIN": field("call", "rssi_dbm")["minimum"],
        "DETAIL_MAX_LENGTH": field("fault", "detail")["maxLength"],
        "SAY_MAX_LENGTH": field("cmd_call_state", "say")["maxLength"],
        "VALID_FOR_MAX_S": field("cmd_call_state", "valid_for_s")["maximum"],
        "SIREN_MAX_S": field("cmd_siren", "for_s")["maximum"],
        "WINDOW_SAMPLES_MIN": samples["minItems"],
        "WINDOW_SAMPLES_MAX": samples["maxItems"],
    }
    assert {name: int(said[f"CARE_{name}"]) for name in limits} == limits
    for name, pattern in (("ID", vocabulary.ID_PATTERN), ("EVENT_ID", vocabulary.EVENT_ID_PATTERN)):
        assert said[f"CARE_{name}_PATTERN"] == pattern
        shortest, longest = (int(said[f"CARE_{name}_{end}_LENGTH"]) for end in ("MIN", "MAX"))
        fits = [length for length in range(100) if re.fullmatch(pattern, "a" * length)]
        assert (shortest, longest) == (fits[0], fits[-1])


def test_its_topics_are_those_that_the_hub_reads(said: dict[str, str]) -> None:
    place = Address("demo", "h0001", "button01")
    assert (said["CARE_TOPIC"], said["CARE_CMD_TOPIC"]) == (place.up(Kind.CALL), place.cmd)
    longest = topics.address(LONGEST, LONGEST, LONGEST)
    assert (said["topic"], said["cmd"]) == (longest.up(Kind.ENVIRONMENT), longest.cmd)
    assert int(said["length"]) + 1 == int(said["CARE_TOPIC_SIZE"])
    assert said["user"] == "/".join([LONGEST] * 3)
