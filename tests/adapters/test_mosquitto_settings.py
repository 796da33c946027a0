"""The shipped Mosquitto settings and access list, on a real Mosquitto."""

import subprocess
from collections.abc import Iterator

import pytest

from firmware_contracts.topics import Address
from firmware_contracts.vocabulary import Kind
from tests.mqtt_client import Client
from tests.servers import PROJECT, MosquittoServer, require_program

PASSWORD = "correct horse"
BUTTON = "demo/h0001/button01"
OTHER = "demo/h0002/button02"
GATEWAY = "demo/h0001/gateway01"
USERS = ("hub", GATEWAY, BUTTON, OTHER)
NOT_AUTHORISED = 0x87


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MosquittoServer]:
    folder = tmp_path_factory.mktemp("access")
    passwords = folder / "passwords"
    passwords.touch(mode=0o600)
    program = require_program("mosquitto_passwd", "sudo apt install mosquitto")
    for user in USERS:
        subprocess.run([str(program), "-b", str(passwords), user, PASSWORD], check=True, capture_output=True)
    acl = folder / "acl"
    # The two lines of a gateway stand in the shipped list as an example.
    shipped = (PROJECT / "config" / "mosquitto" / "acl").read_text(encoding="utf-8")
    acl.touch(mode=0o600)
    acl.write_text(shipped.replace("#user ", "user ").replace("#topic ", "topic "))
    with MosquittoServer(folder, password_file=passwords, acl_file=acl) as running:
        yield running


def connect(server: MosquittoServer, user: str | None, password: str = PASSWORD) -> Client:
    return Client(server.host, server.port, user=user, password=password if user else None, version_5=True)


def test_the_access_list_knows_every_kind_of_the_contract(server: MosquittoServer) -> None:
    button = Address("demo", "h0001", "button01")
    with connect(server, BUTTON) as client:
        refused = [kind for kind in Kind if client.publish(button.up(kind), b"{}").is_failure]
    assert refused == []


@pytest.mark.parametrize(
    ("user", "topic", "allowed"),
    [
        (BUTTON, "care/v1/demo/h0001/button01/call", True),
        (BUTTON, "care/v1/demo/h0001/button01/cmd", False),
        (BUTTON, "care/v1/demo/h0001/button01/anything", False),
        (BUTTON, "care/v1/demo/h0001/other/call", False),
        (BUTTON, "care/v1/demo/h0002/button02/call", False),
        (BUTTON, "care/v1/demo/h0002/button02/cmd", False),
        (BUTTON, "z2m/v1/demo/h0001/button", False),
        ("hub", "care/v1/demo/h0001/button01/cmd", True),
        ("hub", "care/v1/demo/h0001/button01/call", False),
        ("hub", "z2m/v1/demo/h0001/siren/set", True),
        (GATEWAY, "z2m/v1/demo/h0001/button", True),
        (GATEWAY, "z2m/v1/demo/h0002/button", False),
        (GATEWAY, "care/v1/demo/h0001/button01/call", False),
    ],
)
def test_who_may_say_what(server: MosquittoServer, user: str, topic: str, allowed: bool) -> None:
    with connect(server, user) as client:
        answer = client.publish(topic, b"{}")
    assert (answer.value != NOT_AUTHORISED) == allowed, f"{user} on {topic}: {answer}"


@pytest.mark.parametrize(("user", "password"), [(None, ""), ("hub", "guess"), ("stranger", PASSWORD)])
def test_strangers_stay_outside(server: MosquittoServer, user: str | None, password: str) -> None:
    client = connect(server, user, password)
    assert client.connect().is_failure
    client.leave()


def test_a_device_hears_its_own_commands_only(server: MosquittoServer) -> None:
    with connect(server, BUTTON) as button, connect(server, OTHER) as other, connect(server, "hub") as hub:
        button.subscribe("#")
        hub.subscribe("care/v1/#")
        other.publish(f"care/v1/{OTHER}/call", b"not for the button")
        assert hub.next_message().payload == b"not for the button"
        hub.publish(f"care/v1/{OTHER}/cmd", b"not for the button either")
        hub.publish(f"care/v1/{BUTTON}/cmd", b"for the button")
        assert button.next_message().payload == b"for the button"
