"""What the store writes as JSON it reads back exactly, and it reads what older releases wrote."""

import json
import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import UTC, datetime, time, timedelta
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.alerts import Alert, Reason
from hub.core.events import Command, DeliveryReport, DeviceEvent, Tick
from hub.core.home import DeviceState, Profile, RuleState
from hub.core.notifications import Notification
from hub.core.service_requests import ServiceRequest
from hub.store import codec
from hub.store.codec import HomeBody
from hub.store.damaged import text_of
from tests.store import samples

CODECS: dict[str, tuple[Any, Any]] = {
    "alert": (codec.ALERT, Alert),
    "request": (codec.REQUEST, ServiceRequest),
    "device state": (codec.DEVICE_STATE, DeviceState),
    "rule state": (codec.RULE_STATE, RuleState),
    "profile": (codec.PROFILE, Profile),
    "home body": (codec.HOME_BODY, HomeBody),
    "notification": (codec.NOTIFICATION, Notification),
    "command": (codec.COMMAND, Command),
    "delivery report": (codec.DELIVERY_REPORT, DeliveryReport),
    "tick": (codec.TICK, Tick),
    "device event": (codec.DEVICE_EVENT, DeviceEvent),
}

PLAIN: dict[Any, st.SearchStrategy[Any]] = {
    type(None): st.none(),
    bool: st.booleans(),
    int: st.integers(-(2**130), 2**130),
    float: st.floats(allow_nan=False, allow_infinity=False),
    str: st.text(max_size=12),
    datetime: st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    time: st.times(),
    timedelta: st.timedeltas(timedelta(days=-4000), timedelta(days=4000)),
}


def any_of(of: Any) -> st.SearchStrategy[Any]:
    """Values of a type of the core, every field filled from its annotation."""
    if of in PLAIN:
        return PLAIN[of]
    origin, arguments = get_origin(of), get_args(of)
    if origin in {Union, types.UnionType}:
        return st.one_of([any_of(one) for one in arguments])
    if origin is tuple and arguments[-1] is Ellipsis:
        return st.lists(any_of(arguments[0]), max_size=3).map(tuple)
    if origin is tuple:
        return st.tuples(*(any_of(one) for one in arguments))
    if origin is frozenset:
        return st.frozensets(any_of(arguments[0]), max_size=3)
    if origin is Mapping:
        return st.dictionaries(any_of(arguments[0]), any_of(arguments[1]), max_size=3)
    if is_dataclass(of):
        hints = get_type_hints(of)
        make: Any = of
        return st.builds(make, **{field.name: any_of(hints[field.name]) for field in fields(of)})
    if issubclass(of, Enum):
        return st.sampled_from(list(of))
    raise TypeError(f"the store's tests cannot make a {of}")


def kinds(value: Any) -> Any:
    """The types within a value: equality alone takes 1, 1.0 and True for the same."""
    if isinstance(value, Mapping):
        return {key: kinds(one) for key, one in value.items()}
    if isinstance(value, tuple | frozenset):
        return type(value), sorted(repr(kinds(one)) for one in value)
    if is_dataclass(value):
        return type(value), [kinds(getattr(value, field.name)) for field in fields(value)]
    return type(value)


@pytest.mark.parametrize("name", CODECS)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_everything_comes_back_exactly(name: str, data: st.DataObject) -> None:
    its_codec, of = CODECS[name]
    value = data.draw(any_of(of))
    loaded = its_codec.load(its_codec.dump(value))
    assert loaded == value
    assert kinds(loaded) == kinds(value)


SEALED = [name for name, (its_codec, _) in CODECS.items() if isinstance(its_codec, codec.SealedCodec)]


@pytest.mark.parametrize("name", SEALED)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_no_flipped_bit_of_a_body_reads_as_another_value(name: str, data: st.DataObject) -> None:
    its_codec, of = CODECS[name]
    value = data.draw(any_of(of))
    stored = its_codec.dump(value).encode()
    at, bit = data.draw(st.integers(0, len(stored) - 1)), data.draw(st.integers(0, 7))
    flipped = stored[:at] + bytes([stored[at] ^ 1 << bit]) + stored[at + 1 :]
    try:
        loaded = its_codec.load(text_of(flipped))
    except ValueError:
        return
    assert loaded == value


def test_what_an_older_release_wrote_without_a_checksum_is_read() -> None:
    home = samples.home()
    plain = json.loads(codec.PROFILE.dump(home.profile))
    del plain["sum"]
    assert codec.PROFILE.load(json.dumps(plain)) == home.profile


def test_instants_come_back_aware_and_in_utc() -> None:
    state = codec.DEVICE_STATE.load(codec.DEVICE_STATE.dump(DeviceState(last_seen_at=samples.START_AT)))
    assert state.last_seen_at == samples.START_AT
    assert state.last_seen_at.utcoffset() == timedelta()


def optional_fields(of: Any) -> list[tuple[Any, str]]:
    return [
        (of, field.name)
        for field in fields(of)
        if field.default is not MISSING or field.default_factory is not MISSING
    ]


@pytest.mark.parametrize(
    ("of", "missing"),
    [
        *optional_fields(Alert),
        *optional_fields(ServiceRequest),
        *optional_fields(DeviceState),
        *optional_fields(RuleState),
        *optional_fields(Profile),
        *optional_fields(Notification),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_text_of_an_older_release_lacks_a_new_field_and_still_loads(of: Any, missing: str) -> None:
    home = samples.home()
    raised = samples.alert(home, "a-1")
    examples: dict[Any, Any] = {
        Alert: raised,
        ServiceRequest: samples.request(home, "q-1"),
        DeviceState: home.devices["mat-1"],
        RuleState: home.rules["spo2_low|r-1"],
        Profile: home.profile,
        Notification: samples.notification(raised, "n-1"),
    }
    its_codec = next(one for one, its_type in CODECS.values() if its_type is of)
    plain = json.loads(its_codec.dump(examples[of]))
    del plain[missing]
    field = next(field for field in fields(of) if field.name == missing)
    factory: Any = field.default_factory
    expected = field.default if field.default is not MISSING else factory()
    assert getattr(its_codec.load(json.dumps(plain)), missing) == expected


def test_a_field_that_is_no_longer_known_is_ignored() -> None:
    assert codec.TICK.load('{"home_id":"home-1","once":"there was"}') == Tick("home-1")


def test_an_unknown_command_is_named() -> None:
    with pytest.raises(ValueError, match="unknown type 'Dance'; known: RaiseByHand"):
        codec.COMMAND.load('{"type":"Dance","data":{}}')


def test_one_value_has_one_canonical_text() -> None:
    assert codec.canonical({"b": 1.0, "a": ["床头"]}) == codec.canonical({"a": ("床头",), "b": 1.0})
    assert codec.canonical({"at": samples.START_AT, "for": timedelta(seconds=90)}) == (
        '{"at":"2026-03-01T08:30:15.123457+00:00","for":90.0}'
    )


def test_numbers_of_a_reason_keep_their_kind() -> None:
    data: dict[str, str | float | int | bool | None] = {
        "whole": 3,
        "broken": 3.0,
        "yes": True,
        "text": "3",
        "none": None,
    }
    reason = codec.Codec[Reason](Reason)
    assert kinds(reason.load(reason.dump(Reason("threshold", data)))) == kinds(Reason("threshold", data))
