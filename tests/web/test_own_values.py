"""A home's own values of rules over the API and on the page: who, why, what cannot be, and that the home is judged by them."""

from collections.abc import Iterator
from typing import Any

import pytest

from hub.core.detection.wellbeing import LIMITS, own_limits
from hub.store import change_log
from hub.store.change_log import What
from tests.web.running import RunningHub

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    with RunningHub(tmp_path_factory.mktemp("own")) as running:
        yield running


@pytest.fixture
def home_id(hub: RunningHub) -> str:
    return hub.home_ids()[5]


def put(hub: RunningHub, home_id: str, rule: str, why: str = "doctor", **values: float) -> Any:
    with hub.client("admin") as client:
        return client.put(f"/api/v1/homes/{home_id}/rules/{rule}", json={"values": values, "why": why})


def lines(hub: RunningHub) -> list[Any]:
    found = hub.queries.read(lambda connection: change_log.changes(connection, limit=50))
    return [line for _, line in found if line.what is What.OWN_VALUES_SET]


def test_set_seen_judged_by_and_taken_back(hub: RunningHub, home_id: str) -> None:
    answer = put(hub, home_id, "limits", systolic_mmhg_high=175)
    assert answer.status_code == 200, answer.text
    (limits,) = [one for one in answer.json() if one["rule"] == "limits"]
    of = {one["name"]: one for one in limits["parameters"]}
    assert (of["systolic_mmhg_high"]["own"], of["systolic_mmhg_high"]["shipped"]) == (175, 160)
    assert of["systolic_mmhg_low"]["own"] is None
    hub.settle()
    profile = hub.engine.homes()[home_id].profile
    assert profile.overrides == {"limits": {"systolic_mmhg_high": 175}}
    assert own_limits(profile.overrides["limits"])["systolic_mmhg"].high == 175
    line = lines(hub)[0]
    assert (line.by, line.about_id) == ("admin", home_id)
    assert line.data == {
        "rule": "limits",
        "values": ["systolic_mmhg_high 175"],
        "values_before": [],
        "why": "doctor",
    }
    with hub.client("admin") as client:
        page = client.get("/changes").text
        assert "改了单独参数" in page
        assert "医生定的" in page
        assert 'value="175"' in client.get(f"/homes/{home_id}/rules").text
    assert put(hub, home_id, "limits", "back_to_shipped").status_code == 200
    hub.settle()
    assert hub.engine.homes()[home_id].profile.overrides == {}


@pytest.mark.parametrize(
    ("rule", "values", "says"),
    [
        ("spo2_low", {"limit": 120.0}, "it lies between 50 and 100"),
        ("spo2_low", {"limit": 94.0}, "clears at a larger value"),
        ("limits", {"systolic_mmhg_hihg": 170.0}, "unknown parameter"),
        ("limits", {"systolic_mmhg_high": 999.0}, "it lies between 40 and 300"),
        ("bed_exit", {"return_within_s": 1.0}, "it lies between 15 and 7200"),
    ],
)
def test_numbers_that_cannot_be_are_refused_with_what_would_be_right(
    hub: RunningHub, home_id: str, rule: str, values: dict[str, float], says: str
) -> None:
    refused = put(hub, home_id, rule, "doctor", **values)
    assert refused.status_code == 409
    assert says in refused.json()["detail"]
    assert hub.engine.homes()[home_id].profile.overrides == {}


def test_a_rule_that_is_not_there_is_not_found(hub: RunningHub, home_id: str) -> None:
    assert put(hub, home_id, "no_such_rule", limit=1).status_code == 404


def test_an_operator_looks_at_homes_and_sets_no_limits(hub: RunningHub, home_id: str) -> None:
    with hub.client("chen") as client:
        assert client.get(f"/api/v1/homes/{home_id}/rules").status_code == 403
        assert "单独参数" not in client.get(f"/homes/{home_id}").text


def test_the_form_asks_why_and_for_numbers(hub: RunningHub, home_id: str) -> None:
    path = f"/homes/{home_id}/rules/spo2_low"
    with hub.client("admin") as client:
        assert "请选为什么" in client.post(path, data={"limit": "88"}).text
        refused = client.post(path, data={"limit": "low", "why": "doctor"}).text
        assert "请改正：限值" in refused
        assert 'value="low"' in refused, "what was typed is still there"
        beyond = client.post(path, data={"limit": "120", "why": "doctor"})
        assert beyond.status_code == 409
        assert 'value="120"' in beyond.text
        page = client.post(path, data={"limit": "88", "clear": "90", "why": "doctor"}, follow_redirects=True)
        assert page.status_code == 200
        assert 'value="88"' in page.text
        assert "这一户" in page.text
    hub.settle()
    assert hub.engine.homes()[home_id].profile.overrides == {"spo2_low": {"limit": 88, "clear": 90}}
    assert put(hub, home_id, "spo2_low", "back_to_shipped").status_code == 200


def test_own_limits_leave_the_others_as_they_ship() -> None:
    own = own_limits({"glucose_mmol_l_low": 4.5})
    assert own["glucose_mmol_l"].low == 4.5
    assert own["glucose_mmol_l"].high == LIMITS["glucose_mmol_l"].high
    assert own["temperature_c"] == LIMITS["temperature_c"]
