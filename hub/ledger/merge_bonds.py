"""Who answers for which home: what the ledger wants, worked into the bonds that are. Whoever is replaced is ended."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from hub.core.alerts import Role
from hub.directory.model import Bond, holds
from hub.ledger.draft import Draft, Want, where
from hub.ledger.findings import Kind, Place
from hub.ledger.merge_homes import Homes
from hub.ledger.merge_people import FAMILY, People
from hub.ledger.merge_places import Regions
from hub.ledger.reading import Row
from hub.ledger.tables import TableName

COLUMNS = (
    ("contact", Role.CONTACT, 3),
    ("keyholder", Role.KEYHOLDER, 1),
    ("partner", Role.PARTNER, 1),
)
"""People of one home, in numbered columns of the elders' table."""

SERVING = (
    ("butler", Role.BUTLER),
    ("institution", Role.CARE_INSTITUTION),
    ("doctor_1", Role.FAMILY_DOCTOR),
)
"""People of many homes, in columns of the elders' table."""


class Bonds:
    """Collects wants; `apply` works them in when all are known."""

    def __init__(self, draft: Draft, people: People, homes: Homes, regions: Regions) -> None:
        self._draft = draft
        self._people = people
        self._homes = homes
        self._regions = regions
        self._next_rank: dict[tuple[Role, str | None, str | None], int] = {}
        self._deputies: list[tuple[str, str, Row]] = []
        self._wanted = 0
        self._added: list[tuple[int, Bond]] = []
        self._of_elders: list[tuple[Row, str]] = []
        self._before = {
            (bond.role, bond.home_id, bond.person_id) for bond in draft.bonds if self._goes_on(bond)
        }
        self._stays: set[Place] = set()
        """Rows of elders who live where they lived."""
        self._lived = {(one.elder_id, one.home_id) for one in draft.before.residences if holds(one, draft.at)}
        self._listed: set[tuple[str, str]] = set()
        self.lists: dict[str, list[Row]] = {}
        """The rows that add to a butler's list, in their order."""

    def want(self, role: Role, home_id: str | None, region_id: str | None, want: Want) -> None:
        self._wanted += 1
        self._draft.wants[(role, home_id, region_id)].append(replace(want, number=self._wanted))

    def of_elder(self, row: Row, home_id: str, elder_id: str | None = None) -> None:
        """Butler, institution, contacts ... in the columns of an elder's (or a home's) row: heard now, looked up in `of_people`,
        when all have been heard."""
        self._of_elders.append((row, home_id))
        for key, role in SERVING:
            self._people.hear(row, key, role, home_id)
        if (elder_id, home_id) in self._lived:
            self._stays.add(row.place)

    def _look_up(self, row: Row, home_id: str) -> None:
        for key, role in SERVING:
            found = self._people.serving(row, key, role, home_id)
            if found is None:
                continue
            if role is Role.BUTLER:
                self._list(row, home_id, found)
                self.want(role, home_id, None, Want(found, row, slot=True))
            elif role is Role.CARE_INSTITUTION:
                self.want(role, home_id, None, Want(found, row, slot=True, rank=1))
            else:
                self._want_one(row, key, role, home_id, found)
        for prefix, role, count in COLUMNS:
            for key in (f"{prefix}_{number}" for number in range(1, count + 1)):
                name, phone = row.get(key), row.get(f"{key}_phone")
                if name is not None:
                    person = self._people.at_home(row, role, home_id, name, phone, column=key)
                    self._want_one(row, key, role, home_id, person)
                elif phone is not None:
                    self._draft.say(row, Kind.CONTACT_WITHOUT_NAME, f"{key}_phone", phone)

    def _want_one(self, row: Row, key: str, role: Role, home_id: str, person: str) -> None:
        rank, relation = self._rank(role, home_id, None), row.get(f"{key}_relation")
        self.want(role, home_id, None, Want(person, row, rank=rank, relation=relation, slot=True))

    def _list(self, row: Row, home_id: str, butler: str) -> None:
        known = (Role.BUTLER, home_id, butler) in self._before
        if row.table.name is TableName.ELDERS:
            adds = not known or row.place not in self._stays
        else:
            adds = not known and (butler, home_id) not in self._listed
        if adds:
            self._listed.add((butler, home_id))
            self.lists.setdefault(butler, []).append(row)

    def _rank(self, role: Role, home_id: str | None, region_id: str | None) -> int:
        key = (role, home_id, region_id)
        self._next_rank[key] = self._next_rank.get(key, 0) + 1
        return self._next_rank[key]

    def of_people(self, rows: Sequence[Row], home_of_elder: Mapping[str, str]) -> None:
        """Who serves the homes of elders' rows; for whom the people of a role's table answer."""
        self._people.hear_keyholders(rows)
        for elder, home in self._of_elders:
            self._look_up(elder, home)
        draft = self._draft
        for row in rows:
            role = row.table.role
            if role is None:
                continue
            home_id = self.home_of(row, home_of_elder)
            region_id = (
                self._regions.region(row, "region") if home_id is None and row.says("region") else None
            )
            if role in FAMILY:
                if home_id is None:
                    if not (row.says("elder") or row.says("home")):
                        draft.say(row, Kind.NOBODY_NAMED, "elder")
                    continue
                key = self._people.at_home(
                    row, role, home_id, row.get("name"), row.get("phone"), row.get("id")
                )
                self._people.describe(key, row)
            else:
                found = self._people.of_row(row)
                if found is None:
                    continue
                key = found
            if row.get("of_butler") is not None:
                butler = self._people.named(row, "of_butler")
                if butler is not None:
                    self._deputies.append((butler, key, row))
            if home_id is not None or region_id is not None:
                rank = row.get("rank") or self._rank(role, home_id, region_id)
                self.want(
                    role,
                    home_id,
                    region_id,
                    Want(
                        key,
                        row,
                        row.get("from_at"),
                        row.get("until_at"),
                        row.says("until_at"),
                        False,
                        rank,
                        row.get("relation"),
                        role in FAMILY,
                    ),
                )

    def home_of(self, row: Row, home_of_elder: Mapping[str, str]) -> str | None:
        """The home that a row names, itself or by an elder who lives there."""
        if row.get("home") is not None:
            return self._homes.home_named(row, "home")
        if row.get("elder") is None:
            return None
        text = row.get("elder")
        if text in home_of_elder:
            return home_of_elder[text]
        elder = self._draft.resolve("elders", row, "elder")
        return home_of_elder.get(elder) if elder is not None else None

    def rows(self, rows: Iterable[Row]) -> None:
        """The table of bonds itself."""
        for row in rows:
            person = self._people.named(row, "person")
            home_id = self._homes.home_named(row, "home")
            region_id = self._regions.region(row, "region")
            if person is None or (home_id is None and region_id is None):
                if not (row.says("home") or row.says("region")):
                    self._draft.say(row, Kind.NOBODY_NAMED, "home")
                continue
            if row.get("cover") and (row.get("until_at") is None):
                self._draft.say(row, Kind.COVER_WITHOUT_DATES, "until_at")
                continue
            want = Want(
                person,
                row,
                row.get("from_at"),
                row.get("until_at"),
                row.says("until_at"),
                bool(row.get("cover")),
                row.get("rank"),
                row.get("relation") or ("" if row.says("relation") else None),
            )
            self.want(row.get("role"), home_id, region_id, want)
            if row.get("role") is Role.BUTLER and not want.cover and home_id is not None:
                self._list(row, home_id, person)

    # --- working them in ---------------------------------------------------------------------------------------------

    def apply(self) -> None:
        existing: dict[tuple[Role, str | None, str | None], list[int]] = {}
        for index, bond in enumerate(self._draft.bonds):
            existing.setdefault((bond.role, bond.home_id, bond.region_id), []).append(index)
        for key, wants in self._draft.wants.items():
            self._apply(key, wants, existing.get(key, []))
        self._draft.bonds += [bond for _, bond in sorted(self._added, key=lambda pair: pair[0])]
        self._added = []
        if self._deputies:
            self._apply_deputies()
        self._draft.bonds += [bond for _, bond in self._added]
        self._draft.bonds = [
            bond for bond in self._draft.bonds if bond.until_at is None or bond.until_at != bond.from_at
        ]

    def _apply_deputies(self) -> None:
        homes: dict[str, list[str]] = {}
        for bond in self._draft.bonds:
            if (
                bond.role is Role.BUTLER
                and not bond.cover
                and bond.home_id
                and (bond.until_at is None or bond.until_at > self._draft.at)
            ):
                homes.setdefault(bond.person_id, []).append(bond.home_id)
        known = {
            (bond.person_id, bond.home_id)
            for bond in self._draft.bonds
            if bond.role is Role.DEPUTY and holds(bond, self._draft.at)
        }
        ranks: dict[str, int] = {}
        for butler, deputy, row in self._deputies:
            for home_id in homes.get(butler, ()):
                ranks[home_id] = ranks.get(home_id, 0) + 1
                if (deputy, home_id) not in known:
                    self._add(
                        Bond(
                            deputy,
                            Role.DEPUTY,
                            self._draft.at,
                            home_id=home_id,
                            rank=row.get("rank") or ranks[home_id],
                        ),
                        row,
                    )

    def _apply(self, key: tuple[Role, str | None, str | None], wants: list[Want], mine: list[int]) -> None:
        draft, (role, home_id, region_id) = self._draft, key
        wants = list(self._distinct(role, wants))
        taken: set[int] = set()
        open_wants: list[Want] = []
        for want in wants:
            exact = next(
                (
                    index
                    for index in mine
                    if index not in taken
                    and self._is(draft.bonds[index], want)
                    and draft.bonds[index].from_at == want.from_at
                ),
                None,
            )
            if exact is None:
                open_wants.append(want)
            else:
                taken.add(exact)
                draft.bonds[exact] = self._said(draft.bonds[exact], want)
        new: list[Want] = []
        for want in open_wants:
            past = want.until_at is not None and want.until_at <= draft.at
            going = next(
                (
                    index
                    for index in mine
                    if index not in taken
                    and not past
                    and self._is(draft.bonds[index], want)
                    and self._goes_on(draft.bonds[index])
                ),
                None,
            )
            if going is None:
                new.append(want)
            else:
                taken.add(going)
                draft.bonds[going] = self._said(draft.bonds[going], want)
        for want in new:
            begins = want.from_at or draft.at
            past = want.until_at is not None and want.until_at <= draft.at
            own = role is Role.BUTLER and not want.cover
            for index in mine:
                bond = draft.bonds[index]
                if index in taken or past or not self._goes_on(bond) or bond.cover != want.cover:
                    continue
                if not (own or (want.slot and bond.rank == (want.rank or 1))):
                    continue
                if begins <= bond.from_at:
                    begins = max(draft.at, bond.from_at)
                draft.bonds[index] = replace(bond, until_at=begins)
            self._add(
                Bond(
                    want.person_id,
                    role,
                    begins,
                    want.until_at,
                    home_id,
                    region_id,
                    want.cover,
                    want.rank or 1,
                    want.relation or "",
                ),
                want.row,
                want.number,
            )

    def _add(self, bond: Bond, row: Row, number: int = 0) -> None:
        target = f'home "{bond.home_id}"' if bond.home_id is not None else f'region "{bond.region_id}"'
        self._draft.origins[f'{bond.role} "{bond.person_id}" of {target}'] = row
        self._added.append((number, bond))

    def _distinct(self, role: Role, wants: list[Want]) -> Iterable[Want]:
        """Each once; two different own butlers at one time are told."""
        seen: dict[tuple[str, bool, datetime | None], Want] = {}
        # Those with dates first: a column that only names somebody adds nothing to them.
        for want in sorted(wants, key=lambda want: want.from_at is None):
            key = (want.person_id, want.cover, want.from_at)
            if key in seen:
                continue
            if role is Role.BUTLER and want.slot:
                other = next(
                    (one for one in seen.values() if one.slot and one.person_id != want.person_id), None
                )
                if other is not None:
                    self._draft.say(want.row, Kind.TWO_BUTLERS, "butler", other=where(other.row.place))
                    continue
            if want.from_at is None and any(
                one.person_id == want.person_id and one.cover == want.cover and self._goes_on_want(one)
                for one in seen.values()
            ):
                continue
            seen[key] = want
        return seen.values()

    def _goes_on_want(self, want: Want) -> bool:
        return want.until_at is None or want.until_at > self._draft.at

    def _goes_on(self, bond: Bond) -> bool:
        return bond.until_at is None or bond.until_at > self._draft.at

    @staticmethod
    def _is(bond: Bond, want: Want) -> bool:
        return bond.person_id == want.person_id and bond.cover == want.cover

    @staticmethod
    def _said(bond: Bond, want: Want) -> Bond:
        """The bond with what the ledger says; when it began stays."""
        return replace(
            bond,
            until_at=want.until_at if want.says_until else bond.until_at,
            rank=want.rank if want.rank is not None else bond.rank,
            relation=want.relation if want.relation is not None else bond.relation,
        )
