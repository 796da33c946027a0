"""One person holds an alert, and loses it to nobody who does not say so; what they did may be told by somebody else."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hub.core.alerts import Alert, AlertState, Hold, Role
from hub.core.events import Acknowledge, Actor, ActorRole, ArriveOnSite, GoOnTheWay
from hub.core.journal import EntryKind
from hub.core.notifications import NotifyReason
from hub.core.outcome import RefusalCode, Refused
from hub.core.taking import who_may_go
from tests.story import Story, done

DESK = Actor("chen", ActorRole.OPERATOR)
"""A log-in that stands for nobody of the directory."""
OTHER_DESK = Actor("xu", ActorRole.DUTY_MANAGER)
BUTLER = "butler-wang"


@pytest.fixture
def coming(story: Story) -> Alert:
    """The butler has set out."""
    story.press()
    story.set_out(BUTLER)
    story.forget_calls()
    return story.alert()


def hold_of(story: Story) -> tuple[str, AlertState]:
    alert = story.alert()
    assert alert.hold is not None
    return alert.hold.by, alert.state


@pytest.mark.parametrize("verb", [Acknowledge, GoOnTheWay, ArriveOnSite])
@pytest.mark.parametrize("named", [{}, {"take_over_from": "deputy-zhou"}], ids=["unnamed", "another"])
def test_nobody_takes_it_from_the_butler_without_naming_them(
    story: Story, coming: Alert, verb: Any, named: dict[str, str]
) -> None:
    refused = story.command(verb("h1", coming.id, DESK, **named))
    assert isinstance(refused, Refused)
    assert refused.code is RefusalCode.HELD_BY_OTHER
    assert BUTLER in refused.detail
    assert "take_over_from" in refused.detail
    assert story.alert() == coming
    assert story.phone.sent == []


@pytest.mark.parametrize("verb", [GoOnTheWay, ArriveOnSite])
@pytest.mark.parametrize("named", ["take_over_from", "on_behalf_of"])
def test_a_desk_is_told_that_it_takes_over_by_acknowledging(
    story: Story, coming: Alert, verb: Any, named: str
) -> None:
    """Who names the holder in take_over_from, or another goer, is not told to name them in take_over_from."""
    whom = BUTLER if named == "take_over_from" else "deputy-zhou"
    refused = story.command(verb("h1", coming.id, DESK, **{named: whom}))
    assert isinstance(refused, Refused)
    assert (refused.code, refused.version) == (RefusalCode.HELD_BY_OTHER, coming.version)
    assert "on_behalf_of" in refused.detail
    assert "acknowledge" in refused.detail
    done(story.command(Acknowledge("h1", coming.id, DESK, take_over_from=BUTLER)))
    done(story.command(verb("h1", coming.id, DESK, on_behalf_of="deputy-zhou")))


def test_what_the_butler_told_by_telephone_leaves_the_butler_the_holder(story: Story, coming: Alert) -> None:
    for _ in range(2):
        done(story.command(ArriveOnSite("h1", coming.id, DESK, on_behalf_of=BUTLER)))
    assert hold_of(story) == (BUTLER, AlertState.ON_SITE)
    (entry,) = story.entries(EntryKind.ALERT_ON_SITE)
    assert (entry.by, entry.data["holder"]) == ("chen", BUTLER)
    assert story.phone.sent == [], "nobody is told that anybody else has it"


def test_the_desk_that_has_it_can_say_that_the_butler_set_out(story: Story) -> None:
    story.press()
    alert = story.alert()
    done(story.command(Acknowledge("h1", alert.id, DESK)))
    story.forget_calls()
    done(story.command(GoOnTheWay("h1", alert.id, DESK, on_behalf_of=BUTLER)))
    assert hold_of(story) == (BUTLER, AlertState.ON_THE_WAY)
    assert story.said() == ["王管家出门了，正往您家来。"]
    stranger = story.command(GoOnTheWay("h1", alert.id, DESK, on_behalf_of="son-zhao"))
    assert isinstance(stranger, Refused), "not asked about this home"


@pytest.mark.parametrize(
    ("verb", "by", "state"),
    [
        (Acknowledge, OTHER_DESK, "acknowledged"),
        (ArriveOnSite, Actor("lin", ActorRole.CENTRE_DUTY), "on_site"),
    ],
)
def test_taking_over_is_told_to_whom_it_is_taken_from(
    story: Story, coming: Alert, verb: Any, by: Actor, state: str
) -> None:
    for _ in range(2):
        done(story.command(verb("h1", coming.id, by, take_over_from=BUTLER)))
    assert hold_of(story) == (by.id, AlertState(state))
    told = [one for one in story.phone.sent if one.person_id == BUTLER]
    assert [one.reason for one in told] == [NotifyReason.TAKEN_OVER]
    (entry,) = [one.entry for one in story.journal if one.entry.data.get("taken_from")]
    assert (entry.by, entry.data["taken_from"]) == (by.id, BUTLER)
    again = story.command(GoOnTheWay("h1", coming.id, DESK, take_over_from=BUTLER))
    assert isinstance(again, Refused), "the butler has it no more"


@pytest.mark.parametrize("verb", [GoOnTheWay, ArriveOnSite])
@pytest.mark.parametrize(
    "desk",
    [DESK, OTHER_DESK, Actor("root", ActorRole.ADMINISTRATOR)],
    ids=["operator", "duty manager", "administrator"],
)
@pytest.mark.parametrize("named", [{}, {"on_behalf_of": "self"}, {"take_over_from": "chen"}], ids=str)
@pytest.mark.parametrize("held", [False, True], ids=["nobody's", "the operator's"])
def test_nobody_at_a_desk_is_recorded_as_at_the_door(
    story: Story, verb: Any, desk: Actor, named: dict[str, str], held: bool
) -> None:
    story.press()
    alert = story.alert()
    if held:
        done(story.command(Acknowledge("h1", alert.id, DESK)))
    before, named = story.alert(), {key: desk.id if one == "self" else one for key, one in named.items()}
    refused = story.command(verb("h1", alert.id, desk, **named))
    assert isinstance(refused, Refused)
    assert refused.code is RefusalCode.WHO_GOES
    assert story.alert() == before


def test_a_desk_may_say_that_the_daughter_goes_before_anybody_asked_her(story: Story) -> None:
    story.press()
    alert = story.alert()
    asked = set(alert.asked)
    done(story.command(Acknowledge("h1", alert.id, DESK)))
    bound = [
        one
        for one, _ in who_may_go(story.home().profile, alert, story.engine.context(), story.now)
        if one not in asked
    ]
    assert bound, "somebody of this home who was not asked yet"
    done(story.command(ArriveOnSite("h1", alert.id, OTHER_DESK, on_behalf_of=bound[0])))
    assert hold_of(story) == (bound[0], AlertState.ON_SITE)
    assert not {"operator-chen", "manager-xu"} & set(
        dict(who_may_go(story.home().profile, alert, story.engine.context(), story.now))
    )


@pytest.mark.parametrize("reverse", [False, True])
def test_the_butler_stands_first_whoever_was_asked_before(story: Story, reverse: bool) -> None:
    """Enter takes the first: nobody's daughter sets out because of how the ids of a ledger sort."""
    story.press()
    alert = story.alert()
    alert = replace(alert, asked=tuple(sorted((*alert.asked, "daughter"), reverse=reverse)))
    goers = list(who_may_go(story.home().profile, alert, story.engine.context(), story.now))
    assert goers[0] == (BUTLER, Role.BUTLER)
    first, *others = [one for one, _ in goers]
    assert set(alert.asked) - {"operator-chen", "manager-xu"} <= {first, *others}


