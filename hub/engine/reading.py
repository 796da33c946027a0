"""What the engine needs to know of a message before it is judged: is it a signal, and what does an unreadable one still say."""

import zlib

from hub.core.events import Call, DeviceEvent, Fall, UnreadableSignal, UnreadableTelemetry
from hub.ingest.decode import Rejected
from hub.ingest.message import RawMessage


def is_signal(event: DeviceEvent) -> bool:
    """Whether a call or a fall is among the facts."""
    return any(isinstance(fact, Call | Fall) for fact in event.facts)


def unreadable_event(message: RawMessage, rejected: Rejected) -> DeviceEvent | None:
    """What an unreadable message of a known device says all the same; a retained one says nothing."""
    if rejected.home_id is None or rejected.device_id is None or message.retained:
        return None
    reason = rejected.reason.value
    return DeviceEvent(
        rejected.home_id,
        rejected.device_id,
        (UnreadableSignal(reason) if rejected.signal else UnreadableTelemetry(reason),),
        qos=message.qos,
        duplicate=message.duplicate,
        fingerprint=zlib.crc32(message.payload),
    )
