"""The board of service requests and its pages, as a browser without scripts works with them."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from firmware_contracts.vocabulary import CallAction, ServiceCategory
from hub.core.alerts import Role
from hub.core.service_requests import RequestState, ServiceRequest
from hub.store.request_rows import ended_requests
from tests.web.running import RunningHub

HTML = {"accept": "text/html"}


@pytest.fixture
def browser(hub: RunningHub) -> Iterator[httpx.Client]:
    with hub.browser("chen") as client:
        client.headers.update(HTML)
        yield client


def asked(hub: RunningHub, home_id: str, category: ServiceCategory = ServiceCategory.MEALS) -> ServiceRequest:
    hub.press(home_id, CallAction.SERVICE, category)
    return requests(hub, home_id)[-1]


def requests(hub: RunningHub, home_id: str) -> list[ServiceRequest]:
    home = hub.engine.home(home_id)
    assert home is not None
    return list(home.requests.values())


def fields(page: str, action: str) -> dict[str, str]:
    """The hidden fields of the first form that goes to `action`."""
    form = page[page.index(f'action="{action}"') :]
    form = form[: form.index("</form>")]
    return dict(re.findall(r'name="(\w+)" value="([^"]*)"', form))


def test_a_request_goes_over_the_board_without_a_script(
    hub: RunningHub, browser: httpx.Client, home_id: str
) -> None:
    request = asked(hub, home_id)
    path = f"/requests/{request.id}/move"
    for state in (RequestState.ASSIGNED, RequestState.IN_PROGRESS, RequestState.DONE):
        page = browser.get("/requests").text
        form = fields(page, path)
        assert form["state"] == state.value
        answer = browser.post(path, data=form)
        assert (answer.status_code, answer.headers["location"]) == (303, "/requests")
    assert requests(hub, home_id) == []
    done = hub.queries.request(request.id)
    assert done is not None
    assert done.request.state is RequestState.DONE
    home = hub.engine.home(home_id)
    assert home is not None
    assert done.request.assignee_id == home.profile.people[Role.BUTLER][0], (
        "assigned to the home's own butler"
    )
    assert request.id in browser.get("/requests").text, "it stands under done today"


def test_who_is_too_late_changes_nothing_and_reads_why(
    hub: RunningHub, browser: httpx.Client, home_id: str
) -> None:
    request = asked(hub, home_id)
    path = f"/requests/{request.id}/move"
    form = fields(browser.get("/requests").text, path)
    browser.post(path, data=form)
    late = browser.post(path, data={**form, "state": "done"})
    assert late.headers["location"] == f"/requests/{request.id}?said=stale"
    assert "刚有变化" in browser.get(late.headers["location"]).text
    assert requests(hub, home_id)[0].state is RequestState.ASSIGNED


def test_without_a_reason_nothing_is_cancelled(hub: RunningHub, browser: httpx.Client, home_id: str) -> None:
    request = asked(hub, home_id)
    path = f"/requests/{request.id}/move"
    form = {"version": request.version, "state": "cancelled"}
    assert browser.post(path, data=form).headers["location"].endswith("?said=reason")
    assert len(requests(hub, home_id)) == 1
    browser.post(path, data={**form, "cancel_reason": "withdrawn"})
    assert requests(hub, home_id) == []


def test_a_caller_is_found_and_the_request_opened_once(
    hub: RunningHub, browser: httpx.Client, home_id: str
) -> None:
    home = hub.engine.home(home_id)
    assert home is not None
    found = browser.get("/requests/new", params={"q": home.profile.phone}).text
    assert f"/requests/new?home={home_id}" in found
    page = browser.get("/requests/new", params={"home": home_id}).text
    form = {**fields(page, "/requests/new"), "category": "shopping", "note": "米和油"}
    first, second = (browser.post("/requests/new", data=form) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]
    (request,) = requests(hub, home_id)
    assert (request.note, request.opened_by) == ("米和油", "chen")
    nothing_chosen = browser.post("/requests/new", data={**form, "category": ""})
    assert nothing_chosen.status_code == 422
    assert "请选择类别" in nothing_chosen.text
    assert "米和油" in nothing_chosen.text, "what was typed is still there"


def test_urgent_help_from_the_page_leads_to_its_alert(
    hub: RunningHub, browser: httpx.Client, home_id: str
) -> None:
    page = browser.get("/requests/new", params={"home": home_id}).text
    form = {**fields(page, "/requests/new"), "category": "urgent_help"}
    answer = browser.post("/requests/new", data=form)
    home = hub.engine.home(home_id)
    assert home is not None
    (alert,) = home.alerts.values()
    assert answer.headers["location"] == f"/alerts/{alert.id}"
    assert home.requests == {}


def test_the_board_is_narrowed_by_category_and_butler(
    hub: RunningHub, browser: httpx.Client, home_id: str
) -> None:
    meals, cleaning = (asked(hub, home_id, one) for one in (ServiceCategory.MEALS, ServiceCategory.CLEANING))
    shown = browser.get("/requests", params={"category": "cleaning", "centre": "", "butler": ""}).text
    assert f'data-id="{cleaning.id}"' in shown
    assert f'data-id="{meals.id}"' not in shown
    home = hub.engine.home(home_id)
    assert home is not None
    own = browser.get("/requests/board", params={"butler": home.profile.people[Role.BUTLER][0]}).text
    assert f'data-id="{meals.id}"' in own
    assert f'data-id="{meals.id}"' not in browser.get("/requests", params={"centre": "nowhere"}).text


def test_every_sentence_of_the_page_is_there_in_english_too(
    hub: RunningHub, browser: httpx.Client, home_id: str
) -> None:
    request = asked(hub, home_id)
    browser.cookies.set("care_language", "en")
    for path in ("/requests", f"/requests/{request.id}", f"/requests/new?home={home_id}"):
        page = browser.get(path)
        assert page.status_code == 200
        assert 'lang="en"' in page.text
    assert "Service requests" in browser.get("/requests").text


def test_an_address_that_names_nothing(browser: httpx.Client) -> None:
    assert browser.get("/requests/R-unknown").status_code == 404
    assert browser.get("/requests/new", params={"home": "nowhere"}).status_code == 404


def test_what_ended_today_is_found_however_long_ago_it_began(tmp_path: Path) -> None:
    with RunningHub(tmp_path / "ended", homes=20) as hub, hub.client("chen") as chen:
        pressing = [one for one in hub.home_ids()[12:] if one][:2]
        for home_id in pressing:
            request = asked(hub, home_id)
            chen.post(
                f"/api/v1/requests/{request.id}/move", json={"version": request.version, "state": "done"}
            )
        now = hub.clock.now()
        days_ago = int((now - timedelta(days=9)).timestamp() * 1_000_000)

        def began_long_ago(connection: object) -> None:
            connection.exec_driver_sql(  # type: ignore[attr-defined]
                f"UPDATE service_request SET opened_at = {days_ago} WHERE home_id = '{pressing[0]}'"
            )

        hub.engine.write(began_long_ago).result(10)
        since = now - timedelta(hours=1)
        found = hub.queries.read(lambda connection: ended_requests(connection, since))
        assert {one.home_id for one in found} == set(pressing)
        assert hub.queries.read(lambda connection: ended_requests(connection, since, {pressing[1]})) == [
            one for one in found if one.home_id == pressing[1]
        ]
        later = now + timedelta(hours=1)
        assert hub.queries.read(lambda connection: ended_requests(connection, later)) == []
