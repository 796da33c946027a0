"""What is asked once more before it is done, and what is not done twice."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.web.running import RunningHub


def away(hub: RunningHub, days: int, **more: Any) -> dict[str, Any]:
    now = hub.clock.now()
    return {
        "kind": "children",
        "from_at": now.isoformat(),
        "until_at": (now + timedelta(days=days)).isoformat(),
        **more,
    }


ROUTINE = {"weekdays": [0, 2], "leaves": "08:00", "returns": "17:00"}


@pytest.mark.parametrize(
    ("days", "more", "status"),
    [
        (92, {}, 200),
        (93, {}, 409),
        (93, {"confirmed": True}, 200),
        (4000, {}, 409),
        (365, {"routine": ROUTINE}, 200),
    ],
)
def test_a_long_absence_is_asked_about(
    hub: RunningHub, chen: httpx.Client, home_id: str, days: int, more: dict[str, Any], status: int
) -> None:
    answer = chen.post(f"/api/v1/homes/{home_id}/away", json=away(hub, days, **more))
    assert answer.status_code == status, answer.text
    home = hub.engine.home(home_id)
    assert home is not None
    assert len(home.away) == (status == 200)
    if status == 409:
        assert answer.json()["type"] == "urn:care-alert-hub:long_away"
        assert f"{days} 天" in answer.json()["zh"]


def test_the_page_asks_in_a_second_step(hub: RunningHub, home_id: str) -> None:
    typed = {"kind": "children", "from_at": "2036-01-01T08:00", "until_at": "2037-01-01T08:00"}
    with hub.browser("chen") as page:
        path = f"/homes/{home_id}/life/away"
        asked = page.post(path, data=typed)
        assert asked.status_code == 409
        assert "外出 366 天" in asked.text
        assert 'name="confirmed" value="true"' in asked.text
        assert 'name="until_at" value="2037-01-01T08:00"' in asked.text
        assert page.post(path, data=typed | {"confirmed": "true"}).status_code == 303
    home = hub.engine.home(home_id)
    assert home is not None
    assert len(home.away) == 1


def test_one_key_is_one_request_of_one_home(hub: RunningHub, chen: httpx.Client) -> None:
    one, other = hub.home_ids()[20:22]
    headers = {"idempotency-key": "the-same-key-of-a-script"}

    def ask(home_id: str, **more: str) -> httpx.Response:
        body = {"home_id": home_id, "category": "meals"}
        return chen.post("/api/v1/requests", json=body, headers=headers | more)

    first = ask(one)
    assert first.status_code == 201, first.text
    assert ask(one).json()["request"]["id"] == first.json()["request"]["id"]
    refused = ask(other)
    assert refused.status_code == 422
    assert "another home" in refused.json()["detail"]
    found = hub.engine.home(other)
    assert found is not None
    assert not found.requests
    # An emergency is never refused for its key.
    raised = chen.post("/api/v1/alerts", json={"home_id": other}, headers=headers)
    assert raised.status_code == 201, raised.text
