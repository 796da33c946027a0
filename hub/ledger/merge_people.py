"""The people of a ledger, worked into the draft: who they are, and how the hub reaches them."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from hub.core.alerts import Role
from hub.directory.model import PersonEntry, holds
from hub.directory.reaching import by_phone, digits, number, reached
from hub.ledger import addresses
from hub.ledger.draft import Draft, folded, where
from hub.ledger.findings import Kind, Place
from hub.ledger.ids import derived
from hub.ledger.namesakes import LISTS, LOOSE, Numbers, Spot, circle
from hub.ledger.reading import Row

FAMILY = frozenset({Role.CONTACT, Role.KEYHOLDER, Role.PARTNER})
"""They belong to one home: the same name at another door is somebody else."""

_COMPOUND_SURNAMES = frozenset(
    [
        "欧阳",
        "司马",
        "上官",
        "诸葛",
        "皇甫",
        "尉迟",
        "公孙",
        "慕容",
        "令狐",
        "宇文",
        "长孙",
        "司徒",
        "夏侯",
        "东方",
        "独孤",
        "南宫",
        "端木",
        "轩辕",
        "申屠",
        "闻人",
        "澹台",
        "呼延",
        "百里",
        "东郭",
        "西门",
    ]
)


class People:
    """Finds and makes the persons that rows name. A number that a row gives is compared: two people may have one name."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._family: set[str] = set()
        self._at_home: dict[tuple[Role, str], list[str]] = defaultdict(list)
        self._serves: dict[str, set[Role | None]] = defaultdict(set)
        self._spots: dict[str, set[Spot]] = defaultdict(set)
        """What the directory says: person -> in which circles, and for what they answer now."""
        self._numbers = Numbers()
        self._phones: dict[str, tuple[str, Row]] = {}
        """Person -> the number that this ledger gives, and its first row."""
        self._with_id: dict[str, Row] = {}
        self._of_row: dict[Place, str] = {}
        self._lives: dict[str, set[Spot]] = defaultdict(set)
        for shift in draft.shifts:
            self._serves[shift.person_id].add(circle(shift.role))
            self._spots[shift.person_id].add(("shifts", ""))
        for bond in draft.bonds:
            goes_on = bond.until_at is None or bond.until_at > draft.at
            if bond.home_id is not None and bond.role in FAMILY:
                self._family.add(bond.person_id)
                if goes_on:
                    self._at_home[(bond.role, bond.home_id)].append(bond.person_id)
            else:
                self._serves[bond.person_id].add(circle(bond.role))
                if goes_on:
                    spot = ("home", bond.home_id) if bond.home_id else ("region", bond.region_id or "")
                    self._spots[bond.person_id].add(spot)
        self._family -= set(self._serves)
        for residence in draft.before.residences:
            if holds(residence, draft.at):
                self._lives[residence.elder_id].add(("home", residence.home_id))

    # --- people of tables of their own ---------------------------------------------------------------------------

    def staff(self, rows: tuple[Row, ...]) -> None:
        """Rows of people who are found by their names everywhere. Call it when `hear` has heard all rows of elders."""
        for row in rows:
            if row.get("id") is None:
                self._numbers.hear(
                    row.table.role, row.get("name"), row.get("phone"), row, self._spots_of(row)
                )
            else:
                self._with_id.setdefault(row.get("id"), row)
        for row in rows:
            key = row.get("id") or self._listed(row)
            # A deputy of two butlers, a doctor of ten elders: a row for each, and what they say of the person must agree.
            again = row.table.role is not None
            if key is not None and self._draft.define("persons", key, row, again=again):
                self._of_row[row.place] = key
                self._serves[key].update([circle(row.table.role)] if row.table.role else [])
                self.describe(key, row)

    def of_row(self, row: Row) -> str | None:
        """Whom `staff` found for a row of a table of people; None when that was told."""
        return self._of_row.get(row.place)

    def hear(self, row: Row, key: str, role: Role, home_id: str) -> None:
        """Note the number that an elder's row gives somebody, before anybody is looked up."""
        if row.get(key) is not None:
            self._numbers.hear(role, row.get(key), row.get(f"{key}_phone"), row, [("home", home_id)])

    def describe(self, key: str, row: Row) -> None:
        """What a row of people says about one of them."""
        draft = self._draft
        known = draft.entries["persons"].get(key)
        entry = known or PersonEntry(key, "", "")
        plain = {"name": "name", "surname": "surname", "methods": "methods"}
        if row.table.name.value == "people":
            plain["until_at"] = "until_at"
        changed: PersonEntry = draft.update("persons", entry, row, plain)
        changed = draft.update_one(
            "persons", changed, row, "company", "company_id", draft.resolve("companies", row, "company")
        )
        if not row.says("surname") and (known is None or known.name != changed.name):
            changed = replace(changed, surname=surname(changed.name))
        draft.put("persons", changed)
        self._say_phone(key, row, "phone", clears=True, note=row.get("id") is None)

    # --- people whom rows name -----------------------------------------------------------------------------------

    def named(self, row: Row, key: str) -> str | None:
        """The person whom a cell names, by id or by name; None (and a finding) when nobody or several are."""
        text = row.get(key)
        if text is None:
            return None
        if text in self._draft.entries["persons"]:
            return str(text)
        found = self._staff_named(text)
        if len(found) == 1:
            return found[0]
        self._draft.not_found("persons", row, key, text, found, noun="butler" if key == "butler" else "")
        return None

    def serving(self, row: Row, key: str, role: Role, home_id: str) -> str | None:
        """Who serves a home by its elder's row: by id, by name, by name and number. Who comes with a number and is not known yet
        is made; None (and a finding) when it is not certain who is meant."""
        text, phone = row.get(key), row.get(f"{key}_phone")
        if text is None:
            if phone is not None:
                self._draft.say(row, Kind.CONTACT_WITHOUT_NAME, f"{key}_phone", phone)
            return None
        found = str(text) if text in self._draft.entries["persons"] else None
        if found is None:
            found = self._meant(row, key, text, phone, role, home_id)
        if found is None:
            return None
        if found not in self._draft.entries["persons"]:
            self._draft.put("persons", self._new(found, text, phone or ""))
            self._draft.mention("person", found, row)
        self._serves[found].add(circle(role))
        self._say_phone(found, row, f"{key}_phone")
        return found

    def at_home(
        self,
        row: Row,
        role: Role,
        home_id: str,
        name: str,
        phone: str | None,
        key: str | None = None,
        column: str = "",
    ) -> str:
        """The person of this name and role at a home, made when there is none. `key`: an id that the row gives; `column`: of an
        elder's row."""
        draft = self._draft
        persons = draft.entries["persons"]
        if key is None:
            mine = [one for one in self._at_home[(role, home_id)] if one in persons]
            same = [one for one in mine if folded(persons[one].name) == folded(name)]
            exact = [one for one in same if phone and number(persons[one].phone) == number(phone)]
            same = exact or same
            key = same[0] if same else derived("person", role.value, home_id, folded(name))
        columns = (f"{column}_phone", column) if column else ("phone", "name")
        if key not in persons:
            draft.put("persons", self._new(key, name, phone or ""))
            self._family.add(key)
            self._at_home[(role, home_id)].append(key)
        draft.mention("person", key, row)
        draft.reach.setdefault(f'person "{key}"', (row, columns))
        self._say_phone(key, row, columns[0], note=False)
        return key

    # --- who is meant --------------------------------------------------------------------------------------------

    def _meant(
        self, row: Row, key: str, name: str, phone: str | None, role: Role, home_id: str
    ) -> str | None:
        persons, among = self._draft.entries["persons"], circle(role)
        here = self._staff_named(name)
        staff = [one for one in here if one not in self._family]
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
        for found in (exact, self._of_circle(exact, among)):
            if len(found) == 1:
                return found[0]
        if exact:
            self._draft.not_found("persons", row, key, name, exact)
            return None
        return self._other_number(row, key, f"{key}_phone", name, phone, among, mine)

    def _listed(self, row: Row) -> str | None:
        """The person of a row without an id in a table of people."""
        name, phone, among = row.get("name"), row.get("phone"), circle(row.table.role)
        persons = self._draft.entries["persons"]
        named = [one for one in self._draft.named("persons", name) if one not in self._family]
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
        """Who is meant where nobody of this name has this number: one of those who have another, somebody new, or nobody knows.

        Whoever is taken for another is called in an emergency that is not theirs, or is not called: only what is certain counts.
        """
        persons = self._draft.entries["persons"]
        if len(mine) == 1 and not persons[mine[0]].phone:
            return mine[0]
        other = self._said_in_ledger(among, name, phone, mine, row)
        if other is not None and (among in LOOSE or self._is_list(row, other[1])):
            self._draft.say(row, Kind.NAMESAKES, key, name, phone=phone, other=where(other[1].place))
            return self._fresh(name, phone)
        if other is not None:
            self._differs(row, phone_key, phone, name, other)
            return None
        if not mine:
            return self._fresh(name, phone)
        if len(mine) == 1:
            answers, named = self._spots[mine[0]], self._numbers.spots(among, name, phone)
            if not answers or (answers <= named if among in LOOSE else answers & named):
                return mine[0]
            if among in LOOSE:
                other_phone = persons[mine[0]].phone
                self._draft.say(row, Kind.NAMESAKES, key, name, phone=phone, other=other_phone)
                return self._fresh(name, phone)
        known = {"ids": ", ".join(mine[:6]), "other_phone": ", ".join(persons[one].phone for one in mine[:6])}
        self._draft.say(row, Kind.PHONE_NOT_KNOWN, phone_key, phone, name=name, **known)
        return None

    def _said_in_ledger(
        self, among: Role | None, name: str, phone: str, mine: Iterable[str], row: Row
    ) -> tuple[str, Row] | None:
        """Another number under this name in this ledger, and its row."""
        persons = self._draft.entries["persons"]
        for one in mine:
            if one in self._phones:
                return self._phones[one]
            if one in self._with_id:
                return persons[one].phone, self._with_id[one]
            given = self._numbers.with_number(among, name, persons[one].phone)
            if given is not None:
                return given.phone, given.row
        usual = self._numbers.usual(among, name)
        if usual is None or number(usual.phone) == number(phone) or self._is_list(row, usual.row):
            return None
        return usual.phone, usual.row

    @staticmethod
    def _is_list(row: Row, other: Row) -> bool:
        return row.table is other.table and row.table.name in LISTS

    def _of_circle(self, found: Iterable[str], among: Role | None) -> list[str]:
        """Those who may be meant in this circle: of it, or of none that is known."""
        return [one for one in found if among is None or not self._serves[one] or among in self._serves[one]]

    def _is_here(self, key: str) -> bool:
        until_at = self._draft.entries["persons"][key].until_at
        return until_at is None or until_at > self._draft.at

    def _staff_named(self, name: str) -> list[str]:
        here = [one for one in self._draft.named("persons", name) if self._is_here(one)]
        return [one for one in here if one not in self._family] or here

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

    # --- numbers -------------------------------------------------------------------------------------------------

    def _say_phone(self, key: str, row: Row, column: str, *, clears: bool = False, note: bool = True) -> None:
        """The number that a row gives a person; two rows that differ are told. Who has a number and no method is called by it."""
        person: PersonEntry = self._draft.entries["persons"][key]
        phone, before = row.get(column) or "", person.phone
        says = bool(phone) or (clears and row.says(column))
        earlier = self._phones.get(key)
        if says and earlier is not None and number(earlier[0]) != number(phone):
            self._differs(row, column, phone, person.name, earlier)
            return
        if says and earlier is None:
            self._phones[key] = (phone, row)
        changed = person
        if says and number(phone) != number(before):
            changed = replace(person, phone=phone)
            if not phone and person.methods == by_phone(before):
                changed = replace(changed, methods=())
            if before and phone and note:
                homes = len(self._spots[key])
                self._draft.say(
                    row, Kind.PHONE_CHANGED, column, phone, name=person.name, before=before, count=homes
                )
        if not row.says("methods"):
            changed = reached(changed, before)
        if changed != person:
            self._draft.put("persons", changed)

    def _differs(self, row: Row, column: str, phone: str, name: str, other: tuple[str, Row]) -> None:
        data = {"name": name, "other": where(other[1].place), "other_phone": other[0]}
        self._draft.say(row, Kind.PHONE_DIFFERS, column, phone, **data)

    def _new(self, key: str, name: str, phone: str) -> PersonEntry:
        return reached(PersonEntry(key, name, surname(name), phone=phone), "")

    def _fresh(self, name: str, phone: str) -> str:
        """An id for somebody of this name and number; another's, who had this number when they came, is passed over."""
        persons = self._draft.entries["persons"]
        key, again = derived("person", folded(name), digits(phone)), 1
        while key in persons and number(persons[key].phone) != number(phone):
            again += 1
            key = derived("person", folded(name), digits(phone), again)
        return key


def surname(name: str) -> str:
    """What stands before the given name; of a Latin name the last word."""
    if name[:2] in _COMPOUND_SURNAMES:
        return name[:2]
    if re.match(r"[\u3400-\u9fff]", name):
        return name[0]
    return name.rsplit(maxsplit=1)[-1] if name.split() else ""
