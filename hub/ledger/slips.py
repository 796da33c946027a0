"""Names that only look new: with the number of somebody else who is known, or a character away from their name."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from hub.core.alerts import Role
from hub.directory.reaching import number
from hub.ledger.draft import Draft, folded, where
from hub.ledger.findings import Kind
from hub.ledger.meant import Meant
from hub.ledger.namesakes import circle
from hub.ledger.reading import Row
from hub.ledger.tables import BY_NAME, TableName

_LONG = 3
"""Characters: so many Chinese names of two have one character in common that nobody can be asked about each."""


class Slips:
    """Asks before a slip of the pen becomes a person: whose elders nobody would see, and who has somebody else's number."""

    def __init__(self, draft: Draft, meant: Meant) -> None:
        self._draft = draft
        self._meant = meant
        self._known = {person.id for person in draft.before.persons}
        """Those of the hub and of lists: not whom another row of elders made."""
        self._butlers: set[str] = set()
        """Those of the sheet of butlers, if the ledger has one."""
        self._keyholders: dict[str, Row] = {}
        """Number -> the first row of the keyholders' sheet that has it."""
        self._keyholder_names: set[str] = set()
        self._rows: dict[str, Counter[str]] = defaultdict(Counter)
        """Number -> how many rows of elders give it to each butler's name, as it is first written."""

    def hear(self, role: Role, name: str | None, phone: str | None) -> None:
        """That an elder's row names somebody."""
        if circle(role) is Role.BUTLER and name and phone:
            heard = self._rows[number(phone)]
            heard[next((one for one in heard if folded(one) == folded(name)), name)] += 1

    def hear_keyholders(self, rows: Iterable[Row]) -> None:
        """The sheet of keyholders."""
        for row in rows:
            if row.table.name is TableName.KEYHOLDERS:
                self._keyholder_names.add(folded(row.get("name")))
                if row.get("phone"):
                    self._keyholders.setdefault(number(row.get("phone")), row)

    def listed(self, key: str, row: Row) -> None:
        """That somebody stands in a list of people."""
        self._known.add(key)
        if row.table.name is TableName.BUTLERS:
            self._butlers.add(key)

    # --- asked before somebody is made -----------------------------------------------------------------------------

    def is_butler(self, row: Row, key: str, name: str, phone: str, role: Role) -> bool:
        """Whether an elder's row means somebody else by a name that nobody has, which is told."""
        if circle(role) is not Role.BUTLER:
            return False
        known = [one for one in self._with_number(phone) if one in self._known]
        near_first = sorted(known, key=lambda one: not one_apart(self._name(one), name))
        same_number = next(iter(near_first), None)
        if same_number is not None:
            self._say(row, key, name, self._name(same_number), self._stands(same_number), TableName.BUTLERS)
            return True
        written = self._usual(name, phone)
        if written is not None:
            self._say(row, key, name, written, ("", ""), TableName.BUTLERS)
            return True
        near = next((one for one in self._circle() if one in self._known and self._is_near(one, name)), None)
        if near is not None:
            self._say(row, key, name, self._name(near), self._stands(near), TableName.BUTLERS, same=False)
        return near is not None

    def is_listed(self, row: Row) -> bool:
        """Whether a row without an id in a list of people means somebody else, which is told: a number is handed on, but not to
        somebody of nearly the same name."""
        name, phone = row.get("name"), row.get("phone") or ""
        if circle(row.table.role) not in (None, Role.BUTLER):
            return False
        near = next((one for one in self._with_number(phone) if one_apart(self._name(one), name)), None)
        if near is not None:
            self._say(row, "name", name, self._name(near), self._stands(near), None)
        return near is not None

    def is_keyholder(self, row: Row, key: str, name: str, phone: str | None) -> bool:
        """Whether an elder's row means a keyholder of the keyholders' sheet, where another name has this number; it is told."""
        other = self._keyholders.get(number(phone)) if phone else None
        if other is None or folded(name) in self._keyholder_names:
            return False
        stands = where(other.place)
        self._say(row, key, name, other.get("name"), (stands, stands), TableName.KEYHOLDERS)
        return True

    # --- inside ------------------------------------------------------------------------------------------------------

    def _name(self, key: str) -> str:
        return str(self._draft.entries["persons"][key].name)

    def _circle(self) -> Iterable[str]:
        """Who works here, as far as anybody knows."""
        return self._meant.colleagues(Role.BUTLER)

    def _with_number(self, phone: str) -> list[str]:
        persons, wanted = self._draft.entries["persons"], number(phone)
        return [one for one in self._circle() if wanted and number(persons[one].phone) == wanted]

    def _is_near(self, one: str, name: str) -> bool:
        """Where there is a sheet of butlers, it is the list of them; without one a new name may be much like another."""
        known = self._name(one)
        if self._butlers:
            return one in self._butlers and one_apart(known, name)
        return min(len(folded(known)), len(folded(name))) >= _LONG and one_apart(known, name)

    def _usual(self, name: str, phone: str) -> str | None:
        """The name that more rows, or earlier ones, give this number, when it is nearly this one."""
        heard = self._rows[number(phone)]
        for other, _ in heard.most_common():
            if folded(other) == folded(name):
                return None
            if one_apart(other, name):
                return other
        return None

    def _stands(self, key: str) -> tuple[str, str]:
        row = self._draft.origins.get(f'person "{key}"')
        return (where(row.place),) * 2 if row is not None else (f"系统里，{key}", f"in the hub, {key}")

    def _say(
        self,
        row: Row,
        key: str,
        name: str,
        other: str,
        stands: tuple[str, str],
        table: TableName | None,
        *,
        same: bool = True,
    ) -> None:
        beside_zh = "，".join(part for part in (stands[0], "电话相同" if same else "") if part)
        beside_en = ", ".join(part for part in (stands[1], "the same number" if same else "") if part)
        apart_zh, apart_en = "给一个编号", "give an id"
        if table is not None:
            sheet = BY_NAME[table]
            apart_zh = f"在“{sheet.zh}”表里给“{name}”写一行"
            apart_en = f'give "{name}" a row in the sheet "{sheet.en}"'
        data = {"other": other, "beside_zh": beside_zh, "beside_en": beside_en}
        self._draft.say(row, Kind.MISTYPED_PERSON, key, name, apart_zh=apart_zh, apart_en=apart_en, **data)


def one_apart(one: str, other: str) -> bool:
    """Whether two names differ by one character: another, one more, one less, or two that changed places."""
    short, long = sorted((folded(one), folded(other)), key=len)
    if short == long or len(long) - len(short) > 1:
        return False
    at = next((place for place, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    if len(short) < len(long):
        return short[at:] == long[at + 1 :]
    swapped = short[:at] + short[at : at + 2][::-1] + short[at + 2 :]
    return short[at + 1 :] == long[at + 1 :] or swapped == long
