"""The menu: which pages there are, and the permission that shows each."""

from typing import NamedTuple

from hub.web.access import Permission
from hub.web.guard import User


class MenuItem(NamedTuple):
    path: str
    word: str
    permission: Permission


MENU = (
    MenuItem("/", "nav.console", Permission.VIEW_ALERTS),
    MenuItem("/requests", "nav.requests", Permission.VIEW_REQUESTS),
    MenuItem("/homes", "nav.homes", Permission.VIEW_HOMES),
    MenuItem("/devices", "nav.devices", Permission.VIEW_DEVICES),
    MenuItem("/unprotected", "nav.unprotected", Permission.VIEW_HOMES),
    MenuItem("/silences", "nav.silences", Permission.SILENCE),
    MenuItem("/key-tests", "nav.key_tests", Permission.VIEW_HOMES),
    MenuItem("/enrol", "nav.enrol", Permission.ENROL),
    MenuItem("/roster", "nav.roster", Permission.VIEW_ROSTER),
    MenuItem("/reports", "nav.reports", Permission.VIEW_REPORTS),
    MenuItem("/outcomes", "nav.outcomes", Permission.VIEW_REPORTS),
    MenuItem("/rejected", "nav.rejected", Permission.VIEW_REJECTED),
    MenuItem("/chain", "nav.chain", Permission.VIEW_DEVICES),
    MenuItem("/ledger", "nav.ledger", Permission.IMPORT),
    MenuItem("/people", "nav.people", Permission.VIEW_PEOPLE),
    MenuItem("/centres", "nav.centres", Permission.MOVE_CENTRE),
    MenuItem("/accounts", "nav.accounts", Permission.MANAGE_ACCOUNTS),
    MenuItem("/changes", "nav.changes", Permission.VIEW_CHANGES),
)


EVERY_DAY = frozenset({"/", "/requests", "/homes", "/devices", "/roster", "/reports"})
"""These stand in the top line; the others behind one word, so that the line stays a line."""


def menu_of(user: User | None) -> tuple[MenuItem, ...]:
    """What this user may open."""
    return tuple(item for item in MENU if user is not None and user.may(item.permission))
