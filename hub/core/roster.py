"""Who is on duty at an instant: one pure function from role, home and context to people."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from hub.core.alerts import Role, When
from hub.core.calendar import span
from hub.core.context import Context, Shift
from hub.core.home import Profile
from hub.core.shifts import CELL_ROLES, DatedShift, Takes

CENTRE_ROLES = frozenset({Role.BUTLER, Role.DEPUTY, Role.ELDER_HELPER, Role.CENTRE_DUTY})
"""Roles that a centre staffs; when nobody is on duty there, its parent centre is asked."""

BY_DAY_ONLY = frozenset({Role.PARTNER})
"""Asked by agreement, by day, never the only responder."""


def is_night(now: datetime, context: Context) -> bool:
    """Whether local time lies in the context's night."""
    return _within(context.local(now).time(), context.night_starts, context.night_ends)


def in_hours(when: When, now: datetime, context: Context) -> bool:
    """Whether a step's role is asked at this hour. While the wall clock is unsynchronised every hour counts."""
    if when is When.ALWAYS or not context.wall_synchronised:
        return True
    return is_night(now, context) is (when is When.NIGHT)


def on_duty(role: Role, profile: Profile, now: datetime, context: Context) -> tuple[str, ...]:
    """Ids of the people who hold `role` for this home at `now`, in order, without duplicates.

    People bound to the home count when they are on shift, or have no weekly shifts in the role (a contact always answers);
    whoever stands in for them by a confirmed cover is asked instead, and nobody who is on leave. A shift of one date takes
    somebody without weekly shifts away from no hour, unless it is in place of them: then it alone counts, from midnight to
    midnight of its date. Without a bound person on duty the roster decides: the home's centre, then its parents; operators
    and duty managers serve the whole cell. A butler who is off duty is replaced by a deputy on duty.
    """
    return Moment(now, context).on_duty(role, profile)


def on_shift(shift: Shift, now: datetime, context: Context) -> bool:
    """Whether a weekly shift covers the instant, in local time, across midnight too; whoever stands in for its person."""
    return Moment(now, context).runs(shift)


def stands_in(person_id: str, now: datetime, context: Context) -> str:
    """Who answers for this person's own list at `now`: the person, or whoever covers it."""
    return Moment(now, context).stand_in(person_id, Takes.HOMES)


@dataclass(frozen=True, slots=True)
class Duty:
    """Somebody on duty now. `covered_id`: whose shift it is when it is not the person's own."""

    person_id: str
    role: Role
    centre_id: str | None
    covered_id: str | None = None


def duties(now: datetime, context: Context) -> tuple[Duty, ...]:
    """Everybody on shift at `now`, for the whole cell, without duplicates."""
    moment = Moment(now, context)
    return tuple(
        dict.fromkeys(
            Duty(person_id, role, centre_id, None if person_id == owner else owner)
            for role, centre_id in context.roster.places
            for owner, person_id in moment.shift_holders(role, centre_id)
        )
    )


