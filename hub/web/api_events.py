"""The API's live stream."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse

from hub.web.models import StreamEvent
from hub.web.parts import PartsDep, ViewAlerts
from hub.web.problems import RESPONSES

router = APIRouter(prefix="/api/v1", responses=RESPONSES)


@router.get(
    "/events",
    tags=["live"],
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "Server-sent events",
            "content": {"text/event-stream": {"schema": StreamEvent.model_json_schema()}},
        }
    },
)
async def events(
    request: Request,
    parts: PartsDep,
    user: ViewAlerts,
    after: Annotated[int | None, Query(ge=0)] = None,
    last_event_id: Annotated[int | None, Header(ge=0)] = None,
) -> StreamingResponse:
    """The journal as it is written: `hello` (hub time), then a `journal` event per line, its id the line's number.

    With a scope the stream holds the lines of its homes: numbers jump, and heartbeats name the newest as their id. When the
    homes of the scope change, `reset`. `hello` and `reset` name the scope's state as `scope`: when it is another than before,
    read everything anew.

    Resume with `Last-Event-ID` or `after`; what is no longer kept is answered by `reset`: read everything anew. Without
    either, the stream begins now. Every 15 s a comment with the hub time.
    """
    resume = last_event_id if last_event_id is not None else after
    return parts.live.response(user, resume, request.state.still_valid)
