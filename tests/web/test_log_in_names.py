"""A log-in that is spelled as a person's id is not that person: it sees its scope, and journals tell the two apart."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest

from hub.core.alerts import Role
from hub.core.events import ActorRole
from hub.store.accounts import add_account
from tests.web.running import _HASH, PASSWORD, RunningHub
from tests.web.test_live import journal, stream

BEAT = timedelta(milliseconds=150)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    with RunningHub(tmp_path_factory.mktemp("names"), homes=400, heartbeat_every=BEAT) as running:
        yield running


def butler_and_other_company(hub: RunningHub, number: int) -> tuple[str, str, str]:
    """A home, its butler, and a company that has nothing to do with it."""
    seen: list[str] = []
    for home_id in hub.home_ids()[12:]:
        home = hub.engine.homes()[home_id].profile
        butler = home.people.get(Role.BUTLER, ("",))[0]
        if butler and butler not in seen:
            seen.append(butler)
            if len(seen) > number:
                companies = (company.id for company in hub.directory.companies)
                return home_id, butler, next(one for one in companies if one != home.company_id)
    raise AssertionError("too few butlers")


def homes_of(hub: RunningHub, company: str) -> list[str]:
    homes = hub.engine.homes()
    return [one for one in hub.home_ids()[12:] if homes[one].profile.company_id == company]


def namesake(hub: RunningHub, butler: str, company: str) -> None:
    """As an earlier release let it be made."""
    hub.engine.write(
        lambda connection: add_account(
            *(connection, butler, "同名", ActorRole.OPERATOR, _HASH, hub.clock.now(), "company", company)
        )
    ).result(10)


def test_a_namesake_sees_no_alert_that_the_person_was_asked_about(hub: RunningHub) -> None:
    home_id, _, company = butler_and_other_company(hub, 0)
    before = hub.queries.journal_range().newest
    alert = hub.emergency(home_id)
    asked = hub.engine.homes()[home_id].alerts[alert.id].asked[0]
    namesake(hub, asked, company)
    with hub.client(asked) as other:
        assert other.get(f"/api/v1/homes/{home_id}").status_code == 403
        assert other.get(f"/api/v1/alerts/{alert.id}").status_code == 403
        assert (
            other.post(f"/api/v1/alerts/{alert.id}/acknowledge", json={"version": alert.version}).status_code
            == 403
        )
        hub.emergency(homes_of(hub, company)[0])
        with stream(other, after=before) as events:
            told = journal(events, "alert_triggered")
        assert {line["data"]["home_id"] for line in told} == {homes_of(hub, company)[0]}


def test_the_journal_tells_a_namesake_from_the_person(hub: RunningHub) -> None:
    _, butler, company = butler_and_other_company(hub, 1)
    namesake(hub, butler, company)
    home_id = homes_of(hub, company)[1]
    alert = hub.emergency(home_id)
    with hub.client(butler) as other:
        taken = other.post(f"/api/v1/alerts/{alert.id}/acknowledge", json={"version": alert.version})
    assert taken.status_code == 200, taken.text
    assert taken.json()["holder"] | {"since_at": 0, "until_at": 0} == {
        "id": f"login:{butler}",
        "name": "同名",
        "role": "operator",
        "reachable": False,
        "since_at": 0,
        "until_at": 0,
    }


def test_no_log_in_is_made_with_the_spelling_of_somebody_elses_id(
    hub: RunningHub, admin: httpx.Client
) -> None:
    _, butler, company = butler_and_other_company(hub, 2)
    body = {
        "login": butler.upper(),
        "name": "同名",
        "role": "operator",
        "scope": {"kind": "company", "id": company},
        "password": PASSWORD,
    }
    refused = admin.post("/api/v1/accounts", json=body)
    assert refused.status_code == 422
    (said,) = refused.json()["errors"]
    assert said["code"] == "login_of_person"
    assert "编号相同" in said["zh"]
    bound = admin.post("/api/v1/accounts", json=body | {"person_id": butler})
    assert bound.status_code == 201, bound.text
    # Nor does it stop to stand for the person later.
    freed = admin.patch(f"/api/v1/accounts/{butler}", json={"person_id": None})
    assert freed.json()["errors"][0]["code"] == "login_of_person"


def test_no_person_gets_an_id_that_is_somebody_elses_log_in(hub: RunningHub, admin: httpx.Client) -> None:
    for person_id in ("chen", "CHEN"):
        refused = admin.post("/api/v1/people", json={"id": person_id, "name": "陈静"})
        assert refused.status_code == 409
        (said,) = refused.json()["errors"]
        assert "别人的登录账号" in said["zh"]
        assert "somebody else's log-in" in said["en"]
        assert admin.get(f"/api/v1/people/{person_id}").status_code == 404


def test_no_ledger_brings_a_person_with_the_spelling_of_a_log_in(
    hub: RunningHub, admin: httpx.Client
) -> None:
    ledger = "编号,姓名,电话\nxu,徐敏,0371-55501234\n".encode()
    answer = admin.post("/api/v1/directory/import", files={"files": ("人员.csv", ledger, "text/csv")})
    body = answer.json()
    assert body["refused"], body
    assert "别人的登录账号" in answer.text or "somebody else's log-in" in answer.text
    assert admin.get("/api/v1/people/xu").status_code == 404
