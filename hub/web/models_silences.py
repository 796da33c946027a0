"""What the API takes and tells of silences, typed."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from hub.core.alerts import AlertKind, Severity
from hub.core.home import DeviceKind
from hub.core.silences import SilenceOf, SilenceReason
from hub.web.models import Id, In, Out, PersonRef, TextOut


class HeldSignOut(Out):
    """A sign that a silence holds back and that lasts: it is told when the silence ends."""

    kind: AlertKind
    severity: Severity
    reason: TextOut
    at: AwareDatetime = Field(description="When it was first found.")
    times: int = Field(description="How often it was found since.")
    device_id: str | None


class SilenceOut(Out):
    """For a while nobody is told of some kind of sign of a home. `now`: it has begun."""

    id: str
    home_id: str
    address: str
    of: SilenceOf
    reason: SilenceReason
    note: str
    by: PersonRef | None
    device_id: str | None = Field(description="None: of the whole home.")
    device_kind: DeviceKind | None
    from_at: AwareDatetime
    until_at: AwareDatetime
    now: bool
    held: list[HeldSignOut]


class SilencesPage(Out):
    """Those that last or are planned, the one that ends first before the others."""

    items: list[SilenceOut]
    total: int


class SilenceIn(In):
    """`from_at` left out: from now on. A silence of readings lasts 3 days at most, of days and nights 7, of devices and climate
    14; the reason `other` needs a note."""

    of: SilenceOf
    reason: SilenceReason
    until_at: AwareDatetime
    from_at: AwareDatetime | None = None
    device_id: Id | None = None
    note: Annotated[str, Field(max_length=200)] = ""
