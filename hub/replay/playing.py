"""Steps a recorded input log through the core under some rules, and keeps every alert that it raises.

The homes begin with the profile that they have now and know nothing: what takes days to learn is learned in the replay, under
either rules alike. What people did is done again where the alert that it was about is there; the clock strikes by itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from hub.core.alerts import Alert
from hub.core.arrival import event_keys, recognise
from hub.core.context import Context
from hub.core.events import Actor, ActorRole, DeviceEvent, Input, SetProfile, Tick
from hub.core.home import UNASSIGNED_HOME_ID, Home, Profile
from hub.core.reasons import ReasonCode
from hub.core.step import step
from hub.engine.placing import place, read
from hub.ingest.message import RawMessage
from hub.store import codec
from hub.store.batch import InputSource, LoggedInput

_REPLAY = Actor("replay", ActorRole.SYSTEM)


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert of a replay. `rule` is the threshold's name, else the code of its reason; `butler_id` whose home it was."""

    id: str
    home_id: str
    rule: str
    severity: str
    at: datetime
    resident_ids: tuple[str, ...]
    butler_id: str | None


@dataclass(slots=True)
class Played:
    """What came of a replay: alerts by home and cause, in order; inputs, and those that could not be stepped."""

    raised: list[Raised] = field(default_factory=list)
    inputs: int = 0
    failed: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None


def play(inputs: Iterable[LoggedInput], profiles: Mapping[str, Profile], context: Context) -> Played:
    """Every input through the rules of the context."""
    return _Play(profiles, context).run(inputs)


class _Play:
    def __init__(self, profiles: Mapping[str, Profile], context: Context) -> None:
        self.homes = {home_id: Home(home_id, profile) for home_id, profile in profiles.items()}
        self.homes.setdefault(UNASSIGNED_HOME_ID, _unassigned())
        self.context = context
        self.enrolled = {
            device_id: home_id for home_id, profile in profiles.items() for device_id in profile.devices
        }
        self.seen: dict[tuple[str, str], datetime] = {}
        self.known: set[str] = set()
        self.played = Played()

    def run(self, inputs: Iterable[LoggedInput]) -> Played:
        for logged in inputs:
            if self.played.first_at is None:
                self.played.first_at = logged.at
                self.context = replace(self.context, resumed_at=logged.at)
                for home in list(self.homes.values()):
                    self._begin(home, logged.at)
            self.played.last_at = logged.at
            if logged.source is InputSource.TICK or logged.home_id is None:
                continue
            self.played.inputs += 1
            try:
                self._take(logged)
            except Exception:  # noqa: BLE001 -- one input that cannot be stepped costs no other; it is counted and told
                self.played.failed += 1
        if self.played.last_at is not None:
            for home_id in list(self.homes):
                self._until(home_id, self.played.last_at)
        return self.played

    def _begin(self, home: Home, at: datetime) -> None:
        """Devices are looked at from the beginning on, as if they had just been enrolled."""
        devices = {key: replace(one, enrolled_at=at) for key, one in home.profile.devices.items()}
        blank = replace(home, profile=replace(home.profile, devices={}))
        self.homes[home.id] = blank
        profile = replace(home.profile, devices=devices)
        self._step(home.id, SetProfile(home.id, _REPLAY, profile), at)

    def _take(self, logged: LoggedInput) -> None:
        home_id = str(logged.home_id)
        if home_id not in self.homes:
            return
        self._until(home_id, logged.at)
        if logged.source is InputSource.MESSAGE:
            event = self._event(self.homes[home_id], logged)
            if event is not None:
                self._step(home_id, event, logged.at)
        elif logged.source is InputSource.COMMAND:
            command = codec.COMMAND.load(logged.payload)
            if not isinstance(command, SetProfile):
                self._step(home_id, command, logged.at)

    def _event(self, home: Home, logged: LoggedInput) -> DeviceEvent | None:
        message = RawMessage(
            logged.topic or "", logged.payload, logged.qos, logged.retained, logged.duplicate
        )
        only = {home.id: home}
        placed = place(only.get, lambda: home, message, read(message, only, self.enrolled), self.enrolled)
        event = placed.event
        if event is None or event.home_id != home.id:
            return None
        keys = event_keys(event)
        known = {key: self.seen[key] for key in keys if key in self.seen}
        for key in keys:
            self.seen.setdefault(key, logged.at)
        return replace(recognise(event, known), seen=True) if known else event

    def _until(self, home_id: str, at: datetime) -> None:
        while (wake_at := self.homes[home_id].wake_at) is not None and wake_at <= at:
            self._step(home_id, Tick(home_id), wake_at)
            if self.homes[home_id].wake_at == wake_at:
                break

    def _step(self, home_id: str, input_: Input, at: datetime) -> None:
        outcome = step(self.homes[home_id], input_, at, self.context)
        self.homes[home_id] = outcome.home
        for alert in outcome.alerts:
            if alert.id not in self.known:
                self.known.add(alert.id)
                self.played.raised.append(_raised(alert))


def _raised(alert: Alert) -> Raised:
    reason = alert.reason
    rule = str(reason.data.get("rule")) if reason.code == ReasonCode.THRESHOLD else str(reason.code)
    return Raised(
        alert.id,
        alert.home_id,
        rule,
        alert.severity.value,
        alert.opened_at,
        alert.resident_ids,
        alert.in_charge.butler_id if alert.in_charge else None,
    )


def _unassigned() -> Home:
    profile = Profile(UNASSIGNED_HOME_ID, emergency_policy=UNASSIGNED_HOME_ID)
    return Home(UNASSIGNED_HOME_ID, profile)
