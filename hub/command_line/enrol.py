"""`hub enrol`: a home, its elders, rooms and devices from the command line, asked of the hub that runs on these settings.

An installer's laptop and scripts use it; it does what the pages do, by the same interface.
"""

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hub.command_line import enrol_passwords
from hub.core.home import DeviceKind, Family, Flag, Membership
from hub.directory.model import RoomKind

Arguments = argparse.Namespace


def add_arguments(
    parser: argparse.ArgumentParser, add_config: Callable[[argparse.ArgumentParser], None]
) -> None:
    actions = parser.add_subparsers(title="actions", required=True, metavar="ACTION")

    def action(name: str, text: str, run: Callable[[Arguments], int]) -> argparse.ArgumentParser:
        one = actions.add_parser(name, help=text)
        add_config(one)
        one.set_defaults(run=run)
        return one

    home = action("home", "a home that nobody lives in yet", _home)
    home.add_argument("--region", required=True, metavar="ID", help="its compound or narrowest region")
    home.add_argument("--centre", metavar="ID", help="the centre that answers")
    for name in ("id", "building", "stair", "flat", "door-code", "phone", "note"):
        home.add_argument(f"--{name}", default="")
    home.add_argument("--floor", type=int)
    home.add_argument("--no-lift", action="store_true")
    home.add_argument("--care-bed", action="store_true")
    home.add_argument(
        "--second-household",
        action="store_true",
        help="another family behind a door that is enrolled already",
    )
    home.add_argument("--rooms", nargs="*", choices=list(RoomKind), default=["bedroom", "bathroom"])

    elder = action("elder", "an elder who moves in: not yet open", _elder)
    elder.add_argument("home")
    elder.add_argument("--name", required=True)
    elder.add_argument("--call-name", required=True, help="what the voice calls them")
    elder.add_argument("--butler", metavar="ID", help="needed where the home has none yet")
    elder.add_argument("--id", default="")
    elder.add_argument(
        "--comes-back", action="store_true", help="the id is that of somebody who left, and is back"
    )
    elder.add_argument("--level", type=int, default=0, help="ability level 0-4")
    elder.add_argument("--birth-year", type=int)
    elder.add_argument("--flags", nargs="*", choices=list(Flag), default=[])
    elder.add_argument("--note", default="")

    room = action("room", "one more room", _room)
    room.add_argument("home")
    room.add_argument("kind", choices=list(RoomKind))
    room.add_argument("--name", default="", help="of a second one of its kind")

    device = action("device", "a device, with fresh credentials for the broker", _device)
    device.add_argument("home")
    device.add_argument("device")
    device.add_argument("kind", choices=list(DeviceKind))
    _add_place(device)
    device.add_argument("--family", default=Family.NATIVE.value, choices=[one.value for one in Family])
    device.add_argument("--model", default="")
    device.add_argument(
        "--speaks", action="store_true", help="it says sentences and shows where a call stands"
    )
    device.add_argument("--one-way", action="store_true", help="it cannot be told anything")

    move = action("move", "a device hangs in another home, or in another room, from now on", _move)
    move.add_argument("device")
    move.add_argument("home")
    _add_place(move)

    recover = action("recover", "a device was fetched and belongs to no home", _recover)
    recover.add_argument("device")
    password = action("password", "fresh credentials for a device", _password)
    password.add_argument("device")
    enrol_passwords.add_arguments(
        action("passwords", "broker passwords for all devices that have none yet", enrol_passwords.run)
    )

    becomes = action("becomes", "what became of an elder: paused, active, left, deceased", _becomes)
    becomes.add_argument("home")
    becomes.add_argument("elder")
    becomes.add_argument("membership", choices=list(Membership))
    becomes.add_argument(
        "--from", dest="from_at", metavar="TIME", help="2026-03-31T08:00+08:00; now if missing"
    )
    becomes.add_argument("--until", dest="until_at", metavar="TIME", help="the end of a pause")

    check = action("check", "what is done of an installation, who answered, is it open", _check)
    check.add_argument("home")
    action("unprotected", "homes that cannot rely on a call now, and devices to be fetched", _unprotected)


