"""Who is meant where a row names somebody: by the name, by the number beside it, by the homes for which it stands there."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from hub.core.alerts import Role
from hub.directory.model import Bond, holds
from hub.directory.reaching import digits, number
from hub.ledger import addresses
from hub.ledger.draft import Draft, folded, where
from hub.ledger.findings import Kind
from hub.ledger.ids import derived
from hub.ledger.namesakes import FAMILY, LISTS, LOOSE, Numbers, Spot, circle
from hub.ledger.reading import Row


class Meant:
    """Finds persons; makes none. Whoever is taken for another is called in an emergency that is not theirs, or is not called:
    only what is certain counts, all else is told."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self.family: set[str] = set()
        """Those of one home only: their name at another door is somebody else."""
        self.serves: dict[str, set[Role | None]] = defaultdict(set)
        """Person -> the circles of roles they are known in."""
        self.phones: dict[str, tuple[str, Row]] = {}
        """Person -> the number that this ledger gives, and its first row."""
        self._spots: dict[str, set[Spot]] = defaultdict(set)
        """Person -> for what they answer by the directory, as one of many homes."""
        self._everywhere: dict[str, set[Spot]] = defaultdict(set)
        """The same, with the homes whose family or neighbours they are."""
        self._numbers = Numbers()
        self._with_id: dict[str, Row] = {}
        self._lives: dict[str, set[Spot]] = defaultdict(set)
        for shift in draft.shifts:
            self.serves[shift.person_id].add(circle(shift.role))
            self._spots[shift.person_id].add(("shifts", ""))
            self._everywhere[shift.person_id].add(("shifts", ""))
        for bond in draft.bonds:
            spot = ("home", bond.home_id) if bond.home_id else ("region", bond.region_id or "")
            if goes_on(bond, draft.at):
                self._everywhere[bond.person_id].add(spot)
            if bond.home_id is not None and bond.role in FAMILY:
                self.family.add(bond.person_id)
                continue
            self.serves[bond.person_id].add(circle(bond.role))
            if goes_on(bond, draft.at):
                self._spots[bond.person_id].add(spot)
        self.family -= set(self.serves)
        for residence in draft.before.residences:
            if holds(residence, draft.at):
                self._lives[residence.elder_id].add(("home", residence.home_id))

    # --- heard before anybody is looked up -----------------------------------------------------------------------

    def hear(self, row: Row, key: str, role: Role, home_id: str) -> None:
        """Whom an elder's row names."""
        if row.get(key) is not None:
            self._numbers.hear(role, row.get(key), row.get(f"{key}_phone"), row, [("home", home_id)])

    def hear_people(self, rows: Iterable[Row]) -> None:
        """Who has a row of their own."""
        for row in rows:
            if row.get("id") is None:
                spots = self._spots_of(row)
                self._numbers.hear(row.table.role, row.get("name"), row.get("phone"), row, spots)
            else:
                self._with_id.setdefault(row.get("id"), row)

    # --- looked up -----------------------------------------------------------------------------------------------

    def staff_named(self, name: str) -> list[str]:
        """Who is here and has this name; those of one home only where there are no others."""
        here = [one for one in self._draft.named("persons", name) if self._is_here(one)]
        return [one for one in here if one not in self.family] or here

    def colleagues(self, among: Role | None) -> list[str]:
        """Who is here and may be of this circle; nobody of one home only."""
        here = (one for one in self._draft.entries["persons"] if one not in self.family)
        return self._of_circle([one for one in here if self._is_here(one)], among)

    def answers_for(self, key: str) -> int:
        """For how many homes, regions or rosters."""
        return len(self._everywhere[key])

    def answers_beyond(self, key: str, home_id: str) -> bool:
        """Whether somebody of this home is called for others too: a keyholder who is a butler elsewhere is one person."""
        return bool(self.serves[key] or self._everywhere[key] - {("home", home_id)})

    def serving(
        self, row: Row, key: str, name: str, phone: str | None, role: Role, home_id: str
    ) -> str | None:
        """The person of this name and number, an id for somebody new, or None (and a finding)."""
        persons, among = self._draft.entries["persons"], circle(role)
        here = self.staff_named(name)
        staff = [one for one in here if one not in self.family]
        mine = self._of_circle(staff, among)
        if not phone:
            here_already = [one for one in mine if ("home", home_id) in self._spots[one]]
            for found in (staff, here_already, mine):
                if len(found) == 1:
                    return found[0]
            self._draft.not_found(
                "persons", row, key, name, staff, noun="butler" if role is Role.BUTLER else ""
            )
            return None
        exact = [one for one in here if number(persons[one].phone) == number(phone)]
        here_already = [one for one in exact if ("home", home_id) in self._spots[one]]
        for found in (exact, self._of_circle(exact, among), here_already):
            if len(found) == 1:
                return found[0]
        if exact:
            self._draft.not_found("persons", row, key, name, exact)
            return None
        return self._other_number(row, key, f"{key}_phone", name, phone, among, mine)

    def of_row(self, row: Row) -> str | None:
        """The person of a row without an id in a table of people."""
        name, phone, among = row.get("name"), row.get("phone"), circle(row.table.role)
        persons = self._draft.entries["persons"]
        named = [one for one in self._draft.named("persons", name) if one not in self.family]
        exact = [one for one in named if phone and number(persons[one].phone) == number(phone)]
        mine = self._of_circle([one for one in named if self._is_here(one)], among)
        found = exact if exact or phone else mine
        if len(found) > 1:
            found = self._of_circle([one for one in found if self._is_here(one)], among) or found
        if len(found) == 1:
            return found[0]
        if found:
            self._draft.not_found("persons", row, "name", name, found)
            return None
        if phone and mine:
            return self._other_number(row, "name", "phone", name, phone, among, mine)
        return self._fresh(name, phone or "")

    def _other_number(
        self, row: Row, key: str, phone_key: str, name: str, phone: str, among: Role | None, mine: list[str]
    ) -> str | None:
        """Who is meant where nobody of this name has this number: one who has another, somebody new, or nobody knows."""
        persons = self._draft.entries["persons"]
        if len(mine) == 1 and not persons[mine[0]].phone:
            return mine[0]
        spoken = {one: said for one in mine if (said := self._said_in_ledger(among, name, one)) is not None}
        apart = among in LOOSE
        usual = self._numbers.usual(among, name, [persons[one].phone for one in mine])
        mistyped = usual is not None and number(usual.phone) != number(phone)
        if usual is not None and mistyped and not apart and not self._is_list(row, usual.row):
            self.differs(row, phone_key, phone, name, (usual.phone, usual.row))
            return None
        rest = [one for one in mine if one not in spoken]
        if len(rest) == 1 and self._stands_for(rest[0], among, name, phone):
            return rest[0]
        other = next(iter(spoken.values()), None)
        if other is not None and not apart and not self._is_list(row, other[1]):
            self.differs(row, phone_key, phone, name, other)
            return None
        if rest and not apart:
            data = {"ids": rest[:6], "other_phone": [persons[one].phone for one in rest[:6]]}
            known = {key: ", ".join(values) for key, values in data.items()}
            self._draft.say(row, Kind.PHONE_NOT_KNOWN, phone_key, phone, name=name, **known)
            return None
        if mine:
            stands = where(other[1].place) if other is not None else persons[rest[0]].phone
            self._draft.say(row, Kind.NAMESAKES, key, name, phone=phone, other=stands)
        return self._fresh(name, phone)

    def _stands_for(self, one: str, among: Role | None, name: str, phone: str) -> bool:
        """Whether the ledger names this number for what the person answers already, or the person answers for nothing."""
        answers, named = self._spots[one], self._numbers.spots(among, name, phone)
        return not answers or (answers <= named if among in LOOSE else bool(answers & named))

    def _said_in_ledger(self, among: Role | None, name: str, one: str) -> tuple[str, Row] | None:
        """The number under which this ledger speaks of a person, and a row that does."""
        phone = self._draft.entries["persons"][one].phone
        if one in self.phones:
            return self.phones[one]
        if one in self._with_id:
            return phone, self._with_id[one]
        given = self._numbers.with_number(among, name, phone)
        return None if given is None else (given.phone, given.row)

    @staticmethod
    def _is_list(row: Row, other: Row) -> bool:
        return row.table is other.table and row.table.name in LISTS

    def _of_circle(self, found: Iterable[str], among: Role | None) -> list[str]:
        """Those who may be meant in this circle: of it, or of none that is known."""
        return [one for one in found if among is None or not self.serves[one] or among in self.serves[one]]

    def _is_here(self, key: str) -> bool:
        until_at = self._draft.entries["persons"][key].until_at
        return until_at is None or until_at > self._draft.at

    def _spots_of(self, row: Row) -> Iterable[Spot]:
        """For what a row of people says they answer, as far as the directory knows it already."""
        if row.get("home") is not None:
            yield ("home", row.get("home"))
        if (elder := row.get("elder")) is not None:
            for one in (
                [elder] if elder in self._draft.entries["elders"] else self._draft.named("elders", elder)
            ):
                yield from self._lives.get(one, ())
        if (region := row.get("region")) is not None:
            for one in self._draft.entries["regions"].values():
                if one.id == region or addresses.region_key(one.name) == addresses.region_key(region):
                    yield ("region", one.id)

    def differs(self, row: Row, column: str, phone: str, name: str, other: tuple[str, Row]) -> None:
        """Say that another row gives this person, or somebody of this name, another number."""
        data = {"name": name, "other": where(other[1].place), "other_phone": other[0]}
        self._draft.say(row, Kind.PHONE_DIFFERS, column, phone, **data)

    def _fresh(self, name: str, phone: str) -> str:
        """An id for somebody of this name and number; another's, who had this number when they came, is passed over."""
        persons = self._draft.entries["persons"]
        key, again = derived("person", folded(name), digits(phone)), 1
        while key in persons and number(persons[key].phone) != number(phone):
            again += 1
            key = derived("person", folded(name), digits(phone), again)
        return key


def goes_on(bond: Bond, at: datetime) -> bool:
    return bond.until_at is None or bond.until_at > at
