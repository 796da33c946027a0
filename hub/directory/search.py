"""Finding a home: what is kept of a profile so that it can be found, and how well what somebody typed fits it. Pure.

The store keeps one text a home (`text_of`), finds those that hold every word (`Query.needles`) and orders them by `Query.rank`.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import IntEnum

from hub.core.home import Profile
from hub.directory.doors import number_in_chinese
from hub.directory.in_order import in_order
from hub.directory.pinyin import spellings

VERSION = 3
"""Of the text: texts of another version are made anew."""


class Fit(IntEnum):
    """How a word fits a home, the best first."""

    ID = 0
    PHONE = 1
    PHONE_END = 2
    NAME = 3
    NAME_BEGIN = 4
    NAME_PART = 5
    PINYIN = 6
    PINYIN_BEGIN = 7
    PINYIN_PART = 8
    DOOR = 9
    ADDRESS = 10
    CALLER = 11
    ELSEWHERE = 12


# Each line of a text begins with a mark that says what stands there; telephones and doors end with theirs too.
_ID, _PHONE, _NAME, _PINYIN, _ADDRESS, _DOOR, _CALLER = "#+=~@-<"
_FITS: dict[str, tuple[Fit, Fit, Fit]] = {
    # The whole line, its beginning, a part of it.
    _ID: (Fit.ID, Fit.ELSEWHERE, Fit.ELSEWHERE),
    _PHONE: (Fit.PHONE, Fit.ELSEWHERE, Fit.ELSEWHERE),
    _NAME: (Fit.NAME, Fit.NAME_BEGIN, Fit.NAME_PART),
    _PINYIN: (Fit.PINYIN, Fit.PINYIN_BEGIN, Fit.PINYIN_PART),
    _ADDRESS: (Fit.ADDRESS, Fit.ADDRESS, Fit.ADDRESS),
    _DOOR: (Fit.DOOR, Fit.ADDRESS, Fit.ADDRESS),
    _CALLER: (Fit.CALLER, Fit.CALLER, Fit.CALLER),
}
_BY_END = frozenset((_PHONE, _DOOR))
_MIN_PHONE_END = 4
"""The last four digits of a telephone are what people remember."""
_MIN_PHONE = 8
"""So many digits with something between them are a telephone: 12-3-1501 is a door."""

_UNIT = "号楼|号院|栋|幢|座|楼|单元|门|层|室|户|号|#"
_DOOR_PART = re.compile(rf"([0-9a-z]+)(?:{_UNIT}|-|$)")
_LETTERED = re.compile(r"[a-z](?:号楼|座|栋|幢|楼|单元)")
_AFTER_UNIT = re.compile(r"(?<=[号楼院栋幢座元门层室户#])-+")
_DOOR_WORD = re.compile(rf"(?:[0-9a-z]+(?:{_UNIT}|-|$))+")
_NUMBER_IN_NAME = re.compile(rf"([0-9]+)(?:{_UNIT})")
_NUMBERED = re.compile(r"[0-9]{1,2}|[0-9][0-9a-z]*(?:-[0-9][0-9a-z]*)+")
"""A door and nothing else: as it was typed it would also stand in 13-2-501."""
_SPLIT = re.compile(r"[\s,，、;；/]+")
_NOT_PHONE = re.compile(r"[-()+.\s]")
_DASHES = r"\u2010-\u2015\u2212\u00b7\u30fb\u30fc_~."
_DASH = re.compile(rf"[{_DASHES}]")
"""What stands between the numbers of a door besides a hyphen: 3.2.501, 3—2—501."""
_SLASH = re.compile(r"(?<=[0-9])[/\\一](?=[0-9])")
"""3/2/501, and 一, which looks like a dash and lies beside it."""
_CHINESE_NUMBER = re.compile(
    r"(?<![一二三四五六七八九十])[一二三四五六七八九十]{1,3}(?=号楼|号院|栋|幢|座|单元|层|室)"
)
"""一号楼二单元 is 1号楼2单元."""
_HAN = r"[\u3400-\u9fff]"
_PLACE_THEN_DOOR = re.compile(
    rf"(?<={_HAN})(?<![0-9a-z][号楼院栋幢座门层室户])(?<![0-9a-z](?:号楼|号院|单元))[-{_DASHES}]*"
    r"(?=[0-9]|[a-z][0-9]*(?:座|栋|幢|号楼|楼|单元|-))"
)
"""海棠花园3号楼 and 老院3-2-501 are two words, 3号楼2单元 and 7号院A座 are one."""
_DOOR_THEN_NAME = re.compile(
    rf"(?<=[0-9])(?={_HAN}{{2}})(?!{_UNIT})(?![0-9a-z]*(?:院|元))|(?<=[0-9][室户])(?={_HAN}{{2}})"
)
"""3-2-501王秀兰 and 501室王秀兰 are two words."""
_LEVELS = re.compile(rf"(?<=[省市区县道镇乡村])(?={_HAN})")
"""槐荫街道桂花花园 is two words: people leave out what lies between."""
_LONGEST_NAME = 4


def folded(text: str) -> str:
    """As it is compared: full-width forms, capitals and ü are as good as the plain ones."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("ü", "v").replace("'", "")
    return _CHINESE_NUMBER.sub(lambda found: str(number_in_chinese(found[0]) or found[0]), plain)


