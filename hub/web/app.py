"""Puts the web together: pages, API, live stream and status behind one door. Nothing happens at import.

Serve it with access logging off: what operators search for stands in the addresses.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

import hub
from hub.directory.keeper import DirectoryKeeper
from hub.store import ended_sessions
from hub.store.errors import StoreError
from hub.store.queries import Queries
from hub.web import (
    answers,
    api_accounts,
    api_alerts,
    api_centres,
    api_chain,
    api_changes,
    api_directory,
    api_enrol,
    api_events,
    api_homes,
    api_key_tests,
    api_outcomes,
    api_own_values,
    api_people,
    api_protection,
    api_reports,
    api_requests,
    api_roster,
    api_silences,
    api_tokens,
    metrics,
    pages,
    problems,
)
from hub.web.answer_memory import Answers
from hub.web.answer_times import AnswerTimes
from hub.web.chain import ChainFacts
from hub.web.guard import Guard, SessionCookies
from hub.web.hub import Hub
from hub.web.live import LiveStream
from hub.web.logins import Logins
from hub.web.parts import Parts
from hub.web.reach import Visibility
from hub.web.refusals import Forbidden, Refusals
from hub.web.sessions import Sessions, load_secret
from hub.web.settings import WebSettings
from hub.web.tokens import Tokens
from hub.web.views import Views
from hub.web.words import say

TAGS = [
    {"name": "alerts", "description": "Alerts: list, look, act."},
    {"name": "requests", "description": "Service requests, a queue of their own."},
    {"name": "homes", "description": "Homes, care cards, absences."},
    {"name": "devices", "description": "Enrolled devices, and messages nobody could read."},
    {"name": "people", "description": "Who is on duty."},
    {"name": "answers", "description": "Signed answers of people who were asked."},
    {"name": "roster", "description": "Who works when: shifts, leave, covers, holidays, gaps ahead."},
    {"name": "reports", "description": "Reports of days: who was answered how fast, what it was."},
    {"name": "live", "description": "The live stream."},
    {"name": "accounts", "description": "Log-ins."},
    {"name": "centres", "description": "Centres and the companies that run them."},
    {"name": "directory", "description": "The whole directory: a centre's ledger in, everything out."},
    {"name": "changes", "description": "Who changed what, and who was refused."},
    {"name": "status", "description": "Alive, ready, numbers."},
]

ROUTERS = (
    *(api_alerts.router, api_requests.router, api_homes.router, answers.router, api_accounts.router),
    *(
        api_tokens.router,
        api_key_tests.router,
        api_silences.router,
        api_own_values.router,
        api_outcomes.router,
        api_protection.router,
    ),
    *(api_enrol.router, api_reports.router, api_people.router, api_centres.router, api_roster.router),
    *(api_chain.router, api_changes.router, api_directory.router, api_events.router),
    *(metrics.router, *pages.ROUTERS),
)
"""Their routes go into the app as they are: included ones would all be built a second time by the first requests."""


def create_app(
    engine: Hub,
    queries: Queries,
    settings: WebSettings,
    keeper: DirectoryKeeper,
    chain_facts: Callable[[], ChainFacts] = ChainFacts,
) -> FastAPI:
    """The ASGI app. `app.state.parts.live.close()` ends the open streams: call it when the server should stop."""
    logins = Logins(engine, queries, keeper)
    views = Views(engine, logins.names)
    visibility = Visibility(engine, keeper)
    live = LiveStream(engine, queries, views, settings, visibility)
    logins.when_changed = live.end_of
    sessions = Sessions(load_secret(settings.data_dir), settings.session_lasts)
    tokens = Tokens(engine, queries, logins)
    tokens.when_revoked = live.end_of
    answer_times = AnswerTimes()
    parts = Parts(
        hub=engine,
        queries=queries,
        settings=settings,
        views=views,
        logins=logins,
        tokens=tokens,
        sessions=SessionCookies(sessions),
        live=live,
        answers=Answers(settings.answer_secret, engine.now, settings.wall),
        answer_times=answer_times,
        keeper=keeper,
        visibility=visibility,
        refusals=Refusals(engine, keeper),
        chain_facts=chain_facts,
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        stop_counting = engine.subscribe(answer_times.hear)
        # Before the stream: a line is shown to whom may see its home after it.
        stop_watching = engine.subscribe(visibility.heard)
        await asyncio.to_thread(visibility.get_ready)
        await logins.all()
        await tokens.every()
        sessions.remember(await asyncio.to_thread(queries.read, ended_sessions.load))
        await live.start()
        try:
            yield
        finally:
            live.close()
            stop_counting()
            stop_watching()

    app = FastAPI(
        title="Care alert hub",
        description="Alerts of care devices at home, and who answers them.",
        version="1",
        lifespan=lifespan,
        openapi_tags=TAGS,
        routes=[route for router in ROUTERS for route in router.routes],
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.parts = parts
    app.state.pages = pages.Pages(settings.timezone, settings.language)
    problems.install(app)
    static = Path(hub.__file__).parent / "web" / "static"
    app.mount("/static", StaticFiles(directory=static), name="static")
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(problems.Problem, _problem)
    for kind in (Exception, RequestValidationError, StoreError, TimeoutError):
        app.add_exception_handler(kind, _as_page(app.exception_handlers[kind]))
    app.add_middleware(Guard, logins=logins, sessions=sessions, tokens=tokens, now=engine.now)
    # Pages are read on telephones too; the live stream is never held back by it.
    app.add_middleware(GZipMiddleware, minimum_size=1000, compresslevel=5)
    return app


async def _http_error(request: Request, error: Exception) -> Response:
    status = cast(HTTPException, error).status_code
    return _error_page(request, status) or await problems.http_problem(request, error)


async def _problem(request: Request, error: Exception) -> Response:
    problem = cast(problems.Problem, error)
    if isinstance(problem, Forbidden):
        parts: Parts = request.app.state.parts
        route = request.scope.get("route")
        await parts.refusals.note(problem, getattr(route, "path", ""))
    return _error_page(request, problem.status) or problem.response()


def _as_page(handler: Callable[[Request, Any], Any]) -> Callable[[Request, Exception], Awaitable[Response]]:
    """The same answer, as a page to whom looks at pages."""

    async def answer(request: Request, error: Exception) -> Response:
        told: Response = await handler(request, error)
        answered = _error_page(request, told.status_code) or told
        if answered.status_code == 500:
            # The error is raised on, and the server closes the connection: once this is said, no request is sent into it.
            answered.headers["Connection"] = "close"
        return answered

    return answer


def _error_page(request: Request, status: int) -> Response | None:
    """A browser that looks at a page gets a page; everybody else problem details."""
    if request.scope["path"].startswith("/api/") or "text/html" not in request.headers.get("accept", ""):
        return None
    shown = pages.pages_of(request)
    key = {
        403: "error.not_allowed",
        404: "error.not_found",
        413: "error.too_large",
        422: "error.not_read",
    }.get(status, "error.failed")
    return shown.page(request, "error.html", status, message=say(shown.language(request), key))
