"""What a device needs to speak to the broker: its user name, and a fresh password that is shown once and kept nowhere in clear.

The line for Mosquitto's password file holds a salted hash, as `mosquitto_passwd` writes it.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass

from hub.core.home import Family
from hub.directory.model import DeviceEntry

BROKER_FILE = "/etc/mosquitto/passwords"
_ITERATIONS = 101
"""Mosquitto's own number. The password is long and random, so nobody guesses it however quick a guess is."""
_SALT_BYTES = 12
_PASSWORD_BYTES = 18


@dataclass(frozen=True, slots=True)
class Credentials:
    """`password` exists here only. `line` goes into the password file; `command` makes the same line by hand."""

    username: str
    password: str
    line: str
    command: str


def of_device(cell: str, home_id: str, device: DeviceEntry) -> Credentials | None:
    """Fresh ones for this device in this home; None for a foreign device, which speaks through its gateway."""
    if device.family == Family.ZIGBEE2MQTT:
        return None
    username = f"{cell}/{home_id}/{device.id}"
    password = _fresh()
    return Credentials(
        username=username,
        password=password,
        line=f"{username}:{hashed(password, secrets.token_bytes(_SALT_BYTES))}",
        command=f"sudo mosquitto_passwd {BROKER_FILE} {username}",
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


def hashed(password: str, salt: bytes) -> str:
    """Mosquitto's `$7$`: PBKDF2 with HMAC-SHA-512."""
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, _ITERATIONS)
    return f"$7${_ITERATIONS}${base64.b64encode(salt).decode()}${base64.b64encode(digest).decode()}"


def removal(cell: str, home_id: str, device_id: str) -> str:
    """The command that takes a device's old name from the password file."""
    return f"sudo mosquitto_passwd -D {BROKER_FILE} {cell}/{home_id}/{device_id}"
