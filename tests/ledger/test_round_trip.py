"""What is exported comes back: into nothing as it was, into the same directory as no change at all."""

import csv
import re
from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import date, time, timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from firmware_contracts.vocabulary import Placement
from hub.core.alerts import Role
from hub.core.calendar import DayType, Holiday, OnDays
from hub.core.context import ContactMethod, Shift
from hub.core.home import DeviceKind, Flag, Membership
from hub.core.opening import Opening, SpecialHours
from hub.core.shifts import Cover, DatedShift, Leave, LeaveKind, Takes
from hub.directory.demo import demo_directory
from hub.directory.model import (
    Assignment,
    Bond,
    CentreEntry,
    Company,
    DeviceEntry,
    Directory,
    Elder,
    HomeEntry,
    Level,
    PersonEntry,
    Region,
    Residence,
    Room,
    RoomKind,
)
from hub.ledger import complaints, hours
from hub.ledger.export import tables
from hub.ledger.finding_texts import line
from hub.ledger.findings import Finding, Kind, Place
from hub.ledger.plan import plan
from hub.ledger.reading import read_ledger
from hub.ledger.tables import EXPORTED
from hub.ledger.template import template
from hub.ledger.workbook import write_csv, write_workbook
from hub.web.words.said import LANGUAGES, Language
from tests.ledger.ledgers import AT

STREET = demo_directory(7, AT)
DAY = timedelta(days=1)


def files_of(directory: Directory, language: Language, kind: str) -> dict[str, bytes]:
    if kind == "xlsx":
        return {"台账.xlsx": write_workbook(directory, language, AT)}
    return dict(write_csv(directory, language, AT))


def comes_back(directory: Directory, language: Language, kind: str) -> None:
    ledger = read_ledger(files_of(directory, language, kind))
    assert [line(one, "en") for one in ledger.findings] == []
    # Whether it fits is not asked here: what is wrong in a directory comes back as well.
    homes = {one.id for one in directory.homes}
    new = plan(None, ledger, AT, cell=directory.cell, problems=lambda _: (), proven=homes)
    assert [line(one, "en") for one in new.findings] == []
    assert new.directory is not None
    assert in_order(new.directory) == in_order(directory)
    same = plan(directory, ledger, AT, problems=lambda _: ())
    assert (same.changes, same.directory, same.absent) == ((), directory, ())


def in_order(directory: Directory) -> Directory:
    """The periods of one elder or device in a fixed order: theirs in the directory means nothing."""
    return replace(
        directory,
        residences=tuple(sorted(directory.residences, key=repr)),
        assignments=tuple(sorted(directory.assignments, key=repr)),
    )


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_street_comes_back(language: Language, kind: str) -> None:
    comes_back(STREET, language, kind)


def test_every_part_of_a_directory_is_exported() -> None:
    """A new field of the directory, or of its entries, has to be exported too: each of these differs from its default."""
    directory = whole()
    for field in fields(Directory):
        assert field.name == "cell" or getattr(directory, field.name), field.name
    for name in (one.name for one in fields(Directory) if one.name != "cell"):
        for field in fields(getattr(directory, name)[0]):
            values = {repr(getattr(entry, field.name)) for entry in getattr(directory, name)}
            assert values != {repr(field.default)}, f"{name}.{field.name}"
    comes_back(directory, "zh", "xlsx")


