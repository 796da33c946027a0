"""When two ways of writing a door mean the same one: 3号楼2单元501室 and 3-2-501. Pure."""

import re
from dataclasses import dataclass

_WHOLE = re.compile(
    r"^(?P<building>[A-Za-z]?\d{1,3}[A-Za-z]?)[-—–~/](?P<stair>\d{1,2})[-—–~/](?P<flat>[A-Za-z]?\d{2,5}[A-Za-z]?)(?:室|号)?$"
)
_WORDS = re.compile(
    r"^(?P<building>\d{1,3})(?:号楼|栋|幢|座|#楼|#)(?:(?P<stair>\d{1,2})(?:单元|门栋|门))?(?P<flat>[A-Za-z]?\d{2,5}[A-Za-z]?)(?:室|号)?$"
)
_HALF = re.compile(
    r"^(?P<first>[A-Za-z]?\d{1,3}[A-Za-z]?)[-—–~/](?P<flat>[A-Za-z]?\d{2,5}[A-Za-z]?)(?:室|号)?$"
)


@dataclass(frozen=True, slots=True)
class Door:
    building: str = ""
    stair: str = ""
    flat: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """Equal for 3号楼 and 3栋, 501室 and 501, and for a flat 3-2-501 that names building and stair."""
        building, stair, flat = _bare(self.building), _bare(self.stair), _bare(self.flat)
        whole = names_building(self.flat)
        if whole is not None and not self.disagrees:
            return (_bare(whole["building"]), _bare(whole["stair"] or stair), _bare(whole["flat"]))
        half = _HALF.match(self.flat)
        if half is not None and not stair and _bare(half["first"]) != building:
            first = _bare(half["first"])
            return (building or first, first if building else "", _bare(half["flat"]))
        return (building, stair, flat)

    @property
    def disagrees(self) -> bool:
        """Whether the flat names a building and a stair, and not those that stand beside it."""
        whole = names_building(self.flat)
        return whole is not None and any(
            here and whole[part] and _bare(whole[part]) != _bare(here)
            for part, here in (("building", self.building), ("stair", self.stair))
        )

    def __bool__(self) -> bool:
        return bool(self.building or self.stair or self.flat)


def names_building(flat: str) -> re.Match[str] | None:
    """A flat that names its building too: 3-2-501, 3号楼2单元501室. 3-501 may be a stair, 3楼501 a storey."""
    return _WHOLE.match(flat) or _WORDS.match(flat)


def _bare(part: str) -> str:
    text = re.sub(r"\s", "", part).casefold()
    return re.sub(r"(?:号楼|号院|栋|幢|座|楼|单元|门|室|号|户|#)$", "", text).lstrip("0")


_DIGITS = {char: number for number, char in enumerate("一二三四五六七八九", start=1)}


def number_in_chinese(text: str) -> int:
    """一 to 九十九; 0 where it is none of them."""
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return _DIGITS.get(text, 0)
    if (tens and tens not in _DIGITS) or (ones and ones not in _DIGITS):
        return 0
    return 10 * _DIGITS.get(tens, 1) + _DIGITS.get(ones, 0)
