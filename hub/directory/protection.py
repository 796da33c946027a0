"""Who is unprotected now (保障缺口), why and since when; who is protected by word alone; and which devices wait to be fetched.

Read from directory and homes.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hub.core.alerts import Role
from hub.core.detection.device_health import RULE_PREFIX
from hub.core.home import GONE, Device, DeviceKind, DeviceState, Home, Membership, RulePhase
from hub.directory.in_order import in_order
from hub.directory.model import Assignment, Directory, Residence, holds
from hub.directory.residences import CARED_FOR

CALLERS = frozenset({DeviceKind.BUTTON, DeviceKind.PULL_CORD, DeviceKind.PENDANT, DeviceKind.WATCH})
"""What a hand can press."""
_UNHEARD = DeviceState()


class Gap(StrEnum):
    """Why nobody can rely on a call from this home. Words are `gap.<value>`."""

    NOT_YET_OPEN = "not_yet_open"
    NO_CALLER = "no_caller"
    CALLERS_NEVER_HEARD = "callers_never_heard"
    CALLERS_SILENT = "callers_silent"
    NO_BUTLER = "no_butler"


class Gravity(StrEnum):
    """How grave the gaps of a home are, the gravest first. Words are `gravity.<value>`."""

    RELIED_ON = "relied_on"
    """It counts as open, and no call can come from it: somebody there relies on a key that does nothing."""
    NO_BUTLER = "no_butler"
    """A call comes, and nobody of its own is there to be asked."""
    NOT_YET_OPEN = "not_yet_open"
    """Nobody there was told that they are protected."""


@dataclass(frozen=True, slots=True)
class Unprotected:
    """`gaps`: each with since when, the oldest first."""

    home_id: str
    gaps: tuple[tuple[Gap, datetime], ...]

    @property
    def since_at(self) -> datetime:
        return self.gaps[0][1]

    @property
    def gravity(self) -> Gravity:
        found = {gap for gap, _ in self.gaps}
        if Gap.NOT_YET_OPEN in found:
            return Gravity.NOT_YET_OPEN
        return Gravity.NO_BUTLER if found == {Gap.NO_BUTLER} else Gravity.RELIED_ON


def unprotected(
    directory: Directory,
    homes: Mapping[str, Home],
    at: datetime,
    resumed_at: datetime,
    offline_after: timedelta = timedelta(minutes=3),
) -> tuple[Unprotected, ...]:
    """Every home that somebody is cared for in and that has a gap: the gravest first, then who has waited longest, then by
    address.

    `resumed_at`: what was not heard while the hub itself was away is not held against a device. `offline_after`: so long after
    its last will a device counts as gone.
    """
    living: defaultdict[str, list[Residence]] = defaultdict(list)
    for residence in directory.residences:
        if residence.membership in CARED_FOR and holds(residence, at):
            living[residence.home_id].append(residence)
    last_caller, last_butler = _last_ends(directory, at)
    found: list[Unprotected] = []
    for home_id, residences in living.items():
        home = homes.get(home_id)
        if home is None:
            continue
        moved_in = min(residence.from_at for residence in residences)
        waiting = [one.from_at for one in residences if one.membership is Membership.NOT_YET_OPEN]
        callers = (device for device in home.profile.devices.values() if device.kind in CALLERS)
        last_heard = max((_heard_at(device, home) for device in callers), default=moved_in)
        since = {
            Gap.NOT_YET_OPEN: min(waiting, default=moved_in),
            Gap.NO_CALLER: max(moved_in, last_caller.get(home_id, moved_in)),
            Gap.CALLERS_NEVER_HEARD: last_heard,
            Gap.CALLERS_SILENT: last_heard,
            Gap.NO_BUTLER: max(moved_in, last_butler.get(home_id, moved_in)),
        }
        gaps = [(gap, since[gap]) for gap in gaps_of(home, at, resumed_at, offline_after)]
        if gaps:
            found.append(Unprotected(home_id, tuple(sorted(gaps, key=lambda gap: gap[1]))))
    order = list(Gravity)
    return tuple(
        sorted(
            found,
            key=lambda one: (
                *(order.index(one.gravity), one.since_at),
                *(_place(homes, one.home_id), one.home_id),
            ),
        )
    )


def _place(homes: Mapping[str, Home], home_id: str) -> str:
    home = homes.get(home_id)
    return in_order(home.profile.address) if home is not None else ""


def gaps_of(home: Home, at: datetime, resumed_at: datetime, offline_after: timedelta) -> tuple[Gap, ...]:
    """Why nobody can rely on a call from this home now; nothing for a home that nobody is cared for in. What every page means
    by unprotected."""
    memberships = {resident.membership for resident in home.profile.residents}
    if not memberships & CARED_FOR:
        return ()
    callers = [device for device in home.profile.devices.values() if device.kind in CALLERS]
    silent = all(
        is_told_silent(home, device)
        or is_silent(device, home.devices.get(device.id), at, resumed_at, offline_after)
        for device in callers
    )
    heard = any(home.devices.get(device.id, _UNHEARD).last_seen_at is not None for device in callers)
    found = {
        Gap.NOT_YET_OPEN: Membership.NOT_YET_OPEN in memberships,
        Gap.NO_CALLER: not callers,
        Gap.CALLERS_NEVER_HEARD: bool(callers) and not heard,
        Gap.CALLERS_SILENT: heard and silent,
        Gap.NO_BUTLER: not home.profile.people.get(Role.BUTLER),
    }
    return tuple(gap for gap, holds_now in found.items() if holds_now)


def is_told_silent(home: Home, device: Device) -> bool:
    """Whether the home knows already that the device is silent, and it has not spoken since: over a restart of the hub, too."""
    state = home.rules.get(f"{RULE_PREFIX}|silent|{device.id}")
    return state is not None and state.phase is RulePhase.FIRING


def is_silent(
    device: Device, state: DeviceState | None, at: datetime, resumed_at: datetime, offline_after: timedelta
) -> bool:
    """Whether a call from this device cannot be relied on now: gone, never heard, or silent for too long."""
    if state is None or state.last_seen_at is None:
        return True
    silent_for = at - max(state.last_seen_at, resumed_at)
    return silent_for > (offline_after if state.online is False else device.silent_after)


@dataclass(frozen=True, slots=True)
class NotProven:
    """A home that is open by somebody's word: no press from it was answered by a person so far. Somebody is active since then."""

    home_id: str
    since_at: datetime


