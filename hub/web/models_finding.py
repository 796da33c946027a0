"""What lists of homes and devices take and give."""

from enum import StrEnum

from pydantic import Field

from hub.web.models import Id, In


class DeviceProblem(StrEnum):
    """What can be wrong with a device, the worst first. `ANY` asks for all of them."""

    SILENT = "silent"
    OFFLINE = "offline"
    NEVER = "never"
    FAULT = "fault"
    SIGN = "sign"
    BATTERY = "battery"
    ANY = "any"


class WhoIn(In):
    """Whom a call is about; None: it is not known."""

    version: int = Field(
        ge=1, description="The version that was looked at; 409 when the alert has changed since."
    )
    resident_id: Id | None = None
