"""The people of a ledger, worked into the draft: who they are, and how the hub reaches them."""

import re
from collections import defaultdict
from dataclasses import replace

from hub.core.alerts import Role
from hub.core.context import ContactMethod
from hub.directory.model import PersonEntry
from hub.ledger.draft import Draft, folded
from hub.ledger.findings import Kind
from hub.ledger.ids import derived
from hub.ledger.reading import Row

BY_PHONE = "webhook"
"""The channel of whoever has a telephone number and no other method: the service behind the webhook calls or texts it."""

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
    """Finds and makes the persons that rows name."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._family: set[str] = set()
        self._at_home: dict[tuple[Role, str], list[str]] = defaultdict(list)
        staff = {shift.person_id for shift in draft.shifts}
        for bond in draft.bonds:
            if bond.home_id is not None and bond.role in FAMILY:
                self._family.add(bond.person_id)
                if bond.until_at is None or bond.until_at > draft.at:
                    self._at_home[(bond.role, bond.home_id)].append(bond.person_id)
            else:
                staff.add(bond.person_id)
        self._family -= staff

    def staff(self, rows: tuple[Row, ...]) -> None:
        """Rows of people who are found by their names everywhere; `places` of their rows are kept in the draft."""
        for row in rows:
            key = row.get("id") or self._staff_id(row, row.get("name"), row.get("phone"))
            # A deputy of two butlers, a doctor of ten elders: a row for each, and what they say of the person must agree.
            again = row.table.role is not None
            if key is not None and self._draft.define("persons", key, row, again=again):
                self.describe(key, row)

    def named(self, row: Row, key: str) -> str | None:
        """The person whom a cell names, by id or by name; None (and a finding) when nobody or several are."""
        text = row.get(key)
        if text is None:
            return None
        persons = self._draft.entries["persons"]
        if text in persons:
            return str(text)
        found = self._staff_named(text)
        if len(found) == 1:
            return found[0]
        if len(found) > 1 and (phone := row.get(f"{key}_phone")):
            same = [one for one in found if digits(persons[one].phone) == digits(phone)]
            if len(same) == 1:
                return same[0]
        self._draft.not_found("persons", row, key, text, found, noun="butler" if key == "butler" else "")
        return None

    def butler(self, row: Row, key: str) -> str | None:
        """As `named`; who is not known yet but comes with a telephone number is made."""
        text, phone = row.get(key), row.get(f"{key}_phone")
        if text is None or text in self._draft.entries["persons"] or self._staff_named(text) or not phone:
            return self.named(row, key)
        made = derived("person", folded(text), digits(phone))
        self._draft.put("persons", self._new(made, text, phone))
        self._draft.mention("person", made, row)
        return made

    def at_home(
        self, row: Row, role: Role, home_id: str, name: str, phone: str | None, key: str | None = None
    ) -> str:
        """The person of this name and role at a home, made when there is none. `key`: an id that the row gives."""
        draft = self._draft
        if key is None:
            mine = [one for one in self._at_home[(role, home_id)] if one in draft.entries["persons"]]
            same = [one for one in mine if folded(draft.entries["persons"][one].name) == folded(name)]
            key = same[0] if same else derived("person", role.value, home_id, folded(name))
        known = draft.entries["persons"].get(key)
        if known is None:
            draft.put("persons", self._new(key, name, phone or ""))
            self._family.add(key)
            self._at_home[(role, home_id)].append(key)
        elif phone and digits(phone) != digits(known.phone):
            draft.put("persons", self._reached(replace(known, phone=phone), known.phone))
        draft.mention("person", key, row)
        return key

    def describe(self, key: str, row: Row) -> None:
        """What a row of people says about one of them."""
        draft = self._draft
        known = draft.entries["persons"].get(key)
        entry = known or PersonEntry(key, "", "")
        plain = {"name": "name", "surname": "surname", "phone": "phone", "methods": "methods"}
        if row.table.name.value == "people":
            plain["until_at"] = "until_at"
        changed: PersonEntry = draft.update("persons", entry, row, plain)
        changed = draft.update_one(
            "persons", changed, row, "company", "company_id", draft.resolve("companies", row, "company")
        )
        if not row.says("surname") and (known is None or known.name != changed.name):
            changed = replace(changed, surname=surname(changed.name))
        if not row.says("methods"):
            changed = self._reached(changed, entry.phone)
        draft.put("persons", changed)

    def _new(self, key: str, name: str, phone: str) -> PersonEntry:
        return self._reached(PersonEntry(key, name, surname(name), phone=phone), "")

    @staticmethod
    def _reached(person: PersonEntry, phone_before: str) -> PersonEntry:
        """With the method that follows from the telephone number, where there is no other."""
        if person.phone and (not person.methods or person.methods == by_phone(phone_before)):
            return replace(person, methods=by_phone(person.phone))
        return person

    def _staff_named(self, name: str) -> list[str]:
        persons = self._draft.entries["persons"]
        here = [
            one
            for one in self._draft.named("persons", name)
            if persons[one].until_at is None or persons[one].until_at > self._draft.at
        ]
        return [one for one in here if one not in self._family] or here

    def _staff_id(self, row: Row, name: str, phone: str | None) -> str | None:
        persons = self._draft.entries["persons"]
        found = [one for one in self._draft.named("persons", name) if one not in self._family]
        if phone and len(found) > 1:
            found = [one for one in found if digits(persons[one].phone) == digits(phone)] or found
        if phone and len(found) == 1 and found[0] in self._draft.mentioned["person"]:
            # Two of one name in this ledger: told apart by their numbers.
            found = [one for one in found if digits(persons[one].phone) == digits(phone)]
        if len(found) > 1:
            self._draft.say(
                row,
                Kind.AMBIGUOUS_REFERENCE,
                "name",
                name,
                ids=", ".join(found[:6]),
                noun_en="person",
                noun_zh="人员",
            )
            return None
        return found[0] if found else derived("person", folded(name), digits(phone or ""))


def surname(name: str) -> str:
    """What stands before the given name; of a Latin name the last word."""
    if name[:2] in _COMPOUND_SURNAMES:
        return name[:2]
    if re.match(r"[\u3400-\u9fff]", name):
        return name[0]
    return name.rsplit(maxsplit=1)[-1] if name.split() else ""


def by_phone(phone: str) -> tuple[ContactMethod, ...]:
    return (ContactMethod(BY_PHONE, f"tel:{digits(phone)}"),) if phone else ()


def digits(phone: str) -> str:
    return re.sub(r"[^\d+]", "", phone)
