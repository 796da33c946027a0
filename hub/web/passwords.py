"""Passwords of log-ins: hashed with scrypt, compared in constant time, in a format that names its own parameters."""

import base64
import hashlib
import hmac
import os

SCHEME = "scrypt1"
"""The version of the stored format: `scrypt1$log2 n$r$p$salt$hash`, salt and hash in base64."""

LOG2_N = 14
"""The price of a hash: 16 MB and some 50 ms. A stored one names the price that it was made at."""
_R, _P = 8, 1
_SALT_BYTES = 16
_HASH_BYTES = 32
_MAX_MEMORY = 64 * 1024 * 1024
MIN_LENGTH = 10
MAX_LENGTH = 256


def hash_password(password: str, salt: bytes | None = None) -> str:
    """What is stored for a password; takes some 50 ms and 16 MB on purpose, so call it outside the event loop."""
    salt = salt if salt is not None else os.urandom(_SALT_BYTES)
    digest = _scrypt(password, salt, 2**LOG2_N, _R, _P)
    return "$".join((SCHEME, str(LOG2_N), str(_R), str(_P), _text(salt), _text(digest)))


def verify_password(stored: str, password: str) -> bool:
    """Whether `password` made `stored`; False as well for a stored value of an unknown scheme."""
    try:
        scheme, log2_n, r, p, salt, digest = stored.split("$")
        if scheme != SCHEME:
            return False
        given = _scrypt(password, base64.b64decode(salt), 2 ** int(log2_n), int(r), int(p))
        return hmac.compare_digest(given, base64.b64decode(digest))
    except ValueError:
        return False


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, maxmem=_MAX_MEMORY, dklen=_HASH_BYTES)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
