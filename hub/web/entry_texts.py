"""A line of the journal in words: what the timeline of an alert says, in Chinese and English."""

from collections.abc import Callable, Mapping
from typing import Any

from hub.core.journal import EntryKind
from hub.core.reasons import ReasonCode
from hub.core.service_requests import RequestCategory
from hub.notify.reason_texts import reason_text
from hub.web.words import WORDS, Words, both

Names = Callable[[str], str]
"""The name shown for the id of a person or log-in."""
Data = Mapping[str, Any]


def entry_text(kind: EntryKind, data: Data, by: str | None, names: Names) -> Words:
    """One sentence without a full stop. Missing parts are left general: a timeline is never lost because its wording failed."""
    key = f"entry.{kind.value}"
    if kind is EntryKind.ALERT_ESCALATED and data.get("repeated"):
        key = "entry.alert_escalated_again"
    elif kind is EntryKind.ALERT_RESOLVED and data.get("cleared_by_itself"):
        key = "entry.alert_cleared"
    elif kind is EntryKind.ALERT_RESOLVED and data.get("taken_back"):
        key = "entry.alert_taken_back"
    elif kind is EntryKind.ALERT_RESOLVED and data.get("home_unknown"):
        key = "entry.alert_resolved_home_unknown"
    elif kind in _OF_HOLDING and (data.get("taken_from") or data.get("holder")):
        # The one who goes and the one who writes it down are two: both are named, and from whom it was taken.
        key += ("_for" if data.get("holder") else "") + ("_over" if data.get("taken_from") else "")
    elif kind in _OF_REQUESTS:
        key = _request_key(kind, data, by)
    elif kind is EntryKind.CALL_TEST and data.get("silent"):
        key = "entry.call_test_silent"
    words = WORDS.get(key, WORDS["entry.unknown"])
    who = data.get("holder") if kind is EntryKind.ALERT_HOLD_EXPIRED else by
    parts: dict[str, Words] = {
        "by": _same(names(str(who))) if who else both("by.hub"),
        "holder": _named(data.get("holder"), names),
        "lost": _named(data.get("taken_from"), names),
        "why": _why(kind, data),
        "whom": _whom(data, names),
        "note": _same(str(data.get("note") or "")),
        "step": _same(str(data.get("step") or "")),
        "severity": _listed("severity", data.get("to") or data.get("severity")),
        "what_it_was": _listed("what_it_was", data.get("what_it_was")),
        "what_was_done": _listed("what_was_done", data.get("what_was_done")),
        "category": _listed("category", data.get("category")),
        "state": _listed("request_state", data.get("state") or data.get("to")),
        "away": _listed("away", data.get("kind")),
        "membership": _listed("membership", data.get("to") or "left"),
        "home": _same(str(data.get("home_id") or "")),
        "assignee": _named(data.get("assignee_id"), names),
        "cancel_reason": _listed("cancel_reason", data.get("cancel_reason")),
        "remedy": _listed("remedy", data.get("remedy")),
        "device": _same(str(data.get("device_id") or "")),
        "silence": _listed("silence_of", data.get("of")),
        "silence_reason": _listed("silence_reason", data.get("reason"))
        if kind is EntryKind.SILENCE_SET
        else _same(""),
        "ms": _same(str(data.get("took_ms", ""))),
    }
    return Words(
        words.zh.format(**{name: part.zh for name, part in parts.items()}),
        words.en.format(**{name: part.en for name, part in parts.items()}),
    )


_OF_HOLDING = frozenset({EntryKind.ALERT_ACKNOWLEDGED, EntryKind.ALERT_ON_THE_WAY, EntryKind.ALERT_ON_SITE})
_OF_REQUESTS = frozenset({EntryKind.REQUEST_OPENED, EntryKind.REQUEST_MOVED, EntryKind.REQUEST_ASKED_AGAIN})
_MOVES = {
    "new": "entry.request_given_back",
    "assigned": "entry.request_assigned",
    "in_progress": "entry.request_started",
    "done": "entry.request_done",
    "cancelled": "entry.request_cancelled",
}


def _request_key(kind: EntryKind, data: Data, by: str | None) -> str:
    if kind is EntryKind.REQUEST_OPENED:
        if data.get("category") == RequestCategory.REPAIR:
            return "entry.request_repair"
        if data.get("alert_ids"):
            return "entry.request_task"
        return "entry.request_opened_by" if by else "entry.request_opened"
    if kind is EntryKind.REQUEST_ASKED_AGAIN:
        return "entry.request_one_more" if data.get("alert_id") else "entry.request_asked_again"
    if data.get("remedy"):
        return "entry.request_remedied"
    return _MOVES.get(str(data.get("state")), "entry.request_moved")


def _why(kind: EntryKind, data: Data) -> Words:
    code = str(data.get("reason") or "")
    if kind in {EntryKind.NOTIFICATION_HELD, EntryKind.NOTIFICATION_CANCELLED}:
        return _listed("hold", code)
    if kind is EntryKind.NOTIFICATION_QUEUED:
        return _listed("notify", code)
    if kind is EntryKind.SILENCE_SET:
        return _same("")
    if kind is EntryKind.CHAIN_TEST_FAILED:
        return Words(*reason_text(ReasonCode.CHAIN_TEST_FAILED, data))
    return Words(*reason_text(code, data.get("reason_data") or {})) if code else _same("")


def _whom(data: Data, names: Names) -> Words:
    role = _listed("role", data.get("role"))
    person = data.get("person_id")
    if person:
        name = names(str(person))
        return Words(f"{role.zh}{name}", f"{role.en} {name}".strip())
    if data.get("device_id"):
        return both("whom.home", device=data["device_id"])
    return role if role.zh else WORDS["whom.nobody"]


def _named(who: object, names: Names) -> Words:
    return _same(names(str(who))) if who else both("whom.nobody")


def _listed(group: str, value: object) -> Words:
    return WORDS.get(f"{group}.{value}", _same(str(value))) if value else _same("")


def _same(text: str) -> Words:
    return Words(text, text)
