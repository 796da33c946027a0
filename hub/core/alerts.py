"""An alert: what it is, and the verbs that move it from state to state."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum


class AlertKind(StrEnum):
    EMERGENCY_CALL = "emergency_call"
    FALL = "fall"
    VITAL_SIGNS = "vital_signs"
    ENVIRONMENT = "environment"
    TECHNICAL = "technical"
    UNCONFIRMED_CALL = "unconfirmed_call"
    UNREADABLE_SIGNAL = "unreadable_signal"
    UNJUDGED_HOME = "unjudged_home"
    INACTIVITY = "inactivity"
    NIGHT = "night"


class Severity(StrEnum):
    EMERGENCY = "emergency"
    URGENT = "urgent"
    ROUTINE = "routine"
    TECHNICAL = "technical"

    @property
    def rank(self) -> int:
        """0 is the gravest."""
        return _RANK[self]


_RANK = {Severity.EMERGENCY: 0, Severity.URGENT: 1, Severity.ROUTINE: 2, Severity.TECHNICAL: 3}


class AlertState(StrEnum):
    TRIGGERED = "triggered"
    ACKNOWLEDGED = "acknowledged"
    ON_THE_WAY = "on_the_way"
    ON_SITE = "on_site"
    RESOLVED = "resolved"


HELD_STATES = frozenset({AlertState.ACKNOWLEDGED, AlertState.ON_THE_WAY, AlertState.ON_SITE})
"""States in which a named person holds the alert."""


class WhatItWas(StrEnum):
    ILLNESS = "illness"
    FALL_HURT = "fall_hurt"
    FALL_UNHURT = "fall_unhurt"
    FIRE_OR_GAS = "fire_or_gas"
    MISTAKE = "mistake"
    VISITOR_MISTAKE = "visitor_mistake"
    WANTED_COMPANY = "wanted_company"
    DEVICE_FALSE = "device_false"
    RULE_FALSE = "rule_false"
    AWAY_NOT_TOLD = "away_not_told"
    TEST = "test"
    DECEASED = "deceased"
    UNDETERMINED = "undetermined"


class WhatWasDone(StrEnum):
    BY_PHONE = "by_phone"
    ON_SITE = "on_site"
    AMBULANCE = "ambulance"
    FAMILY_TOOK_OVER = "family_took_over"
    DECLINED = "declined"
    NO_ENTRY = "no_entry"
    FORCED_ENTRY = "forced_entry"


class Role(StrEnum):
    """Whom a policy can name. A role is resolved to people on duty at the moment of the step."""

    OPERATOR = "operator"
    DUTY_MANAGER = "duty_manager"
    BUTLER = "butler"
    DEPUTY = "deputy"
    ELDER_HELPER = "elder_helper"
    PARTNER = "partner"
    CONTACT = "contact"
    KEYHOLDER = "keyholder"
    PROPERTY_GUARD = "property_guard"
    GRID_WORKER = "grid_worker"
    CENTRE_DUTY = "centre_duty"
    CARE_INSTITUTION = "care_institution"
    FAMILY_DOCTOR = "family_doctor"


STAYS_AT_A_DESK = frozenset({Role.OPERATOR, Role.DUTY_MANAGER})
"""Who never comes to the door: recorded by them, "on the way" means that somebody else is."""


class When(StrEnum):
    """In which hours (local time) a step's role is asked."""

    ALWAYS = "always"
    DAY = "day"
    NIGHT = "night"


@dataclass(frozen=True, slots=True)
class StepRole:
    role: Role
    when: When = When.ALWAYS


@dataclass(frozen=True, slots=True)
class PolicyStep:
    """Everybody here is told at the same time; `wait` later, unanswered, the next step follows (the last one repeats)."""

    roles: tuple[StepRole, ...]
    wait: timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """How an alert is escalated and how long an answer holds."""

    name: str
    steps: tuple[PolicyStep, ...]
    acknowledged_for: timedelta
    on_the_way_for: timedelta
    on_site_for: timedelta


