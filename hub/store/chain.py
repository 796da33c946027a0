"""The journal's hash chain: every entry's hash covers the entry before it in the same home, so a changed row shows."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from hub.store.codec import canonical


class Link(NamedTuple):
    """A journal row as it is stored, in the order of its columns; `at` in microseconds."""

    number: int
    at: int
    home_id: str
    alert_id: str | None
    request_id: str | None
    kind: str
    by: str | None
    data: str
    input_seq: int
    context_version: int
    hash: str = ""


@dataclass(frozen=True, slots=True)
class ChainReport:
    """Whether a home's journal is as it was written. `broken_at` is the number of the first entry that does not fit."""

    home_id: str
    entries: int
    intact: bool
    broken_at: int | None = None
    detail: str = ""


def link_hash(previous: str, link: Link) -> str:
    """The hash of an entry that follows the one with hash `previous` (the empty text begins a chain)."""
    digest = hashlib.blake2b(previous.encode(), digest_size=20)
    digest.update(canonical(link[:-1]).encode())
    return digest.hexdigest()


def verify(home_id: str, anchor: str, head: str, links: Iterable[Link]) -> ChainReport:
    """Follow a home's chain from what retention left (`anchor`) to its newest entry (`head`)."""
    entries, previous = 0, anchor
    for link in links:
        if link_hash(previous, link) != link.hash:
            detail = f"journal entry {link.number} is not what was written, or an entry before it is missing"
            return ChainReport(home_id, entries, False, link.number, detail)
        previous = link.hash
        entries += 1
    if previous != head:
        return ChainReport(home_id, entries, False, None, "the newest journal entries are missing")
    return ChainReport(home_id, entries, True)
