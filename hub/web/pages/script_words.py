"""Which words a page's script can say, read from the script and from what it imports: a page carries those and no others."""

import re
from functools import lru_cache
from pathlib import Path

from hub.web.words import WORDS

STATIC = Path(__file__).parent.parent / "static"

_IMPORT = re.compile(r"""from\s+["']\./([\w.-]+)["']""")
_TEXT = re.compile(r"""["'`]([a-z_]+\.[\w.]+)["'`]""")
# A key whose end is only known when it is said, `kind.${alert.kind}`: all words of that list.
_GROUP = re.compile(r"""["'`]([a-z_]+\.)\$\{""")


@lru_cache(maxsize=32)
def words_of(script: str) -> frozenset[str]:
    """The keys of all words that this file of the static folder, or one it imports, names."""
    texts = [(STATIC / name).read_text(encoding="utf-8") for name in modules_of(script)]
    named = {key for text in texts for key in _TEXT.findall(text)}
    groups = tuple({group for text in texts for group in _GROUP.findall(text)})
    return frozenset(key for key in WORDS if key in named or (groups and key.startswith(groups)))


def modules_of(script: str) -> tuple[str, ...]:
    """The file and everything that it imports, each once."""
    found: list[str] = []
    waiting = [script]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.append(name)
            waiting += _IMPORT.findall((STATIC / name).read_text(encoding="utf-8"))
    return tuple(found)
