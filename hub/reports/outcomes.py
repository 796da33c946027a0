"""The one table that maps what an alert was to what a report counts."""

from collections.abc import Mapping
from enum import StrEnum

from hub.core.alerts import WhatItWas


class OutcomeClass(StrEnum):
    """What an alert was worth, in six words."""

    REAL = "real"
    """Somebody was in need."""
    BENIGN = "benign"
    """The signal was right, and nobody was in need."""
    FALSE_DEVICE = "false_device"
    FALSE_RULE = "false_rule"
    TEST = "test"
    UNDETERMINED = "undetermined"


CLASS_OF: Mapping[WhatItWas, OutcomeClass] = {
    WhatItWas.ILLNESS: OutcomeClass.REAL,
    WhatItWas.FALL_HURT: OutcomeClass.REAL,
    WhatItWas.FALL_UNHURT: OutcomeClass.REAL,
    WhatItWas.FIRE_OR_GAS: OutcomeClass.REAL,
    WhatItWas.DECEASED: OutcomeClass.REAL,
    WhatItWas.MISTAKE: OutcomeClass.BENIGN,
    WhatItWas.VISITOR_MISTAKE: OutcomeClass.BENIGN,
    WhatItWas.WANTED_COMPANY: OutcomeClass.BENIGN,
    WhatItWas.AWAY_NOT_TOLD: OutcomeClass.BENIGN,
    WhatItWas.DEVICE_FALSE: OutcomeClass.FALSE_DEVICE,
    WhatItWas.RULE_FALSE: OutcomeClass.FALSE_RULE,
    WhatItWas.TEST: OutcomeClass.TEST,
    WhatItWas.UNDETERMINED: OutcomeClass.UNDETERMINED,
}

MISTAKES = frozenset({WhatItWas.MISTAKE, WhatItWas.VISITOR_MISTAKE})
"""A key pressed by mistake, by the elder or by somebody else."""
