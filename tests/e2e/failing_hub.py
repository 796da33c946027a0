"""A hub in which one loop dies, stalls or forgets once a file appears: `python -m tests.e2e.failing_hub WHICH FILE run ...`."""

import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

from hub import auditor
from hub.__main__ import main
from hub.core import escalation
from hub.core.alerts import Alert
from hub.core.draft import Draft
from hub.engine.engine import Engine
from hub.ingest.message import SessionName
from hub.ingest.session import Session
from hub.notify.lane import Lane, Task


class Dead(BaseException):
    """No handler of ordinary errors may catch it: the loop must end."""


def arm(which: str, file: Path) -> None:
    """Let the loop's own function fail as soon as `file` is there."""
    turn, check, advance = Engine.turn, Session._check, escalation.advance

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

    def forgetful_advance(draft: Draft, alert: Alert) -> Alert:
        told = advance(draft, alert)
        if not file.exists():
            return told
        return draft.put_alert(replace(told, escalate_at=None, reassure_at=None))

    owner, name, failing = {
        "engine_dies": (Engine, "turn", failing_turn),
        "engine_stalls": (Engine, "turn", failing_turn),
        "session_dies": (Session, "_check", failing_check),
        "lane_dies": (Lane, "wait", failing_wait),
        "deadlines_are_lost": (escalation, "advance", forgetful_advance),
    }[which]
    setattr(owner, name, failing)


if __name__ == "__main__":
    # What takes half a minute in a home.
    auditor.LOOK_EVERY_S, auditor.LASTS_S = 0.1, 1.0
    arm(sys.argv[1], Path(sys.argv[2]))
    sys.exit(main(sys.argv[3:]))
