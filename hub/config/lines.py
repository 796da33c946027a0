"""Where each key of a TOML text stands, so that `config` can name the line of what it refuses; the values come from tomllib."""

import re
from collections.abc import Mapping

Path = tuple[str | int, ...]
"""Keys from the root; an integer counts the tables of an array of tables."""

_PART = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*(\.|$|=|\])""")
_TRIPLES = ('"""', "'''")


def line_numbers(text: str) -> dict[Path, int]:
    """Line (from 1) of each table and key; what a value holds inside counts to the key's line. Never raises."""
    lines: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    pending = ""
    pending_line = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if pending:
            pending += "\n" + line
        else:
            pending, pending_line = line, number
        if not _complete(pending):
            continue
        statement, pending = pending.strip(), ""
        if not statement or statement.startswith("#"):
            continue
        if statement.startswith("[["):
            path = _inside(_keys(statement[2:]), counts)
            counts[path] = counts.get(path, -1) + 1
            table = (*path, counts[path])
            lines.setdefault(path, pending_line)
            lines[table] = pending_line
        elif statement.startswith("["):
            table = _inside(_keys(statement[1:]), counts, whole=True)
            lines[table] = pending_line
        else:
            keys = _keys(statement)
            if keys:
                lines.setdefault((*table, *keys), pending_line)
                for depth in range(1, len(keys)):
                    lines.setdefault((*table, *keys[:depth]), pending_line)
    return lines


def line_of(lines: Mapping[Path, int], path: Path) -> int | None:
    """The line of this key, else of the nearest table around it."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return None


def _keys(statement: str) -> tuple[str, ...]:
    """The dotted key at the beginning of a statement."""
    keys: list[str] = []
    position = 0
    while match := _PART.match(statement, position):
        keys.append(next(group for group in match.groups()[:3] if group is not None))
        position = match.end()
        if match.group(4) != ".":
            break
    return tuple(keys)


def _inside(keys: tuple[str, ...], counts: Mapping[Path, int], *, whole: bool = False) -> Path:
    """A header's path: below an array of tables it speaks of the newest one."""
    path: Path = ()
    for index, key in enumerate(keys):
        path = (*path, key)
        if path in counts and (whole or index < len(keys) - 1):
            path = (*path, counts[path])
    return path


def _complete(text: str) -> bool:
    """Whether a statement ends here: no bracket and no three quotes are open. Comments and strings are skipped."""
    depth = position = 0
    header = text.lstrip().startswith("[")
    while position < len(text):
        triple = next((quotes for quotes in _TRIPLES if text.startswith(quotes, position)), None)
        character = text[position]
        if triple is not None:
            end = text.find(triple, position + 3)
            if end < 0:
                return False
            position = end + 3
        elif character in "\"'":
            position = _end_of_string(text, position)
        elif character == "#":
            end = text.find("\n", position)
            position = len(text) if end < 0 else end
        else:
            depth += (character in "[{") - (character in "]}")
            position += 1
    return header or depth <= 0


def _end_of_string(text: str, position: int) -> int:
    """Just after a string of one line; at the line's end when it is not closed."""
    quote = text[position]
    position += 1
    while position < len(text) and text[position] != "\n":
        if text[position] == "\\" and quote == '"':
            position += 2
            continue
        if text[position] == quote:
            return position + 1
        position += 1
    return position
