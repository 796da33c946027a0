"""`hub certificates`: an authority of one's own, the broker's certificate, one for each device, and the list of those revoked.

For devices that prove themselves by a certificate instead of a password: its name is the device's user name at the broker,
cell/home/device. The work is done by `openssl`; the authority is a folder, and its key never leaves it.
"""

import argparse
import ipaddress
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from firmware_contracts.topics import parse_up

HUB = "hub"
LONGEST_NAME = 64
"""Of a certificate's common name, by X.509."""
AUTHORITY_DAYS = 7300
BROKER_DAYS = 825
DEVICE_DAYS = 3650
LIST_DAYS = 3650

_SETTINGS = f"""# Made by `hub certificates`.
[ca]
default_ca = own
[own]
database = index.txt
new_certs_dir = issued
certificate = ca.crt
private_key = ca.key
rand_serial = yes
default_md = sha256
default_crl_days = {LIST_DAYS}
unique_subject = no
policy = names
copy_extensions = none
[names]
commonName = supplied
[req]
distinguished_name = asked
prompt = no
[asked]
[authority]
basicConstraints = critical, CA:true, pathlen:0
keyUsage = critical, keyCertSign, cRLSign
[device]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = clientAuth
[broker]
basicConstraints = critical, CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = $ENV::HUB_CERTIFICATE_NAMES
"""


class Refused(Exception):
    """The text says what is wrong and what to do."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION")

    def action(name: str, text: str, run: Callable[[argparse.Namespace], str]) -> argparse.ArgumentParser:
        one = actions.add_parser(name, help=text)
        one.add_argument(
            "folder", type=Path, metavar="FOLDER", help="the authority's; keep it off the network"
        )
        one.set_defaults(run=lambda args: _told(run, args))
        return one

    action("authority", "a new authority in a new folder", lambda args: make_authority(args.folder))
    broker = action(
        "broker", "the broker's certificate", lambda args: give_broker(args.folder, args.hosts, args.days)
    )
    broker.add_argument(
        "hosts", nargs="+", metavar="HOST", help="names and addresses under which devices reach the broker"
    )
    broker.add_argument("--days", type=int, default=BROKER_DAYS)
    device = action(
        "device",
        "a device's certificate; an earlier one of that name is revoked",
        lambda args: give_device(args.folder, args.name, args.days),
    )
    device.add_argument("name", metavar="CELL/HOME/DEVICE", help=f"or {HUB}, for a hub on another machine")
    device.add_argument("--days", type=int, default=DEVICE_DAYS)
    gone = action(
        "revoke", "a device's certificate counts no more", lambda args: revoke(args.folder, args.name)
    )
    gone.add_argument("name", metavar="CELL/HOME/DEVICE")


def _told(run: Callable[[argparse.Namespace], str], args: argparse.Namespace) -> int:
    try:
        print(run(args))
    except Refused as error:
        print(error, file=sys.stderr)
        return 2
    return 0


# --- what is done -----------------------------------------------------------------------------------------------------


def make_authority(folder: Path) -> str:
    """A key, its certificate and an empty list of revoked ones."""
    try:
        folder.mkdir(mode=0o700, parents=True)
    except OSError as error:
        raise Refused(
            f"{folder}: cannot be made ({error.strerror}); name a folder that is not there"
        ) from error
    (folder / "issued").mkdir()
    (folder / "index.txt").touch()
    (folder / "openssl.cnf").write_text(_SETTINGS, encoding="utf-8")
    _make_key(folder, "ca.key")
    common = "/CN=care-hub devices"
    _openssl(
        *(folder, "req", "-x509", "-new", "-key", "ca.key", "-subj", common, "-days", str(AUTHORITY_DAYS)),
        *("-config", "openssl.cnf", "-extensions", "authority", "-out", "ca.crt"),
    )
    _write_list(folder)
    return (
        f"authority in {folder}: guard ca.key, whoever has it can make any device's certificate\n"
        f"for the broker: {folder / 'ca.crt'} and {folder / 'revoked.crl'}"
    )


def give_broker(folder: Path, hosts: list[str], days: int = BROKER_DAYS) -> str:
    """The broker's key and certificate, for all names under which it is reached."""
    _expect_authority(folder)
    names = ",".join(f"{'IP' if _is_address(host) else 'DNS'}:{host}" for host in hosts)
    _issue(folder, "broker", hosts[0], "broker", days, names)
    return f"for the broker: {folder / 'broker.crt'} and {folder / 'broker.key'}; for the devices: {folder / 'ca.crt'}"


