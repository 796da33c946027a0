"""A process that commits batches until it is killed: `python -m tests.store.committing PATH` says each batch once it is safe."""

import sys
from dataclasses import replace
from pathlib import Path

from hub.core.alerts import add_evidence
from hub.core.home import DeviceState
from hub.core.journal import EntryKind
from hub.core.outcome import Outcome
from hub.store.store import Effect, Store
from tests.store import samples
from tests.store.samples import CELL, at, batch, entry, message, notification

INPUTS = 3
"""Of every batch; the last one raises an alert's version and brings a journal entry and a notification."""


def main(path: Path) -> None:
    with Store.open(path, CELL) as store:
        loaded = store.load()
        home = loaded.homes.get("home-1")
        if home is None:
            home = samples.home()
            home = replace(home, alerts={"a-1": samples.alert(home, "a-1")})
            store.commit(samples.enrolled(home, seq=INPUTS))
        seq = store.load().last_seq
        while True:
            seq += INPUTS
            alert = home.alerts["a-1"]
            alert = add_evidence(alert, replace(alert.evidence[0], event_id=f"event-{seq}"))
            after = replace(
                home,
                alerts={"a-1": alert},
                devices={**home.devices, "mat-1": DeviceState(boot=1, top_seq=seq)},
            )
            outcome = Outcome(
                after,
                alerts=(alert,),
                journal=(entry(alert, EntryKind.ALERT_EVIDENCE, seq),),
                notifications=(notification(alert, f"n-{seq}", seq),),
                remember=(("button-1", f"event-{seq}"),),
            )
            inputs = [message(seq - 2, seq), message(seq - 1, seq), message(seq, seq)]
            store.commit(batch(Effect(seq, at(seq), home, after, outcome), inputs=inputs, seconds=seq))
            home = after
            sys.stdout.write(f"{seq}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
