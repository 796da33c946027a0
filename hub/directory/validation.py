"""Before a directory is saved: everything in it that does not fit, told at once, each with what to do."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime
from itertools import pairwise
from operator import attrgetter
from typing import TypeVar

from firmware_contracts.vocabulary import Measure
from hub.core.alerts import Role
from hub.core.detection.condition import EARLY_WARNING, OWN_LIMITS
from hub.core.detection.living import BED_EXIT_RULE
from hub.core.detection.vitals import ROOM_PLAUSIBLE
from hub.core.detection.wellbeing import LIMITS
from hub.core.home import Membership
from hub.core.rules import RoomMeasure, Rules, Side
from hub.directory.duty import USUAL_WEEK, WEEKS, unstaffed
from hub.directory.entries import DESK_ROLES, entry_problems
from hub.directory.model import MAX_OWN_ELDERS, Assignment, Bond, Directory, Residence, holds, overlap
from hub.directory.problems import DirectoryProblems, Problem
from hub.directory.profiles import emergency_policy

__all__ = ["DirectoryProblems", "Problem", "check", "override_problems", "policy_problems", "problems"]

OVERRIDABLE = frozenset({"limit", "clear", "for_s", "max_gap_s"})
"""What a home may have different from a threshold rule."""
_SIDES = {
    f"{measure}_{side}": measure
    for measure, limits in LIMITS.items()
    for side, has in (("low", limits.low is not None), ("high", limits.high is not None))
    if has
}
OWN_PARAMETERS = {
    BED_EXIT_RULE: frozenset({"return_within_s"}),
    EARLY_WARNING: frozenset({"scale_2"}),
    OWN_LIMITS: frozenset(_SIDES),
}
"""What a home may have of its own beside thresholds."""
_BOUNDS = {
    "for_s": (0.0, 86_400.0),
    "max_gap_s": (1.0, 604_800.0),
    "return_within_s": (15.0, 7_200.0),
    "scale_2": (0.0, 1.0),
}
"""As `config/bounds` has them for everybody."""

_CARED_FOR = frozenset({Membership.NOT_YET_OPEN, Membership.ACTIVE, Membership.PAUSED})

Entry = TypeVar("Entry")
Dated = TypeVar("Dated", Residence, Assignment, Bond)


def check(directory: Directory, at: datetime) -> None:
    """Raises DirectoryProblems with everything that does not fit from `at` on."""
    found = problems(directory, at)
    if found:
        raise DirectoryProblems(found)


def problems(directory: Directory, at: datetime) -> tuple[Problem, ...]:
    """Everything that does not fit. A butler's list is judged at `at` and at every later change."""
    found = [*entry_problems(directory, at)]
    # The rules below read across entries: with broken references they would tell nonsense.
    if not found:
        found.extend((*_residences(directory), *_assignments(directory)))
        found.extend((*_lists(directory, at), *_homes(directory, at)))
        found.extend(_desk(directory))
    return tuple(found)


def override_problems(directory: Directory, rules: Rules) -> tuple[Problem, ...]:
    """Rule values of homes that no rule in force would read."""
    known = {rule.name for group in rules.thresholds.values() for rule in group} | set(OWN_PARAMETERS)
    found: list[Problem] = []
    for home in directory.homes:
        for rule, values in home.overrides.items():
            where = f'home "{home.id}" override of rule "{rule}"'
            if rule not in known:
                found.append(Problem(where, "unknown rule", f"known: {', '.join(sorted(known)) or 'none'}"))
            allowed = OWN_PARAMETERS.get(rule, OVERRIDABLE)
            wrong = sorted(values.keys() - allowed)
            if wrong:
                remedy = f"allowed: {', '.join(sorted(allowed))}"
                found.append(Problem(where, f"unknown parameter {', '.join(wrong)}", remedy))
            else:
                found.extend(Problem(where, *said) for said in _beyond_bounds(rules, rule, values))
    return tuple(found)


def _beyond_bounds(rules: Rules, rule: str, values: Mapping[str, float]) -> Iterator[tuple[str, str]]:
    """Numbers that a rule cannot have: what is wrong, and what would be right."""
    shipped = next((one for group in rules.thresholds.values() for one in group if one.name == rule), None)
    for name, value in sorted(values.items()):
        bounds = _BOUNDS.get(name)
        if name in _SIDES:
            bounds = rules.plausible[Measure(_SIDES[name])]
        elif bounds is None and shipped is not None:
            measure = shipped.measure
            bounds = ROOM_PLAUSIBLE[measure] if isinstance(measure, RoomMeasure) else rules.plausible[measure]
        if bounds is not None and not bounds[0] <= value <= bounds[1]:
            yield f"{name} = {value:g}", f"it lies between {bounds[0]:g} and {bounds[1]:g}"
    if shipped is not None and {"limit", "clear"} & values.keys():
        own = shipped.with_overrides(values)
        if own.side is Side.ABOVE and own.clear >= own.limit:
            yield f"clear = {own.clear:g}", f"above {own.limit:g} it clears at a smaller value"
        if own.side is Side.BELOW and own.clear <= own.limit:
            yield f"clear = {own.clear:g}", f"below {own.limit:g} it clears at a larger value"


def policy_problems(directory: Directory, policies: Collection[str]) -> tuple[Problem, ...]:
    """Homes whose emergencies follow a policy that does not exist: they would follow the usual one instead."""
    known = ", ".join(sorted(policies))
    return tuple(
        Problem(f'home "{home.id}"', f'unknown policy "{name}"', f"known: {known}")
        for home in directory.homes
        if (name := emergency_policy(home)) not in policies
    )


