"""Which homes a scope reaches: covers begin and end by the clock alone, centres are a tree, a change is seen at once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from hub.core.alerts import Role
from hub.core.context import Centre, Context
from hub.core.events import ActorRole
from hub.core.home import UNASSIGNED_HOME_ID, Home, Profile
from hub.core.journal import Entry, EntryKind
from hub.core.shifts import Cover, Takes
from hub.directory.demo import demo_directory
from hub.store.store import JournalLine
from hub.web.access import Scope, ScopeKind
from hub.web.guard import User
from hub.web.reach import Visibility
from tests.web.running import demo_context

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)


class Town:
    """A hub of four homes under a tree of centres, at an instant that the test chooses."""

    def __init__(self) -> None:
        self.at = NOON
        self.all = {
            home.id: home
            for home in (
                a_home("h1", "large", "first", "wang"),
                a_home("h2", "small", "first", "wang"),
                a_home("h3", "smaller", "second", "li"),
                a_home("h4", "other", "second", "zhao"),
                Home(UNASSIGNED_HOME_ID, Profile(UNASSIGNED_HOME_ID)),
            )
        }
        centres = {
            "large": Centre("large", "large"),
            "small": Centre("small", "small", "large", "first"),
            "smaller": Centre("smaller", "smaller", "small", "second"),
            "other": Centre("other", "other", None, "second"),
        }
        directory = demo_directory(7, NOON, "demo")
        self.now_is: Context = replace(demo_context(directory, NOON), centres=centres, shifts=())
        self.keeper = SimpleNamespace(directory=None)
        self.visibility = Visibility(cast(Any, self), cast(Any, self.keeper))

    def home(self, home_id: str) -> Home | None:
        return self.all.get(home_id)

    def homes(self) -> Mapping[str, Home]:
        return self.all

    def context(self) -> Context:
        return self.now_is

    def now(self) -> datetime:
        return self.at

    def changed(self, home: Home) -> None:
        self.all[home.id] = home
        self.visibility.heard([JournalLine(1, Entry(EntryKind.PROFILE_SET, home.id, self.at))])

    def sees(self, role: ActorRole, kind: ScopeKind, of: str | None = None) -> set[str] | None:
        homes = self.visibility.homes(User("x", "x", role, Scope(kind, of), of))
        return None if homes is None else set(homes)


def a_home(home_id: str, centre: str, company: str, butler: str) -> Home:
    return Home(
        home_id,
        Profile(
            home_id,
            centre_id=centre,
            company_id=company,
            regions=("city", f"street-{company}"),
            people={Role.BUTLER: (butler,), Role.CONTACT: ("aunt",)},
        ),
    )


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.mark.parametrize(
    ("role", "kind", "of", "homes"),
    [
        (ActorRole.OPERATOR, ScopeKind.EVERYTHING, None, None),
        (ActorRole.OPERATOR, ScopeKind.COMPANY, "first", {"h1", "h2", UNASSIGNED_HOME_ID}),
        (ActorRole.OPERATOR, ScopeKind.REGION, "street-second", {"h3", "h4", UNASSIGNED_HOME_ID}),
        (ActorRole.CENTRE_DUTY, ScopeKind.CENTRE, "large", {"h1", "h2", "h3"}),
        (ActorRole.CENTRE_DUTY, ScopeKind.CENTRE, "small", {"h2", "h3"}),
        (ActorRole.CENTRE_DUTY, ScopeKind.CENTRE, "nowhere", set()),
        (ActorRole.CENTRE_DUTY, ScopeKind.EVERYTHING, None, set()),
        (ActorRole.BUTLER, ScopeKind.OWN, "wang", {"h1", "h2"}),
        (ActorRole.BUTLER, ScopeKind.OWN, "aunt", set()),
        (ActorRole.BUTLER, ScopeKind.OWN, None, set()),
        (ActorRole.INSTALLER, ScopeKind.COMPANY, "second", {"h3", "h4"}),
        (ActorRole.RESPONDER, ScopeKind.EVERYTHING, None, set()),
    ],
)
def test_a_scope_reaches_its_homes_and_no_others(
    town: Town, role: ActorRole, kind: ScopeKind, of: str | None, homes: set[str] | None
) -> None:
    assert town.sees(role, kind, of) == homes


def test_a_cover_begins_and_ends_by_the_clock_alone(town: Town) -> None:
    until = NOON + timedelta(days=2)
    cover = Cover("c", "wang", "li", NOON, until, Takes.HOMES, NOON, NOON, NOON, "wang")
    town.now_is = replace(town.now_is, covers=(cover,))
    for at, own in (
        (NOON - timedelta(seconds=1), {"h3"}),
        (NOON, {"h1", "h2", "h3"}),
        (until - timedelta(seconds=1), {"h1", "h2", "h3"}),
        (until, {"h3"}),
    ):
        town.at = at
        assert town.sees(ActorRole.BUTLER, ScopeKind.OWN, "li") == own, at
        assert town.sees(ActorRole.BUTLER, ScopeKind.OWN, "wang") == {"h1", "h2"}, "the own list stays"


def test_a_cover_of_shifts_only_shows_no_homes(town: Town) -> None:
    cover = Cover("c", "wang", "li", NOON, NOON + timedelta(days=2), Takes.SHIFTS, NOON, NOON, NOON, "wang")
    town.now_is = replace(town.now_is, covers=(cover,))
    assert town.sees(ActorRole.BUTLER, ScopeKind.OWN, "li") == {"h3"}


def test_what_changes_is_seen_at_once_and_what_does_not_change_stays_the_same_object(town: Town) -> None:
    user = User("x", "x", ActorRole.SUPERVISOR, Scope(ScopeKind.COMPANY, "first"))
    before = town.visibility.homes(user)
    town.changed(town.all["h4"])
    assert town.visibility.homes(user) is before, "an open stream need not be told"
    town.changed(a_home("h2", "small", "second", "wang"))
    assert town.visibility.homes(user) == frozenset({"h1"})
    town.changed(a_home("h5", "new", "first", "wang"))
    assert town.visibility.homes(user) == frozenset({"h1", "h5"})


def test_a_centre_that_gets_another_parent_is_another_scope(town: Town) -> None:
    assert town.sees(ActorRole.CENTRE_DUTY, ScopeKind.CENTRE, "other") == {"h4"}
    centres = dict(town.now_is.centres) | {"small": Centre("small", "small", "other")}
    town.now_is = replace(town.now_is, centres=centres)
    assert town.sees(ActorRole.CENTRE_DUTY, ScopeKind.CENTRE, "other") == {"h2", "h3", "h4"}
    assert town.sees(ActorRole.CENTRE_DUTY, ScopeKind.CENTRE, "large") == {"h1"}
