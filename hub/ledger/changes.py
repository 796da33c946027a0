"""What differs between two directories, entry by entry and field by field: shown before an import changes anything."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from hub.directory.model import Directory

WITH_ID = (
    "companies",
    "regions",
    "centres",
    "persons",
    "homes",
    "elders",
    "rooms",
    "devices",
    "dated_shifts",
    "leaves",
    "covers",
)
_KEYS: dict[str, tuple[str, ...]] = {
    "residences": ("elder_id", "home_id", "from_at"),
    "assignments": ("device_id", "home_id", "from_at"),
    "bonds": ("person_id", "role", "home_id", "region_id", "cover", "from_at"),
    "shifts": ("person_id", "role", "weekdays", "days", "starts", "ends", "centre_id"),
    "holidays": ("on",),
}
"""What tells entries apart that have no id."""

ABOUT = {
    "residences": "elder_id",
    "assignments": "device_id",
    "bonds": "person_id",
    "shifts": "person_id",
    "holidays": "on",
}


class ChangeKind(StrEnum):
    ADDED = "added"
    CHANGED = "changed"
    ENDED = "ended"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class FieldChange:
    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Change:
    """`table` is a field of the directory, `id` what it is about; `entry` is the entry after it (before it, when removed)."""

    kind: ChangeKind
    table: str
    id: str
    entry: Any
    fields: tuple[FieldChange, ...] = field(default=())


def changes(before: Directory, after: Directory) -> Iterator[Change]:
    """Every difference, table by table."""
    for table in WITH_ID:
        yield from _changes(table, getattr(before, table), getattr(after, table), ("id",))
    for table, keys in _KEYS.items():
        yield from _changes(table, getattr(before, table), getattr(after, table), keys)


RANKS = {ChangeKind.REMOVED: 0, ChangeKind.ENDED: 1, ChangeKind.CHANGED: 2, ChangeKind.ADDED: 3}
"""What is taken away or written over is looked at before what is new."""


def gravest_first(found: Iterable[Change]) -> list[Change]:
    return sorted(found, key=lambda one: RANKS[one.kind])


def counts(found: Iterable[Change]) -> Mapping[tuple[str, ChangeKind], int]:
    return Counter((change.table, change.kind) for change in found)


def untouched(before: Directory, found: Iterable[Change]) -> Mapping[str, int]:
    """How many entries of each table stay as they are."""
    touched = Counter(change.table for change in found if change.kind is not ChangeKind.ADDED)
    return {table: len(getattr(before, table)) - touched[table] for table in (*WITH_ID, *_KEYS)}


def _changes(
    table: str, before: tuple[Any, ...], after: tuple[Any, ...], keys: tuple[str, ...]
) -> Iterator[Change]:
    if before == after:
        return
    old = _by_key(before, keys)
    about = ABOUT.get(table, "id")
    for key, entry in _by_key(after, keys).items():
        known = old.pop(key, None)
        if known is None:
            yield Change(ChangeKind.ADDED, table, str(getattr(entry, about)), entry)
        elif known != entry:
            differing = tuple(
                FieldChange(one.name, getattr(known, one.name), getattr(entry, one.name))
                for one in fields(entry)
                if getattr(known, one.name) != getattr(entry, one.name)
            )
            ends = differing[0].name == "until_at" and len(differing) == 1 and differing[0].after is not None
            kind = ChangeKind.ENDED if ends else ChangeKind.CHANGED
            yield Change(kind, table, str(getattr(entry, about)), entry, differing)
    for entry in old.values():
        yield Change(ChangeKind.REMOVED, table, str(getattr(entry, about)), entry)


def _by_key(entries: tuple[Any, ...], keys: tuple[str, ...]) -> dict[Any, Any]:
    seen: Counter[Any] = Counter()
    found: dict[Any, Any] = {}
    for entry in entries:
        key = tuple(getattr(entry, name) for name in keys)
        found[(key, seen[key])] = entry
        seen[key] += 1
    return found
