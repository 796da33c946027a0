"""The directory while a ledger is worked into it: entries by id, what the ledger has said so far, and what went wrong."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, tzinfo
from difflib import get_close_matches
from typing import Any

from hub.core.alerts import Role
from hub.directory.model import Assignment, Bond, Directory, Residence
from hub.ledger.findings import Finding, Kind
from hub.ledger.pointed import named_by, pointed, where
from hub.ledger.reading import Row

__all__ = ["NOUNS", "TABLES", "WORDS", "Draft", "Want", "folded", "where"]

TABLES = (
    "regions",
    "companies",
    "centres",
    "elders",
    "homes",
    "rooms",
    "devices",
    "persons",
    "dated_shifts",
    "leaves",
    "covers",
)
"""Those of the directory whose entries have ids."""

NOUNS = {
    "regions": "region",
    "companies": "company",
    "centres": "centre",
    "elders": "elder",
    "homes": "home",
    "rooms": "room",
    "devices": "device",
    "persons": "person",
    "dated_shifts": "shift",
    "leaves": "leave",
    "covers": "cover",
}
WORDS = {
    "region": "区域",
    "company": "运营机构",
    "centre": "站点",
    "elder": "老人",
    "home": "住户",
    "room": "房间",
    "device": "设备",
    "person": "人员",
    "butler": "管家",
    "shift": "班次",
    "leave": "请假",
    "cover": "代管",
}


@dataclass(frozen=True, slots=True)
class Want:
    """A bond that the ledger asks for; None: not said. `slot`: who stood in this place of the order makes room."""

    person_id: str
    row: Row
    from_at: datetime | None = None
    until_at: datetime | None = None
    says_until: bool = False
    cover: bool = False
    rank: int | None = None
    relation: str | None = None
    slot: bool = False
    number: int = 0
    """In the order of the ledger."""


_SHOWN_AT_MOST = 6
_LOOKED_AT_MOST = 50
"""Names that nobody knows are compared with all others so often; a ledger full of them has another fault."""


class Draft:
    """Mutable, for one plan. Entries keep the order of the directory; what is new comes last."""

    def __init__(self, directory: Directory, at: datetime, zone: tzinfo) -> None:
        self.at = at
        self.zone = zone
        self.before = directory
        self.entries: dict[str, dict[str, Any]] = {
            table: {entry.id: entry for entry in getattr(directory, table)} for table in TABLES
        }
        self.residences: list[Residence] = list(directory.residences)
        self.assignments: list[Assignment] = list(directory.assignments)
        self._places = {id(one): place for place, one in enumerate(self.residences)}
        self._places |= {id(one): place for place, one in enumerate(self.assignments)}
        self._looked = 0
        self._gone: list[Residence | Assignment] = []
        self.bonds: list[Bond] = list(directory.bonds)
        self.shifts = list(directory.shifts)
        self.holidays = list(directory.holidays)
        self.findings: list[Finding] = []
        self.origins: dict[str, Row] = {}
        self.reach: dict[str, tuple[Row, tuple[str, ...]]] = {}
        """Person -> the row that names them in a column of another's, and where their telephone number belongs."""
        self.listed: list[tuple[Row, str]] = []
        """Rows of lists of people, and whom they are about."""
        self.wants: dict[tuple[Role, str | None, str | None], list[Want]] = defaultdict(list)
        self.mentioned: dict[str, set[str]] = defaultdict(set)
        """Noun -> ids of which the ledger speaks."""
        self._said: dict[tuple[str, str, str], tuple[Any, Row]] = {}
        self._defined: dict[tuple[str, str], Row] = {}
        self._names: dict[str, dict[str, list[str]]] = {}

    # --- entries --------------------------------------------------------------------------------------------------

    def define(self, table: str, key: str, row: Row, *, again: bool = False) -> bool:
        """Note that this row is the entry's own; False (and a finding) when another row was already, unless it may be `again`."""
        earlier = self._defined.get((table, key))
        if earlier is None or again:
            self._defined[(table, key)] = row
            self.mention(NOUNS[table], key, row)
            return True
        noun = NOUNS[table]
        column, stands = ("id", key) if row.get("id") is not None else named_by(row)
        words = {"noun_en": noun, "noun_zh": WORDS[noun]}
        self.say(row, Kind.DUPLICATE_ID, column, stands or key, other=where(earlier.place), **words)
        return False

    def mention(self, noun: str, key: str, row: Row) -> None:
        self.mentioned[noun].add(key)
        self.origins.setdefault(f'{noun} "{key}"', row)

    def put(self, table: str, entry: Any) -> None:
        """Add an entry, or put it in place of the one with its id."""
        known = self.entries[table].get(entry.id)
        self.entries[table][entry.id] = entry
        names = self._names.get(table)
        if names is not None and (known is None or known.name != entry.name):
            names[folded(entry.name)].append(entry.id)

    def update(
        self,
        table: str,
        entry: Any,
        row: Row,
        said: Mapping[str, str],
        *,
        first_wins: frozenset[str] = frozenset(),
    ) -> Any:
        """The entry with what the row says: column key -> field. Tells when another row has said otherwise."""
        defaults = {one.name: one for one in fields(entry)}
        changed: dict[str, Any] = {}
        for key, name in said.items():
            if not row.says(key):
                continue
            value = row.get(key)
            if value is None:
                value = _default(defaults[name])
            earlier = self._said.get((table, entry.id, name))
            if earlier is not None and earlier[0] != value:
                if name not in first_wins:
                    self.say(
                        row,
                        Kind.CONTRADICTION,
                        key,
                        value,
                        other_value=earlier[0],
                        other=where(earlier[1].place),
                    )
                continue
            self._said[(table, entry.id, name)] = (value, row)
            if value != getattr(entry, name):
                changed[name] = value
        return replace(entry, **changed) if changed else entry

    def update_one(self, table: str, entry: Any, row: Row, key: str, name: str, value: Any) -> Any:
        """The entry with a field for which a column has been looked up; what could not be found changes nothing."""
        if not row.says(key) or (value is None and row.get(key) is not None):
            return entry
        return self.update(table, entry, Row(row.table, row.place, {key: value}, row.columns), {key: name})

    # --- finding what a cell names -----------------------------------------------------------------------------------

    def named(self, table: str, name: str) -> list[str]:
        """The ids of entries with this name."""
        names = self._names.get(table)
        if names is None:
            names = self._names[table] = defaultdict(list)
            for entry in self.entries[table].values():
                names[folded(entry.name)].append(entry.id)
        wanted = folded(name)
        found = dict.fromkeys(names.get(wanted, ()))
        return [key for key in found if folded(self.entries[table][key].name) == wanted]

    def resolve(self, table: str, row: Row, key: str, *, noun: str = "") -> str | None:
        """The id that a cell names, by id or name; None (and a finding) when it names nothing, or several."""
        text = row.get(key)
        if text is None:
            return None
        if text in self.entries[table]:
            return str(text)
        found = self.named(table, text)
        if len(found) == 1:
            return found[0]
        self.not_found(table, row, key, text, found, noun=noun)
        return None

    def not_found(
        self, table: str, row: Row, key: str, text: str, found: list[str], *, noun: str = ""
    ) -> None:
        """Say that a cell names nothing, or several."""
        noun = noun or NOUNS[table]
        words = {"noun_en": noun, "noun_zh": WORDS[noun]}
        if len(found) > 1:
            self.say(row, Kind.AMBIGUOUS_REFERENCE, key, text, ids=self.pointed(table, found), **words)
            return
        zeros = [
            one for one in self.entries[table] if one.lstrip("0") == text.lstrip("0") and text[:1].isdigit()
        ]
        if zeros:
            self.say(row, Kind.LEADING_ZERO_LOST, key, text, maybe=zeros[0])
            return
        self._looked += 1
        if self._looked > _LOOKED_AT_MOST:
            self.say(row, Kind.UNKNOWN_REFERENCE, key, text, near="", **words)
            return
        known = {one: one for one in self.entries[table]}
        known |= {
            entry.name: entry.name for entry in self.entries[table].values() if getattr(entry, "name", "")
        }
        near = get_close_matches(text, known, n=1, cutoff=0.5)
        self.say(row, Kind.UNKNOWN_REFERENCE, key, text, near=near[0] if near else "", **words)

    def pointed(self, table: str, found: list[str]) -> str:
        """Entries of one name, so that somebody can choose: with the line, the address, the number."""
        known = {one.id for one in getattr(self.before, table)}
        rows = {one: self.origins.get(f'{NOUNS[table]} "{one}"') for one in found[:_SHOWN_AT_MOST]}
        return "; ".join(
            pointed(one, table, self.entries, self.residences, row, known=one in known)
            for one, row in rows.items()
        )

    def say(self, row: Row, kind: Kind, key: str = "", found: object = None, **data: object) -> None:
        self.findings.append(row.finding(kind, key, found, **data))

    def end(self, before: Residence | Assignment, after: Residence | Assignment | None) -> None:
        """Put a residence or an assignment of the directory in place of what it was; None: it never was."""
        periods: list[Any] = self.residences if isinstance(before, Residence) else self.assignments
        place = self._places[id(before)]
        if after is None:
            self._gone.append(before)
        else:
            periods[place] = after
            self._places[id(after)] = place

    # --- the end -----------------------------------------------------------------------------------------------------

    def directory(self) -> Directory:
        entries: dict[str, Any] = {table: tuple(self.entries[table].values()) for table in TABLES}
        gone = {id(one) for one in self._gone}
        return replace(
            self.before,
            **entries,
            residences=tuple(one for one in self.residences if id(one) not in gone),
            assignments=tuple(one for one in self.assignments if id(one) not in gone),
            bonds=tuple(self.bonds),
            shifts=tuple(self.shifts),
            holidays=tuple(self.holidays),
        )


def folded(name: str) -> str:
    return "".join(name.split()).casefold()


def _default(one: Any) -> Any:
    """What a field is when it is said to be nothing."""
    from dataclasses import MISSING

    if one.default is not MISSING:
        return one.default
    return one.default_factory() if one.default_factory is not MISSING else ""
