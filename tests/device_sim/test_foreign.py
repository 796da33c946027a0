"""Foreign devices speak as Zigbee2MQTT does, and the hub's own reader of that family understands them."""

import json
from datetime import timedelta
from typing import Any

import pytest

from device_sim.deeds import CannotDo, Deed, Door, Movement, Press, Surroundings
from device_sim.foreign import ForeignDevice
from device_sim.play import run_until
from device_sim.spec import DeviceKind, DeviceSpec, synthesise
from device_sim.world import Published, World
from firmware_contracts.topics import address
from firmware_contracts.vocabulary import CallAction, ContactState
from tests.device_sim.seen import MIDNIGHT


def a_device(kind: DeviceKind, *, empty_action: bool = True) -> ForeignDevice:
    spec = DeviceSpec.model_validate({"id": "d1", "kind": kind, "family": "zigbee2mqtt"})
    device = ForeignDevice(spec, address("demo", "h1", "d1"), seed=1, empty_action=empty_action)
    device.power_on(MIDNIGHT)
    return device


def said(device: ForeignDevice, deed: Deed) -> list[dict[str, Any]]:
    return [json.loads(publication.payload) for publication in device.perform(deed, MIDNIGHT)]


DEEDS: list[tuple[DeviceKind, Deed, dict[str, Any]]] = [
    (DeviceKind.BUTTON, Press(), {"action": "emergency"}),
    (DeviceKind.MOTION, Movement(), {"occupancy": True}),
    (DeviceKind.VIBRATION, Movement(), {"vibration": True}),
    (DeviceKind.CONTACT, Door(ContactState.OPEN), {"contact": False}),
    (DeviceKind.CONTACT, Door(ContactState.CLOSED), {"contact": True}),
    (DeviceKind.WATER, Surroundings({"water": True}), {"water_leak": True}),
    (DeviceKind.SMOKE, Surroundings({"smoke": True}), {"smoke": True}),
    (DeviceKind.CLIMATE, Surroundings({"temperature_c": 31.0}), {"temperature": 31.0, "humidity": 45.0}),
]


@pytest.mark.parametrize(("kind", "deed", "content"), DEEDS, ids=lambda value: str(value)[:30])
def test_a_deed_in_the_words_of_the_family(kind: DeviceKind, deed: Deed, content: dict[str, Any]) -> None:
    first = said(a_device(kind), deed)[0]
    assert first.items() >= content.items()
    assert {"battery", "linkquality", "last_seen"} <= first.keys()


def test_a_press_is_taken_back_by_an_empty_action_where_the_legacy_setting_is_on() -> None:
    assert [message["action"] for message in said(a_device(DeviceKind.BUTTON), Press())] == ["emergency", ""]
    quiet = a_device(DeviceKind.BUTTON, empty_action=False)
    assert [message["action"] for message in said(quiet, Press())] == ["emergency"]


def test_later_reports_of_a_button_carry_no_action() -> None:
    device = a_device(DeviceKind.BUTTON)
    device.perform(Press(), MIDNIGHT)
    at = device.next_due_at
    assert at is not None
    (report,) = device.due(at)
    assert "action" not in json.loads(report.payload)


def test_occupancy_ends_by_itself() -> None:
    device = a_device(DeviceKind.MOTION)
    device.perform(Movement(), MIDNIGHT)
    (cleared,) = device.due(MIDNIGHT + timedelta(seconds=90))
    assert json.loads(cleared.payload)["occupancy"] is False


@pytest.mark.parametrize("deed", [Press(CallAction.CANCEL), Movement()])
def test_what_the_family_has_no_word_for_is_an_error(deed: Deed) -> None:
    with pytest.raises(CannotDo):
        a_device(DeviceKind.BUTTON).perform(deed, MIDNIGHT)


def test_a_sensor_whose_battery_ends_says_nothing_and_is_called_offline_a_day_later() -> None:
    world = World(synthesise(1), started_at=MIDNIGHT)
    unit = world.units["h0001", "water01"]
    world.set_battery(unit, 3, 1)
    seen = run_until(world, MIDNIGHT + timedelta(days=2))
    last = [e for e in seen if isinstance(e, Published) and e.device == "water01"][-1]
    assert last.publication.topic == "z2m/v1/demo/h0001/water01/availability"
    assert last.publication.retain
    assert json.loads(last.publication.payload) == {"state": "offline"}
    assert last.at - MIDNIGHT > timedelta(hours=25)
