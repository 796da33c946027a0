"""What a duration or a number in settings, rules and policies may be at least and at most, and why; the sections use these.

No bound decides how a service is run; each refuses what can only be a slip of the keyboard (a unit mistaken, a digit too
many) and would leave somebody waiting. Where the reports or a standard give a figure the bound lies far beyond it.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from firmware_contracts.vocabulary import Measure
from hub.core.alerts import Severity

MINUTE_S = 60
HOUR_S = 60 * MINUTE_S
DAY_S = 24 * HOUR_S
MONTH_S = 31 * DAY_S

LONGEST_WAIT_S: Mapping[Severity, int] = {
    Severity.EMERGENCY: 10 * MINUTE_S,
    Severity.URGENT: HOUR_S,
    Severity.ROUTINE: DAY_S,
    Severity.TECHNICAL: DAY_S,
}
"""How long a policy's step may wait for an answer. 99 % of calls are to be answered within three minutes (UK TSA code); an urgent
reading is looked at within the hour (NEWS2); what may wait until the morning does not wait for the one after it."""

LONGEST_HOLD_S: Mapping[Severity, int] = {
    Severity.EMERGENCY: HOUR_S,
    Severity.URGENT: DAY_S,
    Severity.ROUTINE: 7 * DAY_S,
    Severity.TECHNICAL: 7 * DAY_S,
}
"""For how long an alert may be taken without a further word. A call that was taken and forgotten must come back while the person
can still be helped: three in ten who fell lay for an hour and more."""

LONGEST_ON_THE_WAY_S = DAY_S
"""To a door at the far end of a county, or a technician's next round; contracts say 30 minutes."""

LONGEST_ON_SITE_S = 2 * DAY_S
"""A night at a hospital bed, and then somebody says how it ended."""

POSSIBLE: Mapping[Measure, tuple[float, float]] = {
    Measure.HEART_RATE_BPM: (0, 400),
    Measure.SPO2_PERCENT: (0, 100),
    Measure.RESPIRATION_PER_MIN: (0, 120),
    Measure.TEMPERATURE_C: (10, 50),
    Measure.SYSTOLIC_MMHG: (0, 400),
    Measure.DIASTOLIC_MMHG: (0, 300),
    Measure.GLUCOSE_MMOL_L: (0, 150),
}
"""Beyond these no `plausible` rule may go: wider than what anybody is known to have lived with, in the contract's units. A bound
of 1e30 would take every broken sensor for a person."""

AT_LEAST: Mapping[str, Severity] = {
    "call": Severity.EMERGENCY,
    "fall": Severity.URGENT,
    "smoke": Severity.URGENT,
    "gas": Severity.URGENT,
    "carbon_monoxide": Severity.URGENT,
}
"""The lowest severity that a rule may give. A pressed red key is an emergency and nothing less: below it would wait behind
readings, and at night nobody would hear of it. A fall, smoke or gas is at least looked at within the hour."""

MOST_DAYS = 36_500
"""Retention: a hundred years. Nothing that is written today is read later."""

LONGEST_PATH_PART = 255
"""Bytes of a file's name, in every file system that a hub lives on."""


def _usable(path: Path) -> Path:
    if "\0" in str(path):
        raise ValueError("a path holds no NUL character: write the name of a file or folder")
    if any(len(os.fsencode(part)) > LONGEST_PATH_PART for part in path.parts):
        raise ValueError(f"a file's name has at most {LONGEST_PATH_PART} bytes: write a shorter one")
    return path


def is_usable(path: str) -> bool:
    """Whether a file can have this name at all."""
    try:
        _usable(Path(path))
    except ValueError:
        return False
    return True


UsablePath = Annotated[Path, AfterValidator(_usable)]

AnswerTimeout = Annotated[float, Field(ge=0.1, le=MINUTE_S)]
"""Of one attempt at the webhook: longer, and the next step is due before this one has failed."""

SaveEvery = Annotated[float, Field(ge=0.01, le=10 * MINUTE_S)]
"""The lazy save: so much is stepped again after a crash, before the first press is heard."""

StalledAfter = Annotated[float, Field(ge=5, le=10 * MINUTE_S)]
"""A hub that hears nobody for longer is not told apart from one that works."""

SilentAfter = Annotated[float, Field(ge=10, le=MONTH_S)]
"""Supervision. The slowest devices tell once a day; who is silent for a month protects nobody."""

