"""Commands of people: each either takes effect (Done) or says why not (Refused). The same command twice changes nothing."""

from dataclasses import replace

from hub.core import alerts as verbs
from hub.core import (
    channel_outages,
    escalation,
    hand_test,
    membership,
    mistakes,
    requesting,
    shift_gaps,
    silencing,
    taking,
    whereabouts,
)
from hub.core.alerts import (
    Alert,
    AlertKind,
    Reason,
    Severity,
    WhatItWas,
    WhatWasDone,
)
from hub.core.detection import living, self_test
from hub.core.detection.device_health import judge_silence
from hub.core.draft import Draft
from hub.core.events import (
    AcceptRequest,
    Acknowledge,
    AddNote,
    ArriveOnSite,
    Command,
    EndAway,
    EndSilence,
    GoOnTheWay,
    MoveRequest,
    OpenRequest,
    PassHandTest,
    RaiseByHand,
    RecordAmbulance,
    Resolve,
    SetAway,
    SetProfile,
    SetSilence,
    StartHandTest,
    TellChannelOutages,
    TellShiftGaps,
    TellWhere,
    TellWho,
)
from hub.core.home import Away, Home, Routine, RulePhase
from hub.core.journal import EntryKind
from hub.core.notifications import NotifyReason, Template
from hub.core.outcome import Done, RefusalCode, Refused, Result
from hub.core.raising import clear_by_itself, raise_alert, subjects
from hub.core.reasons import ReasonCode
from hub.core.suppression import lasts


def obey(draft: Draft, command: Command) -> Result:
    """Carry out one command."""
    match command:
        case RaiseByHand():
            return _raise_by_hand(draft, command)
        case OpenRequest():
            draft.remember_event(*command_key(command))
            draft.remember_event(*anywhere_key(command))
            return requesting.ask_by_hand(draft, command)
        case AcceptRequest():
            return requesting.accept(draft, command)
        case MoveRequest():
            return requesting.move(draft, command)
        case SetAway():
            return _away_changed(draft, _set_away(draft, command))
        case EndAway():
            return _away_changed(draft, _end_away(draft, command))
        case SetSilence():
            return silencing.set_silence(draft, command)
        case EndSilence():
            return silencing.end_silence(draft, command)
        case SetProfile():
            return _set_profile(draft, command)
        case StartHandTest():
            return hand_test.start(draft, command)
        case TellShiftGaps():
            return shift_gaps.tell(draft, command)
        case TellChannelOutages():
            return channel_outages.tell(draft, command)
    alert = draft.alerts.get(command.alert_id)
    if alert is None:
        return Refused(
            RefusalCode.NOT_FOUND,
            f"no open alert {command.alert_id} in home {command.home_id}: it may be resolved",
        )
    match command:
        case Acknowledge():
            return _check(alert, command.expected_version) or taking.acknowledge(draft, alert, command)
        case GoOnTheWay():
            return _check(alert, command.expected_version) or taking.go_on_the_way(draft, alert, command)
        case ArriveOnSite():
            return _check(alert, command.expected_version) or taking.arrive_on_site(draft, alert, command)
        case Resolve():
            return _check(alert, command.expected_version) or _resolve(draft, alert, command)
        case RecordAmbulance():
            return _check(alert, command.expected_version) or _record_ambulance(draft, alert, command)
        case PassHandTest():
            return _pass_hand_test(draft, alert, command)
        case AddNote():
            return _add_note(draft, alert, command)
        case TellWho():
            return _check(alert, command.expected_version) or whereabouts.tell_who(draft, alert, command)
        case TellWhere():
            return _check(alert, command.expected_version) or whereabouts.tell_where(draft, alert, command)


def _check(alert: Alert, expected_version: int | None) -> Refused | None:
    if expected_version is None or expected_version == alert.version:
        return None
    return Refused(
        RefusalCode.STALE, f"the alert changed since it was looked at: {alert.state.value}", alert.version
    )


