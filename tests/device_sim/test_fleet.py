"""Fleets against real brokers: presses until heard through outages, wills of the broker, presses asked of a running fleet."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from threading import Event

import pytest

from device_sim.deeds import Press
from device_sim.fleet import Fleet, Links
from device_sim.link import Broker, BrokerUnreachable
from device_sim.pressing import press
from device_sim.spec import DeviceKind, DeviceSpec, FleetSpec, HomeSpec, synthesise
from device_sim.world import World
from firmware_contracts.messages import CallMessage
from firmware_contracts.vocabulary import CallAction
from hub.broker import EmbeddedBroker
from tests.device_sim.hub_stand_in import WITHIN_S, HubStandIn
from tests.mqtt_client import Client
from tests.servers import MosquittoServer, free_port


def a_button(cell: str) -> FleetSpec:
    devices = (
        DeviceSpec(id="button01", kind=DeviceKind.BUTTON),
        DeviceSpec(id="sos01", kind=DeviceKind.BUTTON, family="zigbee2mqtt"),  # type: ignore[arg-type]
    )
    return FleetSpec(cell=cell, homes=(HomeSpec(id="h1", devices=devices),))


@contextmanager
def running(fleet: Fleet) -> Iterator[Event]:
    """The fleet in a thread of its own, ended with the block; the event is set when an answer came and nothing is unheard."""
    stop, all_heard, raised = Event(), Event(), list[BaseException]()

    def watch(world: World) -> bool:
        if fleet.tally.commands and not world.unheard:
            all_heard.set()
        return False

    def run() -> None:
        try:
            fleet.run(stop, patient=True, finished=watch)
        except BaseException as error:  # noqa: BLE001 - raised in the test's own thread below
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield all_heard
    finally:
        stop.set()
        thread.join(WITHIN_S)
        assert not thread.is_alive()
        if raised:
            raise raised[0]


def press_soon(fleet: Fleet, home: str = "h1", device: str = "button01") -> None:
    """Put a press on the fleet's clock before it runs."""
    unit = fleet.world.units[home, device]
    fleet.world.schedule(fleet.world.now + timedelta(seconds=1), partial(fleet.world.perform, unit, Press()))


@pytest.mark.parametrize("links", list(Links))
def test_a_press_is_heard_and_then_silent(mosquitto: MosquittoServer, cell: str, links: Links) -> None:
    with HubStandIn(mosquitto.host, mosquitto.port, cell) as hub:
        fleet = Fleet(a_button(cell), Broker(mosquitto.host, mosquitto.port), links=links, speed=10)
        press_soon(fleet)
        with running(fleet) as all_heard:
            assert all_heard.wait(WITHIN_S)
        _, call = hub.next(CallMessage)
        assert call.action is CallAction.EMERGENCY


@pytest.mark.parametrize("links", [Links.DEVICE, Links.HOME])
def test_a_press_in_an_outage_is_heard_when_the_broker_is_back(
    own_mosquitto: MosquittoServer, cell: str, links: Links
) -> None:
    with HubStandIn(own_mosquitto.host, own_mosquitto.port, cell, answers=False) as hub:
        fleet = Fleet(a_button(cell), Broker(own_mosquitto.host, own_mosquitto.port), links=links)
        press_soon(fleet)
        with running(fleet) as all_heard:
            _, first = hub.next(CallMessage)
            own_mosquitto.kill()
            hub.answers = True
            own_mosquitto.start()
            address, again = hub.next(CallMessage)
            assert (address.device, again.event_id, again.seq) == ("button01", first.event_id, first.seq)
            assert all_heard.wait(WITHIN_S)
        assert fleet.tally.reconnects >= 1


def test_the_embedded_broker_carries_a_fleet_through_its_own_restart(
    own_nats: EmbeddedBroker, cell: str
) -> None:
    with HubStandIn(own_nats.host, own_nats.port, cell, answers=False) as hub:
        fleet = Fleet(a_button(cell), Broker(own_nats.host, own_nats.port), links=Links.HOME)
        press_soon(fleet)
        with running(fleet) as all_heard:
            _, first = hub.next(CallMessage)
            own_nats.kill()
            hub.answers = True
            own_nats.start()
            _, again = hub.next(CallMessage)
            assert again.event_id == first.event_id
            assert all_heard.wait(WITHIN_S)


def test_with_links_of_their_own_the_broker_publishes_the_will_of_a_cut_device(
    mosquitto: MosquittoServer, cell: str
) -> None:
    with HubStandIn(mosquitto.host, mosquitto.port, cell) as hub:
        fleet = Fleet(a_button(cell), Broker(mosquitto.host, mosquitto.port), links=Links.DEVICE, boot=41)
        unit = fleet.world.units["h1", "button01"]
        start = fleet.world.now
        fleet.world.schedule(start + timedelta(seconds=1), partial(fleet.world.power_off, unit))
        fleet.world.schedule(start + timedelta(seconds=2), partial(fleet.world.power_on, unit))
        with running(fleet):
            assert hub.next_status("button01", online=True).boot == 41
            assert hub.next_status("button01", online=False).boot == 41
            assert hub.next_status("button01", online=True).boot == 42


def test_a_key_of_a_running_fleet_is_pressed_by_that_fleet(mosquitto: MosquittoServer, cell: str) -> None:
    broker = Broker(mosquitto.host, mosquitto.port)
    with HubStandIn(mosquitto.host, mosquitto.port, cell) as hub:
        with running(Fleet(a_button(cell), broker, boot=41)):
            hub.next_status("button01", online=True)
            results = [
                press(
                    a_button(cell),
                    "h1",
                    device,
                    broker,
                    action=CallAction.EMERGENCY,
                    category=None,
                    wait_s=WITHIN_S,
                    stop=Event(),
                )
                for device in ("button01", "sos01")
            ]
        assert [(result.heard, result.by) for result in results] == [
            (True, "running fleet"),
            (None, "running fleet"),
        ]
        _, call = hub.next(CallMessage)
        assert call.boot == 41


def test_without_a_fleet_the_device_is_simulated_for_one_press(mosquitto: MosquittoServer, cell: str) -> None:
    broker = Broker(mosquitto.host, mosquitto.port)
    with HubStandIn(mosquitto.host, mosquitto.port, cell) as hub:
        result = press(
            a_button(cell),
            "h1",
            "button01",
            broker,
            action=CallAction.TEST,
            category=None,
            wait_s=WITHIN_S,
            stop=Event(),
        )
        assert result.heard
        _, call = hub.next(CallMessage)
        assert call.action is CallAction.TEST


def test_a_press_leaves_as_a_sleeping_device_does_and_nobody_looks_for_it(
    mosquitto: MosquittoServer, cell: str
) -> None:
    broker = Broker(mosquitto.host, mosquitto.port)
    with HubStandIn(mosquitto.host, mosquitto.port, cell):
        press(
            *(a_button(cell), "h1", "button01", broker),
            action=CallAction.EMERGENCY,
            category=None,
            wait_s=WITHIN_S,
            stop=Event(),
        )
    # Were its connection still there, the broker would end it for this one, and speak the will first.
    with Client(mosquitto.host, mosquitto.port, session=f"sim-{cell}-h1-button01") as after:
        after.subscribe(f"care/v1/{cell}/h1/button01/status")
        assert json.loads(after.next_message().payload)["online"] is True


def test_a_broker_that_is_not_there_is_said_at_once() -> None:
    port = free_port()
    with pytest.raises(BrokerUnreachable, match=f"no broker answers at 127.0.0.1:{port}"):
        Fleet(synthesise(1), Broker(port=port)).run(Event())
