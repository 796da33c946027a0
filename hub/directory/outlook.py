"""What is wrong with the roster of the weeks ahead: gaps, double bookings, leave without cover. Pure; the roster page shows it.

The weeks are cut at every instant at which something can change, and `roster` is asked once for each piece: exact to the second,
and as many questions as there are changes, not minutes.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from hub.core.alerts import Policy, Role, When
from hub.core.calendar import date_of, instant_of, span
from hub.core.context import Context
from hub.core.home import Membership, Profile
from hub.core.opening import open_spans
from hub.core.roster import CENTRE_ROLES, Moment, in_hours
from hub.core.shifts import CELL_ROLES, CoverState, Takes
from hub.directory.model import MAX_OWN_ELDERS, Directory, holds
from hub.directory.profiles import people_by_home, with_people
from hub.directory.telling import can_be_told

COVER_OPEN_WITHIN = timedelta(days=3)
CALENDAR_TOLD_BEFORE = timedelta(days=61)
_DAY = timedelta(days=1)
_DESKS = CELL_ROLES | {Role.CENTRE_DUTY}
_CARED_FOR = frozenset({Membership.NOT_YET_OPEN, Membership.ACTIVE, Membership.PAUSED})


class RosterProblemKind(StrEnum):
    """Gravest first."""

    NOBODY = "nobody"
    """A role that a policy names reaches nobody for the homes of a centre (None: of the cell)."""
    NO_BUTLER = "no_butler"
    """A butler on leave whose elders nobody has taken over."""
    NO_CONTACT = "no_contact"
    """Somebody is on duty who comes to the door, and no way to tell them works."""
    DESK_EMPTY = "desk_empty"
    """A centre is open and nobody sits at its desk; its parent's is asked."""
    TWICE = "twice"
    """One person on shifts that need them in two places at the same time."""
    COVER_OPEN = "cover_open"
    """A cover begins soon, or has begun, and one side has not confirmed it."""
    NO_CALENDAR = "no_calendar"
    """Nobody has given the holidays of a year: it has plain weekdays."""
    ABOVE_LIST = "above_list"
    """More elders than a list holds, by covers: allowed, and to be known."""
    AFTER_HOURS = "after_hours"
    """Policies ask a centre's desk outside of its opening hours, when nobody is meant to sit there; an operator, whom
    they ask at the same hours, is there."""


@dataclass(frozen=True, slots=True)
class RosterProblem:
    """From when until when, and about whom; which fields are filled depends on the kind. `elders` is how many are concerned."""

    kind: RosterProblemKind
    from_at: datetime
    until_at: datetime
    role: Role | None = None
    centre_id: str | None = None
    person_id: str | None = None
    other_id: str | None = None
    places: tuple[str | None, ...] = ()
    elders: int = 0
    own_elders: int = 0
    cover_id: str | None = None
    year: int | None = None

    def __str__(self) -> str:
        about = {
            "role": self.role,
            "centre": self.centre_id,
            "person": self.person_id,
            "other": self.other_id,
            "places": " ".join(place or "call-centre" for place in self.places),
            "elders": self.elders,
            "year": self.year,
        }
        told = " ".join(f"{name}={value}" for name, value in about.items() if value)
        return f"{self.kind} {self.from_at:%Y-%m-%dT%H:%MZ}..{self.until_at:%Y-%m-%dT%H:%MZ} {told}"


def outlook(
    directory: Directory,
    from_at: datetime,
    until_at: datetime,
    context: Context,
    *,
    channels: Collection[str] | None = None,
    unreached: Collection[str] = (),
) -> tuple[RosterProblem, ...]:
    """Everything that is wrong between two instants, in order of time; `from_at` counts as now. The context gives policies,
    time zone, night and calendar; people and shifts come from the directory.

    `channels` are those that are set up (None: any counts; with none, which is told elsewhere, nobody's contact is judged),
    `unreached` the people whom the newest notification did not reach.
    """
    surroundings = replace(context, wall_offset=timedelta(), wall_synchronised=True)
    sweep = _Sweep(directory, surroundings, channels, frozenset(unreached))
    found = [
        *sweep.run(from_at, until_at),
        *_open_covers(directory, from_at),
        *_years_without_calendar(directory, from_at, surroundings),
    ]
    order = list(RosterProblemKind)
    return tuple(
        sorted(found, key=lambda one: (one.from_at, order.index(one.kind), one.person_id or "", str(one)))
    )


def _open_covers(directory: Directory, now: datetime) -> Iterator[RosterProblem]:
    for cover in directory.covers:
        open_ = cover.state is CoverState.REQUESTED and cover.until_at > now
        if open_ and cover.from_at <= now + COVER_OPEN_WITHIN:
            yield RosterProblem(
                RosterProblemKind.COVER_OPEN,
                *(cover.from_at, cover.until_at),
                person_id=cover.covered_id,
                other_id=cover.by_id,
                cover_id=cover.id,
            )


