"""Who holds an alert: it is taken, somebody sets out, somebody is there. One person has it, and loses it to no slip of a key.

What the holder did can be recorded by somebody else who was told by telephone; the holder stays the holder. Taking it over is
a choice of its own: it names from whom, and they are told.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain

from hub.core import alerts as verbs
from hub.core import escalation, membership
from hub.core.alerts import HELD_STATES, STAYS_AT_A_DESK, Alert, AlertState, Role
from hub.core.context import Context
from hub.core.draft import Draft
from hub.core.events import Acknowledge, Actor, ActorRole, ArriveOnSite, GoOnTheWay
from hub.core.home import Profile
from hub.core.journal import EntryKind
from hub.core.notifications import NotifyReason, Template
from hub.core.outcome import Done, RefusalCode, Refused, Result
from hub.core.roster import on_duty

_AT_A_DESK = {
    ActorRole.OPERATOR: Role.OPERATOR,
    ActorRole.DUTY_MANAGER: Role.DUTY_MANAGER,
    ActorRole.CENTRE_DUTY: Role.CENTRE_DUTY,
}
"""As whom a log-in answers that stands for nobody of the directory."""

_STAY_AT_A_DESK = frozenset({ActorRole.OPERATOR, ActorRole.DUTY_MANAGER, ActorRole.ADMINISTRATOR})
"""Log-ins that record who sets out or arrives, and never do so themselves. By telephone a duty manager answers as others do."""

_COMES = (Role.BUTLER, Role.CENTRE_DUTY)
"""Roles that the roster fills and that come to a door, whether or not their step has been reached."""

_AT_THE_DOOR = frozenset({ActorRole.RESPONDER, ActorRole.BUTLER})
"""Who says of themselves that they set out, or are there."""


def acknowledge(draft: Draft, alert: Alert, command: Acknowledge) -> Result:
    if alert.hold is not None and alert.hold.by == command.by.id:
        return Done(alert.id, alert.version)
    if alert.hold is not None and alert.hold.by != command.take_over_from:
        return _held_by_other(alert)
    membership.note_answer(draft, alert, command.by)
    held = verbs.acknowledge(alert, command.by.id, draft.now, answers_as(draft, command.by))
    return _taken(draft, alert, held, command.by, EntryKind.ALERT_ACKNOWLEDGED, Template.HOME_TAKEN)


def go_on_the_way(draft: Draft, alert: Alert, command: GoOnTheWay) -> Result:
    if alert.state is AlertState.ON_SITE:
        return Refused(RefusalCode.NOT_ALLOWED_NOW, "somebody is on site already", alert.version)
    holder = _holder_after(draft, alert, command)
    if isinstance(holder, Refused):
        return holder
    if alert.state is AlertState.ON_THE_WAY and alert.hold is not None and alert.hold.by == holder.id:
        return Done(alert.id, alert.version)
    membership.note_answer(draft, alert, holder)
    held = verbs.go_on_the_way(alert, holder.id, draft.now, answers_as(draft, holder))
    return _taken(draft, alert, held, command.by, EntryKind.ALERT_ON_THE_WAY, Template.HOME_ON_THE_WAY)


def arrive_on_site(draft: Draft, alert: Alert, command: ArriveOnSite) -> Result:
    holder = _holder_after(draft, alert, command)
    if isinstance(holder, Refused):
        return holder
    if alert.state is AlertState.ON_SITE and alert.hold is not None and alert.hold.by == holder.id:
        return Done(alert.id, alert.version)
    membership.note_answer(draft, alert, holder)
    held = verbs.arrive_on_site(alert, holder.id, draft.now, answers_as(draft, holder))
    return _taken(draft, alert, held, command.by, EntryKind.ALERT_ON_SITE, None)


def answers_as(draft: Draft, actor: Actor) -> Role | None:
    """The role in which somebody answers: under which they stand to this home, else the one of their log-in."""
    stands_as = escalation.role_of(draft, actor.id)
    return Role(stands_as) if stands_as is not None else _AT_A_DESK.get(actor.role)


def _holder_after(draft: Draft, alert: Alert, command: GoOnTheWay | ArriveOnSite) -> Actor | Refused:
    """Who holds the alert once this is recorded: its holder, unless the command names from whom it is taken."""
    by, other = command.by, command.on_behalf_of
    holds = alert.hold.by if alert.hold is not None else None
    if other is not None and command.take_over_from is not None:
        return Refused(
            RefusalCode.INVALID, "either on behalf of the holder, or taken over from them: not both"
        )
    if by.role in _STAY_AT_A_DESK and other in (None, by.id):
        return _desk_records(alert) if _held_at_the_door(draft, alert) else _who_goes(alert)
    if other is not None and other != by.id:
        if holds not in (None, by.id, other) and (
            by.role not in _STAY_AT_A_DESK or _held_at_the_door(draft, alert)
        ):
            return _desk_records(alert)
        if other != holds and not _may_go(draft, alert, other):
            return Refused(
                RefusalCode.INVALID, f"{other} was not asked about this alert, nor comes to this home"
            )
        return Actor(other, ActorRole.RESPONDER)
    if holds in (None, by.id, command.take_over_from) or _gives_way(draft, alert, by):
        return by
    return _held_by_other(alert)


def who_may_go(
    profile: Profile, alert: Alert, context: Context, now: datetime
) -> Iterator[tuple[str, Role | None]]:
    """Whom a desk can record as on the way or there, with the role in which they stand to the home: those who were asked, then
    whoever else is bound to it or on duty at its centre; in each part the butler first, as the roles stand in `Role`. Nobody
    twice, nobody who stays at a desk."""
    roles: dict[str, Role | None] = {}
    for role in Role:
        for one in (
            *profile.people.get(role, ()),
            *(on_duty(role, profile, now, context) if role in _COMES else ()),
        ):
            roles.setdefault(one, role)
    for one in alert.asked:
        roles.setdefault(one, _role_on_shift(one, context))
    order = list(Role)
    for one, as_role in sorted(
        roles.items(),
        key=lambda item: (item[0] not in alert.asked, item[1] is None, item[1] and order.index(item[1])),
    ):
        if as_role not in STAYS_AT_A_DESK:
            yield one, as_role


def _role_on_shift(person_id: str, context: Context) -> Role | None:
    weekly = (role for role in Role if (person_id, role) in context.roster.has_shifts)
    dated = (shift.role for shift in context.dated_shifts if shift.person_id == person_id)
    return next(chain(weekly, dated), None)


def _may_go(draft: Draft, alert: Alert, person_id: str) -> bool:
    return any(one == person_id for one, _ in who_may_go(draft.profile, alert, draft.context, draft.now))


def _held_at_the_door(draft: Draft, alert: Alert) -> bool:
    """Somebody holds it who is not at a desk: what they do is recorded for them, and for nobody else."""
    if alert.hold is None:
        return False
    role = alert.hold.role or escalation.role_of(draft, alert.hold.by)
    return role is None or role not in STAYS_AT_A_DESK


def _who_goes(alert: Alert) -> Refused:
    return Refused(
        RefusalCode.WHO_GOES,
        "nobody at a desk comes to the door: name who does in on_behalf_of",
        alert.version,
    )


def _gives_way(draft: Draft, alert: Alert, by: Actor) -> bool:
    """Who sits at a desk has the alert until somebody goes to the door: that one takes nothing from them."""
    if alert.hold is None or by.role not in _AT_THE_DOOR:
        return False
    role = alert.hold.role or escalation.role_of(draft, alert.hold.by)
    return role in STAYS_AT_A_DESK or (role == Role.CENTRE_DUTY and alert.state is AlertState.ACKNOWLEDGED)


def _held_by_other(alert: Alert) -> Refused:
    return _held(alert, "name them in take_over_from to take it over")


def _desk_records(alert: Alert) -> Refused:
    """Whoever records a step of somebody else takes nothing over by it."""
    return _held(
        alert,
        "name them in on_behalf_of to record what they do; to take it over, acknowledge and name them in take_over_from",
    )


def _held(alert: Alert, remedy: str) -> Refused:
    holder = alert.hold.by if alert.hold is not None else "nobody"
    return Refused(
        RefusalCode.HELD_BY_OTHER, f"held by {holder} ({alert.state.value}): {remedy}", alert.version
    )


def _taken(
    draft: Draft, before: Alert, held: Alert, by: Actor, kind: EntryKind, say: Template | None
) -> Result:
    """A named person has it: what has not begun is cancelled, the others stand down, the elder hears it."""
    holder = held.hold.by if held.hold else by.id
    lost = before.hold.by if before.hold is not None and before.hold.by not in (holder, by.id) else None
    draft.cancel_unsent(held.id)
    draft.write(
        kind,
        alert_id=held.id,
        by=by.id,
        data={
            "until": held.hold.until_at.isoformat() if held.hold else None,
            **({"holder": holder} if holder != by.id else {}),
            **({"taken_from": lost} if lost is not None else {}),
        },
    )
    if before.state not in HELD_STATES or (before.hold is not None and before.hold.by != holder):
        held = escalation.tell_asked(
            draft, held, Template.TAKEN, NotifyReason.TAKEN_BY_OTHER, but={holder, lost}
        )
    if lost is not None and lost in draft.context.people:
        held, _ = escalation.tell(draft, held, lost, Template.TAKEN, NotifyReason.TAKEN_OVER)
    if say is not None and escalation.can_hear(draft, held):
        held = escalation.tell_elder(draft, held, say, by=holder)
    draft.put_alert(held)
    return Done(held.id, held.version)
