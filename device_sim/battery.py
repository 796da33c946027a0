"""The charge of a device: it falls in a straight line, so that the moment of the next warning is known beforehand."""

from dataclasses import dataclass
from datetime import datetime, timedelta

LOW_PERCENT = 15.0
GONE_PERCENT = 2.0


@dataclass(frozen=True, slots=True)
class Battery:
    """Charge measured at one instant and what it loses from then on."""

    percent: float
    percent_per_hour: float
    measured_at: datetime

    def at(self, now: datetime) -> float:
        """The charge at `now`, between 0 and 100."""
        hours = (now - self.measured_at) / timedelta(hours=1)
        return min(100.0, max(0.0, self.percent - self.percent_per_hour * hours))

    def reaches_at(self, percent: float) -> datetime | None:
        """When the charge is down to `percent`; None when it never is."""
        if self.percent <= percent:
            return self.measured_at
        if self.percent_per_hour <= 0:
            return None
        hours = (self.percent - percent) / self.percent_per_hour
        try:
            # A millisecond later, so that rounding cannot leave the charge a hair above.
            return self.measured_at + timedelta(hours=hours, milliseconds=1)
        except OverflowError:
            return None
