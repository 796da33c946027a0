"""A listener that says `heard` as the hub does after its commit, and remembers what came, in order."""

import queue
from types import TracebackType
from typing import Any, Self

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from firmware_contracts.messages import MESSAGES, CallMessage, FallMessage, StatusMessage, UpMessage
from firmware_contracts.topics import Address, parse_up
from tests.device_sim.seen import heard_command

WITHIN_S = 60


class HubStandIn:
    """Comes back by itself after a restart of the broker."""

    def __init__(self, host: str, port: int, cell: str, *, answers: bool = True) -> None:
        self.answers = answers
        self._topic = f"care/v1/{cell}/#"
        self._arrived: queue.Queue[tuple[Address, UpMessage]] = queue.Queue()
        self._ready: queue.Queue[bool] = queue.Queue()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.reconnect_delay_set(min_delay=1, max_delay=1)
        self._client.on_connect = lambda client, *_: self._subscribe(client)
        self._client.on_subscribe = lambda *_: self._ready.put(True)
        self._client.on_message = self._on_message
        self._host, self._port = host, port

    def next(self, *kinds: type[UpMessage]) -> tuple[Address, Any]:
        """The next message of these kinds; raises queue.Empty when none comes."""
        while True:
            address, message = self._arrived.get(timeout=WITHIN_S)
            if isinstance(message, kinds):
                return address, message

    def next_status(self, device: str, *, online: bool) -> StatusMessage:
        """The next birth or will of a device."""
        while True:
            address, status = self.next(StatusMessage)
            if address.device == device and status.online is online:
                assert isinstance(status, StatusMessage)
                return status

    def __enter__(self) -> Self:
        self._client.connect(self._host, self._port)
        self._client.loop_start()
        assert self._ready.get(timeout=WITHIN_S)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _subscribe(self, client: mqtt.Client) -> None:
        client.subscribe(self._topic, 1)

    def _on_message(self, client: mqtt.Client, data: Any, raw: mqtt.MQTTMessage) -> None:
        parsed = parse_up(raw.topic)
        if parsed is None:
            return
        address, kind = parsed
        message = MESSAGES[kind].model_validate_json(raw.payload)
        if self.answers and isinstance(message, CallMessage | FallMessage):
            client.publish(address.cmd, heard_command(message.event_id), 1)
        self._arrived.put((address, message))