WHOLE_YEAR = 7
"""A year has more public holidays than that: one or two entered days are a place's own, and no year's calendar."""


def _years_without_calendar(directory: Directory, now: datetime, context: Context) -> Iterator[RosterProblem]:
    zone = context.timezone
    entered = Counter(holiday.on.year for holiday in directory.holidays)
    known = context.calendar.years | {year for year, days in entered.items() if days >= WHOLE_YEAR}
    years = {date_of(now, zone).year, date_of(now + CALENDAR_TOLD_BEFORE, zone).year}
    for year in sorted(years - known):
        begins, ends = (instant_of(date(one, 1, 1), time(0), zone) for one in (year, year + 1))
        yield RosterProblem(RosterProblemKind.NO_CALENDAR, max(begins, now), ends, year=year)


@dataclass(frozen=True, slots=True)
class _Homes:
    """Homes of one centre with the same people bound to them, and how many elders are cared for in them."""

    profile: Profile
    elders: int
    own_butler: str | None


@dataclass(slots=True)
class _Runs:
    """Joins what holds in neighbouring pieces of time into one problem."""

    done: list[RosterProblem] = field(default_factory=list)
    open: dict[Hashable, RosterProblem] = field(default_factory=dict)

    def add(self, found: Mapping[Hashable, RosterProblem]) -> None:
        for key in [key for key in self.open if key not in found]:
            self.done.append(self.open.pop(key))
        for key, problem in found.items():
            before = self.open.get(key)
            if before is None:
                self.open[key] = problem
            else:
                elders = max(before.elders, problem.elders)
                self.open[key] = replace(before, until_at=problem.until_at, elders=elders)

    def close(self) -> list[RosterProblem]:
        self.add({})
        return self.done


