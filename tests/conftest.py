"""Fixtures that several rooms of tests share: real brokers, topics of one's own, recordings."""

import gc
import os
import re
import shutil
import tempfile
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.broker import EmbeddedBroker
from hub.web import passwords
from tests.servers import MosquittoServer, make_embedded, missing

MEMORY = Path("/dev/shm")
ROOM_IN_MEMORY = 2_000_000_000
OPEN_FILES_AT_MOST = 300


def pytest_configure() -> None:
    """What thousands of tests would pay for, each for nothing: passwords at their real price (a test of its own holds it), and
    waiting for a disk at every commit, where memory has room enough. No test cuts the power; a killed process loses no file."""
    passwords.LOG2_N = 4
    if (
        "TMPDIR" not in os.environ
        and os.access(MEMORY, os.W_OK)
        and shutil.disk_usage(MEMORY).free > ROOM_IN_MEMORY
    ):
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long begin first, so that no worker is left alone with one at the end; those with a browser in turn with
    the others, for each browser wants a core of its own."""
    begun = {"browser": 0, "slow": 0}
    turns: dict[Path, int] = {}
    for item in items:
        kind = next((kind for kind in begun if item.get_closest_marker(kind)), None)
        if kind is not None and item.path not in turns:
            turns[item.path] = begun[kind]
            begun[kind] += 1
    last = len(turns)
    items.sort(key=lambda item: turns.get(item.path, last))


@pytest.fixture(scope="session", autouse=True)
def nothing_left_open() -> Iterator[None]:
    """A program that forgets to close its files has none left some day, and the tests that fail then are others than those that
    forgot: paho waits with `select`, which knows no file above the thousandth."""
    yield
    gc.unfreeze()  # a hub that ran in this process took what was there out of the collector's rounds
    gc.collect()
    files = (file for file in Path("/proc/self/fd").iterdir() if file.is_symlink())
    left = [re.sub(r"\d+", "N", str(file.readlink())) for file in files]
    assert len(left) < OPEN_FILES_AT_MOST, f"{len(left)} files left open: {Counter(left).most_common(8)}"


@pytest.fixture(scope="session")
def mosquitto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MosquittoServer]:
    """A running Mosquitto for tests that neither stop it nor leave sessions behind; use `cell` to keep apart."""
    with MosquittoServer(tmp_path_factory.mktemp("mosquitto")) as server:
        yield server


@pytest.fixture
def own_mosquitto(tmp_path: Path) -> Iterator[MosquittoServer]:
    """A running Mosquitto of this test alone: it may be stopped, killed, paused and started again."""
    with MosquittoServer(tmp_path / "mosquitto") as server:
        yield server


@pytest.fixture(scope="session")
def nats(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedBroker]:
    """A running embedded broker for tests that do not stop it; use `cell` to keep apart."""
    with make_embedded(tmp_path_factory.mktemp("nats")) as broker:
        yield broker


@pytest.fixture
def own_nats(tmp_path: Path) -> Iterator[EmbeddedBroker]:
    """A running embedded broker of this test alone."""
    with make_embedded(tmp_path / "nats") as broker:
        yield broker


@pytest.fixture
def cell(request: pytest.FixtureRequest) -> str:
    """A cell name that no other test uses: the same brokers then serve many tests."""
    name = re.sub(r"[^A-Za-z0-9]+", "-", request.node.name).strip("-")[:40]
    return f"{name}-{uuid.uuid4().hex[:8]}"


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real recordings, named by CARE_DATA; without it the test is skipped."""
    named = os.environ.get("CARE_DATA")
    if not named:
        pytest.skip("real recordings are not here: set CARE_DATA to the folder that holds them")
    folder = Path(named)
    if not folder.is_dir():
        missing(f"CARE_DATA={named} is not a folder")
    return folder
