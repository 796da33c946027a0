"""What a person who is asked gets to read: a notification becomes one Chinese and one English sentence.

What the words need lies in `notification.data`; each key may be missing:
`severity`, `kind`, `reason_code` and `reason_<name>` for each parameter of that code (see `hub/core/reasons.py`),
`resident_names`, `address` (of the home),
`role` (under which they are asked), `other_home_id` (the home that a swapped device belongs to),
`opened_at` (ISO 8601; otherwise `created_at`), and for TAKEN and RESOLVED `by_role`, `surname`, `what_it_was`, `what_was_done`.
"""

from dataclasses import replace
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from hub.core.alerts import AlertKind, Role, Severity, WhatItWas, WhatWasDone
from hub.core.notifications import Notification, NotifyReason, Template
from hub.core.reasons import ReasonCode
from hub.notify.phrases import KINDS, ON_DUTY, ROLES, SEVERITIES, WHAT_IT_WAS, WHAT_WAS_DONE, WHY_ASKED, Words
from hub.notify.reason_texts import AddressOf, reason_text, with_addresses
from hub.notify.request_texts import request_text

LOCAL = ZoneInfo("Asia/Shanghai")

_Key = TypeVar("_Key", bound=StrEnum)

GO_TO_THE_DOOR = frozenset(
    {
        *(Role.BUTLER, Role.DEPUTY, Role.ELDER_HELPER),
        *(Role.CENTRE_DUTY, Role.OPERATOR, Role.DUTY_MANAGER),
    }
)
"""Who reads the address of another home than the one they were asked about, be it nobody of their list: they go to the door, or
send somebody. Family, neighbours, property and keyholders read that it may be another home, and not which."""


_OUT_OF_RANGE: Words = (
    "有一项读数超出范围，详情登录后看或问坐席",
    "a reading is out of range: log in, or ask the desk",
)
_NOT_AS_USUAL: Words = (
    "有一项读数和平时不同，详情登录后看或问坐席",
    "a reading is not as usual: log in, or ask the desk",
)
_READINGS: dict[str, Words] = {
    ReasonCode.THRESHOLD: _OUT_OF_RANGE,
    ReasonCode.READING_HIGH: _OUT_OF_RANGE,
    ReasonCode.READING_LOW: _OUT_OF_RANGE,
    ReasonCode.READING_UNUSUAL: _NOT_AS_USUAL,
    ReasonCode.READING_CHANGED: _NOT_AS_USUAL,
    ReasonCode.EARLY_WARNING: (
        "几项读数合起来要留意，详情登录后看或问坐席",
        "several readings together need a look: log in, or ask the desk",
    ),
    ReasonCode.THRESHOLD_CLEARED: ("读数已恢复", "the reading is back in range"),
    ReasonCode.IMPLAUSIBLE: ("有一项读数不可信，请检查设备", "a reading cannot be true: check the device"),
    ReasonCode.NO_VALUE: (
        "有一项没有测到，请检查佩戴",
        "something could not be measured: check how it is worn",
    ),
}
"""A message on a telephone lies open to whoever looks at it: what was measured stands behind a log-in."""
_OF_HEALTH = frozenset({WhatItWas.ILLNESS, WhatItWas.FALL_HURT, WhatItWas.FALL_UNHURT, WhatItWas.DECEASED})
"""What a case was is not told on telephones when it says how somebody is; what was done is."""


def _unknown(home_id: str) -> str | None:
    return None


def alert_text(
    notification: Notification, timezone: tzinfo = LOCAL, address_of: AddressOf = _unknown
) -> Words:
    """One sentence in Chinese and one in English; instants in local time."""
    if text_field(notification, "role") in GO_TO_THE_DOOR:
        notification = _located(notification, address_of)
    if notification.template is Template.TAKEN:
        return _taken(notification)
    if notification.template is Template.RESOLVED:
        return _resolved(notification)
    if notification.request_id is not None:
        return request_text(notification, timezone)
    return _asked(notification, timezone)


def severity_of(notification: Notification) -> Severity:
    """The alert's severity; an unknown one is taken for the gravest, so that nothing urgent waits behind a slip."""
    try:
        return Severity(str(notification.data.get("severity")))
    except ValueError:
        return Severity.EMERGENCY


def text_field(notification: Notification, key: str) -> str | None:
    """A piece of text of the data; None when it is missing or empty."""
    value = notification.data.get(key)
    return str(value) if value is not None and value != "" else None


def _asked(notification: Notification, timezone: tzinfo) -> Words:
    kind_zh, kind_en = _kind(notification)
    severity_zh, severity_en = SEVERITIES[severity_of(notification)]
    subject_zh, subject_en = _subject(notification)
    why_zh, why_en = WHY_ASKED[notification.reason]
    reason_zh, reason_en = _reason(notification)
    since = _since(notification, timezone)
    zh = "，".join(part for part in (f"{kind_zh}：{subject_zh}", reason_zh, f"{since}起", why_zh) if part)
    en = ", ".join(part for part in (f"{kind_en}: {subject_en}", reason_en, f"since {since}", why_en) if part)
    return f"【{severity_zh}】{zh}。", f"[{severity_en}] {en}."


