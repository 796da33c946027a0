"""Hub time over a restart of the process: a file beside the store says what it was at one reading of the monotonic clock.

Without it hub time goes on at the last commit wherever the wall clock is behind: whatever is due would come later by what passed
since then. A machine that starts anew has another monotonic clock, and nothing to go on with but the store and the wall clock.
"""

import contextlib
import json
import os
from datetime import datetime
from pathlib import Path

from hub.clock import Anchor

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
"""Linux: another one after every start of the machine."""


def boot_id() -> str:
    """This run of the machine; empty where nobody says."""
    try:
        return BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""


def beside(store: Path) -> Path:
    return store.with_name(store.name + ".clock")


def load(store: Path) -> Anchor | None:
    """What the process before left, if the machine has run on since; None where it cannot be read: it is a hint."""
    try:
        kept = json.loads(beside(store).read_text(encoding="utf-8"))
        at = datetime.fromisoformat(kept["at"])
        if not kept["boot_id"] or kept["boot_id"] != boot_id() or at.tzinfo is None:
            return None
        return Anchor(float(kept["monotonic_s"]), at)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def keep(store: Path, anchor: Anchor) -> None:
    """For the next process, in place of what was kept; raises OSError."""
    path = beside(store)
    fresh = path.with_name(path.name + ".part")
    text = json.dumps({"boot_id": boot_id(), "monotonic_s": anchor.monotonic_s, "at": anchor.at.isoformat()})
    # What a power loss leaves of it belongs to a machine that ran before: nothing has to reach the disk now.
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)


def forget(store: Path) -> None:
    """Another store takes its place: hub time is what that one says."""
    with contextlib.suppress(FileNotFoundError):
        beside(store).unlink()
