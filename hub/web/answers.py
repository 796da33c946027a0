"""Answers of people who were asked, brought by the program that reached them: each becomes one command."""

from fastapi import APIRouter, Request
from pydantic import ValidationError

from hub.core.events import (
    Acknowledge,
    Actor,
    ActorRole,
    AddNote,
    ArriveOnSite,
    Command,
    GoOnTheWay,
    Resolve,
)
from hub.notify.signature import IDEMPOTENCY_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER
from hub.web.commands import alert_detail, move_alert
from hub.web.models import AnswerIn, AnswerOut
from hub.web.parts import Parts, PartsDep
from hub.web.problems import RESPONSES, Problem

router = APIRouter(prefix="/api/v1", responses=RESPONSES)


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
    alert = (await alert_detail(parts, answer.alert_id)).alert
    holder = alert.hold.by if alert.hold else None
    if answer.person_id not in alert.asked and answer.person_id != holder:
        raise Problem(
            403,
            "not_asked",
            "This person was not asked about this alert.",
            where="person_id",
            remedy="Answer in the name of the person whom the notification named.",
        )
    command = _command(answer, alert.home_id)
    moved = await move_alert(parts, command, alert.home_id, alert.id)
    return AnswerOut(alert_id=moved.id, state=moved.state, version=moved.version)


def _command(answer: AnswerIn, home_id: str) -> Command:
    by = Actor(answer.person_id, ActorRole.RESPONDER)
    match answer.action:
        case "acknowledge":
            return Acknowledge(home_id, answer.alert_id, by)
        case "on_the_way":
            return GoOnTheWay(home_id, answer.alert_id, by)
        case "on_site":
            return ArriveOnSite(home_id, answer.alert_id, by)
        case "note":
            return AddNote(home_id, answer.alert_id, by, answer.note)
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
                home_id, answer.alert_id, by, answer.what_it_was, answer.what_was_done, answer.note
            )