def _residences(directory: Directory) -> Iterator[Problem]:
    for elder_id, entries in _grouped(directory.residences, attrgetter("elder_id")).items():
        for one, other in _overlapping(entries):
            found = f'in home "{one.home_id}" and home "{other.home_id}" at the same time'
            yield Problem(f'elder "{elder_id}"', found, "end the first residence when the second begins")
    housed = {residence.elder_id for residence in directory.residences}
    for elder in directory.elders:
        if elder.id not in housed:
            yield Problem(f'elder "{elder.id}"', "belongs to no home", "add a residence")


def _assignments(directory: Directory) -> Iterator[Problem]:
    room_home = {room.id: room.home_id for room in directory.rooms}
    lives = _grouped(directory.residences, attrgetter("elder_id"))
    for device_id, entries in _grouped(directory.assignments, attrgetter("device_id")).items():
        for one, other in _overlapping(entries):
            found = f'in home "{one.home_id}" and home "{other.home_id}" at the same time'
            yield Problem(f'device "{device_id}"', found, "end the first assignment when the second begins")
        for entry in entries:
            if entry.room_id is not None and room_home[entry.room_id] != entry.home_id:
                found = f'room "{entry.room_id}" is not in home "{entry.home_id}"'
                yield Problem(f'device "{device_id}"', found, "name a room of this home")
            if entry.wearer_id is not None and not any(
                residence.home_id == entry.home_id and overlap(residence, entry)
                for residence in lives.get(entry.wearer_id, [])
            ):
                found = f'worn by elder "{entry.wearer_id}", who does not live in home "{entry.home_id}"'
                yield Problem(f'device "{device_id}"', found, "name a resident of this home, or nobody")


def _lists(directory: Directory, at: datetime) -> Iterator[Problem]:
    """A butler's own list holds at most `MAX_OWN_ELDERS` elders, at every instant from `at` on; a dated cover does not count."""
    living = _grouped(directory.residences, attrgetter("home_id"))
    own = [bond for bond in directory.bonds if bond.role is Role.BUTLER and not bond.cover]
    for butler, bonds in _grouped(own, attrgetter("person_id")).items():
        residences = [
            (bond, residence)
            for bond in bonds
            for residence in living.get(bond.home_id or "", [])
            if residence.membership in _CARED_FOR
        ]
        changes = {max(entry.from_at, at) for pair in residences for entry in pair}
        for instant in sorted(changes):
            count = len(
                {
                    residence.elder_id
                    for bond, residence in residences
                    if holds(bond, instant) and holds(residence, instant)
                }
            )
            if count > MAX_OWN_ELDERS:
                over = count - MAX_OWN_ELDERS
                yield Problem(
                    f'butler "{butler}"',
                    f"{count} own elders from {instant:%Y-%m-%d %H:%M} UTC, at most {MAX_OWN_ELDERS} are allowed",
                    f"give {over} of them to another butler, or make it a dated cover",
                )
                break


def _homes(directory: Directory, at: datetime) -> Iterator[Problem]:
    """Each home with somebody cared for has one own butler; a care bed has an institution."""
    living = _grouped(directory.residences, attrgetter("home_id"))
    # Most bonds are of family: what is asked here is not about them.
    asked = frozenset({Role.BUTLER, Role.CARE_INSTITUTION})
    bonds = _grouped(
        [bond for bond in directory.bonds if bond.home_id is not None and (bond.role in asked or bond.cover)],
        attrgetter("home_id"),
    )
    for home in directory.homes:
        where = f'home "{home.id}"'
        mine = bonds.get(home.id, [])
        own = [bond for bond in mine if bond.role is Role.BUTLER and not bond.cover]
        covers = [bond for bond in mine if bond.cover]
        for kind, entries in (("own butlers", own), ("covers", covers)):
            for one, other in _overlapping(entries):
                found = f'two {kind} at the same time ("{one.person_id}", "{other.person_id}")'
                yield Problem(where, found, "end one when the other begins")
        cared_for = [
            residence
            for residence in living.get(home.id, [])
            if residence.membership in _CARED_FOR and (residence.until_at is None or residence.until_at > at)
        ]
        if not cared_for:
            continue
        from_at = max(at, min(residence.from_at for residence in cared_for))
        if not any(holds(bond, from_at) for bond in (*own, *covers)):
            yield Problem(where, "has elders but no butler", "bind a butler who has room on the list")
        if home.care_bed and not any(
            bond.role is Role.CARE_INSTITUTION and holds(bond, from_at) for bond in mine
        ):
            yield Problem(
                where, "a care bed without a responsible institution", "bind one in the role care_institution"
            )


def _desk(directory: Directory) -> Iterator[Problem]:
    shifts = [shift for shift in directory.shifts if shift.role in DESK_ROLES]
    usual = unstaffed(shifts)
    for words, week in WEEKS.items():
        for gap in unstaffed(shifts, week):
            if week is USUAL_WEEK or gap not in usual:
                yield Problem(
                    "roster",
                    f"nobody at the call-centre's desk on {gap}{words}",
                    "add a shift of an operator or duty manager",
                )


def _grouped(entries: Iterable[Entry], key: Callable[[Entry], str]) -> dict[str, list[Entry]]:
    found: defaultdict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        found[key(entry)].append(entry)
    return dict(found)


def _overlapping(entries: list[Dated]) -> Iterator[tuple[Dated, Dated]]:
    """Neighbours in time that both hold at some instant."""
    if len(entries) < 2:
        return iter(())
    ordered = sorted(entries, key=lambda entry: entry.from_at)
    return ((one, other) for one, other in pairwise(ordered) if overlap(one, other))
