"""The API of a home's own values of rules: what ships, what a home has in its place, and who set that and why."""

from collections.abc import Iterator, Mapping
from typing import Annotated

from fastapi import APIRouter, Depends

from hub.core.detection.bed_exit import Figures
from hub.core.detection.condition import EARLY_WARNING, OWN_LIMITS
from hub.core.detection.living import BED_EXIT_RULE
from hub.core.detection.wellbeing import LIMITS
from hub.core.home import Home
from hub.core.rules import Rules, ThresholdRule
from hub.directory.own_values import with_own_values
from hub.notify.phrases import MEASURES, ROOM_MEASURES
from hub.store.change_log import What
from hub.web.access import Permission
from hub.web.api_enrol import keep
from hub.web.enrolling import Edit
from hub.web.guard import User
from hub.web.models_own_values import OwnRuleOut, OwnValuesIn, ParameterOut
from hub.web.parts import Parts, PartsDep, allowed
from hub.web.problems import RESPONSES, not_found
from hub.web.visibility import see_home

router = APIRouter(prefix="/api/v1", responses=RESPONSES)

SetsRules = Annotated[User, Depends(allowed(Permission.SET_RULES))]


@router.get("/homes/{home_id}/rules", tags=["rules"])
async def get_own_values(home_id: str, parts: PartsDep, user: SetsRules) -> list[OwnRuleOut]:
    """Every rule of which a home may have values of its own, with what ships and what this home has."""
    return rules_of(parts, see_home(parts, user, home_id, Permission.SET_RULES))


@router.put("/homes/{home_id}/rules/{rule}", tags=["rules"])
async def set_own_values(
    home_id: str, rule: str, body: OwnValuesIn, parts: PartsDep, user: SetsRules
) -> list[OwnRuleOut]:
    """Give a home its own values of one rule, or take them back. Who did, when and why stands in the change log; the home is
    judged by them from this moment on."""
    home = see_home(parts, user, home_id, Permission.SET_RULES)
    if all(one.rule != rule for one in rules_of(parts, home)):
        raise not_found("rule", "rule")
    before = home.profile.overrides.get(rule, {})
    edit = Edit(
        lambda newest: with_own_values(newest, home_id, rule, body.values),
        *(What.OWN_VALUES_SET, "home", home_id),
        {"rule": rule, "values": _said(body.values), "values_before": _said(before), "why": body.why.value},
    )
    await keep(parts, user, edit)
    return rules_of(parts, see_home(parts, user, home_id, Permission.SET_RULES))


def rules_of(parts: Parts, home: Home) -> list[OwnRuleOut]:
    """In the order of the rules file, then what is no threshold."""
    return list(_rules(parts.hub.context().rules, home))


def _said(values: Mapping[str, float]) -> list[str]:
    return [f"{name} {value:g}" for name, value in sorted(values.items())]


def _rules(rules: Rules, home: Home) -> Iterator[OwnRuleOut]:
    own = home.profile.overrides
    for group in rules.thresholds.values():
        for rule in group:
            yield OwnRuleOut(
                rule=rule.name,
                measure=rule.measure.value,
                side=rule.side,
                severity=rule.severity,
                parameters=list(_parameters(rule, own.get(rule.name, {}))),
            )
    limits = own.get(OWN_LIMITS, {})
    yield OwnRuleOut(
        rule=OWN_LIMITS,
        measure=None,
        side=None,
        severity=rules.wellbeing.levels.limits,
        parameters=[
            ParameterOut(
                name=f"{measure}_{side}",
                shipped=value,
                own=limits.get(f"{measure}_{side}"),
                unit=_unit(measure),
            )
            for measure, limit in LIMITS.items()
            for side, value in (("low", limit.low), ("high", limit.high))
            if value is not None
        ],
    )
    for name, parameter, shipped, unit in (
        (EARLY_WARNING, "scale_2", 0.0, ""),
        (BED_EXIT_RULE, "return_within_s", Figures().return_within.total_seconds(), "s"),
    ):
        given = own.get(name, {}).get(parameter)
        out = ParameterOut(name=parameter, shipped=shipped, own=given, unit=unit)
        yield OwnRuleOut(rule=name, measure=None, side=None, severity=None, parameters=[out])


def _parameters(rule: ThresholdRule, own: Mapping[str, float]) -> Iterator[ParameterOut]:
    unit = _unit(rule.measure.value)
    shipped = (
        ("limit", rule.limit, unit),
        ("clear", rule.clear, unit),
        ("for_s", rule.for_.total_seconds(), "s"),
        ("max_gap_s", rule.max_gap.total_seconds(), "s"),
    )
    for name, value, of in shipped:
        yield ParameterOut(name=name, shipped=value, own=own.get(name), unit=of)


def _unit(measure: str) -> str:
    return _UNITS.get(measure, "")


_UNITS: Mapping[str, str] = {
    **{measure.value: unit for measure, (_, _, unit) in MEASURES.items()},
    **{measure.value: unit for measure, (_, _, unit) in ROOM_MEASURES.items()},
}
