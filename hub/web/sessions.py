"""The session cookie: who logged in, signed with a secret that only this hub knows."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from itsdangerous import BadData, URLSafeSerializer

COOKIE = "care_session"
SECRET_FILE = "web-secret"  # noqa: S105 -- a file's name
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Session:
    """`generation` is the account's at log-in: a new password or a disabled account makes older sessions worthless."""

    login: str
    generation: int
    began_at: datetime


class Sessions:
    """Signs and reads sessions; a changed or expired one reads as None."""

    def __init__(self, secret: str, lasts: timedelta) -> None:
        self._signer = URLSafeSerializer(secret, salt="care-session-1")
        self.lasts = lasts

    def write(self, session: Session) -> str:
        return self._signer.dumps([session.login, session.generation, int(session.began_at.timestamp())])

    def read(self, cookie: str, now: datetime) -> Session | None:
        try:
            login, generation, began = self._signer.loads(cookie)
            session = Session(str(login), int(generation), datetime.fromtimestamp(int(began), UTC))
        except (BadData, TypeError, ValueError):
            return None
        return (
            session
            if session.began_at <= now + timedelta(minutes=1) and now < session.began_at + self.lasts
            else None
        )


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
