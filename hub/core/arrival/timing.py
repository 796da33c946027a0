"""When a life began, in milliseconds of hub time, and how exactly that can be known."""

from datetime import UTC, datetime, timedelta

from hub.core.home import OtherLife
from hub.core.rules import DeviceRule

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)

STEADY_WITHIN_MS = 2000
"""Messages of a living device agree on when its life began within so much, and what its clock ran off since the last one."""

DISTINCT_AFTER = timedelta(seconds=10)
"""Messages closer together are one witness: what was spoken in one moment agrees about everything, however late it comes."""

WITNESSES = 3
"""Two may agree by chance: a queue given back in two parts, as far apart in time as what they hold."""


def drift_of(rule: DeviceRule, since: timedelta) -> int:
    """By how much a device's clock may have run off meanwhile."""
    return int(since.total_seconds() * rule.drift_ppm / 1000)


def agrees(life: OtherLife, offset_ms: int, now: datetime, rule: DeviceRule) -> bool:
    """Whether a message places the beginning of a life where its earlier ones did."""
    return abs(offset_ms - life.offset_ms) <= STEADY_WITHIN_MS + drift_of(rule, now - life.at)
