"""The state of a release, kept for ever: `python -m tests.store.state_fixture` writes the one of the current schema.

Run it once, before a release goes out with a new schema number. A released fixture never changes: it is what installations
in the field have on their disks. Beside the SQL dump lies what must be found in it after loading.
"""

import json
import sqlite3
import sys
import tempfile
from dataclasses import astuple, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from hub.clock import KeptDoubt
from hub.core.alerts import WhatItWas, WhatWasDone, acknowledge, go_on_the_way, resolve
from hub.core.events import Acknowledge, Actor, ActorRole
from hub.core.home import Home
from hub.core.journal import Entry, EntryKind
from hub.core.outcome import DeliveryUpdate, Outcome, Reading
from hub.core.service_requests import RequestState
from hub.store import accounts, api_tokens, care_cards, clock_doubt, codec
from hub.store.api_tokens import Token
from hub.store.care_cards import Opening
from hub.store.migrations import SCHEMA_NUMBER
from hub.store.queries import Queries
from hub.store.store import Batch, Effect, Failure, InputSource, LoggedInput, Rejection, Retention, Store
from tests.store import samples
from tests.store.samples import CELL, at, batch, changed, enrolled, message, pressed

FOLDER = Path(__file__).resolve().parent.parent / "fixtures" / "state"


def write_story(store: Store) -> None:
    """Something in every table: held, waiting and closed alerts, an outbox in every state, a journal that has lost its start."""
    first, second = samples.home("home-1"), samples.home("home-2", centre_id="daxue")
    second = replace(second, unjudged=True)
    store.commit(enrolled(first, second))

    press = pressed(first, "a-held", 2, 10)
    taken = acknowledge(press.outcome.alerts[0], "p-wang", at(30))
    answer = changed(press.after, taken, EntryKind.ALERT_ACKNOWLEDGED, 3, 30)
    on_the_way = go_on_the_way(taken, "p-wang", at(50))
    going = changed(answer.after, on_the_way, EntryKind.ALERT_ON_THE_WAY, 4, 50)
    waiting = pressed(going.after, "a-waiting", 5, 60)
    reports = tuple(
        DeliveryUpdate(name, state, 1, at(400) if state == "queued" else None)
        for name, state in (("a-held-2", "received"), ("a-waiting-1", "queued"), ("a-waiting-2", "sent"))
    )
    delivered = Effect(*(6, at(70), waiting.after, waiting.after), Outcome(waiting.after, deliveries=reports))

    other = pressed(second, "a-closed", 7, 5)
    done = resolve(other.outcome.alerts[0], "op-1", at(90), WhatItWas.MISTAKE, WhatWasDone.BY_PHONE, "按错了")
    closed = changed(other.after, done, EntryKind.ALERT_RESOLVED, 8, 90, "op-1")
    asked = samples.request(second, "q-open", 95)
    served = replace(samples.request(second, "q-done", 96), state=RequestState.DONE, done_at=at(99))
    after = replace(closed.after, requests={"q-open": asked})
    failed = (DeliveryUpdate("a-closed-2", "failed", 5, None),)
    opened = Entry(EntryKind.REQUEST_OPENED, "home-2", at(95), request_id="q-open", by="op-1")
    asking = Effect(
        *(9, at(95), closed.after, after),
        Outcome(after, requests=(asked, served), journal=(opened,), deliveries=failed),
    )

    command = codec.COMMAND.dump(Acknowledge("home-1", "a-held", Actor("p-wang", ActorRole.RESPONDER), 1))
    inputs = [message(seq, seq) for seq in (2, 4, 5, 6, 7, 8, 9)]
    inputs.insert(1, LoggedInput(3, at(30), InputSource.COMMAND, "home-1", None, command.encode()))
    write = batch(other, press, answer, going, waiting, delivered, closed, asking, inputs=inputs, seconds=95)
    write.rejections.append(Rejection(9, at(95), "care/v1/x", b"\xff{", "not_json", "byte 0"))
    write.failures.append(Failure(9, at(95), "home-2", "Traceback: ..."))
    store.commit(write)

    readings = [Reading("home-1", "r-1", "heart_rate_bpm", at(60.0 * n), 70.0 + n) for n in range(3)]
    store.save([], readings, 4, at(100), history=[samples.late(first, 3, 12)])
    store.commit(Batch(at(101), 2, inputs=[message(10, 101)]))
    store.write(
        lambda connection: accounts.add_account(
            connection, "zhang", "张敏", ActorRole.OPERATOR, "scrypt1$14$8$1$c2FsdA==$aGFzaA==", at(0)
        )
    )
    opening = Opening("home-1", "zhang", "visit", at(40), at(940), note="送药")
    store.write(lambda connection: care_cards.write(connection, opening))
    token = Token("t-one", "partner", "0" * 64, ActorRole.OPERATOR, "everything", None, "zhang", at(50))
    store.write(lambda connection: api_tokens.add(connection, token))
    # The first entry of home-2 goes, so that its chain begins at an anchor.
    samples.keep_running(store, at(6) + Retention().journal)
    store.retain(at(6) + Retention().journal, replace(Retention(), **_KEPT_FOR_EVER))
    # And then it was switched off for a month.
    switched_on_at = at(6) + Retention().journal + timedelta(days=30)
    store.note_running(switched_on_at)
    # Its clock was years ahead then.
    doubt = KeptDoubt(timedelta(minutes=20), switched_on_at + timedelta(days=700))
    store.write(lambda connection: clock_doubt.keep(connection, doubt))


