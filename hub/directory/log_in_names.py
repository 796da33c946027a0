"""No person gets an id that is somebody else's log-in: journals tell who did something by one or the other."""

from collections.abc import Iterator

from hub.directory.model import Directory
from hub.directory.problems import DirectoryProblems, Problem
from hub.store import accounts
from hub.store.store import Connection


def keep_apart(connection: Connection, before: Directory | None, after: Directory) -> None:
    """Raises DirectoryProblems when a person who is new in `after` has the spelling of a log-in that stands for nobody, or for
    somebody else; in the transaction that saves the directory."""
    found = tuple(_problems(connection, before, after))
    if found:
        raise DirectoryProblems(found)


def _problems(connection: Connection, before: Directory | None, after: Directory) -> Iterator[Problem]:
    known = {person.id for person in before.persons} if before is not None else set()
    new = [person.id for person in after.persons if person.id not in known]
    if not new:
        return
    others = {
        account.login: account.person_id
        for account in accounts.list_accounts(connection)
        if account.login != account.person_id
    }
    for person_id in new:
        if person_id.casefold() in others and others[person_id.casefold()] != person_id:
            yield Problem(
                f'person "{person_id}"',
                f'the log-in "{person_id}" is somebody else\'s',
                "give the person another id, or none",
            )
