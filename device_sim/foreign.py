"""Devices of a foreign family as Zigbee2MQTT publishes them: no ids, no sequence, no repetition, nothing they can be told."""

import json
from datetime import datetime, timedelta
from random import Random
from typing import Any

from device_sim.battery import GONE_PERCENT, Battery
from device_sim.deeds import CannotDo, Deed, Door, Movement, Press, Surroundings, Trouble, can_do
from device_sim.devices import USUAL_PERCENT_PER_HOUR
from device_sim.publication import Publication
from device_sim.spec import DeviceKind, DeviceSpec
from firmware_contracts.topics import Address
from firmware_contracts.vocabulary import CallAction, ContactState, Fault

FOREIGN_ROOT = "z2m/v1"
OCCUPANCY_CLEARS_AFTER = timedelta(seconds=90)
REPORT_EVERY = timedelta(minutes=50)
BRIDGE_ID = "bridge"

# What each kind reports by itself, in the words of the family.
_AT_REST: dict[DeviceKind, dict[str, Any]] = {
    DeviceKind.BUTTON: {},
    DeviceKind.MOTION: {"occupancy": False, "illuminance": 40},
    DeviceKind.CONTACT: {"contact": True},
    DeviceKind.WATER: {"water_leak": False, "tamper": False},
    DeviceKind.SMOKE: {"smoke": False, "smoke_density": 0},
    DeviceKind.GAS: {"gas": False},
    DeviceKind.VIBRATION: {"vibration": False},
    DeviceKind.CLIMATE: {"temperature": 21.5, "humidity": 45.0, "pressure": 1009},
}

_FIELD_OF = {
    "water": "water_leak",
    "smoke": "smoke",
    "gas": "gas",
    "carbon_monoxide": "carbon_monoxide",
    "temperature_c": "temperature",
    "humidity_percent": "humidity",
}


class ForeignDevice:
    """One device behind Zigbee2MQTT. `empty_action`: a press is followed by a message that takes the action back, as
    versions before 2.0 and the legacy setting of later ones do."""

    def __init__(
        self,
        spec: DeviceSpec,
        address: Address,
        *,
        seed: int,
        empty_action: bool = True,
    ) -> None:
        if spec.kind not in _AT_REST:
            known = ", ".join(kind.value for kind in _AT_REST)
            raise CannotDo(
                f"{address.home}/{address.device}: a {spec.kind.value} of family zigbee2mqtt cannot be simulated; "
                f"known kinds: {known}"
            )
        self.spec = spec
        self.address = address
        self._empty_action = empty_action
        self._rng = Random(f"{seed}/{address.cell}/{address.home}/{address.device}")
        self._state = dict(_AT_REST[spec.kind])
        self._battery: Battery | None = None
        self._powered = False
        self._clears_at: datetime | None = None
        self._report_at: datetime | None = None

    @property
    def topic(self) -> str:
        """Where its messages appear."""
        return f"{FOREIGN_ROOT}/{self.address.cell}/{self.address.home}/{self.spec.id}"

    @property
    def powered(self) -> bool:
        """Whether it runs."""
        return self._powered

    def power_on(self, now: datetime) -> None:
        """A fresh battery, or the mains are back."""
        self._powered = True
        self._battery = self._battery or Battery(100.0 - self._rng.random() * 40, USUAL_PERCENT_PER_HOUR, now)
        # Not all devices of a house report in the same second.
        self._report_at = now + REPORT_EVERY * self._rng.uniform(0.02, 1.0)

    def power_off(self, now: datetime) -> None:
        """Stop at once; only its silence tells."""
        self._powered = False
        self._clears_at = self._report_at = None

    def connected(self, now: datetime) -> list[Publication]:
        """Zigbee2MQTT knows it (again): the availability message."""
        return [self._availability("online")] if self._powered else []

    @property
    def will(self) -> Publication:
        """What Zigbee2MQTT publishes when it has not been heard for too long."""
        return self._availability("offline")

    def set_battery(self, percent: float, percent_per_hour: float, now: datetime) -> None:
        """Put the charge and its loss where a story wants them."""
        self._battery = Battery(percent, percent_per_hour, now)

    def perform(self, deed: Deed, now: datetime) -> list[Publication]:
        """Whatever can happen to it; raises CannotDo when its kind or family does not know it."""
        if not can_do(self.spec.kind, type(deed)):
            raise CannotDo(f"{self.spec.kind.value} {self.spec.id} knows no {type(deed).__name__.lower()}")
        if not self._powered:
            return []
        match deed:
            case Press(action=CallAction.EMERGENCY):
                pressed = [self._report(now, action="emergency")]
                return [*pressed, self._report(now, action="")] if self._empty_action else pressed
            case Movement(moving):
                name = "vibration" if self.spec.kind is DeviceKind.VIBRATION else "occupancy"
                self._clears_at = now + OCCUPANCY_CLEARS_AFTER if moving else None
                self._state[name] = moving
            case Door(state):
                self._state["contact"] = state is ContactState.CLOSED
            case Surroundings(values):
                self._state |= {_FIELD_OF[name]: value for name, value in values.items()}
            case Trouble(Fault.BATTERY_LOW):
                return [self._report(now, battery_low=True)]
            case Trouble(Fault.TAMPER):
                return [self._report(now, tamper=True)]
            case _:
                raise CannotDo(
                    f"{self.spec.kind.value} {self.spec.id} of family zigbee2mqtt has no words for {deed}"
                )
        return [self._report(now)]

    def receive(self, payload: bytes, now: datetime) -> list[Publication]:
        """It can be told nothing."""
        return []

    @property
    def next_due_at(self) -> datetime | None:
        """When `due` has something to do next; None while there is no power."""
        if not self._powered:
            return None
        gone_at = self._battery.reaches_at(GONE_PERCENT) if self._battery else None
        instants = (self._clears_at, self._report_at, gone_at)
        return min((instant for instant in instants if instant is not None), default=None)

    def due(self, now: datetime) -> list[Publication]:
        """The end of a movement, the regular report, or the end of the battery, which it does not announce."""
        if not self._powered:
            return []
        if self._battery is not None and self._battery.at(now) <= GONE_PERCENT:
            self.power_off(now)
            return []
        if self._clears_at is not None and self._clears_at <= now:
            return self.perform(Movement(moving=False), now)
        if self._report_at is not None and self._report_at <= now:
            return [self._report(now)]
        return []

    @property
    def unheard_events(self) -> tuple[str, ...]:
        """It repeats nothing: a lost press is lost."""
        return ()

    def _report(self, now: datetime, **fields: Any) -> Publication:
        self._report_at = now + REPORT_EVERY * self._rng.uniform(0.9, 1.0)
        charge = round(self._battery.at(now)) if self._battery else 100
        content = {
            **self._state,
            **fields,
            "battery": charge,
            "voltage": 2500 + 5 * charge,
            "linkquality": self._rng.randint(15, 180),
            "last_seen": now.isoformat(timespec="milliseconds"),
        }
        return Publication(self.topic, json.dumps(content).encode(), qos=1, retain=False)

    def _availability(self, state: str) -> Publication:
        return Publication(f"{self.topic}/availability", _state(state), qos=1, retain=True)