def test_who_is_on_duty_at_the_centre_may_go_before_their_step(story: Story) -> None:
    story.press()
    alert = story.alert()
    goers = dict(who_may_go(story.home().profile, alert, story.engine.context(), story.now))
    centre = [one for one, role in goers.items() if role is Role.CENTRE_DUTY]
    assert centre
    assert not set(centre) & set(alert.asked)
    done(story.command(ArriveOnSite("h1", alert.id, DESK, on_behalf_of=centre[0])))
    assert hold_of(story) == (centre[0], AlertState.ON_SITE)


def test_both_at_once_is_neither(story: Story, coming: Alert) -> None:
    both = ArriveOnSite("h1", coming.id, DESK, take_over_from=BUTLER, on_behalf_of=BUTLER)
    refused = story.command(both)
    assert isinstance(refused, Refused)
    assert refused.code is RefusalCode.INVALID


def test_a_desk_gives_way_to_whoever_goes_to_the_door_and_a_butler_does_not(story: Story) -> None:
    story.press()
    alert = story.alert()
    done(story.command(Acknowledge("h1", alert.id, DESK)))
    done(story.command(GoOnTheWay("h1", alert.id, Actor(BUTLER, ActorRole.RESPONDER))))
    assert hold_of(story) == (BUTLER, AlertState.ON_THE_WAY)
    other = story.command(GoOnTheWay("h1", alert.id, Actor("deputy-zhou", ActorRole.RESPONDER)))
    assert isinstance(other, Refused)
    assert hold_of(story) == (BUTLER, AlertState.ON_THE_WAY)


