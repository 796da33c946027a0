"""A day on the street through the real engine and store, and what its report must say, reckoned by hand."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from firmware_contracts.vocabulary import CallAction, FallPhase, Fault, ServiceCategory
from hub.core.alerts import Alert, AlertKind, Role, Severity, WhatItWas, WhatWasDone
from hub.core.context import Context
from hub.core.events import Actor, ActorRole, MoveRequest, SetProfile
from hub.core.home import Profile
from hub.core.service_requests import RequestState
from hub.core.shifts import Cover
from hub.reports.day import day_report, period_report
from hub.reports.figures import Report, RequestCounts, Response, Visits
from hub.reports.outcomes import OutcomeClass
from hub.reports.period import Period
from hub.store.queries import Queries
from tests.story import SHANGHAI, SYSTEM, Story, street

TUESDAY, WEDNESDAY = date(2026, 3, 3), date(2026, 3, 4)
HALF_AN_HOUR = timedelta(minutes=30)
AT_THE_DESK = Actor("operator-chen", ActorRole.OPERATOR)
Reporter = Callable[..., Report]


def quiet_street(silent_after: timedelta = timedelta(days=30)) -> dict[str, Profile]:
    """The street with devices that may be silent for long; the third flat belongs to another centre and butler."""
    homes = {
        home_id: replace(
            profile,
            devices={one.id: replace(one, silent_after=silent_after) for one in profile.devices.values()},
        )
        for home_id, profile in street().items()
    }
    homes["h3"] = replace(homes["h3"], centre_id="small-2", people={Role.BUTLER: ("butler-he",)})
    return homes


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    told = Story(tmp_path / "story.sqlite", homes=quiet_street())
    yield told
    told.store.close()


@pytest.fixture
def report(story: Story) -> Reporter:
    """The report of a day as the hub would give it at this moment of the story."""

    def asked(day: date = TUESDAY, sees: Callable[[str], bool] | None = None) -> Report:
        with Queries(story.path) as queries:
            return day_report(queries, day, SHANGHAI, sees, now=story.now, on_site_within=HALF_AN_HOUR)

    return asked


def until(story: Story, hour: int, minute: int = 0, second: int = 0, day: date = TUESDAY) -> None:
    """Let time pass until a local time of day."""
    at = datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=SHANGHAI)
    story.advance(seconds=(at - story.now).total_seconds())


def emergency(story: Story, home_id: str) -> Alert:
    return story.of(AlertKind.EMERGENCY_CALL, home_id)


def tell_the_tuesday(story: Story) -> None:
    """Five emergencies, a low battery, two wishes. The last emergency begins half a minute before midnight.

    20 s by her own butler, at the door after ten minutes; 90 s by the operator, pressed by mistake; a press ten minutes late,
    50 s by his own butler, at the door after 33 minutes; raised by hand, nobody for 200 s; the last one 50 s, on Wednesday.
    """
    story.press("h1", "button")
    story.advance(seconds=20)
    story.take("butler-wang")
    story.set_out("butler-wang")
    story.advance(minutes=10)
    story.arrive("butler-wang")
    story.resolve("butler-wang", WhatItWas.ILLNESS, WhatWasDone.ON_SITE)

    until(story, 11)
    story.press("h2", "cord")
    story.advance(seconds=90)
    story.take("operator-chen")
    story.resolve("operator-chen", WhatItWas.MISTAKE, WhatWasDone.BY_PHONE)

    until(story, 12)
    story.press("h3", "pendant", age=timedelta(minutes=10))
    story.advance(seconds=50)
    story.take("butler-he")
    story.advance(minutes=4)
    story.set_out("butler-he")
    story.advance(minutes=28)
    story.arrive("butler-he")
    story.resolve("butler-he", WhatItWas.FALL_UNHURT, WhatWasDone.ON_SITE)

    until(story, 14)
    story.raise_by_hand("h1")
    story.advance(seconds=200)
    story.take("operator-chen")
    story.resolve("operator-chen", WhatItWas.WANTED_COMPANY, WhatWasDone.BY_PHONE)

    until(story, 15)
    story.fault("h1", "radar", Fault.BATTERY_LOW)
    story.press("h1", "button", CallAction.SERVICE, ServiceCategory.MEALS)
    story.press("h3", "pendant", CallAction.SERVICE, ServiceCategory.CLEANING)
    (meal,) = story.home("h1").requests.values()
    story.advance(hours=1)
    story.command(MoveRequest("h1", meal.id, AT_THE_DESK, RequestState.DONE))

    until(story, 23, 59, 30)
    story.press("h2", "cord")


def tell_the_wednesday(story: Story) -> None:
    story.advance(seconds=50)
    story.take("operator-chen", emergency(story, "h2"))
    story.advance(minutes=4)
    story.resolve("operator-chen", WhatItWas.DEVICE_FALSE, WhatWasDone.BY_PHONE, emergency(story, "h2"))


def s(took: timedelta | None) -> int | None:
    """Whole seconds: inputs of one moment of a story differ by microseconds."""
    return None if took is None else round(took.total_seconds())


def counts(response: Response) -> tuple[int, int, int, int]:
    return response.calls, response.within_60, response.within_180, response.answered


def test_the_day_reckoned_by_hand(story: Story, report: Reporter) -> None:
    tell_the_tuesday(story)
    tell_the_wednesday(story)
    day = report()
    total = day.total
    assert day.final
    assert total.opened == {
        (AlertKind.EMERGENCY_CALL, Severity.EMERGENCY): 5,
        (AlertKind.TECHNICAL, Severity.TECHNICAL): 1,
    }
    assert counts(total.response) == (5, 3, 4, 5)
    assert (s(total.response.median), s(total.response.p95)) == (50, 200)
    assert counts(total.late) == (1, 1, 1, 1)
    assert total.by_own_butler == 2
    assert (total.closed, total.by_itself) == (4, 0)
    assert total.classes == {OutcomeClass.REAL: 2, OutcomeClass.BENIGN: 2}
    assert total.what_was_done == {WhatWasDone.ON_SITE: 2, WhatWasDone.BY_PHONE: 2}
    assert total.mistakes == 1
    assert total.visits == Visits(made=2, on_time=1, unrecorded=0)
    assert total.still_open == {Severity.EMERGENCY: 1, Severity.TECHNICAL: 1}
    assert total.requests == RequestCounts(opened=2, done=1)
    assert {who: counts(one) for who, one in day.answerers.items()} == {
        "butler-wang": (1, 1, 1, 1),
        "operator-chen": (3, 1, 2, 3),
        "butler-he": (1, 1, 1, 1),
    }
    assert [(one.hour, one.opened) for one in day.stretches if one.opened] == [
        *((10, 1), (11, 1), (12, 1), (14, 1), (15, 1), (23, 1))
    ]


def test_by_centre_and_by_butler_of_the_home_not_of_the_answer(story: Story, report: Reporter) -> None:
    tell_the_tuesday(story)
    tell_the_wednesday(story)
    day = report()
    for groups, first, second in (
        (day.centres, "small-1", "small-2"),
        (day.butlers, "butler-wang", "butler-he"),
    ):
        assert set(groups) == {first, second}
        assert counts(groups[first].response) == (4, 2, 3, 4)
        assert counts(groups[second].response) == (1, 1, 1, 1)
        assert groups[first].visits == Visits(1, 1)
        assert groups[second].visits == Visits(1, 0)
        assert groups[second].requests == RequestCounts(opened=1)


def test_what_is_answered_after_midnight_counts_yesterday_what_is_closed_then_today(
    story: Story, report: Reporter
) -> None:
    tell_the_tuesday(story)
    tell_the_wednesday(story)
    next_day = report(WEDNESDAY)
    assert next_day.total.opened == {}
    assert next_day.total.response == Response()
    assert next_day.total.classes == {OutcomeClass.FALSE_DEVICE: 1}
    assert next_day.total.still_open == {Severity.TECHNICAL: 1}
    (line,) = next_day.alerts
    assert (line.first_answer_by, line.what_it_was) == ("operator-chen", WhatItWas.DEVICE_FALSE)
    assert not next_day.final


def test_an_answer_long_after_midnight_is_none(story: Story, report: Reporter) -> None:
    until(story, 23, 59, 30)
    story.press("h2", "cord")
    until(story, 0, 3, 10, WEDNESDAY)
    before = report()
    assert before.final
    assert counts(before.total.response) == (1, 0, 0, 0)
    assert (before.total.response.median, before.total.response.p95) == (None, None)
    story.take("operator-chen")
    assert report() == replace(before, known_at=before.period.until_at)
    (line,) = report().alerts
    assert line.first_answer_at is None


def test_a_past_day_says_the_same_whenever_it_is_asked(story: Story, report: Reporter) -> None:
    tell_the_tuesday(story)
    until(story, 0, 3, 1, WEDNESDAY)
    first = report()
    assert first.final
    story.take("operator-chen", emergency(story, "h2"))
    story.resolve("operator-chen", alert=emergency(story, "h2"))
    (battery,) = story.alerts()
    assert battery.kind is AlertKind.TECHNICAL
    until(story, 9, 0, 0, date(2026, 3, 9))
    story.resolve("operator-chen", WhatItWas.DEVICE_FALSE, WhatWasDone.BY_PHONE, battery)
    (wish,) = story.home("h3").requests.values()
    story.command(MoveRequest("h3", wish.id, AT_THE_DESK, RequestState.DONE))
    assert report() == first
    story.crash(down=timedelta(hours=1))
    assert report() == first
    monday = report(date(2026, 3, 9)).total
    assert (monday.closed, monday.requests.done) == (1, 1)


def test_while_the_day_lasts_a_call_that_nobody_can_have_missed_waits(story: Story, report: Reporter) -> None:
    story.press("h1", "button")
    story.advance(seconds=100)
    now = report()
    assert not now.final
    assert (now.total.response.calls, now.total.response.waiting) == (0, 1)
    assert now.total.still_open == {Severity.EMERGENCY: 1}
    story.advance(seconds=100)
    later = report().total.response
    assert (later.calls, later.waiting, later.answered) == (1, 0, 0)


def test_days_before_the_records_begin_say_so(story: Story, report: Reporter) -> None:
    """Zero alerts of a day of which nothing is kept are no good news."""
    began_at = report().kept_from_at
    assert began_at is not None
    assert abs(began_at - story.started_at) < timedelta(seconds=1)
    until(story, 12, 0, 0, WEDNESDAY)
    assert [report(day).complete for day in (date(2026, 3, 2), TUESDAY, WEDNESDAY)] == [False, False, True]


def test_days_with_nothing_and_days_to_come(story: Story, report: Reporter) -> None:
    for day in (date(2026, 2, 28), date(2026, 3, 1), date(2026, 12, 31), TUESDAY):
        empty = report(day)
        assert (empty.total.opened_in_all, empty.total.closed, empty.total.open_in_all) == (0, 0, 0)
        assert empty.total.response == Response()
        assert (empty.centres, empty.butlers, empty.alerts) == ({}, {}, ())


def test_several_days_are_their_sum_and_what_is_left_at_the_end(story: Story, report: Reporter) -> None:
    tell_the_tuesday(story)
    tell_the_wednesday(story)
    with Queries(story.path) as queries:
        both = period_report(
            queries,
            Period(TUESDAY, WEDNESDAY, SHANGHAI),
            None,
            now=story.now,
            on_site_within=HALF_AN_HOUR,
        )
    first, second = report().total, report(WEDNESDAY).total
    assert both.total.response == first.response
    assert both.total.closed == first.closed + second.closed
    assert both.total.classes[OutcomeClass.FALSE_DEVICE] == 1
    assert both.total.still_open == second.still_open
    assert [(one.day, one.opened) for one in both.stretches] == [(TUESDAY, 6), (WEDNESDAY, 0)]


def test_only_the_homes_that_are_seen(story: Story, report: Reporter) -> None:
    tell_the_tuesday(story)
    seen = report(sees=lambda home_id: home_id == "h3")
    assert seen.total.opened_in_all == 1
    assert set(seen.centres) == {"small-2"}
    assert {one.home_id for one in seen.alerts} == {"h3"}
    assert set(seen.answerers) == {"butler-he"}


def test_what_an_alert_began_with_counts_and_not_what_became_of_it(tmp_path: Path) -> None:
    """Raised after two hours, the same alert must not have been an emergency that nobody answered since the morning."""

    def careful(context: Context) -> Context:
        fall = replace(context.rules.fall, suspected=Severity.URGENT)
        return replace(context, rules=replace(context.rules, fall=fall))

    story = Story(tmp_path / "story.sqlite", homes=quiet_street(), change=careful)
    story.fall("h1", "radar")
    story.advance(hours=2)
    story.fall("h1", "radar", FallPhase.LYING)
    assert story.alert().severity is Severity.EMERGENCY
    with Queries(story.path) as queries:
        day = day_report(queries, TUESDAY, SHANGHAI, None, now=story.now, on_site_within=HALF_AN_HOUR)
    assert day.total.opened == {(AlertKind.FALL, Severity.URGENT): 1}
    assert day.total.response.calls == 0
    assert day.total.still_open == {Severity.URGENT: 1}
    story.store.close()


def test_a_call_that_was_taken_and_let_fall_is_counted_though_it_was_answered(
    story: Story, report: Reporter
) -> None:
    story.press("h1", "button")
    story.take("butler-wang")
    story.press("h2", "cord")
    story.take("butler-wang", story.of(AlertKind.EMERGENCY_CALL, "h2"))
    story.resolve("butler-wang", alert=story.of(AlertKind.EMERGENCY_CALL, "h2"))
    assert report().total.lapsed == 0
    story.advance(minutes=6)
    total = report().total
    assert (total.lapsed, total.response.answered) == (1, 2)


def test_a_home_that_moved_stays_with_who_had_it_then(story: Story, report: Reporter) -> None:
    story.press("h1", "button")
    moved = replace(story.home("h1").profile, centre_id="small-9", people={Role.BUTLER: ("butler-new",)})
    story.command(SetProfile("h1", SYSTEM, moved))
    story.advance(seconds=30)
    story.take("butler-new")
    story.resolve("butler-new", WhatItWas.ILLNESS, WhatWasDone.BY_PHONE)
    day = report()
    assert set(day.centres) == {"small-1"}
    assert set(day.butlers) == {"butler-wang"}
    assert day.total.by_own_butler == 0
    assert set(day.answerers) == {"butler-new"}


def test_on_the_dates_of_a_cover_a_home_is_the_covers(tmp_path: Path) -> None:
    noon = datetime(2026, 3, 3, 12, tzinfo=SHANGHAI)

    def covered(context: Context) -> Context:
        cover = Cover(
            *("cover-1", "butler-wang", "deputy-zhou", noon, noon + timedelta(days=1)),
            by_confirmed_at=noon,
            covered_confirmed_at=noon,
        )
        return replace(context, covers=(cover,))

    story = Story(tmp_path / "story.sqlite", homes=quiet_street(), change=covered)
    story.press("h1", "button")
    until(story, 13)
    story.press("h2", "cord")
    story.advance(seconds=10)
    story.take("deputy-zhou", emergency(story, "h2"))
    with Queries(story.path) as queries:
        day = day_report(queries, TUESDAY, SHANGHAI, None, now=story.now, on_site_within=HALF_AN_HOUR)
    assert {key: one.opened_in_all for key, one in day.butlers.items()} == {
        "butler-wang": 1,
        "deputy-zhou": 1,
    }
    assert day.butlers["deputy-zhou"].by_own_butler == 1
    story.store.close()


def test_silent_devices_leave_a_home_unprotected_once(tmp_path: Path) -> None:
    story = Story(tmp_path / "story.sqlite", homes=quiet_street(timedelta(minutes=45)))
    story.advance(hours=2)
    silent = [one for one in story.alerts() if one.kind is AlertKind.TECHNICAL]
    assert len(silent) > 3
    with Queries(story.path) as queries:
        day = day_report(queries, TUESDAY, SHANGHAI, None, now=story.now, on_site_within=HALF_AN_HOUR)
        assert (day.total.silent, day.total.unprotected) == (3, 3)
        assert {key: one.silent for key, one in day.centres.items()} == {"small-1": 2, "small-2": 1}
        for home_id, profile in quiet_street().items():
            for device_id in profile.devices:
                if device_id != "sos":
                    story.heartbeat(home_id, device_id)
        day = day_report(queries, TUESDAY, SHANGHAI, None, now=story.now, on_site_within=HALF_AN_HOUR)
        assert day.total.by_itself > 3
        assert day.total.silent == 1
    story.store.close()
