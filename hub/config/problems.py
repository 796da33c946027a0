"""What is wrong with settings, rules and policies: all at once, each with file, line, what was found, what is allowed."""

import difflib
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from hub.config.lines import Path as KeyPath
from hub.config.lines import line_numbers, line_of

Model = TypeVar("Model", bound=BaseModel)
Part = TypeVar("Part")

_SECRETS = ("password", "secret", "token", "key", "credential")


_DEEPEST = 12
"""Levels of keys and lists; the deepest setting that exists has five."""


class Section(BaseModel):
    """Common settings of everything read from TOML: unknown keys are errors, a number is a number."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


@dataclass(frozen=True, slots=True)
class Problem:
    """`place` is file and line; `where` the section and key in words."""

    place: str
    where: str
    found: str
    remedy: str = ""

    def __str__(self) -> str:
        head = f"{self.place} {self.where}".rstrip()
        return f"{head}: {self.found}; {self.remedy}" if self.remedy else f"{head}: {self.found}"


class ConfigProblems(ValueError):
    """Settings were refused; `problems` holds all reasons, the text one a line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class Source:
    """One TOML file: its values, where they stand, and the problems found in it so far."""

    def __init__(self, path: Path, words: Callable[[KeyPath, Mapping[str, Any]], str] | None = None) -> None:
        self.path = path
        self.data: dict[str, Any] = {}
        self.text = b""
        self.readable = False
        self.problems: list[Problem] = []
        self._words = words or section_and_key
        self._lines: dict[KeyPath, int] = {}
        self._read()

    def _read(self) -> None:
        try:
            self.text = self.path.read_bytes()
            # Editors of one system put a mark before the text that no other expects.
            text = self.text.decode("utf-8-sig")
            self.data = tomllib.loads(text)
        except OSError as error:
            self._broken(f"cannot be read ({error.strerror})", "name an existing file that the hub may read")
        except UnicodeDecodeError:
            self._broken("is not UTF-8 text", "save the file as UTF-8")
        except tomllib.TOMLDecodeError as error:
            # The sentence ends in "(at line 3, column 5)", or "(at end of document)".
            said, _, at = str(error).partition(" (at ")
            line = re.match(r"line (\d+)", at)
            place = f":{line.group(1)}" if line else f":{self.text.count(10) + 1}"
            self._broken(f"is not TOML: {said}", "correct the line", place)
        except ValueError as error:
            # A name that holds NUL, or a number of thousands of digits.
            self._broken(f"cannot be read ({error})", "correct the file's name or the number")
        except RecursionError:
            deep = _too_deep_in(self.text.decode(errors="replace"))
            self._broken("nests its values too deeply", "write plain tables and lists", f":{deep}")
        else:
            self._lines = line_numbers(text)
            self.readable = self._within_bounds()

    def _within_bounds(self) -> bool:
        """Nothing deeper than any section, no number that TOML does not have: what reads the values bears neither."""
        waiting: list[tuple[KeyPath, Any]] = [((), self.data)]
        while waiting:
            path, value = waiting.pop()
            if len(path) > _DEEPEST:
                self.complain(path, "nests its values too deeply", "write plain tables and lists", "")
            elif isinstance(value, dict):
                waiting += [((*path, key), inner) for key, inner in value.items()]
            elif isinstance(value, list):
                waiting += [((*path, index), inner) for index, inner in enumerate(value)]
            elif isinstance(value, int) and not -(2**63) <= value < 2**63:
                self.complain(path, "found a number beyond 64 bits", "give a smaller one")
        return not self.problems

    def _broken(self, found: str, remedy: str, line: str = "") -> None:
        self.problems.append(Problem(f"{self.path}{line}", "", found, remedy))

    def line(self, path: KeyPath) -> int | None:
        return line_of(self._lines, path)

    def complain(self, path: KeyPath, found: str, remedy: str = "", where: str | None = None) -> None:
        """Note a problem at a key."""
        line = self.line(path)
        place = f"{self.path}:{line}" if line is not None else f"{self.path}"
        self.problems.append(
            Problem(place, self._words(path, self.data) if where is None else where, found, remedy)
        )

    def read(
        self, model: type[Model], overrides: Mapping[KeyPath, tuple[str, Any]] | None = None
    ) -> Model | None:
        """The values as `model`, or None after noting every problem. `overrides`: path -> (where it came from, value)."""
        given = overrides or {}
        data = self._with(given)
        try:
            # Strict as JSON is: "1883" is no number, but a word of a closed list may be given as text.
            return model.model_validate_json(json.dumps(data), strict=True)
        except ValidationError as error:
            for detail in error.errors(include_url=False):
                path = _within(data, detail["loc"])
                found, remedy = _explain(detail, path, model)
                if path in given:
                    self.problems.append(
                        Problem(f"environment {given[path][0]}", self._words(path, self.data), found, remedy)
                    )
                else:
                    self.complain(path, found, remedy)
            return None

    def part(self, kind: TypeAdapter[Part], path: KeyPath) -> Part | None:
        """The value at a path for itself, whatever is wrong elsewhere; None where there is none or it is broken: `read` tells."""
        value: Any = self._with({})
        for key in path:
            at = (
                key in range(len(value))
                if isinstance(value, list)
                else isinstance(value, dict) and key in value
            )
            if not at:
                return None
            value = value[key]
        try:
            return kind.validate_json(json.dumps(value), strict=True)
        except ValidationError:
            return None

    def section(
        self, model: type[Model], name: str, overrides: Mapping[KeyPath, tuple[str, Any]]
    ) -> Model | None:
        """One section for itself, whatever is wrong with others; None where there is none or it is broken, which `read` tells."""
        values = self._with(overrides).get(name)
        try:
            return model.model_validate_json(json.dumps(values), strict=True)
        except ValidationError:
            return None

    def _with(self, overrides: Mapping[KeyPath, tuple[str, Any]]) -> Any:
        """The values as JSON knows them, with these in their places."""
        data = json.loads(json.dumps(self.data, default=str))
        for path, (_, value) in overrides.items():
            _put(data, path, value)
        return data


