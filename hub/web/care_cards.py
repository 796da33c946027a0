"""When a home's care card opens, and that every opening is written down: at once on an alert, else for a stated reason.

The card is what one needs at the telephone and at the door: telephone numbers, door code, conditions. It opens by itself for
whoever holds an open alert of the home, and for the desks that work the queue; nobody who hurries clicks for it. Everybody else
says why, and reads it for a quarter of an hour. Until then there is the short card: who lives there, on which floor, what hangs
there.
"""

import asyncio
import logging
from datetime import datetime, timedelta

from hub.core.alerts import Alert, Severity
from hub.core.events import ActorRole
from hub.core.home import UNASSIGNED_HOME_ID, Home
from hub.store import care_cards
from hub.store.care_cards import Opening, OpeningReason
from hub.store.errors import StoreError
from hub.web.access import Permission
from hub.web.guard import User
from hub.web.hub import answer
from hub.web.models import CareCard, ResidentOut
from hub.web.parts import Parts
from hub.web.problems import Problem
from hub.web.visibility import see_home
from hub.web.words import both

log = logging.getLogger(__name__)

OPEN_FOR = timedelta(minutes=15)
WRITTEN_WITHIN_S = 0.5
"""Whoever answers a call reads the card after this, whether or not the line is written yet: it stands in the queue."""
LINES = 30
BECAUSE_OF_ALERT = "alert"
"""The reason of an opening that nobody had to state."""

AT_THE_DOOR = frozenset({OpeningReason.VISIT, OpeningReason.REQUEST, OpeningReason.EMERGENCY})
"""These lead somebody to the door, and the door's code with them."""
DESKS = frozenset({ActorRole.OPERATOR, ActorRole.DUTY_MANAGER, ActorRole.CENTRE_DUTY})
"""They telephone before anybody holds the alert: its queue is theirs."""


def alert_that_opens(home: Home, user: User) -> Alert | None:
    """The open alert for which this user need not say why: one that they hold, else one of their desk's queue."""
    if not user.may(Permission.VIEW_ALERTS):
        return None
    found = [alert for alert in home.alerts.values() if alert.open]
    held = [alert for alert in found if alert.hold is not None and alert.hold.by == user.actor.id]
    at_desk = [alert for alert in found if alert.severity is not Severity.TECHNICAL]
    return next(iter(held or (at_desk if user.role in DESKS else ())), None)


async def card_for(parts: Parts, user: User, home_id: str) -> CareCard:
    """The card as far as it is open for this user now. Raises as `see_home`."""
    home = see_home(parts, user, home_id)
    alert = alert_that_opens(home, user)
    if alert is not None:
        await _opened_by_alert(parts, user, alert)
        return _open(parts, user, home, BECAUSE_OF_ALERT)
    reasons = await _reasons(parts, user, home_id)
    if not reasons:
        return short_card(parts, user, home_id)
    card = _open(parts, user, home, "reason", max(reasons.values()))
    if AT_THE_DOOR.isdisjoint(reasons) or not user.may(Permission.VIEW_ALERTS):
        return card
    return card.model_copy(update={"door_code": home.profile.door_code or None})


async def card_of_alert(parts: Parts, user: User, alert: Alert) -> CareCard | None:
    """With the alert itself, for whom it opens: whoever holds it needs nothing else."""
    home = parts.hub.home(alert.home_id)
    if home is None or alert.home_id == UNASSIGNED_HOME_ID or alert.id not in home.alerts:
        return None
    visible = parts.visibility.homes(user)
    seen = visible is None or alert.home_id in visible
    if not seen or alert_that_opens(home, user) is None or not user.may(Permission.VIEW_HOMES):
        return None
    return await card_for(parts, user, alert.home_id)


