"""Texts of one line as people type and paste them: what nobody sees is dropped before anything is checked or kept."""

import unicodedata
from typing import Annotated

from pydantic import BeforeValidator

_UNSEEN = frozenset({"Cc", "Cf", "Cs"})
"""Categories of characters: controls, marks that only steer how others are shown (a name could read backwards), and halves of
characters, which no store takes."""


def one_line(typed: object) -> object:
    """A text without them, line breaks and runs of spaces as one space; what is no text as it is."""
    if not isinstance(typed, str):
        return typed
    seen = (char for char in typed if char.isspace() or unicodedata.category(char) not in _UNSEEN)
    return " ".join("".join(seen).split())


Line = Annotated[str, BeforeValidator(one_line)]
