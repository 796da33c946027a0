"""The session cookie: who logged in, signed with a secret that only this hub knows."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from itsdangerous import BadData, URLSafeSerializer

COOKIE = "care_session"
SECRET_FILE = "web-secret"  # noqa: S105 -- a file's name
_SECRET_BYTES = 32
_AHEAD = timedelta(minutes=1)
"""A clock that was set back a little ends nobody's session."""


@dataclass(frozen=True, slots=True)
class Session:
    """`generation` is the account's at log-in: a new password or a disabled account makes older sessions worthless. `id` is this
    log-in's on this device, and stays when the session is renewed: logging out ends it and no other."""

    login: str
    generation: int
    began_at: datetime
    id: str = field(default_factory=lambda: secrets.token_urlsafe(12))


class Sessions:
    """Signs and reads sessions; one that was changed, is over or was ended reads as None."""

    def __init__(self, secret: str, lasts: timedelta) -> None:
        self._signer = URLSafeSerializer(secret, salt="care-session-2")
        self._ended: dict[str, datetime] = {}
        self.lasts = lasts

    def write(self, session: Session) -> str:
        began = int(session.began_at.timestamp())
        return self._signer.dumps([session.login, session.generation, began, session.id])

    def end(self, session: Session, now: datetime) -> datetime:
        """Until when it must be remembered: no cookie of it was written later than now."""
        self._ended = {key: until_at for key, until_at in self._ended.items() if until_at > now}
        until_at = now + self.lasts + _AHEAD
        self._ended[session.id] = until_at
        return until_at

    def remember(self, ended: Mapping[str, datetime]) -> None:
        """What was ended before this process began."""
        self._ended |= ended

    def has_ended(self, session: Session) -> bool:
        return session.id in self._ended

    def read(self, cookie: str, now: datetime) -> Session | None:
        try:
            login, generation, began, key = self._signer.loads(cookie)
            session = Session(str(login), int(generation), datetime.fromtimestamp(int(began), UTC), str(key))
        except (BadData, TypeError, ValueError):
            return None
        runs = session.began_at <= now + _AHEAD and now < session.began_at + self.lasts
        return session if runs and not self.has_ended(session) else None


def load_secret(data_dir: Path) -> str:
    """The secret of this installation; made on first use, readable by the hub's user alone."""
    path = data_dir / SECRET_FILE
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        secret = path.read_text(encoding="ascii").strip()
        if len(secret) < _SECRET_BYTES:
            raise RuntimeError(
                f"{path} holds no usable secret: delete it and start again; everybody has to log in anew."
            ) from None
        return secret
    secret = os.urandom(_SECRET_BYTES).hex()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(secret + "\n")
        file.flush()
        os.fsync(file.fileno())
    return secret
