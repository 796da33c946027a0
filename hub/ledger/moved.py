"""Elders whom a ledger without ids may have made twice: they moved, and nothing in their row says who they were."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime

from hub.core.alerts import Role
from hub.directory.model import Directory, Elder, holds
from hub.directory.residences import CARED_FOR, current
from hub.ledger.draft import Draft, folded
from hub.ledger.findings import Finding, Kind


def maybe_moved(
    before: Directory, after: Directory, draft: Draft, absent: Collection[str], at: datetime
) -> Iterator[Finding]:
    """A note for everybody new who has the name, and the butler or the birth year, of an elder of the directory whom the ledger
    leaves out."""
    known = {elder.id: elder for elder in before.elders}
    left_out: dict[str, list[Elder]] = defaultdict(list)
    for key in absent:
        left_out[folded(known[key].name)].append(known[key])
    new = [one for one in after.elders if one.id not in known and folded(one.name) in left_out]
    if not new:
        return
    butlers_before, butlers_after = _butlers(before, at), _butlers(after, at)
    for elder in new:
        same = [
            one.id
            for one in left_out[folded(elder.name)]
            if (now := current(before, one.id, at)) is not None
            and now.membership in CARED_FOR
            and (
                (elder.birth_year is not None and elder.birth_year == one.birth_year)
                or bool(butlers_after.get(elder.id, set()) & butlers_before.get(one.id, set()))
            )
        ]
        row = draft.origins.get(f'elder "{elder.id}"')
        if same and row is not None:
            yield row.finding(Kind.MAYBE_MOVED, "name", ids=", ".join(same))


def _butlers(directory: Directory, at: datetime) -> dict[str, set[str]]:
    """Elder -> their own butler."""
    of_home: dict[str, set[str]] = defaultdict(set)
    for bond in directory.bonds:
        if bond.role is Role.BUTLER and not bond.cover and bond.home_id is not None and holds(bond, at):
            of_home[bond.home_id].add(bond.person_id)
    return {
        one.elder_id: of_home[one.home_id]
        for one in directory.residences
        if one.home_id in of_home and holds(one, at)
    }
