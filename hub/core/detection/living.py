"""Days and nights of a home: its sensors' signs of life moved into `inactivity`, `bed_exit`, `wandering` and `bathroom`, and what
those find told as alerts.

A sign costs little: nothing is asked of what was learned until something may be due. What is due is looked at by the home's
wake time, so a home in which nothing is heard is judged too. Nothing here is judged while everybody is away or paused, while the
local time is not known, or while no sensor that would hear somebody is there to do it.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta

from firmware_contracts.vocabulary import BedState, CallAction
from hub.core.alerts import Alert, AlertKind, AlertState, Reason, Severity, WhatItWas
from hub.core.detection import bathroom, bed_exit, inactivity, question, wandering
from hub.core.detection.days import Days
from hub.core.detection.device_health import is_heard
from hub.core.detection.habits import Posture
from hub.core.detection.inactivity import Life, Outlook, Sign, Stage, Whereabouts
from hub.core.draft import Draft
from hub.core.events import Bed, Call, Contact, DeviceEvent, Fact, Motion, Vibration, Vital
from hub.core.home import Device, DeviceKind, Flag, Profile
from hub.core.notifications import Template
from hub.core.raising import join, lower, subjects
from hub.core.reasons import ReasonCode
from hub.core.silences import SilenceOf
from hub.core.silencing import raise_unless_silenced, silenced
from hub.core.suppression import held_back, lasts_until

SILENCE = "living"
"""Key of the one alert about a home's silence, whichever way it was found."""
BED, BREATHING, RESTLESS = "bed", "breathing", "restless"
WANDERING, DOOR, BATHROOM = "wandering", "night_door", "bathroom"

BED_EXIT_RULE = "bed_exit"
"""By this name a home has its own `return_within_s`."""

_SOON = timedelta(minutes=1)
"""A movement so soon after another one changes nothing: most messages of a motion sensor end here."""
_SETTLES = timedelta(minutes=5)
"""So long after an outage of the hub what waited at the broker is still coming in."""
_NO_VOICE_BEFORE = time(5, 0)
"""Also not to who is up at four every day."""
_LOOK_AGAIN = timedelta(minutes=15)
_OFTEN = timedelta(hours=2)
"""As `inactivity` remembers a silence: one that began before the hub was gone is nobody's own."""

_HEARS = frozenset({DeviceKind.MOTION, DeviceKind.VIBRATION, DeviceKind.FALL_RADAR})
"""Devices that hear somebody who is about: a door or a bed alone cannot tell a silent home."""
_TELLS = _HEARS | {DeviceKind.BED_MAT}
_BY_HAND = frozenset({DeviceKind.CUFF, DeviceKind.GLUCOMETER, DeviceKind.THERMOMETER})
_PRESSES = frozenset({CallAction.EMERGENCY, CallAction.SERVICE, CallAction.CANCEL})

_HALL, _BATHROOM = "hall", "bathroom"
_NEEDLESS = frozenset({WhatItWas.RULE_FALSE, WhatItWas.WANTED_COMPANY})


def sign_of(device: Device, fact: Fact) -> Sign | None:
    """What a device's fact says of life in the home. A contact in the hall is the door by which the home is left; one of which
    no room is known is only something that somebody moved: taken for the door it would make a silent home an empty one."""
    match fact:
        case Motion(moving=True) | Vibration():
            return Sign.MOVED
        case Contact():
            return Sign.EXIT_DOOR if device.room_kind == _HALL else Sign.MOVED
        case Bed(state=BedState.IN_BED):
            return Sign.IN_BED
        case Bed(state=BedState.OUT_OF_BED):
            return Sign.OUT_OF_BED
        case Bed(state=BedState.RESTLESS):
            return Sign.MOVED
        case Call(action=action) if action in _PRESSES:
            return Sign.MOVED
        case Vital() if device.kind in _BY_HAND:
            return Sign.MOVED
        case _:
            return None


