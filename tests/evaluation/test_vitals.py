"""`hub evaluate vitals` on folders made for the purpose, and on real recordings where they are."""

import tarfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from hub.command_line.evaluate import UnusableError, judge
from hub.evaluation.report import Report, Table

HEADING = "patient_id,date,device_type,value,unit"


def folder(tmp_path: Path, readings: Sequence[str], labels: Sequence[str] | None) -> Path:
    place = tmp_path / "people"
    place.mkdir()
    (place / "Physiology.csv").write_text("\n".join([HEADING, *readings]) + "\n", encoding="utf-8")
    if labels is not None:
        (place / "Labels.csv").write_text(
            "\n".join(["patient_id,date,type", *labels]) + "\n", encoding="utf-8"
        )
    return place


def systolic(day: int, value: float, patient: str = "a") -> str:
    return f"{patient},2019-05-{day:02} 08:00:00,Systolic blood pressure,{value},mm[Hg]"


def figures(report: Report) -> dict[str, float]:
    return {one.name: one.value for one in report.figures}


def table(report: Report, title: str) -> Table:
    (found,) = [one for one in report.tables if one.title.startswith(title)]
    return found


def test_days_that_clinicians_confirmed_are_found_or_not(tmp_path: Path) -> None:
    place = folder(
        tmp_path,
        [systolic(1, 165), systolic(2, 130), systolic(3, 161), systolic(4, 140), systolic(5, 120, "b")],
        ["a,2019-05-01 07:00:00,Blood pressure", "a,2019-05-02 07:00:00,Blood pressure"],
    )
    found = figures(judge("vitals", place, None))
    assert found["tihm_blood_pressure_recall"] == 0.5
    assert found["tihm_blood_pressure_precision"] == 0.5
    assert found["tihm_blood_pressure_per_100_days"] == 40
    assert found["tihm_naive_blood_pressure_recall"] == 0.5
    assert (found["tihm_people"], found["tihm_person_days"]) == (2, 5)


def test_a_kind_of_event_that_nothing_can_be_judged_by_is_said(tmp_path: Path) -> None:
    place = folder(tmp_path, [systolic(1, 120)], ["a,2019-05-01 12:00:00,Agitation"])
    report = judge("vitals", place, "tihm")
    assert ("Agitation", "1", "0") in [row[:3] for row in table(report, "Days with an event").rows]
    assert figures(report)["tihm_agitation_recall"] == 0
    assert any("Agitation" in note for note in report.notes)


def test_what_cannot_be_read_is_said_with_its_line(tmp_path: Path) -> None:
    place = folder(
        tmp_path,
        [
            systolic(1, 120),
            "a,yesterday,Heart rate,70,beats/min",
            "a,2019-05-02 08:00:00,Heart rate,nan,beats/min",
            "a,2019-05-02 08:00:00,Grip,70,kg",
            "a,2019-05-02 08:00:00,Body Temperature,74.1,Cel",
            ",2019-05-02 08:00:00,Heart rate,70,beats/min",
        ],
        ["a,2019-05-01 07:00:00,Blood pressure", "a,soon,Pulse"],
    )
    report = judge("vitals", place, None)
    said = {one.what: one.why for one in report.skipped}
    assert said["Physiology.csv:3"] == said["Physiology.csv:4"] == "is no reading with a date and a number"
    assert said["Physiology.csv:5 (Grip)"] == "is of a kind that the hub does not know"
    assert said["Physiology.csv:7"] == "names no patient"
    assert said["Labels.csv:3"] == "is no event with a date and a kind"
    assert figures(report)["tihm_implausible"] == 1


def test_readings_without_events_prove_nothing(tmp_path: Path) -> None:
    with pytest.raises(UnusableError, match="nothing can be held against events"):
        judge("vitals", folder(tmp_path, [systolic(1, 165)], None), None)


def test_stays_of_a_ward_are_scored_hour_by_hour(tmp_path: Path) -> None:
    ill = ["hour,HR,O2Sat,Temp,SBP,Resp,FiO2,SepsisLabel"]
    ill += [f"{hour},80,97,37,120,16,0.21,0" for hour in range(3)]
    ill += [f"{hour},132,90,39.5,88,26,0.5,{int(hour > 6)}" for hour in range(3, 9)]
    (tmp_path / "ill.csv").write_text("\n".join([*ill, "9,x,,,,,,0"]), encoding="utf-8")
    well = [
        "hour|HR|O2Sat|Temp|SBP|Resp|FiO2|SepsisLabel",
        *(f"{hour}|80|97||120||0.21|0" for hour in range(9)),
    ]
    (tmp_path / "well.psv").write_text("\n".join(well), encoding="utf-8")
    report = judge("vitals", tmp_path, None)
    found = figures(report)
    assert (found["physionet_score_7_with_sepsis"], found["physionet_score_7_without"]) == (1, 0)
    assert [one.what for one in report.skipped] == ["ill.csv:11"]
    row = table(report, "2 stays").rows[1]
    assert row[2] == "4 h"


@pytest.fixture(scope="module")
def recorded(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("vitals")
    with tarfile.open(data_dir / "vitals.tar.xz") as archive:
        members = [one for one in archive if "tihm" in one.name]
        archive.extractall(place, members=members, filter="data")
    return place


def test_blood_pressure_of_people_with_dementia_beats_one_threshold(recorded: Path) -> None:
    found = figures(judge("vitals", recorded, "tihm"))
    assert found["tihm_blood_pressure_precision"] >= 0.90
    assert found["tihm_blood_pressure_recall"] >= found["tihm_naive_blood_pressure_recall"] + 0.05
    assert found["tihm_pulse_recall"] >= 0.9
