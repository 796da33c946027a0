"""Which homes a log-in reaches at this moment: an index over the profiles of all homes, which follows the journal.

A home whose profile or alerts changed is looked at again before the next question is answered. Covers count by the instant, so
they begin and end without anybody doing anything.
"""

import threading
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from hub.core.alerts import Alert
from hub.core.context import Centre, Context
from hub.core.home import UNASSIGNED_HOME_ID, Home
from hub.core.roster import stands_in
from hub.directory.keeper import DirectoryKeeper
from hub.directory.model import Bond, Directory, holds
from hub.store.store import JournalLine
from hub.web.access import AT_THE_CALL_CENTRE, CARERS, SCOPES, Scope, ScopeKind
from hub.web.guard import User
from hub.web.hub import Hub

NOTHING: frozenset[str] = frozenset()
_UNASSIGNED = frozenset({UNASSIGNED_HOME_ID})

Key = tuple[str, str]
"""What homes are indexed by: ("company", its id), ("region", ...), ("centre", ...), ("carer", person), ("asked", person)."""
_NO_KEYS: frozenset[Key] = frozenset()


def took_part(alert: Alert) -> frozenset[str]:
    """Who was asked about an alert or held it sees this alert, wherever it was."""
    people = {*alert.asked, alert.resolved_by, alert.hold.by if alert.hold is not None else None}
    return frozenset(person for person in people if person is not None)


@dataclass(slots=True)
class _OwnBonds:
    """The directory's bonds of each carer: an own butler still sees the home while somebody else covers it."""

    of: Directory | None = None
    by_person: Mapping[str, Sequence[Bond]] = field(default_factory=dict)


