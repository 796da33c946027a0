"""What the demo's people write when they close an alert: outcomes that fit its kind, spread as a street's are.

One alert has one outcome, whoever closes it. The shares are made up for the demo; the words are the hub's.
"""

import random
from collections.abc import Mapping
from typing import Any, Final

Outcome = tuple[str, str]
"""What it was, what was done."""

_RAISED_BY_HAND: Final = "raised_by_hand"

_PRESSED: Final[Mapping[Outcome, int]] = {
    ("mistake", "on_site"): 35,
    ("visitor_mistake", "on_site"): 5,
    ("wanted_company", "on_site"): 20,
    ("illness", "on_site"): 15,
    ("illness", "ambulance"): 5,
    ("illness", "family_took_over"): 5,
    ("fall_unhurt", "on_site"): 10,
    ("fall_hurt", "ambulance"): 5,
}

OUTCOMES: Final[Mapping[str, Mapping[Outcome, int]]] = {
    "emergency_call": _PRESSED,
    # Somebody telephoned and an operator wrote it down: no key was pressed, so none was pressed by mistake.
    _RAISED_BY_HAND: {
        ("illness", "on_site"): 35,
        ("illness", "ambulance"): 10,
        ("illness", "family_took_over"): 10,
        ("fall_unhurt", "on_site"): 20,
        ("fall_hurt", "ambulance"): 10,
        ("wanted_company", "on_site"): 15,
    },
    "unconfirmed_call": _PRESSED,
    "fall": {
        ("fall_unhurt", "on_site"): 45,
        ("fall_hurt", "ambulance"): 15,
        ("rule_false", "on_site"): 25,
        ("device_false", "on_site"): 15,
    },
    "vital_signs": {
        ("illness", "on_site"): 45,
        ("illness", "family_took_over"): 15,
        ("rule_false", "on_site"): 25,
        ("device_false", "on_site"): 15,
    },
    "environment": {("fire_or_gas", "on_site"): 30, ("device_false", "on_site"): 70},
    "technical": {("device_false", "on_site"): 1},
    "unreadable_signal": {("device_false", "on_site"): 1},
}
"""Shares of each outcome, by the kind of the alert."""

_OTHERWISE: Final[Mapping[Outcome, int]] = {("undetermined", "on_site"): 1}


def outcome_of(notification: Mapping[str, Any], seed: int) -> Outcome:
    """The outcome of the alert that a notification speaks of."""
    by_hand = notification.get("reason_code") == _RAISED_BY_HAND
    shares = OUTCOMES.get(_RAISED_BY_HAND if by_hand else str(notification.get("kind")), _OTHERWISE)
    chance = random.Random(f"{seed}|outcome|{notification.get('alert_id')}")
    return chance.choices(list(shares), list(shares.values()))[0]
