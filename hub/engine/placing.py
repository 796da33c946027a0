"""Between decoding and judging: whose message it is. The engine and the recovery after it place by the same function."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeGuard

from hub.core.arrival import event_keys, keys_to_remember, recognise
from hub.core.events import DeviceEvent
from hub.core.home import UNASSIGNED_HOME_ID, Home
from hub.core.record import record
from hub.engine.reading import (
    from_gateway,
    is_signal,
    perhaps_an_alarm,
    tells_hazard,
    unreadable_event,
)
from hub.ingest.decode import Decoded, Ignored, Rejected, decode
from hub.ingest.message import RawMessage, SessionName
from hub.ingest.zigbee2mqtt import BRIDGE_ID
from hub.ingest.zigbee_models import DeviceModel, model_named

UNKNOWN_DEVICE = "unknown_device"
"""Why a readable message of a device that nobody enrolled is kept as rejected (a call, fall or hazard of it alerts instead)."""


@record
class Placed:
    """Where a message belongs. With an event its home judges it; with a reason it is kept whole as rejected; with neither it
    changes nothing. An unreadable message of a known device is both kept and judged."""

    home: Home | None = None
    event: DeviceEvent | None = None
    reason: str | None = None
    detail: str = ""


def place(
    find: Callable[[str], Home | None],
    unassigned: Callable[[], Home],
    message: RawMessage,
    decoded: Decoded,
    enrolled_in: Mapping[str, str],
) -> Placed:
    """The home that judges a message: the one its topic names, or the unassigned one for a call or hazard of an unknown device.

    A device that belongs to another home than the topic names (`enrolled_in`: device id -> home id) is judged where it speaks.
    """
    if isinstance(decoded, Ignored):
        return Placed()
    if isinstance(decoded, Rejected):
        told = unreadable_event(message, decoded)
        home = find(told.home_id) if told is not None else None
        if told is None or home is None:
            return Placed(None, None, decoded.reason.value, decoded.detail)
        device = home.profile.devices.get(told.device_id)
        if device is not None:
            told = perhaps_an_alarm(told, message, decoded, device)
        elif told.device_id in enrolled_in:
            told = replace(told, elsewhere=enrolled_in[told.device_id])
        else:
            return Placed(None, None, decoded.reason.value, decoded.detail)
        return Placed(home, told, decoded.reason.value, decoded.detail)
    home = find(decoded.home_id)
    if home is not None:
        if decoded.device_id in home.profile.devices:
            return Placed(home, decoded)
        of_gateway = from_gateway(home, decoded)
        if of_gateway is not None:
            return Placed(home, of_gateway)
    elsewhere = enrolled_in.get(decoded.device_id)
    if home is not None and elsewhere is not None and (is_signal(decoded) or not decoded.retained):
        return Placed(home, replace(decoded, elsewhere=elsewhere))
    if is_signal(decoded) or tells_hazard(decoded):
        stranger = replace(
            decoded, home_id=UNASSIGNED_HOME_ID, claimed_home=decoded.home_id, elsewhere=elsewhere
        )
        return Placed(unassigned(), stranger)
    if decoded.retained or (home is not None and decoded.device_id == BRIDGE_ID):
        return Placed()
    return Placed(
        None, None, UNKNOWN_DEVICE, f"no device {decoded.device_id} is enrolled in {decoded.home_id}"
    )


_TELEMETRY = SessionName.TELEMETRY

Seen = Callable[[Collection[tuple[str, str]]], dict[tuple[str, str], datetime]]


def decode_all(
    messages: Sequence[RawMessage],
    homes: Mapping[str, Home],
    seen: Seen,
    now: datetime,
    enrolled_in: Mapping[str, str],
) -> Iterator[Decoded]:
    """Read the messages of a batch, in order, and mark those calls and falls whose event was committed before, or stands earlier
    in it.

    Where calls and falls come, all are read first and looked up together; readings are read one by one, for a turn whose time is
    up leaves the rest of them to the next.
    """
    first = {
        index: read(message, homes, enrolled_in)
        for index, message in enumerate(messages)
        if message.session is not _TELEMETRY
    }
    known = seen({key for event in first.values() if _may_be_known(event) for key in event_keys(event)})
    for index, message in enumerate(messages):
        event = first[index] if index in first else read(message, homes, enrolled_in)
        if _may_be_known(event):
            keys = event_keys(event)
            if index not in first:
                known = {**seen(keys), **known}
            event = recognise(event, known)
            for key in keys_to_remember(event):
                known.setdefault(key, now)
        yield event


def read(message: RawMessage, homes: Mapping[str, Home], enrolled_in: Mapping[str, str]) -> Decoded:
    """Decode one message, with the models of the devices that are enrolled."""

    def model(home_id: str, device_id: str) -> DeviceModel | None:
        home = homes.get(home_id)
        device = home.profile.devices.get(device_id) if home is not None else None
        if device is None and device_id in enrolled_in:
            home = homes.get(enrolled_in[device_id])
            device = home.profile.devices.get(device_id) if home is not None else None
        return model_named(device.model) if device is not None and device.model else None

    return decode(message, model)


def _may_be_known(event: Decoded) -> TypeGuard[DeviceEvent]:
    return isinstance(event, DeviceEvent) and (event.retained or is_signal(event))
