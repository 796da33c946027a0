"""Escalation: takes an open alert to its next step, resolves roles to people on duty, and tells the elder where things stand."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from hub.core.alerts import HELD_STATES, Alert, AlertKind, AlertState, PolicyStep, Role, Severity, StepRole
from hub.core.draft import Draft
from hub.core.home import UNASSIGNED_HOME_ID
from hub.core.journal import EntryKind
from hub.core.notifications import HOME_CHANNEL, HoldReason, Notification, NotifyReason, Template
from hub.core.roster import in_hours, on_duty, stands_in

BUSY_BUTLER_ROLES = (StepRole(Role.DEPUTY), StepRole(Role.CENTRE_DUTY))
"""Asked at once when the butler already has an emergency."""

WITH_THE_ELDER = frozenset({Role.CONTACT, Role.PARTNER, Role.FAMILY_DOCTOR, Role.CARE_INSTITUTION})
"""Asked for the elder's sake: about a home in which nobody lives any more only those are asked who answer for the house."""

_STANDING = {
    AlertState.TRIGGERED: Template.HOME_LOOKING,
    AlertState.ACKNOWLEDGED: Template.HOME_TAKEN,
    AlertState.ON_THE_WAY: Template.HOME_ON_THE_WAY,
}

_UNTIL_ANSWERED = frozenset({Template.HOME_LOOKING, Template.HOME_ASKING})
"""What is no longer true once somebody has answered."""

ASKED_BY_THE_ELDER = frozenset({AlertKind.EMERGENCY_CALL, AlertKind.FALL})
"""Alerts about a person who is waiting for a voice: the elder hears each step."""


def advance(draft: Draft, alert: Alert) -> Alert:
    """Take the next step of the alert's policy, the last one again and again.

    A step that reaches nobody does not wait: the next one follows at once, and the journal says why. The alert always comes
    back with a deadline.
    """
    steps = alert.policy.steps
    if alert.pre_alarm_until is not None:
        # Nobody took it back: from here on it is an alert like any other, and the elder hears that somebody is being found.
        alert = replace(alert, pre_alarm_until=None, opened_as=alert.severity)
        if can_hear(draft, alert):
            alert = tell_elder(draft, alert, Template.HOME_LOOKING)
            alert = replace(alert, reassure_at=draft.now + reassure_every(draft))
    while True:
        repeated = alert.step >= len(steps) - 1
        index = min(alert.step + 1, len(steps) - 1)
        step = steps[index]
        if repeated:
            draft.cancel_unsent(alert.id)
        draft.write(
            EntryKind.ALERT_ESCALATED, alert_id=alert.id, data={"step": index + 1, "repeated": repeated}
        )
        alert, reached = _ask_step(draft, replace(alert, step=index), step, repeated=repeated)
        if reached or index == len(steps) - 1:
            break
    return draft.put_alert(replace(alert, escalate_at=draft.now + step.wait, version=alert.version + 1))


def ask_wearer(draft: Draft, alert: Alert, until_at: datetime) -> Alert:
    """Ask in the room whether it was nothing; until then nobody else is asked."""
    alert = tell_elder(draft, alert, Template.HOME_ASKING)
    return draft.put_alert(
        replace(alert, pre_alarm_until=until_at, escalate_at=until_at, version=alert.version + 1)
    )


def _ask_step(draft: Draft, alert: Alert, step: PolicyStep, *, repeated: bool) -> tuple[Alert, int]:
    reached = 0
    asked: set[str] = set()
    for entry, reason in _roles(draft, alert, step, repeated=repeated):
        if not in_hours(entry.when, draft.now, draft.context):
            known = _is_known(draft, entry.role)
            _hold(draft, alert, entry.role, HoldReason.OUTSIDE_HOURS if known else HoldReason.NOBODY_ON_DUTY)
            continue
        if draft.profile.nobody_lives_there and entry.role in WITH_THE_ELDER:
            _hold(draft, alert, entry.role, HoldReason.RESIDENT_UNCONFIRMED)
            continue
        people = on_duty(entry.role, draft.profile, draft.now, draft.context)
        if not people:
            _hold(draft, alert, entry.role, HoldReason.NOBODY_ON_DUTY)
        for person_id in people:
            if person_id in asked:
                continue
            asked.add(person_id)
            alert, sent = tell(draft, alert, person_id, Template.ALERT, reason, role=entry.role)
            reached += sent
    return replace(alert, asked=tuple(dict.fromkeys((*alert.asked, *sorted(asked))))), reached


