"""The channel into the elder's room: the right command of the contract, only true sentences."""

import json

import pytest

from firmware_contracts.messages import COMMAND, CallStateCommand, SpeakCommand
from firmware_contracts.vocabulary import CallState
from hub.core.alerts import Role
from hub.core.notifications import HOME_CHANNEL, Heard, Notification, Template
from hub.notify.channel import PermanentFailure, Sent, TemporaryFailure
from hub.notify.home import HOME_TEMPLATES, HomeChannel, encode, heard_command, home_command
from hub.notify.phrases import spoken_name
from tests.notify.notifications import notification

EVENT = "press-0001"


def said(template: Template, **data: str | None) -> Notification:
    named = {"call_name": "王奶奶", "surname": "李", "by_role": "butler", "event_id": EVENT, **data}
    return notification(channel=HOME_CHANNEL, address="button-1", template=template, data=named)


@pytest.mark.parametrize(
    ("template", "data", "state", "by", "sentence", "valid_for_s"),
    [
        (Template.HOME_ASKING, {}, "asking", None, "您是不是摔了？没事请按取消，不按我们就叫人来。", 90),
        (Template.HOME_LOOKING, {}, "looking", None, "还在给您找人，没忘您。", 90),
        (Template.HOME_TAKEN, {}, "taken", "李管家", "王奶奶，李管家接到了。", 600),
        (Template.HOME_TAKEN, {"call_name": None}, "taken", "李管家", "李管家接到了。", 600),
        (
            Template.HOME_TAKEN,
            {"surname": None, "by_role": "operator"},
            "taken",
            "值班员",
            "王奶奶，值班员接到了。",
            600,
        ),
        # Nobody knows who: then it is somebody, never a butler.
        (
            Template.HOME_TAKEN,
            {"surname": "赵", "by_role": None},
            "taken",
            "有人",
            "王奶奶，有人接到了。",
            600,
        ),
        (Template.HOME_ON_THE_WAY, {}, "on_the_way", "李管家", "李管家出门了，正往您家来。", 2400),
        # An operator stays at the desk and has sent somebody.
        (
            Template.HOME_ON_THE_WAY,
            {"by_role": "operator"},
            "on_the_way",
            "有人",
            "有人出门了，正往您家来。",
            2400,
        ),
        (Template.HOME_AMBULANCE, {}, "taken", None, "急救车叫了，您别动。", 2400),
        (Template.HOME_MISTAKE, {}, "closed", None, "按错了没关系。", 30),
        (Template.HOME_CLOSED, {}, "closed", None, "这回办好了，有事再按。", 30),
    ],
)
def test_each_template_shows_its_state_and_says_its_sentence(
    template: Template,
    data: dict[str, str | None],
    state: str,
    by: str | None,
    sentence: str,
    valid_for_s: int,
) -> None:
    command = home_command(said(template, **data))
    assert command == CallStateCommand(
        event_id=EVENT, state=CallState(state), by=by, say=sentence, valid_for_s=valid_for_s
    )
    spoken = home_command(said(template, **{**data, "event_id": None}))
    assert spoken == SpeakCommand(say=sentence)


def test_every_home_template_is_spoken() -> None:
    assert {template for template in Template if template.startswith("home_")} == HOME_TEMPLATES


@pytest.mark.parametrize("role", Role)
def test_every_role_has_a_name_to_speak_with_and_without_surname(role: Role) -> None:
    for name in (spoken_name(role, "李"), spoken_name(role, None)):
        assert name != spoken_name(None, None), "a known role is named"
        assert "{" not in name


def test_very_long_names_still_fit_the_contract() -> None:
    command = home_command(said(Template.HOME_TAKEN, call_name="王" * 300, surname="李" * 300))
    assert isinstance(command, CallStateCommand)
    assert command.say is not None
    assert command.say.endswith("管家接到了。")


@pytest.mark.parametrize("event_id", ["no", "press-0001\n", "press 0001", "x" * 65])
def test_a_sentence_is_spoken_even_where_the_contract_forbids_the_event_id(event_id: str) -> None:
    assert isinstance(home_command(said(Template.HOME_TAKEN, event_id=event_id)), SpeakCommand)


def test_heard_is_said_for_the_press_it_belongs_to() -> None:
    command = heard_command(Heard("home-1", "button-1", EVENT))
    assert command == CallStateCommand(
        event_id=EVENT, state=CallState.HEARD, say="收到了，您别急，别急着起身。", valid_for_s=90
    )
    request = heard_command(Heard("home-1", "button-1", EVENT, urgent=False))
    assert request.say == "收到了。"


def test_a_command_goes_to_its_device_as_the_contract_wants_it() -> None:
    published: list[tuple[str, bytes, int]] = []

    def publish(topic: str, payload: bytes, qos: int) -> bool:
        published.append((topic, payload, qos))
        return True

    message = said(Template.HOME_TAKEN)
    assert HomeChannel("cell-1", publish).send(message, 1) == Sent()
    ((topic, payload, qos),) = published
    assert (topic, qos) == ("care/v1/cell-1/home-1/button-1/cmd", 1)
    assert COMMAND.validate_json(payload) == home_command(message)


def test_a_broker_out_of_reach_is_temporary() -> None:
    channel = HomeChannel("cell-1", lambda *_: False)
    assert isinstance(channel.send(said(Template.HOME_TAKEN), 1), TemporaryFailure)


@pytest.mark.parametrize(
    "message",
    [
        notification(channel=HOME_CHANNEL, template=Template.ALERT),
        notification(channel=HOME_CHANNEL, template=Template.HOME_CLOSED, address="a/b"),
    ],
)
def test_what_can_never_be_spoken_fails_for_good(message: Notification) -> None:
    def publish(*_: object) -> bool:
        pytest.fail("nothing may be published")

    assert isinstance(HomeChannel("cell-1", publish).send(message, 1), PermanentFailure)


def test_absent_parts_stay_off_the_wire() -> None:
    assert "by" not in json.loads(encode(home_command(said(Template.HOME_LOOKING))))
