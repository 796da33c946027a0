"""The life of a home as the core sees it: pressed, answered, open; who lives there still, and what ends with them.

The directory decides who belongs where; here follows what that starts and stops. Nothing that is open ends silently.
"""

from collections.abc import Collection
from dataclasses import replace

from hub.core import escalation
from hub.core.alerts import HELD_STATES, Alert, AlertState, Reason, Severity, WhatItWas
from hub.core.draft import Draft
from hub.core.events import Actor, ActorRole, DeviceEvent, Resolve
from hub.core.home import GONE, Membership, Press, Profile, Resident
from hub.core.journal import EntryKind
from hub.core.notifications import NotifyReason
from hub.core.raising import inform_holder, join
from hub.core.reasons import ReasonCode
from hub.core.requesting import cancel_for

NOBODY_PRESSED = frozenset({WhatItWas.DEVICE_FALSE, WhatItWas.RULE_FALSE})
"""Outcomes that say that no hand was on the key: they prove nothing."""


def note_press(draft: Draft, event: DeviceEvent, alert: Alert) -> None:
    """A key of this home was pressed just now, and the alert shows it. What came late, kept or from elsewhere is no proof."""
    if draft.device(event.device_id) is None:
        return
    before = draft.presses.get(event.device_id)
    held = alert.hold if alert.state in HELD_STATES else None
    press = Press(
        at=draft.now,
        alert_id=alert.id,
        # Pressed again while somebody speaks with the elder: answered already.
        answered_at=draft.now if held else None,
        answered_by=held.by if held else None,
        proven_at=before.proven_at if before else None,
        proven_by=before.proven_by if before else None,
        proven_pressed_at=before.proven_pressed_at if before else None,
    )
    draft.put_press(event.device_id, press)


def note_answer(draft: Draft, alert: Alert, by: Actor) -> None:
    """A person took the alert: the presses in it were answered."""
    if by.role is ActorRole.SYSTEM:
        return
    for device_id, press in tuple(draft.presses.items()):
        if press.alert_id == alert.id and press.answered_at is None:
            draft.put_press(device_id, replace(press, answered_at=draft.now, answered_by=by.id))


def note_end(draft: Draft, command: Resolve) -> None:
    """The alert of a press is over: what a person answered has proven the way from this key to a voice.

    A home that is not yet open is open by that; the directory follows (`hub/directory/opened_homes.py`), as often as it takes.
    """
    if command.what_it_was in NOBODY_PRESSED:
        return
    proven = {
        device_id: replace(
            press, proven_at=draft.now, proven_by=press.answered_by, proven_pressed_at=press.at
        )
        for device_id, press in draft.presses.items()
        if press.alert_id == command.alert_id and press.answered_by is not None
    }
    for device_id, press in proven.items():
        draft.put_press(device_id, press)
    waiting = [one.id for one in draft.profile.residents if one.membership is Membership.NOT_YET_OPEN]
    if proven and waiting:
        draft.write(
            EntryKind.HOME_OPENED,
            alert_id=command.alert_id,
            by=command.by.id,
            data={
                "devices": sorted(proven),
                "answered_by": next(iter(proven.values())).answered_by,
                "resident_ids": waiting,
            },
        )


def follow(draft: Draft, before: Profile, replaced: Collection[str], by: Actor) -> None:
    """The directory says that somebody's membership changed: journalled, and what ends with who is gone ends here.

    `replaced`: devices that are other pieces of hardware now.
    """
    after = draft.profile
    for device_id in draft.presses:
        if device_id not in after.devices or device_id in replaced:
            draft.drop_press(device_id)
    went: list[Resident] = []
    for resident in before.residents:
        now = after.resident(resident.id)
        membership = now.membership if now is not None else None
        if membership is resident.membership:
            continue
        draft.write(
            EntryKind.MEMBERSHIP_CHANGED,
            by=by.id,
            data={
                "resident_id": resident.id,
                "from": resident.membership.value,
                "to": membership.value if membership else None,
            },
        )
        if resident.membership not in GONE and (membership is None or membership in GONE):
            went.append(now or replace(resident, membership=Membership.LEFT))
    if went:
        _stop_for(draft, went, by)


def _stop_for(draft: Draft, went: list[Resident], by: Actor) -> None:
    ids = {resident.id for resident in went}
    empty = draft.profile.nobody_lives_there
    kept = tuple(entry for entry in draft.away if not empty and entry.resident_id not in ids)
    if len(kept) < len(draft.away):
        draft.away = kept
        draft.write(EntryKind.AWAY_ENDED, by=by.id, data={"resident_ids": sorted(ids)})
    cancel_for(draft, by.id, ids, empty=empty)
    for alert in tuple(draft.alerts.values()):
        if alert.severity is not Severity.TECHNICAL and (empty or ids & set(alert.resident_ids)):
            _tell_gone(draft, alert, went, empty=empty)


def _tell_gone(draft: Draft, alert: Alert, went: list[Resident], *, empty: bool) -> None:
    """What is open stays open, and says who has gone."""
    for resident in went:
        reason = Reason(
            ReasonCode.RESIDENT_GONE,
            {"resident_id": resident.id, "membership": resident.membership.value},
        )
        alert = join(draft, alert, reason, tell_holder=False)
    if empty:
        alert = _without_family(draft, alert)
    draft.put_alert(inform_holder(draft, alert, NotifyReason.RESIDENT_GONE))


def _without_family(draft: Draft, alert: Alert) -> Alert:
    """Nobody lives there any more: what has not gone out to family goes out no more, the others are asked anew."""
    draft.cancel_unsent(alert.id)
    alert = draft.put_alert(replace(alert, resident_unconfirmed=True, reassure_at=None))
    if alert.state is AlertState.TRIGGERED:
        alert = escalation.advance(draft, alert)
    return alert
