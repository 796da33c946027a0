"""A street of its own for every test of the engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.story import Story


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    told = Story(tmp_path / "engine.sqlite")
    yield told
    told.store.close()
