"""The surroundings of a step: rules, policies, people, rosters, how busy they are. Immutable, refreshed between steps."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from hub.core.alerts import Policy
from hub.core.calendar import Calendar
from hub.core.opening import Opening, SpecialHours
from hub.core.rules import Rules
from hub.core.shifts import Cover, DatedShift, Leave, RosterIndex, Shift, index

__all__ = ["Centre", "ContactMethod", "Context", "Person", "Shift"]


@dataclass(frozen=True, slots=True)
class ContactMethod:
    """A way to reach a person: a channel's name and an address only this channel understands."""

    channel: str
    address: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be asked: butler, deputy, contact, desk. `surname` is spoken to the elder, `phone` dialled by a person
    (the care card shows it); `methods` are what the hub uses."""

    id: str
    name: str
    surname: str
    methods: tuple[ContactMethod, ...] = ()
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Centre:
    """A day-care centre; a small one backs up to its `parent_id`."""

    id: str
    name: str
    parent_id: str | None = None
    company_id: str | None = None
    openings: tuple[Opening, ...] = ()
    special_hours: tuple[SpecialHours, ...] = ()


@dataclass(frozen=True, slots=True)
class Context:
    """`load` maps a person to the open emergencies that wait for them or are held by them. `resumed_at` is when the hub last
    came back from an outage of `away_for`: absence deadlines that it may have spoilt start anew from there. `wall_synchronised`
    False: rules that need the local time hold. `wall_offset`: by how much hub time is ahead of the wall clock; whoever depends on
    the hour of the day asks `local`. `device_homes`: to which home each device of the cell is assigned, so that one heard
    elsewhere is recognised."""

    version: int
    rules: Rules
    policies: Mapping[str, Policy]
    resumed_at: datetime
    people: Mapping[str, Person] = field(default_factory=dict)
    shifts: tuple[Shift, ...] = ()
    centres: Mapping[str, Centre] = field(default_factory=dict)
    load: Mapping[str, frozenset[str]] = field(default_factory=dict)
    timezone: tzinfo = ZoneInfo("Asia/Shanghai")
    night_starts: time = time(21, 0)
    night_ends: time = time(7, 0)
    wall_synchronised: bool = True
    wall_offset: timedelta = timedelta()
    dated_shifts: tuple[DatedShift, ...] = ()
    leaves: tuple[Leave, ...] = ()
    covers: tuple[Cover, ...] = ()
    calendar: Calendar = field(default_factory=Calendar)
    roster: RosterIndex = field(default_factory=RosterIndex, compare=False, repr=False)
    device_homes: Mapping[str, str] = field(default_factory=dict, repr=False)
    away_for: timedelta = timedelta.max

    def __post_init__(self) -> None:
        entries = (self.shifts, self.dated_shifts, self.leaves, self.covers)
        if not self.roster.built_from(*entries):
            object.__setattr__(self, "roster", index(*entries))

    def wall(self, at: datetime) -> datetime:
        """What the wall clock said at an instant of hub time (UTC)."""
        return at - self.wall_offset

    def local(self, at: datetime) -> datetime:
        """The local time of the people at an instant of hub time."""
        return self.wall(at).astimezone(self.timezone)
