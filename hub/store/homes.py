"""Homes and their rows: which rows changed between two versions of a home, and a home put together again from its rows."""

import logging
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, func, select

from hub.core.alerts import Alert
from hub.core.detection.days import Days
from hub.core.detection.habits import Habits
from hub.core.detection.wellbeing import Wellbeing
from hub.core.home import DeviceState, Home, Profile, RuleState
from hub.core.service_requests import ENDED_STATES, OPEN_STATES, ServiceRequest
from hub.directory import search
from hub.store import codec, statements, tables
from hub.store.alert_rows import CANNOT_BE_SHOWN, IS_OPEN, alert_of
from hub.store.alert_rows import COLUMNS as ALERT_COLUMNS
from hub.store.codec import Codec, HomeBody
from hub.store.damaged import MOST, is_number, key_of
from hub.store.request_bodies import REQUEST_COLUMNS, request_of
from hub.store.tables import table_of, to_micros

log = logging.getLogger(__name__)

V = TypeVar("V")

OPEN_REQUEST_STATES = tuple(state.value for state in OPEN_STATES)
ENDED_REQUEST_STATES = tuple(state.value for state in ENDED_STATES)


class HomeWrites:
    """Homes gathered over a transaction; what changed from the first version before to the last one after is written with one
    statement per table."""

    def __init__(self) -> None:
        self._homes: dict[str, tuple[Home | None, Home, int]] = {}
        self._alerts: dict[str, tuple[Alert, str | None]] = {}
        self._requests: dict[str, tuple[ServiceRequest, str | None]] = {}

    def add_home(self, before: Home | None, after: Home, seq: int) -> None:
        """Everything of `after` that is not the same object in `before` (None: all of it)."""
        earlier = self._homes.get(after.id)
        self._homes[after.id] = (earlier[0] if earlier else before, after, seq)

    def add_alerts(self, home: Home, *alerts: Alert) -> None:
        for alert in alerts:
            self._alerts[alert.id] = (alert, home.profile.centre_id)

    def add_requests(self, home: Home, *requests: ServiceRequest) -> None:
        for request in requests:
            self._requests[request.id] = (request, home.profile.centre_id)

    def run(self, connection: Connection) -> None:
        whole: list[tuple[Any, ...]] = []
        texts: list[tuple[str, int, str]] = []
        kept: list[tuple[Any, ...]] = []
        devices: list[tuple[str, str, DeviceState | None]] = []
        rules: list[tuple[str, str, RuleState | None]] = []
        wellbeing: list[tuple[str, str, Wellbeing | None]] = []
        days = _DaysWrites()
        for before, after, seq in self._homes.values():
            kept_with_it = (after.away, after.presses, after.mistakes, after.chain_test, after.hand_test)
            body = codec.HOME_BODY.dump(HomeBody(*kept_with_it, after.silences))
            wake_at = to_micros(after.wake_at) if after.wake_at else None
            if before is None or before.profile is not after.profile:
                profile = codec.PROFILE.dump(after.profile)
                texts.append((after.id, search.VERSION, search.text_of(after.profile)))
                # Empty chain columns count for a new home only: the statement leaves them alone where the row exists.
                chain = ("", "", 0)
                whole.append((after.id, profile, body, seq, wake_at, *chain, after.unjudged))
            else:
                kept.append((body, seq, wake_at, after.unjudged, after.id))
            devices += _changes(after.id, before.devices if before else {}, after.devices)
            rules += _changes(after.id, before.rules if before else {}, after.rules)
            wellbeing += _changes(after.id, before.wellbeing if before else {}, after.wellbeing)
            days.add(before, after)
            # A home that went to another centre takes its open alerts along.
            same = before if before and before.profile.centre_id == after.profile.centre_id else None
            self.add_alerts(after, *_changed(same.alerts if same else {}, after.alerts))
            self.add_requests(after, *_changed(same.requests if same else {}, after.requests))

        st, dump_device, dump_rule = statements, codec.DEVICE_STATE.dump, codec.RULE_STATE.dump
        emptied = [(home_id,) for home_id, (before, _, _) in self._homes.items() if before is None]
        st.DEVICES_GONE.run(connection, emptied)
        st.RULE_STATES_GONE.run(connection, emptied)
        st.HOME.run(connection, whole)
        st.SEARCH.run(connection, texts)
        st.HOME_STATE.run(connection, kept)
        st.DEVICE.run(connection, [(home, key, dump_device(state)) for home, key, state in devices if state])
        st.DEVICE_GONE.run(connection, [(home, key) for home, key, state in devices if not state])
        st.RULE_STATE.run(connection, [(home, key, dump_rule(state)) for home, key, state in rules if state])
        st.RULE_STATE_GONE.run(connection, [(home, key) for home, key, state in rules if not state])
        dump_wellbeing = codec.WELLBEING.dump
        st.WELLBEING_ALL_GONE.run(connection, emptied)
        st.WELLBEING.run(
            connection, [(home, key, dump_wellbeing(one)) for home, key, one in wellbeing if one]
        )
        st.WELLBEING_GONE.run(connection, [(home, key) for home, key, one in wellbeing if not one])
        days.run(connection)
        st.ALERT.run(connection, [_alert_row(*pair) for pair in self._alerts.values()])
        st.REQUEST.run(connection, [_request_row(*pair) for pair in self._requests.values()])


