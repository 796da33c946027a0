"""The engine's inbox, its gate before the senders, and hub time."""

import threading
from concurrent.futures import Future
from datetime import datetime, timedelta

import pytest

from hub.clock import HubClock
from hub.core.alerts import AlertKind
from hub.core.events import Acknowledge, DeliveryOutcome, DeliveryReport, RaiseByHand, SetProfile
from hub.core.home import UNASSIGNED_HOME_ID, Profile
from hub.core.notifications import Notification, NotifyReason, Template
from hub.engine.gate import Gate
from hub.engine.health import EngineSettings
from hub.engine.inbox import PROFILES_AT_ONCE, Inbox, Ordered
from hub.ingest.message import RawMessage, SessionName
from hub.store.store import Batch, JournalLine, Store
from tests.story import SYSTEM, TUESDAY_MORNING, Story, VirtualTime, actor

SAFE_S = 20


def message(session: SessionName, number: int = 0) -> RawMessage:
    return RawMessage(f"t/{number}", b"", 1, False, False, session)


# --- the inbox --------------------------------------------------------------------------------------------------------


def test_urgent_goes_before_telemetry_and_each_queue_keeps_its_order() -> None:
    inbox = Inbox(10, 10)
    for number in range(3):
        inbox.offer(message(SessionName.TELEMETRY, number))
        inbox.offer(message(SessionName.URGENT, number))
    taken = inbox.take(4, 0.0)
    assert [(one.session.value, one.topic) for one in taken if isinstance(one, RawMessage)] == [
        ("urgent", "t/0"),
        ("urgent", "t/1"),
        ("urgent", "t/2"),
        ("telemetry", "t/0"),
    ]
    assert len(inbox) == 2


def test_a_full_queue_blocks_its_own_session_and_no_other() -> None:
    inbox = Inbox(1, 1)
    inbox.offer(message(SessionName.TELEMETRY))
    passed = threading.Event()

    def session() -> None:
        inbox.offer(message(SessionName.TELEMETRY, 1))
        passed.set()

    thread = threading.Thread(target=session)
    thread.start()
    inbox.offer(message(SessionName.URGENT))
    assert not passed.is_set()
    assert len(inbox.take(10, 0.0)) == 2
    inbox.made_room()
    assert passed.wait(SAFE_S)
    thread.join(SAFE_S)
    assert len(inbox) == 1


def test_closing_frees_a_blocked_session_and_leaves_its_message_to_the_broker() -> None:
    inbox = Inbox(1, 1)
    inbox.offer(message(SessionName.URGENT))
    thread = threading.Thread(target=inbox.offer, args=(message(SessionName.URGENT, 1),))
    thread.start()
    inbox.close()
    thread.join(SAFE_S)
    assert not thread.is_alive()
    assert len(inbox) == 1


def test_telemetry_lingers_for_company_and_goes_along_with_anything_urgent() -> None:
    inbox = Inbox(10, 10, linger_s=5.0)
    inbox.offer(message(SessionName.TELEMETRY))
    assert len(inbox.take(10, 100.0)) == 1
    inbox.offer(message(SessionName.TELEMETRY, 1))
    assert inbox.take(10, 104.0) == []
    assert len(inbox.take(10, 105.0)) == 1
    inbox.offer(message(SessionName.TELEMETRY, 2))
    inbox.offer(message(SessionName.URGENT))
    assert len(inbox.take(10, 106.0)) == 2


def test_a_long_queue_is_worked_off_in_batches_with_the_press_in_the_first(story: Story) -> None:
    story._settings = EngineSettings(max_batch=10)
    story.crash()
    for _ in range(95):
        story.measure_later("h1", "oximeter", heart_rate_bpm=70)
    story.press("h3", "pendant", run=False)
    assert story.engine.turn() == 10
    assert story.alert().home_id == "h3"
    story.run()
    assert len(story.acknowledged) == 96


def test_behind_presses_without_end_every_other_queue_moves_on() -> None:
    """A device gone mad fills the urgent queue again and again: an answer, a foreign button and a reading go on all the same."""
    inbox = Inbox(10_000, 10)
    reading, foreign = message(SessionName.TELEMETRY), message(SessionName.FOREIGN)
    answer = Ordered(Acknowledge("h1", "A-1", actor("operator-chen")), Future())
    sent = DeliveryReport("h1", "n-1", "A-1", DeliveryOutcome.SENT, 1)
    for number in range(1_000):
        inbox.offer(message(SessionName.URGENT, number))
    inbox.offer(reading)
    inbox.offer(foreign)
    inbox.order(answer)
    inbox.report(sent)
    taken = inbox.take(400, 0.0)
    assert len(taken) == 400
    assert taken[-4:] == [answer, foreign, sent, reading]


def test_a_press_waits_for_no_directory_and_nobodys_command_waits_for_reports(story: Story) -> None:
    followed = [
        story.engine.submit(SetProfile(f"new-{number}", SYSTEM, Profile(f"new-{number}")))
        for number in range(500)
    ]
    taken = story.engine.submit(RaiseByHand("h1", actor("operator-chen"), "hand-1", "li"))
    for number in range(EngineSettings().max_batch):
        story.engine.report(DeliveryReport("h1", f"n-{number}", "A-1", DeliveryOutcome.SENT, 1))
    story.measure_later("h1", "oximeter", heart_rate_bpm=70)
    story.press("h3", "pendant", run=False)
    story.engine.turn()
    assert {alert.home_id for alert in story.alerts()} == {"h1", "h3"}
    assert taken.done()
    assert not any(one.done() for one in followed)
    story.engine.turn()
    assert sum(one.done() for one in followed) == PROFILES_AT_ONCE
    story.run()
    assert all(one.done() for one in followed)
    assert len(story.acknowledged) == 2