def on_fact(draft: Draft, event: DeviceEvent, fact: Fact, *, ago: timedelta = timedelta()) -> None:
    """A fact of an enrolled device, heard now or told of `ago` after an outage."""
    device = draft.device(event.device_id)
    rule = draft.context.rules.living
    if device is None or not rule.enabled or not draft.context.wall_synchronised:
        return
    days = draft.days
    sign = sign_of(device, fact)
    if isinstance(fact, Bed) and _is_repeated(days, device, fact):
        # A mat that tells its state again and again tells of no movement.
        sign = None
    if sign is None and not isinstance(fact, Bed):
        return
    if days is not None and sign is Sign.MOVED and not ago and _changes_nothing(draft, days, device):
        return
    at = draft.now - ago
    local = draft.context.local(at)
    if days is None:
        # A sensor that never told anything makes no home silent.
        if device.kind not in _TELLS:
            return
        days = Days(inactivity.begin(at, local))
    if held_back(draft, None):
        _put(draft, _empty(draft, days))
        return
    if at < days.life.last_at and not isinstance(fact, Bed):
        return
    days = _awake(draft, days, at, local)
    if sign is not None:
        days = _heard(draft, days, device, sign, at, local)
    if isinstance(fact, Bed) and not ago:
        days = _bed_told(draft, days, device, fact, local)
    draft.days = days = _judged(draft, days)
    _put(draft, days)


def strike(draft: Draft) -> None:
    """Time passed: what is due is judged."""
    days = draft.days
    if days is None:
        return
    if days.due_at is None or days.due_at > draft.now:
        if days.due_at is not None:
            draft.wake(days.due_at)
        return
    if not draft.context.wall_synchronised:
        _put(draft, replace(days, blind=True, due_at=draft.now + _LOOK_AGAIN))
        return
    if held_back(draft, None):
        _put(draft, _empty(draft, days))
        return
    local = draft.context.local(draft.now)
    if days.life.where is Whereabouts.SAID_AWAY:
        days = replace(days, life=_returned(days.life, draft.now, local))
    draft.days = days
    _put(draft, _judged(draft, days))


def on_resolved(draft: Draft, alert: Alert, what_it_was: WhatItWas) -> None:
    """Who went found nothing: a silence as unusual as this one is one of the person's own."""
    days, unusual = draft.days, alert.reason.data.get("unusual")
    if days is None or alert.keys != (_key(draft, SILENCE),) or what_it_was not in _NEEDLESS:
        return
    if isinstance(unusual, int | float):
        most = max(days.life.most_unusual, float(unusual))
        draft.days = replace(days, life=replace(days.life, most_unusual=most))


def on_away_changed(draft: Draft) -> None:
    """Somebody said that they are away, or back: looked at at once."""
    if draft.days is not None:
        _put(draft, replace(draft.days, due_at=draft.now))


def on_profile_changed(draft: Draft, before: Profile) -> None:
    """Other people's days teach nothing about these, and a bed that was taken away is left by nobody."""
    days, after = draft.days, draft.profile
    if days is None:
        return
    known, now = ({one.id for one in profile.living} for profile in (before, after))
    if known and now and not known & now:
        draft.days = None
        return
    beds = {key: watch for key, watch in days.beds.items() if key in after.devices}
    _put(draft, replace(days, beds=beds, due_at=draft.now))


# --- signs ------------------------------------------------------------------------------------------------------------


def _is_repeated(days: Days | None, device: Device, fact: Bed) -> bool:
    watch = days.beds.get(device.id) if days is not None else None
    if watch is None:
        return False
    return (
        watch.in_bed
        if fact.state is BedState.IN_BED
        else fact.state is BedState.OUT_OF_BED and not watch.in_bed
    )


def _changes_nothing(draft: Draft, days: Days, device: Device) -> bool:
    life = days.life
    return (
        draft.now - life.last_at < _SOON
        and life.where is Whereabouts.HOME
        and life.asked_at is None
        and not days.told
        and not days.blind
        and life.posture is Posture.ABOUT
        and (life.door_at is None or draft.now - life.door_at > inactivity.SHIPPED.door_lingers)
        and days.rounds.door_at is None
        and not _may_wander(draft)
        and (device.room_kind == _BATHROOM) == (days.stay.entered_at is not None)
        and all(watch.left_at is None for watch in days.beds.values())
    )


