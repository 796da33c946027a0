"""`hub enrol passwords`: broker passwords for all devices that have none yet, after a ledger brought many at once.

Who has one stands in the broker's own password file, for the hub keeps none: its names are read, lines are added. The passwords
themselves go into one list that only its owner may read, for writing them into the devices.
"""

import argparse
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from hub.clock import wall_now
from hub.command_line import local
from hub.command_line.password_list import Hung, Refused, write_list
from hub.config.settings import ConfigProblems, Settings, load
from hub.core.home import UNASSIGNED_HOME_ID, DeviceKind
from hub.data_dir import store_path
from hub.directory import credentials
from hub.directory.credentials import Credentials
from hub.directory.model import DeviceEntry, Directory, holds
from hub.directory.profiles import address, region_path, room_name
from hub.store import change_log, directory_rows
from hub.store.change_log import passwords_made
from hub.store.errors import StoreError
from hub.store.store import Store

BY = "local"
"""Who the command line is in the change log."""
MOST_A_PAGE = 200
_ROUNDS = 5
"""How often the list of devices is read again because devices came or went meanwhile."""
_NOTED_AT_ONCE = 500
"""Devices of one line of the change log."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "list",
        type=Path,
        metavar="LIST.csv",
        help="a new file for the passwords, readable by its owner only",
    )
    parser.add_argument(
        "--broker-file",
        type=Path,
        default=Path(credentials.BROKER_FILE),
        metavar="FILE",
        help=f"Mosquitto's password file (default {credentials.BROKER_FILE}): names in it keep theirs",
    )
    parser.add_argument(
        "--access-list",
        type=Path,
        metavar="FILE",
        help="Mosquitto's access list, for gateways of Zigbee2MQTT (default: acl beside the password file)",
    )


def run(args: argparse.Namespace) -> int:
    try:
        access_list = args.access_list or args.broker_file.with_name("acl")
        print(give_all(load(args.config), args.config, args.list, args.broker_file, access_list))
    except (Refused, ConfigProblems, StoreError, local.NotAllowed, httpx.HTTPError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def give_all(
    settings: Settings, config: Path, listed: Path, broker_file: Path, access_list: Path | None = None
) -> str:
    """Write the files; what was done, in a few lines. Raises Refused before anything is written that could be lost."""
    known = _read(broker_file)
    names = set(credentials.names_in(known))
    hung = _of_running_hub(config)
    if hung is None:
        hung = _of_store(settings)
    cell = settings.hub.cell
    made: list[tuple[Hung, Credentials]] = []
    have, foreign, wanted = 0, 0, set()
    opened = _open_homes(access_list or broker_file.with_name("acl"), cell, hung)
    for one in hung:
        fresh = credentials.of_device(cell, one.home_id, one.device)
        if fresh is None:
            foreign += 1
            continue
        wanted.add(fresh.username)
        if fresh.username in names:
            have += 1
        else:
            made.append((one, fresh))
    said = [
        f"{len(made)} devices got a password, {have} have one, {foreign} need none (their gateway speaks for them)"
    ]
    if made:
        write_list(listed, made)
        _add_lines(broker_file, known, [fresh.line for _, fresh in made], listed)
        said += [
            f"passwords for the devices: {listed} (shown nowhere else: delete it when they are written)",
            f"lines added to {broker_file}; now: sudo systemctl reload mosquitto",
        ]
        _note(settings, config, [one for one, _ in made], listed)
    said += opened
    gone = sorted(name for name in names - wanted if name.startswith(f"{cell}/"))
    if gone:
        said.append(f"{len(gone)} names of {broker_file} belong to no device any more; take them away with:")
        said += [f"sudo mosquitto_passwd -D {broker_file} {name}" for name in gone]
    return "\n".join(said)


def _open_homes(access_list: Path, cell: str, hung: Sequence[Hung]) -> list[str]:
    """Each gateway of Zigbee2MQTT may speak for its own home: what was done to the access list, or is to be done by hand."""
    wanted = {
        lines[0].partition(" ")[2]: lines
        for one in hung
        if (lines := credentials.access_of(cell, one.home_id, one.device))
    }
    if not wanted:
        return []
    known = _read(access_list) if access_list.exists() else None
    users = credentials.users_in(known or "")
    missing = [lines for user, lines in sorted(wanted.items()) if user not in users]
    gone = [user for user in users if user.startswith(f"{cell}/") and user not in wanted]
    said = []
    if missing and known is not None:
        _append(access_list, known, [line for lines in missing for line in ("", *lines)])
        said.append(
            f"{len(missing)} gateways of Zigbee2MQTT may now speak for their homes: lines added to {access_list}; "
            "now: sudo systemctl reload mosquitto"
        )
    elif missing:
        said.append(f"{access_list}: there is no such file; the broker's access list needs these lines:")
        said += [line for lines in missing for line in lines]
    if gone:
        said.append(
            f"users of {access_list} that are gateways no more, to be taken out by hand: {', '.join(gone)}"
        )
    return said


# --- which devices ----------------------------------------------------------------------------------------------------


def _of_running_hub(config: Path) -> Sequence[Hung] | None:
    """All devices of the hub that runs on these settings; None when none runs."""
    for _ in range(_ROUNDS):
        found: dict[str, Mapping[str, Any]] = {}
        asked = 0
        while True:
            answer = local.call(
                config, "GET", "/api/v1/devices", params={"limit": str(MOST_A_PAGE), "offset": str(asked)}
            )
            if answer is None:
                return None
            if answer.is_error:
                raise Refused(local.complaint(answer))
            page = answer.json()
            found |= {one["id"]: one for one in page["items"]}
            asked += MOST_A_PAGE
            if asked >= page["total"]:
                break
        # The worst come first, and what is worst changes: a device may step over the edge of two pages.
        if len(found) == page["total"]:
            return [
                Hung(
                    one["home_id"],
                    DeviceEntry(one["id"], DeviceKind(one["kind"]), one["family"]),
                    one["address"],
                    one["room"],
                )
                for _, one in sorted(found.items())
            ]
    raise Refused("the devices of the hub changed while they were read; run the same once more")


def _of_store(settings: Settings) -> Sequence[Hung]:
    at, path = wall_now(), store_path(settings)
    if path.exists() and path.stat().st_uid != os.geteuid():
        # What root leaves beside the store its own hub could not write any more.
        raise Refused(
            f"{path}: no hub runs and the store is another user's; start the hub and run the same again"
        )
    with Store.open(path, settings.hub.cell, create=False) as store:
        directory = store.write(directory_rows.load) or Directory(settings.hub.cell)
    devices = {device.id: device for device in directory.devices}
    rooms = {room.id: room for room in directory.rooms}
    regions = {region.id: region for region in directory.regions}
    addresses = {home.id: address(home, region_path(regions, home.region_id)) for home in directory.homes}
    return [
        Hung(
            one.home_id,
            devices[one.device_id],
            addresses[one.home_id],
            room_name(rooms.get(one.room_id or "")),
        )
        for one in sorted(directory.assignments, key=lambda one: one.device_id)
        if holds(one, at) and one.home_id != UNASSIGNED_HOME_ID
    ]


# --- the change log ---------------------------------------------------------------------------------------------------


def _note(settings: Settings, config: Path, hung: Sequence[Hung], listed: Path) -> None:
    """Who gave passwords, to which devices, when: in the hub's change log. The passwords stand, whatever becomes of it."""
    try:
        for first in range(0, len(hung), _NOTED_AT_ONCE):
            some = hung[first : first + _NOTED_AT_ONCE]
            body = {"device_ids": [one.device.id for one in some]}
            answer = local.call(config, "POST", "/api/v1/enrol/passwords", json=body)
            if answer is None:
                _note_in_store(settings, some)
            elif answer.is_error:
                raise Refused(local.complaint(answer))
    except (Refused, StoreError, local.NotAllowed, httpx.HTTPError) as error:
        raise Refused(
            f"the passwords are made and stand in {listed}; only the change log could not be told: {error}"
        ) from error


