"""The numbered clauses that `hub contract check` reports on: the duties of a device, in the words of the contract's page."""

from dataclasses import dataclass
from enum import StrEnum

from firmware_contracts.vocabulary import HEARTBEAT_EVERY_S, MAX_PAYLOAD_BYTES, REPEAT_AFTER_S, REPEAT_JITTER
from hub.command_line.contract_record import Seen


class Verdict(StrEnum):
    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    NOT_TRIED = "not_tried"


class Clause(StrEnum):
    """The value is the clause's number, which keeps its meaning for ever."""

    TOPIC = "1"
    READABLE = "2"
    PAYLOAD = "3"
    QOS = "4"
    RETAIN = "5"
    BIRTH = "6"
    WILL = "7"
    BOOT = "8"
    SEQ = "9"
    UPTIME = "10"
    TOLD = "11"
    EVENT_ID = "12"
    AGE = "13"
    REPEATED = "14"
    UNTIL_HEARD = "15"
    AFTER_THE_CUT = "16"
    SHOWN = "17"
    HEARTBEAT = "18"
    BATTERY = "19"
    BATTERY_LOW = "20"


_PAUSES = ", ".join(map(str, REPEAT_AFTER_S))

TEXT: dict[Clause, tuple[str, str]] = {
    Clause.TOPIC: (
        "每条消息都发在 care/v1/{cell}/{home}/{device}/{kind},标识合乎字符规则",
        "Every message is on care/v1/{cell}/{home}/{device}/{kind}, and the ids keep to their pattern",
    ),
    Clause.READABLE: (
        "每条消息都符合它那一类的 schema",
        "Every message can be read: it fits the schema of its kind",
    ),
    Clause.PAYLOAD: (
        f"消息不超过 {MAX_PAYLOAD_BYTES} 字节",
        f"No payload has more than {MAX_PAYLOAD_BYTES} bytes",
    ),
    Clause.QOS: ("一律 QoS 1", "Everything is published with QoS 1"),
    Clause.RETAIN: ("只有 status 保留,而且必须保留", "status is retained, and nothing else is"),
    Clause.BIRTH: ("每次连上都发上线消息", "After each connection comes the birth: status, online true"),
    Clause.WILL: (
        "断线后代理替它说出遗嘱,boot 是这一次的",
        "When the line is cut the broker speaks its last will, with the boot of this life",
    ),
    Clause.BOOT: ("boot 每次启动加一", "boot is one higher at each start"),
    Clause.SEQ: (
        "seq 每条新消息加一,重发不变",
        "seq is one higher with each new message of a boot; a repetition keeps it",
    ),
    Clause.UPTIME: (
        "uptime_ms 随时间增长,重启后从头计",
        "uptime_ms goes up as time does, and begins anew at each start",
    ),
    Clause.TOLD: (
        "一按就发出 call(跌倒传感器发 fall)",
        "A press is told at once as a call (a fall sensor: as a fall)",
    ),
    Clause.EVENT_ID: (
        "event_id 每次按键都是新的,重发不变",
        "event_id is new for each press and the same in its repetitions",
    ),
    Clause.AGE: ("age_ms 随重发增长,和实际时间一致", "age_ms grows with each copy as time does"),
    Clause.REPEATED: (
        f"没被听到就在 {_PAUSES} s 之后重发,各 ±{REPEAT_JITTER:.0%}",
        f"Unheard, it is repeated after {_PAUSES} s, each pause ±{REPEAT_JITTER:.0%}",
    ),
    Clause.UNTIL_HEARD: ("听到 heard 就停止重发", "The repetition ends with heard"),
    Clause.AFTER_THE_CUT: (
        "线路恢复后继续重发没被听到的呼叫",
        "After the line is restored an unheard call is repeated, with its event_id and the time of the cut in its age",
    ),
    Clause.SHOWN: ("设备显示(或说出)呼叫已被听到", "The device shows or says that the call was heard"),
    Clause.HEARTBEAT: (
        f"至少每 {HEARTBEAT_EVERY_S} s 说一次话",
        f"Something comes at least every {HEARTBEAT_EVERY_S} s",
    ),
    Clause.BATTERY: ("电池设备报告 battery_percent", "A device with a battery reports battery_percent"),
    Clause.BATTERY_LOW: ("电量低时发 fault battery_low", "A low battery is told as the fault battery_low"),
}
"""Clause -> its text in Chinese and English."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of one clause; a failure says what was expected and shows the messages it was seen in."""

    clause: Clause
    verdict: Verdict
    why: str = ""
    expected: str = ""
    seen: tuple[Seen, ...] = ()


def passed(clause: Clause, why: str = "") -> Judgement:
    return Judgement(clause, Verdict.PASS, why)


def not_tried(clause: Clause, why: str) -> Judgement:
    return Judgement(clause, Verdict.NOT_TRIED, why)


def failed(clause: Clause, why: str, expected: str, *seen: Seen) -> Judgement:
    return Judgement(clause, Verdict.FAIL, why, expected, seen)
