"""The real process, killed again and again: a hub on a real Mosquitto dies at random moments under presses and readings, and
afterwards everything is counted. `python -m tests.soak.kills --cycles 100 --seed 7`.

Buttons press and repeat until they hear *heard*; nobody closes an alert, so every press of a home belongs to one and the same.
"""

import argparse
import random
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any

from device_sim.link import Broker
from device_sim.load import run_load
from device_sim.load_messages import parse_mix
from device_sim.spec import FleetSpec
from hub.evaluation.figures import Figure
from hub.store.queries import Queries
from hub.store.store import Store
from tests.e2e.afterwards import alerts_of_calls
from tests.e2e.hub_process import HubProcess, write_settings
from tests.e2e.receiver import Receiver
from tests.e2e.street import CELL, Call, Street, played, settle, street, until
from tests.servers import MosquittoServer

HOMES = 60
READINGS_PER_S = 200.0
LONGEST_LIFE_S = 0.3
"""After the presses of a cycle, before the kill: a commit, *heard* and the first notifications fit into it several times."""
STILLBORN = 0.2
"""The share of cycles in which the hub is killed once more while it starts: in its imports, in its recovery, before or after."""
LONGEST_START_S = 2.5
WITHIN_S = 60.0
"""For everything to be heard and told at the end."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What is found after the last life."""

    cycles: int
    kills: int
    presses: int
    found: int
    missing: int
    doubled: int
    unheard: int
    alerts: int
    alerts_nobody_was_told_of: int
    notifications: int
    notifications_sent: int
    notifications_replaced: int
    notifications_repeated: int
    notifications_unknown: int
    broken_journals: int
    readings: int
    readings_unacknowledged: int
    seconds: float

    def figures(self) -> tuple[Figure, ...]:
        return (
            Figure("kill_cycles", self.cycles, "cycles"),
            Figure("kills", self.kills, "kills", self.cycles, at_least=True),
            Figure("kill_presses_sent", self.presses, "presses"),
            Figure("kill_presses_found", self.found, "presses", self.presses, at_least=True),
            Figure("kill_presses_missing", self.missing, "presses", 0),
            Figure("kill_presses_doubled", self.doubled, "presses", 0),
            Figure("kill_presses_heard", self.presses - self.unheard, "presses", self.presses, at_least=True),
            Figure("kill_alerts_found", self.alerts, "alerts"),
            Figure("kill_alerts_untold", self.alerts_nobody_was_told_of, "alerts", 0),
            Figure("kill_notifications_due", self.notifications, "notifications"),
            # One that had not gone out yet gives its place to a newer one about the same alert to the same person.
            Figure(
                "kill_notifications_sent",
                self.notifications_sent,
                "notifications",
                self.notifications - self.notifications_replaced,
                at_least=True,
            ),
            Figure("kill_notifications_replaced", self.notifications_replaced, "notifications"),
            # At least once: what was on its way when the hub died goes out again, under the same key.
            Figure("kill_notifications_repeated", self.notifications_repeated, "notifications"),
            Figure("kill_notifications_unknown", self.notifications_unknown, "notifications", 0),
            Figure("kill_journals_broken", self.broken_journals, "homes", 0),
            Figure("kill_readings_sent", self.readings, "messages"),
            Figure("kill_readings_unacknowledged", self.readings_unacknowledged, "messages", 0),
            Figure("kill_seconds", self.seconds, "s"),
        )


def measure(cycles: int, folder: Path, *, seed: int = 7, homes: int = HOMES) -> tuple[Figure, ...]:
    """Everything of its own: broker, hub, receiver, homes."""
    directory = street(homes)
    with MosquittoServer(folder / "broker") as broker, Receiver() as receiver:
        mqtt = f'host = "{broker.host}"\nport = {broker.port}'
        hub = HubProcess(write_settings(folder / "hub", mqtt=mqtt, webhook=receiver.url))
        settle(directory, hub.data_dir)
        try:
            return kill(hub, played(directory), broker, receiver.received, cycles, seed).figures()
        finally:
            hub.close()


