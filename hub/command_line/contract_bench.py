"""The bench of `hub contract check`: it listens beside the device on its broker, answers as the hub would, and records."""

import queue
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

from firmware_contracts.messages import CallStateCommand
from firmware_contracts.topics import ROOT
from firmware_contracts.vocabulary import QOS, CallState
from hub.command_line.contract_record import Mark, Marked, Record, Seen, is_of, look

_CONNECT_WITHIN_S = 10.0
_STORE_IS_READ_AFTER_S = 0.5
_SHOWN_FOR_S = 300
_SAY = "收到了，您别急，别急着起身。"


Found = TypeVar("Found")


class CannotCheck(Exception):
    """The check cannot be made; the text says where, why and what to do."""


@dataclass(frozen=True, slots=True)
class BrokerPlace:
    """Where the broker is and who logs in."""

    host: str
    port: int
    tls: bool = False
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None


class Listener:
    """One connection: what arrives, with the time of its arrival, in order."""

    def __init__(self, place: BrokerPlace, *topics: str) -> None:
        self._place, self._topics = place, topics
        self.arrived: queue.Queue[tuple[float, mqtt.MQTTMessage]] = queue.Queue()
        self._ready: queue.Queue[str | None] = queue.Queue()
        self._client = client = mqtt.Client(CallbackAPIVersion.VERSION2, clean_session=True)
        client.connect_timeout = _CONNECT_WITHIN_S
        if place.username is not None:
            client.username_pw_set(place.username, place.password)
        if place.tls or place.ca_file is not None:
            client.tls_set(ca_certs=None if place.ca_file is None else str(place.ca_file))
        client.on_message = lambda _client, _data, message: self.arrived.put((time.monotonic(), message))
        client.on_connect = self._connected
        client.on_subscribe = self._subscribed
        client.on_socket_open = _send_at_once

    def __enter__(self) -> "Listener":
        where = f"{self._place.host}:{self._place.port}"
        try:
            self._client.connect(self._place.host, self._place.port)
        except OSError as error:
            raise CannotCheck(
                f"no broker answers at {where} ({error.strerror or error}): is it running? --broker mqtt://HOST:PORT"
            ) from error
        self._client.loop_start()
        try:
            refused = self._ready.get(timeout=_CONNECT_WITHIN_S)
        except queue.Empty:
            refused = f"the broker at {where} accepts connections but does not answer"
        if refused is not None:
            self.__exit__()
            raise CannotCheck(refused)
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, topic: str, payload: bytes, qos: int = QOS) -> None:
        """Hand a message to the broker."""
        self._client.publish(topic, payload, qos)

    def _connected(self, client: mqtt.Client, _data: Any, _flags: Any, code: Any, _properties: Any) -> None:
        if code.is_failure:
            self._ready.put(
                f"the broker at {self._place.host}:{self._place.port} refused the log-in ({code}): --username and "
                "--password-file of one who may listen to the device's topics and write to its cmd, as the hub may"
            )
        else:
            client.subscribe([(topic, QOS) for topic in self._topics])

    def _subscribed(self, _client: mqtt.Client, _data: Any, _mid: int, codes: Any, _properties: Any) -> None:
        refused = any(code.is_failure for code in codes)
        self._ready.put(
            f"the broker refused to let it listen to {', '.join(self._topics)}" if refused else None
        )


def _send_at_once(_client: mqtt.Client, _data: Any, sock: Any) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