class _Sweep:
    def __init__(
        self,
        directory: Directory,
        context: Context,
        channels: Collection[str] | None,
        unreached: frozenset[str],
    ) -> None:
        self._directory, self._context = directory, context
        self._channels, self._unreached = channels, unreached
        self._needed = _needed(context.policies)

    def run(self, from_at: datetime, until_at: datetime) -> list[RosterProblem]:
        runs = _Runs()
        points = sorted({from_at, *self._points(from_at, until_at)})
        changes = self._changes()
        context, homes = self._context, list[_Homes]()
        opens = self._openings(from_at, until_at)
        for number, (begins, ends) in enumerate(zip(points, [*points[1:], until_at], strict=True)):
            if number == 0 or begins in changes:
                context = with_people(self._context, self._directory, begins)
                homes = self._homes(begins)
            moment = Moment(begins, context)
            found: dict[Hashable, RosterProblem] = {}
            for problem in self._judge(moment, context, homes, opens, begins, ends):
                key = replace(problem, from_at=from_at, until_at=from_at, elders=0)
                if problem.kind is RosterProblemKind.ABOVE_LIST:
                    key = replace(key, elders=problem.elders)
                known = found.get(key)
                elders = problem.elders + (known.elders if known is not None else 0)
                found[key] = replace(problem, elders=elders)
            runs.add(found)
        return runs.close()

    # --- where time is cut --------------------------------------------------------------------------------------------

    def _points(self, from_at: datetime, until_at: datetime) -> Iterator[datetime]:
        """Every instant between the two at which somebody comes, goes, opens or closes."""
        return (at for at in self._instants(from_at, until_at) if from_at < at < until_at)

    def _instants(self, from_at: datetime, until_at: datetime) -> Iterator[datetime]:
        directory, context = self._directory, self._context
        zone = context.timezone
        clocks = {context.night_starts, context.night_ends}
        for shift in directory.shifts:
            clocks |= {shift.starts, shift.ends}
        for on in _dates(from_at, until_at, context):
            for clock in clocks:
                yield instant_of(on, clock, zone)
        for dated in directory.dated_shifts:
            yield from span(dated.on, dated.starts, dated.ends, zone)
            if dated.in_place:
                yield from span(dated.on, time(0), time(0), zone)
        for spans in self._openings(from_at, until_at).values():
            for one in spans:
                yield from one
        for leave in directory.leaves:
            yield from (leave.from_at, leave.until_at)
        for cover in directory.covers:
            yield from (cover.from_at, cover.until_at)
        yield from self._changes()

    def _changes(self) -> frozenset[datetime]:
        """When people or homes change hands."""
        directory = self._directory
        instants = [at for bond in directory.bonds for at in (bond.from_at, bond.until_at)]
        instants += [at for one in directory.residences for at in (one.from_at, one.until_at)]
        instants += [person.until_at for person in directory.persons]
        return frozenset(at for at in instants if at is not None)

    def _openings(self, from_at: datetime, until_at: datetime) -> dict[str, list[tuple[datetime, datetime]]]:
        context = self._context
        calendar = context.calendar.changed_by(self._directory.holidays)
        return {
            centre.id: [
                one
                for on in _dates(from_at, until_at, context)
                for one in open_spans(on, centre.openings, centre.special_hours, calendar, context.timezone)
            ]
            for centre in self._directory.centres
            if centre.openings or centre.special_hours
        }

    def _homes(self, at: datetime) -> list[_Homes]:
        cared_for: defaultdict[str, int] = defaultdict(int)
        for residence in self._directory.residences:
            if residence.membership in _CARED_FOR and holds(residence, at):
                cared_for[residence.home_id] += 1
        own = {
            bond.home_id: bond.person_id
            for bond in self._directory.bonds
            if bond.role is Role.BUTLER and not bond.cover and holds(bond, at)
        }
        people = people_by_home(self._directory, at)
        counts: defaultdict[tuple[Hashable, ...], int] = defaultdict(int)
        samples: dict[tuple[Hashable, ...], _Homes] = {}
        for home in self._directory.homes:
            if not cared_for[home.id]:
                continue
            bound = {role: found for role, found in people[home.id].items() if role in CENTRE_ROLES}
            key = (home.centre_id, own.get(home.id), *sorted(bound.items()))
            counts[key] += cared_for[home.id]
            samples.setdefault(
                key,
                _Homes(Profile(home.id, people=bound, centre_id=home.centre_id), 0, own.get(home.id)),
            )
        return [replace(samples[key], elders=count) for key, count in counts.items()]

    # --- what is judged in each piece -----------------------------------------------------------------------------------

    def _judge(
        self,
        moment: Moment,
        context: Context,
        homes: list[_Homes],
        opens: Mapping[str, list[tuple[datetime, datetime]]],
        begins: datetime,
        ends: datetime,
    ) -> Iterator[RosterProblem]:
        needed = [
            role
            for role, hours in self._needed.items()
            if any(in_hours(one, begins, context) for one in hours)
        ]
        for role in needed:
            if role in CELL_ROLES:
                if not moment.at_place(role, None):
                    yield RosterProblem(RosterProblemKind.NOBODY, begins, ends, role=role)
                continue
            for one in homes:
                if self._staffed(role, one, context) and not moment.on_duty(role, one.profile):
                    closed = role is Role.CENTRE_DUTY and self._after_hours(
                        moment, one.profile.centre_id, context, opens, begins
                    )
                    yield RosterProblem(
                        RosterProblemKind.AFTER_HOURS if closed else RosterProblemKind.NOBODY,
                        *(begins, ends),
                        role=role,
                        centre_id=one.profile.centre_id,
                        elders=one.elders,
                    )
        yield from self._without_contact(moment, context, homes, needed, begins, ends)
        for centre_id, spans in opens.items():
            is_open = any(opens_at <= begins < closes_at for opens_at, closes_at in spans)
            if is_open and not moment.at_place(Role.CENTRE_DUTY, centre_id):
                yield RosterProblem(
                    RosterProblemKind.DESK_EMPTY, begins, ends, role=Role.CENTRE_DUTY, centre_id=centre_id
                )
        yield from _lists(moment, homes, begins, ends)
        yield from _twice(moment, context, begins, ends)

    def _without_contact(
        self,
        moment: Moment,
        context: Context,
        homes: Iterable[_Homes],
        needed: Iterable[Role],
        begins: datetime,
        ends: datetime,
    ) -> Iterator[RosterProblem]:
        """Who sits at a desk looks at a console; whoever comes to the door must be told."""
        if self._channels is not None and not self._channels:
            return
        elders: defaultdict[str, int] = defaultdict(int)
        for role in needed:
            if role in CENTRE_ROLES and role is not Role.CENTRE_DUTY:
                for one in homes:
                    for person in moment.on_duty(role, one.profile):
                        elders[person] = max(elders[person], one.elders)
        for person, count in elders.items():
            if not can_be_told(context.people.get(person), self._channels, self._unreached):
                yield RosterProblem(
                    RosterProblemKind.NO_CONTACT, begins, ends, person_id=person, elders=count
                )

    def _staffed(self, role: Role, homes: _Homes, context: Context) -> bool:
        """Whether anybody is meant to hold the role here at all; a butler is, always."""
        if role in (Role.BUTLER, Role.CENTRE_DUTY) or homes.profile.people.get(role):
            return True
        places = set(context.roster.places)
        return any((role, one) in places for one in _with_parents(homes.profile.centre_id, context))

    def _after_hours(
        self,
        moment: Moment,
        centre_id: str | None,
        context: Context,
        opens: Mapping[str, list[tuple[datetime, datetime]]],
        at: datetime,
    ) -> bool:
        """Whether an empty desk is as meant: the centres that tell hours are closed, no weekly shift of a desk (taken or
        dropped) lasts, and each policy that asks for the desk now asks the operators too and finds one."""
        asked = list(_with_parents(centre_id, context))
        hours = [opens[one] for one in asked if one in opens]
        if not hours or any(begins <= at < ends for spans in hours for begins, ends in spans):
            return False
        weekly = Moment(at, replace(context, roster=replace(context.roster, displaced=frozenset())))
        desks = [shift for one in asked for shift in context.roster.at_place.get((Role.CENTRE_DUTY, one), ())]
        if any(weekly.runs(shift) for shift in desks):
            return False
        for policy in context.policies.values():
            roles = {
                one.role for step in policy.steps for one in step.roles if in_hours(one.when, at, context)
            }
            answered = Role.OPERATOR in roles and moment.at_place(Role.OPERATOR, None)
            if Role.CENTRE_DUTY in roles and not answered:
                return False
        return True


