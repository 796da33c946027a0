"""The two programs that are compared, each in a process of its own: `plain` (a stock paho subscriber) and `hub` (no console).

Both print one line of JSON when the last message was acknowledged: the seconds since their session was connected, and the
processor time of the process in that span.
"""

import json
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

COUNT_EVERY_S = 0.002


def tell(messages: int, seconds: float, processor_s: float) -> None:
    sys.stdout.write(
        json.dumps({"messages": messages, "seconds": seconds, "processor_s": processor_s}) + "\n"
    )
    sys.stdout.flush()


def plain(host: str, port: int, cell: str, expected: int) -> None:
    """paho as its documentation shows it: a persistent session, `loop_forever`, acknowledging when the callback returns.
    With 0 expected it only makes the session known to the broker."""
    import paho.mqtt.client as paho
    from paho.mqtt.enums import CallbackAPIVersion

    client = paho.Client(CallbackAPIVersion.VERSION2, client_id=f"plain-{cell}", clean_session=False)
    began = began_processor = 0.0
    count = 0

    def on_connect(*_: Any) -> None:
        nonlocal began, began_processor
        began, began_processor = time.perf_counter(), time.process_time()
        client.subscribe(f"care/v1/{cell}/#", 1)

    def on_subscribe(*_: Any) -> None:
        if expected == 0:
            client.disconnect()

    def on_message(client: Any, data: Any, message: Any) -> None:
        nonlocal count
        count += 1
        if count == expected:
            tell(count, time.perf_counter() - began, time.process_time() - began_processor)
            client.disconnect()

    client.on_connect = on_connect
    client.on_subscribe = on_subscribe
    client.on_message = on_message
    client.connect(host, port)
    client.loop_forever()


def hub(config: str, expected: int) -> None:
    """The hub as `hub run` wires it, without its console. A message counts when it is acknowledged: after its commit."""
    from hub.app import Hub
    from hub.clock import wall_now
    from hub.config.settings import load
    from hub.ingest.message import RawMessage

    done = threading.Event()

    class Counting(Hub):
        count = 0

        def acknowledge(self, messages: Sequence[RawMessage]) -> None:
            super().acknowledge(messages)
            self.count += len(messages)
            if self.count >= expected:
                done.set()

    running = Counting(load(Path(config), {}))
    began_processor = time.process_time()
    running.start()
    if not done.wait(120):
        sys.exit(f"only {running.count} of {expected} messages came: {running.health()}")
    ended, ended_processor = wall_now(), time.process_time()
    assert running.sessions is not None
    began = min(session.since_at for session in running.sessions.health().values())
    tell(running.count, (ended - began).total_seconds(), ended_processor - began_processor)
    running.stop()


if __name__ == "__main__":
    which, *rest = sys.argv[1:]
    if which == "plain":
        plain(rest[0], int(rest[1]), rest[2], int(rest[3]))
    else:
        hub(rest[0], int(rest[1]))
