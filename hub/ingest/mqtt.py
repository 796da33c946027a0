"""The hub's ear, before `ingest/decode`: three persistent MQTT sessions, so that a press never waits behind readings."""

import struct
import time
from collections.abc import Callable, Iterable, Mapping

from firmware_contracts.topics import ROOT
from firmware_contracts.vocabulary import URGENT_KINDS, Kind
from hub.ingest.connection import MqttSettings, Published, SessionHealth
from hub.ingest.message import RawMessage, SessionName
from hub.ingest.session import Session

__all__ = ["MqttSettings", "Published", "SessionHealth", "Sessions", "topics_of"]

_PUBACK = struct.Struct(">BBH").pack


def topics_of(cell: str) -> Mapping[SessionName, tuple[str, ...]]:
    """What each session of a cell subscribes to."""
    up = {kind: f"{ROOT}/{cell}/+/+/{kind.value}" for kind in Kind}
    return {
        SessionName.URGENT: tuple(topic for kind, topic in up.items() if kind in URGENT_KINDS),
        SessionName.TELEMETRY: tuple(topic for kind, topic in up.items() if kind not in URGENT_KINDS),
        SessionName.FOREIGN: (f"z2m/v1/{cell}/#",),
    }


def _nobody(sentence: str) -> None:
    """Without a listener for a dead thread the health still tells."""


class Sessions:
    """All three sessions of a cell. `sink` gets every message in the thread of its session and may block (the others go on).

    A message counts as the hub's only after `acknowledge`: until then the broker keeps it and sends it again.
    """

    def __init__(
        self,
        settings: MqttSettings,
        cell: str,
        sink: Callable[[RawMessage], None],
        on_fatal: Callable[[str], None] = _nobody,
    ) -> None:
        self._sessions = {
            name: Session(settings, f"care-hub-{cell}-{name.value}", name, topics, sink, on_fatal)
            for name, topics in topics_of(cell).items()
        }

    def start(self) -> None:
        """Begin to connect; returns at once, and the sessions keep trying for ever."""
        for session in self._sessions.values():
            session.start()

    def stop(self) -> None:
        """Disconnect in order; the broker keeps the sessions and what comes for them. The sink must not block any more."""
        for session in self._sessions.values():
            session.begin_to_stop()
        for session in self._sessions.values():
            session.await_stop()

    def wait_connected(self, timeout_s: float) -> bool:
        """Wait until every session is connected and subscribed; False when that took too long."""
        end = time.monotonic() + timeout_s
        return all(
            session.ready.wait(max(end - time.monotonic(), 0.0)) for session in self._sessions.values()
        )

    def acknowledge(self, messages: Iterable[RawMessage]) -> None:
        """Tell the broker that these are safe, with one call of the kernel for each session; from any thread.

        Messages of an earlier connection are passed over: the broker has sent them again, under other ids.
        """
        packets: dict[tuple[SessionName, int], list[bytes]] = {}
        for message in messages:
            if message.qos:
                key = (message.session, message.connection)
                known = packets.get(key)
                if known is None:
                    known = packets[key] = []
                known.append(_PUBACK(0x40, 2, message.mid))
        for (name, connection), ready in packets.items():
            self._sessions[name].acknowledge(b"".join(ready), connection)

    def publish(self, topic: str, payload: bytes, qos: int = 1, retain: bool = False) -> Published:
        """Speak to a device. What is not `ACCEPTED` is forgotten here: the caller sends it again by its own rules."""
        return self._sessions[SessionName.URGENT].publish(topic, payload, qos, retain)

    def health(self) -> Mapping[SessionName, SessionHealth]:
        """How each session is at this moment."""
        return {name: session.health() for name, session in self._sessions.items()}
