"""Where a device really is, and whom an alert is really about: what two homes or two elders leave open until somebody says.

A device heard in a home that it does not belong to, or through another home's gateway, is told once with both homes, by their
ids; its calls alert where it speaks and name the other home as well.
"""

from dataclasses import replace

from hub.core.alerts import Alert, Reason
from hub.core.detection.device_health import RULE_PREFIX, accuse_device, acquit_device
from hub.core.draft import Draft
from hub.core.events import (
    Call,
    DeviceEvent,
    Environment,
    Fall,
    Resolve,
    TellWhere,
    TellWho,
    UnreadableSignal,
)
from hub.core.home import GONE, UNASSIGNED_HOME_ID, DeviceKind, RulePhase
from hub.core.journal import EntryKind
from hub.core.outcome import Done, RefusalCode, Refused, Result
from hub.core.raising import subjects
from hub.core.reasons import ReasonCode

ELSEWHERE = "elsewhere"
GATEWAY = "gateway"
_SIGNALS = (Call, Fall, UnreadableSignal)


def place(draft: Draft, event: DeviceEvent, known_as: str) -> tuple[DeviceEvent, str]:
    """What of a message counts in this home, and the name under which the device's counters are kept.

    Of a device that belongs elsewhere only what may be an emergency counts: its readings are about somebody of another home.
    """
    if draft.home.id == UNASSIGNED_HOME_ID:
        draft.elsewhere = event.elsewhere
        return event, known_as
    if event.elsewhere is None:
        _judge_gateway(draft, event)
        return event, known_as
    draft.elsewhere = event.elsewhere
    if not event.retained:
        reason = Reason(
            ReasonCode.DEVICE_ELSEWHERE,
            {"device_id": event.device_id, "home_id": draft.home.id, "enrolled_home": event.elsewhere},
        )
        _accuse(draft, event.device_id, ELSEWHERE, reason)
    facts = tuple(
        replace(fact, temperature_c=None, humidity_percent=None) if isinstance(fact, Environment) else fact
        for fact in event.facts
        if isinstance(fact, (*_SIGNALS, Environment))
    )
    if not facts:
        draft.ignored = ELSEWHERE
    return replace(event, facts=facts), f"{event.elsewhere}/{event.device_id}"


def is_here(draft: Draft, device_id: str) -> None:
    """The directory says that the device belongs to this home now: what was told of it is settled."""
    acquit_device(draft, device_id, ELSEWHERE, ReasonCode.DEVICE_IN_PLACE)


def tell_who(draft: Draft, alert: Alert, command: TellWho) -> Result:
    """The alert is about one of the residents, or about everybody after all. What came before stays as evidence."""
    wanted = subjects(draft, None)
    if command.resident_id is not None:
        resident = draft.profile.resident(command.resident_id)
        if resident is None or (wanted and resident.membership in GONE):
            # Somebody lives there still: it is none of those who left or died.
            return Refused(
                RefusalCode.NOT_FOUND, f"no resident {command.resident_id} in home {command.home_id}"
            )
        wanted = (command.resident_id,)
    if wanted == alert.resident_ids:
        return Done(alert.id, alert.version)
    draft.write(
        EntryKind.ALERT_ABOUT,
        alert_id=alert.id,
        by=command.by.id,
        data={"resident_ids": list(wanted), "before": list(alert.resident_ids)},
    )
    alert = draft.put_alert(replace(alert, resident_ids=wanted, version=alert.version + 1))
    return Done(alert.id, alert.version)


def tell_where(draft: Draft, alert: Alert, command: TellWhere) -> Result:
    """It is this one of the two homes that the alert names. An alert of the other home is raised there by whoever says so."""
    if command.at_home_id not in (draft.home.id, alert.other_home_id):
        return Refused(RefusalCode.INVALID, f"the alert does not name home {command.at_home_id}")
    if alert.settled_home_id == command.at_home_id or alert.other_home_id is None:
        return Done(alert.id, alert.version)
    alert = _at(draft, alert, command.at_home_id, command.by.id)
    alert = draft.put_alert(replace(alert, version=alert.version + 1))
    return Done(alert.id, alert.version)


def settle(draft: Draft, alert: Alert, command: Resolve) -> Alert | Refused:
    """An alert is about to be closed: of two homes that it names, somebody has said which it was, or that it cannot be told."""
    if command.at_home_id is None:
        if alert.may_be_elsewhere and not command.home_unknown:
            return Refused(
                RefusalCode.WHICH_HOME,
                f"it may be home {alert.home_id} or home {alert.other_home_id}: say which it was",
                alert.version,
            )
        return alert
    if command.home_unknown or command.at_home_id not in (draft.home.id, alert.other_home_id):
        return Refused(RefusalCode.INVALID, f"the alert cannot have been about home {command.at_home_id}")
    if alert.other_home_id is None or alert.settled_home_id == command.at_home_id:
        return alert
    return _at(draft, alert, command.at_home_id, command.by.id)


def _at(draft: Draft, alert: Alert, home_id: str, by: str) -> Alert:
    draft.write(
        EntryKind.ALERT_WHERE,
        alert_id=alert.id,
        by=by,
        data={"home_id": home_id, "other_home_id": alert.other_home_id},
    )
    return replace(alert, settled_home_id=home_id)


def _judge_gateway(draft: Draft, event: DeviceEvent) -> None:
    """A gateway that belongs to another home, or to none while this home has its own, should not speak for this device.

    A gateway of a whole building belongs to no home, and speaks for homes that have none.
    """
    if event.gateway_id is None or event.retained or event.device_id == event.gateway_id:
        return
    gateway_home = draft.context.device_homes.get(event.gateway_id)
    if gateway_home == draft.home.id or event.gateway_id in draft.profile.devices:
        acquit_device(draft, event.device_id, GATEWAY, ReasonCode.DEVICE_IN_PLACE)
        return
    if gateway_home is None and not _has_gateway(draft):
        return
    draft.elsewhere = gateway_home
    reason = Reason(
        ReasonCode.UNEXPECTED_GATEWAY,
        {
            "device_id": event.device_id,
            "gateway_id": event.gateway_id,
            "home_id": draft.home.id,
            "gateway_home": gateway_home,
        },
    )
    _accuse(draft, event.device_id, GATEWAY, reason)


def _has_gateway(draft: Draft) -> bool:
    return any(device.kind is DeviceKind.GATEWAY for device in draft.profile.devices.values())


def _accuse(draft: Draft, device_id: str, sign: str, reason: Reason) -> None:
    """Once for many messages; closed while it goes on, it is told again after a day."""
    key = f"{RULE_PREFIX}|{sign}|{device_id}"
    state = draft.rules.get(key)
    told = state is not None and state.phase is RulePhase.FIRING
    lately = state is not None and draft.now - state.since_at < draft.context.rules.device.again_after
    if told and (lately or draft.alert_for(key) is not None):
        return
    accuse_device(draft, device_id, sign, reason)
