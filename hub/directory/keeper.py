"""Keeps the directory of a running hub: changes are checked, saved, written into the change log, and then every home follows.

One change at a time. Dates make changes too (somebody moves in, a cover begins): `refresh` is called again and again.
"""

import logging
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future
from datetime import datetime
from typing import Any, Protocol, TypeVar

from hub.core.context import Context
from hub.core.events import LOG_IN_MARK, Actor, ActorRole, Command, SetProfile
from hub.core.home import UNASSIGNED_HOME_ID, Home
from hub.core.outcome import Result
from hub.directory import log_in_names, profiles
from hub.directory.comparing import homes_touched
from hub.directory.model import Directory
from hub.directory.supervision import USUAL, Supervision
from hub.directory.validation import DirectoryProblems, Problem
from hub.store import change_log, directory_rows
from hub.store.change_log import Change
from hub.store.store import Connection

log = logging.getLogger(__name__)

T = TypeVar("T")

SYSTEM = Actor("system", ActorRole.SYSTEM)
SAVED_WITHIN_S = 60


class Homes(Protocol):
    """What the keeper needs of the engine."""

    @property
    def cell(self) -> str: ...

    def write(self, fn: Callable[[Connection], T]) -> Future[T]: ...

    def submit(self, command: Command) -> Future[Result]: ...

    def home(self, home_id: str) -> Home | None: ...

    def homes(self) -> Mapping[str, Home]: ...

    def context(self) -> Context: ...

    def replace_context(self, change: Callable[[Context], Context]) -> None: ...

    def now(self) -> datetime: ...


class DirectoryKeeper:
    """`directory` is what is stored, None until one was adopted. Every method may be called from any thread and waits."""

    def __init__(
        self,
        homes: Homes,
        directory: Directory | None,
        problems: Callable[[Directory], Sequence[Problem]],
        supervision: Supervision = USUAL,
    ) -> None:
        self.directory = directory
        self._homes = homes
        self._problems = problems
        self._supervision = supervision
        self._one_at_a_time = threading.RLock()

    def adopt(self, directory: Directory) -> None:
        """Keep this directory instead of the one before. Raises DirectoryProblems, and nothing changes then."""
        with self._one_at_a_time:
            found = self._problems(directory)
            if found:
                raise DirectoryProblems(found)
            stored = self.directory

            def write(connection: Connection) -> None:
                log_in_names.keep_apart(connection, stored, directory)
                directory_rows.save(connection, directory)

            self._save(write)
            self.directory = directory
            self.refresh()

    def edit(self, change: Callable[[Directory], Directory], line: Change) -> Directory:
        """Make one change and write its line into the change log, in one transaction; returns the directory after it.

        `change` is pure and sees the newest directory. Raises DirectoryProblems with what the change would break (what was
        wrong before it is not held against it), or whatever `change` raises; nothing changes then.
        """
        with self._one_at_a_time:
            stored = self.directory
            before = stored if stored is not None else Directory(self._homes.cell)
            after = directory_rows.arranged(before, change(before))
            if after == before:
                return before
            found = self._problems(after)
            if found:
                known = set(self._problems(before))
                found = [problem for problem in found if problem not in known]
            if found:
                raise DirectoryProblems(found)

            def write(connection: Connection) -> None:
                log_in_names.keep_apart(connection, stored, after)
                if stored is None:
                    directory_rows.save(connection, after)
                else:
                    directory_rows.save_changes(connection, before, after)
                change_log.note(connection, line)

            self._save(write)
            self.directory = after
            # `by` is a log-in; spelled as a person's id it says so.
            mark = LOG_IN_MARK if any(person.id == line.by for person in after.persons) else ""
            touched = homes_touched(before, after) if stored is not None else None
            self.refresh(Actor(f"{mark}{line.by}", ActorRole.SYSTEM), touched)
            return after

    def problems(self, directory: Directory) -> Sequence[Problem]:
        """What would keep this directory from being adopted."""
        return self._problems(directory)

    def note(self, line: Change) -> None:
        """A line of the change log about something that is no change of the directory."""
        self._save(lambda connection: change_log.note(connection, line))

    def refresh(self, by: Actor = SYSTEM, only: Collection[str] | None = None) -> None:
        """Set what is no longer true at this instant: people on the roster, profiles of homes (`only`: of these). `by`: whose
        change it follows."""
        with self._one_at_a_time:
            if self.directory is None:
                return
            now = self._homes.now()
            context = self._homes.context()
            directory = self.directory
            if profiles.with_people(context, directory, now) != context:
                self._homes.replace_context(lambda context: profiles.with_people(context, directory, now))
            current = profiles.profiles(directory, now, self._supervision, only)
            for home_id in self._homes.homes() if only is None else only:
                known = self._homes.home(home_id)
                if known is not None and home_id not in current and home_id != UNASSIGNED_HOME_ID:
                    current[home_id] = profiles.left_behind(known.profile)
            answers = [
                self._homes.submit(SetProfile(home_id, by, profile))
                for home_id, profile in current.items()
                if (home := self._homes.home(home_id)) is None or home.profile != profile
            ]
            for answer in answers:
                answer.result(timeout=SAVED_WITHIN_S)
            if answers:
                log.info("%d homes follow the directory anew", len(answers))

    def _save(self, write: Callable[[Connection], Any]) -> None:
        self._homes.write(write).result(timeout=SAVED_WITHIN_S)
