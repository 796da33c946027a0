"""Words to systemd over its notification socket: ready, still alive, stopping. Without a supervisor nothing happens."""

import os
import socket


def tell_systemd(state: str) -> bool:
    """Send one state line; False where nobody listens."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return False
    target = "\0" + address[1:] if address.startswith("@") else address
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaker:
            speaker.connect(target)
            speaker.send(state.encode())
    except OSError:
        return False
    return True
