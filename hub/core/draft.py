"""A step under way: the home's parts that changed so far and the effects collected, turned into one frozen Outcome at the end.

Local to one call of `step`; nothing outside ever sees it. Parts are copied on first change, so a telemetry step that touches
one device copies one small dictionary.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from hub.core.alerts import Alert, InCharge, Role
from hub.core.context import Context
from hub.core.detection.days import Days
from hub.core.detection.wellbeing import Wellbeing
from hub.core.home import (
    Away,
    ChainTest,
    Device,
    DeviceState,
    HandTest,
    Home,
    MistakeCount,
    Press,
    Profile,
    RuleState,
)
from hub.core.journal import Entry, EntryKind
from hub.core.notifications import Heard, Notification
from hub.core.outcome import DeliveryUpdate, LateMessage, Outcome, Reading, Result
from hub.core.roster import stands_in
from hub.core.service_requests import ServiceRequest
from hub.core.silences import Silence

NO_STATE = DeviceState()


class Draft:
    """The home as it stands in the middle of a step."""

    __slots__ = (
        "_alerts",
        "_devices",
        "_presses",
        "_requests",
        "_rules",
        "away",
        "cancel",
        "chain_test",
        "changed_alerts",
        "changed_requests",
        "context",
        "days",
        "deliveries",
        "elsewhere",
        "hand_test",
        "heard",
        "history",
        "home",
        "ignored",
        "journal",
        "mistakes",
        "notifications",
        "now",
        "profile",
        "readings",
        "remember",
        "result",
        "silences",
        "unjudged",
        "wake_at",
        "wellbeing",
    )

    def __init__(self, home: Home, now: datetime, context: Context) -> None:
        self.home = home
        self.now = now
        self.context = context
        self.profile: Profile = home.profile
        self.away: tuple[Away, ...] = home.away
        self.unjudged = home.unjudged
        self.mistakes: Mapping[str, MistakeCount] = home.mistakes
        self.chain_test: ChainTest = home.chain_test
        self.hand_test: HandTest | None = home.hand_test
        self.days: Days | None = home.days
        self.wellbeing: Mapping[str, Wellbeing] = home.wellbeing
        self.silences: tuple[Silence, ...] = home.silences
        self.wake_at = home.wake_at
        self._devices: dict[str, DeviceState] | None = None
        self._rules: dict[str, RuleState] | None = None
        self._alerts: dict[str, Alert] | None = None
        self._requests: dict[str, ServiceRequest] | None = None
        self._presses: dict[str, Press] | None = None
        self.elsewhere: str | None = None
        self.changed_alerts: dict[str, Alert] | None = None
        self.changed_requests: dict[str, ServiceRequest] | None = None
        self.journal: list[Entry] | None = None
        self.notifications: list[Notification] | None = None
        self.cancel: list[str] | None = None
        self.heard: list[Heard] | None = None
        self.remember: list[tuple[str, str]] | None = None
        self.readings: list[Reading] | None = None
        self.history: list[LateMessage] | None = None
        self.deliveries: list[DeliveryUpdate] | None = None
        self.result: Result | None = None
        self.ignored: str | None = None

    # --- devices and rule states --------------------------------------------------------------------------------------

    def device(self, device_id: str) -> Device | None:
        """The enrolled device, or None in the home of unassigned calls."""
        return self.profile.devices.get(device_id)

    def device_state(self, device_id: str) -> DeviceState:
        devices = self.home.devices if self._devices is None else self._devices
        return devices.get(device_id, NO_STATE)

    def put_device_state(self, device_id: str, state: DeviceState) -> None:
        if self._devices is None:
            self._devices = dict(self.home.devices)
        self._devices[device_id] = state

    def forget_device(self, device_id: str) -> None:
        """Another piece of hardware: its boots and sequence numbers begin anew."""
        if self._devices is None:
            self._devices = dict(self.home.devices)
        self._devices.pop(device_id, None)

    @property
    def presses(self) -> Mapping[str, Press]:
        return self.home.presses if self._presses is None else self._presses

    def put_press(self, device_id: str, press: Press) -> None:
        self._presses = {**self.presses, device_id: press}

    def drop_press(self, device_id: str) -> None:
        self._presses = {key: press for key, press in self.presses.items() if key != device_id}

    @property
    def rules(self) -> Mapping[str, RuleState]:
        return self.home.rules if self._rules is None else self._rules

    def put_rule(self, key: str, state: RuleState) -> None:
        if self._rules is None:
            self._rules = dict(self.home.rules)
        self._rules[key] = state
        if state.check_at is not None:
            self.wake(state.check_at)

    def drop_rule(self, key: str) -> None:
        if key in self.rules:
            if self._rules is None:
                self._rules = dict(self.home.rules)
            del self._rules[key]

    def put_wellbeing(self, subject_id: str, state: Wellbeing) -> None:
        self.wellbeing = {**self.wellbeing, subject_id: state}

    def forget_held(self, key: str) -> None:
        """The sign of this key is over, or told: no silence holds it back any more."""
        for silence in self.silences:
            if key in silence.held:
                held = {one: sign for one, sign in silence.held.items() if one != key}
                without = replace(silence, held=held)
                self.silences = tuple(without if one is silence else one for one in self.silences)

    # --- alerts and requests ------------------------------------------------------------------------------------------

    @property
    def in_charge(self) -> InCharge:
        """Whose home it is now: of the butlers the first one, or whoever covers that list."""
        butlers = self.profile.people.get(Role.BUTLER, ())
        butler = stands_in(butlers[0], self.now, self.context) if butlers else None
        return InCharge(self.profile.centre_id, butler)

    @property
    def alerts(self) -> Mapping[str, Alert]:
        return self.home.alerts if self._alerts is None else self._alerts

    def alert_for(self, dedup_key: str) -> Alert | None:
        """The open alert of this key, of which there is at most one."""
        for alert in self.alerts.values():
            if alert.dedup_key == dedup_key or dedup_key in alert.also:
                return alert
        return None

    def put_alert(self, alert: Alert) -> Alert:
        """Record a new or changed alert; a resolved one leaves the home."""
        if self._alerts is None:
            self._alerts = dict(self.home.alerts)
        if alert.open:
            self._alerts[alert.id] = alert
            if alert.deadline_at is not None:
                self.wake(alert.deadline_at)
        else:
            self._alerts.pop(alert.id, None)
        if self.changed_alerts is None:
            self.changed_alerts = {}
        self.changed_alerts[alert.id] = alert
        return alert

    @property
    def requests(self) -> Mapping[str, ServiceRequest]:
        return self.home.requests if self._requests is None else self._requests

    def put_request(self, request: ServiceRequest, *, open_: bool) -> ServiceRequest:
        """Record a new or changed request; a new one is told whose home it is."""
        if request.in_charge is None and request.id not in self.requests:
            request = replace(request, in_charge=self.in_charge)
        if self._requests is None:
            self._requests = dict(self.home.requests)
        if open_:
            self._requests[request.id] = request
            if request.deadline_at is not None:
                self.wake(request.deadline_at)
        else:
            self._requests.pop(request.id, None)
        if self.changed_requests is None:
            self.changed_requests = {}
        self.changed_requests[request.id] = request
        return request

    # --- effects ------------------------------------------------------------------------------------------------------

    def write(
        self,
        kind: EntryKind,
        *,
        alert_id: str | None = None,
        request_id: str | None = None,
        by: str | None = None,
        data: Mapping[str, object] | None = None,
    ) -> None:
        """One line of the journal."""
        if self.journal is None:
            self.journal = []
        self.journal.append(Entry(kind, self.home.id, self.now, alert_id, request_id, by, data or {}))

    def notify(self, notification: Notification) -> None:
        if self.notifications is None:
            self.notifications = []
        self.notifications.append(notification)

    def cancel_unsent(self, alert_id: str) -> None:
        """Notifications of this alert that have not begun must not begin; those made later in this step may."""
        if self.cancel is None:
            self.cancel = []
        self.cancel.append(alert_id)

    def say_heard(self, heard: Heard) -> None:
        if self.heard is None:
            self.heard = []
        self.heard.append(heard)

    def remember_event(self, device_id: str, key: str) -> None:
        if self.remember is None:
            self.remember = []
        self.remember.append((device_id, key))

    def keep_reading(self, reading: Reading) -> None:
        if self.readings is None:
            self.readings = []
        self.readings.append(reading)

    def keep_history(self, message: LateMessage) -> None:
        self.history = [*(self.history or ()), message]

    def wake(self, at: datetime) -> None:
        """Something falls due at `at`: the home wakes then, or earlier."""
        if self.wake_at is None or at < self.wake_at:
            self.wake_at = at

    @property
    def faults_may_have_changed(self) -> bool:
        """Whether something was found, or ended, of which a repair may follow."""
        home = self.home
        return (
            self._rules is not None
            or self.chain_test is not home.chain_test
            or self.silences is not home.silences
        )

    # --- the end ------------------------------------------------------------------------------------------------------

    def outcome(self) -> Outcome:
        """Freeze what happened."""
        home = self.home
        if (
            self._devices is not None
            or self._rules is not None
            or self._alerts is not None
            or self._requests is not None
            or self._presses is not None
            or self.wake_at is not home.wake_at
            or self.profile is not home.profile
            or self.away is not home.away
            or self.mistakes is not home.mistakes
            or self.chain_test is not home.chain_test
            or self.hand_test is not home.hand_test
            or self.days is not home.days
            or self.wellbeing is not home.wellbeing
            or self.silences is not home.silences
            or self.unjudged is not home.unjudged
        ):
            home = Home(
                home.id,
                self.profile,
                home.devices if self._devices is None else self._devices,
                home.rules if self._rules is None else self._rules,
                home.alerts if self._alerts is None else self._alerts,
                home.requests if self._requests is None else self._requests,
                self.away,
                self.unjudged,
                self.wake_at,
                self.presses,
                self.mistakes,
                self.chain_test,
                self.hand_test,
                self.days,
                self.wellbeing,
                self.silences,
            )
        return Outcome(
            home,
            tuple(self.changed_alerts.values()) if self.changed_alerts else (),
            tuple(self.changed_requests.values()) if self.changed_requests else (),
            tuple(self.journal) if self.journal else (),
            tuple(self.notifications) if self.notifications else (),
            tuple(self.cancel) if self.cancel else (),
            tuple(self.heard) if self.heard else (),
            tuple(self.remember) if self.remember else (),
            tuple(self.readings) if self.readings else (),
            tuple(self.history) if self.history else (),
            tuple(self.deliveries) if self.deliveries else (),
            self.result,
            self.ignored,
        )
