"""Laws of a home's life among all other inputs: people come and go, devices are swapped, somebody says who and where."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import initialize, invariant, rule

from hub.core.alerts import Role
from hub.core.context import Context
from hub.core.escalation import WITH_THE_ELDER
from hub.core.events import SetAway, SetProfile, TellWhere, TellWho
from hub.core.home import AwayKind, Membership, Press, Routine
from hub.core.journal import Entry, EntryKind
from hub.core.outcome import Done, Refused
from tests.property.test_laws import DESK, HOMES, Street
from tests.story import SYSTEM

BELONGS = {"button": "h1", "oximeter": "h1", "cord": "h2", "pendant": "h3"}
SWAPPED = st.sampled_from(
    [(home, device) for device, own in BELONGS.items() for home in ("h1", "h2") if home != own]
)


MEMBERSHIPS = st.sampled_from([*Membership, *[Membership.LEFT, Membership.DECEASED] * 3])
"""Mostly away for good: what must not happen then is what the laws look for."""


def knows_where(context: Context) -> Context:
    return replace(context, device_homes=BELONGS)


class Life(Street):
    """The street, with an index of where each device belongs."""

    empty: frozenset[str]
    heard_at: int
    kept: dict[str, Mapping[str, Press]]

    @initialize()
    def open(self) -> None:
        Street.open(self)
        self.story._change = knows_where
        committed = self.story.engine._committed
        committed.context = knows_where(committed.context)
        self.empty, self.heard_at, self.kept = frozenset(), 0, {}

    @rule(home_id=HOMES, which=st.integers(0, 1), membership=MEMBERSHIPS)
    def becomes(self, home_id: str, which: int, membership: Membership) -> None:
        profile = self.story.home(home_id).profile
        residents = list(profile.residents)
        which %= len(residents)
        residents[which] = replace(residents[which], membership=membership)
        before = {alert.id for alert in self.story.alerts()}
        self.story.command(SetProfile(home_id, SYSTEM, replace(profile, residents=tuple(residents))))
        assert before <= {alert.id for alert in self.story.alerts()}, (
            "nothing that is open ends with a membership"
        )

    @rule(where=SWAPPED, press=st.booleans())
    def speaks_elsewhere(self, where: tuple[str, str], press: bool) -> None:
        home_id, device_id = where
        if not press:
            self.story.measure(home_id, device_id, spo2_percent=70.0)
            return
        event_id = f"event-{next(self.numbers):04d}"
        self.pressed_at[event_id] = self.story.time.wall()
        self.story.press(home_id, device_id, event_id=event_id)
        self._press_was_not_silent(home_id, device_id, event_id, times=1)
        (alert,) = (one for one in self.story.alerts() if event_id in one.event_ids)
        assert (alert.home_id, alert.other_home_id) == (home_id, BELONGS[device_id])

    @rule(which=st.integers(0, 9), resident=st.sampled_from([None, "li", "zhao", "qian"]))
    def tell_who(self, which: int, resident: str | None) -> None:
        alerts = self.story.alerts()
        if alerts:
            alert = alerts[which % len(alerts)]
            self.story.command(TellWho(alert.home_id, alert.id, DESK, resident))

    @rule(which=st.integers(0, 9), here=st.booleans())
    def tell_where(self, which: int, here: bool) -> None:
        alerts = self.story.alerts()
        if not alerts:
            return
        alert = alerts[which % len(alerts)]
        said = alert.home_id if here else (alert.other_home_id or "h9")
        result = self.story.command(TellWhere(alert.home_id, alert.id, DESK, said))
        assert isinstance(result, Done if here or alert.other_home_id else Refused)

    @rule(
        home_id=HOMES,
        days=st.sets(st.integers(0, 6), min_size=1),
        leaves=st.integers(0, 23),
        back=st.integers(0, 23),
    )
    def routine(self, home_id: str, days: set[int], leaves: int, back: int) -> None:
        routine = Routine(frozenset(days), time(leaves), time(back))
        now = self.story.now
        away = SetAway(home_id, DESK, AwayKind.DAY_CARE, now, now + timedelta(days=20), None, routine)
        assert isinstance(self.story.command(away), Refused if leaves == back else Done)

    @invariant()
    def where_nobody_lives_neither_family_nor_the_room_is_spoken_to(self) -> None:
        new = [line.entry for line in self.story.journal[self.heard_at :]]
        self.heard_at = len(self.story.journal)
        homes = self.story.engine.homes()
        now_empty = frozenset(key for key, home in homes.items() if home.profile.nobody_lives_there)
        for entry in new:
            if entry.kind is EntryKind.NOTIFICATION_QUEUED and entry.home_id in now_empty & self.empty:
                assert entry.data["device_id"] is None
                assert not self._asked_for_the_elder(entry)
        self.empty = now_empty

    @invariant()
    def a_proof_was_answered_by_a_person(self) -> None:
        for home in self.story.engine.homes().values():
            for device_id, press in home.presses.items():
                assert device_id in home.profile.devices
                assert (press.answered_at is None) == (press.answered_by is None)
                assert press.proven_at is None or press.proven_by not in (None, SYSTEM.id)

    def _asked_for_the_elder(self, entry: Entry) -> bool:
        role: Any = entry.data["role"]
        return role is not None and Role(role) in WITH_THE_ELDER


TestLife = Life.TestCase
TestLife.settings = settings(
    max_examples=25,
    stateful_step_count=35,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
