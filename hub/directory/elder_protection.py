"""What protects each elder, part by part, now: what can call, what watches, the link, who comes, whom to tell. Pure.

Why nobody can rely on a call at all, for a home as a whole, is `protection`; here is what holds for each elder, and what not.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hub.core.alerts import Role
from hub.core.calendar import date_of, instant_of, span
from hub.core.context import Context
from hub.core.home import Device, DeviceKind, Home, Membership, Resident
from hub.core.roster import Moment
from hub.core.suppression import lasts
from hub.directory.protection import CALLERS, gaps_of, is_silent
from hub.directory.residences import CARED_FOR

_LOOK_BACK = timedelta(days=2)
_INSTANT = timedelta(microseconds=1)


class Part(StrEnum):
    """Words are `part.<value>`."""

    BUTTON = "button"
    FALL_SENSOR = "fall_sensor"
    BED = "bed"
    VITAL_SIGNS = "vital_signs"
    LINK = "link"
    """Anything of the home is heard at all."""
    BUTLER = "butler"
    """The home's butler, or whoever stands in, is on duty."""
    CONTACT = "contact"
    """One of the elder's contacts can be told."""


class State(StrEnum):
    """Words are `part_state.<value>`."""

    HOLDS = "holds"
    BROKEN = "broken"
    NONE = "none"
    """Nobody put it there, or named anybody."""


_DEVICES: dict[Part, frozenset[DeviceKind]] = {
    Part.BUTTON: CALLERS,
    Part.FALL_SENSOR: frozenset({DeviceKind.FALL_WEARABLE, DeviceKind.FALL_RADAR}),
    Part.BED: frozenset({DeviceKind.BED_MAT}),
    Part.VITAL_SIGNS: frozenset(
        {DeviceKind.OXIMETER, DeviceKind.CUFF, DeviceKind.THERMOMETER, DeviceKind.GLUCOMETER}
    ),
    Part.LINK: frozenset(DeviceKind),
}


@dataclass(frozen=True, slots=True)
class PartNow:
    """`since_at`: since when it is broken; None where it is not, or where nobody knows."""

    part: Part
    state: State
    since_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ElderNow:
    """Every part once, in order. `unprotected`: a call from there cannot be relied on, as everywhere (`protection.gaps_of`)."""

    home: Home
    resident: Resident
    parts: tuple[PartNow, ...]
    away: bool
    unprotected: bool

    @property
    def broken(self) -> tuple[PartNow, ...]:
        return tuple(one for one in self.parts if one.state is State.BROKEN)


class Protection:
    """Asked for many homes at one instant: the roster is asked once for each group of people.

    `unreached` are people whom the newest notification did not reach.
    """

    def __init__(self, now: datetime, context: Context, unreached: Collection[str] = ()) -> None:
        self._now, self._context, self._unreached = now, context, unreached
        self._moment = Moment(now, context)
        self._butlers: dict[Hashable, PartNow] = {}

    def elders(self, homes: Iterable[Home]) -> Iterator[ElderNow]:
        """Everybody who is cared for in these homes."""
        for home in homes:
            gaps = gaps_of(
                home, self._now, self._context.resumed_at, self._context.rules.device.offline_after
            )
            for resident in home.profile.residents:
                if resident.membership in CARED_FOR:
                    yield ElderNow(
                        home,
                        resident,
                        tuple(self._parts(home, resident)),
                        self._is_away(home, resident),
                        unprotected=bool(gaps) and resident.membership is not Membership.PAUSED,
                    )

    def _is_away(self, home: Home, resident: Resident) -> bool:
        return any(
            one.resident_id in (None, resident.id) and lasts(one, self._now, self._context)
            for one in home.away
        )

    def _parts(self, home: Home, resident: Resident) -> Iterator[PartNow]:
        for part, kinds in _DEVICES.items():
            # What somebody else wears protects somebody else; that anything speaks proves the link for all.
            whose = (None, resident.id)
            devices = [
                device
                for device in home.profile.devices.values()
                if device.kind in kinds and (part is Part.LINK or device.wearer_id in whose)
            ]
            yield self._heard(part, home, devices)
        yield self._butler(home)
        yield self._contact(home)

    def _heard(self, part: Part, home: Home, devices: list[Device]) -> PartNow:
        if not devices:
            return PartNow(part, State.NONE)
        resumed_at, offline_after = self._context.resumed_at, self._context.rules.device.offline_after
        states = [(device, home.devices.get(device.id)) for device in devices]
        if not all(is_silent(*one, self._now, resumed_at, offline_after) for one in states):
            return PartNow(part, State.HOLDS)
        heard = (state.last_seen_at if state is not None else None for _, state in states)
        since = max(at or device.enrolled_at for device, at in zip(devices, heard, strict=True))
        return PartNow(part, State.BROKEN, since)

    def _butler(self, home: Home) -> PartNow:
        profile = home.profile
        bound = tuple((role, profile.people.get(role, ())) for role in (Role.BUTLER, Role.DEPUTY))
        key = (profile.centre_id, bound)
        found = self._butlers.get(key)
        if found is None:
            if self._moment.on_duty(Role.BUTLER, profile):
                found = PartNow(Part.BUTLER, State.HOLDS)
            else:
                found = PartNow(
                    Part.BUTLER,
                    State.BROKEN,
                    self._since(lambda moment: bool(moment.on_duty(Role.BUTLER, profile))),
                )
            self._butlers[key] = found
        return found

    def _contact(self, home: Home) -> PartNow:
        contacts = home.profile.people.get(Role.CONTACT, ())
        if not contacts:
            return PartNow(Part.CONTACT, State.NONE)
        people = self._context.people
        told = any(one in people and people[one].methods and one not in self._unreached for one in contacts)
        return PartNow(Part.CONTACT, State.HOLDS if told else State.BROKEN)

    def _since(self, held: Callable[[Moment], bool]) -> datetime | None:
        """When what does not hold now held last: the newest instant at which anybody's duty ended. None: not within two days."""
        now = self._context.wall(self._now)
        shift = self._now - now
        for at in sorted(self._ends(now), reverse=True):
            if held(Moment(at - _INSTANT + shift, self._context)):
                return at + shift
        return None

    def _ends(self, now: datetime) -> set[datetime]:
        """Every instant lately at which somebody may have gone, by the wall clock."""
        context, zone = self._context, self._context.timezone
        ends: set[datetime] = set()
        clocks = {clock for shift in context.shifts for clock in (shift.starts, shift.ends)}
        on = date_of(now - _LOOK_BACK, zone)
        while on <= date_of(now, zone):
            ends |= {instant_of(on, clock, zone) for clock in clocks}
            on += timedelta(days=1)
        for dated in context.dated_shifts:
            ends |= set(span(dated.on, dated.starts, dated.ends, zone))
        for leave in context.leaves:
            ends.add(leave.from_at)
        for cover in context.covers:
            ends |= {cover.from_at, cover.until_at}
        return {at for at in ends if now - _LOOK_BACK <= at <= now}