def _too_deep_in(text: str) -> int:
    """The line in which brackets first open deeper than any setting goes, else the last one."""
    depth, line = 0, 0
    for line, content in enumerate(text.split("\n"), start=1):
        for character in content:
            depth += (character in "[{") - (character in "]}")
            if depth > _DEEPEST:
                return line
    return line


def section_and_key(path: KeyPath, data: Mapping[str, Any]) -> str:
    """`[section] key`, as it stands in the file."""
    names = [str(part) for part in path if isinstance(part, str)]
    if not names:
        return ""
    return f"[{names[0]}] {'.'.join(names[1:])}".rstrip()


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that this one was probably meant to be."""
    return next(iter(difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)), None)


def _put(data: dict[str, Any], path: KeyPath, value: Any) -> None:
    for part in path[:-1]:
        inner = data.setdefault(str(part), {})
        if not isinstance(inner, dict):
            return
        data = inner
    data[str(path[-1])] = value


def _within(data: Any, location: tuple[str | int, ...]) -> KeyPath:
    """A location of pydantic without the tags that it adds for members of a union."""
    path: list[str | int] = []
    for index, part in enumerate(location):
        if part == "[key]":
            continue
        if isinstance(data, dict) and part in data:
            data = data[str(part)]
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        elif index < len(location) - 1:
            continue
        path.append(part)
    return tuple(path)


def _explain(detail: Any, path: KeyPath, model: type[BaseModel]) -> tuple[str, str]:
    """What was found, and what is allowed."""
    key, value, kind = str(path[-1]) if path else "", detail["input"], detail["type"]
    context = detail.get("ctx", {})
    if kind == "extra_forbidden":
        known = sorted({name for one in _models_at(model, detail["loc"][:-1]) for name in one.model_fields})
        near = nearest(key, known)
        misspelt = bool(difflib.get_close_matches(key, known, n=1, cutoff=0.85))
        if not misspelt and any(word in key.lower().split("_") for word in _SECRETS):
            return (
                f'"{key}" may hold a secret',
                "write it to a file of its own (chmod 600) and name that, or use the environment",
            )
        return f'unknown key "{key}"', f"did you mean {near}?" if near else f"known: {', '.join(known)}"
    if kind == "missing":
        return "is missing", "add it"
    if kind == "union_tag_not_found":
        kinds = sorted(tag for one in _models_at(model, detail["loc"]) for tag in _tags(one))
        return "says no kind", f"add kind; known: {', '.join(kinds)}"
    if kind == "union_tag_invalid":
        return (
            f'unknown kind "{context.get("tag")}"',
            f"known: {context.get('expected_tags', '').replace(chr(39), '')}",
        )
    found = f"found {json.dumps(value, ensure_ascii=False)}"
    if kind in ("enum", "literal_error"):
        known_words = str(context.get("expected", "")).replace("'", "").replace(" or ", ", ")
        near = nearest(str(value), known_words.split(", "))
        return found, f"known: {known_words}" + (f" (did you mean {near}?)" if near else "")
    if kind == "value_error":
        said = str(context.get("error", detail["msg"]))
        # About a whole table: the sentence says what was found, and the table may be long.
        return (said, "") if isinstance(value, dict) else (found, said)
    if kind in ("too_short", "string_too_short"):
        return found, "must not be empty"
    if kind == "string_pattern_mismatch":
        return found, f"must match {context.get('pattern')}"
    message = (
        str(detail["msg"])
        .removeprefix("Input ")
        .replace("dictionary", "table")
        .replace("object", "table")
        .replace("an table", "a table")
    )
    return found, message


def _models_at(model: type[BaseModel], location: tuple[str | int, ...]) -> set[type[BaseModel]]:
    """The models, of which one describes the table at this location."""
    found: set[type[BaseModel]] = {model}
    for part in location:
        named = [one.model_fields[str(part)] for one in found if part in one.model_fields]
        tagged = {one for one in found if part in _tags(one)}
        if named:
            found = {inner for info in named for inner in _models_of(info.annotation)}
        elif tagged:
            found = tagged
        # Else an index of a list or a free name of a table: the same models below.
    return found


def _tags(model: type[BaseModel]) -> tuple[Any, ...]:
    """The kinds by which a member of a union is chosen."""
    kind = model.model_fields.get("kind")
    return get_args(kind.annotation) if kind is not None else ()


def _models_of(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        return
    for argument in getattr(annotation, "__args__", ()):
        yield from _models_of(argument)
