"""Addresses as ledgers write them: in columns, in one line, or as 3-2-501."""

import re
from collections.abc import Mapping
from typing import Any

from hub.directory.doors import Door, names_building
from hub.directory.model import Level

LEVELS: tuple[tuple[str, Level, Mapping[str, Level]], ...] = (
    ("city", Level.CITY, {}),
    ("district", Level.DISTRICT, {"县": Level.COUNTY}),
    ("street", Level.STREET, {"镇": Level.TOWNSHIP, "乡": Level.TOWNSHIP}),
    ("community", Level.COMMUNITY, {"村": Level.VILLAGE}),
    ("compound", Level.COMPOUND, {}),
)
"""The columns of an address from wide to narrow, each with what it is unless its name ends otherwise."""

_ENDS: tuple[tuple[tuple[str, ...], Level], ...] = (
    (("街道", "街道办", "办事处"), Level.STREET),
    (("镇", "乡"), Level.TOWNSHIP),
    (("社区", "居委会"), Level.COMMUNITY),
    (("小区", "苑", "家属院", "花园"), Level.COMPOUND),
    (("村",), Level.VILLAGE),
    (("县",), Level.COUNTY),
    (("区",), Level.DISTRICT),
    (("市",), Level.CITY),
)
"""The first that fits: 社区 before 区."""

_SUFFIXES = re.compile(
    r"(?:街道办事处|街道办|街道|办事处|社区居委会|居委会|村委会|社区|小区|省|市|区|县|镇|乡|村)$"
)
_LINE = re.compile(
    r"^(?:[^省]{2,8}省)?"
    r"(?P<city>[^市区县镇乡]{2,6}市)?"
    r"(?P<district>[^市区县街道镇乡]{1,7}(?:(?<![小社])区|县))?"
    r"(?P<street>[^社区村小]{1,10}?(?:街道办事处|街道|镇|乡))?"
    r"(?P<community>[^小号栋幢]{1,12}?(?:社区|村))?"
    r"(?P<rest>.*)$"
)
_DOOR = re.compile(
    r"(?P<building>[A-Za-z]?\d{1,4}[A-Za-z]?|[A-Za-z]|[甲乙丙丁东西南北]|[一二三四五六七八九十]{1,3})(?:号楼|栋|幢|座|#楼|#|号院楼|楼(?!\d*层))"
    r"(?:(?P<stair>[A-Za-z]?\d{1,2}|[一二三四五六七八九东西中]|[A-Za-z])(?:单元|门栋|门|梯))?"
    r"(?:\d{1,2}[楼层](?=.))?"
    r"(?:(?P<flat>[A-Za-z]?\d{1,5}[A-Za-z]?|[东西南北中]户)(?:室|号|户)?)?$"
)
_NUMBERS = re.compile(
    r"^(?P<building>[A-Za-z]?\d{1,4}[A-Za-z]?)[-—–~/](?:(?P<stair>\d{1,2})[-—–~/])?(?P<flat>[A-Za-z]?\d{2,5}[A-Za-z]?)(?:室|号)?$"
)
_NUMBERED = {"building": "号楼", "stair": "单元", "flat": "室"}


def door(values: Mapping[str, Any], *, spelled: bool) -> Door:
    """The door of a row. `spelled`: bare numbers get their words, 3 is 3号楼."""
    parts = {key: str(values.get(key) or "") for key in _NUMBERED}
    whole = names_building(parts["flat"]) if spelled else None
    if whole is not None and not Door(**parts).disagrees:
        parts = {key: parts[key] if key != "flat" and parts[key] else whole.group(key) or "" for key in parts}
    number = values.get("house_number")
    if number:
        found = _NUMBERS.match(number) or _DOOR.search(number)
        if found is None:
            parts["flat"] = parts["flat"] or number
        else:
            parts = {key: parts[key] or found.group(key) or "" for key in parts}
        spelled = True
    if spelled:
        parts = {
            key: part + _NUMBERED[key] if re.fullmatch(r"[A-Za-z]?\d+[A-Za-z]?", part) else part
            for key, part in parts.items()
        }
    return Door(**parts)


def split(line: str) -> dict[str, str]:
    """The parts of an address in one line, by the names of the columns; what is no region and no door is the compound."""
    text = re.sub(r"\s", "", line)
    found = _LINE.match(text)
    if found is None:
        return {"flat": text}
    parts = {key: value for key, value in found.groupdict().items() if value and key != "rest"}
    rest = found.group("rest")
    at = _DOOR.search(rest)
    if at is None:
        numbers = re.search(r"[A-Za-z]?\d{1,4}[-—–]\d.*$", rest)
        at = _NUMBERS.match(numbers.group()) if numbers else None
        if at is not None and numbers is not None:
            rest = rest[: numbers.start()]
    else:
        rest = rest[: at.start()]
    if at is not None:
        parts |= {
            key: value
            if (key == "flat" and not value[-1].isalnum()) or value[-1] == "户"
            else value + _NUMBERED[key]
            for key, value in at.groupdict().items()
            if value
        }
        if rest:
            parts["compound"] = rest
    elif rest:
        lone = re.match(r"^(.+?(?:小区|家属院|花园|苑|院|公寓|城|里))(.*)$", rest)
        if lone:
            parts["compound"] = lone.group(1)
            rest = lone.group(2)
        if rest:
            parts["flat"] = rest
    return parts


def regions(values: Mapping[str, Any]) -> list[tuple[str, Level, str]]:
    """The regions that a row names, from wide to narrow: column, level, name."""
    found: list[tuple[str, Level, str]] = []
    for key, level, others in LEVELS:
        name = values.get(key)
        if name:
            found.append(
                (key, next((other for end, other in others.items() if name.endswith(end)), level), name)
            )
    return found


def level_of(name: str) -> Level | None:
    """What a region is, by the end of its name; None when that says nothing."""
    return next((level for ends, level in _ENDS if name.endswith(ends)), None)


def region_key(name: str) -> str:
    """Equal for 梧桐 and 梧桐社区."""
    text = re.sub(r"\s", "", name).casefold()
    bare = _SUFFIXES.sub("", text)
    return bare if len(bare) > 1 else text
