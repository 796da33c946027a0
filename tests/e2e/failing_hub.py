"""A hub in which one loop dies or stalls once a file appears: `python -m tests.e2e.failing_hub WHICH FILE run ...`."""

import sys
import threading
from pathlib import Path
from typing import Any

from hub.__main__ import main
from hub.engine.engine import Engine
from hub.ingest.message import SessionName
from hub.ingest.session import Session
from hub.notify.lane import Lane, Task


class Dead(BaseException):
    """No handler of ordinary errors may catch it: the loop must end."""


def arm(which: str, file: Path) -> None:
    """Let the loop's own function fail as soon as `file` is there."""
    turn, check = Engine.turn, Session._check

    def failing_turn(engine: Engine) -> int:
        if file.exists():
            if which == "engine_stalls":
                threading.Event().wait()
            raise Dead
        return turn(engine)

    def failing_check(session: Session, *args: Any) -> None:
        if file.exists() and session.name is SessionName.URGENT:
            raise Dead
        check(session, *args)

    def failing_wait(lane: Lane, *args: Any) -> Task | None:
        # An idle lane sleeps until it gets work; this one wakes to die.
        while not file.exists():
            threading.Event().wait(0.1)
        raise Dead

    owner, name, failing = {
        "engine_dies": (Engine, "turn", failing_turn),
        "engine_stalls": (Engine, "turn", failing_turn),
        "session_dies": (Session, "_check", failing_check),
        "lane_dies": (Lane, "wait", failing_wait),
    }[which]
    setattr(owner, name, failing)


if __name__ == "__main__":
    arm(sys.argv[1], Path(sys.argv[2]))
    sys.exit(main(sys.argv[3:]))