class _DaysWrites:
    """What changed of the days of homes; habits are written when they changed, once a day."""

    def __init__(self) -> None:
        self._whole: list[tuple[str, str, str]] = []
        self._state: list[tuple[str, str]] = []
        self._gone: list[tuple[str]] = []

    def add(self, before: Home | None, after: Home) -> None:
        known, days = before.days if before else None, after.days
        if days is None:
            if known is not None or before is None:
                self._gone.append((after.id,))
        elif known is None or known.life.habits is not days.life.habits:
            self._whole.append((after.id, codec.DAYS.dump(days), codec.HABITS.dump(days.life.habits)))
        elif known is not days:
            self._state.append((codec.DAYS.dump(days), after.id))

    def run(self, connection: Connection) -> None:
        statements.DAYS_GONE.run(connection, self._gone)
        statements.DAYS.run(connection, self._whole)
        statements.DAYS_STATE.run(connection, self._state)


def _changes(
    home_id: str, before: Mapping[str, V], after: Mapping[str, V]
) -> list[tuple[str, str, V | None]]:
    """Rows that changed (the new value) or went (None)."""
    if before is after:
        return []
    gone: list[tuple[str, str, V | None]] = [(home_id, key, None) for key in before if key not in after]
    return gone + [(home_id, key, value) for key, value in after.items() if before.get(key) is not value]


def _changed(before: Mapping[str, V], after: Mapping[str, V]) -> list[V]:
    return [] if before is after else [value for key, value in after.items() if before.get(key) is not value]


def _alert_row(alert: Alert, centre_id: str | None) -> tuple[Any, ...]:
    return (
        *(alert.id, alert.home_id, alert.kind.value, alert.severity.value, alert.state.value, alert.open),
        *(centre_id, alert.hold.by if alert.hold else None, to_micros(alert.opened_at)),
        *(
            to_micros(alert.resolved_at) if alert.resolved_at else None,
            alert.version,
            codec.ALERT.dump(alert),
        ),
    )


def _request_row(request: ServiceRequest, centre_id: str | None) -> tuple[Any, ...]:
    return (
        *(request.id, request.home_id, request.category.value, request.state.value, centre_id),
        *(to_micros(request.opened_at), to_micros(request.done_at) if request.done_at else None),
        *(request.version, codec.REQUEST.dump(request)),
    )


class LoadedHomes(NamedTuple):
    """`saved_seq`: up to which input each is saved. `damaged`: those of which something could not be read."""

    homes: dict[str, Home]
    saved_seq: dict[str, int]
    damaged: frozenset[str]


def _read(of: Codec[V], text: str, home_id: str, what: str) -> V | None:
    try:
        return of.load(text)
    except ValueError as error:
        # Without the error's own words, which hold what the row says of a person.
        log.error("home %s: its %s cannot be read (%s)", home_id, what, type(error).__name__)
        return None


def _newest_input(connection: Connection) -> int:
    log_seq = table_of(tables.InputRow).c.seq
    return connection.scalar(select(func.max(log_seq)).where(log_seq < MOST)) or 0