class Visibility:
    """May be asked from any thread; `heard` is called in the engine's."""

    def __init__(self, hub: Hub, keeper: DirectoryKeeper) -> None:
        self._hub = hub
        self._keeper = keeper
        self._lock = threading.RLock()
        self._changed: deque[str] = deque()
        self._keys: dict[str, frozenset[Key]] | None = None
        self._homes: defaultdict[Key, set[str]] = defaultdict(set)
        self._frozen: dict[Key, frozenset[str]] = {}
        self._joined: dict[tuple[Scope, bool], tuple[tuple[frozenset[str], ...], frozenset[str]]] = {}
        self._own = _OwnBonds()

    def get_ready(self) -> None:
        """Index all homes now, so that the first question need not wait: a second for a district."""
        with self._lock:
            self._follow()

    def heard(self, lines: Sequence[JournalLine]) -> None:
        """Journal lines after their commit: what they are about is looked at again."""
        self._changed.extend({line.entry.home_id for line in lines})

    def homes(self, user: User) -> frozenset[str] | None:
        """The same object as long as nothing has changed for this scope."""
        scope = user.scope
        if scope.kind not in SCOPES.get(user.role, ()):
            return NOTHING
        if scope.kind is ScopeKind.EVERYTHING:
            return None
        with self._lock:
            self._follow()
            unassigned = user.role in AT_THE_CALL_CENTRE
            parts = (*self._parts(scope), *((_UNASSIGNED,) if unassigned else ()))
            known = self._joined.get((scope, unassigned))
            if known is not None and len(known[0]) == len(parts) and all(map(_is, known[0], parts)):
                return known[1]
            joined = NOTHING.union(*parts)
            if known is not None and known[1] == joined:
                joined = known[1]
            self._joined[scope, unassigned] = (parts, joined)
            return joined

    def centres(self, user: User) -> frozenset[str] | None:
        """The centres of a company, of a region, a centre with its small ones, those of the own homes."""
        scope = user.scope
        if scope.kind not in SCOPES.get(user.role, ()):
            return NOTHING
        centres = self._hub.context().centres
        match scope.kind:
            case ScopeKind.EVERYTHING:
                return None
            case ScopeKind.COMPANY:
                return frozenset(one.id for one in centres.values() if one.company_id == scope.id)
            case ScopeKind.CENTRE:
                return frozenset(tree(scope.id, centres))
            case _:
                homes = (self._hub.home(home_id) for home_id in self.homes(user) or ())
                return frozenset(home.profile.centre_id for home in homes if home and home.profile.centre_id)

    def _parts(self, scope: Scope) -> Iterator[frozenset[str]]:
        if scope.id is None:
            return
        match scope.kind:
            case ScopeKind.COMPANY:
                yield self._of(("company", scope.id))
            case ScopeKind.REGION:
                yield self._of(("region", scope.id))
            case ScopeKind.CENTRE:
                for centre_id in tree(scope.id, self._hub.context().centres):
                    yield self._of(("centre", centre_id))
            case ScopeKind.OWN:
                yield from self._own_homes(scope.id)

    def _own_homes(self, person_id: str) -> Iterator[frozenset[str]]:
        """The own list, what is covered now, and the homes of open alerts they were asked about and of requests they do."""
        context, now = self._hub.context(), self._hub.now()
        yield self._of(("carer", person_id))
        for owner in _covered(context):
            if owner != person_id and stands_in(owner, now, context) == person_id:
                yield self._of(("carer", owner))
        bonds = [bond for bond in self._bonds().get(person_id, ()) if holds(bond, now)]
        if bonds:
            yield frozenset(bond.home_id for bond in bonds if bond.home_id in (self._keys or {}))
        yield self._of(("asked", person_id))

    def _bonds(self) -> Mapping[str, Sequence[Bond]]:
        directory = self._keeper.directory
        if directory is not None and self._own.of is not directory:
            found: defaultdict[str, list[Bond]] = defaultdict(list)
            for bond in directory.bonds:
                if bond.role in CARERS and bond.home_id is not None:
                    found[bond.person_id].append(bond)
            self._own = _OwnBonds(directory, found)
        return self._own.by_person

    def _of(self, key: Key) -> frozenset[str]:
        found = self._frozen.get(key)
        if found is None:
            found = self._frozen[key] = frozenset(self._homes.get(key, ()))
        return found

    def _follow(self) -> None:
        """Look again at the homes that changed; at all of them at the first question."""
        if self._keys is None:
            self._changed.clear()
            self._keys = {}
            changed: Iterable[str] = self._hub.homes()
        else:
            changed = set()
            while self._changed:
                changed.add(self._changed.popleft())
        for home_id in changed:
            home = self._hub.home(home_id)
            after = _NO_KEYS if home is None else frozenset(_keys(home))
            before = self._keys.get(home_id, _NO_KEYS)
            if after != before:
                for key in before - after:
                    self._homes[key].discard(home_id)
                    self._frozen.pop(key, None)
                for key in after - before:
                    self._homes[key].add(home_id)
                    self._frozen.pop(key, None)
                self._keys[home_id] = after


def _keys(home: Home) -> Iterator[Key]:
    profile = home.profile
    if profile.company_id is not None:
        yield "company", profile.company_id
    if profile.centre_id is not None:
        yield "centre", profile.centre_id
    for region_id in profile.regions:
        yield "region", region_id
    for role, people in profile.people.items():
        if role in CARERS:
            for person_id in people:
                yield "carer", person_id
    for alert in home.alerts.values():
        for person_id in alert.asked:
            yield "asked", person_id
        if alert.hold is not None:
            yield "asked", alert.hold.by
    for request in home.requests.values():
        if request.assignee_id is not None:
            yield "asked", request.assignee_id


def tree(centre_id: str | None, centres: Mapping[str, Centre]) -> list[str]:
    """A centre and all that back up to it, directly or through another."""
    if centre_id is None or centre_id not in centres:
        return []
    found = [centre_id]
    for above in found:
        found.extend(one.id for one in centres.values() if one.parent_id == above and one.id not in found)
    return found


def _covered(context: Context) -> Iterable[str]:
    """Everybody for whom somebody stands in at some time."""
    return context.roster.covers_of


def _is(one: object, other: object) -> bool:
    return one is other
