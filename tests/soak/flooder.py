"""The other side of a flood, in a process of its own: prints "begins" when it does, and at the end how much it sent."""

import json
import resource
import socket
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count, islice

from firmware_contracts.topics import Address
from firmware_contracts.vocabulary import Kind
from hub.core.home import DeviceKind
from tests.benchmarks.publisher import Publisher, packet
from tests.benchmarks.street import UP_SINCE_MS, Devices, device_id

AT_ONCE = 500
PAUSE_S = 0.005
BOOT = 7_000_000
HUGE_BYTES = 5_000_000
RECONNECTING = 1_000
BACKLOG = 40_000
BACKLOG_EVERY_MS = 10_000
MAD, CUT_OFF = "h0001", "h0002"
"""The homes of the mad devices, and of the one that was long without a network. The homes that press are others."""

Messages = Iterator[tuple[str, bytes]]


def _numbered(
    cell: str, kind: Kind, device: DeviceKind, body: Callable[[int], dict[str, object]]
) -> Messages:
    """One device that sends without end, its clock and numbers going on as they should."""
    topic = Address(cell, MAD, device_id(MAD, device)).up(kind)
    began_s = time.monotonic()
    for number in count(1):
        up_ms = UP_SINCE_MS + int((time.monotonic() - began_s) * 1000)
        told = {"v": 1, "boot": BOOT, "seq": number, "uptime_ms": up_ms, "device_time": None}
        yield topic, json.dumps({**told, **body(number)}).encode()


def readings(cell: str) -> Messages:
    """A sensor gone mad."""
    return _numbered(cell, Kind.VITAL, DeviceKind.OXIMETER, lambda _: {"readings": {"heart_rate_bpm": 72}})


def presses(cell: str) -> Messages:
    """A button gone mad: each press has an id of its own."""

    def press(number: int) -> dict[str, object]:
        return {"event_id": f"mad-{number:08d}", "age_ms": 0, "action": "emergency"}

    return _numbered(cell, Kind.CALL, DeviceKind.BUTTON, press)


def one_press(cell: str) -> Messages:
    """One press, told without end by a device that does not hear that it was heard."""
    body: dict[str, object] = {"event_id": "mad-00000001", "age_ms": 0, "action": "emergency"}
    return _numbered(cell, Kind.CALL, DeviceKind.BUTTON, lambda _: body)


def noise(cell: str) -> Messages:
    """Something on a call topic that nobody can read."""
    topic = Address(cell, MAD, device_id(MAD, DeviceKind.BUTTON)).up(Kind.CALL)
    return ((topic, b'{"v": 1, "event_id": "\xff%d' % number) for number in count())


def backlog_topic(cell: str) -> str:
    return Address(cell, CUT_OFF, device_id(CUT_OFF, DeviceKind.OXIMETER)).up(Kind.VITAL)


def backlog(cell: str) -> Messages:
    """What a sensor kept through a long outage, given back at once."""
    for number in range(1, BACKLOG + 1):
        told = {"v": 1, "boot": BOOT, "seq": number, "uptime_ms": number * BACKLOG_EVERY_MS}
        yield backlog_topic(cell), json.dumps({**told, "readings": {"heart_rate_bpm": 72}}).encode()


SORTS: dict[str, Callable[[str], Messages]] = {
    "readings": readings,
    "presses": presses,
    "one_press": one_press,
    "noise": noise,
    "backlog": backlog,
}


def send(host: str, port: int, messages: Messages, seconds: float, per_second: float) -> int:
    """At a rate, or as fast as the broker takes them (0)."""
    began_s, sent = time.monotonic(), 0
    with Publisher(host, port, "mad") as publisher:
        begins()
        while (passed_s := time.monotonic() - began_s) < seconds:
            due = min(int(passed_s * per_second) - sent, AT_ONCE) if per_second else AT_ONCE
            some = list(islice(messages, max(due, 0)))
            publisher.publish_all(some)
            sent += len(some)
            if not per_second and not some:
                break
            if len(some) < AT_ONCE:
                time.sleep(PAUSE_S)
    return sent


def send_huge(host: str, port: int, cell: str, seconds: float) -> int:
    """Megabytes on a call topic, again and again; the broker ends the connection."""
    topic = Address(cell, MAD, device_id(MAD, DeviceKind.BUTTON)).up(Kind.CALL)
    whole = packet(topic, b'{"v": 1, "event_id": "' + b"x" * HUGE_BYTES + b'"}', 1)
    begins()
    until_s, sent = time.monotonic() + seconds, 0
    while time.monotonic() < until_s:
        try:
            with Publisher(host, port, "mad") as publisher:
                publisher._socket.sendall(whole)
                publisher._read(4)
        except OSError:
            pass
        sent += 1
    return sent


def reconnect(host: str, port: int, cell: str, seconds: float) -> int:
    """As many homes at once as after a power cut: each connects, says that it is back and gives some readings."""
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    devices = Devices(cell, RECONNECTING)
    homes = [f"h{number:04d}" for number in range(1, RECONNECTING + 1)]
    said = [
        b"".join(
            packet(*message, mid)
            for mid, message in enumerate(
                [
                    (
                        Address(cell, home, device_id(home, DeviceKind.BUTTON)).up(Kind.STATUS),
                        b'{"v": 1, "online": true, "boot": %d}' % BOOT,
                    ),
                    devices.heartbeat(home, DeviceKind.BUTTON),
                    *(devices.vital(home) for _ in range(10)),
                ],
                1,
            )
        )
        for home in homes
    ]
    begins()
    until_s, sent = time.monotonic() + seconds, 0
    while time.monotonic() < until_s:
        links: list[socket.socket] = []
        for home, words in zip(homes, said, strict=True):
            link = socket.create_connection((host, port), 30)
            name = home.encode()
            link.sendall(
                bytes([0x10, 12 + len(name)])
                + b"\x00\x04MQTT\x04\x02\x00\x3c\x00"
                + bytes([len(name)])
                + name
            )
            link.sendall(words)
            links.append(link)
            sent += 12
        for link in links:
            link.recv(64)
            link.close()
    return sent


def begins() -> None:
    sys.stdout.write("begins\n")
    sys.stdout.flush()


def main(host: str, port: int, cell: str, sort: str, seconds: float, per_second: float) -> int:
    if sort == "huge":
        return send_huge(host, port, cell, seconds)
    if sort == "reconnect":
        return reconnect(host, port, cell, seconds)
    return send(host, port, SORTS[sort](cell), seconds, per_second)


if __name__ == "__main__":
    _, host, port, cell, sort, seconds, per_second = sys.argv
    sys.stdout.write(f"{main(host, int(port), cell, sort, float(seconds), float(per_second))}\n")