def whole() -> Directory:
    """Everything once, nothing as usual."""
    opening = Opening(frozenset({0, 4}), time(8, 30), time(0, 0))
    return Directory(
        "cell",
        regions=(Region("d", "演示区", Level.DISTRICT), Region("k", "梧桐苑", Level.COMPOUND, "d")),
        companies=(Company("co", "安和居"),),
        centres=(
            CentreEntry(
                "z0",
                "中心",
                None,
                "co",
                "d",
                "0371-55500100",
                (opening, Opening(frozenset(), time(9), time(17), OnDays.WORKDAYS)),
            ),
            CentreEntry(
                "z1",
                "小站",
                "z0",
                "co",
                "k",
                "",
                (),
                (SpecialHours(date(2026, 10, 1)), SpecialHours(date(2026, 10, 2), time(9), time(12))),
            ),
        ),
        elders=(
            Elder(
                "e1",
                "王秀英",
                "王奶奶",
                3,
                frozenset({Flag.VERY_OLD, Flag.FAMILY_PLANNING_CASE}),
                1941,
                "听不见：直接上门\n=不要等",
            ),
            Elder("e2", "李德山", ""),
        ),
        residences=(
            Residence("e1", "h1", Membership.ACTIVE, AT - 30 * DAY, AT - DAY),
            Residence("e1", "h1", Membership.PAUSED, AT - DAY, AT + DAY),
            Residence("e1", "h1", Membership.ACTIVE, AT + DAY),
            Residence("e2", "h2", Membership.LEFT, AT - timedelta(days=40, microseconds=7)),
        ),
        homes=(
            HomeEntry(
                "h1",
                "k",
                "3号楼",
                "2单元",
                "501室",
                5,
                False,
                "@12#",
                True,
                "0371-55500001",
                "+备注",
                "z1",
                "mine",
                {"spo2_low": {"limit": 87.5}},
                True,
            ),
            HomeEntry("h2", "k"),
        ),
        rooms=(Room("r1", "h1", RoomKind.BEDROOM, "北卧室"), Room("r2", "h1", RoomKind.BATHROOM)),
        devices=(
            DeviceEntry(
                "k1",
                DeviceKind.PENDANT,
                "zigbee2mqtt",
                "TS0215A_sos",
                True,
                True,
                timedelta(minutes=90, seconds=30),
            ),
            DeviceEntry("k2", DeviceKind.GAS),
        ),
        assignments=(
            Assignment("k1", "h2", AT - 20 * DAY, AT - 2 * DAY),
            Assignment("k1", "h1", AT - 2 * DAY, AT + 9 * DAY, "r1", "e1", Placement.NECK),
        ),
        persons=(
            PersonEntry(
                "b1",
                "欧阳敏",
                "欧",
                (ContactMethod("webhook", "butler:b1"), ContactMethod("sms", "x")),
                "13812345678",
                "co",
                AT + 99 * DAY,
            ),
            PersonEntry("b2", "张伟", "张"),
        ),
        bonds=(
            Bond("b1", Role.BUTLER, AT - 9 * DAY, home_id="h1"),
            Bond("b2", Role.BUTLER, AT - DAY, AT + 5 * DAY, home_id="h1", cover=True),
            Bond("b2", Role.PROPERTY_GUARD, AT - DAY, region_id="k", rank=2, relation="物业"),
        ),
        shifts=(
            Shift("b1", Role.BUTLER, frozenset({0, 6}), time(8), time(20), "z0"),
            Shift("b2", Role.BUTLER, frozenset(), time(8), time(20), None, OnDays.REST_DAYS),
        ),
        dated_shifts=(
            DatedShift("s1", "b1", Role.CENTRE_DUTY, date(2026, 3, 5), time(20), time(8), "z0", True),
        ),
        leaves=(Leave("l1", "b1", AT, AT + DAY, LeaveKind.ILL),),
        covers=(
            Cover("v1", "b1", "b2", AT, AT + DAY, Takes.SHIFTS, AT - DAY, AT, AT, "duty", AT, "b2"),
            Cover("v2", "b1", "b2", AT, AT + DAY),
        ),
        holidays=(
            Holiday(date(2026, 10, 1), DayType.REST_DAY, "国庆"),
            Holiday(date(2026, 10, 10), DayType.WORKDAY),
        ),
    )


TEXT = st.text(st.sampled_from("王秀英abcXYZ019 -_=+@'\"，。：；,;#%\n"), max_size=12).map(
    lambda text: text.strip()
)


def stands_for_itself(text: str) -> bool:
    """Not what people write for nothing, nor what a narrow column leaves of a number."""
    return text not in ("-", "--", "无") and re.fullmatch("#{3,}", text) is None


