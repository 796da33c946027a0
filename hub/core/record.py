"""The dataclasses that every message makes some of: frozen for the type checker, quick to make at run time."""

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: type[T]) -> type[T]:
    """A slotted dataclass that nobody changes after it was made: the type checker refuses it.

    `dataclass(frozen=True)` refuses it at run time too, and to make an object then costs five times as much: a fifth of what a
    reading costs the hub. So only types of which every message makes one are records; all others are really frozen.
    """
    return dataclass(slots=True, unsafe_hash=True)(cls)