class Moment:
    """The roster at one instant; remembers what it was asked, so that a sweep over many homes asks each shift once."""

    __slots__ = ("_at_place", "_context", "_days", "_hours", "_now", "_roster", "_wall")

    def __init__(self, now: datetime, context: Context) -> None:
        self._now, self._context, self._roster = now, context, context.roster
        self._wall = context.wall(now)
        local = self._wall.astimezone(context.timezone)
        today = local.date()
        self._days = [today - timedelta(days=1), today]
        if local.fold:
            # The clock went back, perhaps over midnight: what began on the later date goes on.
            self._days.append(today + timedelta(days=1))
        self._at_place: dict[tuple[Role, str | None], tuple[str, ...]] = {}
        self._hours: dict[tuple[str, Role, bool], bool] = {}

    def on_duty(self, role: Role, profile: Profile) -> tuple[str, ...]:
        """As the function of this name."""
        context = self._context
        if role in BY_DAY_ONLY and context.wall_synchronised and is_night(self._now, context):
            return ()
        bound = tuple(dict.fromkeys(self._bound(role, profile)))
        if bound:
            return bound
        for centre_id in _centres(role, profile, context):
            people = self.at_place(role, centre_id)
            if people:
                return people
        return self.on_duty(Role.DEPUTY, profile) if role is Role.BUTLER else ()

    def away(self, person_id: str) -> bool:
        leaves = self._roster.leaves_of.get(person_id)
        return leaves is not None and any(one.from_at <= self._wall < one.until_at for one in leaves)

    def stand_in(self, person_id: str, part: Takes) -> str:
        """Who takes a person's homes or shifts: the end of a chain of covers (who covers may be covered). In a circle nobody
        stands in for anybody."""
        if person_id not in self._roster.covers_of:
            return person_id
        seen = [person_id]
        while (by_id := self._covered_by(seen[-1], part)) is not None:
            if by_id in seen:
                return person_id
            seen.append(by_id)
        return seen[-1]

    def at_place(self, role: Role, centre_id: str | None) -> tuple[str, ...]:
        """Who is on shift in a role at a centre, or for the whole cell."""
        key = (role, centre_id)
        people = self._at_place.get(key)
        if people is None:
            people = tuple(dict.fromkeys(person for _, person in self.shift_holders(role, centre_id)))
            self._at_place[key] = people
        return people

    def shift_holders(self, role: Role, centre_id: str | None) -> Iterator[tuple[str, str]]:
        """Each shift that runs in a role at a place: whose it is, and who is there. Left out when that person is away."""
        roster = self._roster
        running: list[Shift | DatedShift] = [
            shift for shift in roster.at_place.get((role, centre_id), ()) if self.runs(shift)
        ]
        if roster.dated_at_place:
            for day in self._days:
                dated = roster.dated_at_place.get((role, centre_id, day), ())
                running.extend(shift for shift in dated if self._lasts(shift))
        for shift in running:
            person_id = self.stand_in(shift.person_id, Takes.SHIFTS)
            if not self.away(person_id):
                yield shift.person_id, person_id

    def runs(self, shift: Shift) -> bool:
        """Whether a weekly shift lasts now, unless a dated one takes its place."""
        roster, context = self._roster, self._context
        # What ends before midnight began today.
        for day in self._days[1:] if shift.starts < shift.ends else self._days:
            if not context.calendar.falls_on(day, shift.days, shift.weekdays):
                continue
            if roster.displaced and (shift.person_id, shift.role, day) in roster.displaced:
                continue
            from_at, until_at = span(day, shift.starts, shift.ends, context.timezone)
            if from_at <= self._wall < until_at:
                return True
        return False

    def _lasts(self, shift: DatedShift) -> bool:
        from_at, until_at = span(shift.on, shift.starts, shift.ends, self._context.timezone)
        return from_at <= self._wall < until_at

    def _covered_by(self, person_id: str, part: Takes) -> str | None:
        for cover in self._roster.covers_of.get(person_id, ()):
            if cover.takes.includes(part) and cover.holds(self._wall):
                return cover.by_id
        return None

    def _bound(self, role: Role, profile: Profile) -> Iterator[str]:
        for owner in profile.people.get(role, ()):
            person_id = self.stand_in(owner, Takes.HOMES)
            if not self.away(person_id) and self._available(person_id, role, stands_in=person_id != owner):
                yield person_id

    def _available(self, person_id: str, role: Role, *, stands_in: bool) -> bool:
        """On a shift in the role, an own one or one taken over; whom no shifts bind: always. Who stands in and is bound by
        shifts in another role only is there in those: a deputy who covers a butler answers in the deputy's hours."""
        own = self._on_shifts_only(person_id, role)
        if not own and not stands_in:
            return True
        key = (person_id, role, stands_in)
        found = self._hours.get(key)
        if found is None and own and not self._roster.covers_of:
            found = self._hours[key] = self._on_own_shift(person_id, role)
        if found is None:
            owners = self._stands_for(person_id)
            others = [other for other in CENTRE_ROLES if not own and self._on_shifts_only(person_id, other)]
            hours = [(owner, role) for owner in owners]
            if person_id in owners:
                hours += [(person_id, other) for other in others]
            bound = own or others or any(self._on_shifts_only(*one) for one in hours)
            found = not bound or any(self._on_own_shift(*one) for one in hours)
            self._hours[key] = found
        return found

    def _on_shifts_only(self, person_id: str, role: Role) -> bool:
        """Whether shifts say when this person is there in the role: weekly ones; or now, on the date of a shift in place of
        everything else."""
        roster = self._roster
        if (person_id, role) in roster.has_shifts:
            return True
        return bool(roster.displaced) and any(
            (person_id, role, day) in roster.displaced and self._is(day) for day in self._days
        )

    def _is(self, day: date) -> bool:
        from_at, until_at = span(day, time(0), time(0), self._context.timezone)
        return from_at <= self._wall < until_at

    def _stands_for(self, person_id: str) -> set[str]:
        """Everybody whose shifts this person holds now, the own ones among them unless somebody covers them."""
        found, open_ = {person_id}, [person_id]
        while open_:
            for cover in self._roster.covers_by.get(open_.pop(), ()):
                if cover.covered_id not in found:
                    found.add(cover.covered_id)
                    open_.append(cover.covered_id)
        return {owner for owner in found if self.stand_in(owner, Takes.SHIFTS) == person_id}

    def _on_own_shift(self, person_id: str, role: Role) -> bool:
        roster = self._roster
        for shift in roster.of_person.get((person_id, role), ()):
            if self.runs(shift):
                return True
        return bool(roster.dated_of_person) and any(
            self._lasts(shift)
            for day in self._days
            for shift in roster.dated_of_person.get((person_id, role, day), ())
        )


def _centres(role: Role, profile: Profile, context: Context) -> Iterator[str | None]:
    """The centres to ask, nearest first; None is the whole cell."""
    if role in CENTRE_ROLES:
        seen: set[str] = set()
        centre_id = profile.centre_id
        while centre_id is not None and centre_id not in seen:
            seen.add(centre_id)
            yield centre_id
            centre = context.centres.get(centre_id)
            centre_id = centre.parent_id if centre else None
    if role in CENTRE_ROLES or role in CELL_ROLES:
        yield None


def _within(clock: time, starts: time, ends: time) -> bool:
    return starts <= clock < ends if starts < ends else clock >= starts or clock < ends
