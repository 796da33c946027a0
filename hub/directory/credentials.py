"""What a device needs to speak to the broker: its user name, and a fresh password that is shown once and kept nowhere in clear.

The line for Mosquitto's password file holds a salted hash, as `mosquitto_passwd` writes it. A native device speaks under its own
name, which the access list knows by pattern; a gateway of Zigbee2MQTT speaks for its whole home, and has lines of its own there.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass

from hub.core.home import DeviceKind, Family
from hub.directory.model import DeviceEntry

BROKER_FILE = "/etc/mosquitto/passwords"
_ITERATIONS = 101
"""Mosquitto's own number. The password is long and random, so nobody guesses it however quick a guess is."""
_SALT_BYTES = 12
_PASSWORD_BYTES = 18


@dataclass(frozen=True, slots=True)
class Credentials:
    """`password` exists here only. `line` goes into the password file; `command` makes the same line by hand. `access` are lines
    for the access list, for who is not let through by its patterns."""

    username: str
    password: str
    line: str
    command: str
    access: tuple[str, ...] = ()


def has_its_own(device: DeviceEntry) -> bool:
    """Whether it connects to the broker itself; a foreign device speaks through its gateway."""
    return device.family != Family.ZIGBEE2MQTT or device.kind is DeviceKind.GATEWAY


def access_of(cell: str, home_id: str, device: DeviceEntry) -> tuple[str, ...]:
    """The lines of a foreign gateway in the access list: its home's topics and no other's."""
    if device.family != Family.ZIGBEE2MQTT or device.kind is not DeviceKind.GATEWAY:
        return ()
    return f"user {cell}/{home_id}/{device.id}", f"topic readwrite z2m/v1/{cell}/{home_id}/#"


def of_device(cell: str, home_id: str, device: DeviceEntry) -> Credentials | None:
    """Fresh ones for this device in this home; None for a foreign device, which speaks through its gateway."""
    if not has_its_own(device):
        return None
    username = f"{cell}/{home_id}/{device.id}"
    password = _fresh()
    return Credentials(
        username=username,
        password=password,
        line=f"{username}:{hashed(password, secrets.token_bytes(_SALT_BYTES))}",
        command=f"sudo mosquitto_passwd {BROKER_FILE} {username}",
        access=access_of(cell, home_id, device),
    )


def _fresh() -> str:
    """Begins with a letter: a list opened in Excel must not turn it into a formula, nor a command take it for an option."""
    while not (password := secrets.token_urlsafe(_PASSWORD_BYTES))[0].isalpha():
        pass
    return password


def names_in(password_file: str) -> tuple[str, ...]:
    """Who has a line in a password file of Mosquitto's."""
    lines = (line.strip() for line in password_file.splitlines())
    return tuple(line.partition(":")[0] for line in lines if line and not line.startswith("#"))


def users_in(access_list: str) -> tuple[str, ...]:
    """Who has lines of their own in an access list of Mosquitto's."""
    lines = (line.split(maxsplit=1) for line in access_list.splitlines())
    return tuple(words[1].strip() for words in lines if len(words) == 2 and words[0] == "user")


def hashed(password: str, salt: bytes) -> str:
    """Mosquitto's `$7$`: PBKDF2 with HMAC-SHA-512."""
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ITERATIONS)
    return f"$7${_ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def removal(cell: str, home_id: str, device_id: str) -> str:
    """The command that takes a device's old name from the password file."""
    return f"sudo mosquitto_passwd -D {BROKER_FILE} {cell}/{home_id}/{device_id}"
