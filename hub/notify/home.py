"""The channel into the elder's room: a notification becomes a command of the contract, published to one device over MQTT.

Used keys of `notification.data`: `call_name`, `surname`, `by_role` (a role, or None), and `event_id` of the press; without one
(a foreign button, a voice unit beside it) the device only speaks.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from firmware_contracts import topics
from firmware_contracts.messages import CallStateCommand, SelfTestCommand, SpeakCommand
from firmware_contracts.vocabulary import EVENT_ID_PATTERN, CallState
from hub.core.notifications import HOME_CHANNEL, Heard, Notification, Template
from hub.notify import phrases
from hub.notify.channel import Attempt, PermanentFailure, Sent, TemporaryFailure
from hub.notify.texts import text_field

HEARD_VALID_FOR_S: Final = 90
ASKING_VALID_FOR_S: Final = 90
"""The longest that a wearer may take a fall back; what follows replaces it sooner."""
LOOKING_VALID_FOR_S: Final = 90
"""Said again every 60 s while nobody has answered: it lapses soon after the hub stops saying so."""
TAKEN_VALID_FOR_S: Final = 600
ON_THE_WAY_VALID_FOR_S: Final = 2400
CLOSED_VALID_FOR_S: Final = 30

QOS: Final = 1
"""At least once; the device shows the same state twice without harm."""

_EVENT_ID = re.compile(EVENT_ID_PATTERN)

Publish = Callable[[str, bytes, int], bool]
"""Topic, payload, quality of service; False when the broker cannot be reached now. A command is never retained."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What a home template becomes: a sentence, and the state that a device with the press shows beside it, with the
    name of the helper where there is one."""

    state: CallState
    valid_for_s: int
    sentence: Callable[[Notification], str]
    helper: Callable[[str | None, str | None], str] | None = None


def _taken(notification: Notification) -> str:
    call_name, by_role, surname = _who(notification)
    return phrases.taken(call_name, by_role, surname)


def _on_the_way(notification: Notification) -> str:
    _, by_role, surname = _who(notification)
    return phrases.on_the_way(by_role, surname)


_SAID: Final[dict[Template, _Said]] = {
    Template.HOME_ASKING: _Said(CallState.ASKING, ASKING_VALID_FOR_S, lambda _: phrases.ASKING),
    Template.HOME_LOOKING: _Said(CallState.LOOKING, LOOKING_VALID_FOR_S, lambda _: phrases.LOOKING),
    Template.HOME_TAKEN: _Said(CallState.TAKEN, TAKEN_VALID_FOR_S, _taken, phrases.spoken_name),
    Template.HOME_ON_THE_WAY: _Said(
        CallState.ON_THE_WAY, ON_THE_WAY_VALID_FOR_S, _on_the_way, phrases.traveller_name
    ),
    # Called is not yet on the way: the contract's nearest true state is that somebody has the call.
    Template.HOME_AMBULANCE: _Said(CallState.TAKEN, ON_THE_WAY_VALID_FOR_S, lambda _: phrases.AMBULANCE),
    Template.HOME_MISTAKE: _Said(CallState.CLOSED, CLOSED_VALID_FOR_S, lambda _: phrases.MISTAKE),
    Template.HOME_CLOSED: _Said(CallState.CLOSED, CLOSED_VALID_FOR_S, lambda _: phrases.CLOSED),
}

_ASKED: Final = {
    Template.HOME_ARE_YOU_WELL: phrases.ARE_YOU_WELL,
    Template.HOME_MEASURE_AGAIN: phrases.MEASURE_AGAIN,
}
"""Questions into the room, about no press."""

HOME_TEMPLATES: Final = frozenset({*_SAID, Template.HOME_SELF_TEST, *_ASKED})


def home_command(notification: Notification) -> CallStateCommand | SpeakCommand | SelfTestCommand:
    """The command for a notification with a home template; raises KeyError for any other."""
    if notification.template is Template.HOME_SELF_TEST:
        return SelfTestCommand(audible=False)
    if notification.template in _ASKED:
        return SpeakCommand(say=_ASKED[notification.template])
    said = _SAID[notification.template]
    sentence = said.sentence(notification)
    event_id = text_field(notification, "event_id")
    if event_id is None or not _EVENT_ID.fullmatch(event_id):
        return SpeakCommand(say=sentence)
    _, by_role, surname = _who(notification)
    by = said.helper(by_role, surname) if said.helper is not None else None
    return CallStateCommand(
        event_id=event_id, state=said.state, by=by, say=sentence, valid_for_s=said.valid_for_s
    )


def heard_command(heard: Heard) -> CallStateCommand:
    """ "The hub has it", for the pressing device right after the commit."""
    return CallStateCommand(
        event_id=heard.event_id,
        state=CallState.HEARD,
        say=(phrases.HEARD if heard.urgent else phrases.HEARD_REQUEST) if heard.spoken else None,
        valid_for_s=HEARD_VALID_FOR_S,
    )


def encode(command: CallStateCommand | SpeakCommand | SelfTestCommand) -> bytes:
    """A command as it goes over the wire."""
    return command.model_dump_json(exclude_none=True).encode()


class HomeChannel:
    """Speaks to the device named by `notification.address` in the notification's home of this cell."""

    name = HOME_CHANNEL

    def __init__(self, cell: str, publish: Publish) -> None:
        self._cell = cell
        self._publish = publish

    def send(self, notification: Notification, attempt: int) -> Attempt:
        if notification.template not in HOME_TEMPLATES:
            return PermanentFailure(f"template {notification.template} is not spoken in a home")
        try:
            address = topics.address(self._cell, notification.home_id, notification.address)
        except ValueError:
            return PermanentFailure("the home's or the device's id may not stand in a topic")
        if self._publish(address.cmd, encode(home_command(notification)), QOS):
            return Sent()
        return TemporaryFailure("the broker cannot be reached")


def _who(notification: Notification) -> tuple[str | None, str | None, str | None]:
    return (
        text_field(notification, "call_name"),
        text_field(notification, "by_role"),
        text_field(notification, "surname"),
    )
