"""The entries of a roster (weekly patterns, dated shifts, leave, covers) and an index over them, which `roster` asks."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from enum import StrEnum
from typing import TypeVar

from hub.core.alerts import Role
from hub.core.calendar import OnDays

Key = TypeVar("Key", bound=Hashable)
Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True)
class Shift:
    """A weekly duty: on these weekdays (0 = Monday) from `starts` to `ends` local time; `ends` <= `starts` runs past midnight.

    `centre_id` None: for the whole cell (operators, duty managers). `days` other than weekdays: on the workdays or the rest
    days of the calendar, or on every date; `weekdays` is empty then.
    """

    person_id: str
    role: Role
    weekdays: frozenset[int]
    starts: time
    ends: time
    centre_id: str | None = None
    days: OnDays = OnDays.WEEKDAYS


@dataclass(frozen=True, slots=True)
class DatedShift:
    """A duty of one date, which is the local date it begins on.

    `in_place`: on that date instead of what the person does in this role otherwise (the weekly pattern; any hour, for somebody
    without one), and on no other date. If not: beside it, which for somebody without a pattern, who is asked at any hour,
    changes nothing.
    """

    id: str
    person_id: str
    role: Role
    on: date
    starts: time
    ends: time
    centre_id: str | None = None
    in_place: bool = False


class LeaveKind(StrEnum):
    PLANNED = "planned"
    ILL = "ill"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Leave:
    """A person is away: asked neither on shifts nor for the own list."""

    id: str
    person_id: str
    from_at: datetime
    until_at: datetime
    kind: LeaveKind = LeaveKind.PLANNED


class Takes(StrEnum):
    """What a cover takes over: the own list, the shifts, or both."""

    HOMES = "homes"
    SHIFTS = "shifts"
    EVERYTHING = "everything"

    def includes(self, part: "Takes") -> bool:
        return self is part or self is Takes.EVERYTHING


class CoverState(StrEnum):
    REQUESTED = "requested"
    CONFIRMED = "confirmed"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Cover:
    """代管: `by_id` stands in for `covered_id` between two instants. It counts once both have confirmed.

    `covered_agreed_by` is who confirmed for the covered side: that person; the duty manager's log-in for somebody ill;
    the log-in of whoever was told on the telephone by somebody who has none.
    """

    id: str
    covered_id: str
    by_id: str
    from_at: datetime
    until_at: datetime
    takes: Takes = Takes.EVERYTHING
    requested_at: datetime | None = None
    by_confirmed_at: datetime | None = None
    covered_confirmed_at: datetime | None = None
    covered_agreed_by: str | None = None
    declined_at: datetime | None = None
    declined_by: str | None = None

    @property
    def state(self) -> CoverState:
        if self.declined_at is not None:
            return CoverState.DECLINED
        if self.by_confirmed_at is not None and self.covered_confirmed_at is not None:
            return CoverState.CONFIRMED
        return CoverState.REQUESTED

    def holds(self, at: datetime) -> bool:
        return self.from_at <= at < self.until_at


@dataclass(frozen=True, slots=True)
class RosterIndex:
    """The entries by what they are asked for, so that a district's roster answers as fast as a street's.

    `has_shifts` are people with a weekly shift in a role: they are asked on their shifts only. A dated shift binds nobody
    beyond its date: `displaced` says on which dates it stands in place of everything else. Covers that nobody confirmed are
    not in the index.
    """

    shifts: tuple[Shift, ...] = ()
    dated_shifts: tuple[DatedShift, ...] = ()
    leaves: tuple[Leave, ...] = ()
    covers: tuple[Cover, ...] = ()
    at_place: Mapping[tuple[Role, str | None], tuple[Shift, ...]] = field(default_factory=dict)
    of_person: Mapping[tuple[str, Role], tuple[Shift, ...]] = field(default_factory=dict)
    dated_at_place: Mapping[tuple[Role, str | None, date], tuple[DatedShift, ...]] = field(
        default_factory=dict
    )
    dated_of_person: Mapping[tuple[str, Role, date], tuple[DatedShift, ...]] = field(default_factory=dict)
    displaced: frozenset[tuple[str, Role, date]] = frozenset()
    has_shifts: frozenset[tuple[str, Role]] = frozenset()
    places: tuple[tuple[Role, str | None], ...] = ()
    leaves_of: Mapping[str, tuple[Leave, ...]] = field(default_factory=dict)
    covers_of: Mapping[str, tuple[Cover, ...]] = field(default_factory=dict)
    covers_by: Mapping[str, tuple[Cover, ...]] = field(default_factory=dict)

    def built_from(
        self,
        shifts: tuple[Shift, ...],
        dated_shifts: tuple[DatedShift, ...],
        leaves: tuple[Leave, ...],
        covers: tuple[Cover, ...],
    ) -> bool:
        """Whether it indexes these very tuples, so that it need not be built again."""
        return (
            self.shifts is shifts
            and self.dated_shifts is dated_shifts
            and self.leaves is leaves
            and self.covers is covers
        )


CELL_ROLES = frozenset({Role.OPERATOR, Role.DUTY_MANAGER})
"""Roles that serve every home of the cell. All others are asked only where somebody is bound to the home."""


def place_of(duty: Shift | DatedShift) -> str | None:
    """Whoever serves the whole cell serves it, whatever centre a shift names."""
    return None if duty.role in CELL_ROLES else duty.centre_id


def index(
    shifts: tuple[Shift, ...],
    dated_shifts: tuple[DatedShift, ...],
    leaves: tuple[Leave, ...],
    covers: tuple[Cover, ...],
) -> RosterIndex:
    confirmed = [cover for cover in covers if cover.state is CoverState.CONFIRMED]
    duties: tuple[Shift | DatedShift, ...] = (*shifts, *dated_shifts)
    return RosterIndex(
        shifts=shifts,
        dated_shifts=dated_shifts,
        leaves=leaves,
        covers=covers,
        at_place=_grouped(((one.role, place_of(one)), one) for one in shifts),
        of_person=_grouped(((one.person_id, one.role), one) for one in shifts),
        dated_at_place=_grouped(((one.role, place_of(one), one.on), one) for one in dated_shifts),
        dated_of_person=_grouped(((one.person_id, one.role, one.on), one) for one in dated_shifts),
        displaced=frozenset((one.person_id, one.role, one.on) for one in dated_shifts if one.in_place),
        has_shifts=frozenset((one.person_id, one.role) for one in shifts),
        places=tuple(dict.fromkeys((one.role, place_of(one)) for one in duties)),
        leaves_of=_grouped((one.person_id, one) for one in leaves),
        covers_of=_grouped((one.covered_id, one) for one in confirmed),
        covers_by=_grouped((one.by_id, one) for one in confirmed),
    )


def _grouped(pairs: Iterable[tuple[Key, Entry]]) -> dict[Key, tuple[Entry, ...]]:
    found: defaultdict[Key, list[Entry]] = defaultdict(list)
    for key, entry in pairs:
        found[key].append(entry)
    return {key: tuple(entries) for key, entries in found.items()}
