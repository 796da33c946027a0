"""What stands in a store's columns and was never written there: a flipped bit must cost its own row, not the start of the hub.

SQLite keeps any type in any column, and the driver refuses text that is not UTF-8 with the whole result it stands in. Here every
value of a row comes through, and who reads a row's body is told that it cannot be trusted.
"""

from typing import Any, TypeGuard


class DamagedText(str):
    """Text that is not UTF-8: what of it can be shown. A body of this kind is refused by `codec`."""

    __slots__ = ()


def text_of(stored: bytes) -> str:
    """The text of a column, for the driver's `text_factory`."""
    try:
        return stored.decode()
    except UnicodeDecodeError:
        return DamagedText(stored.decode(errors="replace"))


def key_of(stored: Any) -> str:
    """An id as text, whatever stands in its column."""
    if isinstance(stored, str):
        return stored
    return text_of(stored) if isinstance(stored, bytes) else str(stored)


MOST = 2**53
"""No hub counts so far. In a query, text and bytes sort behind every number: below this there are only numbers."""


def is_number(stored: Any) -> TypeGuard[int]:
    """Whether it can be a number that the hub counted."""
    return isinstance(stored, int) and 0 <= stored < MOST


def number_of(stored: Any, otherwise: int) -> int:
    """A counted number, `otherwise` where something else stands in its column."""
    return stored if is_number(stored) else otherwise
