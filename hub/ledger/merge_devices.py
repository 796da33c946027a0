"""The devices of a ledger and where they hang, worked into the draft."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from hub.directory.model import Assignment, DeviceEntry, holds
from hub.ledger.draft import Draft, folded
from hub.ledger.merge_homes import Homes
from hub.ledger.reading import Row


class Devices:
    def __init__(self, draft: Draft, homes: Homes, home_of_elder: Mapping[str, str]) -> None:
        self._draft = draft
        self._homes = homes
        self._home_of_elder = home_of_elder
        self._of_device: dict[str, list[Assignment]] = defaultdict(list)
        for one in draft.assignments:
            self._of_device[one.device_id].append(one)
        self._living: dict[str, list[str]] = defaultdict(list)
        for residence in draft.residences:
            self._living[residence.home_id].append(residence.elder_id)

    def rows(self, rows: tuple[Row, ...]) -> None:
        draft = self._draft
        for row in rows:
            key = row.get("id")
            if key is None:
                draft.findings.append(row.missing("id"))
                continue
            if not draft.define("devices", key, row):
                continue
            known = draft.entries["devices"].get(key) or DeviceEntry(key, row.get("kind"))
            plain = {name: name for name in ("kind", "family", "model", "speaks", "one_way", "silent_after")}
            draft.put("devices", draft.update("devices", known, row, plain))
            if row.says("home") or row.says("elder"):
                self._hang(key, row)

    def past(self, rows: tuple[Row, ...]) -> None:
        """Where devices hung before."""
        draft = self._draft
        for row in rows:
            device = draft.resolve("devices", row, "device")
            home_id = self._homes.home_named(row, "home")
            if device is None or home_id is None:
                continue
            wanted = self._assignment(device, home_id, row, None)
            known = next(
                (
                    one
                    for one in self._of_device[device]
                    if one.home_id == home_id and one.from_at == wanted.from_at
                ),
                None,
            )
            if known is None:
                draft.assignments.append(wanted)
            elif known != wanted:
                self._draft.end(known, wanted)

    def _hang(self, key: str, row: Row) -> None:
        """The device hangs where its row says; where it hung before ends."""
        draft = self._draft
        mine = self._of_device[key]
        now = next((one for one in mine if holds(one, draft.at)), None) or next(
            (one for one in mine if one.from_at > draft.at), None
        )
        home_id = self._home(row)
        if home_id is None:
            if row.says("home") and row.get("home") is None and now is not None:
                self._draft.end(now, replace(now, until_at=draft.at))
            return
        exact = next(
            (one for one in mine if one.home_id == home_id and one.from_at == row.get("from_at")), None
        )
        going = exact or (now if now is not None and now.home_id == home_id else None)
        if going is not None:
            after = self._assignment(key, home_id, row, going)
            if after != going:
                self._draft.end(going, after)
            return
        made = self._assignment(key, home_id, row, None)
        if now is not None:
            begins = made.from_at if made.from_at > now.from_at else max(draft.at, now.from_at)
            made = replace(made, from_at=begins)
            self._draft.end(now, replace(now, until_at=begins) if begins > now.from_at else None)
        draft.assignments.append(made)

    def _home(self, row: Row) -> str | None:
        if row.get("home") is not None:
            return self._homes.home_named(row, "home")
        text = row.get("elder")
        if text is None:
            return None
        if text in self._home_of_elder:
            return self._home_of_elder[text]
        elder = self._draft.resolve("elders", row, "elder")
        return self._home_of_elder.get(elder) if elder is not None else None

    def _assignment(self, device: str, home_id: str, row: Row, known: Assignment | None) -> Assignment:
        base = known or Assignment(device, home_id, row.get("from_at") or self._draft.at)
        room = self._homes.room(row, "room", home_id) if row.says("room") else base.room_id
        wearer = self._wearer(row, home_id) if row.says("wearer") else base.wearer_id
        return replace(
            base,
            room_id=room,
            wearer_id=wearer,
            placement=row.get("placement") if row.says("placement") else base.placement,
            until_at=row.get("until_at") if row.says("until_at") else base.until_at,
        )

    def _wearer(self, row: Row, home_id: str) -> str | None:
        """An elder by id, or by a name that is looked for in the home first."""
        text = row.get("wearer")
        if text is None:
            return None
        elders = self._draft.entries["elders"]
        here = [one for one in self._living[home_id] if folded(elders[one].name) == folded(text)]
        if text not in elders and here:
            return here[0]
        return self._draft.resolve("elders", row, "wearer")
