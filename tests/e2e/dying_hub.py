"""A hub that kills itself at one chosen moment of its work on a call: `python -m tests.e2e.dying_hub MOMENT run ...`.

The moments in their order: the batch is committed, *heard* is said, the broker is acknowledged, people are notified.
"""

import os
import signal
import sys
from collections.abc import Sequence
from enum import StrEnum

from hub.__main__ import main
from hub.app import Hub
from hub.core.notifications import Heard, Notification
from hub.ingest.message import RawMessage
from hub.store.batch import Batch, JournalLine
from hub.store.store import Store


class Moment(StrEnum):
    BEFORE_COMMIT = "before_commit"
    BEFORE_HEARD = "before_heard"
    BEFORE_ACKNOWLEDGEMENT = "before_acknowledgement"
    BEFORE_NOTIFYING = "before_notifying"


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def arm(moment: Moment) -> None:
    """Die instead of what comes at that moment, for the first batch that holds a call."""
    commit, acknowledge = Store.commit, Hub.acknowledge

    def dying_commit(store: Store, batch: Batch) -> list[JournalLine]:
        if any(effect.outcome.heard for effect in batch.effects):
            _die()
        return commit(store, batch)

    def dying_say_heard(hub: Hub, heard: Sequence[Heard]) -> None:
        _die()

    def dying_acknowledge(hub: Hub, messages: Sequence[RawMessage]) -> None:
        if any(message.topic.endswith("/call") for message in messages):
            _die()
        acknowledge(hub, messages)

    def dying_send(hub: Hub, notifications: Sequence[Notification]) -> None:
        _die()

    deaths = {
        Moment.BEFORE_COMMIT: (Store, dying_commit),
        Moment.BEFORE_HEARD: (Hub, dying_say_heard),
        Moment.BEFORE_ACKNOWLEDGEMENT: (Hub, dying_acknowledge),
        Moment.BEFORE_NOTIFYING: (Hub, dying_send),
    }
    owner, dying = deaths[moment]
    setattr(owner, dying.__name__.removeprefix("dying_"), dying)


if __name__ == "__main__":
    arm(Moment(sys.argv[1]))
    sys.exit(main(sys.argv[2:]))
