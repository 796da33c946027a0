"""A ledger into the directory of a running hub: planned on the newest directory and kept in one edit, or not at all."""

from collections.abc import Callable, Mapping
from datetime import datetime, tzinfo
from typing import Any, Protocol

from hub.directory.model import Directory
from hub.directory.problems import DirectoryProblems
from hub.ledger import judging
from hub.ledger.plan import Plan, plan
from hub.ledger.reading import ZONE, Ledger, read_ledger
from hub.ledger.told import told
from hub.store.change_log import Change, What
from hub.web.words.said import Language


class Keeper(Protocol):
    """What an import needs of the directory's keeper."""

    @property
    def directory(self) -> Directory | None: ...

    def edit(self, change: Callable[[Directory], Directory], line: Change) -> Directory: ...


class _Refused(Exception):
    """The newest directory does not take the ledger."""


def import_ledger(
    keeper: Keeper,
    files: Mapping[str, bytes],
    at: datetime,
    by: str,
    language: Language,
    *,
    cell: str,
    dry_run: bool,
    zone: tzinfo = ZONE,
) -> dict[str, Any]:
    """Read the files, and unless it is a dry run keep what they say; returns what `told` tells. Takes seconds, and waits for the
    commit: call it in a thread. `answer["refused"]` says whether nothing was kept because of errors."""
    ledger = read_ledger(files, zone)
    before = keeper.directory
    found = plan(before, ledger, at, cell=cell, zone=zone)
    if found.directory is not None and found.changes and not dry_run:
        before, found = _keep(keeper, ledger, found, (at, by, len(files), zone))
    return told(found, before, language, dry_run=dry_run, zone=zone)


def _keep(
    keeper: Keeper, ledger: Ledger, found: Plan, about: tuple[datetime, str, int, tzinfo]
) -> tuple[Directory | None, Plan]:
    """The plan that was kept, and the directory before it: somebody may have edited it since the first look."""
    at, by, files, zone = about
    looked_at = keeper.directory
    seen: list[tuple[Directory, Plan]] = []

    def change(newest: Directory) -> Directory:
        newer = found if newest is looked_at else plan(newest, ledger, at, zone=zone)
        seen.append((newest, newer))
        if newer.directory is None:
            raise _Refused
        return newer.directory

    try:
        keeper.edit(change, change_line(found, at, by, files))
    except _Refused:
        pass
    except DirectoryProblems as refused:
        judged = tuple(judging.findings(refused.problems, {}, {}))
        return looked_at, Plan(None, findings=(*found.findings, *judged), absent=found.absent)
    return seen[-1]


def change_line(found: Plan, at: datetime, by: str, files: int) -> Change:
    """What the change log keeps of an import: how much of what; no names."""
    return Change(at, by, What.DIRECTORY_IMPORTED, "directory", None, {"files": files, **found.numbers})
