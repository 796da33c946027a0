"""What this process knows of opened care cards without asking the store. Belongs to the event loop."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime

_REMEMBERED = 10_000


@dataclass(slots=True)
class WrittenOpenings:
    """See `care_cards`."""

    written: OrderedDict[tuple[str, str], None] = field(default_factory=OrderedDict)
    """(alert, log-in) of openings that are in the store."""
    unwritten: dict[tuple[str, str], datetime] = field(default_factory=dict)
    """(home, log-in) of those for an emergency that the store could not take, and until when they hold."""

    def remember(self, alert_id: str, login: str) -> None:
        self.written[alert_id, login] = None
        while len(self.written) > _REMEMBERED:
            self.written.popitem(last=False)
