"""Two homes far apart in which something happened, and a log-in of every role with every scope: what access is asked about."""

import itertools
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import time, timedelta
from pathlib import Path

from firmware_contracts.vocabulary import CallAction, ServiceCategory
from hub.core.alerts import Role
from hub.core.context import ContactMethod
from hub.core.events import ActorRole
from hub.core.home import DeviceKind
from hub.core.shifts import DatedShift, LeaveKind
from hub.directory.cover_edits import request_cover
from hub.directory.model import Directory, PersonEntry
from hub.directory.roster_edits import add_dated_shift, set_leave, shift_id
from hub.store.accounts import add_account
from hub.store.change_log import Change, What
from hub.store.store import Connection
from hub.web.access import LOG_IN_ROLES, SCOPES
from tests.web.running import _HASH, RunningHub

Who = tuple[str, ...]
"""A role and the kind of its scope."""
WHO: tuple[Who, ...] = tuple((role.value, scope.value) for role in LOG_IN_ROLES for scope in SCOPES[role])
_REACHED = (ContactMethod("webhook", "helper"),)


@dataclass(frozen=True, slots=True)
class Place:
    """A home in which something happened. `contact_id`: somebody bound to this home alone."""

    home_id: str
    address: str
    region_id: str
    centre_id: str
    centre_name: str
    alert_id: str
    request_id: str
    elder_id: str
    device_id: str
    butler_id: str
    contact_id: str
    cover_id: str
    shift_id: str
    dated_id: str
    leave_id: str


@dataclass(frozen=True, slots=True)
class World:
    """`before`: the journal's number before anything happened. `logins`: one for each role and scope, about the inside home."""

    hub: RunningHub
    inside: Place
    outside: Place
    before: int
    logins: Mapping[Who, str]


@contextmanager
def two_homes(
    folder: Path, *, homes: int = 400, heartbeat: timedelta = timedelta(milliseconds=300)
) -> Iterator[World]:
    with RunningHub(folder, homes=homes, heartbeat_every=heartbeat) as hub:
        before = hub.queries.journal_range().newest
        inside, outside = _far_apart(hub)
        places = _happens(hub, inside), _happens(hub, outside)
        yield World(hub, *places, before, _logins(hub, inside))


def _far_apart(hub: RunningHub) -> tuple[str, str]:
    """Two homes that share neither company nor community nor centre nor carers."""
    kinds = (DeviceKind.BUTTON, DeviceKind.PULL_CORD, DeviceKind.PENDANT)
    profiles = [
        home.profile
        for home in hub.engine.homes().values()
        if any(one.kind in kinds and one.family == "native" for one in home.profile.devices.values())
    ]
    for one, other in itertools.permutations(profiles, 2):
        carers = {person for role in (Role.BUTLER, Role.DEPUTY) for person in one.people.get(role, ())}
        others = {person for role in (Role.BUTLER, Role.DEPUTY) for person in other.people.get(role, ())}
        if (
            one.company_id != other.company_id
            and one.regions[-2] not in other.regions
            and one.centre_id != other.centre_id
            and not carers & others
            and one.company_id not in _companies_of(hub, other.people[Role.BUTLER][0])
        ):
            return one.home_id, other.home_id
    raise AssertionError("the demo has no two homes so far apart")


def _companies_of(hub: RunningHub, butler: str) -> set[str | None]:
    """For whom a butler works, by shifts and by homes."""
    directory = hub.directory
    companies = {centre.id: centre.company_id for centre in directory.centres}
    centre_of = {home.id: home.centre_id for home in directory.homes}
    centres = {shift.centre_id for shift in directory.shifts if shift.person_id == butler}
    centres |= {
        centre_of[bond.home_id] for bond in directory.bonds if bond.person_id == butler and bond.home_id
    }
    return {companies[centre] for centre in centres if centre is not None}


def _happens(hub: RunningHub, home_id: str) -> Place:
    alert = hub.emergency(home_id)
    hub.press(home_id, CallAction.SERVICE, ServiceCategory.MEALS)
    hub.deliver(f"care/v1/demo/{home_id}/nobody/vital", b"\xff{")
    home = hub.engine.home(home_id)
    assert home is not None
    assert home.profile.centre_id is not None
    centre = home.profile.centre_id
    butler = home.profile.people[Role.BUTLER][0]
    return Place(
        home_id=home_id,
        address=home.profile.address,
        region_id=next(one.region_id for one in hub.directory.homes if one.id == home_id),
        centre_id=centre,
        centre_name=hub.engine.context().centres[centre].name,
        alert_id=alert.id,
        request_id=next(iter(home.requests)),
        elder_id=home.profile.residents[0].id,
        device_id=hub.caller(home_id).id,
        butler_id=butler,
        contact_id=home.profile.people[Role.CONTACT][0],
        cover_id=_cover_asked_for(hub, butler),
        shift_id=next(shift_id(one) for one in hub.directory.shifts if one.centre_id == centre),
        dated_id=_dated_shift(hub, butler, centre),
        leave_id=_leave_entered(hub, butler),
    )


def _cover_asked_for(hub: RunningHub, butler: str) -> str:
    """By somebody who has to do with nobody here, weeks ahead: who may look at it, and nothing else, is asked about."""
    now = hub.clock.now()
    begins, helper = now + timedelta(weeks=6), PersonEntry(f"helper-{butler}", "帮手", "帮", _REACHED)

    def ask_for(directory: Directory) -> Directory:
        known = replace(directory, persons=(*directory.persons, helper))
        return request_cover(known, butler, helper.id, begins, begins + timedelta(days=1), now)

    line = Change(now, "admin", What.ROSTER_CHANGED, "person", butler)
    return hub.keeper.edit(ask_for, line).covers[-1].id


def _dated_shift(hub: RunningHub, butler: str, centre: str) -> str:
    now = hub.clock.now()
    today = now.date()
    shift = DatedShift("", butler, Role.BUTLER, today + timedelta(weeks=9), time(8), time(12), centre)
    line = Change(now, "admin", What.ROSTER_CHANGED, "person", butler)
    return (
        hub.keeper.edit(lambda directory: add_dated_shift(directory, shift, today, now), line)
        .dated_shifts[-1]
        .id
    )


def _leave_entered(hub: RunningHub, butler: str) -> str:
    now = hub.clock.now()
    begins = now + timedelta(weeks=20)
    line = Change(now, "admin", What.ROSTER_CHANGED, "person", butler)
    entered = hub.keeper.edit(
        lambda directory: set_leave(
            directory, butler, begins, begins + timedelta(days=1), now, LeaveKind.PLANNED
        ),
        line,
    )
    return next(one.id for one in entered.leaves if one.person_id == butler and one.from_at == begins)


def _logins(hub: RunningHub, inside: str) -> dict[Who, str]:
    home = hub.engine.homes()[inside].profile
    butler = home.people[Role.BUTLER][0]
    of = {
        "everything": None,
        "company": home.company_id,
        "region": home.regions[-2],
        "centre": home.centre_id,
        "own": butler,
    }
    made = {who: "-".join(who).replace("_", "-") for who in WHO}
    now = hub.clock.now()

    def add(connection: Connection) -> None:
        for (role, scope), login in made.items():
            person = butler if scope == "own" else None
            add_account(connection, login, role, ActorRole(role), _HASH, now, scope, of[scope], person)

    hub.engine.write(add).result(10)
    return made
