"""The lazy save: homes that only telemetry moved are written a little later, in slices; the checkpoint follows."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.core.home import Home
from hub.core.outcome import LateMessage, Reading
from hub.store.store import Batch, Store, StoreUnavailable

log = logging.getLogger(__name__)

SLICE = 300
"""Homes written at once: some milliseconds, so that a press does not wait for the whole of it."""

LATE_AT_ONCE = 200
"""Late messages written at once, for the same reason: each costs some 40 us."""

CHECKPOINT_EVERY = 1_000
"""With no home to save, the checkpoint still moves every so many inputs, so that a recovery reads little."""


@dataclass(slots=True)
class Telemetry:
    """Values of one home that wait to be written."""

    readings: list[Reading]
    history: list[LateMessage]

    def join(self, other: "Telemetry") -> None:
        self.readings.extend(other.readings)
        self.history.extend(other.history)


class Unsaved:
    """What memory knows and the rows do not yet; the input log knows all of it."""

    def __init__(
        self, store: Store, saved: Mapping[str, Home], checkpoint_seq: int, save_every_s: float
    ) -> None:
        self.saved: dict[str, Home] = dict(saved)
        self.checkpoint_seq = checkpoint_seq
        self._store = store
        self._save_every_s = save_every_s
        self._dirty: set[str] = set()
        self._telemetry: dict[str, Telemetry] = {}
        self._under_way: tuple[list[str], int] | None = None
        self._next_save_at_s = 0.0
        self._failing = False

    def __len__(self) -> int:
        return len(self._dirty)

    @property
    def under_way(self) -> bool:
        """Whether slices of a save are still to be written."""
        return self._under_way is not None

    def take_along(self, batch: Batch, home_ids: Iterable[str]) -> None:
        """Homes that this batch saves give their waiting values to it, so that row and values agree."""
        waiting = [self._telemetry[home_id] for home_id in home_ids if home_id in self._telemetry]
        # Older values first: the last one of a minute is the one that its row shows.
        batch.readings[:0] = [reading for values in waiting for reading in values.readings]
        batch.history[:0] = [message for values in waiting for message in values.history]

    def adopt(
        self, saved: Mapping[str, Home | None], dirty: Iterable[str], fresh: Mapping[str, Telemetry]
    ) -> None:
        """A batch was committed: these homes are saved with it, those wait from now on."""
        for home_id, home in saved.items():
            if home is not None:
                self.saved[home_id] = home
            self._dirty.discard(home_id)
            self._telemetry.pop(home_id, None)
        self._dirty.update(dirty)
        for home_id, values in fresh.items():
            waiting = self._telemetry.get(home_id)
            if waiting is None:
                self._telemetry[home_id] = values
            else:
                waiting.join(values)

    def save_some(
        self,
        homes: Mapping[str, Home],
        last_seq: int,
        now: datetime,
        monotonic_s: float,
        *,
        keep_time: bool = False,
    ) -> None:
        """Write the next slice, when it is time. The checkpoint moves with the last slice of a save.

        `keep_time`: only the store knows how late it is (the wall clock is behind): it is written down though nothing moved.
        """
        if self._under_way is None:
            lags = last_seq - self.checkpoint_seq >= CHECKPOINT_EVERY
            if monotonic_s < self._next_save_at_s or not (self._dirty or lags or keep_time):
                return
            self._next_save_at_s = monotonic_s + self._save_every_s
            self._under_way = (list(self._dirty), last_seq)
        home_ids, target = self._under_way
        slice_, rest = self._slice(home_ids)
        self._save(slice_, homes, last_seq, self.checkpoint_seq if rest else target, now)
        self._under_way = (rest, target) if rest else None

    def _slice(self, home_ids: list[str]) -> tuple[list[str], list[str]]:
        """As many homes as are written in some milliseconds; readings out of a queue are many, and each is a row."""
        values = 0
        for number, home_id in enumerate(home_ids[:SLICE], start=1):
            waiting = self._telemetry.get(home_id)
            values += len(waiting.history) if waiting is not None else 0
            if values >= LATE_AT_ONCE:
                return home_ids[:number], home_ids[number:]
        return home_ids[:SLICE], home_ids[SLICE:]

    def save_all(self, homes: Mapping[str, Home], last_seq: int, now: datetime) -> None:
        """Write everything now."""
        self._save(list(self._dirty), homes, last_seq, last_seq, now)
        self._under_way = None

    def _save(
        self,
        home_ids: Sequence[str],
        homes: Mapping[str, Home],
        last_seq: int,
        checkpoint_seq: int,
        now: datetime,
    ) -> None:
        """Raises StoreUnavailable when nothing can be saved now: all of it waits on."""
        dirty = [home_id for home_id in home_ids if home_id in self._dirty]
        try:
            self._write(dirty, homes, last_seq, checkpoint_seq, now)
        except StoreUnavailable:
            raise
        except Exception:
            # A save without any home shows whether it is the fault of one: else all would be given up.
            self._move_checkpoint(self.checkpoint_seq, homes, last_seq, now)
            log.exception("a save of %d homes failed; trying them one by one", len(dirty))
            for home_id in dirty:
                self._save_alone(home_id, homes, last_seq, now)
            self._move_checkpoint(checkpoint_seq, homes, last_seq, now)
        self.checkpoint_seq = checkpoint_seq
        self._failing = False

    def _move_checkpoint(self, to_seq: int, homes: Mapping[str, Home], last_seq: int, now: datetime) -> None:
        """Raises StoreUnavailable when even that fails, which is no home's fault: it is tried again, and until then the hub is
        not well. The log has the traceback once."""
        try:
            self._write([], homes, last_seq, to_seq, now)
        except StoreUnavailable:
            raise
        except Exception as error:
            if not self._failing:
                self._failing = True
                log.exception("the homes cannot be saved; trying again until they can")
            raise StoreUnavailable(
                f"what devices told cannot be saved ({type(error).__name__}), calls are still answered; look at the disk and "
                f"the log, restore a backup if it is damaged, and start the hub again"
            ) from error

    def _save_alone(self, home_id: str, homes: Mapping[str, Home], last_seq: int, now: datetime) -> None:
        """What of a home cannot be written is left out, for it would end every later save as well. The input log keeps all of it;
        what is judged stays in memory."""
        try:
            self._write([home_id], homes, last_seq, self.checkpoint_seq, now)
        except StoreUnavailable:
            raise
        except Exception:
            log.exception("home %s: its readings cannot be written and are left out of the charts", home_id)
            self._telemetry.pop(home_id, None)
            try:
                self._write([home_id], homes, last_seq, self.checkpoint_seq, now)
            except StoreUnavailable:
                raise
            except Exception:
                log.exception(
                    "home %s: its state cannot be written; a restart goes back to what was", home_id
                )
                self._dirty.discard(home_id)

    def _write(
        self,
        home_ids: Sequence[str],
        homes: Mapping[str, Home],
        last_seq: int,
        checkpoint_seq: int,
        now: datetime,
    ) -> None:
        waiting = [self._telemetry[home_id] for home_id in home_ids if home_id in self._telemetry]
        self._store.save(
            [(self.saved.get(home_id), homes[home_id], last_seq) for home_id in home_ids],
            [reading for values in waiting for reading in values.readings],
            checkpoint_seq,
            now,
            [message for values in waiting for message in values.history],
        )
        for home_id in home_ids:
            self.saved[home_id] = homes[home_id]
            self._dirty.discard(home_id)
            self._telemetry.pop(home_id, None)
