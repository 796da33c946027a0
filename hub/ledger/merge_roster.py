"""The roster of a ledger, worked into the draft: the weekly shifts of whom it names, and dated entries one by one."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from hub.core.alerts import Role
from hub.core.calendar import Holiday, OnDays
from hub.core.shifts import CELL_ROLES, Cover, DatedShift, Leave, LeaveKind, Shift, Takes
from hub.ledger.draft import Draft
from hub.ledger.findings import Kind
from hub.ledger.ids import derived
from hub.ledger.merge_people import People
from hub.ledger.reading import Row

_CENTRE_ROLES = frozenset({Role.CENTRE_DUTY})


class Roster:
    def __init__(self, draft: Draft, people: People) -> None:
        self._draft = draft
        self._people = people

    def shifts(self, rows: tuple[Row, ...]) -> None:
        """Whoever has shifts of a role in the ledger has exactly these; everybody else keeps theirs."""
        draft = self._draft
        wanted: dict[tuple[str, Role], list[Shift]] = defaultdict(list)
        for row in rows:
            draft.origins.setdefault("roster", row)
            person = self._people.named(row, "person")
            days = row.get("days") or OnDays.WEEKDAYS
            weekdays = row.get("weekdays") if days is OnDays.WEEKDAYS else frozenset()
            if person is None:
                continue
            if weekdays is None:
                draft.findings.append(row.missing("weekdays"))
                continue
            role, centre = row.get("role"), self._place(row)
            if role in _CENTRE_ROLES and centre is None and row.get("centre") is None:
                draft.say(row, Kind.DUTY_WITHOUT_CENTRE, "centre")
                continue
            shift = Shift(person, role, weekdays, row.get("starts"), row.get("ends"), centre, days)
            draft.origins[f'shift of "{person}" as {role}'] = row
            if shift in wanted[(person, role)]:
                draft.say(row, Kind.DUPLICATE_ROW, "person", row.get("person"))
            else:
                wanted[(person, role)].append(shift)
        kept: list[Shift] = []
        for shift in draft.shifts:
            mine = wanted.get((shift.person_id, shift.role))
            if mine is None:
                kept.append(shift)
            elif shift in mine:
                mine.remove(shift)
                kept.append(shift)
        draft.shifts = [*kept, *(shift for shifts in wanted.values() for shift in shifts)]

    def _place(self, row: Row) -> str | None:
        """Where a shift is. Who serves the whole cell is asked nowhere else: under a centre nobody would find them."""
        if row.get("role") not in CELL_ROLES:
            return self._draft.resolve("centres", row, "centre")
        if row.get("centre") is not None:
            self._draft.say(row, Kind.CENTRE_NOT_NEEDED, "centre", row.get("centre"))
        return None

    def dated(self, rows: tuple[Row, ...]) -> None:
        for row in rows:
            person = self._people.named(row, "person")
            centre = self._place(row)
            if person is not None:
                parts = (person, row.get("role"), row.get("on"), row.get("starts"))
                self._put(
                    "dated_shifts",
                    row,
                    parts,
                    DatedShift("", *parts, row.get("ends"), centre, bool(row.get("in_place"))),
                )

    def leaves(self, rows: tuple[Row, ...]) -> None:
        for row in rows:
            person = self._people.named(row, "person")
            if person is not None and self._lasts(row):
                kind = row.get("kind") or LeaveKind.PLANNED
                parts = (person, row.get("from_at"))
                self._put("leaves", row, parts, Leave("", *parts, row.get("until_at"), kind))

    def covers(self, rows: tuple[Row, ...]) -> None:
        """A cover of a ledger counts as agreed by both from now on, unless its columns say when."""
        for row in rows:
            covered, by = self._people.named(row, "covered"), self._people.named(row, "by")
            if covered is None or by is None or not self._lasts(row):
                continue
            key = row.get("id") or derived("cover", covered, by, row.get("from_at"))
            known: Cover | None = self._draft.entries["covers"].get(key)
            agreed = self._said(row, "by_confirmed_at", known), self._said(row, "covered_confirmed_at", known)
            self._put(
                "covers",
                row,
                (covered, by, row.get("from_at")),
                Cover(
                    key,
                    covered,
                    by,
                    row.get("from_at"),
                    row.get("until_at"),
                    row.get("takes") or (known.takes if known else Takes.EVERYTHING),
                    row.get("requested_at") or (known.requested_at if known else None),
                    *agreed,
                    row.get("covered_agreed_by") or (known.covered_agreed_by if known else None),
                    row.get("declined_at") or (known.declined_at if known else None),
                    row.get("declined_by") or (known.declined_by if known else None),
                ),
            )

    def _said(self, row: Row, key: str, known: Cover | None) -> datetime | None:
        if row.says(key):
            said: datetime | None = row.get(key)
            return said
        if known is not None:
            before: datetime | None = getattr(known, key)
            return before
        # A sheet without these columns is a manager's own word; an export has them, and empty means not yet.
        return None if key in row.columns else self._draft.at

    def holidays(self, rows: tuple[Row, ...]) -> None:
        for row in rows:
            wanted = Holiday(row.get("on"), row.get("day_type"), row.get("name") or "")
            places = [index for index, one in enumerate(self._draft.holidays) if one.on == wanted.on]
            if not places:
                self._draft.holidays.append(wanted)
            else:
                self._draft.holidays[places[0]] = wanted

    def _lasts(self, row: Row) -> bool:
        if row.get("until_at") <= row.get("from_at"):
            self._draft.say(row, Kind.ENDS_BEFORE_BEGIN, "until_at")
            return False
        return True

    def _put(self, table: str, row: Row, parts: tuple[object, ...], entry: Any) -> None:
        from dataclasses import replace

        noun = {"dated_shifts": "shift", "leaves": "leave", "covers": "cover"}[table]
        key = row.get("id") or derived(noun, *parts)
        if self._draft.define(table, key, row):
            self._draft.entries[table][key] = replace(entry, id=key)
