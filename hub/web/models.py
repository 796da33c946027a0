"""What the API takes and gives, typed: the shapes in OpenAPI, in the live stream and in the console's scripts."""

from datetime import time
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from hub.core.alerts import AlertKind, AlertState, Role, Severity, WhatItWas, WhatWasDone
from hub.core.home import AwayKind, DeviceKind, Flag, Membership
from hub.core.journal import EntryKind
from hub.core.service_requests import CancelReason, Remedy, RequestCategory, RequestState
from hub.store.care_cards import OpeningReason

NOTE_LENGTH = 2000
Note = Annotated[str, Field(max_length=NOTE_LENGTH)]
Id = Annotated[str, Field(min_length=1, max_length=64)]


class Out(BaseModel):
    """An answer."""

    model_config = ConfigDict(frozen=True)


class In(BaseModel):
    """A request; unknown fields are refused, so that a misspelt one is never silently dropped."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TextOut(Out):
    zh: str
    en: str


class PersonRef(Out):
    """A person or a log-in; `name` is the id where no name is known."""

    id: str
    name: str


class ResidentRef(Out):
    id: str
    name: str
    call_name: str


class HolderOut(PersonRef):
    """Who holds an alert, in which role they answered (None: not known), since when and until when."""

    role: Role | None = None
    reachable: bool = Field(
        description="A message tells them when it is taken over; others see it on their screen."
    )
    since_at: AwareDatetime
    until_at: AwareDatetime


class GoerOut(PersonRef):
    """Somebody whom a desk can record as on the way or there; the role is the one in which they stand to the home."""

    role: Role | None = None


class OtherHome(Out):
    """The second home that an alert may be about."""

    id: str
    address: str
    residents: list[ResidentRef]
    settled: bool = Field(description="Somebody has said that it is this one.")


class AlertOut(Out):
    """An alert as a row of the queue shows it. `version` goes back with every action (compare and swap)."""

    id: str
    home_id: str
    kind: AlertKind
    severity: Severity
    state: AlertState
    open: bool
    version: int
    reason_code: str
    reason: TextOut
    opened_at: AwareDatetime
    occurred_at: AwareDatetime
    residents: list[ResidentRef] = Field(description="More than one: it is not known whom it is about.")
    flags: list[Flag]
    address: str
    floor: int | None
    lift: bool
    centre: PersonRef | None
    device_id: str | None
    device_kind: DeviceKind | None
    room: str | None
    signs: int = Field(description="Further signs that joined this alert (the newest 50 are counted).")
    last_sign: TextOut | None
    last_sign_code: str | None = Field(description="The code of the newest of these signs.")
    step: int = Field(description="The step of the chain last taken, from 1; 0 before the first.")
    escalate_at: AwareDatetime | None
    pre_alarm_until: AwareDatetime | None = Field(
        None,
        description="Until then only the wearer of the fall sensor is asked, and may take it back; null: over, or never.",
    )
    holder: HolderOut | None
    asked: list[PersonRef]
    may_go: list[GoerOut] = Field(
        default_factory=list,
        description="Who can be named in `on_behalf_of`: those asked first, then whoever else is bound to the home.",
    )
    first_answer_at: AwareDatetime | None
    on_site_at: AwareDatetime | None
    resolved_at: AwareDatetime | None
    resolved_by: PersonRef | None
    what_it_was: WhatItWas | None
    what_was_done: WhatWasDone | None
    note: str
    resident_unconfirmed: bool = Field(
        False, description="Nobody whom the directory knows lives there, or who wore the device is gone."
    )
    other_home: OtherHome | None = Field(
        None,
        description="The device that called belongs to this other home, and nobody has said yet which it is.",
    )


class TimelineEntry(Out):
    """One line of the journal. `number` is its id in the live stream."""

    number: int
    at: AwareDatetime
    kind: EntryKind
    by: PersonRef | None
    text: TextOut
    data: dict[str, Any]


class AlertDetail(AlertOut):
    """`card`: of the home, for whoever holds the alert and for the desks: nobody who hurries asks twice."""

    timeline: list[TimelineEntry]
    card: "CareCard | None" = None


class WaitingOut(BaseModel):
    """Emergencies that nobody has taken."""

    emergencies: int
    oldest_at: AwareDatetime | None


class AlertPage(Out):
    """`number`: everything up to this journal number is in the answer; `/api/v1/events?after=number` continues gaplessly.
    `next` is the `before` of the following page, absent on the last."""

    items: list[AlertOut]
    next: str | None
    number: int
    now: AwareDatetime


class RaiseIn(In):
    home_id: Id
    resident_id: Id | None = None
    note: Note = ""


class MoveIn(In):
    version: int = Field(
        ge=1, description="The version that was looked at; 409 when the alert has changed since."
    )


class TakeIn(MoveIn):
    """Whoever holds an alert loses it to nobody who does not name them: 409 `held_by_other`."""

    take_over_from: Id | None = Field(
        None, description="The id of its holder: the alert is yours from now on, and they are told."
    )


class GoIn(TakeIn):
    on_behalf_of: Id | None = Field(
        None,
        description="The id of its holder, or of somebody in `may_go`: what they did, as they told you. Operators, duty "
        "managers and administrators must name somebody, for nobody at a desk comes to the door: 409 `who_goes`.",
    )


class ResolveIn(MoveIn):
    what_it_was: WhatItWas
    what_was_done: WhatWasDone
    note: Note = ""
    at_home_id: Id | None = Field(
        None, description="Needed where the alert names a second home: which of the two it was."
    )
    home_unknown: bool = Field(False, description="In its place: nobody can tell which it was.")


class NoteIn(In):
    note: Annotated[str, Field(min_length=1, max_length=NOTE_LENGTH)]


class RequestOut(Out):
    """A wish for a service, or a task of the hub's own; in a queue of its own. `version` goes back with every action."""

    id: str
    home_id: str
    category: RequestCategory
    state: RequestState
    version: int
    opened_at: AwareDatetime
    due_at: AwareDatetime | None
    overdue: bool = Field(description="It should have been done by now.")
    residents: list[ResidentRef]
    address: str
    floor: int | None
    lift: bool
    phone: str
    centre: PersonRef | None
    butler: PersonRef | None = Field(description="Whose home it is, whoever does the request.")
    assignee: PersonRef | None
    accepted_at: AwareDatetime | None = Field(description="When the assignee said yes.")
    note: str
    times_asked: int
    device_id: str | None
    alert_ids: list[str] = Field(description="The presses by mistake, or the faults, that a task is about.")
    opened_by: PersonRef | None = Field(description="None: a key, or the hub itself.")
    done_at: AwareDatetime | None = Field(description="When it ended, done or cancelled.")
    done_by: PersonRef | None
    cancel_reason: CancelReason | None
    remedy: Remedy | None
    cannot_be_shown: TextOut | None = Field(
        None, description="What to do about a request that cannot be shown whole; null: everything is here."
    )


