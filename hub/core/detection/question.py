"""A question spoken in the home, about which nobody else hears: are you all right, please measure again."""

from collections.abc import Iterable, Mapping

from hub.core.alerts import Severity, derived_id
from hub.core.draft import Draft
from hub.core.events import DeliveryReport
from hub.core.journal import EntryKind
from hub.core.notifications import HOME_CHANNEL, Notification, NotifyReason, Template

_ABOUT = "well"


def ask(draft: Draft, voices: Iterable[str], template: Template, why: Mapping[str, object]) -> None:
    """Let every voice of the home say it now; `why` stands in the journal."""
    for device_id in voices:
        draft.notify(
            Notification(
                id=derived_id("W", draft.home.id, device_id, template.value, draft.now.isoformat()),
                alert_id=f"{_ABOUT}|{draft.home.id}",
                home_id=draft.home.id,
                channel=HOME_CHANNEL,
                person_id=None,
                address=device_id,
                template=template,
                reason=NotifyReason.CALL_STATE,
                created_at=draft.now,
                cancel_on_answer=False,
                data={"severity": Severity.ROUTINE.value},
            )
        )
    draft.write(EntryKind.HOME_ASKED, data=why)


def is_about(report: DeliveryReport) -> bool:
    """Whether a sender reports on a spoken question."""
    return report.alert_id.startswith(f"{_ABOUT}|")
