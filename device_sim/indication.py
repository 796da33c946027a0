"""What the elder sees and hears on a device: the lamp, the sentences, the siren; each shown state lapses by itself."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from firmware_contracts.messages import BlinkCommand, CallStateCommand, SirenCommand, SpeakCommand
from firmware_contracts.vocabulary import CallState

UNHEARD_SENTENCE = "网断了，还没有人听到。请打电话，或者大声喊人。"
UNHEARD_WITH_SECOND_PATH_SENTENCE = "网断了，正在找邻居帮您。"
TEST_SENTENCE = "机器自检，您不用管。"

_REMEMBERED_SENTENCES = 100
_TIMES_SAID = 2


class Lamp(StrEnum):
    """The states that a device can show; those after `unheard` come from the hub."""

    IDLE = "idle"
    CALLING = "calling"
    UNHEARD = "unheard"
    HEARD = "heard"
    ASKING = "asking"
    LOOKING = "looking"
    TAKEN = "taken"
    ON_THE_WAY = "on_the_way"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Spoken:
    """A sentence that was said aloud, and how often in a row."""

    at: datetime
    sentence: str
    times: int


class Indicator:
    """Lamp, loudspeaker and siren of one device."""

    def __init__(self, *, speaks: bool) -> None:
        self._speaks = speaks
        self._state: CallStateCommand | None = None
        self._state_until: datetime | None = None
        self._blinks_until: datetime | None = None
        self._siren_until: datetime | None = None
        self.spoken: deque[Spoken] = deque(maxlen=_REMEMBERED_SENTENCES)

    def show(self, command: CallStateCommand, now: datetime) -> None:
        """Show where a call stands. A repeated `heard` does not take back what is known better by now."""
        shown = self._shown_state(now)
        if (
            command.state is CallState.HEARD
            and shown is not None
            and shown.event_id == command.event_id
            and shown.state is not CallState.HEARD
        ):
            return
        self._state = command
        self._state_until = now + timedelta(seconds=command.valid_for_s)
        if command.say:
            self.say(command.say, now)

    def say(self, sentence: str, now: datetime, times: int = _TIMES_SAID) -> None:
        """Say a sentence, if the device can speak."""
        if self._speaks:
            self.spoken.append(Spoken(now, sentence, times))

    def obey(self, command: SpeakCommand | BlinkCommand | SirenCommand, now: datetime) -> None:
        """Speak, blink or sound the siren."""
        match command:
            case SpeakCommand():
                self.say(command.say, now, command.times)
            case BlinkCommand():
                self._blinks_until = now + timedelta(seconds=command.for_s)
            case SirenCommand():
                self._siren_until = now + timedelta(seconds=command.for_s)

    def lamp(self, now: datetime, own: Lamp) -> Lamp:
        """What the lamp shows: the hub's word while it is valid, else the device's `own` state."""
        shown = self._shown_state(now)
        return Lamp(shown.state.value) if shown is not None else own

    def by(self, now: datetime) -> str | None:
        """Who took the call, while that is shown."""
        shown = self._shown_state(now)
        return shown.by if shown is not None else None

    def blinks(self, now: datetime) -> bool:
        """Whether the lamp blinks to be found."""
        return self._blinks_until is not None and now < self._blinks_until

    def siren_sounds(self, now: datetime) -> bool:
        """Whether the siren sounds."""
        return self._siren_until is not None and now < self._siren_until

    def forget(self) -> None:
        """The power is gone: nothing is shown any more."""
        self._state = self._state_until = self._blinks_until = self._siren_until = None

    def _shown_state(self, now: datetime) -> CallStateCommand | None:
        if self._state_until is not None and now < self._state_until:
            return self._state
        return None
