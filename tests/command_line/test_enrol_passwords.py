"""`hub enrol passwords`: after a ledger every device gets its password at once, the broker lets it in, and nobody loses one."""

import csv
import shutil
import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hub.__main__ import main
from hub.clock import wall_now
from hub.command_line.enrol_passwords import MOST_A_PAGE
from hub.core.home import DeviceKind, Family
from hub.directory.demo import demo_directory
from hub.directory.in_order import in_order
from hub.directory.model import Assignment, DeviceEntry
from hub.store import directory_rows
from hub.store.change_log import Change, Wanted, What, changes
from hub.store.store import Store
from tests.command_line.test_local import running
from tests.mqtt_client import Client
from tests.servers import PROJECT, MosquittoServer, free_port

CELL = "demo"


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """Settings of a hub that does not run, with sixty homes in its store."""
    path = tmp_path / "hub.toml"
    path.write_text(
        f'[hub]\ncell = "{CELL}"\ndata_dir = "data"\nrules = "{PROJECT}/config/rules.toml"\n'
        f'policies = "{PROJECT}/config/policies.toml"\n[mqtt]\nhost = "127.0.0.1"\nport = {free_port()}\n'
        f"[web]\nport = {free_port()}\n",
        encoding="utf-8",
    )
    (tmp_path / "data").mkdir()
    directory = demo_directory(60, wall_now() - timedelta(days=1), CELL)
    with Store.open(tmp_path / "data" / "hub.sqlite", CELL) as store:
        store.write(lambda connection: directory_rows.save(connection, directory))
    return path


@pytest.fixture
def broker_file(tmp_path: Path) -> Path:
    """A password file as it stands on the broker: the hub's own line, without an end of line, and an owner's mode."""
    path = tmp_path / "passwords"
    path.write_text("hub:$7$101$c2FsdA==$aGFzaA==")
    path.chmod(0o640)
    return path


def give(settings: Path, listed: Path, broker_file: Path) -> int:
    return main(
        ["enrol", "passwords", str(listed), "--broker-file", str(broker_file), "--config", str(settings)]
    )


def rows(listed: Path) -> list[dict[str, str]]:
    """By the English half of each heading."""
    with listed.open(encoding="utf-8-sig", newline="") as file:
        return [{title.split(" ")[-1]: value for title, value in row.items()} for row in csv.DictReader(file)]


def noted(settings: Path) -> list[Change]:
    """Who gave passwords to which devices, newest first, as the change log has it."""
    with Store.open(settings.parent / "data" / "hub.sqlite", CELL, create=False) as store:
        wanted = Wanted(what=What.PASSWORDS_MADE)
        return [line for _, line in store.write(lambda connection: changes(connection, wanted=wanted))]


def names(broker_file: Path) -> list[str]:
    return [line.split(":")[0] for line in broker_file.read_text().splitlines()]


