"""Who and what a change is about, in names: of a person for whom they answer, of an elder where they live."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from hub.core.alerts import Role
from hub.directory.model import Bond, Directory, Residence
from hub.ledger import choices, ids
from hub.ledger.changes import Change
from hub.web.words.said import Language

_NAMED = 3
"""Of the elders for whom somebody answers, so many are named and the others counted."""

_REFERENCES = {
    "home_id": "homes",
    "region_id": "regions",
    "centre_id": "centres",
    "company_id": "companies",
    "elder_id": "elders",
    "wearer_id": "elders",
    "person_id": "persons",
    "covered_id": "persons",
    "by_id": "persons",
}
_ABOUT = {
    "residences": ("elder_id",),
    "bonds": ("person_id",),
    "shifts": ("person_id",),
    "leaves": ("person_id",),
    "dated_shifts": ("person_id",),
    "covers": ("covered_id", "by_id"),
}
"""Entries without a name of their own are called by these."""

Period = TypeVar("Period", Bond, Residence)


@dataclass(frozen=True, slots=True)
class _Bound:
    """Who belongs to whom. `lives`: elder -> home; `answers`: person -> role -> elders, regions or homes by name."""

    lives: dict[str, str]
    answers: dict[str, dict[Role, list[str]]]


class Names:
    """Who and what an id is, in the directory before and after; what the last one says goes first."""

    def __init__(self, *directories: Directory | None) -> None:
        self._directories = tuple(one for one in directories if one is not None)
        self._names: dict[tuple[str, str], str] = {}
        self._kinds: dict[str, Any] = {}
        for directory in self._directories:
            for table in ("persons", "elders", "regions", "centres", "companies"):
                self._names |= {(table, entry.id): entry.name for entry in getattr(directory, table)}
            for home in directory.homes:
                parts = (self.of("regions", home.region_id), home.building, home.stair, home.flat)
                self._names["homes", home.id] = " ".join(part for part in parts if part)
            self._kinds |= {device.id: device.kind for device in directory.devices}
        self._bound: dict[int, _Bound] = {}

    def _bounds(self) -> Iterator[_Bound]:
        """Of the last directory first; made when somebody asks, for a district has many bonds."""
        for number in range(len(self._directories) - 1, -1, -1):
            if number not in self._bound:
                self._bound[number] = self._bind(self._directories[number])
            yield self._bound[number]

    def _bind(self, directory: Directory) -> _Bound:
        lives: dict[str, str] = {}
        at_home: dict[str, list[str]] = {}
        for residence in _lasting(directory.residences, "elder_id"):
            lives[residence.elder_id] = residence.home_id
            at_home.setdefault(residence.home_id, []).append(self.of("elders", residence.elder_id))
        answers: dict[str, dict[Role, list[str]]] = {}
        for bond in _lasting(directory.bonds, "person_id"):
            whom = at_home.get(bond.home_id) if bond.home_id is not None else None
            if whom is None:
                whom = [self.of("homes", bond.home_id or "") or self.of("regions", bond.region_id or "")]
            answers.setdefault(bond.person_id, {}).setdefault(bond.role, []).extend(whom)
        duties = {(one.person_id, one.role): None for one in directory.shifts}
        duties |= {(one.person_id, one.role): None for one in directory.dated_shifts}
        for person_id, role in duties:
            answers.setdefault(person_id, {}).setdefault(role, [])
        return _Bound(lives, answers)

    def of(self, table: str, key: str) -> str:
        return self._names.get((table, key), "")

    def referred(self, table: str, field: str, value: Any) -> str | None:
        """What an id in a field of a table stands for; None where the field holds no id, or nobody has it."""
        to = table if field == "parent_id" else _REFERENCES.get(field)
        return self._names.get((to, value)) if to is not None and isinstance(value, str) else None

    def subject(self, change: Change, language: Language) -> str:
        """What a change is about: a name, or what the thing is; empty where nothing but the id says it."""
        entry = change.entry
        match change.table:
            case "rooms":
                room = entry.name or choices.ROOM_KIND.word(entry.kind, language)
                return f"{self.of('homes', entry.home_id)} {room}".strip()
            case "devices" | "assignments":
                kind = self._kinds.get(change.id)
                return choices.DEVICE_KIND.word(kind, language) if kind is not None else ""
            case "holidays":
                return str(entry.name)
        if change.table in _ABOUT:
            found = (self.of(_REFERENCES[field], getattr(entry, field)) for field in _ABOUT[change.table])
            return " → ".join(name for name in found if name)
        return self.of(change.table, change.id)

    def whose(self, change: Change, language: Language) -> str:
        """Of a person, for whom they answer as what; of an elder, where they live. It tells two of one name apart."""
        if change.table == "elders":
            homes = (bound.lives[change.id] for bound in self._bounds() if change.id in bound.lives)
            return self.of("homes", next(homes, ""))
        if change.table != "persons":
            return ""
        known = (bound.answers[change.id] for bound in self._bounds() if change.id in bound.answers)
        roles: dict[Role, list[str]] = next(known, {})
        zh = language == "zh"
        said = []
        for role, names in roles.items():
            word, whom = choices.ROLE.word(role, language), _some(names, language)
            said.append(word + (("：" if zh else ": ") + whom if whom else ""))
        return ("；" if zh else "; ").join(said)


def shown_id(name: str, key: str) -> str:
    """The id, where it says something: not one that was made up for what has a name."""
    return "" if name and ids.is_derived(key) else key


def called(name: str, key: str) -> str:
    """The name, and the id behind it where it says something."""
    return f"{name} {shown_id(name, key)}".strip()


def _some(names: Sequence[str], language: Language) -> str:
    """As many names as can be read at a glance."""
    each = list(dict.fromkeys(name for name in names if name))
    more = len(each) - _NAMED
    if language == "zh":
        return "、".join(each[:_NAMED]) + (f" 等 {len(each)} 位" if more > 0 else "")
    return ", ".join(each[:_NAMED]) + (f" and {more} more" if more > 0 else "")


def _lasting(periods: Iterable[Period], about: str) -> Iterator[Period]:
    """Those that go on; of whom none does, all: somebody who left is still called by where they were."""
    ends: list[Period] = []
    lasts: set[str] = set()
    for one in periods:
        if one.until_at is None:
            lasts.add(getattr(one, about))
            yield one
        else:
            ends.append(one)
    yield from (one for one in ends if getattr(one, about) not in lasts)
