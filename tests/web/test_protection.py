"""What protects each elder now: the same on page, API and in the metrics, within one's scope, and true part by part."""

import html
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from hub.directory.elder_protection import Why
from hub.web.protection_counts import Counted, ProtectionCounts
from hub.web.words import WORDS
from tests.web.running import RunningHub

START = datetime(2026, 3, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    with RunningHub(tmp_path_factory.mktemp("protection") / "hub", homes=40) as running:
        yield running


@pytest.fixture
def admin(hub: RunningHub) -> Iterator[httpx.Client]:
    with hub.client("admin") as client:
        yield client


def test_page_and_api_say_the_same_and_the_metrics_count_it(hub: RunningHub, admin: httpx.Client) -> None:
    home_id = hub.home_ids()[3]
    hub.emergency(home_id)
    told = admin.get("/api/v1/protection", params={"limit": 200}).json()
    living = sum(len(home.profile.living) for home in hub.engine.homes().values())
    assert told["elders"] == told["total"] == len(told["items"]) == living
    mine = [one for one in told["items"] if one["home_id"] == home_id]
    states = [{part["part"]: part["state"] for part in one["parts"]} for one in mine]
    assert {one["button"] for one in states} == {one["link"] for one in states} == {"holds"}
    unprotected = [one for one in told["items"] if one["unprotected_minutes"] is not None]
    assert len(unprotected) == told["unprotected"] > 0
    assert told["items"][: len(unprotected)] == unprotected, "who cannot call stands first"
    broken = admin.get("/api/v1/protection", params={"limit": 200, "only": "unprotected"}).json()
    assert broken["items"] == unprotected
    page = html.unescape(admin.get("/protection", params={"only": "everybody"}).text)
    assert f"共 {living} 位老人，{len(unprotected)} 位现在没有保障" in page
    name = mine[0]["resident"]["name"]
    assert name in page or len(told["items"]) > 50
    metrics = admin.get("/metrics").text
    assert f"care_hub_elders_unprotected {float(len(unprotected))}" in metrics
    holds = sum(
        part["state"] == "holds" for one in told["items"] for part in one["parts"] if part["part"] == "button"
    )
    assert f'care_hub_elders_protection{{part="button",state="holds"}} {float(holds)}' in metrics
    longest = max(one["unprotected_minutes"] for one in unprotected)
    assert f"care_hub_elders_unprotected_longest_minutes {float(longest)}" in metrics
    assert all(one["resident"]["name"] not in metrics for one in told["items"])


def test_whatever_is_broken_says_why_in_words(admin: httpx.Client) -> None:
    """A word without its reason sends somebody to the wrong door."""
    told = admin.get("/api/v1/protection", params={"limit": 200, "only": "broken"}).json()
    broken = [part for one in told["items"] for part in one["parts"] if part["state"] == "broken"]
    assert broken
    assert all(part["why"] for part in broken)
    page = admin.get("/protection", params={"only": "broken"}).text
    assert WORDS["part_why.never_heard"].zh in page
    assert {f"part_why.{why}" for why in Why} <= WORDS.keys()


def test_a_list_of_one_centre_and_of_one_butler(hub: RunningHub, admin: httpx.Client) -> None:
    every = admin.get("/api/v1/protection", params={"limit": 200}).json()
    centre, butler = every["items"][0]["centre"]["id"], every["items"][0]["butler"]["id"]
    for key, value in (("centre", centre), ("butler", butler)):
        some = admin.get("/api/v1/protection", params={"limit": 200, key: value}).json()
        assert {one[key]["id"] for one in some["items"]} == {value}
        assert some["items"] == [one for one in every["items"] if one[key]["id"] == value]


def test_pages_of_a_long_list(admin: httpx.Client) -> None:
    first = admin.get("/api/v1/protection", params={"limit": 7}).json()
    second = admin.get("/api/v1/protection", params={"limit": 7, "offset": 7}).json()
    every = admin.get("/api/v1/protection", params={"limit": 200}).json()
    assert first["items"] + second["items"] == every["items"][:14]


def test_a_district_is_counted_once_a_minute_however_often_somebody_scrapes() -> None:
    kept, counted = ProtectionCounts(), list[int]()

    def count() -> Counted:
        counted.append(1)
        return Counted(len(counted), 0, {})

    seconds = (0, 15, 59, 60, 75, 200)
    assert [kept.read(START + timedelta(seconds=one), count).unprotected for one in seconds] == [
        1,
        1,
        1,
        2,
        2,
        3,
    ]
