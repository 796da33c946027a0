"""What a running fleet lets a test bench do to a device: press it, cut its line, restart it, wear its battery down."""

from datetime import timedelta
from enum import StrEnum

from device_sim.deeds import CannotDo, Fall, Press, can_do
from device_sim.devices import NativeDevice
from device_sim.spec import MAINS_POWERED
from device_sim.world import Unit, World

BOOTS_WITHIN = timedelta(seconds=3)
_LOW_PERCENT, _PERCENT_PER_HOUR = 14.0, 0.01


class BenchDeed(StrEnum):
    """The payloads of `device-sim/v1/{cell}/{home}/{device}/bench`; `SHOW` is answered on `.../shows` with the lamp's state, by a
    device that is connected."""

    PRESS = "press"
    CUT = "cut"
    RESTORE = "restore"
    REBOOT = "reboot"
    BATTERY_LOW = "battery_low"
    SHOW = "show"


def do(world: World, unit: Unit, deed: BenchDeed) -> str | None:
    """Let it happen now; returns what the lamp shows, if that was asked. Raises CannotDo."""
    match deed:
        case BenchDeed.PRESS:
            world.perform(unit, Press() if can_do(unit.kind, Press) else Fall())
        case BenchDeed.CUT:
            world.cut(unit)
        case BenchDeed.RESTORE:
            world.restore(unit)
        case BenchDeed.REBOOT:
            world.power_off(unit)
            world.schedule(world.now + BOOTS_WITHIN, lambda: world.power_on(unit))
        case BenchDeed.BATTERY_LOW:
            if unit.kind in MAINS_POWERED:
                raise CannotDo(f"{unit.home.id}/{unit.id} hangs on the mains and has no battery to wear down")
            world.set_battery(unit, _LOW_PERCENT, _PERCENT_PER_HOUR)
        case BenchDeed.SHOW:
            if unit.reachable and isinstance(unit.device, NativeDevice):
                return unit.device.lamp(world.now).value
    return None
