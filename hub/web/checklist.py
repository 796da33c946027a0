"""The installer's list for one home: what was pressed, who answered, and what is still to do before the home is open."""

from datetime import datetime

from hub.core.home import Device, Home, Membership
from hub.directory.model import Directory, RoomKind, holds
from hub.directory.protection import CALLERS
from hub.web.models import ResidentRef
from hub.web.models_enrol import CheckedDevice, Checklist, Step
from hub.web.views import Views


def checklist(views: Views, directory: Directory, home: Home, now: datetime) -> Checklist:
    """As the home stands now."""
    rooms = {room.id: room.kind for room in directory.rooms if room.home_id == home.id}
    hangs = {
        entry.device_id: rooms.get(entry.room_id or "")
        for entry in directory.assignments
        if entry.home_id == home.id and holds(entry, now)
    }
    devices = [_device(views, home, device, hangs.get(device.id)) for device in home.profile.devices.values()]
    devices.sort(key=lambda device: (not device.caller, device.id))
    living = home.profile.living
    waiting = [one for one in living if one.membership is Membership.NOT_YET_OPEN]
    proven = [device.proven_at for device in devices if device.proven_at is not None]
    return Checklist(
        home_id=home.id,
        address=home.profile.address,
        open=bool(living) and not waiting,
        proven=bool(proven),
        opened_at=min(proven, default=None) if living and not waiting else None,
        now=now,
        steps=[Step(key=key, done=done) for key, done in _steps(home, devices)],
        devices=devices,
    )


def _steps(home: Home, devices: list[CheckedDevice]) -> list[tuple[str, bool]]:
    callers = [device for device in devices if device.caller]
    # Nobody knows where a key was pressed that hangs in no room: it ticks neither.
    answered_in = {one.room_kind for one in callers if one.proven_at}
    return [
        ("elder", bool(home.profile.living)),
        ("caller", bool(callers)),
        ("bedroom", RoomKind.BEDROOM in answered_in),
        ("bathroom", RoomKind.BATHROOM in answered_in),
        ("every_key", bool(callers) and all(one.proven_at for one in callers)),
        ("every_device", bool(devices) and all(one.last_seen_at for one in devices)),
    ]


def _device(views: Views, home: Home, device: Device, room_kind: RoomKind | None) -> CheckedDevice:
    shown = views.device(home, device)
    press = home.presses.get(device.id)
    wearer = home.profile.resident(device.wearer_id)
    return CheckedDevice(
        id=device.id,
        kind=device.kind,
        room=device.room,
        room_kind=room_kind,
        wearer=ResidentRef(id=wearer.id, name=wearer.name, call_name=wearer.call_name) if wearer else None,
        state=shown.state,
        last_seen_at=shown.last_seen_at,
        battery_percent=shown.battery_percent,
        caller=device.kind in CALLERS,
        pressed_at=press.at if press else None,
        alert_id=press.alert_id if press else None,
        answered_at=press.answered_at if press else None,
        answered_by=views.person(press.answered_by) if press else None,
        proven_at=press.proven_at if press else None,
    )
