"""Folding what is wrong ahead: nights in a row become one run, and nothing gets lost."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.core.alerts import Role
from hub.directory.outlook import RosterProblem, RosterProblemKind
from hub.directory.outlook_runs import folded
from tests.story import SHANGHAI

MONDAY = datetime(2026, 11, 23, tzinfo=SHANGHAI)


def problem(
    day: int, starts: int = 21, hours: int = 10, role: Role = Role.DEPUTY, centre: str | None = "c1"
) -> RosterProblem:
    begins = MONDAY + timedelta(days=day, hours=starts)
    return RosterProblem(
        *(RosterProblemKind.NOBODY, begins, begins + timedelta(hours=hours)), role=role, centre_id=centre
    )


def test_thirteen_nights_without_a_deputy_are_one_entry_with_one_run() -> None:
    (one,) = folded([problem(day) for day in range(13)], SHANGHAI)
    (run,) = one.runs
    assert (run.count, one.times) == (13, 13)
    assert run.from_at == problem(0).from_at
    assert run.until_at == problem(12).until_at


def test_weekends_are_runs_of_one_entry_and_other_hours_are_runs_of_their_own() -> None:
    weekends = [problem(day) for day in (5, 6, 12, 13)]
    (one,) = folded([*weekends, problem(5, starts=8, hours=4), problem(6, starts=8, hours=4)], SHANGHAI)
    assert sorted(run.count for run in one.runs) == [2, 2, 2]


def test_the_call_centre_comes_before_any_centre_though_it_lacks_somebody_later() -> None:
    found = folded(
        [problem(0), problem(9, role=Role.OPERATOR, centre=None), problem(0, centre="c2")], SHANGHAI
    )
    assert [one.of_call_centre for one in found] == [True, False, False]
    assert {one.problem.centre_id for one in found[1:]} == {"c1", "c2"}


@given(
    st.lists(
        st.builds(
            problem,
            st.integers(0, 55),
            st.sampled_from([0, 8, 21]),
            st.sampled_from([4, 10]),
            st.sampled_from([Role.DEPUTY, Role.OPERATOR]),
            st.sampled_from([None, "c1", "c2"]),
        ),
        unique=True,
    )
)
def test_every_problem_is_in_exactly_one_run(problems: list[RosterProblem]) -> None:
    found = folded(problems, SHANGHAI)
    assert sum(one.times for one in found) == len(problems)
    for one in problems:
        assert any(
            run.from_at <= one.from_at
            and one.until_at <= run.until_at
            and (group.problem.role, group.problem.centre_id) == (one.role, one.centre_id)
            for group in found
            for run in group.runs
        )
