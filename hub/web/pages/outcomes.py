"""What each rule was worth, and what a person may set differently."""

from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from hub.reports.outcomes import OutcomeClass
from hub.web import api_outcomes
from hub.web.api_reports import ViewReports
from hub.web.models_outcomes import ProposalOut
from hub.web.pages.own_values import parameter_words, rule_words
from hub.web.pages.rendering import pages_of
from hub.web.parts import PartsDep

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/outcomes")
async def outcomes_page(
    request: Request, parts: PartsDep, user: ViewReports, days: Annotated[int, Query(ge=1, le=366)] = 30
) -> Response:
    language = pages_of(request).language(request)
    return pages_of(request).page(
        request,
        "outcomes.html",
        here="/outcomes",
        found=await api_outcomes.get_outcomes(parts, user, days),
        classes=[one.value for one in OutcomeClass],
        rules_of=parts.hub.context().rules,
        rule_of=lambda rule: rule_words(language, parts.hub.context().rules, rule),
        parameter_of=lambda name: parameter_words(language, name),
        link_of=_link,
    )


def _link(one: ProposalOut) -> str:
    """To the home's own values with the proposed ones filled in, not yet saved."""
    asked = {"rule": one.rule, **{name: f"{value:g}" for name, value in one.values.items()}}
    return f"/homes/{quote(one.home_id, safe='')}/rules?{urlencode(asked)}"