@pytest.mark.parametrize(
    ("actor", "role", "said"),
    [
        (DESK, Role.OPERATOR, "李奶奶，值班员接到了。"),
        (OTHER_DESK, Role.DUTY_MANAGER, "李奶奶，值班长接到了。"),
        (Actor("lin", ActorRole.CENTRE_DUTY), Role.CENTRE_DUTY, "李奶奶，站点值班员接到了。"),
        (Actor("root", ActorRole.ADMINISTRATOR), None, "李奶奶，有人接到了。"),
        (Actor("manager-xu", ActorRole.OPERATOR), Role.DUTY_MANAGER, "李奶奶，值班长接到了。"),
    ],
    ids=["operator", "duty manager", "centre duty", "administrator", "named person"],
)
def test_the_elder_hears_as_what_somebody_answered(
    story: Story, actor: Actor, role: Role | None, said: str
) -> None:
    story.press()
    alert = story.alert()
    story.forget_calls()
    done(story.command(Acknowledge("h1", alert.id, actor)))
    hold = story.alert().hold
    assert hold is not None
    assert hold.role is role
    assert story.said() == [said]
    others = [one for one in story.phone.sent if one.person_id == BUTLER]
    assert [one.data["by_role"] for one in others] == [role.value if role else None]


def test_a_hold_of_a_desk_is_known_after_a_crash(story: Story) -> None:
    story.press()
    done(story.command(Acknowledge("h1", story.alert().id, DESK)))
    story.crash()
    hold = story.alert().hold
    assert hold is not None
    assert (hold.by, hold.role) == ("chen", Role.OPERATOR)


def test_two_who_hand_an_alert_to_each_other_do_not_keep_it_from_everybody_else(story: Story) -> None:
    """One acknowledgement's time for each of them, however often it changes hands; then the chain goes on."""
    story.press()
    alert, pressed_at = story.alert(), story.now
    holds_for = alert.policy.acknowledged_for
    holder, other = BUTLER, "deputy-zhou"
    story.take(holder)
    while not story.entries(EntryKind.ALERT_HOLD_EXPIRED):
        assert story.now - pressed_at < 3 * holds_for
        story.advance(minutes=2)
        if story.alert().hold is not None:
            done(story.command(Acknowledge("h1", alert.id, responder(other), take_over_from=holder)))
            holder, other = other, holder
    assert story.alert().state is AlertState.TRIGGERED
    assert story.now - pressed_at <= 2 * holds_for + timedelta(minutes=2)


def test_who_takes_it_back_keeps_what_was_left_and_a_third_gets_a_time_of_their_own(story: Story) -> None:
    story.press()
    alert = story.alert()
    story.take(BUTLER)
    story.advance(minutes=4)
    done(story.command(Acknowledge("h1", alert.id, responder("deputy-zhou"), take_over_from=BUTLER)))
    theirs = held(story)
    assert theirs.until_at - theirs.since_at == alert.policy.acknowledged_for
    story.advance(minutes=1)
    done(story.command(Acknowledge("h1", alert.id, responder(BUTLER), take_over_from="deputy-zhou")))
    assert held(story).until_at == theirs.until_at
    done(story.command(Acknowledge("h1", alert.id, DESK, take_over_from=BUTLER)))
    assert held(story).until_at - held(story).since_at == alert.policy.acknowledged_for


def test_setting_out_is_progress_whoever_had_it_before(story: Story) -> None:
    story.press()
    alert = story.alert()
    story.take(BUTLER)
    done(story.command(Acknowledge("h1", alert.id, responder("deputy-zhou"), take_over_from=BUTLER)))
    done(story.command(GoOnTheWay("h1", alert.id, responder(BUTLER), take_over_from="deputy-zhou")))
    assert held(story).until_at - held(story).since_at == alert.policy.on_the_way_for


def responder(person_id: str) -> Actor:
    return Actor(person_id, ActorRole.RESPONDER)


def held(story: Story) -> Hold:
    hold = story.alert().hold
    assert hold is not None
    return hold
