"""What protects each elder, part by part, now: what can call, what watches, the link, who comes, whom to tell. Pure.

Why nobody can rely on a call at all, for a home as a whole, is `protection`; here is what holds for each elder, and what not.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from firmware_contracts.vocabulary import Fault
from hub.core.alerts import Role
from hub.core.calendar import date_of, instant_of, span
from hub.core.context import Context
from hub.core.detection.device_health import RULE_PREFIX
from hub.core.home import Device, DeviceKind, Home, Membership, Resident
from hub.core.roster import Moment
from hub.core.suppression import lasts
from hub.directory.protection import CALLERS, gaps_of, is_silent, is_told_silent
from hub.directory.residences import CARED_FOR
from hub.directory.telling import can_be_told

_DEAD = frozenset({Fault.BATTERY_GONE, Fault.SELF_TEST_FAILED, Fault.JAMMING})
"""By its own word a device with one of these cannot be relied on, however lately it was heard."""
_LOOK_BACK = timedelta(days=2)
_INSTANT = timedelta(microseconds=1)


class Part(StrEnum):
    """Words are `part.<value>`."""

    BUTTON = "button"
    FALL_SENSOR = "fall_sensor"
    BED = "bed"
    VITAL_SIGNS = "vital_signs"
    LINK = "link"
    """Anything of the home is heard at all, and no test call was lost on its way since the last that came back."""
    BUTLER = "butler"
    """The home's butler, or whoever stands in, is on duty and can be told."""
    CONTACT = "contact"
    """One of the elder's contacts can be told."""


class State(StrEnum):
    """Words are `part_state.<value>`."""

    HOLDS = "holds"
    BROKEN = "broken"
    NONE = "none"
    """Nobody put it there, or named anybody."""


class Why(StrEnum):
    """Why a part is broken. Words are `part_why.<value>`."""

    NEVER_HEARD = "never_heard"
    SILENT = "silent"
    FAULT = "fault"
    """It says so itself."""
    TEST_LOST = "test_lost"
    """The home's silent test calls do not come back."""
    NOBODY = "nobody"
    """Nobody is on duty."""
    NOT_TOLD = "not_told"
    """Who is on duty, or named, cannot be told."""


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
    """`since_at`: since when it is broken; None where it is not, or where nobody knows. `why` is given where it is broken; of
    several devices, that of the one that worked last."""

    part: Part
    state: State
    since_at: datetime | None = None
    why: Why | None = None


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

    `ways_to_people` are the channels that are set up (None: any counts), `unreached` people whom the newest notification did not
    reach.
    """

    def __init__(
        self,
        now: datetime,
        context: Context,
        unreached: Collection[str] = (),
        ways_to_people: Collection[str] | None = None,
    ) -> None:
        self._now, self._context, self._unreached = now, context, unreached
        self._ways_to_people = ways_to_people
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
        if part is Part.LINK and (lost_at := self._lost_since(home)) is not None:
            return PartNow(part, State.BROKEN, lost_at, Why.TEST_LOST)
        found = [self._broken(home, device) for device in devices]
        broken = [one for one in found if one is not None]
        if len(broken) < len(devices):
            return PartNow(part, State.HOLDS)
        return PartNow(part, State.BROKEN, *max(broken))

    def _broken(self, home: Home, device: Device) -> tuple[datetime, Why] | None:
        """Since when and why; None: it can be relied on."""
        state = home.devices.get(device.id)
        resumed_at, offline_after = self._context.resumed_at, self._context.rules.device.offline_after
        if state is None or state.last_seen_at is None:
            return device.enrolled_at, Why.NEVER_HEARD
        if is_told_silent(home, device) or is_silent(device, state, self._now, resumed_at, offline_after):
            return state.last_seen_at, Why.SILENT
        rules = [home.rules.get(f"{RULE_PREFIX}|{fault}|{device.id}") for fault in state.faults & _DEAD]
        told = [rule.since_at if rule is not None else self._now for rule in rules]
        return (min(told), Why.FAULT) if told else None

    def _lost_since(self, home: Home) -> datetime | None:
        """Since when the home's silent test calls have not come back."""
        enabled, test = self._context.rules.self_test.enabled, home.chain_test
        return test.failed_at if enabled and test.device_id in home.profile.devices else None

    def _butler(self, home: Home) -> PartNow:
        profile = home.profile
        bound = tuple((role, profile.people.get(role, ())) for role in (Role.BUTLER, Role.DEPUTY))
        key = (profile.centre_id, bound)
        found = self._butlers.get(key)
        if found is None:
            on_duty = self._moment.on_duty(Role.BUTLER, profile)
            # With no channel at all nobody can be told of anything: that is said once, and not of each butler.
            if any(self._can_be_told(one) for one in on_duty) or (on_duty and self._no_channel):
                found = PartNow(Part.BUTLER, State.HOLDS)
            elif on_duty:
                found = PartNow(Part.BUTLER, State.BROKEN, why=Why.NOT_TOLD)
            else:
                found = PartNow(
                    Part.BUTLER,
                    State.BROKEN,
                    self._since(lambda moment: bool(moment.on_duty(Role.BUTLER, profile))),
                    Why.NOBODY,
                )
            self._butlers[key] = found
        return found

    def _contact(self, home: Home) -> PartNow:
        contacts = home.profile.people.get(Role.CONTACT, ())
        if not contacts:
            return PartNow(Part.CONTACT, State.NONE)
        if any(map(self._can_be_told, contacts)):
            return PartNow(Part.CONTACT, State.HOLDS)
        return PartNow(Part.CONTACT, State.BROKEN, why=Why.NOT_TOLD)

    def _can_be_told(self, person_id: str) -> bool:
        return can_be_told(self._context.people.get(person_id), self._ways_to_people, self._unreached)

    @property
    def _no_channel(self) -> bool:
        return self._ways_to_people is not None and not self._ways_to_people

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
