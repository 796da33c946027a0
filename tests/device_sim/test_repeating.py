"""A call is repeated until it is heard, whatever happens to power and network: the duty that everything else rests on."""

import itertools
from datetime import datetime, timedelta
from functools import partial

from hypothesis import given
from hypothesis import strategies as st

from device_sim.deeds import Fall, Lie, Press
from device_sim.devices import NativeDevice
from device_sim.indication import UNHEARD_SENTENCE, Lamp
from device_sim.play import run_until
from device_sim.publication import Publication
from device_sim.spec import DeviceKind, DeviceSpec, FleetSpec, HomeSpec
from device_sim.world import Unit, World
from firmware_contracts.messages import CallMessage, FallMessage
from firmware_contracts.topics import address
from firmware_contracts.vocabulary import REPEAT_AFTER_S, CallAction, CallState, FallPhase, Kind
from tests.device_sim.seen import MIDNIGHT, heard_command, hears_after, of_kind

SECOND = timedelta(seconds=1)
seeds = st.integers(0, 2**32)


def a_device(kind: DeviceKind = DeviceKind.BUTTON, seed: int = 1, boot: int = 1) -> NativeDevice:
    device = NativeDevice(DeviceSpec(id="d1", kind=kind), address("demo", "h1", "d1"), boot=boot, seed=seed)
    device.power_on(MIDNIGHT)
    return device


def run(device: NativeDevice, end: datetime) -> list[tuple[datetime, Publication]]:
    """Everything a device says by itself until `end`."""
    said: list[tuple[datetime, Publication]] = []
    while (at := device.next_due_at) is not None and at <= end:
        said += [(at, publication) for publication in device.due(at)]
    return said


def calls(said: list[tuple[datetime, Publication]]) -> list[tuple[datetime, CallMessage]]:
    return [
        (at, CallMessage.model_validate_json(publication.payload))
        for at, publication in said
        if publication.topic.endswith("/call")
    ]


def a_world(kind: DeviceKind = DeviceKind.BUTTON, seed: int = 1) -> tuple[World, Unit]:
    spec = FleetSpec(cell="demo", homes=(HomeSpec(id="h1", devices=(DeviceSpec(id="d1", kind=kind),)),))
    world = World(spec, started_at=MIDNIGHT, seed=seed)
    return world, world.units["h1", "d1"]


@given(seed=seeds, unheard_for_s=st.floats(0, 1800))
def test_copies_of_a_press_come_in_the_contracts_rhythm_and_stay_one_event(
    seed: int, unheard_for_s: float
) -> None:
    device = a_device(seed=seed)
    pressed_at = MIDNIGHT + 7 * SECOND
    end = pressed_at + timedelta(seconds=unheard_for_s)
    said = [(pressed_at, copy) for copy in device.press(CallAction.EMERGENCY, None, pressed_at)]
    copies = calls(said + run(device, end))

    assert len({copy.event_id for _, copy in copies}) == 1
    assert len({copy.seq for _, copy in copies}) == 1
    for at, copy in copies:
        assert abs(copy.age_ms - (at - pressed_at) / timedelta(milliseconds=1)) < 1
        assert abs(copy.uptime_ms - (at - MIDNIGHT) / timedelta(milliseconds=1)) < 1
    for number, ((earlier, _), (later, _)) in enumerate(itertools.pairwise(copies)):
        wanted_s = REPEAT_AFTER_S[min(number, len(REPEAT_AFTER_S) - 1)]
        assert 0.8 * wanted_s <= (later - earlier).total_seconds() <= 1.2 * wanted_s + 1e-6
    # It never stops by itself: the next copy is at most the longest pause away.
    assert end - copies[-1][0] <= 1.2 * REPEAT_AFTER_S[-1] * SECOND


@given(seed=seeds, heard_after_s=st.floats(0, 600), state=st.sampled_from(list(CallState)))
def test_once_the_hub_has_it_no_copy_follows(seed: int, heard_after_s: float, state: CallState) -> None:
    device = a_device(seed=seed)
    (first,) = device.press(CallAction.EMERGENCY, None, MIDNIGHT)
    event_id = CallMessage.model_validate_json(first.payload).event_id
    heard_at = MIDNIGHT + timedelta(seconds=heard_after_s)
    run(device, heard_at)
    device.receive(heard_command(event_id, state), heard_at)

    assert device.unheard_events == ()
    assert not calls(run(device, heard_at + timedelta(hours=1)))


@given(
    seed=seeds,
    other=st.sampled_from([b"", b"\xff", b"{}", b"null", b'{"v":2}', heard_command("another-event")]),
)
def test_neither_garbage_nor_an_answer_to_another_call_stops_it(seed: int, other: bytes) -> None:
    device = a_device(seed=seed)
    device.press(CallAction.EMERGENCY, None, MIDNIGHT)
    device.receive(other, MIDNIGHT + SECOND)
    assert calls(run(device, MIDNIGHT + 10 * SECOND))


outages = st.lists(
    st.tuples(st.sampled_from(["link", "cut", "power"]), st.floats(0.1, 300), st.floats(0.1, 300)), max_size=6
)


