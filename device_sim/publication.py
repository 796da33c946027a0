"""What a simulated device hands to the broker."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Publication:
    """One MQTT message on its way up."""

    topic: str
    payload: bytes
    qos: int = 1
    retain: bool = False