def digits(text: str) -> str:
    """A telephone number without what people put between, and without +86; "" when there is something else in it."""
    bare = _NOT_PHONE.sub("", unicodedata.normalize("NFKC", text))
    if not (bare.isascii() and bare.isdecimal()):
        return ""
    return bare.removeprefix("0086").removeprefix("86") if len(bare) > 12 else bare


def door(text: str) -> str:
    """`3-2-501` for 3号楼2单元501室, 3栋2单元501, 3号楼-2单元-501 and 3.2.501 alike; "" for what names no door."""
    word = _AFTER_UNIT.sub("", _DASH.sub("-", folded(text).replace(" ", "")))
    numbered = any(char.isdecimal() for char in word) or _LETTERED.fullmatch(word)
    if not numbered or not _DOOR_WORD.fullmatch(word):
        return ""
    return "-".join(_DOOR_PART.findall(word))


def text_of(profile: Profile) -> str:
    """What a home is found by: ids, telephones, names and how they are typed, address, door, who may telephone about it."""
    names, doors = _place(profile.address.split())
    residents = profile.residents
    lines = [
        *(_ID + folded(one) for one in (profile.home_id, *(r.id for r in residents))),
        *(_phone(number) for number in (profile.phone, *(phone for _, phone in profile.callers)) if number),
        *(_NAME + folded(name) for r in residents for name in (r.name, r.call_name) if name),
        *(_PINYIN + one for r in residents for one in spellings(r.name)),
        *(f"{_DOOR}{place}{_DOOR}" for place in (*doors, *_without_stair(doors))),
        *([_ADDRESS + folded("".join(names))] if names else ()),
        *(_CALLER + one for name, _ in profile.callers for one in (folded(name), *spellings(name)) if one),
        *(_ID + folded(one) for one in profile.devices),
    ]
    return "\n".join(("", *dict.fromkeys(lines), ""))


def found_by_caller(typed: str, name: str, phone: str, profile: Profile) -> bool:
    """Whether a home was found by the name or the telephone number of this person, who may telephone about it, and by nothing of
    its own."""
    asked = query(typed)
    if asked is None:
        return False
    own = text_of(replace(profile, callers=()))
    theirs = text_of(Profile(profile.home_id, callers=((name, phone),)))
    joined = asked.joined is not None and asked.joined.fits(theirs) and not asked.joined.fits(own)
    return joined or any(word.fits(theirs) and not word.fits(own) for word in asked.words)


def has_number(number: str, typed: str) -> bool:
    """Whether somebody typed this telephone number, or its end: then they know it already."""
    known, bare = digits(number), digits(typed)
    ends = [digits(word) for word in _SPLIT.split(typed)] + [bare]
    return bool(known) and any(len(one) >= _MIN_PHONE_END and known.endswith(one) for one in ends)


def place_in_order(text: str) -> str:
    """What homes that fit equally are sorted by, out of a home's text: the names of its address, then its door."""
    # Of several doors the flat's comes first; the others are numbers within the address.
    return in_order(f"{_first(text, _ADDRESS)} {_first(text, _DOOR)}")


def _without_stair(doors: list[str]) -> list[str]:
    """People leave the stair away: 3号楼501 for 3-2-501."""
    parts = (place.split("-") for place in doors[:1])
    return [f"{one[0]}-{one[-1]}" for one in parts if len(one) == len(("building", "stair", "flat"))]


def _first(text: str, mark: str) -> str:
    """The first line with this mark, without it."""
    start = text.find(f"\n{mark}")
    return text[start + 2 : text.find("\n", start + 1)] if start >= 0 else ""


def _phone(number: str) -> str:
    return f"{_PHONE}{digits(number) or folded(number)}{_PHONE}"


