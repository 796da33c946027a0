"""Checks who signed an answer and counts each once: between the request that brings it and the command that it becomes."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from hub.notify.signature import IDEMPOTENCY_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, TOLERANCE_S, verify
from hub.web.models import AnswerOut
from hub.web.problems import Problem

_REMEMBERED = timedelta(seconds=2 * TOLERANCE_S)
"""As long as a signature can be valid: its time may lie the tolerance ahead or behind."""
_MAX_REMEMBERED = 10_000


class Answers:
    """Remembers answers by their idempotency key, so that a repeated one gets the first one's outcome.

    The memory begins with the process: a signature made before it began is refused and must be made anew. Who signs has only
    a wall clock, so signatures are judged by `wall`; `now` is hub time, which says how long something has been remembered.
    """

    def __init__(self, secret: bytes, now: Callable[[], datetime], wall: Callable[[], datetime]) -> None:
        self._secret = secret
        self._now = now
        self._wall = wall
        self._began_at = now()
        self._known: OrderedDict[str, tuple[datetime, bytes, asyncio.Task[AnswerOut]]] = OrderedDict()

    def check(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raises a 401 problem for a signature that is missing, wrong, old, or from before this start."""
        wall = self._wall()
        # By the wall clock as it is set now, whatever it was when this process began.
        began_at = wall - (self._now() - self._began_at)
        stamp = headers.get(TIMESTAMP_HEADER.lower(), "")
        if not verify(self._secret, headers, body, wall) or int(stamp) < int(began_at.timestamp()):
            raise Problem(
                401,
                "bad_signature",
                "The signature is missing, wrong, or too old.",
                where=SIGNATURE_HEADER,
                remedy=f"Sign the body with the webhook's secret and the present time ({TIMESTAMP_HEADER}), then send again.",
            )

    async def once(self, key: str, body: bytes, carry_out: Callable[[], Awaitable[AnswerOut]]) -> AnswerOut:
        """Carry out an answer, or give the outcome of the one with the same key."""
        now = self._now()
        while self._known and (
            len(self._known) > _MAX_REMEMBERED or next(iter(self._known.values()))[0] < now - _REMEMBERED
        ):
            self._known.popitem(last=False)
        digest = hashlib.sha256(body).digest()
        known = self._known.get(key)
        if known is None or (known[2].done() and (known[2].cancelled() or known[2].exception() is not None)):
            task = asyncio.ensure_future(carry_out())
            self._known[key] = (now, digest, task)
            return await asyncio.shield(task)
        if known[1] != digest:
            raise Problem(
                422,
                "key_used",
                "Another answer had this key.",
                where=IDEMPOTENCY_HEADER,
                remedy="Use a new key for each answer.",
            )
        return await asyncio.shield(known[2])
