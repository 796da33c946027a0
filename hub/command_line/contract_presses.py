"""From what was seen to a verdict on each clause about a press: told, one event id, a growing age, repeated until heard."""

import itertools
from collections.abc import Callable

from firmware_contracts.vocabulary import REPEAT_AFTER_S, REPEAT_JITTER
from hub.command_line.contract_clauses import Clause, Judgement, failed, not_tried, passed
from hub.command_line.contract_record import Mark, Marked, Record, Seen

_NO_PRESS = "no press was told on the right topic"
_TIMER_S = 0.1
"""What a device's own timer may cost a pause."""
_AGE_DRIFT = 0.05


def _told(record: Record) -> Judgement:
    waited = record.waited("call")
    if not waited:
        return not_tried(
            Clause.TOLD, "this kind has nothing to press" if not record.has_signal else "nothing was pressed"
        )
    missing = [entry for entry in waited if entry.found is None]
    if not missing:
        return passed(Clause.TOLD, f"{len(waited)} presses")
    unread = [seen for seen in record.live() if seen.press == missing[0].press and seen.signal is None]
    if any(not seen.topic.endswith(("/heartbeat", "/status")) for seen in unread):
        return not_tried(Clause.TOLD, "what came instead is told under clauses 1 to 3")
    return failed(
        Clause.TOLD,
        f"nothing came within {record.times.act_within.total_seconds():g} s of {len(missing)} of {len(waited)} presses",
        "kind call (or fall) at once",
    )


def _event_id(record: Record) -> Judgement:
    presses = _pressed(record)
    if not presses:
        return not_tried(Clause.EVENT_ID, _NO_PRESS)
    owner: dict[str, Seen] = {}
    for press in presses:
        copies = record.copies(press)
        for copy in copies:
            event_id = _id(copy)
            if event_id != _id(copies[0]):
                return failed(
                    Clause.EVENT_ID,
                    "two event ids for one press",
                    f"{_id(copies[0])} in every copy",
                    copies[0],
                    copy,
                )
            if event_id in owner and owner[event_id].press != press:
                return failed(
                    Clause.EVENT_ID,
                    "two presses have one event id",
                    "a new one for each",
                    owner[event_id],
                    copy,
                )
            owner.setdefault(event_id, copy)
    return passed(Clause.EVENT_ID, f"{len(presses)} presses")


def _age(record: Record) -> Judgement:
    of_presses = [record.copies(press) for press in _pressed(record)]
    of_lives = [[copy for copy in copies if copy.life == copies[0].life] for copies in of_presses]
    repeated = [copies for copies in of_lives if len(copies) > 1]
    if not repeated:
        return not_tried(Clause.AGE, "no press was repeated")
    for copies in repeated:
        for earlier, later in itertools.pairwise(copies):
            if earlier.payload != later.payload and _age_s(later) <= _age_s(earlier):
                return failed(
                    Clause.AGE,
                    "age_ms did not grow",
                    "milliseconds from the press to this copy",
                    earlier,
                    later,
                )
        first, last = copies[0], copies[-1]
        passed_s = (last.at_s - first.at_s) * record.times.speed
        grown_s = _age_s(last) - _age_s(first)
        if abs(grown_s - passed_s) > _AGE_DRIFT * passed_s + record.times.slack_s:
            return failed(
                Clause.AGE,
                f"age_ms grew by {grown_s:.1f} s while {passed_s:.1f} s passed",
                "milliseconds from the press to this copy",
                first,
                last,
            )
    return passed(Clause.AGE)


