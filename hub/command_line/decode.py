"""`hub decode`: shows what the hub makes of recorded messages, line by line, with the decoder that the running hub uses."""

import argparse
import dataclasses
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from firmware_contracts.vocabulary import BedState, CallAction, ContactState, FallPhase, Fault, Hazard
from hub.core.events import (
    Alive,
    Bed,
    Call,
    Contact,
    DeviceEvent,
    Environment,
    Fact,
    Fall,
    FaultReport,
    Motion,
    Presence,
    Status,
    UnreadableSignal,
    UnreadableTelemetry,
    Vibration,
    Vital,
)
from hub.ingest.decode import Decoded, Ignored, IgnoreReason, decode
from hub.ingest.message import RawMessage
from hub.ingest.zigbee2mqtt import Base, device_id_of
from hub.ingest.zigbee_models import MODELS, DeviceModel, model_mentioned, model_named

STOCK_BASE = "zigbee2mqtt"
_WRONG = 2


class LineError(Exception):
    """A line or an option that cannot be used; the text says what to change."""


@dataclass(frozen=True, slots=True)
class Line:
    """A recorded message; `name` is the record's own id, if it has one."""

    number: int
    message: RawMessage
    model: DeviceModel | None
    name: str | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `hub decode`."""
    parser.add_argument(
        "file", help='JSON lines with "topic" and "payload" (and qos, retain, model); - reads standard input'
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object for each line")
    parser.add_argument(
        "--z2m-base",
        action="append",
        metavar="TOPIC",
        help=f"a Zigbee2MQTT base topic without cell and home; may be repeated (default: {STOCK_BASE})",
    )
    parser.add_argument(
        "--home", default="home", help="the home that such a base topic stands for (default: home)"
    )
    parser.add_argument(
        "--model",
        action="append",
        default=[],
        metavar="NAME=MODEL",
        help="the model of a device, by its friendly name; may be repeated",
    )


def main(argv: Sequence[str] | None = None) -> int:
    """`hub decode` with its own arguments; returns the exit code."""
    parser = argparse.ArgumentParser(prog="hub decode", description=__doc__)
    add_arguments(parser)
    return run(parser.parse_args(argv))


def run(args: argparse.Namespace) -> int:
    """Print what becomes of each line. 0 even when lines are rejected; 2 when the file or a line cannot be used."""
    bases = tuple(Base(topic.strip("/"), args.home) for topic in args.z2m_base or [STOCK_BASE])
    try:
        named = _named_models(args.model)
        if args.file == "-":
            return _decode_all(sys.stdin.buffer, bases, named, as_json=args.json)
        with Path(args.file).open("rb") as lines:
            return _decode_all(lines, bases, named, as_json=args.json)
    except LineError as error:
        print(f"hub decode: {error}", file=sys.stderr)
    except BrokenPipeError:
        raise  # Not the file: nobody reads the answer any more.
    except OSError as error:
        print(f"hub decode: {args.file} cannot be read ({error.strerror}): check its path", file=sys.stderr)
    return _WRONG


def _decode_all(
    lines: Iterable[bytes], bases: tuple[Base, ...], named: dict[str, DeviceModel], *, as_json: bool
) -> int:
    counts: Counter[str] = Counter()
    code = 0
    for line in _read(lines):
        if isinstance(line, LineError):
            sys.stdout.flush()  # In a pipe too, the complaint stands where its line stood.
            print(f"hub decode: {line}", file=sys.stderr)
            code = _WRONG
            continue
        decoded = decode(line.message, _lookup(line, named), bases)
        outcome = "event" if isinstance(decoded, DeviceEvent) else type(decoded).__name__.lower()
        counts[outcome] += 1
        print(
            _as_json(line, outcome, decoded)
            if as_json
            else f"{_title(line)}  {outcome:<8}  {in_words(decoded)}"
        )
    if not as_json:
        print(f"{counts['event']} event(s), {counts['ignored']} ignored, {counts['rejected']} rejected")
    return code


# --- reading ----------------------------------------------------------------------------------------------------------


def _named_models(options: list[str]) -> dict[str, DeviceModel]:
    named: dict[str, DeviceModel] = {}
    for option in options:
        name, _, model_name = option.rpartition("=")
        model = model_named(model_name)
        if not name:
            raise LineError(f"--model {option}: write it as NAME=MODEL, for example button01=TS0601_sos")
        if model is None:
            known = ", ".join(model.name for model in MODELS)
            raise LineError(f"--model {option}: unknown model {model_name!r}; known: {known}")
        named[device_id_of(name)] = model
    return named


def _lookup(line: Line, named: dict[str, DeviceModel]) -> Callable[[str, str], DeviceModel | None]:
    return lambda home_id, device_id: named.get(device_id, line.model)


def _read(lines: Iterable[bytes]) -> Iterator[Line | LineError]:
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield _line(number, _as_text(number, line))
            except LineError as error:
                yield error


def _as_text(number: int, line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise LineError(
            f"line {number} is not UTF-8 (from its byte {error.start + 1}): save the recording as UTF-8"
        ) from error


def _line(number: int, text: str) -> Line:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise LineError(
            f"line {number} is not JSON ({error}): one object a line, without line breaks inside"
        ) from error
    if not isinstance(told, dict) or not isinstance(told.get("topic"), str) or "payload" not in told:
        raise LineError(
            f'line {number} has no topic and payload: write {{"topic": "care/v1/...", "payload": "..."}}'
        )
    qos, retain = told.get("qos", 1), told.get("retain", False)
    if not isinstance(qos, int) or qos not in {0, 1, 2} or not isinstance(retain, bool):
        raise LineError(f"line {number}: qos must be 0, 1 or 2, and retain true or false")
    payload = told["payload"]
    if not isinstance(payload, str):
        payload = json.dumps(payload, ensure_ascii=False)
    model = model_named(_text(told.get("model"))) or model_mentioned(_text(told.get("device")))
    message = RawMessage(told["topic"], payload.encode(errors="surrogatepass"), qos=qos, retained=retain)
    return Line(number, message, model, _text(told.get("id")) or None)


def _text(value: object) -> str:
    """What can be printed: half a character, as JSON may hold it, cannot."""
    return value.encode(errors="backslashreplace").decode() if isinstance(value, str) else ""


# --- words ------------------------------------------------------------------------------------------------------------

_IGNORED = {
    IgnoreReason.EMPTY: "空消息 empty: a retained message is taken off the broker",
    IgnoreReason.COMMAND: "下行指令 a command to a device, not a sign from one",
    IgnoreReason.GATEWAY_TALK: "网关自述 the gateway about itself and its network",
    IgnoreReason.REPEATED_ATTRIBUTE: "单个属性 one value of a message that comes whole on the device's topic",
}
_CALLS = {
    CallAction.EMERGENCY: "求救 emergency call",
    CallAction.CANCEL: "取消 call taken back",
    CallAction.SERVICE: "求助 service request",
    CallAction.TEST: "测试 test call",
}
_FALLS = {
    FallPhase.SUSPECTED: "疑似跌倒 fall suspected",
    FallPhase.LYING: "跌倒未起 fall, still lying",
    FallPhase.GOT_UP: "已起身 got up again",
}
_BEDS = {
    BedState.IN_BED: "在床 in bed",
    BedState.OUT_OF_BED: "离床 out of bed",
    BedState.RESTLESS: "体动频繁 restless in bed",
    BedState.NO_BREATHING: "未见呼吸 no breathing seen",
}
_HAZARDS = {
    Hazard.SMOKE: "烟感 smoke",
    Hazard.GAS: "燃气 gas",
    Hazard.WATER: "水浸 water",
    Hazard.CARBON_MONOXIDE: "一氧化碳 carbon monoxide",
}
_FAULTS = {
    Fault.BATTERY_LOW: "电量低 battery low",
    Fault.BATTERY_GONE: "电池耗尽 battery gone",
    Fault.MAINS_FAILED: "停电 mains failed",
    Fault.MAINS_RESTORED: "来电 mains restored",
    Fault.TAMPER: "被拆动 tamper",
    Fault.JAMMING: "受干扰 jamming",
    Fault.SELF_TEST_FAILED: "自检失败 self-test failed",
}


def in_words(decoded: Decoded) -> str:
    """What became of a message, as a sentence."""
    if isinstance(decoded, DeviceEvent):
        words = [_fact_in_words(fact) for fact in decoded.facts]
        if decoded.battery_percent is not None:
            words.append(f"电量 battery {decoded.battery_percent} %")
        if decoded.observed_at is not None:
            words.append(f"device time {decoded.observed_at.isoformat()}")
        if decoded.retained:
            words.append("RETAIN=1: may be old")
        if decoded.qos == 0:
            words.append("QoS 0: may get lost on its way")
        return f"{decoded.home_id}/{decoded.device_id}: {'; '.join(words)}"
    where = f"{decoded.home_id}/{decoded.device_id}: " if decoded.home_id else ""
    if isinstance(decoded, Ignored):
        return f"{where}{_IGNORED[decoded.reason]}"
    urgent = " (从已知设备来即告警 from a known device this is an urgent alert)" if decoded.signal else ""
    return f"{where}{decoded.reason.value}: {decoded.detail}{urgent}"


def _fact_in_words(fact: Fact) -> str:
    match fact:
        case Call():
            of = f" ({fact.category.value})" if fact.category else ""
            return f"{_CALLS[fact.action]}{of}{_ago(fact.age)}"
        case Fall():
            samples = f", {len(fact.window.samples_g)} samples" if fact.window else ""
            return f"{_FALLS[fact.phase]}{samples}{_ago(fact.age)}"
        case Vital():
            values = ", ".join(
                f"{measure.value} {'no value' if value is None else f'{value:g}'}"
                for measure, value in fact.readings.items()
            )
            return f"体征 vital signs: {values}{_ago(fact.age)}"
        case Bed():
            return _BEDS[fact.state]
        case Motion():
            return "人体感应 movement" if fact.moving else "人体感应 no movement"
        case Presence():
            return "有人在 somebody is there" if fact.present else "无人 nobody is there"
        case Contact():
            return "门磁 opened" if fact.state is ContactState.OPEN else "门磁 closed"
        case Environment():
            return _environment_in_words(fact)
        case Vibration():
            return "震动 something was moved or shaken"
        case Status():
            return "上线 online" if fact.online else "离线 offline"
        case Alive():
            return "在线 alive; nothing that counts as a signal"
        case FaultReport():
            return f"{_FAULTS[fact.fault]}{'' if fact.active else ': no'}"
        case UnreadableSignal():
            return f"无法识别的求救信号 unreadable signal: {fact.reason}"
        case UnreadableTelemetry():
            return f"设备异常 unreadable reading: {fact.reason}"


def _environment_in_words(fact: Environment) -> str:
    words = [f"{_HAZARDS[hazard]} {'YES' if value else 'no'}" for hazard, value in fact.hazards.items()]
    if fact.temperature_c is not None:
        words.append(f"室温 room {fact.temperature_c:g} °C")
    if fact.humidity_percent is not None:
        words.append(f"湿度 humidity {fact.humidity_percent:g} %")
    return ", ".join(words)


def _ago(age: timedelta) -> str:
    seconds = age.total_seconds()
    return f", {seconds:g} s before it was sent" if seconds else ""


def _title(line: Line) -> str:
    return f"line {line.number}" + (f" ({line.name})" if line.name else "")


# --- JSON -------------------------------------------------------------------------------------------------------------


def _as_json(line: Line, outcome: str, decoded: Decoded) -> str:
    told: dict[str, Any] = {"line": line.number, "id": line.name, "outcome": outcome}
    if isinstance(decoded, DeviceEvent):
        told |= dataclasses.asdict(decoded)
        told["facts"] = [{"fact": type(fact).__name__, **dataclasses.asdict(fact)} for fact in decoded.facts]
    else:
        told |= dataclasses.asdict(decoded)
    told["words"] = in_words(decoded)
    return json.dumps(told, ensure_ascii=False, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form")
