"""Who of the directory's people works there: bound as a carer, a guard or an institution, or on a shift. Pure."""

from collections.abc import Iterable
from datetime import datetime

from hub.core.alerts import Role
from hub.directory.model import Bond, Directory, PersonEntry, holds

OUTSIDERS = frozenset({Role.CONTACT, Role.KEYHOLDER, Role.PARTNER})
"""Family and neighbours: they are asked, but do not work here."""


def has_left(person: PersonEntry, at: datetime) -> bool:
    return person.until_at is not None and person.until_at <= at


def staff(directory: Directory, at: datetime) -> list[PersonEntry]:
    """Everybody who works there at this instant, in the order of the directory."""
    working = {bond.person_id for bond in directory.bonds if bond.role not in OUTSIDERS}
    working |= {shift.person_id for shift in directory.shifts}
    working |= {shift.person_id for shift in directory.dated_shifts}
    asked = {bond.person_id for bond in directory.bonds}
    return [
        person
        for person in directory.persons
        if not has_left(person, at)
        # Whoever was just added and has nothing to do yet is staff as well.
        and (person.id in working or person.id not in asked)
    ]


def bonds_of(directory: Directory, person_id: str, at: datetime) -> list[Bond]:
    return [bond for bond in directory.bonds if bond.person_id == person_id and holds(bond, at)]


def roles_of(bonds: Iterable[Bond], directory: Directory, person_id: str) -> list[Role]:
    """In the order of the list of roles."""
    found = {bond.role for bond in bonds}
    found |= {shift.role for shift in directory.shifts if shift.person_id == person_id}
    found |= {shift.role for shift in directory.dated_shifts if shift.person_id == person_id}
    return [role for role in Role if role in found]