async def open_card(parts: Parts, user: User, home_id: str, reason: OpeningReason, note: str) -> CareCard:
    """Open it for a reason. Raises as `see_home`; 422 for another reason than those listed without words."""
    see_home(parts, user, home_id)
    note = note.strip()
    if reason is OpeningReason.OTHER and not note:
        said = both("card.reason_missing")
        raise Problem(
            422, "no_reason", said.en, where="note", remedy="Say in a few words what it is for.", zh=said.zh
        )
    now = parts.hub.now()
    opening = Opening(home_id, user.login, reason.value, now, now + OPEN_FOR, note=note)
    try:
        await answer(parts.hub.write(lambda connection: care_cards.write(connection, opening)))
    except (TimeoutError, StoreError):
        if reason is not OpeningReason.EMERGENCY:
            raise
        # A life comes before the line about it; who it was stands in the log.
        log.exception("log-in %s opened the card of home %s: not written", user.login, home_id)
        parts.opened_cards.unwritten[home_id, user.login] = now + OPEN_FOR
    return await card_for(parts, user, home_id)


async def openings(parts: Parts, home_id: str) -> list[Opening]:
    """Who opened this home's card, the newest first."""
    return await asyncio.to_thread(
        parts.queries.read, lambda connection: care_cards.of_home(connection, home_id, LINES)
    )


def short_card(parts: Parts, user: User, home_id: str) -> CareCard:
    """What needs no reason: who lives there and how they are called, floor, lift, devices, absences. Raises as `see_home`."""
    card = _readable(parts.views.care_card(see_home(parts, user, home_id), user.actor.id), user)
    return card.model_copy(
        update={
            "phone": "",
            "note": "",
            "door_code": None,
            "residents": [_without_conditions(one) for one in card.residents],
            "people": [one.model_copy(update={"phones": []}) for one in card.people],
        }
    )


async def _opened_by_alert(parts: Parts, user: User, alert: Alert) -> None:
    """Written once for each alert and person; whatever the store does, whoever answers the call reads the card."""
    if (alert.id, user.login) in parts.opened_cards.written:
        return
    opening = Opening(alert.home_id, user.login, BECAUSE_OF_ALERT, parts.hub.now(), alert_id=alert.id)
    writing = asyncio.wrap_future(parts.hub.write(lambda connection: care_cards.write(connection, opening)))
    try:
        await asyncio.wait_for(asyncio.shield(writing), WRITTEN_WITHIN_S)
    except TimeoutError:
        log.warning(
            "the opening of a card by log-in %s for alert %s is not written yet", user.login, alert.id
        )
    except StoreError:
        log.exception("the opening of a card by log-in %s for alert %s is not written", user.login, alert.id)
    else:
        parts.opened_cards.remember(alert.id, user.login)


async def _reasons(parts: Parts, user: User, home_id: str) -> dict[str, datetime]:
    """Each reason for which the card is open for this user, with until when."""
    now = parts.hub.now()
    found = await asyncio.to_thread(
        parts.queries.read,
        lambda connection: care_cards.open_for(connection, home_id, user.login, now),
    )
    unwritten = parts.opened_cards.unwritten.get((home_id, user.login))
    if unwritten is not None and unwritten > now:
        found[OpeningReason.EMERGENCY] = unwritten
    return found


def _open(parts: Parts, user: User, home: Home, opened: str, until_at: datetime | None = None) -> CareCard:
    card = _readable(parts.views.care_card(home, user.actor.id), user)
    return card.model_copy(update={"opened": opened, "opened_until_at": until_at})


def _readable(card: CareCard, user: User) -> CareCard:
    """Without what the role reads of no home."""
    hidden: dict[str, object] = {}
    if not user.may(Permission.VIEW_ALERTS):
        # Who installs needs the way and the telephone, not what somebody suffers from.
        residents = [
            _without_conditions(one).model_copy(update={"ability_level": None}) for one in card.residents
        ]
        hidden |= {"alerts": [], "door_code": None, "door_code_known": False}
        hidden |= {"residents": residents, "note": "", "care_bed": False}
    if not user.may(Permission.VIEW_REQUESTS):
        hidden |= {"requests": []}
    return card.model_copy(update=hidden) if hidden else card


def _without_conditions(resident: ResidentOut) -> ResidentOut:
    return resident.model_copy(update={"flags": [], "birth_year": None, "note": ""})
