"""The list of `hub enrol passwords`: each device's place in words, its name and password, in a new file of its owner only.

Whoever carries it from flat to flat finds the device by address and room; a spreadsheet shows it as it is.
"""

import csv
import io
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from hub.directory.credentials import Credentials
from hub.directory.in_order import in_order
from hub.directory.model import DeviceEntry
from hub.ledger.cells import for_csv
from hub.web.words import WORDS

TITLES = (
    "地址 address",
    "房间 room",
    "设备 device",
    "设备编号 device_id",
    "用户名 username",
    "密码 password",
    "住户编号 home_id",
)


class Refused(Exception):
    """The text says what is wrong with a file or with what the hub answered, and what to do."""


@dataclass(frozen=True, slots=True)
class Hung:
    """A device, the home it belongs to now and where that is. `room` is its name or its kind; None: no room is known."""

    home_id: str
    device: DeviceEntry
    address: str
    room: str | None


def write_list(path: Path, made: Iterable[tuple[Hung, Credentials]]) -> None:
    """By address and room, as one walks. Raises Refused; then there is no file of this run."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(TITLES)
    for one, fresh in sorted(made, key=lambda pair: _as_one_walks(pair[0])):
        writer.writerow(
            (
                for_csv(one.address),
                for_csv(_room(one.room)),
                _both(f"device.{one.device.kind.value}"),
                one.device.id,
                fresh.username,
                fresh.password,
                one.home_id,
            )
        )
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise Refused(
            f"{path}: is there already, and may hold passwords that stand nowhere else; name a new file"
        ) from error
    except OSError as error:
        raise Refused(f"{path}: cannot be written ({error.strerror}); name another place") from error
    try:
        # Excel takes Chinese without the mark for something else.
        with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as file:
            file.write(text.getvalue())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        raise Refused(f"{path}: cannot be written ({error.strerror}); name another place") from error


def _as_one_walks(one: Hung) -> tuple[str, str, str, str]:
    return in_order(one.address), one.home_id, in_order(_room(one.room)), one.device.id


def _room(room: str | None) -> str:
    """A room that somebody named keeps its name; one known by its kind is told in both languages."""
    if room is None:
        return ""
    return _both(f"room.{room}") if f"room.{room}" in WORDS else room


def _both(key: str) -> str:
    return " ".join(WORDS[key])
