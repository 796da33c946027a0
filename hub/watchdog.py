"""Words to systemd over its notification socket: ready, still alive, stopping. Without a supervisor nothing happens."""

import os
import socket

USUALLY_EVERY_S = 5.0
WORDS_BEFORE_TOO_LATE = 3


def tell_systemd(state: str) -> bool:
    """Send one state line; False where nobody listens."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return False
    target = "\0" + address[1:] if address.startswith("@") else address
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaker:
            # A supervisor that does not read must not hold the hub.
            speaker.setblocking(False)
            speaker.connect(target)
            speaker.send(state.encode())
    except OSError:
        return False
    return True


def is_supervised() -> bool:
    """Whether somebody starts the hub again when its words stop."""
    return "NOTIFY_SOCKET" in os.environ and "WATCHDOG_USEC" in os.environ


def tell_every_s() -> float:
    """How often to say that all is well: three times in the span that the supervisor gives, if it gives one."""
    given = os.environ.get("WATCHDOG_USEC", "")
    if not given.isdecimal() or int(given) == 0:
        return USUALLY_EVERY_S
    return min(USUALLY_EVERY_S, int(given) / 1e6 / WORDS_BEFORE_TOO_LATE)
