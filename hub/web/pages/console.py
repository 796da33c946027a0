"""The console: the queue of open alerts, worked with keyboard or mouse."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hub.core.alerts import WhatItWas, WhatWasDone
from hub.web.access import Permission
from hub.web.pages.menu import menu_of
from hub.web.pages.rendering import pages_of
from hub.web.parts import Forbidden, PartsDep, UserDep

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

HELP = (
    (("↑", "↓", "J", "K"), "help.move"),
    (("Enter",), "help.open"),
    (("A",), "action.acknowledge"),
    (("G",), "action.on_the_way"),
    (("S",), "action.on_site"),
    (("T",), "action.take_over"),
    (("R",), "action.resolve"),
    (("N",), "action.note"),
    (("1",), "action.ambulance"),
    (("H",), "action.raise"),
    (("M",), "help.sound"),
    (("Esc",), "help.escape"),
    (("?",), "help.help"),
)


@router.get("/")
async def console(request: Request, parts: PartsDep, user: UserDep) -> Response:
    """Where every log-in begins; whoever may not see alerts is taken to the first page that they may."""
    if not user.may(Permission.VIEW_ALERTS):
        open_to = menu_of(user)
        if not open_to:
            raise Forbidden(user, Permission.VIEW_ALERTS)
        return RedirectResponse(open_to[0].path, 303)
    pages = pages_of(request)
    return pages.page(
        request,
        "console.html",
        here="/",
        page_data=pages.data(request, "console.js"),
        what_it_was=[value.value for value in WhatItWas],
        what_was_done=[value.value for value in WhatWasDone],
        tells_people=parts.settings.tells_people,
        may_view_homes=user.may(Permission.VIEW_HOMES),
        may_raise=user.may(Permission.RAISE_ALERT),
        help=[line for line in HELP if line[1] != "action.raise" or user.may(Permission.RAISE_ALERT)],
    )
