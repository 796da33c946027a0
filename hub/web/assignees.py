"""Who can be asked to do a service: the home's own people first, then the staff of its centres, whoever is on duty now first."""

from collections.abc import Iterator

from hub.core.alerts import Role
from hub.core.context import Context
from hub.core.home import Profile
from hub.core.roster import Moment
from hub.core.shifts import Takes
from hub.web.models_requests import AssigneeOut
from hub.web.parts import Parts

SERVING = (
    Role.BUTLER,
    Role.DEPUTY,
    Role.ELDER_HELPER,
    Role.CARE_INSTITUTION,
    Role.FAMILY_DOCTOR,
    Role.CENTRE_DUTY,
)
"""Roles that do services."""


def assignees(parts: Parts, profile: Profile) -> list[AssigneeOut]:
    """Everybody once, with the role that is nearest to the home. Who is on leave is left out."""
    context, now = parts.hub.context(), parts.hub.now()
    moment = Moment(now, context)
    found: dict[str, AssigneeOut] = {}
    for role, person_id in (*_bound(profile, moment), *_staff(profile, context)):
        person = context.people.get(person_id)
        if person is None or person_id in found or moment.away(person_id):
            continue
        found[person_id] = AssigneeOut(
            id=person_id,
            name=parts.views.name(person_id),
            role=role,
            on_duty=person_id in moment.on_duty(role, profile),
            reachable=bool(person.methods),
        )
    own = len(dict.fromkeys(person_id for _, person_id in _bound(profile, moment) if person_id in found))
    people = list(found.values())
    return people[:own] + sorted(people[own:], key=lambda one: not one.on_duty)


def _bound(profile: Profile, moment: Moment) -> Iterator[tuple[Role, str]]:
    """The people of the home itself; whoever covers one stands in the place of the other."""
    for role in SERVING:
        for owner in profile.people.get(role, ()):
            yield role, moment.stand_in(owner, Takes.HOMES)


def _staff(profile: Profile, context: Context) -> Iterator[tuple[Role, str]]:
    """Everybody with shifts at the home's centre, then at its parents."""
    centre_id, seen = profile.centre_id, set[str]()
    while centre_id is not None and centre_id not in seen:
        seen.add(centre_id)
        for role in SERVING:
            for shift in context.roster.at_place.get((role, centre_id), ()):
                yield role, shift.person_id
        centre = context.centres.get(centre_id)
        centre_id = centre.parent_id if centre else None
