"""A failing home is not a failing hub; a failing store loses nothing; a poisoned input costs itself."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from hub.core import commands, unjudged
from hub.core.alerts import AlertKind, AlertState, Severity
from hub.core.detection import call, vitals
from hub.core.draft import Draft
from hub.core.events import Acknowledge, RaiseByHand
from hub.core.journal import EntryKind
from hub.core.outcome import Done, Refused
from hub.engine.committed import Unsent
from hub.store.store import Batch, JournalLine, Store, StoreUnavailable
from tests.story import Story, actor


class Bug(RuntimeError):
    """A defect in a rule."""


@pytest.fixture
def broken_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """Judging vital signs raises in h1, and there alone."""
    _break(monkeypatch, vitals, "on_vital", "h1")


def _break(monkeypatch: pytest.MonkeyPatch, module: Any, name: str, home_id: str) -> None:
    original: Callable[..., Any] = getattr(module, name)

    def raising(draft: Draft, *rest: Any, **more: Any) -> Any:
        if draft.home.id == home_id:
            raise Bug(f"{name} in {home_id}")
        return original(draft, *rest, **more)

    monkeypatch.setattr(module, name, raising)


@pytest.mark.usefixtures("broken_rules")
def test_an_emergency_names_the_home_whose_judging_fails(story: Story) -> None:
    story.measure(spo2_percent=97)
    alert = story.alert()
    assert (alert.kind, alert.severity, alert.home_id) == (
        AlertKind.UNJUDGED_HOME,
        Severity.EMERGENCY,
        "h1",
    )
    assert alert.reason.data["home_id"] == "h1"
    assert story.home("h1").unjudged
    story.expect_asked("operator-chen", "butler-wang")
    (row,) = story.rows("select home_id, traceback from failed_input")
    assert row[0] == "h1"
    assert "Bug: on_vital in h1" in row[1]
    assert len(story.acknowledged) == 1, "acknowledged, or the broker would bring it for ever"


@pytest.mark.usefixtures("broken_rules")
def test_its_neighbours_in_the_same_batch_notice_nothing(story: Story) -> None:
    story.measure_later("h1", "oximeter", spo2_percent=97)
    story.press("h2", "cord", run=False)
    story.press("h3", "pendant", run=False)
    story.run()
    story.of(AlertKind.EMERGENCY_CALL, "h2")
    story.of(AlertKind.EMERGENCY_CALL, "h3")
    assert not story.home("h2").unjudged


@pytest.mark.usefixtures("broken_rules")
def test_its_presses_still_alert_and_are_heard_and_escalate(story: Story) -> None:
    story.measure(spo2_percent=97)
    story.press()
    story.of(AlertKind.EMERGENCY_CALL, "h1")
    assert story.shown()[0] == "heard"
    story.advance(seconds=60)
    story.expect_asked("deputy-zhou", "desk-small")


def test_a_press_whose_own_judging_fails_alerts_and_is_heard_each_time(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    _break(monkeypatch, call, "on_call", "h1")
    first = story.press()
    assert {alert.kind for alert in story.alerts()} == {AlertKind.EMERGENCY_CALL, AlertKind.UNJUDGED_HOME}
    story.press(event_id=first)
    assert story.shown().count("heard") == 2
    assert len(story.of(AlertKind.EMERGENCY_CALL).evidence) == 0, "the same press is not a second one"


@pytest.mark.usefixtures("broken_rules")
def test_closing_the_emergency_trusts_the_home_again(story: Story) -> None:
    story.measure(spo2_percent=97)
    story.resolve("operator-chen")
    assert not story.home("h1").unjudged


def test_a_wake_time_that_cannot_be_judged_is_tried_again_later_and_escalation_goes_on(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    _break(monkeypatch, vitals, "time_passed", "h1")
    story.press("h1")
    story.measure(spo2_percent=90)
    story.advance(minutes=5)
    failed = len(story.rows("select id from failed_input"))
    assert 1 <= failed <= 3, "not at once for ever"
    story.of(AlertKind.UNJUDGED_HOME)
    story.forget_calls()
    story.advance(minutes=4)
    story.expect_asked("manager-xu", "operator-chen")
    call_alert = story.of(AlertKind.EMERGENCY_CALL)
    assert call_alert.deadline_at is not None
    assert call_alert.deadline_at > story.now


def test_a_home_that_cannot_even_be_named_is_named_in_the_unassigned_one(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    _break(monkeypatch, vitals, "on_vital", "h1")
    _break(monkeypatch, unjudged, "raise_alert", "h1")
    story.measure(spo2_percent=97)
    alert = story.alert()
    assert alert.home_id == "unassigned"
    assert alert.reason.data["home_id"] == "h1"
    assert story.home("h1").unjudged


def test_a_command_whose_judging_fails_says_so(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:

    _break(monkeypatch, commands, "_raise_by_hand", "h1")
    result = story.raise_by_hand("h1")
    assert isinstance(result, Refused)
    story.of(AlertKind.UNJUDGED_HOME)


# --- the store --------------------------------------------------------------------------------------------------------


class Fragile:
    """Commits fail while `problem` says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.problem: Callable[[Batch], Exception | None] = lambda _: None
        original = Store.commit

        def commit(store: Store, batch: Batch) -> list[JournalLine]:
            error = self.problem(batch)
            if error is not None:
                raise error
            return original(store, batch)

        monkeypatch.setattr(Store, "commit", commit)


