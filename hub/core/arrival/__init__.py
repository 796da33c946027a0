"""The room of the device counters: is a message live, repeated or history, how late is it, and is its press new?

A device numbers its messages (`seq`) within each of its *lives*, which it numbers too (`boot`), and says how long this life has
lasted (`uptime`). Cheap hardware forgets its numbers, brokers deliver old messages, two devices may bear one id. Whatever the
numbers say: telemetry is judged live only when its life is believed, a press only ever becomes an alert or a question.
Everything that follows from these numbers is decided here; the rest of the core uses the verdict.
"""

from hub.core.arrival.copies import copy_of, may_be_another, with_hazard_asked, with_hazard_told
from hub.core.arrival.identity import (
    Identity,
    event_keys,
    identify,
    keys_to_remember,
    recognise,
    report_key,
)
from hub.core.arrival.judging import after_time_step, judge_arrival
from hub.core.arrival.verdict import Arrival, Finding, Freshness, told_by

__all__ = [
    "Arrival",
    "Finding",
    "Freshness",
    "Identity",
    "after_time_step",
    "copy_of",
    "event_keys",
    "identify",
    "judge_arrival",
    "keys_to_remember",
    "may_be_another",
    "recognise",
    "report_key",
    "told_by",
    "with_hazard_asked",
    "with_hazard_told",
]
