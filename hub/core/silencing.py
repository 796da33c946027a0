"""What a silence does: it holds a sign back, forgets it when it is over, and tells at its end what lasts."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import NotRequired, TypedDict, Unpack

from hub.core.alerts import Alert, AlertKind, Reason, Severity, derived_id
from hub.core.draft import Draft
from hub.core.events import EndSilence, SetSilence
from hub.core.journal import EntryKind
from hub.core.outcome import Done, RefusalCode, Refused, Result
from hub.core.raising import raise_alert
from hub.core.silences import LONGEST, PLANNED_AHEAD, HeldSign, Silence, SilenceOf, SilenceReason


class Sign(TypedDict):
    """As `raise_alert` takes it."""

    kind: AlertKind
    severity: Severity
    dedup_key: str
    cause: str
    reason: Reason
    resident_ids: tuple[str, ...]
    device_id: NotRequired[str | None]
    occurred_at: NotRequired[datetime | None]


def raise_unless_silenced(draft: Draft, of: SilenceOf, **sign: Unpack[Sign]) -> Alert | None:
    """Raise the alert, or keep the sign in the silence that covers it. An emergency, and a sign of an alert that is open already,
    are never held back."""
    key = sign["dedup_key"]
    silence = silenced(draft, of, sign.get("device_id")) if draft.silences else None
    if silence is None or sign["severity"] is Severity.EMERGENCY or draft.alert_for(key) is not None:
        draft.forget_held(key)
        return raise_alert(draft, **sign)
    known = silence.held.get(key)
    held = HeldSign(
        sign["kind"],
        sign["severity"] if known is None else min(known.severity, sign["severity"], key=_rank),
        sign["reason"],
        draft.now if known is None else known.at,
        sign["resident_ids"],
        sign.get("device_id"),
        1 if known is None else known.times + 1,
    )
    if known is None:
        data = {"silence_id": silence.id, "reason": sign["reason"].code, "device_id": sign.get("device_id")}
        draft.write(EntryKind.SIGN_HELD_BACK, data=data)
    _put(draft, replace(silence, held={**silence.held, key: held}))
    return None


def silenced(draft: Draft, of: SilenceOf, device_id: str | None) -> Silence | None:
    """The silence that covers such a sign now, the one that lasts longest."""
    covering = [one for one in draft.silences if one.covers(of, device_id, draft.now)]
    return max(covering, key=lambda one: one.until_at, default=None)


def set_silence(draft: Draft, command: SetSilence) -> Result:
    """A silence is set; of the same kind and device the newer one takes the place of the older and keeps what it held."""
    refused = _refusal(draft, command)
    if refused is not None:
        return refused
    same = _same(draft.silences, command)
    if same is not None and _says_the_same(same, command):
        return Done(draft.home.id, 0)
    silence = Silence(
        derived_id("S", draft.home.id, command.of.value, str(command.device_id), draft.now.isoformat()),
        command.of,
        command.reason,
        command.by.id,
        command.from_at,
        command.until_at,
        command.device_id,
        command.note,
        same.held if same is not None else {},
    )
    draft.silences = (*(one for one in draft.silences if one is not same), silence)
    draft.wake(silence.until_at)
    draft.write(
        EntryKind.SILENCE_SET,
        by=command.by.id,
        data={
            "silence_id": silence.id,
            "of": silence.of.value,
            "reason": silence.reason.value,
            "device_id": silence.device_id,
            "from": silence.from_at.isoformat(),
            "until": silence.until_at.isoformat(),
            **({"note": silence.note} if silence.note else {}),
        },
    )
    return Done(draft.home.id, 0)


def end_silence(draft: Draft, command: EndSilence) -> Result:
    """Earlier than was said: what it held back and what lasts is told now."""
    silence = next((one for one in draft.silences if one.id == command.silence_id), None)
    if silence is None:
        return Refused(
            RefusalCode.NOT_FOUND,
            f"no silence {command.silence_id} in home {command.home_id}: it may be over",
        )
    _end(draft, silence, by=command.by.id)
    return Done(draft.home.id, 0)


def strike(draft: Draft) -> None:
    """Silences whose time is up end."""
    for silence in draft.silences:
        if silence.until_at <= draft.now:
            _end(draft, silence)


def on_devices_gone(draft: Draft, gone: Mapping[str, object] | set[str]) -> None:
    """What was silent about a device that hangs there no more is over with it."""
    for silence in draft.silences:
        if silence.device_id in gone:
            _end(draft, silence)


def _end(draft: Draft, silence: Silence, *, by: str | None = None) -> None:
    draft.silences = tuple(one for one in draft.silences if one.id != silence.id)
    data = {"silence_id": silence.id, "of": silence.of.value, "lasting": len(silence.held)}
    draft.write(EntryKind.SILENCE_ENDED, by=by, data=data)
    for key, sign in sorted(silence.held.items(), key=lambda pair: (pair[1].severity.rank, pair[0])):
        raise_unless_silenced(
            draft,
            silence.of,
            kind=sign.kind,
            severity=sign.severity,
            dedup_key=key,
            cause=silence.id,
            reason=sign.reason,
            resident_ids=sign.resident_ids,
            device_id=sign.device_id,
            occurred_at=sign.at,
        )


def _refusal(draft: Draft, command: SetSilence) -> Refused | None:
    said = None
    if command.until_at <= command.from_at or command.until_at <= draft.now:
        said = "a silence must end after it begins, and after now"
    elif command.until_at - max(command.from_at, draft.now) > LONGEST[command.of]:
        said = f"a silence of {command.of.value} lasts {LONGEST[command.of].days} days at most"
    elif command.from_at > draft.now + PLANNED_AHEAD:
        said = f"a silence is planned {PLANNED_AHEAD.days} days ahead at most"
    elif command.reason is SilenceReason.OTHER and not command.note.strip():
        said = "another reason than those listed needs a note"
    if said is not None:
        return Refused(RefusalCode.INVALID, said)
    if command.device_id is not None and draft.device(command.device_id) is None:
        return Refused(RefusalCode.NOT_FOUND, f"no device {command.device_id} in home {command.home_id}")
    return None


def _same(silences: tuple[Silence, ...], command: SetSilence) -> Silence | None:
    for one in silences:
        if one.of is command.of and one.device_id == command.device_id:
            return one
    return None


def _says_the_same(silence: Silence, command: SetSilence) -> bool:
    known = (silence.reason, silence.from_at, silence.until_at, silence.note)
    return known == (command.reason, command.from_at, command.until_at, command.note)


def _put(draft: Draft, silence: Silence) -> None:
    draft.silences = tuple(silence if one.id == silence.id else one for one in draft.silences)


def _rank(severity: Severity) -> int:
    return severity.rank