def not_proven(directory: Directory, homes: Mapping[str, Home], at: datetime) -> tuple[NotProven, ...]:
    """Homes with somebody active, of whose devices none proved that a person answers; the oldest first, then by address.

    A ledger may say "active" of an elder whom the hub has never heard: that is the centre's word, and no proof. A home that is
    not yet open is a gap (`unprotected`) and not told twice; one without anything to press stands in both.
    """
    proven_homes = proven(homes)
    since: dict[str, datetime] = {}
    waiting: set[str] = set()
    for residence in directory.residences:
        if not holds(residence, at) or residence.home_id in proven_homes:
            continue
        if residence.membership is Membership.NOT_YET_OPEN:
            waiting.add(residence.home_id)
        elif residence.membership is Membership.ACTIVE:
            since[residence.home_id] = min(residence.from_at, since.get(residence.home_id, residence.from_at))
    found = [
        NotProven(home_id, since_at)
        for home_id, since_at in since.items()
        if home_id not in waiting and home_id in homes
    ]
    return tuple(sorted(found, key=lambda one: (one.since_at, _place(homes, one.home_id), one.home_id)))


def proven(homes: Mapping[str, Home]) -> frozenset[str]:
    """The homes from which a press of a device that hangs there still was answered by a person and brought to its end."""
    return frozenset(
        home.id for home in homes.values() if any(press.proven_at for press in home.presses.values())
    )


@dataclass(frozen=True, slots=True)
class ToFetch:
    """A device that hangs where nobody needs it any more, since then."""

    device_id: str
    home_id: str
    since_at: datetime


def to_fetch(directory: Directory, at: datetime) -> tuple[ToFetch, ...]:
    """Devices of homes that everybody left, and those that somebody wore who is gone; the oldest first."""
    by_home: defaultdict[str, list[Residence]] = defaultdict(list)
    for residence in directory.residences:
        if residence.from_at <= at:
            by_home[residence.home_id].append(residence)
    found: list[ToFetch] = []
    for assignment in directory.assignments:
        if holds(assignment, at):
            since_at = _needless_since(assignment, by_home[assignment.home_id], at)
            if since_at is not None:
                found.append(ToFetch(assignment.device_id, assignment.home_id, since_at))
    return tuple(sorted(found, key=lambda one: (one.since_at, one.home_id, one.device_id)))


def _needless_since(assignment: Assignment, residences: list[Residence], at: datetime) -> datetime | None:
    wearers = [one for one in residences if one.elder_id == assignment.wearer_id]
    everybody = _gone_since(residences, at)
    return _gone_since(wearers, at) or everybody if wearers else everybody


def _gone_since(residences: list[Residence], at: datetime) -> datetime | None:
    """Since when none of these is cared for; None while one is, or when nobody ever was."""
    if not residences or any(one.membership in CARED_FOR and holds(one, at) for one in residences):
        return None
    left = [one.from_at for one in residences if one.membership in GONE]
    moved = [one.until_at for one in residences if one.membership in CARED_FOR and one.until_at is not None]
    return max(moved) if moved else min(left, default=None)


def _last_ends(directory: Directory, at: datetime) -> tuple[dict[str, datetime], dict[str, datetime]]:
    """When the last caller was taken from each home, and when its last butler's time ended."""
    kinds = {device.id: device.kind for device in directory.devices}
    callers: dict[str, datetime] = {}
    for entry in directory.assignments:
        if entry.until_at is not None and entry.until_at <= at and kinds.get(entry.device_id) in CALLERS:
            callers[entry.home_id] = max(entry.until_at, callers.get(entry.home_id, entry.until_at))
    butlers: dict[str, datetime] = {}
    for bond in directory.bonds:
        if bond.role is Role.BUTLER and bond.home_id and bond.until_at is not None and bond.until_at <= at:
            butlers[bond.home_id] = max(bond.until_at, butlers.get(bond.home_id, bond.until_at))
    return callers, butlers


def _heard_at(device: Device, home: Home) -> datetime:
    state = home.devices.get(device.id)
    return state.last_seen_at if state is not None and state.last_seen_at is not None else device.enrolled_at
