"""Telemetry that waits for company on a gateway must not keep the processor busy meanwhile."""

import threading
import time

from hub.engine.inbox import Inbox
from hub.ingest.message import RawMessage, SessionName

LINGER_S = 0.2


def test_a_reading_that_waits_for_company_lets_the_engine_sleep_until_it_may_go() -> None:
    inbox = Inbox(urgent_bound=100, telemetry_bound=100, linger_s=LINGER_S)
    began = time.monotonic()
    inbox.offer(RawMessage("first", b""))
    assert len(inbox.take(10, began)) == 1
    inbox.offer(RawMessage("second", b""))
    looks = 0
    while not inbox.take(10, time.monotonic()):
        looks += 1
        inbox.wait(1.0, time.monotonic())
    assert time.monotonic() - began >= LINGER_S
    assert looks <= 3


def test_a_press_does_not_wait_with_the_readings() -> None:
    inbox = Inbox(urgent_bound=100, telemetry_bound=100, linger_s=60)
    now = time.monotonic()
    inbox.offer(RawMessage("first", b""))
    inbox.take(10, now)
    inbox.offer(RawMessage("reading", b""))
    assert inbox.take(10, now) == []
    press = RawMessage("press", b"", session=SessionName.URGENT)
    presser = threading.Timer(0.05, inbox.offer, (press,))
    presser.start()
    inbox.wait(30, now)
    presser.join()
    assert [message.topic for message in inbox.take(10, now) if isinstance(message, RawMessage)] == [
        "press",
        "reading",
    ]
    assert time.monotonic() - now < 10
