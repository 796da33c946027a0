"""Hours and floors as people say them."""

from datetime import UTC, time

import pytest

from hub.ledger import values
from hub.ledger.findings import Damage
from hub.ledger.hours import clock, openings


@pytest.mark.parametrize(
    ("said", "hours"),
    [
        ("上午8点-下午6点", [(8, 0, 18, 0)]),
        ("周一至周五 早上8:30—晚上8点，周六 9点-中午12点", [(8, 30, 20, 0), (9, 0, 12, 0)]),
        ("晚上8点-晚上12点", [(20, 0, 0, 0)]),
        ("凌晨12点-凌晨6点", [(0, 0, 6, 0)]),
        ("中午1点-下午5点半", [(13, 0, 17, 30)]),
        ("Mon-Fri 9am-5:30pm", [(9, 0, 17, 30)]),
        ("8:00 a.m. to 12 p.m.", [(8, 0, 12, 0)]),
        ("下午14点-18点", [(14, 0, 18, 0)]),
    ],
)
def test_halves_of_a_day_are_understood(said: str, hours: list[tuple[int, int, int, int]]) -> None:
    found = [(one.opens, one.closes) for one in openings(said)]
    assert found == [(time(a, b), time(c, d)) for a, b, c, d in hours]


@pytest.mark.parametrize("said", ["13pm-3pm", "0 am-8 am", "下午-晚上"])
def test_a_half_that_does_not_fit_is_refused(said: str) -> None:
    with pytest.raises(Damage):
        openings(said)


@pytest.mark.parametrize(
    ("said", "at"), [("下午2点", 14), ("2pm", 14), ("12 pm", 12), ("12 am", 0), ("晚上12点", 0)]
)
def test_a_time_by_its_half_of_the_day(said: str, at: int) -> None:
    assert clock(said) == time(at)


@pytest.mark.parametrize(
    ("said", "floor"), [("十楼", 10), ("十二楼", 12), ("二十三层", 23), ("三十", 30), ("第九十九层", 99)]
)
def test_a_floor_in_chinese_numerals(said: str, floor: int) -> None:
    assert values.FLOOR.read(said, UTC) == floor


@pytest.mark.parametrize("said", ["十十楼", "二三楼", "零楼"])
def test_numerals_that_are_no_number_are_refused(said: str) -> None:
    with pytest.raises(Damage):
        values.FLOOR.read(said, UTC)
