"""The API of log-ins, for administrators; and of oneself."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from fastapi import APIRouter

from hub.directory.model import CentreEntry, Company, Directory, PersonEntry, Region
from hub.store.accounts import Account, AccountExists, LastAdministrator, NoSuchAccount
from hub.web.access import TOKEN_MARK, Scope, ScopeKind
from hub.web.account_rules import (
    RESERVED,
    Access,
    Wrong,
    access_of,
    password_wrongs,
    usual_access,
    wrongs,
)
from hub.web.account_texts import in_words
from hub.web.guard import User
from hub.web.models import PersonRef
from hub.web.models_accounts import AccountChange, AccountIn, AccountOut, ScopeIn, ScopeOut
from hub.web.parts import AdministratorDep, Parts, PartsDep, UserDep
from hub.web.problems import RESPONSES, Problem, not_found
from hub.web.words import Words

router = APIRouter(prefix="/api/v1", tags=["accounts"], responses=RESPONSES)


def account_out(parts: Parts, account: Account) -> AccountOut:
    scope = Scope(ScopeKind(account.scope_kind), account.scope_id)
    person = account.person_id
    return AccountOut(
        login=account.login,
        name=account.name,
        role=account.role,
        scope=ScopeOut(kind=scope.kind, id=scope.id, name=place_name(parts.keeper.directory, scope)),
        person=PersonRef(id=person, name=_person_name(parts, person)) if person else None,
        active=account.active,
        left=parts.logins.left(account),
        created_at=account.created_at,
    )


def place_name(directory: Directory | None, scope: Scope) -> str | None:
    """What people call the company, region or centre; the id where the directory does not know it any more."""
    if scope.id is None or directory is None:
        return scope.id
    named: Mapping[ScopeKind, Iterable[Company | Region | CentreEntry | PersonEntry]] = {
        ScopeKind.COMPANY: directory.companies,
        ScopeKind.REGION: directory.regions,
        ScopeKind.CENTRE: directory.centres,
        ScopeKind.OWN: directory.persons,
    }
    return next((one.name for one in named.get(scope.kind, ()) if one.id == scope.id), scope.id)


def _person_name(parts: Parts, person_id: str) -> str:
    directory = parts.keeper.directory
    persons = directory.persons if directory is not None else ()
    return next((person.name for person in persons if person.id == person_id), person_id)


@router.get("/accounts/me")
async def who_am_i(parts: PartsDep, user: UserDep) -> AccountOut:
    one_of = parts.tokens.account if user.login.startswith(TOKEN_MARK) else parts.logins.get
    account = await one_of(user.login)
    if account is None:
        raise not_found("account", "login")
    return account_out(parts, account)


@router.get("/accounts")
async def list_accounts(parts: PartsDep, user: AdministratorDep) -> list[AccountOut]:
    return [account_out(parts, account) for account in await parts.logins.all()]


@router.get("/accounts/{login}")
async def get_account(login: str, parts: PartsDep, user: AdministratorDep) -> AccountOut:
    return account_out(parts, await stored(parts, login))


@router.post("/accounts", status_code=201)
async def add_account(body: AccountIn, parts: PartsDep, user: AdministratorDep) -> AccountOut:
    if body.login.casefold() in RESERVED:
        raise _taken()
    usual = usual_access(body.role, body.person_id)
    access = (
        usual
        if body.scope is None
        else Access(body.role, read_scope(body.scope, body.person_id), body.person_id)
    )
    await check_access(parts, body.login, access, password_wrongs(body.password, body.login, body.name))
    try:
        account = await parts.logins.add(body.login, body.name, access, body.password, user.login)
    except AccountExists:
        raise _taken() from None
    return account_out(parts, account)


@router.patch("/accounts/{login}")
async def change_account(
    login: str, body: AccountChange, parts: PartsDep, user: AdministratorDep
) -> AccountOut:
    """Change role, scope, person or name, disable, enable, or set a new password: each ends the log-in's sessions."""
    return account_out(parts, await change(parts, login, body, user))


async def change(parts: Parts, login: str, body: AccountChange, by: User) -> Account:
    """Used by the page as well. Nobody takes away their own way in: an installation keeps one."""
    before = await stored(parts, login)
    if not body.model_fields_set:
        raise Problem(
            422,
            "invalid",
            "Nothing to change.",
            where="body",
            remedy="Send name, role, scope, person_id, active or password.",
        )
    access = _changed_access(before, body)
    own = before.login == by.login
    if own and (body.active is False or (access is not None and access != access_of(before))):
        raise Problem(
            409,
            "own_account",
            "You cannot disable the log-in you are logged in with, nor change its role or scope.",
            where="login",
            remedy="Let another administrator do it.",
        )
    if access is None and body.active and not before.active:
        access = access_of(before)
    weak = password_wrongs(body.password, before.login, body.name or before.name) if body.password else []
    if access is not None or weak:
        await check_access(parts, before.login, access, weak)
    try:
        return await parts.logins.change(
            before.login,
            by.login,
            name=body.name,
            password=body.password,
            active=body.active,
            access=access,
        )
    except NoSuchAccount:
        raise not_found("account", "login") from None
    except LastAdministrator:
        raise Problem(
            409,
            "last_administrator",
            "This is the last administrator who can log in.",
            where="login",
            remedy="Make another administrator first.",
        ) from None


def _changed_access(before: Account, body: AccountChange) -> Access | None:
    """None when role, scope and person are not spoken of."""
    if not body.model_fields_set & {"role", "scope", "person_id"}:
        return None
    known = access_of(before)
    role = body.role or known.role
    person_id = body.person_id if "person_id" in body.model_fields_set else known.person_id
    if body.scope is not None:
        return Access(role, read_scope(body.scope, person_id), person_id)
    if role is known.role and known.scope.kind is not ScopeKind.OWN:
        return Access(role, known.scope, person_id)
    return usual_access(role, person_id)


def read_scope(scope: ScopeIn, person_id: str | None) -> Scope:
    if scope.kind is ScopeKind.OWN:
        return Scope(scope.kind, person_id)
    return Scope(scope.kind, None if scope.kind is ScopeKind.EVERYTHING else scope.id)


async def check_access(parts: Parts, login: str, access: Access | None, more: Iterable[Wrong] = ()) -> None:
    """Raises a 422 problem with everything that does not fit, in both languages."""
    now: datetime = parts.hub.now()
    others = [other for other in await parts.logins.all() if other.login != login.casefold()]
    found = [] if access is None else wrongs(login, access, parts.keeper.directory, now, others)
    found += more
    if found:
        said = [Words(in_words(one, "zh"), in_words(one, "en")) for one in found]
        raise Problem(
            422,
            "account_wrong",
            " ".join(one.en for one in said),
            where=", ".join(dict.fromkeys(one.where for one in found)),
            remedy="Correct what is named.",
            errors=[
                {"field": one.where, "code": one.code, "zh": words.zh, "en": words.en}
                for one, words in zip(found, said, strict=True)
            ],
        )


async def stored(parts: Parts, login: str) -> Account:
    for account in await parts.logins.all():
        if account.login == login.casefold():
            return account
    raise not_found("account", "login")


def _taken() -> Problem:
    return Problem(409, "account_exists", "This log-in is taken.", where="login", remedy="Choose another.")