def _is_known(draft: Draft, role: Role) -> bool:
    """Whether anybody could be asked in this role at some hour: of a guard that no house has, hours would mislead."""
    return bool(draft.profile.people.get(role)) or any(shift.role is role for shift in draft.context.shifts)


def _roles(
    draft: Draft, alert: Alert, step: PolicyStep, *, repeated: bool
) -> Iterator[tuple[StepRole, NotifyReason]]:
    reason = NotifyReason.STEP_REPEATED if repeated else NotifyReason.STEP
    for entry in step.roles:
        yield entry, reason
    if alert.severity is Severity.EMERGENCY and not repeated and _asks_busy_butler(draft, alert, step):
        for entry in BUSY_BUTLER_ROLES:
            if entry not in step.roles:
                yield entry, NotifyReason.BUSY_BUTLER


def _asks_busy_butler(draft: Draft, alert: Alert, step: PolicyStep) -> bool:
    if all(entry.role is not Role.BUTLER for entry in step.roles):
        return False
    butlers = on_duty(Role.BUTLER, draft.profile, draft.now, draft.context)
    return any(draft.context.load.get(person, frozenset()) - {alert.id} for person in butlers)


def waited_for(alert: Alert) -> tuple[str, ...]:
    """The people an open emergency waits for or is held by: what makes a butler busy."""
    if not alert.open or alert.severity is not Severity.EMERGENCY:
        return ()
    return (alert.hold.by,) if alert.hold else alert.asked


def tell(
    draft: Draft,
    alert: Alert,
    person_id: str,
    template: Template,
    reason: NotifyReason,
    *,
    role: Role | None = None,
) -> tuple[Alert, int]:
    """Queue one notification for each way to reach a person; returns how many ways there were (0 is journalled, with why)."""
    person = draft.context.people.get(person_id)
    methods = person.methods if person else ()
    if not methods:
        _hold(draft, alert, role, HoldReason.NO_CONTACT_METHOD, person_id)
        return alert, 0
    for method in methods:
        alert = _queue(
            draft,
            alert,
            Notification(
                id=f"{alert.id}-{alert.notified + 1}",
                alert_id=alert.id,
                home_id=alert.home_id,
                channel=method.channel,
                person_id=person_id,
                address=method.address,
                template=template,
                reason=reason,
                created_at=draft.now,
                cancel_on_answer=template is Template.ALERT,
                data=_for_people(draft, alert, role.value if role else role_of(draft, person_id)),
            ),
            role,
        )
    return alert, len(methods)


def tell_asked(
    draft: Draft, alert: Alert, template: Template, reason: NotifyReason, *, but: Collection[str | None]
) -> Alert:
    """Everybody who was asked, except those, hears that somebody has it or that it is over."""
    for person_id in alert.asked:
        if person_id not in but:
            alert, _ = tell(draft, alert, person_id, template, reason)
    return alert


def tell_elder(
    draft: Draft, alert: Alert, template: Template, *, by: str | None = None, only: str | None = None
) -> Alert:
    """Say in the elder's room where the call stands: on the device that called and, where that cannot speak, on the others;
    or on one of them `only`."""
    targets = [target for target in _voices(draft, alert) if only in (None, target[0])]
    if not targets:
        _hold(draft, alert, None, HoldReason.HOME_CANNOT_SPEAK)
        return alert
    person = draft.context.people.get(by) if by else None
    # By name only where it is known that it is they who hear it.
    known = len(alert.resident_ids) == 1 and not alert.may_be_elsewhere
    resident = draft.profile.resident(alert.resident_ids[0]) if known else None
    for device_id, event_id in targets:
        alert = _queue(
            draft,
            alert,
            Notification(
                id=f"{alert.id}-{alert.notified + 1}",
                alert_id=alert.id,
                home_id=alert.home_id,
                channel=HOME_CHANNEL,
                person_id=None,
                address=device_id,
                template=template,
                reason=NotifyReason.REASSURE
                if template is Template.HOME_LOOKING
                else NotifyReason.CALL_STATE,
                created_at=draft.now,
                cancel_on_answer=template in _UNTIL_ANSWERED,
                data={
                    "event_id": event_id,
                    "call_name": resident.call_name if resident else None,
                    "surname": person.surname if person else None,
                    "by_role": _role_in(draft, alert, by),
                    "severity": alert.severity.value,
                },
            ),
            None,
        )
    return alert


