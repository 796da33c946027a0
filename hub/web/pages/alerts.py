"""One alert on a page of its own: what happened, to be sent as a link, read later and printed."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from hub.web import api_alerts
from hub.web.access import Permission
from hub.web.models import AlertDetail
from hub.web.pages.rendering import pages_of
from hub.web.parts import PartsDep, ViewAlerts
from hub.web.visibility import see_alert

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/alerts/{alert_id}")
async def alert_page(request: Request, alert_id: str, parts: PartsDep, user: ViewAlerts) -> Response:
    pages = pages_of(request)
    # Its record alone: the care card stands on the console and on the home's page, and each opening is written down.
    alert = api_alerts.alert_detail(parts, await see_alert(parts, user, alert_id))
    return pages.page(
        request,
        "alert.html",
        here="/",
        alert=alert,
        took=_took(alert),
        sees_home=user.may(Permission.VIEW_HOMES),
        printed_at=parts.hub.now(),
    )


def _took(alert: AlertDetail) -> list[tuple[str, int]]:
    """From the first sign to the first answer, to somebody at the door, to the end: word and whole seconds."""
    return [
        (word, int((at - alert.opened_at).total_seconds()))
        for word, at in (
            ("alert.answered_after", alert.first_answer_at),
            ("alert.on_site_after", alert.on_site_at),
            ("alert.resolved_after", alert.resolved_at),
        )
        if at is not None
    ]
