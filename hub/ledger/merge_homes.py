"""Homes and rooms of a ledger, worked into the draft: by id, by address, or by where an elder lives."""

from collections import defaultdict
from dataclasses import asdict

from hub.directory.doors import Door
from hub.directory.model import HomeEntry, Room, RoomKind
from hub.ledger import addresses
from hub.ledger.choices import ROOM_KIND
from hub.ledger.draft import Draft
from hub.ledger.findings import Kind
from hub.ledger.ids import derived
from hub.ledger.merge_places import Regions
from hub.ledger.reading import Row
from hub.ledger.tables import TableName
from hub.ledger.values import unknown

_FACTS = {
    "floor": "floor",
    "lift": "lift",
    "door_code": "door_code",
    "adapted": "adapted",
    "care_bed": "care_bed",
    "home_phone": "phone",
    "home_note": "note",
}
_FIRST_WINS = frozenset({"phone"})
"""Two elders of one home may each have a telephone."""


class Homes:
    """Finds and makes the homes and rooms that rows name."""

    def __init__(self, draft: Draft, regions: Regions) -> None:
        self._draft = draft
        self._regions = regions
        self._homes: dict[tuple[str, tuple[str, str, str], str], str] = {}
        self._doors: dict[tuple[str, str, str], list[tuple[str, str]]] = defaultdict(list)
        self._rooms: dict[str, list[str]] = defaultdict(list)
        for home in draft.entries["homes"].values():
            self._know(home)
        for room in draft.entries["rooms"].values():
            self._rooms[room.home_id].append(room.id)

    def homes(self, rows: tuple[Row, ...]) -> None:
        draft = self._draft
        for row in rows:
            key = row.get("id")
            if key is None:
                key = self.home_by_address(row, lone="")
                if key is None:
                    continue
            if draft.define("homes", key, row):
                self._describe(key, row)

    def home_of(self, row: Row, *, lone: str) -> str | None:
        """The home where the elder of this row lives, made when the row says enough; None (and a finding) otherwise.
        `lone`: tells apart homes of which no more than the village is known."""
        draft = self._draft
        text = row.get("home")
        addressed = bool(
            addresses.regions(row.values) or addresses.door(row.values, spelled=True) or row.get("address")
        )
        if text is None:
            if not addressed:
                draft.say(row, Kind.NO_ADDRESS, "home")
                return None
            key = self.home_by_address(row, lone=lone)
        elif text in draft.entries["homes"] or addressed:
            key = str(text)
        else:
            key = self.home_named(row, "home")
        if key is None or not (key in draft.entries["homes"] or addressed):
            return None
        draft.mention("home", key, row)
        self._describe(key, row)
        return key if key in draft.entries["homes"] else None

    def home_named(self, row: Row, key: str) -> str | None:
        """The home that a cell names by id, or by its whole address."""
        draft = self._draft
        text = row.get(key)
        if text is None:
            return None
        if text in draft.entries["homes"]:
            return str(text)
        parts = addresses.split(text)
        found = Door(parts.get("building", ""), parts.get("stair", ""), parts.get("flat", ""))
        if found:
            homes = self._named_doors(parts, found)
            if len(homes) == 1:
                return homes[0]
            if homes:
                draft.not_found("homes", row, key, text, homes)
                return None
        draft.not_found("homes", row, key, text, [])
        return None

    def home_by_address(self, row: Row, *, lone: str) -> str | None:
        """The id of the home at the address of this row: that of the directory, else one derived from the address."""
        draft = self._draft
        values = dict(row.values)
        if values.get("address"):
            for part, text in addresses.split(values["address"]).items():
                values.setdefault(part, text)
        region_id = self._regions.of_address(row, values)
        if region_id is None:
            return None
        door = addresses.door(values, spelled=True)
        if self._disagrees(row, door):
            return None
        apart = "" if door else lone
        known = self._homes.get((region_id, door.key, ""))
        if door and known is not None:
            return known
        if not door and (mine := self._homes.get((region_id, door.key, apart))) is not None:
            return mine
        key = derived("home", region_id, *door.key, apart)
        if key not in draft.entries["homes"]:
            entry = HomeEntry(
                key,
                region_id,
                door.building,
                door.stair,
                door.flat,
                centre_id=self._regions.usual_centre(region_id),
            )
            draft.put("homes", entry)
            self._homes[(region_id, door.key, apart)] = key
            self._doors[door.key].append((region_id, key))
        return key

    def _describe(self, key: str, row: Row) -> None:
        """What a row says about its home."""
        draft = self._draft
        known = draft.entries["homes"].get(key)
        own_table = row.table.name is TableName.HOMES
        if known is None:
            values = dict(row.values)
            if values.get("address"):
                for part, text in addresses.split(values["address"]).items():
                    values.setdefault(part, text)
            region_id = self._regions.of_address(row, values)
            if region_id is None:
                return
            door = addresses.door(values, spelled=not own_table)
            if self._disagrees(row, door):
                return
            centre = None if row.says("centre") else self._regions.usual_centre(region_id)
            known = HomeEntry(key, region_id, door.building, door.stair, door.flat, centre_id=centre)
            self._know(known)
        elif own_table and row.get("id") is not None:
            known = self._moved(known, row)
        said = dict(_FACTS)
        if own_table:
            said |= {"policy": "emergency_policy", "overrides": "overrides"}
        entry = draft.update(
            "homes", known, row, said, first_wins=_FIRST_WINS if not own_table else frozenset()
        )
        centre = draft.resolve("centres", row, "centre")
        draft.put("homes", draft.update_one("homes", entry, row, "centre", "centre_id", centre))

    def _disagrees(self, row: Row, door: Door) -> bool:
        """Whether a flat that names a building names another one than stands beside it, which is told."""
        if not door.disagrees:
            return False
        beside = [part for part in ("building", "stair", "house_number", "address") if row.get(part)]
        self._draft.say(
            row,
            Kind.CONTRADICTION,
            "flat",
            door.flat,
            other="、".join(row.columns[part][0] for part in beside),
            other_value=f"{door.building}{door.stair}",
        )
        return True

    def _moved(self, home: HomeEntry, row: Row) -> HomeEntry:
        """A home with an id of its own, of which the address is said anew."""
        draft = self._draft
        plain = {key: key for key in ("building", "stair", "flat") if row.says(key)}
        if "flat" in plain and row.get("flat") != home.flat:
            told = addresses.door(row.values, spelled=True)
            if self._disagrees(row, told):
                return home
            if told.building and set(plain) == {"flat"}:
                # 3-2-501 says it all: the building and the stair that stand with the home are not the row's.
                same = told.key == Door(home.building, home.stair, home.flat).key
                row = Row(row.table, row.place, {**row.values, **asdict(told)}, row.columns)
                plain = {} if same else {key: key for key in asdict(told)}
        home = draft.update("homes", home, row, plain)
        if row.says("house_number") or row.get("address"):
            values = {**addresses.split(row.get("address") or ""), **row.values}
            door = addresses.door(values, spelled=True)
            if door.key != Door(home.building, home.stair, home.flat).key:
                said = Row(row.table, row.place, asdict(door), row.columns)
                home = draft.update("homes", home, said, {key: key for key in asdict(door)})
        if row.get("region") or addresses.regions(row.values):
            region_id = self._regions.of_address(row, row.values)
            if region_id is not None and region_id != home.region_id:
                said = Row(row.table, row.place, {"region": region_id}, row.columns)
                home = draft.update_one("homes", home, said, "region", "region_id", region_id)
        return home

    def _know(self, home: HomeEntry) -> None:
        door = Door(home.building, home.stair, home.flat)
        self._homes.setdefault((home.region_id, door.key, ""), home.id)
        self._doors[door.key].append((home.region_id, home.id))

    def _named_doors(self, parts: dict[str, str], door: Door) -> list[str]:
        """Homes with this door in a region of this name."""
        names = [name for key, _, _ in addresses.LEVELS if (name := parts.get(key))]
        regions = self._draft.entries["regions"]
        found = []
        for region_id, home_id in self._doors.get(door.key, ()):
            if region_id in regions:
                name = addresses.region_key(regions[region_id].name)
                if not names or addresses.region_key(names[-1]) == name:
                    found.append(home_id)
        return found

    # --- rooms -----------------------------------------------------------------------------------------------------

    def rooms(self, rows: tuple[Row, ...]) -> None:
        draft = self._draft
        for row in rows:
            home_id = self.home_named(row, "home")
            if home_id is None:
                continue
            kind, name = row.get("kind"), row.get("name") or ""
            key = row.get("id") or self._room_id(home_id, kind, name)
            if not draft.define("rooms", key, row):
                continue
            self._put_room(
                Room(
                    key,
                    home_id,
                    kind,
                    name
                    if row.says("name") or key not in draft.entries["rooms"]
                    else draft.entries["rooms"][key].name,
                )
            )

    def room(self, row: Row, key: str, home_id: str) -> str | None:
        """The room of a home that a cell names by id, name or kind; made when the home has none of that kind."""
        draft = self._draft
        text = row.get(key)
        if text is None:
            return None
        if text in draft.entries["rooms"]:
            return str(text)
        mine = [draft.entries["rooms"][one] for one in self._rooms[home_id]]
        for room in mine:
            if room.name == text:
                return str(room.id)
        kind = ROOM_KIND.find(text)
        if kind is None:
            damage = unknown(ROOM_KIND, text)
            draft.say(row, damage.kind, key, text, **damage.data)
            return None
        for room in mine:
            if room.kind is kind and not room.name:
                return str(room.id)
        for room in mine:
            if room.kind is kind:
                return str(room.id)
        made = Room(self._room_id(home_id, kind, ""), home_id, kind)
        self._put_room(made)
        draft.mention("room", made.id, row)
        return made.id

    def _room_id(self, home_id: str, kind: RoomKind, name: str) -> str:
        rooms = self._draft.entries["rooms"]
        for one in self._rooms[home_id]:
            if rooms[one].kind is kind and rooms[one].name == name:
                return one
        same = sum(1 for one in self._rooms[home_id] if rooms[one].kind is kind)
        return f"{home_id[:48]}-{kind.value}" + (f"-{same + 1}" if same else "")

    def _put_room(self, room: Room) -> None:
        if room.id not in self._rooms[room.home_id]:
            self._rooms[room.home_id].append(room.id)
        self._draft.put("rooms", room)
