"""The elder sees and hears only what is true: shown states lapse, better knowledge is not taken back."""

from datetime import timedelta

import pytest

from device_sim.devices import NativeDevice
from device_sim.indication import Lamp
from device_sim.spec import DeviceKind, DeviceSpec
from firmware_contracts.messages import (
    BlinkCommand,
    CallMessage,
    FaultMessage,
    SelfTestCommand,
    SirenCommand,
    SpeakCommand,
)
from firmware_contracts.topics import address
from firmware_contracts.vocabulary import CallAction, CallState, Fault
from tests.device_sim.seen import MIDNIGHT, heard_command

SECOND = timedelta(seconds=1)


def a_device(kind: DeviceKind = DeviceKind.BUTTON, *, one_way: bool = False) -> NativeDevice:
    spec = DeviceSpec(id="d1", kind=kind, one_way=one_way, gateway="gateway01" if one_way else None)
    device = NativeDevice(spec, address("demo", "h1", "d1"), boot=1, seed=1)
    device.power_on(MIDNIGHT)
    return device


def pressed(device: NativeDevice) -> str:
    (copy,) = device.press(CallAction.EMERGENCY, None, MIDNIGHT)
    return CallMessage.model_validate_json(copy.payload).event_id


@pytest.mark.parametrize("state", list(CallState))
def test_a_shown_state_lapses_after_its_time(state: CallState) -> None:
    device = a_device()
    device.receive(heard_command(pressed(device), state, valid_for_s=90), MIDNIGHT)
    assert device.lamp(MIDNIGHT + 89 * SECOND) is Lamp(state.value)
    assert device.lamp(MIDNIGHT + 90 * SECOND) is Lamp.IDLE


def test_a_heard_that_comes_again_does_not_hide_that_somebody_is_coming() -> None:
    device = a_device()
    event_id = pressed(device)
    device.receive(heard_command(event_id, CallState.ON_THE_WAY, by="王管家"), MIDNIGHT)
    device.receive(heard_command(event_id), MIDNIGHT + SECOND)
    assert device.lamp(MIDNIGHT + 2 * SECOND) is Lamp.ON_THE_WAY
    assert device.indicator.by(MIDNIGHT + 2 * SECOND) == "王管家"
    # But the hub itself may take back that somebody comes.
    device.receive(heard_command(event_id, CallState.LOOKING), MIDNIGHT + 3 * SECOND)
    assert device.lamp(MIDNIGHT + 4 * SECOND) is Lamp.LOOKING


def test_sentences_are_said_twice_by_what_can_speak_and_shown_by_what_cannot() -> None:
    button, pendant = a_device(), a_device(DeviceKind.PENDANT)
    for device in (button, pendant):
        device.receive(heard_command(pressed(device), say="收到了,您别急,别急着起身。"), MIDNIGHT)
        assert device.lamp(MIDNIGHT + SECOND) is Lamp.HEARD
    assert [(said.sentence, said.times) for said in button.indicator.spoken] == [
        ("收到了,您别急,别急着起身。", 2)
    ]
    assert not pendant.indicator.spoken


def test_a_one_way_device_repeats_through_its_gateway_and_shows_nothing() -> None:
    device = a_device(one_way=True)
    (copy,) = device.press(CallAction.EMERGENCY, None, MIDNIGHT)
    call = CallMessage.model_validate_json(copy.payload)
    assert call.gateway == "gateway01"
    device.receive(heard_command(call.event_id), MIDNIGHT + SECOND)
    assert device.unheard_events == ()
    assert device.lamp(MIDNIGHT + SECOND) is Lamp.IDLE


def test_commands_are_obeyed_for_as_long_as_they_say() -> None:
    device = a_device(DeviceKind.VOICE_UNIT)
    for command in (SpeakCommand(say="您好", times=3), BlinkCommand(for_s=5), SirenCommand(for_s=10)):
        device.receive(command.model_dump_json().encode(), MIDNIGHT)
    assert [(said.sentence, said.times) for said in device.indicator.spoken] == [("您好", 3)]
    assert device.indicator.blinks(MIDNIGHT + 4 * SECOND)
    assert not device.indicator.blinks(MIDNIGHT + 5 * SECOND)
    assert device.indicator.siren_sounds(MIDNIGHT + 9 * SECOND)
    device.receive(SirenCommand(for_s=0).model_dump_json().encode(), MIDNIGHT + 9 * SECOND)
    assert not device.indicator.siren_sounds(MIDNIGHT + 9 * SECOND)


def test_a_silent_self_test_comes_back_as_a_test_call_that_the_elder_does_not_notice() -> None:
    device = a_device(DeviceKind.VOICE_UNIT)
    command = SelfTestCommand().model_dump_json().encode()
    (answer,) = device.receive(command, MIDNIGHT)
    assert CallMessage.model_validate_json(answer.payload).action is CallAction.TEST
    device.due(MIDNIGHT + 70 * SECOND)
    assert device.lamp(MIDNIGHT + 70 * SECOND) is Lamp.IDLE
    heard = heard_command(CallMessage.model_validate_json(answer.payload).event_id, say="收到了。")
    for _ in range(2):
        device.receive(heard, MIDNIGHT + 71 * SECOND)
    assert device.unheard_events == ()
    assert device.lamp(MIDNIGHT + 72 * SECOND) is Lamp.IDLE
    assert not device.indicator.spoken

    device.self_test_fails = True
    (answer,) = device.receive(command, MIDNIGHT + 80 * SECOND)
    assert FaultMessage.model_validate_json(answer.payload).fault is Fault.SELF_TEST_FAILED


def test_a_silent_self_test_between_press_and_cancel_does_not_take_the_place_of_the_press() -> None:
    device = a_device()
    pressed_id = pressed(device)
    device.receive(SelfTestCommand().model_dump_json().encode(), MIDNIGHT + SECOND)
    (cancel,) = device.press(CallAction.CANCEL, None, MIDNIGHT + 2 * SECOND)
    assert CallMessage.model_validate_json(cancel.payload).cancels == pressed_id
