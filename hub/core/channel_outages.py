"""A way to people that delivers nothing, the server that reaches their phones for one, stands told at the cell's own home."""

from hub.core import standing
from hub.core.alerts import Reason
from hub.core.draft import Draft
from hub.core.events import TellChannelOutages
from hub.core.outcome import Result
from hub.core.reasons import ReasonCode

RULE_PREFIX = "channel"
POLICY = "channel_down"
"""Who is told of it; where the policies have none of this name, the way of any technical alert."""


def tell(draft: Draft, command: TellChannelOutages) -> Result:
    """Raise what is new or was closed too early, end what is over."""
    wanted = {
        one.channel: Reason(
            ReasonCode.CHANNEL_DOWN,
            {"channel": one.channel, "since_local": one.since_local, "unreached": one.unreached},
        )
        for one in command.outages
    }
    return standing.tell(
        draft, RULE_PREFIX, wanted, ReasonCode.CHANNEL_BACK, draft.context.policies.get(POLICY)
    )
