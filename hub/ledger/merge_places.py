"""Companies, regions and centres of a ledger, worked into the draft; and the regions that addresses name."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from hub.directory.model import CentreEntry, Company, Level, Region
from hub.ledger import addresses
from hub.ledger.draft import Draft
from hub.ledger.findings import Kind
from hub.ledger.ids import derived
from hub.ledger.reading import Row


class Regions:
    """Finds and makes the regions that rows name."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._regions: dict[tuple[int, str], list[str]] = defaultdict(list)
        for region in draft.entries["regions"].values():
            self._regions[(region.level.depth, addresses.region_key(region.name))].append(region.id)
        self._by_centre: dict[str, list[str]] | None = None
        self._told_companies = False

    def companies(self, rows: tuple[Row, ...]) -> None:
        draft = self._draft
        self._told_companies = bool(rows)
        for row in rows:
            known = draft.named("companies", row.get("name"))
            key = row.get("id") or (known[0] if len(known) == 1 else derived("company", row.get("name")))
            if draft.define("companies", key, row):
                entry = draft.entries["companies"].get(key) or Company(key, "")
                draft.put("companies", draft.update("companies", entry, row, {"name": "name"}))

    def regions(self, rows: tuple[Row, ...]) -> None:
        """All regions first, then what each is a part of: wider ones may stand below."""
        draft = self._draft
        defined: list[tuple[str, Row]] = []
        for row in rows:
            name, level = row.get("name"), row.get("level")
            known = self._regions[(level.depth, addresses.region_key(name))]
            key = row.get("id") or (
                known[0] if len(known) == 1 else derived("region", level, name, row.get("parent"))
            )
            if draft.define("regions", key, row):
                entry = draft.entries["regions"].get(key) or Region(key, "", level)
                self._put(draft.update("regions", entry, row, {"name": "name", "level": "level"}))
                defined.append((key, row))
        for key, row in defined:
            if not row.says("parent"):
                continue
            entry = draft.entries["regions"][key]
            parent = self.region(row, "parent", above=entry.level.depth)
            if parent is not None or row.get("parent") is None:
                draft.put("regions", Region(key, entry.name, entry.level, parent))

    def region(self, row: Row, key: str, above: int = 99) -> str | None:
        """The region that a cell names, by id or by name; of several the narrowest that is wide enough."""
        text = row.get(key)
        draft = self._draft
        if text is None:
            return None
        if text in draft.entries["regions"]:
            return str(text)
        wanted = addresses.region_key(text)
        for depth in range(min(above, Level.COMPOUND.depth + 1) - 1, -1, -1):
            found = [one for one in self._regions.get((depth, wanted), ()) if one != row.get("id")]
            if len(found) == 1:
                return found[0]
            if found:
                draft.not_found("regions", row, key, text, found)
                return None
        draft.not_found("regions", row, key, text, [])
        return None

    def centres(self, rows: tuple[Row, ...]) -> None:
        draft = self._draft
        defined: list[tuple[str, Row]] = []
        for row in rows:
            known = draft.named("centres", row.get("name"))
            key = row.get("id") or (known[0] if len(known) == 1 else derived("centre", row.get("name")))
            if draft.define("centres", key, row):
                entry = draft.entries["centres"].get(key) or CentreEntry(key, "")
                plain = {
                    "name": "name",
                    "phone": "phone",
                    "openings": "openings",
                    "special_hours": "special_hours",
                }
                draft.put("centres", draft.update("centres", entry, row, plain))
                defined.append((key, row))
        for key, row in defined:
            entry = draft.entries["centres"][key]
            for column, value in (
                ("parent", draft.resolve("centres", row, "parent")),
                ("company", self._company(row)),
                ("region", self._region_or_new(row)),
            ):
                entry = draft.update_one("centres", entry, row, column, f"{column}_id", value)
            draft.put("centres", entry)

    def _company(self, row: Row) -> str | None:
        """The company of a centre; a ledger without a table of companies makes it by its name."""
        draft, text = self._draft, row.get("company")
        known = draft.entries["companies"]
        names = [entry.name for entry in known.values()]
        if (
            text is None
            or text in known
            or self._told_companies
            or get_close_matches(text, names, n=1, cutoff=0.6)
        ):
            return draft.resolve("companies", row, "company")
        made = Company(derived("company", text), text)
        draft.put("companies", made)
        draft.mention("company", made.id, row)
        return made.id

    def _region_or_new(self, row: Row) -> str | None:
        """The region of a centre; one that says by its name what it is, is made."""
        text = row.get("region")
        level = addresses.level_of(text) if text is not None else None
        known = text is None or text in self._draft.entries["regions"]
        if (
            known
            or level is None
            or any(key[1] == addresses.region_key(text) and found for key, found in self._regions.items())
        ):
            return self.region(row, "region")
        made = Region(derived("region", level, text, None), text, level)
        self._put(made)
        self._draft.mention("region", made.id, row)
        return made.id

    def of_address(self, row: Row, values: Mapping[str, Any]) -> str | None:
        """The narrowest region that an address names; regions that are not known yet are made."""
        draft = self._draft
        if values.get("region"):
            return self.region(row, "region")
        above: str | None = None
        for key, level, name in addresses.regions(values):
            wanted = addresses.region_key(name)
            found = self._regions[(level.depth, wanted)]
            if above is not None:
                found = [one for one in found if self._within(one, above)] or self._adopted(found, above)
            if len(found) > 1:
                draft.say(
                    row,
                    Kind.AMBIGUOUS_REFERENCE,
                    key,
                    name,
                    ids=draft.pointed("regions", found),
                    noun_en="region",
                    noun_zh="区域",
                )
                return None
            if found:
                above = found[0]
                continue
            entry = Region(derived("region", level, name, above), name, level, above)
            self._put(entry)
            draft.mention("region", entry.id, row)
            above = entry.id
        if above is None and row.says("centre"):
            centre = draft.named("centres", str(row.get("centre"))) or [str(row.get("centre"))]
            named = draft.entries["centres"].get(centre[0])
            above = named.region_id if named is not None else None
        if above is None:
            draft.say(
                row,
                Kind.ADDRESS_UNREADABLE if values.get("address") else Kind.NO_ADDRESS,
                "address" if values.get("address") else "compound",
            )
        return above

    def _adopted(self, found: list[str], above: str) -> list[str]:
        """A region of which nobody has said yet in what it lies: in this one."""
        regions = self._draft.entries["regions"]
        alone = [one for one in found if regions[one].parent_id is None]
        if len(alone) != 1:
            return []
        self._draft.put("regions", replace(regions[alone[0]], parent_id=above))
        return alone

    def _within(self, region_id: str | None, above: str) -> bool:
        regions = self._draft.entries["regions"]
        seen = 0
        while region_id is not None and region_id in regions and seen < 9:
            if region_id == above:
                return True
            region_id, seen = regions[region_id].parent_id, seen + 1
        return False

    def _put(self, region: Region) -> None:
        keys = self._regions[(region.level.depth, addresses.region_key(region.name))]
        if region.id not in keys:
            keys.append(region.id)
        self._draft.put("regions", region)

    def usual_centre(self, region_id: str) -> str | None:
        """The only centre of the narrowest region around that has one."""
        if self._by_centre is None:
            self._by_centre = defaultdict(list)
            for centre in self._draft.entries["centres"].values():
                if centre.region_id is not None:
                    self._by_centre[centre.region_id].append(centre.id)
        regions = self._draft.entries["regions"]
        above: str | None = region_id
        for _ in range(9):
            if above is None or above not in regions:
                return None
            centres = self._by_centre.get(above, [])
            if centres:
                return centres[0] if len(centres) == 1 else None
            above = regions[above].parent_id
        return None