def give_device(folder: Path, name: str, days: int = DEVICE_DAYS) -> str:
    """A device's key and certificate, under devices/ by its name."""
    _expect_authority(folder)
    stem = _stem(name)
    (folder / stem).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    said = []
    if (folder / f"{stem}.crt").exists():
        said.append(revoke(folder, name))
    _issue(folder, stem, name, "device", days)
    return "\n".join(
        [f"for the device: {folder / stem}.crt and {folder / stem}.key, and {folder / 'ca.crt'}", *said]
    )


def revoke(folder: Path, name: str) -> str:
    """From the next start of the broker on, with the new list, this certificate lets nobody in."""
    _expect_authority(folder)
    certificate = f"{_stem(name)}.crt"
    if not (folder / certificate).exists():
        raise Refused(f"{name}: has no certificate of {folder}; look below {folder / 'devices'}")
    _openssl(folder, "ca", "-config", "openssl.cnf", "-revoke", certificate)
    (folder / certificate).rename(folder / f"{certificate}.revoked")
    _write_list(folder)
    return (
        f"{name}: the earlier certificate is revoked. Copy {folder / 'revoked.crl'} to the broker and restart it: "
        "sudo systemctl restart mosquitto"
    )


# --- inside -----------------------------------------------------------------------------------------------------------


def _issue(folder: Path, stem: str, name: str, extensions: str, days: int, names: str = "") -> None:
    _make_key(folder, f"{stem}.key")
    escaped = name.replace("/", r"\/")
    request = ("req", "-new", "-key", f"{stem}.key", "-subj", f"/CN={escaped}", "-config", "openssl.cnf")
    _openssl(folder, *request, "-out", f"{stem}.csr")
    signed = (
        "ca",
        "-batch",
        "-notext",
        "-config",
        "openssl.cnf",
        "-extensions",
        extensions,
        "-days",
        str(days),
    )
    _openssl(folder, *signed, "-in", f"{stem}.csr", "-out", f"{stem}.crt", names=names)
    (folder / f"{stem}.csr").unlink()


def _make_key(folder: Path, name: str) -> None:
    """P-256, which microcontrollers know; readable by its owner only from the first moment."""
    (folder / name).unlink(missing_ok=True)
    (folder / name).touch(mode=0o600)
    _openssl(folder, "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", name)


def _write_list(folder: Path) -> None:
    _openssl(folder, "ca", "-config", "openssl.cnf", "-gencrl", "-out", "revoked.crl")


def _stem(name: str) -> str:
    """Where a device's certificate lies in the folder."""
    if name != HUB and parse_up(f"care/v1/{name}/call") is None:
        raise Refused(f"{name}: is no user name of a device; write CELL/HOME/DEVICE, as hub enrol shows it")
    if len(name) > LONGEST_NAME:
        raise Refused(
            f"{name}: has {len(name)} characters and a certificate holds at most {LONGEST_NAME}; give the device a password "
            "instead, or shorter ids"
        )
    return f"devices/{name}"


def _expect_authority(folder: Path) -> None:
    if not (folder / "ca.key").exists():
        raise Refused(f"{folder}: holds no authority; make one first: hub certificates authority {folder}")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _openssl(folder: Path, *arguments: str, names: str = "") -> None:
    program = shutil.which("openssl")
    if program is None:
        raise Refused("openssl is not installed: sudo apt install openssl")
    done = subprocess.run(
        [program, *arguments],
        cwd=folder,
        env={**os.environ, "HUB_CERTIFICATE_NAMES": names or "DNS:localhost"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Refused(f"openssl {arguments[0]} refused in {folder}: {done.stderr.strip()}")
