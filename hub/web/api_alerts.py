"""The API of alerts: list, look, act. Every action is one command for the engine."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Header, Query

from hub.core.alerts import AlertKind, AlertState, Severity
from hub.core.events import (
    Acknowledge,
    AddNote,
    ArriveOnSite,
    GoOnTheWay,
    RaiseByHand,
    RecordAmbulance,
    Resolve,
    TellWho,
)
from hub.store.views import AlertDetail as Found
from hub.web.access import Permission
from hub.web.care_cards import card_of_alert
from hub.web.commands import (
    current_alert,
    done_id,
    move_alert,
    obey,
)
from hub.web.guard import User
from hub.web.models import (
    AlertDetail,
    AlertOut,
    AlertPage,
    GoIn,
    MoveIn,
    NoteIn,
    RaiseIn,
    ResolveIn,
    TakeIn,
    WaitingOut,
)
from hub.web.models_finding import WhoIn
from hub.web.parts import ActOnAlerts, Parts, PartsDep, RaiseAlert, ViewAlerts
from hub.web.problems import RESPONSES, Problem, not_found
from hub.web.visibility import see_alert, see_home, visible_homes

router = APIRouter(prefix="/api/v1", responses=RESPONSES)

Limit = Annotated[int, Query(ge=1, le=200)]
Search = Annotated[str, Query(max_length=100)]


@router.get("/alerts", tags=["alerts"])
async def list_alerts(
    parts: PartsDep,
    user: ViewAlerts,
    is_open: Annotated[bool | None, Query(alias="open")] = None,
    state: Annotated[list[AlertState] | None, Query()] = None,
    severity: Annotated[list[Severity] | None, Query()] = None,
    kind: Annotated[list[AlertKind] | None, Query()] = None,
    home: str | None = None,
    centre: str | None = None,
    q: Search = "",
    limit: Limit = 50,
    before: str | None = None,
) -> AlertPage:
    """Alerts, newest first. `q` finds a part of a name, an address, a telephone number or an id."""
    if home is not None and parts.hub.home(home) is not None:
        see_home(parts, user, home, Permission.VIEW_ALERTS)
    # The number first: what is committed between the two reads is in the list and comes again in the stream, never neither.
    number = (await asyncio.to_thread(parts.queries.journal_range)).newest
    alerts = await asyncio.to_thread(
        parts.queries.list_alerts,
        homes=visible_homes(parts, user),
        is_open=is_open,
        states=state or (),
        severities=severity or (),
        kinds=kind or (),
        home_id=home,
        centre_id=centre,
        search=q,
        limit=limit,
        before=before,
    )
    return AlertPage(
        items=[parts.views.alert(alert) for alert in alerts],
        next=alerts[-1].id if len(alerts) == limit else None,
        number=number,
        now=parts.hub.now(),
    )


@router.get("/alerts/waiting", tags=["alerts"])
async def count_waiting(parts: PartsDep, user: ViewAlerts) -> WaitingOut:
    """How many emergencies of the log-in's homes nobody has taken: what every page shows, whatever else somebody works at."""
    seen, homes = visible_homes(parts, user), parts.hub.homes()
    waiting = [
        alert.opened_at
        for home_id, home in homes.items()
        if home.alerts and (seen is None or home_id in seen)
        for alert in home.alerts.values()
        if alert.state is AlertState.TRIGGERED and alert.severity is Severity.EMERGENCY
    ]
    return WaitingOut(emergencies=len(waiting), oldest_at=min(waiting, default=None))


@router.get("/alerts/{alert_id}", tags=["alerts"])
async def get_alert(alert_id: str, parts: PartsDep, user: ViewAlerts) -> AlertDetail:
    """One alert with its timeline, oldest entry first; with the home's care card for whom it opens."""
    detail = await see_alert(parts, user, alert_id)
    shown = alert_detail(parts, detail)
    card = await card_of_alert(parts, user, detail.alert)
    return shown if card is None else shown.model_copy(update={"card": card})


def alert_detail(parts: Parts, detail: Found) -> AlertDetail:
    return AlertDetail(
        **parts.views.alert(detail.alert).model_dump(),
        timeline=parts.views.timeline(detail.timeline),
    )


