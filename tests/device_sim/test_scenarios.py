"""Every shipped scenario, played on a virtual clock: what it publishes is what its name promises, and keeps the contract."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from device_sim.play import begin, play
from device_sim.scenario import load_scenario, shipped_scenarios
from device_sim.spec import FleetSpec, SpecError, synthesise
from device_sim.world import Emission, Published, World
from firmware_contracts.vocabulary import (
    BedState,
    CallAction,
    FallPhase,
    Fault,
    Kind,
    Measure,
    ServiceCategory,
)
from hub.directory.demo import demo_directory, fleet_spec
from tests.device_sim.seen import MIDNIGHT, decode, hears_after, of_kind

HEARD = hears_after(timedelta(milliseconds=300))


def played(
    name: str, *, homes: int = 3, answered: bool = True, seed: int = 1
) -> tuple[World, list[Emission]]:
    scenario = load_scenario(shipped_scenarios()[name])
    start = MIDNIGHT + timedelta(hours=scenario.starts_at_local_hour)
    world = World(synthesise(homes), started_at=start, seed=seed)
    return world, play(world, scenario, HEARD if answered else None, seed)


@pytest.mark.parametrize("name", shipped_scenarios())
def test_what_a_scenario_publishes_keeps_the_contract_and_is_the_same_each_time(name: str) -> None:
    # The street names homes up to h0040.
    homes = 40 if name == "street" else 3
    world, seen = played(name, homes=homes)
    for emission in seen:
        if isinstance(emission, Published) and not emission.garbled:
            decode(emission)
            assert emission.publication.retain == emission.publication.topic.endswith(
                ("/status", "/availability", "/state")
            )
    assert world.unheard == []
    assert [e.at for e in seen] == sorted(e.at for e in seen)
    assert seen == played(name, homes=homes)[1]


def test_sos_is_one_press_heard_at_once() -> None:
    _, seen = played("sos")
    ((_, call),) = of_kind(seen, Kind.CALL)
    assert call.action is CallAction.EMERGENCY
    _, unanswered = played("sos", answered=False)
    assert 9 <= len(of_kind(unanswered, Kind.CALL)) <= 12


def test_five_presses_are_five_events_and_the_last_is_taken_back() -> None:
    _, seen = played("five_presses_by_mistake")
    calls = [call for _, call in of_kind(seen, Kind.CALL)]
    assert [call.action for call in calls] == [CallAction.EMERGENCY] * 5 + [CallAction.CANCEL]
    assert len({call.event_id for call in calls}) == 6
    assert calls[-1].cancels == calls[-2].event_id


def test_a_fall_comes_with_its_window_and_the_person_lies_for_an_hour() -> None:
    _, seen = played("fall_and_lying")
    falls = [(e.at, fall) for e, fall in of_kind(seen, Kind.FALL) if e.home == "h0001"]
    assert Counter(fall.phase for _, fall in falls) == {
        FallPhase.SUSPECTED: 1,
        FallPhase.LYING: 6,
        FallPhase.GOT_UP: 1,
    }
    assert len({(fall.event_id, fall.phase) for _, fall in falls}) == len(
        {fall.event_id for _, fall in falls}
    )
    assert falls[0][1].window is not None
    assert falls[-1][0] - falls[0][0] > timedelta(hours=1)


def test_a_fever_rises_and_pulse_and_breath_with_it() -> None:
    _, seen = played("fever")
    values: dict[Measure, list[float | None]] = {}
    for _, vital in of_kind(seen, Kind.VITAL):
        for measure, value in vital.readings.items():
            values.setdefault(measure, []).append(value)
    temperatures = [value for value in values[Measure.TEMPERATURE_C] if value is not None]
    assert temperatures[0] < 37.5
    assert temperatures[-1] >= 39.0
    pulses = [value for value in values[Measure.HEART_RATE_BPM] if value is not None]
    assert pulses[-1] > pulses[0] + 15
    assert values[Measure.SPO2_PERCENT].count(None) == 1


def test_a_wanderer_leaves_bed_and_home_and_is_not_seen_again() -> None:
    _, seen = played("night_wandering")
    beds = [bed.state for _, bed in of_kind(seen, Kind.BED)]
    assert beds == [BedState.IN_BED, BedState.OUT_OF_BED]
    doors = of_kind(seen, Kind.CONTACT)
    moves = [e.at for e, motion in of_kind(seen, Kind.MOTION) if motion.moving]
    assert len(doors) == 2
    assert len(moves) >= 8
    assert max(moves) < doors[-1][0].at


def test_a_dying_battery_warns_twice_then_falls_silent_and_the_broker_says_so() -> None:
    _, seen = played("dying_battery")
    button = [e for e in seen if isinstance(e, Published) and (e.home, e.device) == ("h0001", "button01")]
    assert [fault.fault for _, fault in of_kind(button, Kind.FAULT)] == [
        Fault.BATTERY_LOW,
        Fault.BATTERY_GONE,
    ]
    charges = [beat.battery_percent for _, beat in of_kind(button, Kind.HEARTBEAT)]
    assert charges == sorted(charges, reverse=True)
    assert [status.online for _, status in of_kind(button, Kind.STATUS)] == [True, False]
    assert len(of_kind(button, Kind.CALL)) == 1
    assert button[-1].publication.topic.endswith("/status")


def test_a_dark_home_is_silent_for_an_hour_and_its_press_comes_late_with_its_age() -> None:
    world, seen = played("home_goes_dark")
    start = MIDNIGHT + timedelta(hours=8)
    of_home = [e for e in seen if isinstance(e, Published) and e.home == "h0001"]
    cut, back = start + timedelta(minutes=1), start + timedelta(minutes=61)
    wills = [e for e in of_home if cut <= e.at < back]
    native = [status.online for _, status in of_kind(wills, Kind.STATUS)]
    assert native
    assert not any(native)
    # Behind the dead bridge its sensors still stand as online; only the bridge itself is known to be gone.
    assert {e.publication.topic for e in wills if e.publication.topic.startswith("z2m")} == {
        "z2m/v1/demo/h0001/bridge/state"
    }
    assert len(wills) == len(native) + 1
    ((_, call),) = of_kind(of_home, Kind.CALL)
    assert call.age_ms == 41 * 60 * 1000
    assert world.lost > 0


def test_in_a_power_cut_gateways_say_so_and_what_has_no_battery_goes_dark_and_boots_again() -> None:
    _, seen = played("power_cut_building")
    faults = [(e.home, e.device, fault.fault) for e, fault in of_kind(seen, Kind.FAULT)]
    for home in ("h0001", "h0002", "h0003"):
        assert (home, "gateway01", Fault.MAINS_FAILED) in faults
        assert (home, "gateway01", Fault.MAINS_RESTORED) in faults
    boots = [status.boot for e, status in of_kind(seen, Kind.STATUS) if e.device == "gas01" and status.online]
    assert boots == [1, 2]
    uptimes = [beat.uptime_ms for e, beat in of_kind(seen, Kind.HEARTBEAT) if e.device == "gas01"]
    assert uptimes.count(0) == 2


def test_green_key_requests_carry_their_category() -> None:
    _, seen = played("service_requests")
    assert [call.category for _, call in of_kind(seen, Kind.CALL)] == [
        ServiceCategory.MEALS,
        ServiceCategory.CLEANING,
        ServiceCategory.URGENT_HELP,
    ]


def test_hazards_begin_and_end() -> None:
    _, seen = played("gas_and_smoke")
    states = [(e.device, m.gas, m.smoke) for e, m in of_kind(seen, Kind.ENVIRONMENT)]
    assert states == [
        ("gas01", True, None),
        ("smoke01", None, True),
        ("gas01", False, None),
        ("smoke01", None, False),
    ]
    leaks = [e for e in seen if isinstance(e, Published) and b'"water_leak": true' in e.publication.payload]
    assert [e.device for e in leaks][:1] == ["water01"]


def test_a_normal_day_has_nights_rooms_doors_and_readings_and_calls_nobody() -> None:
    _, seen = played("normal_day", homes=1)
    assert not of_kind(seen, Kind.CALL)
    assert not of_kind(seen, Kind.FALL)
    assert not of_kind(seen, Kind.FAULT)
    beds = [bed.state for _, bed in of_kind(seen, Kind.BED)]
    assert beds[0] is BedState.IN_BED
    assert beds[-1] is BedState.IN_BED
    assert BedState.OUT_OF_BED in beds
    hours = Counter(
        (e.at - MIDNIGHT) // timedelta(hours=1) for e, m in of_kind(seen, Kind.MOTION) if m.moving
    )
    by_day, by_night = sum(hours[h] for h in range(8, 19)), sum(hours[h] for h in range(5))
    assert by_day > max(10, 2 * by_night)
    measured = {measure for _, vital in of_kind(seen, Kind.VITAL) for measure in vital.readings}
    assert {Measure.SPO2_PERCENT, Measure.SYSTOLIC_MMHG, Measure.TEMPERATURE_C} <= measured
    doors = [door.state.value for e, door in of_kind(seen, Kind.CONTACT)]
    assert doors == ["open", "closed"] * (len(doors) // 2)


def test_duplicates_are_the_same_bytes_again() -> None:
    _, seen = played("duplicates")
    copies = Counter(
        e.publication.payload for e in seen if isinstance(e, Published) and "/vital" in e.publication.topic
    )
    assert sum(copies.values()) > 1.5 * len(copies)


def test_late_messages_arrive_out_of_order_and_none_is_lost() -> None:
    _, seen = played("late_and_reordered")
    arrived = [(e, vital) for e, vital in of_kind(seen, Kind.VITAL) if e.home == "h0001"]
    order = [vital.seq for _, vital in arrived]
    assert order != sorted(order)
    assert len(order) == len(set(order)) == 30
    start = MIDNIGHT + timedelta(hours=8)
    waits = [e.at - start - timedelta(milliseconds=vital.uptime_ms) for e, vital in arrived]
    assert max(waits) > timedelta(minutes=2)


def test_wrong_clocks_are_wrong_but_uptime_is_right() -> None:
    _, seen = played("wrong_clocks")
    start = MIDNIGHT + timedelta(hours=8)
    for e, call in of_kind(seen, Kind.CALL):
        assert call.device_time - e.at == timedelta(days=1)
        assert start + timedelta(milliseconds=call.uptime_ms) == e.at
    assert {(e.at - vital.device_time) for e, vital in of_kind(seen, Kind.VITAL)} == {timedelta(days=1100)}
    moved = [motion for e, motion in of_kind(seen, Kind.MOTION) if e.device == "motion01"]
    assert moved
    assert all(motion.device_time is None for motion in moved)


def test_garbage_breaks_the_contract_and_the_right_messages_still_come() -> None:
    _, seen = played("garbage")
    garbage = [
        e for e in seen if isinstance(e, Published) and e.garbled and e.publication.topic.startswith("care")
    ]
    assert len(garbage) > 20
    for emission in garbage:
        assert len(emission.publication.payload) > 65_536 or _refused(emission)
    assert len(of_kind(seen, Kind.VITAL)) == 36
    assert len({call.event_id for _, call in of_kind(seen, Kind.CALL)}) == 3


def _refused(emission: Published) -> bool:
    try:
        decode(emission)
    except ValidationError:
        return True
    return False


def test_the_street_of_the_demo_plays_with_the_demos_own_fleet() -> None:
    scenario = load_scenario(shipped_scenarios()["street"])
    fleet = FleetSpec.model_validate(fleet_spec(demo_directory(1, MIDNIGHT), MIDNIGHT))
    world = World(fleet, started_at=MIDNIGHT + timedelta(hours=8))
    seen = play(world, scenario, HEARD)
    pressed = {e.home for e, _ in of_kind(seen, Kind.CALL)}
    # Some of its buttons are foreign, which say it in other words.
    foreign = {
        e.home for e in seen if isinstance(e, Published) and b'"action": "emergency"' in e.publication.payload
    }
    assert pressed | foreign == {"h0001", "h0002", "h0010", "h0021", "h0033", "h0040"}
    assert foreign
    assert [fall.phase for _, fall in of_kind(seen, Kind.FALL)] == [FallPhase.SUSPECTED, FallPhase.LYING]
    assert world.unheard == []


def test_every_mistake_in_a_scenario_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(
        'title = "x"\nlasts = "ten minutes"\n\n[[step]]\ndo = "press"\naction = "scream"\n\n'
        '[[step]]\ndo = "dance"\n\n[[step]]\ndo = "cut"\nhome = "h1"\n',
        encoding="utf-8",
    )
    with pytest.raises(SpecError) as caught:
        load_scenario(path)
    text = str(caught.value)
    assert f"{path}:2 lasts" in text
    assert f"{path}:6 step 1 (press) action" in text
    assert "'emergency'" in text
    assert "'scream'" in text
    assert f"{path}:9 step 2" in text
    assert "'dance'" in text
    assert "'fall'" in text
    assert f"{path}:13 step 3 (cut) home" in text


def test_steps_that_find_no_device_are_all_named_before_anything_happens() -> None:
    fleet = FleetSpec.model_validate(
        {"cell": "demo", "homes": [{"id": "h1", "devices": [{"id": "m", "kind": "motion"}]}]}
    )
    world = World(fleet, started_at=MIDNIGHT)
    with pytest.raises(SpecError) as caught:
        begin(world, load_scenario(shipped_scenarios()["fall_and_lying"]))
    lines = str(caught.value).splitlines()
    assert len(lines) == 5
    assert "step 2 (fall)" in lines[0]
    assert "kinds there: motion" in lines[0]