def _awake(draft: Draft, days: Days, at: datetime, local: datetime) -> Days:
    """Watched again after an absence that was said, or after a time in which nothing could be heard."""
    life = days.life
    down = life.last_at < draft.context.resumed_at and at - life.last_at >= _OFTEN
    if life.where is Whereabouts.SAID_AWAY:
        return replace(days, life=_returned(life, at, local), blind=False)
    if days.blind or down:
        return replace(days, life=inactivity.returned(life, at, local), blind=False)
    return days


def _returned(life: Life, at: datetime, local: datetime) -> Life:
    """Home again: whether to bed or to the kitchen no sensor has told yet."""
    return replace(inactivity.returned(life, at, local), posture=Posture.ABOUT)


def _heard(draft: Draft, days: Days, device: Device, sign: Sign, at: datetime, local: datetime) -> Days:
    figures = _figures(draft)
    life = inactivity.heard(days.life, sign, at, local, figures)
    alone = len(draft.profile.living) <= 1
    beds = dict(days.beds)
    if device.kind is DeviceKind.BED_MAT:
        watch = beds.get(device.id, bed_exit.begin())
        beds[device.id] = bed_exit.heard(watch, sign, at, local, _bed_figures(draft))
    elif alone:
        # Of two who live there one may be about while the other lies on the floor.
        beds = {
            key: bed_exit.heard(watch, sign, at, local, _bed_figures(draft)) if watch.left_at else watch
            for key, watch in beds.items()
        }
    rounds = wandering.heard(days.rounds, sign, at, local) if _may_wander(draft) else days.rounds
    stay = days.stay
    if _sees_bathroom(draft):
        inside = device.room_kind == _BATHROOM
        stay = bathroom.inside(stay, at) if inside else bathroom.elsewhere(stay, at)
    if days.told:
        days = _over(draft, days, beds, rounds, stay)
    return replace(days, life=life, beds=beds, rounds=rounds, stay=stay)


def _bed_told(draft: Draft, days: Days, device: Device, fact: Bed, local: datetime) -> Days:
    watch = days.beds.get(device.id, bed_exit.begin())
    match fact.state:
        case BedState.NO_BREATHING:
            watch = bed_exit.no_breathing(watch, draft.now)
        case BedState.RESTLESS:
            watch = bed_exit.restless(watch, draft.now, _bed_figures(draft))
        case BedState.IN_BED:
            watch = bed_exit.breathes(watch)
        case _:
            pass
    return replace(days, beds={**days.beds, device.id: watch})


def _over(
    draft: Draft,
    days: Days,
    beds: dict[str, bed_exit.Watch],
    rounds: wandering.Rounds,
    stay: bathroom.Stay,
) -> Days:
    """What was told and is over: heard again, back in bed, out of the bathroom. The alert stays, for somebody looks."""
    gone = {_key(draft, SILENCE)}
    for device_id, watch in beds.items():
        if watch.left_at is None:
            gone.add(_key(draft, BED, device_id))
        if watch.no_breathing_since is None:
            gone.add(_key(draft, BREATHING, device_id))
        if watch.restless_since is None:
            gone.add(_key(draft, RESTLESS, device_id))
    if rounds.night != days.rounds.night:
        gone.add(_key(draft, WANDERING))
    if rounds.door_at is None:
        gone.add(_key(draft, DOOR))
    if stay.entered_at is None:
        gone.add(_key(draft, BATHROOM))
    for key in sorted(gone & days.told.keys()):
        draft.forget_held(key)
        alert = draft.alert_for(key)
        if alert is not None:
            alert = join(draft, alert, Reason(ReasonCode.LIFE_AGAIN), tell_holder=False)
            if alert.state is AlertState.TRIGGERED and set(alert.keys) <= gone:
                # Of an incident with other signs, a fall among them, this is only a part.
                lower(draft, alert, Severity.ROUTINE)
    return replace(days, told={key: at for key, at in days.told.items() if key not in gone})


