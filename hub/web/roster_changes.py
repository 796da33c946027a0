"""What the roster's page and interface do: who may look at and change whose roster, and each change with its line of the log."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hub.core.calendar import instant_of
from hub.core.context import Context
from hub.core.events import ActorRole
from hub.core.roster import CENTRE_ROLES
from hub.core.shifts import CELL_ROLES, Cover, DatedShift, Shift
from hub.directory.cover_edits import awaits, cover_of
from hub.directory.model import Directory, holds
from hub.directory.outlook import RosterProblem, RosterProblemKind, outlook
from hub.directory.problems import DirectoryProblems
from hub.directory.roster_edits import places_left
from hub.directory.roster_refusals import RosterRefusal, RosterRefused
from hub.store.change_log import Change, What
from hub.web.access import Permission, ScopeKind
from hub.web.directory_words import directory_problem
from hub.web.guard import User
from hub.web.parts import Parts
from hub.web.problems import Problem, not_found
from hub.web.refusals import Forbidden
from hub.web.roster_week import CALL_CENTRE
from hub.web.visibility import visible_centres, visible_homes
from hub.web.words import WORDS, Language, say

AHEAD = timedelta(weeks=8)
_MANAGERS = frozenset({ActorRole.DUTY_MANAGER, ActorRole.ADMINISTRATOR})
_KEPT_FOR = timedelta(minutes=5)
_UNKNOWN = frozenset(
    {
        RosterRefusal.UNKNOWN_SHIFT,
        RosterRefusal.UNKNOWN_LEAVE,
        RosterRefusal.UNKNOWN_COVER,
        RosterRefusal.UNKNOWN_HOLIDAY,
    }
)


def directory_of(parts: Parts) -> Directory:
    return parts.keeper.directory or Directory(parts.hub.cell)


# --- whose roster -----------------------------------------------------------------------------------------------------


def own_only(user: User) -> bool:
    """Whether this log-in sees the own shifts and covers and nobody else's."""
    return user.scope.kind is ScopeKind.OWN


def places_of(parts: Parts, user: User) -> list[str]:
    """Centres whose roster the log-in sees; the call-centre for who sees every home."""
    visible = visible_centres(parts, user)
    centres = [one.id for one in directory_of(parts).centres if visible is None or one.id in visible]
    return [*centres, CALL_CENTRE] if visible is None else centres


def people_in_reach(parts: Parts, user: User) -> frozenset[str] | None:
    """Whose shifts, leave and covers the log-in may enter. None: everybody's.

    Who is bound to its homes now, has a weekly shift at its centres, or belongs to its company. A weekly shift can only be
    entered for somebody in reach, so the first one of anybody else comes from a ledger or a log-in with a wider scope; a
    shift of one date brings nobody into reach. So nobody gains power over a person by writing them into a roster.
    """
    visible, homes = visible_centres(parts, user), visible_homes(parts, user)
    if visible is None or homes is None:
        return None
    directory, now = directory_of(parts), parts.hub.now()
    found = {bond.person_id for bond in directory.bonds if bond.home_id in homes and holds(bond, now)}
    found |= {shift.person_id for shift in directory.shifts if shift.centre_id in visible}
    if user.scope.kind is ScopeKind.COMPANY:
        found |= {person.id for person in directory.persons if person.company_id == user.scope.id}
    return frozenset(found)


def must_roster(parts: Parts, user: User, shift: Shift | DatedShift) -> None:
    """Raises as the two below unless the log-in reaches the place and the person; and, of a shift in place of what they do
    otherwise, every place that they are taken away from."""
    must_reach_place(parts, user, shift.centre_id)
    must_reach_person(parts, user, shift.person_id)
    if isinstance(shift, DatedShift) and shift.in_place:
        left = places_left(directory_of(parts), shift, parts.hub.now(), parts.hub.context().calendar)
        for centre_id in sorted(left, key=lambda one: one or ""):
            must_reach_place(parts, user, centre_id)