class Bench:
    """Records what one device does; waits with limits, never without."""

    def __init__(self, record: Record, listener: Listener, place: BrokerPlace) -> None:
        self.record = record
        self.shows: str | None = None
        self._listener, self._place = listener, place
        self._life, self._press, self._presses = -1, -1, 0
        self._booting, self._restarted_at_s = False, 0.0
        self._said: set[bytes] = set()
        self._newest: Seen | None = None

    def publish(self, topic: str, payload: bytes) -> None:
        """Say something else than an answer to a call."""
        self._listener.publish(topic, payload, qos=0)

    def mark(self, mark: Mark, **more: Any) -> float:
        """Write down what was asked for or said; returns the time."""
        now_s = time.monotonic()
        self.record.marks.append(Marked(now_s, mark, **more))
        return now_s

    def restarting(self) -> float:
        """The device is about to be switched off and on."""
        self._booting, self._restarted_at_s = True, self.mark(Mark.POWER)
        return self._restarted_at_s

    def restarted(self) -> None:
        """It had its time: what comes from now on belongs to the new life, whether it said so or not."""
        if self._booting:
            self._booting, self._life = False, self._life + 1

    def pressing(self) -> int:
        """A press is about to come; returns its number."""
        self._press, self._presses = self._presses, self._presses + 1
        self.mark(Mark.PRESS, press=self._press)
        return self._press

    def answer(self, press: int) -> None:
        """Say heard, as the hub does after its commit, to every event id of this press."""
        copies = [copy.signal.event_id for copy in self.record.copies(press) if copy.signal is not None]
        for event_id in dict.fromkeys(copies):
            command = CallStateCommand(
                event_id=event_id, state=CallState.HEARD, say=_SAY, valid_for_s=_SHOWN_FOR_S
            )
            payload = command.model_dump_json(exclude_none=True).encode()
            self._said.add(payload)
            self._listener.publish(self.record.device.cmd, payload)
            self.mark(Mark.HEARD, press=press, event_id=event_id)
        self._press = -1

    def wait(
        self, what: str, condition: Callable[[Seen], bool], within: float, since_s: float, press: int = -1
    ) -> Seen | None:
        """The first live message since then that fits, seen already or coming within so many real seconds."""
        found = self.until(lambda: self._first(condition, since_s), within)
        self.mark(Mark.WAITED, what=what, press=press, found=found)
        return found

    def until(self, look_for: Callable[[], Found | None], within: float) -> Found | None:
        """What `look_for` finds, asked again after each message; None when the time is over."""
        ends_s = time.monotonic() + within
        while True:
            found = look_for()
            left_s = ends_s - time.monotonic()
            if found is not None or left_s <= 0:
                return found
            try:
                at_s, message = self._listener.arrived.get(timeout=left_s)
            except queue.Empty:
                continue
            self._take(at_s, message)

    def stored(self) -> list[Seen]:
        """What the broker keeps for this device and gives to everybody who begins to listen."""
        device = self.record.device
        kept: list[Seen] = []
        prefix = f"{ROOT}/{device.cell}/{device.home}/{device.device}/#"
        with Listener(self._place, prefix) as fresh:
            while True:
                try:
                    at_s, message = fresh.arrived.get(timeout=_STORE_IS_READ_AFTER_S)
                except queue.Empty:
                    return kept
                if message.retain:
                    kept.append(look(at_s, message.topic, bytes(message.payload), message.qos, stored=True))

    # --- inside ---

    def _first(self, condition: Callable[[Seen], bool], since_s: float) -> Seen | None:
        return next((seen for seen in self.record.seen if seen.at_s >= since_s and condition(seen)), None)

    def _take(self, at_s: float, message: mqtt.MQTTMessage) -> None:
        topic, payload = message.topic, bytes(message.payload)
        if topic.endswith("/shows"):
            self.shows = payload.decode(errors="replace")
        elif topic == self.record.device.cmd:
            if payload not in self._said:
                raise CannotCheck(
                    f"somebody else speaks to this device on {topic}: end the hub that serves this broker, or use a "
                    "broker of the bench's own; two who answer cannot tell whose heard it was"
                )
        elif not message.retain and is_of(self.record.device, topic):
            self._keep(look(at_s, topic, payload, message.qos, stored=False))

    def _keep(self, seen: Seen) -> None:
        if self._booting and seen.at_s >= self._restarted_at_s and self._begins(seen):
            self._booting, self._life = False, self._life + 1
        seen = replace(seen, life=self._life, press=self._press_of(seen))
        if seen.envelope is not None:
            self._newest = seen
        self.record.seen.append(seen)

    def _begins(self, seen: Seen) -> bool:
        """Whether a message is of the life after the restart: its birth, or what counts anew."""
        if seen.status is not None:
            return seen.status.online
        newest = self._newest.envelope if self._newest is not None else None
        told = seen.envelope
        return (
            told is not None
            and newest is not None
            and (told.boot != newest.boot or told.uptime_ms < newest.uptime_ms)
        )

    def _press_of(self, seen: Seen) -> int:
        """A copy of a press that was answered belongs to it, after a restart too; one event id under a new number, told as
        pressed later, is another press."""
        told = seen.signal
        if told is None:
            return self._press
        pressed_s = seen.at_s - self.record.times.real_s(told.age_ms / 1000)
        for entry in self.record.marked(Mark.HEARD):
            if entry.event_id != told.event_id:
                continue
            copies = self.record.copies(entry.press)
            if pressed_s <= copies[0].at_s + seconds(self.record.times.slack) or any(
                copy.life == self._life and copy.signal is not None and copy.signal.seq == told.seq
                for copy in copies
            ):
                return entry.press
        return self._press


def seconds(of: timedelta) -> float:
    """A limit in seconds."""
    return of.total_seconds()
