"""The charts of points for falls, one for each family of places: written by `tests.benchmarks.detection.falls`.

Fitted to SisFall, UMAFall and SmartFallMM (waist), WEDA-FALL, UMAFall and SmartFallMM (wrist), UMAFall (pocket): their falls were
acted, most of them by the young. Nobody recorded falls with a pendant: the neck takes the chart of the trunk.
"""

from collections.abc import Mapping

from firmware_contracts.vocabulary import Placement
from hub.core.detection.fall_window import Chart, Scale, Sign

TRUNK: Chart = {
    Sign.IMPACT: Scale((1.52, 2.1, 3.68, 10.1), (0.0, 2.3, 2.3, 2.3), logarithm=True),
    Sign.STOP: Scale((0.353, 1.28, 2.79, 5.83), (0.0, 7.9, 12.1, 12.1)),
    Sign.TURN: Scale((4.17, 15.0, 91.4, 133.0), (0.0, 8.5, 32.1, 32.1)),
    Sign.SWING: Scale((10.1, 26.2, 106.0, 157.0), (0.0, 4.2, 28.0, 28.0)),
    Sign.UNSTEADY: Scale((0.0342, 0.141, 0.216, 1.02), (0.0, 8.9, 8.9, 8.9)),
    Sign.ALONE: Scale((0.163, 0.395, 0.881, 0.991), (0.0, 7.4, 27.0, 35.6)),
    Sign.QUIET: Scale((0.01, 0.0129, 0.0935, 1.17), (17.7, 14.7, 11.2, 0.0), logarithm=True),
}
WRIST: Chart = {
    Sign.IMPACT: Scale((1.52, 2.68, 4.11, 6.41), (0.0, 9.9, 19.5, 19.9), logarithm=True),
    Sign.STOP: Scale((0.505, 1.99, 3.8, 7.42), (0.0, 8.9, 15.9, 15.9)),
    Sign.JOLT: Scale((8.88, 54.7, 95.3, 176.0), (0.0, 8.8, 17.3, 21.3), logarithm=True),
    Sign.TURN: Scale((6.36, 58.5, 88.4, 161.0), (0.0, 3.1, 4.0, 4.0)),
    Sign.TURN_KEPT: Scale((1.67, 40.7, 77.3, 142.0), (0.0, 7.7, 15.9, 15.9)),
    Sign.REPEATS: Scale((0.0, 3.0, 15.0), (28.1, 7.8, 0.0)),
    Sign.QUIET: Scale((0.01, 0.0172, 0.0845, 1.33), (15.4, 10.2, 3.4, 0.0), logarithm=True),
    Sign.BUSY: Scale((0.0606, 0.35, 0.741, 2.84), (14.7, 14.6, 9.1, 0.0), logarithm=True),
}
POCKET: Chart = {
    Sign.IMPACT: Scale((1.56, 2.71, 4.02, 5.84), (0.0, 13.4, 21.1, 21.9), logarithm=True),
    Sign.STOP: Scale((0.394, 1.9, 2.9, 4.41), (0.0, 10.9, 20.5, 22.1)),
    Sign.TURN: Scale((3.42, 15.1, 97.1, 156.0), (0.0, 3.9, 19.9, 19.9)),
    Sign.SWING: Scale((11.0, 31.0, 119.0, 170.0), (0.0, 3.9, 18.9, 18.9)),
    Sign.UNSTEADY: Scale((0.0578, 0.167, 0.219, 0.989), (0.0, 3.6, 5.4, 5.4)),
    Sign.ALONE: Scale((0.166, 0.323, 0.962, 0.99), (0.0, 5.2, 27.8, 36.3)),
    Sign.QUIET: Scale((0.01, 0.133, 1.26), (19.8, 7.5, 0.0), logarithm=True),
}

CHARTS: Mapping[Placement, Chart] = {
    Placement.WAIST: TRUNK,
    Placement.CHEST: TRUNK,
    Placement.NECK: TRUNK,
    Placement.WRIST: WRIST,
    Placement.POCKET: POCKET,
}
