"""Whose homes an import changed something about: the change log shows its line to whom these belong."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from hub.directory.model import Directory
from hub.ledger.changes import Change
from hub.store.change_concerns import EVERYBODY, Concern, ConcernKind


def concerned(changes: Iterable[Change], after: Directory) -> frozenset[Concern]:
    """By centre, so that an import of a district names hundreds and not thousands; a home by itself when it has no centre."""
    found: set[Concern] = set()
    touched: set[str] = set()
    of = _HomesOf(after)
    for change in changes:
        entry = change.entry
        before = {field.name: field.before for field in change.fields}
        match change.table:
            case "holidays":
                found.add(EVERYBODY)
            case "centres":
                found.add(Concern(ConcernKind.CENTRE, entry.id))
            case "companies":
                found.add(Concern(ConcernKind.COMPANY, entry.id))
            case "regions":
                found.add(Concern(ConcernKind.REGION, entry.id))
            case "homes" | "elders" | "devices":
                touched |= of.home(change.table, entry.id)
        for key, kind in _KINDS.items():
            for one in (getattr(entry, key, None), before.get(key)):
                if one is not None:
                    found.add(Concern(kind, one))
        touched |= {
            one for one in (getattr(entry, "home_id", None), before.get("home_id")) if one is not None
        }
        for key in ("person_id", "covered_id", "by_id"):
            if key != "person_id" or change.table != "bonds":
                touched |= of.home("persons", getattr(entry, key, None))
        if change.table == "persons":
            touched |= of.home("persons", entry.id)
    centres = {home.id: home.centre_id for home in after.homes}
    for home_id in touched:
        centre_id = centres.get(home_id)
        found.add(
            Concern(ConcernKind.HOME, home_id)
            if centre_id is None
            else Concern(ConcernKind.CENTRE, centre_id)
        )
    return frozenset(found)


_KINDS = {"centre_id": ConcernKind.CENTRE, "company_id": ConcernKind.COMPANY}


class _HomesOf:
    """The homes that an elder lives in, a device hangs in, a person is bound to."""

    def __init__(self, directory: Directory) -> None:
        self._known: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        for table, about, home_id in _lives(directory):
            self._known[table, about].add(home_id)

    def home(self, table: str, about: str | None) -> set[str]:
        if about is None:
            return set()
        return {about} if table == "homes" else self._known.get((table, about), set())


def _lives(directory: Directory) -> Iterator[tuple[str, str, str]]:
    for residence in directory.residences:
        yield "elders", residence.elder_id, residence.home_id
    for assignment in directory.assignments:
        yield "devices", assignment.device_id, assignment.home_id
    for bond in directory.bonds:
        if bond.home_id is not None:
            yield "persons", bond.person_id, bond.home_id
