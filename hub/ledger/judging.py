"""What the directory's own checks say about a merged ledger, told at the rows that caused it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from hub.directory.model import MAX_OWN_ELDERS, Directory
from hub.directory.problems import Problem
from hub.ledger.findings import Finding, Kind, Place
from hub.ledger.pointed import door
from hub.ledger.reading import Row

_SAID: tuple[tuple[str, Kind], ...] = (
    (r"(?P<count>\d+) own elders from (?P<since>[\d-]+)", Kind.BUTLER_LIST_FULL),
    (r"has elders but no butler", Kind.NO_BUTLER),
    (
        r'two (?P<what>own butlers|covers) at the same time \("(?P<one>[^"]+)", "(?P<two>[^"]+)"\)',
        Kind.TWO_BUTLERS,
    ),
    (r"a care bed without a responsible institution", Kind.NO_INSTITUTION),
    (r"belongs to no home", Kind.NO_HOME),
    (r'in home "(?P<one>[^"]+)" and home "(?P<two>[^"]+)" at the same time', Kind.TWO_HOMES),
    (r'room "(?P<one>[^"]+)" is not in home "(?P<two>[^"]+)"', Kind.ROOM_OF_OTHER_HOME),
    (r'worn by elder "(?P<one>[^"]+)", who does not live in home "(?P<two>[^"]+)"', Kind.WORN_BY_STRANGER),
    (r"can be asked but has no contact method", Kind.NOT_REACHABLE),
    (r"left, but still has homes or shifts", Kind.LEFT_BUT_ASKED),
    (r"ends at .*, before it begins", Kind.ENDS_BEFORE_BEGIN),
    (r"a butler is bound to a region", Kind.BUTLER_OF_REGION),
    (r"names a home and a region, or neither", Kind.HOME_OR_REGION),
    (r"only a butler is covered", Kind.ONLY_BUTLERS_COVERED),
    (r"a cover without an end", Kind.COVER_WITHOUT_DATES),
    (r"a .* comes from the roster", Kind.DESK_IS_ROSTERED),
    (r"centre duty without a centre", Kind.DUTY_WITHOUT_CENTRE),
    (r"a \S+ lies in \S+ ", Kind.REGION_TOO_NARROW),
    (r"backs up to itself", Kind.CENTRE_CIRCLE),
    (r"nobody at the call-centre's desk on (?P<gap>.*)", Kind.DESK_GAP),
    (r'unknown policy "(?P<value>[^"]+)"', Kind.UNKNOWN_POLICY),
    (r"unknown rule|unknown parameter", Kind.UNKNOWN_RULE),
    (r"this id may not stand in a topic|this id is kept", Kind.ID_NOT_ALLOWED),
    (r'the log-in "(?P<value>[^"]+)" is somebody else', Kind.ID_IS_LOG_IN),
    (r'unknown (?P<noun_en>\w+) "(?P<value>[^"]+)"', Kind.UNKNOWN_REFERENCE),
)
_PATTERNS = tuple((re.compile(pattern), kind) for pattern, kind in _SAID)
_COLUMNS: Mapping[Kind, tuple[str, ...]] = {
    Kind.NO_BUTLER: ("butler",),
    Kind.TWO_BUTLERS: ("butler", "person"),
    Kind.NO_INSTITUTION: ("institution", "care_bed"),
    Kind.NOT_REACHABLE: ("phone", "butler_phone"),
    Kind.TWO_HOMES: ("home",),
    Kind.ROOM_OF_OTHER_HOME: ("room",),
    Kind.WORN_BY_STRANGER: ("wearer",),
    Kind.ENDS_BEFORE_BEGIN: ("until_at",),
    Kind.LEFT_BUT_ASKED: ("until_at",),
    Kind.REGION_TOO_NARROW: ("parent",),
    Kind.CENTRE_CIRCLE: ("parent",),
    Kind.UNKNOWN_POLICY: ("policy",),
    Kind.UNKNOWN_RULE: ("overrides",),
}
"""Where a row says what does not fit."""

_ENTRY = re.compile(r'(\w+) "([^"]+)"')


Reach = Mapping[str, tuple[Row, tuple[str, ...]]]


def findings(
    problems: Iterable[Problem],
    origins: Mapping[str, Row],
    lists: Mapping[str, list[Row]],
    reach: Reach = MappingProxyType({}),
    directory: Directory | None = None,
) -> Iterator[Finding]:
    """One finding for each problem; without a place for what no row of the ledger speaks of.

    `lists`: the rows that add to a butler's list; `reach`: where the number of somebody belongs who stands in another's row;
    `directory`: who the ids are.
    """
    from hub.ledger.draft import WORDS

    names: dict[str, str] | None = None

    for problem in problems:
        matches = ((pattern.match(problem.found), kind) for pattern, kind in _PATTERNS)
        found, kind = next(((match, kind) for match, kind in matches if match), (None, Kind.DOES_NOT_FIT))
        said = {key: value for key, value in (found.groupdict() if found else {}).items() if value}
        data = {"where": problem.where, "said": problem.found, "remedy": problem.remedy, **said}
        data.setdefault("near", "")
        data["noun_zh"] = WORDS.get(data.get("noun_en", ""), "")
        if directory is not None and names is None:
            names = {one.id: one.name for one in directory.persons}
            names |= {one.id: one.name for one in directory.elders}
            entries = {
                table: {one.id: one for one in getattr(directory, table)} for table in ("homes", "regions")
            }
            names |= {home.id: door(home.id, entries) or home.id for home in directory.homes}
        data |= _called({key: said[key] for key in ("one", "two") if key in said}, names or {})
        data |= _subject(problem.where, kind, names or {})
        place, stands = _place(problem.where, kind, origins, lists, reach, int(said.get("count", 0)))
        yield Finding(kind, place, said.get("value", stands), data)


def _called(ids: Mapping[str, str], names: Mapping[str, str]) -> dict[str, str]:
    """Who two ids are, by name or address; of two of one name the ids say which."""
    called = {key: names.get(one, one) for key, one in ids.items()}
    if len(set(called.values())) < len(called):
        return {key: f"{name} ({ids[key]})" for key, name in called.items()}
    return called


def _subject(where: str, kind: Kind, names: Mapping[str, str]) -> dict[str, str]:
    """Whom a problem is about, by name: for texts that have no row of the ledger beside them."""
    from hub.ledger.draft import WORDS

    noun, key = next(iter(_ENTRY.findall(where)), ("", ""))
    name = names.get(key, "")
    if not name:
        return {}
    if kind is Kind.BUTLER_LIST_FULL:
        return {"who_zh": f"“{name}”", "who_en": f' "{name}"'}
    return {
        "subject_zh": f"{WORDS.get(noun, noun)}“{name}”（{key}）",
        "subject_en": f'{noun} "{name}" ({key})',
    }


def _place(
    where: str,
    kind: Kind,
    origins: Mapping[str, Row],
    lists: Mapping[str, list[Row]],
    reach: Reach,
    count: int,
) -> tuple[Place, str]:
    """The place, and what stands there."""
    columns = _COLUMNS.get(kind, ())
    if kind is Kind.NOT_REACHABLE and where in reach:
        row, columns = reach[where]
        return _at(row, columns)
    entries = _ENTRY.findall(where)
    if kind is Kind.BUTLER_LIST_FULL and entries and (mine := lists.get(entries[0][1], [])):
        # The row that made the list too long; the others fitted.
        return _at(mine[max(0, len(mine) - (count - MAX_OWN_ELDERS))], ("butler", "person"))
    whole = origins.get(where)
    if whole is not None:
        return _at(whole, columns)
    for noun, key in entries:
        for name in (noun, "person"):
            row_of = origins.get(f'{name} "{key}"')
            if row_of is not None:
                return _at(row_of, columns)
    return Place(), ""


def _at(row: Row, columns: tuple[str, ...]) -> tuple[Place, str]:
    column = next((one for one in columns if one in row.columns), "")
    stands = row.get(column) if column else None
    return row.at(*columns), stands if isinstance(stands, str) else ""
