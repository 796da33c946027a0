"""A ledger into the directory of a running hub: planned on the newest directory and kept in one edit, or not at all."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Any, Protocol

from hub.directory.model import Directory
from hub.directory.problems import DirectoryProblems, Problem
from hub.ledger import judging
from hub.ledger.concerned import concerned
from hub.ledger.digest import digest
from hub.ledger.plan import Plan, plan
from hub.ledger.reading import ZONE, read_ledger
from hub.ledger.told import told
from hub.store.change_log import Change, What
from hub.web.words.said import Language


class Keeper(Protocol):
    """What an import needs of the directory's keeper."""

    @property
    def directory(self) -> Directory | None: ...

    def problems(self, directory: Directory) -> Sequence[Problem]: ...

    def edit(self, change: Callable[[Directory], Directory], line: Change) -> Directory: ...


@dataclass(frozen=True, slots=True)
class Worked:
    """What a ledger does, or did, to the directory `before`. `digest` names exactly these changes, None when it is refused.

    `stale`: other changes were expected than these, so nothing was kept. `kept`: the changes are in the directory now.
    """

    plan: Plan
    before: Directory | None
    digest: str | None = None
    stale: bool = False
    kept: bool = False


class _Refused(Exception):
    """The newest directory does not take the ledger, or not as it was shown."""


def work_in(
    keeper: Keeper,
    files: Mapping[str, bytes],
    at: datetime,
    by: str,
    *,
    cell: str,
    dry_run: bool,
    zone: tzinfo = ZONE,
    expected: str | None = None,
    proven: Collection[str] = frozenset(),
) -> Worked:
    """Read the files, and unless it is a dry run keep what they say. Takes seconds, and waits for the
    commit: call it in a thread.

    `expected` is the digest of what somebody was shown: any other changes are not kept. `proven` as in `plan`.
    """
    ledger = read_ledger(files, zone)

    def planned(directory: Directory | None) -> Worked:
        found = plan(directory, ledger, at, cell=cell, zone=zone, problems=keeper.problems, proven=proven)
        name = digest(found, at) if found.directory is not None else None
        return Worked(found, directory, name, stale=expected is not None and name != expected)

    first = planned(keeper.directory)
    if dry_run or first.stale or first.plan.directory is None or not first.plan.changes:
        return first
    return _keep(keeper, first, planned, change_line(first.plan, at, by, len(files)))


def _keep(
    keeper: Keeper,
    first: Worked,
    planned: Callable[[Directory | None], Worked],
    line: Change,
) -> Worked:
    """What was kept: somebody may have edited the directory since the first look."""
    seen: list[Worked] = []

    def change(newest: Directory) -> Directory:
        newer = first if newest is first.before else planned(newest)
        seen.append(newer)
        if newer.stale or newer.plan.directory is None:
            raise _Refused
        return newer.plan.directory

    try:
        keeper.edit(change, line)
    except _Refused:
        return seen[-1]
    except DirectoryProblems as refused:
        judged = tuple(judging.findings(refused.problems, {}, {}))
        refusing = replace(
            first.plan, directory=None, changes=(), findings=(*first.plan.findings, *judged), untouched={}
        )
        return Worked(refusing, first.before)
    last = seen[-1]
    return Worked(last.plan, last.before, last.digest, kept=True)


def tell(done: Worked, language: Language, *, dry_run: bool, zone: tzinfo = ZONE) -> dict[str, Any]:
    """All of it as JSON values: what `told` tells, with `digest` and `stale`."""
    answer = told(done.plan, done.before, language, dry_run=dry_run, zone=zone)
    return {**answer, "digest": done.digest, "stale": done.stale}


def change_line(found: Plan, at: datetime, by: str, files: int) -> Change:
    """What the change log keeps of an import: how much of what; no names."""
    concerns = concerned(found.changes, found.directory) if found.directory is not None else ()
    data = {"files": files, **found.numbers}
    return Change(at, by, What.DIRECTORY_IMPORTED, "directory", None, data, concerns)
