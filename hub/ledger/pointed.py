"""Which of several of one name is which, in words of the ledger: an id that somebody can know, the line, the door, the number."""

from collections.abc import Iterable, Mapping
from typing import Any

from hub.directory.model import Residence
from hub.directory.profiles import address, region_path
from hub.ledger.findings import LINE, Place
from hub.ledger.reading import Row

Entries = Mapping[str, Mapping[str, Any]]

_NAMED_BY = ("name", "person", "covered", "device", "home", "house_number", "flat", "address", "building")
"""Where a row without an id says whom or what it is about."""


def pointed(
    key: str, table: str, entries: Entries, residences: Iterable[Residence], row: Row | None, *, known: bool
) -> str:
    """An entry for somebody who must choose. `row`: where the ledger speaks of it; `known`: by its id to the hub before."""
    entry = entries[table].get(key)
    shown_id = key if known or row is None or row.get("id") == key else ""
    home = _home_of(key, residences) if table == "elders" else key if table == "homes" else ""
    more = door(home, entries) if home else getattr(entry, "phone", "")
    beside = ", ".join(part for part in (where(row.place) if row is not None else "", more) if part)
    return f"{shown_id} ({beside})" if shown_id and beside else shown_id or beside


def door(home_id: str, entries: Entries) -> str:
    """The address of a home, empty when nobody knows it."""
    home = entries["homes"].get(home_id)
    return "" if home is None else address(home, region_path(entries["regions"], home.region_id))


def named_by(row: Row) -> tuple[str, str]:
    """The column of a row without an id that says whom or what it is about, and what stands there."""
    key = next((one for one in _NAMED_BY if row.get(one) is not None), "id")
    return key, str(row.get(key) or "")


def where(place: Place) -> str:
    """A place in a few words, for the text of a finding about another one; `finding_texts` says the line in its language."""
    line = "" if place.line is None else f"{LINE}{place.line}"
    return " ".join(part for part in (place.file, place.sheet, line) if part)


def _home_of(elder_id: str, residences: Iterable[Residence]) -> str:
    mine = [one for one in residences if one.elder_id == elder_id]
    return max(mine, key=lambda one: one.from_at).home_id if mine else ""
