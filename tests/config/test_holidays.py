"""Holidays of a year: the shipped ones as the State Council announced them, and every mistake in a file told at once."""

import shutil
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from hub.config.holidays import load_holidays
from hub.config.settings import ConfigProblems, load
from hub.core.calendar import DayType
from tests.config.test_config import SHIPPED
from tests.config.test_shipped import installed

FREE = {"元旦": 3, "春节": 9, "清明节": 3, "劳动节": 5, "端午节": 3, "中秋节": 3, "国庆节": 7}
"""Free days of 2026 as the notice counts them (共3天 ...)."""
WORKED = ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"]


def test_the_shipped_2026_is_the_announced_one() -> None:
    calendar, problems = load_holidays(SHIPPED / "holidays")
    assert problems == ()
    assert calendar is not None
    free = [one for one in calendar.official.values() if one.day_type is DayType.REST_DAY]
    assert {name: sum(one.name == name for one in free) for name in FREE} == FREE
    worked = sorted(
        one.on.isoformat() for one in calendar.official.values() if one.day_type is DayType.WORKDAY
    )
    assert worked == WORKED
    # 365 days, 104 of them on weekends: the law gives 13 days of holiday.
    year = [date(2026, 1, 1) + timedelta(days=one) for one in range(365)]
    assert sum(calendar.day_type(on) is DayType.WORKDAY for on in year) == 365 - 104 - 13


def written(folder: Path, year: int, *lines: str) -> Sequence[str]:
    folder.mkdir(exist_ok=True)
    (folder / f"{year}.toml").write_text("\n".join((f"year = {year}", *lines)), encoding="utf-8")
    calendar, problems = load_holidays(folder)
    assert (calendar is None) is bool(problems)
    return [str(one).replace(f"{folder}/", "") for one in problems]


SPRING = ("[[holiday]]", 'name = "春节"', "from = 2027-02-05", "until = 2027-02-11")


def test_a_year_of_ones_own_is_read(tmp_path: Path) -> None:
    assert written(tmp_path, 2027, *SPRING, "working = [2027-01-30]") == []
    calendar, _ = load_holidays(tmp_path)
    assert calendar is not None
    assert calendar.years == {2027}
    assert calendar.day_type(date(2027, 2, 5)) is DayType.REST_DAY
    assert calendar.day_type(date(2027, 1, 30)) is DayType.WORKDAY


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (
            ("[[holiday]]", 'name = "春节"', "from = 2027-02-05", "until = 2027-02-01"),
            '2027.toml:5 holiday 1 "春节" until: found 2027-02-01, before 2027-02-05; give the last free day',
        ),
        (
            ("[[holiday]]", 'name = "春节"', "from = 2027-02-05", "until = 2027-03-11"),
            '2027.toml:5 holiday 1 "春节" until: found 2027-03-11: 35 free days; correct the month',
        ),
        (
            (*SPRING, "working = [2027-02-15]"),
            '2027.toml:6 holiday 1 "春节" working: found 2027-02-15, a Monday, which is worked anyway; '
            "name the Saturdays and Sundays that are worked",
        ),
        (
            (*SPRING, "working = [2028-01-30]"),
            '2027.toml:6 holiday 1 "春节" working: found 2028-01-30, which is not in 2027; correct the year',
        ),
        (
            (
                *(*SPRING, "[[holiday]]", 'name = "元旦"'),
                *("from = 2027-01-01", "until = 2027-01-01", "working = [2027-02-07]"),
            ),
            '2027.toml:6 holiday 2 "元旦": 2027-02-07 is free for "春节" and worked for "元旦"; keep one of them',
        ),
        (
            ("[[holiday]]", 'nmae = "春节"', "from = 2027-02-05", "until = 2027-02-11"),
            '2027.toml:3 holiday 1 nmae: unknown key "nmae"',
        ),
        (("holiday = []",), "2027.toml:2 holiday: "),
    ],
)
def test_a_mistake_is_told_with_file_line_and_remedy(
    tmp_path: Path, lines: tuple[str, ...], said: str
) -> None:
    assert any(line.startswith(said) for line in written(tmp_path, 2027, *lines)), written(
        tmp_path, 2027, *lines
    )


def test_mistakes_of_all_years_come_with_those_of_the_settings(tmp_path: Path) -> None:
    path = installed(tmp_path, "demo.toml")
    folder = tmp_path / "holidays"
    (folder / "2027.toml").write_text("year = 2026\n")
    (folder / "2028.toml").write_text("year = \n")
    path.write_text(path.read_text().replace("port = 8080", 'port = "x"'))
    with pytest.raises(ConfigProblems) as refused:
        load(path, {})
    text = str(refused.value)
    assert "[web] port" in text
    assert "2027.toml" in text
    assert "2028.toml:1" in text


def test_a_file_named_by_another_year_is_told(tmp_path: Path) -> None:
    shutil.copy(SHIPPED / "holidays" / "2026.toml", tmp_path / "2027.toml")
    _, problems = load_holidays(tmp_path)
    assert str(problems[0]).endswith("year: found 2026 in 2027.toml; name the file by its year")


def test_without_holidays_every_week_is_plain_and_the_start_says_so(tmp_path: Path) -> None:
    path = installed(tmp_path, "demo.toml")
    shutil.rmtree(tmp_path / "holidays")
    settings = load(path, {})
    assert settings.calendar.day_type(date(2026, 10, 1)) is DayType.WORKDAY
    assert any("There are no holidays in" in line for line in settings.warnings)


def test_a_folder_that_is_named_must_exist(tmp_path: Path) -> None:
    path = installed(tmp_path, "demo.toml")
    path.write_text(path.read_text().replace('# holidays = "holidays"', 'holidays = "feiertage"'))
    with pytest.raises(ConfigProblems, match=r"feiertage.*which is no folder; name a folder of years"):
        load(path, {})
