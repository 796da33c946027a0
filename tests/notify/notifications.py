"""Notifications as the core makes them, for the tests of this room."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hub.core.notifications import Notification, NotifyReason, Template

START = datetime(2024, 3, 1, 0, 31, tzinfo=UTC)
"""08:31 in Zhengzhou."""

_DATA = {
    "kind": "emergency_call",
    "severity": "emergency",
    "reason_code": "call_pressed",
    "reason_late_s": 0,
    "role": "butler",
    "resident_names": "王秀英",
    "address": "建设路12号3单元401",
    "opened_at": START.isoformat(),
}


def notification(number: int = 1, **changes: Any) -> Notification:
    """An emergency's page to a butler, made at START; `data` replaces single keys."""
    data = {**_DATA, **changes.pop("data", {})}
    page = Notification(
        id=f"alert-1-{number}",
        alert_id="alert-1",
        home_id="home-1",
        channel="webhook",
        person_id=f"butler-{number}",
        address=f"address-{number}",
        template=Template.ALERT,
        reason=NotifyReason.STEP,
        created_at=START,
        cancel_on_answer=True,
        data=data,
    )
    return replace(page, **changes)
