"""One short text for what a plan would write: what somebody has seen is compared by it with what would be written now."""

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from hub.ledger.plan import Plan

NOW = "now"


def digest(plan: Plan, at: datetime) -> str:
    """The same for two plans that write the same, also when one begins later: what begins `at` begins "now" in both."""
    told = hashlib.sha256()
    for change in plan.changes:
        told.update(repr(_plain(change, at)).encode())
    return told.hexdigest()


def _plain(value: Any, at: datetime) -> Any:
    """Values in an order that depends on nothing but themselves."""
    if isinstance(value, datetime):
        return NOW if value == at else value.astimezone(UTC).isoformat()
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        return [_plain(getattr(value, one.name), at) for one in fields(value)]
    if isinstance(value, Mapping):
        return sorted((repr(_plain(key, at)), _plain(one, at)) for key, one in value.items())
    if isinstance(value, frozenset | set):
        return sorted(repr(_plain(one, at)) for one in value)
    if isinstance(value, tuple | list):
        return [_plain(one, at) for one in value]
    return value
