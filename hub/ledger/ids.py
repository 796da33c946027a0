"""Ids for what a ledger gives none: derived from what identifies it, so that the same ledger gives the same ids for ever."""

import hashlib
import re

_PREFIX = {
    "region": "r",
    "company": "o",
    "centre": "z",
    "elder": "e",
    "home": "h",
    "person": "p",
    "shift": "s",
    "leave": "l",
    "cover": "v",
}


_DERIVED = re.compile(rf"[{''.join(_PREFIX.values())}]-[0-9a-f]{{10}}(-.+)?")


def is_derived(key: str) -> bool:
    """Whether an id is one of these, or that of a room that was named after its home's."""
    return _DERIVED.fullmatch(key) is not None


def derived(noun: str, *parts: object) -> str:
    """An id of 12 characters that can be read over the telephone and says nothing about anybody."""
    text = "\x1f".join(str(part) for part in (noun, *parts))
    return f"{_PREFIX[noun]}-{hashlib.blake2b(text.encode(), digest_size=5).hexdigest()}"
