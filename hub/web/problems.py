"""Errors of the API as problem details (RFC 9457): what happened, where, and what to do."""

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

from hub.store.errors import StoreError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

MEDIA_TYPE = "application/problem+json"


class ProblemOut(BaseModel):
    """An error. `type` is a stable name; `where` says which part of the request or of the hub is meant."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["urn:care-alert-hub:stale"])
    title: str
    status: int
    detail: str
    where: str
    remedy: str


class Problem(Exception):
    """Raised anywhere in the web; answered as problem details. `extra` adds members (the alert as it stands now)."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        where: str,
        remedy: str,
        headers: dict[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.where = where
        self.remedy = remedy
        self.headers = headers
        self.extra = extra

    def response(self) -> JSONResponse:
        return JSONResponse(
            {
                "type": f"urn:care-alert-hub:{self.code}",
                "title": HTTPStatus(self.status).phrase,
                "status": self.status,
                "detail": self.detail,
                "where": self.where,
                "remedy": self.remedy,
                **self.extra,
            },
            self.status,
            headers=self.headers,
            media_type=MEDIA_TYPE,
        )


def not_found(what: str, where: str) -> Problem:
    return Problem(
        404,
        "not_found",
        f"There is no {what} with this id.",
        where=where,
        remedy="Check the id, or list them.",
    )


def no_answer() -> Problem:
    return Problem(
        503,
        "no_answer",
        "The hub did not answer in time; whether the command took effect is not known.",
        where="engine",
        remedy="Read it again before repeating the command; if it persists, look at /readyz and use the telephone.",
        headers={"Retry-After": "2"},
    )


def install(app: FastAPI) -> None:
    """Make every error of `app` a problem; no error text ever repeats what the client sent."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, http_problem)
    app.add_exception_handler(TimeoutError, _timeout)
    app.add_exception_handler(StoreError, _store)
    app.add_exception_handler(Exception, _unexpected)
    described = app.openapi
    app.openapi = lambda: _as_sent(described())  # type: ignore[method-assign]


def _as_sent(document: dict[str, Any]) -> dict[str, Any]:
    """The API's description with errors as the type that they are sent as, also where a call answers so with something else."""
    problem = {"schema": {"$ref": f"#/components/schemas/{ProblemOut.__name__}"}}
    answers = (
        (status, answer)
        for calls in document["paths"].values()
        for call in calls.values()
        for status, answer in call["responses"].items()
    )
    for status, answer in answers:
        if status.startswith(("4", "5")):
            content = answer.setdefault("content", {})
            if content.get("application/json") == problem:
                del content["application/json"]
            content[MEDIA_TYPE] = problem
    return document


async def _problem(request: "Request", error: Exception) -> "Response":
    return cast(Problem, error).response()


async def _store(request: "Request", error: Exception) -> "Response":
    return Problem(
        503,
        "store",
        str(error),
        where="store",
        remedy="Try again; /readyz says when it works.",
        headers={"Retry-After": "5"},
    ).response()


async def _unexpected(request: "Request", error: Exception) -> "Response":
    return Problem(
        500,
        "failed",
        "The hub failed; it was logged.",
        where=request.scope["path"],
        remedy="Try again, then tell who runs the hub.",
    ).response()


async def _invalid(request: "Request", error: Exception) -> "Response":
    errors = cast(RequestValidationError, error).errors()
    places = [".".join(str(part) for part in found["loc"]) for found in errors]
    told = [f"{place}: {found['msg']}" for place, found in zip(places, errors, strict=True)]
    return Problem(
        422,
        "invalid",
        "; ".join(told),
        where=", ".join(places),
        remedy="Correct the named fields; /api/v1/openapi.json describes them.",
    ).response()


async def http_problem(request: "Request", error: Exception) -> "Response":
    refused = cast(HTTPException, error)
    return Problem(
        refused.status_code,
        {404: "not_found", 405: "method_not_allowed", 413: "too_large"}.get(refused.status_code, "refused"),
        str(refused.detail),
        where=request.scope["path"],
        remedy="/api/v1/openapi.json lists what exists.",
        headers=dict(refused.headers) if refused.headers else None,
    ).response()


async def _timeout(request: "Request", error: Exception) -> "Response":
    return no_answer().response()


RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemOut, "description": HTTPStatus(status).phrase}
    for status in (400, 401, 403, 404, 409, 413, 422, 429, 503)
}
"""For routers: the errors that a documented call may answer with."""
