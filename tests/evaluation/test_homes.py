"""`hub evaluate homes`: each format as it lies on a disk, its traps, and what the report says of it."""

import json
import tarfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.__main__ import main
from hub.core.detection.inactivity import Sign
from hub.evaluation import homes
from hub.evaluation.bed_tags import alarms, matched
from hub.evaluation.figures import Figure
from hub.evaluation.recordings import kasteren, mitlab, ordonez, uci427
from hub.evaluation.recordings.home_days import Kind, kind_of
from hub.evaluation.report import Skipped

FIRST = datetime(2026, 3, 2, tzinfo=UTC)


def write(file: Path, lines: Iterable[str]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def clocks(signs: Iterable[tuple[datetime, Sign]]) -> list[tuple[str, Sign]]:
    return [(f"{at:%d %H:%M:%S}", sign) for at, sign in signs]


@pytest.mark.parametrize(
    ("sensor", "kind"),
    [
        ("Front door", Kind.EXIT_DOOR),
        ("frontdoor", Kind.EXIT_DOOR),
        ("Hall-Bedroom door", Kind.TOUCHED),
        ("Bed Pressure", Kind.BED),
        ("Pressure mat bed left", Kind.BED),
        ("left_bed_mat", Kind.BED),
        ("couch_mat_1", Kind.SEAT),
        ("bedroom pressure mat", Kind.TOUCHED),
        ("Bed lamp", Kind.TOUCHED),
        ("Seat Pressure", Kind.SEAT),
        ("toilet seat pressure", Kind.TOUCHED),
        ("Toilet Flush", Kind.RUNS_OUT),
        ("Washing machine", Kind.RUNS_OUT),
        ("Door PIR", Kind.TOUCHED),
    ],
)
def test_what_a_sensor_tells_is_read_from_its_name(sensor: str, kind: Kind) -> None:
    assert kind_of(sensor) is kind


def test_ordonez(tmp_path: Path) -> None:
    write(
        tmp_path / "x" / "OrdonezZ_Sensors.txt",
        [
            "Start time\tEnd time\tLocation\tType\tPlace",
            "----------\t--------\t--------\t----\t-----",
            "2026-03-02 23:00:00\t2026-03-03 07:00:00 \tBed\t\tPressure\tBedroom",
            "2026-03-03 07:01:00  2026-03-03 07:02:00 Toilet Flush Bathroom",
            "2026-03-03 07:05:00  2026-03-03 07:04:00 Basin PIR Bathroom",
            "2026-03-03 07:30:00  2026-03-03 07:30:05 Maindoor Magnetic Entrance",
            "2026-02-30 07:30:00  2026-03-03 07:30:05 Basin PIR Bathroom",
            "2029-03-03 07:30:00  2029-03-03 07:30:05 Basin PIR Bathroom",
            "2026-03-03 08:30:00",
        ],
    )
    write(tmp_path / "x" / "OrdonezZ_ADLs.txt", ["2026-03-02 23:00:00 2026-03-03 07:00:00 Sleeping"])
    skipped: list[Skipped] = []

    (home,) = ordonez.read(tmp_path, skipped)

    assert clocks(home.signs) == [
        ("02 23:00:00", Sign.IN_BED),
        ("03 07:00:00", Sign.OUT_OF_BED),
        ("03 07:01:00", Sign.MOVED),
        ("03 07:05:00", Sign.MOVED),
        ("03 07:30:00", Sign.EXIT_DOOR),
        ("03 07:30:05", Sign.EXIT_DOOR),
    ]
    assert (home.source, home.home, len(home.asleep), home.out) == ("ordonez", "OrdonezZ", 1, ())
    assert [one.why for one in skipped] == [
        "is not two instants and a name",
        "is not two instants and a name",
        "ends before it began, or days later",
        "has a date far from all the others",
    ]
    assert skipped[0].what == "OrdonezZ_Sensors.txt:7"


def test_kasteren_with_two_mats_and_a_sensor_without_a_name(tmp_path: Path) -> None:
    def row(clock: str, lasts: int, number: int) -> str:
        hours, minutes = clock.split(":")
        at = FIRST + timedelta(hours=int(hours), minutes=int(minutes))
        return f"{int(at.timestamp())}\t{lasts}\t{number}"

    write(
        tmp_path / "houseZ.sensor_names", ["1\tFront door", "2\tBed mat left", "3\tBed mat right", "no name"]
    )
    write(
        tmp_path / "houseZ.sensors",
        [
            row("1:00", 3600, 2),
            row("1:30", 3600, 3),
            row("8:00", 10, 1),
            row("8:00", 10, 1),
            row("9:00", 0, 77),
            "a b c",
        ],
    )
    write(tmp_path / "houseZ.activity_names", ["1\tleave-house", "10\tgo-to-bed"])
    write(tmp_path / "houseZ.activities", [row("1:00", 5400, 10), row("8:00", 3600, 1)])
    skipped: list[Skipped] = []

    (home,) = kasteren.read(tmp_path, skipped)

    assert clocks(home.signs) == [
        ("02 01:00:00", Sign.IN_BED),
        ("02 01:30:00", Sign.MOVED),
        ("02 02:00:00", Sign.MOVED),
        ("02 02:30:00", Sign.OUT_OF_BED),
        ("02 08:00:00", Sign.EXIT_DOOR),
        ("02 08:00:10", Sign.EXIT_DOOR),
        ("02 09:00:00", Sign.MOVED),
        ("02 09:00:00", Sign.MOVED),
    ]
    assert (len(home.asleep), len(home.out)) == (1, 1)
    assert skipped[0] == Skipped("houseZ.sensors:6", "is not a start, a duration and a number")
    assert "sensor 77" in skipped[1].what


def test_mitlab_over_midnight_and_broken_in_the_middle(tmp_path: Path) -> None:
    write(
        tmp_path / "z" / "sensors.csv", ["140,Foyer,Door", "141,Kitchen,Door", "100,Bathroom,Toilet Flush "]
    )
    write(
        tmp_path / "z" / "activities_data.csv",
        [
            "Grooming,3/2/2026,23:50:0,0:20:0",
            "100,141,141",
            "Toilet Flush ,Door,Door",
            "23:55:0,0:10:0,0:10:0",
            "0:9:0,0:11:0,0:11:0",
            "Bathing,3/3/2026,8:0:0,9:0:0",
            "100,141",
            "Toilet Flush,Door",
            "8:1:0",
            "8:2:0",
            "Going out to work,3/3/2026,9:0:0,9:5:0",
            "140",
            "Door",
            "9:1:0",
            "8:59:0",
        ],
    )
    skipped: list[Skipped] = []

    (home,) = mitlab.read(tmp_path, skipped)

    assert clocks(home.signs) == [
        ("02 23:55:00", Sign.MOVED),
        ("03 00:10:00", Sign.MOVED),
        ("03 00:11:00", Sign.MOVED),
        ("03 09:01:00", Sign.EXIT_DOOR),
    ]
    assert [one.what for one in skipped] == ["activities_data.csv:6"]


def test_uci427(tmp_path: Path) -> None:
    lying, sitting, standing = "1.0,0.0,0.1", "0.4,0.9,0.0", "0.1,1.0,0.0"

    def line(at_s: float, body: str, does: int) -> str:
        return f"{at_s},{body},1,-58,0.2,920.25,{does}"

    lines = [line(second, lying, 3) for second in range(4)]
    lines += [
        line(30, sitting, 1),
        line(50, standing, 4),
        line(40, standing, 4),
        "60,1,2",
        line(61, standing, 9),
    ]
    write(tmp_path / "d2p07F", lines)
    write(tmp_path / "notes.csv", ["d2p07F"])
    skipped: list[Skipped] = []

    (sitting_of_one,) = uci427.read(tmp_path, skipped)

    assert sitting_of_one.exits_s == (50.0,)
    assert alarms(sitting_of_one) == [30.0]
    assert [one.what for one in skipped] == ["d2p07F:7", "d2p07F:8", "d2p07F:9"]


def test_an_alarm_is_right_once_and_only_near_an_exit() -> None:
    assert matched([100.0, 101.0], [110.0], 30) == [10.0]
    assert matched([115.0], [110.0], 30) == [-5.0]
    assert matched([70.0, 121.0], [110.0], 30) == []


def days(count: int, *, asleep_on: int | None = None) -> list[str]:
    """Rows of Ordonez: up at seven, a sign each half hour until ten at night; out from two to five; one morning in bed."""
    rows = []

    def row(day: int, clock: str, lasts_s: int, sensor: str) -> None:
        hours, minutes = clock.split(":")
        at = FIRST + timedelta(days=day, hours=int(hours), minutes=int(minutes))
        rows.append(f"{at:%Y-%m-%d %H:%M:%S} {at + timedelta(seconds=lasts_s):%Y-%m-%d %H:%M:%S} {sensor}")

    for day in range(count):
        late = day == asleep_on
        for half in range(24 if late else 14, 44):
            if half not in range(28, 35):
                row(day, f"{half // 2}:{half % 2 * 30}", 60, "Basin PIR Bathroom")
        row(day, "13:45", 5, "Maindoor Magnetic Entrance")
        row(day, "17:20", 5, "Maindoor Magnetic Entrance")
    return rows


def test_a_regular_home_and_the_one_day_that_differs(tmp_path: Path) -> None:
    """No false alert for who lives by the clock; a morning in bed is one, and its question comes before."""
    write(tmp_path / "a" / "A_Sensors.txt", days(14))
    write(tmp_path / "b" / "B_Sensors.txt", days(14, asleep_on=12))
    by_name = {figure.name: figure for figure in homes.evaluate(tmp_path, None).figures}

    def value(home: str, figure: str) -> float:
        return by_name[f"homes_ordonez_{home}_{figure}"].value

    assert value("A", "false_alerts") == 0
    assert value("A", "questions_month") == 0
    assert value("A", "8h_false_alerts_month") > 25, "each night is longer"
    assert value("B", "false_alerts") == 1
    assert value("B", "telephone_month") == 0
    assert by_name["homes_ordonez_A_false_alerts"] == Figure("homes_ordonez_A_false_alerts", 0, "alerts", 0)
    assert 1.5 <= value("A", "beside_delay") <= 2.5
    assert value("A", "beside_night_within_90min") == 1


def test_what_is_judged_knows_nothing_of_what_came_later(tmp_path: Path) -> None:
    """The same first days with another end: what was known of a collapse at any instant is the same."""
    write(tmp_path / "a" / "Z_Sensors.txt", days(12))
    write(tmp_path / "b" / "Z_Sensors.txt", days(14, asleep_on=13))
    short, long = (homes.gone_through(next(ordonez.read(tmp_path / name, [])), []) for name in ("a", "b"))
    assert short is not None
    assert long is not None
    assert short.collapses
    known = {(one.at, one.place): one.life for one in long.collapses}
    assert all(known[one.at, one.place] == one.life for one in short.collapses)


def test_a_picture_and_what_is_said_without_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "a" / "A_Sensors.txt", days(14))
    picture = tmp_path / "pictures" / "homes.svg"
    assert main(["evaluate", "homes", str(tmp_path), "--format", "ordonez", "--picture", str(picture)]) == 0
    assert "ordonez, fixed hours" in picture.read_text(encoding="utf-8")
    assert "nobody wrote down when the person slept" in capsys.readouterr().out

    write(tmp_path / "short" / "C_Sensors.txt", days(3))
    assert main(["evaluate", "homes", str(tmp_path / "short"), "--picture", str(picture)]) == 2
    said = capsys.readouterr()
    assert "no collapse was cut in" in said.out
    assert "can be drawn" in said.err

    write(tmp_path / "shortest" / "D_Sensors.txt", days(1))
    assert main(["evaluate", "homes", str(tmp_path / "shortest")]) == 2
    assert "is shorter than a day: ordonez D" in capsys.readouterr().err

    assert main(["evaluate", "homes", str(tmp_path / "pictures")]) == 2
    assert "could be read as ordonez, kasteren, mitlab, uci427" in capsys.readouterr().err


def test_the_real_homes(data_dir: Path, tmp_path: Path) -> None:
    """The aims: no false alert, waking collapses in three hours, those at night an hour and a half after the usual rising."""
    with tarfile.open(data_dir / "homes.tar.xz") as archive:
        archive.extractall(tmp_path, filter="data")
    figures = tmp_path / "figures.json"
    assert main(["evaluate", "homes", str(tmp_path), "--json", str(figures)]) == 0
    value = {one["name"]: one["value"] for one in json.loads(figures.read_text(encoding="utf-8"))}
    for home in ("homes_ordonez_OrdonezA", "homes_kasteren_houseA"):
        assert value[f"{home}_false_alerts"] == 0
        assert value[f"{home}_beside_delay"] <= 3
        assert value[f"{home}_beside_night_within_90min"] >= 0.95
        assert value[f"{home}_in_place_night_within_90min"] >= 0.95
        assert value[f"{home}_8h_false_alerts_month"] > 4
    assert value["homes_ordonez_OrdonezA_bed_alerts_month"] == 0
    assert value["homes_uci427_bed_exit_precision_90s"] >= 0.8
    assert value["homes_uci427_bed_exit_recall_90s"] >= 0.8
