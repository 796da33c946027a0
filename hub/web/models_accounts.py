"""Log-ins, people and the change log, as the API takes and gives them."""

from typing import Annotated, Any

from pydantic import AwareDatetime, Field

from hub.core.alerts import Role
from hub.core.events import ActorRole
from hub.store.change_log import What
from hub.web.access import ScopeKind
from hub.web.models import Id, In, Out, PersonRef
from hub.web.typed import Line

LoginName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{1,31}$")]
Name = Annotated[Line, Field(min_length=1, max_length=40)]
Password = Annotated[str, Field(min_length=10, max_length=256, repr=False)]


class ScopeOut(Out):
    """Of whose homes. `name` is the company's, region's, centre's or person's."""

    kind: ScopeKind
    id: str | None
    name: str | None


class AccountOut(Out):
    login: str
    name: str
    role: ActorRole
    scope: ScopeOut
    person: PersonRef | None
    active: bool
    left: bool = Field(description="The person has left: nobody logs in with it any more.")
    created_at: AwareDatetime


class ScopeIn(In):
    """`id` of the company, region or centre; none for `everything`, and for `own`, which follows from the person."""

    kind: ScopeKind
    id: Id | None = None


class AccountIn(In):
    """Without `scope`: the one that usually goes with the role."""

    login: LoginName
    name: Name
    role: ActorRole
    scope: ScopeIn | None = None
    person_id: Id | None = None
    password: Password


class AccountChange(In):
    """What is left out stays. A new role takes the scope with it: without `scope` it is the usual one of the role."""

    name: Name | None = None
    active: bool | None = None
    role: ActorRole | None = None
    scope: ScopeIn | None = None
    person_id: Id | None = None
    password: Annotated[str | None, Field(min_length=10, max_length=256, repr=False)] = None


class ChangeOut(Out):
    """A line of the change log. `by` is a log-in, or `local` for the command line; `data` holds ids and field names only."""

    number: int
    at: AwareDatetime
    by: str
    by_name: str
    what: What
    about_kind: str
    about_id: str | None
    data: dict[str, Any]


class ChangePage(Out):
    items: list[ChangeOut]
    next: int | None


class MethodIn(In):
    channel: Annotated[Line, Field(min_length=1, max_length=32)]
    address: Annotated[Line, Field(min_length=1, max_length=200)]


class PersonIn(In):
    """A person of the directory. `surname` is spoken to the elder ("王管家接到了")."""

    id: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")] = None
    name: Name
    surname: Annotated[Line, Field(max_length=20)] = ""
    phone: Annotated[Line, Field(max_length=40)] = ""
    company_id: Id | None = None
    methods: Annotated[tuple[MethodIn, ...], Field(max_length=10)] = ()


class PersonOut(Out):
    """`homes`: how many homes the person is bound to now in the first of the roles, of those that you may see; `other_homes`:
    in any other."""

    id: str
    name: str
    surname: str
    phone: str
    roles: list[Role]
    centres: list[PersonRef]
    company: PersonRef | None
    homes: int
    other_homes: int
    methods: list[MethodIn]
    until_at: AwareDatetime | None
    login: str | None


class PersonPage(Out):
    items: list[PersonOut]
    total: int


class LeaveIn(In):
    """`until_at`: the instant from which the person is gone; now when left out."""

    until_at: AwareDatetime | None = None


class CentreOut(Out):
    """A centre and who runs it. `parent`: the large one that it backs up to."""

    id: str
    name: str
    parent: PersonRef | None
    company: PersonRef | None
    homes: int


class CentreMoveIn(In):
    """`alone`: the small centres that back up to it stay with their company."""

    company_id: Id
    alone: bool = False


class CentreMoved(Out):
    centre: PersonRef
    company: PersonRef
    company_before: PersonRef | None
    centres: list[PersonRef] = Field(description="It and the small centres that went along.")
    homes: int
