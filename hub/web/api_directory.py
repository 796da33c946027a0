"""The API of the whole directory: a centre's ledger in, everything out again. The command line speaks to it as well."""

import asyncio
from functools import partial
from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, File, UploadFile
from fastapi.responses import JSONResponse, Response

from hub.directory.model import Directory
from hub.store.change_log import Change, What
from hub.web.access import Permission
from hub.web.guard import User
from hub.web.models_directory import LedgerOut
from hub.web.parts import PartsDep, allowed
from hub.web.problems import RESPONSES
from hub.web.words import Language

router = APIRouter(prefix="/api/v1/directory", responses=RESPONSES, tags=["directory"])

Imports = Annotated[User, Depends(allowed(Permission.IMPORT))]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@router.post(
    "/import",
    response_model=LedgerOut,
    responses={422: {"model": LedgerOut, "description": "The ledger has errors; nothing of it was taken."}},
)
async def import_files(
    parts: PartsDep,
    user: Imports,
    files: Annotated[list[UploadFile], File()],
    dry_run: bool = False,
    language: Language = "zh",
) -> Response:
    """A ledger in one or several files (xlsx, CSV): all of it is taken, or nothing. Dry run: only what would change."""
    # Loaded when somebody needs it: a hub starts without reading workbooks.
    from hub.ledger.keeping import import_ledger

    given: dict[str, bytes] = {}
    for number, one in enumerate(files, start=1):
        name = one.filename or f"file-{number}"
        given[name if name not in given else f"{number} {name}"] = await one.read()
    answer = await asyncio.to_thread(
        partial(import_ledger, cell=parts.hub.cell, dry_run=dry_run, zone=parts.settings.timezone),
        parts.keeper,
        given,
        parts.hub.now(),
        user.login,
        language,
    )
    return JSONResponse(answer, status_code=422 if answer["refused"] else 200)


@router.get("/export", response_class=Response)
async def export(
    parts: PartsDep,
    user: Imports,
    format: Literal["xlsx", "csv"] = "xlsx",  # noqa: A002 - the parameter's name in the address
    language: Language = "zh",
) -> Response:
    """The whole directory as a workbook, or as CSV files in one zip. It holds addresses and door codes."""
    from hub.ledger.workbook import exported

    as_csv = format == "csv"
    now = parts.hub.now()
    directory = parts.keeper.directory or Directory(parts.hub.cell)
    line = Change(now, user.login, What.DIRECTORY_EXPORTED, "directory", None, {"csv": as_csv})
    # Written down first: nobody has it without a line that says so.
    await asyncio.to_thread(parts.keeper.note, line)
    data = await asyncio.to_thread(
        partial(exported, as_csv=as_csv), directory, language, now, parts.settings.timezone
    )
    name = ("台账" if language == "zh" else "ledger") + (".zip" if as_csv else ".xlsx")
    return Response(
        data,
        media_type="application/zip" if as_csv else XLSX,
        headers={"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}"},
    )