# --- what is due ------------------------------------------------------------------------------------------------------


def _judged(draft: Draft, days: Days) -> Days:
    """Tells what is due now, and sets when to look again."""
    settles_at = draft.context.resumed_at + _SETTLES
    if draft.now < settles_at and days.life.last_at < draft.context.resumed_at:
        return replace(days, due_at=settles_at)
    days = _silence_judged(draft, days)
    for key, at, tell in _others(draft, days):
        if at is not None and at <= draft.now and _is_new(draft, days, key):
            tell()
            days = replace(days, told={**days.told, key: draft.now})
    return replace(days, due_at=_next_due(draft, days))


def _silence_judged(draft: Draft, days: Days) -> Days:
    due = _outlook(draft, days)
    if due is None:
        return days
    life, rule = days.life, draft.context.rules.living
    stage = due.stage(draft.now)
    if stage is Stage.QUIET:
        return days
    if not _is_heard(draft):
        # Its sensors are silent themselves, and told as such: that is no silence of a person.
        return replace(days, blind=True)
    if days.blind:
        back = inactivity.returned(life, draft.now, draft.context.local(draft.now))
        return replace(days, life=back, blind=False)
    if due.alert_at is None:
        return _tell_silence(draft, days, due, rule.absence)
    asks = life.asked_at is None or inactivity.may_ask_again(life, draft.now, rule.figures)
    if asks and not _is_told(days, _key(draft, SILENCE)) and _may_ask(draft, life):
        _ask(draft, due)
        return replace(days, life=inactivity.asked(life, draft.now))
    if stage is Stage.ALERT and draft.now >= _alert_at(life, due, draft):
        return _tell_silence(draft, days, due, rule.severity)
    return days


def _tell_silence(draft: Draft, days: Days, due: Outlook, severity: Severity) -> Days:
    key, life = _key(draft, SILENCE), days.life
    if not _is_new(draft, days, key):
        return days
    since = draft.context.local(life.last_at)
    data: dict[str, str | float | int | None] = {
        "since_local": f"{since:%m-%d %H:%M}",
        "for_s": round((draft.now - life.last_at).total_seconds()),
        "asked": life.asked_at is not None,
    }
    if due.reason is inactivity.Reason.NOT_RISEN and due.usual_rising is not None:
        data["usual"] = f"{due.usual_rising // 60:02}:{due.usual_rising % 60:02}"
    data["unusual"] = round(inactivity.unusual(life, draft.now), 2)
    raise_unless_silenced(
        draft,
        SilenceOf.DAYS,
        kind=AlertKind.INACTIVITY,
        severity=severity,
        dedup_key=key,
        cause=life.last_at.isoformat(),
        reason=Reason(_SILENCES[due.reason], data),
        resident_ids=subjects(draft, None),
        occurred_at=life.last_at,
    )
    return replace(days, told={**days.told, key: draft.now})


_SILENCES = {
    inactivity.Reason.SILENCE: ReasonCode.SILENCE,
    inactivity.Reason.NOT_RISEN: ReasonCode.NOT_RISEN,
    inactivity.Reason.ABSENCE: ReasonCode.LONG_ABSENCE,
}


class _Due:
    """Something beside silence that may be told; called, it tells."""

    def __init__(
        self, draft: Draft, key: str, severity: Severity, reason: ReasonCode, since: datetime, kind: AlertKind
    ) -> None:
        self._draft, self._key, self._severity = draft, key, severity
        self._reason, self._since, self._kind = reason, since, kind

    def __call__(self) -> None:
        draft = self._draft
        device_id = self._key.partition("|")[2]
        device = draft.device(device_id)
        raise_unless_silenced(
            draft,
            SilenceOf.DAYS,
            kind=self._kind,
            severity=self._severity,
            dedup_key=self._key,
            cause=self._since.isoformat(),
            reason=Reason(
                self._reason,
                {
                    "since_local": f"{draft.context.local(self._since):%H:%M}",
                    "for_s": round((draft.now - self._since).total_seconds()),
                },
            ),
            resident_ids=subjects(draft, device.wearer_id if device is not None else None),
            device_id=device.id if device is not None else None,
            occurred_at=self._since,
        )


