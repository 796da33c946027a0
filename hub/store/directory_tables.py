"""The tables of the directory, beside those of the cell's state: one row for each entry, in the order of the directory.

Columns are named as the fields of `hub/directory/model`. `number` keeps the order; sets and small lists are JSON.
"""

from datetime import datetime

from sqlmodel import Field, SQLModel

from hub.store.tables import instant, text


def _number() -> int | None:
    number: int | None = Field(default=None, primary_key=True)
    return number


class DirectoryRow(SQLModel, table=True):
    """One row: whose directory this is."""

    __tablename__ = "directory"
    number: int | None = _number()
    cell: str


class RegionRow(SQLModel, table=True):
    __tablename__ = "directory_region"
    number: int | None = _number()
    id: str = Field(unique=True)
    name: str
    level: str
    parent_id: str | None = None


class CompanyRow(SQLModel, table=True):
    __tablename__ = "directory_company"
    number: int | None = _number()
    id: str = Field(unique=True)
    name: str


class CentreRow(SQLModel, table=True):
    __tablename__ = "directory_centre"
    number: int | None = _number()
    id: str = Field(unique=True)
    name: str
    parent_id: str | None = None
    company_id: str | None = None
    region_id: str | None = None
    phone: str = ""
    openings: str = text()
    special_hours: str = text()


class ElderRow(SQLModel, table=True):
    __tablename__ = "directory_elder"
    number: int | None = _number()
    id: str = Field(unique=True)
    name: str
    call_name: str
    ability_level: int
    flags: str = text()
    birth_year: int | None = None
    note: str = text()


class ResidenceRow(SQLModel, table=True):
    __tablename__ = "directory_residence"
    number: int | None = _number()
    elder_id: str = Field(index=True)
    home_id: str = Field(index=True)
    membership: str
    from_at: datetime = instant()
    until_at: datetime | None = instant(nullable=True)


class HomeEntryRow(SQLModel, table=True):
    __tablename__ = "directory_home"
    number: int | None = _number()
    id: str = Field(unique=True)
    region_id: str = Field(index=True)
    building: str
    stair: str
    flat: str
    floor: int | None = None
    lift: bool
    door_code: str
    care_bed: bool
    phone: str
    note: str = text()
    centre_id: str | None = Field(default=None, index=True)
    emergency_policy: str | None = None
    overrides: str = text()
    adapted: bool = False


class RoomRow(SQLModel, table=True):
    __tablename__ = "directory_room"
    number: int | None = _number()
    id: str = Field(unique=True)
    home_id: str = Field(index=True)
    kind: str
    name: str


class DeviceEntryRow(SQLModel, table=True):
    __tablename__ = "directory_device"
    number: int | None = _number()
    id: str = Field(unique=True)
    kind: str
    family: str
    model: str | None = None
    speaks: bool
    one_way: bool
    silent_after: float | None = None
    """Seconds."""


class AssignmentRow(SQLModel, table=True):
    __tablename__ = "directory_assignment"
    number: int | None = _number()
    device_id: str = Field(index=True)
    home_id: str = Field(index=True)
    from_at: datetime = instant()
    until_at: datetime | None = instant(nullable=True)
    room_id: str | None = None
    wearer_id: str | None = None
    placement: str | None = None


class PersonRow(SQLModel, table=True):
    __tablename__ = "directory_person"
    number: int | None = _number()
    id: str = Field(unique=True)
    name: str
    surname: str
    methods: str = text()
    phone: str
    company_id: str | None = None
    until_at: datetime | None = instant(nullable=True)


class BondRow(SQLModel, table=True):
    __tablename__ = "directory_bond"
    number: int | None = _number()
    person_id: str = Field(index=True)
    role: str
    from_at: datetime = instant()
    until_at: datetime | None = instant(nullable=True)
    home_id: str | None = Field(default=None, index=True)
    region_id: str | None = Field(default=None, index=True)
    cover: bool
    rank: int
    relation: str


class ShiftRow(SQLModel, table=True):
    """`weekdays`: digits from 0 (Monday); `starts`, `ends`: local time, HH:MM."""

    __tablename__ = "directory_shift"
    number: int | None = _number()
    person_id: str = Field(index=True)
    role: str
    weekdays: str
    starts: str
    ends: str
    centre_id: str | None = None
    days: str


class DatedShiftRow(SQLModel, table=True):
    """`on`: the local date it begins on, YYYY-MM-DD; `starts`, `ends`: local time, HH:MM."""

    __tablename__ = "directory_dated_shift"
    number: int | None = _number()
    id: str = Field(unique=True)
    person_id: str = Field(index=True)
    role: str
    on: str
    starts: str
    ends: str
    centre_id: str | None = None
    in_place: bool


class LeaveRow(SQLModel, table=True):
    __tablename__ = "directory_leave"
    number: int | None = _number()
    id: str = Field(unique=True)
    person_id: str = Field(index=True)
    from_at: datetime = instant()
    until_at: datetime = instant()
    kind: str


class CoverRow(SQLModel, table=True):
    __tablename__ = "directory_cover"
    number: int | None = _number()
    id: str = Field(unique=True)
    covered_id: str = Field(index=True)
    by_id: str = Field(index=True)
    from_at: datetime = instant()
    until_at: datetime = instant()
    takes: str
    requested_at: datetime | None = instant(nullable=True)
    by_confirmed_at: datetime | None = instant(nullable=True)
    covered_confirmed_at: datetime | None = instant(nullable=True)
    covered_agreed_by: str | None = None
    declined_at: datetime | None = instant(nullable=True)
    declined_by: str | None = None


class HolidayRow(SQLModel, table=True):
    """`on`: YYYY-MM-DD."""

    __tablename__ = "directory_holiday"
    number: int | None = _number()
    on: str = Field(unique=True)
    day_type: str
    name: str