@pytest.fixture
def fragile(monkeypatch: pytest.MonkeyPatch) -> Fragile:
    return Fragile(monkeypatch)


def test_while_the_store_cannot_take_it_nothing_is_acknowledged_and_then_all_is_there_once(
    story: Story, fragile: Fragile
) -> None:
    fragile.problem = lambda _: StoreUnavailable("the disk is full")
    story.press(run=False)
    story.measure_later("h1", "oximeter", spo2_percent=80)
    answer = story.engine.submit(RaiseByHand("h3", actor("op"), "hand-1", "sun"))
    for _ in range(3):
        assert story.engine.turn() == 0
    assert story.acknowledged == []
    assert story.shown() == []
    assert not answer.done()
    assert story.alerts() == []
    assert [name for name, _ in story.engine.health().problems] == ["store"]
    fragile.problem = lambda _: None
    story.run()
    assert isinstance(answer.result(0), Done)
    assert len(story.acknowledged) == 2
    assert story.shown()[0] == "heard"
    signs = {alert.dedup_key: alert.also for alert in story.alerts()}
    assert signs == {"call|li": ("vital|spo2_very_low|oximeter",), "call|sun": ()}, (
        "press and reading are one"
    )
    told_once = {alert.dedup_key: len(alert.evidence) for alert in story.alerts()}
    assert told_once == {"call|li": 1, "call|sun": 0}, "the reading is the only further sign"
    assert story.rows("select count(*) from input_log where source = 0") == [(2,)]
    assert story.engine.health().ready


def test_what_fell_due_while_the_store_was_away_is_done_afterwards(story: Story, fragile: Fragile) -> None:
    story.press()
    story.forget_calls()
    fragile.problem = lambda _: StoreUnavailable("locked")
    story.time.pass_(story.alert().deadline_at - story.now)  # type: ignore[operator]
    story.engine.turn()
    assert story.asked() == []
    fragile.problem = lambda _: None
    story.run()
    story.expect_asked("deputy-zhou")
    assert [entry.data["step"] for entry in story.entries(EntryKind.ALERT_ESCALATED)] == [1, 2]


def test_an_acknowledgement_that_could_not_be_committed_stops_nobody(story: Story, fragile: Fragile) -> None:
    story.phone.broken = True
    story.press()
    alert = story.alert()
    fragile.problem = lambda batch: StoreUnavailable("full") if batch.effects else None
    story.engine.submit(Acknowledge("h1", alert.id, actor("butler-wang")))
    story.engine.turn()
    waiting = [row[0] for row in story.rows("select notification_id from outbox where state = 'queued'")]
    assert any(story.engine.gate.may_start(one) for one in waiting)
    fragile.problem = lambda _: None
    story.engine.turn()
    assert not any(story.engine.gate.may_start(one) for one in waiting if one.endswith(("-1", "-2", "-3")))


def poison(home_id: str) -> Callable[[Batch], Exception | None]:
    """Outcomes of calls of one home cannot be written."""

    def problem(batch: Batch) -> Exception | None:
        for effect in batch.effects:
            kinds = {alert.kind for alert in effect.outcome.alerts}
            if effect.after.id == home_id and kinds == {AlertKind.EMERGENCY_CALL}:
                return ValueError("a value that no column takes")
        return None

    return problem


def test_a_poisoned_input_costs_itself_and_its_home_is_named(story: Story, fragile: Fragile) -> None:
    fragile.problem = poison("h1")
    story.press("h1", run=False)
    story.press("h3", "pendant", run=False)
    story.press("h2", "cord", run=False)
    story.run()
    assert len(story.acknowledged) == 3
    story.of(AlertKind.EMERGENCY_CALL, "h2")
    story.of(AlertKind.EMERGENCY_CALL, "h3")
    story.of(AlertKind.UNJUDGED_HOME, "h1")
    story.of(AlertKind.EMERGENCY_CALL, "h1")
    assert story.shown("h1")[0] == "heard"
    (row,) = story.rows("select home_id, traceback from failed_input")
    assert row[0] == "h1"
    assert "no column takes" in row[1]


