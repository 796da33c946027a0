"""Renders templates in the language of a request; what every page has around it."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from fastapi import Request
from fastapi.responses import HTMLResponse

from hub.web.guard import User
from hub.web.pages.menu import EVERY_DAY, menu_of
from hub.web.pages.script_words import words_of
from hub.web.views import short_address
from hub.web.words import LANGUAGES, WORDS, Language, say, table

if TYPE_CHECKING:
    from jinja2 import Environment


LANGUAGE_COOKIE = "care_language"
MARKS = {"emergency": "***", "urgent": "**", "routine": "*", "technical": "•"}
NOT_FOR_SCRIPTS = (
    "accounts.",
    "board.",
    "chain_hop.",
    "chain_test.",
    "cover_state.",
    "day_type.",
    "entry.",
    "error.",
    "help.",
    "hold.",
    "homes.",
    "key_standing.",
    "leave_kind.",
    "ledger.",
    "ledger_change.",
    "ledger_next.",
    "ledger_note.",
    "ledger_order.",
    "ledger_verdict.",
    "login.",
    "nav.",
    "notify.",
    "on_days.",
    "outcome_class.",
    "reject.",
    "rejected.",
    "report.",
    "roster.",
    "roster_grade.",
    "roster_problem.",
    "roster_refusal.",
    "takes.",
)
"""Words that only pages and timelines use, which are put into words here."""


class Pages:
    """Renders templates in the language of a request."""

    def __init__(self, timezone: ZoneInfo, language: Language) -> None:
        self._timezone = timezone
        self._language = language

    def language(self, request: Request) -> Language:
        chosen = request.cookies.get(LANGUAGE_COOKIE)
        return next((language for language in LANGUAGES if language == chosen), self._language)

    def page(
        self, request: Request, template: str, status: int = 200, here: str = "", **values: Any
    ) -> HTMLResponse:
        language = self.language(request)
        user: User | None = getattr(request.state, "user", None)
        query = f"?{request.url.query}" if request.url.query else ""

        def t(key: str, **parts: object) -> str:
            return say(language, key, **parts)

        def room(name: str) -> str:
            return say(language, f"room.{name}") if f"room.{name}" in WORDS else name

        def reject_reason(reason: str) -> str:
            return say(language, f"reject.{reason}") if f"reject.{reason}" in WORDS else reason

        html = (
            _templates(self._timezone)
            .get_template(template)
            .render(
                t=t,
                room=room,
                reject_reason=reject_reason,
                language=language,
                user=user,
                menu=menu_of(user),
                every_day=EVERY_DAY,
                here=here,
                this_page=request.scope["path"] + query if request.method == "GET" else here or "/",
                marks=MARKS,
                **values,
            )
        )
        return HTMLResponse(html, status)

    def data(self, request: Request, script: str | None = None) -> Mapping[str, Any]:
        """What the scripts of a page need to know; `script`: with the words of this one, else with all that any may need."""
        language = self.language(request)
        user: User = request.state.user
        words = {
            key: text
            for key, text in table(language).items()
            if (key in words_of(script) if script is not None else not key.startswith(NOT_FOR_SCRIPTS))
        }
        return {
            "language": language,
            "timezone": self._timezone.key,
            "user": {"id": user.actor.id, "name": user.name, "role": user.role.value},
            "words": words,
        }


@cache
def _templates(timezone: ZoneInfo) -> "Environment":
    """One for a process: each template is compiled once, however many apps show it."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    templates = Environment(
        loader=FileSystemLoader(Path(__file__).parent.parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["local"] = partial(_shown, as_="%Y-%m-%d %H:%M:%S", timezone=timezone)
    templates.filters["clock"] = partial(_shown, as_="%H:%M", timezone=timezone)
    templates.filters["day"] = partial(_shown, as_="%m-%d", timezone=timezone)
    templates.filters["short"] = short_address
    templates.filters["refs"] = lambda ref: (ref.id, ref.name)
    templates.filters["worded"] = lambda value, group, t: (value.value, t(f"{group}.{value.value}"))
    return templates


def _shown(at: datetime, as_: str, timezone: ZoneInfo) -> str:
    return at.astimezone(timezone).strftime(as_)


def pages_of(request: Request) -> Pages:
    pages: Pages = request.app.state.pages
    return pages


def local_path(then: str) -> str:
    """Where to go after a log-in: a path of this hub, never another site."""
    return then if then.startswith("/") and not then.startswith(("//", "/\\")) else "/"
