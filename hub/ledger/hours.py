"""Weekdays, times and opening hours as ledgers write them: 周一至周六 08:00-18:00; Mon-Fri, Sun 8:00-12:00."""

import re
from collections.abc import Collection, Iterator
from datetime import date, datetime, time, timedelta

from hub.core.calendar import OnDays
from hub.core.opening import Opening, SpecialHours
from hub.ledger import cells
from hub.ledger.cells import Raw
from hub.ledger.choices import ON_DAYS
from hub.ledger.findings import Damage, Kind
from hub.web.words.said import Language

_ZH = "一二三四五六日"
_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EVERY = frozenset(range(7))
_SHORTEST_RUN = 3
"""Days: 周六、周日 is shorter to read than a span."""
_ALL = ("每天", "每日", "天天", "全周", "daily", "everyday")
_SHUT = ("休", "休息", "不开", "关", "闭馆", "closed", "shut")
_WORDS = {
    **{char: day for day, char in enumerate(_ZH)},
    "天": 6,
    **{name.lower(): day for day, name in enumerate(_EN)},
}
_DAY = re.compile(
    r"(?:周|星期|礼拜)?([一二三四五六日天])|(mon|tue|wed|thu|fri|sat|sun)[a-z]*|(?<!\d)([1-7])(?!\d)",
    re.IGNORECASE,
)
_CLOCK = r"\d{1,2}(?:[:：时点]\d{0,2})?(?:[:：]\d{2})?分?"
_HOURS = re.compile(rf"({_CLOCK})\s*(?:-|–|—|~|～|至|到|to)\s*(次日)?\s*({_CLOCK})", re.IGNORECASE)


_HALF_ZH = re.compile(
    r"(?P<half>凌晨|清晨|早晨|早上|上午|早|中午|下午|傍晚|晚上|夜里|晚)\s*(?P<hour>\d{1,2})(?=[:时点])"
)
_HALF_EN = re.compile(
    r"(?<!\d)(?<!:)(?P<hour>\d{1,2})(?P<minute>:\d{2})?\s*(?P<half>am|pm|a\.m\.|p\.m\.)", re.IGNORECASE
)
_AFTER_NOON = {"下午", "傍晚", "晚上", "夜里", "晚"}


def _in_24(text: str) -> str:
    """Hours said by halves of the day (下午6点, 6 pm) counted from midnight; a half that does not fit is left to be refused."""

    def zh(found: re.Match[str]) -> str:
        half, hour = found["half"], int(found["hour"])
        if half in _AFTER_NOON and hour <= 12:
            # 下午12点 is noon, 晚上12点 midnight.
            return "12" if half in ("下午", "傍晚") and hour == 12 else f"{hour + 12}"
        if half == "中午" and hour in (1, 2):
            return f"{hour + 12}"
        return "0" if half == "凌晨" and hour == 12 else f"{hour}"

    def en(found: re.Match[str]) -> str:
        hour = int(found["hour"])
        if not 1 <= hour <= 12:
            return found[0]
        hour = hour % 12 + (12 if found["half"][0].lower() == "p" else 0)
        return f"{hour}{found['minute'] or ':00'}"

    text = text.replace("：", ":").replace("点半", "点30")
    return _HALF_EN.sub(en, _HALF_ZH.sub(zh, text))


