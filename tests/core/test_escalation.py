"""An alert takes its steps: whom it asks, whom not and why, and that it always comes back."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from firmware_contracts.vocabulary import CallAction
from hub.core.alerts import (
    MAX_EVIDENCE,
    Alert,
    AlertState,
    Evidence,
    Policy,
    PolicyStep,
    Reason,
    Role,
    StepRole,
    WhatItWas,
    WhatWasDone,
    When,
    acknowledge,
    add_evidence,
    derived_id,
    resolve,
)
from hub.core.context import Context, Person
from hub.core.escalation import waited_for
from hub.core.events import Acknowledge, Call, DeviceEvent, Tick
from hub.core.home import Home
from hub.core.journal import EntryKind
from hub.core.notifications import HoldReason
from hub.core.outcome import Outcome
from hub.core.step import step
from tests.story import SHANGHAI, TUESDAY_MORNING, actor, person, story_context, street

MINUTE = timedelta(minutes=1)


def policy(*steps: tuple[str, ...]) -> Policy:
    """Steps of roles as in the settings: "operator", "property_guard@night"."""

    def role(text: str) -> StepRole:
        name, _, hours = text.partition("@")
        return StepRole(Role(name), When(hours or "always"))

    made = tuple(PolicyStep(tuple(map(role, roles)), MINUTE) for roles in steps)
    return Policy("emergency", made, 5 * MINUTE, 30 * MINUTE, 120 * MINUTE)


def surroundings(*steps: tuple[str, ...], people: dict[str, Person] | None = None) -> Context:
    context = story_context(TUESDAY_MORNING)
    return replace(
        context,
        policies={**context.policies, "emergency": policy(*steps)},
        people={**context.people, **(people or {})},
    )


def press(context: Context, at: datetime = TUESDAY_MORNING) -> Outcome:
    profile = street()["h1"]
    call = Call("event-0001", timedelta(), CallAction.EMERGENCY)
    event = DeviceEvent("h1", "button", (call,), 1, 1, timedelta(hours=1))
    return step(Home("h1", profile), event, at, context)


def asked(outcome: Outcome) -> list[str]:
    return [str(one.person_id) for one in outcome.notifications if one.channel == "phone"]


def held(outcome: Outcome) -> list[tuple[object, object]]:
    return [
        (entry.data["person_id"] or entry.data["role"], entry.data["reason"])
        for entry in outcome.journal
        if entry.kind is EntryKind.NOTIFICATION_HELD
    ]


def tick(outcome: Outcome, context: Context) -> tuple[Outcome, datetime]:
    at = outcome.home.wake_at
    assert at is not None
    return step(outcome.home, Tick("h1"), at, context), at


MUTE = {"operator-chen": person("operator-chen", reachable=False)}
NIGHT_AT = datetime(2026, 3, 3, 22, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("steps", "at", "people", "expected", "why"),
    [
        ([("operator", "butler")], TUESDAY_MORNING, {}, ["operator-chen", "butler-wang"], []),
        (
            [("partner",), ("operator",)],
            TUESDAY_MORNING,
            {},
            ["operator-chen"],
            [("partner", HoldReason.NOBODY_ON_DUTY)],
        ),
        (
            [("operator",), ("contact",)],
            TUESDAY_MORNING,
            MUTE,
            ["daughter-li"],
            [("operator-chen", HoldReason.NO_CONTACT_METHOD)],
        ),
        (
            [("property_guard@night", "operator")],
            TUESDAY_MORNING,
            {},
            ["operator-chen"],
            [("property_guard", HoldReason.OUTSIDE_HOURS)],
        ),
        (
            [("partner@night", "operator")],
            TUESDAY_MORNING,
            {},
            ["operator-chen"],
            [("partner", HoldReason.NOBODY_ON_DUTY)],
        ),
        ([("property_guard@night",)], NIGHT_AT, {}, ["guard-hu"], []),
        ([("butler", "deputy")], NIGHT_AT, {}, ["deputy-zhou"], []),
        (
            [("butler@night",), ("partner",), ("operator",)],
            TUESDAY_MORNING,
            MUTE,
            [],
            [
                ("butler", HoldReason.OUTSIDE_HOURS),
                ("partner", HoldReason.NOBODY_ON_DUTY),
                ("operator-chen", HoldReason.NO_CONTACT_METHOD),
            ],
        ),
    ],
    ids=["together", "nobody", "mute", "hours", "there is none", "night", "once", "all in vain"],
)
def test_whom_a_step_asks_and_why_not_the_others(
    steps: list[tuple[str, ...]],
    at: datetime,
    people: dict[str, Person],
    expected: list[str],
    why: list[tuple[str, HoldReason]],
) -> None:
    outcome = press(surroundings(*steps, people=people), at)
    assert asked(outcome) == expected
    assert held(outcome) == why
    (alert,) = outcome.alerts
    assert alert.escalate_at == at + MINUTE


def test_the_last_step_repeats_and_what_it_said_before_is_withdrawn() -> None:
    context = surroundings(("operator",), ("duty_manager",))
    outcome = press(context)
    taken: list[tuple[object, object, bool]] = []
    for _ in range(8):
        outcome, _ = tick(outcome, context)
        taken += [
            (entry.data["step"], entry.data["repeated"], bool(outcome.cancel))
            for entry in outcome.journal
            if entry.kind is EntryKind.ALERT_ESCALATED
        ]
    assert taken[0] == (2, False, False)
    assert len(taken) > 2
    assert set(taken[1:]) == {(2, True, True)}


def test_an_alert_keeps_the_policy_it_was_raised_with() -> None:
    before = surroundings(("operator",), ("contact",))
    outcome = press(before)
    outcome, _ = tick(outcome, surroundings(("operator",), ("duty_manager",)))
    assert asked(outcome) == ["daughter-li"]


def test_whoever_left_since_is_not_asked_again() -> None:
    context = surroundings(("operator",), ("contact",))
    outcome = press(context)
    nobody = replace(outcome.home.profile, people={})
    outcome, _ = tick(replace(outcome, home=replace(outcome.home, profile=nobody)), context)
    assert asked(outcome) == []
    assert held(outcome)[0] == ("contact", HoldReason.NOBODY_ON_DUTY)


def open_alert() -> Alert:
    (alert,) = press(surroundings(("operator", "butler"))).alerts
    return alert


def test_an_emergency_waits_for_those_asked_until_one_of_them_holds_it() -> None:
    alert = open_alert()
    assert set(waited_for(alert)) == {"operator-chen", "butler-wang"}
    taken = acknowledge(alert, "butler-wang", TUESDAY_MORNING)
    assert waited_for(taken) == ("butler-wang",)
    over = resolve(taken, "butler-wang", TUESDAY_MORNING, WhatItWas.MISTAKE, WhatWasDone.BY_PHONE)
    assert waited_for(over) == ()


def test_every_verb_makes_a_new_version_and_the_first_answer_stays_the_first() -> None:
    alert = open_alert()
    taken = acknowledge(alert, "a", TUESDAY_MORNING + MINUTE)
    again = acknowledge(taken, "b", TUESDAY_MORNING + 2 * MINUTE)
    over = resolve(again, "b", TUESDAY_MORNING + 3 * MINUTE, WhatItWas.TEST, WhatWasDone.BY_PHONE)
    assert [one.version for one in (alert, taken, again, over)] == [alert.version + step for step in range(4)]
    assert over.first_answer_at == TUESDAY_MORNING + MINUTE
    assert over.deadline_at is None
    assert over.state is AlertState.RESOLVED


def test_evidence_beyond_its_limit_leaves_the_alert_oldest_first() -> None:
    alert = open_alert()
    for number in range(MAX_EVIDENCE + 5):
        alert = add_evidence(
            alert, Evidence(TUESDAY_MORNING, Reason("call_pressed_again"), "button", f"event-{number:04d}")
        )
    assert len(alert.evidence) == MAX_EVIDENCE
    assert alert.evidence[-1].event_id == f"event-{MAX_EVIDENCE + 4:04d}"
    assert len(alert.event_ids) == MAX_EVIDENCE


def test_ids_follow_from_their_cause() -> None:
    assert derived_id("A", "h", "k", "c") == derived_id("A", "h", "k", "c")
    assert len({derived_id("A", *parts) for parts in (("a", "bc"), ("ab", "c"), ("a", "b", "c"))}) == 3


def test_an_answer_in_the_moment_of_the_escalation_is_an_answer() -> None:
    """Tick and acknowledgement at the same instant, in both orders: held in the end, nobody chased after."""
    context = surroundings(("operator",), ("contact",))
    start = press(context)
    at = start.home.wake_at
    assert at is not None
    (alert,) = start.alerts
    answer = Acknowledge("h1", alert.id, actor("operator-chen"))
    first = step(step(start.home, answer, at, context).home, Tick("h1"), at, context)
    assert asked(first) == []
    second = step(step(start.home, Tick("h1"), at, context).home, answer, at, context)
    for outcome in (first, second):
        assert [one.state for one in outcome.home.alerts.values()] == [AlertState.ACKNOWLEDGED]
