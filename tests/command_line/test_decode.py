"""`hub decode`: what an installer or a firmware engineer sees for a recorded file."""

import io
import json
from pathlib import Path

import pytest

from hub.command_line.decode import main

CALL = {
    "topic": "care/v1/demo/h0001/button01/call",
    "payload": '{"v":1,"boot":1,"seq":2,"uptime_ms":5000,"event_id":"press-0001","age_ms":4000,"action":"emergency"}',
}


def write(folder: Path, *lines: object) -> str:
    path = folder / "recorded.jsonl"
    text = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    path.write_text("\n".join(text) + "\n", encoding="utf-8")
    return str(path)


def test_each_line_says_what_the_hub_makes_of_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(
        tmp_path,
        CALL,
        {
            "topic": "zigbee2mqtt/btn",
            "payload": {"action": "single", "battery": 9},
            "device": "Heiman HS1EB button",
            "qos": 0,
        },
        {"topic": "zigbee2mqtt/siren/set", "payload": '{"warning":{"mode":"emergency"}}', "id": "p1"},
        "",
        {"topic": "tele/sonoff/LWT", "payload": "Offline", "retain": True},
        {"topic": "care/v1/demo/h0001/button01/call", "payload": "{"},
    )
    assert main([file]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "line 1  event     h0001/button01: 求救 emergency call, 4 s before it was sent"
    assert out[1].startswith("line 2  event     home/btn: 求救 emergency call; 电量 battery 9 %; QoS 0")
    assert out[2] == "line 3 (p1)  ignored   home/siren: 下行指令 a command to a device, not a sign from one"
    assert out[3].startswith("line 5  rejected  not_this_contract: no family that the hub knows")
    assert out[4].startswith("line 6  rejected  h0001/button01: not_json: ")
    assert "urgent alert" in out[4]
    assert out[5] == "2 event(s), 1 ignored, 2 rejected"


def test_json_for_programs_and_standard_input(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(json.dumps(CALL).encode() + b"\n")))
    assert main(["-", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["outcome"], told["home_id"], told["device_id"], told["uptime"]) == (
        "event",
        "h0001",
        "button01",
        5.0,
    )
    assert told["facts"][0]["fact"] == "Call"
    assert told["facts"][0]["event_id"] == "press-0001"


def test_bases_and_models_of_the_house(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write(
        tmp_path,
        {"topic": "first/卧室", "payload": '{"action":"hold"}'},
        {"topic": "second/a", "payload": '{"action":"hold"}'},
    )
    options = [
        "--z2m-base",
        "first",
        "--z2m-base",
        "second/",
        "--home",
        "h7",
        "--model",
        "卧室=HS1EB",
        "--model",
        "a=TS0202",
    ]
    assert main([file, *options]) == 0
    first, second, _ = capsys.readouterr().out.splitlines()
    assert "h7/" in first
    assert "求救 emergency call" in first
    assert "h7/a: 在线 alive" in second


@pytest.mark.parametrize(
    ("line", "remedy"),
    [
        ("{", "line 2 is not JSON"),
        ("[" * 100_000, "line 2 is not JSON"),
        ('{"topic": 7, "payload": ""}', "line 2 has no topic and payload: write"),
        ('{"topic": "a"}', "line 2 has no topic and payload: write"),
        ('{"topic": "a", "payload": "", "qos": 3}', "line 2: qos must be 0, 1 or 2"),
        ('{"topic": "a", "payload": "", "qos": [1]}', "line 2: qos must be 0, 1 or 2"),
    ],
)
def test_a_broken_line_is_named_and_the_others_are_still_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, remedy: str
) -> None:
    assert main([write(tmp_path, CALL, line, CALL)]) == 2
    captured = capsys.readouterr()
    assert remedy in captured.err
    assert captured.out.count("求救") == 2


@pytest.mark.parametrize(
    ("arguments", "remedy"),
    [
        (["/nowhere/file.jsonl"], "cannot be read"),
        (["-", "--model", "HS1EB"], "write it as NAME=MODEL"),
        (["-", "--model", "a=HS9"], "unknown model 'HS9'; known: TS0601_sos, "),
    ],
)
def test_what_cannot_begin_says_what_to_change(
    capsys: pytest.CaptureFixture[str], arguments: list[str], remedy: str
) -> None:
    assert main(arguments) == 2
    assert remedy in capsys.readouterr().err


def test_a_line_in_another_encoding_says_so_and_the_others_are_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "gbk.jsonl"
    call = json.dumps(CALL).encode()
    foreign = '{"topic":"卧室","payload":""}'.encode("gbk")
    file.write_bytes(b"\n".join([call, foreign, call, b'{"topic":"a","payload":"\xff"}', call, b""]))
    assert main([str(file)]) == 2
    told = capsys.readouterr()
    assert [line.split("  ")[0] for line in told.out.splitlines()] == [
        *("line 1", "line 3", "line 5"),
        "3 event(s), 0 ignored, 0 rejected",
    ]
    assert told.err.splitlines() == [
        f"hub decode: line {number} is not UTF-8 (from its byte {byte}): save the recording as UTF-8"
        for number, byte in ((2, 11), (4, 25))
    ]


def test_half_a_character_in_a_name_can_be_printed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for options in ([], ["--json"]):
        assert main([write(tmp_path, '{"topic":"x","payload":"","id":"\\ud800"}'), *options]) == 0
        assert "ud800" in capsys.readouterr().out.encode().decode()
