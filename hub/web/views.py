"""From the core's dataclasses to what the API shows: names are joined here, and only here."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from traceback import extract_tb
from typing import Any

from hub.core.alerts import Alert, Role
from hub.core.commands import call_keys
from hub.core.context import Context
from hub.core.detection.battery import empty_at
from hub.core.detection.device_health import signs_of
from hub.core.events import LOG_IN_MARK
from hub.core.home import UNASSIGNED_HOME_ID, Device, DeviceState, Flag, Home, Membership, Profile
from hub.core.journal import Entry, EntryKind
from hub.core.roster import on_duty, stands_in
from hub.core.service_requests import ServiceRequest
from hub.core.suppression import lasts
from hub.core.taking import who_may_go
from hub.directory import search
from hub.directory.profiles import CALLERS
from hub.directory.protection import Gap, gaps_of
from hub.notify.reason_texts import reason_text, with_addresses
from hub.store.alert_rows import CANNOT_BE_SHOWN
from hub.store.request_bodies import UnreadableRequest
from hub.store.store import JournalLine
from hub.web.entry_texts import entry_text
from hub.web.hub import Hub
from hub.web.models import (
    AlertOut,
    AwayOut,
    BoundPerson,
    CareCard,
    DeviceOut,
    GoerOut,
    HolderOut,
    HomeOut,
    OtherHome,
    PersonRef,
    RequestOut,
    ResidentOut,
    ResidentRef,
    RoutineIn,
    StreamEvent,
    TextOut,
    TimelineEntry,
)
from hub.web.outlines import ALERT_WORDS, REQUEST_WORDS, alert_outline, request_outline
from hub.web.words import Words

SERVED = frozenset({Membership.ACTIVE})
FROM_ROSTER = (Role.CENTRE_DUTY,)
"""Roles that a care card adds from the roster to the people bound to the home."""
_EMPTY = Profile("")

log = logging.getLogger(__name__)


def short_address(address: str) -> str:
    """Compound, building, stair and flat of an address; the wider regions are the same for a whole list."""
    parts = address.split(" ")
    return " ".join(parts[-4:]) if len(parts) > 5 else address


def gaps(home: Home, now: datetime, context: Context) -> tuple[Gap, ...]:
    """What keeps the home from being protected, as everywhere."""
    return gaps_of(home, now, context.resumed_at, context.rules.device.offline_after)


class Views:
    """Makes the API's models from the hub as it stands now. `account_names` maps log-ins to names."""

    def __init__(self, hub: Hub, account_names: Mapping[str, str]) -> None:
        self._hub = hub
        self._account_names = account_names

    def name(self, actor_id: str) -> str:
        person = self._hub.context().people.get(actor_id)
        if person is not None:
            return person.name
        login = actor_id.removeprefix(LOG_IN_MARK)
        return self._account_names.get(login, login)

    def person(self, actor_id: str | None) -> PersonRef | None:
        return PersonRef(id=actor_id, name=self.name(actor_id)) if actor_id else None

    def centre(self, centre_id: str | None) -> PersonRef | None:
        if centre_id is None:
            return None
        centre = self._hub.context().centres.get(centre_id)
        return PersonRef(id=centre_id, name=centre.name if centre else centre_id)

    def profile(self, home_id: str) -> Profile:
        home = self._hub.home(home_id)
        return home.profile if home else _EMPTY

    def alert(self, alert: Alert) -> AlertOut:
        """One that cannot be shown is shown as an outline: whoever watches must see that it is there, and all the others too."""
        try:
            return self._alert(alert)
        except Exception as error:  # noqa: BLE001  (whatever it is, the others must be seen)
            # Without the error's own words, which may hold what the alert says of a person.
            at = extract_tb(error.__traceback__)[-1]
            told = (alert.id, alert.home_id, type(error).__name__, at.filename, at.lineno)
            log.error("alert %s of home %s cannot be shown (%s at %s:%s)", *told)
            return alert_outline(alert)

    def _alert(self, alert: Alert) -> AlertOut:
        profile = self.profile(alert.home_id)
        device = self._device_of(alert, profile)
        residents = [resident for resident in profile.residents if resident.id in alert.resident_ids]
        hold = alert.hold
        last = alert.evidence[-1].reason if alert.evidence else None
        return AlertOut(
            id=alert.id,
            home_id=alert.home_id,
            kind=alert.kind,
            severity=alert.severity,
            state=alert.state,
            open=alert.open,
            version=alert.version,
            reason_code=alert.reason.code,
            reason=self._reason(alert.reason.code, alert.reason.data),
            opened_at=alert.opened_at,
            occurred_at=alert.occurred_at,
            residents=_residents(profile, alert.resident_ids),
            flags=_sorted({flag for resident in residents for flag in resident.flags}),
            address=profile.address or self._said_address(alert),
            floor=profile.floor,
            lift=profile.lift,
            centre=self.centre(profile.centre_id),
            device_id=alert.device_id,
            device_kind=device.kind if device else None,
            # Where another home's device hangs here nobody knows.
            room=device.room if device and alert.device_id in profile.devices else None,
            signs=len(alert.evidence),
            last_sign=self._reason(last.code, last.data) if last else None,
            last_sign_code=last.code if last else None,
            step=alert.step + 1,
            escalate_at=alert.escalate_at,
            pre_alarm_until=alert.pre_alarm_until,
            holder=HolderOut(
                id=hold.by,
                name=self.name(hold.by),
                role=hold.role,
                reachable=self._reachable(hold.by),
                since_at=hold.since_at,
                until_at=hold.until_at,
            )
            if hold
            else None,
            asked=[PersonRef(id=person, name=self.name(person)) for person in alert.asked],
            may_go=[
                GoerOut(id=person, name=self.name(person), role=role)
                for person, role in self._who_may_go(profile, alert)
            ],
            first_answer_at=alert.first_answer_at,
            on_site_at=alert.on_site_at,
            resolved_at=alert.resolved_at,
            resolved_by=self.person(alert.resolved_by),
            what_it_was=alert.what_it_was,
            what_was_done=alert.what_was_done,
            note=alert.note,
            resident_unconfirmed=alert.resident_unconfirmed,
            other_home=self._other_home(alert),
        )

    def _who_may_go(self, profile: Profile, alert: Alert) -> Iterable[tuple[str, Role | None]]:
        return who_may_go(profile, alert, self._hub.context(), self._hub.now()) if alert.open else ()

    def _reachable(self, actor_id: str) -> bool:
        person = self._hub.context().people.get(actor_id)
        return bool(person is not None and person.methods)

    def _device_of(self, alert: Alert, profile: Profile) -> Device | None:
        """What was pressed, be it another home's."""
        if alert.device_id is None:
            return None
        other = self.profile(alert.other_home_id) if alert.other_home_id else _EMPTY
        return profile.devices.get(alert.device_id) or other.devices.get(alert.device_id)

    def _reason(self, code: str, data: Mapping[str, Any]) -> TextOut:
        if code == CANNOT_BE_SHOWN:
            return ALERT_WORDS
        zh, en = reason_text(code, with_addresses(data, self._short_address))
        return TextOut(zh=zh, en=en)

    def _address(self, home_id: str) -> str:
        return self.profile(home_id).address

    def _short_address(self, home_id: str) -> str:
        return short_address(self._address(home_id))

    def _words(self, entry: Entry, data: Mapping[str, Any]) -> Words:
        """A line of the journal in words, with the addresses of the homes that it names."""
        located = dict(data)
        if entry.kind is EntryKind.ALERT_WHERE and (address := self._address(str(data.get("home_id")))):
            located["home_id"] = address
        if data.get("reason_data"):
            located["reason_data"] = with_addresses(data["reason_data"], self._address)
        return entry_text(entry.kind, located, entry.by, self.name)

    def _said_address(self, alert: Alert) -> str:
        """Of the home that a device names that is enrolled nowhere: the door to ask at first."""
        said = alert.reason.data.get("claimed_home")
        return (
            self.profile(said).address
            if alert.home_id == UNASSIGNED_HOME_ID and isinstance(said, str)
            else ""
        )

    def _other_home(self, alert: Alert) -> OtherHome | None:
        """The second home of an alert that names two, until somebody says that it is the first. Whoever sees the alert reads the
        address and who lives there, be it nobody of their list: the right door and whom to ask for. Its card stays closed."""
        other = alert.other_home_id
        if other is None or alert.settled_home_id == alert.home_id:
            return None
        profile = self.profile(other)
        return OtherHome(
            id=other,
            address=profile.address,
            residents=_residents(profile, [resident.id for resident in profile.living]),
            settled=alert.settled_home_id == other,
        )

    def request(self, request: ServiceRequest) -> RequestOut:
        """As `alert`: one that cannot be shown is an outline among the others."""
        try:
            return self._request(request)
        except Exception as error:  # noqa: BLE001  (whatever it is, the others must be seen)
            at = extract_tb(error.__traceback__)[-1]
            told = (request.id, request.home_id, type(error).__name__, at.filename, at.lineno)
            log.error("service request %s of home %s cannot be shown (%s at %s:%s)", *told)
            return request_outline(request)

    def _request(self, request: ServiceRequest) -> RequestOut:
        profile = self.profile(request.home_id)
        late = request.open and request.due_at is not None and request.due_at <= self._hub.now()
        return RequestOut(
            id=request.id,
            home_id=request.home_id,
            category=request.category,
            state=request.state,
            version=request.version,
            opened_at=request.opened_at,
            due_at=request.due_at,
            overdue=late,
            residents=_residents(profile, request.resident_ids),
            address=profile.address,
            floor=profile.floor,
            lift=profile.lift,
            phone=profile.phone,
            centre=self.centre(profile.centre_id),
            butler=next(map(self.person, profile.people.get(Role.BUTLER, ())), None),
            assignee=self.person(request.assignee_id),
            accepted_at=request.accepted_at,
            note=request.note,
            times_asked=request.times_asked,
            device_id=request.device_id,
            alert_ids=list(request.alert_ids),
            opened_by=self.person(request.opened_by),
            done_at=request.done_at,
            done_by=self.person(request.done_by),
            cancel_reason=request.cancel_reason,
            remedy=request.remedy,
            cannot_be_shown=REQUEST_WORDS if isinstance(request, UnreadableRequest) else None,
        )

    def timeline(self, lines: Sequence[JournalLine]) -> list[TimelineEntry]:
        """The journal of one alert in words. What became of a notification names only its id: who it was for stands where it
        was queued, and a timeline says "not reached" of somebody."""
        queued = {
            line.entry.data["notification_id"]: line.entry.data
            for line in lines
            if line.entry.kind is EntryKind.NOTIFICATION_QUEUED
        }
        return [
            self._timeline_entry(line, queued.get(line.entry.data.get("notification_id"), {}))
            for line in lines
        ]

    def _timeline_entry(self, line: JournalLine, queued: Mapping[str, Any]) -> TimelineEntry:
        entry = line.entry
        words = self._words(entry, {**queued, **entry.data})
        return TimelineEntry(
            number=line.number,
            at=entry.at,
            kind=entry.kind,
            by=self.person(entry.by),
            text=TextOut(zh=words.zh, en=words.en),
            data=dict(entry.data),
        )

    def stream_event(
        self, number: int, entry: Entry, alert: Alert | None, request: ServiceRequest | None
    ) -> StreamEvent:
        words = self._words(entry, entry.data)
        return StreamEvent(
            number=number,
            at=entry.at,
            kind=entry.kind,
            home_id=entry.home_id,
            alert_id=entry.alert_id,
            request_id=entry.request_id,
            by=self.person(entry.by),
            text=TextOut(zh=words.zh, en=words.en),
            alert=self.alert(alert) if alert else None,
            request=self.request(request) if request else None,
        )

    def home_row(self, home: Home, typed: str = "") -> HomeOut:
        """`typed`: what the home was found by."""
        profile, now = home.profile, self._hub.now()
        return HomeOut(
            id=home.id,
            address=profile.address,
            residents=_residents(profile, [resident.id for resident in profile.living or profile.residents]),
            # The number that somebody typed they know already; all others stand on the care card.
            phone=profile.phone if typed and search.has_number(profile.phone, typed) else "",
            centre=self.centre(profile.centre_id),
            open_alerts=len(home.alerts),
            joins=any(alert.open and alert.dedup_key in call_keys(home) for alert in home.alerts.values()),
            open=any(resident.membership in SERVED for resident in profile.residents),
            unprotected=bool(gaps(home, now, self._hub.context())),
            away=any(lasts(away, now, self._hub.context()) for away in home.away),
            butler=next(map(self.person, profile.people.get(Role.BUTLER, ())), None),
            flags=_sorted({flag for resident in profile.residents for flag in resident.flags}),
            memberships=list(dict.fromkeys(resident.membership for resident in profile.residents)),
            caller=self._caller(profile, typed) if typed else None,
        )

    def _caller(self, profile: Profile, typed: str) -> BoundPerson | None:
        context = self._hub.context()
        for role, people in profile.people.items():
            for person in people if role in CALLERS else ():
                phones = _phones(context, person)
                name = self.name(person)
                if search.found_by_caller(typed, name, phones[0] if phones else "", profile):
                    relation = profile.relations.get(person, "")
                    known = [phone for phone in phones if search.has_number(phone, typed)]
                    return BoundPerson(id=person, name=name, role=role, phones=known, relation=relation)
        return None

    def care_card(self, home: Home, viewer_id: str) -> CareCard:
        profile = home.profile
        holds = any(alert.hold is not None and alert.hold.by == viewer_id for alert in home.alerts.values())
        return CareCard(
            id=home.id,
            address=profile.address,
            floor=profile.floor,
            lift=profile.lift,
            phone=profile.phone,
            care_bed=profile.care_bed,
            note=profile.note,
            centre=self.centre(profile.centre_id),
            residents=[
                ResidentOut(
                    id=resident.id,
                    name=resident.name,
                    call_name=resident.call_name,
                    ability_level=resident.ability_level,
                    membership=resident.membership,
                    flags=_sorted(resident.flags),
                    birth_year=resident.birth_year,
                    note=resident.note,
                )
                for resident in profile.residents
            ],
            people=self._bound_people(profile),
            away=[
                AwayOut(
                    resident_id=away.resident_id,
                    kind=away.kind,
                    from_at=away.from_at,
                    until_at=away.until_at,
                    routine=RoutineIn(
                        weekdays=away.routine.weekdays,
                        leaves=away.routine.leaves,
                        returns=away.routine.returns,
                    )
                    if away.routine
                    else None,
                    now=lasts(away, self._hub.now(), self._hub.context()),
                )
                for away in home.away
            ],
            devices=[self.device(home, device) for device in profile.devices.values()],
            door_code=profile.door_code if holds and profile.door_code else None,
            door_code_known=bool(profile.door_code),
            unjudged=home.unjudged,
            alerts=[self.alert(alert) for alert in home.alerts.values()],
            requests=[self.request(request) for request in home.requests.values()],
        )

    def _bound_people(self, profile: Profile) -> list[BoundPerson]:
        context, now = self._hub.context(), self._hub.now()
        bound = [
            # Whoever covers somebody is the one to call.
            (role, stands_in(person, now, context))
            for role, people in profile.people.items()
            for person in people
        ]
        bound += [(role, person) for role in FROM_ROSTER for person in on_duty(role, profile, now, context)]
        return [
            BoundPerson(
                id=person,
                name=self.name(person),
                role=role,
                phones=_phones(context, person),
                relation=profile.relations.get(person, ""),
            )
            for role, person in dict.fromkeys(bound)
        ]

    def device(self, home: Home, device: Device) -> DeviceOut:
        state = home.devices.get(device.id) or DeviceState()
        return DeviceOut(
            id=device.id,
            home_id=home.id,
            kind=device.kind,
            family=device.family,
            model=state.model or device.model,
            room=device.room,
            address=home.profile.address,
            last_seen_at=state.last_seen_at,
            battery_percent=state.battery_percent,
            rssi_dbm=state.rssi_dbm,
            battery_empty_at=empty_at(state.battery, self._hub.now()),
            faults=sorted(state.faults),
            signs=signs_of(home.rules, device.id) if home.rules else [],
            firmware=state.firmware,
            state=device_state(device, state, self._hub.now()),
        )


def device_state(device: Device, state: DeviceState, now: datetime) -> Any:
    """ok, offline (its last will came), silent (longer than it may be), or never heard."""
    if state.last_seen_at is None:
        return "never"
    if state.online is False:
        return "offline"
    return "silent" if now - state.last_seen_at > device.silent_after else "ok"


def _phones(context: Context, person_id: str) -> list[str]:
    person = context.people.get(person_id)
    return [person.phone] if person and person.phone else []


def _residents(profile: Profile, ids: Iterable[str]) -> list[ResidentRef]:
    wanted = set(ids)
    return [
        ResidentRef(id=resident.id, name=resident.name, call_name=resident.call_name)
        for resident in profile.residents
        if resident.id in wanted
    ]


def _sorted(flags: Iterable[Flag]) -> list[Flag]:
    order = list(Flag)
    return sorted(flags, key=order.index)
