"""How Chinese is read and typed with Latin letters: used by `search` when a home's search text is made, never when one searches,
and by `in_order` for what a list is sorted by."""

import json
import unicodedata
from functools import lru_cache
from importlib.util import find_spec
from itertools import islice, product
from pathlib import Path

MAX_SPELLINGS = 24
"""Of one name. Names of four characters with three readings each have more; the usual readings come first."""


def spellings(name: str) -> tuple[str, ...]:
    """Every way to type a name: in full (`wangxiulan`), surname in full (`wangxl`), initials (`wxl`); usual readings first.

    Letters and digits in the name stand as they are; a character without a reading is passed over.
    """
    syllables = [found for char in name if (found := readings(char))]
    if not syllables:
        return ()
    full = ["".join(one) for one in islice(product(*syllables), MAX_SPELLINGS)]
    # 吕 is typed lv, stands as lyu in passports, and is written lu by who leaves the dots away.
    full += [one.replace("v", other) for one in full if "v" in one for other in ("yu", "u")]
    initials = [tuple(dict.fromkeys(syllable[0] for syllable in found)) for found in syllables]
    rest = ["".join(one) for one in islice(product(*initials[1:]), MAX_SPELLINGS)]
    short = [first + end for first in initials[0] for end in rest]
    mixed = [first + end for first in syllables[0] for end in rest] if len(syllables) > 1 else []
    return tuple(dict.fromkeys((*full, *mixed[:MAX_SPELLINGS], *short[:MAX_SPELLINGS])))


def readings(char: str) -> tuple[str, ...]:
    """The syllables of one character without tones, the usual one first; a Latin letter or digit is its own."""
    if char.isascii():
        return (char.lower(),) if char.isalnum() else ()
    return _table().get(char, ())


def plain(syllable: str) -> str:
    """Without tones, as it is typed: `lǚ` is `lv`."""
    bare = unicodedata.normalize(
        "NFC", "".join(c for c in unicodedata.normalize("NFD", syllable) if c not in _TONES)
    )
    return bare.replace("ü", "v").replace("ê", "e")


_TONES = frozenset("\u0300\u0301\u0304\u030c")


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[str, ...]]:
    """The readings of the 20,992 usual characters. The package is not imported: it would also load 47,000 phrases (55 MB), and
    all that a name needs is this list (3 MB)."""
    spec = find_spec("pypinyin")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("pypinyin is not installed: run make venv")
    file = Path(spec.submodule_search_locations[0]) / "pinyin_dict.json"
    known: dict[str, tuple[str, ...]] = {}
    table: dict[str, tuple[str, ...]] = {}
    for code, listed in json.loads(file.read_text(encoding="utf-8")).items():
        if 0x4E00 <= int(code) <= 0x9FFF:
            # Characters that sound alike share one entry.
            table[chr(int(code))] = known.setdefault(
                listed, tuple(dict.fromkeys(plain(one) for one in listed.split(",")))
            )
    return table
