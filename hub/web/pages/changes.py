"""The change log: who changed what and when, who was refused; by who and by what."""

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from hub.store.change_log import What
from hub.web import api_changes
from hub.web.pages.rendering import pages_of
from hub.web.parts import PartsDep
from hub.web.roster_week import CALL_CENTRE
from hub.web.words import WORDS, say

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_LINES_A_PAGE = 50
_LINKS = {"account": "/accounts/", "alert": "/alerts/", "home": "/homes/", "person": "/people/"}
"""Where a line's object has a page of its own."""


@router.get("/changes")
async def changes_page(
    request: Request,
    parts: PartsDep,
    user: api_changes.ViewChanges,
    by: Annotated[str, Query(max_length=64)] = "",
    what: Annotated[str, Query(max_length=64)] = "",
    about: Annotated[str, Query(max_length=64)] = "",
    before: Annotated[int | None, Query(ge=1, le=api_changes.LAST)] = None,
) -> Response:
    wanted = What(what) if what in set(What) else None
    page = await api_changes.list_changes(
        parts, user, by or None, wanted, about or None, _LINES_A_PAGE, before
    )
    asked = {"by": by, "what": wanted or "", "about": about}
    link = "/changes?" + urlencode({key: str(value) for key, value in asked.items() if value})
    authors = await api_changes.list_authors(parts, user)
    return pages_of(request).page(
        request,
        "changes.html",
        here="/changes",
        items=page.items,
        authors=[(one, parts.logins.names.get(one, one)) for one in authors],
        whats=[one.value for one in What],
        asked=asked,
        links=_LINKS,
        about_word=lambda kind: _word(request, f"about.{kind}", kind),
        about_id=lambda kind, id_: _about(request, kind, id_),
        data_word=lambda key: _word(request, f"change_data.{key}", key),
        value_word=lambda key, value: _value(request, key, value),
        first=before is None,
        newest=link,
        older=f"{link}&before={page.next}" if page.next is not None else None,
    )


def _word(request: Request, key: str, otherwise: str) -> str:
    return say(pages_of(request).language(request), key) if key in WORDS else otherwise


def _about(request: Request, kind: str, id_: str) -> str:
    """The call-centre is no centre of the directory: it has a word and no id."""
    return _word(request, "roster.call_centre", id_) if kind == "centre" and id_ == CALL_CENTRE else id_


def _value(request: Request, key: str, value: Any) -> str:
    """Roles, scopes, permissions, fields and instants in words; ids as they are."""
    if isinstance(value, list):
        return say(pages_of(request).language(request), "list.and").join(
            _value(request, key, one) for one in value
        )
    if isinstance(value, bool):
        return _word(request, f"changes.{'yes' if value else 'no'}", str(value))
    if key in {"access", "access_before"}:
        role, _, scope = str(value).partition(" ")
        kind, _, of = scope.partition(":")
        words = [_word(request, f"account_role.{role}", role), _word(request, f"scope_kind.{kind}", kind)]
        return " · ".join([*words, *([of] if of else [])])
    if key in INSTANTS and (at := _instant(str(value))) is not None:
        return pages_of(request).shown(at, "%Y-%m-%d %H:%M")
    for group in GROUPS.get(key, ("change_field",)):
        if f"{group}.{value}" in WORDS:
            return _word(request, f"{group}.{value}", str(value))
    return str(value)


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


INSTANTS = frozenset({"from", "until", "from_at", "until_at"})
GROUPS = {
    "role": ("account_role", "role"),
    "permission": ("permission",),
    "fields": ("change_field",),
    "change": ("change_done",),
    "day_type": ("change_day",),
    "to": ("membership",),
    "room": ("room",),
}
"""In which lists of words the value of a field is looked up."""
