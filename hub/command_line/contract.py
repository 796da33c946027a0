"""`hub contract check`: a device at a bench, or a simulated one, taken through the contract clause by clause."""

import argparse
import base64
import json
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from firmware_contracts.topics import Address, address
from firmware_contracts.vocabulary import HEARTBEAT_EVERY_S, REPEAT_AFTER_S
from hub.command_line.contract_bench import Bench, BrokerPlace, CannotCheck, Listener
from hub.command_line.contract_clauses import TEXT, Judgement, Verdict
from hub.command_line.contract_hands import SIMULATOR_ROOT, Person, Simulator, simulated
from hub.command_line.contract_judging import judge
from hub.command_line.contract_record import Record, Seen, Times, told
from hub.command_line.contract_script import DEFAULT, Hands, read_script, run
from hub.core.home import DeviceKind

KEPT, BROKEN, CANNOT_CHECK = 0, 1, 2
ALL_PAUSES = len(REPEAT_AFTER_S)
QUICK_REPETITIONS = 2
USUAL_REPETITIONS = 5
_WILL_AFTER_KEEP_ALIVES = 1.5
_NETWORK_S = 10
_SHOWN_BYTES = 300

HAS_SIGNAL = frozenset(
    {
        *(DeviceKind.BUTTON, DeviceKind.PULL_CORD, DeviceKind.PENDANT, DeviceKind.FALL_WEARABLE),
        *(DeviceKind.FALL_RADAR, DeviceKind.WATCH, DeviceKind.GATEWAY, DeviceKind.VOICE_UNIT),
    }
)
"""Kinds that call, or find falls."""
ON_MAINS = frozenset(
    {DeviceKind.GATEWAY, DeviceKind.VOICE_UNIT, DeviceKind.GAS, DeviceKind.FALL_RADAR, DeviceKind.BED_MAT}
)