WORDS = TEXT.map(lambda text: " ".join(text.split())).filter(stands_for_itself)
PROSE = TEXT.filter(stands_for_itself)
NAMES = st.sampled_from(["王秀英", "李德山", "欧阳敏", "=cmd", "+86", "@x", "-x", "O'Neil", "'x"])
INSTANTS = st.timedeltas(-30 * 365 * DAY, 30 * 365 * DAY).map(lambda since: AT + since)


@st.composite
def directories(draw: Any) -> Directory:
    """Directories in which every reference exists and nothing else is certain."""
    base = whole()
    homes = tuple(
        replace(
            base.homes[0],
            id=f"h{n}",
            note=draw(PROSE),
            door_code=draw(WORDS),
            lift=draw(st.booleans()),
            floor=draw(st.none() | st.integers(-5, -1) | st.integers(1, 150)),
            adapted=draw(st.booleans()),
            overrides=draw(
                st.dictionaries(
                    st.sampled_from(["spo2_low", "x-y"]),
                    st.dictionaries(st.sampled_from(["limit", "for_s"]), st.floats(-1e6, 1e6), min_size=1),
                    max_size=2,
                )
            ),
        )
        for n in range(1, draw(st.integers(2, 4)))
    )
    ids = [home.id for home in homes]
    elders = tuple(
        Elder(
            f"e{n}",
            draw(NAMES),
            draw(NAMES | st.just("")),
            draw(st.integers(0, 4)),
            draw(st.frozensets(st.sampled_from(list(Flag)))),
            draw(st.none() | st.integers(1920, 2005)),
            draw(PROSE),
        )
        for n in range(draw(st.integers(1, 3)))
    )
    residences = tuple(
        Residence(
            elder.id,
            draw(st.sampled_from(ids)),
            draw(st.sampled_from(list(Membership))),
            at,
            draw(st.none() | st.just(at + DAY)),
        )
        for elder in elders
        for at in draw(st.lists(INSTANTS, min_size=1, max_size=3, unique=True))
    )
    persons = tuple(
        replace(
            one,
            name=draw(NAMES),
            surname=draw(NAMES),
            methods=draw(st.sampled_from([(), base.persons[0].methods])),
        )
        for one in base.persons
    )
    return replace(
        base,
        homes=homes,
        elders=elders,
        residences=residences,
        persons=persons,
        rooms=(),
        devices=(),
        assignments=(),
        bonds=tuple(
            Bond(
                draw(st.sampled_from(["b1", "b2"])),
                role,
                at,
                home_id=draw(st.sampled_from(ids)),
                rank=draw(st.integers(1, 3)),
                relation=draw(WORDS),
            )
            for role in (Role.CONTACT, Role.DEPUTY)
            for at in draw(st.lists(INSTANTS, max_size=3, unique=True))
        ),
    )


@settings(max_examples=25, deadline=None)
@given(directory=directories(), language=st.sampled_from(LANGUAGES))
def test_any_directory_comes_back_from_csv(directory: Directory, language: Language) -> None:
    comes_back(directory, language, "csv")


@settings(max_examples=4, deadline=None)
@given(directory=directories(), language=st.sampled_from(LANGUAGES))
def test_any_directory_comes_back_from_a_workbook(directory: Directory, language: Language) -> None:
    comes_back(directory, language, "xlsx")


RUNS = ("=1+1", '=HYPERLINK("x")', "+cmd|' /C calc'!A0", "-2+3", "@x", "＝1+1", "＋cmd", "－1", "＠x", "'=1")


def named(text: str) -> Directory:
    """A directory in which everything that has a name or a note of its own is called so."""
    base = whole()
    return replace(
        base,
        elders=tuple(replace(one, name=text, call_name=text, note=text) for one in base.elders),
        persons=tuple(replace(one, name=text) for one in base.persons),
        companies=tuple(replace(one, name=text) for one in base.companies),
        homes=tuple(replace(one, note=text) for one in base.homes),
    )