LateAfter = Annotated[float, Field(ge=1, le=HOUR_S)]
StaleAfter = Annotated[float, Field(ge=10, le=HOUR_S)]
"""A press on a call that was taken and then left: an hour is the longest hold of an emergency."""
PreAlarm = Annotated[float, Field(ge=0, le=90)]
"""Telecare lets the wearer of a fall sensor take it back for 10 to 90 s; 0: at once, nobody is asked."""
LongLieAfter = Annotated[float, Field(ge=MINUTE_S, le=HOUR_S)]
"""Three in ten of those who fell lay for an hour and more."""
QuestionWaits = Annotated[float, Field(ge=5 * MINUTE_S, le=2 * HOUR_S)]
"""Shorter, and nobody gets up from a chair in time; longer, and the question keeps help away."""
ToldAgainAfter = Annotated[float, Field(ge=HOUR_S, le=7 * DAY_S)]
"""A silence that lasts after somebody looked."""
UsualAgainAfter = Annotated[float, Field(ge=HOUR_S, le=MONTH_S)]
"""A reading beyond a limit of somebody who lives near it."""
ReturnWithin = Annotated[float, Field(ge=15, le=2 * HOUR_S)]
"""Bed sensors in the UK and Ireland are set from 15 s to 2 h."""
NoBreathingFor = Annotated[float, Field(ge=10, le=5 * MINUTE_S)]
"""Pauses of sleep apnoea last 10 s and more; after five minutes nobody is helped any more."""
RestlessFor = Annotated[float, Field(ge=10 * MINUTE_S, le=12 * HOUR_S)]
ReassureEvery = Annotated[float, Field(ge=10, le=10 * MINUTE_S)]
LiveWithin = Annotated[float, Field(ge=10, le=HOUR_S)]
"""Shorter, and every reading that was repeated once is history and judged by nobody; longer, and an old pulse is today's."""
BeyondFor = Annotated[float, Field(ge=0, le=DAY_S)]
MaxGap = Annotated[float, Field(ge=1, le=7 * DAY_S)]
AgainAfter = Annotated[float, Field(ge=MINUTE_S, le=MONTH_S)]
"""An alert that was closed while its cause lasts: shorter, and closing it is useless."""
MainsDip = Annotated[float, Field(ge=0, le=HOUR_S)]
JoinWithin = Annotated[float, Field(ge=0, le=10)]
"""Identical bytes of a device without message ids: within more than seconds they are a second press."""
IncidentWithin = Annotated[float, Field(ge=0, le=12 * HOUR_S)]
BatteryToldBefore = Annotated[float, Field(ge=0, le=120 * DAY_S)]
WeakFor = Annotated[float, Field(ge=10 * MINUTE_S, le=7 * DAY_S)]
StuckAfter = Annotated[float, Field(ge=HOUR_S, le=30 * DAY_S)]
"""Below an hour whoever sleeps is a broken sensor."""
FlapsWithin = Annotated[float, Field(ge=10 * MINUTE_S, le=7 * DAY_S)]
FlapsCalm = Annotated[float, Field(ge=MINUTE_S, le=DAY_S)]
OfflineAfter = Annotated[float, Field(ge=0, le=DAY_S)]
DueWithin = Annotated[float, Field(ge=MINUTE_S, le=366 * DAY_S)]
RemindEvery = Annotated[float, Field(ge=HOUR_S, le=MONTH_S)]
CountedWithin = Annotated[float, Field(ge=HOUR_S, le=366 * DAY_S)]
LetThroughEvery = Annotated[float, Field(ge=1, le=MINUTE_S)]
AnswerWithin = Annotated[float, Field(ge=10, le=30 * MINUTE_S)]
"""A silent test call: shorter than a radio's sleep proves nothing, longer is no answer to a press."""
RetryAfter = Annotated[float, Field(ge=10, le=HOUR_S)]
TestAgainAfter = Annotated[float, Field(ge=10 * MINUTE_S, le=DAY_S)]
ProofLasts = Annotated[float, Field(ge=DAY_S, le=366 * DAY_S)]
"""Of a key that was tested by hand: telecare asks for a month."""
TestModeLasts = Annotated[float, Field(ge=MINUTE_S, le=HOUR_S)]
CalmFor = Annotated[float, Field(ge=2 * MINUTE_S, le=DAY_S)]
