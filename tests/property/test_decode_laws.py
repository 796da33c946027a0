"""Laws of decoding for messages damaged on their way: never an error, never silence on a call topic, never an all-clear that the
device did not give. The golden vectors are damaged in every way that a bad memory, a cut line or careless firmware does."""

import base64
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firmware_contracts.topics import parse_up
from firmware_contracts.vocabulary import BedState, CallAction, FallPhase, Fault, Kind
from hub.core.events import (
    Bed,
    Call,
    DeviceEvent,
    Environment,
    Fact,
    Fall,
    FaultReport,
    Presence,
    Status,
    Vital,
)
from hub.ingest.decode import Decoded, Ignored, IgnoreReason, Rejected, decode
from hub.ingest.message import RawMessage
from hub.ingest.zigbee_models import MODELS

VECTORS = Path(__file__).resolve().parent.parent.parent / "firmware_contracts" / "vectors"
EXAMPLES = 300
_SIGNALS = frozenset({Kind.CALL, Kind.FALL})
ZIGBEE: tuple[dict[str, Any], ...] = (
    {"action": "emergency", "battery": 90, "linkquality": 80, "last_seen": "2026-04-17T23:33:22+08:00"},
    {"smoke": True, "battery": 100, "battery_low": False, "tamper": False},
    {"gas": True, "linkquality": 12},
    {"water_leak": True, "battery_low": True},
    {"fall_down_status": "fall", "presence": True},
    {"sos": True, "battery": 4},
    {"tamper": True, "contact": False},
)


@cache
def golden() -> tuple[tuple[str, bytes], ...]:
    """Topic and payload of every message that the contract accepts."""
    found = []
    for path in sorted((VECTORS / "accept").glob("*.json")):
        vector = json.loads(path.read_text(encoding="utf-8"))
        raw = vector.get("payload_base64")
        found.append((vector["topic"], base64.b64decode(raw) if raw else vector["payload"].encode()))
    assert len(found) > 50
    return tuple(found)


@cache
def foreign() -> tuple[tuple[str, bytes], ...]:
    return tuple(("z2m/v1/demo/h0001/device01", json.dumps(one).encode()) for one in ZIGBEE)


def heard(topic: str, payload: bytes, model: Any = None) -> Decoded:
    return decode(RawMessage(topic, payload), lambda *_: model)


def facts(decoded: Decoded) -> tuple[Fact, ...]:
    return decoded.facts if isinstance(decoded, DeviceEvent) else ()


def all_clears(fact: Fact) -> list[str]:
    """What a fact takes back or calls well."""
    match fact:
        case Environment():
            return [f"no {hazard.value}" for hazard, present in fact.hazards.items() if not present]
        case Call():
            return [] if fact.action is CallAction.EMERGENCY else [f"only {fact.action.value}"]
        case Fall():
            return ["got up"] if fact.phase is FallPhase.GOT_UP else []
        case FaultReport():
            over = not fact.active or fact.fault is Fault.MAINS_RESTORED
            return [f"no {fact.fault.value}"] if over else []
        case Bed():
            return ["in bed"] if fact.state is BedState.IN_BED else []
        case Status():
            return ["online"] if fact.online else []
        case Presence():
            return ["nobody there"] if not fact.present else []
        case Vital():
            return [measure.value for measure, value in fact.readings.items() if value is not None]
        case _:
            return []


# --- how a message is damaged -----------------------------------------------------------------------------------------

PLACE = st.integers(0, 4000)


@st.composite
def bytes_damaged(draw: st.DrawFn, messages: tuple[tuple[str, bytes], ...]) -> tuple[str, bytes, bytes]:
    """Bits that flip, a line that is cut, bytes that are lost, doubled or come from elsewhere: topic, before, after."""
    topic, before = draw(st.sampled_from(messages))
    payload = bytearray(before)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(PLACE) % (len(payload) or 1)
        how = draw(st.sampled_from(["flip", "cut", "lose", "double", "put", "zero"]))
        if how == "flip" and payload:
            payload[at] ^= 1 << draw(st.integers(0, 7))
        elif how == "cut":
            del payload[at:]
        elif how == "lose":
            del payload[at : at + draw(st.integers(1, 20))]
        elif how == "double":
            payload[at:at] = payload[at : at + draw(st.integers(1, 40))]
        elif how == "put":
            payload[at:at] = draw(st.binary(min_size=1, max_size=8))
        elif payload:
            payload[at : at + 4] = b"\0" * len(payload[at : at + 4])
    return topic, before, bytes(payload)


WRONG = st.one_of(
    st.none(),
    st.integers(-(2**70), 2**70),
    st.floats(),
    st.text(max_size=6),
    st.lists(st.integers(0, 3), max_size=3),
    st.dictionaries(st.text(max_size=3), st.integers(0, 3), max_size=2),
)
"""Of another type than it should be; never true or false, which would be another message and no damage."""