def _raise_by_hand(draft: Draft, command: RaiseByHand) -> Result:
    if command.resident_id is not None and draft.profile.resident(command.resident_id) is None:
        return Refused(RefusalCode.NOT_FOUND, f"no resident {command.resident_id} in home {command.home_id}")
    key = _hand_key(draft, command)
    if command.seen:
        alert = draft.alert_for(key)
        own_id = verbs.derived_id("A", draft.home.id, key, command.command_id)
        return Done(alert.id, alert.version) if alert else Done(own_id, 0)
    draft.remember_event(*command_key(command))
    residents = (command.resident_id,) if command.resident_id is not None else subjects(draft, None)
    alert = raise_alert(
        draft,
        kind=AlertKind.EMERGENCY_CALL,
        severity=Severity.EMERGENCY,
        dedup_key=key,
        cause=command.command_id,
        reason=Reason(ReasonCode.RAISED_BY_HAND),
        resident_ids=residents,
        by=command.by.id,
    )
    if command.note:
        draft.write(EntryKind.ALERT_NOTE, alert_id=alert.id, by=command.by.id, data={"note": command.note})
    return Done(alert.id, alert.version)


def _hand_key(draft: Draft, command: RaiseByHand) -> str:
    """The caller means what is open already, where something is: the home's own call, or that of one of its residents."""
    if command.resident_id is not None:
        return f"call|{command.resident_id}"
    keys = call_keys(draft.home)
    return next((key for key in keys if draft.alert_for(key) is not None), keys[0])


def call_keys(home: Home) -> tuple[str, ...]:
    """The alerts that one raised by hand joins, when one of them is open."""
    return (f"call|{home.id}", *(f"call|{resident.id}" for resident in home.profile.residents))


def command_key(command: RaiseByHand | OpenRequest) -> tuple[str, str]:
    """Under which a command is remembered, like a press under its event id: sent twice, it counts once."""
    return ("command", f"{command.home_id}/{command.command_id}")


def anywhere_key(command: OpenRequest) -> tuple[str, str]:
    """Under which it is remembered for whatever home: one command is about one home. An emergency is never refused for that."""
    return ("command-key", command.command_id)


def _resolve(draft: Draft, alert: Alert, command: Resolve) -> Result:
    settled = whereabouts.settle(draft, alert, command)
    if isinstance(settled, Refused):
        return settled
    alert = settled
    resolved = verbs.resolve(
        alert, command.by.id, draft.now, command.what_it_was, command.what_was_done, command.note
    )
    draft.cancel_unsent(alert.id)
    draft.write(
        EntryKind.ALERT_RESOLVED,
        alert_id=alert.id,
        by=command.by.id,
        data={
            "what_it_was": command.what_it_was.value,
            "what_was_done": command.what_was_done.value,
            "note": command.note,
            **({"at_home_id": resolved.settled_home_id} if resolved.settled_home_id else {}),
            **({"home_unknown": True} if resolved.may_be_elsewhere else {}),
        },
    )
    resolved = escalation.tell_asked(
        draft, resolved, Template.RESOLVED, NotifyReason.RESOLVED, but={command.by.id}
    )
    if escalation.can_hear(draft, resolved) and command.what_it_was is not WhatItWas.DECEASED:
        mistake = command.what_it_was in mistakes.MISTAKES
        template = Template.HOME_MISTAKE if mistake else Template.HOME_CLOSED
        if command.what_was_done is WhatWasDone.AMBULANCE:
            template = Template.HOME_AMBULANCE
        resolved = escalation.tell_elder(draft, resolved, template, by=command.by.id)
    draft.put_alert(resolved)
    living.on_resolved(draft, resolved, command.what_it_was)
    membership.note_end(draft, command)
    task = mistakes.count(draft, resolved)
    if task is not None:
        requesting.open_task(draft, task)
    for key in alert.keys:
        firing = draft.rules.get(key)
        if firing is not None and firing.phase is RulePhase.FIRING:
            # What still lasts alerts again, counted from here.
            draft.put_rule(key, replace(firing, since_at=draft.now))
    if alert.kind is AlertKind.UNJUDGED_HOME:
        draft.unjudged = False
    return Done(resolved.id, resolved.version)


def _pass_hand_test(draft: Draft, alert: Alert, command: PassHandTest) -> Result:
    refused = hand_test.may_pass(draft.profile, alert, command.by.id)
    if refused is not None:
        return refused
    membership.note_answer(draft, alert, command.by)
    outcome = (WhatItWas.TEST, WhatWasDone.ON_SITE)
    return _resolve(draft, alert, Resolve(command.home_id, alert.id, command.by, *outcome))


