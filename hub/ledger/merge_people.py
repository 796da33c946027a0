"""The people of a ledger, worked into the draft: who they are, and how the hub reaches them."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from hub.core.alerts import Role
from hub.directory.model import PersonEntry
from hub.directory.reaching import by_phone, number, reached
from hub.ledger.draft import Draft, folded
from hub.ledger.findings import Kind, Place
from hub.ledger.ids import derived
from hub.ledger.meant import Meant, goes_on
from hub.ledger.namesakes import FAMILY, circle
from hub.ledger.reading import Row
from hub.ledger.slips import Slips

__all__ = ["FAMILY", "People", "surname"]

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
        self._meant = Meant(draft)
        self._slips = Slips(draft, self._meant)
        self._of_row: dict[Place, str] = {}
        self._methods_before = {person.id: person.methods for person in draft.before.persons}
        self._with_methods: set[str] = set()
        """Of whom a row says the contact methods, if only that there are none."""
        self._at_home: dict[tuple[Role, str], list[str]] = defaultdict(list)
        for bond in draft.bonds:
            if bond.home_id is not None and bond.role in FAMILY and goes_on(bond, draft.at):
                self._at_home[(bond.role, bond.home_id)].append(bond.person_id)

    # --- people of tables of their own ---------------------------------------------------------------------------

    def staff(self, rows: tuple[Row, ...]) -> None:
        """Rows of people who are found by their names everywhere. Call it when `hear` has heard all rows of elders."""
        self._meant.hear_people(rows)
        for row in rows:
            key = row.get("id") or self._meant.of_row(row)
            is_new = row.get("id") is None and key not in self._draft.entries["persons"]
            if key is not None and is_new and self._slips.is_listed(row):
                continue
            # A deputy of two butlers, a doctor of ten elders: a row for each, and what they say of the person must agree.
            again = row.table.role is not None
            if key is not None and self._draft.define("persons", key, row, again=again):
                self._of_row[row.place] = key
                self._slips.listed(key, row)
                self._draft.listed.append((row, key))
                self._meant.serves[key].update([circle(row.table.role)] if row.table.role else [])
                self.describe(key, row)

    def of_row(self, row: Row) -> str | None:
        """Whom `staff` found for a row of a table of people; None when that was told."""
        return self._of_row.get(row.place)

    def hear(self, row: Row, key: str, role: Role, home_id: str) -> None:
        """Note the number that an elder's row gives somebody, before anybody is looked up."""
        self._meant.hear(row, key, role, home_id)
        self._slips.hear(role, row.get(key), row.get(f"{key}_phone"))

    def hear_keyholders(self, rows: Iterable[Row]) -> None:
        """Note the keyholders who have a sheet of their own."""
        self._slips.hear_keyholders(rows)

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
        if row.says("methods"):
            self._with_methods.add(key)
        self._say_phone(key, row, "phone", clears=True, note=row.get("id") is None)

    # --- people whom rows name -----------------------------------------------------------------------------------

    def named(self, row: Row, key: str) -> str | None:
        """The person whom a cell names, by id or by name; None (and a finding) when nobody or several are."""
        text = row.get(key)
        if text is None:
            return None
        found = [str(text)] if text in self._draft.entries["persons"] else self._meant.staff_named(text)
        if len(found) == 1:
            person: PersonEntry = self._draft.entries["persons"][found[0]]
            if not person.methods and person.phone and found[0] not in self._with_methods:
                self._draft.put("persons", reached(person, ""))
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
            found = self._meant.serving(row, key, text, phone, role, home_id)
        if found is None:
            return None
        if found not in self._draft.entries["persons"]:
            if self._slips.is_butler(row, key, text, phone or "", role):
                return None
            self._draft.put("persons", self._new(found, text, phone or ""))
            self._draft.mention("person", found, row)
        self._meant.serves[found].add(circle(role))
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
            if role is Role.KEYHOLDER and column:
                self._slips.is_keyholder(row, column, name, phone)
            draft.put("persons", self._new(key, name, phone or ""))
            self._meant.family.add(key)
            self._at_home[(role, home_id)].append(key)
        draft.mention("person", key, row)
        draft.reach.setdefault(f'person "{key}"', (row, columns))
        self._say_phone(key, row, columns[0], note=self._meant.answers_beyond(key, home_id))
        return key

    # --- numbers -------------------------------------------------------------------------------------------------

    def _say_phone(self, key: str, row: Row, column: str, *, clears: bool = False, note: bool = True) -> None:
        """The number that a row gives a person; two rows that differ are told. Who has a number and no method is called by it."""
        person: PersonEntry = self._draft.entries["persons"][key]
        phone, before = row.get(column) or "", person.phone
        says = bool(phone) or (clears and row.says(column))
        earlier = self._meant.phones.get(key)
        if says and earlier is not None and number(earlier[0]) != number(phone):
            self._meant.differs(row, column, phone, person.name, earlier)
            return
        if says and earlier is None:
            self._meant.phones[key] = (phone, row)
        changed = person
        if says and number(phone) != number(before):
            changed = replace(person, phone=phone)
            if not phone and person.methods == by_phone(before):
                changed = replace(changed, methods=())
            if before and phone and note:
                homes = self._meant.answers_for(key)
                self._draft.say(
                    row, Kind.PHONE_CHANGED, column, phone, name=person.name, before=before, count=homes
                )
        # An exported row says the methods too: they call the number that somebody changed beside them.
        unchanged = bool(person.methods) and person.methods == self._methods_before.get(key)
        if key not in self._with_methods or (unchanged and phone):
            changed = reached(changed, before)
        if changed != person:
            self._draft.put("persons", changed)

    def _new(self, key: str, name: str, phone: str) -> PersonEntry:
        return reached(PersonEntry(key, name, surname(name), phone=phone), "")


def surname(name: str) -> str:
    """What stands before the given name; of a Latin name the last word."""
    if name[:2] in _COMPOUND_SURNAMES:
        return name[:2]
    if re.match(r"[\u3400-\u9fff]", name):
        return name[0]
    return name.rsplit(maxsplit=1)[-1] if name.split() else ""