def clock(raw: Raw) -> time:
    """A time of day; 24:00 is midnight. Raises Damage."""
    if isinstance(raw, datetime):
        return raw.time()
    if isinstance(raw, time):
        return raw
    if isinstance(raw, timedelta):
        raw = f"{int(raw.total_seconds()) // 3600 % 24}:{int(raw.total_seconds()) // 60 % 60:02d}"
    if isinstance(raw, float) and 0 <= raw < 1:
        minutes = round(raw * 1440) % 1440
        return time(minutes // 60, minutes % 60)
    text = _in_24(cells.token(raw))
    found = re.fullmatch(r"(\d{1,2})(?:[:时点](\d{0,2}))?(?::(\d{2}))?分?", text)
    if not found:
        raise Damage(Kind.NOT_A_TIME)
    hour, minute, second = int(found.group(1)), int(found.group(2) or 0), int(found.group(3) or 0)
    if (hour, minute) == (24, 0):
        hour = 0
    if hour > 23 or minute > 59 or second:
        raise Damage(Kind.NOT_A_TIME)
    return time(hour, minute)


def spoken(at: time) -> str:
    return at.isoformat("minutes")


def weekdays(text: str) -> frozenset[int]:
    """Weekdays from 0 (Monday): 周一至周五, 一三五, Mon-Fri, 1-5, 每天. Raises Damage."""
    if text.lower().replace(" ", "") in _ALL or text in ("周一至周日", "一至日"):
        return _EVERY
    ordered = [(found.start(), found.end(), _day(found)) for found in _DAY.finditer(text)]
    rest = _DAY.sub("", text)
    if not ordered or re.sub(r"[\s,，、;；/至到~～–—-]|to|and|和|周|星期|礼拜", "", rest):
        raise Damage(Kind.NOT_WEEKDAYS)
    days: set[int] = set()
    for (_, ends, day), following in zip(ordered, (*ordered[1:], None), strict=True):
        days.add(day)
        if following is not None and re.fullmatch(
            r"\s*(?:至|到|-|~|～|–|—|to)\s*(?:周|星期|礼拜)?", text[ends : following[0]]
        ):
            last = following[2]
            days |= {(day + step) % 7 for step in range((last - day) % 7 + 1)}
    return frozenset(days)


def openings(text: str) -> tuple[Opening, ...]:
    """Opening hours, one group of weekdays after the other; without weekdays every day. Raises Damage."""
    found: list[Opening] = []
    rest = _in_24(text)
    days, kind = _EVERY, OnDays.WEEKDAYS
    while rest.strip(" \n,，、;；。"):
        span = _HOURS.search(rest)
        if span is None:
            raise Damage(Kind.NOT_HOURS)
        before = rest[: span.start()].strip(" \n,，、;；:")
        try:
            if before:
                named = ON_DAYS.find(before)
                kind = named or OnDays.WEEKDAYS
                days = frozenset() if named else weekdays(before)
            opens, closes = clock(span.group(1)), clock(span.group(3))
        except Damage as damage:
            raise Damage(Kind.NOT_HOURS) from damage
        found.append(Opening(days, opens, closes, kind))
        rest = rest[span.end() :]
    return tuple(found)


def write_weekdays(days: Collection[int], language: Language) -> str:
    if frozenset(days) == _EVERY:
        return "每天" if language == "zh" else "daily"
    names, to, between = ([f"周{day}" for day in _ZH], "至", "、") if language == "zh" else (_EN, "-", ", ")
    said: list[str] = []
    for first, last in _runs(days):
        if last - first >= _SHORTEST_RUN - 1:
            said.append(f"{names[first]}{to}{names[last]}")
        else:
            said += [names[day] for day in range(first, last + 1)]
    return between.join(said)


def _runs(days: Collection[int]) -> Iterator[tuple[int, int]]:
    """First and last of days that follow each other, within the week."""
    for day in sorted(days):
        if day - 1 not in days:
            last = day
            while last + 1 in days:
                last += 1
            yield day, last


def write_openings(hours: Collection[Opening], language: Language) -> str:
    return "; ".join(f"{_days(one, language)} {spoken(one.opens)}-{spoken(one.closes)}" for one in hours)


def _days(one: Opening, language: Language) -> str:
    if one.days is OnDays.WEEKDAYS:
        return write_weekdays(one.weekdays, language)
    return ON_DAYS.word(one.days, language)


def special_hours(text: str) -> tuple[SpecialHours, ...]:
    """Hours of single dates: 2026-10-01 休; 2026-10-02 09:00-12:00. Raises Damage."""
    found: list[SpecialHours] = []
    for part in re.split(r"[\n,，;；]+", text.strip()):
        one = re.fullmatch(r"\s*(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?\s*(.+?)\s*", part)
        if one is None:
            raise Damage(Kind.NOT_HOURS)
        try:
            on = date(int(one.group(1)), int(one.group(2)), int(one.group(3)))
        except ValueError as error:
            raise Damage(Kind.NOT_HOURS) from error
        span = _HOURS.fullmatch(one.group(4).replace("：", ":"))
        if span is not None:
            found.append(SpecialHours(on, clock(span.group(1)), clock(span.group(3))))
        elif one.group(4).lower() in _SHUT:
            found.append(SpecialHours(on))
        else:
            raise Damage(Kind.NOT_HOURS)
    return tuple(found)


def write_special_hours(special: Collection[SpecialHours], language: Language) -> str:
    shut = "休" if language == "zh" else "closed"
    return "; ".join(
        f"{one.on} {shut if one.opens is None or one.closes is None else f'{spoken(one.opens)}-{spoken(one.closes)}'}"
        for one in special
    )


def _day(found: "re.Match[str]") -> int:
    chinese, english, number = found.groups()
    if number:
        return int(number) - 1
    return _WORDS[(chinese or english[:3]).lower()]
