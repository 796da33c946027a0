"""A line of the change log in the words of who reads it: names and addresses for what the reader's scope holds, local time, and
the id small beside each. What lies outside of the scope, and what the directory no longer knows, stays an id."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import quote

from hub.core.home import UNASSIGNED_HOME_ID
from hub.directory.model import holds
from hub.directory.profiles import region_path, room_name
from hub.web.access import TOKEN_MARK, Permission
from hub.web.account_rules import RESERVED
from hub.web.api_people import directory_of, visible_persons
from hub.web.guard import User
from hub.web.models_accounts import ChangeOut
from hub.web.pages.menu import MENU
from hub.web.parts import Parts
from hub.web.roster_week import CALL_CENTRE
from hub.web.views import short_address
from hub.web.visibility import visible_homes
from hub.web.words import WORDS, Language, say

_SHOWN = 20
"""Values of one detail; of more, how many they are."""
LINKS: Mapping[str, tuple[str, Permission]] = {
    "account": ("/accounts/", Permission.MANAGE_ACCOUNTS),
    "alert": ("/alerts/", Permission.VIEW_ALERTS),
    "home": ("/homes/", Permission.VIEW_HOMES),
    "person": ("/people/", Permission.VIEW_PEOPLE),
    "request": ("/requests/", Permission.VIEW_REQUESTS),
}
"""What has a page of its own, and who may open it."""
KINDS = {
    "home_id": "home",
    "alert_id": "alert",
    "device_id": "device",
    "devices": "device",
    "wearer_id": "elder",
    "person_id": "person",
    "by": "person",
    "answered_by": "person",
    "centre": "centre",
    "centre_id": "centre",
    "centres": "centre",
    "company": "company",
    "company_before": "company",
    "region_id": "region",
    "room_id": "room",
}
"""Of what the value of a field is an id."""
GROUPS = {
    "role": ("account_role", "role"),
    "permission": ("permission",),
    "fields": ("change_field",),
    "change": ("change_done",),
    "reason": ("card_reason",),
    "why": ("why_own",),
    "day_type": ("change_day",),
    "to": ("membership",),
    "room": ("room",),
    "weekdays": ("roster.weekday",),
    "days": ("on_days",),
}
"""In which lists of words the value of a field is looked up."""
_PLACES = {
    **{item.path.strip("/"): item.word for item in MENU},
    "alerts": "nav.console",
    "events": "nav.console",
    "duty": "nav.roster",
    "on-duty": "nav.roster",
    "directory": "nav.ledger",
    "reports.xlsx": "nav.reports",
    "feedback": "nav.reports",
}
"""The page that a path belongs to, by its first part."""


@dataclass(frozen=True, slots=True)
class Said:
    """`text` for people, `id` small beside it, `link` to its page; any may be missing."""

    text: str = ""
    id: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Detail:
    word: str
    values: tuple[Said, ...]


class ChangeTold:
    """Made for one page and one reader."""

    def __init__(self, parts: Parts, user: User, language: Language) -> None:
        self._parts, self._user, self._language = parts, user, language
        self._directory = directory_of(parts)
        self._now = parts.hub.now()
        self._homes = visible_homes(parts, user)
        self._persons = visible_persons(parts, user, past=True)

    def kind(self, line: ChangeOut) -> str:
        return self._word(f"about.{line.about_kind}")

    def about(self, line: ChangeOut) -> Said:
        if line.about_id is None:
            return Said()
        if line.about_kind == "report":
            first, _, last = line.about_id.partition("--")
            return Said(say(self._language, "report.from_until", first=first, last=last) if last else first)
        return self._named(line.about_kind, line.about_id)

    def details(self, line: ChangeOut) -> Iterator[Detail]:
        for key, value in line.data.items():
            given = value if isinstance(value, list) else [value]
            if not given or value is None or value == "":
                continue
            said = tuple(self._value(line, key, one) for one in given[:_SHOWN])
            if len(given) > _SHOWN:
                said = (*said, Said(say(self._language, "changes.of_many", count=len(given))))
            # Where something came from, or when it began.
            begins = key == "from" and isinstance(value, str) and _instant(value) is not None
            yield Detail(self._word("change_data.from_at" if begins else f"change_data.{key}"), said)

    def _value(self, line: ChangeOut, key: str, value: Any) -> Said:
        if isinstance(value, bool):
            return Said(self._word(f"changes.{'yes' if value else 'no'}"))
        if not isinstance(value, str):
            return Said(str(value))
        if key in ("access", "access_before"):
            return Said(self._access(value))
        if key == "path":
            return Said(self._place(value))
        if (at := _instant(value)) is not None:
            return Said(f"{at.astimezone(self._parts.settings.timezone):%Y-%m-%d %H:%M}")
        kind = "home" if key in ("from", "to") and line.about_kind == "device" else KINDS.get(key)
        if kind is not None:
            return self._named(kind, value)
        for group in GROUPS.get(key, ("change_field",)):
            if f"{group}.{value}" in WORDS:
                return Said(say(self._language, f"{group}.{value}"))
        return Said(value)

    # --- names ----------------------------------------------------------------------------------------------------------

    def _named(self, kind: str, id_: str) -> Said:
        prefix, permission = LINKS.get(kind, ("", None))
        link = (
            f"{prefix}{quote(id_, safe='')}" if permission is not None and self._user.may(permission) else ""
        )
        if kind == "centre" and id_ == CALL_CENTRE:
            return Said(say(self._language, "roster.call_centre"))
        if kind == "home" and id_ == UNASSIGNED_HOME_ID:
            return Said(say(self._language, "changes.unassigned"))
        name = self._name(kind, id_)
        return Said(name if name != id_ else "", id_, link)

    def _name(self, kind: str, id_: str) -> str:
        match kind:
            case "home":
                return self._home(id_)
            case "elder":
                return self._elder(id_)
            case "person":
                return self._person(id_)
            case "account":
                if id_ in RESERVED:
                    return say(self._language, "changes.local" if id_ == "local" else "changes.system")
                return self._parts.logins.names.get(id_, "")
            case "token":
                return self._parts.logins.names.get(f"{TOKEN_MARK}{id_}", "")
            case "cover":
                cover = next((one for one in self._directory.covers if one.id == id_), None)
                if cover is None:
                    return ""
                names = {"covered": self._person(cover.covered_id), "by": self._person(cover.by_id)}
                return say(self._language, "roster.is_covered", **names) if all(names.values()) else ""
            case "device":
                entry = next((one for one in self._directory.devices if one.id == id_), None)
                return self._word(f"device.{entry.kind.value}") if entry is not None else ""
            case "room":
                room = next((one for one in self._directory.rooms if one.id == id_), None)
                return self._word(f"room.{room_name(room)}") if room is not None and room_name(room) else ""
            case "region":
                by_id = {one.id: one for one in self._directory.regions}
                return " ".join(one.name for one in region_path(by_id, id_)) if id_ in by_id else ""
            case "centre":
                return next((one.name for one in self._directory.centres if one.id == id_), "")
            case "company":
                return next((one.name for one in self._directory.companies if one.id == id_), "")
        return ""

    def _home(self, home_id: str) -> str:
        home = self._parts.hub.home(home_id)
        if home is None or (self._homes is not None and home_id not in self._homes):
            return ""
        names = say(self._language, "list.and").join(one.name for one in home.profile.living)
        return " ".join(part for part in (names, short_address(home.profile.address)) if part)

    def _elder(self, elder_id: str) -> str:
        homes = self._homes_of.get(elder_id, set())
        if self._homes is not None and homes.isdisjoint(self._homes):
            return ""
        return next((one.name for one in self._directory.elders if one.id == elder_id), "")

    @cached_property
    def _homes_of(self) -> dict[str, set[str]]:
        """Where each elder lives now."""
        found: dict[str, set[str]] = {}
        for one in self._directory.residences:
            if holds(one, self._now):
                found.setdefault(one.elder_id, set()).add(one.home_id)
        return found

    def _person(self, person_id: str) -> str:
        if self._persons is not None and person_id not in self._persons:
            return ""
        found = next((one.name for one in self._directory.persons if one.id == person_id), None)
        if found is not None:
            return found
        name = self._parts.views.name(person_id)
        return "" if name == person_id else name

    # --- words ----------------------------------------------------------------------------------------------------------

    def _access(self, text: str) -> str:
        """A role, of whose homes: `operator region:r1`."""
        role, _, scope = text.partition(" ")
        kind, _, of = scope.partition(":")
        known = {"own": "person", "centre": "centre", "company": "company", "region": "region"}
        name = self._name(known[kind], of) or of if of and kind in known else of
        words = [self._word(f"account_role.{role}"), self._word(f"scope_kind.{kind}") if kind else "", name]
        return " · ".join(word for word in words if word)

    def _place(self, path: str) -> str:
        """The page to which a path of the hub belongs."""
        first = path.removeprefix("/api/v1").strip("/").split("/")[0]
        return say(self._language, _PLACES.get(first, "changes.elsewhere"))

    def _word(self, key: str) -> str:
        return say(self._language, key) if key in WORDS else key.partition(".")[2]


def _instant(text: str) -> datetime | None:
    """None for a plain date, which is local already."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None
