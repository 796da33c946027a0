"""Changes of people and of centres' companies, as pure edits of the directory; the keeper checks what comes of them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from hub.directory.model import Bond, CentreEntry, Directory, PersonEntry
from hub.directory.reaching import reached


class NoSuchEntry(Exception):
    """The text names what is missing."""


class TakenId(Exception):
    """Another person has this id."""


class StillBusy(Exception):
    """Somebody who leaves still has homes or shifts."""

    def __init__(self, homes: int, shifts: int) -> None:
        super().__init__(f"still has {homes} homes and {shifts} shifts: hand them over first")
        self.homes = homes
        self.shifts = shifts


def add_person(directory: Directory, person: PersonEntry) -> Directory:
    """Who has a telephone number and no method is reached by it. Raises TakenId."""
    if any(known.id == person.id for known in directory.persons):
        raise TakenId(person.id)
    return replace(directory, persons=(*directory.persons, reached(person, "")))


def change_person(directory: Directory, person: PersonEntry) -> Directory:
    """A method that calls the number before calls the new one, unless other methods are given. Raises NoSuchEntry."""
    before = find_person(directory, person.id)
    if person.methods in ((), before.methods):
        person = reached(person, before.phone)
    persons = tuple(person if known.id == person.id else known for known in directory.persons)
    return replace(directory, persons=persons)


def leave(directory: Directory, person_id: str, until_at: datetime, now: datetime) -> Directory:
    """The person is gone from `until_at` on. Raises NoSuchEntry, StillBusy for what would go on after that."""
    person = find_person(directory, person_id)
    busy = [
        bond for bond in _bonds(directory, person_id) if bond.until_at is None or bond.until_at > until_at
    ]
    shifts = sum(shift.person_id == person_id for shift in directory.shifts)
    if busy or shifts:
        raise StillBusy(len({bond.home_id for bond in busy}), shifts)
    return change_person(directory, replace(person, until_at=max(until_at, now)))


def come_back(directory: Directory, person_id: str) -> Directory:
    """The leaving is taken back. Raises NoSuchEntry."""
    return change_person(directory, replace(find_person(directory, person_id), until_at=None))


def find_person(directory: Directory, person_id: str) -> PersonEntry:
    for person in directory.persons:
        if person.id == person_id:
            return person
    raise NoSuchEntry(f'there is no person "{person_id}"')


def free_id(directory: Directory) -> str:
    """An id that nobody has."""
    known = {person.id for person in directory.persons}
    number = len(known) + 1
    while f"p-{number:04d}" in known:
        number += 1
    return f"p-{number:04d}"


@dataclass(frozen=True, slots=True)
class MovedCentre:
    """`centres` went to the company: the one that was named and, of the same company, those that back up to it."""

    directory: Directory
    company_before: str | None
    centres: tuple[str, ...]
    homes: int


def move_centre(directory: Directory, centre_id: str, company_id: str, *, alone: bool = False) -> MovedCentre:
    """A centre goes to another company, its homes with it. `alone`: its small centres stay. Raises NoSuchEntry.

    Its large centre stays the same, whoever runs it: that desk answers for it at night, and so sees its homes.
    """
    centres = {centre.id: centre for centre in directory.centres}
    if centre_id not in centres:
        raise NoSuchEntry(f'there is no centre "{centre_id}"')
    if all(company.id != company_id for company in directory.companies):
        raise NoSuchEntry(f'there is no company "{company_id}"')
    before = centres[centre_id].company_id
    moved = [centre_id] if alone else _below(centre_id, before, directory.centres)
    after = tuple(
        replace(centre, company_id=company_id) if centre.id in moved else centre
        for centre in directory.centres
    )
    return MovedCentre(
        replace(directory, centres=after),
        before,
        tuple(moved),
        sum(home.centre_id in moved for home in directory.homes),
    )


def _below(centre_id: str, company_id: str | None, centres: Iterable[CentreEntry]) -> list[str]:
    found = [centre_id]
    for above in found:
        found.extend(
            one.id
            for one in centres
            if one.parent_id == above and one.company_id == company_id and one.id not in found
        )
    return found


def _bonds(directory: Directory, person_id: str) -> list[Bond]:
    return [bond for bond in directory.bonds if bond.person_id == person_id]
