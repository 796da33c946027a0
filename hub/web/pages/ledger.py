"""A centre's ledger: templates, the present one, and files checked, shown and only then imported.

Works without scripts: a check is a page of its own, which lists what is wrong, or what would change and the button that does it.
"""

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from starlette.datastructures import UploadFile

from hub.web import api_directory
from hub.web.api_directory import XLSX, Format, Imports
from hub.web.downloads import attachment
from hub.web.guard import LEDGER_BYTES, User
from hub.web.ledger_checks import LASTS, Checked
from hub.web.pages.lists import pager
from hub.web.pages.rendering import pages_of
from hub.web.parts import Parts, PartsDep
from hub.web.words import LANGUAGES, say

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

FORMATS = ("xlsx", "csv")
_MB = 1024 * 1024


@router.get("/ledger")
async def ledger_page(request: Request, parts: PartsDep, user: Imports) -> Response:
    return _start(request)


@router.post("/ledger/checks")
async def check(request: Request, parts: PartsDep, user: Imports) -> Response:
    """Look at the files; nothing is written."""
    language = pages_of(request).language(request)
    async with request.form() as form:
        chosen = [one for one in form.getlist("files") if isinstance(one, UploadFile) and one.filename]
        files = api_directory.named([(one.filename, await one.read()) for one in chosen])
    if not files:
        return _start(request, say(language, "ledger.choose_first"), 422)
    worked = await api_directory.work(parts, user, files, dry_run=True)
    checked = parts.ledgers.keep(user.login, parts.hub.now(), files, worked)
    return _to(checked)


@router.get("/ledger/checks/{check_id}")
async def checked_page(
    request: Request,
    check_id: str,
    parts: PartsDep,
    user: Imports,
    table: Annotated[str, Query(max_length=40)] = "",
    kind: Annotated[str, Query(max_length=40)] = "",
    column: Annotated[str, Query(max_length=600)] = "",
    order: Annotated[str, Query(max_length=40)] = "",
    page: Annotated[int, Query(ge=1, le=100_000)] = 1,
) -> Response:
    from hub.ledger.complaints import Order
    from hub.web.ledger_view import LINES_A_PAGE, Asked, view

    checked = _kept(parts, user, check_id)
    if checked is None:
        return _gone(request)
    pages = pages_of(request)
    chosen = Order(order) if order in set(Order) else Order.LINE
    asked = Asked(table, kind, column, chosen, page)
    shown = await asyncio.to_thread(view, checked, asked, pages.language(request), parts.settings.timezone)
    return pages.page(
        request,
        "ledger_check.html",
        here="/ledger",
        page_data=pages.data(request, "ledger.js"),
        checked=checked,
        asked=asked,
        first=not request.url.query,
        orders=[one.value for one in Order],
        pager=pager(request, page, LINES_A_PAGE, shown["listed"]),
        most_bytes=LEDGER_BYTES,
        most_mb=LEDGER_BYTES // _MB,
        **shown,
    )


@router.post("/ledger/checks/{check_id}/import")
async def import_checked(request: Request, check_id: str, parts: PartsDep, user: Imports) -> Response:
    """Import what the check showed. When something else would come of it now, nothing is written, and that is shown."""
    checked = _kept(parts, user, check_id)
    if checked is None:
        return _gone(request)
    if checked.files and checked.worked.digest is not None:
        worked = await api_directory.work(
            parts, user, checked.files, dry_run=False, expected=checked.worked.digest
        )
        checked = parts.ledgers.again(checked, parts.hub.now(), worked)
    return _to(checked)


@router.get("/ledger/checks/{check_id}/findings")
async def findings(
    request: Request,
    check_id: str,
    parts: PartsDep,
    user: Imports,
    format: Format = "xlsx",  # noqa: A002 - the parameter's name in the address
    language: Literal["zh", "en"] = "zh",
) -> Response:
    """Every error and note, to be mended in the spreadsheet beside it."""
    from hub.ledger import complaints

    checked = _kept(parts, user, check_id)
    if checked is None:
        return _gone(request)
    plan = checked.worked.plan
    told = complaints.ordered(plan.errors, plan.sheets)
    told += complaints.ordered([one for one in plan.findings if not one.is_error], plan.sheets)
    write = complaints.as_csv if format == "csv" else complaints.as_workbook
    data = await asyncio.to_thread(write, told, language)
    at = f"{checked.at.astimezone(parts.settings.timezone):%Y-%m-%d-%H%M}"
    return Response(
        data,
        media_type="text/csv" if format == "csv" else XLSX,
        headers=attachment(f"{say(language, 'ledger.errors_file')}-{at}", f"ledger-errors-{at}", format),
    )


# --- inside -----------------------------------------------------------------------------------------------------------


def _start(request: Request, message: str = "", status: int = 200) -> Response:
    pages = pages_of(request)
    return pages.page(
        request,
        "ledger.html",
        status,
        here="/ledger",
        page_data=pages.data(request, "ledger.js"),
        message=message,
        most_bytes=LEDGER_BYTES,
        most_mb=LEDGER_BYTES // _MB,
        kinds=[(form, language) for language in LANGUAGES for form in FORMATS],
    )


def _kept(parts: Parts, user: User, check_id: str) -> Checked | None:
    return parts.ledgers.get(check_id, user.login, parts.hub.now())


def _gone(request: Request) -> Response:
    minutes = int(LASTS.total_seconds() // 60)
    return _start(request, say(pages_of(request).language(request), "ledger.gone", minutes=minutes), 404)


def _to(checked: Checked) -> Response:
    return RedirectResponse(f"/ledger/checks/{checked.id}", 303)
