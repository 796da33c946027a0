"""A card or disk dies page by page: a hub whose store is damaged acknowledges no press that it cannot keep, and says so."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from hub.core.alerts import AlertKind
from tests.story import Story


def damage(path: Path, index: str) -> None:
    """Overwrite the root page of an index of a store that nobody has open."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("pragma wal_checkpoint(truncate)")
        (size,) = database.execute("pragma page_size").fetchone()
        (page,) = database.execute("select rootpage from sqlite_master where name = ?", (index,)).fetchone()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)


@pytest.mark.parametrize("index", ["ix_journal_request_id", "outbox_alert", "event_id_key"])
def test_a_press_is_not_acknowledged_and_the_hub_says_what_is_damaged(story: Story, index: str) -> None:
    story.store.close()
    whole = story.path.read_bytes()
    damage(story.path, index)
    story._open()
    story.press("h1")
    story.advance(minutes=2)
    assert story.acknowledged == []
    health = story.engine.health()
    assert not health.ready
    assert any("restore it from a backup" in text for _, text in health.problems)

    # Restored, it takes what was never acknowledged and so comes again.
    story.store.close()
    story.path.write_bytes(whole)
    story._open()
    story.press("h1")
    story.of(AlertKind.EMERGENCY_CALL)
    assert story.engine.health().ready