def _repeated(record: Record) -> Judgement:
    waited = record.waited("repetitions")
    if not waited:
        return not_tried(Clause.REPEATED, "no press was left unheard")
    entry = waited[-1]
    copies = record.copies(entry.press)
    if not copies:
        return not_tried(Clause.REPEATED, _NO_PRESS)
    grows = all(_age_s(later) > _age_s(earlier) for earlier, later in itertools.pairwise(copies))
    pauses = _pauses(copies, None if grows else record.times.speed)
    for index, (pause_s, earlier, later) in enumerate(pauses[: record.times.repetitions]):
        wanted_s = REPEAT_AFTER_S[min(index, len(REPEAT_AFTER_S) - 1)]
        off_s = REPEAT_JITTER * wanted_s + (_TIMER_S if grows else record.times.slack_s)
        if abs(pause_s - wanted_s) > off_s:
            return failed(
                Clause.REPEATED,
                f"pause {index + 1} took {pause_s:.1f} s",
                f"{wanted_s - off_s:.1f} to {wanted_s + off_s:.1f} s",
                earlier,
                later,
            )
    if len(pauses) < record.times.repetitions:
        return failed(
            Clause.REPEATED,
            f"{len(pauses)} repetition(s) and then silence",
            f"{record.times.repetitions} within {_within_s(record.times.repetitions):.0f} s",
            copies[-1],
        )
    return passed(Clause.REPEATED, ", ".join(f"{pause_s:.1f}" for pause_s, _, _ in pauses) + " s")


def _pauses(copies: list[Seen], speed: float | None) -> list[tuple[float, Seen, Seen]]:
    """By the device's own account, or with a speed by arrival; a copy that the network doubled is none."""
    return [
        (
            _age_s(later) - _age_s(earlier) if speed is None else (later.at_s - earlier.at_s) * speed,
            earlier,
            later,
        )
        for earlier, later in itertools.pairwise(copies)
        if earlier.payload != later.payload
    ]


def _within_s(repetitions: int) -> float:
    """How long so many repetitions take at most."""
    pauses = (REPEAT_AFTER_S[min(index, len(REPEAT_AFTER_S) - 1)] for index in range(repetitions))
    return sum(pauses) * (1 + REPEAT_JITTER)


def _until_heard(record: Record) -> Judgement:
    heard = [entry for entry in record.marked(Mark.HEARD) if entry.press >= 0]
    watched = {entry.press for entry in record.waited("quiet")}
    if not any(entry.press in watched for entry in heard):
        return not_tried(Clause.UNTIL_HEARD, _NO_PRESS)
    told: dict[str, Marked] = {}
    for entry in heard:
        told.setdefault(entry.event_id, entry)
    grace_s = record.times.slack.total_seconds()
    for copy in (seen for seen in record.live() if seen.signal is not None):
        said = told.get(_id(copy))
        # What was on its way when heard was said is none.
        if said is not None and copy.press == said.press and copy.at_s > said.at_s + grace_s:
            return failed(
                Clause.UNTIL_HEARD,
                f"a copy came {(copy.at_s - said.at_s) * record.times.speed:.1f} s after heard",
                "no copy after heard (or any other call_state of this event_id)",
                copy,
            )
    return passed(Clause.UNTIL_HEARD, f"{len(watched)} presses")


def _after_the_cut(record: Record) -> Judgement:
    waited = record.waited("after the cut")
    cuts = record.marked(Mark.CUT)
    if not waited or not cuts:
        return not_tried(Clause.AFTER_THE_CUT, "the line was not cut while a call was unheard")
    entry, expected = waited[-1], "the unheard call again, with its event_id, after the connection is back"
    before = [copy for copy in record.copies(entry.press) if copy.at_s <= cuts[-1].at_s]
    if not before:
        return not_tried(Clause.AFTER_THE_CUT, _NO_PRESS)
    if entry.found is None:
        return failed(Clause.AFTER_THE_CUT, "the call did not come again", expected, before[-1])
    return passed(Clause.AFTER_THE_CUT)


def _shown(record: Record) -> Judgement:
    if record.shown is None:
        return not_tried(Clause.SHOWN, "nobody was asked")
    if not record.shown:
        return failed(Clause.SHOWN, "the answer was no", "lamp, display or voice: heard (收到了,您别急)")
    return passed(Clause.SHOWN)


def _pressed(record: Record) -> list[int]:
    """The presses of which a copy was seen."""
    return sorted({seen.press for seen in record.live() if seen.press >= 0 and seen.signal is not None})


def _id(seen: Seen) -> str:
    return seen.signal.event_id if seen.signal is not None else ""


def _age_s(seen: Seen) -> float:
    return seen.signal.age_ms / 1000 if seen.signal is not None else 0.0


PRESSES: tuple[Callable[[Record], Judgement], ...] = (
    *(_told, _event_id, _age, _repeated),
    *(_until_heard, _after_the_cut, _shown),
)
