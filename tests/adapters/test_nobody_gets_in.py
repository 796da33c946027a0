"""On a real Mosquitto with the shipped settings: a device of one home reaches no other home's topics, nor the hub's place,
whether it proves itself by a password or by a certificate; and whoever cannot prove anything stays outside."""

import queue
import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from firmware_contracts.topics import Address
from firmware_contracts.vocabulary import Kind
from hub.command_line import certificates
from hub.core.home import DeviceKind, Family
from hub.directory import credentials
from hub.directory.model import DeviceEntry
from hub.ingest.message import SessionName
from hub.ingest.mqtt import topics_of
from tests.mqtt_client import Client
from tests.servers import PROJECT, SHIPPED_SETTINGS, MosquittoServer, free_port, require_program

BUTTON = Address("demo", "h0001", "button01")
NEIGHBOUR = Address("demo", "h0002", "button02")
ROOMMATE = Address("demo", "h0001", "cord01")
GATEWAY = Address("demo", "h0001", "gateway01")
OTHER_GATEWAY = Address("demo", "h0002", "gateway02")
HUB_PASSWORD = "correct horse"
A_MOMENT_S = 0.3

NATIVE = (BUTTON, NEIGHBOUR, ROOMMATE)
ZIGBEE = (GATEWAY, OTHER_GATEWAY)


def name_of(address: Address) -> str:
    return f"{address.cell}/{address.home}/{address.device}"


def entry(address: Address) -> DeviceEntry:
    if address in ZIGBEE:
        return DeviceEntry(address.device, DeviceKind.GATEWAY, Family.ZIGBEE2MQTT)
    return DeviceEntry(address.device, DeviceKind.BUTTON)


def shipped_listener(number: int, port: int, certs: Path) -> list[str]:
    """A listener that stands ready in the shipped settings, with the test's port and files."""
    lines = SHIPPED_SETTINGS.read_text(encoding="utf-8").splitlines()
    first = lines.index(f"#listener {number}")
    block: list[str] = []
    for line in lines[first:]:
        if not line.startswith("#"):
            break
        if not line.startswith("# "):
            block.append(line[1:].replace("/etc/mosquitto/certs", str(certs)))
    block[0] = f"listener {port} 127.0.0.1"
    return block


@dataclass(frozen=True)
class Broker:
    """A running broker with the shipped listeners, its authority, and who has which password."""

    server: MosquittoServer
    folder: Path
    passwords: dict[str, str]
    by_password: int
    by_certificate: int
    for_the_hub: int

    @property
    def authority(self) -> Path:
        return self.folder / "authority"

    def trusting(self, certificate: Path | None = None) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=str(self.authority / "ca.crt"))
        if certificate is not None:
            context.load_cert_chain(certificate, certificate.with_suffix(".key"))
        return context

    def own(self, address: Address) -> Path:
        return self.authority / "devices" / address.cell / address.home / f"{address.device}.crt"

    def hub(self, session: str = "") -> Client:
        return Client(self.server.host, self.server.port, user="hub", password=HUB_PASSWORD, session=session)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    require_program("openssl", "sudo apt install openssl")
    folder = tmp_path_factory.mktemp("nobody")
    authority, hub_authority = folder / "authority", folder / "hub-authority"
    certificates.make_authority(authority)
    certificates.give_broker(authority, ["127.0.0.1", "localhost"])
    certificates.make_authority(hub_authority)
    certificates.give_device(hub_authority, certificates.HUB)
    for address in (*NATIVE, *ZIGBEE):
        certificates.give_device(authority, name_of(address))
    certs = folder / "certs"
    certs.mkdir()
    for name in ("ca.crt", "broker.crt", "broker.key", "revoked.crl"):
        shutil.copy(authority / name, certs / name)
    shutil.copy(hub_authority / "ca.crt", certs / "hub-ca.crt")
    lines, passwords = [f"hub:{credentials.hashed(HUB_PASSWORD, b'salt' * 3)}"], {"hub": HUB_PASSWORD}
    access = [(PROJECT / "config" / "mosquitto" / "acl").read_text(encoding="utf-8")]
    for address in (*NATIVE, *ZIGBEE):
        made = credentials.of_device(address.cell, address.home, entry(address))
        assert made is not None
        lines.append(made.line)
        access += made.access
        passwords[made.username] = made.password
    password_file, acl = folder / "passwords", folder / "acl"
    password_file.touch(mode=0o600)
    password_file.write_text("\n".join(lines) + "\n")
    acl.touch(mode=0o600)
    acl.write_text("\n".join(access) + "\n")
    by_password, by_certificate, for_the_hub = free_port(), free_port(), free_port()
    extra = (
        *shipped_listener(8883, by_password, certs),
        *shipped_listener(8884, by_certificate, certs),
        *shipped_listener(8885, for_the_hub, certs),
    )
    with MosquittoServer(folder / "m", password_file=password_file, acl_file=acl, extra=extra) as server:
        yield Broker(server, folder, passwords, by_password, by_certificate, for_the_hub)


