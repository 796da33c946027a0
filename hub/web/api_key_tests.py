"""The API of what proves itself in a home: keys tested by hand each month, test mode, and the silent test calls."""

import asyncio
from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from hub.core.alerts import Role
from hub.core.detection import self_test
from hub.core.events import PassHandTest, StartHandTest
from hub.core.hand_test import KeyStanding, Standing, keys_of, may_pass
from hub.core.home import UNASSIGNED_HOME_ID, Home
from hub.directory.in_order import in_order
from hub.web.access import Permission
from hub.web.commands import done_id, obey
from hub.web.guard import User
from hub.web.models import ResidentRef
from hub.web.models_key_tests import (
    ChainTestOut,
    KeyOut,
    KeysOfHomeOut,
    KeysOut,
    KeysPage,
    PassedIn,
    TestedAlertOut,
    TestModeOut,
)
from hub.web.parts import Parts, PartsDep, ViewHomes, allowed
from hub.web.problems import RESPONSES
from hub.web.visibility import see_home, visible_homes

router = APIRouter(prefix="/api/v1", responses=RESPONSES)

TestsKeys = Annotated[User, Depends(allowed(Permission.TEST_KEYS))]
Offset = Annotated[int, Query(ge=0)]
Limit = Annotated[int, Query(ge=1, le=200)]

_TO_DO = frozenset({Standing.DUE, Standing.OVERDUE, Standing.NEVER})


@router.get("/key-tests", tags=["key tests"])
async def list_key_tests(
    parts: PartsDep,
    user: ViewHomes,
    centre: str | None = None,
    butler: str | None = None,
    due: bool = True,
    limit: Limit = 50,
    offset: Offset = 0,
) -> KeysPage:
    """Homes with keys that are due for their test by hand (with `due=false`: all), by address. A press that a person answered
    and brought to its end proves a key, a real one or a test."""
    return await asyncio.to_thread(_list, parts, user, centre, butler, due, limit, offset)


@router.get("/homes/{home_id}/key-tests", tags=["key tests"])
async def get_key_tests(home_id: str, parts: PartsDep, user: ViewHomes) -> KeysOfHomeOut:
    """The keys of one home, whether somebody is testing them, and the home's silent test calls."""
    return of_home(parts, user, see_home(parts, user, home_id))


@router.post("/homes/{home_id}/key-tests", tags=["key tests"])
async def start_key_test(home_id: str, parts: PartsDep, user: TestsKeys) -> KeysOfHomeOut:
    """Begin to test the keys, standing beside the elder. For ten minutes presses are marked as perhaps a test, and go to
    everybody as ever; it ends by itself."""
    see_home(parts, user, home_id, Permission.TEST_KEYS)
    done_id(await obey(parts, StartHandTest(home_id, user.actor)))
    return of_home(parts, user, see_home(parts, user, home_id))


@router.post("/homes/{home_id}/key-tests/passed", tags=["key tests"])
async def pass_key_test(home_id: str, body: PassedIn, parts: PartsDep, user: TestsKeys) -> KeysOfHomeOut:
    """Say of the alert of a press that it was your test: it is over, and its keys are proven. Refused where you did not begin the
    test, where somebody else has taken the alert, or where something else than test presses stands on it."""
    see_home(parts, user, home_id, Permission.TEST_KEYS)
    done_id(await obey(parts, PassHandTest(home_id, body.alert_id, user.actor)))
    return of_home(parts, user, see_home(parts, user, home_id))


def counts(parts: Parts) -> Counter[Standing]:
    """How many keys of the cell stand how."""
    rule, now = parts.hub.context().rules.hand_test, parts.hub.now()
    return Counter(one.standing for home in parts.hub.homes().values() for one in keys_of(home, now, rule))


def _list(
    parts: Parts, user: User, centre: str | None, butler: str | None, due: bool, limit: int, offset: int
) -> KeysPage:
    rule, now, visible = parts.hub.context().rules.hand_test, parts.hub.now(), visible_homes(parts, user)
    found: list[tuple[Home, tuple[KeyStanding, ...]]] = []
    standings: Counter[Standing] = Counter()
    for home in parts.hub.homes().values():
        if home.id == UNASSIGNED_HOME_ID or (visible is not None and home.id not in visible):
            continue
        if centre is not None and home.profile.centre_id != centre:
            continue
        if butler is not None and butler not in home.profile.people.get(Role.BUTLER, ()):
            continue
        keys = keys_of(home, now, rule)
        standings.update(one.standing for one in keys)
        keys = tuple(one for one in keys if not due or one.standing in _TO_DO)
        if keys:
            found.append((home, keys))
    found.sort(key=lambda one: (in_order(one[0].profile.address), one[0].id))
    return KeysPage(
        items=[_home(parts, home, keys) for home, keys in found[offset : offset + limit]],
        total=len(found),
        counts={one: standings[one] for one in Standing},
    )


def of_home(parts: Parts, user: User, home: Home) -> KeysOfHomeOut:
    """What the visit's page shows."""
    now = parts.hub.now()
    plain = _home(parts, home, keys_of(home, now, parts.hub.context().rules.hand_test))
    who = user.actor.id
    test = home.hand_test
    return KeysOfHomeOut(
        **plain.model_dump(),
        test=TestModeOut(by=parts.views.person(test.by), mine=test.by == who, until_at=test.until_at)
        if test is not None and now < test.until_at
        else None,
        alerts=[
            TestedAlertOut(
                alert_id=alert.id,
                opened_at=alert.opened_at,
                held_by=parts.views.person(alert.hold.by) if alert.hold else None,
                may_pass=may_pass(home.profile, alert, who) is None,
            )
            for alert in home.alerts.values()
            if alert.reason.data.get("by_hand_test")
        ],
        chain=_chain(parts, home),
        now=now,
    )


def _chain(parts: Parts, home: Home) -> ChainTestOut | None:
    state = home.chain_test
    if not parts.hub.context().rules.self_test.enabled or not self_test.able(home.profile):
        return None
    return ChainTestOut(
        device_id=state.device_id if state.failed_at is not None else state.proven_device_id,
        proven_at=state.proven_at,
        took_ms=state.took_ms,
        failed_at=state.failed_at,
        hop=state.hop if state.failed_at is not None else None,
        next_at=state.due_at,
    )


def _home(parts: Parts, home: Home, keys: tuple[KeyStanding, ...]) -> KeysOut:
    profile = home.profile
    return KeysOut(
        home_id=home.id,
        address=profile.address,
        residents=[ResidentRef(id=one.id, name=one.name, call_name=one.call_name) for one in profile.living],
        centre=parts.views.centre(profile.centre_id),
        butler=next(map(parts.views.person, profile.people.get(Role.BUTLER, ())), None),
        keys=[_key(home, one) for one in keys],
    )


def _key(home: Home, one: KeyStanding) -> KeyOut:
    wearer = home.profile.resident(one.device.wearer_id)
    press = home.presses.get(one.device.id)
    return KeyOut(
        device_id=one.device.id,
        kind=one.device.kind,
        room=one.device.room,
        wearer=wearer.name if wearer else None,
        standing=one.standing,
        due_at=one.due_at,
        proven_at=one.proven_at,
        pressed_at=press.at if press else None,
    )
