"""A home's own values of rules: what a doctor or the people who know the elder set in place of what is shipped."""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum

from hub.directory.model import Directory
from hub.directory.refusals import EditRefusal, EditRefused


class WhyOwn(StrEnum):
    """Why a home has values of its own. A closed list: nothing of an elder's health stands in the change log."""

    DOCTOR = "doctor"
    """A doctor said so."""
    CARE_PLAN = "care_plan"
    USUAL_FOR_THEM = "usual_for_them"
    """It has been like this for long, and nobody is worried."""
    TOO_MANY_ALERTS = "too_many_alerts"
    TRIAL = "trial"
    BACK_TO_SHIPPED = "back_to_shipped"


def with_own_values(directory: Directory, home_id: str, rule: str, values: Mapping[str, float]) -> Directory:
    """The directory with these values of one rule for one home in place of those it had; none: the shipped ones again. Whether a
    rule has such parameters, and takes such numbers, is asked by `validation.override_problems`. Raises EditRefused."""
    known = next((home for home in directory.homes if home.id == home_id), None)
    if known is None:
        raise EditRefused(EditRefusal.UNKNOWN_HOME, home=home_id)
    kept = {name: given for name, given in known.overrides.items() if name != rule}
    after = replace(known, overrides={**kept, rule: dict(values)} if values else kept)
    return replace(directory, homes=tuple(after if home is known else home for home in directory.homes))
