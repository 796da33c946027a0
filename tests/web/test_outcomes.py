"""Rules by the outcomes of their alerts, and what is proposed for a home; a person sets it, or nobody does."""

from collections.abc import Iterator

import pytest

from hub.core.alerts import WhatItWas
from hub.core.reasons import ReasonCode
from hub.reports.outcomes import OutcomeClass
from hub.reports.rule_outcomes import per_rule, proposals
from hub.store.outcome_rows import ClosedAlert
from tests.story import shipped
from tests.web.running import RunningHub

pytestmark = pytest.mark.slow


def low(value: float, what: WhatItWas = WhatItWas.RULE_FALSE, home: str = "h1") -> ClosedAlert:
    return ClosedAlert(home, "urgent", ReasonCode.THRESHOLD, what, "spo2_low", "spo2_percent", value)


def high(value: float, what: WhatItWas = WhatItWas.RULE_FALSE) -> ClosedAlert:
    return ClosedAlert("h1", "routine", ReasonCode.READING_HIGH, what, None, "systolic_mmhg", value)


def test_each_rule_with_what_it_was_worth_the_most_frequent_first() -> None:
    call = ClosedAlert("h1", "emergency", ReasonCode.CALL_PRESSED, WhatItWas.ILLNESS)
    unknown = low(90, WhatItWas.UNDETERMINED)
    found = per_rule([low(90), low(89, WhatItWas.ILLNESS), unknown, call])
    assert [(one.rule, one.alerts) for one in found] == [("spo2_low", 3), ("call_pressed", 1)]
    assert found[0].of[OutcomeClass.FALSE_RULE] == found[0].of[OutcomeClass.REAL] == 1
    assert [one.right for one in found] == [0.5, 1.0]
    assert per_rule([unknown])[0].right is None


def test_three_in_vain_and_none_right_propose_a_limit_just_beyond_them() -> None:
    rules, _ = shipped()
    assert proposals([low(90), low(89)], rules) == []
    (found,) = proposals([low(90), low(89), low(88)], rules)
    assert (found.home_id, found.rule, found.needless) == ("h1", "spo2_low", 3)
    assert found.values == {"limit": 86.0, "clear": 88.0}
    assert proposals([low(90), low(89), low(88), low(87, WhatItWas.ILLNESS)], rules) == []
    (limits,) = proposals([high(165), high(171), high(168)], rules)
    assert (limits.rule, limits.values) == ("limits", {"systolic_mmhg_high": 179.0})


def test_nothing_is_proposed_for_an_emergency_nor_across_homes() -> None:
    rules, _ = shipped()
    graver = [
        ClosedAlert(
            "h1", "emergency", ReasonCode.THRESHOLD, WhatItWas.RULE_FALSE, "spo2_very_low", "spo2_percent", 84
        )
        for _ in range(5)
    ]
    assert proposals(graver, rules) == []
    assert proposals([low(90), low(90, home="h2"), low(90, home="h3")], rules) == []


@pytest.fixture
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    with RunningHub(tmp_path_factory.mktemp("outcomes")) as running:
        yield running


def test_what_people_closed_stands_on_the_page_and_leads_to_the_homes_own_values(hub: RunningHub) -> None:
    home_id = hub.home_ids()[12]
    alert = hub.emergency(home_id)
    with hub.client("admin") as client:
        body = {"version": alert.version, "what_it_was": "mistake", "what_was_done": "by_phone"}
        assert client.post(f"/api/v1/alerts/{alert.id}/resolve", json=body).status_code == 200
        told = client.get("/api/v1/outcomes").json()
        (rule,) = told["rules"]
        assert (rule["rule"], rule["alerts"], rule["of"]["benign"], rule["right"]) == (
            "call_pressed",
            1,
            1,
            0,
        )
        assert told["proposals"] == [], "of a pressed key nothing is ever proposed"
        page = client.get("/outcomes").text
        assert "按下求救键" in page
        filled = client.get(f"/homes/{home_id}/rules?rule=limits&systolic_mmhg_high=179").text
        assert 'value="179"' in filled
    assert hub.engine.homes()[home_id].profile.overrides == {}, "looked at, and not saved"
    with hub.client("chen") as operator:
        assert operator.get("/outcomes").status_code == 403
