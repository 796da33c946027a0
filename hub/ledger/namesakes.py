"""Which telephone numbers a ledger gives the people whom it names, heard before anybody is looked up: two may share a name."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from hub.core.alerts import Role
from hub.directory.reaching import number
from hub.ledger.draft import folded
from hub.ledger.reading import Row
from hub.ledger.tables import TableName

_COMPANY = frozenset(
    {
        Role.BUTLER,
        Role.DEPUTY,
        Role.ELDER_HELPER,
        Role.CENTRE_DUTY,
        Role.OPERATOR,
        Role.DUTY_MANAGER,
    }
)
"""One person may have several of these."""

LOOSE = frozenset({Role.FAMILY_DOCTOR, Role.PROPERTY_GUARD, Role.GRID_WORKER})
"""刘医生, 值班室: many are called so, and another number is another of them."""

LISTS = frozenset(
    {
        TableName.PEOPLE,
        TableName.BUTLERS,
        TableName.HELPERS,
        TableName.DESKS,
        TableName.OPERATORS,
        TableName.MANAGERS,
    }
)
"""Tables with a row for each person: two rows of one name and two numbers are two people. In others a person stands again and
again, and one number of them may be mistyped."""

FAMILY = frozenset({Role.CONTACT, Role.KEYHOLDER, Role.PARTNER})
"""They belong to one home: the same name at another door is somebody else."""

Spot = tuple[str, str]
"""What somebody answers for: ("home", id), ("region", id), ("shifts", "")."""


def circle(role: Role | None) -> Role | None:
    """Within which roles a name means one person; None: of whom no role is known."""
    return Role.BUTLER if role in _COMPANY else role


@dataclass(frozen=True, slots=True)
class Given:
    """That a row names somebody, with the number it gives (empty: none), and for what."""

    circle: Role | None
    phone: str
    row: Row
    spots: frozenset[Spot]


class Numbers:
    """All that the ledger says of a name."""

    def __init__(self) -> None:
        self._given: dict[str, list[Given]] = defaultdict(list)

    def hear(
        self, role: Role | None, name: str, phone: str | None, row: Row, spots: Iterable[Spot] = ()
    ) -> None:
        self._given[folded(name)].append(Given(circle(role), phone or "", row, frozenset(spots)))

    def usual(self, among: Role | None, name: str, but: Iterable[str] = ()) -> Given | None:
        """The number that most rows give this name, and the first of them; but not those that are known for other people."""
        known = {"", *map(number, but)}
        found = [one for one in self._of(among, name) if number(one.phone) not in known]
        counted = Counter(number(one.phone) for one in found)
        return max(found, key=lambda one: counted[number(one.phone)], default=None)

    def with_number(self, among: Role | None, name: str, phone: str) -> Given | None:
        """A row that gives this name this number."""
        wanted = number(phone)
        return next((one for one in self._of(among, name) if wanted and number(one.phone) == wanted), None)

    def spots(self, among: Role | None, name: str, phone: str) -> frozenset[Spot]:
        """For what the ledger names somebody of this name, with this number or none."""
        wanted = ("", number(phone))
        found = (one.spots for one in self._of(among, name) if number(one.phone) in wanted)
        return frozenset().union(*found)

    def _of(self, among: Role | None, name: str) -> Iterable[Given]:
        return (
            one for one in self._given.get(folded(name), ()) if among is None or one.circle in (None, among)
        )