Door = Callable[..., Client]


@pytest.fixture(params=["password", "certificate"])
def come(request: pytest.FixtureRequest, broker: Broker) -> Door:
    """How a device comes in: `come(address)`, with what it may tell about itself."""

    def by_password(address: Address, **more: object) -> Client:
        name = name_of(address)
        return Client(
            *("127.0.0.1", broker.by_password),
            user=name,
            password=broker.passwords[name],
            tls=broker.trusting(),
            **more,  # type: ignore[arg-type]
        )

    def by_certificate(address: Address, **more: object) -> Client:
        return Client(
            *("127.0.0.1", broker.by_certificate),
            tls=broker.trusting(broker.own(address)),
            **more,  # type: ignore[arg-type]
        )

    return by_password if request.param == "password" else by_certificate


@pytest.fixture
def ear(broker: Broker) -> Iterator[Client]:
    """The hub, which hears everything that gets through."""
    with broker.hub() as hub:
        assert all(code.value == 1 for code in hub.subscribe("care/v1/#", "z2m/v1/#"))
        yield hub


def heard(ear: Client, come: Door) -> list[str]:
    """The topics that the hub has heard, until the neighbour says something."""
    end = NEIGHBOUR.up(Kind.HEARTBEAT)
    with come(NEIGHBOUR) as neighbour:
        neighbour.publish(end, b"the end")
    topics: list[str] = []
    while (topic := ear.next_message().topic) != end:
        topics.append(topic)
    return topics


def test_a_device_says_what_is_its_own_to_say(come: Door, ear: Client) -> None:
    with come(BUTTON, version_5=True) as button:
        answers = [button.publish(BUTTON.up(kind), b"{}") for kind in Kind]
    assert not any(answer.is_failure for answer in answers)
    assert heard(ear, come) == [BUTTON.up(kind) for kind in Kind]


FOREIGN_TOPICS = [
    *(NEIGHBOUR.up(kind) for kind in Kind),
    *(ROOMMATE.up(kind) for kind in Kind),
    *(address.cmd for address in NATIVE),
    "care/v1/other/h0001/button01/call",
    "care/v1/demo/h0001/button01/anything",
    "care/v1/demo/h0001/button01/call/more",
    "care/v1/demo/h0001/call",
    "z2m/v1/demo/h0001/button01",
    "z2m/v1/demo/h0001/sos",
    "z2m/v1/demo/h0002/sos",
    "z2m/v1/demo/h0001/siren/set",
    "z2m/v1/demo/h0001/bridge/request/permit_join",
    "anything",
]


@pytest.mark.parametrize("retain", [False, True], ids=["live", "retained"])
def test_a_device_says_nothing_on_any_other_topic(come: Door, ear: Client, retain: bool) -> None:
    for topic in FOREIGN_TOPICS:
        with come(BUTTON) as button:
            button.attempt(topic, b"{}", retain=retain)
    assert heard(ear, come) == []


@pytest.mark.parametrize("topic", [NEIGHBOUR.up(Kind.CALL), ROOMMATE.up(Kind.CALL), NEIGHBOUR.cmd])
def test_nor_does_its_last_will(come: Door, ear: Client, topic: str) -> None:
    button = come(BUTTON, will=(topic, b"{}"))
    code = button.connect()
    if not code.is_failure:
        button.vanish()
    assert heard(ear, come) == []


