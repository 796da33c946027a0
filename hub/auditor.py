"""The auditor: asks again and again whether every open alert is carried on, and remembers since when an answer has been no.

What stays so for `LASTS_S` stops the outside heartbeat (`hub/heartbeat`), shows on the console and in /readyz, and says why. It
never ends the process: what is wrong in memory may still tell people, and nothing would be better for an alert than that.
"""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hub.core.audit import Finding

log = logging.getLogger(__name__)

LOOK_EVERY_S = 5.0
LASTS_S = 30.0
"""So long a finding must last: what a look catches in passing is none."""
_TOLD = 3
"""Findings named in a sentence; the page has all of them."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A finding, and for how long it has stood by now."""

    finding: Finding
    for_s: float


class Auditor:
    """`look` gives the findings of this moment, or raises: then the chain is not known to hold, which is a finding, too.

    One thread looks; any thread may read."""

    def __init__(
        self, look: Callable[[], Iterable[Finding]], monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._look = look
        self._monotonic = monotonic
        self._since: dict[Finding, float] = {}
        self._looked_at = monotonic()
        self._failure = ""
        self._told: frozenset[Finding] = frozenset()

    def look(self) -> None:
        """Ask once."""
        try:
            found = frozenset(self._look())
        except Exception as error:
            if not self._failure:
                log.exception("the auditor could not look")
            self._failure = type(error).__name__
            return
        now = self._monotonic()
        self._since = {finding: self._since.get(finding, now) for finding in found}
        self._looked_at, self._failure = now, ""
        lasting = frozenset(one.finding for one in self.lasting())
        for finding in sorted(lasting - self._told):
            log.error("auditor: %s, home %s, %s", finding.lapse, finding.home_id, finding.subject)
        for finding in sorted(self._told - lasting):
            log.info("auditor: over: %s, home %s, %s", finding.lapse, finding.home_id, finding.subject)
        self._told = lasting

    def lasting(self) -> tuple[Standing, ...]:
        """What has stood for too long, the longest first."""
        now = self._monotonic()
        found = (Standing(finding, now - since) for finding, since in self._since.items())
        return tuple(
            sorted((one for one in found if one.for_s >= LASTS_S), key=lambda one: (-one.for_s, one.finding))
        )

    @property
    def looked_ago_s(self) -> float:
        """Since the last look that gave an answer."""
        return self._monotonic() - self._looked_at

    @property
    def problem(self) -> str | None:
        """Why nobody should rely on the chain now; None while it holds."""
        if self.looked_ago_s >= LASTS_S:
            why = f" ({self._failure})" if self._failure else ""
            return f"the auditor has had no answer for {self.looked_ago_s:.0f} s{why}"
        lasting = self.lasting()
        if not lasting:
            return None
        named = "; ".join(f"{one.finding.lapse} {one.finding.subject}" for one in lasting[:_TOLD])
        more = f" and {len(lasting) - _TOLD} more" if len(lasting) > _TOLD else ""
        return f"{named}{more}"
