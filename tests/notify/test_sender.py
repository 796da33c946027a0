"""The sender on a stepped clock, without threads: order, repetition, cancelling, giving up, reports."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from hub.core.events import DeliveryOutcome, DeliveryReport
from hub.core.notifications import HOME_CHANNEL, Notification, NotifyReason, Template
from hub.notify.channel import Attempt, PermanentFailure, Received, Sent, TemporaryFailure
from hub.notify.lane import Lane, LaneSettings, retry_pause
from hub.notify.sender import Sender
from tests.notify.notifications import START, notification

DOWN = TemporaryFailure("HTTP 503")


class Recorder:
    """A channel that answers from a script (its last entry for ever) and remembers what it was given."""

    def __init__(self, *script: Attempt | Exception, name: str = "webhook") -> None:
        self.name = name
        self.script = list(script) or [Sent()]
        self.sent: list[tuple[str, int]] = []

    def send(self, notification: Notification, attempt: int) -> Attempt:
        self.sent.append((notification.id, attempt))
        result = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(result, Exception):
            raise result
        return result

    @property
    def ids(self) -> list[str]:
        return [sent for sent, _ in self.sent]


class Stage:
    """A sender, its clock, what it reported, and which ids may no longer start."""

    def __init__(
        self, *channels: Recorder, settings: LaneSettings | None = None, lane: str = "webhook"
    ) -> None:
        self.now = START
        self.reports: list[DeliveryReport] = []
        self.cancelled: set[str] = set()
        self.unanswerable = 0
        lanes = {lane: settings} if settings else {}
        self.sender = Sender(
            {channel.name: channel for channel in channels},
            self.may_start,
            self.reports.append,
            lambda: self.now,
            lanes,
        )

    def may_start(self, notification_id: str) -> bool:
        if self.unanswerable:
            self.unanswerable -= 1
            raise OSError("the store is busy")
        return notification_id not in self.cancelled

    def until_idle(self, limit: int = 1000) -> None:
        """Jump from deadline to deadline until nothing waits."""
        self.sender.run_due(self.now)
        for _ in range(limit):
            due_at = self.sender.next_due_at()
            if due_at is None:
                return
            self.now = max(self.now, due_at)
            self.sender.run_due(self.now)

    @property
    def outcomes(self) -> list[tuple[str, DeliveryOutcome, int]]:
        return [(report.notification_id, report.outcome, report.attempt) for report in self.reports]


def numbered(*severities: str) -> list[Notification]:
    return [
        notification(number, data={"severity": severity}) for number, severity in enumerate(severities, 1)
    ]


@pytest.mark.parametrize(
    ("severities", "order"),
    [
        (["emergency", "emergency", "emergency"], [1, 2, 3]),
        (["technical", "routine", "urgent", "emergency"], [4, 3, 2, 1]),
        (["routine", "emergency", "routine", "emergency"], [2, 4, 1, 3]),
        # A severity that nobody knows may be the gravest one.
        (["routine", "no such word"], [2, 1]),
    ],
)
def test_the_gravest_go_first_and_then_in_order(severities: Sequence[str], order: Sequence[int]) -> None:
    channel = Recorder()
    stage = Stage(channel)
    stage.sender.enqueue(numbered(*severities))
    stage.until_idle()
    assert channel.ids == [f"alert-1-{number}" for number in order]


def test_a_new_emergency_goes_before_one_that_failed_already() -> None:
    channel = Recorder(DOWN, Sent())
    stage = Stage(channel)
    stage.sender.enqueue([notification(1)])
    stage.sender.run_due(stage.now)
    stage.now += timedelta(seconds=5)
    stage.sender.enqueue([notification(2)])
    stage.until_idle()
    assert channel.sent == [("alert-1-1", 1), ("alert-1-2", 1), ("alert-1-1", 2)]


@pytest.mark.parametrize(
    ("result", "outcome"),
    [
        (Sent(), DeliveryOutcome.SENT),
        (Received(), DeliveryOutcome.RECEIVED),
        (PermanentFailure("HTTP 404"), DeliveryOutcome.FAILED),
    ],
)
def test_a_final_result_is_reported_once_and_never_repeated(
    result: Attempt, outcome: DeliveryOutcome
) -> None:
    channel = Recorder(result)
    stage = Stage(channel)
    stage.sender.enqueue([notification()])
    stage.until_idle()
    assert stage.outcomes == [("alert-1-1", outcome, 1)]
    assert len(channel.sent) == 1
    assert stage.reports[0].alert_id == "alert-1"
    assert stage.reports[0].home_id == "home-1"


def test_pauses_double_up_to_a_minute_and_every_report_names_the_next_attempt() -> None:
    channel = Recorder(*[DOWN] * 9, Sent())
    stage = Stage(channel)
    stage.sender.enqueue([notification()])
    stage.until_idle()
    retries = [report for report in stage.reports if report.outcome is DeliveryOutcome.RETRY]
    instants = [START, *(report.next_attempt_at for report in retries if report.next_attempt_at)]
    pauses_s = [(later - earlier).total_seconds() for earlier, later in pairwise(instants)]
    expected_s = [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert len(pauses_s) == len(expected_s)
    assert all(0.8 * want <= got <= 1.2 * want for got, want in zip(pauses_s, expected_s, strict=True)), (
        pauses_s
    )
    assert stage.outcomes[-1] == ("alert-1-1", DeliveryOutcome.SENT, 10)
    assert {report.detail for report in retries} == {"HTTP 503"}


def test_the_jitter_is_the_same_for_an_id_and_differs_between_ids() -> None:
    assert retry_pause("a", 3) == retry_pause("a", 3)
    assert len({retry_pause(str(number), 3) for number in range(20)}) > 15


@pytest.mark.parametrize(
    ("asked", "waited"),
    [
        (timedelta(seconds=30), timedelta(seconds=30)),
        (timedelta(0), None),
        (timedelta(days=1), timedelta(minutes=5)),
    ],
)
def test_a_receiver_may_ask_for_patience_but_not_for_silence(
    asked: timedelta, waited: timedelta | None
) -> None:
    stage = Stage(Recorder(TemporaryFailure("HTTP 429", asked), Sent()))
    stage.sender.enqueue([notification()])
    stage.sender.run_due(stage.now)
    assert stage.reports[0].next_attempt_at == START + (waited or retry_pause("alert-1-1", 1))


def test_answered_between_two_attempts_no_further_one_starts() -> None:
    channel = Recorder(DOWN)
    stage = Stage(channel)
    stage.sender.enqueue([notification(1), notification(2)])
    stage.sender.run_due(stage.now)
    stage.cancelled.add("alert-1-1")
    stage.now += timedelta(seconds=2)
    stage.sender.run_due(stage.now)
    assert channel.ids.count("alert-1-1") == 1
    assert channel.ids.count("alert-1-2") == 2
    stage.cancelled.add("alert-1-2")
    stage.until_idle()
    assert channel.ids.count("alert-1-2") == 2
    assert stage.sender.next_due_at() is None


def test_the_question_is_asked_before_every_single_attempt_of_a_batch() -> None:
    """The first page is answered while the others of the batch still wait."""

    class Answering(Recorder):
        def send(self, notification: Notification, attempt: int) -> Attempt:
            stage.cancelled |= {"alert-1-2", "alert-1-3"}
            return super().send(notification, attempt)

    channel = Answering()
    stage = Stage(channel)
    stage.sender.enqueue(numbered("emergency", "emergency", "emergency"))
    stage.until_idle()
    assert channel.ids == ["alert-1-1"]


def test_a_page_of_an_unanswered_emergency_is_never_given_up() -> None:
    stage = Stage(Recorder(DOWN), settings=LaneSettings(max_attempts=3, max_age=timedelta(seconds=10)))
    stage.sender.enqueue([notification()])
    stage.until_idle(limit=200)
    assert stage.reports[-1].outcome is DeliveryOutcome.RETRY
    assert stage.now - START > timedelta(hours=2)


@pytest.mark.parametrize(
    "changes",
    [
        {"data": {"severity": "urgent"}},
        {"template": Template.RESOLVED},
        {"cancel_on_answer": False},
    ],
)
@pytest.mark.parametrize(
    ("settings", "attempts"),
    [
        (LaneSettings(max_attempts=3), 3),
        # Pauses of 1, 2, 4 s: at the fourth failure 10 s are not over, at the fifth they are.
        (LaneSettings(max_age=timedelta(seconds=10)), 5),
    ],
)
def test_anything_else_fails_after_its_count_or_its_age(
    changes: dict[str, Any], settings: LaneSettings, attempts: int
) -> None:
    channel = Recorder(DOWN)
    stage = Stage(channel, settings=settings)
    stage.sender.enqueue([notification(**changes)])
    stage.until_idle()
    assert stage.outcomes[-1] == ("alert-1-1", DeliveryOutcome.FAILED, attempts)
    assert "HTTP 503; given up after" in stage.reports[-1].detail
    assert len(channel.sent) == attempts


def test_a_message_older_than_its_age_still_gets_one_attempt() -> None:
    """After an outage of hours the family still hears that it is over."""
    channel = Recorder()
    stage = Stage(channel)
    stage.now += timedelta(hours=5)
    stage.sender.enqueue([notification(template=Template.RESOLVED)], attempts=4)
    stage.until_idle()
    assert stage.outcomes == [("alert-1-1", DeliveryOutcome.SENT, 5)]


def test_a_channel_that_raises_is_tried_again_and_the_lane_lives_on() -> None:
    channel = Recorder(ValueError("address-1 is not a number"), Sent())
    stage = Stage(channel)
    stage.sender.enqueue([notification(1), notification(2)])
    stage.until_idle()
    assert channel.ids == ["alert-1-1", "alert-1-2", "alert-1-1"]
    assert stage.reports[0].outcome is DeliveryOutcome.RETRY
    # The type of the exception, never its text: that may hold an address.
    assert stage.reports[0].detail == "ValueError in the channel"


def test_a_question_that_cannot_be_answered_delays_and_does_not_send() -> None:
    channel = Recorder()
    stage = Stage(channel)
    stage.unanswerable = 1
    stage.sender.enqueue([notification()])
    stage.sender.run_due(stage.now)
    assert channel.sent == []
    stage.until_idle()
    assert [report.outcome for report in stage.reports] == [DeliveryOutcome.RETRY, DeliveryOutcome.SENT]


def test_a_report_that_cannot_be_handed_over_loses_no_later_message() -> None:
    calls: list[str] = []

    def report(delivery: DeliveryReport) -> None:
        calls.append(delivery.notification_id)
        if len(calls) == 1:
            raise RuntimeError("the engine is stopping")

    channel = Recorder()
    sender = Sender({"webhook": channel}, lambda _: True, report, lambda: START)
    sender.enqueue([notification(1), notification(2)])
    sender.run_due(START)
    assert calls == ["alert-1-1", "alert-1-2"]
    assert sender.health()[0].unreported == 1


def test_an_unknown_channel_fails_at_once_and_says_so() -> None:
    stage = Stage(Recorder())
    stage.sender.enqueue([notification(channel="pigeon")])
    stage.until_idle()
    assert stage.outcomes == [("alert-1-1", DeliveryOutcome.FAILED, 1)]
    assert "'pigeon'" in stage.reports[0].detail


def test_an_id_on_its_way_is_not_taken_twice() -> None:
    channel = Recorder(DOWN, Sent())
    stage = Stage(channel)
    stage.sender.enqueue([notification(), notification()])
    stage.sender.run_due(stage.now)
    stage.sender.enqueue([notification()])
    stage.until_idle()
    assert channel.sent == [("alert-1-1", 1), ("alert-1-1", 2)]


def test_after_a_restart_the_same_id_goes_on_where_it_was() -> None:
    """The outbox row says three attempts and when the next one is due."""
    channel = Recorder()
    stage = Stage(channel)
    due_at = START + timedelta(seconds=40)
    stage.sender.enqueue([notification()], attempts=3, not_before=due_at)
    stage.sender.run_due(due_at - timedelta(seconds=1))
    assert channel.sent == []
    assert stage.sender.next_due_at() == due_at
    stage.until_idle()
    assert channel.sent == [("alert-1-1", 4)]


def home_page(number: int, template: Template, **changes: object) -> Notification:
    return notification(number, channel=HOME_CHANNEL, address="button-1", template=template, **changes)


def test_a_sentence_that_a_newer_one_has_overtaken_is_never_spoken() -> None:
    """The broker is away while a butler takes the call: back again, the room must not hear "still looking"."""
    channel = Recorder(DOWN, Sent(), name=HOME_CHANNEL)
    stage = Stage(channel)
    stage.sender.enqueue([home_page(1, Template.HOME_LOOKING)])
    stage.sender.run_due(stage.now)
    stage.sender.enqueue([home_page(2, Template.HOME_TAKEN)])
    stage.until_idle()
    assert channel.sent == [("alert-1-1", 1), ("alert-1-2", 1)]
    assert ("alert-1-1", DeliveryOutcome.FAILED, 1) in stage.outcomes
    assert ("alert-1-2", DeliveryOutcome.SENT, 1) in stage.outcomes


@pytest.mark.parametrize(
    ("first", "second", "spoken"),
    [
        (home_page(1, Template.HOME_TAKEN), home_page(2, Template.HOME_ON_THE_WAY), [2]),
        (home_page(1, Template.HOME_AMBULANCE), home_page(2, Template.HOME_ON_THE_WAY), [1, 2]),
        (home_page(1, Template.HOME_AMBULANCE), home_page(2, Template.HOME_CLOSED), [2]),
        (home_page(1, Template.HOME_TAKEN), home_page(2, Template.HOME_CLOSED, alert_id="other"), [1, 2]),
    ],
)
def test_what_replaces_what_in_the_room(first: Notification, second: Notification, spoken: list[int]) -> None:
    channel = Recorder(name=HOME_CHANNEL)
    stage = Stage(channel)
    stage.sender.enqueue([first, second])
    stage.until_idle()
    assert channel.ids == [f"alert-1-{number}" for number in spoken]


def test_what_people_are_told_after_a_page_does_not_replace_it() -> None:
    channel = Recorder()
    stage = Stage(channel)
    stage.sender.enqueue(
        [notification(1, address="a"), notification(2, address="a", template=Template.TAKEN)]
    )
    stage.until_idle()
    assert channel.ids == ["alert-1-1", "alert-1-2"]


def test_health_shows_what_waits_and_what_went_wrong_last() -> None:
    stage = Stage(Recorder(DOWN, Sent()))
    stage.sender.enqueue([notification()])
    stage.sender.run_due(stage.now)
    before = stage.sender.health()[0]
    assert (before.channel, before.waiting, before.out, before.last_problem) == ("webhook", 1, 0, "HTTP 503")
    stage.until_idle()
    after = stage.sender.health()[0]
    assert (after.waiting, after.last_problem) == (0, None)


def test_the_same_history_gives_the_same_instants() -> None:
    def run() -> list[datetime | None]:
        stage = Stage(Recorder(*[DOWN] * 5, Sent()))
        stage.sender.enqueue([notification(1), notification(2)])
        stage.until_idle()
        return [report.next_attempt_at for report in stage.reports]

    assert run() == run()


def pressed_again(number: int, **changes: Any) -> Notification:
    """Another page to the butler of home-1 about the same alert."""
    changes = {"reason": NotifyReason.PRESSED_AGAIN} | changes
    return notification(number, person_id="butler", address="butler", **changes)


def next_door(number: int, **changes: Any) -> Notification:
    return pressed_again(number, alert_id="alert-2", home_id="home-2", reason=NotifyReason.STEP, **changes)


@pytest.mark.parametrize("sent_before", [False, True], ids=["nothing-sent-yet", "first-page-sent"])
def test_a_stuck_button_does_not_hold_up_the_emergency_next_door(sent_before: bool) -> None:
    channel = Recorder()
    stage = Stage(channel)
    stage.sender.enqueue([pressed_again(1)])
    if sent_before:
        stage.sender.run_due(stage.now)
        channel.sent.clear()
    stage.sender.enqueue([pressed_again(number) for number in range(2, 301)])
    stage.sender.enqueue([next_door(900)])
    stage.until_idle()
    # Of 300 presses the newest is told; a repeated page waits for the first one of another alert.
    assert channel.ids == (["alert-1-900", "alert-1-300"] if sent_before else ["alert-1-300", "alert-1-900"])
    replaced = [report for report in stage.reports if report.outcome is DeliveryOutcome.FAILED]
    assert len(replaced) == (298 if sent_before else 299)
    assert {report.detail for report in replaced} == {"replaced by a newer message"}


def test_a_page_that_waits_for_another_attempt_gives_way_to_the_newer_one() -> None:
    channel = Recorder(DOWN, Sent())
    stage = Stage(channel)
    stage.sender.enqueue([pressed_again(1)])
    stage.sender.run_due(stage.now)
    stage.sender.enqueue([pressed_again(2)])
    stage.sender.run_due(stage.now)
    assert channel.sent == [("alert-1-1", 1), ("alert-1-2", 1)]
    assert ("alert-1-1", DeliveryOutcome.FAILED, 1) in stage.outcomes
    assert stage.sender.run_due(stage.now + timedelta(hours=1)) == 0


@pytest.mark.parametrize(
    "other",
    [
        pressed_again(2, alert_id="alert-2"),
        replace(pressed_again(2), person_id="deputy"),
        replace(pressed_again(2), address="another telephone"),
        pressed_again(2, data={"severity": "urgent"}),
        pressed_again(2, template=Template.RESOLVED),
    ],
    ids=["alert", "person", "address", "less-grave", "no-page"],
)
def test_only_a_page_like_it_replaces_a_page(other: Notification) -> None:
    channel = Recorder()
    stage = Stage(channel)
    stage.sender.enqueue([pressed_again(1), other])
    stage.until_idle()
    assert sorted(channel.ids) == ["alert-1-1", "alert-1-2"]


def test_stuck_buttons_with_dead_receivers_leave_a_thread_for_a_new_emergency() -> None:
    lane = Lane(LaneSettings(parallel=2))
    for number in (1, 2):
        lane.add(
            replace(pressed_again(number), alert_id=f"stuck-{number}", address=f"dead-{number}"), 0, START
        )
        tried = lane.take(START)
        assert tried is not None
        lane.done(tried)
    for number in (3, 4):
        again = replace(pressed_again(number), alert_id=f"stuck-{number - 2}", address=f"dead-{number - 2}")
        lane.add(again, 0, START)
    assert lane.take(START) is not None
    assert lane.take(START) is None
    lane.add(next_door(5), 0, START)
    new = lane.take(START)
    assert new is not None
    assert new.notification.id == "alert-1-5"


def test_a_channel_that_is_down_is_still_a_way_to_people() -> None:
    """Nobody's telephone is to blame for it; the home's own voice, and what is not set up, are no way to people."""
    stage = Stage(Recorder(DOWN), Recorder(name=HOME_CHANNEL))
    stage.sender.enqueue([notification(1)])
    stage.sender.run_due(START)
    assert not any(lane.delivers for lane in stage.sender.health() if lane.channel == "webhook")
    assert stage.sender.ways_to_people == {"webhook"}
