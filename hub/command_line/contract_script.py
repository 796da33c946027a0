"""The steps of `hub contract check`: what is asked of the hands at the bench, what is waited for, and how it is answered."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from firmware_contracts.messages import FaultMessage
from firmware_contracts.reading import Received
from firmware_contracts.vocabulary import RECONNECT_LONGEST_S, REPEAT_AFTER_S, REPEAT_JITTER, Fault
from hub.command_line.contract_bench import Bench, CannotCheck, seconds
from hub.command_line.contract_record import Mark, Seen

_LONGEST_RECONNECT_S = RECONNECT_LONGEST_S * (1 + REPEAT_JITTER)
_LONGEST_PAUSE_S = REPEAT_AFTER_S[-1] * (1 + REPEAT_JITTER)


class Hands(Protocol):
    """Who does to the device what a step asks for: a person, or a simulator."""

    def do(self, what: Mark, bench: Bench) -> None:
        """Let it be done, or tell the person to do it; the bench waits for what comes of it."""

    def shows_heard(self, bench: Bench) -> bool | None:
        """Whether the device shows that its call was heard; None when nobody can tell."""


def run(bench: Bench, hands: Hands, steps: Sequence[str]) -> None:
    """Do the steps in order, with a look into the broker's store before and after."""
    bench.record.stored_before = bench.stored()
    for step in steps:
        bench.record.tried.add(step)
        STEPS[step](bench, hands)
    bench.record.stored_after = bench.stored()


def read_script(name: str) -> tuple[str, ...]:
    """The names of the steps: `default`, or a file with one a line; raises CannotCheck."""
    if name == "default":
        return DEFAULT
    try:
        lines = Path(name).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise CannotCheck(
            f"--script {name} cannot be read ({error}): default, or a file with one step a line"
        ) from error
    told = [(number, line.split("#")[0].strip()) for number, line in enumerate(lines, 1)]
    unknown = [
        f"{name}:{number} unknown step {step!r}" for number, step in told if step and step not in STEPS
    ]
    if unknown or not any(step for _, step in told):
        raise CannotCheck("\n".join([*unknown, f"{name}: known steps are {', '.join(STEPS)}"]))
    return tuple(step for _, step in told if step)


def _start(bench: Bench, hands: Hands) -> None:
    since_s = bench.restarting()
    hands.do(Mark.POWER, bench)
    bench.wait("birth", _is_birth, seconds(bench.record.times.act_within), since_s)
    bench.restarted()


def _press_heard(bench: Bench, hands: Hands) -> None:
    press = _press(bench, hands)
    if press is not None:
        bench.until(lambda: None, bench.record.times.real_s(seconds(bench.record.times.heard_after)))
        bench.answer(press)
        _watch_quiet(bench, press)


def _press_unheard(bench: Bench, hands: Hands) -> None:
    press = _press(bench, hands)
    if press is None:
        return
    times = bench.record.times
    pauses = [REPEAT_AFTER_S[min(index, len(REPEAT_AFTER_S) - 1)] for index in range(times.repetitions)]
    within = times.real_s(sum(pauses) * (1 + REPEAT_JITTER)) + seconds(times.slack) * (times.repetitions + 1)

    def enough() -> Seen | None:
        copies = list({copy.payload: copy for copy in bench.record.copies(press)}.values())
        return copies[-1] if len(copies) > times.repetitions else None

    found = bench.until(enough, within)
    bench.mark(Mark.WAITED, what="repetitions", press=press, found=found)
    bench.answer(press)
    bench.record.shown = hands.shows_heard(bench)
    _watch_quiet(bench, press)


def _line_cut(bench: Bench, hands: Hands) -> None:
    times = bench.record.times
    press = _press(bench, hands)
    since_s = bench.mark(Mark.CUT)
    hands.do(Mark.CUT, bench)
    bench.wait("will", _is_will, seconds(times.will_within), since_s)
    since_s = bench.mark(Mark.RESTORE)
    hands.do(Mark.RESTORE, bench)
    bench.wait("birth", _is_birth, seconds(times.act_within) + times.real_s(_LONGEST_RECONNECT_S), since_s)
    if press is None:
        return
    bench.wait(
        "after the cut",
        lambda seen: seen.signal is not None and seen.press == press,
        times.real_s(_LONGEST_PAUSE_S) + seconds(times.slack),
        since_s,
        press,
    )
    bench.answer(press)
    _watch_quiet(bench, press)


def _reboot(bench: Bench, hands: Hands) -> None:
    _start(bench, hands)
    _press_heard(bench, hands)


def _battery_low(bench: Bench, hands: Hands) -> None:
    if bench.record.has_battery:
        since_s = bench.mark(Mark.BATTERY)
        hands.do(Mark.BATTERY, bench)
        bench.wait(Fault.BATTERY_LOW, _is_battery_low, seconds(bench.record.times.act_within), since_s)


def _heartbeat(bench: Bench, hands: Hands) -> None:
    times = bench.record.times
    if times.heartbeat is not None:
        within = times.real_s(seconds(times.heartbeat)) + seconds(times.slack)
        bench.wait("heartbeat", lambda seen: seen.status is None, within, time.monotonic())


STEPS: dict[str, Callable[[Bench, Hands], None]] = {
    "start": _start,
    "press_heard": _press_heard,
    "press_unheard": _press_unheard,
    "line_cut": _line_cut,
    "reboot": _reboot,
    "battery_low": _battery_low,
    "heartbeat": _heartbeat,
}
DEFAULT = tuple(STEPS)


def _press(bench: Bench, hands: Hands) -> int | None:
    """One press and its first copy; the number of the press, or None when nothing of it came."""
    if not bench.record.has_signal:
        return None
    press, since_s = bench.pressing(), time.monotonic()
    hands.do(Mark.PRESS, bench)
    within = seconds(bench.record.times.act_within)
    call = bench.wait(
        "call", lambda seen: seen.signal is not None and seen.press == press, within, since_s, press
    )
    return None if call is None else press


def _watch_quiet(bench: Bench, press: int) -> None:
    """Long enough that a device which did not hear would have repeated by then."""
    record = bench.record
    copies, heard = record.copies(press), record.marked(Mark.HEARD)
    number, due_s = len(copies), copies[-1].at_s
    # Copies until shortly after heard may have been on their way.
    latest_s = heard[-1].at_s + seconds(record.times.slack)
    while due_s <= latest_s:
        pause_s = REPEAT_AFTER_S[min(number, len(REPEAT_AFTER_S)) - 1]
        due_s, number = due_s + record.times.real_s(pause_s * (1 + REPEAT_JITTER)), number + 1
    bench.until(lambda: None, due_s + seconds(record.times.slack) - time.monotonic())
    bench.mark(Mark.WAITED, what="quiet", press=press)


def _is_birth(seen: Seen) -> bool:
    return seen.status is not None and seen.status.online


def _is_will(seen: Seen) -> bool:
    return seen.status is not None and not seen.status.online


def _is_battery_low(seen: Seen) -> bool:
    message = seen.content.message if isinstance(seen.content, Received) else None
    return isinstance(message, FaultMessage) and message.fault is Fault.BATTERY_LOW and message.active
