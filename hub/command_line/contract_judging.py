"""From what was seen to a verdict on each clause that concerns single messages, lives and connections; no clock, no network."""

import itertools
from collections.abc import Callable

from firmware_contracts.reading import Received, Unreadable
from firmware_contracts.topics import parse_up
from firmware_contracts.vocabulary import MAX_PAYLOAD_BYTES, QOS, RETAINED_KINDS, Fault, RejectReason
from hub.command_line.contract_clauses import Clause, Judgement, failed, not_tried, passed
from hub.command_line.contract_presses import PRESSES
from hub.command_line.contract_record import Mark, Record, Seen

_TOPIC_REASONS = frozenset({RejectReason.NOT_THIS_CONTRACT, RejectReason.BAD_ID, RejectReason.UNKNOWN_KIND})
_UPTIME_DRIFT = 0.05
_NOTHING_SEEN = "no message of this device was seen"


def judge(record: Record) -> list[Judgement]:
    """A verdict on every clause, in their order."""
    found = [check(record) for check in (*_MESSAGES, *PRESSES, *_LAST)]
    return sorted(found, key=lambda judgement: int(judgement.clause))


def _topic(record: Record) -> Judgement:
    if not record.live():
        return not_tried(Clause.TOPIC, _NOTHING_SEEN)
    wrong = [seen for seen in record.live() if parse_up(seen.topic) is None]
    if not wrong:
        return passed(Clause.TOPIC, f"{len(record.live())} messages")
    return failed(
        Clause.TOPIC,
        f"{len(wrong)} message(s) on a topic that is none of this contract",
        record.device.up(next(iter(RETAINED_KINDS))).removesuffix("status") + "{kind}",
        *wrong,
    )


def _readable(record: Record) -> Judgement:
    readable = [seen for seen in record.live() if parse_up(seen.topic) is not None]
    if not readable:
        return not_tried(Clause.READABLE, _NOTHING_SEEN)
    for seen in readable:
        content = seen.content
        if isinstance(content, Unreadable) and content.reason not in {
            *_TOPIC_REASONS,
            RejectReason.TOO_LARGE,
        }:
            kind = seen.topic.rsplit("/", 1)[1]
            return failed(
                Clause.READABLE,
                f"{content.reason.value}: {content.detail}",
                f"a message that fits firmware_contracts/schemas/{kind}.json",
                seen,
            )
    return passed(Clause.READABLE, f"{len(readable)} messages")


def _payload(record: Record) -> Judgement:
    if not record.live():
        return not_tried(Clause.PAYLOAD, _NOTHING_SEEN)
    largest = max(record.live(), key=lambda seen: len(seen.payload))
    if len(largest.payload) > MAX_PAYLOAD_BYTES:
        return failed(
            Clause.PAYLOAD, f"{len(largest.payload)} bytes", f"at most {MAX_PAYLOAD_BYTES} bytes", largest
        )
    return passed(Clause.PAYLOAD, f"largest: {len(largest.payload)} bytes")


def _qos(record: Record) -> Judgement:
    if not record.live():
        return not_tried(Clause.QOS, _NOTHING_SEEN)
    wrong = [seen for seen in record.live() if seen.qos != QOS]
    if wrong:
        return failed(Clause.QOS, f"{len(wrong)} message(s) with QoS {wrong[0].qos}", f"QoS {QOS}", *wrong)
    return passed(Clause.QOS)


def _retain(record: Record) -> Judgement:
    if not record.live():
        return not_tried(Clause.RETAIN, _NOTHING_SEEN)
    before = {(seen.topic, seen.payload) for seen in record.stored_before}
    wrong = [
        seen
        for seen in record.stored_after
        if seen.status is None and (seen.topic, seen.payload) not in before
    ]
    if wrong:
        return failed(
            Clause.RETAIN,
            "the broker keeps a message that will come again at each start of the hub",
            "only status with RETAIN",
            *wrong,
        )
    told = [seen for seen in record.live() if seen.status is not None]
    kept = [seen for seen in record.stored_after if seen.status is not None]
    if told and (not kept or kept[-1].payload != told[-1].payload):
        return failed(
            Clause.RETAIN,
            "the broker does not keep the newest status: it was published without RETAIN",
            "status with RETAIN, so that each birth and will replaces the one before",
            told[-1],
            *kept,
        )
    return passed(Clause.RETAIN)