class RoutineIn(In):
    """Every week on these days (0 = Monday) between two local times."""

    weekdays: frozenset[Annotated[int, Field(ge=0, le=6)]]
    leaves: time
    returns: time


class AwayOut(Out):
    resident_id: str | None = Field(description="None: everybody of the home.")
    kind: AwayKind
    from_at: AwareDatetime
    until_at: AwareDatetime
    routine: RoutineIn | None = None
    now: bool = Field(True, description="Whether it is going on at this moment.")


class AwayIn(In):
    resident_id: Id | None = None
    kind: AwayKind
    from_at: AwareDatetime
    until_at: AwareDatetime
    routine: RoutineIn | None = None
    confirmed: bool = Field(
        default=False, description="Of more than 92 days on end: somebody was asked whether that is right."
    )


class ResidentOut(ResidentRef):
    ability_level: int | None
    membership: Membership
    flags: list[Flag]
    birth_year: int | None
    note: str


class BoundPerson(PersonRef):
    role: Role
    phones: list[str]
    relation: str = Field(default="", description="What a contact is to the elder, as the ledger says it.")


class HomeOut(Out):
    """A home in a list."""

    id: str
    address: str
    residents: list[ResidentRef]
    phone: str = Field(description="Where its number was typed; else empty, it stands on the care card.")
    centre: PersonRef | None
    open_alerts: int
    joins: bool = Field(description="Whether an alert that is raised by hand joins one of the open ones.")
    open: bool = Field(description="False: nobody there is active: not yet open, paused or left.")
    unprotected: bool = Field(description="A call from there cannot be relied on; /unprotected says why.")
    away: bool
    butler: PersonRef | None
    flags: list[Flag]
    memberships: list[Membership]
    caller: BoundPerson | None = Field(
        default=None, description="Whose number was typed, where it is not the home's own: who telephones."
    )


