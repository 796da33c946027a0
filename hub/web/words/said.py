"""One thing said in both languages: what the tables of words are made of."""

from typing import Literal, NamedTuple

Language = Literal["zh", "en"]

LANGUAGES: tuple[Language, ...] = ("zh", "en")


class Words(NamedTuple):
    """One thing said in both languages."""

    zh: str
    en: str
