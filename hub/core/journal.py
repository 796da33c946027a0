"""The journal: decisions, commands and deliveries, never telemetry. One entry for every change of an alert or request."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class EntryKind(StrEnum):
    HOME_ASKED = "home_asked"
    ALERT_TRIGGERED = "alert_triggered"
    ALERT_EVIDENCE = "alert_evidence"
    ALERT_SEVERITY_RAISED = "alert_severity_raised"
    ALERT_SEVERITY_LOWERED = "alert_severity_lowered"
    ALERT_ESCALATED = "alert_escalated"
    ALERT_ACKNOWLEDGED = "alert_acknowledged"
    ALERT_ON_THE_WAY = "alert_on_the_way"
    ALERT_ON_SITE = "alert_on_site"
    ALERT_HOLD_EXPIRED = "alert_hold_expired"
    ALERT_REOPENED = "alert_reopened"
    ALERT_RESOLVED = "alert_resolved"
    ALERT_AMBULANCE = "alert_ambulance"
    ALERT_NOTE = "alert_note"
    NOTIFICATION_QUEUED = "notification_queued"
    NOTIFICATION_HELD = "notification_held"
    NOTIFICATION_CANCELLED = "notification_cancelled"
    NOTIFICATION_SENT = "notification_sent"
    NOTIFICATION_RECEIVED = "notification_received"
    NOTIFICATION_FAILED = "notification_failed"
    REQUEST_OPENED = "request_opened"
    REQUEST_MOVED = "request_moved"
    REQUEST_ASKED_AGAIN = "request_asked_again"
    REQUEST_ACCEPTED = "request_accepted"
    REQUEST_OVERDUE = "request_overdue"
    CALL_TEST = "call_test"
    """device_id, event_id; of a silent one that came back `silent` and `took_ms`"""
    CHAIN_TEST_FAILED = "chain_test_failed"
    """device_id, hop, tries, detail"""
    HAND_TEST_STARTED = "hand_test_started"
    """until"""
    HAND_TEST_ENDED = "hand_test_ended"
    AWAY_SET = "away_set"
    AWAY_ENDED = "away_ended"
    SILENCE_SET = "silence_set"
    """silence_id, of, reason, device_id, from, until, note"""
    SILENCE_ENDED = "silence_ended"
    """silence_id, of, lasting: how many signs that it held back are told now"""
    SIGN_HELD_BACK = "sign_held_back"
    """silence_id, reason, device_id: once for each sign of a silence"""
    PROFILE_SET = "profile_set"
    MEMBERSHIP_CHANGED = "membership_changed"
    HOME_OPENED = "home_opened"
    ALERT_ABOUT = "alert_about"
    ALERT_WHERE = "alert_where"
    STEP_FAILED = "step_failed"
    CANNOT_BE_READ = "cannot_be_read"
    """Never written: what stands for a line of a damaged store."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What, about what, when, why, who. `by` is the id of a person or log-in, or None for the hub itself."""

    kind: EntryKind
    home_id: str
    at: datetime
    alert_id: str | None = None
    request_id: str | None = None
    by: str | None = None
    data: Mapping[str, object] = field(default_factory=dict)
