"""The texts by which homes are found: written with a home's profile, made anew for those that an earlier release wrote, searched
by words that stand anywhere in them."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from hub.directory import search
from hub.store import codec, statements, tables
from hub.store.tables import table_of

MOST_RANKED = 1500
"""Nobody looks through more; to order them takes longer than to find them."""

_HOME = table_of(tables.HomeRow)
_SEARCH = table_of(tables.HomeSearchRow)


def fill(connection: Connection, at_most: int = 100) -> int:
    """Write the texts of some homes that have none, or one of another version; returns of how many.

    In pieces, because the engine writes with the same connection: a piece of 100 homes takes it some milliseconds.
    """
    missing = (
        select(_HOME.c.home_id, _HOME.c.profile)
        .join(_SEARCH, _SEARCH.c.home_id == _HOME.c.home_id, isouter=True)
        .where(func.coalesce(_SEARCH.c.version, 0) != search.VERSION)
        .limit(at_most)
    )
    rows = [
        (home_id, search.VERSION, _text_of(profile)) for home_id, profile in connection.execute(missing).all()
    ]
    statements.SEARCH.run(connection, rows)
    return len(rows)


def _text_of(profile: str) -> str:
    """Nothing finds a home whose profile cannot be read; that it cannot is told where homes are loaded."""
    try:
        return search.text_of(codec.PROFILE.load(profile))
    except ValueError:
        return ""


def holds(query: search.Query) -> Any:
    """Whether a text fits, as a condition on the table of texts."""

    def one(word: search.Word) -> Any:
        return or_(*(func.instr(_SEARCH.c.text, needle) > 0 for needle in word.needles))

    every = and_(*(one(word) for word in query.words))
    return or_(every, one(query.joined)) if query.joined is not None and query.joined_finds_more else every


def homes_that_fit(query: search.Query) -> Any:
    """Their ids, as a subquery."""
    return select(_SEARCH.c.home_id).where(holds(query))


def find(connection: Connection, query: search.Query, homes: Collection[str] | None = None) -> list[str]:
    """The ids of all homes that fit, the best first, equal ones by address (by address alone, where they are too many to look
    at); `homes`: of these only."""
    rows = connection.execute(select(_SEARCH.c.home_id, _SEARCH.c.text).where(holds(query)))
    found = [(home_id, text) for home_id, text in rows if homes is None or home_id in homes]
    ranked = len(found) <= MOST_RANKED
    keys = [
        (query.rank(text) if ranked else (0, 0), search.place_in_order(text), home_id)
        for home_id, text in found
    ]
    return [home_id for *_, home_id in sorted(keys)]