class HomePage(Out):
    items: list[HomeOut]
    total: int


class DeviceOut(Out):
    """An enrolled device. `state`: fine, offline (its last will came), silent (longer than it may be), or never heard. `faults`
    are those that it tells, `signs` what the hub finds. `battery_empty_at`: at the pace of its battery, once that is known."""

    id: str
    home_id: str
    kind: DeviceKind
    family: str
    model: str | None
    room: str | None
    address: str
    last_seen_at: AwareDatetime | None
    battery_percent: int | None
    rssi_dbm: int | None
    battery_empty_at: AwareDatetime | None
    faults: list[str]
    signs: list[str]
    firmware: str | None
    state: Literal["ok", "offline", "silent", "never"]


class DevicePage(Out):
    items: list[DeviceOut]
    total: int


class CareCard(Out):
    """Everything to know at the telephone and at the door, as far as it is open: without `opened` there are no telephone
    numbers, conditions and notes. `door_code` only for whom holds an open alert of this home, or said that they go there;
    `door_code_known` says whether there is one."""

    id: str
    address: str
    floor: int | None
    lift: bool
    phone: str
    care_bed: bool
    note: str
    centre: PersonRef | None
    residents: list[ResidentOut]
    people: list[BoundPerson]
    away: list[AwayOut]
    devices: list[DeviceOut]
    door_code: str | None
    door_code_known: bool
    unjudged: bool
    alerts: list[AlertOut]
    requests: list[RequestOut]
    opened: Literal["alert", "reason"] | None = Field(
        None, description="By which it is open for you; null: state a reason, POST /homes/{id}/care-card."
    )
    opened_until_at: AwareDatetime | None = Field(None, description="Until when, by a stated reason.")


class OpenCardIn(In):
    """Why somebody reads a care card without an alert. `note`: what the list does not say; `other` needs it."""

    reason: OpeningReason
    note: Annotated[str, Field(max_length=200)] = ""


class RejectedOut(Out):
    """A message that could not be read. `text` is empty for bytes that are no UTF-8."""

    id: int
    at: AwareDatetime
    topic: str
    reason: str
    detail: str
    size: int
    text: str
    hex: str


class RejectedPage(Out):
    items: list[RejectedOut]
    next: str | None


class OnDutyOut(Out):
    person: PersonRef
    role: Role
    centre: PersonRef | None
    reachable: bool = Field(description="False: no contact method is recorded.")
    open_emergencies: int


RequestAnswer = Literal["accept", "decline", "start", "done", "cancel"]
"""What an assignee says about a service request."""


class AnswerIn(In):
    """A responder's answer, sent by the program that reached them: about an alert, or (accept, decline, start, done, cancel)
    about a service request."""

    alert_id: Id | None = None
    request_id: Id | None = None
    person_id: Id
    notification_id: Id | None = None
    home_id: Id | None = None
    action: Literal["acknowledge", "on_the_way", "on_site", "resolve", "note"] | RequestAnswer
    what_it_was: WhatItWas | None = None
    what_was_done: WhatWasDone | None = None
    take_over_from: Id | None = None
    at_home_id: Id | None = None
    home_unknown: bool = False
    cancel_reason: CancelReason | None = None
    remedy: Remedy | None = None
    note: Note = ""


class AnswerOut(Out):
    """Where the alert or the request stands now."""

    alert_id: str | None = None
    request_id: str | None = None
    state: AlertState | RequestState | None
    version: int


class StreamEvent(Out):
    """The data of one `journal` event of the live stream; `alert` and `request` as they stand after it."""

    number: int
    at: AwareDatetime
    kind: EntryKind
    home_id: str
    alert_id: str | None
    request_id: str | None
    by: PersonRef | None
    text: TextOut
    alert: AlertOut | None
    request: RequestOut | None
