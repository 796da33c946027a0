"""Logging in and out, and the choice of language."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from hub.web.guard import client_address
from hub.web.pages.rendering import LANGUAGE_COOKIE, local_path, pages_of
from hub.web.parts import PartsDep
from hub.web.problems import Problem
from hub.web.sessions import Session
from hub.web.words import Language, say

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_YEAR_S = 365 * 24 * 3600


@router.get("/login")
async def login_page(request: Request, then: str = "/") -> Response:
    return pages_of(request).page(request, "login.html", then=local_path(then), message="", login="")


@router.post("/login")
async def log_in(
    request: Request,
    parts: PartsDep,
    login: Annotated[str, Form(max_length=64)],
    password: Annotated[str, Form(max_length=1024)],
    then: Annotated[str, Form()] = "/",
) -> Response:
    pages, now = pages_of(request), parts.hub.now()
    language = pages.language(request)
    status, message = 401, say(language, "login.wrong")
    headers: dict[str, str] = {}
    try:
        account = await parts.logins.check(login, password, client_address(request), now)
    except Problem as problem:
        account, status, headers = None, problem.status, problem.headers or {}
        wait_s = int(headers.get("Retry-After", "60"))
        message = (
            say(language, "login.busy")
            if problem.code == "too_many_waiting"
            else say(language, "login.too_many", minutes=(wait_s + 59) // 60)
        )
    if account is None:
        page = pages.page(request, "login.html", status, then=local_path(then), message=message, login=login)
        page.headers.update(headers)
        return page
    response = RedirectResponse(local_path(then), 303)
    session = Session(account.login, account.generation, now)
    response.headers.append("set-cookie", parts.sessions.cookie(session, request))
    parts.logins.names[account.login] = account.name
    await parts.logins.note_log_in(account, client_address(request))
    return response


@router.post("/logout")
async def log_out(request: Request, parts: PartsDep) -> Response:
    """Ends the session of this browser, also in a copy of its cookie; the person's other devices stay logged in."""
    ended = parts.sessions.end(request, parts.hub.now())
    if ended is not None:
        await parts.logins.end_session(*ended)
    response = RedirectResponse("/login", 303)
    response.headers.append("set-cookie", parts.sessions.cookie(None, request))
    return response


@router.post("/language")
async def choose_language(
    request: Request, language: Annotated[Language, Form()], then: Annotated[str, Form()] = "/"
) -> Response:
    response = RedirectResponse(local_path(then), 303)
    response.set_cookie(
        LANGUAGE_COOKIE, language, max_age=_YEAR_S, httponly=True, samesite="strict", path="/"
    )
    return response