def kill(
    hub: HubProcess,
    homes: FleetSpec,
    broker: MosquittoServer,
    received: Mapping[str, int],
    cycles: int,
    seed: int,
) -> Counted:
    """Press and kill in turns, let the last life finish, and count. The hub is not running before, nor afterwards."""
    rng = random.Random(f"kills/{seed}")
    began = time.monotonic()
    load = _Load(homes, Broker(broker.host, broker.port))
    kills = 0
    hub.start_ready()
    with load, Street(homes, broker.host, broker.port) as residents:
        for _ in range(cycles):
            some = rng.choices(residents.keys, k=rng.randint(2, 6))
            residents.press(*some)
            until(partial(_at_most, residents, rng.randint(0, len(some))), "some are heard", WITHIN_S)
            Event().wait(rng.uniform(0, LONGEST_LIFE_S))
            hub.kill()
            kills += 1
            # Somebody presses while there is no hub.
            residents.press(rng.choice(residents.keys))
            hub.start()
            if rng.random() < STILLBORN:
                Event().wait(rng.uniform(0, LONGEST_START_S))
                hub.kill()
                kills += 1
                hub.start()
        load.stop()
        until(hub.ready, "the hub is ready", WITHIN_S)
        until(lambda: not residents.unheard(), "every press is heard", WITHIN_S)
        until(partial(_all_told, hub), "everybody is told", WITHIN_S)
        unheard = len(residents.unheard())
        assert hub.stop() == 0
        calls = residents.calls
    return _count(
        hub.data_dir,
        calls,
        received,
        cycles=cycles,
        kills=kills,
        unheard=unheard,
        readings=load.sent,
        readings_unacknowledged=load.unacknowledged,
        seconds=time.monotonic() - began,
    )


def _at_most(residents: Street, count: int) -> bool:
    return len(residents.unheard()) <= count


def _all_told(hub: HubProcess) -> bool:
    with Queries(hub.data_dir / "hub.sqlite") as queries:
        return queries.counts().outbox_queued == 0


def _count(data_dir: Path, calls: Collection[Call], received: Mapping[str, int], **more: Any) -> Counted:
    alerts = alerts_of_calls(data_dir)
    told = Counter(
        (home, event_id) for home, found in alerts.items() for one in found for event_id in one.event_ids
    )
    pressed = [(call.home, call.event_id) for call in calls]
    with closing(sqlite3.connect(data_dir / "hub.sqlite")) as database:
        rows = database.execute(
            "SELECT notification_id, state, alert_id, person_id FROM outbox WHERE channel = 'webhook' ORDER BY id DESC"
        ).fetchall()
    outbox = {name: (state, alert) for name, state, alert, _ in rows}
    replaced = 0
    reached: set[tuple[str, str]] = set()
    for name, state, alert, person in rows:
        if state == "sent" and received.get(name):
            reached.add((alert, person))
        elif state == "failed" and (alert, person) in reached:
            replaced += 1
    told_of = {alert for name, (state, alert) in outbox.items() if state == "sent" and received.get(name)}
    opened = [one.id for found in alerts.values() for one in found]
    with Queries(data_dir / "hub.sqlite") as queries:
        homes = [home.home_id for home in queries.list_homes(limit=1000)]
    with Store.open(data_dir / "hub.sqlite", CELL) as store:
        broken = sum(not store.verify_chain(home).intact for home in homes)
    return Counted(
        presses=len(pressed),
        found=sum(told[press] > 0 for press in pressed),
        missing=sum(told[press] == 0 for press in pressed),
        # Twice in one alert, or a second alert of a home whose first one nobody closed.
        doubled=sum(told[press] > 1 for press in pressed) + sum(len(found) - 1 for found in alerts.values()),
        alerts=len(opened),
        alerts_nobody_was_told_of=sum(alert not in told_of for alert in opened),
        notifications=len(outbox),
        notifications_sent=sum(state == "sent" and name in received for name, (state, _) in outbox.items()),
        notifications_replaced=replaced,
        notifications_repeated=sum(count - 1 for count in received.values()),
        notifications_unknown=len(set(received) - set(outbox)),
        broken_journals=broken,
        **more,
    )


class _Load:
    """Readings of all homes while the block runs, or until `stop`."""

    def __init__(self, homes: FleetSpec, broker: Broker) -> None:
        self._stop = Event()
        self._report: dict[str, Any] = {}
        self._thread = Thread(target=self._run, args=(homes, broker), name="readings", daemon=True)

    def _run(self, homes: FleetSpec, broker: Broker) -> None:
        mix = parse_mix("vitals=100")
        self._report = run_load(
            homes, broker, mix=mix, rate_per_s=READINGS_PER_S, lasts_s=24 * 3600, boot=1, stop=self._stop
        )

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(WITHIN_S)

    @property
    def sent(self) -> int:
        return int(self._report["sent"])

    @property
    def unacknowledged(self) -> int:
        return int(self._report["unacked"])

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


def main(say: Callable[[str], None] = print) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak.kills", description=__doc__)
    parser.add_argument("--cycles", type=int, default=100)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="care-kills-") as folder:
        found = measure(args.cycles, Path(folder), seed=args.seed)
    for one in found:
        say(f"{one.name:<38}{one.value:>12,.10g} {one.unit}{'' if one.kept else '   NOT KEPT'}")
    return 0 if all(one.kept for one in found) else 1


if __name__ == "__main__":
    sys.exit(main())