class Bridge:
    """Zigbee2MQTT itself in one home: while it is gone, its devices are silent and still stand as online."""

    def __init__(self, address: Address) -> None:
        self.spec = DeviceSpec.model_validate(
            {"id": BRIDGE_ID, "kind": DeviceKind.GATEWAY, "family": "zigbee2mqtt"}
        )
        self.address = address
        self._powered = False

    @property
    def powered(self) -> bool:
        """Whether it runs."""
        return self._powered

    def power_on(self, now: datetime) -> None:
        """Start."""
        self._powered = True

    def power_off(self, now: datetime) -> None:
        """Stop without a word; the broker publishes its will."""
        self._powered = False

    def connected(self, now: datetime) -> list[Publication]:
        """The birth message."""
        return [self._says("online")] if self._powered else []

    @property
    def will(self) -> Publication:
        """What the broker publishes for it when the connection breaks."""
        return self._says("offline")

    def set_battery(self, percent: float, percent_per_hour: float, now: datetime) -> None:
        """It hangs on the mains."""

    def perform(self, deed: Deed, now: datetime) -> list[Publication]:
        """Nothing happens to it; raises CannotDo."""
        raise CannotDo(f"the bridge of home {self.address.home} knows no {type(deed).__name__.lower()}")

    def receive(self, payload: bytes, now: datetime) -> list[Publication]:
        """Requests to the bridge are not simulated."""
        return []

    @property
    def next_due_at(self) -> datetime | None:
        """It does nothing by itself."""
        return None

    def due(self, now: datetime) -> list[Publication]:
        """Nothing."""
        return []

    @property
    def unheard_events(self) -> tuple[str, ...]:
        """None."""
        return ()

    def _says(self, state: str) -> Publication:
        topic = f"{FOREIGN_ROOT}/{self.address.cell}/{self.address.home}/{BRIDGE_ID}/state"
        return Publication(topic, _state(state), qos=1, retain=True)


def _state(state: str) -> bytes:
    return json.dumps({"state": state}).encode()
