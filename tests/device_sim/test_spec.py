"""A fleet file is read as it is meant, and every mistake in it is named at once."""

import json
from pathlib import Path

import pytest

from device_sim.spec import DeviceKind, Family, SpecError, load_fleet, synthesise
from hub.core.home import DeviceKind as HubDeviceKind


def test_hub_and_simulator_know_the_same_kinds_of_device() -> None:
    assert {kind.value for kind in DeviceKind} == {kind.value for kind in HubDeviceKind}


def test_a_fleet_file_is_read_and_unknown_fields_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "fleet.json"
    content = {
        "cell": "demo",
        "homes": [
            {
                "id": "h1",
                "address": "ignored",
                "devices": [
                    {
                        "id": "b1",
                        "kind": "button",
                        "family": "native",
                        "model": "X",
                        "wearer": None,
                        "silent_after_s": 600,
                    },
                    {"id": "s1", "kind": "water", "family": "zigbee2mqtt", "model": "SJCGQ11LM"},
                ],
                "residents": ["r1", {"id": "r2", "name": "ignored"}],
            }
        ],
    }
    path.write_text(json.dumps(content), encoding="utf-8")
    fleet = load_fleet(path)
    (home,) = fleet.homes
    assert [device.family for device in home.devices] == [Family.NATIVE, Family.ZIGBEE2MQTT]
    assert home.devices[0].silent_after_s == 600
    assert [resident.id for resident in home.residents] == ["r1", "r2"]


def test_a_made_up_fleet_survives_the_way_through_a_file(tmp_path: Path) -> None:
    path = tmp_path / "fleet.json"
    path.write_text(synthesise(4).model_dump_json(exclude_none=True), encoding="utf-8")
    assert load_fleet(path) == synthesise(4)


def test_every_mistake_is_named_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "fleet.json"
    content = {
        "cell": "de mo",
        "homes": [
            {"id": "h1", "devices": [{"id": "b1", "kind": "toaster"}, {"id": "b/2", "kind": "button"}]},
            {"id": "h2", "devices": [{"id": "b1", "kind": "button"}, {"id": "b1", "kind": "motion"}]},
        ],
    }
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        load_fleet(path)
    lines = str(caught.value).splitlines()
    assert len(lines) == 4
    assert all(line.startswith(str(path)) for line in lines)
    assert "'de mo'" in lines[0]
    assert "homes.0.devices.0.kind" in lines[1]
    assert "'button'" in lines[1]
    assert "'toaster'" in lines[1]
    assert "'b/2'" in lines[2]
    assert "more than once: b1" in lines[3]


@pytest.mark.parametrize(("text", "words"), [("{", "is not JSON"), (None, "cannot be read")])
def test_a_file_that_is_no_fleet(tmp_path: Path, text: str | None, words: str) -> None:
    path = tmp_path / "fleet.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(SpecError, match=words):
        load_fleet(path)
