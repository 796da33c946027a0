"""Single rows: inputs, rejected and failed ones, late messages, readings, each in the order of its table's columns."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from hub.core.outcome import LateMessage, Reading
from hub.store import codec
from hub.store.batch import Failure, InputSource, LoggedInput, Rejection
from hub.store.damaged import key_of
from hub.store.tables import to_micros

_RETAINED, _DUPLICATE, _SEEN = 1 << 2, 1 << 3, 1 << 4
_MINUTE_MICROS = 60_000_000


def log_rows(inputs: Sequence[LoggedInput]) -> list[tuple[Any, ...]]:
    """A batch's lines; the instant that they share is converted once."""
    rows: list[tuple[Any, ...]] = []
    at: datetime | None = None
    micros = 0
    for logged in inputs:
        if logged.at is not at:
            at = logged.at
            micros = to_micros(at)
        flags = logged.qos
        if logged.retained:
            flags |= _RETAINED
        if logged.duplicate:
            flags |= _DUPLICATE
        if logged.seen:
            flags |= _SEEN
        rows.append(
            (logged.seq, micros, int(logged.source), logged.home_id, logged.topic, logged.payload, flags)
        )
    return rows


def logged_input(row: Any) -> LoggedInput:
    """From a row of the input log."""
    return LoggedInput(
        seq=row.seq,
        at=row.at,
        source=InputSource(row.source),
        home_id=None if row.home_id is None else key_of(row.home_id),
        topic=row.topic,
        payload=row.payload,
        qos=row.flags & 0b11,
        retained=bool(row.flags & _RETAINED),
        duplicate=bool(row.flags & _DUPLICATE),
        seen=bool(row.flags & _SEEN),
    )


def rejected_row(rejection: Rejection) -> tuple[Any, ...]:
    return (
        *(rejection.seq, to_micros(rejection.at), rejection.topic),
        *(rejection.payload, str(rejection.reason), rejection.detail),
    )


def failed_row(failure: Failure) -> tuple[Any, ...]:
    return (failure.seq, to_micros(failure.at), failure.home_id, failure.traceback)


def history_row(late: LateMessage) -> tuple[Any, ...]:
    event = late.event
    estimated_at = None if late.late_by is None else to_micros(late.received_at - late.late_by)
    return (
        *(event.home_id, event.device_id, event.boot, event.seq),
        *(to_micros(late.received_at), estimated_at, codec.DEVICE_EVENT.dump(event)),
    )


def reading_rows(readings: Sequence[Reading]) -> list[tuple[Any, ...]]:
    """One row a minute: the last value, the extremes, how many."""
    minutes: dict[tuple[str, str, str, int], list[float]] = {}
    at: datetime | None = None
    minute = 0
    for reading in readings:
        # Readings of one batch share their instant.
        if reading.at is not at:
            at = reading.at
            micros = to_micros(at)
            minute = micros - micros % _MINUTE_MICROS
        key = (reading.home_id, reading.subject_id, reading.measure, minute)
        values = minutes.get(key)
        if values is None:
            minutes[key] = [reading.value]
        else:
            values.append(reading.value)
    return [
        (*key, *values * 3, 1)
        if len(values) == 1
        else (*key, values[-1], min(values), max(values), len(values))
        for key, values in minutes.items()
    ]