def test_the_broker_lets_every_device_of_the_list_in_by_its_own_password(
    settings: Path, broker_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = tmp_path / "devices.csv"
    assert give(settings, listed, broker_file) == 0
    made = rows(listed)
    said = capsys.readouterr().out
    assert f"{len(made)} devices got a password, 0 have one" in said
    assert not any(row["password"] in said + broker_file.read_text() for row in made)
    assert all(row["username"] == f"{CELL}/{row['home_id']}/{row['device_id']}" for row in made)
    assert (stat.S_IMODE(listed.stat().st_mode), stat.S_IMODE(broker_file.stat().st_mode)) == (0o600, 0o640)
    assert names(broker_file)[0] == "hub"
    assert set(names(broker_file)[1:]) == {row["username"] for row in made}

    acl = PROJECT / "config" / "mosquitto" / "acl"
    one, other = made[0], made[1]
    with MosquittoServer(tmp_path / "broker", password_file=broker_file, acl_file=acl) as server:
        for row, password, let_in in ((one, one["password"], True), (one, other["password"], False)):
            client = Client(server.host, server.port, user=row["username"], password=password, version_5=True)
            assert client.connect().is_failure is not let_in
            client.leave()


def test_the_list_says_where_each_device_hangs_as_one_walks(
    settings: Path, broker_file: Path, tmp_path: Path
) -> None:
    listed = tmp_path / "devices.csv"
    assert give(settings, listed, broker_file) == 0
    text = listed.read_text(encoding="utf-8-sig")
    assert text.splitlines()[0].startswith("地址 address,房间 room,设备 device,")
    made = rows(listed)
    directory = demo_directory(60, wall_now() - timedelta(days=1), CELL)
    for row in made:
        place = next(one for one in directory.homes if one.id == row["home_id"])
        assert row["address"].endswith(place.flat)
    assert [row["address"] for row in made] == sorted((row["address"] for row in made), key=in_order)
    assert {"一键呼叫器 button", "挂坠 pendant"} <= {row["device"] for row in made}
    assert "卫生间 bathroom" in {row["room"] for row in made}
    assert not [elder.name for elder in directory.elders if elder.name in text], (
        "a list that is carried around"
    )


def test_the_change_log_tells_who_gave_passwords_to_which_devices(
    settings: Path, broker_file: Path, tmp_path: Path
) -> None:
    listed = tmp_path / "devices.csv"
    assert give(settings, listed, broker_file) == 0
    made = rows(listed)
    told = noted(settings)
    assert {line.by for line in told} == {"local"}
    given = [one for line in told for one in line.data["devices"] or [line.about_id]]
    assert sorted(given) == sorted(row["device_id"] for row in made)
    assert len({line.data["centre"] for line in told}) > 1, "each centre reads of its own devices"
    assert not any(row["password"] in repr(told) for row in made)
    assert give(settings, tmp_path / "none.csv", broker_file) == 0
    assert len(noted(settings)) == len(told), "who gave nobody a password leaves no line"


def test_only_who_has_none_gets_one_and_a_list_is_never_written_over(
    settings: Path, broker_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    assert give(settings, first, broker_file) == 0
    lines = broker_file.read_text().splitlines()
    moved, old = lines[3], f"{CELL}/h9999/button-gone:$7$101$c2FsdA==$aGFzaA=="
    broker_file.write_text("\n".join([old, *(line for line in lines if line != moved)]) + "\n")
    capsys.readouterr()

    assert give(settings, first, broker_file) == 2
    assert "first.csv: is there already" in capsys.readouterr().err
    assert moved.split(":")[0] not in names(broker_file), "no line without a list that holds its password"

    assert give(settings, second, broker_file) == 0
    said = capsys.readouterr().out
    assert [row["username"] for row in rows(second)] == [moved.split(":")[0]]
    assert set(lines) - {moved} <= set(broker_file.read_text().splitlines()), "who had one keeps it"
    assert f"sudo mosquitto_passwd -D {broker_file} {CELL}/h9999/button-gone" in said

    assert give(settings, tmp_path / "third.csv", broker_file) == 0
    assert "0 devices got a password" in capsys.readouterr().out
    assert not (tmp_path / "third.csv").exists()


def test_a_broker_file_that_is_not_there_is_said_before_anything_is_written(
    settings: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert give(settings, tmp_path / "list.csv", tmp_path / "none") == 2
    assert "--broker-file" in capsys.readouterr().err
    assert not (tmp_path / "list.csv").exists()


def test_no_list_stays_of_passwords_that_the_broker_did_not_learn(
    settings: Path, broker_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "passwords.new").mkdir()
    (tmp_path / "passwords.new" / "in the way").touch()
    before = broker_file.read_text()
    assert give(settings, tmp_path / "list.csv", broker_file) == 2
    assert "nothing was changed" in capsys.readouterr().err
    assert broker_file.read_text() == before
    assert not (tmp_path / "list.csv").exists()


@pytest.mark.slow
def test_a_running_hub_is_asked_for_the_same_devices(
    settings: Path, broker_file: Path, tmp_path: Path
) -> None:
    still, running_list = tmp_path / "still.csv", tmp_path / "running.csv"
    before = broker_file.read_text()
    assert give(settings, still, broker_file) == 0
    broker_file.write_text(before)
    told_still = noted(settings)
    with running(settings):
        assert give(settings, running_list, broker_file) == 0
    told_running = noted(settings)[: -len(told_still)]
    assert [(line.by, line.data) for line in told_running] == [(line.by, line.data) for line in told_still]
    places = [
        [(row["address"], row["room"], row["device"]) for row in rows(one)] for one in (still, running_list)
    ]
    assert places[0] == places[1]
    assert [row["username"] for row in rows(running_list)] == [row["username"] for row in rows(still)]
    assert len(rows(still)) > MOST_A_PAGE, "more than one page of devices"


def with_a_zigbee_gateway(settings: Path) -> tuple[str, str]:
    """Enrol the gateway gate-1 in the store; returns its home and another one."""
    at = wall_now() - timedelta(days=1)
    directory = demo_directory(60, at, CELL)
    here, there = directory.homes[0].id, directory.homes[1].id
    changed = replace(
        directory,
        devices=(*directory.devices, DeviceEntry("gate-1", DeviceKind.GATEWAY, Family.ZIGBEE2MQTT)),
        assignments=(*directory.assignments, Assignment("gate-1", here, at)),
    )
    with Store.open(settings.parent / "data" / "hub.sqlite", CELL) as store:
        store.write(lambda connection: directory_rows.save(connection, changed))
    return here, there


def test_a_zigbee_gateway_gets_its_home_in_the_access_list_once_and_no_other(
    settings: Path, broker_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = with_a_zigbee_gateway(settings)
    access_list = broker_file.with_name("acl")
    shutil.copy(PROJECT / "config" / "mosquitto" / "acl", access_list)
    access_list.chmod(0o640)
    listed = tmp_path / "devices.csv"
    assert give(settings, listed, broker_file) == 0
    assert "1 gateways of Zigbee2MQTT may now speak for their homes" in capsys.readouterr().out
    assert give(settings, tmp_path / "again.csv", broker_file) == 0
    user = f"{CELL}/{first}/gate-1"
    assert access_list.read_text().count(f"user {user}\n") == 1
    assert stat.S_IMODE(access_list.stat().st_mode) == 0o640
    (row,) = [row for row in rows(listed) if row["device_id"] == "gate-1"]
    with MosquittoServer(tmp_path / "broker", password_file=broker_file, acl_file=access_list) as server:
        gateway = Client(server.host, server.port, user=user, password=row["password"], version_5=True)
        with gateway:
            assert not gateway.publish(f"z2m/v1/{CELL}/{first}/sos", b"{}").is_failure
            assert gateway.publish(f"z2m/v1/{CELL}/{second}/sos", b"{}").is_failure


def test_without_an_access_list_the_lines_are_told(
    settings: Path, broker_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, _ = with_a_zigbee_gateway(settings)
    assert give(settings, tmp_path / "devices.csv", broker_file) == 0
    said = capsys.readouterr().out
    assert f"user {CELL}/{home}/gate-1\ntopic readwrite z2m/v1/{CELL}/{home}/#" in said
