"""The pages for firmware engineers cannot go stale: their examples are vectors, their lists and limits are the code's."""

import json
import re
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

import firmware_contracts
from firmware_contracts import vocabulary as words
from firmware_contracts.messages import COMMANDS, MESSAGES
from firmware_contracts.vocabulary import Kind, RejectReason

FOLDER = Path(firmware_contracts.__file__).parent
PAGES = {name: (FOLDER / name).read_text(encoding="utf-8") for name in ("README.md", "README.zh.md")}

EXAMPLE = re.compile(r"<!-- vector: (\S+) -->\n`([^`]+)`\n\n```json\n(.*?)\n```", re.DOTALL)
BOTH = pytest.mark.parametrize("page", PAGES.values(), ids=PAGES.keys())


def examples(page: str) -> list[tuple[str, str, Any]]:
    return [(name, topic, json.loads(text)) for name, topic, text in EXAMPLE.findall(page)]


@BOTH
def test_every_example_is_the_vector_it_names(page: str) -> None:
    found = examples(page)
    assert len(found) == page.count("<!-- vector:") == page.count("```json")
    for name, topic, message in found:
        vector = json.loads((FOLDER / "vectors" / f"{name}.json").read_text(encoding="utf-8"))
        assert (topic, message) == (vector["topic"], json.loads(vector["payload"])), name


@BOTH
def test_every_kind_and_every_command_has_an_example(page: str) -> None:
    topics = {topic.rsplit("/", 1)[1] for _, topic, _ in examples(page)}
    assert topics == {*Kind, "cmd"}
    assert {message["type"] for _, _, message in examples(page) if "type" in message} == COMMANDS.keys()


@BOTH
def test_every_word_and_every_field_is_named(page: str) -> None:
    lists = [
        value for value in vars(words).values() if isinstance(value, type) and issubclass(value, StrEnum)
    ]
    wanted = {member.value for closed in lists for member in closed}
    wanted |= {
        name
        for model in (*MESSAGES.values(), *COMMANDS.values())
        for name in model.model_fields
        if name != "type"
    }
    assert sorted(word for word in wanted if f"`{word}`" not in page) == []


@BOTH
def test_the_limits_are_the_codes(page: str) -> None:
    repeats = [str(pause) for pause in words.REPEAT_AFTER_S]
    limits = [
        f"{words.MAX_PAYLOAD_BYTES:,}",
        f"±{words.REPEAT_JITTER:.0%}".replace("%", " %"),
        f"{words.HEARTBEAT_EVERY_S} s",
        f"{words.UNHEARD_AFTER_S} s",
        str(words.SEQUENCE_WINDOW),
        str(words.MAX_DEPTH),
        f"`{words.ID_PATTERN}`",
        f"`{words.EVENT_ID_PATTERN}`",
    ]
    assert [limit for limit in limits if limit not in page] == []
    assert re.search(r"[,、 and]+".join(repeats) + " s", page)


@BOTH
def test_the_reasons_stand_in_the_order_of_the_code(page: str) -> None:
    table = re.findall(r"^\| `(\w+)` \|", page[page.index("## 8.") : page.index("## 9.")], re.MULTILINE)
    assert table == list(RejectReason)


def test_both_pages_have_the_same_parts_and_examples() -> None:
    english, chinese = PAGES.values()
    assert examples(english) == examples(chinese)
    for part in (r"^## \d+", r"^### [a-z_]+", r"^\|[ -]", r"^\d\. "):
        assert re.findall(part, english, re.MULTILINE) == re.findall(part, chinese, re.MULTILINE)


@BOTH
def test_its_links_lead_somewhere(page: str) -> None:
    links = re.findall(r"\]\(([^)]+)\)", page)
    assert links
    assert [link for link in links if not (FOLDER / link).exists()] == []
