"""Before a shift begins: an empty place, or somebody on it whom nobody can tell, stands told at the cell's own home."""

from hub.core import standing
from hub.core.alerts import Reason
from hub.core.draft import Draft
from hub.core.events import ShiftGap, TellShiftGaps
from hub.core.outcome import Result
from hub.core.reasons import ReasonCode

RULE_PREFIX = "shift"
POLICY = "before_shift"
"""Who is told of it; where the policies have none of this name, the way of any technical alert."""


def tell(draft: Draft, command: TellShiftGaps) -> Result:
    """Raise what is new or was closed too early, end what is over."""
    wanted = {gap.key: Reason(ReasonCode.SHIFT_GAP, _data(gap)) for gap in command.gaps}
    return standing.tell(
        draft, RULE_PREFIX, wanted, ReasonCode.SHIFT_GAP_OVER, draft.context.policies.get(POLICY)
    )


def _data(gap: ShiftGap) -> dict[str, str | int | None]:
    return {
        "kind": gap.kind,
        "role": gap.role.value if gap.role is not None else None,
        "place": gap.place,
        "person": gap.person,
        "from_local": gap.from_local,
        "elders": gap.elders,
    }
