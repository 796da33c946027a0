"""What an installation may choose about its web server."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from hub.clock import wall_now
from hub.web.words import Language


@dataclass(frozen=True, slots=True)
class WebSettings:
    """`data_dir` holds the session secret. `answer_secret` is the webhook's: answers are signed with it; empty, nobody can
    answer by webhook."""

    data_dir: Path
    timezone: ZoneInfo = ZoneInfo("Asia/Shanghai")
    language: Language = "zh"
    session_lasts: timedelta = timedelta(hours=12)
    answer_secret: bytes = field(default=b"", repr=False)
    wall: Callable[[], datetime] = wall_now
    """The clock by which answers are signed: whoever signs knows nothing of hub time."""
    heartbeat_every: timedelta = timedelta(seconds=15)
    stream_queue: int = 512
    """Events a slow screen may be behind before it is cut off (it comes back and resumes)."""
    stream_memory: int = 4096
    """Newest events kept encoded, so that a returning screen needs no query."""
    ways_to_people: frozenset[str] = frozenset({"webhook"})
    """The channels that are set up over which butlers and families are told. Without any the screens say so."""
    on_site_within: timedelta = timedelta(minutes=30)
    """Until somebody is at the door, by contract: reports measure against it."""

    @property
    def tells_people(self) -> bool:
        return bool(self.ways_to_people)
