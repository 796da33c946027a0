"""What the API tells of each elder's protection, part by part."""

from enum import StrEnum

from pydantic import AwareDatetime, Field

from hub.core.home import Membership
from hub.directory.elder_protection import Part, State, Why
from hub.web.models import Out, PersonRef, ResidentRef


class Only(StrEnum):
    """Whom a list shows. Words are `protection_only.<value>`."""

    UNPROTECTED = "unprotected"
    BROKEN = "broken"
    EVERYBODY = "everybody"


class PartOut(Out):
    part: Part
    state: State
    since_at: AwareDatetime | None = Field(description="Since when it is broken, where that is known.")
    why: Why | None = Field(description="Why it is broken; null where it is not.")


class ElderProtectionOut(Out):
    """One elder: every part once, in order. `unprotected_minutes`: how long a call from there could not be relied on by now."""

    resident: ResidentRef
    home_id: str
    address: str
    centre: PersonRef | None
    butler: PersonRef | None
    membership: Membership
    away: bool
    unprotected_since_at: AwareDatetime | None = Field(
        description="None: a call from there can be relied on."
    )
    unprotected_minutes: int | None
    parts: list[PartOut]


class ElderProtectionPage(Out):
    """`unprotected` and `broken` count everybody who was asked for, not only this page."""

    items: list[ElderProtectionOut]
    total: int
    elders: int
    unprotected: int
    broken: dict[Part, int]