def touches(home_id: str) -> Callable[[Batch], Exception | None]:
    """Nothing of this home can be written."""

    def problem(batch: Batch) -> Exception | None:
        touched = any(effect.after.id == home_id for effect in batch.effects)
        return ValueError("a value that no column takes") if touched else None

    return problem


def test_a_press_whose_home_cannot_be_written_at_all_is_told_in_the_unassigned_one(
    story: Story, fragile: Fragile
) -> None:
    fragile.problem = touches("h1")
    story.press("h1", run=False)
    story.press("h2", "cord", run=False)
    story.run()
    assert len(story.acknowledged) == 2
    story.of(AlertKind.EMERGENCY_CALL, "h2")
    assert story.of(AlertKind.UNJUDGED_HOME, "unassigned").reason.data["home_id"] == "h1"
    story.expect_asked("operator-chen")
    (row,) = story.rows("select reason, payload from rejected_message")
    assert row[0] == "failed"
    assert b"event-0001" in bytes(row[1])


@pytest.mark.parametrize("takes_bytes", [True, False], ids=["but the bytes", "not even the bytes"])
def test_when_no_emergency_can_be_written_nothing_is_acknowledged_and_the_hub_says_so(
    story: Story, fragile: Fragile, takes_bytes: bool
) -> None:
    """Bytes that nobody looks at are no answer to a press."""
    fragile.problem = lambda batch: ValueError("poison") if batch.effects or not takes_bytes else None
    story.press("h1")
    story.press("h2", "cord")
    assert story.acknowledged == []
    health = story.engine.health()
    assert not health.ready
    assert any(code == "store" and "no emergency" in text for code, text in health.problems)
    fragile.problem = lambda _: None
    story.run()
    assert len(story.acknowledged) == 2
    story.of(AlertKind.EMERGENCY_CALL, "h1")
    story.of(AlertKind.EMERGENCY_CALL, "h2")
    assert story.engine.health().ready


def test_what_cannot_even_be_placed_is_kept_and_a_person_is_told_to_look(
    story: Story, fragile: Fragile, monkeypatch: pytest.MonkeyPatch
) -> None:
    fragile.problem = poison("h1")
    monkeypatch.setattr(story.engine, "_placed_alone", _cannot_be_placed)
    story.press("h1")
    assert len(story.acknowledged) == 1
    ((seq,),) = story.rows("select input_seq from rejected_message where reason = 'failed'")
    alert = story.of(AlertKind.UNJUDGED_HOME, "unassigned")
    assert alert.reason.data == {"input_seq": seq, "home_id": "h1", "device_id": "button"}


def test_while_presses_cannot_be_placed_each_home_is_named_and_the_hub_is_not_well(story: Story) -> None:
    def rename(from_: str, to: str) -> None:
        story.store.write(lambda one: one.exec_driver_sql(f"ALTER TABLE {from_} RENAME TO {to}"))

    rename("event_id", "event_id_gone")
    story.press("h1", "button")
    (first,) = story.alerts()
    story.take("operator-chen", first)
    asked = len(story.asked())
    story.press("h2", "cord")
    told = {
        (alert.reason.data["home_id"], alert.reason.data["device_id"])
        for alert in story.alerts()
        if alert.kind is AlertKind.UNJUDGED_HOME
    }
    assert told == {("h1", "button"), ("h2", "cord")}
    assert len(story.asked()) > asked
    assert story.shown("h1") == []

    for home_id in ("h1", "h2"):
        story.heartbeat(home_id, "button" if home_id == "h1" else "cord")
    health = story.engine.health()
    assert not health.ready, "heartbeats need no lookup: that they are placed proves nothing"
    assert any(code == "unplaced" and "home h2, device cord" in text for code, text in health.problems)

    rename("event_id_gone", "event_id")
    story.press("h2", "cord")
    story.of(AlertKind.EMERGENCY_CALL, "h2")
    assert story.engine.health().ready


def _cannot_be_placed(*_: object) -> None:
    raise LookupError("nobody knows where it belongs")


def test_open_alerts_that_cannot_go_on_are_no_healthy_hub(story: Story, fragile: Fragile) -> None:
    story.press("h1")
    fragile.problem = lambda batch: ValueError("poison") if batch.effects else None
    story.time.pass_(timedelta(minutes=5))
    assert story.engine.turn() == 0
    assert not story.engine.health().ready
    fragile.problem = lambda _: None
    story.advance(seconds=10)
    assert story.engine.health().ready
    story.expect_asked("deputy-zhou")


