"""What an edit left as it was: most of a district. Pure; the store writes, and the keeper follows, only the rest."""

from collections.abc import Iterator, Sequence
from typing import Any

from hub.directory.model import Directory, alike

_EVERYWHERE = ("regions", "companies", "centres")
"""Of what is written here every home may hold a part."""


def homes_touched(before: Directory, after: Directory) -> frozenset[str] | None:
    """The homes whose profile may differ by the change; None: any of them. Dates are not looked at: they come by themselves."""
    if any(getattr(before, field) != getattr(after, field) for field in _EVERYWHERE):
        return None
    touched = {one.id for one in _changed(before.homes, after.homes)}
    touched |= {one.home_id for one in _changed(before.rooms, after.rooms)}
    touched |= {one.home_id for one in _changed(before.residences, after.residences)}
    touched |= {one.home_id for one in _changed(before.assignments, after.assignments)}
    bonds = list(_changed(before.bonds, after.bonds))
    elders = {one.id for one in _changed(before.elders, after.elders)}
    devices = {one.id for one in _changed(before.devices, after.devices)}
    persons = {one.id for one in _changed(before.persons, after.persons)}
    if persons:
        bonds += [bond for bond in after.bonds if bond.person_id in persons]
    if any(bond.home_id is None for bond in bonds):
        return None
    touched |= {bond.home_id for bond in bonds if bond.home_id is not None}
    if elders:
        touched |= {one.home_id for one in after.residences if one.elder_id in elders}
    if devices:
        touched |= {one.home_id for one in after.assignments if one.device_id in devices}
    return frozenset(touched)


def _changed(old: Sequence[Any], new: Sequence[Any]) -> Iterator[Any]:
    """What is not in both, as it was and as it is."""
    if old is not new:
        begin, end = alike(old, new)
        yield from old[begin : len(old) - end]
        yield from new[begin : len(new) - end]
