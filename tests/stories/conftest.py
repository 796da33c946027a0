"""A fresh street for every story."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hub.core.context import Context
from tests.story import Story, quiet_street


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    told = Story(tmp_path / "story.sqlite")
    yield told
    told.store.close()


@pytest.fixture
def patient_story(tmp_path: Path) -> Iterator[Story]:
    """A street whose policy lets an acknowledgement hold for a quarter of an hour."""

    def patient(context: Context) -> Context:
        emergency = replace(context.policies["emergency"], acknowledged_for=timedelta(minutes=15))
        return replace(context, policies={**context.policies, "emergency": emergency})

    told = Story(tmp_path / "patient.sqlite", change=patient)
    yield told
    told.store.close()


@pytest.fixture
def quiet_story(tmp_path: Path) -> Iterator[Story]:
    """A street in which no device is ever missed, for stories of days and weeks."""
    told = Story(tmp_path / "quiet.sqlite", homes=quiet_street())
    yield told
    told.store.close()