def must_reach_place(parts: Parts, user: User, centre_id: str | None) -> None:
    """Raises Forbidden for a centre (None: the call-centre) out of the scope. An unknown centre is left to the edit."""
    visible = visible_centres(parts, user)
    if visible is None:
        return
    known = centre_id is None or any(one.id == centre_id for one in directory_of(parts).centres)
    if known and centre_id not in visible:
        raise Forbidden(user, Permission.EDIT_ROSTER, centre_id or CALL_CENTRE, "centre")


def must_reach_person(parts: Parts, user: User, person_id: str) -> None:
    """As `must_reach_place`, for a person."""
    reach = people_in_reach(parts, user)
    if reach is not None and person_id not in reach:
        if any(one.id == person_id for one in directory_of(parts).persons):
            raise Forbidden(user, Permission.EDIT_ROSTER, person_id, "person")
        raise not_found("person", "person_id")


def must_decide(parts: Parts, user: User, cover_id: str) -> Cover:
    """The cover, when the log-in is one of its two people, or enters rosters for the covered one."""
    try:
        cover = cover_of(directory_of(parts), cover_id)
    except RosterRefused as refused:
        raise problem_of(parts, refused) from None
    if user.person_id in (cover.covered_id, cover.by_id):
        return cover
    reach = people_in_reach(parts, user)
    if not user.may(Permission.EDIT_ROSTER) or (reach is not None and cover.covered_id not in reach):
        raise Forbidden(user, Permission.CONFIRM_COVER, cover_id, "cover")
    return cover


def for_the_ill(user: User) -> str | None:
    """The log-in that may confirm for somebody who is ill: a duty manager's."""
    return user.login if user.role in _MANAGERS and user.may(Permission.EDIT_ROSTER) else None


def editor(user: User) -> str | None:
    """The log-in that may take a request back."""
    return user.login if user.may(Permission.EDIT_ROSTER) else None


# --- changes ----------------------------------------------------------------------------------------------------------


async def change(
    parts: Parts,
    user: User,
    edit: Callable[[Directory], Directory],
    about_kind: str,
    about_id: str | None,
    what: What = What.ROSTER_CHANGED,
    *,
    told: Mapping[str, Any],
) -> Directory:
    """Make the change and write its line (`told`: ids and words); raises Problem with the reason in both languages."""
    line = Change(parts.hub.now(), user.login, what, about_kind, about_id, told)
    try:
        return await asyncio.to_thread(parts.keeper.edit, edit, line)
    except RosterRefused as refused:
        raise problem_of(parts, refused) from None
    except DirectoryProblems as refused:
        raise directory_problem(refused, parts.views) from None


def problem_of(parts: Parts, refused: RosterRefused) -> Problem:
    sentences = {language: refusal_text(parts, refused, language) for language in ("zh", "en")}
    return Problem(
        404 if refused.code in _UNKNOWN else 409,
        f"roster_{refused.code.value}",
        sentences["en"],
        where="roster",
        remedy="Change what the sentence names and send it again.",
        errors=[sentences],
    )


def refusal_text(parts: Parts, refused: RosterRefused, language: Language) -> str:
    """The reason in words, with names in place of ids."""
    return say(
        language,
        f"roster_refusal.{refused.code.value}",
        **{key: _shown(parts, key, value, language) for key, value in refused.about.items()},
    )


def _shown(parts: Parts, key: str, value: str, language: Language) -> str:
    if key in ("person", "other"):
        return parts.views.name(value)
    if key == "role":
        return say(language, f"role.{value}")
    if key in ("from", "until", "on") and "T" not in value and " " in value:
        at = datetime.fromisoformat(value)
        return at.astimezone(parts.settings.timezone).strftime("%Y-%m-%d %H:%M")
    return value


# --- instants ---------------------------------------------------------------------------------------------------------


