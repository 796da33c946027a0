"""How long a device may say nothing before it counts as offline; read when `profiles` builds a home's devices."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from firmware_contracts.vocabulary import HEARTBEAT_EVERY_S
from hub.core.home import DeviceKind, Family
from hub.directory.model import DeviceEntry


@dataclass(frozen=True, slots=True)
class Supervision:
    """`native`: three missed heartbeats of the contract (15 min, so 45 min: a maker's published figure).

    `zigbee2mqtt`: battery devices report by themselves about once a day; Zigbee2MQTT itself calls a passive device
    unavailable after 1500 minutes, the same 25 h (`config/zigbee2mqtt/configuration.yaml`); mains devices it asks every
    10 minutes and reports at once. `one_way`: three missed signals of radio supervision (default 1 h, configurable 20 min
    to 48 h in the telecare standard). `by_kind` overrides all of them; a device's own value overrides that.
    """

    native: timedelta = timedelta(seconds=3 * HEARTBEAT_EVERY_S)
    zigbee2mqtt: timedelta = timedelta(hours=25)
    one_way: timedelta = timedelta(hours=3)
    by_kind: Mapping[DeviceKind, timedelta] = field(default_factory=dict)

    def silent_after(self, device: DeviceEntry) -> timedelta:
        if device.silent_after is not None:
            return device.silent_after
        if device.kind in self.by_kind:
            return self.by_kind[device.kind]
        if device.family == Family.ZIGBEE2MQTT:
            return self.zigbee2mqtt
        return self.one_way if device.one_way else self.native


USUAL = Supervision()
"""What holds where the settings say nothing else."""
