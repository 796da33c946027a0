"""A message as it came from the broker, before anyone has read it."""

from enum import StrEnum

from hub.core.record import record


class SessionName(StrEnum):
    """The three persistent MQTT sessions."""

    URGENT = "urgent"
    TELEMETRY = "telemetry"
    FOREIGN = "foreign"


@record
class RawMessage:
    """Topic and bytes, how they were delivered, and what is needed to acknowledge them.

    `mid` is valid only on the connection that delivered it: `connection` counts the connections of the session, and an
    acknowledgement for an older one is dropped.
    """

    topic: str
    payload: bytes
    qos: int = 1
    retained: bool = False
    duplicate: bool = False
    session: SessionName = SessionName.TELEMETRY
    mid: int = 0
    connection: int = 0
