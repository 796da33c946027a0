"""How the engine is set and how it does: settings, counters, and the health that the console and the metrics show."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """How much work one turn takes and how lazily telemetry is saved.

    `telemetry_linger_s`: on a gateway, how long telemetry may wait for company before it is committed (an SD card's sake).
    """

    max_batch: int = 400
    max_batch_ms: int = 20
    save_every_s: float = 5.0
    urgent_queue: int = 10_000
    telemetry_queue: int = 20_000
    telemetry_linger_s: float = 0.0
    stalled_after_s: float = 30.0


@dataclass(slots=True)
class Counters:
    """What the engine did since it started."""

    messages: int = 0
    ignored: int = 0
    rejected: int = 0
    unstored: int = 0
    held_back: int = 0
    failed_steps: int = 0
    commands: int = 0
    ticks: int = 0
    commits: int = 0
    commit_failures: int = 0
    journal_lines: int = 0
    heard: int = 0


@dataclass(frozen=True, slots=True)
class EngineHealth:
    """How the engine is; numbers become metrics."""

    ready: bool
    problems: tuple[tuple[str, str], ...]
    waiting_urgent: int
    waiting_telemetry: int
    waiting_commands: int
    homes: int
    unjudged_homes: int
    unsaved_homes: int
    undelivered: int
    last_seq: int
    messages: int
    ignored: int
    rejected: int
    unstored: int
    held_back: int
    failed_steps: int
    commands: int
    ticks: int
    commits: int
    commit_failures: int
    seconds_since_turn: float
    notices: tuple[tuple[str, str], ...] = ()
    """The engine has none of its own."""
