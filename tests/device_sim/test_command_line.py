"""The command line as a user meets it: what it prints, how it ends, and what the load generator counts."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path
from threading import Event

import pytest

from device_sim.__main__ import main
from device_sim.link import Broker
from device_sim.load import Measurement, run_load
from device_sim.load_messages import parse_mix
from device_sim.scenario import shipped_scenarios
from device_sim.spec import SpecError, load_fleet, synthesise
from firmware_contracts.messages import CallMessage, FallMessage, HeartbeatMessage, VitalMessage
from tests.device_sim.hub_stand_in import WITHIN_S, HubStandIn
from tests.e2e.test_gateway import BROKER_PASSWORD, broker_with_users
from tests.servers import MosquittoServer, free_port


def test_load_is_sent_acknowledged_heard_and_keeps_the_contract(
    mosquitto: MosquittoServer, cell: str
) -> None:
    with HubStandIn(mosquitto.host, mosquitto.port, cell) as hub:
        report = run_load(
            synthesise(20, cell),
            Broker(mosquitto.host, mosquitto.port),
            mix=parse_mix("vitals=90,calls=5,falls=5"),
            rate_per_s=300,
            lasts_s=1.0,
            boot=5,
            stop=Event(),
            listen=True,
        )
        assert report["sent"] == report["acked"] > 0
        events = report["by_kind"]["calls"]["sent"] + report["by_kind"]["falls"]["sent"]
        assert report["heard"]["events"] == report["heard"]["heard"] == events > 0
        # The stand-in decodes each with the contract's models; numbers and events are each used once.
        messages = [hub.next(VitalMessage, CallMessage, FallMessage) for _ in range(report["sent"])]
    assert len({(address, message.seq) for address, message in messages}) == len(messages)
    assert len({m.event_id for _, m in messages if isinstance(m, CallMessage | FallMessage)}) == events


@pytest.mark.parametrize(("sent", "kept_up"), [(300, True), (294, True), (293, False)])
def test_a_load_says_whether_it_was_as_fast_as_wanted(sent: int, kept_up: bool) -> None:
    seen = Measurement(sent=Counter(vitals=sent), sending_s=1.0)
    assert seen.report(300, listening=False)["kept_up"] is kept_up


@pytest.mark.parametrize("text", ["vitals=x", "screams=1", "vitals=0", "vitals=-1,calls=2", ""])
def test_a_mix_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(SpecError, match="--mix"):
        parse_mix(text)


def test_scenarios_and_fleets_are_listed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["list"]) == 0
    listed = capsys.readouterr().out
    assert all(name in listed for name in shipped_scenarios())
    assert main(["list", "--homes", "2", "--json"]) == 0
    path = tmp_path / "fleet.json"
    path.write_text(capsys.readouterr().out, encoding="utf-8")
    assert load_fleet(path) == synthesise(2)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--scenario", "sos"],
        ["press", "h0001", "button01"],
        ["load", "--seconds", "1"],
    ],
)
def test_a_missing_broker_is_a_sentence_and_a_status(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--broker", f"127.0.0.1:{free_port()}"]) == 2
    assert "no broker answers at 127.0.0.1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--scenario", "soss"], "unknown scenario 'soss'; known: "),
        (["--broker", "nowhere"], "written as HOST:PORT"),
        (["--fleet", "/no/such/file"], "cannot be read"),
        (["press", "h1", "b1", "--action", "service"], "--category belongs"),
    ],
)
def test_mistakes_are_said_in_words(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert words in capsys.readouterr().err


def test_a_refused_log_in_is_said_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    user, typed = "demo/h1/b1", tmp_path / "typed"
    with broker_with_users(tmp_path / "mosquitto", user) as server:
        at = ("--broker", f"{server.host}:{server.port}")
        asked = (*("press", "h1", "b1"), *at)
        for arguments, password, words in (
            (("run", *at), "", "lets nobody in without user name and password"),
            ((*asked, "--username", user), "wrong", f"refused the user name {user} or its password"),
            (asked, f"{user}:wrong", f"refused the user name {user} or its password"),
        ):
            typed.write_text(f"{password}\n", encoding="utf-8")
            given = ("--password-file", str(typed)) if password else ()
            assert main([*arguments, *given]) == 2
            said = capsys.readouterr().err
            assert words in said
            assert "wrong" not in said
            assert BROKER_PASSWORD not in said


def test_ctrl_c_ends_a_run_with_its_report(mosquitto: MosquittoServer, cell: str) -> None:
    command = [
        sys.executable,
        "-m",
        "device_sim",
        "--homes",
        "2",
        "--cell",
        cell,
        "--scenario",
        "sos",
        "--stay",
    ]
    with (
        HubStandIn(mosquitto.host, mosquitto.port, cell) as hub,
        subprocess.Popen(
            [*command, "--speed", "600", "--broker", f"{mosquitto.host}:{mosquitto.port}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process,
    ):
        try:
            caller, _ = hub.next(CallMessage)
            # One heartbeat may come with the call; the next of this device is a second away: by then it has the answer.
            for _ in range(2):
                while hub.next(HeartbeatMessage)[0] != caller:
                    pass
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=WITHIN_S)
        finally:
            process.kill()
    report = json.loads(out)
    assert report["published"]["call"] >= 1
    assert report["unheard"] == []
    assert process.returncode == 0
    assert b"Traceback" not in err


def test_a_reader_that_goes_away_is_no_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "device_sim", "list"], stdout=writer, stderr=subprocess.PIPE, text=True,
            timeout=60, check=False,
        )  # fmt: skip
    finally:
        os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")