@dataclass(frozen=True, slots=True)
class Hold:
    """Who holds the alert, since when, and when the hold expires without progress. `role`: in which they answered; None where it
    is not known, and in alerts of older releases. `before`: who had it since it was last nobody's or somebody last set out."""

    by: str
    since_at: datetime
    until_at: datetime
    role: Role | None = None
    before: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InCharge:
    """Whose home it was when something began there: the centre, and the own butler (on the dates of a cover, the cover).

    Never changes, whatever becomes of home and roster: reports count by it.
    """

    centre_id: str | None = None
    butler_id: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an alert was raised or grew: a code of a closed list (texts in zh and en are made from it) and its numbers.

    Codes and their parameters are listed in `hub/core/reasons.py`.
    """

    code: str
    data: Mapping[str, str | float | int | bool | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One more sign that belongs to an alert."""

    at: datetime
    reason: Reason
    device_id: str | None = None
    event_id: str | None = None


MAX_EVIDENCE = 50
"""The newest pieces kept on an alert; all of them stand in the journal."""


@dataclass(frozen=True, slots=True)
class Alert:
    """An open question about a home until a named person has answered it.

    `opened_at` is hub time; `occurred_at` the estimated instant of the press or event (earlier when it came late).
    `resident_ids` has one entry where it is known whom it is about, all residents of the home otherwise.
    `step` is the index of the policy step last taken; `escalate_at` when the next one is due (None while held or resolved);
    `reassure_at` when the elder is told again that help is being looked for. `version` grows with every change (compare and
    swap). `notified` counts notifications made, so that each has an id of its own. `asked` are the people asked so far.
    What reports count never changes once it is known: `opened_as` (the severity it began with), `in_charge`, and who answered
    first and when. None in alerts of older releases. `pre_alarm_until`: until then the wearer of a fall sensor may say that it
    was nothing; nobody else is asked before (None: there is no such time, or it is over). `opened_as` is not known before that.
    `resident_unconfirmed`: nobody whom the directory knows lives there, or the wearer is gone. `other_home_id`: the device that
    called belongs to this other home, or its gateway does; `settled_home_id`: where it really was, once somebody has said so.
    `also`: dedup keys of other signs that are part of it (`incident`).
    """

    id: str
    home_id: str
    dedup_key: str
    kind: AlertKind
    severity: Severity
    state: AlertState
    reason: Reason
    opened_at: datetime
    occurred_at: datetime
    resident_ids: tuple[str, ...]
    policy: Policy
    device_id: str | None = None
    evidence: tuple[Evidence, ...] = ()
    event_ids: tuple[str, ...] = ()
    step: int = -1
    escalate_at: datetime | None = None
    reassure_at: datetime | None = None
    hold: Hold | None = None
    asked: tuple[str, ...] = ()
    notified: int = 0
    first_answer_at: datetime | None = None
    on_site_at: datetime | None = None
    resolved_at: datetime | None = None
    resolved_by: str | None = None
    what_it_was: WhatItWas | None = None
    what_was_done: WhatWasDone | None = None
    note: str = ""
    version: int = 1
    opened_as: Severity | None = None
    in_charge: InCharge | None = None
    first_answer_by: str | None = None
    resident_unconfirmed: bool = False
    other_home_id: str | None = None
    settled_home_id: str | None = None
    pre_alarm_until: datetime | None = None
    also: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        return self.state is not AlertState.RESOLVED

    @property
    def keys(self) -> tuple[str, ...]:
        """What it is about: its own dedup key, and those of the signs that joined it."""
        return (self.dedup_key, *self.also)

    @property
    def may_be_elsewhere(self) -> bool:
        """It names two homes, and nobody has said yet which it is. What is about a device alone is about no door."""
        return (
            self.other_home_id is not None
            and self.settled_home_id is None
            and self.kind is not AlertKind.TECHNICAL
        )

    @property
    def deadline_at(self) -> datetime | None:
        """The next instant at which something happens by itself; an open alert always has one."""
        if not self.open:
            return None
        instants = [
            at for at in (self.escalate_at, self.hold.until_at if self.hold else None, self.reassure_at) if at
        ]
        return min(instants) if instants else None