def _record_ambulance(draft: Draft, alert: Alert, command: RecordAmbulance) -> Result:
    draft.write(EntryKind.ALERT_AMBULANCE, alert_id=alert.id, by=command.by.id)
    if escalation.can_hear(draft, alert):
        alert = escalation.tell_elder(draft, alert, Template.HOME_AMBULANCE, by=command.by.id)
    alert = draft.put_alert(replace(alert, version=alert.version + 1))
    return Done(alert.id, alert.version)


def _add_note(draft: Draft, alert: Alert, command: AddNote) -> Result:
    if not command.note.strip():
        return Refused(RefusalCode.INVALID, "an empty note says nothing")
    draft.write(EntryKind.ALERT_NOTE, alert_id=alert.id, by=command.by.id, data={"note": command.note})
    return Done(alert.id, alert.version)


def _away_changed(draft: Draft, result: Result) -> Result:
    if isinstance(result, Done):
        living.on_away_changed(draft)
    return result


def _set_away(draft: Draft, command: SetAway) -> Result:
    if command.until_at <= command.from_at:
        return Refused(RefusalCode.INVALID, "away must end after it begins")
    if command.resident_id is not None and draft.profile.resident(command.resident_id) is None:
        return Refused(RefusalCode.NOT_FOUND, f"no resident {command.resident_id} in home {command.home_id}")
    if command.routine is not None and not _possible(command.routine):
        return Refused(
            RefusalCode.INVALID, "a routine needs weekdays from 0 (Monday) to 6 and two different times"
        )
    away = Away(command.kind, command.from_at, command.until_at, command.resident_id, command.routine)
    if away not in draft.away:
        draft.away = (*draft.away, away)
        draft.wake(command.until_at)
        draft.write(
            EntryKind.AWAY_SET,
            by=command.by.id,
            data={
                "kind": command.kind.value,
                "from": command.from_at.isoformat(),
                "until": command.until_at.isoformat(),
                "resident_id": command.resident_id,
                **({"weekdays": sorted(command.routine.weekdays)} if command.routine else {}),
            },
        )
    return Done(draft.home.id, 0)


def _possible(routine: Routine) -> bool:
    return bool(routine.weekdays) and routine.weekdays <= set(range(7)) and routine.leaves != routine.returns


def _end_away(draft: Draft, command: EndAway) -> Result:
    after = tuple(_after_end(draft, command, entry) for entry in draft.away)
    if after == draft.away:
        return Refused(RefusalCode.NOT_FOUND, f"nobody of home {command.home_id} is away as asked")
    draft.away = tuple(entry for entry in after if entry is not None)
    draft.write(EntryKind.AWAY_ENDED, by=command.by.id, data={"resident_id": command.resident_id})
    return Done(draft.home.id, 0)


def _after_end(draft: Draft, command: EndAway, entry: Away) -> Away | None:
    """What is left of an absence when somebody is back."""
    if entry.resident_id != command.resident_id:
        return entry
    if command.from_at is not None:
        return None if entry.from_at == command.from_at else entry
    if entry.routine is not None:
        away_now = lasts(entry, draft.now, draft.context)
        return replace(entry, returned_at=draft.now) if away_now else entry
    return None if entry.from_at <= draft.now else entry


def _set_profile(draft: Draft, command: SetProfile) -> Result:
    if command.profile == draft.profile:
        return Done(draft.home.id, 0)
    known = draft.profile
    before, after = known.devices, command.profile.devices
    gone = before.keys() - after.keys()
    replaced = {
        one for one in before.keys() & after.keys() if before[one].enrolled_at != after[one].enrolled_at
    }
    draft.profile = command.profile
    living.on_profile_changed(draft, known)
    for key in [key for key in draft.rules if key.rsplit("|", 1)[-1] in gone | replaced]:
        draft.drop_rule(key)
        removed = Reason(ReasonCode.DEVICE_REMOVED, {"device_id": key.rsplit("|", 1)[-1]})
        clear_by_itself(draft, key, removed)
    silencing.on_devices_gone(draft, gone)
    for device_id in gone | replaced:
        draft.forget_device(device_id)
    for device_id in after.keys() - before.keys():
        whereabouts.is_here(draft, device_id)
    membership.follow(draft, known, replaced, command.by)
    judge_silence(draft)
    self_test.plan(draft)
    draft.write(
        EntryKind.PROFILE_SET,
        by=command.by.id,
        data={
            "devices": sorted(command.profile.devices),
            "residents": [resident.id for resident in command.profile.residents],
        },
    )
    return Done(draft.home.id, 0)
