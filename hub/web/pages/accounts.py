"""Log-ins, for administrators."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from hub.web import api_accounts
from hub.web.guard import User
from hub.web.models import AccountChange, AccountIn
from hub.web.pages.rendering import pages_of
from hub.web.parts import AdministratorDep, Parts, PartsDep
from hub.web.problems import Problem
from hub.web.words import WORDS, say

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


async def _accounts(request: Request, parts: Parts, message: str = "", status: int = 200) -> Response:
    return pages_of(request).page(
        request, "accounts.html", status, here="/accounts", items=await parts.logins.all(), message=message
    )


@router.get("/accounts")
async def accounts_page(request: Request, parts: PartsDep, user: AdministratorDep) -> Response:
    return await _accounts(request, parts)


@router.post("/accounts")
async def add_account(
    request: Request,
    parts: PartsDep,
    user: AdministratorDep,
    login: Annotated[str, Form()],
    name: Annotated[str, Form()],
    role: Annotated[str, Form()],
    password: Annotated[str, Form()],
) -> Response:
    try:
        body = AccountIn.model_validate({"login": login, "name": name, "role": role, "password": password})
        await api_accounts.add_account(body, parts, user)
    except (ValidationError, Problem) as error:
        return await _refused(request, parts, error)
    return RedirectResponse("/accounts", 303)


@router.post("/accounts/{login}/active")
async def set_active(
    request: Request, login: str, parts: PartsDep, user: AdministratorDep, active: Annotated[bool, Form()]
) -> Response:
    return await _change(request, parts, user, login, {"active": active})


@router.post("/accounts/{login}/password")
async def set_password(
    request: Request, login: str, parts: PartsDep, user: AdministratorDep, password: Annotated[str, Form()]
) -> Response:
    return await _change(request, parts, user, login, {"password": password})


async def _change(
    request: Request, parts: Parts, user: User, login: str, change: Mapping[str, Any]
) -> Response:
    try:
        await api_accounts.change(parts, login, AccountChange.model_validate(change), user.login)
    except (ValidationError, Problem) as error:
        return await _refused(request, parts, error)
    return RedirectResponse("/accounts", 303)


async def _refused(request: Request, parts: Parts, error: ValidationError | Problem) -> Response:
    language = pages_of(request).language(request)
    if isinstance(error, Problem):
        key = f"problem.{error.code}"
        return await _accounts(
            request, parts, say(language, key) if key in WORDS else error.detail, error.status
        )
    field = str(error.errors()[0]["loc"][0])
    return await _accounts(
        request, parts, say(language, "accounts.wrong", field=say(language, f"accounts.{field}")), 422
    )