def between(
    context: Context, first: date, last: date, starts: time | None, ends: time | None
) -> tuple[datetime, datetime]:
    """From a date (and hour) to the end of a date (or an hour of it): what people mean by leave from Monday to Wednesday."""
    from_at = instant_of(first, starts or time(0), context.timezone)
    last = last if ends is not None else last + timedelta(days=1)
    return from_at, instant_of(last, ends or time(0), context.timezone)


# --- the weeks ahead --------------------------------------------------------------------------------------------------


class Outlooks:
    """The weeks ahead of one directory, reckoned again when it changed or some minutes have passed."""

    def __init__(self) -> None:
        self._of: Directory | None = None
        self._at = datetime.min.replace(tzinfo=UTC)
        self._found: tuple[RosterProblem, ...] = ()

    async def ahead(self, parts: Parts) -> tuple[RosterProblem, ...]:
        directory, now = directory_of(parts), parts.hub.now()
        if directory is not self._of or not self._at <= now < self._at + _KEPT_FOR:
            context = parts.hub.context()
            ways = parts.settings.ways_to_people
            self._found = await asyncio.to_thread(
                outlook, directory, now, now + AHEAD, context, channels=ways
            )
            self._of, self._at = directory, now
        return self._found


def of_concern(parts: Parts, user: User, problems: tuple[RosterProblem, ...]) -> list[RosterProblem]:
    """The problems of the centres, or for an own list of the person, that the log-in sees."""
    visible = visible_centres(parts, user)
    if visible is None:
        return list(problems)
    if own_only(user):
        return [one for one in problems if user.person_id in (one.person_id, one.other_id)]
    reach = people_in_reach(parts, user) or frozenset()
    return [
        one
        for one in problems
        if one.kind is RosterProblemKind.NO_CALENDAR
        or one.centre_id in visible
        or not visible.isdisjoint(one.places)
        or one.person_id in reach
        or one.other_id in reach
    ]


def rostered_roles() -> tuple[str, ...]:
    return tuple(role.value for role in (*sorted(CELL_ROLES), *sorted(CENTRE_ROLES)))


GRADES: Mapping[RosterProblemKind, str] = {
    RosterProblemKind.NOBODY: "gap",
    RosterProblemKind.NO_BUTLER: "gap",
    RosterProblemKind.NO_CONTACT: "gap",
    RosterProblemKind.DESK_EMPTY: "gap",
    RosterProblemKind.TWICE: "double",
    RosterProblemKind.COVER_OPEN: "open",
    RosterProblemKind.NO_CALENDAR: "note",
    RosterProblemKind.ABOVE_LIST: "note",
    RosterProblemKind.AFTER_HOURS: "note",
}


def problem_text(parts: Parts, problem: RosterProblem, language: Language) -> str:
    """One line of the list of what is to settle, without its dates."""
    directory = directory_of(parts)

    def place(centre_id: str | None) -> str:
        return next(
            (one.name for one in directory.centres if one.id == centre_id),
            say(language, "roster.call_centre"),
        )

    def name(person_id: str | None) -> str:
        return parts.views.name(person_id) if person_id is not None else ""

    kind = problem.kind.value
    if problem.kind is RosterProblemKind.NO_BUTLER and problem.other_id is not None:
        kind = "no_butler_cover_away"
    waits = ""
    if problem.cover_id is not None:
        cover = next((one for one in directory.covers if one.id == problem.cover_id), None)
        waits = say(language, "list.and").join(name(one) for one in awaits(cover)) if cover else ""
    template = WORDS[f"roster_problem.{kind}"]
    return (template.zh if language == "zh" else template.en).format(
        role=say(language, f"role.{problem.role}") if problem.role else "",
        place=place(problem.centre_id),
        places=say(language, "list.and").join(place(one) for one in problem.places),
        name=name(problem.person_id),
        other=name(problem.other_id),
        elders=problem.elders,
        own=problem.own_elders,
        waits=waits,
        year=problem.year,
    )
