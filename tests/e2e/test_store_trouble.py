"""A store that takes nothing for a while: what is pressed meanwhile is neither acknowledged nor lost, and people are told why."""

import resource
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager

import pytest

from device_sim.spec import FleetSpec
from tests.e2e.afterwards import alerts_of_calls
from tests.e2e.hub_process import HubProcess
from tests.e2e.receiver import Receiver
from tests.e2e.street import Street, until
from tests.e2e.test_presses import end_well
from tests.servers import MosquittoServer

pytestmark = pytest.mark.slow


@contextmanager
def locked(hub: HubProcess) -> Iterator[None]:
    """Another program writes into the store and does not come to an end."""
    store = hub.data_dir / "hub.sqlite"
    with closing(sqlite3.connect(store, isolation_level=None, timeout=20)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def unwritable(hub: HubProcess) -> Iterator[None]:
    """No file takes another byte of the hub's: what a full disk and one that became read-only have in common."""
    soft, hard = resource.prlimit(hub.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(hub.pid, resource.RLIMIT_FSIZE, (0, hard))
    yield
    resource.prlimit(hub.pid, resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("trouble", [locked, unwritable])
def test_a_press_waits_for_the_store_and_is_heard_when_it_is_back(
    hub: HubProcess,
    homes: FleetSpec,
    own_mosquitto: MosquittoServer,
    receiver: Receiver,
    trouble: Callable[[HubProcess], AbstractContextManager[None]],
) -> None:
    hub.start_ready()
    with Street(homes, own_mosquitto.host, own_mosquitto.port) as street:
        street.press(street.keys[0])
        until(lambda: not street.unheard(), "the first press is heard")
        with trouble(hub):
            street.press(*street.keys[1:4])
            until(lambda: "store" in (hub.problems() or {}), "the hub says that its store takes nothing")
            assert len(street.unheard()) == 3
            assert len(alerts_of_calls(hub.data_dir)) == 1
        until(hub.ready, "the hub is well again")
        end_well(hub, street, receiver)
