"""The auditor's question, asked of everything at once: does somebody or something carry every open alert on? It repairs nothing.

Pure; whoever asks it again and again, and what follows from an answer that stays, is `hub/auditor`.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from hub.core.alerts import Alert, Severity
from hub.core.context import Context
from hub.core.home import Home
from hub.core.roster import in_hours, on_duty


class Lapse(StrEnum):
    """What an alert lacks. Words are `lapse.<value>`."""

    NO_DEADLINE = "no_deadline"
    """Nobody has it, and nothing will happen by itself."""
    OVERDUE = "overdue"
    """What was due did not happen."""
    PUT_OFF = "put_off"
    """It is due later than anything in its policy may take: a deadline out of a time that never was."""
    WAKES_LATE = "wakes_late"
    """Its home will be looked at only after it is due."""
    UNREACHABLE = "unreachable"
    """Nobody on duty in its whole policy can be told in any way that works, and nobody looks at a console."""
    FORGOTTEN = "forgotten"
    """Notifications wait in the store, and no sender has them."""


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """`subject`: the alert, or what else of the chain is meant."""

    lapse: Lapse
    home_id: str
    subject: str


OVERDUE_AFTER = timedelta(seconds=5)
"""An engine that works looks at every home that is due within a second."""

LONGEST_PRE_ALARM = timedelta(seconds=90)
"""As the rules' bounds allow it."""

_MUST_REACH = frozenset({Severity.EMERGENCY, Severity.URGENT})


def audit(
    homes: Mapping[str, Home], now: datetime, context: Context, channels: Collection[str], *, watched: bool
) -> tuple[Finding, ...]:
    """Every lapse at this instant of hub time. `channels` are those that deliver; `watched`: somebody looks at a console."""
    return tuple(
        Finding(lapse, home.id, alert.id)
        for home in homes.values()
        for alert in home.alerts.values()
        if alert.open
        for lapse in _lapses(home, alert, now, context, channels, watched=watched)
    )


def _lapses(
    home: Home, alert: Alert, now: datetime, context: Context, channels: Collection[str], *, watched: bool
) -> Iterator[Lapse]:
    due_at = alert.deadline_at
    # Telling the elder that help is being looked for is a deadline too, and carries nothing on.
    next_at = alert.escalate_at if alert.hold is None else alert.hold.until_at
    if due_at is None or next_at is None:
        yield Lapse.NO_DEADLINE
    elif now - due_at > OVERDUE_AFTER:
        yield Lapse.OVERDUE
    elif home.wake_at is None or home.wake_at - due_at > OVERDUE_AFTER:
        yield Lapse.WAKES_LATE
    elif next_at - now > _longest(alert):
        yield Lapse.PUT_OFF
    waits = alert.hold is None and alert.severity in _MUST_REACH
    if waits and not watched and not _reaches_somebody(home, alert, now, context, channels):
        yield Lapse.UNREACHABLE


def _longest(alert: Alert) -> timedelta:
    """The longest that an alert may wait for what comes next: a step, a wearer who is asked, or an answer that expires."""
    policy = alert.policy
    if alert.hold is not None:
        return max(policy.acknowledged_for, policy.on_the_way_for, policy.on_site_for) + OVERDUE_AFTER
    return max((LONGEST_PRE_ALARM, *(step.wait for step in policy.steps))) + OVERDUE_AFTER


def _reaches_somebody(
    home: Home, alert: Alert, now: datetime, context: Context, channels: Collection[str]
) -> bool:
    """Whether any step of the alert's policy would tell anybody now."""
    for entry in dict.fromkeys(entry for step in alert.policy.steps for entry in step.roles):
        if not in_hours(entry.when, now, context):
            continue
        for person_id in on_duty(entry.role, home.profile, now, context):
            person = context.people.get(person_id)
            if person is not None and any(method.channel in channels for method in person.methods):
                return True
    return False
