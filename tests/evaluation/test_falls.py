"""`hub evaluate falls`: each format as it lies on a disk, and what the report says of it."""

import json
import math
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from firmware_contracts.vocabulary import Placement
from hub.__main__ import main
from hub.evaluation import falls
from hub.evaluation.falls import judged
from hub.evaluation.recordings import imu, sisfall, smartfallmm, stairs, umafall, weda
from hub.evaluation.recordings.trials import Trial, rate_of, rows
from hub.evaluation.report import Skipped
from tests.core.test_fall_window import fall, running, sitting_down, window

Course = Callable[[float], object]


def write(file: Path, lines: Iterator[str] | list[str]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")


def of(course: Course, rate_hz: float) -> list[tuple[float, float, float]]:
    return [tuple(row) for row in window(rate_hz, course).tolist()]  # type: ignore[arg-type]


def test_sisfall(tmp_path: Path) -> None:
    def bits(course: Course) -> list[str]:
        return [",".join(str(round(one * 256)) for one in row) + ",0,0,0" for row in of(course, 200)]

    write(tmp_path / "SA01" / "F05_SA01_R01.csv", ["ax,ay,az,gx,gy,gz", *bits(fall)])
    write(tmp_path / "SE02" / "D03_SE02_R01.csv", ["ax,ay,az,gx,gy,gz", *bits(running), "1,2", "a,b,c,d,e,f"])
    write(tmp_path / "SE02" / "D04_SE02_R01.txt", [f"{line};" for line in bits(sitting_down)])
    write(tmp_path / "SE02" / "readme.csv", ["nothing"])
    skipped: list[Skipped] = []

    one, two, three = sisfall.read(tmp_path, skipped)

    assert (one.subject, one.activity, one.fell, one.elder) == ("SA01", "F05", True, False)
    assert (one.placement, one.rate_hz, one.samples.shape) == (Placement.WAIST, 200, (1400, 3))
    assert one.samples[0] == pytest.approx([0, 1, 0], abs=0.01)
    assert (two.fell, two.elder, len(two.samples)) == (False, True, 1400)
    assert len(three.samples) == 1400
    assert skipped == [Skipped("D03_SE02_R01.csv (2 lines)", "broken lines")]
    assert judged(one).found
    assert not judged(two).found


def test_weda_by_subject_and_as_published(tmp_path: Path) -> None:
    rows = [
        f"{number / 50},{x * 9.80665},{y * 9.80665},{z * 9.80665}"
        for number, (x, y, z) in enumerate(of(fall, 50))
    ]
    write(tmp_path / "U03" / "F01_R02_accel.csv", ["t,x,y,z", *rows])
    write(tmp_path / "U03" / "F01_R02_gyro.csv", ["t,x,y,z", *rows])
    write(tmp_path / "D02" / "U24_R01_accel.csv", ["t,x,y,z", *rows])
    one, two = sorted(weda.read(tmp_path, []), key=lambda trial: trial.subject)
    assert (one.subject, one.activity, one.fell, one.elder) == ("U03", "F01", True, False)
    assert (two.subject, two.activity, two.fell, two.elder) == ("U24", "D02", False, True)
    assert one.placement is Placement.WRIST
    assert one.rate_hz == pytest.approx(50)
    assert one.samples[0] == pytest.approx([0, 1, 0], abs=0.01)


def test_umafall_has_a_trial_for_each_sensor(tmp_path: Path) -> None:
    lines = ["t_ms,position,sensor,x,y,z"]
    for number, (x, y, z) in enumerate(of(fall, 20)):
        for place in ("WAIST", "WRIST", "ANKLE"):
            lines += [f"{number * 50},{place},acc,{x},{y},{z}", f"{number * 50},{place},gyr,9,9,9"]
    lines.append("1,WAIST,acc,x,1,1")
    write(tmp_path / "S04" / "Fall_forwardFall_1_2016-06-13_20-45-44.csv", lines)
    skipped: list[Skipped] = []
    waist, wrist = umafall.read(tmp_path, skipped)
    assert (waist.placement, wrist.placement) == (Placement.WAIST, Placement.WRIST)
    assert (waist.fell, waist.activity) == (True, "Fall_forwardFall")
    assert waist.rate_hz == pytest.approx(20)
    assert {one.why for one in skipped} == {"broken lines", "worn at a place that the contract does not know"}


def test_smartfallmm_whose_stamps_jump(tmp_path: Path) -> None:
    hip = [f"{number * 20},when,0,{x},{y},{z}" for number, (x, y, z) in enumerate(of(fall, 50))]
    write(tmp_path / "young_S30" / "A10T01_meta_hip.csv", [*hip, "1,2,3,4,5"])
    write(tmp_path / "young_S30" / "A11T01_meta_hip.csv", ["not a number,when,0,1,2,3"])
    watch = [
        f"2023-04-29 13:39:{number // 40 + (5 if number > 80 else 0):02}.{number % 40 * 25:03},{x * 9.80665},{y * 9.80665},0"
        for number, (x, y, _) in enumerate(of(fall, 40))
    ]
    write(tmp_path / "old_S02" / "A01T01_watch.csv", watch)
    skipped: list[Skipped] = []
    found = {trial.name: trial for trial in smartfallmm.read(tmp_path, skipped)}
    worn = found["young_S30/A10T01_meta_hip"]
    assert (worn.fell, worn.elder, worn.placement) == (True, False, Placement.WAIST)
    assert worn.rate_hz == pytest.approx(50)
    watched = found["old_S02/A01T01_watch"]
    assert (watched.fell, watched.elder, watched.placement) == (False, True, Placement.WRIST)
    assert watched.rate_hz == pytest.approx(40, rel=0.01)
    assert {one.why for one in skipped} == {"broken lines", "shorter than 1 s"}


def test_an_inertial_unit_in_thousandths_of_g(tmp_path: Path) -> None:
    rows = [f",0,{round(x * 1000)},{round(y * 1000)},{round(z * 1000)},0" for x, y, z in of(fall, 100)]
    write(tmp_path / "fall_01_Forward_Fall.csv", rows)
    (trial,) = imu.read(tmp_path, [])
    assert (trial.fell, trial.rate_hz, len(trial.samples)) == (True, 100, 700)
    assert judged(trial).found


def test_stairs_take_the_tag_alone(tmp_path: Path) -> None:
    rows = [
        f"stairs|1|t|{source}|{x}|{y}|{z}|A|6|0"
        for x, y, z in of(running, 125)
        for source in ("TAG", "WATCH_L")
    ]
    write(
        tmp_path / "stairs_P01.psv", ["SET|PARTICIPANT|TIMESTAMP|SOURCE|X|Y|Z|TYPE|ACTIVITY|IS_FALL", *rows]
    )
    (trial,) = stairs.read(tmp_path, [])
    assert (trial.subject, trial.fell, len(trial.samples)) == ("P01", False, 875)


def test_a_rate_is_told_by_stamps_that_come_in_bursts_and_jump() -> None:
    steps = [0.0, 0.0, 0.06] * 50
    steps[30], steps[31] = -40.0, 41.0
    seconds = [sum(steps[: number + 1]) for number in range(len(steps))]
    assert rate_of(np.array(seconds)) == pytest.approx(50, rel=0.05)
    assert rate_of(np.zeros(30)) == 200


def test_numbers_that_are_none_are_broken_lines(tmp_path: Path) -> None:
    write(tmp_path / "a.csv", ["h", "1,2", "nan,2", "inf,2", "x,2", "1", "", "3,4,5"])
    found, broken = rows(tmp_path / "a.csv", (0, 1))
    assert found.tolist() == [[1, 2], [3, 4]]
    assert broken == 4
    found, broken = rows(tmp_path / "a.csv", (0, 1), width=2)
    assert found.tolist() == [[1, 2]]


def test_every_peak_is_judged_by_itself_and_counted() -> None:
    """Two falls ten seconds apart in one recording are two windows, two falls; between them somebody walks."""

    twice = np.vstack([window(50, fall), window(50, fall)])
    found = judged(Trial("made", "one", "two falls", "F", Placement.WAIST, 50, twice, fell=True))
    assert found.found
    assert found.falls == 2
    assert found.windows >= 2
    still = np.tile([0.0, 1.0, 0.0], (200, 1))
    at_rest = judged(Trial("made", "one", "rest", "D", Placement.WAIST, 50, still, fell=False))
    assert (at_rest.points, at_rest.windows, at_rest.naive) == (0, 0, False)


def test_the_report_names_every_source_with_its_aims(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two data sets side by side, told apart without being named; a wrong name for one is said."""
    rows = [f",0,{round(x * 1000)},{round(y * 1000)},{round(z * 1000)},0" for x, y, z in of(fall, 100)]
    write(tmp_path / "imu" / "fall_01_Forward_Fall.csv", rows)
    calm = [f",0,{round(x * 1000)},{round(y * 1000)},0,0" for x, y, _ in of(sitting_down, 100)]
    write(tmp_path / "imu" / "adl_01_Sitting.csv", calm)
    bits = [",".join(str(round(one * 256)) for one in row) for row in of(running, 200)]
    write(tmp_path / "sisfall" / "SE01" / "D03_SE01_R01.csv", ["ax,ay,az", *bits])
    figures = tmp_path / "figures.json"

    assert main(["evaluate", "falls", str(tmp_path), "--json", str(figures)]) == 0

    found = {one["name"]: one for one in json.loads(figures.read_text(encoding="utf-8"))}
    assert found["falls_imu_waist_sensitivity"]["value"] == 1
    assert found["falls_imu_waist_sensitivity"]["limit"] == 0.98
    assert found["falls_sisfall_waist_false_elders"]["value"] == 0
    assert all(math.isfinite(one["value"]) for one in found.values())
    assert "sisfall waist" in capsys.readouterr().out

    assert main(["evaluate", "falls", str(tmp_path), "--format", "umafall"]) == 2
    assert "could be read as" in capsys.readouterr().err


def test_recorded_falls_are_found(data_dir: Path, tmp_path: Path) -> None:
    """The whole of one small data set and of the wrist watch: what the shipped charts make of them."""
    for name in ("falls-imu", "falls-weda"):
        with tarfile.open(data_dir / f"{name}.tar.xz") as archive:
            archive.extractall(tmp_path, filter="data")
    report = falls.evaluate(tmp_path, None)
    found = {figure.name: figure.value for figure in report.figures}
    assert found["falls_imu_waist_sensitivity"] == 1
    assert found["falls_imu_waist_false"] == 0
    assert found["falls_weda_wrist_sensitivity"] >= 0.95
    assert found["falls_weda_wrist_false"] <= 0.05
    assert found["falls_weda_wrist_false_elders"] == 0
