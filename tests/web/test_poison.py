"""Whatever is sent to the API, it answers: taken, or refused with a reason; and the pages that show it stay whole."""

from pathlib import Path

from tests.soak.poison_api import bodies, body_routes, page_is_broken, texts
from tests.soak.poisons import BYTES, TEXTS, hostile_strings, json_suite
from tests.web.running import RunningHub

A_FEW = (
    ("POST", "/api/v1/alerts"),
    ("POST", "/api/v1/people"),
    ("POST", "/api/v1/enrol/homes"),
    ("POST", "/api/v1/requests"),
)


def test_no_body_makes_a_route_fail_and_each_refusal_says_why(hub: RunningHub) -> None:
    routes = list(body_routes(hub))
    assert len(routes) > 30
    assert set(A_FEW) <= set(routes)
    found = bodies(hub, BYTES.items(), routes)
    assert found.wrong == []
    assert found.refused > 1000


def test_the_json_suite_makes_no_route_fail(hub: RunningHub, data_dir: Path) -> None:
    found = bodies(hub, json_suite(data_dir).items(), A_FEW)
    assert found.wrong == []
    assert found.refused > 1000


def test_no_text_makes_a_route_fail_or_breaks_a_page(hub: RunningHub, home_id: str) -> None:
    found = texts(hub, home_id, TEXTS)
    assert found.wrong == []
    assert found.tried > 150


def test_no_hostile_string_makes_a_route_fail_or_breaks_a_page(
    hub: RunningHub, home_id: str, data_dir: Path
) -> None:
    found = texts(hub, home_id, hostile_strings(data_dir))
    assert found.wrong == []
    assert found.tried > 2500


def test_a_broken_page_would_be_seen() -> None:
    frame = "<html><body><main>{}</main></body></html>"
    assert page_is_broken(frame.format("well")) == ""
    for text in TEXTS[12:14]:
        assert page_is_broken(frame.format(text))
    assert page_is_broken(frame.format("cut off")[:-10])
