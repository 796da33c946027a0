"""Who may do what, and about whose homes: roles give permissions, a scope says which homes they are for. Pure tables.

Asked at every page, API call, stream line and export. Which homes a scope reaches at this moment is worked out by
`visibility`; `tests/web/test_who_sees_what.py` holds the whole table of roles, scopes and resources.
"""

from dataclasses import dataclass
from enum import StrEnum

from hub.core.alerts import Role
from hub.core.events import ActorRole
from hub.core.silences import SilenceOf


class Permission(StrEnum):
    """What a log-in may do with the homes of its scope."""

    VIEW_ALERTS = "view_alerts"
    ACT_ON_ALERTS = "act_on_alerts"
    RAISE_ALERT = "raise_alert"
    VIEW_HOMES = "view_homes"
    SET_AWAY = "set_away"
    CHANGE_MEMBERSHIP = "change_membership"
    VIEW_DEVICES = "view_devices"
    ENROL = "enrol"
    VIEW_REJECTED = "view_rejected"
    VIEW_REQUESTS = "view_requests"
    ACT_ON_REQUESTS = "act_on_requests"
    VIEW_ROSTER = "view_roster"
    EDIT_ROSTER = "edit_roster"
    CONFIRM_COVER = "confirm_cover"
    VIEW_PEOPLE = "view_people"
    EDIT_PEOPLE = "edit_people"
    VIEW_REPORTS = "view_reports"
    EXPORT = "export"
    IMPORT = "import"
    MANAGE_ACCOUNTS = "manage_accounts"
    MOVE_CENTRE = "move_centre"
    VIEW_CHANGES = "view_changes"
    TEST_KEYS = "test_keys"
    SILENCE = "silence"
    SET_RULES = "set_rules"


P = Permission
_AT_A_DESK = frozenset(
    {
        *(P.VIEW_ALERTS, P.ACT_ON_ALERTS, P.RAISE_ALERT, P.VIEW_HOMES, P.SET_AWAY, P.VIEW_DEVICES),
        *(P.VIEW_REQUESTS, P.ACT_ON_REQUESTS, P.VIEW_ROSTER, P.VIEW_PEOPLE, P.TEST_KEYS),
        P.SILENCE,
    }
)

PERMISSIONS: dict[ActorRole, frozenset[Permission]] = {
    ActorRole.OPERATOR: _AT_A_DESK | {P.VIEW_REJECTED},
    ActorRole.DUTY_MANAGER: _AT_A_DESK
    | {P.VIEW_REJECTED, P.CHANGE_MEMBERSHIP, P.EDIT_ROSTER, P.CONFIRM_COVER, P.EDIT_PEOPLE, P.SET_RULES}
    | {P.VIEW_REPORTS, P.EXPORT, P.VIEW_CHANGES},
    ActorRole.CENTRE_DUTY: _AT_A_DESK
    | {P.CHANGE_MEMBERSHIP, P.EDIT_ROSTER, P.CONFIRM_COVER, P.VIEW_REPORTS, P.EXPORT, P.SET_RULES},
    ActorRole.BUTLER: frozenset(
        {
            *(P.VIEW_ALERTS, P.ACT_ON_ALERTS, P.VIEW_HOMES, P.SET_AWAY, P.VIEW_DEVICES),
            *(P.VIEW_REQUESTS, P.ACT_ON_REQUESTS, P.VIEW_ROSTER, P.CONFIRM_COVER, P.TEST_KEYS),
            P.SILENCE,
        }
    ),
    ActorRole.INSTALLER: frozenset(
        {P.VIEW_HOMES, P.VIEW_DEVICES, P.ENROL, P.VIEW_REJECTED, P.TEST_KEYS, P.SILENCE}
    ),
    ActorRole.SUPERVISOR: frozenset({P.VIEW_REPORTS}),
    ActorRole.ADMINISTRATOR: frozenset(Permission),
}
"""What each role that logs in may do; a role that is not here may do nothing."""

LOG_IN_ROLES = tuple(PERMISSIONS)

_OF_THINGS = frozenset({SilenceOf.DEVICES, SilenceOf.CLIMATE})
MAY_SILENCE: dict[ActorRole, frozenset[SilenceOf]] = {
    role: frozenset(SilenceOf) if P.VIEW_ALERTS in permissions else _OF_THINGS
    for role, permissions in PERMISSIONS.items()
    if P.SILENCE in permissions
}
"""Which kinds each role may silence, and know of: who sees no alerts sees nothing of how somebody is."""


TOKEN_MARK = "token:"  # noqa: S105 -- a mark
"""Before the id of a token, where a log-in stands: no log-in holds a colon."""


class ScopeKind(StrEnum):
    """Of whose homes."""

    EVERYTHING = "everything"
    COMPANY = "company"
    REGION = "region"
    CENTRE = "centre"
    """A centre and the small ones that back up to it."""
    OWN = "own"
    """The homes to which a person is bound (a butler's own list), and the lists they cover."""


@dataclass(frozen=True, slots=True)
class Scope:
    """`id` names the company, region, centre or person; None for everything."""

    kind: ScopeKind = ScopeKind.EVERYTHING
    id: str | None = None

    def __str__(self) -> str:
        return self.kind.value if self.id is None else f"{self.kind.value}:{self.id}"


_PLACES = (ScopeKind.EVERYTHING, ScopeKind.COMPANY, ScopeKind.REGION)

SCOPES: dict[ActorRole, tuple[ScopeKind, ...]] = {
    ActorRole.OPERATOR: _PLACES,
    ActorRole.DUTY_MANAGER: _PLACES,
    ActorRole.CENTRE_DUTY: (ScopeKind.CENTRE,),
    ActorRole.BUTLER: (ScopeKind.OWN,),
    ActorRole.INSTALLER: (*_PLACES, ScopeKind.CENTRE),
    ActorRole.SUPERVISOR: _PLACES,
    ActorRole.ADMINISTRATOR: (ScopeKind.EVERYTHING,),
}
"""Which scopes a role may have, the usual one first; with any other a log-in sees no home at all."""

CARERS = frozenset({Role.BUTLER, Role.DEPUTY, Role.ELDER_HELPER})
"""Bound in one of these roles, a person sees the home."""

AT_THE_CALL_CENTRE = frozenset({ActorRole.OPERATOR, ActorRole.DUTY_MANAGER, ActorRole.ADMINISTRATOR})
"""They see the calls of devices that belong to no home: nobody knows whose scope these are in."""

EVERYTHING = Scope()
