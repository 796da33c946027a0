"""A directory that does not fit is refused with every reason at once; one that fits is not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest

from firmware_contracts.vocabulary import Measure
from hub.core.alerts import Role, Severity
from hub.core.calendar import DayType, Holiday, OnDays
from hub.core.context import Shift
from hub.core.home import Membership
from hub.core.opening import SpecialHours
from hub.core.rules import Rules, Side, ThresholdRule
from hub.core.shifts import Cover, DatedShift, Leave
from hub.directory.model import (
    Assignment,
    Bond,
    CentreEntry,
    Directory,
    Elder,
    HomeEntry,
    PersonEntry,
    Residence,
)
from hub.directory.validation import DirectoryProblems, check, override_problems, problems
from tests.directory.samples import AT, BEFORE, WEEK, days, small

Change = Callable[[Directory], Directory]


def test_a_directory_that_fits_has_no_problems() -> None:
    assert problems(small(), AT) == ()


def crowded(own: int, covered: int = 0, later: int = 0) -> Directory:
    """A butler with so many own elders, more by a dated cover, more from tomorrow on."""
    base = small()
    total = own + covered + later
    return replace(
        base,
        elders=tuple(Elder(f"e{number}", "王秀英", "王奶奶") for number in range(total)),
        homes=tuple(HomeEntry(f"h{number}", "k") for number in range(total)),
        residences=tuple(
            Residence(f"e{number}", f"h{number}", Membership.ACTIVE, BEFORE) for number in range(total)
        ),
        rooms=(),
        devices=(),
        assignments=(),
        bonds=(
            *(Bond("b1", Role.BUTLER, BEFORE, home_id=f"h{number}") for number in range(own)),
            *(
                bond
                for number in range(own, own + covered)
                for bond in (
                    Bond("b2", Role.BUTLER, BEFORE, home_id=f"h{number}"),
                    Bond("b1", Role.BUTLER, BEFORE, AT + days(7), home_id=f"h{number}", cover=True),
                )
            ),
            *(
                bond
                for number in range(own + covered, total)
                for bond in (
                    Bond("b2", Role.BUTLER, BEFORE, AT + days(1), home_id=f"h{number}"),
                    Bond("b1", Role.BUTLER, AT + days(1), home_id=f"h{number}"),
                )
            ),
        ),
    )


def test_twenty_own_elders_are_a_full_list() -> None:
    assert problems(crowded(20), AT) == ()


def test_a_21st_elder_is_refused_with_butler_count_and_remedy() -> None:
    with pytest.raises(DirectoryProblems) as refused:
        check(crowded(21), AT)
    assert str(refused.value) == (
        'butler "b1": 21 own elders from 2026-03-02 04:00 UTC, at most 20 are allowed; '
        "give 1 of them to another butler, or make it a dated cover"
    )


def test_a_dated_cover_may_exceed_the_list() -> None:
    assert problems(crowded(20, covered=15), AT) == ()


def test_a_list_that_grows_too_long_tomorrow_is_refused_today() -> None:
    (found,) = problems(crowded(19, later=3), AT)
    assert "22 own elders from 2026-03-03 04:00 UTC" in str(found)


def test_who_died_or_left_does_not_count() -> None:
    full = crowded(21)
    gone = replace(full.residences[0], membership=Membership.DECEASED)
    assert problems(replace(full, residences=(gone, *full.residences[1:])), AT) == ()


def added(**more: Any) -> Change:
    """The directory with more entries in these fields."""

    def change(base: Directory) -> Directory:
        longer: dict[str, Any] = {name: (*getattr(base, name), *entries) for name, entries in more.items()}
        return replace(base, **longer)

    return change


def with_homes(**values: Any) -> Change:
    return lambda base: replace(base, homes=(replace(base.homes[0], **values), *base.homes[1:]))


BROKEN: list[tuple[str, Change, str]] = [
    (
        "unknown region",
        with_homes(region_id="nowhere"),
        'home "h1": unknown region "nowhere"; add the region or correct the id',
    ),
    (
        "doubled id",
        added(elders=(Elder("e1", "x", "x"),)),
        'elder "e1": stands here 2 times; give each an id of its own',
    ),
    (
        "id with a slash",
        added(homes=(HomeEntry("h/3", "k"),)),
        'home "h/3": this id may not stand in a topic or address; '
        "use letters, digits, - and _ only, at most 64, first a letter or digit",
    ),
    (
        "reserved id",
        added(homes=(HomeEntry("unassigned", "k"),)),
        "this id is kept for calls of unknown devices",
    ),
    (
        "community inside a compound",
        lambda base: replace(
            base, regions=(*base.regions[:2], replace(base.regions[2], parent_id="k"), base.regions[3])
        ),
        'region "c": a community lies in compound "k"; a community may lie in: city, district, county, street, township',
    ),
    (
        "centres in a circle",
        lambda base: replace(base, centres=(CentreEntry("large", "x", "small"), base.centres[1])),
        'centre "large": backs up to itself (large -> small -> large); name a parent that leads to a large centre',
    ),
    (
        "end before begin",
        added(residences=(Residence("e1", "h2", Membership.ACTIVE, AT, AT - days(1)),)),
        'residence of elder "e1": ends at 2026-03-01 04:00:00+00:00, before it begins',
    ),
    (
        "no time zone",
        added(residences=(Residence("e1", "h2", Membership.ACTIVE, AT.replace(tzinfo=None)),)),
        "has no time zone; give instants in UTC",
    ),
    (
        "cover without an end",
        added(bonds=(Bond("b2", Role.BUTLER, BEFORE, home_id="h1", cover=True),)),
        'butler "b2" of home "h1": a cover without an end; give the date on which the own butler is back',
    ),
    (
        "neither home nor region",
        added(bonds=(Bond("b2", Role.CONTACT, BEFORE),)),
        "names a home and a region, or neither; name exactly one of them",
    ),
    (
        "nobody can reach the contact",
        added(
            persons=(PersonEntry("c1", "x", "x"),), bonds=(Bond("c1", Role.CONTACT, BEFORE, home_id="h1"),)
        ),
        'person "c1": can be asked but has no contact method; add a method, or end the bonds and shifts',
    ),
    (
        "the butler has left",
        lambda base: replace(base, persons=(replace(base.persons[0], until_at=BEFORE), *base.persons[1:])),
        'person "b1": left, but still has homes or shifts; end the bonds and shifts, or hand them over',
    ),
    (
        "centre duty of no centre",
        added(shifts=(Shift("op", Role.CENTRE_DUTY, WEEK, time(8), time(18)),)),
        'shift of "op" as centre_duty: centre duty without a centre; name the centre whose desk this is',
    ),
    (
        "elder in two homes",
        added(residences=(Residence("e1", "h2", Membership.ACTIVE, AT),)),
        'elder "e1": in home "h1" and home "h2" at the same time; end the first residence when the second begins',
    ),
    (
        "device in two homes",
        added(assignments=(Assignment("button-1", "h2", AT),)),
        'device "button-1": in home "h1" and home "h2" at the same time; end the first assignment when the second begins',
    ),
    (
        "room of another home",
        lambda base: replace(base, assignments=(replace(base.assignments[0], room_id="h2-bed"),)),
        'device "button-1": room "h2-bed" is not in home "h1"; name a room of this home',
    ),
    (
        "wearer from another home",
        lambda base: replace(base, assignments=(replace(base.assignments[0], wearer_id="e2"),)),
        'device "button-1": worn by elder "e2", who does not live in home "h1"; name a resident of this home, or nobody',
    ),
    (
        "no butler",
        lambda base: replace(base, bonds=base.bonds[1:]),
        'home "h1": has elders but no butler; bind a butler who has room on the list',
    ),
    (
        "two own butlers",
        added(bonds=(Bond("b2", Role.BUTLER, BEFORE, home_id="h1"),)),
        'home "h1": two own butlers at the same time ("b1", "b2"); end one when the other begins',
    ),
    (
        "care bed of no institution",
        with_homes(care_bed=True),
        'home "h1": a care bed without a responsible institution; bind one in the role care_institution',
    ),
    (
        "nobody at the desk on Sunday night",
        lambda base: replace(
            base,
            shifts=(
                Shift("op", Role.OPERATOR, WEEK, time(7), time(19)),
                Shift("op", Role.DUTY_MANAGER, WEEK - {6}, time(19), time(7)),
            ),
        ),
        "roster: nobody at the call-centre's desk on Sunday 19:00 until Monday 00:00; add a shift",
    ),
    (
        "nobody at the desk in the holidays",
        lambda base: replace(
            base,
            shifts=(
                Shift("op", Role.OPERATOR, frozenset(), time(0), time(0), days=OnDays.WORKDAYS),
                Shift("op", Role.DUTY_MANAGER, frozenset({5, 6}), time(0), time(0)),
            ),
        ),
        "roster: nobody at the call-centre's desk on Monday 00:00 until Saturday 00:00 in a week of holidays; add",
    ),
    (
        "weekdays beside workdays",
        added(shifts=(Shift("op", Role.OPERATOR, WEEK, time(8), time(18), days=OnDays.WORKDAYS),)),
        "weekdays [0, 1, 2, 3, 4, 5, 6] beside workdays; name weekdays, or workdays",
    ),
    (
        "a shift of one date of nobody",
        added(dated_shifts=(DatedShift("d1", "b9", Role.BUTLER, date(2026, 3, 2), time(8), time(9)),)),
        'dated shift "d1": unknown person "b9"; add the person or correct the id',
    ),
    (
        "leave that ends before it begins",
        added(leaves=(Leave("l1", "b1", AT, AT),)),
        'leave "l1": ends at 2026-03-02 04:00:00+00:00, before it begins',
    ),
    (
        "a cover of oneself",
        added(covers=(Cover("c1", "b1", "b1", AT, AT + days(1)),)),
        'cover "c1": "b1" covers the own list; name somebody else',
    ),
    (
        "two covers of one butler",
        added(
            covers=tuple(
                Cover(one, "b1", "b2", AT, AT + days(1), by_confirmed_at=AT, covered_confirmed_at=AT)
                for one in ("c1", "c2")
            )
        ),
        'cover "c1": cover "c2" takes the same at the same time; end one when the other begins',
    ),
    (
        "a cover whom nobody can reach",
        added(
            persons=(PersonEntry("b3", "x", "x"),),
            covers=(Cover("c1", "b1", "b3", AT, AT + days(1), by_confirmed_at=AT, covered_confirmed_at=AT),),
        ),
        'person "b3": can be asked but has no contact method; add a method, or end the bonds and shifts',
    ),
    (
        "a holiday twice",
        added(holidays=(Holiday(date(2026, 5, 1), DayType.REST_DAY),) * 2),
        "holiday 2026-05-01: stands here 2 times; keep one of them",
    ),
    (
        "half an opening",
        lambda base: replace(
            base,
            centres=(
                replace(base.centres[0], special_hours=(SpecialHours(date(2026, 5, 1), time(8)),)),
                base.centres[1],
            ),
        ),
        'centre "large": opening hours of 2026-05-01 are incomplete; give the time it opens',
    ),
]


def test_a_roster_of_workdays_and_rest_days_staffs_the_desk_in_every_week() -> None:
    whole = [(OnDays.WORKDAYS, "op"), (OnDays.REST_DAYS, "b2")]
    shifts = tuple(
        Shift(person, Role.OPERATOR, frozenset(), time(8), time(8), days=kind) for kind, person in whole
    )
    assert problems(replace(small(), shifts=shifts), AT) == ()


@pytest.mark.parametrize(("change", "said"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_what_does_not_fit_is_told_with_a_remedy(change: Change, said: str) -> None:
    assert said in "\n".join(str(problem) for problem in problems(change(small()), AT))


def test_all_problems_are_told_at_once() -> None:
    broken = with_homes(region_id="nowhere")(
        added(bonds=(Bond("b9", Role.CONTACT, BEFORE, home_id="h9"),))(small())
    )
    with pytest.raises(DirectoryProblems) as refused:
        check(broken, AT)
    assert [problem.found for problem in refused.value.problems] == [
        'unknown region "nowhere"',
        'unknown person "b9"',
        'unknown home "h9"',
    ]


def test_values_of_a_home_must_belong_to_a_rule() -> None:
    rule = ThresholdRule("spo2_low", Measure.SPO2_PERCENT, Side.BELOW, 91, 93, Severity.URGENT)
    rules = Rules(thresholds={Measure.SPO2_PERCENT: (rule,)})
    home = with_homes(overrides={"spo2_low": {"limit": 87, "limt": 1}, "spo2": {"limit": 1}})(small())
    assert [str(problem) for problem in override_problems(home, rules)] == [
        'home "h1" override of rule "spo2_low": unknown parameter limt; allowed: clear, for_s, limit, max_gap_s',
        'home "h1" override of rule "spo2": unknown rule; known: bed_exit, early_warning, limits, spo2_low',
    ]