_VERDICTS = {Verdict.PASS: "通过 pass", Verdict.FAIL: "不通过 FAIL", Verdict.NOT_TRIED: "未试 not tried"}
_WARNING = (
    "检查会发出真的求救:这台 broker 上若有中枢在运行,会惊动人。请用台架专用的 broker。\n"
    "The check makes real emergency calls: a hub on this broker would alert people. Use a broker of the bench's own."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """`hub contract check` and its options."""
    commands = parser.add_subparsers(required=True, metavar="check")
    check = commands.add_parser("check", help="take one device through the contract, clause by clause")
    check.add_argument("--broker", required=True, metavar="mqtt://HOST:PORT", help="mqtts:// for TLS")
    check.add_argument(
        "--username", help="one who may listen to the device and write to its cmd, as the hub may"
    )
    check.add_argument(
        "--password", help="its password; --password-file keeps it out of the list of processes"
    )
    check.add_argument("--password-file", type=Path, help="the password on its first line")
    check.add_argument("--ca", type=Path, help="the authority that signed the broker's certificate")
    check.add_argument("--device", required=True, metavar="CELL/HOME/DEVICE")
    check.add_argument("--kind", type=DeviceKind, choices=list(DeviceKind), default=DeviceKind.BUTTON)
    check.add_argument(
        "--script", default="default", help=f"default, or a file with one step a line: {', '.join(DEFAULT)}"
    )
    check.add_argument(
        "--yes", action="store_true", help="ask nothing; what only a person can tell is not tried"
    )
    check.add_argument("--quick", action="store_true", help="no heartbeat, only the first two repetitions")
    check.add_argument("--json", type=Path, metavar="FILE", help="also write the report there")
    check.add_argument(
        "--simulated", action="store_true", help="start a simulated device and do everything to it"
    )
    check.add_argument(
        "--speed",
        type=_above_zero,
        default=None,
        help="with --simulated: 30, its half minute passes in a second",
    )
    check.add_argument(
        "--heard-after", type=_above_zero, default=1.0, metavar="S", help="answer a press after this"
    )
    check.add_argument(
        "--repetitions",
        type=_one_or_more,
        default=None,
        metavar="N",
        help=f"watched (default {USUAL_REPETITIONS})",
    )
    check.add_argument(
        "--heartbeat-within",
        type=_above_zero,
        metavar="S",
        help=f"for a device that is set to speak this often: wait so long instead of {HEARTBEAT_EVERY_S} s",
    )
    check.add_argument(
        "--keep-alive", type=_above_zero, default=60.0, metavar="S", help="of the device (default 60)"
    )
    check.add_argument("--within", type=_above_zero, metavar="S", help="limit of each step (default 60)")
    check.set_defaults(run=run_check)


def run_check(args: argparse.Namespace) -> int:
    """Check and report; 0 when no clause failed, 1 when one did, 2 when it could not be checked."""
    try:
        record, shortened = _check(args)
    except CannotCheck as error:
        print(f"hub contract check: {error}", file=sys.stderr)
        return CANNOT_CHECK
    judgements = judge(record)
    print(table(record, judgements, shortened))
    if args.json is not None:
        report = as_json(record, args.kind, judgements, shortened)
        try:
            args.json.write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            print(f"hub contract check: {args.json} cannot be written ({error.strerror})", file=sys.stderr)
            return CANNOT_CHECK
    return BROKEN if any(judgement.verdict is Verdict.FAIL for judgement in judgements) else KEPT


def check_with(record: Record, place: BrokerPlace, hands: Hands, steps: Sequence[str]) -> None:
    """The steps, by these hands; a simulated device must answer first."""
    device = record.device
    shows = f"{SIMULATOR_ROOT}/{device.cell}/{device.home}/{device.device}/shows"
    with Listener(place, "care/#", *([shows] if isinstance(hands, Simulator) else [])) as listener:
        bench = Bench(record, listener, place)
        if isinstance(hands, Simulator) and not hands.await_there(bench):
            raise CannotCheck(
                "the simulated device does not answer on its control topic: device-sim bench, same broker"
            )
        run(bench, hands, steps)


def _check(args: argparse.Namespace) -> tuple[Record, list[str]]:
    device, place = _device(args.device), _broker(args)
    if args.speed is not None and not args.simulated:
        raise CannotCheck("--speed belongs to --simulated: a real device keeps real time")
    if args.heartbeat_within is not None and args.heartbeat_within > HEARTBEAT_EVERY_S:
        raise CannotCheck(f"--heartbeat-within: at most {HEARTBEAT_EVERY_S}, as the contract has it")
    steps, times = read_script(args.script), _times(args)
    record = Record(device, times, args.kind in HAS_SIGNAL, args.kind not in ON_MAINS)
    with ExitStack() as stack:
        hands: Hands
        if args.simulated:
            stack.enter_context(simulated(device, args.kind.value, place, times.speed))
            hands = Simulator(device)
        else:
            print(_WARNING)
            if not args.yes and not _goes_on():
                raise CannotCheck("nothing was done; --yes begins without asking")
            hands = Person(lambda words: print(words, flush=True), None if args.yes else input)
        check_with(record, place, hands, steps)
    return record, shortened(times, steps)


def _goes_on() -> bool:
    try:
        return input("继续? Go on? [y/N] ").strip().lower()[:1] in {"y", "是"}
    except EOFError:
        return False


def _times(args: argparse.Namespace) -> Times:
    heartbeat_s = args.heartbeat_within or HEARTBEAT_EVERY_S
    within_s = args.within or 60.0
    return Times(
        speed=args.speed or 1.0,
        act_within=timedelta(seconds=within_s),
        will_within=timedelta(seconds=_WILL_AFTER_KEEP_ALIVES * args.keep_alive + _NETWORK_S),
        heard_after=timedelta(seconds=args.heard_after),
        repetitions=args.repetitions or (QUICK_REPETITIONS if args.quick else USUAL_REPETITIONS),
        heartbeat=None if args.quick else timedelta(seconds=heartbeat_s),
    )


def shortened(times: Times, steps: Sequence[str]) -> list[str]:
    """What of the contract was not watched in full, for the report."""
    said = []
    if times.speed != 1:
        said.append(
            f"模拟设备的时间快 {times.speed:g} 倍 the device's time ran {times.speed:g} times as fast"
        )
    if times.repetitions < ALL_PAUSES:
        said.append(
            f"只看前 {times.repetitions} 次重发 only the first {times.repetitions} repetitions were watched"
        )
    if times.heartbeat is None:
        said.append("没有等心跳 heartbeats were not waited for")
    elif times.heartbeat.total_seconds() != HEARTBEAT_EVERY_S:
        said.append(
            f"心跳按 {times.heartbeat.total_seconds():g} s 检查 a heartbeat was expected within that time"
        )
    left_out = [step for step in DEFAULT if step not in steps]
    if left_out:
        said.append(f"没有做的步骤 steps left out: {', '.join(left_out)}")
    return said


def _device(text: str) -> Address:
    parts = text.split("/")
    if len(parts) != 3:
        raise CannotCheck(f"--device {text!r}: written as CELL/HOME/DEVICE, like demo/h0001/button01")
    try:
        return address(*parts)
    except ValueError as error:
        raise CannotCheck(f"--device {text!r}: {error}") from error


def _broker(args: argparse.Namespace) -> BrokerPlace:
    url = urlsplit(args.broker)
    try:
        port = url.port
    except ValueError:
        port = None
    if url.scheme not in {"mqtt", "mqtts"} or not url.hostname or (url.netloc.count(":") and port is None):
        raise CannotCheck(f"--broker {args.broker!r}: written as mqtt://HOST:PORT, or mqtts:// for TLS")
    password = args.password
    if args.password_file is not None:
        try:
            password = (args.password_file.read_text(encoding="utf-8").splitlines() or [""])[0]
        except (OSError, UnicodeDecodeError) as error:
            raise CannotCheck(f"--password-file {args.password_file} cannot be read ({error})") from error
    tls = url.scheme == "mqtts"
    return BrokerPlace(url.hostname, port or (8883 if tls else 1883), tls, args.username, password, args.ca)


def table(record: Record, judgements: Sequence[Judgement], said: Sequence[str]) -> str:
    """The report for people."""
    device = record.device
    lines = ["", f"{device.cell}/{device.home}/{device.device}"]
    for judgement in judgements:
        chinese, english = TEXT[judgement.clause]
        lines.append(f"{judgement.clause.value:>2}  {_VERDICTS[judgement.verdict]:<16} {chinese}")
        lines.append(f"{'':22}{english}" + (f" ({judgement.why})" if judgement.why else ""))
        if judgement.verdict is Verdict.FAIL:
            lines.append(f"{'':22}应为 expected: {judgement.expected}")
            lines += [f"{'':22}看到 seen: {_line(seen)}" for seen in judgement.seen[:4]]
    counts = {verdict: sum(j.verdict is verdict for j in judgements) for verdict in Verdict}
    lines += [f"缩短 shortened: {words}" for words in said]
    lines.append(", ".join(f"{_VERDICTS[verdict]}: {count}" for verdict, count in counts.items()))
    return "\n".join(lines)


def _line(seen: Seen) -> str:
    payload = seen.payload[:_SHOWN_BYTES].decode(errors="backslashreplace")
    more = f" ... ({len(seen.payload)} bytes)" if len(seen.payload) > _SHOWN_BYTES else ""
    return f"{seen.topic} QoS {seen.qos}{' retained' if seen.stored else ''} {payload}{more}"


def as_json(
    record: Record, kind: DeviceKind, judgements: Sequence[Judgement], said: Sequence[str]
) -> dict[str, Any]:
    """The report for machines: every clause, and for a failure the messages as they came."""
    device = record.device
    return {
        "device": f"{device.cell}/{device.home}/{device.device}",
        "kind": kind.value,
        "shortened": list(said),
        "messages": len(record.seen),
        "clauses": [
            {
                "number": int(judgement.clause),
                "name": judgement.clause.name.lower(),
                "text": dict(zip(("zh", "en"), TEXT[judgement.clause], strict=True)),
                "verdict": judgement.verdict.value,
                "why": judgement.why,
                "expected": judgement.expected,
                "seen": [_as_json(seen) for seen in judgement.seen],
            }
            for judgement in judgements
        ],
    }


def _as_json(seen: Seen) -> dict[str, Any]:
    return {
        "topic": seen.topic,
        "qos": seen.qos,
        "retained": seen.stored,
        "payload_base64": base64.b64encode(seen.payload).decode(),
        "message": told(seen.payload),
    }


def _above_zero(text: str) -> float:
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError("must be a number above 0")
    return number


def _one_or_more(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number
