"""What a log-in may be: which scope goes with which role, and that the places and the person it names exist. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from hub.core.events import ActorRole
from hub.directory.model import Directory
from hub.store.accounts import Account
from hub.web.access import CARERS, SCOPES, Scope, ScopeKind
from hub.web.password_rules import weakness
from hub.web.passwords import MIN_LENGTH

RESERVED = frozenset({"local", "system"})
"""Who did something without a log-in stands in journal and change log by these."""


@dataclass(frozen=True, slots=True)
class Access:
    """What a log-in may do (role), of whose homes (scope), and who of the directory it is."""

    role: ActorRole
    scope: Scope
    person_id: str | None = None

    def __str__(self) -> str:
        return f"{self.role.value} {self.scope}"


@dataclass(frozen=True, slots=True)
class Wrong:
    """`code` has its words in `words/people.py` as `account_wrong.<code>`; `values` fill them in: ids, or keys of
    words (several, with spaces between)."""

    where: str
    code: str
    values: dict[str, str] = field(default_factory=dict)


def access_of(account: Account) -> Access:
    return Access(account.role, Scope(ScopeKind(account.scope_kind), account.scope_id), account.person_id)


def usual_access(role: ActorRole, person_id: str | None = None) -> Access:
    """The scope that goes with a role when none is named."""
    kind = SCOPES.get(role, (ScopeKind.EVERYTHING,))[0]
    return Access(role, Scope(kind, person_id if kind is ScopeKind.OWN else None), person_id)


def read_scope(text: str, person_id: str | None) -> Scope | None:
    """`everything`, `own`, or a kind and an id as `centre:wuyi-road`; None for anything else."""
    kind, _, of = text.partition(":")
    if kind not in set(ScopeKind):
        return None
    scope = ScopeKind(kind)
    if scope is ScopeKind.OWN:
        return Scope(scope, person_id)
    return Scope(scope, of or None)


def wrongs(
    login: str,
    access: Access,
    directory: Directory | None,
    at: datetime,
    others: Iterable[Account] = (),
) -> list[Wrong]:
    """Everything that does not fit, each with what to do in its words. `others`: all log-ins but this one."""
    return [
        *_scope(access, directory),
        *_person(access, directory, at),
        *_taken(access, others),
        *_spelled(login, access, directory),
    ]


def password_wrongs(password: str, login: str, name: str) -> list[Wrong]:
    """A password that anybody would try first."""
    found = weakness(password, login, name)
    return (
        [] if found is None else [Wrong("password", f"password_{found.value}", {"length": str(MIN_LENGTH)})]
    )


def _scope(access: Access, directory: Directory | None) -> Iterator[Wrong]:
    kind, of = access.scope.kind, access.scope.id
    allowed = SCOPES.get(access.role)
    if allowed is None:
        yield Wrong("role", "role", {"role": f"account_role.{access.role}"})
        return
    if kind not in allowed:
        scopes = " ".join(f"scope_kind.{one}" for one in allowed)
        yield Wrong("scope", "scope_of_role", {"role": f"account_role.{access.role}", "scopes": scopes})
        return
    places = _places(directory).get(kind)
    if places is None:
        return
    if of is None:
        yield Wrong("scope", "scope_without_place", {"scope": f"scope_kind.{kind}"})
    elif of not in places:
        yield Wrong("scope", "scope_unknown", {"scope": f"scope_kind.{kind}", "id": of})


def _places(directory: Directory | None) -> dict[ScopeKind, set[str]]:
    if directory is None:
        return {ScopeKind.COMPANY: set(), ScopeKind.REGION: set(), ScopeKind.CENTRE: set()}
    return {
        ScopeKind.COMPANY: {company.id for company in directory.companies},
        ScopeKind.REGION: {region.id for region in directory.regions},
        ScopeKind.CENTRE: {centre.id for centre in directory.centres},
    }


def _person(access: Access, directory: Directory | None, at: datetime) -> Iterator[Wrong]:
    person_id = access.person_id
    if person_id is None:
        if access.scope.kind is ScopeKind.OWN:
            yield Wrong("person", "person_needed")
        return
    persons = {} if directory is None else {person.id: person for person in directory.persons}
    person = persons.get(person_id)
    if person is None:
        yield Wrong("person", "person_unknown", {"id": person_id})
    elif person.until_at is not None and (person.until_at <= at or access.role is ActorRole.ADMINISTRATOR):
        yield Wrong("person", "person_left", {"id": person_id})
    elif access.scope.kind is ScopeKind.OWN and directory is not None and not _cares(directory, person_id):
        yield Wrong("person", "person_no_carer", {"id": person_id})


def _taken(access: Access, others: Iterable[Account]) -> Iterator[Wrong]:
    for other in others:
        if access.person_id is not None and other.person_id == access.person_id:
            yield Wrong("person", "person_taken", {"id": access.person_id, "login": other.login})


def _spelled(login: str, access: Access, directory: Directory | None) -> Iterator[Wrong]:
    """Journals tell who did something by a person's id or a log-in: one spelling is never two people."""
    spelled = login.casefold()
    like = [person.id for person in directory.persons if person.id.casefold() == spelled] if directory else []
    if like and access.person_id not in like:
        yield Wrong("login", "login_of_person", {"login": login, "id": like[0]})


def _cares(directory: Directory, person_id: str) -> bool:
    return any(bond.person_id == person_id and bond.role in CARERS for bond in directory.bonds) or any(
        shift.person_id == person_id and shift.role in CARERS for shift in directory.shifts
    )
