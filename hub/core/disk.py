"""The disk is nearly full: telemetry is counted instead of stored, and a technical alert says so until there is room again."""

from datetime import datetime

from hub.core.alerts import AlertKind, Reason, Severity
from hub.core.context import Context
from hub.core.draft import Draft
from hub.core.home import Home
from hub.core.outcome import Outcome
from hub.core.raising import clear_by_itself, raise_alert
from hub.core.reasons import ReasonCode

DEDUP_KEY = "store|disk"


def tell_of_disk(home: Home, free_percent: int, now: datetime, context: Context, *, scarce: bool) -> Outcome:
    """The alert in the cell's own home: once while it lasts, and over by itself."""
    draft = Draft(home, now, context)
    known = draft.alert_for(DEDUP_KEY)
    data = {"free_percent": free_percent}
    if scarce and known is None:
        raise_alert(
            draft,
            kind=AlertKind.TECHNICAL,
            severity=Severity.TECHNICAL,
            dedup_key=DEDUP_KEY,
            cause=now.isoformat(),
            reason=Reason(ReasonCode.DISK_SCARCE, data),
            resident_ids=(),
        )
    elif not scarce and known is not None:
        clear_by_itself(draft, DEDUP_KEY, Reason(ReasonCode.DISK_ROOM_AGAIN, data))
    return draft.outcome()
