"""A home's own values of rules: what ships, what this home has in its place, and the form that sets it with the reason."""

from collections.abc import Mapping
from types import MappingProxyType

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from hub.core.rules import Rules
from hub.directory.own_values import WhyOwn
from hub.notify.phrases import MEASURES, ROOM_MEASURES
from hub.web import api_own_values
from hub.web.access import Permission
from hub.web.api_own_values import SetsRules, rules_of
from hub.web.guard import User
from hub.web.models_own_values import OwnValuesIn
from hub.web.pages.enrol import told
from hub.web.pages.rendering import pages_of
from hub.web.parts import Parts, PartsDep
from hub.web.problems import Problem
from hub.web.visibility import see_home
from hub.web.words import WORDS, Language, say

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/homes/{home_id}/rules")
async def own_values_page(request: Request, home_id: str, parts: PartsDep, user: SetsRules) -> Response:
    """`rule` and its parameters in the address are filled in, and saved by nobody but who presses the button."""
    asked = dict(request.query_params)
    rule = asked.pop("rule", "")
    return _page(request, parts, user, home_id, about=rule, typed=asked)


@router.post("/homes/{home_id}/rules/{rule}")
async def set_own_values(
    request: Request, home_id: str, rule: str, parts: PartsDep, user: SetsRules
) -> Response:
    form = await request.form()
    language = pages_of(request).language(request)
    see_home(parts, user, home_id, Permission.SET_RULES)
    values: dict[str, float] = {}
    wrong: list[str] = []
    for name, given in form.multi_items():
        text = str(given).strip()
        if name == "why" or not text:
            continue
        try:
            values[name] = float(text)
        except ValueError:
            wrong.append(parameter_words(language, name))
    typed = {name: str(given) for name, given in form.multi_items()}
    if wrong:
        said = say(language, "own.number", fields="、".join(wrong))
        return _page(request, parts, user, home_id, said, rule, typed)
    if not form.get("why"):
        return _page(request, parts, user, home_id, say(language, "own.needs_why"), rule, typed)
    try:
        body = OwnValuesIn.model_validate({"values": values, "why": form.get("why")})
        await api_own_values.set_own_values(home_id, rule, body, parts, user)
    except (Problem, ValidationError) as error:
        return _page(request, parts, user, home_id, told(request, error), rule, typed)
    return RedirectResponse(f"/homes/{home_id}/rules", 303)


def _page(
    request: Request,
    parts: Parts,
    user: User,
    home_id: str,
    message: str = "",
    about: str = "",
    typed: Mapping[str, str] = MappingProxyType({}),
) -> Response:
    home = see_home(parts, user, home_id, Permission.SET_RULES)
    language = pages_of(request).language(request)
    return pages_of(request).page(
        request,
        "own_values.html",
        409 if message else 200,
        here="/homes",
        home=home,
        rules=rules_of(parts, home),
        title_of=lambda rule: rule_words(language, parts.hub.context().rules, rule),
        parameter_of=lambda name: parameter_words(language, name),
        reasons=[why.value for why in WhyOwn],
        message=message,
        about=about,
        typed=typed,
    )


_MEASURES = {one.value: words for table in (MEASURES, ROOM_MEASURES) for one, words in table.items()}


def _measure(language: Language, measure: str) -> str:
    zh, en, _ = _MEASURES.get(measure, (measure, measure, ""))
    return zh if language == "zh" else en


def rule_words(language: Language, rules: Rules, rule: str) -> str:
    """A threshold by its measure and side, everything else by its own words; empty where there are none."""
    for group in rules.thresholds.values():
        for one in group:
            if one.name == rule:
                gap = "" if language == "zh" else " "
                return (
                    f"{_measure(language, one.measure.value)}{gap}{say(language, f'side.{one.side.value}')}"
                )
    return say(language, f"own_rule.{rule}") if f"own_rule.{rule}" in WORDS else ""


def parameter_words(language: Language, name: str) -> str:
    if f"own_parameter.{name}" in WORDS:
        return say(language, f"own_parameter.{name}")
    measure, _, side = name.rpartition("_")
    if side in ("low", "high"):
        return say(language, f"own_parameter.{side}", measure=_measure(language, measure))
    return name
