"""Who can be asked to do a service: the home's own people first, then deputies and staff of its centres."""

from collections.abc import Iterator
from dataclasses import replace

from hub.core.alerts import Role
from hub.core.context import Context
from hub.core.home import Profile
from hub.core.roster import Moment, duties
from hub.core.shifts import Takes
from hub.directory.in_order import name_in_order
from hub.web.models_requests import AssigneeGroup, AssigneeOut
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
CARING = (Role.BUTLER, Role.DEPUTY, Role.ELDER_HELPER)
"""Of these the neighbours' people can be asked too; their doctors and institutions cannot."""


def assignees(parts: Parts, profile: Profile) -> list[AssigneeOut]:
    """Everybody once, with the role that is nearest to the home: its own people, the deputies of its centres, everybody else
    who works there; in each group whoever is on duty first, then by name. Who is on leave is left out."""
    context, now = parts.hub.context(), parts.hub.now()
    moment = Moment(now, context)
    on_shift = {duty.person_id for duty in duties(now, context)}
    found: dict[str, AssigneeOut] = {}
    own = [(AssigneeGroup.OWN, *one) for one in _bound(profile, moment)]
    staff = [
        (AssigneeGroup.DEPUTIES if role is Role.DEPUTY else AssigneeGroup.CENTRE, role, person_id)
        for role, person_id in (*_staff(profile, context), *_carers(parts, profile))
    ]
    for group, role, person_id in (*own, *staff):
        person = context.people.get(person_id)
        if person is None or person_id in found or moment.away(person_id):
            continue
        found[person_id] = AssigneeOut(
            id=person_id,
            name=parts.views.name(person_id),
            role=role,
            group=group,
            on_duty=person_id in on_shift or _answers(moment, role, person_id, profile),
            reachable=bool(person.methods),
        )
    # The home's own people stay in the order in which they are asked.
    return sorted(found.values(), key=_order)


def _order(one: AssigneeOut) -> tuple[int, bool, str]:
    group = list(AssigneeGroup).index(one.group)
    return (
        (group, False, "")
        if one.group is AssigneeGroup.OWN
        else (group, not one.on_duty, name_in_order(one.name))
    )


def _answers(moment: Moment, role: Role, person_id: str, profile: Profile) -> bool:
    """Whether the person answers now, for this home or for homes of their own: whom no weekly shifts bind is called at any hour.
    Who stands in for somebody of this home does so in their own hours, or in those taken over."""
    if person_id in moment.on_duty(role, profile):
        return True
    owners = profile.people.get(role, ())
    if person_id not in owners and any(moment.stand_in(one, Takes.HOMES) == person_id for one in owners):
        return False
    own_homes = replace(profile, people={role: (person_id,)})
    return person_id in moment.on_duty(role, own_homes)


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


def _carers(parts: Parts, profile: Profile) -> Iterator[tuple[Role, str]]:
    """Everybody who has homes of their own at the home's centre: many of them stand on no shift, and are asked at any hour."""
    homes = [
        home.profile for home in parts.hub.homes().values() if home.profile.centre_id == profile.centre_id
    ]
    for role in CARING:
        for one in homes:
            for person_id in one.people.get(role, ()):
                yield role, person_id
