"""The hub began with a copy of its store, for the store itself was damaged: the alert that tells a person."""

from dataclasses import dataclass
from datetime import datetime

from hub.core.alerts import AlertKind, Reason, Severity
from hub.core.context import Context
from hub.core.draft import Draft
from hub.core.home import Home
from hub.core.outcome import Outcome
from hub.core.raising import raise_alert
from hub.core.reasons import ReasonCode


@dataclass(frozen=True, slots=True)
class Restored:
    """`copy_at`: the last instant that the copy knows (None: it says none). `inputs`: how many since then could be saved."""

    copy_at: datetime | None
    inputs: int
    aside: str


def tell_of_restore(home: Home, restored: Restored, now: datetime, context: Context) -> Outcome:
    """Urgent, in the cell's own home: what was done since the copy may be missing, and open calls with it."""
    draft = Draft(home, now, context)
    at = restored.copy_at
    raise_alert(
        draft,
        kind=AlertKind.TECHNICAL,
        severity=Severity.URGENT,
        dedup_key=f"store|restored|{now.isoformat()}",
        cause=now.isoformat(),
        reason=Reason(
            ReasonCode.STORE_RESTORED,
            {
                "copy_local": at.astimezone(context.timezone).strftime("%Y-%m-%d %H:%M") if at else None,
                "inputs": restored.inputs,
                "aside": restored.aside,
            },
        ),
        resident_ids=(),
    )
    return draft.outcome()
