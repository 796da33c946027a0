"""What the MQTT sessions are told (where the broker is) and what they tell (their health, the fate of a message they send)."""

import ssl
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from hub.ingest.message import SessionName


@dataclass(frozen=True, slots=True)
class MqttSettings:
    """Where the broker is and who the hub is there. `tls` True checks the broker against `ca_file`, or the system's
    authorities; `certificate_file` and `key_file` are for brokers that ask the hub for its own."""

    host: str = "127.0.0.1"
    port: int = 1883
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    keepalive_s: int = 30
    tls: bool = False
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None

    def tls_context(self) -> ssl.SSLContext | None:
        """The context of TLS connections, None without TLS; raises OSError when a file is missing or no certificate."""
        if not self.tls:
            return None
        context = ssl.create_default_context(cafile=str(self.ca_file) if self.ca_file else None)
        if self.certificate_file is not None:
            context.load_cert_chain(self.certificate_file, self.key_file)
        return context


class Published(StrEnum):
    """What became of a message handed over for sending. Only `ACCEPTED` was taken; of the others nothing is kept."""

    ACCEPTED = "accepted"
    NOT_CONNECTED = "not_connected"
    QUEUE_FULL = "queue_full"


@dataclass(frozen=True, slots=True)
class SessionHealth:
    """How a session is: `healthy` when it is connected, every subscription was granted and its thread lives.

    `since_at` is when `connected` last changed. `sink_failures` counts messages that the hub itself failed to take.
    `forgotten_at`: when the broker last came back without what it had kept for this session.
    """

    name: SessionName
    connected: bool
    since_at: datetime
    messages: int
    connections: int
    denied_topics: tuple[str, ...]
    sink_failures: int
    last_error: str | None
    loop_alive: bool
    subscribed: bool
    forgotten_at: datetime | None = None

    @property
    def healthy(self) -> bool:
        return self.connected and self.subscribed and self.loop_alive and not self.denied_topics