def test_a_store_that_goes_away_while_a_failed_input_is_kept_is_waited_for(
    story: Story, fragile: Fragile
) -> None:
    problems: list[Exception] = [StoreUnavailable("full")] * 2 + [ValueError("poison")] * 2
    fragile.problem = lambda _: problems.pop() if problems else None
    story.press("h1", run=False)
    story.press("h3", "pendant", run=False)
    assert story.engine.turn() == 0
    assert story.acknowledged == []
    assert not story.engine.health().ready
    story.engine.turn()
    story.run()
    assert len(story.acknowledged) == 2
    assert [alert.home_id for alert in story.alerts()] == ["h1", "h3"]


def test_a_wake_time_whose_home_cannot_be_written_is_told_elsewhere_and_comes_again(
    story: Story, fragile: Fragile
) -> None:
    story.press("h1")
    fragile.problem = touches("h1")
    story.advance(seconds=61)
    story.of(AlertKind.UNJUDGED_HOME, "unassigned")
    fragile.problem = lambda _: None
    story.forget_calls()
    story.advance(minutes=2)
    assert story.of(AlertKind.EMERGENCY_CALL, "h1").step >= 1
    story.expect_asked("deputy-zhou")


def test_a_poisoned_press_of_a_stranger_still_alerts(story: Story, fragile: Fragile) -> None:
    fragile.problem = poison("unassigned")
    story.press("h9", "stranger")
    assert {alert.kind for alert in story.alerts()} == {AlertKind.UNJUDGED_HOME, AlertKind.EMERGENCY_CALL}
    assert story.shown("h9", "stranger")[0] == "heard"


def test_a_poisoned_command_tells_who_gave_it(story: Story, fragile: Fragile) -> None:
    fragile.problem = poison("h1")
    answer = story.engine.submit(RaiseByHand("h1", actor("op"), "hand-1", "li"))
    story.press("h2", "cord")
    assert isinstance(answer.exception(0), ValueError)
    assert story.alert().home_id == "h2"


def test_a_poisoned_wake_time_costs_its_home_not_the_hub(story: Story, fragile: Fragile) -> None:
    story.press("h1")
    story.press("h2", "cord")

    def problem(batch: Batch) -> Exception | None:
        ticked = {effect.after.id for effect in batch.effects if not effect.outcome.result}
        raised = {alert.kind for effect in batch.effects for alert in effect.outcome.alerts}
        return (
            ValueError("poison")
            if "h1" in ticked and AlertKind.UNJUDGED_HOME not in raised and raised
            else None
        )

    fragile.problem = problem
    story.forget_calls()
    story.advance(seconds=61)
    story.of(AlertKind.UNJUDGED_HOME, "h1")
    assert story.of(AlertKind.EMERGENCY_CALL, "h2").step == 1
    assert story.of(AlertKind.EMERGENCY_CALL, "h1").state is AlertState.TRIGGERED
    story.expect_asked("deputy-zhou")


def test_a_listener_that_fails_harms_nobody(story: Story) -> None:
    def failing(_: object) -> None:
        raise Bug("a screen")

    story.engine.subscribe(failing)
    story.press()
    assert len(story.acknowledged) == 1
    story.expect_asked("operator-chen")


def test_topics_of_no_family_are_kept_and_acknowledged(story: Story) -> None:
    for topic in ("some/thing", "care/v1/story/h 1/button/call", "care/v2/story/h1/button/call", "z2m/v1/x"):
        story.publish(topic, b"{}")
    assert len(story.acknowledged) == 4
    assert story.rows("select count(*) from rejected_message") == [(4,)]


def test_what_fails_after_the_commit_is_not_stepped_again_and_people_are_told(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    outlets = story.engine._committed.outlets

    def dead(*_: object) -> None:
        raise Bug("the line is dead")

    monkeypatch.setattr(type(outlets), "say_heard", dead)
    monkeypatch.setattr(type(outlets), "acknowledge", dead)
    story.zigbee("h3", "sos", {"action": "emergency", "battery": 60}, run=False)
    story.press("h1", "button", run=False)
    story.run()
    assert story.rows("SELECT count(*) FROM input_log WHERE source = 0") == [(2,)]
    assert story.rows("SELECT count(*) FROM alert WHERE kind = 'emergency_call'") == [(2,)]
    assert story.asked()


def test_a_hub_whose_senders_take_nothing_ends_and_sends_after_its_start(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    outlets = story.engine._committed.outlets

    def dead(*_: object) -> None:
        raise Bug("no senders")

    with monkeypatch.context() as patched:
        patched.setattr(type(outlets), "send", dead)
        story.press("h1", "button", run=False)
        with pytest.raises(Unsent):
            story.run()
    assert story.asked() == []
    story.crash()
    story.advance(seconds=5)
    assert story.asked()
