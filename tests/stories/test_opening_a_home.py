"""Not yet open until a real press from the home was answered by a person: then, and by nothing else, it is open."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from firmware_contracts.vocabulary import CallAction
from hub.core.alerts import WhatItWas, WhatWasDone
from hub.core.events import Acknowledge, Actor, ActorRole, Resolve
from hub.core.home import Membership
from hub.core.journal import EntryKind
from hub.directory import moves
from hub.directory.protection import Gap, not_proven, to_fetch, unprotected
from hub.store import change_log
from hub.store.change_log import What
from tests.stories.life import BUTLER, OPERATOR, Life


@pytest.fixture
def life(tmp_path: Path) -> Iterator[Life]:
    told = Life(tmp_path / "life.sqlite")
    told.installs()
    yield told
    told.store.close()


def gaps(life: Life, home_id: str = "h3") -> list[Gap]:
    found = unprotected(life.directory, life.engine.homes(), life.now, life.started_at)
    return [gap for one in found if one.home_id == home_id for gap, _ in one.gaps]


@pytest.mark.parametrize("who", [OPERATOR, BUTLER], ids=["operator", "butler"])
def test_a_press_from_the_bathroom_that_a_person_answered_opens_the_home(life: Life, who: Actor) -> None:
    assert life.membership("sun") is Membership.NOT_YET_OPEN
    life.press("h3", "cord-3")
    life.expect_asked("operator-chen", "butler-wang")
    life.advance(seconds=20)
    life.answers(who)
    assert life.opens() == 1
    assert life.membership("sun") is Membership.ACTIVE
    (resident,) = life.home("h3").profile.residents
    assert resident.membership is Membership.ACTIVE
    (opened,) = life.entries(EntryKind.HOME_OPENED)
    assert opened.data["answered_by"] == who.id
    assert opened.data["devices"] == ["cord-3"]
    (changed,) = life.entries(EntryKind.MEMBERSHIP_CHANGED)
    assert (changed.data["from"], changed.data["to"]) == ("not_yet_open", "active")
    lines = life.store.write(change_log.changes)
    what = next(line for _, line in lines if line.about_id == "sun")
    assert (what.what, what.data["answered_by"]) == (What.MEMBERSHIP_CHANGED, who.id)
    assert life.opens() == 0, "done once"


def test_pressed_from_a_call_that_is_held_already_it_was_answered_too(life: Life) -> None:
    at = life.now
    life.edit(lambda one: moves.move_device(one, "button", "h3", at), What.DEVICE_MOVED)
    life.press("h3", "cord-3")
    life.take("operator-chen")
    life.press("h3", "button")
    life.resolve("operator-chen", WhatItWas.TEST, WhatWasDone.BY_PHONE)
    presses = life.home("h3").presses
    assert {key: press.proven_by for key, press in presses.items()} == {
        "cord-3": "operator-chen",
        "button": "operator-chen",
    }


def test_answered_but_not_yet_closed_it_is_not_open(life: Life) -> None:
    life.press("h3", "cord-3")
    life.take("operator-chen")
    assert life.opens() == 0
    assert life.home("h3").presses["cord-3"].answered_by == "operator-chen"


def by_hand(life: Life) -> None:
    life.raise_by_hand("h3")


def retained(life: Life) -> None:
    life.press("h3", "cord-3", retained=True)


def late(life: Life) -> None:
    life.press("h3", "cord-3", age=timedelta(minutes=10))


def tested_key(life: Life) -> None:
    life.press("h3", "cord-3", CallAction.TEST)


def stranger(life: Life) -> None:
    life.press("h3", "somebody-elses")


def nobody_pressed(life: Life) -> None:
    life.press("h3", "cord-3")
    life.answers(what_it_was=WhatItWas.DEVICE_FALSE)


def from_another_home(life: Life) -> None:
    life.press("h3", "button")


def nobody_took_it(life: Life) -> None:
    life.press("h3", "cord-3")
    alert = life.alert()
    life.command(
        Resolve(
            "h3", alert.id, OPERATOR, WhatItWas.TEST, WhatWasDone.BY_PHONE, expected_version=alert.version
        )
    )


def the_hub_itself(life: Life) -> None:
    life.press("h3", "cord-3")
    alert = life.alert()
    life.command(Acknowledge("h3", alert.id, Actor("system", ActorRole.SYSTEM)))


@pytest.mark.parametrize(
    "deed",
    [
        *(by_hand, retained, late, tested_key, stranger, nobody_pressed, from_another_home),
        *(nobody_took_it, the_hub_itself),
    ],
)
def test_nothing_else_opens_it(life: Life, deed: object) -> None:
    deed(life)  # type: ignore[operator]
    for alert in life.alerts():
        if alert.hold is None:
            life.take("operator-chen", alert)
        life.resolve("operator-chen", WhatItWas.TEST, WhatWasDone.BY_PHONE, alert)
    assert life.opens() == 0
    assert life.membership("sun") is Membership.NOT_YET_OPEN
    assert Gap.NOT_YET_OPEN in gaps(life)


def test_a_crash_between_the_answer_and_the_directory_loses_nothing(life: Life) -> None:
    life.press("h3", "cord-3")
    life.answers()
    life.crash(down=timedelta(minutes=3))
    assert life.membership("sun") is Membership.NOT_YET_OPEN
    assert life.opens() == 1
    assert life.membership("sun") is Membership.ACTIVE
    life.crash()
    assert life.opens() == 0


def test_an_old_proof_does_not_open_for_somebody_who_moves_in_later(life: Life) -> None:
    life.press("h3", "cord-3")
    life.answers()
    life.opens()
    life.becomes("sun", Membership.LEFT)
    life.advance(days=1)
    life.becomes("sun", Membership.NOT_YET_OPEN)
    assert life.opens() == 0
    life.press("h3", "cord-3")
    life.answers()
    assert life.opens() == 1


def test_other_hardware_under_the_same_id_has_proven_nothing(life: Life) -> None:
    life.press("h3", "cord-3")
    life.answers()
    at = life.now
    life.edit(lambda one: moves.recover_device(one, "cord-3", at), What.DEVICE_RECOVERED)
    assert life.home("h3").presses == {}
    assert life.opens() == 0


class TestUnprotected:
    def test_each_home_says_why_and_since_when(self, life: Life) -> None:
        assert gaps(life) == [Gap.NOT_YET_OPEN, Gap.CALLERS_NEVER_HEARD]
        life.heartbeat("h3", "cord-3")
        assert gaps(life) == [Gap.NOT_YET_OPEN]
        installed = life.now
        life.advance(hours=1)
        (found,) = (
            one
            for one in unprotected(life.directory, life.engine.homes(), life.now, life.started_at)
            if one.home_id == "h3"
        )
        assert [gap for gap, _ in found.gaps] == [Gap.NOT_YET_OPEN, Gap.CALLERS_SILENT]
        assert abs(found.since_at - installed) < timedelta(seconds=1)

    def test_without_a_button_from_the_day_it_was_taken(self, life: Life) -> None:
        life.heartbeat("h1", "button")
        assert gaps(life, "h1") == []
        at = life.now
        life.edit(lambda one: moves.recover_device(one, "button", at), What.DEVICE_RECOVERED)
        (found,) = (
            one
            for one in unprotected(life.directory, life.engine.homes(), life.now, life.started_at)
            if one.home_id == "h1"
        )
        assert found.gaps == ((Gap.NO_CALLER, at),)

    def test_active_by_a_ledgers_word_is_not_proven_until_a_press_was_answered(self, life: Life) -> None:
        def unheard() -> list[str]:
            return [one.home_id for one in not_proven(life.directory, life.engine.homes(), life.now)]

        assert life.membership("zhao") is Membership.ACTIVE
        # h3 is not yet open: that is a gap of its own, and told once.
        assert unheard() == ["h1", "h2"]
        life.press("h1", "button")
        life.take("operator-chen")
        assert unheard() == ["h1", "h2"], "answered, but what it was nobody has said yet"
        life.resolve("operator-chen", WhatItWas.DEVICE_FALSE, WhatWasDone.BY_PHONE)
        assert unheard() == ["h1", "h2"], "no hand was on the key"
        life.press("h1", "button")
        life.take("operator-chen")
        life.resolve("operator-chen", WhatItWas.TEST, WhatWasDone.BY_PHONE)
        assert unheard() == ["h2"]
        life.press("h3", "cord-3")
        life.answers()
        assert life.opens() == 1
        assert unheard() == ["h2"]

    def test_who_is_gone_is_not_unprotected_but_the_devices_wait_to_be_fetched(self, life: Life) -> None:
        life.becomes("li", Membership.DECEASED)
        died = life.now
        assert gaps(life, "h1") == []
        assert [(one.device_id, one.home_id) for one in to_fetch(life.directory, life.now)] == [
            ("button", "h1"),
            ("oximeter", "h1"),
        ]
        assert abs(to_fetch(life.directory, life.now)[0].since_at - died) < timedelta(seconds=1)
        at = life.now
        life.edit(lambda one: moves.recover_device(one, "button", at), What.DEVICE_RECOVERED)
        assert [one.device_id for one in to_fetch(life.directory, life.now)] == ["oximeter"]