def tell_standing(draft: Draft, alert: Alert, *, only: str | None = None) -> Alert:
    """Say again how far an open alert has come: the elder pressed once more, or a device is back and shows nothing."""
    template = Template.HOME_ASKING if alert.pre_alarm_until is not None else _STANDING.get(alert.state)
    if template is None or not can_hear(draft, alert):
        return alert
    return draft.put_alert(
        tell_elder(draft, alert, template, by=alert.hold.by if alert.hold else None, only=only)
    )


def tell_standing_to(draft: Draft, device_id: str) -> None:
    """A device came back: what it showed has lapsed, so it hears anew where the calls of its home stand."""
    for alert in tuple(draft.alerts.values()):
        if any(device_id == target for target, _ in _voices(draft, alert)):
            tell_standing(draft, alert, only=device_id)


def can_hear(draft: Draft, alert: Alert) -> bool:
    """Whether something in the home can tell the elder about this alert, and the elder waits for it."""
    return alert.kind in ASKED_BY_THE_ELDER and bool(_voices(draft, alert))


def reassure_every(draft: Draft) -> timedelta:
    return draft.context.rules.call.reassure_every


def fall_due(draft: Draft, alert: Alert) -> Alert:
    """Do what is due for one alert: let an expired hold fall, take the next step, tell the elder that nobody is forgotten."""
    if alert.state in HELD_STATES and alert.hold is not None and alert.hold.until_at <= draft.now:
        alert = let_fall(draft, alert, EntryKind.ALERT_HOLD_EXPIRED, NotifyReason.HOLD_EXPIRED)
    elif (
        alert.state is AlertState.TRIGGERED
        and alert.escalate_at is not None
        and alert.escalate_at <= draft.now
    ):
        alert = advance(draft, alert)
    if alert.reassure_at is not None and alert.reassure_at <= draft.now:
        alert = tell_elder(draft, alert, Template.HOME_LOOKING)
        alert = draft.put_alert(
            replace(alert, reassure_at=draft.now + reassure_every(draft), version=alert.version + 1)
        )
    return alert


def let_fall(draft: Draft, alert: Alert, kind: EntryKind, reason: NotifyReason) -> Alert:
    """Take the alert from its holder, who moved nothing: triggered again, the next step at once, the holder told."""
    holder = alert.hold.by if alert.hold else ""
    draft.write(kind, alert_id=alert.id, data={"holder": holder})
    alert = replace(
        alert,
        state=AlertState.TRIGGERED,
        hold=None,
        reassure_at=draft.now + reassure_every(draft) if can_hear(draft, alert) else None,
        version=alert.version + 1,
    )
    if can_hear(draft, alert):
        alert = tell_elder(draft, alert, Template.HOME_LOOKING)
    alert = advance(draft, alert)
    if holder in draft.context.people and not _told_now(draft, alert, holder):
        alert, _ = tell(draft, alert, holder, Template.ALERT, reason)
        alert = draft.put_alert(alert)
    return alert


def _told_now(draft: Draft, alert: Alert, person_id: str) -> bool:
    return any(
        notification.alert_id == alert.id and notification.person_id == person_id
        for notification in draft.notifications or ()
    )


