"""The elders of a ledger and where they live, worked into the draft. Nobody is taken away by being left out."""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime

from hub.core.home import Membership
from hub.directory.model import Elder, Residence, holds
from hub.directory.reaching import digits
from hub.ledger.choices import Gender
from hub.ledger.draft import Draft, folded, where
from hub.ledger.findings import Kind
from hub.ledger.ids import derived
from hub.ledger.merge_bonds import Bonds
from hub.ledger.merge_homes import Homes
from hub.ledger.merge_people import surname
from hub.ledger.reading import Row

_OLDEST, _YOUNGEST = 120, 18
_GONE = frozenset({Membership.DECEASED, Membership.LEFT})


class Elders:
    def __init__(self, draft: Draft, homes: Homes, bonds: Bonds) -> None:
        self._draft = draft
        self._homes = homes
        self._bonds = bonds
        self._of_elder: dict[str, list[Residence]] = defaultdict(list)
        self._at_home: dict[str, list[str]] = defaultdict(list)
        for residence in draft.residences:
            self._of_elder[residence.elder_id].append(residence)
            if residence.until_at is None or residence.until_at > draft.at:
                self._at_home[residence.home_id].append(residence.elder_id)
        self._signs: dict[tuple[str, str], Row] = {}
        self.home_of: dict[str, str] = {
            residence.elder_id: residence.home_id
            for residence in draft.residences
            if holds(residence, draft.at)
        }
        """Elder id, and name where only one has it -> home."""

    def rows(self, rows: tuple[Row, ...]) -> None:
        """Every row of the elders' table: the elder, the home, who lives where since when, who answers."""
        names: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            if self._is_twice(row):
                continue
            name = row.get("name")
            home_id = self._home(row)
            key = row.get("id") or self._find(row, name, home_id)
            if not self._draft.define("elders", key, row):
                continue
            self._describe(key, row)
            if home_id is not None:
                self._live(key, home_id, row)
                self._bonds.of_elder(row, home_id, key)
            if key in self.home_of:
                names[folded(name)].add(key)
        self.home_of |= {
            row.get("name"): self.home_of[next(iter(names[folded(row.get("name"))]))]
            for row in rows
            if len(names[folded(row.get("name"))]) == 1
        }

    def past(self, rows: tuple[Row, ...]) -> None:
        """Earlier (or planned) residences: added when the directory has none of this elder that begins then."""
        draft = self._draft
        for row in rows:
            elder = draft.resolve("elders", row, "elder")
            home_id = self._homes.home_named(row, "home")
            if elder is None or home_id is None:
                continue
            wanted = Residence(elder, home_id, row.get("membership"), row.get("from_at"), row.get("until_at"))
            known = next(
                (
                    one
                    for one in self._of_elder[elder]
                    if one.from_at == wanted.from_at and one.home_id == home_id
                ),
                None,
            )
            if known is None:
                draft.residences.append(wanted)
            elif known != wanted:
                self._draft.end(
                    known, wanted if row.says("until_at") else replace(wanted, until_at=known.until_at)
                )

    # --- inside --------------------------------------------------------------------------------------------------

    def _home(self, row: Row) -> str | None:
        """Where the ledger says the elder lives; the home the directory knows when it says nothing."""
        known = row.get("id")
        says = any(
            row.says(key)
            for key in ("home", "address", "house_number", "flat", "compound", "community", "street")
        )
        if not says and known in self.home_of:
            home_id: str | None = self.home_of[known]
            return home_id
        return self._homes.home_of(row, lone=f"{row.get('id') or ''}|{folded(row.get('name'))}")

    def _find(self, row: Row, name: str, home_id: str | None) -> str:
        """The id of an elder whose row has none: the one of this name in this home, or of this name and year anywhere."""
        draft = self._draft
        wanted, year = folded(name), self._year(row)
        if home_id is not None:
            here = [
                one for one in self._at_home[home_id] if folded(draft.entries["elders"][one].name) == wanted
            ]
            if len(here) == 1:
                return here[0]
        if year is not None:
            same = [
                one
                for one in draft.named("elders", name)
                if draft.entries["elders"][one].birth_year == year and one in self.home_of
            ]
            if len(same) == 1 and same[0] not in draft.mentioned["elder"] and self._moved_alone(row):
                return same[0]
        return derived("elder", wanted, home_id or "", year or "" if home_id is None else "")

    @staticmethod
    def _moved_alone(row: Row) -> bool:
        """Only an identity number tells somebody who moved from a namesake of the same age."""
        return row.get("identity") is not None

    def _year(self, row: Row) -> int | None:
        if row.get("birth_year") is not None:
            return int(row.get("birth_year"))
        identity = row.get("identity")
        if identity is None:
            return None
        return int(identity[6:10]) if len(identity) == 18 else 1900 + int(identity[6:8])

    def _describe(self, key: str, row: Row) -> None:
        draft = self._draft
        known = draft.entries["elders"].get(key)
        name = row.get("name")
        entry = known or Elder(key, "", "")
        plain = {
            "name": "name",
            "call_name": "call_name",
            "level": "ability_level",
            "flags": "flags",
            "note": "note",
        }
        elder: Elder = draft.update("elders", entry, row, plain)
        year = self._year(row)
        if row.says("birth_year") and row.get("birth_year") is None:
            elder = replace(elder, birth_year=None)
        elif year is not None:
            now = draft.at.year
            if not now - _OLDEST <= year <= now - _YOUNGEST:
                draft.say(
                    row,
                    Kind.BIRTH_YEAR_IMPOSSIBLE,
                    "birth_year" if row.says("birth_year") else "identity",
                    year,
                )
            identity = row.get("identity")
            if identity is not None and row.get("birth_year") is not None:
                other = int(identity[6:10]) if len(identity) == 18 else 1900 + int(identity[6:8])
                if other != row.get("birth_year"):
                    draft.say(
                        row, Kind.BIRTH_YEARS_DIFFER, "birth_year", row.get("birth_year"), other_value=other
                    )
            elder = replace(elder, birth_year=year)
        if known is None and not row.says("call_name"):
            elder = replace(elder, call_name=call_name(name, self._gender(row)))
        draft.put("elders", elder)

    @staticmethod
    def _gender(row: Row) -> Gender | None:
        gender = row.get("gender")
        if isinstance(gender, Gender):
            return gender
        identity = row.get("identity")
        if identity is None:
            return None
        return Gender.MAN if int(identity[16] if len(identity) == 18 else identity[14]) % 2 else Gender.WOMAN

    def _live(self, key: str, home_id: str, row: Row) -> None:
        """The residence that the row speaks of: begun, going on, changed or moved."""
        draft = self._draft
        mine = self._of_elder[key]
        membership, begins, ends = row.get("membership"), row.get("from_at"), row.get("until_at")
        exact = next(
            (one for one in mine if one.home_id == home_id and begins is not None and one.from_at == begins),
            None,
        )
        now = next((one for one in mine if holds(one, draft.at)), None) or max(
            mine, key=lambda one: one.from_at, default=None
        )
        if now is None:
            draft.residences.append(
                Residence(key, home_id, membership or Membership.NOT_YET_OPEN, begins or draft.at, ends)
            )
            self.home_of[key] = home_id
            return
        self.home_of.setdefault(key, now.home_id)
        if exact is not None and exact is not now and membership in (None, exact.membership):
            self._end(exact, row)
            return
        if now.home_id == home_id and membership in (None, now.membership):
            self._end(now, row)
            return
        if (
            membership is not None
            and membership is not now.membership
            and not self._may_become(now, membership, row)
        ):
            return
        follows = self._follows(now, begins)
        if follows < now.from_at or (
            now.until_at is not None and now.until_at <= follows and now.until_at <= draft.at
        ):
            follows = draft.at
        later = [one for one in mine if one.from_at > now.from_at and one is not now]
        for one in later:
            self._draft.end(one, None)
        self._draft.end(now, replace(now, until_at=follows) if follows > now.from_at else None)
        draft.residences.append(Residence(key, home_id, membership or now.membership, follows, ends))
        self.home_of[key] = home_id

    def _follows(self, now: Residence, begins: datetime | None) -> datetime:
        return begins if begins is not None and begins > now.from_at else max(self._draft.at, now.from_at)

    def _may_become(self, now: Residence, membership: Membership, row: Row) -> bool:
        """What a ledger may not do: open a home that nobody tried, shut one that works, bring somebody back."""
        if now.membership in _GONE:
            if not (now.membership is Membership.LEFT and membership is Membership.DECEASED):
                self._draft.say(
                    row,
                    Kind.COMES_BACK,
                    "membership",
                    _word(membership),
                    now_zh=_word(now.membership),
                    now_en=now.membership.value,
                    since=f"{now.from_at.astimezone(self._draft.zone):%Y-%m-%d}",
                )
                return False
            return True
        if membership is Membership.NOT_YET_OPEN:
            self._draft.say(row, Kind.STAYS_OPEN, "membership", _word(membership))
            return False
        if now.membership is Membership.NOT_YET_OPEN and membership not in _GONE:
            self._draft.say(row, Kind.STAYS_NOT_OPEN, "membership", _word(membership))
            return False
        return True

    def _end(self, one: Residence, row: Row) -> None:
        if row.says("until_at") and one.until_at != row.get("until_at"):
            self._draft.end(one, replace(one, until_at=row.get("until_at")))

    def _is_twice(self, row: Row) -> bool:
        """Whether another row is about the same person: by identity number, or by name and a telephone."""
        signs = [("identity", row.get("identity"))]
        signs += [
            (key, f"{folded(row.get('name'))}|{digits(row.get(key))}")
            for key in ("home_phone", "contact_1_phone")
            if row.get(key)
        ]
        for key, value in signs:
            if value is None:
                continue
            other = self._signs.setdefault((key, value), row)
            if other is not row:
                same = row.get("id") is not None and row.get("id") == other.get("id")
                if not same:
                    self._draft.say(
                        row, Kind.SAME_PERSON_TWICE, "name", row.get("name"), other=where(other.place)
                    )
                    return True
        return False


def _word(membership: Membership) -> str:
    from hub.ledger.choices import MEMBERSHIP

    return MEMBERSHIP.word(membership, "zh")


def call_name(name: str, gender: Gender | None) -> str:
    """How the voice calls an elder of whom nothing else is said."""
    family = surname(name)
    if gender is None or not "\u3400" <= name[:1] <= "\u9fff":
        return name
    return family + ("奶奶" if gender is Gender.WOMAN else "爷爷")


__all__ = ["Elders", "call_name"]
