"""The care card opens on an alert, or for a reason; nobody who hurries clicks for it, and every opening is written down."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from hub.core.alerts import Role
from hub.core.events import ActorRole
from hub.core.home import Profile
from hub.store import care_cards, change_log
from hub.store.accounts import add_account
from hub.store.change_log import What
from hub.store.errors import StoreUnavailable
from hub.store.store import Connection
from tests.web.running import _HASH, RunningHub

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def logins(hub: RunningHub) -> None:
    now = hub.clock.now()

    def add(connection: Connection) -> None:
        add_account(connection, "boss", "值班长", ActorRole.DUTY_MANAGER, _HASH, now)
        add_account(connection, "fitter", "安装员", ActorRole.INSTALLER, _HASH, now)

    hub.engine.write(add).result(10)


@pytest.fixture
def profile(hub: RunningHub, home_id: str) -> Profile:
    return hub.engine.homes()[home_id].profile


@pytest.fixture
def butler(hub: RunningHub, profile: Profile) -> Iterator[httpx.Client]:
    """Of this home."""
    person = profile.people[Role.BUTLER][0]
    login, now = f"b-{profile.home_id}", hub.clock.now()
    hub.engine.write(
        lambda connection: add_account(
            connection, login, login, ActorRole.BUTLER, _HASH, now, "own", person, person
        )
    ).result(10)
    with hub.client(login) as client:
        yield client


def numbers(hub: RunningHub, profile: Profile) -> set[str]:
    people = hub.engine.context().people
    bound = {people[one].phone for those in profile.people.values() for one in those if one in people}
    return {number for number in (profile.phone, *bound) if number}


def secrets(hub: RunningHub, profile: Profile) -> set[str]:
    """What nobody reads without an alert or a reason: numbers, and what somebody suffers from."""
    notes = {one.note for one in profile.residents} | {profile.note}
    return numbers(hub, profile) | {note for note in notes if note}


def openings(hub: RunningHub, home_id: str) -> list[tuple[str, str, str | None]]:
    """Log-in, reason, alert, as the change log tells them, oldest first."""
    lines = hub.queries.read(lambda connection: change_log.changes(connection, limit=500))
    return [
        (line.by, line.data["reason"], line.data.get("alert_id"))
        for _, line in reversed(lines)
        if line.what is What.CARE_CARD_OPENED and line.about_id == home_id
    ]


def card(client: httpx.Client, home_id: str) -> dict[str, object]:
    answer = client.get(f"/api/v1/homes/{home_id}")
    assert answer.status_code == 200
    found: dict[str, object] = answer.json()
    return found


def test_without_an_alert_there_is_a_short_card(
    hub: RunningHub, chen: httpx.Client, butler: httpx.Client, profile: Profile
) -> None:
    for client in (chen, butler):
        answer = client.get(f"/api/v1/homes/{profile.home_id}")
        page = client.get(f"/homes/{profile.home_id}", headers={"accept": "text/html"})
        assert answer.json()["opened"] is None
        for one in profile.residents:
            assert one.call_name in answer.text
            assert one.call_name in page.text
        for secret in secrets(hub, profile):
            assert secret not in answer.text
            assert secret not in page.text
    assert openings(hub, profile.home_id) == []


def test_it_opens_for_the_desk_while_there_is_an_alert_and_is_written_once(
    hub: RunningHub, chen: httpx.Client, butler: httpx.Client, profile: Profile
) -> None:
    home_id = profile.home_id
    alert = hub.emergency(home_id)
    for _ in range(3):
        opened = card(chen, home_id)
        assert opened["opened"] == "alert"
        assert opened["phone"] == profile.phone
        assert opened["door_code"] is None
        assert chen.get(f"/api/v1/alerts/{alert.id}").json()["card"]["phone"] == profile.phone
    # Who was only asked does not hold it yet.
    assert card(butler, home_id)["opened"] is None
    assert butler.get(f"/api/v1/alerts/{alert.id}").json()["card"] is None
    assert openings(hub, home_id) == [("chen", "alert", alert.id)]


def test_whoever_holds_it_reads_everything_without_a_click(
    hub: RunningHub, butler: httpx.Client, profile: Profile
) -> None:
    home_id = profile.home_id
    alert = hub.emergency(home_id)
    path = f"/api/v1/alerts/{alert.id}"
    version = butler.get(path).json()["version"]
    assert butler.post(f"{path}/acknowledge", json={"version": version}).status_code == 200
    held = butler.get(path).json()["card"]
    assert held["opened"] == "alert"
    assert held["door_code"] == (profile.door_code or None)
    assert numbers(hub, profile) <= {held["phone"], *(n for one in held["people"] for n in one["phones"])}
    assert openings(hub, home_id) == [(f"b-{home_id}", "alert", alert.id)]
    # It closes with the alert.
    version = butler.get(path).json()["version"]
    done = {"version": version, "what_it_was": "mistake", "what_was_done": "by_phone"}
    assert butler.post(f"{path}/resolve", json=done).status_code == 200
    assert card(butler, home_id)["opened"] is None


def test_a_stated_reason_opens_it_for_a_quarter_of_an_hour_and_for_nobody_else(
    hub: RunningHub, butler: httpx.Client, chen: httpx.Client, profile: Profile
) -> None:
    home_id = profile.home_id
    path = f"/api/v1/homes/{home_id}/care-card"
    assert butler.post(path, json={"reason": "curiosity"}).status_code == 422
    assert butler.post(path, json={"reason": "other", "note": "  "}).status_code == 422
    assert openings(hub, home_id) == []
    opened = butler.post(path, json={"reason": "family"}).json()
    assert (opened["opened"], opened["phone"], opened["door_code"]) == ("reason", profile.phone, None)
    assert card(butler, home_id)["phone"] == profile.phone
    assert card(chen, home_id)["opened"] is None
    assert openings(hub, home_id) == [(f"b-{home_id}", "family", None)]
    later = hub.clock.now() + timedelta(minutes=15)
    assert (
        hub.queries.read(lambda connection: care_cards.open_for(connection, home_id, f"b-{home_id}", later))
        == {}
    )


def test_who_goes_to_the_door_reads_its_code(hub: RunningHub, xu: httpx.Client) -> None:
    homes = hub.engine.homes()
    home_id = next(one for one in hub.home_ids()[2:] if homes[one].profile.door_code)
    code = homes[home_id].profile.door_code
    path = f"/api/v1/homes/{home_id}/care-card"
    assert xu.post(path, json={"reason": "data"}).json()["door_code"] is None
    assert xu.post(path, json={"reason": "visit"}).json()["door_code"] == code


@pytest.mark.usefixtures("logins")
def test_an_installer_never_reads_a_condition(hub: RunningHub) -> None:
    home_id, profile = next(
        (home_id, home.profile)
        for home_id, home in sorted(hub.engine.homes().items())
        if any(one.flags for one in home.profile.residents) and home.profile.phone
    )
    with hub.client("fitter") as fitter:
        path = f"/api/v1/homes/{home_id}/care-card"
        opened = fitter.post(path, json={"reason": "visit"}).json()
        listed = fitter.get("/api/v1/homes", params={"q": home_id}).json()["items"][0]
        flag = next(iter(profile.residents[0].flags)).value
        assert fitter.get("/api/v1/homes", params={"flag": flag}).json()["total"] > 1
    assert opened["phone"] == profile.phone
    assert opened["door_code"] is None
    for one in opened["residents"]:
        assert (one["flags"], one["note"], one["ability_level"], one["birth_year"]) == ([], "", None, None)
    assert (opened["note"], listed["flags"]) == ("", [])


@pytest.mark.usefixtures("logins")
def test_who_opened_it_stands_on_the_page_for_whoever_reads_the_change_log(
    hub: RunningHub, butler: httpx.Client, profile: Profile
) -> None:
    home_id = profile.home_id
    with hub.browser(f"b-{home_id}") as browser:
        headers = {"accept": "text/html"}
        path = f"/homes/{home_id}/care-card"
        assert "请选择原因" in browser.post(path, data={"note": "看看"}, headers=headers).text
        assert "说明原因" in browser.post(path, data={"reason": "other"}, headers=headers).text
        sent = browser.post(path, data={"reason": "other", "note": "送新眼镜"}, headers=headers)
        assert (sent.status_code, sent.headers["location"]) == (303, f"/homes/{home_id}")
        page = browser.get(f"/homes/{home_id}", headers=headers).text
        assert profile.phone in page
        assert "谁看过档案卡" not in page
    with hub.client("boss", headers={"accept": "text/html"}) as boss:
        page = boss.get(f"/homes/{home_id}").text
        assert "送新眼镜" in page
        assert profile.phone not in page
        hub.emergency(home_id)
        assert card(boss, home_id)["opened"] == "alert"
        lines = boss.get("/api/v1/changes", params={"about": home_id, "log_ins": False}).json()["items"]
        assert [line["data"] for line in lines] == [{"reason": "other"}], (
            "what comes by itself stands elsewhere"
        )
        told = boss.get("/changes", params={"what": "care_card_opened"}).text
        assert "打开老人档案卡" in told
        assert "送新眼镜" not in told


def test_a_list_tells_no_number_but_the_one_that_was_typed(
    hub: RunningHub, chen: httpx.Client, profile: Profile
) -> None:
    def listed(typed: str) -> str:
        return str(chen.get("/api/v1/homes", params={"q": typed}).json()["items"][0]["phone"])

    assert listed(profile.home_id) == ""
    assert listed(profile.phone) == profile.phone
    assert listed(f"{profile.home_id} {profile.phone[-4:]}") == profile.phone


def test_a_store_that_cannot_write_keeps_no_card_from_whoever_answers_a_call(
    hub: RunningHub, chen: httpx.Client, xu: httpx.Client, profile: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    home_id = profile.home_id

    def full(connection: Connection, opening: care_cards.Opening) -> bool:
        raise StoreUnavailable("the disk is full; free some space")

    path = f"/api/v1/homes/{home_id}/care-card"
    with monkeypatch.context() as patch:
        patch.setattr(care_cards, "write", full)
        # What can wait is not read without a line about it.
        assert xu.post(path, json={"reason": "data"}).status_code == 503
        assert card(xu, home_id)["opened"] is None
        assert xu.post(path, json={"reason": "emergency"}).json()["phone"] == profile.phone
        alert = hub.emergency(home_id)
        assert card(chen, home_id)["phone"] == profile.phone
    # The next look writes it.
    assert card(chen, home_id)["opened"] == "alert"
    assert openings(hub, home_id) == [("chen", "alert", alert.id)]


@pytest.mark.usefixtures("logins")
def test_numbers_of_a_family_stand_in_no_list_of_people(
    hub: RunningHub, chen: httpx.Client, profile: Profile
) -> None:
    contact = profile.people[Role.CONTACT][0]
    butler = profile.people[Role.BUTLER][0]
    phone = hub.engine.context().people[contact].phone
    with hub.client("boss") as boss:
        assert boss.get(f"/api/v1/people/{contact}").json()["phone"] == phone
    read = chen.get(f"/api/v1/people/{contact}")
    listed = chen.get("/api/v1/people", params={"q": contact, "show": "all"})
    page = chen.get(f"/people/{contact}", headers={"accept": "text/html"})
    assert {read.status_code, listed.status_code, page.status_code} == {200}
    assert not [one for one in (read.text, listed.text, page.text) if phone in one]
    assert chen.get(f"/api/v1/people/{butler}").json()["phone"]