def _birth(record: Record) -> Judgement:
    waited = record.waited("birth")
    if not waited:
        return not_tried(Clause.BIRTH, "no connection was made anew")
    if any(entry.found is None for entry in waited):
        missing = sum(entry.found is None for entry in waited)
        return failed(
            Clause.BIRTH,
            f"{missing} of {len(waited)} connections began without a birth, or none was made in time",
            "status with online true, after each connection",
        )
    return passed(Clause.BIRTH, f"{len(waited)} connections")


def _will(record: Record) -> Judgement:
    waited = record.waited("will")
    if not waited:
        return not_tried(Clause.WILL, "the line was not cut")
    if waited[-1].found is None:
        return failed(
            Clause.WILL,
            f"nothing came within {record.times.will_within.total_seconds():g} s of the cut",
            "status with online false, spoken by the broker 1.5 times the keep-alive after the line is cut",
        )
    will = waited[-1].found
    boots = [seen.envelope.boot for seen in record.live(will.life) if seen.envelope is not None]
    if will.status is not None and boots and will.status.boot != boots[-1]:
        return failed(
            Clause.WILL,
            f"boot {will.status.boot} in the will of a life with boot {boots[-1]}",
            "the boot of this life: a will of an earlier one says nothing any more",
            will,
        )
    return passed(Clause.WILL)


def _first_of_lives(record: Record) -> list[Seen]:
    """The first message that tells a boot, of each life that the bench saw begin."""
    lives = range(max((seen.life for seen in record.live()), default=-1) + 1)
    return [
        seen
        for life in lives
        for seen in [
            seen for seen in record.live(life) if seen.envelope is not None or seen.status is not None
        ][:1]
    ]


def _boot(record: Record) -> Judgement:
    lives = _first_of_lives(record)
    if len(lives) < 2:
        return not_tried(Clause.BOOT, "fewer than two starts were seen")
    for earlier, later in itertools.pairwise(lives):
        before, after = _boot_of(earlier), _boot_of(later)
        if after != before + 1:
            return failed(
                Clause.BOOT,
                f"boot {before} before the restart, {after} after it",
                f"boot {before + 1}: one higher, kept over power loss",
                earlier,
                later,
            )
    for life in range(lives[-1].life + 1):
        told = [seen for seen in record.live(life) if seen.envelope is not None]
        changed = next((seen for seen in told if _boot_of(seen) != _boot_of(told[0])), None)
        if changed is not None:
            return failed(
                Clause.BOOT,
                "boot changed without a restart",
                "the same boot until the next start",
                told[0],
                changed,
            )
    return passed(Clause.BOOT, f"{len(lives)} starts")


def _boot_of(seen: Seen) -> int:
    told = seen.envelope or seen.status
    return told.boot if told is not None else -1


def _seq(record: Record) -> Judgement:
    told = [seen for seen in record.live() if seen.envelope is not None]
    if len(told) < 2:
        return not_tried(Clause.SEQ, "fewer than two numbered messages were seen")
    silent = record.silent_stretches()
    last: Seen | None = None
    used: dict[int, Seen] = {}
    life = told[0].life
    for seen in told:
        number = seen.envelope.seq if seen.envelope is not None else 0
        if seen.life != life or last is None or last.envelope is None:
            life, last, used = seen.life, seen, {number: seen}
            continue
        if number in used:
            again = used[number]
            if again.payload != seen.payload and not (again.signal is not None and seen.signal is not None):
                return failed(
                    Clause.SEQ, f"seq {number} was given to two messages", "one higher with each", again, seen
                )
            continue
        before = last.envelope.seq
        # What the device said in the dark is lost, and what cannot be read has a number that cannot be read.
        gap = any(start <= seen.at_s and last.at_s <= end for start, end in silent) or any(
            last.at_s <= other.at_s <= seen.at_s and not isinstance(other.content, Received)
            for other in record.live()
        )
        repeats = next((copy for copy in used.values() if _same_event(copy, seen)), None)
        if repeats is not None and repeats.envelope is not None:
            return failed(
                Clause.SEQ,
                f"a repetition has seq {number}, its first copy {repeats.envelope.seq}",
                "a repetition keeps the number of its first copy",
                repeats,
                seen,
            )
        if number < before or (number > before + 1 and not gap):
            return failed(
                Clause.SEQ,
                f"seq {number} after {before}",
                f"seq {before + 1} for the next new message",
                last,
                seen,
            )
        last, used[number] = seen, seen
    return passed(Clause.SEQ, f"{len(told)} messages")


