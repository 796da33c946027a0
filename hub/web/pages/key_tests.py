"""Keys tested by hand: the list of those that are due, and one home on a visit, held in one hand beside the elder."""

import asyncio
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hub.web import api_key_tests, finding
from hub.web.access import Permission
from hub.web.api_key_tests import TestsKeys
from hub.web.guard import User
from hub.web.models_key_tests import PassedIn
from hub.web.pages.lists import pager
from hub.web.pages.rendering import pages_of
from hub.web.parts import Parts, PartsDep, ViewHomes
from hub.web.problems import Problem
from hub.web.visibility import see_home
from hub.web.words import say

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

HOMES_A_PAGE = 50


@router.get("/key-tests")
async def key_tests_page(
    request: Request,
    parts: PartsDep,
    user: ViewHomes,
    centre: str = "",
    butler: str = "",
    show: str = "",
    page: Annotated[int, Query(ge=1)] = 1,
) -> Response:
    """What is due, by address, as one walks; printable."""
    offset = (page - 1) * HOMES_A_PAGE
    found = await api_key_tests.list_key_tests(
        parts, user, centre or None, butler or None, show != "all", HOMES_A_PAGE, offset
    )
    return pages_of(request).page(
        request,
        "key_tests.html",
        here="/key-tests",
        found=found,
        filters={"centre": centre, "butler": butler, "show": show},
        centres=await asyncio.to_thread(finding.centres, parts, user),
        butlers=await asyncio.to_thread(finding.butlers, parts, user),
        may_test=user.may(Permission.TEST_KEYS),
        printed_at=parts.hub.now(),
        pager=pager(request, page, HOMES_A_PAGE, found.total),
    )


@router.get("/key-tests/{home_id}")
async def key_test_page(request: Request, home_id: str, parts: PartsDep, user: ViewHomes) -> Response:
    return _visit(request, parts, user, home_id)


@router.post("/key-tests/{home_id}/start")
async def start(request: Request, home_id: str, parts: PartsDep, user: TestsKeys) -> Response:
    try:
        await api_key_tests.start_key_test(home_id, parts, user)
    except Problem as error:
        return _refused(request, parts, user, home_id, error)
    return _back(home_id)


@router.post("/key-tests/{home_id}/passed")
async def passed(
    request: Request,
    home_id: str,
    parts: PartsDep,
    user: TestsKeys,
    alert_id: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    try:
        await api_key_tests.pass_key_test(home_id, PassedIn(alert_id=alert_id), parts, user)
    except Problem as error:
        return _refused(request, parts, user, home_id, error)
    return _back(home_id)


def _back(home_id: str) -> Response:
    return RedirectResponse(f"/key-tests/{quote(home_id, safe='')}", 303)


def _refused(request: Request, parts: Parts, user: User, home_id: str, error: Problem) -> Response:
    """A gate that stays shut answers for itself; what the state forbids is told on the page."""
    if error.status not in (404, 409):
        raise error
    see_home(parts, user, home_id, Permission.TEST_KEYS)
    message = say(pages_of(request).language(request), "key_tests.refused")
    return _visit(request, parts, user, home_id, message=message, status=409)


def _visit(
    request: Request, parts: Parts, user: User, home_id: str, *, message: str = "", status: int = 200
) -> Response:
    pages, home = pages_of(request), see_home(parts, user, home_id)
    return pages.page(
        request,
        "key_test.html",
        status,
        here="/key-tests",
        page_data=pages.data(request, "key_test.js"),
        visit=api_key_tests.of_home(parts, user, home),
        may_test=user.may(Permission.TEST_KEYS),
        message=message,
    )
