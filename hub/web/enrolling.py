"""From what installers and desks enter to edits of the directory; the API, the pages and the command line enrol by these."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.core.home import Membership
from hub.directory import moves, residences
from hub.directory.model import DeviceEntry, Directory, Elder, HomeEntry
from hub.directory.refusals import EditRefused
from hub.notify.reason_texts import AddressOf
from hub.store.change_log import Change, What
from hub.web.models_enrol import DeviceIn, DeviceMoveIn, ElderIn, HomeIn, MembershipIn, RoomIn
from hub.web.words import WORDS, Words, both


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit: what to do to the directory, and its line of the change log. `about_id` is the id of what it makes or changes."""

    change: Callable[[Directory], Directory]
    what: What
    about_kind: str
    about_id: str
    data: dict[str, Any]

    def line(self, at: datetime, by: str) -> Change:
        return Change(at, by, self.what, self.about_kind, self.about_id, self.data)


def home_edit(directory: Directory, body: HomeIn) -> Edit:
    home_id = body.id or free_id("h", (home.id for home in directory.homes))
    home = HomeEntry(
        id=home_id,
        region_id=body.region_id,
        **body.model_dump(exclude={"id", "region_id", "rooms", "second_household"}),
    )
    return Edit(
        lambda newest: moves.enrol_home(newest, home, body.rooms, second_household=body.second_household),
        *(What.HOME_ENROLLED, "home", home_id),
        {"region_id": body.region_id, "centre_id": body.centre_id},
    )


def elder_edit(directory: Directory, home_id: str, body: ElderIn, at: datetime) -> Edit:
    elder_id = body.id or free_id("e", (elder.id for elder in directory.elders))
    elder = Elder(
        id=elder_id,
        flags=frozenset(body.flags),
        **body.model_dump(exclude={"id", "flags", "butler_id", "comes_back"}),
    )
    return Edit(
        lambda newest: residences.enrol_elder(
            newest, elder, home_id, at, butler_id=body.butler_id, comes_back=body.comes_back
        ),
        *(What.MEMBERSHIP_CHANGED, "elder", elder_id),
        {"home_id": home_id, "to": Membership.NOT_YET_OPEN.value},
    )


def room_edit(home_id: str, body: RoomIn) -> Edit:
    return Edit(
        lambda newest: moves.add_room(newest, home_id, body.kind, body.name)[0],
        *(What.DIRECTORY_EDITED, "home", home_id),
        {"room": body.kind.value},
    )


def device_edit(home_id: str, body: DeviceIn, at: datetime) -> Edit:
    entry = DeviceEntry(body.id, body.kind, body.family, body.model or None, body.speaks, body.one_way)
    place = {"room_id": body.room_id, "wearer_id": body.wearer_id, "placement": body.placement}
    return Edit(
        lambda newest: moves.enrol_device(newest, entry, home_id, at, **place),  # type: ignore[arg-type]
        *(What.DEVICE_ENROLLED, "device", body.id),
        {"home_id": home_id, "room_id": body.room_id, "wearer_id": body.wearer_id},
    )


def move_edit(directory: Directory, device_id: str, body: DeviceMoveIn, at: datetime) -> Edit:
    before = moves.assignment_of(directory, device_id, at)
    place = {"room_id": body.room_id, "wearer_id": body.wearer_id, "placement": body.placement}
    return Edit(
        lambda newest: moves.move_device(newest, device_id, body.home_id, at, **place),  # type: ignore[arg-type]
        *(What.DEVICE_MOVED, "device", device_id),
        {"from": before.home_id if before else None, "to": body.home_id, "room_id": body.room_id},
    )


def recovery_edit(directory: Directory, device_id: str, at: datetime) -> Edit:
    before = moves.assignment_of(directory, device_id, at)
    return Edit(
        lambda newest: moves.recover_device(newest, device_id, at),
        *(What.DEVICE_RECOVERED, "device", device_id),
        {"from": before.home_id if before else None},
    )


def membership_edit(home_id: str, elder_id: str, body: MembershipIn, at: datetime) -> Edit:
    from_at = body.from_at or at
    return Edit(
        lambda newest: residences.set_membership(
            newest, elder_id, body.to, from_at, until_at=body.until_at, now=at
        ),
        *(What.MEMBERSHIP_CHANGED, "elder", elder_id),
        {
            "home_id": home_id,
            "to": body.to.value,
            "from_at": from_at.isoformat(timespec="minutes"),
            "until_at": None if body.until_at is None else body.until_at.isoformat(timespec="minutes"),
        },
    )


def free_id(prefix: str, taken: Iterable[str]) -> str:
    """The next number after the highest: an id that was used once is not given out again while its entry stands."""
    numbers = [
        int(key[len(prefix) :])
        for key in taken
        if key.startswith(prefix) and key[len(prefix) :].isdecimal() and key[len(prefix) :].isascii()
    ]
    return f"{prefix}{max(numbers, default=0) + 1:04d}"


def refusal_words(refused: EditRefused, address_of: AddressOf = lambda home_id: None) -> Words:
    """Why, in both languages; states and kinds by their words. A home by its address as well, where `address_of` knows one: who
    reads it may see that home. It is for who made the edit, never for a log."""
    about = {key: Words(value, value) for key, value in refused.about.items()}
    home_id = refused.about.get("home")
    place = address_of(home_id) if home_id is not None else None
    if place is not None:
        about["home"] = Words(f"{place}（{home_id}）", f"{place} ({home_id})")
    for key, group in (("now", "membership"), ("wanted", "membership"), ("kind", "device")):
        if key in about:
            about[key] = WORDS.get(f"{group}.{refused.about[key]}", about[key])
    if "allowed" in about:
        states = [both(f"membership.{one}") for one in refused.about["allowed"].split()]
        about["allowed"] = Words("、".join(one.zh for one in states), ", ".join(one.en for one in states))
    words = both(f"refusal.{refused.code.value}")
    return Words(
        words.zh.format(**{key: value.zh for key, value in about.items()}),
        words.en.format(**{key: value.en for key, value in about.items()}),
    )
