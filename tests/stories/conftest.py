"""A fresh street for every story."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.story import Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    told = Story(tmp_path / "story.sqlite")
    yield told
    told.store.close()
