"""Bringing a store to the schema of this release, one numbered step after the other, each in a transaction of its own.

A released step never changes. A new one is a module `mNNNN_what.py` with `upgrade(connection)`, listed below; it changes the
tables as they were then, so it speaks SQL and never imports `tables.py`. Write a fixture of the old schema before adding it
(`python -m tests.store.state_fixture`).
"""

from collections.abc import Callable

from sqlalchemy import Connection, text

from hub.store.damaged import is_number, key_of
from hub.store.errors import NewerSchema, NotAStore, WrongCell
from hub.store.migrations import (
    m0001_initial,
    m0002_access,
    m0003_reports,
    m0004_search,
    m0005_roster,
    m0006_adapted,
    m0007_concerns,
    m0008_standstill,
    m0009_clock_doubt,
    m0010_cards_and_tokens,
    m0011_days,
    m0012_wellbeing,
)

STEPS: tuple[Callable[[Connection], None], ...] = (
    m0001_initial.upgrade,
    m0002_access.upgrade,
    m0003_reports.upgrade,
    m0004_search.upgrade,
    m0005_roster.upgrade,
    m0006_adapted.upgrade,
    m0007_concerns.upgrade,
    m0008_standstill.upgrade,
    m0009_clock_doubt.upgrade,
    m0010_cards_and_tokens.upgrade,
    m0011_days.upgrade,
    m0012_wellbeing.upgrade,
)
SCHEMA_NUMBER = len(STEPS)


def schema_number(connection: Connection, where: str) -> int:
    """The schema the store has now; 0 for an empty file. Raises NotAStore for another program's database."""
    found = set(connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'")).scalars())
    if not found:
        return 0
    if "cell" not in found:
        raise NotAStore(f"{where}: a database of another program; give the hub a path of its own")
    number = connection.execute(text("SELECT schema_number FROM cell")).scalar()
    if not is_number(number) or number == 0:
        raise NotAStore(
            f"{where}: damaged, the number of its schema cannot be read; restore it from a backup"
        )
    return number


def migrate(connection: Connection, cell: str, where: str) -> None:
    """Run the missing steps. Raises WrongCell or NewerSchema before anything is changed."""
    with connection.begin():
        number = schema_number(connection, where)
        if number > SCHEMA_NUMBER:
            raise NewerSchema(
                f"{where}: schema {number}, but this release knows {SCHEMA_NUMBER}; start the newer release again"
            )
        if number:
            owner = key_of(connection.execute(text("SELECT name FROM cell")).scalar_one())
            if owner != cell:
                raise WrongCell(
                    f"{where}: belongs to cell {owner!r}, not {cell!r}; correct the cell in the settings or the path"
                )
    for step in STEPS[number:]:
        with connection.begin():
            step(connection)
            if number == 0:
                connection.execute(
                    text(
                        "INSERT INTO cell (id, name, schema_number, checkpoint_seq) VALUES (1, :cell, 1, 0)"
                    ),
                    {"cell": cell},
                )
            number += 1
            connection.execute(text("UPDATE cell SET schema_number = :number"), {"number": number})