def derived_id(prefix: str, *parts: str) -> str:
    """An id that follows from what caused the thing: replay, gateway and centre all derive the same one."""
    digest = hashlib.blake2b("\x1f".join(parts).encode(), digest_size=10).hexdigest()
    return f"{prefix}-{digest}"


def add_evidence(alert: Alert, evidence: Evidence) -> Alert:
    """The alert with one more sign; the oldest beyond `MAX_EVIDENCE` leave the alert (not the journal)."""
    event_ids = alert.event_ids
    if evidence.event_id is not None and evidence.event_id not in event_ids:
        event_ids = (*event_ids, evidence.event_id)[-MAX_EVIDENCE:]
    return replace(
        alert,
        evidence=(*alert.evidence, evidence)[-MAX_EVIDENCE:],
        event_ids=event_ids,
        version=alert.version + 1,
    )


def acknowledge(alert: Alert, by: str, now: datetime, role: Role | None = None) -> Alert:
    """A named person takes the alert; it is theirs until the hold expires. Who had it before, and did not set out, gets no new
    time: two who hand it to each other would keep it from everybody else for ever."""
    until_at = now + alert.policy.acknowledged_for
    before: tuple[str, ...] = ()
    if alert.hold is not None:
        before = tuple(dict.fromkeys((*alert.hold.before, alert.hold.by)))
        if by in before:
            until_at = min(until_at, alert.hold.until_at)
    return _hold(alert, AlertState.ACKNOWLEDGED, Hold(by, now, until_at, role, before))


def go_on_the_way(alert: Alert, by: str, now: datetime, role: Role | None = None) -> Alert:
    return _hold(alert, AlertState.ON_THE_WAY, Hold(by, now, now + alert.policy.on_the_way_for, role))


def arrive_on_site(alert: Alert, by: str, now: datetime, role: Role | None = None) -> Alert:
    held = _hold(alert, AlertState.ON_SITE, Hold(by, now, now + alert.policy.on_site_for, role))
    return replace(held, on_site_at=held.on_site_at or now)


def _hold(alert: Alert, state: AlertState, hold: Hold) -> Alert:
    return replace(
        _asked_enough(alert),
        state=state,
        hold=hold,
        escalate_at=None,
        reassure_at=None,
        first_answer_at=alert.first_answer_at or hold.since_at,
        first_answer_by=alert.first_answer_by if alert.first_answer_at else hold.by,
        version=alert.version + 1,
    )


def _asked_enough(alert: Alert) -> Alert:
    """Once somebody has answered, nobody waits for the wearer of a fall sensor any more."""
    if alert.pre_alarm_until is None:
        return alert
    return replace(alert, pre_alarm_until=None, opened_as=alert.severity)


def hold_no_longer(alert: Alert, now: datetime) -> Alert:
    """The alert, held from now on for no longer than its policy lets it be: it has become graver than what was answered."""
    if alert.hold is None:
        return alert
    policy = alert.policy
    longest = {
        AlertState.ACKNOWLEDGED: policy.acknowledged_for,
        AlertState.ON_THE_WAY: policy.on_the_way_for,
        AlertState.ON_SITE: policy.on_site_for,
    }[alert.state]
    return replace(alert, hold=replace(alert.hold, until_at=min(alert.hold.until_at, now + longest)))


def resolve(
    alert: Alert, by: str, now: datetime, what_it_was: WhatItWas, what_was_done: WhatWasDone, note: str = ""
) -> Alert:
    """Final: nothing changes a resolved alert but notes in the journal."""
    return replace(
        _asked_enough(alert),
        state=AlertState.RESOLVED,
        hold=None,
        escalate_at=None,
        reassure_at=None,
        first_answer_at=alert.first_answer_at or now,
        first_answer_by=alert.first_answer_by if alert.first_answer_at else by,
        resolved_at=now,
        resolved_by=by,
        what_it_was=what_it_was,
        what_was_done=what_was_done,
        note=note,
        version=alert.version + 1,
    )