def _others(draft: Draft, days: Days) -> Iterator[tuple[str, datetime | None, _Due]]:
    """Everything but silence: its key, when it is due, and how it is told."""
    rule, figures = draft.context.rules.night, _bed_figures(draft)
    for device_id, watch in days.beds.items():
        if not _is_alive(draft, device_id):
            continue
        if watch.left_at is not None:
            key = _key(draft, BED, device_id)
            due = _Due(draft, key, rule.bed_exit, ReasonCode.BED_LEFT, watch.left_at, AlertKind.NIGHT)
            yield key, bed_exit.missing_at(watch, figures), due
        if watch.no_breathing_since is not None and watch.in_bed:
            key, since = _key(draft, BREATHING, device_id), watch.no_breathing_since
            due = _Due(draft, key, rule.no_breathing, ReasonCode.NO_BREATHING, since, AlertKind.VITAL_SIGNS)
            yield key, bed_exit.no_breathing_at(watch, figures), due
        if watch.restless_since is not None and bed_exit.is_restless(watch, figures):
            key, since = _key(draft, RESTLESS, device_id), watch.restless_since
            yield (
                key,
                draft.now,
                _Due(draft, key, rule.restless, ReasonCode.RESTLESS, since, AlertKind.NIGHT),
            )
    rounds = days.rounds
    if rounds.since is not None and wandering.is_wandering(rounds):
        key = _key(draft, WANDERING)
        due = _Due(draft, key, rule.wandering, ReasonCode.WANDERING, rounds.since, AlertKind.NIGHT)
        yield key, draft.now, due
    if rounds.door_at is not None:
        key = _key(draft, DOOR)
        due = _Due(draft, key, rule.door, ReasonCode.NIGHT_DOOR, rounds.door_at, AlertKind.NIGHT)
        yield key, wandering.gone_out_at(rounds), due
    if days.stay.entered_at is not None:
        key, entered_at = _key(draft, BATHROOM), days.stay.entered_at
        due = _Due(draft, key, rule.bathroom, ReasonCode.LONG_BATHROOM, entered_at, AlertKind.INACTIVITY)
        yield key, bathroom.too_long_at(days.stay), due


def _next_due(draft: Draft, days: Days) -> datetime | None:
    instants = []
    outlook = _outlook(draft, days)
    if outlook is not None:
        instants.append(_silence_due(draft, days, outlook))
    for key, at, _ in _others(draft, days):
        if at is not None:
            instants.append(_told_again_at(draft, days, key) if _is_told(days, key) else at)
    due = min(instants, default=None)
    return due if due is None or due > draft.now else draft.now + _LOOK_AGAIN


def _silence_due(draft: Draft, days: Days, due: Outlook) -> datetime:
    key = _key(draft, SILENCE)
    if _is_told(days, key):
        return _told_again_at(draft, days, key)
    if days.blind:
        return draft.now + _LOOK_AGAIN
    if due.alert_at is None:
        return due.ask_at
    if days.life.asked_at is None and _voices(draft) and due.ask_at > draft.now:
        return due.ask_at
    again_at = inactivity.asked_again_at(days.life, draft.context.rules.living.figures)
    if again_at is not None and _may_ask(draft, days.life):
        return again_at
    return _alert_at(days.life, due, draft)


def _alert_at(life: Life, due: Outlook, draft: Draft) -> datetime:
    """When nobody waits any more: as is due, and a question that was asked late has its time too."""
    at = due.ask_at if due.alert_at is None else due.alert_at
    return at if life.asked_at is None else max(at, life.asked_at + draft.context.rules.living.answer_within)