@router.post("/alerts", tags=["alerts"], status_code=201)
async def raise_by_hand(
    body: RaiseIn,
    parts: PartsDep,
    user: RaiseAlert,
    idempotency_key: Annotated[str | None, Header(min_length=8, max_length=64)] = None,
) -> AlertOut:
    """Raise an emergency for a home; the same `Idempotency-Key` again gives the same alert. An open call is joined."""
    if idempotency_key is None:
        raise Problem(
            400,
            "no_idempotency_key",
            "The header Idempotency-Key is missing.",
            where="Idempotency-Key",
            remedy="Send a new random value for every alert, and the same one again when you repeat the request.",
        )
    see_home(parts, user, body.home_id, Permission.RAISE_ALERT)
    alert_id = done_id(
        await obey(
            parts,
            RaiseByHand(
                home_id=body.home_id,
                by=user.actor,
                command_id=f"{user.login}|{idempotency_key}",
                resident_id=body.resident_id,
                note=body.note,
            ),
        )
    )
    alert = await current_alert(parts, body.home_id, alert_id)
    if alert is None:
        raise not_found("alert", "alert_id")
    return parts.views.alert(alert)


@router.post("/alerts/{alert_id}/acknowledge", tags=["alerts"])
async def acknowledge(alert_id: str, body: TakeIn, parts: PartsDep, user: ActOnAlerts) -> AlertOut:
    """Take the alert: it is yours until the hold expires. From somebody who has it only by naming them."""
    home_id = await _home_of(parts, user, alert_id)
    command = Acknowledge(home_id, alert_id, user.actor, body.version, body.take_over_from)
    return await move_alert(parts, command, home_id, alert_id)


@router.post("/alerts/{alert_id}/on-the-way", tags=["alerts"])
async def on_the_way(alert_id: str, body: GoIn, parts: PartsDep, user: ActOnAlerts) -> AlertOut:
    """You set out; or, as they told you, somebody else did."""
    home_id = await _home_of(parts, user, alert_id)
    whose = (body.take_over_from, body.on_behalf_of)
    command = GoOnTheWay(home_id, alert_id, user.actor, body.version, *whose)
    return await move_alert(parts, command, home_id, alert_id)


@router.post("/alerts/{alert_id}/on-site", tags=["alerts"])
async def on_site(alert_id: str, body: GoIn, parts: PartsDep, user: ActOnAlerts) -> AlertOut:
    """You are there; or, as they told you, somebody else is."""
    home_id = await _home_of(parts, user, alert_id)
    whose = (body.take_over_from, body.on_behalf_of)
    command = ArriveOnSite(home_id, alert_id, user.actor, body.version, *whose)
    return await move_alert(parts, command, home_id, alert_id)


@router.post("/alerts/{alert_id}/ambulance", tags=["alerts"])
async def ambulance(alert_id: str, body: MoveIn, parts: PartsDep, user: ActOnAlerts) -> AlertOut:
    """A person has telephoned 120: recorded, and told to the elder."""
    home_id = await _home_of(parts, user, alert_id)
    command = RecordAmbulance(home_id, alert_id, user.actor, body.version)
    return await move_alert(parts, command, home_id, alert_id)


@router.post("/alerts/{alert_id}/resolve", tags=["alerts"])
async def resolve(alert_id: str, body: ResolveIn, parts: PartsDep, user: ActOnAlerts) -> AlertOut:
    """Final. What it was and what was done are two closed lists; of an alert that names two homes also which it was."""
    home_id = await _home_of(parts, user, alert_id)
    outcome = (body.what_it_was, body.what_was_done, body.note)
    where = (body.at_home_id, body.home_unknown)
    command = Resolve(home_id, alert_id, user.actor, *outcome, body.version, *where)
    return await move_alert(parts, command, home_id, alert_id)


@router.post("/alerts/{alert_id}/who", tags=["alerts"])
async def tell_who(alert_id: str, body: WhoIn, parts: PartsDep, user: ActOnAlerts) -> AlertOut:
    """Which elder of the home it is about, once somebody knows."""
    home_id = await _home_of(parts, user, alert_id)
    command = TellWho(home_id, alert_id, user.actor, body.resident_id, body.version)
    return await move_alert(parts, command, home_id, alert_id)


@router.post("/alerts/{alert_id}/notes", tags=["alerts"])
async def add_note(alert_id: str, body: NoteIn, parts: PartsDep, user: ActOnAlerts) -> AlertOut:
    """Notes need no version: they overwrite nothing."""
    home_id = await _home_of(parts, user, alert_id)
    return await move_alert(parts, AddNote(home_id, alert_id, user.actor, body.note), home_id, alert_id)


async def _home_of(parts: Parts, user: User, alert_id: str) -> str:
    return (await see_alert(parts, user, alert_id, Permission.ACT_ON_ALERTS)).alert.home_id
