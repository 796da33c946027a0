"""The promise of the product, with a real broker, a hub in its own process, devices that obey the contract: no press is lost."""

import signal
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

import pytest

from device_sim.link import Broker
from device_sim.load import run_load
from device_sim.load_messages import parse_mix
from device_sim.spec import FleetSpec
from hub.broker import EmbeddedBroker
from hub.store.queries import Queries
from tests.e2e.afterwards import alerts_of_calls, expect_all_told, expect_each_once, expect_unbroken_journal
from tests.e2e.dying_hub import Moment
from tests.e2e.hub_process import HubProcess
from tests.e2e.receiver import Receiver
from tests.e2e.street import Street, until
from tests.servers import MosquittoServer, free_port, require_embedded_broker
from tests.soak import kills

pytestmark = pytest.mark.slow


def all_told(hub: HubProcess) -> bool:
    """Whether nothing waits to be sent any more."""
    with Queries(hub.data_dir / "hub.sqlite") as queries:
        return queries.counts().outbox_queued == 0


def end_well(hub: HubProcess, homes: Street, receiver: Receiver) -> None:
    """Wait until every press is heard and everybody told, end the hub in order, and look at what it kept."""
    until(lambda: not homes.unheard(), "every press is heard")
    until(lambda: all_told(hub), "everybody is told")
    assert hub.stop() == 0
    expect_each_once(hub.data_dir, homes.calls)
    expect_all_told(hub.data_dir, receiver.received)
    expect_unbroken_journal(hub.data_dir)


def test_a_press_becomes_one_alert_is_heard_and_people_are_told(
    hub: HubProcess, homes: FleetSpec, own_mosquitto: MosquittoServer, receiver: Receiver
) -> None:
    hub.start_ready()
    with Street(homes, own_mosquitto.host, own_mosquitto.port) as street:
        street.press(*street.keys[:3])
        # A second press of the same key joins the open alert, and is heard as well.
        until(lambda: not street.unheard(), "the first presses are heard")
        street.press(street.keys[0])
        end_well(hub, street, receiver)


def test_the_same_on_the_embedded_broker(
    make_hub: Callable[[str], HubProcess], homes: FleetSpec, receiver: Receiver
) -> None:
    require_embedded_broker()
    port = free_port()
    hub = make_hub(f"port = {port}")
    hub.start_ready()
    with Street(homes, EmbeddedBroker.host, port) as street:
        street.press(*street.keys[:3])
        until(lambda: not street.unheard(), "the presses are heard")
        hub.kill()
        street.press(street.keys[3])
        hub.start_ready()
        end_well(hub, street, receiver)


def test_killed_at_every_moment_between_a_commit_and_what_follows_it(
    hub: HubProcess, homes: FleetSpec, own_mosquitto: MosquittoServer, receiver: Receiver
) -> None:
    hub.start_ready()
    with Street(homes, own_mosquitto.host, own_mosquitto.port) as street:
        hub.kill()
        # One press meets the first three deaths; what was committed is not new in the next life, so the last needs another.
        for moment, key, alerts in (
            (Moment.BEFORE_COMMIT, street.keys[0], 0),
            (Moment.BEFORE_HEARD, None, 1),
            (Moment.BEFORE_ACKNOWLEDGEMENT, None, 1),
            (Moment.BEFORE_NOTIFYING, street.keys[1], 2),
        ):
            hub.start(("tests.e2e.dying_hub", moment))
            if key is not None:
                street.press(key)
            assert hub.ended() == -signal.SIGKILL
            assert len(alerts_of_calls(hub.data_dir)) == alerts
        hub.start_ready()
        end_well(hub, street, receiver)


def test_killed_again_and_again_under_presses(
    hub: HubProcess, homes: FleetSpec, own_mosquitto: MosquittoServer, receiver: Receiver
) -> None:
    """A handful of the hundred cycles of `make soak`."""
    counted = kills.kill(hub, homes, own_mosquitto, receiver.received, cycles=4, seed=3)
    assert counted.presses > 8
    assert counted.readings > 100
    assert [figure for figure in counted.figures() if not figure.kept] == []


@pytest.mark.parametrize("wiped", [False, True], ids=["with its store", "with an empty store"])
def test_the_broker_is_killed_under_presses(
    hub: HubProcess, homes: FleetSpec, own_mosquitto: MosquittoServer, receiver: Receiver, wiped: bool
) -> None:
    hub.start_ready()
    with Street(homes, own_mosquitto.host, own_mosquitto.port) as street:
        street.press(*street.keys[:4])
        own_mosquitto.kill()
        street.press(*street.keys[4:8])
        until(lambda: "mqtt" in (hub.problems() or {}), "the hub says that its broker is away")
        assert hub.running
        if wiped:
            (own_mosquitto.folder / "mosquitto.db").unlink(missing_ok=True)
        own_mosquitto.start()
        until(hub.ready, "the hub has found its broker again")
        street.press(*street.keys[8:10])
        end_well(hub, street, receiver)


def test_ended_in_the_middle_of_load(
    hub: HubProcess, homes: FleetSpec, own_mosquitto: MosquittoServer, receiver: Receiver
) -> None:
    hub.start_ready()
    reports = []

    def load() -> None:
        reports.append(
            run_load(
                homes,
                Broker(own_mosquitto.host, own_mosquitto.port),
                mix=parse_mix("vitals=100"),
                rate_per_s=400,
                lasts_s=4.0,
                boot=1,
                stop=Event(),
            )
        )

    with Street(homes, own_mosquitto.host, own_mosquitto.port) as street:
        loading = Thread(target=load)
        loading.start()
        street.press(*street.keys[:5])
        until(lambda: len(street.unheard()) < 5, "the hub works")
        street.press(*street.keys[5:10])
        assert hub.stop() == 0
        street.press(*street.keys[10:12])
        hub.start_ready()
        loading.join(20)
        assert reports[0]["acked"] == reports[0]["sent"] > 1000
        end_well(hub, street, receiver)


def test_a_second_hub_on_the_same_store_says_who_holds_it(
    hub: HubProcess, own_mosquitto: MosquittoServer, tmp_path: Path
) -> None:
    hub.start_ready()
    second = HubProcess(hub.settings)
    second.log = tmp_path / "second.log"
    second.start()
    assert second.ended() == 2
    assert "hub.sqlite: held by process" in second.said
    assert len(second.said.splitlines()) == 1
    assert hub.ready(), "the first one goes on"
    assert hub.stop() == 0
