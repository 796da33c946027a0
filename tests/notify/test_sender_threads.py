"""The sender with its threads: what hangs, hangs alone; a dead lane shows; nothing is sent after stop."""

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from hub.clock import HubClock
from hub.core.events import DeliveryOutcome, DeliveryReport
from hub.core.notifications import Notification, Template
from hub.notify.channel import Attempt, Channel, Sent, TemporaryFailure
from hub.notify.lane import LaneSettings
from hub.notify.sender import LaneHealth, Sender
from tests.notify.notifications import notification

WITHIN_S = 40


class Gate:
    """A channel whose attempts to some addresses hang until they are let go."""

    def __init__(self, name: str, *hanging: str) -> None:
        self.name = name
        self._hanging = hanging
        self.entered = threading.Semaphore(0)
        self.let_go = threading.Event()

    def send(self, notification: Notification, attempt: int) -> Attempt:
        if notification.address in self._hanging:
            self.entered.release()
            self.let_go.wait(WITHIN_S)
        return Sent()


@contextmanager
def running(
    *channels: Channel, lanes: dict[str, LaneSettings] | None = None
) -> Iterator[tuple[Sender, "queue.Queue[DeliveryReport]"]]:
    reports: queue.Queue[DeliveryReport] = queue.Queue()
    sender = Sender(
        {channel.name: channel for channel in channels},
        lambda _: True,
        reports.put,
        HubClock().now,
        lanes or {},
    )
    sender.start()
    try:
        yield sender, reports
    finally:
        for channel in channels:
            if isinstance(channel, Gate):
                channel.let_go.set()
        assert sender.stop(WITHIN_S)


def lane(sender: Sender, name: str) -> LaneHealth:
    return next(health for health in sender.health() if health.channel == name)


def test_a_hanging_channel_delays_no_other() -> None:
    hanging, healthy = Gate("phone", "address-1"), Gate("webhook")
    with running(hanging, healthy, lanes={"phone": LaneSettings(parallel=1)}) as (sender, reports):
        sender.enqueue([notification(1, channel="phone"), notification(2, channel="phone")])
        assert hanging.entered.acquire(timeout=WITHIN_S)
        sender.enqueue([notification(number) for number in range(3, 23)])
        sent = {reports.get(timeout=WITHIN_S).notification_id for _ in range(20)}
        assert sent == {f"alert-1-{number}" for number in range(3, 23)}
        health = lane(sender, "phone")
        assert (health.out, health.waiting, health.dead) == (1, 1, False)
        hanging.let_go.set()
        assert [reports.get(timeout=WITHIN_S).notification_id for _ in range(2)] == ["alert-1-1", "alert-1-2"]


def test_one_slow_receiver_holds_one_thread_however_much_waits_for_it() -> None:
    channel = Gate("webhook", "slow")
    with running(channel) as (sender, reports):
        sender.enqueue([notification(number, address="slow") for number in range(1, 9)])
        assert channel.entered.acquire(timeout=WITHIN_S)
        sender.enqueue([notification(number) for number in range(10, 30)])
        sent = [reports.get(timeout=WITHIN_S).notification_id for _ in range(20)]
        assert sorted(sent) == sorted(f"alert-1-{number}" for number in range(10, 30))
        channel.let_go.set()
        slow = [reports.get(timeout=WITHIN_S).notification_id for _ in range(8)]
        assert slow == [f"alert-1-{number}" for number in range(1, 9)]


def test_repetitions_to_hanging_receivers_leave_a_thread_for_a_new_emergency() -> None:
    dead = [f"dead-{number}" for number in range(6)]
    channel = Gate("webhook", *dead)
    with running(channel) as (sender, reports):
        sender.enqueue(
            [notification(number, address=address) for number, address in enumerate(dead)], attempts=1
        )
        for _ in range(3):
            assert channel.entered.acquire(timeout=WITHIN_S)
        sender.enqueue([notification(99)])
        assert reports.get(timeout=WITHIN_S).notification_id == "alert-1-99"
        assert lane(sender, "webhook").out == 3


def test_a_retry_comes_by_itself() -> None:
    class Recovering:
        name = "webhook"

        def send(self, notification: Notification, attempt: int) -> Attempt:
            return Sent() if attempt > 1 else TemporaryFailure("HTTP 503")

    with running(Recovering()) as (sender, reports):
        sender.enqueue([notification()])
        outcomes = [reports.get(timeout=WITHIN_S).outcome for _ in range(2)]
        assert outcomes == [DeliveryOutcome.RETRY, DeliveryOutcome.SENT]


def test_a_dead_lane_shows_and_takes_no_other_with_it() -> None:
    class Deadly:
        name = "phone"

        def send(self, notification: Notification, attempt: int) -> Attempt:
            died.release()
            raise SystemExit("a library gave up")

    died = threading.Semaphore(0)
    with running(Deadly(), Gate("webhook"), lanes={"phone": LaneSettings(parallel=1)}) as (sender, reports):
        assert not lane(sender, "phone").dead
        sender.enqueue([notification(1, channel="phone")])
        assert died.acquire(timeout=WITHIN_S)
        for thread in threading.enumerate():
            if thread.name.startswith("notify-phone"):
                thread.join(WITHIN_S)
        health = lane(sender, "phone")
        assert health.dead
        # Its message is not lost: it waits for a thread that may come.
        assert (health.waiting, health.out) == (1, 0)
        sender.enqueue([notification(2)])
        assert reports.get(timeout=WITHIN_S).notification_id == "alert-1-2"
        assert not lane(sender, "webhook").dead


def test_stop_lets_the_present_attempt_end_and_starts_no_other() -> None:
    channel = Gate("webhook", "address-1")
    reports: queue.Queue[DeliveryReport] = queue.Queue()
    sender = Sender(
        {"webhook": channel},
        lambda _: True,
        reports.put,
        HubClock().now,
        {"webhook": LaneSettings(parallel=1)},
    )
    sender.start()
    sender.enqueue([notification(1), notification(2)])
    assert channel.entered.acquire(timeout=WITHIN_S)
    assert sender.stop(0.05) is False
    channel.let_go.set()
    assert reports.get(timeout=WITHIN_S).notification_id == "alert-1-1"
    for thread in threading.enumerate():
        if thread.name.startswith("notify-webhook"):
            thread.join(WITHIN_S)
    assert reports.empty()
    assert lane(sender, "webhook").waiting == 1


def test_starting_twice_is_refused() -> None:
    with running(Gate("webhook")) as (sender, _), pytest.raises(RuntimeError, match="already running"):
        sender.start()


def test_a_thousand_messages_all_go_once_and_each_person_gets_theirs_in_order() -> None:
    received: dict[str, list[str]] = {}

    class Counting:
        name = "webhook"

        def send(self, notification: Notification, attempt: int) -> Attempt:
            received.setdefault(notification.address, []).append(notification.id)
            return Sent()

    with running(Counting()) as (sender, reports):
        for number in range(1000):
            sender.enqueue([notification(number, address=f"person-{number % 7}", template=Template.RESOLVED)])
        for _ in range(1000):
            reports.get(timeout=WITHIN_S)
    for person in range(7):
        assert received[f"person-{person}"] == [f"alert-1-{number}" for number in range(person, 1000, 7)]