def test_its_own_last_will_is_heard(come: Door, ear: Client) -> None:
    button = come(BUTTON, will=(BUTTON.up(Kind.STATUS), b"gone"))
    assert not button.connect().is_failure
    button.vanish()
    assert ear.next_message().topic == BUTTON.up(Kind.STATUS)


WIDE = [
    "#",
    "+/#",
    "care/#",
    "care/v1/#",
    "care/v1/demo/+/+/call",
    "care/v1/demo/+/+/cmd",
    NEIGHBOUR.cmd,
    ROOMMATE.cmd,
    NEIGHBOUR.up(Kind.CALL),
    "z2m/v1/#",
    "$SYS/#",
    "$share/all/care/v1/#",
    "$share/all/care/v1/+/+/+/cmd",
]


@pytest.mark.parametrize("topics", WIDE)
def test_a_device_hears_its_own_commands_and_nothing_else(come: Door, broker: Broker, topics: str) -> None:
    with broker.hub() as hub:
        hub.publish(NEIGHBOUR.cmd, b"kept for the neighbour", retain=True)
        with come(BUTTON) as button:
            button.subscribe(topics)
            button.subscribe(BUTTON.cmd)
            with come(NEIGHBOUR) as neighbour, come(OTHER_GATEWAY) as gateway:
                neighbour.publish(NEIGHBOUR.up(Kind.CALL), b"a press next door")
                gateway.publish("z2m/v1/demo/h0002/sos", b"a press next door")
            hub.publish(NEIGHBOUR.cmd, b"for the neighbour")
            hub.publish(ROOMMATE.cmd, b"for the room mate")
            hub.publish(BUTTON.cmd, b"for the button")
            assert button.next_message().payload == b"for the button"
            # Of a wide and a narrow subscription the broker may send two copies: both are its own.
            try:
                while True:
                    assert button._messages.get(timeout=A_MOMENT_S).payload == b"for the button"
            except queue.Empty:
                pass
        hub.publish(NEIGHBOUR.cmd, b"", retain=True)


def test_nobody_takes_the_place_of_the_hub_or_of_another_device(come: Door, broker: Broker) -> None:
    """By its client id: who comes with the same ends the session of the other and takes what waits in it."""
    names = [f"care-hub-demo-{session.value}" for session in SessionName]
    with broker.hub(names[0]) as hub:
        hub.subscribe(*topics_of("demo")[SessionName.URGENT])
        with come(NEIGHBOUR, session=name_of(NEIGHBOUR)) as neighbour:
            neighbour.subscribe(NEIGHBOUR.cmd)
            for taken in (*names, name_of(NEIGHBOUR), "button02"):
                with come(BUTTON, session=taken) as button:
                    button.publish(BUTTON.up(Kind.CALL), taken.encode())
                    assert hub.next_message().payload == taken.encode(), "the hub's session goes on"
            hub.publish(NEIGHBOUR.cmd, b"still there")
            assert neighbour.next_message().payload == b"still there"
    with come(BUTTON, session=names[0]) as button:
        assert not button._mqtt.is_connected() or button.publish(BUTTON.up(Kind.CALL), b"waits") is not None
        with pytest.raises(queue.Empty):
            button._messages.get(timeout=A_MOMENT_S)
    with broker.hub(names[0]) as hub:
        assert hub.session_present
        assert hub.next_message().payload == b"waits", "and what came while it was away is its own"


@pytest.mark.parametrize(
    ("topic", "allowed"),
    [
        ("z2m/v1/demo/h0001/sos", True),
        ("z2m/v1/demo/h0001/bridge/state", True),
        ("z2m/v1/demo/h0002/sos", False),
        ("z2m/v1/demo/h0002/siren/set", False),
        ("z2m/v1/other/h0001/sos", False),
        (BUTTON.up(Kind.CALL), False),
        (BUTTON.cmd, False),
        (NEIGHBOUR.up(Kind.CALL), False),
    ],
)
def test_a_zigbee_gateway_speaks_for_its_own_home(come: Door, ear: Client, topic: str, allowed: bool) -> None:
    with come(GATEWAY) as gateway:
        gateway.attempt(topic, b"{}")
    assert heard(ear, come) == ([topic] if allowed else [])


