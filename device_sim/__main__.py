"""The command line of the simulator: run homes, press one key, make load, list what there is."""

import argparse
import json
import logging
import os
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

from device_sim.deeds import CannotDo, Press, can_do
from device_sim.fleet import Fleet, Links, boot_now
from device_sim.link import Broker, BrokerUnreachable
from device_sim.load import run_load
from device_sim.load_messages import MIX, parse_mix
from device_sim.play import begin
from device_sim.pressing import PRESSED_HERE, press
from device_sim.scenario import find_scenario, load_scenario, shipped_scenarios
from device_sim.spec import (
    DeviceKind,
    DeviceSpec,
    Family,
    FleetSpec,
    HomeSpec,
    SpecError,
    load_fleet,
    synthesise,
)
from device_sim.world import World
from firmware_contracts.vocabulary import CallAction, ServiceCategory

_DONE, _NOT_HEARD, _CANNOT_START = 0, 1, 2
_READER_GONE = 128 + signal.SIGPIPE

_COMMANDS = ("run", "press", "bench", "load", "list")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns 0, 1 when a call was not heard, 2 when it could not start."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    # Without a command the homes run: `device-sim --scenario sos`.
    if not given or (given[0] not in _COMMANDS and given[0] not in {"-h", "--help"}):
        given.insert(0, "run")
    options = _parser().parse_args(given)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s", stream=sys.stderr)
    stop = Event()

    def asked_to_end(number: int, _: object) -> None:
        # The next one ends at once: told in the middle of this one, it would wait for the event's own lock for ever.
        signal.signal(number, signal.SIG_DFL)
        stop.set()

    before = {number: signal.signal(number, asked_to_end) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        done = int(options.command(options, stop))
        sys.stdout.flush()
        return done
    except BrokenPipeError:
        # Nobody reads what is printed any more (`device-sim list | head`); nor will what is still buffered be read.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return _READER_GONE
    except (SpecError, BrokerUnreachable, CannotDo) as error:
        print(f"device-sim: {error}", file=sys.stderr)
        return _CANNOT_START
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _run(options: argparse.Namespace, stop: Event) -> int:
    spec = _fleet(options)
    scenario = load_scenario(find_scenario(options.scenario))
    fleet = Fleet(
        spec, _broker(options), seed=options.seed, speed=options.speed, links=options.links, boot=options.boot
    )
    end = begin(fleet.world, scenario, options.seed)
    if options.seconds is not None:
        end = fleet.world.now + timedelta(seconds=options.seconds * options.speed)
    print(
        f"{scenario.title}: {len(spec.homes)} homes, {len(fleet.world.units)} devices, "
        f"{fleet.link_count} connections, speed {options.speed:g}; Ctrl-C ends",
        file=sys.stderr,
    )

    def finished(world: World) -> bool:
        return not options.stay and world.now >= end and (fleet.quiet or not fleet.links_up)

    fleet.run(stop, patient=options.wait, finished=finished)
    report = fleet.tally.report(fleet.world)
    print(json.dumps({"scenario": options.scenario, **report}, ensure_ascii=False))
    return _NOT_HEARD if report["unheard"] else _DONE


def _press(options: argparse.Namespace, stop: Event) -> int:
    if (options.action is CallAction.SERVICE) != (options.category is not None):
        raise SpecError("--category belongs to --action service, and only to it")
    spec = _one_device(options)
    result = press(
        spec,
        options.home,
        options.device,
        _broker(options),
        action=options.action,
        category=options.category,
        wait_s=options.wait_s,
        stop=stop,
    )
    print(
        json.dumps(
            {
                "home": options.home,
                "device": options.device,
                "action": options.action,
                "heard": result.heard,
                "seconds": round(result.seconds, 3),
                "by": result.by,
            }
        )
    )
    if result.by == PRESSED_HERE:
        print(
            f"{options.home}/{options.device} has left again, as a device that sleeps does. Unless the device itself speaks, "
            "the hub will say that it is silent: for a button 45 minutes after this press",
            file=sys.stderr,
        )
    return _NOT_HEARD if result.heard is False else _DONE


def _bench(options: argparse.Namespace, stop: Event) -> int:
    device = DeviceSpec(id=options.device, kind=options.kind)
    spec = FleetSpec(cell=options.cell, homes=(HomeSpec(id=options.home, devices=(device,)),))
    Fleet(spec, _broker(options), speed=options.speed, links=Links.DEVICE).run(stop)
    return _DONE


def _load(options: argparse.Namespace, stop: Event) -> int:
    report = run_load(
        _fleet(options),
        _broker(options),
        mix=parse_mix(options.mix),
        rate_per_s=options.rate,
        lasts_s=options.seconds,
        boot=options.boot if options.boot is not None else boot_now(datetime.now(UTC)),
        stop=stop,
        connections=options.connections,
        in_flight=options.in_flight,
        listen=options.heard,
        drain_s=options.drain,
        seed=options.seed,
    )
    print(json.dumps(report, indent=2))
    return _DONE


def _list(options: argparse.Namespace, stop: Event) -> int:
    if options.homes is not None or options.fleet is not None:
        spec = _fleet(options)
        if options.json:
            print(spec.model_dump_json(exclude_none=True))
            return _DONE
        for home in spec.homes:
            devices = " ".join(f"{device.id}({device.kind.value})" for device in home.devices)
            print(f"{spec.cell}/{home.id}: {devices}")
        return _DONE
    titles = {name: load_scenario(path).title for name, path in shipped_scenarios().items()}
    if options.json:
        print(json.dumps(titles, ensure_ascii=False))
        return _DONE
    for name, title in titles.items():
        print(f"{name:24} {title}")
    return _DONE


def _fleet(options: argparse.Namespace) -> FleetSpec:
    if options.fleet is not None:
        return load_fleet(options.fleet)
    return synthesise(1 if options.homes is None else options.homes, options.cell)


def _one_device(options: argparse.Namespace) -> FleetSpec:
    """The pressed device as the fleet file has it, else a made-up button of that id."""
    if options.fleet is None:
        spec = DeviceSpec(id=options.device, kind=DeviceKind.BUTTON, family=options.family)
        return FleetSpec(cell=options.cell, homes=(HomeSpec(id=options.home, devices=(spec,)),))
    fleet = load_fleet(options.fleet)
    for home in fleet.homes:
        for device in home.devices:
            if (home.id, device.id) == (options.home, options.device):
                if not can_do(device.kind, Press):
                    raise SpecError(f"{home.id}/{device.id} is a {device.kind.value} and has no key")
                return FleetSpec(cell=fleet.cell, homes=(home.model_copy(update={"devices": (device,)}),))
    raise SpecError(f"{options.fleet} has no device {options.home}/{options.device}; device-sim list --fleet")


def _broker(options: argparse.Namespace) -> Broker:
    host, _, port = options.broker.rpartition(":")
    if not host or not port.isdigit():
        raise SpecError(f"--broker {options.broker!r}: written as HOST:PORT, like 127.0.0.1:1883")
    password: str | None = None
    passwords: dict[str, str] = {}
    if options.password_file is not None:
        try:
            lines = options.password_file.read_text(encoding="utf-8").splitlines()
        except OSError as error:
            raise SpecError(f"--password-file {options.password_file}: {error.strerror}") from None
        if options.username is not None:
            password = lines[0] if lines else ""
        else:
            passwords = dict(line.split(":", 1) for line in lines if ":" in line)
    return Broker(host, int(port), options.username, password, passwords, options.tls_ca)


def _parser() -> argparse.ArgumentParser:
    broker = argparse.ArgumentParser(add_help=False)
    broker.add_argument("--broker", default="127.0.0.1:1883", metavar="HOST:PORT")
    broker.add_argument("--username", help="one name for all connections")
    broker.add_argument(
        "--password-file",
        type=Path,
        help="the password of --username; without --username one line cell/home/device:password for each device",
    )
    broker.add_argument("--tls-ca", type=Path, help="the authority that signed the broker's certificate")
    homes = argparse.ArgumentParser(add_help=False)
    homes.add_argument("--fleet", type=Path, help="a JSON file that names homes and devices")
    homes.add_argument("--homes", type=_positive, help="instead of a file: this many made-up homes h0001 ...")
    homes.add_argument("--cell", default="demo", help="the cell of made-up homes")
    seeded = argparse.ArgumentParser(add_help=False)
    seeded.add_argument("--seed", type=int, default=1)
    seeded.add_argument("--boot", type=int, help="the devices' boot counter (default: from the time of day)")

    parser = argparse.ArgumentParser(prog="device-sim", description="Simulated homes, devices and residents.")
    commands = parser.add_subparsers(required=True, metavar="{run,press,bench,load,list}")

    run = commands.add_parser("run", parents=[broker, homes, seeded], help="run homes through a scenario")
    run.add_argument("--scenario", default="normal_day", help="a shipped one (see list) or a .toml file")
    run.add_argument("--speed", type=_above_zero, default=1.0, help="60: an hour passes in a minute")
    run.add_argument(
        "--links", type=Links, choices=list(Links), help="connections: with 'device' wills are real"
    )
    run.add_argument("--seconds", type=_above_zero, help="end after this long instead of with the scenario")
    run.add_argument("--stay", action="store_true", help="go on after the scenario's end until Ctrl-C")
    run.add_argument("--wait", action="store_true", help="wait for a broker that is not there yet")
    run.set_defaults(command=_run)

    one = commands.add_parser("press", parents=[broker], help="press a key once and wait until it is heard")
    one.add_argument("home")
    one.add_argument("device")
    one.add_argument("--action", type=CallAction, choices=list(CallAction), default=CallAction.EMERGENCY)
    one.add_argument("--category", type=ServiceCategory, choices=list(ServiceCategory))
    one.add_argument("--family", type=Family, choices=list(Family), default=Family.NATIVE)
    one.add_argument("--cell", default="demo")
    one.add_argument("--fleet", type=Path, help="look the device up in this file")
    one.add_argument("--wait-s", type=_above_zero, default=60.0, help="give up after this many seconds")
    one.set_defaults(command=_press)

    bench = commands.add_parser(
        "bench", parents=[broker], help="one device that does only what a test bench asks of it"
    )
    bench.add_argument("home")
    bench.add_argument("device")
    bench.add_argument("--cell", default="demo")
    bench.add_argument("--kind", type=DeviceKind, choices=list(DeviceKind), default=DeviceKind.BUTTON)
    bench.add_argument("--speed", type=_above_zero, default=1.0, help="60: a minute passes in a second")
    bench.set_defaults(command=_bench)

    load = commands.add_parser(
        "load", parents=[broker, homes, seeded], help="make load and report it as JSON"
    )
    load.add_argument(
        "--rate", type=_not_negative, default=1000.0, help="messages a second; 0: as fast as possible"
    )
    load.add_argument("--seconds", type=_above_zero, default=10.0)
    load.add_argument("--mix", default="vitals=98,calls=1,falls=1", help=f"shares of {', '.join(MIX)}")
    load.add_argument("--connections", type=_positive, default=4)
    load.add_argument(
        "--in-flight", type=_positive, default=200, help="unacknowledged messages over all connections"
    )
    load.add_argument("--heard", action="store_true", help="also measure from a call or fall to its 'heard'")
    load.add_argument(
        "--drain", type=_not_negative, default=10.0, help="seconds to wait for the rest at the end"
    )
    load.set_defaults(command=_load)

    listing = commands.add_parser("list", parents=[homes], help="scenarios, or the devices of a fleet")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(command=_list)
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _above_zero(text: str) -> float:
    number = float(text)
    if not number > 0:
        raise argparse.ArgumentTypeError("must be above 0")
    return number


def _not_negative(text: str) -> float:
    number = float(text)
    if not number >= 0:
        raise argparse.ArgumentTypeError("must be 0 or more")
    return number


if __name__ == "__main__":
    sys.exit(main())