def load_homes(connection: Connection, home_id: str | None = None) -> LoadedHomes:
    """All homes (or one) with their devices, rule states, open alerts and requests.

    A row that cannot be read is as good as never written, an alert or a request an outline; its home is handed out as unjudged.
    So is a home whose own row is gone while something is open there: who called is not forgotten with it.
    """
    damaged: set[str] = set()

    def read(of: Codec[V], text: str, otherwise: V, owner: str, what: str) -> V:
        found = _read(of, text, owner, what)
        if found is None:
            damaged.add(owner)
        return otherwise if found is None else found

    homes, devices, rules, alerts, requests = (
        table_of(row)
        for row in (
            *(tables.HomeRow, tables.DeviceRow, tables.RuleStateRow),
            *(tables.AlertRow, tables.RequestRow),
        )
    )

    def of_home(table: Any) -> Any:
        return True if home_id is None else table.c.home_id == home_id

    device_states: dict[str, dict[str, DeviceState]] = defaultdict(dict)
    for of_which, named, text in connection.execute(
        select(devices.c.home_id, devices.c.device_id, devices.c.state).where(of_home(devices))
    ):
        owner, key = key_of(of_which), key_of(named)
        device_states[owner][key] = read(codec.DEVICE_STATE, text, DeviceState(), owner, f"device {key}")
    rule_states: dict[str, dict[str, RuleState]] = defaultdict(dict)
    for of_which, named, text in connection.execute(
        select(rules.c.home_id, rules.c.key, rules.c.state).where(of_home(rules))
    ):
        owner, key = key_of(of_which), key_of(named)
        state = _read(codec.RULE_STATE, text, owner, f"rule {key.partition('|')[0]}")
        # Without it, what lasts is told again: no reason to doubt the home.
        if state is not None:
            rule_states[owner][key] = state
    open_alerts: dict[str, dict[str, Alert]] = defaultdict(dict)
    for row in connection.execute(
        select(*ALERT_COLUMNS).where(IS_OPEN, of_home(alerts)).order_by(alerts.c.opened_at, alerts.c.id)
    ):
        alert = alert_of(row)
        open_alerts[alert.home_id][alert.id] = alert
        if alert.reason.code == CANNOT_BE_SHOWN:
            damaged.add(alert.home_id)
    open_requests: dict[str, dict[str, ServiceRequest]] = defaultdict(dict)
    for row in connection.execute(
        select(*REQUEST_COLUMNS)
        .where(requests.c.state.in_(OPEN_REQUEST_STATES), of_home(requests))
        .order_by(requests.c.opened_at, requests.c.id)
    ):
        request = request_of(row)
        open_requests[request.home_id][request.id] = request

    days_rows = table_of(tables.DaysRow)
    days: dict[str, Days] = {}
    for of_which, state_text, habits_text in connection.execute(
        select(days_rows.c.home_id, days_rows.c.state, days_rows.c.habits).where(of_home(days_rows))
    ):
        owner = key_of(of_which)
        kept_days = _read(codec.DAYS, state_text, owner, "days")
        habits = _read(codec.HABITS, habits_text, owner, "habits")
        # Without them its days are learned anew: no reason to doubt the home.
        if kept_days is not None:
            life = replace(kept_days.life, habits=habits or Habits())
            days[owner] = replace(kept_days, life=life)

    wellbeing_rows = table_of(tables.WellbeingRow)
    wellbeing: dict[str, dict[str, Wellbeing]] = defaultdict(dict)
    for of_which, named, text in connection.execute(
        select(wellbeing_rows.c.home_id, wellbeing_rows.c.subject_id, wellbeing_rows.c.state).where(
            of_home(wellbeing_rows)
        )
    ):
        owner, key = key_of(of_which), key_of(named)
        # Without it their normal is learned anew: no reason to doubt the home.
        if (known := _read(codec.WELLBEING, text, owner, "wellbeing")) is not None:
            wellbeing[owner][key] = known

    loaded: dict[str, Home] = {}
    saved_seq: dict[str, int] = {}
    for row in connection.execute(select(homes).where(of_home(homes)).order_by(homes.c.id)):
        if not isinstance(row.home_id, str):
            log.error("a home's row cannot be read: its id is no text")
            continue
        body = read(codec.HOME_BODY, row.body, HomeBody(), row.home_id, "state")
        profile = read(codec.PROFILE, row.profile, Profile(row.home_id), row.home_id, "profile")
        loaded[row.home_id] = Home(
            id=row.home_id,
            profile=profile,
            devices=device_states.get(row.home_id, {}),
            rules=rule_states.get(row.home_id, {}),
            alerts=open_alerts.get(row.home_id, {}),
            requests=open_requests.get(row.home_id, {}),
            away=body.away,
            unjudged=row.unjudged or row.home_id in damaged,
            wake_at=row.wake_at,
            presses=body.presses,
            mistakes=body.mistakes,
            chain_test=body.chain_test,
            hand_test=body.hand_test,
            days=days.get(row.home_id),
            wellbeing=wellbeing.get(row.home_id, {}),
            silences=body.silences,
        )
        # Of a number that cannot be read: everything that was logged counts as saved, so that nothing of it is judged twice.
        saved_seq[row.home_id] = row.saved_seq if is_number(row.saved_seq) else _newest_input(connection)
    for orphan in sorted({*open_alerts, *open_requests} - loaded.keys()):
        log.error("home %s: its row is gone, and alerts or requests of it are open", orphan)
        damaged.add(orphan)
        loaded[orphan] = Home(
            id=orphan,
            profile=Profile(orphan),
            devices=device_states.get(orphan, {}),
            alerts=open_alerts.get(orphan, {}),
            requests=open_requests.get(orphan, {}),
            unjudged=True,
        )
        saved_seq[orphan] = _newest_input(connection)
    return LoadedHomes(loaded, saved_seq, frozenset(damaged))