def assert_that_nothing_runs(book: bytes, csv_files: Iterable[bytes]) -> None:
    """Excel's own rule: a text that stays one is marked as quoted in a workbook, and begins with a ' in a CSV file."""
    for sheet in load_workbook(BytesIO(book)).worksheets:
        for cell in (cell for row in sheet.iter_rows() for cell in row):
            assert cell.data_type != "f", cell.value
            if isinstance(cell.value, str) and cell.value[:1] in (*"=+-@＝＋－＠\t\r\n",):
                assert cell.quotePrefix, cell.value
    for data in csv_files:
        for row in csv.reader(StringIO(data.decode("utf-8-sig"), newline="")):
            assert not [text for text in row if text[:1] in (*"=+@＝＋－＠\t\r\n",) or text[:2] == "-2"]


@pytest.mark.parametrize("text", RUNS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_cell_of_an_export_can_run_and_each_comes_back_as_it_was(text: str, language: Language) -> None:
    directory = named(text)
    csv_files = write_csv(directory, language, AT)
    assert_that_nothing_runs(write_workbook(directory, language, AT), csv_files.values())
    for kind in ("xlsx", "csv"):
        comes_back(directory, language, kind)


@pytest.mark.parametrize("text", ["\t=1+1", "\r=1+1", "\n=1+1", "a\x0bb", "=\x01x"])
def test_white_space_and_control_characters_are_written_and_read_once_and_for_all(text: str) -> None:
    """A workbook cannot hold them all, and the ledger takes none; from an older store they are exported all the same."""
    directory = named(text)
    csv_files = write_csv(directory, "zh", AT)
    assert_that_nothing_runs(write_workbook(directory, "zh", AT), csv_files.values())
    for kind in ("xlsx", "csv"):
        done = plan(directory, read_ledger(files_of(directory, "zh", kind)), AT, problems=lambda _: ())
        assert done.errors == ()
        assert done.directory is not None
        comes_back(done.directory, "zh", kind)


def test_the_list_of_what_to_mend_holds_whatever_stood_in_the_ledger() -> None:
    for text in (*RUNS, "\t=1", "a\x0bb"):
        found = [Finding(Kind.NOT_A_NUMBER, Place(text, text, 2, text, "A"), text)]
        assert_that_nothing_runs(complaints.as_workbook(found, "zh"), [complaints.as_csv(found, "zh")])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_template_is_a_ledger_without_rows(language: Language) -> None:
    ledger = read_ledger({"x.xlsx": template(language)})
    assert ledger.rows == ()
    assert [one.kind.value for one in ledger.findings] == ["no_rows"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_exported_table_is_told_by_its_name(language: Language) -> None:
    titles = [table.title(language) for table, _ in tables(STREET, language, AT)]
    assert len(set(titles)) == len(EXPORTED)
    assert all(len(title) <= 31 for title in titles)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_choice_of_weekdays_is_read_as_it_was_written(language: Language) -> None:
    for bits in range(1, 128):
        days = frozenset(day for day in range(7) if bits >> day & 1)
        said = hours.write_weekdays(days, language)
        assert hours.weekdays(said) == days, said
        opening = Opening(days, time(8), time(18))
        assert hours.openings(hours.write_openings([opening, opening], language)) == (opening, opening), said


@pytest.mark.parametrize(
    ("days", "zh", "en"),
    [
        (range(6), "周一至周六", "Mon-Sat"),
        ((0, 2, 4), "周一、周三、周五", "Mon, Wed, Fri"),
        ((5, 6), "周六、周日", "Sat, Sun"),
        ((0, 1, 2, 5), "周一至周三、周六", "Mon-Wed, Sat"),
        (range(7), "每天", "daily"),
    ],
)
def test_weekdays_are_written_as_people_write_them(days: Iterable[int], zh: str, en: str) -> None:
    found = frozenset(days)
    assert (hours.write_weekdays(found, "zh"), hours.write_weekdays(found, "en")) == (zh, en)
