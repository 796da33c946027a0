"""Who answers in the demo: butlers and deputies, desks, guards, families, neighbours, and the roster that never ends."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from hub.core.alerts import Role
from hub.core.context import ContactMethod, Shift
from hub.core.home import Flag
from hub.directory.cover_edits import request_cover
from hub.directory.demo_names import Name, adult_name, phone
from hub.directory.demo_places import COMPANIES, LARGE_CENTRE_ID, Places
from hub.directory.model import Bond, Directory, Elder, HomeEntry, PersonEntry
from hub.directory.roster_edits import set_leave

BUTLERS = 12
HOMES_EACH = 19
"""Nineteen homes, one of them a couple's: twenty elders each."""

INSTITUTION_ID = "institution-1"
_WEEK = frozenset(range(7))
_FIRST_HALF = frozenset({0, 1, 2, 3})
_SECOND_HALF = frozenset({4, 5, 6})
_MORNING, _EVENING = time(7), time(21)


@dataclass
class People:
    """Collects persons, bonds and shifts while the street is peopled."""

    rng: Random
    from_at: datetime
    persons: list[PersonEntry] = field(default_factory=list)
    bonds: list[Bond] = field(default_factory=list)
    shifts: list[Shift] = field(default_factory=list)

    def add(self, person_id: str, role: Role, name: Name | None = None, company_id: str | None = None) -> str:
        chosen = name or adult_name(self.rng)
        method = ContactMethod("webhook", f"{role.value}:{person_id}")
        number = phone(3000 + len(self.persons))
        self.persons.append(
            PersonEntry(person_id, chosen.full, chosen.surname, (method,), number, company_id)
        )
        return person_id

    def bind(self, person_id: str, role: Role, home: HomeEntry, rank: int = 1, relation: str = "") -> None:
        self.bonds.append(Bond(person_id, role, self.from_at, home_id=home.id, rank=rank, relation=relation))

    def duty(
        self, person_id: str, role: Role, days: frozenset[int], hours: tuple[time, time], centre: str | None
    ) -> None:
        self.shifts.append(Shift(person_id, role, days, *hours, centre_id=centre))


def butler_id(number: int) -> str:
    """Butlers are numbered from 1."""
    return f"b{number:02d}"


def butler_of(home_number: int) -> int:
    """The number of the butler whose own list a home (numbered from 1) is on."""
    return (home_number - 1) // HOMES_EACH + 1


