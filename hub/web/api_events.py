"""The API's live stream."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse

from hub.web.models import StreamEvent
from hub.web.parts import PartsDep
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
    after: Annotated[int | None, Query(ge=0)] = None,
    last_event_id: Annotated[int | None, Header(ge=0)] = None,
) -> StreamingResponse:
    """The journal as it is written: `hello` (hub time), then a `journal` event per line, its id the line's number.

    Resume with `Last-Event-ID` or `after`; what is no longer kept is answered by `reset`: read everything anew. Without
    either, the stream begins now. Every 15 s a comment with the hub time.
    """
    resume = last_event_id if last_event_id is not None else after
    return parts.live.response(resume, request.state.still_valid)