def _with_parents(centre_id: str | None, context: Context) -> Iterator[str]:
    seen = set[str]()
    while centre_id is not None and centre_id not in seen:
        yield centre_id
        seen.add(centre_id)
        centre = context.centres.get(centre_id)
        centre_id = centre.parent_id if centre else None


def _needed(policies: Mapping[str, Policy]) -> dict[Role, frozenset[When]]:
    """The roles that policies ask of the roster, with the hours in which they do."""
    found: defaultdict[Role, set[When]] = defaultdict(set)
    for policy in policies.values():
        for step in policy.steps:
            for one in step.roles:
                if one.role in CELL_ROLES or one.role in CENTRE_ROLES:
                    found[one.role].add(one.when)
    return {role: frozenset(hours) for role, hours in found.items()}


def _lists(
    moment: Moment, homes: Iterable[_Homes], begins: datetime, ends: datetime
) -> Iterator[RosterProblem]:
    """Lists whose butler is away, and lists that covers make longer than a list may be."""
    total: defaultdict[str, int] = defaultdict(int)
    own: defaultdict[str, int] = defaultdict(int)
    for one in homes:
        butlers = one.profile.people.get(Role.BUTLER, ())
        answering = [moment.stand_in(butler, Takes.HOMES) for butler in butlers]
        if one.own_butler is not None:
            own[one.own_butler] += one.elders
        present = [person for person in answering if not moment.away(person)]
        if butlers and not present:
            yield RosterProblem(
                *(RosterProblemKind.NO_BUTLER, begins, ends),
                person_id=butlers[0],
                other_id=answering[0] if answering[0] != butlers[0] else None,
                elders=one.elders,
            )
        for person in dict.fromkeys(present):
            total[person] += one.elders
    for person, elders in total.items():
        if elders > MAX_OWN_ELDERS and elders > own[person]:
            yield RosterProblem(
                *(RosterProblemKind.ABOVE_LIST, begins, ends),
                person_id=person,
                elders=elders,
                own_elders=own[person],
            )


def _twice(moment: Moment, context: Context, begins: datetime, ends: datetime) -> Iterator[RosterProblem]:
    """A deputy is called to wherever a butler is missing and may serve many centres: that takes them away from a desk
    elsewhere, and from nothing else."""
    bound: defaultdict[str, set[str | None]] = defaultdict(set)
    at_desk: set[str] = set()
    called_to: defaultdict[str, set[str | None]] = defaultdict(set)
    for role, centre_id in context.roster.places:
        if role in CELL_ROLES or role in CENTRE_ROLES:
            for person in moment.at_place(role, centre_id):
                (called_to if role is Role.DEPUTY else bound)[person].add(centre_id)
                if role in _DESKS:
                    at_desk.add(person)
    for person, places in bound.items():
        found = places | called_to[person] if person in at_desk else places
        if len(found) > 1:
            yield RosterProblem(
                *(RosterProblemKind.TWICE, begins, ends),
                person_id=person,
                places=tuple(sorted(found, key=lambda place: place or "")),
            )


def _dates(from_at: datetime, until_at: datetime, context: Context) -> Iterator[date]:
    """Every local date of which something may last between the two."""
    on = date_of(from_at, context.timezone) - _DAY
    last = date_of(until_at, context.timezone) + _DAY
    while on <= last:
        yield on
        on += _DAY