def _add_place(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--room", metavar="ID")
    parser.add_argument("--wearer", metavar="ID", help="the elder who wears it")


def _home(args: Arguments) -> int:
    body = {
        "region_id": args.region,
        "centre_id": args.centre,
        "rooms": args.rooms,
        "lift": not args.no_lift,
        **{key: getattr(args, key) for key in ("id", "building", "stair", "flat", "floor", "door_code")},
        **{key: getattr(args, key) for key in ("phone", "note", "care_bed", "second_household")},
    }
    return _ask(args, "POST", "/enrol/homes", body, lambda made: print(f"home {made['home_id']}"))


def _elder(args: Arguments) -> int:
    body = {
        "ability_level": args.level,
        "butler_id": args.butler,
        "comes_back": args.comes_back,
        **{key: getattr(args, key) for key in ("id", "name", "call_name", "birth_year", "flags", "note")},
    }
    return _ask(
        *(args, "POST", f"/enrol/homes/{args.home}/elders", body),
        lambda made: print(f"elder {made['id']} in home {made['home_id']}: not yet open"),
    )


def _room(args: Arguments) -> int:
    body = {"kind": args.kind, "name": args.name}
    return _ask(
        *(args, "POST", f"/enrol/homes/{args.home}/rooms", body),
        lambda made: print(f"room {made['id']} of home {made['home_id']}"),
    )


def _device(args: Arguments) -> int:
    body = {
        "id": args.device,
        **{key: getattr(args, key) for key in ("kind", "family", "model", "speaks", "one_way")},
        **_place(args),
    }
    return _ask(args, "POST", f"/enrol/homes/{args.home}/devices", body, _show_enrolled)


def _move(args: Arguments) -> int:
    body = {"home_id": args.home, **_place(args)}
    return _ask(args, "POST", f"/devices/{args.device}/move", body, _show_enrolled)


def _recover(args: Arguments) -> int:
    return _ask(args, "POST", f"/devices/{args.device}/recover", {}, _show_enrolled)


def _password(args: Arguments) -> int:
    return _ask(args, "POST", f"/devices/{args.device}/credentials", {}, _show_enrolled)


def _becomes(args: Arguments) -> int:
    body = {"to": args.membership, "from_at": args.from_at, "until_at": args.until_at}
    return _ask(
        *(args, "POST", f"/homes/{args.home}/residents/{args.elder}/membership", body),
        lambda _: print(f"elder {args.elder} of home {args.home}: {args.membership}"),
    )


def _check(args: Arguments) -> int:
    return _ask(args, "GET", f"/homes/{args.home}/checklist", None, _show_checklist)


def _unprotected(args: Arguments) -> int:
    return _ask(args, "GET", "/unprotected", None, _show_unprotected)


# --- showing ----------------------------------------------------------------------------------------------------------


def _show_enrolled(made: Mapping[str, Any]) -> None:
    where = f"home {made['home_id']}" if made["base_topic"] else "the stock"
    print(f"device {made['device_id']} in {where}")
    secret = made["credentials"]
    if secret is not None:
        print(f"user name  {secret['username']}")
        print(f"password   {secret['password']}   (shown once: the hub keeps none)")
        print(f"line for the broker's password file:\n{secret['line']}\nor run: {secret['command']}")
        if secret["access"]:
            print("lines for the broker's access list:", *secret["access"], sep="\n")
    elif made["base_topic"]:
        print(f"topics begin with {made['base_topic']}/{made['device_id']}")
    for command in made["remove"]:
        print(f"take the old name away: {command}")


def _show_checklist(found: Mapping[str, Any]) -> None:
    print(f"{found['home_id']}: {_both(_verdict(found))}")
    for step in found["steps"]:
        print(f"  [{'x' if step['done'] else ' '}] {_both('check.' + step['key'])}")
    for device in found["devices"]:
        said = "never heard" if device["last_seen_at"] is None else f"heard {device['last_seen_at']}"
        if device["caller"]:
            by = device["answered_by"]
            said += f", pressed {device['pressed_at'] or 'never'}"
            said += f", answered by {by['id']} {device['answered_at']}" if by else ""
        print(f"  {device['id']} ({device['kind']}): {said}")


def _show_unprotected(found: Mapping[str, Any]) -> None:
    if not found["people_are_told"]:
        print(_both("notice.no_channel"))
        print(_both("notice.no_channel_remedy"))
    for home in found["unprotected"]:
        for gap in home["gaps"]:
            print(f"{home['home_id']}\t{gap['since_at']}\t{_both('gap.' + gap['gap'])}")
    for home in found["not_proven"]:
        print(f"{home['home_id']}\t{home['since_at']}\t{_both('unprotected.not_proven')}")
    for one in found["to_fetch"]:
        print(f"{one['home_id']}\t{one['since_at']}\tto fetch: {one['device_id']}")


def _verdict(found: Mapping[str, Any]) -> str:
    if not found["open"]:
        return "check.not_open"
    return "check.open" if found["proven"] else "check.by_word"


def _both(key: str) -> str:
    from hub.web.words import WORDS

    return " / ".join(WORDS[key])


# --- asking -----------------------------------------------------------------------------------------------------------


def _place(args: Arguments) -> dict[str, Any]:
    return {"room_id": args.room, "wearer_id": args.wearer}


def _ask(
    args: Arguments, method: str, path: str, body: Any, show: Callable[[Mapping[str, Any]], None]
) -> int:
    """Ask the running hub and show what it says; returns the exit code."""
    import httpx

    from hub.command_line.local import NotAllowed, call, complaint
    from hub.config.settings import ConfigProblems

    config: Path = args.config
    try:
        answer = call(config, method, f"/api/v1{path}", json=body)
    except (ConfigProblems, NotAllowed) as error:
        print(error, file=sys.stderr)
        return 2
    except httpx.HTTPError as error:
        print(f"the hub did not answer ({error}); look at /readyz and read before repeating", file=sys.stderr)
        return 2
    if answer is None:
        print(
            f"no hub runs on {config}: start it first (hub run, or systemctl start care-hub)", file=sys.stderr
        )
        return 2
    if answer.is_error:
        print(complaint(answer), file=sys.stderr)
        zh = answer.json().get("zh") if "json" in answer.headers.get("content-type", "") else None
        if zh:
            print(zh, file=sys.stderr)
        return 2
    show(answer.json())
    return 0
