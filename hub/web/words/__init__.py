"""Every word of the console, Chinese and English: pages and scripts take their words from here and nowhere else.

One module an area. `{name}` in a word is filled in by `say`. Keys of closed lists are `list.value`, so that a new value without
a word fails a test.
"""

from hub.web.words import (
    chain,
    changes,
    console,
    devices,
    enrol,
    holding,
    homes,
    key_tests,
    ledger,
    life,
    lists,
    own_values,
    people,
    protection,
    reports,
    requests,
    roster,
    shell,
    silences,
    timeline,
    tokens,
)
from hub.web.words.said import LANGUAGES, Language, Words

__all__ = ["LANGUAGES", "WORDS", "Language", "Words", "both", "say", "table"]

AREAS = (
    chain,
    changes,
    console,
    devices,
    enrol,
    holding,
    homes,
    key_tests,
    ledger,
    life,
    lists,
    own_values,
    people,
    protection,
    reports,
    requests,
    roster,
    shell,
    silences,
    timeline,
    tokens,
)

WORDS: dict[str, Words] = {key: words for area in AREAS for key, words in area.WORDS.items()}


def say(language: Language, key: str, /, **values: object) -> str:
    """The words for `key`; raises KeyError for a key that is not in the table (a page never shows a bare key)."""
    words = WORDS[key]
    template = words.zh if language == "zh" else words.en
    return template.format(**values) if values else template


def both(key: str, /, **values: object) -> Words:
    """The words for `key` in both languages."""
    return Words(say("zh", key, **values), say("en", key, **values))


def table(language: Language) -> dict[str, str]:
    """All words of one language, for the scripts of a page."""
    return {key: words.zh if language == "zh" else words.en for key, words in WORDS.items()}
