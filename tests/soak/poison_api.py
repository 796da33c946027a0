"""Bad bodies and hostile texts at the API and on the pages that show them: every refusal says why, and every page stays whole."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TypeVar
from urllib.parse import quote

import httpx
from fastapi.routing import APIRoute

from tests.web.route_table import flat
from tests.web.running import RunningHub

T = TypeVar("T")

PROBLEM = "application/problem+json"
_TOLD = ("type", "title", "detail", "where", "remedy")


@dataclass
class Answered:
    """What went wrong, by route and input."""

    tried: int = 0
    refused: int = 0
    crashed: list[str] = field(default_factory=list)
    without_reason: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    broken_pages: list[str] = field(default_factory=list)

    @property
    def wrong(self) -> list[str]:
        return [*self.crashed, *self.without_reason, *self.changed, *self.broken_pages]

    def take(self, name: str, answer: httpx.Response) -> None:
        self.tried += 1
        if answer.status_code >= 500:
            self.crashed.append(f"{name}: {answer.status_code}")
        elif answer.status_code >= 400:
            self.refused += 1
            kind = answer.headers.get("content-type", "")
            told = answer.json() if kind.startswith(PROBLEM) else {}
            if not all(told.get(key) for key in _TOLD):
                self.without_reason.append(f"{name}: {answer.status_code} {kind} {answer.text[:100]}")


def body_routes(hub: RunningHub) -> Iterator[tuple[str, str]]:
    """Method and path of every route of the API that takes JSON."""
    for route in flat(hub.app.routes):
        if isinstance(route, APIRoute) and route.path.startswith("/api/v1") and route.body_field is not None:
            for method in sorted((route.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}):
                yield method, re.sub(r"{\w+(?::\w+)?}", "x", route.path)


def bodies(
    hub: RunningHub, payloads: Iterable[tuple[str, bytes]], routes: Iterable[tuple[str, str]]
) -> Answered:
    """Each payload as the body of each route, by somebody who may do everything."""
    found = Answered()
    routes = list(routes)
    with hub.client("admin") as admin:
        for name, payload in payloads:
            for method, path in routes:
                sent = {"content-type": "application/json"}
                answer = admin.request(method, path, content=payload, headers=sent)
                found.take(f"{name} {method} {path}", answer)
    return found


def texts(hub: RunningHub, home_id: str, hostile: Iterable[str]) -> Answered:
    """Each text in notes, names, addresses and searches; then the pages that show what was taken."""
    found = Answered()
    alert = hub.emergency(home_id)
    home = hub.engine.home(home_id)
    assert home is not None
    region = hub.directory.regions[-1].id
    taken: set[str] = set()
    with hub.client("admin") as admin:
        for number, text in enumerate(hostile):
            fields: list[tuple[str, str, dict[str, object], str]] = [
                ("POST", f"/api/v1/alerts/{alert.id}/notes", {"note": text}, "note"),
                ("POST", "/api/v1/people", {"id": f"p-{number}", "name": text}, "name"),
                ("POST", "/api/v1/people", {"name": "王", "phone": text}, "phone"),
                (
                    "POST",
                    "/api/v1/enrol/homes",
                    {"region_id": region, "flat": f"{number}", "note": text},
                    "note",
                ),
                ("POST", "/api/v1/enrol/homes", {"region_id": region, "flat": text}, "flat"),
                ("POST", "/api/v1/enrol/homes", {"region_id": text}, "region_id"),
                (
                    *("POST", f"/api/v1/enrol/homes/{home_id}/elders"),
                    {"name": text, "call_name": text, "note": text},
                    "name",
                ),
                ("POST", f"/api/v1/enrol/homes/{home_id}/rooms", {"kind": "other", "name": text}, "name"),
                ("POST", f"/api/v1/enrol/homes/{home_id}/devices", {"id": text, "kind": "button"}, "id"),
                (
                    *("POST", f"/api/v1/homes/{home_id}/care-card"),
                    {"reason": text, "note": text},
                    "reason",
                ),
            ]
            # Each text in the notes and in two other places; all places come up in turn.
            for method, path, body, about in (fields[0], *_in_turn(fields[1:], number)):
                answer = admin.request(
                    *(method, path),
                    content=json.dumps(body).encode(),
                    headers={"content-type": "application/json"},
                )
                found.take(f"{text[:40]!r} as {about} of {path}", answer)
                if answer.is_success and about in ("note", "name", "phone", "flat"):
                    taken.add(text)
            for path in _in_turn(("alerts", "homes", "people", "requests", "devices"), number):
                address = f"/api/v1/{path}?q={quote(text.encode('utf-8', 'surrogatepass'))}"
                found.take(f"{text[:40]!r} searched in {path}", admin.get(address))
        notes = set(_strings(admin.get(f"/api/v1/alerts/{alert.id}").json()))
        kept = [text for text in taken if text.strip() and text.strip() in notes]
        if taken and not kept:
            found.changed.append("nothing that was taken as a note stands in the alert")
    with hub.browser("admin") as browser:
        for path in (f"/alerts/{alert.id}", f"/homes/{home_id}", "/people", "/homes", "/", "/rejected"):
            answer = browser.get(path, follow_redirects=True)
            found.tried += 1
            if answer.status_code != 200:
                found.broken_pages.append(f"{path}: {answer.status_code}")
                continue
            if complaint := page_is_broken(answer.text):
                found.broken_pages.append(f"{path}: {complaint}")
    return found


def _in_turn(places: Sequence[T], number: int) -> Sequence[T]:
    """Two of them, the next ones for the next number."""
    return [places[(2 * number + more) % len(places)] for more in (0, 1)]


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)


class _Elements(HTMLParser):
    """Finds elements and attributes that no template of the hub writes."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        for name, value in attrs:
            if name.startswith("on") or (value or "").strip().lower().startswith("javascript:"):
                self.wrong.append(f"<{tag} {name}={value!r}>")
        if tag == "script" and not any(name in ("src", "type", "nonce") for name, _ in attrs):
            self.wrong.append("<script> without a source")
        if tag in ("iframe", "object", "embed", "marquee", "plaintext", "xmp"):
            self.wrong.append(f"<{tag}>")


def page_is_broken(page: str) -> str:
    """What on a page comes from somebody's text and not from a template; empty when nothing does."""
    elements = _Elements()
    elements.feed(page)
    elements.close()
    if elements.wrong:
        return elements.wrong[0]
    if "</html>" not in page[-200:]:
        return "does not end"
    return "" if {"html", "body", "main"} <= set(elements.open) else "lacks its frame"
