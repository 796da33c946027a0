"""What the API tells of keys that are tested by hand, and of silent test calls, typed."""

from pydantic import AwareDatetime, Field

from hub.core.hand_test import Standing
from hub.core.home import DeviceKind, Hop
from hub.web.models import Id, In, Out, PersonRef, ResidentRef


class KeyOut(Out):
    """A key that only a hand can test. `due_at`: from when it is to be tested; of one that was never proven, since it was
    enrolled."""

    device_id: str
    kind: DeviceKind
    room: str | None
    wearer: str | None = Field(description="Who wears it, where it belongs to one person.")
    standing: Standing
    due_at: AwareDatetime
    proven_at: AwareDatetime | None
    pressed_at: AwareDatetime | None


class KeysOut(Out):
    """A home whose keys are tested by hand."""

    home_id: str
    address: str
    residents: list[ResidentRef]
    centre: PersonRef | None
    butler: PersonRef | None
    keys: list[KeyOut]


class KeysPage(Out):
    """Homes by address; how many keys there are of each standing, in all that were asked for."""

    items: list[KeysOut]
    total: int
    counts: dict[Standing, int]


class TestModeOut(Out):
    by: PersonRef | None
    mine: bool
    until_at: AwareDatetime


class TestedAlertOut(Out):
    """An alert of a press made in test mode. `may_pass`: you can say that it was your test."""

    alert_id: str
    opened_at: AwareDatetime
    held_by: PersonRef | None
    may_pass: bool


class ChainTestOut(Out):
    """The home's silent test calls. `hop`: how far the newest was seen to come, while none comes back."""

    device_id: str | None
    proven_at: AwareDatetime | None
    took_ms: int | None
    failed_at: AwareDatetime | None
    hop: Hop | None
    next_at: AwareDatetime | None


class KeysOfHomeOut(KeysOut):
    """One home on a visit."""

    test: TestModeOut | None
    alerts: list[TestedAlertOut]
    chain: ChainTestOut | None = Field(description="None: no device of this home can make silent test calls.")
    now: AwareDatetime


class PassedIn(In):
    alert_id: Id
