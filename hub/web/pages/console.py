"""The console: the queue of open alerts, worked with keyboard or mouse."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from hub.core.alerts import WhatItWas, WhatWasDone
from hub.web.pages.rendering import pages_of
from hub.web.parts import UserDep

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

HELP = (
    (("↑", "↓", "J", "K"), "help.move"),
    (("Enter",), "help.open"),
    (("A",), "action.acknowledge"),
    (("G",), "action.on_the_way"),
    (("S",), "action.on_site"),
    (("R",), "action.resolve"),
    (("N",), "action.note"),
    (("1",), "action.ambulance"),
    (("H",), "action.raise"),
    (("M",), "help.sound"),
    (("Esc",), "help.escape"),
    (("?",), "help.help"),
)


@router.get("/")
async def console(request: Request, user: UserDep) -> Response:
    pages = pages_of(request)
    return pages.page(
        request,
        "console.html",
        here="/",
        page_data=pages.data(request),
        what_it_was=[value.value for value in WhatItWas],
        what_was_done=[value.value for value in WhatWasDone],
        help=HELP,
    )
