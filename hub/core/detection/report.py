"""What calls and falls share: whose device it is, *heard*, how late, and asking a person where nobody can tell what came."""

from datetime import timedelta

from hub.core.alerts import AlertKind, Reason, Severity
from hub.core.arrival import Arrival, report_key
from hub.core.draft import Draft
from hub.core.events import Call, DeviceEvent, Fall
from hub.core.home import GONE
from hub.core.notifications import Heard
from hub.core.raising import raise_alert, subjects
from hub.core.reasons import ReasonCode


def wearer_of(draft: Draft, device_id: str) -> str | None:
    """Who wears the device, unless they live there no more: then whoever pressed it is somebody of the home."""
    device = draft.device(device_id)
    wearer = draft.profile.resident(device.wearer_id) if device is not None else None
    return wearer.id if wearer is not None and wearer.membership not in GONE else None


def confirm(
    draft: Draft, event: DeviceEvent, event_id: str | None, *, urgent: bool, spoken: bool = True
) -> None:
    """Say *heard* to a device that can listen."""
    device = draft.device(event.device_id)
    if event_id is not None and (device is None or device.family == "native"):
        spoken = spoken and not draft.profile.nobody_lives_there
        draft.say_heard(Heard(event.claimed_home or draft.home.id, event.device_id, event_id, urgent, spoken))


def cause_of(draft: Draft, event: DeviceEvent, told: Call | Fall, ago: timedelta) -> str:
    """What makes the id of the alert that a report opens: the device, its report, and the day. A number that was given out
    before, or is again after the years, opens another alert: the old one, and the names under which its pages were sent, stay as
    they are. Whoever hears the same report on the same day derives the same."""
    if told.event_id is None or event.seen:
        return f"{event.device_id}|{told.event_id}|{draft.now.isoformat()}"
    return f"{event.device_id}|{report_key(told)}|{draft.now - ago:%Y-%m-%d}"


def lateness(draft: Draft, age: timedelta, arrival: Arrival) -> tuple[timedelta, int]:
    """How long ago it happened (age told plus transport delay), and the seconds to mention: 0 when it came at once."""
    ago = age + (arrival.late_by or timedelta())
    late = ago >= draft.context.rules.call.late_after
    return ago, int(ago.total_seconds()) if late else 0


def on_retained(draft: Draft, event: DeviceEvent) -> None:
    """The broker kept this press: old or new, nobody knows. Seen before: nothing. Otherwise a person asks, once per bytes."""
    if event.seen and not event.seen_untold:
        draft.ignored = "retained"
    else:
        _ask(draft, event, f"{event.fingerprint:08x}")


def ask_about(draft: Draft, event: DeviceEvent, event_id: str | None) -> None:
    """A number given out again, or an old copy: only a person can tell whether somebody pressed."""
    _ask(draft, event, str(event_id))


def _ask(draft: Draft, event: DeviceEvent, about: str) -> None:
    device = draft.device(event.device_id)
    raise_alert(
        draft,
        kind=AlertKind.UNCONFIRMED_CALL,
        severity=Severity.URGENT,
        dedup_key=f"unconfirmed|{event.device_id}|{about}",
        cause=f"{about}|{draft.now.isoformat()}",
        reason=Reason(ReasonCode.UNCONFIRMED_CALL, {"device_id": event.device_id}),
        resident_ids=subjects(draft, device.wearer_id if device else None),
        device_id=event.device_id,
    )
