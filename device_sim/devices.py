"""The native device: a state machine that speaks the contract and repeats a call until it is heard; time is an argument.

It knows nothing of MQTT connections: what it publishes may be lost on the way, which is why it repeats.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from pydantic import ValidationError

from device_sim.battery import GONE_PERCENT, LOW_PERCENT, Battery
from device_sim.deeds import (
    BedChange,
    CannotDo,
    Deed,
    Door,
    Fall,
    GetUp,
    Lie,
    Measured,
    Movement,
    Press,
    Surroundings,
    Trouble,
    can_do,
)
from device_sim.indication import (
    TEST_SENTENCE,
    UNHEARD_SENTENCE,
    UNHEARD_WITH_SECOND_PATH_SENTENCE,
    Indicator,
    Lamp,
)
from device_sim.publication import Publication
from device_sim.spec import MAINS_POWERED, DeviceKind, DeviceSpec
from firmware_contracts.messages import (
    COMMAND,
    MESSAGES,
    CallStateCommand,
    SelfTestCommand,
    StatusMessage,
)
from firmware_contracts.topics import Address
from firmware_contracts.vocabulary import (
    CONTRACT_VERSION,
    HEARTBEAT_EVERY_S,
    REPEAT_AFTER_S,
    UNHEARD_AFTER_S,
    CallAction,
    FallPhase,
    Fault,
    Kind,
    ServiceCategory,
)

FIRMWARE = "sim-1"
REPEAT_JITTER = 0.2
MOTION_CLEARS_AFTER = timedelta(seconds=60)
# Long enough for a slow battery to look alive, short enough that a demo sees it move.
USUAL_PERCENT_PER_HOUR = 0.01

_HEARTBEATS_BEFORE_OFFLINE = 3


@dataclass(slots=True)
class _Unheard:
    """A call or fall that nobody has confirmed yet."""

    kind: Kind
    event_id: str
    fields: dict[str, Any]
    seq: int
    since: datetime
    next_at: datetime
    silent: bool
    copies: int = 1
    said_unheard: bool = False


class NativeDevice:
    """One device of the contract. `clock_error` None: it has no clock of its own. `second_path`: it can reach somebody
    without the hub when it stays unheard."""

    def __init__(
        self,
        spec: DeviceSpec,
        address: Address,
        *,
        boot: int,
        seed: int,
        clock_error: timedelta | None = timedelta(0),
        second_path: bool = False,
    ) -> None:
        self.spec = spec
        self.address = address
        self.boot = boot
        self.clock_error = clock_error
        self.self_test_fails = False
        self.indicator = Indicator(speaks=spec.can_speak)
        self.misunderstood = 0
        self._seed = seed
        self._second_path = second_path
        self._rng = self._fresh_rng()
        self._seq = 0
        self._started = False
        self._booted_at: datetime | None = None
        self._battery: Battery | None = None
        self._battery_low_said = False
        self._unheard: dict[str, _Unheard] = {}
        self._last_event_id: str | None = None
        self._silent_event_id: str | None = None
        self._heartbeat_at: datetime | None = None
        self._motion_clears_at: datetime | None = None
        self._unheard_for: dict[str, timedelta] = {}

    # --- power and connection ---

    @property
    def powered(self) -> bool:
        """Whether it runs."""
        return self._booted_at is not None

    def power_on(self, now: datetime) -> None:
        """Boot: the counter goes up, numbers and uptime start anew. What nobody heard was kept and goes on repeating."""
        if self._booted_at is not None:
            return
        if self._started:
            self.boot += 1
            self._rng = self._fresh_rng()
        self._started = True
        self._seq = 0
        self._booted_at = now
        self._heartbeat_at = self._next_heartbeat(now)
        if self.spec.kind not in MAINS_POWERED and self._battery is None:
            self._battery = Battery(100.0 - self._rng.random() * 40, USUAL_PERCENT_PER_HOUR, now)
        for waiting in self._unheard.values():
            waiting.seq = self._next_seq()
            waiting.since = now - self._unheard_for.pop(waiting.event_id, timedelta(0))
            waiting.next_at = now

    def power_off(self, now: datetime) -> None:
        """Stop at once, without a word."""
        self._unheard_for = {waiting.event_id: now - waiting.since for waiting in self._unheard.values()}
        self._booted_at = self._heartbeat_at = self._motion_clears_at = None
        self.indicator.forget()

    def connected(self, now: datetime) -> list[Publication]:
        """The link is there (again): birth, heartbeat, and at once whatever nobody has heard yet."""
        if self._booted_at is None:
            return []
        self._heartbeat_at = now
        for waiting in self._unheard.values():
            waiting.copies, waiting.next_at = 0, now
        return [self._status(online=True), *self.due(now)]

    @property
    def will(self) -> Publication:
        """What the broker publishes for it when the connection breaks."""
        return self._status(online=False)

    def set_battery(self, percent: float, percent_per_hour: float, now: datetime) -> None:
        """Put the charge and its loss where a story wants them."""
        self._battery = Battery(percent, percent_per_hour, now)
        self._battery_low_said = False

    # --- what happens to it ---

    def perform(self, deed: Deed, now: datetime) -> list[Publication]:
        """Whatever can happen to a device; raises CannotDo when its kind does not know it."""
        if not can_do(self.spec.kind, type(deed)):
            raise CannotDo(
                f"{self.address.home}/{self.address.device} is a {self.spec.kind.value}, which knows no "
                f"{type(deed).__name__.lower()}"
            )
        match deed:
            case Press(action, category):
                return self.press(action, category, now)
            case Fall(window):
                return self._fall(FallPhase.SUSPECTED, now, window=window)
            case Lie():
                return self._fall(FallPhase.LYING, now)
            case GetUp():
                return self._fall(FallPhase.GOT_UP, now)
            case Measured(readings):
                return self._send(Kind.VITAL, now, readings=dict(readings))
            case BedChange(state):
                return self._send(Kind.BED, now, state=state)
            case Movement(moving):
                self._motion_clears_at = now + MOTION_CLEARS_AFTER if moving else None
                return self._send(Kind.MOTION, now, moving=moving)
            case Door(state):
                return self._send(Kind.CONTACT, now, state=state)
            case Surroundings(values):
                return self._send(Kind.ENVIRONMENT, now, **values)
            case Trouble(fault, detail):
                return self._send(Kind.FAULT, now, fault=fault, **({"detail": detail} if detail else {}))

    def press(
        self, action: CallAction, category: ServiceCategory | None, now: datetime, *, silent: bool = False
    ) -> list[Publication]:
        """A key goes down: the first copy of a new call. `cancel` takes back the last event of this boot."""
        fields: dict[str, Any] = {"action": action}
        if category is not None:
            fields["category"] = category
        if action is CallAction.CANCEL and self._last_event_id is not None:
            fields["cancels"] = self._last_event_id
        event_id = self._new_event_id()
        if silent:
            self._silent_event_id = event_id
        elif action is not CallAction.CANCEL:
            self._last_event_id = event_id
        return self._call_out(Kind.CALL, event_id, fields, now, silent=silent)

    def receive(self, payload: bytes, now: datetime) -> list[Publication]:
        """A command arrives; what cannot be read is counted and otherwise ignored."""
        if self._booted_at is None:
            return []
        try:
            command = COMMAND.validate_json(payload)
        except ValidationError:
            self.misunderstood += 1
            return []
        match command:
            case CallStateCommand():
                # Every state of a call says that the hub has it.
                self._unheard.pop(command.event_id, None)
                # Of a silent self-test nobody notices anything, its *heard* included.
                if not self.spec.one_way and command.event_id != self._silent_event_id:
                    self.indicator.show(command, now)
            case SelfTestCommand():
                return self._self_test(now, audible=command.audible)
            case _:
                if not self.spec.one_way:
                    self.indicator.obey(command, now)
        return []

    # --- time ---

    @property
    def next_due_at(self) -> datetime | None:
        """When `due` has something to do next; None while there is no power."""
        if self._booted_at is None:
            return None
        instants = [self._heartbeat_at, self._motion_clears_at, self._battery_due_at()]
        for waiting in self._unheard.values():
            instants.append(waiting.next_at)
            if not waiting.said_unheard:
                instants.append(waiting.since + timedelta(seconds=UNHEARD_AFTER_S))
        return min((instant for instant in instants if instant is not None), default=None)

    def due(self, now: datetime) -> list[Publication]:
        """Everything whose time has come: repetitions, the end of a movement, battery warnings, the heartbeat."""
        if self._booted_at is None:
            return []
        published: list[Publication] = []
        for waiting in self._unheard.values():
            if not waiting.said_unheard and now - waiting.since >= timedelta(seconds=UNHEARD_AFTER_S):
                waiting.said_unheard = True
                if not waiting.silent:
                    self.indicator.say(
                        UNHEARD_WITH_SECOND_PATH_SENTENCE if self._second_path else UNHEARD_SENTENCE, now
                    )
            if waiting.next_at <= now:
                published.append(self._copy(waiting, now))
                waiting.copies += 1
                waiting.next_at = now + self._pause(waiting.copies)
        if self._motion_clears_at is not None and self._motion_clears_at <= now:
            published += self.perform(Movement(moving=False), now)
        published += self._battery_warnings(now)
        if self._heartbeat_at is not None and self._heartbeat_at <= now and self.powered:
            published += self._send(Kind.HEARTBEAT, now)
        return published

    def lamp(self, now: datetime) -> Lamp:
        """What the elder sees on it."""
        own = Lamp.IDLE
        for waiting in self._unheard.values():
            if not waiting.silent:
                own = Lamp.UNHEARD if waiting.said_unheard or own is Lamp.UNHEARD else Lamp.CALLING
        return self.indicator.lamp(now, own)

    @property
    def unheard_events(self) -> tuple[str, ...]:
        """The event ids that it still repeats."""
        return tuple(self._unheard)

    # --- inside ---

    def _fresh_rng(self) -> Random:
        """Its own randomness, different in each boot, so that event ids never come twice."""
        return Random(
            f"{self._seed}/{self.address.cell}/{self.address.home}/{self.address.device}/{self.boot}"
        )

    def _new_event_id(self) -> str:
        return f"{self.boot}-{self._rng.getrandbits(80):020x}"

    def _next_seq(self) -> int:
        self._seq += 1
        return self._seq

    def _pause(self, copies: int) -> timedelta:
        seconds = REPEAT_AFTER_S[min(copies, len(REPEAT_AFTER_S)) - 1]
        return timedelta(seconds=seconds * self._rng.uniform(1 - REPEAT_JITTER, 1 + REPEAT_JITTER))

    def _fall(self, phase: FallPhase, now: datetime, **fields: Any) -> list[Publication]:
        """Each phase has an id of its own: a late *heard* for `suspected` must not end the repetition of `lying`."""
        self._last_event_id = self._new_event_id()
        wanted = {name: value for name, value in fields.items() if value is not None}
        return self._call_out(Kind.FALL, self._last_event_id, {"phase": phase, **wanted}, now)

    def _call_out(
        self, kind: Kind, event_id: str, fields: dict[str, Any], now: datetime, *, silent: bool = False
    ) -> list[Publication]:
        if self._booted_at is None:
            return []
        waiting = _Unheard(
            kind, event_id, fields, self._next_seq(), now, next_at=now + self._pause(1), silent=silent
        )
        self._unheard[event_id] = waiting
        return [self._copy(waiting, now)]

    def _copy(self, waiting: _Unheard, now: datetime) -> Publication:
        age_ms = (now - waiting.since) // timedelta(milliseconds=1)
        fields = {**waiting.fields, "event_id": waiting.event_id, "age_ms": max(0, age_ms)}
        return self._publication(waiting.kind, waiting.seq, fields, now)

    def _send(self, kind: Kind, now: datetime, **fields: Any) -> list[Publication]:
        if self._booted_at is None:
            return []
        return [self._publication(kind, self._next_seq(), fields, now)]

    def _publication(self, kind: Kind, seq: int, fields: dict[str, Any], now: datetime) -> Publication:
        envelope: dict[str, Any] = {
            "v": CONTRACT_VERSION,
            "boot": self.boot,
            "seq": seq,
            "uptime_ms": (now - (self._booted_at or now)) // timedelta(milliseconds=1),
            "rssi_dbm": self._rng.randint(-85, -45),
        }
        if self.clock_error is not None:
            envelope["device_time"] = now + self.clock_error
        if self._battery is not None:
            envelope["battery_percent"] = round(self._battery.at(now))
        if self.spec.gateway is not None:
            envelope["gateway"] = self.spec.gateway
        message = MESSAGES[kind].model_validate({**envelope, **fields})
        self._heartbeat_at = self._next_heartbeat(now)
        return Publication(
            self.address.up(kind), message.model_dump_json(exclude_unset=True).encode(), qos=1, retain=False
        )

    def _next_heartbeat(self, now: datetime) -> datetime:
        every_s = min(HEARTBEAT_EVERY_S, self.spec.silent_after_s / _HEARTBEATS_BEFORE_OFFLINE)
        # Early only: the contract wants a word at least this often.
        return now + timedelta(seconds=every_s * self._rng.uniform(0.9, 1.0))

    def _status(self, *, online: bool) -> Publication:
        message = StatusMessage(
            v=1,
            online=online,
            boot=self.boot,
            model=self.spec.model or f"sim-{self.spec.kind.value}",
            firmware=FIRMWARE,
        )
        return Publication(
            self.address.up(Kind.STATUS), message.model_dump_json().encode(), qos=1, retain=True
        )

    def _self_test(self, now: datetime, *, audible: bool) -> list[Publication]:
        if audible:
            self.indicator.say(TEST_SENTENCE, now)
        if self.self_test_fails or not can_do(self.spec.kind, Press):
            detail = "defect found" if self.self_test_fails else "no call key"
            return self._send(Kind.FAULT, now, fault=Fault.SELF_TEST_FAILED, detail=detail)
        return self.press(CallAction.TEST, None, now, silent=True)

    def _battery_due_at(self) -> datetime | None:
        if self._battery is None:
            return None
        return self._battery.reaches_at(GONE_PERCENT if self._battery_low_said else LOW_PERCENT)

    def _battery_warnings(self, now: datetime) -> list[Publication]:
        if self._battery is None:
            return []
        published: list[Publication] = []
        charge = self._battery.at(now)
        if charge <= LOW_PERCENT and not self._battery_low_said:
            self._battery_low_said = True
            published += self.perform(Trouble(Fault.BATTERY_LOW), now)
        if charge <= GONE_PERCENT:
            published += self.perform(Trouble(Fault.BATTERY_GONE), now)
            self.power_off(now)
        return published


def reports_mains(kind: DeviceKind) -> bool:
    """Whether this kind has a battery behind its mains supply and says when the mains fail (gateway, voice unit)."""
    return kind in {DeviceKind.GATEWAY, DeviceKind.VOICE_UNIT}