def _located(notification: Notification, address_of: AddressOf) -> Notification:
    """With the addresses of the homes that it names by their ids, as they are at this moment."""
    data = dict(notification.data)
    if other := text_field(notification, "other_home_id"):
        data["other_address"] = address_of(other) or other
    for key, value in with_addresses(_reason_data(notification), address_of).items():
        data[f"reason_{key}"] = str(value) if key.endswith("_address") else data[f"reason_{key}"]
    return replace(notification, data=data)


def _reason(notification: Notification) -> Words:
    code = text_field(notification, "reason_code") or ""
    return _READINGS.get(code) or reason_text(code, _reason_data(notification))


def _reason_data(notification: Notification) -> dict[str, object]:
    return {
        key.removeprefix("reason_"): value
        for key, value in notification.data.items()
        if key.startswith("reason_") and key != "reason_code"
    }


def _taken(notification: Notification) -> Words:
    (kind_zh, kind_en), (subject_zh, subject_en) = _kind(notification), _subject(notification)
    who_zh, who_en = _who(notification)
    if notification.reason is NotifyReason.TAKEN_OVER:
        return (
            f"已转交：{subject_zh}，{kind_zh}，改由{who_zh}接手，还没到的不用再去；已在现场，请先和接手的人通话再离开。",
            f"Handed over: {subject_en}, {kind_en}, {who_en} has taken it over from you: you need not go; "
            "if you are there, speak with them before you leave.",
        )
    return (
        f"已接警：{subject_zh}，{kind_zh}，由{who_zh}处理，您不用再去。",
        f"Taken: {subject_en}, {kind_en}, {who_en} has it, you need not go.",
    )


def _resolved(notification: Notification) -> Words:
    (kind_zh, kind_en), (subject_zh, subject_en) = _kind(notification), _subject(notification)
    was_zh, was_en = _listed(notification, "what_it_was", WhatItWas, WHAT_IT_WAS, ("", ""))
    if text_field(notification, "what_it_was") in _OF_HEALTH:
        was_zh, was_en = "", ""
    done_zh, done_en = _listed(notification, "what_was_done", WhatWasDone, WHAT_WAS_DONE, ("", ""))
    zh = "，".join(part for part in (f"已处置：{subject_zh}", kind_zh, was_zh, done_zh) if part)
    en = ", ".join(part for part in (f"Resolved: {subject_en}", kind_en, was_en, done_en) if part)
    return f"{zh}。", f"{en}."


def _subject(notification: Notification) -> Words:
    """Who and where; the home's id where no name is known, so that it can always be found."""
    if text_field(notification, "reason_code") == ReasonCode.CLOCK_JUMPED:
        return "本系统时钟", "the hub's clock"
    if text_field(notification, "reason_code") in {ReasonCode.DISK_SCARCE, ReasonCode.DISK_ROOM_AGAIN}:
        return "本系统磁盘", "the hub's disk"
    if text_field(notification, "reason_code") in {ReasonCode.SHIFT_GAP, ReasonCode.SHIFT_GAP_OVER}:
        return "班表", "the roster"
    if text_field(notification, "reason_code") == ReasonCode.STORE_RESTORED:
        return "本系统数据库", "the hub's store"
    names = text_field(notification, "resident_names")
    address = text_field(notification, "address")
    who_zh = names or f"住户{notification.home_id}"
    who_en = names or f"home {notification.home_id}"
    if not names or notification.data.get("resident_unconfirmed") is True:
        who_zh, who_en = f"{who_zh}（住户待核实）", f"{who_en} (resident to be confirmed)"
    zh, en = (f"{who_zh}，{address}", f"{who_en}, {address}") if address else (who_zh, who_en)
    if text_field(notification, "other_home_id") is None:
        return zh, en
    other = text_field(notification, "other_address")
    if other is None:
        return f"{zh}（也可能是另一户）", f"{en} (or another home)"
    return f"{zh}（也可能是另一户：{other}）", f"{en} (or another home: {other})"


def _who(notification: Notification) -> Words:
    named = {**ROLES, **ON_DUTY}
    role_zh, role_en = _listed(notification, "by_role", Role, named, ("其他人", "somebody else"))
    surname = text_field(notification, "surname")
    return (f"{role_zh}{surname}", f"{role_en} {surname}") if surname else (role_zh, role_en)


def _kind(notification: Notification) -> Words:
    return _listed(notification, "kind", AlertKind, KINDS, ("报警", "alert"))


def _listed(
    notification: Notification, key: str, closed: type[_Key], words: dict[_Key, Words], otherwise: Words
) -> Words:
    """The words of a value of a closed list."""
    try:
        return words[closed(str(notification.data.get(key)))]
    except ValueError:
        return otherwise


def _since(notification: Notification, timezone: tzinfo) -> str:
    """Local time of day, with the date when the alert is of another day than the message."""
    at = notification.created_at
    opened = text_field(notification, "opened_at")
    if opened is not None:
        try:
            parsed = datetime.fromisoformat(opened)
        except ValueError:
            parsed = at
        if parsed.tzinfo is not None:
            at = parsed
    local, today = at.astimezone(timezone), notification.created_at.astimezone(timezone).date()
    return f"{local:%H:%M}" if local.date() == today else f"{local:%m-%d %H:%M}"
