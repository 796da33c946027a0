"""The meter of floods: what a law promises to whoever sends within it, and to whoever does not."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.flood import FORGOTTEN_AFTER_S, MOST_SORTS, Meter, Sender
from hub.core.rules import FloodRule

RULE = FloodRule(readings_per_minute=60, signals_per_minute=20, backlog_at_most=1_000)
READINGS: Sender = ("h1", "mat", False)
NOW_S = 1_800_000_000.0


def sent(meter: Meter, sender: Sender, now_s: float, sort: str = "vital", minute: object = 0) -> bool:
    """Whether a message goes on."""
    if not meter.is_over(sender, minute, 1, now_s, RULE) or meter.goes_on(sender, sort, sort, now_s, RULE):
        return True
    meter.hold_back(sender)
    return False


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(1.0, 30.0), min_size=1, max_size=300))
def test_who_keeps_the_rule_is_never_held_back(pauses_s: list[float]) -> None:
    meter, now_s = Meter(), NOW_S
    for pause_s in pauses_s:
        now_s += pause_s
        assert sent(meter, READINGS, now_s, minute=now_s // 60)
    assert meter.due(now_s + 1_000) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0.0, 0.2), st.sampled_from("abc")), min_size=200, max_size=600))
def test_who_does_not_gets_its_share_and_one_of_each_sort_and_every_message_is_counted(
    messages: list[tuple[float, str]],
) -> None:
    meter, now_s, passed = Meter(), NOW_S, 0
    held_back = 0
    for pause_s, sort in messages:
        now_s += pause_s
        went_on = sent(meter, READINGS, now_s, sort)
        passed += went_on
        held_back += not went_on
    lasted_s = now_s - NOW_S
    of_each_sort = lasted_s / RULE.let_through_every.total_seconds() + 1
    assert passed <= RULE.readings_per_minute + 3 * of_each_sort
    told = meter.due(now_s + 61) + meter.due(now_s + 200)
    assert sum(flood.held_back for flood in told) == held_back


def test_nothing_new_waits_behind_a_flood() -> None:
    meter = Meter()
    for _ in range(500):
        sent(meter, READINGS, NOW_S)
    assert not sent(meter, READINGS, NOW_S)
    assert sent(meter, READINGS, NOW_S, "smoke")
    assert sent(meter, ("h1", "mat", True), NOW_S, "call"), "its calls are counted by themselves"
    assert sent(meter, ("h1", "radar", False), NOW_S), "and so is every other device"


def test_more_sorts_than_can_be_told_apart_all_go_on_anew() -> None:
    meter = Meter()
    for _ in range(500):
        sent(meter, READINGS, NOW_S)
    assert all(sent(meter, READINGS, NOW_S, f"sort {number}") for number in range(3 * MOST_SORTS))


def test_a_queue_spoken_slowly_is_none_until_it_is_longer_than_any_device_keeps() -> None:
    meter = Meter()
    went_on = [sent(meter, READINGS, NOW_S, minute=number) for number in range(2 * RULE.backlog_at_most)]
    assert all(went_on[: RULE.backlog_at_most - 1])
    assert sum(went_on) < RULE.backlog_at_most + 10


def test_a_flood_is_told_soon_then_every_minute_and_what_came_last_of_it() -> None:
    meter = Meter()
    for _ in range(RULE.readings_per_minute + 100):
        sent(meter, READINGS, NOW_S)
    assert not meter.is_due(NOW_S + 1)
    (first,) = meter.due(NOW_S + 6)
    assert (first.home_id, first.device_id, first.kind, first.held_back) == ("h1", "mat", "vital", 99)
    sent(meter, READINGS, NOW_S + 7)
    assert meter.due(NOW_S + 30) == []
    (last,) = meter.due(NOW_S + 67)
    assert last.held_back == 1
    assert meter.due(NOW_S + 200) == []
    assert not meter.is_due(NOW_S + 10_000)


def test_what_was_forgotten_begins_anew_and_a_flood_is_not_forgotten() -> None:
    meter = Meter()
    for _ in range(500):
        sent(meter, READINGS, NOW_S)
    meter.forget()
    assert sent(meter, READINGS, NOW_S)
    assert meter.due(NOW_S + 6) == []
    for _ in range(500):
        sent(meter, READINGS, NOW_S)
    for step in range(1, 5):
        # Others make the generations turn.
        sent(meter, ("h2", "mat", False), NOW_S + step * (FORGOTTEN_AFTER_S + 1))
    assert sum(flood.held_back for flood in meter.due(NOW_S + 5 * FORGOTTEN_AFTER_S)) > 400


def test_heard_is_said_to_a_mad_button_some_times_a_second() -> None:
    meter, sender = Meter(), ("h1", "button", True)
    for _ in range(50):
        sent(meter, sender, NOW_S, "call")
    assert sum(meter.may_answer(sender, NOW_S) for _ in range(1_000)) == 10
    assert meter.may_answer(sender, NOW_S + 1)


def test_the_alert_outlasts_the_pause_between_two_tellings() -> None:
    """Otherwise a flood that goes on would be told and taken back in turn."""
    assert FloodRule().calm_for > timedelta(minutes=1)
