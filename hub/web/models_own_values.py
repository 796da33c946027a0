"""What the API tells and takes of a home's own values of rules, typed."""

from typing import Annotated

from pydantic import Field

from hub.core.alerts import Severity
from hub.core.rules import Side
from hub.directory.own_values import WhyOwn
from hub.web.models import In, Out


class ParameterOut(Out):
    """One figure of a rule: what ships (None: it has no such figure unless a home sets one), and the home's own."""

    name: str
    shipped: float | None
    own: float | None
    unit: str = ""


class OwnRuleOut(Out):
    """A rule of which a home may have values of its own."""

    rule: str
    measure: str | None = Field(description="What it is about, where that is one measure.")
    side: Side | None
    severity: Severity | None
    parameters: list[ParameterOut]


class OwnValuesIn(In):
    """All own values of the rule; none: what ships counts again."""

    values: dict[Annotated[str, Field(max_length=64)], float] = Field(max_length=32)
    why: WhyOwn