def _same_event(one: Seen, other: Seen) -> bool:
    if one.signal is None or other.signal is None:
        return False
    return one.press == other.press and one.signal.event_id == other.signal.event_id


def _uptime(record: Record) -> Judgement:
    told = [seen for seen in record.live() if seen.envelope is not None]
    if len(told) < 2:
        return not_tried(Clause.UPTIME, "fewer than two messages with an uptime were seen")
    for life in sorted({seen.life for seen in told}):
        of_life = [seen for seen in told if seen.life == life]
        for earlier, later in itertools.pairwise(of_life):
            if _uptime_s(later) < _uptime_s(earlier):
                return failed(
                    Clause.UPTIME, "uptime_ms went back within one boot", "it only goes up", earlier, later
                )
        first, last = of_life[0], of_life[-1]
        passed_s = (last.at_s - first.at_s) * record.times.speed
        grown_s = _uptime_s(last) - _uptime_s(first)
        if abs(grown_s - passed_s) > _UPTIME_DRIFT * passed_s + record.times.slack_s:
            return failed(
                Clause.UPTIME,
                f"uptime_ms grew by {grown_s:.1f} s while {passed_s:.1f} s passed",
                "milliseconds since this boot",
                first,
                last,
            )
    for power in record.marked(Mark.POWER):
        # Until it is really switched off it goes on talking.
        before = max((seen.life for seen in record.live() if seen.at_s < power.at_s), default=-1)
        after = next((seen for seen in told if seen.life > before), None)
        if after is not None:
            most_s = (after.at_s - power.at_s) * record.times.speed + record.times.slack_s
            if _uptime_s(after) > most_s:
                return failed(
                    Clause.UPTIME,
                    f"uptime_ms tells {_uptime_s(after):.0f} s, {most_s:.0f} s after the device was switched off",
                    "counted from this start",
                    after,
                )
    return passed(Clause.UPTIME)


def _uptime_s(seen: Seen) -> float:
    return seen.envelope.uptime_ms / 1000 if seen.envelope is not None else 0.0


def _heartbeat(record: Record) -> Judgement:
    waited = record.waited("heartbeat")
    if record.times.heartbeat is None or not waited:
        return not_tried(Clause.HEARTBEAT, "not waited for")
    within_s = record.times.heartbeat.total_seconds()
    if any(entry.found is None for entry in waited):
        return failed(
            Clause.HEARTBEAT, f"nothing for {within_s:g} s", "any message counts; else kind heartbeat"
        )
    return passed(Clause.HEARTBEAT)


def _battery(record: Record) -> Judgement:
    if not record.has_battery:
        return not_tried(Clause.BATTERY, "this kind hangs on the mains")
    told = [seen for seen in record.live() if seen.envelope is not None]
    if not told:
        return not_tried(Clause.BATTERY, _NOTHING_SEEN)
    if all(seen.envelope is None or seen.envelope.battery_percent is None for seen in told):
        return failed(
            Clause.BATTERY,
            "no message tells the charge",
            "battery_percent, 0 to 100, in the envelope",
            told[-1],
        )
    return passed(Clause.BATTERY)


def _battery_low(record: Record) -> Judgement:
    waited = record.waited(Fault.BATTERY_LOW)
    if not record.has_battery:
        return not_tried(Clause.BATTERY_LOW, "this kind hangs on the mains")
    if not waited:
        return not_tried(Clause.BATTERY_LOW, "the battery was not worn down")
    if waited[-1].found is None:
        return failed(
            Clause.BATTERY_LOW,
            f"nothing came within {record.times.act_within.total_seconds():g} s",
            'kind fault with "fault": "battery_low"',
        )
    return passed(Clause.BATTERY_LOW)


_MESSAGES: tuple[Callable[[Record], Judgement], ...] = (
    *(_topic, _readable, _payload, _qos, _retain),
    *(_birth, _will, _boot, _seq, _uptime),
)
_LAST: tuple[Callable[[Record], Judgement], ...] = (_heartbeat, _battery, _battery_low)
