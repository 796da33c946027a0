"""Keys tested by hand, on the pages and over the API of a hub that runs: a butler's visit, the list, what is refused."""

from collections.abc import Iterator

import httpx
import pytest

from hub.core.alerts import Role
from hub.core.events import ActorRole
from hub.core.hand_test import TESTED_BY_HAND
from hub.core.home import Home
from hub.directory.in_order import in_order
from hub.directory.protection import CALLERS
from hub.store.accounts import add_account
from tests.web.running import _HASH, RunningHub


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    with RunningHub(tmp_path_factory.mktemp("keys") / "hub", homes=40) as running:
        yield running


@pytest.fixture(scope="module")
def butlers_home(hub: RunningHub) -> Home:
    """A home with a key of the contract, and its butler `key-butler`."""
    home = next(
        one
        for one in hub.engine.homes().values()
        if any(
            device.kind in CALLERS and device.family == "native" for device in one.profile.devices.values()
        )
        and all(resident.membership == "active" for resident in one.profile.residents)
        and one.profile.residents
    )
    butler = home.profile.people[Role.BUTLER][0]
    hub.engine.write(
        lambda connection: add_account(
            connection, "key-butler", "管家", ActorRole.BUTLER, _HASH, hub.clock.now(), "own", butler, butler
        )
    ).result(10)
    return home


@pytest.fixture
def phone(hub: RunningHub, butlers_home: Home) -> Iterator[httpx.Client]:
    with hub.browser("key-butler") as client:
        yield client


def test_a_visit_ticks_the_key_off(hub: RunningHub, butlers_home: Home, phone: httpx.Client) -> None:
    home_id = butlers_home.id
    path = f"/api/v1/homes/{home_id}/key-tests"
    before = phone.get(path).json()
    assert {key["standing"] for key in before["keys"]} == {"never"}
    assert before["test"] is None
    started = phone.post(path).json()
    assert started["test"]["mine"]
    alert = hub.emergency(home_id)
    told = phone.get(path).json()
    assert [(one["alert_id"], one["may_pass"]) for one in told["alerts"]] == [(alert.id, True)]
    page = phone.get(f"/key-tests/{home_id}").text
    assert "这是试按" in page
    answer = phone.post(f"/key-tests/{home_id}/passed", data={"alert_id": alert.id}, follow_redirects=True)
    assert answer.status_code == 200
    after = phone.get(path).json()
    assert after["alerts"] == []
    assert "proven" in {key["standing"] for key in after["keys"]}
    shown = phone.get(f"/api/v1/alerts/{alert.id}").json()
    assert shown["what_it_was"] == "test"


def test_the_list_is_the_butlers_own_in_the_order_of_addresses(
    hub: RunningHub, butlers_home: Home, phone: httpx.Client
) -> None:
    butler = butlers_home.profile.people[Role.BUTLER][0]
    listed = phone.get("/api/v1/key-tests", params={"due": False, "limit": 200}).json()
    own = {one.id for one in hub.engine.homes().values() if butler in one.profile.people.get(Role.BUTLER, ())}
    assert {one["home_id"] for one in listed["items"]} <= own
    addresses = [in_order(one["address"]) for one in listed["items"]]
    assert addresses == sorted(addresses)
    assert butlers_home.id in {one["home_id"] for one in listed["items"]}
    assert sum(listed["counts"].values()) == sum(len(one["keys"]) for one in listed["items"])


def test_the_filter_by_centre_and_butler_narrows_it(hub: RunningHub, butlers_home: Home) -> None:
    with hub.browser("admin") as admin:
        every = admin.get("/api/v1/key-tests", params={"limit": 200}).json()
        centre = butlers_home.profile.centre_id
        some = admin.get("/api/v1/key-tests", params={"centre": centre, "limit": 200}).json()
        assert 0 < some["total"] <= every["total"]
        assert {one["centre"]["id"] for one in some["items"]} == {centre}
        nobody = admin.get("/api/v1/key-tests", params={"butler": "nobody"}).json()
        assert nobody["total"] == 0


def test_an_alert_that_was_no_test_is_refused_in_words(
    hub: RunningHub, butlers_home: Home, phone: httpx.Client
) -> None:
    other = next(
        one
        for one in hub.engine.homes().values()
        if one.id != butlers_home.id
        and butlers_home.profile.people[Role.BUTLER][0] in one.profile.people.get(Role.BUTLER, ())
        and any(
            device.kind in CALLERS and device.family == "native" for device in one.profile.devices.values()
        )
    )
    alert = hub.emergency(other.id)
    assert phone.post(f"/api/v1/homes/{other.id}/key-tests").status_code == 200
    refused = phone.post(f"/api/v1/homes/{other.id}/key-tests/passed", json={"alert_id": alert.id})
    assert refused.status_code == 409
    page = phone.post(f"/key-tests/{other.id}/passed", data={"alert_id": alert.id})
    assert page.status_code == 409
    assert "没有完成" in page.text
    home = hub.engine.home(other.id)
    assert home is not None
    assert alert.id in home.alerts


def test_the_numbers_are_metrics(hub: RunningHub, butlers_home: Home) -> None:
    with hub.browser("admin") as admin:
        text = admin.get("/metrics").text
    assert 'care_hub_chain_test_homes{state="never"}' in text
    assert 'care_hub_keys{standing="never"}' in text


def test_the_homes_page_says_how_chain_and_keys_stand(
    hub: RunningHub, butlers_home: Home, phone: httpx.Client
) -> None:
    text = phone.get(f"/homes/{butlers_home.id}").text
    assert "链路自检" in text
    assert f'href="/key-tests/{butlers_home.id}"' in text


def test_what_is_tested_by_hand_is_what_calls() -> None:
    assert TESTED_BY_HAND == CALLERS