def _voices(draft: Draft, alert: Alert) -> list[tuple[str, str | None]]:
    """(device id, event id its call is known by) of everything that should say it. Nothing speaks where nobody lives any more."""
    if draft.profile.nobody_lives_there:
        return []
    devices = draft.profile.devices
    caller = devices.get(alert.device_id) if alert.device_id else None
    voices: list[tuple[str, str | None]] = []
    if caller is None and alert.device_id is not None and _pressed_here(draft, alert):
        voices.append((alert.device_id, alert.event_ids[-1]))
        if alert.settled_home_id != alert.home_id:
            # Perhaps nobody of this home pressed it: the device in the hand says what becomes of it, this home's others do not.
            return voices
    if caller is not None and not caller.one_way and caller.family == "native" and alert.event_ids:
        voices.append((caller.id, alert.event_ids[-1]))
    if caller is None or not caller.speaks or not voices:
        voices.extend(
            (device.id, None) for device in devices.values() if device.speaks and device is not caller
        )
    return voices


def _pressed_here(draft: Draft, alert: Alert) -> bool:
    """Whether another home's device called that is listening here, where it spoke. What has no event ids is not spoken to."""
    elsewhere = alert.other_home_id is not None and draft.home.id != UNASSIGNED_HOME_ID
    return elsewhere and bool(alert.event_ids)


def _queue(draft: Draft, alert: Alert, notification: Notification, role: Role | None) -> Alert:
    draft.notify(notification)
    draft.write(
        EntryKind.NOTIFICATION_QUEUED,
        alert_id=alert.id,
        data={
            "notification_id": notification.id,
            "person_id": notification.person_id,
            "device_id": notification.address if notification.channel == HOME_CHANNEL else None,
            "role": role.value if role else None,
            "channel": notification.channel,
            "template": notification.template.value,
            "reason": notification.reason.value,
        },
    )
    return replace(alert, notified=alert.notified + 1)


def _hold(
    draft: Draft, alert: Alert, role: Role | None, reason: HoldReason, person_id: str | None = None
) -> None:
    draft.write(
        EntryKind.NOTIFICATION_HELD,
        alert_id=alert.id,
        data={"role": role.value if role else None, "person_id": person_id, "reason": reason.value},
    )


def role_of(draft: Draft, person_id: str | None) -> str | None:
    """The role under which a person stands to this home, for the sentence that names them."""
    if person_id is None:
        return None
    context, bound_people = draft.context, draft.profile.people.items()
    bound = next((role for role, people in bound_people if person_id in people), None)
    if bound is None and person_id in context.roster.covers_by:
        # Who covers the butler is the butler now.
        covering = (
            role
            for role, people in bound_people
            for one in people
            if stands_in(one, draft.now, context) == person_id
        )
        bound = next(covering, None)
    if bound is None:
        bound = next((shift.role for shift in context.shifts if shift.person_id == person_id), None)
    if bound is None:
        bound = next((shift.role for shift in context.dated_shifts if shift.person_id == person_id), None)
    return bound.value if bound else None


def _role_in(draft: Draft, alert: Alert, person_id: str | None) -> str | None:
    """As `role_of`; of the holder, where they stand to this home in no way, the role in which they answered."""
    role = role_of(draft, person_id)
    if role is None and alert.hold is not None and alert.hold.by == person_id and alert.hold.role is not None:
        return alert.hold.role.value
    return role


def _for_people(
    draft: Draft, alert: Alert, role: str | None
) -> Mapping[str, str | float | int | bool | None]:
    profile = draft.profile
    residents = [resident for resident in profile.residents if resident.id in alert.resident_ids]
    by = alert.hold.by if alert.hold else alert.resolved_by
    person = draft.context.people.get(by) if by else None
    other = alert.other_home_id if alert.settled_home_id != alert.home_id else None
    return {
        "kind": alert.kind.value,
        "severity": alert.severity.value,
        "reason_code": alert.reason.code,
        **{f"reason_{name}": value for name, value in alert.reason.data.items()},
        "role": role,
        "resident_names": "、".join(resident.name for resident in residents),
        **({"resident_unconfirmed": True} if alert.resident_unconfirmed else {}),
        **({"other_home_id": other} if other else {}),
        "address": profile.address,
        "floor": profile.floor,
        "lift": profile.lift,
        "phone": profile.phone,
        "opened_at": alert.opened_at.isoformat(),
        "by": by,
        "by_role": _role_in(draft, alert, by),
        "surname": person.surname if person else None,
        "what_it_was": alert.what_it_was.value if alert.what_it_was else None,
        "what_was_done": alert.what_was_done.value if alert.what_was_done else None,
    }
