"""Series as data: files of `[[case]]`, each a home, what happens in it, and the alerts that must follow."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from firmware_contracts.vocabulary import BedState, FallPhase, Fault, Hazard, Measure
from hub.config.lines import Path as KeyPath
from hub.config.problems import Problem, Section, Source
from hub.config.rules import ThresholdTable
from hub.core.rules import RoomMeasure

LONGEST_S = 10_000_000
"""Of a case: some four months."""

Offset = Annotated[float, Field(ge=0, le=LONGEST_S)]
Count = Annotated[int, Field(ge=0, le=100)]
DeviceName = Literal["ox", "shared", "sensor", "voice", "button", "belt", "hall", "bed", "climate"]


class Step(Section):
    """One thing that happens, `at_s` after the start (left out: at once), told by `device` where that matters."""

    at_s: Offset | None = None
    device: DeviceName | None = None
    vital: dict[Measure, float] | None = None
    null: list[Measure] | None = None
    room: dict[RoomMeasure, float] | None = None
    hazard: Hazard | None = None
    clear: Hazard | None = None
    fault: Fault | None = None
    gone: Fault | None = None
    signal_dbm: Annotated[int, Field(ge=-150, le=20)] | None = None
    battery: Annotated[int, Field(ge=0, le=100)] | None = None
    press: Literal["emergency", "cancel"] | None = None
    fall: FallPhase | None = None
    bed: BedState | None = None
    moving: bool | None = None
    alive: Literal[True] | None = None
    birth: Literal[True, "retained"] | None = None
    will: Literal[True, "retained"] | None = None
    unreadable: str | None = None
    resolve: str | None = None
    away_s: Annotated[float, Field(gt=0, le=LONGEST_S)] | None = None
    back: Literal[True] | None = None
    resumed: Literal[True] | None = None
    sent: Literal[True] | None = None
    test_call: Literal[True] | Offset | None = None

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        told = self.told
        if len(told) != 1 and set(told) != {"vital", "null"}:
            said = ", ".join(told) or "nothing"
            raise ValueError(
                f"a step tells one thing (vital may bear null), found {said}: write a step for each"
            )
        return self

    @property
    def told(self) -> Mapping[str, Any]:
        """What happens, by its key."""
        return {
            name: value
            for name in type(self).model_fields
            if name not in {"at_s", "device"} and (value := getattr(self, name)) is not None
        }


class Case(Section):
    """A home with its elder, the steps, and what must come of them.

    `alerts`: "at_s key severity" of each alert raised, in order; `evidence`: "at_s key reason" of each sign that joined one, and
    `asked`: "at_s" of each silent test call (both left out: not looked at); `ended`: "at_s key" of each that ended by itself.
    """

    name: Annotated[str, Field(min_length=1)]
    steps: list[Step]
    alerts: list[str]
    until_s: Offset = 0
    evidence: list[str] | None = None
    ended: list[str] = Field(default_factory=list)
    asked: list[str] | None = None
    level: Annotated[int, Field(ge=0, le=4)] = 2
    overrides: dict[str, dict[str, float]] = Field(default_factory=dict)
    voice: bool = False
    silent_after_s: Annotated[float, Field(ge=10, le=LONGEST_S)] = LONGEST_S


class Threshold(ThresholdTable):
    """A threshold of the file's own: here there is no other kind."""

    kind: Literal["threshold"] = "threshold"


class CasesFile(Section):
    """`rule`: thresholds that take the place of those of the rules file."""

    case: Annotated[list[Case], Field(min_length=1)]
    rule: list[Threshold] = Field(default_factory=list)


def load_cases(path: Path) -> tuple[CasesFile | None, tuple[Problem, ...]]:
    """The cases of a file, or None and everything that is wrong in it."""
    source = Source(path, _words)
    parsed = source.read(CasesFile) if source.readable else None
    return (None if source.problems else parsed), tuple(source.problems)


def files(paths: Iterable[Path]) -> Iterator[Path]:
    """The files themselves, and of folders every `*.toml` in them."""
    for path in paths:
        yield from sorted(path.glob("*.toml")) if path.is_dir() else [path]


def _words(path: KeyPath, data: Mapping[str, Any]) -> str:
    """`case "spo2_low fires" steps 3 vital`."""
    if len(path) < 2 or path[0] != "case" or not isinstance(path[1], int):
        return " ".join(str(part) for part in path)
    cases = data.get("case")
    case = cases[path[1]] if isinstance(cases, list) and path[1] < len(cases) else None
    name = case.get("name") if isinstance(case, dict) else None
    rest = " ".join(str(part + 1) if isinstance(part, int) else part for part in path[2:])
    return f'case "{name or path[1] + 1}" {rest}'.rstrip()
