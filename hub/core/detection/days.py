"""What a home remembers of its days and nights: life in it, its beds, rounds at night, stays in the bathroom. Data only;
`living` moves it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hub.core.detection.bathroom import Stay
from hub.core.detection.bed_exit import Watch
from hub.core.detection.inactivity import Life
from hub.core.detection.wandering import Rounds


@dataclass(frozen=True, slots=True)
class Days:
    """`beds` by device. `due_at`: when something of it is looked at again although nothing is heard. `told`: when it was told
    last of what lasts, by the key of its alert. `blind`: for a time nothing could be heard, so silence meant nothing."""

    life: Life
    beds: Mapping[str, Watch] = field(default_factory=dict)
    rounds: Rounds = field(default_factory=Rounds)
    stay: Stay = field(default_factory=Stay)
    due_at: datetime | None = None
    told: Mapping[str, datetime] = field(default_factory=dict)
    blind: bool = False