def _place(parts: list[str]) -> tuple[list[str], list[str]]:
    """The names of an address; and its door, from the flat upwards until a part is a name, with the numbers within the names
    (建设路12号院)."""
    names = [name for part in parts for name in _PLACE_THEN_DOOR.split(folded(part)) if name]
    found = list[str]()
    while names and (place := door(names[-1])):
        found.insert(0, place)
        names.pop()
    numbers = [number for name in names for number in _NUMBER_IN_NAME.findall(folded(name))]
    return names, (["-".join(found)] if found else []) + numbers


@dataclass(frozen=True, slots=True)
class Word:
    """One word as typed. A text fits when it holds one of the needles."""

    needles: tuple[str, ...]

    def fits(self, text: str) -> bool:
        return any(needle in text for needle in self.needles)

    def rank(self, text: str) -> Fit:
        """By the best line where it stands: lines come in the order of their marks, a device's id last."""
        return min((_fit(text, needle) for needle in self.needles), default=Fit.ELSEWHERE)


def _fit(text: str, needle: str) -> Fit:
    # A needle may bring its line's beginning or a mark along.
    bare = needle.strip("\n" + _DOOR)
    at = text.find(needle)
    while at >= 0:
        start = text.find(bare, at)
        line = text.rfind("\n", 0, start) + 1
        end = start + len(bare)
        begins = start == line + 1
        mark = text[line]
        ends = text[end] == "\n" or (mark in _BY_END and text.startswith(f"{mark}\n", end))
        fit = _FITS[mark][0 if begins and ends else 1 if begins else 2]
        if mark == _PHONE and ends and not begins and len(bare) >= _MIN_PHONE_END:
            fit = Fit.PHONE_END
        if fit is not Fit.ELSEWHERE:
            return fit
        at = text.find(needle, at + 1)
    return Fit.ELSEWHERE


@dataclass(frozen=True, slots=True)
class Query:
    """What somebody typed: every word must fit, in any order; or all of it written as one word (`wang xiu lan`)."""

    words: tuple[Word, ...]
    joined: Word | None = None

    @property
    def joined_finds_more(self) -> bool:
        """Whether the one word fits texts that the single ones do not: initials with spaces between (`w x l`)."""
        return self.joined is not None and any(one.needles[0].startswith("\n") for one in self.words)

    def fits(self, text: str) -> bool:
        return all(word.fits(text) for word in self.words) or (
            self.joined is not None and self.joined.fits(text)
        )

    def rank(self, text: str) -> tuple[int, int]:
        """The smaller, the better; for texts that fit."""
        if self.joined is not None and self.joined.fits(text):
            return (self.joined.rank(text), 0)
        ranks = [word.rank(text) for word in self.words]
        return (max(ranks), sum(ranks))


def query(typed: str) -> Query | None:
    """None for nothing but spaces."""
    text = folded(typed).strip()
    # A number with spaces in it is one word: 138 0000 1111, (0371) 555 1001.
    whole = len(digits(text)) >= _MIN_PHONE
    words = [text] if whole else list(_words(text))
    if not words:
        # Nothing but a sign finds nothing: it is no empty field, after which everybody is listed.
        return Query((Word(("\0",)),)) if typed.strip() else None
    joined = None
    if len(words) > 1:
        places = [place for word in words if (place := door(word))]
        if len(places) == len(words):
            joined = Word((f"{_DOOR}{'-'.join(places)}",))
        elif all(word.isascii() and word.isalpha() for word in words):
            joined = Word(("".join(words),))
    return Query(tuple(_word(word) for word in words), joined)


def _words(text: str) -> Iterator[str]:
    """Addresses are typed without spaces too, from any level down: each level, and the door, is a word."""
    for one in _SPLIT.split(_SLASH.sub("-", text)):
        for place in _PLACE_THEN_DOOR.split(one):
            for word in _DOOR_THEN_NAME.split(place):
                levels = _LEVELS.split(word) if len(word) > _LONGEST_NAME else [word]
                yield from (level for level in levels if level)


def _word(word: str) -> Word:
    number, place = digits(word), door(word)
    needles: list[str] = []
    if len(number) >= _MIN_PHONE or (number == word and len(number) >= _MIN_PHONE_END):
        needles.append(number)
    if len(word) == 1 and word.isascii():
        # A single letter stands in every text: only where a name begins with it.
        needles += [f"\n{_PINYIN}{word}"] if word.isalpha() else []
    elif not _NUMBERED.fullmatch(place or word):
        needles.append(word)
    if place and (place != word or word not in needles):
        # A unit ends the number: 3号楼 is not the beginning of 301.
        needles.append(f"{_DOOR}{place}{'' if word[-1].isalnum() and word[-1].isascii() else _DOOR}")
    # Nothing but a sign finds nothing.
    return Word(tuple(dict.fromkeys(needles)) or ("\0",))
