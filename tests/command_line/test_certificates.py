"""`hub certificates` as it is typed; what its certificates are worth on a broker: tests/adapters/test_nobody_gets_in.py."""

import stat
import subprocess
from pathlib import Path

import pytest

from hub.__main__ import main
from tests.servers import require_program

pytestmark = pytest.mark.usefixtures("openssl")


@pytest.fixture
def openssl() -> None:
    require_program("openssl", "sudo apt install openssl")


def shown(certificate: Path, what: str) -> str:
    command = ["openssl", "x509", "-in", str(certificate), "-noout", what]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_from_an_authority_to_a_device(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "authority"
    assert main(["certificates", "authority", str(folder)]) == 0
    assert "guard ca.key" in capsys.readouterr().out
    assert main(["certificates", "broker", str(folder), "gateway.local", "192.168.1.10"]) == 0
    assert main(["certificates", "device", str(folder), "demo/h0001/button01"]) == 0
    device = folder / "devices" / "demo" / "h0001" / "button01.crt"
    assert str(device) in capsys.readouterr().out
    assert "CN = demo/h0001/button01" in shown(device, "-subject")
    command = ["openssl", "x509", "-in", str(folder / "broker.crt"), "-noout", "-ext", "subjectAltName"]
    names = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "DNS:gateway.local" in names
    assert "IP Address:192.168.1.10" in names
    keys = [folder / "ca.key", folder / "broker.key", device.with_suffix(".key")]
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    first = shown(device, "-serial")
    assert main(["certificates", "device", str(folder), "demo/h0001/button01"]) == 0
    assert "the earlier certificate is revoked" in capsys.readouterr().out
    assert shown(device, "-serial") != first
    assert main(["certificates", "revoke", str(folder), "demo/h0001/button01"]) == 0
    assert not device.exists()
    command = ["openssl", "crl", "-in", str(folder / "revoked.crl"), "-noout", "-text"]
    assert (
        subprocess.run(command, capture_output=True, text=True, check=True).stdout.count("Serial Number") == 2
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["device", "demo/h0001/button01"], "holds no authority; make one first"),
        (["broker", "localhost"], "holds no authority; make one first"),
    ],
)
def test_without_an_authority_it_says_how_to_make_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    action, name = arguments
    assert main(["certificates", action, str(tmp_path / "none"), name]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("action", "name", "told"),
    [
        ("device", "button01", "is no user name of a device"),
        ("device", "demo/h0001/+", "is no user name of a device"),
        ("device", f"demo/h0001/{'b' * 60}", "a certificate holds at most 64"),
        ("revoke", "demo/h0001/button09", "has no certificate"),
    ],
)
def test_a_name_that_cannot_be_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], action: str, name: str, told: str
) -> None:
    folder = tmp_path / "authority"
    assert main(["certificates", "authority", str(folder)]) == 0
    assert main(["certificates", action, str(folder), name]) == 2
    assert told in capsys.readouterr().err
    assert main(["certificates", "authority", str(folder)]) == 2, "an authority is not made over another"
