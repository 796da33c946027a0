"""From bytes to a message of the contract, or the reason why not: what the hub, the simulator and firmware tests share.

Nothing here raises on any input. What an unreadable message means (an urgent alert, a technical one, nothing) is decided by
whoever reads.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, cast

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from firmware_contracts.messages import COMMAND, COMMANDS, MESSAGES, Command, UpMessage
from firmware_contracts.topics import Address, parse_up, why_not_up
from firmware_contracts.vocabulary import MAX_PAYLOAD_BYTES, Kind, RejectReason


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a message could not be read. `detail` and `field` come from the contract's words and the field's name, never from
    its value: they may stand in a log."""

    reason: RejectReason
    detail: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """A message of the contract, and who sent it."""

    address: Address
    kind: Kind
    message: UpMessage


def receive(topic: str, payload: bytes) -> Received | Unreadable:
    """What came in on an upward topic, as a device sent it."""
    parsed = parse_up(topic)
    if parsed is None:
        reason = why_not_up(topic) or RejectReason.NOT_THIS_CONTRACT
        return Unreadable(reason, _TOPIC_DETAIL[reason])
    address, kind = parsed
    message = read(kind, payload)
    return message if isinstance(message, Unreadable) else Received(address, kind, message)


def read(kind: Kind, payload: bytes) -> UpMessage | Unreadable:
    """The message of `kind` that the bytes hold, or why they hold none."""
    refused = _refused_unparsed(payload)
    if refused is not None:
        return refused
    try:
        return _VALIDATE[kind](payload)
    except ValidationError as error:
        return _explained(error, payload)


def read_command(payload: bytes) -> Command | Unreadable:
    """The command that the bytes hold, or why they hold none: a device does nothing on such a message."""
    refused = _refused_unparsed(payload)
    if refused is not None:
        return refused
    try:
        return COMMAND.validate_json(payload)
    except ValidationError as error:
        return _explained(error, payload)


# The adapters' own validators: half the price of a model's class method on the hub's busiest path.
_VALIDATE: Final[dict[Kind, Callable[[bytes], UpMessage]]] = {
    kind: cast(Callable[[bytes], UpMessage], TypeAdapter(model).validator.validate_json)
    for kind, model in MESSAGES.items()
}

_TOPIC_DETAIL: Final = {
    RejectReason.NOT_THIS_CONTRACT: "the topic is not care/v1/{cell}/{home}/{device}/{kind}",
    RejectReason.BAD_ID: "cell, home or device holds a character that may not stand in a topic, or is too long",
    RejectReason.UNKNOWN_KIND: f"the last part of the topic is none of: {', '.join(Kind)}",
}

_REASONS: Final = {
    "missing": RejectReason.MISSING_FIELD,
    "union_tag_not_found": RejectReason.MISSING_FIELD,
    "greater_than_equal": RejectReason.OUT_OF_RANGE,
    "less_than_equal": RejectReason.OUT_OF_RANGE,
    "finite_number": RejectReason.OUT_OF_RANGE,
    "int_parsing_size": RejectReason.OUT_OF_RANGE,
    "too_short": RejectReason.OUT_OF_RANGE,
    "too_long": RejectReason.OUT_OF_RANGE,
    "string_too_short": RejectReason.OUT_OF_RANGE,
    "string_too_long": RejectReason.OUT_OF_RANGE,
    "enum": RejectReason.UNKNOWN_VALUE,
    "literal_error": RejectReason.UNKNOWN_VALUE,
    "union_tag_invalid": RejectReason.UNKNOWN_VALUE,
    "string_pattern_mismatch": RejectReason.BAD_ID,
    "value_error": RejectReason.INCONSISTENT,
}
"""Pydantic's error types; every other one says that a value has the wrong type."""

_EVENT_IDS: Final = ("event_id", "cancels")


def _refused_unparsed(payload: bytes) -> Unreadable | None:
    """What can be told from the bytes alone, in well under a microsecond."""
    if not payload:
        return Unreadable(RejectReason.EMPTY, "the payload has no bytes")
    if len(payload) > MAX_PAYLOAD_BYTES:
        return Unreadable(
            RejectReason.TOO_LARGE, f"{len(payload)} bytes; at most {MAX_PAYLOAD_BYTES} are allowed"
        )
    # The parser takes NaN and Infinity, which JSON does not know; one letter of each tells most payloads apart.
    if (b"N" in payload and b"NaN" in payload) or (b"I" in payload and b"Infinity" in payload):
        try:
            from_json(payload, allow_inf_nan=False)
        except ValueError as error:
            return _not_json(payload, str(error))
    return None


def _not_json(payload: bytes, complaint: str) -> Unreadable:
    try:
        payload.decode("utf-8")
    except UnicodeDecodeError as error:
        return Unreadable(RejectReason.NOT_UTF8, f"byte {error.start} is not UTF-8")
    if payload.startswith(b"\xef\xbb\xbf"):
        return Unreadable(RejectReason.NOT_JSON, "a byte order mark stands before the JSON; leave it out")
    if complaint.startswith("recursion limit exceeded"):
        return Unreadable(RejectReason.TOO_DEEP, complaint)
    if complaint.startswith("number out of range"):
        return Unreadable(RejectReason.OUT_OF_RANGE, complaint)
    return Unreadable(RejectReason.NOT_JSON, complaint)


def _explained(error: ValidationError, payload: bytes) -> Unreadable:
    """One reason for all that is wrong: the version before anything else, then the first field in the contract's order."""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    problem = problems[0]
    for other in problems:
        if other["loc"][-1:] == ("v",) and other["type"] != "missing":
            return Unreadable(RejectReason.WRONG_VERSION, "v must be the number 1", "v")
    kind, message = problem["type"], problem["msg"]
    location = [str(part)[:64] for part in problem["loc"] if part != "[key]"]
    if kind == "json_invalid":
        return _not_json(payload, message.removeprefix("Invalid JSON: "))
    if location and location[0] in COMMANDS:
        del location[0]
    if not location and kind in {"model_type", "model_attributes_type", "dict_type"}:
        return Unreadable(RejectReason.NOT_AN_OBJECT, "the JSON is not an object, that is, not {...}")
    if kind in {"union_tag_not_found", "union_tag_invalid"}:
        location = ["type"]
    field = ".".join(location) or None
    reason = _REASONS.get(kind, RejectReason.WRONG_TYPE)
    if reason is RejectReason.BAD_ID and location[-1] in _EVENT_IDS:
        reason = RejectReason.BAD_EVENT_ID
    return Unreadable(reason, f"{field}: {message}" if field else message, field)
