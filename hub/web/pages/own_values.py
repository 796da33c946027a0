"""A home's own values of rules: what ships, what this home has in its place, and the form that sets it with the reason."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

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
    return _page(request, parts, user, home_id)


@router.post("/homes/{home_id}/rules/{rule}")
async def set_own_values(
    request: Request, home_id: str, rule: str, parts: PartsDep, user: SetsRules
) -> Response:
    form = await request.form()
    language = pages_of(request).language(request)
    see_home(parts, user, home_id, Permission.SET_RULES)
    values: dict[str, float] = {}
    wrong: list[str] = []
    for name, typed in form.multi_items():
        text = str(typed).strip()
        if name == "why" or not text:
            continue
        try:
            values[name] = float(text)
        except ValueError:
            wrong.append(_parameter(language, name))
    if wrong:
        return _page(
            request, parts, user, home_id, say(language, "own.number", fields="、".join(wrong)), rule
        )
    if not form.get("why"):
        return _page(request, parts, user, home_id, say(language, "own.needs_why"), rule)
    try:
        body = OwnValuesIn.model_validate({"values": values, "why": form.get("why")})
        await api_own_values.set_own_values(home_id, rule, body, parts, user)
    except (Problem, ValidationError) as error:
        return _page(request, parts, user, home_id, told(request, error), rule)
    return RedirectResponse(f"/homes/{home_id}/rules", 303)


def _page(
    request: Request, parts: Parts, user: User, home_id: str, message: str = "", about: str = ""
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
        title_of=lambda rule, measure, side: _title(language, rule, measure, side),
        parameter_of=lambda name: _parameter(language, name),
        reasons=[why.value for why in WhyOwn],
        message=message,
        about=about,
    )


_MEASURES = {one.value: words for table in (MEASURES, ROOM_MEASURES) for one, words in table.items()}


def _measure(language: Language, measure: str) -> str:
    zh, en, _ = _MEASURES.get(measure, (measure, measure, ""))
    return zh if language == "zh" else en


def _title(language: Language, rule: str, measure: str | None, side: str | None) -> str:
    if measure is None or side is None:
        return say(language, f"own_rule.{rule}")
    gap = "" if language == "zh" else " "
    return f"{_measure(language, measure)}{gap}{say(language, f'side.{side}')}"


def _parameter(language: Language, name: str) -> str:
    if f"own_parameter.{name}" in WORDS:
        return say(language, f"own_parameter.{name}")
    measure, _, side = name.rpartition("_")
    if side in ("low", "high"):
        return say(language, f"own_parameter.{side}", measure=_measure(language, measure))
    return name
