"""Answers of people who were asked, brought by the program that reached them: each becomes one command."""

import asyncio

from fastapi import APIRouter, Request
from pydantic import ValidationError

from hub.core.events import (
    AcceptRequest,
    Acknowledge,
    Actor,
    ActorRole,
    AddNote,
    ArriveOnSite,
    Command,
    GoOnTheWay,
    MoveRequest,
    Resolve,
)
from hub.core.service_requests import RequestState
from hub.notify.signature import IDEMPOTENCY_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER
from hub.web.api_requests import carry_out
from hub.web.commands import alert_detail, move_alert
from hub.web.models import AnswerIn, AnswerOut
from hub.web.parts import Parts, PartsDep
from hub.web.problems import RESPONSES, Problem, not_found

router = APIRouter(prefix="/api/v1", responses=RESPONSES)

REQUEST_MOVES: dict[str, RequestState | None] = {
    "accept": None,
    "decline": RequestState.NEW,
    "start": RequestState.IN_PROGRESS,
    "done": RequestState.DONE,
    "cancel": RequestState.CANCELLED,
}
"""What an assignee's answer makes of a service request; None: it stays assigned."""


@router.post(
    "/answers",
    tags=["answers"],
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": AnswerIn.model_json_schema()}},
        },
        "parameters": [
            {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
            for name in (TIMESTAMP_HEADER, SIGNATURE_HEADER, IDEMPOTENCY_HEADER)
        ],
    },
)
async def take_answer(request: Request, parts: PartsDep) -> AnswerOut:
    """What a person who was asked says. Signed like the webhook (see the documentation), in the name of `person_id`."""
    body = await request.body()
    parts.answers.check(request.headers, body)
    key = request.headers.get(IDEMPOTENCY_HEADER.lower(), "")
    if not 8 <= len(key) <= 64:
        raise Problem(
            400,
            "no_idempotency_key",
            "The idempotency key is missing, or not of 8 to 64 characters.",
            where=IDEMPOTENCY_HEADER,
            remedy="Send a new random value for each answer, the same one when you repeat it.",
        )
    try:
        answer = AnswerIn.model_validate_json(body)
    except ValidationError as error:
        places = ", ".join(".".join(str(part) for part in found["loc"]) for found in error.errors())
        raise Problem(
            422,
            "invalid",
            "The answer cannot be read.",
            where=places or "body",
            remedy="Correct the named fields.",
        ) from None
    return await parts.answers.once(key, body, lambda: _carry_out(parts, answer))


async def _carry_out(parts: Parts, answer: AnswerIn) -> AnswerOut:
    if (answer.alert_id is None) == (answer.request_id is None):
        raise Problem(
            422,
            "invalid",
            "An answer is about one alert or one service request.",
            where="alert_id, request_id",
            remedy="Send the one that the notification named.",
        )
    if answer.request_id is not None:
        return await _about_a_request(parts, answer, answer.request_id)
    return await _about_an_alert(parts, answer, answer.alert_id or "")


async def _about_a_request(parts: Parts, answer: AnswerIn, request_id: str) -> AnswerOut:
    found = await asyncio.to_thread(parts.queries.request, request_id)
    if found is None:
        raise not_found("request", "request_id")
    if answer.person_id not in (*found.request.asked, found.request.assignee_id):
        raise _not_asked("request")
    if answer.action not in REQUEST_MOVES:
        raise _wrong_action()
    home_id, by = found.request.home_id, Actor(answer.person_id, ActorRole.RESPONDER)
    state = REQUEST_MOVES[answer.action]
    command: Command = (
        AcceptRequest(home_id, request_id, by)
        if state is None
        else MoveRequest(
            *(home_id, request_id, by, state),
            note=answer.note,
            cancel_reason=answer.cancel_reason,
            remedy=answer.remedy,
        )
    )
    moved = await carry_out(parts, command, home_id, request_id)
    return AnswerOut(request_id=moved.id, state=moved.state, version=moved.version)


async def _about_an_alert(parts: Parts, answer: AnswerIn, alert_id: str) -> AnswerOut:
    alert = (await alert_detail(parts, alert_id)).alert
    holder = alert.hold.by if alert.hold else None
    if answer.person_id not in alert.asked and answer.person_id != holder:
        raise _not_asked("alert")
    command = _command(answer, alert.home_id, alert_id)
    moved = await move_alert(parts, command, alert.home_id, alert.id)
    return AnswerOut(alert_id=moved.id, state=moved.state, version=moved.version)


def _not_asked(about: str) -> Problem:
    return Problem(
        403,
        "not_asked",
        f"This person was not asked about this {about}.",
        where="person_id",
        remedy="Answer in the name of the person whom the notification named.",
    )


def _command(answer: AnswerIn, home_id: str, alert_id: str) -> Command:
    by = Actor(answer.person_id, ActorRole.RESPONDER)
    match answer.action:
        case "acknowledge":
            return Acknowledge(home_id, alert_id, by, take_over_from=answer.take_over_from)
        case "on_the_way":
            return GoOnTheWay(home_id, alert_id, by, take_over_from=answer.take_over_from)
        case "on_site":
            return ArriveOnSite(home_id, alert_id, by, take_over_from=answer.take_over_from)
        case "note":
            return AddNote(home_id, alert_id, by, answer.note)
        case "resolve":
            if answer.what_it_was is None or answer.what_was_done is None:
                raise Problem(
                    422,
                    "invalid",
                    "Resolving needs what_it_was and what_was_done.",
                    where="what_it_was, what_was_done",
                    remedy="Send both.",
                )
            return Resolve(
                *(home_id, alert_id, by, answer.what_it_was, answer.what_was_done, answer.note),
                at_home_id=answer.at_home_id,
                home_unknown=answer.home_unknown,
            )
        case _:
            raise _wrong_action()


def _wrong_action() -> Problem:
    return Problem(
        422,
        "invalid",
        "This action does not belong to what the answer is about.",
        where="action",
        remedy="Use one of the actions that the notification listed.",
    )