def _note_in_store(settings: Settings, hung: Sequence[Hung]) -> None:
    at, homes = wall_now(), {one.device.id: one.home_id for one in hung}
    with Store.open(store_path(settings), settings.hub.cell, create=False) as store:
        directory = store.write(directory_rows.load) or Directory(settings.hub.cell)
        centres = {home.id: home.centre_id for home in directory.homes}
        for line in passwords_made(at, BY, homes, centres):
            store.write(partial(change_log.note, change=line))


# --- files ------------------------------------------------------------------------------------------------------------


def _read(broker_file: Path) -> str:
    try:
        return broker_file.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise Refused(
            f"{broker_file}: there is no such file; name the broker's with --broker-file, or make an empty one "
            f"(touch {broker_file}), in which no device has a password yet"
        ) from error
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no UTF-8 text"
        raise Refused(
            f"{broker_file}: cannot be read ({reason}); run the command with sudo, or name another file with --broker-file"
        ) from error


def _add_lines(broker_file: Path, known: str, lines: Sequence[str], listed: Path) -> None:
    """All of them or none. The list goes when the broker does not learn its passwords."""
    try:
        _append(broker_file, known, lines)
    except Refused:
        listed.unlink(missing_ok=True)
        raise


def _append(broker_file: Path, known: str, lines: Sequence[str]) -> None:
    """All lines or none, owner and mode as they were."""
    begun = known if not known or known.endswith("\n") else f"{known}\n"
    beside = broker_file.with_name(f"{broker_file.name}.new")
    try:
        before = broker_file.stat()
        beside.touch(mode=0o600)
        shutil.copymode(broker_file, beside)
        os.chown(beside, before.st_uid, before.st_gid)
        with beside.open("w", encoding="utf-8") as file:
            file.write(begun + "".join(f"{line}\n" for line in lines))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(broker_file)
    except OSError as error:
        if beside.is_file():
            beside.unlink()
        raise Refused(
            f"{broker_file}: cannot be written ({error.strerror}); nothing was changed: run the command with sudo"
        ) from error