@given(seed=seeds, troubles=outages, pressed_after_s=st.floats(0, 600))
def test_through_any_outage_every_press_is_heard_soon_after_the_way_is_free(
    seed: int, troubles: list[tuple[str, float, float]], pressed_after_s: float
) -> None:
    world, unit = a_world(seed=seed)
    at = MIDNIGHT
    for what, wait_s, lasts_s in troubles:
        begins = at + timedelta(seconds=wait_s)
        at = begins + timedelta(seconds=lasts_s)
        match what:
            case "link":
                world.schedule(begins, partial(world.link_down, [unit]))
                world.schedule(at, partial(world.link_up, [unit], at))
            case "cut":
                world.schedule(begins, partial(world.cut, unit))
                world.schedule(at, partial(world.restore, unit))
            case _:
                world.schedule(begins, partial(world.power_off, unit))
                world.schedule(at, partial(world.power_on, unit))
    pressed_at = MIDNIGHT + timedelta(seconds=pressed_after_s)
    was_powered: list[bool] = []

    def press() -> None:
        was_powered.append(unit.device.powered)
        world.perform(unit, Press())

    world.schedule(pressed_at, press)
    free_at = max(at, pressed_at)
    seen = run_until(world, free_at + 3 * SECOND, hears_after(SECOND / 10))

    assert world.unheard == []
    assert len({call.event_id for _, call in of_kind(seen, Kind.CALL)}) == sum(was_powered)


def test_a_reboot_gives_a_kept_call_a_new_boot_and_number_but_the_same_event() -> None:
    device = a_device(boot=7)
    (first,) = device.press(CallAction.EMERGENCY, None, MIDNIGHT)
    device.power_off(MIDNIGHT + SECOND)
    assert device.due(MIDNIGHT + 30 * SECOND) == []
    device.power_on(MIDNIGHT + 60 * SECOND)
    ((_, after),) = calls([(MIDNIGHT, copy) for copy in device.connected(MIDNIGHT + 60 * SECOND)])
    before = CallMessage.model_validate_json(first.payload)

    assert (before.boot, after.boot) == (7, 8)
    assert after.event_id == before.event_id
    assert after.uptime_ms == 0
    # Without power no device counts time: it can only tell what it saw.
    assert after.age_ms == 1000


def test_events_differ_between_presses_devices_and_boots() -> None:
    ids = []
    for boot in (1, 2):
        for name in ("d1", "d2"):
            device = NativeDevice(
                DeviceSpec(id=name, kind=DeviceKind.BUTTON), address("demo", "h1", name), boot=boot, seed=1
            )
            device.power_on(MIDNIGHT)
            for _ in range(50):
                (copy,) = device.press(CallAction.EMERGENCY, None, MIDNIGHT)
                ids.append(CallMessage.model_validate_json(copy.payload).event_id)
    assert len(set(ids)) == len(ids)


def test_a_device_that_nobody_heard_for_a_minute_says_so_until_it_is_heard() -> None:
    device = a_device()
    (first,) = device.press(CallAction.EMERGENCY, None, MIDNIGHT)
    event_id = CallMessage.model_validate_json(first.payload).event_id
    run(device, MIDNIGHT + 59 * SECOND)
    assert device.lamp(MIDNIGHT + 59 * SECOND) is Lamp.CALLING
    assert not device.indicator.spoken
    run(device, MIDNIGHT + 60 * SECOND)
    assert device.lamp(MIDNIGHT + 60 * SECOND) is Lamp.UNHEARD
    assert [spoken.sentence for spoken in device.indicator.spoken] == [UNHEARD_SENTENCE]
    device.receive(heard_command(event_id), MIDNIGHT + 61 * SECOND)
    assert device.lamp(MIDNIGHT + 61 * SECOND) is Lamp.HEARD


def test_each_phase_of_a_fall_is_repeated_under_an_id_of_its_own() -> None:
    device = a_device(DeviceKind.FALL_WEARABLE)
    (suspected,) = device.perform(Fall(), MIDNIGHT)
    run(device, MIDNIGHT + 20 * SECOND)
    (lying,) = device.perform(Lie(), MIDNIGHT + 20 * SECOND)
    ids = [FallMessage.model_validate_json(copy.payload).event_id for copy in (suspected, lying)]
    assert set(device.unheard_events) == set(ids)
    assert len(set(ids)) == 2

    device.receive(heard_command(ids[0]), MIDNIGHT + 21 * SECOND)
    later = [
        FallMessage.model_validate_json(copy.payload) for _, copy in run(device, MIDNIGHT + 300 * SECOND)
    ]
    assert {fall.phase for fall in later} == {FallPhase.LYING}
    assert len(later) > 4


def test_a_cancel_names_the_call_it_takes_back_and_both_are_repeated() -> None:
    device = a_device()
    (first,) = device.press(CallAction.EMERGENCY, None, MIDNIGHT)
    (second,) = device.press(CallAction.CANCEL, None, MIDNIGHT + SECOND)
    call, cancel = (CallMessage.model_validate_json(copy.payload) for copy in (first, second))
    assert cancel.cancels == call.event_id
    assert set(device.unheard_events) == {call.event_id, cancel.event_id}


def test_silence_is_never_longer_than_a_heartbeat() -> None:
    device = a_device(DeviceKind.CONTACT)
    times = [MIDNIGHT, *(at for at, _ in run(device, MIDNIGHT + timedelta(days=2)))]
    pauses = [later - earlier for earlier, later in itertools.pairwise(times)]
    assert max(pauses) <= timedelta(minutes=15)
    assert len(pauses) > 100
