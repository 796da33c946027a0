"""What becomes of the directory by a ledger: all of it, or nothing where anything is wrong. Pure; nothing is saved here."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from hub.core.home import Membership
from hub.directory import validation
from hub.directory.model import Directory, Residence, holds
from hub.directory.problems import Problem
from hub.ledger import judging
from hub.ledger.changes import Change, ChangeKind, changes, counts, untouched
from hub.ledger.draft import Draft
from hub.ledger.findings import Finding, Kind
from hub.ledger.idle import never_asked
from hub.ledger.merge_bonds import Bonds
from hub.ledger.merge_devices import Devices
from hub.ledger.merge_elders import Elders
from hub.ledger.merge_homes import Homes
from hub.ledger.merge_people import FAMILY, People
from hub.ledger.merge_places import Regions
from hub.ledger.merge_roster import Roster
from hub.ledger.moved import maybe_moved
from hub.ledger.reading import ZONE, Ledger
from hub.ledger.tables import TABLES, TableName

_STAFF = tuple(table.name for table in TABLES if table.role is not None and table.role not in FAMILY)
_ROLES = tuple(table.name for table in TABLES if table.role is not None)


@dataclass(frozen=True, slots=True)
class Plan:
    """`directory` is the whole directory after the import; None while anything is wrong. `absent`: elders of the directory whom
    the ledger, which has a table of elders, does not name; they stay as they are. `sheets` as the ledger has them."""

    directory: Directory | None
    changes: tuple[Change, ...] = ()
    findings: tuple[Finding, ...] = ()
    untouched: Mapping[str, int] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    sheets: tuple[tuple[str, str], ...] = ()

    @property
    def numbers(self) -> dict[str, int]:
        """How many entries of each table are added, changed, ended."""
        found = counts(self.changes)
        return {f"{table}_{kind.value}": found[(table, kind)] for table, kind in sorted(found)}

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.is_error)


def plan(
    directory: Directory | None,
    ledger: Ledger,
    at: datetime,
    *,
    cell: str = "cell",
    zone: tzinfo = ZONE,
    problems: Callable[[Directory], Sequence[Problem]] | None = None,
    proven: Collection[str] = frozenset(),
) -> Plan:
    """Work the ledger into the directory as it is at `at` (aware UTC).

    `cell` names a directory that does not exist yet; `problems` are the checks before saving (those of `validation` if None).
    What was wrong with the directory before is not held against the ledger. `proven`: ids of homes from which a press was
    answered by a person; who becomes active elsewhere is told.
    """
    before = directory if directory is not None else Directory(cell)
    check = problems or (lambda found: validation.problems(found, at))
    draft, lists = _draft(before, ledger, at, zone)
    after = draft.directory()
    known = set(check(before))
    new = (one for one in check(after) if one not in known)
    judged = judging.findings(new, draft.origins, lists, draft.reach, after)
    told = [*ledger.findings]
    # A row that could not be read misleads whatever is concluded from it.
    broken = {_line(finding) for finding in told if finding.is_error and finding.place.line is not None}
    told += [finding for finding in draft.findings if _line(finding) not in broken]
    broken |= {_line(finding) for finding in draft.findings if finding.is_error}
    told += [finding for finding in judged if finding.place.line is None or _line(finding) not in broken]
    found = tuple(dict.fromkeys(_Comparable(finding) for finding in told))
    findings = tuple(one.finding for one in found)
    absent = _absent(before, draft, ledger)
    if any(finding.is_error for finding in findings):
        return Plan(None, findings=findings, absent=absent, sheets=ledger.sheets)
    done = tuple(changes(before, after))
    if not done:
        after = before
    findings += (*_not_proven(done, draft, proven), *maybe_moved(before, after, draft, absent, at))
    findings += tuple(never_asked(after, draft))
    return Plan(after, done, findings, untouched(before, done), absent, ledger.sheets)


def _draft(before: Directory, ledger: Ledger, at: datetime, zone: tzinfo) -> tuple[Draft, Mapping[str, list]]:  # type: ignore[type-arg]
    """Wide to narrow: places, homes, elders, devices; people, when all their numbers were heard; who answers, the roster."""
    draft = Draft(before, at, zone)
    regions = Regions(draft)
    regions.companies(ledger.of(TableName.COMPANIES))
    regions.regions(ledger.of(TableName.REGIONS))
    regions.centres(ledger.of(TableName.CENTRES))
    people = People(draft)
    homes = Homes(draft, regions)
    bonds = Bonds(draft, people, homes, regions)
    homes.homes(ledger.of(TableName.HOMES))
    elders = Elders(draft, homes, bonds)
    elders.rows(ledger.of(TableName.ELDERS))
    elders.past(ledger.of(TableName.RESIDENCES))
    for row in ledger.of(TableName.HOMES):
        home_id = row.get("id") or homes.home_by_address(row, lone="")
        if home_id is not None:
            bonds.of_elder(row, home_id)
    homes.rooms(ledger.of(TableName.ROOMS))
    devices = Devices(draft, homes, elders.home_of)
    devices.rows(ledger.of(TableName.DEVICES))
    devices.past(ledger.of(TableName.ASSIGNMENTS))
    people.staff((*ledger.of(TableName.PEOPLE), *ledger.of(*_STAFF)))
    bonds.of_people(ledger.of(*_ROLES), elders.home_of)
    bonds.rows(ledger.of(TableName.BONDS))
    bonds.apply()
    roster = Roster(draft, people)
    roster.shifts(ledger.of(TableName.SHIFTS))
    roster.dated(ledger.of(TableName.DATED_SHIFTS))
    roster.leaves(ledger.of(TableName.LEAVES))
    roster.covers(ledger.of(TableName.COVERS))
    roster.holidays(ledger.of(TableName.HOLIDAYS))
    return draft, bonds.lists


def _not_proven(done: Sequence[Change], draft: Draft, proven: Collection[str]) -> Iterator[Finding]:
    """A note for everybody who is active by the ledger's word alone."""
    for change in done:
        entry = change.entry
        if (
            isinstance(entry, Residence)
            and change.kind is ChangeKind.ADDED
            and entry.membership is Membership.ACTIVE
            and (entry.until_at is None or entry.until_at > draft.at)
            and entry.home_id not in proven
            and (row := draft.origins.get(f'elder "{entry.elder_id}"')) is not None
        ):
            yield Finding(Kind.NOT_PROVEN, row.at("membership", "name"))


def _absent(before: Directory, draft: Draft, ledger: Ledger) -> tuple[str, ...]:
    if not ledger.of(TableName.ELDERS):
        return ()
    here = {one.elder_id for one in before.residences if holds(one, draft.at)}
    return tuple(one.id for one in before.elders if one.id in here and one.id not in draft.mentioned["elder"])


def _line(finding: Finding) -> tuple[str, str, int | None]:
    return (finding.place.file, finding.place.sheet, finding.place.line)


@dataclass(frozen=True, slots=True)
class _Comparable:
    """A finding by what it says: told once."""

    finding: Finding = field(hash=False)

    def __hash__(self) -> int:
        return hash((self.finding.kind, self.finding.place, self.finding.found))
