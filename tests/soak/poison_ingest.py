"""Bad messages through the real engine and store: none ends it, none is lost, each refusal says why, no call topic is silent."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from firmware_contracts.topics import parse_up
from firmware_contracts.vocabulary import Kind
from hub.core.home import UNASSIGNED_HOME_ID
from hub.engine.turn import LONGEST_KEPT
from hub.ingest.message import SessionName
from hub.store.store import InputSource
from tests.soak.poisons import Bad
from tests.story import Story

BETWEEN = timedelta(seconds=10)
"""Slow enough that none is one of a flood."""
_URGENT = frozenset({Kind.CALL, Kind.FALL})


@dataclass
class Found:
    """What went wrong, by the name of the input."""

    tried: int = 0
    refused: int = 0
    crashed: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    without_reason: list[str] = field(default_factory=list)
    silent: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> list[str]:
        parts = {
            "crashed": self.crashed,
            "lost": self.lost,
            "refused without a reason": self.without_reason,
            "silent on a call topic": self.silent,
        }
        return [f"{what}: {name}" for what, names in parts.items() for name in names]


def at_ingest(story: Story, inputs: Iterable[Bad]) -> Found:
    found = Found()
    for bad in inputs:
        found.tried += 1
        _try(story, bad, found)
    return found


def _try(story: Story, bad: Bad, found: Found) -> None:
    story.time.pass_(BETWEEN)
    story.run()
    before, acknowledged = story.engine.health(), len(story.acknowledged)
    native = parse_up(bad.topic)
    urgent = native is not None and native[1] in _URGENT
    session = SessionName.URGENT if urgent else SessionName.TELEMETRY if native else SessionName.FOREIGN
    story.publish(bad.topic, bad.payload, session=session)
    after = story.engine.health()
    if after.failed_steps != before.failed_steps or after.commit_failures != before.commit_failures:
        found.crashed.append(bad.name)
        return
    kept = story.rows(
        f"select topic, payload from input_log where seq > {before.last_seq} and source = {InputSource.MESSAGE.value}"
    )
    ignored = after.ignored - before.ignored
    if len(story.acknowledged) != acknowledged + 1 or len(kept) + ignored != 1:
        found.lost.append(bad.name)
        return
    if kept and (kept[0][0] != bad.topic or bytes(kept[0][1]) != bad.payload[:LONGEST_KEPT]):
        found.lost.append(f"{bad.name}: kept as something else")
    if after.rejected > before.rejected:
        found.refused += 1
        (reason,) = story.rows(
            f"select reason, detail from rejected_message where input_seq > {before.last_seq}"
        )
        if not all(reason):
            found.without_reason.append(bad.name)
    if urgent and bad.payload and not _noticed(story, bad, before.last_seq):
        found.silent.append(bad.name)


def _noticed(story: Story, bad: Bad, since_seq: int) -> bool:
    """Whether a call or fall topic of a known device led to an open alert, evidence, a request, a test or *heard*; of an unknown
    device, to a rejected message or an alert."""
    parsed = parse_up(bad.topic)
    assert parsed is not None
    home = story.engine.home(parsed[0].home)
    if home is None:
        unassigned = story.engine.home(UNASSIGNED_HOME_ID)
        kept = story.rows(f"select input_seq from rejected_message where input_seq > {since_seq}")
        return bool(kept) or (unassigned is not None and bool(unassigned.alerts))
    about = {parsed[0].device}
    return any(
        alert.device_id in about or any(sign.device_id in about for sign in alert.evidence)
        for alert in home.alerts.values()
    )