_KEPT_FOR_EVER: Any = {
    name: Retention().journal * 10
    for name in ("input_log", "readings", "history", "event_ids", "outbox", "rejected", "failed")
}


def contents(store: Store, path: Path) -> dict[str, Any]:
    """Everything that must be found again, as plain values."""
    loaded = store.load()
    with Queries(path) as queries:
        alerts = {alert.id: json.loads(codec.ALERT.dump(alert)) for alert in queries.list_alerts()}
        requests = {one.id: json.loads(codec.REQUEST.dump(one)) for one in queries.list_requests()}
        outbox = {
            entry.notification.id: [
                entry.state,
                entry.attempts,
                json.loads(codec.NOTIFICATION.dump(entry.notification)),
            ]
            for alert in alerts
            for entry in queries.outbox(alert)
        }
        journal = queries.journal_range()
        lines = queries.journal_after((journal.oldest or 1) - 1) or []
        readings = queries.readings("home-1", "r-1", "heart_rate_bpm", at(-60), at(3600))
        counts = queries.counts()
    return {
        "homes": {home.id: _home(home) for home in loaded.homes.values()},
        "saved_seq": loaded.saved_seq,
        "position": [loaded.checkpoint_seq, loaded.last_seq, str(loaded.hub_time_at)],
        "pending": [[one.notification.id, one.attempts, str(one.next_attempt_at)] for one in loaded.pending],
        "inputs": [
            [one.seq, str(one.at), one.source, one.topic, one.payload.decode()]
            for one in store.inputs_after(0)
        ],
        "alerts": alerts,
        "requests": requests,
        "outbox": outbox,
        "journal": [
            [line.number, line.entry.kind, line.entry.by, codec.canonical(line.entry.data)] for line in lines
        ],
        "chains": {home: store.verify_chain(home).intact for home in loaded.homes},
        "event_ids": sorted(
            store.seen_event_ids([("button-1", f"event-{alert}") for alert in [*alerts, "never"]])
        ),
        "readings": [[str(minute.minute_at), minute.low, minute.high, minute.count] for minute in readings],
        "rejected": dict(counts.rejected),
        "failed": store.write(
            lambda connection: connection.scalar(text("SELECT count(*) FROM failed_input"))
        ),
        "history": store.write(lambda connection: connection.scalar(text("SELECT count(*) FROM history"))),
        "standstills": [[str(one.from_at), str(one.until_at)] for one in store.standstills()],
        "clock_doubt": [str(part) for part in astuple(doubt)]
        if (doubt := store.write(clock_doubt.load))
        else [],
        "accounts": [account.login for account in store.write(accounts.list_accounts)],
    }


def _home(home: Home) -> dict[str, Any]:
    return {
        "profile": json.loads(codec.PROFILE.dump(home.profile)),
        "devices": {key: json.loads(codec.DEVICE_STATE.dump(one)) for key, one in home.devices.items()},
        "rules": {key: json.loads(codec.RULE_STATE.dump(one)) for key, one in home.rules.items()},
        "open": [*home.alerts, *home.requests],
        "away": len(home.away),
        "unjudged": home.unjudged,
        "wake_at": str(home.wake_at),
    }


def sorted_sets(value: Any) -> Any:
    """Sets are written in any order: lists of words are compared sorted, and the checksums of what was written are left out."""
    if isinstance(value, dict):
        return {key: sorted_sets(one) for key, one in value.items() if key != "sum"}
    if isinstance(value, list):
        plain = [sorted_sets(one) for one in value]
        return sorted(plain) if all(isinstance(one, str) for one in plain) else plain
    return value


def restore(dump: Path, path: Path) -> None:
    """The database file that the dump was made of."""
    connection = sqlite3.connect(path)
    connection.executescript(dump.read_text(encoding="utf-8"))
    connection.close()


def write_fixture(folder: Path) -> Path:
    """Write dump and contents of the current schema; refuses to change one that exists."""
    dump = folder / f"{SCHEMA_NUMBER:04}.sqlite.sql"
    if dump.exists():
        raise SystemExit(f"{dump} exists; a released state never changes")
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "cell.sqlite"
        with Store.open(path, CELL) as store:
            write_story(store)
            expected = json.dumps(sorted_sets(contents(store, path)), ensure_ascii=False, indent=1)
        connection = sqlite3.connect(path)
        folder.mkdir(parents=True, exist_ok=True)
        dump.write_text("\n".join(connection.iterdump()) + "\n", encoding="utf-8")
        connection.close()
    dump.with_suffix("").with_suffix(".json").write_text(expected + "\n", encoding="utf-8")
    return dump


if __name__ == "__main__":
    sys.stdout.write(f"{write_fixture(FOLDER)}\n")
