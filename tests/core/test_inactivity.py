"""Which silence is unusual for whom: days made by hand, one person who lives by the clock."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import TypeAdapter

from hub.core.detection.habits import Posture, usual_rising
from hub.core.detection.inactivity import (
    SHIPPED,
    Life,
    Outlook,
    Reason,
    Sign,
    Stage,
    Whereabouts,
    asked,
    begin,
    gone,
    heard,
    outlook,
    returned,
    unusual,
)

FIRST_DAY = datetime(2026, 3, 2, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

Told = tuple[datetime, Sign]


def at(day: int, clock: str) -> datetime:
    """A local time of the day with this number; the place keeps UTC."""
    hours, minutes = clock.split(":")
    return FIRST_DAY + day * DAY + timedelta(hours=int(hours), minutes=int(minutes))


def moves(day: int, begins: str, ends: str, every: int = 20) -> Iterator[Told]:
    now = at(day, begins)
    while now <= at(day, ends):
        yield now, Sign.MOVED
        now += every * MINUTE


def lived(life: Life, told: Iterator[Told] | list[Told]) -> Life:
    for now, sign in told:
        life = heard(life, sign, now, now)
    return life


def day_of(day: int) -> Iterator[Told]:
    """Up at seven, about until nine, a quiet morning with a sign every hour, about from noon to two, seldom until six, about
    until ten."""
    yield from moves(day, "7:00", "9:00")
    yield from moves(day, "10:00", "11:00", every=60)
    yield from moves(day, "12:00", "14:00")
    yield from moves(day, "16:00", "17:00", every=60)
    yield from moves(day, "18:00", "22:00")


def after(days: int) -> Life:
    """Somebody who lived so for as many days, and is up on the next one at eight."""
    life = begin(FIRST_DAY, FIRST_DAY)
    for day in range(days):
        life = lived(life, day_of(day))
    return lived(life, moves(days, "7:00", "8:00"))


def due(life: Life) -> Outlook:
    found = outlook(life)
    assert found is not None
    return found


def alert_at(life: Life) -> datetime:
    found = due(life).alert_at
    assert found is not None
    return found


@pytest.fixture(scope="module")
def settled() -> Life:
    """After three weeks, at eight in the morning of day 21."""
    return after(21)


def test_a_silence_where_others_are_rare_is_soon_unusual_and_the_same_one_at_night_is_not(
    settled: Life,
) -> None:
    evening = lived(settled, [*day_of(21)])
    assert alert_at(settled) - settled.last_at < 2.5 * HOUR
    assert alert_at(evening) > at(22, "7:00"), "sleeping is no alert"


def test_the_question_comes_first_and_has_a_time_to_be_answered(settled: Life) -> None:
    found = due(settled)
    assert settled.last_at + SHIPPED.ask_after_at_least <= found.ask_at
    assert alert_at(settled) - found.ask_at >= SHIPPED.answer_within
    assert found.stage(found.ask_at - MINUTE) is Stage.QUIET
    assert found.stage(found.ask_at) is Stage.ASK
    assert found.stage(alert_at(settled)) is Stage.ALERT


def test_a_movement_answers_the_question(settled: Life) -> None:
    moved = heard(settled, Sign.MOVED, due(settled).ask_at + MINUTE, due(settled).ask_at + MINUTE)
    assert due(moved).stage(alert_at(settled)) is Stage.QUIET


def test_who_always_answered_and_does_not_is_an_alert_at_once(settled: Life) -> None:
    few = replace(SHIPPED, answers_that_count=3)
    life = lived(settled, [*day_of(21)])
    for day in range(22, 25):
        life = lived(life, moves(day, "7:00", "8:00"))
        question = due(life).ask_at
        life = heard(asked(life, question), Sign.MOVED, question + 5 * MINUTE, question + 5 * MINUTE)
        life = lived(life, moves(day, "12:00", "22:00"))
    life = lived(life, moves(25, "7:00", "8:00"))
    assert life.answered == 3
    question = due(life).ask_at
    unasked = outlook(life, few)
    assert unasked is not None
    assert unasked.alert_at == alert_at(life), "a question that nobody spoke was left unanswered by nobody"
    asked_once = outlook(asked(life, question), few)
    assert asked_once is not None
    assert asked_once.alert_at == question + SHIPPED.answer_within
    answered_at = question + SHIPPED.answer_within
    late = heard(asked(life, question), Sign.MOVED, answered_at, answered_at)
    assert late.answered == 4, "the last moment still counts"
    assert heard(asked(life, due(life).ask_at), Sign.MOVED, at(25, "23:00"), at(25, "23:00")).answered == 0


def test_a_collapse_at_night_is_found_soon_after_the_usual_rising(settled: Life) -> None:
    life = lived(settled, [*day_of(21), (at(22, "3:10"), Sign.MOVED)])
    assert usual_rising(life.habits) == 7 * 60
    assert at(22, "7:00") < alert_at(life) <= at(22, "7:00") + SHIPPED.rising_alert_after
    assert due(life).ask_at >= at(22, "7:00"), "no voice wakes anybody at night"


def test_going_to_bed_early_is_neither_asked_about_nor_an_alert_before_the_usual_rising() -> None:
    """Somebody who is about until one at night, and once is silent from half past eleven on."""
    life = begin(FIRST_DAY, FIRST_DAY)
    for day in range(14):
        life = lived(life, [*moves(day, "9:00", "23:40"), *moves(day + 1, "0:00", "1:00")])
    early = lived(life, moves(14, "9:00", "23:20"))
    assert unusual(early, at(15, "2:00")) > SHIPPED.alert
    assert due(early).ask_at == at(15, "9:00") + SHIPPED.rising_ask_after
    assert at(15, "9:00") < alert_at(early) <= at(15, "9:00") + SHIPPED.rising_alert_after
    up = replace(early, bed_is_known=True)
    assert alert_at(up) < at(15, "3:00"), "who is known to be up is missed at night too"


def test_without_signs_by_day_the_usual_rising_alone_finds_it() -> None:
    """Somebody of whom little is heard: up at five past seven, then a sign now and then."""
    life = begin(FIRST_DAY, FIRST_DAY)
    for day in range(8):
        told = [(at(day, "7:05"), Sign.MOVED), (at(day, "7:30"), Sign.MOVED), (at(day, "15:00"), Sign.MOVED)]
        before = due(life).reason
        life = lived(life, told)
        assert before is Reason.SILENCE or day == 7
    assert (due(life).reason, due(life).usual_rising) == (Reason.NOT_RISEN, 7 * 60 + 5)
    assert alert_at(life) == at(8, "7:05") + SHIPPED.rising_alert_after


def test_a_walk_to_the_toilet_at_five_is_no_rising(settled: Life) -> None:
    life = lived(settled, [*day_of(21), (at(22, "5:00"), Sign.MOVED), (at(22, "5:04"), Sign.MOVED)])
    assert life.up_on != life.minute // (24 * 60)
    assert alert_at(life) <= at(22, "8:25")


def test_who_is_up_early_is_not_missed_at_the_usual_hour(settled: Life) -> None:
    early = lived(settled, [*day_of(21), *moves(22, "5:30", "6:10", every=10)])
    assert alert_at(early) - early.last_at >= SHIPPED.alert_after_at_least
    assert due(early).reason is Reason.SILENCE
    assert early.habits.risings[-1] == 5 * 60 + 30


def test_lying_down_again_is_no_rising() -> None:
    life = begin(FIRST_DAY, FIRST_DAY)
    told = [
        (at(0, "5:00"), Sign.OUT_OF_BED),
        (at(0, "5:05"), Sign.IN_BED),
        (at(0, "5:40"), Sign.MOVED),
        (at(0, "7:00"), Sign.OUT_OF_BED),
        (at(0, "7:15"), Sign.MOVED),
    ]
    assert lived(life, told[:3]).habits.risings == ()
    assert lived(life, told).habits.risings == (7 * 60,)


def test_the_first_days_go_by_fixed_figures() -> None:
    """A silence by day is an alert after seven hours, a night of ten is none, and a day in bed is one."""
    life = begin(FIRST_DAY, FIRST_DAY)
    by_day = heard(life, Sign.MOVED, at(0, "10:00"), at(0, "10:00"))
    assert 6 * HOUR < alert_at(by_day) - by_day.last_at < 8 * HOUR
    assert unusual(by_day, alert_at(by_day)) == pytest.approx(SHIPPED.alert)
    seat = heard(life, Sign.SAT_DOWN, at(0, "10:00"), at(0, "10:00"))
    assert unusual(seat, alert_at(seat)) == pytest.approx(SHIPPED.alert_resting)
    night = heard(life, Sign.MOVED, at(0, "22:30"), at(0, "22:30"))
    assert alert_at(night) > at(1, "9:00")
    bed = heard(life, Sign.IN_BED, at(0, "22:30"), at(0, "22:30"))
    assert at(1, "12:00") < alert_at(bed) <= at(1, "22:30")


def test_nothing_lasts_longer_than_a_day_without_an_alert() -> None:
    quiet = begin(FIRST_DAY, FIRST_DAY)
    for day in range(30):
        quiet = lived(quiet, [(at(day, "9:00"), Sign.MOVED), (at(day, "9:20"), Sign.MOVED)])
    assert alert_at(quiet) - quiet.last_at <= SHIPPED.at_longest


def test_a_door_and_then_nothing_is_an_absence_and_the_first_movement_ends_it(settled: Life) -> None:
    left = lived(
        settled, [(at(21, "9:00"), Sign.EXIT_DOOR), (at(21, "9:00") + 40 * timedelta(seconds=1), Sign.MOVED)]
    )
    assert left.where is Whereabouts.SEEN_OUT
    assert (due(left).reason, due(left).alert_at) == (Reason.ABSENCE, None)
    back = lived(left, [(at(21, "15:00"), Sign.EXIT_DOOR), (at(21, "15:10"), Sign.MOVED)])
    assert back.where is Whereabouts.HOME
    assert due(back).reason is not Reason.ABSENCE
    assert back.longest_absence >= 5 * HOUR


def test_who_came_home_and_fell_behind_the_door_is_missed(settled: Life) -> None:
    left = heard(settled, Sign.EXIT_DOOR, at(21, "9:00"), at(21, "9:00"))
    back = lived(left, [(at(21, "12:00"), Sign.EXIT_DOOR), (at(21, "12:01"), Sign.EXIT_DOOR)])
    assert back.where is Whereabouts.HOME
    assert alert_at(back) < at(21, "16:00")
    again = heard(back, Sign.EXIT_DOOR, at(21, "12:30"), at(21, "12:30"))
    assert again.where is Whereabouts.SEEN_OUT


def test_an_absence_beyond_the_own_ones_is_asked_about_by_telephone(settled: Life) -> None:
    out = heard(settled, Sign.EXIT_DOOR, at(21, "9:00"), at(21, "9:00"))
    assert due(out).ask_at - out.last_at == SHIPPED.absence_shortest
    traveller = replace(out, longest_absence=20 * HOUR)
    assert due(traveller).ask_at - out.last_at == 30 * HOUR
    assert due(replace(out, longest_absence=100 * HOUR)).ask_at - out.last_at == SHIPPED.absence_longest


def test_who_is_said_to_be_away_is_not_missed_and_visitors_do_not_bring_them_back(settled: Life) -> None:
    away = gone(settled)
    cleaned = lived(away, moves(23, "9:00", "11:00"))
    assert outlook(cleaned) is None
    back = returned(cleaned, at(28, "10:00"), at(28, "10:00"))
    assert alert_at(back) > at(28, "11:00")
    assert sum(back.habits.about.watched) < sum(settled.habits.about.watched), "days away teach nothing"


def test_an_absence_teaches_nothing_about_silence(settled: Life) -> None:
    out = lived(
        settled,
        [(at(21, "8:05"), Sign.EXIT_DOOR), (at(21, "21:00"), Sign.EXIT_DOOR), (at(21, "21:10"), Sign.MOVED)],
    )
    next_day = lived(out, [*moves(21, "21:20", "22:00"), *moves(22, "7:00", "8:00")])
    assert unusual(next_day, at(22, "12:00")) == pytest.approx(unusual(settled, at(21, "12:00")), rel=0.05)


def test_a_long_silence_that_ended_by_itself_is_remembered_and_one_that_was_an_alert_is_not(
    settled: Life,
) -> None:
    nearly = alert_at(settled) - MINUTE
    remembered = heard(settled, Sign.MOVED, nearly, nearly)
    assert remembered.most_unusual == pytest.approx(unusual(settled, nearly))
    found = heard(settled, Sign.MOVED, alert_at(settled) + HOUR, alert_at(settled) + HOUR)
    assert found.most_unusual == settled.most_unusual


def test_a_chair_that_tells_so_allows_longer_evenings_only_in_it(settled: Life) -> None:
    """Three weeks of three hours in front of the television, on a seat that says so."""
    life = begin(FIRST_DAY, FIRST_DAY)
    for day in range(21):
        told = [
            *moves(day, "7:00", "18:30"),
            (at(day, "19:00"), Sign.SAT_DOWN),
            (at(day, "22:00"), Sign.STOOD_UP),
        ]
        life = lived(life, iter(told))
    life = lived(life, [*moves(21, "7:00", "18:30"), (at(21, "19:00"), Sign.SAT_DOWN)])
    assert life.posture is Posture.RESTING
    beside = heard(life, Sign.STOOD_UP, at(21, "19:10"), at(21, "19:10"))
    assert alert_at(life) > at(21, "22:30")
    assert alert_at(beside) < alert_at(life)


def test_with_a_bed_that_tells_nobody_who_is_about_is_asleep(settled: Life) -> None:
    """The same silence at two at night: found soon where the bed says that nobody lies in it."""
    life = begin(FIRST_DAY, FIRST_DAY)
    for day in range(14):
        told = [
            (at(day, "7:00"), Sign.OUT_OF_BED),
            *moves(day, "7:05", "21:55"),
            (at(day, "22:00"), Sign.IN_BED),
        ]
        life = lived(life, iter(told))
    up_at_night = heard(life, Sign.OUT_OF_BED, at(14, "2:00"), at(14, "2:00"))
    assert alert_at(up_at_night) <= at(14, "4:45")
    assert alert_at(life) > at(14, "7:00")


def test_every_half_hour_is_counted_once_over_midnights_and_long_silences() -> None:
    """Day by day: each slot of a full day at home is watched on exactly one day more."""
    life = lived(begin(FIRST_DAY, FIRST_DAY), [(at(0, "0:05"), Sign.MOVED), (at(0, "23:50"), Sign.MOVED)])
    assert life.watched == ((1 << 48) - 1, 0, 0)
    life = lived(life, [(at(1, "0:10"), Sign.MOVED)])
    assert set(life.habits.about.watched) == {1.0}
    assert [slot for slot, count in enumerate(life.habits.about.heard) if count] == [0, 47]
    life = lived(life, [(at(4, "12:00"), Sign.MOVED)])
    assert set(life.habits.about.watched) == {3.7948}


def test_a_clock_that_goes_back_an_hour_counts_nothing_twice() -> None:
    """The local clock falls back while hub time goes on; an older sign changes nothing at all."""
    life = heard(begin(FIRST_DAY, FIRST_DAY), Sign.MOVED, at(0, "2:50"), at(0, "2:50"))
    back = heard(life, Sign.MOVED, at(0, "2:55"), at(0, "1:55"))
    assert (back.watched, back.slot) == (life.watched, life.slot)
    assert heard(back, Sign.EXIT_DOOR, at(0, "1:00"), at(0, "1:00")) == back


def test_the_state_is_stored_as_text_and_comes_back_the_same(settled: Life) -> None:
    adapter = TypeAdapter(Life)
    text = adapter.dump_json(settled)
    assert adapter.validate_json(text) == settled
    assert len(text) < 4_000