def staff(people: People, places: Places) -> None:
    """The call-centre, the centres' desks, butlers, deputies, guards and the institution, with their shifts."""
    day, night, round_the_clock = (_MORNING, time(19)), (time(19), _MORNING), (time(8), time(8))
    for operator, days, hours in (
        ("op1", _FIRST_HALF, day),
        ("op2", _SECOND_HALF, day),
        ("op3", frozenset({0, 1, 4, 5}), day),
        ("op4", _FIRST_HALF, night),
        ("op5", _SECOND_HALF, night),
    ):
        people.duty(people.add(operator, Role.OPERATOR), Role.OPERATOR, days, hours, None)
    for manager, days in (("dm1", _FIRST_HALF), ("dm2", _SECOND_HALF)):
        people.duty(people.add(manager, Role.DUTY_MANAGER), Role.DUTY_MANAGER, days, round_the_clock, None)

    for centre in places.centres:
        desk = f"desk-{centre.id[-2:]}"
        people.add(desk, Role.CENTRE_DUTY, company_id=centre.company_id)
        if centre.id == LARGE_CENTRE_ID:
            people.duty(desk, Role.CENTRE_DUTY, _WEEK, (_MORNING, _EVENING), centre.id)
            by_night = people.add("desk-00n", Role.CENTRE_DUTY, company_id=centre.company_id)
            people.duty(by_night, Role.CENTRE_DUTY, _WEEK, (_EVENING, _MORNING), centre.id)
        else:
            people.duty(desk, Role.CENTRE_DUTY, frozenset(range(6)), (time(8), time(18)), centre.id)

    for number in range(1, BUTLERS + 1):
        company = COMPANIES[(number - 1) // 6].id
        people.add(butler_id(number), Role.BUTLER, company_id=company)
        # By day each stands in for the one before too.
        for role in (Role.BUTLER, Role.DEPUTY):
            people.duty(butler_id(number), role, _WEEK, (_MORNING, _EVENING), LARGE_CENTRE_ID)
    for number in (1, 2, 3):
        people.duty(
            people.add(f"d{number:02d}", Role.DEPUTY),
            Role.DEPUTY,
            _WEEK,
            (_EVENING, _MORNING),
            LARGE_CENTRE_ID,
        )

    for number, compound in enumerate(places.compounds, start=1):
        guard = people.add(f"g{number:02d}", Role.PROPERTY_GUARD)
        people.bonds.append(Bond(guard, Role.PROPERTY_GUARD, people.from_at, region_id=compound.id))
    people.add(INSTITUTION_ID, Role.CARE_INSTITUTION, Name("韩", "护士站", woman=True))


def around(people: People, number: int, home: HomeEntry, elders: tuple[Elder, ...]) -> None:
    """Butler, deputies, contacts, and for some a keyholder and a partner, of one home (numbered from 1)."""
    rng, butler = people.rng, butler_of(number)
    people.bind(butler_id(butler), Role.BUTLER, home)
    people.bind(butler_id(butler % BUTLERS + 1), Role.DEPUTY, home, rank=1)
    people.bind(f"d{(butler - 1) // 4 + 1:02d}", Role.DEPUTY, home, rank=2)
    for rank, (relation, name) in enumerate(_contacts(rng, elders), start=1):
        contact = people.add(f"c{number:04d}-{rank}", Role.CONTACT, name)
        people.bind(contact, Role.CONTACT, home, rank, relation)
    if rng.random() < 0.5:
        people.bind(people.add(f"k{number:04d}", Role.KEYHOLDER), Role.KEYHOLDER, home, relation="邻居")
    if (
        any(Flag.VERY_OLD in elder.flags and Flag.LIVES_ALONE in elder.flags for elder in elders)
        and rng.random() < 0.6
    ):
        partner = people.add(f"p{number:04d}", Role.PARTNER)
        people.bind(partner, Role.PARTNER, home, relation="时间银行")
        people.duty(partner, Role.PARTNER, _WEEK, (time(8), time(18)), None)
    if home.care_bed:
        people.bind(INSTITUTION_ID, Role.CARE_INSTITUTION, home)


def leave(people: People, started_at: datetime, butler: int, cover: int) -> None:
    """One butler is on leave for two weeks and another covers the whole list: twenty more than the own ones."""
    own = [bond for bond in people.bonds if bond.role is Role.BUTLER and bond.person_id == butler_id(butler)]
    from_at, until_at = started_at - timedelta(days=1), started_at + timedelta(days=13)
    people.bonds += [
        Bond(butler_id(cover), Role.BUTLER, from_at, until_at, home_id=bond.home_id, cover=True)
        for bond in own
    ]


def on_leave(directory: Directory, started_at: datetime) -> Directory:
    """Who is away: the covered butler, and soon another one, who has asked a colleague and waits for the answer."""
    covered, asking, asked = butler_id(BUTLERS), butler_id(5), butler_id(6)
    from_at, until_at = started_at - timedelta(days=1), started_at + timedelta(days=13)
    directory = set_leave(directory, covered, from_at, until_at, started_at)
    # Whole days where the demo is at home.
    on = started_at.astimezone(ZoneInfo("Asia/Shanghai"))
    midnight = (on - timedelta(hours=on.hour, minutes=on.minute, seconds=on.second)).replace(microsecond=0)
    first, last = (midnight.astimezone(UTC) + timedelta(days=days) for days in (3, 6))
    directory = set_leave(directory, asking, first, last, started_at)
    return request_cover(directory, asking, asked, first, last, started_at, asked_by=asking)


def _contacts(rng: Random, elders: tuple[Elder, ...]) -> Iterator[tuple[str, Name]]:
    if any(Flag.LOST_ONLY_CHILD in elder.flags for elder in elders):
        # Who has no family needs two other contacts.
        yield "邻居", adult_name(rng)
        yield "社区工作人员", adult_name(rng)
        return
    woman = rng.random() < 0.5
    yield ("女儿" if woman else "儿子"), adult_name(rng, elders[0].name[0], woman)
    if rng.random() < 0.6:
        woman = rng.random() < 0.5
        yield ("儿媳" if woman else "女婿"), adult_name(rng, None, woman)