@st.composite
def fields_damaged(draw: st.DrawFn, messages: tuple[tuple[str, bytes], ...]) -> tuple[str, bytes, bytes]:
    """Fields that are missing, misspelt, of a wrong type, or that bear each other's values: topic, before, after."""
    topic, before = draw(st.sampled_from(messages))
    told = json.loads(before)
    if not isinstance(told, dict) or not told:
        return topic, before, b"{}"
    for _ in range(draw(st.integers(1, 3))):
        keys = sorted(told)
        if not keys:
            break
        key, other = draw(st.sampled_from(keys)), draw(st.sampled_from(keys))
        how = draw(st.sampled_from(["type", "drop", "rename", "swap", "nest"]))
        if how == "type":
            told[key] = draw(WRONG)
        elif how == "drop":
            del told[key]
        elif how == "rename":
            told[key.upper() + "_"] = told.pop(key)
        elif how == "swap" and not isinstance(told[key], bool) and not isinstance(told[other], bool):
            told[key], told[other] = told[other], told[key]
        elif how == "nest":
            told[key] = {key: told[key]}
    return topic, before, json.dumps(told).encode()


def damaged(messages: tuple[tuple[str, bytes], ...]) -> st.SearchStrategy[tuple[str, bytes, bytes]]:
    return st.one_of(bytes_damaged(messages), fields_damaged(messages))


quick = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

# --- the laws ---------------------------------------------------------------------------------------------------------


def expect_an_answer(decoded: Decoded) -> None:
    """An event that tells something, or a refusal with a reason and a sentence."""
    if isinstance(decoded, DeviceEvent):
        assert decoded.facts
    elif isinstance(decoded, Rejected):
        assert decoded.reason
        assert decoded.detail
        assert "defect" not in decoded.detail
    else:
        assert isinstance(decoded, Ignored)


@quick
@given(damaged(golden()))
def test_a_damaged_message_is_read_or_refused_with_a_reason(message: tuple[str, bytes, bytes]) -> None:
    topic, _, payload = message
    expect_an_answer(heard(topic, payload))


@quick
@given(damaged(foreign()), st.sampled_from([None, *MODELS]))
def test_so_is_a_damaged_foreign_one(message: tuple[str, bytes, bytes], model: Any) -> None:
    topic, _, payload = message
    expect_an_answer(heard(topic, payload, model))


@quick
@given(damaged(golden()), st.sampled_from(sorted(_SIGNALS)))
def test_no_bytes_on_a_call_topic_are_silence(message: tuple[str, bytes, bytes], kind: Kind) -> None:
    """Not even those of another kind of message, sent to the wrong topic."""
    _, _, payload = message
    decoded = heard(f"care/v1/demo/h0001/button01/{kind.value}", payload)
    if not payload:
        assert decoded == Ignored(IgnoreReason.EMPTY, "h0001", "button01")
    elif isinstance(decoded, Rejected):
        assert decoded.signal
        assert (decoded.home_id, decoded.device_id) == ("h0001", "button01")
    else:
        assert isinstance(decoded, DeviceEvent)
        assert any(isinstance(fact, Call | Fall) for fact in decoded.facts)


@quick
@given(st.binary(max_size=400), st.sampled_from(sorted(Kind)))
def test_nor_are_any_bytes_at_all(payload: bytes, kind: Kind) -> None:
    decoded = heard(f"care/v1/demo/h0001/button01/{kind.value}", payload)
    expect_an_answer(decoded)
    if payload and isinstance(decoded, Rejected):
        assert decoded.signal is (kind in _SIGNALS)


def alarms() -> tuple[tuple[str, bytes], ...]:
    """The messages of which nothing is an all-clear."""
    found = tuple(
        (topic, payload)
        for topic, payload in (*golden(), *foreign())
        if (told := facts(heard(topic, payload))) and not any(all_clears(fact) for fact in told)
    )
    kinds = {parsed[1] for topic, _ in found if (parsed := parse_up(topic)) is not None}
    assert {Kind.CALL, Kind.FALL, Kind.ENVIRONMENT, Kind.FAULT} <= kinds
    return found


@quick
@given(damaged(alarms()))
def test_damage_makes_no_all_clear_of_an_alarm(message: tuple[str, bytes, bytes]) -> None:
    topic, before, payload = message
    given_clears = [clear for fact in facts(heard(topic, payload)) for clear in all_clears(fact)]
    assert given_clears == [], f"{before!r} became {payload!r}"


@quick
@given(fields_damaged(tuple(one for one in golden() if one[0].endswith("/vital"))))
def test_a_damaged_reading_measures_nothing_that_was_not_measured(message: tuple[str, bytes, bytes]) -> None:
    """A value is the one that was sent, or none: never a number made of something else."""
    topic, _, payload = message
    sent = json.loads(payload)
    for fact in facts(heard(topic, payload)):
        assert isinstance(fact, Vital)
        for measure, value in fact.readings.items():
            if value is not None:
                told = sent["readings"][measure.value]
                assert type(told) in (int, float)
                assert value == told


@pytest.mark.parametrize(("topic", "payload"), golden(), ids=lambda one: str(one)[:40])
def test_a_message_cut_anywhere_is_never_another_one(topic: str, payload: bytes) -> None:
    whole = facts(heard(topic, payload))
    length = len(payload.rstrip())
    # Of a long one every so many bytes, and each of the last hundred.
    for end in sorted({*range(1, length, length // 500 + 1), *range(max(length - 100, 1), length)}):
        cut = heard(topic, payload[:end])
        assert isinstance(cut, Rejected), payload[:end]
        parsed = parse_up(topic)
        assert cut.signal is (parsed is not None and parsed[1] in _SIGNALS)
    assert whole
