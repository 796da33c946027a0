"""Both sides of the contract meet: the hub's decoder reads what simulated homes publish, and refuses only what is garbage."""

from datetime import timedelta

import pytest

from device_sim.deeds import Press, Surroundings
from device_sim.play import play, run_until
from device_sim.scenario import load_scenario, shipped_scenarios
from device_sim.spec import synthesise
from device_sim.world import Published, World
from firmware_contracts.vocabulary import CallAction
from hub.core.events import Call, DeviceEvent, Environment
from hub.ingest.decode import decode
from hub.ingest.decoded import Ignored, Rejected
from hub.ingest.message import RawMessage
from hub.ingest.zigbee_models import DeviceModel, model_named
from tests.device_sim.seen import MIDNIGHT

FLEET = synthesise(3)
MODELS = {(home.id, device.id): model_named(device.model) for home in FLEET.homes for device in home.devices}


def model_of(home: str, device: str) -> DeviceModel | None:
    return MODELS.get((home, device))


def decoded(emission: Published) -> DeviceEvent | Ignored | Rejected:
    return decode(RawMessage(emission.publication.topic, emission.publication.payload), model_of)


@pytest.mark.parametrize("name", [name for name in shipped_scenarios() if name != "street"])
def test_the_hub_reads_every_message_and_refuses_only_garbage(name: str) -> None:
    scenario = load_scenario(shipped_scenarios()[name])
    world = World(FLEET, started_at=MIDNIGHT + timedelta(hours=scenario.starts_at_local_hour))
    read = refused = 0
    for emission in play(world, scenario):
        if not isinstance(emission, Published):
            continue
        result = decoded(emission)
        if not emission.garbled:
            assert isinstance(result, DeviceEvent), (emission, result)
            assert (result.home_id, result.device_id) == (emission.home, emission.device)
            read += 1
        elif emission.publication.topic.startswith("care/"):
            assert not isinstance(result, DeviceEvent), emission
            refused += 1
    assert read > 50
    assert (refused > 20) == (name == "garbage")


def test_a_foreign_press_is_one_call_and_a_foreign_leak_one_hazard() -> None:
    world = World(FLEET, started_at=MIDNIGHT)
    world.advance(MIDNIGHT)
    world.perform(world.units["h0001", "sos01"], Press())
    world.perform(world.units["h0001", "water01"], Surroundings({"water": True}))
    events = [decoded(e) for e in run_until(world, MIDNIGHT) if isinstance(e, Published)]
    facts = [fact for event in events if isinstance(event, DeviceEvent) for fact in event.facts]
    assert [fact.action for fact in facts if isinstance(fact, Call)] == [CallAction.EMERGENCY]
    assert len([fact for fact in facts if isinstance(fact, Environment)]) == 1
