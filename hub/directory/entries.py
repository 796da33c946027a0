"""Problems that one entry of a directory shows by itself, or by naming an id that does not exist; called by `validation`."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from firmware_contracts.vocabulary import ID_PATTERN
from hub.core.alerts import Role
from hub.core.home import UNASSIGNED_HOME_ID
from hub.directory.model import Assignment, Bond, Directory, Level, Residence
from hub.directory.problems import Problem
from hub.directory.roster_entries import asks, roster_problems, roster_references

DESK_ROLES = frozenset({Role.OPERATOR, Role.DUTY_MANAGER})
"""Somebody of these is on duty at every minute of the week: every policy ends at a staffed desk."""

_ID = re.compile(ID_PATTERN)
_id_of = attrgetter("id")


def entry_problems(directory: Directory, at: datetime) -> Iterator[Problem]:
    """Everything that can be said without reading entries together."""
    yield from _identifiers(directory)
    yield from _references(directory)
    yield from _regions(directory)
    yield from _centres(directory)
    yield from _periods(directory)
    yield from _bonds(directory)
    yield from _reachable(directory, at)
    yield from roster_problems(directory)


def _identifiers(directory: Directory) -> Iterator[Problem]:
    for noun, entries in (
        ("region", directory.regions),
        ("company", directory.companies),
        ("centre", directory.centres),
        ("elder", directory.elders),
        ("home", directory.homes),
        ("room", directory.rooms),
        ("device", directory.devices),
        ("person", directory.persons),
        ("dated shift", directory.dated_shifts),
        ("leave", directory.leaves),
        ("cover", directory.covers),
    ):
        ids = [entry.id for entry in entries]
        if len(set(ids)) == len(ids) and all(map(_ID.match, ids)):
            continue
        for key, count in Counter(ids).items():
            if count > 1:
                yield Problem(f'{noun} "{key}"', f"stands here {count} times", "give each an id of its own")
            if not _ID.match(key):
                allowed = "letters, digits, - and _ only, at most 64, first a letter or digit"
                yield Problem(
                    f'{noun} "{key}"', "this id may not stand in a topic or address", f"use {allowed}"
                )
    if any(home.id == UNASSIGNED_HOME_ID for home in directory.homes):
        where = f'home "{UNASSIGNED_HOME_ID}"'
        yield Problem(where, "this id is kept for calls of unknown devices", "give the home another id")
    if not _ID.match(directory.cell):
        yield Problem(
            f'cell "{directory.cell}"', "may not stand in a topic", "use letters, digits, - and _ only"
        )
    for elder in directory.elders:
        if not 0 <= elder.ability_level <= 4:
            yield Problem(
                f'elder "{elder.id}"',
                f"ability level {elder.ability_level}",
                "levels are 0 to 4 (GB/T 42195)",
            )


def _references(directory: Directory) -> Iterator[Problem]:
    """Every id that is named exists."""
    known: dict[str, set[str | None]] = {
        "region": {None, *map(_id_of, directory.regions)},
        "company": {None, *map(_id_of, directory.companies)},
        "centre": {None, *map(_id_of, directory.centres)},
        "elder": {None, *map(_id_of, directory.elders)},
        "home": {None, *map(_id_of, directory.homes)},
        "room": {None, *map(_id_of, directory.rooms)},
        "device": {None, *map(_id_of, directory.devices)},
        "person": {None, *map(_id_of, directory.persons)},
    }
    for entries, where, names in _named(directory):
        for attribute, noun in names:
            # Most directories have nothing wrong: a set says so at once for a district's 200,000 devices.
            if not known[noun].issuperset(map(attrgetter(attribute), entries)):
                for entry in entries:
                    yield from _unknown(where(entry), noun, getattr(entry, attribute), known)
    for place, noun, key in roster_references(directory):
        yield from _unknown(place, noun, key, known)


def _unknown(
    where: str, noun: str, key: str | None, known: Mapping[str, Collection[str | None]]
) -> Iterator[Problem]:
    if key not in known[noun]:
        yield Problem(where, f'unknown {noun} "{key}"', f"add the {noun} or correct the id")


def _named(
    directory: Directory,
) -> Iterator[tuple[Sequence[Any], Callable[[Any], str], tuple[tuple[str, str], ...]]]:
    """Which entries refer to others: how each is called, and by which of its fields to what."""
    yield directory.regions, lambda one: f'region "{one.id}"', (("parent_id", "region"),)
    yield (
        directory.centres,
        lambda one: f'centre "{one.id}"',
        (("parent_id", "centre"), ("company_id", "company"), ("region_id", "region")),
    )
    yield directory.residences, _residence, (("elder_id", "elder"), ("home_id", "home"))
    yield directory.homes, lambda one: f'home "{one.id}"', (("region_id", "region"), ("centre_id", "centre"))
    yield directory.rooms, lambda one: f'room "{one.id}"', (("home_id", "home"),)
    yield (
        directory.assignments,
        _assignment,
        (("device_id", "device"), ("home_id", "home"), ("room_id", "room"), ("wearer_id", "elder")),
    )
    yield directory.persons, lambda one: f'person "{one.id}"', (("company_id", "company"),)
    yield directory.bonds, _bond, (("person_id", "person"), ("home_id", "home"), ("region_id", "region"))


def _residence(residence: Residence) -> str:
    return f'residence of elder "{residence.elder_id}"'


def _assignment(assignment: Assignment) -> str:
    return f'assignment of device "{assignment.device_id}"'


def _bond(bond: Bond) -> str:
    target = f'home "{bond.home_id}"' if bond.home_id is not None else f'region "{bond.region_id}"'
    return f'{bond.role} "{bond.person_id}" of {target}'


def _regions(directory: Directory) -> Iterator[Problem]:
    by_id = {region.id: region for region in directory.regions}
    for region in directory.regions:
        parent = by_id.get(region.parent_id) if region.parent_id is not None else None
        if parent is not None and parent.level.depth >= region.level.depth:
            wider = ", ".join(level for level in Level if level.depth < region.level.depth) or "nothing"
            found = f'a {region.level} lies in {parent.level} "{parent.id}"'
            yield Problem(f'region "{region.id}"', found, f"a {region.level} may lie in: {wider}")


def _centres(directory: Directory) -> Iterator[Problem]:
    parents = {centre.id: centre.parent_id for centre in directory.centres}
    for centre in directory.centres:
        seen = [centre.id]
        above = centre.parent_id
        while above is not None and above in parents and above not in seen:
            seen.append(above)
            above = parents[above]
        if above == centre.id:
            circle = " -> ".join((*seen, above))
            yield Problem(
                f'centre "{centre.id}"',
                f"backs up to itself ({circle})",
                "name a parent that leads to a large centre",
            )


def _periods(directory: Directory) -> Iterator[Problem]:
    dated: tuple[tuple[Sequence[Residence | Assignment | Bond], Callable[[Any], str]], ...] = (
        (directory.residences, _residence),
        (directory.assignments, _assignment),
        (directory.bonds, _bond),
    )
    for entries, where in dated:
        for entry in entries:
            from_at, until_at = entry.from_at, entry.until_at
            naive = [at for at in (from_at, until_at) if at is not None and at.tzinfo is None]
            if naive:
                yield Problem(where(entry), f"{naive[0]} has no time zone", "give instants in UTC")
            elif until_at is not None and until_at <= from_at:
                yield Problem(
                    where(entry), f"ends at {until_at}, before it begins", "let it end after it begins"
                )


def _bonds(directory: Directory) -> Iterator[Problem]:
    for bond in directory.bonds:
        if (bond.home_id is None) == (bond.region_id is None):
            yield Problem(_bond(bond), "names a home and a region, or neither", "name exactly one of them")
        if bond.role is Role.BUTLER and bond.home_id is None:
            yield Problem(_bond(bond), "a butler is bound to a region", "bind a butler to each home by name")
        if bond.cover and bond.role is not Role.BUTLER:
            yield Problem(_bond(bond), "only a butler is covered", "leave out cover, or make it a butler's")
        if bond.cover and bond.until_at is None:
            yield Problem(
                _bond(bond), "a cover without an end", "give the date on which the own butler is back"
            )
        if bond.role in DESK_ROLES or bond.role is Role.CENTRE_DUTY:
            yield Problem(
                _bond(bond), f"a {bond.role} comes from the roster", "give the person a shift instead"
            )


def _reachable(directory: Directory, at: datetime) -> Iterator[Problem]:
    """Whoever can be asked has a way to be reached: found out now, not when an alert waits for the answer."""
    asked = {bond.person_id for bond in directory.bonds if bond.until_at is None or bond.until_at > at}
    asked |= {shift.person_id for shift in directory.shifts}
    asked |= {shift.person_id for shift in directory.dated_shifts if shift.on >= at.date()}
    asked |= {cover.by_id for cover in directory.covers if asks(cover, at)}
    for person in directory.persons:
        gone = person.until_at is not None and person.until_at <= at
        if gone and person.id in asked:
            yield Problem(
                f'person "{person.id}"',
                "left, but still has homes or shifts",
                "end the bonds and shifts, or hand them over",
            )
        if not gone and person.id in asked and not person.methods:
            yield Problem(
                f'person "{person.id}"',
                "can be asked but has no contact method",
                "add a method, or end the bonds and shifts",
            )
        if any(not method.channel or not method.address for method in person.methods):
            yield Problem(
                f'person "{person.id}"',
                "a contact method without channel or address",
                "complete or remove it",
            )
