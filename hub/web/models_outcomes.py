"""What the API tells of rules by the outcomes of their alerts, typed."""

from pydantic import Field

from hub.reports.outcomes import OutcomeClass
from hub.web.models import Out


class RuleOutcomeOut(Out):
    """What the alerts of a rule were worth. `right`: the share of those of which somebody knew; null where nobody did."""

    rule: str
    reason: str
    alerts: int
    of: dict[OutcomeClass, int]
    right: float | None


class ProposalOut(Out):
    """Own values that a person may set for a home: nothing is changed by itself."""

    home_id: str
    address: str
    rule: str
    values: dict[str, float]
    needless: int


class OutcomesOut(Out):
    days: int
    rules: list[RuleOutcomeOut]
    proposals: list[ProposalOut] = Field(description="Only for whom may set a home's own values.")
