"""Which homes and devices a page lists: those that were typed for and filtered by, in the order that a person wants them.

Counted from the engine's homes, which are newer than what is saved; only the rows of one page are made.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from hub.core.alerts import Role
from hub.core.context import Context
from hub.core.detection.device_health import signs_of
from hub.core.home import UNASSIGNED_HOME_ID, Device, DeviceKind, DeviceState, Flag, Home, Membership
from hub.core.suppression import lasts
from hub.directory.in_order import in_order, name_in_order
from hub.web.guard import User
from hub.web.models import PersonRef
from hub.web.models_finding import DeviceProblem
from hub.web.parts import Parts
from hub.web.views import device_state, gaps
from hub.web.visibility import visible_homes

LOW_BATTERY_PERCENT = 20
# A tuple: an enumeration's hash costs more than five comparisons.
SUMMONING = (
    *(DeviceKind.BUTTON, DeviceKind.PULL_CORD, DeviceKind.PENDANT),
    *(DeviceKind.WATCH, DeviceKind.GATEWAY),
)
"""Without these nobody can call: of two devices in the same state they come first."""
NEVER_HEARD = DeviceState()


@dataclass(frozen=True, slots=True)
class HomeFilter:
    """What a list of homes is narrowed to; None and False: not by this."""

    centre: str | None = None
    butler: str | None = None
    membership: Membership | None = None
    flag: Flag | None = None
    unprotected: bool = False
    away: bool = False

    def holds(self, home: Home, now: datetime, context: Context) -> bool:
        profile = home.profile
        return (
            (self.centre is None or profile.centre_id == self.centre)
            and (self.butler is None or self.butler in profile.people.get(Role.BUTLER, ()))
            and (
                self.membership is None
                or any(resident.membership is self.membership for resident in profile.residents)
            )
            and (self.flag is None or any(self.flag in resident.flags for resident in profile.residents))
            and (not self.unprotected or bool(gaps(home, now, context)))
            and (not self.away or is_away(home, now, context))
        )


@dataclass(frozen=True, slots=True)
class DeviceFilter:
    problem: DeviceProblem | None = None
    kind: DeviceKind | None = None
    centre: str | None = None


def is_away(home: Home, now: datetime, context: Context) -> bool:
    """Whether somebody of the home is away now; of a routine, on its days and hours only."""
    return any(lasts(away, now, context) for away in home.away)


def find_homes(parts: Parts, user: User, typed: str, wanted: HomeFilter) -> list[Home]:
    """All homes of the user's scope that fit, the best first; without words, and where they fit equally, by address."""
    visible, now, context = visible_homes(parts, user), parts.hub.now(), parts.hub.context()
    ids = parts.queries.find_homes(typed, visible)
    every = ids if ids is not None else parts.hub.homes() if visible is None else visible
    homes = (parts.hub.home(home_id) for home_id in every)
    found = [
        home
        for home in homes
        if home is not None and home.id != UNASSIGNED_HOME_ID and wanted.holds(home, now, context)
    ]
    return (
        found
        if ids is not None
        else sorted(found, key=lambda home: (in_order(home.profile.address), home.id))
    )


def find_devices(
    parts: Parts, user: User, typed: str, home_id: str | None, wanted: DeviceFilter
) -> list[tuple[Home, Device]]:
    """All enrolled devices of the user's scope that fit, the worst first: what is silent before what is weak, and among
    those the keys that somebody presses."""
    now = parts.hub.now()
    # A district has 200,000 devices: they are put on heaps as they come, not sorted.
    heaps: list[list[tuple[Home, Device]]] = [[] for _ in range(2 * (len(_WORST_FIRST) + 1))]
    words = typed.strip().casefold()
    for home in _homes_of_devices(parts, user, words, home_id):
        profile, states = home.profile, home.devices
        if wanted.centre is not None and profile.centre_id != wanted.centre:
            continue
        devices = profile.devices.values()
        named = [device for device in devices if words in device.id.casefold()] if words else ()
        for device in named or devices:
            if wanted.kind is not None and device.kind is not wanted.kind:
                continue
            state = states.get(device.id, NEVER_HEARD)
            badness = _badness(home, device, state, now)
            if wanted.problem is None or _has(wanted.problem, badness, home, device, state, now):
                heaps[2 * badness + (device.kind not in SUMMONING)].append((home, device))
    return [one for heap in heaps for one in heap]


def _homes_of_devices(parts: Parts, user: User, words: str, home_id: str | None) -> Iterator[Home]:
    visible = visible_homes(parts, user)
    if home_id is not None:
        one = parts.hub.home(home_id)
        if one is not None and (visible is None or home_id in visible):
            yield one
        return
    ids = parts.queries.find_homes(words, visible)
    if ids is not None:
        yield from (home for one in ids if (home := parts.hub.home(one)) is not None)
        return
    yield from (home for home in parts.hub.homes().values() if visible is None or home.id in visible)


_WORST_FIRST = tuple(problem for problem in DeviceProblem if problem is not DeviceProblem.ANY)
_FINE = len(_WORST_FIRST)


def _badness(home: Home, device: Device, state: DeviceState, now: datetime) -> int:
    """The place of its worst problem among `_WORST_FIRST`; `_FINE` for a good one."""
    if (shown := device_state(device, state, now)) != "ok":
        return _PLACES[shown]
    if state.faults:
        return _PLACES["fault"]
    if home.rules and signs_of(home.rules, device.id):
        return _PLACES["sign"]
    return _PLACES["battery"] if _weak(state) else _FINE


_PLACES = {problem.value: place for place, problem in enumerate(_WORST_FIRST)}


def _has(
    problem: DeviceProblem, badness: int, home: Home, device: Device, state: DeviceState, now: datetime
) -> bool:
    """Whether it has this problem, be it not its worst."""
    match problem:
        case DeviceProblem.ANY:
            return badness != _FINE
        case DeviceProblem.FAULT:
            return bool(state.faults)
        case DeviceProblem.SIGN:
            return bool(signs_of(home.rules, device.id))
        case DeviceProblem.BATTERY:
            return _weak(state)
    shown: str = device_state(device, state, now)
    return shown == problem.value


def _weak(state: DeviceState) -> bool:
    return state.battery_percent is not None and state.battery_percent < LOW_BATTERY_PERCENT


def butlers(parts: Parts, user: User) -> list[PersonRef]:
    """Whose lists the homes of the user's scope are on."""
    visible = visible_homes(parts, user)
    ids = {
        person
        for home in parts.hub.homes().values()
        if visible is None or home.id in visible
        for person in home.profile.people.get(Role.BUTLER, ())
    }
    return sorted(
        (PersonRef(id=one, name=parts.views.name(one)) for one in ids),
        key=lambda one: (name_in_order(one.name), one.id),
    )


def centres(parts: Parts, user: User) -> list[PersonRef]:
    """The centres that answer for homes of the user's scope."""
    visible = visible_homes(parts, user)
    ids = {
        home.profile.centre_id for home in parts.hub.homes().values() if visible is None or home.id in visible
    }
    return sorted(
        (ref for one in ids if (ref := parts.views.centre(one)) is not None),
        key=lambda one: (in_order(one.name), one.id),
    )
