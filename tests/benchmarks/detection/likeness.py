"""Whether made-up windows of acceleration look like recorded ones: each sign's median and spread beside the recorded ones."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from random import Random

import numpy as np

from device_sim.waveforms import DailyMovement, daily_window, fall_window
from firmware_contracts.messages import AccelerationWindow
from firmware_contracts.vocabulary import Placement
from hub.core.detection.fall_window import Sign, evenly, signs
from hub.evaluation.falls import suspicions
from hub.evaluation.figures import Figure
from hub.evaluation.recordings.trials import Trial

_PLACES = (Placement.WAIST, Placement.WRIST)
_DRAWN = 200
Rows = Sequence[Mapping[Sign, float]]


def likeness(trials: Iterable[Trial]) -> Iterator[Figure]:
    """Of falls and of daily life at each place: in how many of the signs the made-up median lies between the recorded tenth and
    ninetieth of a hundred."""
    trials = list(trials)
    for place in _PLACES:
        own = [trial for trial in trials if trial.placement is place]
        for fell, name in ((True, "falls"), (False, "daily")):
            recorded = [
                row
                for trial in own
                if trial.fell is fell
                for row in _signs(trial.samples, trial.rate_hz, place)
            ]
            made = [row for window in _drawn(place, fell=fell) for row in _signs_of(window)]
            if recorded and made:
                inside = sum(_lies_inside(sign, made, recorded) for sign in Sign)
                unit = f"of {len(Sign)} signs, {len(recorded)} recorded"
                yield Figure(f"likeness_{place.value}_{name}", inside / len(Sign), unit, 0.8, at_least=True)


def _lies_inside(sign: Sign, made: Rows, recorded: Rows) -> bool:
    low, high = np.quantile([row[sign] for row in recorded], (0.1, 0.9))
    return bool(low <= np.median([row[sign] for row in made]) <= high)


def _drawn(place: Placement, *, fell: bool) -> Iterator[AccelerationWindow]:
    for seed in range(_DRAWN):
        rng = Random(seed)
        yield fall_window(rng, place) if fell else daily_window(rng, rng.choice(list(DailyMovement)), place)


def _signs_of(window: AccelerationWindow) -> Rows:
    return _signs(np.array(window.samples_g), window.rate_hz, window.placement)


def _signs(
    samples: "np.ndarray[tuple[int, int], np.dtype[np.float64]]", rate: float, place: Placement
) -> Rows:
    """Of the strongest suspicion; none where nothing was suspected."""
    even = evenly(samples, rate, place)
    return [signs(even, index) for index in list(suspicions(even))[:1]]
