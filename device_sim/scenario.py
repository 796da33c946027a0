"""Scenarios: TOML timelines of what happens in which homes; read and checked here, played by `world.py`."""

import re
import tomllib
from datetime import timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from device_sim.spec import SpecError, complaints
from device_sim.waveforms import Condition, DailyMovement
from firmware_contracts.vocabulary import (
    BedState,
    CallAction,
    ContactState,
    Fault,
    Hazard,
    Measure,
    ServiceCategory,
)

SHIPPED = Path(__file__).parent / "scenarios"

_UNITS_S = {"d": 86_400, "h": 3_600, "m": 60, "s": 1, "ms": 0.001}
_DURATION = re.compile(r"(-)?((?:\d+(?:\.\d+)?(?:ms|d|h|m|s))+)")
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|d|h|m|s)")


def _duration(value: Any) -> timedelta:
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("a duration is written like '90s', '1h30m', '2d' or '-5m'")
    seconds = sum(float(number) * _UNITS_S[unit] for number, unit in _PART.findall(match[2]))
    return timedelta(seconds=-seconds if match[1] else seconds)


def _not_negative(value: timedelta) -> timedelta:
    if value < timedelta(0):
        raise ValueError("this duration may not be negative")
    return value


AnyDuration = Annotated[timedelta, BeforeValidator(_duration)]
Duration = Annotated[timedelta, BeforeValidator(lambda value: _not_negative(_duration(value)))]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Step(_Model):
    """What every step says: when, in which homes, on which devices.

    `homes` is a pattern of home ids (`*`, `h00*`), `take` the number of matching homes. `device` is a kind (`button`) or
    a pattern of device ids. What happens to one thing (a press, a reading) takes the first fitting device of each home;
    what happens to the technology (power, links, clocks) takes all of them.
    """

    at: Duration = timedelta(0)
    homes: str = "*"
    take: Annotated[int, Field(ge=1)] | None = None
    device: str = "*"
    every: Duration | None = None
    times: Annotated[int, Field(ge=1)] = 1

    @model_validator(mode="after")
    def _repeats_have_a_pause(self) -> "_Step":
        if (self.times > 1) != (self.every is not None):
            raise ValueError("'times' above 1 and 'every' go together")
        return self


class PressStep(_Step):
    do: Literal["press"]
    action: CallAction = CallAction.EMERGENCY
    category: ServiceCategory | None = None

    @model_validator(mode="after")
    def _category_belongs_to_service(self) -> "PressStep":
        if (self.action is CallAction.SERVICE) != (self.category is not None):
            raise ValueError("'category' is mandatory for action 'service' and absent for every other action")
        return self


class FallStep(_Step):
    """`like`: the window is of a daily movement that the device took for a fall."""

    do: Literal["fall"]
    window: bool = True
    like: DailyMovement | None = None


class LieStep(_Step):
    do: Literal["lie"]


class GetUpStep(_Step):
    do: Literal["get_up"]


class MeasureStep(_Step):
    """Without `readings` the resident's own vital signs are measured; `without_value`: measured, but nothing came out."""

    do: Literal["measure"]
    readings: dict[Measure, float] = {}
    without_value: tuple[Measure, ...] = ()


class BedStep(_Step):
    do: Literal["bed"]
    state: BedState


class MoveStep(_Step):
    do: Literal["move"]
    moving: bool = True


class DoorStep(_Step):
    do: Literal["door"]
    state: ContactState


class SurroundingsStep(_Step):
    do: Literal["surroundings"]
    hazards: dict[Hazard, bool] = {}
    temperature_c: float | None = None
    humidity_percent: Annotated[float, Field(ge=0, le=100)] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> "SurroundingsStep":
        if not self.hazards and self.temperature_c is None and self.humidity_percent is None:
            raise ValueError("name at least one of 'hazards', 'temperature_c', 'humidity_percent'")
        return self


class TroubleStep(_Step):
    do: Literal["trouble"]
    fault: Fault
    detail: Annotated[str, Field(max_length=200)] | None = None


class BatteryStep(_Step):
    """The charge now, and how long until nothing is left."""

    do: Literal["battery"]
    percent: Annotated[float, Field(ge=0, le=100)]
    empty_after: Duration


class MainsStep(_Step):
    """The mains fail or return: devices with a battery behind them say so, others go dark and boot again."""

    do: Literal["mains_fail", "mains_return"]


class PowerStep(_Step):
    """The whole device stops without a word, or boots."""

    do: Literal["power_off", "power_on"]