def _outlook(draft: Draft, days: Days) -> Outlook | None:
    """None where no sensor could hear somebody who is about."""
    if not any(device.kind in _HEARS for device in draft.profile.devices.values()):
        return None
    return inactivity.outlook(days.life, _figures(draft))


def _is_new(draft: Draft, days: Days, key: str) -> bool:
    return not _is_told(days, key) or draft.now >= _told_again_at(draft, days, key)


def _is_told(days: Days, key: str) -> bool:
    return key in days.told


def _told_again_at(draft: Draft, days: Days, key: str) -> datetime:
    """What lasts after somebody closed it comes again; while its alert is open nothing is added."""
    again_at = days.told[key] + draft.context.rules.living.again_after
    if draft.alert_for(key) is not None:
        return max(again_at, draft.now + _LOOK_AGAIN)
    return again_at


# --- the question -----------------------------------------------------------------------------------------------------


def _may_ask(draft: Draft, life: Life) -> bool:
    """No voice wakes anybody: it speaks between the hours that are set, and to who should be up by their own days."""
    rule = draft.context.rules.living
    if silenced(draft, SilenceOf.DAYS, None) is not None or not _voices(draft):
        return False
    local = draft.context.local(draft.now)
    overslept = local.time() >= _NO_VOICE_BEFORE and inactivity.should_be_up(life, local)
    return overslept or rule.ask_from <= local.time() < rule.ask_until


def _voices(draft: Draft) -> list[str]:
    speaking = [device.id for device in draft.profile.devices.values() if device.speaks]
    return [device_id for device_id in speaking if _is_alive(draft, device_id)]


def _ask(draft: Draft, due: Outlook) -> None:
    """ "Are you all right?" in the home: any movement, press or word answers it. No alert yet, and nobody else is asked."""
    why = {"reason": _SILENCES[due.reason].value}
    question.ask(draft, _voices(draft), Template.HOME_ARE_YOU_WELL, why)


# --- small things -----------------------------------------------------------------------------------------------------


def _put(draft: Draft, days: Days) -> None:
    draft.days = days
    if days.due_at is not None:
        draft.wake(days.due_at)


def _empty(draft: Draft, days: Days) -> Days:
    """Nobody is there to be watched: beds, rounds and stays begin anew with their return."""
    until_at = lasts_until(draft)
    beds = {key: replace(watch, left_at=None, no_breathing_since=None) for key, watch in days.beds.items()}
    due_at = None if until_at is None else max(until_at, draft.now + _SOON)
    stay = replace(days.stay, entered_at=None)
    life = inactivity.gone(days.life)
    return Days(life, beds, wandering.Rounds(), stay, due_at)


def _key(draft: Draft, what: str, device_id: str | None = None) -> str:
    return f"{what}|{device_id or draft.home.id}"


def _figures(draft: Draft) -> inactivity.Figures:
    return draft.context.rules.living.figures


def _bed_figures(draft: Draft) -> bed_exit.Figures:
    figures: bed_exit.Figures = draft.context.rules.night.bed
    own = draft.profile.overrides.get(BED_EXIT_RULE, {}).get("return_within_s")
    return figures if own is None else replace(figures, return_within=timedelta(seconds=own))


def _may_wander(draft: Draft) -> bool:
    return any(Flag.DEMENTIA in resident.flags for resident in draft.profile.residents)


def _sees_bathroom(draft: Draft) -> bool:
    return any(
        device.room_kind == _BATHROOM and device.kind in _HEARS for device in draft.profile.devices.values()
    )


def _is_heard(draft: Draft) -> bool:
    return any(
        device.kind in _HEARS and _is_alive(draft, device.id) for device in draft.profile.devices.values()
    )


def _is_alive(draft: Draft, device_id: str) -> bool:
    """As `device_health` found it: what is silent or gone is told there."""
    return is_heard(draft.rules, device_id)
