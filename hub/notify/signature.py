"""The signature that the webhook puts on its requests and that answers must carry: HMAC-SHA256 over time and body.

    X-Care-Timestamp: seconds since 1970
    X-Care-Signature: v1=<hex HMAC-SHA256 of "{timestamp}." and the body's bytes>

The time is signed with the body, so a recorded request is worthless after the tolerance; within it the idempotency key tells
a repetition apart.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Final

TIMESTAMP_HEADER: Final = "X-Care-Timestamp"
SIGNATURE_HEADER: Final = "X-Care-Signature"
IDEMPOTENCY_HEADER: Final = "Idempotency-Key"
TOLERANCE_S: Final = 300


def sign(secret: bytes, timestamp: str, body: bytes) -> str:
    """The value of the signature header."""
    digest = hmac.new(secret, timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"v1={digest}"


def signed_headers(secret: bytes, body: bytes, now: datetime) -> dict[str, str]:
    """Both headers for `body`, signed now."""
    timestamp = str(int(now.timestamp()))
    return {TIMESTAMP_HEADER: timestamp, SIGNATURE_HEADER: sign(secret, timestamp, body)}


def verify(
    secret: bytes, headers: Mapping[str, str], body: bytes, now: datetime, tolerance_s: int = TOLERANCE_S
) -> bool:
    """Whether `body` was signed with `secret` at most `tolerance_s` from now, before or after. Header names in any case.

    An empty secret verifies nothing: a setting left out must not open the door.
    """
    if not secret:
        return False
    named = {name.lower(): value for name, value in headers.items()}
    timestamp = named.get(TIMESTAMP_HEADER.lower(), "")
    signature = named.get(SIGNATURE_HEADER.lower(), "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12):
        return False
    if abs(now.timestamp() - int(timestamp)) > tolerance_s:
        return False
    return hmac.compare_digest(sign(secret, timestamp, body).encode(), signature.encode(errors="replace"))
