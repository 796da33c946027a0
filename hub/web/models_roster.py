"""What the roster's interface takes and gives. Local times of shifts are HH:MM; leave and covers are instants with an offset."""

from datetime import UTC, date, datetime, time
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from hub.core.alerts import Role
from hub.core.calendar import DayType, OnDays
from hub.core.shifts import CoverState, LeaveKind, Takes
from hub.directory.outlook import RosterProblemKind
from hub.web.models import PersonRef
from hub.web.roster_week import DutyState
from hub.web.typed import Line

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2199, 12, 31)
"""What a roster may speak of. Beyond lies nothing but slips of the pen, and near the ends of the calendar a week has no end."""


def _without_zone(clock: time) -> time:
    if clock.tzinfo is not None:
        raise ValueError("is a local time: leave its offset away")
    if clock.second or clock.microsecond:
        raise ValueError("is a time of hours and minutes")
    return clock


Id = Annotated[str, Field(min_length=1, max_length=64)]
Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
Clock = Annotated[time, AfterValidator(_without_zone)]
Instant = Annotated[
    AwareDatetime,
    Field(ge=datetime.combine(FIRST_DAY, time(0), UTC), le=datetime.combine(LAST_DAY, time(0), UTC)),
]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ShiftIn(_In):
    """`weekdays` (0 = Monday) with `days` = weekdays, and empty with any other. `ends` <= `starts` runs past midnight."""

    person_id: Id
    role: Role
    starts: Clock
    ends: Clock
    days: OnDays = OnDays.WEEKDAYS
    weekdays: list[Annotated[int, Field(ge=0, le=6)]] = []
    centre_id: Id | None = None


class DatedShiftIn(_In):
    person_id: Id
    role: Role
    on: Day
    starts: Clock
    ends: Clock
    centre_id: Id | None = None
    in_place: bool = False


class LeaveIn(_In):
    person_id: Id
    from_at: Instant
    until_at: Instant
    kind: LeaveKind = LeaveKind.PLANNED


class CoverIn(_In):
    covered_id: Id
    by_id: Id
    from_at: Instant
    until_at: Instant
    takes: Takes = Takes.EVERYTHING


class TelephoneIn(_In):
    """Who said on the telephone that it is agreed: the covered person or who covers."""

    person_id: Id


class HolidayIn(_In):
    day_type: DayType
    name: Annotated[Line, Field(max_length=40)] = ""


class OpeningIn(_In):
    opens: Clock
    closes: Clock
    days: OnDays = OnDays.WEEKDAYS
    weekdays: list[Annotated[int, Field(ge=0, le=6)]] = []


class HoursIn(_In):
    opens: Clock
    closes: Clock


class DayOut(BaseModel):
    """`hours`: when the centre opens; empty: closed; null: it tells no hours."""

    on: date
    day_type: DayType
    holiday: str | None
    hours: list[tuple[time, time]] | None


class DutyOut(BaseModel):
    """`other`: who took it over, or whose it is."""

    starts: time
    ends: time
    roles: list[Role]
    centre: PersonRef | None
    state: DutyState
    other: PersonRef | None
    dated_shift_id: str | None


class PersonWeekOut(BaseModel):
    """`days` has seven lists, from Monday."""

    person: PersonRef
    days: list[list[DutyOut]]


class NowOut(BaseModel):
    person: PersonRef
    role: Role
    centre: PersonRef | None
    instead_of: PersonRef | None


class LeaveOut(BaseModel):
    id: str
    person: PersonRef
    from_at: datetime
    until_at: datetime
    kind: LeaveKind


class CoverOut(BaseModel):
    """`waits_for`: whose confirmation is missing."""

    id: str
    covered: PersonRef
    by: PersonRef
    from_at: datetime
    until_at: datetime
    takes: Takes
    state: CoverState
    waits_for: list[PersonRef]


class ShiftOut(BaseModel):
    id: str
    person: PersonRef
    role: Role
    days: OnDays
    weekdays: list[int]
    starts: time
    ends: time
    centre: PersonRef | None


class WeekOut(BaseModel):
    """A week at a centre, or of oneself."""

    first: date
    centre: PersonRef | None
    days: list[DayOut]
    people: list[PersonWeekOut]
    now: list[NowOut]
    any_hour: list[NowOut] = Field(
        description="Whoever is asked now without a shift, since no weekly shifts of theirs say when."
    )
    shifts: list[ShiftOut]
    leaves: list[LeaveOut]
    covers: list[CoverOut]


class RosterProblemOut(BaseModel):
    """`text` says it in Chinese, `text_en` in English; which of the other members are filled depends on the kind."""

    kind: RosterProblemKind
    from_at: datetime
    until_at: datetime
    text: str
    text_en: str
    role: Role | None
    centre: PersonRef | None
    person: PersonRef | None
    other: PersonRef | None
    elders: int
    cover_id: str | None
