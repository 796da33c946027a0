"""The API of accounts, for administrators; and of oneself."""

from fastapi import APIRouter

from hub.core.events import ActorRole
from hub.store.accounts import Account, AccountExists, NoSuchAccount
from hub.web.models import AccountChange, AccountIn, AccountOut
from hub.web.parts import AdministratorDep, Parts, PartsDep, UserDep
from hub.web.problems import RESPONSES, Problem, not_found

router = APIRouter(prefix="/api/v1", tags=["accounts"], responses=RESPONSES)


def account_out(account: Account) -> AccountOut:
    return AccountOut(
        login=account.login,
        name=account.name,
        role=account.role,
        active=account.active,
        created_at=account.created_at,
    )


@router.get("/accounts/me")
async def who_am_i(parts: PartsDep, user: UserDep) -> AccountOut:
    account = await parts.logins.get(user.login)
    if account is None:
        raise not_found("account", "login")
    return account_out(account)


@router.get("/accounts")
async def list_accounts(parts: PartsDep, user: AdministratorDep) -> list[AccountOut]:
    return [account_out(account) for account in await parts.logins.all()]


@router.post("/accounts", status_code=201)
async def add_account(body: AccountIn, parts: PartsDep, user: AdministratorDep) -> AccountOut:
    try:
        account = await parts.logins.add(body.login, body.name, ActorRole(body.role), body.password)
    except AccountExists:
        raise Problem(
            409, "account_exists", "This log-in is taken.", where="login", remedy="Choose another."
        ) from None
    return account_out(account)


@router.patch("/accounts/{login}")
async def change_account(
    login: str, body: AccountChange, parts: PartsDep, user: AdministratorDep
) -> AccountOut:
    """Disable, enable, or set a new password: each ends the account's sessions."""
    return account_out(await change(parts, login, body, user.login))


async def change(parts: Parts, login: str, body: AccountChange, by: str) -> Account:
    """Used by the page as well. Nobody disables the account they are logged in with: an installation keeps a way in."""
    if body.active is False and login.casefold() == by.casefold():
        raise Problem(
            409,
            "own_account",
            "You cannot disable the account you are logged in with.",
            where="login",
            remedy="Let another administrator do it.",
        )
    try:
        if body.password is not None:
            account = await parts.logins.set_password(login, body.password)
        if body.active is not None:
            account = await parts.logins.set_active(login, body.active)
    except NoSuchAccount:
        raise not_found("account", "login") from None
    if body.password is None and body.active is None:
        raise Problem(422, "invalid", "Nothing to change.", where="body", remedy="Send active or password.")
    return account
