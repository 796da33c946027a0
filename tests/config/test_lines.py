"""The line index finds every key that tomllib reads, whatever stands around it."""

import tomllib
from typing import Any

import pytest

from hub.config.lines import Path, line_numbers, line_of

TEXT = '''\
# comment with [brackets] and = signs
top = 1

[a]
plain = "value # no comment"
"quoted key" = [
  1, # first ]
  "]",
]
after = { inner = 1, other = "}" }

[a.b]
text = """
not = a key
[nor.a.table]
"""
c.d = 'literal [ \\'
later = true

[[list]]
name = "one"
[list.below]
x = 1
[[list]]
name = "two"
[[list.below2]]
y = 2
[[list.below2]]
y = 3
'''


def test_keys_stand_where_they_stand() -> None:
    lines = line_numbers(TEXT)
    assert {path: lines[path] for path in KNOWN} == KNOWN


KNOWN: dict[Path, int] = {
    ("top",): 2,
    ("a",): 4,
    ("a", "plain"): 5,
    ("a", "quoted key"): 6,
    ("a", "after"): 10,
    ("a", "b"): 12,
    ("a", "b", "text"): 13,
    ("a", "b", "c", "d"): 17,
    ("a", "b", "later"): 18,
    ("list", 0): 20,
    ("list", 0, "name"): 21,
    ("list", 0, "below", "x"): 23,
    ("list", 1, "name"): 25,
    ("list", 1, "below2", 0, "y"): 27,
    ("list", 1, "below2", 1, "y"): 29,
}


def test_a_value_inside_counts_to_its_key_and_an_absent_key_to_its_table() -> None:
    lines = line_numbers(TEXT)
    assert line_of(lines, ("a", "quoted key", 1)) == 6
    assert line_of(lines, ("a", "b", "missing")) == 12
    assert line_of(lines, ("nowhere",)) is None


def paths(value: Any, path: Path = ()) -> set[Path]:
    """Every path to a value that is no table."""
    if isinstance(value, dict):
        return {found for key, inner in value.items() for found in paths(inner, (*path, key))}
    if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
        return {found for index, inner in enumerate(value) for found in paths(inner, (*path, index))}
    return {path}


def test_every_value_that_tomllib_reads_has_a_line_within_the_text() -> None:
    lines = line_numbers(TEXT)
    for path in paths(tomllib.loads(TEXT)):
        assert line_of(lines, path) is not None, path


@pytest.mark.parametrize(
    "text", ["[", "[[", "a = [", 'a = """', "= 1", "[a\nb=", "\\", "a.b.", "'", "]]]", "a = '''x"]
)
def test_broken_text_is_borne(text: str) -> None:
    assert isinstance(line_numbers(text), dict)
