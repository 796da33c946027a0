"""What must hold, whatever goes wrong: looked at with every commit, every call that begins, every *heard*, and at the end."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hub.core.alerts import HELD_STATES, Alert, AlertKind, AlertState, Severity
from hub.core.audit import audit
from hub.core.context import Context
from hub.core.detection.call import TOLD_IN_A_ROW, TOLD_WITHIN
from hub.core.home import Home
from hub.core.journal import Entry, EntryKind
from hub.core.notifications import Heard, Notification
from hub.core.reasons import ReasonCode
from hub.ingest.message import RawMessage
from hub.store.store import Batch, Effect, JournalLine, Store
from tests.simulation.broker import Waiting
from tests.story import normal, shipped

TOLERANCE = timedelta(seconds=2)
"""A tick of a second, and inputs of one moment that differ by microseconds."""

NEVER_SENT_AFTER = timedelta(minutes=10)
"""When everything has worked for so long, nothing waits any more."""


class Violation(BaseException):
    """A promise was broken; `law` names it. No `except Exception` of the hub may swallow it."""

    def __init__(self, law: str, told: str) -> None:
        super().__init__(f"{law}: {told}")
        self.law = law


@dataclass(frozen=True, slots=True)
class Pressed:
    """A key that went down. `certain`: nothing took its message away for ever."""

    at: datetime
    home_id: str
    device_id: str
    event_id: str


@dataclass(slots=True)
class _Seen:
    """An alert as last committed, and when (true time, hub time) that was."""

    alert: Alert
    at: datetime
    hub_at: datetime


@dataclass(slots=True)
class Watcher:
    """`now` is true time, `hub_now` hub time. `outages` are the true times in which the hub could not work."""

    now: Callable[[], datetime]
    hub_now: Callable[[], datetime]
    outage_since: Callable[[datetime], timedelta]
    presses: dict[str, Pressed] = field(default_factory=dict)
    live: set[str] = field(default_factory=set)
    alerts: dict[str, _Seen] = field(default_factory=dict)
    told: dict[str, set[str]] = field(default_factory=dict)
    logged: set[tuple[str, bytes]] = field(default_factory=set)
    queued: dict[str, Notification] = field(default_factory=dict)
    started: set[str] = field(default_factory=set)
    rung: dict[str, set[str]] = field(default_factory=dict)
    banned: dict[str, str] = field(default_factory=dict)
    failed_homes: set[str] = field(default_factory=set)
    escalated: dict[str, tuple[datetime, timedelta]] = field(default_factory=dict)
    checked: int = 0

    # --- what happens -------------------------------------------------------------------------------------------------

    def pressed(self, home_id: str, device_id: str, event_id: str) -> None:
        self.presses[event_id] = Pressed(self.now(), home_id, device_id, event_id)

    def delivered(self, message: RawMessage) -> None:
        """The broker gave this to the hub; a press that came live at least once may be an emergency."""
        if not message.retained:
            event_id = event_of(message.payload)
            if event_id is not None:
                self.live.add(event_id)

    def acknowledged(self, message: Waiting) -> None:
        """The hub told the broker that this is safe: then it stands in the log, or was nothing new."""
        known = message.retained or not message.payload or (message.topic, message.payload) in self.logged
        if not known and not message.topic.startswith("z2m/"):
            raise Violation("acknowledged before the commit", f"{message.topic} {message.payload[:200]!r}")

    def heard(self, heard: Heard) -> None:
        """A device was told that the hub has its call."""
        pressed = self.presses.get(heard.event_id)
        if pressed is not None and heard.event_id not in self.told and not self._in_failed(pressed.home_id):
            raise Violation("heard without an alert", f"{heard.home_id}/{heard.device_id} {heard.event_id}")

    def began(self, notification: Notification) -> None:
        """An attempt to tell somebody begins."""
        why = self.banned.get(notification.id)
        if why is not None:
            raise Violation("begun after the answer", f"{notification.id} to {notification.person_id}: {why}")
        if notification.id not in self.queued:
            raise Violation("sent and not committed", f"{notification.id} to {notification.person_id}")
        self.started.add(notification.id)

    def reached(self, notification: Notification) -> None:
        """A person was told."""
        self.rung.setdefault(notification.alert_id, set()).add(str(notification.person_id))

    def committed(self, batch: Batch, lines: Sequence[JournalLine]) -> None:
        for logged in batch.inputs:
            if logged.topic is not None:
                self.logged.add((logged.topic, logged.payload))
        self.failed_homes.update(failure.home_id for failure in batch.failures if failure.home_id)
        for effect in batch.effects:
            self._look_at(effect)

    # --- at a commit --------------------------------------------------------------------------------------------------

    def _look_at(self, effect: Effect) -> None:
        self.checked += 1
        outcome = effect.outcome
        for notification in outcome.notifications:
            self.queued[notification.id] = notification
        for alert in outcome.alerts:
            before = self.alerts.get(alert.id)
            entries = [entry for entry in outcome.journal if entry.alert_id == alert.id]
            self._look_at_alert(effect, before, alert, entries)
            self.alerts[alert.id] = _Seen(alert, self.now(), self.hub_now())
            for event_id in alert.event_ids:
                self.told.setdefault(event_id, set()).add(alert.id)
            if alert.kind is AlertKind.UNCONFIRMED_CALL:
                self.told.setdefault(alert.dedup_key.rpartition("|")[2], set())
        for entry in outcome.journal:
            if entry.kind is EntryKind.CALL_TEST:
                self.told.setdefault(str(entry.data.get("event_id")), set())
        for request in outcome.requests:
            if request.event_id is not None:
                self.told.setdefault(request.event_id, set())
        if outcome.history:
            odd = [one.kind for one in outcome.alerts if one.severity is not Severity.TECHNICAL]
            if odd:
                raise Violation("history judged as live", f"{effect.after.id}: {odd}")

    def _look_at_alert(
        self, effect: Effect, seen: _Seen | None, alert: Alert, entries: Sequence[Entry]
    ) -> None:
        kinds = [entry.kind for entry in entries]
        name = f"{alert.id} ({alert.kind}, {alert.home_id}) at {effect.at:%H:%M:%S}"
        if seen is None:
            if alert.kind is AlertKind.EMERGENCY_CALL and set(alert.event_ids) - self.live:
                raise Violation("retained press taken as live", name)
            self._escalations(effect, None, alert, entries, name)
        else:
            before = seen.alert
            if not before.open and alert.open:
                raise Violation("closed alert open again", name)
            if alert.version < before.version:
                raise Violation("alert went back", f"{name}: {before.version} -> {alert.version}")
            if before.state in HELD_STATES and alert.state is AlertState.TRIGGERED:
                self._fell(effect, before, kinds, name)
            self._escalations(effect, seen, alert, entries, name)
        if alert.open and alert.deadline_at is None:
            raise Violation("open without a deadline", name)
        self._put_off(effect, alert, name)
        self._holder_hears(effect, alert, entries, name)
        if alert.state in HELD_STATES and (
            alert.hold is None or alert.hold.until_at > effect.at + timedelta(hours=25)
        ):
            raise Violation("held without an end", f"{name}: {alert.hold}")
        answered = alert.state in HELD_STATES or not alert.open
        if answered and (seen is None or seen.alert.hold != alert.hold or not alert.open):
            now = {notification.id for notification in effect.outcome.notifications}
            for key, notification in self.queued.items():
                if (
                    notification.alert_id == alert.id
                    and notification.cancel_on_answer
                    and key not in self.started | now
                ):
                    self.banned.setdefault(key, f"{alert.state} since {effect.at:%H:%M:%S}")

    def _put_off(self, effect: Effect, alert: Alert, name: str) -> None:
        """While nobody has it, the next step comes no later than its policy says (a fall's first one: after its pre-alarm)."""
        if alert.state is not AlertState.TRIGGERED or alert.escalate_at is None:
            return
        steps = alert.policy.steps
        longest = (
            steps[min(alert.step, len(steps) - 1)].wait if alert.step >= 0 else shipped()[0].fall.pre_alarm
        )
        if alert.escalate_at - effect.at > longest + TOLERANCE:
            raise Violation("escalation put off", f"{name}: until {alert.escalate_at:%H:%M:%S}")

    def _holder_hears(self, effect: Effect, alert: Alert, entries: Sequence[Entry], name: str) -> None:
        """Who holds a call is told when the elder presses again: of many presses in a row, the first ones."""
        again = [one for one in alert.evidence if one.reason.code == ReasonCode.CALL_PRESSED_AGAIN]
        lately = [one for one in again if effect.at - one.at < TOLD_WITHIN]
        now = any(entry.data.get("reason") == ReasonCode.CALL_PRESSED_AGAIN for entry in entries)
        if not now or alert.hold is None or len(lately) > TOLD_IN_A_ROW:
            return
        if all(one.person_id != alert.hold.by for one in effect.outcome.notifications):
            raise Violation("the holder does not hear of a press", f"{name}: {alert.hold.by}")

    def _fell(self, effect: Effect, before: Alert, kinds: Sequence[EntryKind], name: str) -> None:
        hold = before.hold
        expired = EntryKind.ALERT_HOLD_EXPIRED in kinds and hold is not None and hold.until_at <= effect.at
        pressed = (
            EntryKind.ALERT_REOPENED in kinds
            and hold is not None
            and effect.at - hold.since_at > shipped()[0].call.stale_after
        )
        if not expired and not pressed:
            raise Violation("taken from its holder", f"{name}: {hold}, {[kind.value for kind in kinds]}")

    def _escalations(
        self, effect: Effect, seen: _Seen | None, alert: Alert, entries: Sequence[Entry], name: str
    ) -> None:
        """Step after step, none left out, none early, and late by no more than the hub was away."""
        kinds = {entry.kind for entry in entries}
        step = seen.alert.step if seen is not None else -1
        raised = EntryKind.ALERT_SEVERITY_RAISED in kinds
        taken = [entry for entry in entries if entry.kind is EntryKind.ALERT_ESCALATED]
        for entry in taken:
            number = int(str(entry.data["step"])) - 1
            last = len(alert.policy.steps) - 1
            if number != min(step + 1, last) and not raised:
                raise Violation("escalation out of order", f"{name}: step {number + 1} after {step + 1}")
            step = number
        if seen is None or seen.alert.state is not AlertState.TRIGGERED or seen.alert.escalate_at is None:
            return
        due_at = seen.alert.escalate_at
        if taken and not raised and EntryKind.PROFILE_SET not in kinds:
            if effect.at < due_at:
                raise Violation("escalation early", f"{name}: due {due_at:%H:%M:%S}")
            true_due = seen.at + max(due_at - seen.hub_at, timedelta())
            late = self.now() - true_due
            away = self.outage_since(seen.at)
            if late > away + TOLERANCE:
                raise Violation(
                    "escalation late", f"{name}: {late} late, the hub was away for {away} of that"
                )

    def _in_failed(self, home_id: str) -> bool:
        return home_id in self.failed_homes

    # --- at rest ------------------------------------------------------------------------------------------------------

    def at_rest(self, homes: Mapping[str, Home], now: datetime, context: Context) -> None:
        """Nothing moves any more at this instant: somebody or something carries every open alert on."""
        for finding in audit(homes, now, context, {"phone"}, watched=False):
            if not self._in_failed(finding.home_id):
                raise Violation(f"auditor: {finding.lapse}", f"{finding.home_id}: {finding.subject}")

    # --- at a crash ---------------------------------------------------------------------------------------------------

    def recovered(self, before: dict[str, Home], after: dict[str, Home]) -> None:
        """The state after a recovery is the state that was."""
        for home_id, home in before.items():
            if home_id in self.failed_homes:
                continue
            found = after.get(home_id)
            if found is None:
                raise Violation("home lost in recovery", home_id)
            differs = difference(normal(home), normal(found))
            if differs:
                raise Violation("state lost in recovery", f"{home_id}: {differs}")

    # --- at the end ---------------------------------------------------------------------------------------------------

    def at_the_end(
        self, store: Store, homes: dict[str, Home], unheard: Iterable[tuple[str, str, str]]
    ) -> None:
        for home_id, device_id, event_id in unheard:
            raise Violation("never heard", f"{home_id}/{device_id} {event_id}")
        for press in self.presses.values():
            if not self._in_failed(press.home_id):
                self._press_has_its_alert(press)
        now = self.hub_now()
        for home_id in homes:
            report = store.verify_chain(home_id)
            if not report.intact:
                raise Violation("hash chain broken", f"{home_id}: {report}")
        open_now = {alert.id: alert for home in homes.values() for alert in home.alerts.values()}
        for key, seen in self.alerts.items():
            if seen.alert.open != (key in open_now):
                raise Violation("alert lost", f"{key} is {seen.alert.state} by the journal")
        for alert in open_now.values():
            self._open_alert(alert, now)
        rows: list[tuple[Any, ...]] = store.write(
            lambda connection: [
                tuple(row)
                for row in connection.exec_driver_sql("select notification_id, state from outbox").all()
            ]
        )
        known = {str(row[0]) for row in rows}
        lost = [key for key in self.queued if key not in known]
        if lost:
            raise Violation("notification lost", ", ".join(lost[:5]))
        late = [
            key
            for key, state in rows
            if state == "queued" and now - self.queued[key].created_at > NEVER_SENT_AFTER
        ]
        if late:
            raise Violation("never sent", ", ".join(late[:5]))

    def _press_has_its_alert(self, press: Pressed) -> None:
        alerts = self.told.get(press.event_id)
        if alerts is None:
            raise Violation("press without an alert", str(press))
        if len(alerts) > 1:
            raise Violation("two alerts of one press", f"{press}: {sorted(alerts)}")
        for alert_id in alerts:
            told = self.alerts[alert_id].alert
            if told.severity is not Severity.EMERGENCY:
                raise Violation("press is no emergency", f"{press}: {told.severity}")

    def _open_alert(self, alert: Alert, now: datetime) -> None:
        name = f"{alert.id} ({alert.kind}, {alert.home_id}, {alert.state})"
        deadline = alert.deadline_at
        if deadline is None or deadline <= now - TOLERANCE:
            raise Violation("deadline passed by", f"{name}: {deadline}, it is {now}")
        if alert.severity is not Severity.EMERGENCY or alert.kind is AlertKind.TECHNICAL:
            return
        if alert.first_answer_at is None:
            if alert.step != len(alert.policy.steps) - 1 and now - alert.opened_at > timedelta(minutes=6):
                raise Violation("escalation stopped", f"{name}: step {alert.step + 1}")
            if not self.rung.get(alert.id) and now - alert.opened_at > timedelta(minutes=6):
                raise Violation("nobody was told", name)


def event_of(payload: bytes) -> str | None:
    """The event id in the bytes of a press."""
    try:
        told = json.loads(payload)
    except ValueError:
        return None
    found = told.get("event_id") if isinstance(told, dict) else None
    return found if isinstance(found, str) else None


def difference(one: Home, other: Home) -> str:
    """The first field in which two homes differ, in words."""
    if one == other:
        return ""
    for name in (
        "profile",
        "devices",
        "rules",
        "alerts",
        "requests",
        "away",
        "presses",
        "mistakes",
        "unjudged",
    ):
        here, there = getattr(one, name), getattr(other, name)
        if here != there:
            if isinstance(here, dict) and isinstance(there, dict):
                keys = [key for key in {*here, *there} if here.get(key) != there.get(key)]
                return f"{name}[{keys[0]!r}]: {here.get(keys[0])!r} != {there.get(keys[0])!r}"
            return f"{name}: {here!r} != {there!r}"
    return "differs"
