"""The directory as rows of a ledger's tables: what `reading` and `plan` take back without a difference."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Any

from hub.directory.model import Assignment, Directory, Residence, holds
from hub.directory.profiles import address, region_path
from hub.ledger.reading import ZONE
from hub.ledger.tables import EXPORTED, Table, TableName
from hub.web.words.said import Language

NOTHING = {"zh": "无", "en": "none"}
"""Written where an empty cell would be made up from other columns."""

Cell = str | int | float | None


def tables(
    directory: Directory, language: Language, at: datetime, zone: tzinfo = ZONE
) -> Iterator[tuple[Table, list[list[Cell]]]]:
    """Every table with its rows, in the order in which they are read."""
    said = _Entries(directory, at)
    for table in EXPORTED:
        columns = [column for column in table.columns if column.exported]
        rows: list[list[Cell]] = []
        for values in said.of(table.name):
            row: list[Cell] = []
            for column in columns:
                value = values.get(column.key)
                written = None if value is None else column.reader.write(value, language, zone)
                if column.derived and written is None:
                    written = NOTHING[language]
                row.append(written)
            rows.append(row)
        yield table, rows


class _Entries:
    """The entries of a directory as values by column key."""

    def __init__(self, directory: Directory, at: datetime) -> None:
        self._directory = directory
        self._at = at
        regions = {region.id: region for region in directory.regions}
        self._addresses = {
            home.id: address(home, region_path(regions, home.region_id)) for home in directory.homes
        }
        self._names = {person.id: person.name for person in directory.persons}
        self._elder_names = {elder.id: elder.name for elder in directory.elders}
        self._living: dict[str, Residence] = {}
        for residence in directory.residences:
            known = self._living.get(residence.elder_id)
            if known is None or self._rank(residence) > self._rank(known):
                self._living[residence.elder_id] = residence
        self._hanging: dict[str, Assignment] = {}
        for one in directory.assignments:
            if one.until_at is None or one.until_at > at:
                hung = self._hanging.get(one.device_id)
                if hung is None or self._rank(one) > self._rank(hung):
                    self._hanging[one.device_id] = one

    def _rank(self, one: Residence | Assignment) -> tuple[bool, float]:
        """What holds now comes first, then what began last."""
        return (holds(one, self._at), one.from_at.timestamp())

    def of(self, name: TableName) -> Iterator[Mapping[str, Any]]:
        rows: Iterator[Mapping[str, Any]] = getattr(self, f"_{name.value}")()
        return rows

    def _regions(self) -> Iterator[Mapping[str, Any]]:
        for one in self._directory.regions:
            yield {"id": one.id, "name": one.name, "level": one.level, "parent": one.parent_id}

    def _companies(self) -> Iterator[Mapping[str, Any]]:
        for one in self._directory.companies:
            yield {"id": one.id, "name": one.name}

    def _centres(self) -> Iterator[Mapping[str, Any]]:
        for one in self._directory.centres:
            named = {"parent": one.parent_id, "company": one.company_id, "region": one.region_id}
            hours = {"openings": one.openings, "special_hours": one.special_hours}
            yield {"id": one.id, "name": one.name, "phone": one.phone, **named, **hours}

    def _people(self) -> Iterator[Mapping[str, Any]]:
        for one in self._directory.persons:
            reached = {"phone": one.phone, "methods": one.methods}
            yield {
                "id": one.id,
                "name": one.name,
                "surname": one.surname,
                **reached,
                "company": one.company_id,
                "until_at": one.until_at,
            }

    def _homes(self) -> Iterator[Mapping[str, Any]]:
        residents: dict[str, list[str]] = defaultdict(list)
        for residence in self._living.values():
            residents[residence.home_id].append(self._elder_names.get(residence.elder_id, ""))
        for one in self._directory.homes:
            yield {
                "id": one.id,
                "region": one.region_id,
                "building": one.building,
                "stair": one.stair,
                "flat": one.flat,
                "floor": one.floor,
                "lift": one.lift,
                "door_code": one.door_code,
                "adapted": one.adapted,
                "care_bed": one.care_bed,
                "home_phone": one.phone,
                "home_note": one.note,
                "centre": one.centre_id,
                "policy": one.emergency_policy,
                "overrides": one.overrides,
                "shown_address": self._addresses[one.id],
                "shown_elders": "、".join(residents[one.id]),
            }

    def _elders(self) -> Iterator[Mapping[str, Any]]:
        for one in self._directory.elders:
            living = self._living.get(one.id)
            yield {
                "id": one.id,
                "name": one.name,
                "call_name": one.call_name,
                "birth_year": one.birth_year,
                "level": one.ability_level,
                "flags": one.flags,
                "note": one.note,
                "membership": living.membership if living is not None else None,
                "home": living.home_id if living is not None else None,
                "from_at": living.from_at if living is not None else None,
                "until_at": living.until_at if living is not None else None,
                "shown_address": self._addresses.get(living.home_id) if living is not None else None,
            }

    def _rooms(self) -> Iterator[Mapping[str, Any]]:
        for one in self._directory.rooms:
            yield {"id": one.id, "home": one.home_id, "kind": one.kind, "name": one.name}

    def _residences(self) -> Iterator[Mapping[str, Any]]:
        for one in self._directory.residences:
            if self._living.get(one.elder_id) is not one:
                period = {"from_at": one.from_at, "until_at": one.until_at}
                yield {"elder": one.elder_id, "home": one.home_id, "membership": one.membership, **period}

    def _devices(self) -> Iterator[Mapping[str, Any]]:
        for one in self._directory.devices:
            hung = self._hanging.get(one.id)
            yield {
                "id": one.id,
                "kind": one.kind,
                "family": one.family,
                "model": one.model,
                "speaks": one.speaks,
                "one_way": one.one_way,
                "silent_after": one.silent_after,
                **(self._hung(hung) if hung is not None else {}),
                "shown_address": self._addresses.get(hung.home_id) if hung is not None else None,
            }

    @staticmethod
    def _hung(one: Assignment) -> Mapping[str, Any]:
        place = {
            "home": one.home_id,
            "room": one.room_id,
            "wearer": one.wearer_id,
            "placement": one.placement,
        }
        return {**place, "from_at": one.from_at, "until_at": one.until_at}

    def _assignments(self) -> Iterator[Mapping[str, Any]]:
        for one in self._directory.assignments:
            if self._hanging.get(one.device_id) is not one:
                yield {"device": one.device_id, **self._hung(one)}

    def _bonds(self) -> Iterator[Mapping[str, Any]]:
        for one in self._directory.bonds:
            yield {
                "person": one.person_id,
                "shown_name": self._names.get(one.person_id),
                "role": one.role,
                "home": one.home_id,
                "region": one.region_id,
                "from_at": one.from_at,
                "until_at": one.until_at,
                "cover": one.cover,
                "rank": one.rank,
                "relation": one.relation,
                "shown_address": self._addresses.get(one.home_id or ""),
            }

    def _shifts(self) -> Iterator[Mapping[str, Any]]:
        for one in self._directory.shifts:
            yield {
                "person": one.person_id,
                "shown_name": self._names.get(one.person_id),
                "role": one.role,
                "weekdays": one.weekdays,
                "days": one.days,
                "starts": one.starts,
                "ends": one.ends,
                "centre": one.centre_id,
            }

    def _dated_shifts(self) -> Iterator[Mapping[str, Any]]:
        for one in self._directory.dated_shifts:
            yield {
                "id": one.id,
                "person": one.person_id,
                "shown_name": self._names.get(one.person_id),
                "role": one.role,
                "on": one.on,
                "starts": one.starts,
                "ends": one.ends,
                "centre": one.centre_id,
                "in_place": one.in_place,
            }

    def _leaves(self) -> Iterator[Mapping[str, Any]]:
        for one in self._directory.leaves:
            period = {"from_at": one.from_at, "until_at": one.until_at}
            name = self._names.get(one.person_id)
            yield {"id": one.id, "person": one.person_id, "shown_name": name, **period, "kind": one.kind}

    def _covers(self) -> Iterator[Mapping[str, Any]]:
        for one in self._directory.covers:
            agreed = {
                "by_confirmed_at": one.by_confirmed_at,
                "covered_confirmed_at": one.covered_confirmed_at,
            }
            declined = {"declined_at": one.declined_at, "declined_by": one.declined_by}
            yield {
                "id": one.id,
                "covered": one.covered_id,
                "by": one.by_id,
                "from_at": one.from_at,
                "until_at": one.until_at,
                "takes": one.takes,
                "requested_at": one.requested_at,
                **agreed,
                "covered_agreed_by": one.covered_agreed_by,
                **declined,
            }

    def _holidays(self) -> Iterator[Mapping[str, Any]]:
        for one in self._directory.holidays:
            yield {"on": one.on, "day_type": one.day_type, "name": one.name}
