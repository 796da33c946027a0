"""Plays a scenario in a world: binds its steps to homes and devices, and for tests runs a whole one on a virtual clock."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from functools import partial
from random import Random

from device_sim.deeds import (
    BedChange,
    Deed,
    Door,
    Fall,
    GetUp,
    Lie,
    Measured,
    Movement,
    Press,
    Surroundings,
    Trouble,
    can_do,
)
from device_sim.devices import NativeDevice
from device_sim.foreign import Bridge, ForeignDevice
from device_sim.network import Active
from device_sim.residents import wandering
from device_sim.scenario import (
    BatteryStep,
    BedStep,
    ClockStep,
    DistortStep,
    DoorStep,
    FallStep,
    GetUpStep,
    IllStep,
    LieStep,
    LinkStep,
    LiveStep,
    MainsStep,
    MeasureStep,
    MoveStep,
    PowerStep,
    PressStep,
    Scenario,
    Step,
    SurroundingsStep,
    TroubleStep,
    WanderStep,
)
from device_sim.spec import DeviceKind, HomeSpec, SpecError
from device_sim.waveforms import Illness, daily_window, fall_window
from device_sim.world import Emission, Unit, World
from firmware_contracts.vocabulary import CallAction, Fault, Placement

_DEEDS: dict[type, type[Deed]] = {
    PressStep: Press,
    FallStep: Fall,
    LieStep: Lie,
    GetUpStep: GetUp,
    MeasureStep: Measured,
    BedStep: BedChange,
    MoveStep: Movement,
    DoorStep: Door,
    SurroundingsStep: Surroundings,
    TroubleStep: Trouble,
}
_OF_HOMES = (LiveStep, WanderStep, IllStep)
_KINDS = {kind.value for kind in DeviceKind}

Answer = Callable[[Emission], Iterable[tuple[timedelta, str, bytes]]]
"""The other side in a virtual play: for what the broker sees, commands as (how much later, topic, payload)."""


def begin(world: World, scenario: Scenario, seed: int = 1) -> datetime:
    """Put every step of a scenario on the world's clock, from now; returns its end. Raises SpecError with every step
    that finds no device in this fleet."""
    start = world.now
    rng = Random(f"{seed}/scenario")
    mistakes: list[str] = []
    for number, step in enumerate(scenario.step, 1):
        acts = _bind(world, step, rng)
        if not acts:
            mistakes.append(f"step {number} ({step.do}): {_nothing_found(world, step)}")
        for act in acts:
            for turn in range(step.times):
                world.schedule(start + step.at + turn * (step.every or timedelta(0)), act)
    if mistakes:
        raise SpecError("\n".join(mistakes))
    return start + scenario.lasts


def play(world: World, scenario: Scenario, answer: Answer | None = None, seed: int = 1) -> list[Emission]:
    """Run a whole scenario on a virtual clock, from event to event; returns everything the broker would see."""
    end = begin(world, scenario, seed)
    return run_until(world, end, answer)


def run_until(world: World, end: datetime, answer: Answer | None = None) -> list[Emission]:
    """Run a world on a virtual clock until `end`, letting `answer` speak for the hub."""
    seen: list[Emission] = []
    while (at := world.next_at) is not None and at <= end:
        emitted = world.advance(at)
        seen += emitted
        if answer is not None:
            for emission in emitted:
                for later, topic, payload in answer(emission):
                    world.schedule(emission.at + later, partial(world.deliver, topic, payload))
    return [*seen, *world.advance(end)]


def _bind(world: World, step: Step, rng: Random) -> list[Callable[[], None]]:
    homes = [home for home in world.spec.homes if fnmatchcase(home.id, step.homes)]
    if isinstance(step, _OF_HOMES):
        # A named device chooses homes that have one: an illness shows only where somebody measures.
        homes = [home for home in homes if any(_matches(unit, step) for unit in world.of_home(home.id))]
        return [partial(_to_home, world, home, step, rng) for home in homes[: step.take]]
    acts: list[Callable[[], None]] = []
    taken = 0
    for home in homes:
        fitting = [
            unit for unit in world.of_home(home.id) if _matches(unit, step) and _fits(world, unit, step)
        ]
        if not fitting:
            continue
        if type(step) in _DEEDS:
            fitting = fitting[:1]
        acts += [partial(_to_unit, world, unit, step, rng) for unit in fitting]
        taken += 1
        if taken == step.take:
            break
    return acts


def _matches(unit: Unit, step: Step) -> bool:
    if step.device in _KINDS:
        return unit.kind.value == step.device and not isinstance(unit.device, Bridge)
    return fnmatchcase(unit.id, step.device)


def _fits(world: World, unit: Unit, step: Step) -> bool:
    """Whether this device can take part in this step at all."""
    foreign = isinstance(unit.device, ForeignDevice)
    match step:
        case MainsStep():
            return world.hangs_on_mains(unit)
        case ClockStep():
            return isinstance(unit.device, NativeDevice)
        case BatteryStep():
            return not world.hangs_on_mains(unit) and not isinstance(unit.device, Bridge)
        case PowerStep() | LinkStep() | DistortStep():
            return True
        case PressStep() if foreign and step.action is not CallAction.EMERGENCY:
            return False
        case TroubleStep() if foreign and step.fault not in {Fault.BATTERY_LOW, Fault.TAMPER}:
            return False
        case _:
            known = not isinstance(unit.device, Bridge)
            return known and can_do(unit.kind, _DEEDS[type(step)])


def _nothing_found(world: World, step: Step) -> str:
    homes = [home for home in world.spec.homes if fnmatchcase(home.id, step.homes)]
    if not homes:
        return f"no home matches {step.homes!r}; the fleet has {', '.join(list(world.homes)[:5])} ..."
    kinds = sorted({device.kind.value for home in homes for device in home.devices})
    return f"no device in homes {step.homes!r} matches {step.device!r} and can do it; kinds there: {', '.join(kinds)}"


def _to_home(world: World, home: HomeSpec, step: LiveStep | WanderStep | IllStep, rng: Random) -> None:
    match step:
        case LiveStep():
            world.live(home)
        case WanderStep():
            resident = world.residents(home)[0]
            walk = wandering(world.now, step.lasts, rng, leaves_home=step.leaves_home)
            world.follow(home, resident, iter(walk))
        case IllStep():
            body = world.vitals(home, world.residents(home)[0])
            body.illnesses.append(Illness(step.condition, world.now, step.rises_over))


def _to_unit(world: World, unit: Unit, step: Step, rng: Random) -> None:
    match step:
        case BatteryStep():
            hours = step.empty_after / timedelta(hours=1)
            world.set_battery(unit, step.percent, step.percent / hours if hours else step.percent * 3600)
        case MainsStep(do="mains_fail"):
            world.mains_fail(unit)
        case MainsStep():
            world.mains_return(unit)
        case PowerStep(do="power_off"):
            world.power_off(unit)
        case PowerStep():
            world.power_on(unit)
        case LinkStep(do="cut"):
            world.cut(unit)
        case LinkStep():
            world.restore(unit)
        case ClockStep():
            if isinstance(unit.device, NativeDevice):
                unit.device.clock_error = None if step.missing else step.error
        case DistortStep():
            active = Active(step.how, step.chance, step.delay, world.now + step.lasts)
            unit.distortions.active.append(active)
        case _:
            world.perform(unit, _deed(world, unit, step, rng))


def _deed(world: World, unit: Unit, step: Step, rng: Random) -> Deed:
    match step:
        case PressStep():
            return Press(step.action, step.category)
        case FallStep():
            placement = unit.device.spec.placement or Placement.WAIST
            if not step.window:
                return Fall()
            return Fall(daily_window(rng, step.like, placement) if step.like else fall_window(rng, placement))
        case LieStep():
            return Lie()
        case GetUpStep():
            return GetUp()
        case MeasureStep():
            if step.readings or step.without_value:
                return Measured({**step.readings, **dict.fromkeys(step.without_value)})
            return Measured(dict(world.read_vitals(unit)))
        case BedStep():
            return BedChange(step.state)
        case MoveStep():
            return Movement(step.moving)
        case DoorStep():
            return Door(step.state)
        case SurroundingsStep():
            climate = {"temperature_c": step.temperature_c, "humidity_percent": step.humidity_percent}
            values: dict[str, bool | float] = {h.value: on for h, on in step.hazards.items()}
            return Surroundings(
                values | {name: value for name, value in climate.items() if value is not None}
            )
        case TroubleStep():
            return Trouble(step.fault, step.detail)
        case _:
            raise AssertionError(f"step {step.do} is no deed")
