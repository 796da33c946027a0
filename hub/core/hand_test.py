"""Keys tested by hand (试按): for some minutes presses of a home are marked so. Nothing is silenced: a press stays a press,
everybody is told at once, and only a person closes it as a test.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.core.alerts import Alert
from hub.core.draft import Draft
from hub.core.events import StartHandTest
from hub.core.home import Device, DeviceKind, HandTest, Home, Membership, Press, Profile
from hub.core.journal import EntryKind
from hub.core.outcome import Done, RefusalCode, Refused, Result
from hub.core.reasons import ReasonCode
from hub.core.rules import HandTestRule

TESTED_BY_HAND = frozenset({DeviceKind.BUTTON, DeviceKind.PULL_CORD, DeviceKind.PENDANT, DeviceKind.WATCH})
"""Kinds with a key that only a hand can press."""


_MARK = "by_hand_test"
_OF_A_TEST = frozenset({ReasonCode.CALL_PRESSED, ReasonCode.CALL_PRESSED_AGAIN, ReasonCode.CALL_CANCELLED})


def start(draft: Draft, command: StartHandTest) -> Result:
    """Begin, or go on for as long again."""
    if not tested_by_hand(draft.profile.devices):
        return Refused(RefusalCode.NOT_FOUND, f"home {command.home_id} has no key that is tested by hand")
    until_at = draft.now + draft.context.rules.hand_test.lasts
    draft.hand_test = HandTest(command.by.id, draft.now, until_at)
    draft.wake(until_at)
    draft.write(EntryKind.HAND_TEST_STARTED, by=command.by.id, data={"until": until_at.isoformat()})
    return Done(draft.home.id, 0)


def strike(draft: Draft) -> None:
    """It ends by itself."""
    if draft.hand_test is not None and draft.hand_test.until_at <= draft.now:
        draft.write(EntryKind.HAND_TEST_ENDED, data={"started_by": draft.hand_test.by})
        draft.hand_test = None


def marks(draft: Draft, late_s: int) -> Mapping[str, str]:
    """What a press says besides while keys are tested by hand; one that came late was pressed before."""
    test = draft.hand_test
    return {_MARK: test.by} if test is not None and draft.now < test.until_at and not late_s else {}


def may_pass(profile: Profile, alert: Alert, who: str) -> Refused | None:
    """Why an alert is not closed as a test by one tap. None where it may be: nothing but presses made while this person tested
    the keys, and nobody else has taken it. Any other is closed as every alert, by whoever looked at it."""

    def no(why: str) -> Refused:
        return Refused(RefusalCode.NOT_ALLOWED_NOW, why, alert.version)

    if alert.hold is not None and alert.hold.by != who:
        return Refused(
            RefusalCode.HELD_BY_OTHER, f"held by {alert.hold.by}: tell them it was a test", alert.version
        )
    if any(one.membership is Membership.NOT_YET_OPEN for one in profile.residents):
        return no("the home is not yet open: its first press is answered by a person who was asked")
    reasons = [alert.reason, *(one.reason for one in alert.evidence)]
    if any(one.code not in _OF_A_TEST or one.data.get(_MARK, who) != who for one in reasons):
        return no("something else than a test stands on it")
    if alert.reason.data.get(_MARK) != who:
        return no("it did not begin while they tested the keys")
    if any(_MARK not in one.data for one in reasons if one.code != ReasonCode.CALL_CANCELLED):
        return no("a press on it came when nobody tested the keys")
    return None


def tested_by_hand(devices: Mapping[str, Device]) -> tuple[Device, ...]:
    """The devices of a home whose keys are tested by hand, in order."""
    return tuple(one for _, one in sorted(devices.items()) if one.kind in TESTED_BY_HAND)


class Standing(StrEnum):
    """How a key stands with its monthly test by hand."""

    PROVEN = "proven"
    DUE = "due"
    OVERDUE = "overdue"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class KeyStanding:
    """`due_at`: from when it is to be tested; of one that was never proven, since it was enrolled."""

    device: Device
    standing: Standing
    due_at: datetime
    proven_at: datetime | None


def standing_of(device: Device, press: Press | None, now: datetime, rule: HandTestRule) -> KeyStanding:
    """A key is proven by a press that a person answered and brought to its end, a test or a real one."""
    proven_at = press.proven_at if press is not None else None
    if proven_at is None:
        return KeyStanding(device, Standing.NEVER, device.enrolled_at, None)
    due_at = proven_at + rule.due_after
    if now >= proven_at + rule.overdue_after:
        return KeyStanding(device, Standing.OVERDUE, due_at, proven_at)
    return KeyStanding(device, Standing.DUE if now >= due_at else Standing.PROVEN, due_at, proven_at)


def keys_of(home: Home, now: datetime, rule: HandTestRule) -> tuple[KeyStanding, ...]:
    """Every key of a home that is tested by hand. Where nobody lives they wait to be fetched."""
    if home.profile.residents and home.profile.nobody_lives_there:
        return ()
    devices = tested_by_hand(home.profile.devices)
    return tuple(standing_of(one, home.presses.get(one.id), now, rule) for one in devices)