class LinkStep(_Step):
    """The device runs, but nothing gets through in either direction, until `restore`."""

    do: Literal["cut", "restore"]


class ClockStep(_Step):
    """The device's clock is wrong by `error`, or it has none at all (`missing`)."""

    do: Literal["clock"]
    error: AnyDuration = timedelta(0)
    missing: bool = False


class LiveStep(_Step):
    """The residents live their days from here on."""

    do: Literal["live"]


class WanderStep(_Step):
    do: Literal["wander"]
    lasts: Duration
    leaves_home: bool = False


class IllStep(_Step):
    do: Literal["ill"]
    condition: Condition
    rises_over: Duration


class Distortion(StrEnum):
    """How a network or a bad device spoils messages. `garbage` adds unreadable ones; the others keep the contents."""

    DUPLICATE = "duplicate"
    LATE = "late"
    REORDER = "reorder"
    GARBAGE = "garbage"


class DistortStep(_Step):
    """For `lasts`, each message is spoilt with this chance; `late` and `duplicate` arrive up to `delay` later."""

    do: Literal["distort"]
    how: Distortion
    chance: Annotated[float, Field(gt=0, le=1)] = 1.0
    delay: Duration = timedelta(seconds=30)
    lasts: Duration


Step = Annotated[
    PressStep
    | FallStep
    | LieStep
    | GetUpStep
    | MeasureStep
    | BedStep
    | MoveStep
    | DoorStep
    | SurroundingsStep
    | TroubleStep
    | BatteryStep
    | MainsStep
    | PowerStep
    | LinkStep
    | ClockStep
    | LiveStep
    | WanderStep
    | IllStep
    | DistortStep,
    Field(discriminator="do"),
]


class Scenario(_Model):
    """`starts_at_local_hour`: where on the local day a virtual clock begins; a real one begins when it begins."""

    title: Annotated[str, Field(min_length=1)]
    lasts: Duration
    starts_at_local_hour: Annotated[float, Field(ge=0, lt=24)] = 8.0
    step: tuple[Step, ...]

    @model_validator(mode="after")
    def _something_happens(self) -> "Scenario":
        if not self.step:
            raise ValueError("a scenario needs at least one [[step]]")
        return self


def shipped_scenarios() -> dict[str, Path]:
    """The scenarios that come with the simulator, by name."""
    return {path.stem: path for path in sorted(SHIPPED.glob("*.toml"))}


def find_scenario(name: str) -> Path:
    """A shipped scenario by its name, or a file; raises SpecError naming the shipped ones."""
    shipped = shipped_scenarios()
    if name in shipped:
        return shipped[name]
    if Path(name).suffix == ".toml":
        return Path(name)
    raise SpecError(f"unknown scenario {name!r}; known: {', '.join(shipped)}, or the path of a .toml file")


def load_scenario(path: Path) -> Scenario:
    """Read and check a scenario; raises SpecError with every mistake at once, each with its file and line."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SpecError(f"{path}: cannot be read ({error.strerror})") from None
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SpecError(f"{path}: is not TOML: {error}") from None
    try:
        return Scenario.model_validate(content)
    except ValidationError as error:
        raise SpecError("\n".join(complaints(str(path), error, partial(_place, path, text)))) from None


def _place(path: Path, text: str, location: tuple[int | str, ...]) -> str:
    """`file:line step 3 (press) action`: the line is found by counting the tables of the text."""
    lines = text.splitlines()
    if len(location) < 2 or location[0] != "step" or not isinstance(location[1], int):
        key = str(location[0]) if location else ""
        return f"{path}:{_line_of(key, lines, 0)} {key}"
    heads = [number for number, line in enumerate(lines) if line.strip() == "[[step]]"]
    number = location[1]
    words = [str(part) for part in location[2:]]
    start = heads[number] if number < len(heads) else 0
    line = _line_of(words[1] if len(words) > 1 else "do", lines, start)
    of = f" ({words[0]})" if words else ""
    return f"{path}:{line} step {number + 1}{of} {'.'.join(words[1:])}"


def _line_of(key: str, lines: list[str], start: int) -> int:
    """The line (from 1) at which `key` is set after `start`, else `start` itself."""
    for number in range(start, len(lines)):
        if number > start and lines[number].strip() == "[[step]]":
            break
        if re.match(rf"\s*{re.escape(key)}\s*=", lines[number]):
            return number + 1
    return start + 1
