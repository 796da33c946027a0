"""What tests of the simulator ask about messages: decoded by the contract's own models, never by the simulator."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from device_sim.play import Answer
from device_sim.world import Emission, Published
from firmware_contracts.messages import MESSAGES, CallMessage, CallStateCommand, FallMessage, UpMessage
from firmware_contracts.topics import Address, parse_up
from firmware_contracts.vocabulary import CallState, Kind

MIDNIGHT = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
"""Midnight of 2 March where the homes are."""


def decode(emission: Published) -> tuple[Address, Kind, UpMessage] | None:
    """Sender, kind and message; None for a foreign topic. Raises when it breaks the contract."""
    parsed = parse_up(emission.publication.topic)
    if parsed is None:
        assert emission.publication.topic.startswith("z2m/v1/"), emission.publication.topic
        json.loads(emission.publication.payload)
        return None
    address, kind = parsed
    return address, kind, MESSAGES[kind].model_validate_json(emission.publication.payload)


def of_kind(
    emissions: Iterable[Emission], kind: Kind, *, genuine: bool = True
) -> list[tuple[Published, Any]]:
    """All messages of one kind with their emissions."""
    found: list[tuple[Published, Any]] = []
    for emission in emissions:
        if isinstance(emission, Published) and not (genuine and emission.garbled):
            decoded = decode(emission)
            if decoded is not None and decoded[1] is kind:
                found.append((emission, decoded[2]))
    return found


def heard_command(
    event_id: str,
    state: CallState = CallState.HEARD,
    *,
    valid_for_s: int = 120,
    by: str | None = None,
    say: str | None = None,
) -> bytes:
    """The hub's word about a call."""
    command = CallStateCommand(event_id=event_id, state=state, valid_for_s=valid_for_s, by=by, say=say)
    return command.model_dump_json().encode()


def hears_after(delay: timedelta) -> Answer:
    """A hub that hears every call and fall, this much later."""

    def answer(emission: Emission) -> Iterable[tuple[timedelta, str, bytes]]:
        if not isinstance(emission, Published) or emission.garbled:
            return
        decoded = decode(emission)
        if decoded is not None and isinstance(decoded[2], CallMessage | FallMessage):
            yield delay, decoded[0].cmd, heard_command(decoded[2].event_id)

    return answer
