"""Gives a person's command to the engine and turns its result into an answer or a problem."""

import asyncio
from typing import Any

from hub.core.alerts import Alert
from hub.core.events import Command
from hub.core.outcome import RefusalCode, Refused, Result
from hub.core.service_requests import ServiceRequest
from hub.store.views import AlertDetail
from hub.web.holding import holding_problem
from hub.web.hub import answer
from hub.web.models import AlertOut
from hub.web.parts import Parts
from hub.web.problems import Problem, not_found


async def alert_detail(parts: Parts, alert_id: str) -> AlertDetail:
    """Raises a 404 problem."""
    found = await asyncio.to_thread(parts.queries.alert, alert_id)
    if found is None:
        raise not_found("alert", "alert_id")
    return found


async def current_alert(parts: Parts, home_id: str, alert_id: str) -> Alert | None:
    """The alert as last committed."""
    home = parts.hub.home(home_id)
    if home is not None and alert_id in home.alerts:
        return home.alerts[alert_id]
    found = await asyncio.to_thread(parts.queries.alert, alert_id)
    return found.alert if found else None


async def current_request(parts: Parts, home_id: str, request_id: str) -> ServiceRequest | None:
    home = parts.hub.home(home_id)
    if home is not None and request_id in home.requests:
        return home.requests[request_id]
    found = await asyncio.to_thread(parts.queries.request, request_id)
    return found.request if found else None


async def obey(parts: Parts, command: Command) -> Result:
    """What the engine says; waits for the commit."""
    return await answer(parts.hub.submit(command))


async def move_alert(parts: Parts, command: Command, home_id: str, alert_id: str) -> AlertOut:
    """Carry out a command about an alert; the alert as it stands now, or a 409 that carries it."""
    result = await obey(parts, command)
    current = await current_alert(parts, home_id, alert_id)
    if isinstance(result, Refused):
        shown = parts.views.alert(current) if current else None
        known = holding_problem(result, shown, parts.settings.timezone) if shown else None
        raise known or refusal(result, current=shown.model_dump(mode="json") if shown else None)
    if current is None:
        raise not_found("alert", "alert_id")
    return parts.views.alert(current)


_TEXTS = {
    RefusalCode.STALE: ("stale", "It changed since you looked at it.", "Look at `current` and decide again."),
    RefusalCode.HELD_BY_OTHER: (
        "held_by_other",
        "Somebody else has taken it.",
        "Speak with the holder in `current`.",
    ),
    RefusalCode.WHO_GOES: (
        "who_goes",
        "Nobody at a desk comes to the door.",
        "Name in on_behalf_of who set out or is there: `current.may_go` lists them.",
    ),
    RefusalCode.WHICH_HOME: ("which_home", "It names two homes.", "Say which it was."),
    RefusalCode.NOT_ALLOWED_NOW: ("not_allowed_now", "Its state does not allow this.", "Look at `current`."),
}


def refusal(refused: Refused, current: Any) -> Problem:
    """The problem that says why a command did nothing. What is not open any more was found in the store: a conflict as well."""
    if refused.code is RefusalCode.INVALID:
        return Problem(422, "invalid", refused.detail, where="body", remedy="Correct it and send it again.")
    if refused.code is RefusalCode.NOT_FOUND:
        if current is None:
            return Problem(
                404, "not_found", refused.detail, where="path", remedy="Check the id, or list them."
            )
        return Problem(
            409,
            "resolved",
            "It is already over.",
            where="state",
            remedy="Look at `current`.",
            current=current,
        )
    code, detail, remedy = _TEXTS[refused.code]
    return Problem(409, code, detail, where="version", remedy=remedy, current=current)


def done_id(result: Result) -> str:
    """The id of what a command made; raises the problem when it was refused."""
    if isinstance(result, Refused):
        raise refusal(result, current=None)
    return result.id