def test_telemetry_is_heard_while_a_directory_moves_in(story: Story) -> None:
    for number in range(500):
        story.engine.submit(SetProfile(f"new-{number}", SYSTEM, Profile(f"new-{number}")))
    story.measure_later("h1", "oximeter", heart_rate_bpm=70)
    story.engine.turn()
    assert len(story.acknowledged) == 1


# --- the gate ---------------------------------------------------------------------------------------------------------


def notification(number: int) -> Notification:
    return Notification(
        f"A-1-{number}",
        "A-1",
        "h1",
        "phone",
        "p",
        "p",
        Template.ALERT,
        NotifyReason.STEP,
        TUESDAY_MORNING,
        True,
    )


def test_an_attempt_waits_for_the_commit_that_decides_about_it() -> None:
    gate = Gate()
    gate.admit([notification(1)])
    answer: list[bool] = []
    asking = threading.Barrier(2)

    def attempt() -> None:
        asking.wait(SAFE_S)
        answer.append(gate.may_start("A-1-1"))

    thread = threading.Thread(target=attempt)
    with gate.shut():
        thread.start()
        asking.wait(SAFE_S)
        gate.turn_away(["A-1-1"])
        assert answer == []
    thread.join(SAFE_S)
    assert answer == [False]


def test_no_attempt_starts_after_the_acknowledgement_commits(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sender asks in the very moment of the commit: it gets its answer when the commit stands, and the answer is no."""
    story.phone.broken = True
    story.press()
    alert = story.alert()
    waiting = [row[0] for row in story.rows("select notification_id from outbox where state = 'queued'")]
    assert len(waiting) == 3
    inside = threading.Barrier(2)
    answers: list[bool] = []
    original = Store.commit

    def commit(store: Store, batch: Batch) -> list[JournalLine]:
        if any(effect.outcome.cancel for effect in batch.effects):
            inside.wait(SAFE_S)
            assert not answers
        return original(store, batch)

    monkeypatch.setattr(Store, "commit", commit)

    def sender() -> None:
        inside.wait(SAFE_S)
        answers.extend(story.engine.gate.may_start(one) for one in waiting)

    thread = threading.Thread(target=sender)
    thread.start()
    story.engine.submit(Acknowledge("h1", alert.id, actor("butler-wang")))
    story.engine.turn()
    thread.join(SAFE_S)
    assert answers == [False, False, False]


# --- hub time ---------------------------------------------------------------------------------------------------------


def clock(time: VirtualTime, last: datetime | None = None) -> HubClock:
    return HubClock(last, wall=time.wall, monotonic=time.monotonic)


def test_hub_time_starts_at_the_later_of_the_wall_and_what_was_committed() -> None:
    time = VirtualTime(TUESDAY_MORNING)
    ahead = TUESDAY_MORNING + timedelta(days=3)
    assert clock(time).now() == TUESDAY_MORNING
    assert clock(time, ahead).now() == ahead
    assert clock(time, TUESDAY_MORNING - timedelta(days=3)).now() == TUESDAY_MORNING


@pytest.mark.parametrize("by", [timedelta(seconds=-1), timedelta(days=-400)])
def test_a_wall_that_goes_back_changes_nothing(by: timedelta) -> None:
    time = VirtualTime(TUESDAY_MORNING)
    hub = clock(time)
    time.step_wall(by)
    assert hub.adopt_step() == timedelta()
    assert hub.now() == TUESDAY_MORNING
    assert hub.wall_behind() == -by
    time.pass_(timedelta(seconds=5))
    assert hub.now() == TUESDAY_MORNING + timedelta(seconds=5)


@pytest.mark.parametrize(
    ("by", "adopted"),
    [(timedelta(seconds=1.9), False), (timedelta(seconds=2), True), (timedelta(days=2), True)],
)
def test_a_wall_that_jumps_ahead_by_two_seconds_or_more_is_followed(by: timedelta, adopted: bool) -> None:
    time = VirtualTime(TUESDAY_MORNING)
    hub = clock(time)
    time.step_wall(by)
    assert hub.adopt_step() == (by if adopted else timedelta())
    assert hub.now() == TUESDAY_MORNING + (by if adopted else timedelta())
    assert hub.adopt_step() == timedelta()


def test_a_step_forward_fires_what_is_due_and_gives_devices_their_time_anew(story: Story) -> None:
    story.press()
    story.forget_calls()
    story.time.step_wall(timedelta(hours=1))
    story.run()
    story.expect_asked("deputy-zhou")
    assert of_homes(story) == [AlertKind.EMERGENCY_CALL], "nobody was silent: the hub did not listen"
    assert story.engine.context().resumed_at >= TUESDAY_MORNING + timedelta(hours=1)
    story.advance(minutes=45)
    assert len(of_homes(story)) > 1


def of_homes(story: Story) -> list[AlertKind]:
    """What is about homes: that the clock jumped is the cell's own alert."""
    return [alert.kind for alert in story.alerts() if alert.home_id != UNASSIGNED_HOME_ID]


def test_no_two_inputs_share_an_instant(story: Story) -> None:
    for _ in range(3):
        story.press("h1", run=False)
        story.press("h3", "pendant", run=False)
    story.run()
    instants = [row[0] for row in story.rows("select at from input_log order by seq")]
    assert instants == sorted(set(instants))
