"""Edits of the roster: what they change, what they refuse and why, and that a cover counts only when both have confirmed it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from hub.core.alerts import Role
from hub.core.calendar import Calendar, DayType, Holiday, OnDays
from hub.core.context import Shift
from hub.core.opening import Opening, SpecialHours
from hub.core.roster import on_duty
from hub.core.shifts import CoverState, DatedShift, LeaveKind, Takes
from hub.directory import cover_edits, roster_edits
from hub.directory.model import Bond, Directory, PersonEntry
from hub.directory.profiles import profiles, with_people
from hub.directory.roster_edits import shift_id
from hub.directory.roster_refusals import RosterRefusal, RosterRefused
from hub.directory.validation import problems
from hub.web.words import WORDS
from tests.directory.samples import AT, WEEK, days, small
from tests.story import story_context

TODAY = date(2026, 3, 2)
BY_DAY = Shift("b1", Role.BUTLER, WEEK, time(7), time(21), "small")
DESK = small().shifts[0]
LATER, END = AT + days(1), AT + days(3)


def with_shifts() -> Directory:
    other = replace(BY_DAY, person_id="b2")
    gone = PersonEntry("gone", "x", "x", small().persons[0].methods, until_at=AT - days(1))
    mute = PersonEntry("mute", "x", "x")
    return replace(small(), shifts=(DESK, BY_DAY, other), persons=(*small().persons, gone, mute))


def dated(**more: object) -> DatedShift:
    base = DatedShift("", "b1", Role.BUTLER, date(2026, 3, 4), time(21), time(23), "small")
    return replace(base, **more)  # type: ignore[arg-type]


def asked(by: str | None = None, directory: Directory | None = None, **more: object) -> Directory:
    values: dict[str, object] = {"covered_id": "b1", "by_id": "b2", "from_at": LATER, "until_at": END, **more}
    return cover_edits.request_cover(directory or with_shifts(), at=AT, asked_by=by, **values)  # type: ignore[arg-type]


def ill(directory: Directory) -> Directory:
    return roster_edits.set_leave(directory, "b1", LATER, END, AT, LeaveKind.ILL)


def the_cover(directory: Directory) -> str:
    (cover,) = directory.covers
    return cover.id


def confirmed() -> Directory:
    directory = asked(by="b1")
    return cover_edits.confirm_cover(directory, the_cover(directory), AT, person_id="b2")


def by_telephone(directory: Directory, person_id: str, confirming: tuple[str, ...] = ()) -> Directory:
    return cover_edits.confirm_by_telephone(
        *(directory, the_cover(directory), AT),
        person_id=person_id,
        recorded_by="desk-login",
        confirming=confirming,
    )


def declined() -> Directory:
    directory = asked()
    return cover_edits.decline_cover(directory, the_cover(directory), AT, person_id="b2")


# --- what edits do --------------------------------------------------------------------------------------------------------


def test_shifts_are_added_replaced_and_removed() -> None:
    base = with_shifts()
    night = replace(BY_DAY, starts=time(21), ends=time(7))
    added = roster_edits.add_shift(base, night, AT)
    assert added.shifts == (*base.shifts, night)
    short = replace(night, weekdays=frozenset(), days=OnDays.REST_DAYS)
    replaced = roster_edits.replace_shift(added, shift_id(night), short, AT)
    assert replaced.shifts == (*base.shifts, short)
    assert roster_edits.remove_shift(replaced, shift_id(short)) == base


def test_a_shift_of_one_date_is_added_and_removed() -> None:
    added = roster_edits.add_dated_shift(with_shifts(), dated(), TODAY, AT)
    (shift,) = added.dated_shifts
    assert replace(shift, id="") == dated()
    assert problems(added, AT) == problems(with_shifts(), AT)
    assert roster_edits.remove_dated_shift(added, shift.id, TODAY) == with_shifts()


def test_a_shift_in_place_of_the_weekly_one_replaces_every_role_at_that_place() -> None:
    deputy = replace(BY_DAY, role=Role.DEPUTY)
    away = replace(BY_DAY, role=Role.ELDER_HELPER, centre_id="large")
    base = replace(with_shifts(), shifts=(*with_shifts().shifts, deputy, away))
    changed = roster_edits.add_dated_shift(base, dated(in_place=True), TODAY, AT)
    assert [(one.role, one.starts, one.in_place) for one in changed.dated_shifts] == [
        (Role.BUTLER, time(21), True),
        (Role.DEPUTY, time(21), True),
    ]


WEDNESDAYS = replace(BY_DAY, weekdays=frozenset({2}), centre_id="large")


@pytest.mark.parametrize(
    ("weekly", "shift", "left"),
    [
        ((BY_DAY,), dated(in_place=True), {"small"}),
        ((BY_DAY, WEDNESDAYS), dated(in_place=True), {"small", "large"}),
        ((BY_DAY, WEDNESDAYS), dated(in_place=True, on=date(2026, 3, 5)), {"small"}),
        ((BY_DAY, replace(WEDNESDAYS, role=Role.DEPUTY)), dated(in_place=True), {"small"}),
        (
            (BY_DAY, replace(BY_DAY, role=Role.DEPUTY), replace(WEDNESDAYS, role=Role.DEPUTY)),
            *(dated(in_place=True), {"small", "large"}),
        ),
        ((), dated(in_place=True, centre_id="large"), {"small"}),
        ((), dated(in_place=True, centre_id="large", role=Role.DEPUTY), set()),
    ],
    ids=[
        *("the same place", "two places that day", "the other place on another day"),
        *("another role elsewhere", "a second role, elsewhere too"),
        *("any hour, for the own homes", "a role that nobody asks for"),
    ],
)
def test_the_places_that_a_shift_in_place_takes_somebody_away_from(
    weekly: tuple[Shift, ...], shift: DatedShift, left: set[str]
) -> None:
    base = replace(small(), shifts=weekly)
    assert roster_edits.places_left(base, shift, AT, Calendar()) == left
    ended = replace(base, bonds=tuple(replace(one, until_at=AT) for one in base.bonds))
    assert roster_edits.places_left(ended, shift, AT, Calendar()) == (left if weekly else set())


def test_leave_is_set_ended_early_and_taken_back() -> None:
    away = roster_edits.set_leave(with_shifts(), "b1", LATER, END, AT)
    (leave,) = away.leaves
    early = roster_edits.end_leave(away, leave.id, LATER + days(1))
    assert [(one.from_at, one.until_at) for one in early.leaves] == [(LATER, LATER + days(1))]
    assert roster_edits.end_leave(away, leave.id, AT) == with_shifts()


def test_a_holiday_is_set_changed_and_cleared() -> None:
    on = date(2026, 3, 5)
    free = roster_edits.set_holiday(with_shifts(), Holiday(on, DayType.REST_DAY, "庙会"))
    worked = roster_edits.set_holiday(free, Holiday(on, DayType.WORKDAY))
    assert worked.holidays == (Holiday(on, DayType.WORKDAY),)
    assert roster_edits.clear_holiday(worked, on) == with_shifts()


def test_opening_hours_of_a_centre_and_of_a_date() -> None:
    on = date(2026, 3, 5)
    hours = Opening(frozenset(), time(8), time(18), OnDays.WORKDAYS)
    opened = roster_edits.set_openings(with_shifts(), "small", (hours,))
    assert opened.centres[1].openings == (hours,)
    short = roster_edits.set_special_hours(opened, "small", on, [SpecialHours(on, time(9), time(12))])
    closed = roster_edits.set_special_hours(short, "small", on, [])
    assert closed.centres[1].special_hours == (SpecialHours(on),)
    assert roster_edits.set_special_hours(closed, "small", on, None) == opened
    assert problems(closed, AT) == problems(with_shifts(), AT)


# --- covers: both confirm -----------------------------------------------------------------------------------------------------


def butler_at(directory: Directory, at: datetime) -> tuple[str, ...]:
    context = with_people(story_context(AT), directory, at)
    return on_duty(Role.BUTLER, profiles(directory, at)["h1"], at, context)


def test_a_cover_counts_only_when_both_have_confirmed() -> None:
    requested = asked()
    key = the_cover(requested)
    assert list(cover_edits.awaits(requested.covers[0])) == ["b2", "b1"]
    half = cover_edits.confirm_cover(requested, key, AT, person_id="b2")
    assert half.covers[0].state is CoverState.REQUESTED
    assert butler_at(half, LATER) == ("b1",)
    whole = cover_edits.confirm_cover(half, key, AT, person_id="b1")
    assert whole.covers[0].state is CoverState.CONFIRMED
    assert [butler_at(whole, at) for at in (AT, LATER, END)] == [("b1",), ("b2",), ("b1",)]
    assert problems(whole, AT) == problems(with_shifts(), AT)


@pytest.mark.parametrize(("by", "missing"), [("b1", ["b2"]), ("b2", ["b1"])])
def test_who_asks_has_confirmed_the_own_side(by: str, missing: list[str]) -> None:
    assert list(cover_edits.awaits(asked(by=by).covers[0])) == missing


def test_the_duty_manager_confirms_for_somebody_ill_and_it_is_written_who() -> None:
    directory = ill(asked(by="b2"))
    whole = cover_edits.confirm_cover(directory, the_cover(directory), AT, manager="manager-login")
    assert whole.covers[0].state is CoverState.CONFIRMED
    assert whole.covers[0].covered_agreed_by == "manager-login"


def test_what_was_said_on_the_telephone_counts_for_who_has_no_log_in() -> None:
    half = by_telephone(asked(by="b1"), "b2", confirming=("b1",))
    assert half.covers[0].state is CoverState.CONFIRMED
    assert butler_at(half, LATER) == ("b2",)
    other = by_telephone(asked(by="b2"), "b1", confirming=("b2",))
    assert other.covers[0].state is CoverState.CONFIRMED
    assert other.covers[0].covered_agreed_by == "desk-login"


def test_a_gap_of_the_desk_may_become_smaller() -> None:
    early, late = (replace(DESK, starts=time(starts), ends=time(ends)) for starts, ends in ((0, 2), (6, 0)))
    directory = replace(small(), shifts=(early, late))
    sooner = roster_edits.replace_shift(directory, shift_id(late), replace(late, starts=time(4)), AT)
    assert time(4) in {one.starts for one in sooner.shifts}
    with pytest.raises(RosterRefused, match="desk_unstaffed"):
        roster_edits.replace_shift(directory, shift_id(late), replace(late, starts=time(8)), AT)


def test_a_confirmed_cover_ends_early_or_is_called_off() -> None:
    key = the_cover(confirmed())
    early = cover_edits.end_cover(confirmed(), key, LATER + timedelta(hours=5), "manager-login")
    assert early.covers[0].until_at == LATER + timedelta(hours=5)
    off = cover_edits.end_cover(confirmed(), key, AT, "manager-login")
    assert off.covers[0].state is CoverState.DECLINED
    assert butler_at(off, LATER) == ("b1",)


def test_who_is_away_does_not_take_the_work_back() -> None:
    directory = on_leave("b1", confirmed())
    key = the_cover(directory)
    later = LATER + timedelta(hours=1)
    with pytest.raises(RosterRefused, match="still_away"):
        cover_edits.end_cover(directory, key, later, "b1")
    assert cover_edits.end_cover(directory, key, later, "manager-login").covers[0].until_at == later
    assert cover_edits.end_cover(confirmed(), key, AT, "b1").covers[0].state is CoverState.DECLINED


def test_after_a_refusal_another_may_be_asked() -> None:
    again = asked(by="b1", directory=declined(), takes=Takes.HOMES)
    assert [cover.state for cover in again.covers] == [CoverState.DECLINED, CoverState.REQUESTED]


# --- what edits refuse ----------------------------------------------------------------------------------------------------


def away(person: str) -> Directory:
    return on_leave(person, with_shifts())


def on_leave(person: str, directory: Directory) -> Directory:
    return roster_edits.set_leave(directory, person, LATER, END, AT)


Edit = Callable[[], Directory | None]
R = RosterRefusal

REFUSED: list[tuple[R, Edit]] = [
    (R.UNKNOWN_PERSON, lambda: roster_edits.add_shift(small(), replace(BY_DAY, person_id="x"), AT)),
    (R.PERSON_LEFT, lambda: roster_edits.add_shift(with_shifts(), replace(BY_DAY, person_id="gone"), AT)),
    (R.UNREACHABLE, lambda: roster_edits.add_shift(with_shifts(), replace(BY_DAY, person_id="mute"), AT)),
    (R.UNKNOWN_CENTRE, lambda: roster_edits.add_shift(small(), replace(BY_DAY, centre_id="x"), AT)),
    (R.ROLE_NOT_ROSTERED, lambda: roster_edits.add_shift(small(), replace(BY_DAY, role=Role.CONTACT), AT)),
    (R.CENTRE_NEEDED, lambda: roster_edits.add_shift(small(), replace(BY_DAY, centre_id=None), AT)),
    (R.CALL_CENTRE_ROLE, lambda: roster_edits.add_shift(small(), replace(DESK, centre_id="small"), AT)),
    (R.NO_DAYS, lambda: roster_edits.add_shift(small(), replace(BY_DAY, weekdays=frozenset()), AT)),
    (R.NO_DAYS, lambda: roster_edits.add_shift(small(), replace(BY_DAY, days=OnDays.WORKDAYS), AT)),
    (R.NO_DAYS, lambda: roster_edits.add_shift(small(), replace(BY_DAY, weekdays=frozenset({7})), AT)),
    (R.SAME_SHIFT, lambda: roster_edits.add_shift(with_shifts(), BY_DAY, AT)),
    (
        R.SAME_SHIFT,
        lambda: roster_edits.replace_shift(
            with_shifts(), shift_id(BY_DAY), replace(BY_DAY, person_id="b2"), AT
        ),
    ),
    (R.UNKNOWN_SHIFT, lambda: roster_edits.remove_shift(small(), "x")),
    (R.UNKNOWN_SHIFT, lambda: roster_edits.remove_dated_shift(small(), "x", TODAY)),
    (R.DESK_UNSTAFFED, lambda: roster_edits.remove_shift(small(), shift_id(DESK))),
    (
        R.DESK_UNSTAFFED,
        lambda: roster_edits.replace_shift(
            small(),
            shift_id(DESK),
            replace(DESK, weekdays=frozenset(), days=OnDays.WORKDAYS),
            AT,
        ),
    ),
    (
        R.IN_THE_PAST,
        lambda: roster_edits.add_dated_shift(small(), dated(on=date(2026, 3, 1)), TODAY, AT),
    ),
    (R.IN_THE_PAST, lambda: roster_edits.set_leave(small(), "b1", AT - days(2), AT, AT)),
    (R.ENDS_BEFORE, lambda: roster_edits.set_leave(small(), "b1", END, LATER, AT)),
    (R.LEAVE_OVERLAPS, lambda: roster_edits.set_leave(away("b1"), "b1", END - days(1), END, AT)),
    (R.UNKNOWN_LEAVE, lambda: roster_edits.end_leave(small(), "x", AT)),
    (R.UNKNOWN_HOLIDAY, lambda: roster_edits.clear_holiday(small(), TODAY)),
    (R.SAME_TIMES, lambda: roster_edits.set_openings(small(), "small", (Opening(WEEK, time(8), time(8)),))),
    (
        R.SAME_TIMES,
        lambda: roster_edits.set_special_hours(small(), "small", TODAY, [SpecialHours(TODAY, time(8))]),
    ),
    (R.UNKNOWN_CENTRE, lambda: roster_edits.set_openings(small(), "x", ())),
    (R.COVERS_ONESELF, lambda: asked(by_id="b1")),
    (R.NOTHING_TO_COVER, lambda: asked(covered_id="guard-less", directory=with_guardless())),
    (R.COVER_AWAY, lambda: asked(directory=away("b2"))),
    (R.COVER_OVERLAPS, lambda: asked(directory=asked(), takes=Takes.HOMES)),
    (R.COVER_CIRCLE, lambda: asked(directory=asked(), covered_id="b2", by_id="b1")),
    (R.UNKNOWN_COVER, lambda: cover_edits.confirm_cover(small(), "x", AT, person_id="b1")),
    (R.NOT_YOURS, lambda: cover_edits.confirm_cover(asked(), the_cover(asked()), AT, person_id="op")),
    (R.NOT_YOURS, lambda: cover_edits.decline_cover(asked(), the_cover(asked()), AT, person_id="op")),
    (R.NOT_ILL, lambda: cover_edits.confirm_cover(asked(), the_cover(asked()), AT, manager="m")),
    (
        R.ALREADY_CONFIRMED,
        lambda: cover_edits.confirm_cover(asked("b2"), the_cover(asked("b2")), AT, person_id="b2"),
    ),
    (
        R.ALREADY_CONFIRMED,
        lambda: cover_edits.decline_cover(confirmed(), the_cover(confirmed()), AT, person_id="b2"),
    ),
    (
        R.ALREADY_DECLINED,
        lambda: cover_edits.confirm_cover(declined(), the_cover(declined()), AT, person_id="b2"),
    ),
    (R.HAS_LOG_IN, lambda: by_telephone(asked(), "b2", confirming=("b1", "b2"))),
    (R.NOT_YOURS, lambda: by_telephone(asked(), "op")),
    (R.ALREADY_CONFIRMED, lambda: by_telephone(asked("b2"), "b2")),
    (R.COVER_AWAY, lambda: by_telephone(on_leave("b2", asked()), "b2")),
    (R.ALREADY_DECLINED, lambda: cover_edits.end_cover(declined(), the_cover(declined()), AT, "m")),
    (
        R.STILL_AWAY,
        lambda: cover_edits.end_cover(on_leave("b1", confirmed()), the_cover(confirmed()), LATER, "b1"),
    ),
    (R.TOO_LONG, lambda: asked(until_at=LATER + days(400))),
    (R.NOT_STAFF, lambda: asked(by_id="daughter", directory=with_daughter())),
    (R.OTHER_COMPANY, lambda: cover_edits.of_one_company(two_companies(), "b1", "b2")),
    (R.COVER_OVER, lambda: cover_edits.confirm_cover(asked(), the_cover(asked()), END, person_id="b2")),
    (R.COVER_OVER, lambda: cover_edits.end_cover(confirmed(), the_cover(confirmed()), END, "m")),
]


def with_guardless() -> Directory:
    base = with_shifts()
    return replace(base, persons=(*base.persons, replace(base.persons[0], id="guard-less")))


def with_daughter() -> Directory:
    base = with_shifts()
    daughter = replace(base.persons[0], id="daughter", company_id=None)
    bond = Bond("daughter", Role.CONTACT, AT - days(1), home_id=base.homes[0].id)
    return replace(base, persons=(*base.persons, daughter), bonds=(*base.bonds, bond))


def two_companies() -> Directory:
    base = with_shifts()
    persons = (replace(one, company_id=f"of-{one.id}") for one in base.persons)
    return replace(base, persons=tuple(persons))


@pytest.mark.parametrize(("code", "edit"), REFUSED, ids=[code.value for code, _ in REFUSED])
def test_what_does_not_fit_is_refused_by_its_code(code: RosterRefusal, edit: Edit) -> None:
    with pytest.raises(RosterRefused) as refused:
        edit()
    assert refused.value.code is code
    words = WORDS[f"roster_refusal.{code.value}"]
    names = {key: f"<{key}>" for key in refused.value.about}
    # Each sentence can be said with what the refusal knows.
    assert "{" not in words.zh.format(**names)
    assert "{" not in words.en.format(**names)


def test_every_refusal_of_the_closed_list_is_reached() -> None:
    assert {code for code, _ in REFUSED} == set(RosterRefusal)


def test_the_running_hub_keeps_an_edit_over_a_restart(tmp_path: Path) -> None:
    """Through the store: what was confirmed counts after it was saved and loaded."""
    from sqlalchemy import create_engine

    from hub.store import directory_rows
    from hub.store.migrations import migrate

    engine = create_engine(f"sqlite:///{tmp_path / 'cell.db'}")
    with engine.connect() as connection:
        migrate(connection, "test", "cell.db")
        directory_rows.save(connection, with_shifts())
        before = with_shifts()
        for after in (asked(by="b1"), confirmed()):
            ordered = directory_rows.arranged(before, after)
            directory_rows.save_changes(connection, before, ordered)
            before = ordered
        loaded = directory_rows.load(connection)
    engine.dispose()
    assert loaded == confirmed()
    assert butler_at(loaded, LATER) == ("b2",)
