"""What each act of a plan does to a simulated life."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from device_sim.deeds import Fall, Measured, Press
from device_sim.devices import NativeDevice
from device_sim.network import Active
from device_sim.scenario import Distortion
from device_sim.world import Unit
from firmware_contracts.topics import Address
from firmware_contracts.vocabulary import CallAction, Kind, Measure, ServiceCategory
from hub.core.events import RaiseByHand, SetAway, SetSilence
from hub.core.home import AwayKind
from hub.core.silences import LONGEST, SilenceOf, SilenceReason
from tests.simulation.broker import Waiting
from tests.simulation.people import Line
from tests.simulation.plan import CALLERS, Act, What
from tests.simulation.process import SETTINGS, Death, Trouble
from tests.simulation.watch import event_of
from tests.story import CELL, SYSTEM, actor

if TYPE_CHECKING:
    from tests.simulation.life import Life

A_LITTLE = timedelta(seconds=0.5)
DEATHS_APART = timedelta(seconds=100)
STORE_AGAIN_AFTER = timedelta(seconds=1)
CONNECTS_AGAIN_AFTER = timedelta(seconds=2)

_DISTORTIONS = {
    What.DUPLICATE: Distortion.DUPLICATE,
    What.LATE: Distortion.LATE,
    What.REORDER: Distortion.REORDER,
    What.GARBAGE: Distortion.GARBAGE,
}
_DEATHS = {
    What.CRASH_BEFORE_COMMIT: Death.BEFORE,
    What.CRASH_IN_COMMIT: Death.INSIDE,
    What.CRASH_AT_COMMIT: Death.AT,
    What.CRASH_AFTER_COMMIT: Death.AFTER,
    What.CRASH_BEFORE_HEARD: Death.BEFORE_HEARD,
}
_TROUBLES = {
    What.STORE_BUSY: Trouble.BUSY,
    What.STORE_FULL: Trouble.FULL,
    What.STORE_FAILS: Trouble.FAILS,
}
_LINES = {
    What.CHANNEL_DOWN: Line.FAILS,
    What.CHANNEL_RAISES: Line.RAISES,
    What.CHANNEL_HANGS: Line.HANGS,
}
_STEPS = (timedelta(minutes=3), timedelta(hours=2), timedelta(days=3))


def do(life: "Life", act: Act) -> None:
    life.tell(str(act).split("s  ", 1)[1])
    what = act.what
    if what in _DEATHS:
        _deaths(life, act)
    elif what in _TROUBLES:
        life.faults += 1
        _trouble(life, _TROUBLES[what], act.lasts)
    elif what in _LINES:
        life.faults += 1
        life.phones.line = _LINES[what]
        life.later(act.lasts, partial(_line_works, life, _LINES[what]))
    elif what in _DISTORTIONS:
        life.faults += 1
        distortion = Active(_DISTORTIONS[what], 0.7, act.lasts, life.now + timedelta(minutes=10))
        _unit(life, act).distortions.active.append(distortion)
    else:
        _ACTS[what](life, act)


def _deaths(life: "Life", act: Act) -> None:
    """The process dies in two commits, one of them that of a press."""
    for number in range(2):
        life.later(DEATHS_APART * number, partial(_one_death, life, act, number))


def _one_death(life: "Life", act: Act, number: int) -> None:
    if life.calmed:
        return
    life.faults += 1
    life.weather.death = _DEATHS[act.what]
    life.weather.statement = (act.number + 5 * number) % 13
    if (act.number + number) % 2:
        home, device = CALLERS[act.number % 3]
        _press(life, replace(act, home=home, device=device))


def _unit(life: "Life", act: Act) -> Unit:
    return life.world.units[act.home, act.device]


def _press(life: "Life", act: Act, times: int = 1) -> None:
    unit = _unit(life, act)
    if not unit.device.powered:
        return
    for _ in range(times):
        life.world.perform(unit, Press(CallAction.EMERGENCY))
        if isinstance(unit.device, NativeDevice):
            event_id = unit.device._last_event_id
            assert event_id is not None
            life.watcher.pressed(act.home, act.device, event_id)


def _press_twice(life: "Life", act: Act) -> None:
    _press(life, act)
    life.later(act.lasts, partial(_press, life, act))


def _fall(life: "Life", act: Act) -> None:
    life.world.perform(life.world.units["h1", "radar"], Fall())


def _green_key(life: "Life", act: Act) -> None:
    unit = life.world.units["h2", "cord"]
    if unit.device.powered:
        life.world.perform(unit, Press(CallAction.SERVICE, ServiceCategory.MEALS))


def _measure(life: "Life", act: Act, spo2: float = 97) -> None:
    unit = life.world.units["h1", "oximeter"]
    readings = {Measure.SPO2_PERCENT: spo2, Measure.HEART_RATE_BPM: 72.0}
    if unit.device.powered:
        life.world.perform(unit, Measured(readings))


def _measure_low(life: "Life", act: Act) -> None:
    for number in range(3):
        life.later(act.lasts / 3 * number, partial(_measure, life, act, 82.0))


def _by_hand(life: "Life", act: Act) -> None:
    life.submit(RaiseByHand(act.home, actor("operator-chen"), f"hand-{act.number}"))


def _away(life: "Life", act: Act) -> None:
    now = life.hub_now()
    life.submit(SetAway(act.home, SYSTEM, AwayKind.CHILDREN, now, now + act.lasts))
    # Whatever can be silenced is: a press must be heard all the same.
    for of in SilenceOf:
        until_at = now + min(act.lasts, LONGEST[of])
        life.submit(SetSilence(act.home, SYSTEM, of, SilenceReason.MAINTENANCE, now, until_at))


def _cut(life: "Life", act: Act) -> None:
    unit = _unit(life, act)
    life.world.cut(unit)
    life.later(act.lasts, partial(life.world.restore, unit))


def _reboot(life: "Life", act: Act) -> None:
    unit = _unit(life, act)
    life.world.power_off(unit)
    life.later(act.lasts, partial(life.world.power_on, unit))


def _clock_wrong(life: "Life", act: Act) -> None:
    device = _unit(life, act).device
    if isinstance(device, NativeDevice):
        device.clock_error = timedelta(days=act.number % 9000 - 4500)


def _lossy(life: "Life", act: Act) -> None:
    life.dropped_until[act.home, act.device] = life.now + act.lasts


def _topic(life: "Life", act: Act) -> str:
    return Address(CELL, act.home, act.device).up(Kind.CALL)


def _retained_press(life: "Life", act: Act) -> None:
    """A press that the broker keeps, by a careless gateway: nobody knows how old it is."""
    body = {
        "v": 1,
        "boot": 1,
        "seq": 1,
        "uptime_ms": 1000,
        "event_id": f"kept-{act.number:06d}-aaaaaaaaaaaaaaaa",
        "age_ms": 0,
        "action": "emergency",
    }
    life.broker.retained[_topic(life, act)] = json.dumps(body).encode()
    _sessions_lost(life, act)


def _retained_copy(life: "Life", act: Act) -> None:
    """The same, of a press that the hub knows."""
    known = [
        payload
        for topic, payload in sorted(life.watcher.logged)
        if topic == _topic(life, act) and event_of(payload)
    ]
    if known:
        life.broker.retained[_topic(life, act)] = known[act.number % len(known)]
        _sessions_lost(life, act)


def _empty(life: "Life", act: Act) -> None:
    life.broker.publish(_topic(life, act), b"", 1, retain=True)


def _sessions_lost(life: "Life", act: Act) -> None:
    life.faults += 1
    if life.process is not None:
        life.process.disconnect()
        life.later(CONNECTS_AGAIN_AFTER, partial(_connect, life))


def _connect(life: "Life") -> None:
    if life.process is not None:
        life.process.connect()
        if not life.broker.up:
            life.later(CONNECTS_AGAIN_AFTER, partial(_connect, life))


def _broker_restart(life: "Life", act: Act, *, with_memory: bool = True) -> None:
    life.broker.go_down()
    if life.process is not None:
        life.process.disconnect()
    units = list(life.world.units.values())
    life.world.link_down(units)
    life.later(act.lasts, partial(_broker_back, life, with_memory))


def _broker_back(life: "Life", with_memory: bool) -> None:
    life.broker.go_down()
    if life.process is not None:
        life.process.disconnect()
    lost: list[Waiting] = life.broker.come_up(with_memory=with_memory)
    if lost:
        life.tell(f"the broker has forgotten {len(lost)} messages")
    life.world.link_up(list(life.world.units.values()), life.now)
    _connect(life)


def _broker_forgets(life: "Life", act: Act) -> None:
    _broker_restart(life, act, with_memory=False)


def _crash(life: "Life", act: Act) -> None:
    """Right after a reading that only the input log holds."""
    _measure(life, act)
    life.later(A_LITTLE, partial(life.die, act.lasts, exact=True))


def _trouble(life: "Life", trouble: Trouble, lasts: timedelta) -> None:
    life.weather.trouble = trouble
    began = life.now
    life.outages.append((began, began + lasts + 2 * STORE_AGAIN_AFTER))
    life.troubled = True
    life.later(lasts, partial(_no_trouble, life))


def _lost_while_busy(life: "Life", act: Act) -> None:
    """What was delivered waits for the store; meanwhile it comes again, under other numbers, and more comes with it."""
    for _ in range(3):
        _measure(life, act)
    life.later(timedelta(seconds=1), partial(_trouble, life, Trouble.BUSY, timedelta(seconds=9)))
    for seconds in (2, 3):
        life.later(timedelta(seconds=seconds), partial(_measure, life, act))
    life.later(timedelta(seconds=4), partial(_sessions_lost, life, act))
    for seconds in (7, 8, 9):
        life.later(timedelta(seconds=seconds), partial(_measure, life, act))
    life.later(timedelta(seconds=9.8), partial(_press, life, replace(act, home="h1", device="button")))


def _no_trouble(life: "Life") -> None:
    life.weather.trouble = None
    life.later(timedelta(seconds=SETTINGS.save_every_s), partial(_settled, life))


def _settled(life: "Life") -> None:
    life.troubled = life.weather.trouble is not None


def _line_works(life: "Life", line: Line) -> None:
    if life.phones.line is line:
        life.phones.line = Line.WORKS


def _raises(life: "Life", act: Act) -> None:
    life.raising[act.home] = life.now + act.lasts


def _wall(life: "Life", act: Act, sign: int) -> None:
    life.time.step_wall(sign * _STEPS[act.number % len(_STEPS)])


_ACTS: dict[What, "Callable[[Life, Act], None]"] = {
    What.PRESS: _press,
    What.PRESS_TWICE: _press_twice,
    What.FALL: _fall,
    What.GREEN_KEY: _green_key,
    What.MEASURE: _measure,
    What.MEASURE_LOW: _measure_low,
    What.BY_HAND: _by_hand,
    What.AWAY: _away,
    What.CUT: _cut,
    What.REBOOT: _reboot,
    What.CLOCK_WRONG: _clock_wrong,
    What.DROP: _lossy,
    What.RETAINED_PRESS: _retained_press,
    What.RETAINED_COPY: _retained_copy,
    What.EMPTY_RETAINED: _empty,
    What.SESSIONS_LOST: _sessions_lost,
    What.BROKER_RESTART: _broker_restart,
    What.BROKER_FORGETS: _broker_forgets,
    What.CRASH: _crash,
    What.LOST_WHILE_BUSY: _lost_while_busy,
    What.STEP_RAISES: _raises,
    What.WALL_FORWARD: partial(_wall, sign=1),
    What.WALL_BACK: partial(_wall, sign=-1),
}
