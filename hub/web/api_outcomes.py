"""The API of what each rule was worth, by what people said when they closed its alerts; and of what may be set differently."""

import asyncio
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from hub.reports.outcomes import OutcomeClass
from hub.reports.rule_outcomes import per_rule, proposals
from hub.store.outcome_rows import closed_alerts
from hub.web.access import Permission
from hub.web.api_reports import ViewReports
from hub.web.guard import User
from hub.web.models_outcomes import OutcomesOut, ProposalOut, RuleOutcomeOut
from hub.web.parts import Parts, PartsDep
from hub.web.problems import RESPONSES
from hub.web.visibility import visible_homes

router = APIRouter(prefix="/api/v1", responses=RESPONSES)

Days = Annotated[int, Query(ge=1, le=366)]


@router.get("/outcomes", tags=["reports"])
async def get_outcomes(parts: PartsDep, user: ViewReports, days: Days = 30) -> OutcomesOut:
    """Each rule with what its alerts of the last days turned out to be. Where a rule told the same home three times in vain and
    never rightly, values of its own are proposed: a person sets them, or does not."""
    return await asyncio.to_thread(_outcomes, parts, user, days)


def _outcomes(parts: Parts, user: User, days: int) -> OutcomesOut:
    visible, from_at = visible_homes(parts, user), parts.hub.now() - timedelta(days=days)
    closed = parts.queries.read(lambda connection: list(closed_alerts(connection, from_at)))
    closed = [one for one in closed if visible is None or one.home_id in visible]
    may_set = user.may(Permission.SET_RULES)
    homes = parts.hub.homes()
    proposed = proposals(closed, parts.hub.context().rules) if may_set else []
    return OutcomesOut(
        days=days,
        rules=[
            RuleOutcomeOut(
                rule=one.rule,
                reason=one.reason,
                alerts=one.alerts,
                of={kind: one.of[kind] for kind in OutcomeClass},
                right=one.right,
            )
            for one in per_rule(closed)
        ],
        proposals=[
            ProposalOut(
                home_id=one.home_id,
                address=homes[one.home_id].profile.address,
                rule=one.rule,
                values=dict(one.values),
                needless=one.needless,
            )
            for one in proposed
            if one.home_id in homes and homes[one.home_id].profile.overrides.get(one.rule) != one.values
        ],
    )