def test_a_zigbee_gateway_hears_of_its_own_home_alone(come: Door, broker: Broker) -> None:
    with broker.hub() as hub, come(GATEWAY) as gateway:
        gateway.subscribe("#")
        hub.publish("z2m/v1/demo/h0002/siren/set", b"next door")
        hub.publish(BUTTON.cmd, b"for the button")
        hub.publish("z2m/v1/demo/h0001/siren/set", b"here")
        assert gateway.next_message().payload == b"here"


# --- who cannot prove who they are ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("user", "password"),
    [
        (None, None),
        (name_of(BUTTON), "guess"),
        (name_of(BUTTON), ""),
        ("demo/h0009/nobody", HUB_PASSWORD),
        ("+/+/+", HUB_PASSWORD),
        ("#", HUB_PASSWORD),
        ("hub", "guess"),
    ],
)
def test_without_the_right_password_nobody_comes_in(
    broker: Broker, user: str | None, password: str | None
) -> None:
    stranger = Client("127.0.0.1", broker.by_password, user=user, password=password, tls=broker.trusting())
    assert stranger.connect().is_failure
    stranger.leave()


def stays_outside(broker: Broker, certificate: Path | None, port: int | None = None) -> bool:
    context = broker.trusting(certificate)
    # Of TLS 1.3 a client learns only by its next word that it was refused.
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    client = Client("127.0.0.1", port or broker.by_certificate, tls=context)
    try:
        return client.connect().is_failure
    except (OSError, queue.Empty):
        return True
    finally:
        client.leave()


def test_without_a_certificate_of_the_authority_nobody_comes_in(broker: Broker, tmp_path: Path) -> None:
    assert not stays_outside(broker, broker.own(BUTTON)), "the right one does"
    assert stays_outside(broker, None)
    strangers = tmp_path / "strangers"
    certificates.make_authority(strangers)
    certificates.give_device(strangers, name_of(BUTTON))
    assert stays_outside(broker, strangers / "devices" / "demo" / "h0001" / "button01.crt")
    assert stays_outside(broker, broker.own(BUTTON), broker.for_the_hub), "a device is not the hub"
    hub = broker.folder / "hub-authority" / "devices" / "hub.crt"
    assert stays_outside(broker, hub), "nor comes the hub's own in among the devices"
    assert not stays_outside(broker, hub, broker.for_the_hub)


def test_an_expired_certificate_stays_outside(broker: Broker) -> None:
    name = "demo/h0001/old"
    certificates.give_device(broker.authority, name)
    assert not stays_outside(broker, broker.authority / "devices" / f"{name}.crt")
    request = ["req", "-new", "-key", f"devices/{name}.key", "-subj", "/CN=demo\\/h0001\\/old"]
    signed = ["ca", "-batch", "-notext", "-config", "openssl.cnf", "-extensions", "device"]
    dates = ["-startdate", "20200101000000Z", "-enddate", "20200201000000Z"]
    for command in (
        [*request, "-config", "openssl.cnf", "-out", "old.csr"],
        [*signed, *dates, "-in", "old.csr", "-out", f"devices/{name}.crt"],
    ):
        subprocess.run(
            ["openssl", *command],
            cwd=broker.authority,
            env={"HUB_CERTIFICATE_NAMES": "DNS:x", "PATH": "/usr/bin:/bin"},
            check=True,
            capture_output=True,
        )
    assert stays_outside(broker, broker.authority / "devices" / f"{name}.crt")


def test_a_revoked_certificate_stays_outside_once_the_broker_has_the_list(broker: Broker) -> None:
    name = "demo/h0001/lost"
    certificates.give_device(broker.authority, name)
    lost = broker.folder / "lost.crt"
    shutil.copy(broker.authority / "devices" / f"{name}.crt", lost)
    shutil.copy(broker.authority / "devices" / f"{name}.key", lost.with_suffix(".key"))
    assert not stays_outside(broker, lost)
    said = certificates.give_device(broker.authority, name)
    assert "the earlier certificate is revoked" in said
    shutil.copy(broker.authority / "revoked.crl", broker.folder / "certs" / "revoked.crl")
    broker.server.restart()
    assert stays_outside(broker, lost)
    assert not stays_outside(broker, broker.authority / "devices" / f"{name}.crt"), "its new one does not"
    assert not stays_outside(broker, broker.own(BUTTON))
