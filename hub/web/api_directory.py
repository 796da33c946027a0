"""The API of the whole directory: a centre's ledger in, everything out again. The command line speaks to it as well."""

import asyncio
import json
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Depends, File, UploadFile
from fastapi.responses import Response

from hub.directory.model import Directory
from hub.directory.protection import proven
from hub.store.change_log import Change, What
from hub.web.access import Permission, ScopeKind
from hub.web.downloads import attachment
from hub.web.guard import User
from hub.web.models_directory import LedgerOut
from hub.web.parts import Forbidden, Parts, PartsDep, allowed
from hub.web.problems import RESPONSES
from hub.web.words import Language

if TYPE_CHECKING:
    from hub.ledger.keeping import Worked

router = APIRouter(prefix="/api/v1/directory", responses=RESPONSES, tags=["directory"])


def _whole_directory(user: Annotated[User, Depends(allowed(Permission.IMPORT))]) -> User:
    """A ledger is about everybody: who sees a part of the homes only neither brings one nor takes one away."""
    if user.scope.kind is not ScopeKind.EVERYTHING:
        raise Forbidden(user, Permission.IMPORT)
    return user


Imports = Annotated[User, Depends(_whole_directory)]
Format = Literal["xlsx", "csv"]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ZIP = "application/zip"


@router.post(
    "/import",
    response_model=LedgerOut,
    responses={
        409: {
            "model": LedgerOut,
            "description": "It would change something else than `expect` says: not taken.",
        },
        422: {"model": LedgerOut, "description": "The ledger has errors; nothing of it was taken."},
    },
)
async def import_files(
    parts: PartsDep,
    user: Imports,
    files: Annotated[list[UploadFile], File()],
    dry_run: bool = False,
    expect: str | None = None,
    language: Language = "zh",
) -> Response:
    """A ledger in one or several files (xlsx, CSV): all of it is taken, or nothing. Dry run: only what would change.

    `expect`: the `digest` of a dry run; whatever differs from what that one showed is not taken.
    """
    given = named([(one.filename, await one.read()) for one in files])
    done = await work(parts, user, given, dry_run=dry_run, expected=expect)
    body = await asyncio.to_thread(_encoded, parts, done, language, dry_run=dry_run)
    status = 422 if done.plan.directory is None else 409 if done.stale else 200
    return Response(body, status, media_type="application/json")


async def work(
    parts: Parts, user: User, files: Mapping[str, bytes], *, dry_run: bool, expected: str | None = None
) -> "Worked":
    """Look at a ledger, or take it; one at a time, beside the event loop."""
    # Loaded when somebody needs it: a hub starts without reading workbooks.
    from hub.ledger.keeping import work_in

    async with parts.ledgers.one_at_a_time:
        return await asyncio.to_thread(
            partial(
                work_in, cell=parts.hub.cell, zone=parts.settings.timezone, proven=proven(parts.hub.homes())
            ),
            parts.keeper,
            files,
            parts.hub.now(),
            user.login,
            dry_run=dry_run,
            expected=expected,
        )


def named(files: list[tuple[str | None, bytes]]) -> dict[str, bytes]:
    """Each under a name of its own, by which errors call it."""
    given: dict[str, bytes] = {}
    for number, (told, data) in enumerate(files, start=1):
        name = told or f"file-{number}"
        while name in given:
            name = f"{number} {name}"
        given[name] = data
    return given


def _encoded(parts: Parts, done: "Worked", language: Language, *, dry_run: bool) -> bytes:
    from hub.ledger.keeping import tell

    told = tell(done, language, dry_run=dry_run, zone=parts.settings.timezone)
    return json.dumps(told, ensure_ascii=False).encode()


@router.get("/template", response_class=Response)
async def template(user: Imports, format: Format = "xlsx", language: Language = "zh") -> Response:  # noqa: A002
    """An empty ledger to fill in, with an example in each table: a workbook, or CSV files in one zip. It holds nobody."""
    from hub.ledger import template

    as_csv = format == "csv"
    data = await asyncio.to_thread(template.template_csv if as_csv else template.template, language)
    return _file(
        data, "台账模板" if language == "zh" else "ledger-template", "ledger-template", as_csv=as_csv
    )


@router.get("/export", response_class=Response)
async def export(
    parts: PartsDep,
    user: Imports,
    format: Format = "xlsx",  # noqa: A002 - the parameter's name in the address
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
    # The hour too: who exports twice a day must tell the files apart.
    at = f"{now.astimezone(parts.settings.timezone):%Y-%m-%d-%H%M}"
    name = f"台账-{at}-全部" if language == "zh" else f"ledger-{at}-all"
    return _file(data, name, f"ledger-{at}-all", as_csv=as_csv)


def _file(data: bytes, name: str, plain: str, *, as_csv: bool) -> Response:
    return Response(
        data,
        media_type=ZIP if as_csv else XLSX,
        headers=attachment(name, plain, "zip" if as_csv else "xlsx"),
    )
