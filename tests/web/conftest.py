"""One running hub for each module of tests; every test presses in a home of its own."""

from collections.abc import Iterator

import httpx
import pytest

from tests.web.running import RunningHub


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    with RunningHub(tmp_path_factory.mktemp("hub"), homes=40) as running:
        yield running


@pytest.fixture(scope="module")
def _doors(hub: RunningHub) -> Iterator[str]:
    # Those whose people and devices no test is about: the first dozen are the special cases.
    return iter(hub.home_ids()[12:])


@pytest.fixture
def home_id(_doors: Iterator[str]) -> str:
    """A home in which nothing has happened yet."""
    return next(_doors)


@pytest.fixture
def chen(hub: RunningHub) -> Iterator[httpx.Client]:
    """An operator."""
    with hub.client("chen") as client:
        yield client


@pytest.fixture
def xu(hub: RunningHub) -> Iterator[httpx.Client]:
    """Another operator."""
    with hub.client("xu") as client:
        yield client


@pytest.fixture
def admin(hub: RunningHub) -> Iterator[httpx.Client]:
    with hub.client("admin") as client:
        yield client


@pytest.fixture
def stranger(hub: RunningHub) -> Iterator[httpx.Client]:
    """Nobody who logged in."""
    with hub.client(None) as client:
        yield client
