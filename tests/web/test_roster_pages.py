"""The roster's page and interface in a running hub: weeks, leave, covers that both confirm, who may see and change what."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import httpx
import pytest

from hub.core.alerts import Role
from hub.core.events import ActorRole
from hub.core.roster import on_duty
from hub.directory.roster_edits import shift_id
from hub.store.accounts import add_account
from hub.store.change_log import What, changes
from hub.store.store import Connection
from tests.web.running import _HASH, RunningHub

LARGE, SMALL = "centre-00", "centre-01"
Client = httpx.Client


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    with RunningHub(tmp_path_factory.mktemp("roster"), homes=228) as running:
        now = running.clock.now()
        accounts = (
            ("manager", ActorRole.DUTY_MANAGER, "everything", None, None),
            ("desk", ActorRole.CENTRE_DUTY, "centre", SMALL, None),
            *((one, ActorRole.BUTLER, "own", one, one) for one in ("b01", "b02", "b03", "b04")),
        )

        def add(connection: Connection) -> None:
            for login, role, scope, place, person in accounts:
                add_account(connection, login, login, role, _HASH, now, scope, place, person)

        running.engine.write(add).result(10)
        yield running


@pytest.fixture
def as_(hub: RunningHub) -> Iterator[Callable[[str], Client]]:
    clients: list[Client] = []

    def opened(login: str) -> Client:
        clients.append(hub.client(login, headers={"accept": "text/html"}))
        return clients[-1]

    yield opened
    for client in clients:
        client.close()


@pytest.fixture(autouse=True)
def as_it_was(hub: RunningHub) -> Iterator[None]:
    """Each test leaves the roster as it found it."""
    yield
    hub.keeper.adopt(hub.directory)


def ahead(hub: RunningHub, days: float) -> datetime:
    return hub.clock.now().astimezone(UTC) + timedelta(days=days)


def local_day(hub: RunningHub, days: int) -> date:
    return hub.engine.context().local(ahead(hub, days)).date()


def dates(hub: RunningHub, first: int, last: int) -> dict[str, str]:
    return {"first": local_day(hub, first).isoformat(), "last": local_day(hub, last).isoformat()}


def cover(
    hub: RunningHub, client: Client, covered: str = "b01", by: str = "b02", **more: Any
) -> httpx.Response:
    body = {
        "covered_id": covered,
        "by_id": by,
        "from_at": ahead(hub, 1).isoformat(),
        "until_at": ahead(hub, 3).isoformat(),
    }
    return client.post("/api/v1/roster/covers", json=body | more)


def butlers_of_b01(hub: RunningHub, days: float) -> set[str]:
    """Who is asked for the first home, whose own butler is b01, some days from now at ten in the morning."""
    context = hub.engine.context()
    at = context.local(ahead(hub, days)).replace(hour=10)
    home = hub.engine.home("h0001")
    assert home is not None
    return set(on_duty(Role.BUTLER, home.profile, at, context))


def test_each_entry_says_who_made_it_and_when(hub: RunningHub, as_: Callable[[str], Client]) -> None:
    manager, b01 = as_("manager"), as_("b01")
    assert cover(hub, b01).status_code == 201
    leave = {"person_id": "b03", "from_at": ahead(hub, 1).isoformat(), "until_at": ahead(hub, 2).isoformat()}
    assert manager.post("/api/v1/roster/leaves", json=leave).status_code == 201
    dated = {
        "person_id": "b04",
        "role": "butler",
        "on": local_day(hub, 1).isoformat(),
        "starts": "08:00",
        "ends": "12:00",
        "centre_id": LARGE,
    }
    assert manager.post("/api/v1/roster/dated-shifts", json=dated).status_code == 201
    day = local_day(hub, 1).isoformat()
    page = manager.get("/roster", params={"centre": LARGE, "week": day}).text
    at = f"{hub.engine.context().local(hub.clock.now()):%m-%d}"

    def panel(name: str) -> str:
        return page.split(f'<h2 id="{name}">')[1].split("</section>")[0]

    assert re.search(rf'class="line-two author">b01 {at} .. \d\d:\d\d 录入<', panel("covers"))
    assert re.search(rf'class="line-two author">manager {at} .. \d\d:\d\d 录入<', panel("leaves"))
    assert re.search(rf'class="line-two author">manager {at} .. \d\d:\d\d 录入<', panel("dated"))
    # What came with the ledger has no author here, and none is made up.
    assert "录入<" not in panel("shifts")
    assert "来自台账或更早的记录" in panel("shifts")


def test_empty_nights_are_told_once_for_each_desk_the_call_centre_first(
    hub: RunningHub, as_: Callable[[str], Client]
) -> None:
    desks = (Role.CENTRE_DUTY, Role.OPERATOR)
    kept = tuple(one for one in hub.directory.shifts if not (one.role in desks and one.starts > one.ends))
    hub.keeper.adopt(replace(hub.directory, shifts=kept))
    manager = as_("manager")
    problems = manager.get("/api/v1/roster/problems").json()
    found = [one for one in problems if one["kind"] == "nobody"]
    page = manager.get("/roster").text.split('id="ahead"')[1].split("</section>")[0]
    assert len(found) > 100
    # Nothing is out of reach, and nothing is told twice.
    for text in {one["text"] for one in problems}:
        assert page.count(text) == 1
    assert page.index("没有坐席：呼叫中心") < min(
        page.index(text) for text in {one["text"] for one in problems} if "没有坐席" not in text
    )
    assert re.search(r"21:00–07:00（\d\d 夜）", page)


# --- looking ------------------------------------------------------------------------------------------------------------


def test_a_manager_sees_the_week_of_a_centre_and_walks_through_the_weeks(
    hub: RunningHub, as_: Callable[[str], Client]
) -> None:
    manager = as_("manager")
    page = manager.get("/roster", params={"centre": LARGE})
    name = hub.engine.context().people["b01"].name
    assert page.status_code == 200
    assert name in page.text
    assert "07:00–21:00" in page.text
    after = re.findall(r'href="(/roster\?[^"]*)" rel="next"', page.text)[0].replace("&amp;", "&")
    next_week = manager.get(after)
    assert next_week.status_code == 200
    monday = local_day(hub, 7) - timedelta(days=local_day(hub, 7).weekday())
    assert f"{monday} 至" in next_week.text


@pytest.mark.parametrize(("language", "word"), [("zh", "随时"), ("en", "any hour")])
def test_a_butler_without_weekly_shifts_is_there_at_any_hour(
    hub: RunningHub, as_: Callable[[str], Client], language: str, word: str
) -> None:
    manager = as_("manager")
    manager.cookies.set("care_language", language)
    centre = next(one for one in hub.directory.shifts if one.person_id == "b01").centre_id or ""
    name = hub.engine.context().people["b01"].name

    def row_and_now() -> tuple[str, str]:
        page = manager.get("/roster", params={"centre": centre}).text
        row = next(one for one in re.findall(r"<tr><th scope=.*?</tr>", page, re.DOTALL) if name in one)
        return row, re.findall(
            r'<section class="panel" aria-labelledby="now">.*?</section>', page, re.DOTALL
        )[0]

    assert word not in row_and_now()[0]
    shifts = tuple(one for one in hub.directory.shifts if one.person_id != "b01")
    hub.keeper.adopt(replace(hub.directory, shifts=shifts))
    row, now = row_and_now()
    assert row.count(word) == 7
    assert re.search(rf"{name} <span[^>]*>{word}", now)
    told = manager.get("/api/v1/roster/week", params={"centre": centre}).json()["any_hour"]
    assert "b01" in [one["person"]["id"] for one in told]
    manager.post(
        "/api/v1/roster/leaves",
        json={
            "person_id": "b01",
            "from_at": ahead(hub, -0.1).isoformat(),
            "until_at": ahead(hub, 30).isoformat(),
            "kind": "planned",
        },
    ).raise_for_status()
    assert word not in row_and_now()[1]


def test_homes_that_the_ledger_gives_to_a_colleague_stand_among_the_covers(
    hub: RunningHub, as_: Callable[[str], Client]
) -> None:
    people = hub.engine.context().people
    line = f"{people['b11'].name}代管{people['b12'].name}的 19 户"
    assert line in as_("manager").get("/roster", params={"centre": LARGE}).text


def test_the_week_by_interface_has_days_people_and_hours(
    hub: RunningHub, as_: Callable[[str], Client]
) -> None:
    week = as_("manager").get("/api/v1/roster/week", params={"centre": SMALL, "day": "2026-11-25"}).json()
    assert week["first"] == "2026-11-23"
    assert [day["hours"] for day in week["days"]] == [[["08:00:00", "18:00:00"]]] * 6 + [[]]
    desk = next(one for one in week["people"] if one["person"]["id"] == "desk-01")
    assert [len(day) for day in desk["days"]] == [1, 1, 1, 1, 1, 1, 0]


def test_a_butler_sees_the_own_shifts_and_nobody_elses(hub: RunningHub, as_: Callable[[str], Client]) -> None:
    people = hub.engine.context().people
    page = as_("b01").get("/roster").text
    assert people["b01"].name in page
    main = page[page.index("<main") : page.index("<details")]
    assert people["b05"].name not in main
    week = as_("b01").get("/api/v1/roster/week").json()
    assert [one["person"]["id"] for one in week["people"]] == ["b01"]


def test_a_centres_desk_sees_its_own_centre_only_and_the_refusal_is_written_down(
    hub: RunningHub, as_: Callable[[str], Client]
) -> None:
    desk = as_("desk")
    assert desk.get("/roster").status_code == 200
    for other in (LARGE, "centre-02", "call-centre"):
        assert desk.get("/roster", params={"centre": other}).status_code == 403
        assert desk.get("/api/v1/roster/week", params={"centre": other}).status_code == 403
    assert desk.get("/roster", params={"centre": "nowhere"}).status_code == 404
    told = [one for _, one in hub.engine.write(changes).result(10)]
    assert any(one.what is What.ACCESS_REFUSED and one.by == "desk" and one.about_id == LARGE for one in told)


# --- leave and covers -----------------------------------------------------------------------------------------------------


def test_leave_by_form_shows_as_a_gap_until_a_cover_is_confirmed_by_both(
    hub: RunningHub, as_: Callable[[str], Client]
) -> None:
    manager, b01, b02 = as_("manager"), as_("b01"), as_("b02")
    name = hub.engine.context().people["b01"].name
    form = {"centre": LARGE, "person": "b01", "kind": "planned", **dates(hub, 1, 2)}
    saved = manager.post("/roster/leave", data=form)
    assert saved.status_code == 303
    assert saved.headers["location"].startswith(f"/roster?centre={LARGE}")
    assert f"{name}休假，没有人代管" in manager.get("/roster", params={"centre": LARGE}).text
    assert "b01" not in butlers_of_b01(hub, 1)

    asked = {"direction": "own", "other": "b02", "takes": "everything", **dates(hub, 1, 2)}
    assert b01.post("/roster/cover", data=asked).status_code == 303
    assert hub.keeper.directory is not None
    waiting = hub.keeper.directory.covers[-1]
    assert waiting.covered_id == "b01"
    # Not confirmed yet: whoever of the centre is on shift is asked.
    assert len(butlers_of_b01(hub, 1)) > 1
    assert "等您确认的代管" not in b01.get("/roster").text
    assert "等您确认的代管" in b02.get("/roster").text
    assert b02.post(f"/roster/cover/{waiting.id}/confirm").status_code == 303
    assert butlers_of_b01(hub, 1) == {"b02"}
    assert butlers_of_b01(hub, 3) == {"b01"}
    assert f"{name}休假，没有人代管" not in manager.get("/roster", params={"centre": LARGE}).text
    told = [one for _, one in hub.engine.write(changes).result(10)]
    assert (told[0].what, told[0].by, told[0].about_id) == (What.COVER_CONFIRMED, "b02", waiting.id)


def test_a_third_butler_can_neither_see_nor_confirm_a_cover(
    hub: RunningHub, as_: Callable[[str], Client]
) -> None:
    key = cover(hub, as_("b01")).json()["id"]
    b03 = as_("b03")
    assert key not in b03.get("/roster").text
    for verb in ("confirm", "decline"):
        assert b03.post(f"/api/v1/roster/covers/{key}/{verb}").status_code == 403
        assert b03.post(f"/roster/cover/{key}/{verb}").status_code == 403
    assert cover(hub, b03).status_code == 403


def test_who_is_covered_takes_the_own_work_back_and_who_covers_asks_the_desk(
    hub: RunningHub, as_: Callable[[str], Client]
) -> None:
    key = cover(hub, as_("b01")).json()["id"]
    assert as_("b02").post(f"/api/v1/roster/covers/{key}/confirm").status_code == 200
    assert butlers_of_b01(hub, 2) == {"b02"}
    ends = f"/roster/cover/{key}/end"
    assert ends not in as_("b02").get("/roster").text
    assert as_("b02").post(ends).status_code == 403
    assert ends in as_("b01").get("/roster").text
    assert as_("b01").post(ends).status_code == 303
    assert butlers_of_b01(hub, 2) == {"b01"}


def test_butlers_of_two_companies_hand_elders_over_by_the_desk_only(
    hub: RunningHub, as_: Callable[[str], Client]
) -> None:
    persons = {one.id: one for one in hub.directory.persons}
    other = next(
        key
        for key, one in persons.items()
        if key.startswith("b") and one.company_id != persons["b01"].company_id
    )
    refused = cover(hub, as_("b01"), "b01", other)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:care-alert-hub:roster_other_company")
    assert cover(hub, as_("manager"), "b01", other).status_code == 201


def test_the_manager_confirms_for_somebody_ill_and_for_nobody_else(
    hub: RunningHub, as_: Callable[[str], Client]
) -> None:
    manager, desk, b02 = as_("manager"), as_("desk"), as_("b02")
    key = cover(hub, manager).json()["id"]
    confirm = f"/api/v1/roster/covers/{key}/confirm"
    refused = manager.post(confirm)
    assert refused.status_code == 409
    assert refused.json()["type"].endswith("roster_not_ill")
    assert "要本人确认" in refused.json()["errors"][0]["zh"]
    leave = {"person_id": "b01", "from_at": ahead(hub, 1).isoformat(), "until_at": ahead(hub, 3).isoformat()}
    assert manager.post("/api/v1/roster/leaves", json=leave | {"kind": "ill"}).status_code == 201
    # The centre's desk keeps the roster, but agrees for nobody.
    assert desk.post(confirm).json()["type"].endswith("roster_not_yours")
    assert manager.post(confirm).json()["state"] == "requested"
    assert b02.post(confirm).json()["state"] == "confirmed"


def test_the_desk_records_what_somebody_without_a_log_in_said_on_the_telephone(
    hub: RunningHub, as_: Callable[[str], Client]
) -> None:
    manager = as_("manager")
    name = hub.engine.context().people["b06"].name
    key = cover(hub, as_("b01"), "b01", "b06").json()["id"]
    page = manager.get("/roster", params={"centre": LARGE}).text
    assert f"{name}电话已确认" in page
    path = f"/roster/cover/{key}/confirm-by-telephone"
    assert as_("b01").post(path, data={"person": "b06"}).status_code == 403
    assert manager.post(path, data={"centre": LARGE, "person": "b06"}).status_code == 303
    assert butlers_of_b01(hub, 2) == {"b06"}
    line = next(one for _, one in hub.engine.write(changes).result(10) if one.what is What.COVER_CONFIRMED)
    assert (line.by, line.about_id, line.data["person_id"]) == ("manager", key, "b06")
    assert "电话确认" in manager.get("/changes").text


def test_nobody_records_a_telephone_call_for_who_can_confirm_or_out_of_the_scope(
    hub: RunningHub, as_: Callable[[str], Client]
) -> None:
    manager, desk = as_("manager"), as_("desk")
    key = cover(hub, as_("b01")).json()["id"]
    name = hub.engine.context().people["b02"].name
    assert f"{name}电话已确认" not in manager.get("/roster", params={"centre": LARGE}).text
    path = f"/api/v1/roster/covers/{key}/confirm-by-telephone"
    refused = manager.post(path, json={"person_id": "b02"})
    assert refused.json()["type"].endswith("roster_has_log_in")
    assert "本人登录确认" in refused.json()["errors"][0]["zh"]
    other = cover(hub, manager, "b12", "b06").json()["id"]
    assert (
        desk.post(
            f"/api/v1/roster/covers/{other}/confirm-by-telephone", json={"person_id": "b06"}
        ).status_code
        == 403
    )


def test_a_cover_is_declined_and_the_covered_one_sees_it(
    hub: RunningHub, as_: Callable[[str], Client]
) -> None:
    key = cover(hub, as_("b01")).json()["id"]
    assert as_("b02").post(f"/roster/cover/{key}/decline").status_code == 303
    assert "已谢绝" in as_("b01").get("/roster").text
    assert "b02" not in butlers_of_b01(hub, 1)


def test_what_does_not_fit_is_told_above_the_form_with_names(
    hub: RunningHub, as_: Callable[[str], Client]
) -> None:
    manager = as_("manager")
    name = hub.engine.context().people["b02"].name
    form = {"centre": LARGE, "person": "b02", "kind": "planned", **dates(hub, 1, 2)}
    manager.post("/roster/leave", data=form)
    asked = {"centre": LARGE, "covered": "b01", "by": "b02", "takes": "homes", **dates(hub, 2, 3)}
    refused = manager.post("/roster/cover", data=asked)
    assert refused.status_code == 409
    alert = re.findall(r'role="alert">([^<]*)<', refused.text)[0]
    assert alert.startswith(f"{name}那时自己休假")
    assert str(local_day(hub, 1)) in alert
    wrong = manager.post("/roster/leave", data=form | {"first": "31.2."})
    assert wrong.status_code == 422
    assert "日期或时间填得不对" in wrong.text


# --- shifts, holidays, hours --------------------------------------------------------------------------------------------------


def test_shifts_are_added_and_removed_by_form(hub: RunningHub, as_: Callable[[str], Client]) -> None:
    manager = as_("manager")
    form = {
        "centre": SMALL,
        "person": "b02",
        "role": "centre_duty",
        "days": "weekdays",
        "weekdays": ["5", "6"],
        "starts": "18:00",
        "ends": "20:00",
    }
    assert manager.post("/roster/shift", data=form).status_code == 303
    week = manager.get("/api/v1/roster/week", params={"centre": SMALL}).json()
    (added,) = [one for one in week["shifts"] if one["person"]["id"] == "b02"]
    assert (added["weekdays"], added["starts"]) == ([5, 6], "18:00:00")
    # The same butler at two places on Saturday evening is told at once.
    assert any(
        one["kind"] == "twice" and one["person"]["id"] == "b02"
        for one in manager.get("/api/v1/roster/problems").json()
    )
    assert manager.post(f"/roster/shift/{added['id']}/remove", data={"centre": SMALL}).status_code == 303
    assert manager.delete(f"/api/v1/roster/shifts/{added['id']}").status_code == 404


def test_the_last_shift_of_the_call_centre_cannot_be_taken_away(
    hub: RunningHub, as_: Callable[[str], Client]
) -> None:
    manager = as_("manager")
    shifts = manager.get("/api/v1/roster/week", params={"centre": "call-centre"}).json()["shifts"]
    answers = [manager.delete(f"/api/v1/roster/shifts/{one['id']}").status_code for one in shifts]
    assert 409 in answers


def test_a_shift_of_one_date_and_opening_hours_of_one_date(
    hub: RunningHub, as_: Callable[[str], Client]
) -> None:
    desk = as_("desk")
    on = local_day(hub, 2).isoformat()
    form = {"centre": SMALL, "person": "desk-01", "role": "centre_duty", "on": on}
    hours = {"starts": "09:00", "ends": "11:00", "in_place": "yes"}
    assert desk.post("/roster/dated", data=form | hours).status_code == 303
    assert desk.post("/roster/special", data={"centre": SMALL, "on": on, "closed": "yes"}).status_code == 303
    week = desk.get("/api/v1/roster/week", params={"day": on}).json()
    place = [day["on"] for day in week["days"]].index(on)
    assert week["days"][place]["hours"] == []
    duty = next(one for one in week["people"] if one["person"]["id"] == "desk-01")["days"][place]
    assert [(one["starts"], one["ends"]) for one in duty] == [("09:00:00", "11:00:00")]
    assert desk.post(f"/roster/special/{on}/clear", data={"centre": SMALL}).status_code == 303


def test_usual_opening_hours_are_changed_row_by_row(hub: RunningHub, as_: Callable[[str], Client]) -> None:
    rows = {
        "days-0": "workdays",
        "opens-0": "08:30",
        "closes-0": "17:30",
        "days-1": "weekdays",
        "weekdays-1": ["5"],
        "opens-1": "09:00",
        "closes-1": "12:00",
        "days-2": "weekdays",
        "opens-2": "",
        "closes-2": "",
    }
    assert as_("desk").post("/roster/openings", data={"centre": SMALL, **rows}).status_code == 303
    assert hub.keeper.directory is not None
    centre = next(one for one in hub.keeper.directory.centres if one.id == SMALL)
    assert [(one.days.value, sorted(one.weekdays), one.opens.hour) for one in centre.openings] == [
        ("workdays", [], 8),
        ("weekdays", [5], 9),
    ]


def test_a_holiday_of_ones_own_shows_in_the_week_and_goes_again(
    hub: RunningHub, as_: Callable[[str], Client]
) -> None:
    manager = as_("manager")
    on = local_day(hub, 1)
    body = {"day_type": "rest_day", "name": "庙会"}
    assert manager.put(f"/api/v1/roster/holidays/{on}", json=body).status_code == 204
    days = manager.get("/api/v1/roster/week", params={"day": str(on), "centre": SMALL}).json()["days"]
    assert next(one for one in days if one["on"] == str(on))["holiday"] == "庙会"
    assert manager.delete(f"/api/v1/roster/holidays/{on}").status_code == 204
    assert manager.delete(f"/api/v1/roster/holidays/{on}").status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/shifts", {"person_id": "b02", "role": "operator", "starts": "08:00", "ends": "18:00"}),
        (
            "POST",
            "/shifts",
            {
                "person_id": "b02",
                "role": "butler",
                "starts": "08:00",
                "ends": "18:00",
                "days": "every_day",
                "centre_id": "centre-02",
            },
        ),
        ("PUT", "/holidays/2026-12-24", {"day_type": "rest_day"}),
        ("PUT", f"/centres/{LARGE}/openings", []),
        ("PUT", f"/centres/{LARGE}/special-hours/2026-12-24", []),
        (
            "POST",
            "/leaves",
            {"person_id": "b12", "from_at": "2027-01-01T00:00:00Z", "until_at": "2027-01-02T00:00:00Z"},
        ),
    ],
)
def test_a_centres_desk_changes_nothing_of_other_places(
    as_: Callable[[str], Client], method: str, path: str, body: Any
) -> None:
    assert as_("desk").request(method, f"/api/v1/roster{path}", json=body).status_code == 403


@pytest.mark.parametrize("login", ["b01", "chen"])
def test_butlers_and_operators_enter_no_leave(
    hub: RunningHub, as_: Callable[[str], Client], login: str
) -> None:
    leave = {"person_id": "b01", "from_at": ahead(hub, 1).isoformat(), "until_at": ahead(hub, 2).isoformat()}
    assert as_(login).post("/api/v1/roster/leaves", json=leave).status_code == 403
    assert as_(login).post("/roster/leave", data={"person": "b01"}).status_code == 403
    page = as_(login).get("/roster").text
    assert "登记休假" not in page


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_has_no_script_or_style_of_its_own_and_is_small(
    hub: RunningHub, as_: Callable[[str], Client], language: str
) -> None:
    page = as_("manager").get(
        "/roster", params={"centre": LARGE}, headers={"cookie": f"care_language={language}"}
    )
    assert not re.search(r"<script(?![^>]*\bsrc=)|\bstyle=|\bon\w+=", page.text)
    assert len(page.text) < 120_000


# --- dates and times that nobody means ------------------------------------------------------------------------------------------

FAR = ("0001-01-01", "0001-01-03", "1999-12-31", "2200-01-01", "9999-12-26", "9999-12-31")
LAST = "9999-12-31"
NIGHT = {"starts": "22:00", "ends": "06:00"}
EVENING = {"person_id": "b02", "role": "butler", "days": "every_day", "centre_id": SMALL, "ends": "20:00"}
SPAN = {"from_at": "2027-01-01T00:00:00Z", "until_at": f"{LAST}T23:59:59Z"}


@pytest.mark.parametrize("day", FAR)
def test_a_week_at_the_end_of_the_calendar_is_told_as_a_wrong_date(
    as_: Callable[[str], Client], day: str
) -> None:
    manager = as_("manager")
    for centre in (SMALL, "call-centre"):
        week = manager.get("/api/v1/roster/week", params={"centre": centre, "day": day})
        assert week.status_code == 422
    page = manager.get("/roster", params={"week": day})
    assert page.status_code == 422
    assert "日期或时间填得不对" in page.text


@pytest.mark.parametrize("day", ["2000-01-01", "2199-12-31"])
def test_the_first_and_the_last_week_can_be_looked_at(as_: Callable[[str], Client], day: str) -> None:
    manager = as_("manager")
    week = manager.get("/api/v1/roster/week", params={"centre": SMALL, "day": day})
    assert day in [one["on"] for one in week.json()["days"]]
    assert manager.get("/roster", params={"week": day}).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        (
            "POST",
            "/dated-shifts",
            {"person_id": "b02", "role": "butler", "on": LAST, "centre_id": SMALL, **NIGHT},
        ),
        ("POST", "/leaves", {"person_id": "b02", **SPAN}),
        ("POST", "/leaves", {"person_id": "b02", **SPAN, "until_at": "9999-12-31T23:59:59-14:00"}),
        ("POST", "/leaves", {"person_id": "b02", **SPAN, "from_at": "0001-01-01T00:00:00+14:00"}),
        ("POST", "/covers", {"covered_id": "b02", "by_id": "b03", **SPAN}),
        ("PUT", f"/holidays/{LAST}", {"day_type": "rest_day"}),
        ("PUT", f"/centres/{SMALL}/special-hours/{LAST}", [{"opens": "22:00", "closes": "06:00"}]),
        ("POST", "/shifts", EVENING | {"starts": "18:00+08:00"}),
        ("PUT", f"/centres/{SMALL}/openings", [{"opens": "08:00Z", "closes": "18:00", "days": "every_day"}]),
    ],
)
def test_what_lies_at_the_end_of_the_calendar_is_not_kept(
    hub: RunningHub, as_: Callable[[str], Client], method: str, path: str, body: Any
) -> None:
    before = hub.keeper.directory
    answer = as_("manager").request(method, f"/api/v1/roster{path}", json=body)
    assert answer.status_code == 422, answer.text
    assert hub.keeper.directory is before


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/roster/leave", {"person": "b02", "kind": "planned", "first": "2027-01-01", "last": LAST}),
        (
            "/roster/cover",
            {"covered": "b02", "by": "b03", "takes": "homes", "first": "0001-01-01", "last": LAST},
        ),
        ("/roster/dated", {"person": "b02", "role": "butler", "on": LAST, **NIGHT}),
        ("/roster/holiday", {"day_type": "rest_day", "on": LAST}),
        ("/roster/special", {"on": LAST, "opens": "22:00", "closes": "06:00"}),
        ("/roster/leave", {"person": "b02", "kind": "planned", "first": LAST, "last": LAST, "week": LAST}),
    ],
)
def test_a_form_with_such_a_date_comes_back_with_what_is_wrong(
    as_: Callable[[str], Client], path: str, form: dict[str, str]
) -> None:
    answer = as_("manager").post(path, data={"centre": SMALL, **form})
    assert answer.status_code == 422
    assert "日期或时间填得不对" in answer.text


def test_two_of_one_name_are_told_apart_where_one_of_them_is_chosen(
    hub: RunningHub, as_: Callable[[str], Client]
) -> None:
    persons = tuple(
        replace(one, name="李伟") if one.id in ("b01", "b02") else one for one in hub.directory.persons
    )
    hub.keeper.adopt(replace(hub.directory, persons=persons))
    page = as_("manager").get("/roster", params={"centre": LARGE}).text
    assert "李伟（b01）</option>" in page
    assert "李伟（b02）</option>" in page


def test_the_change_log_keeps_what_a_removed_shift_was(hub: RunningHub, as_: Callable[[str], Client]) -> None:
    manager = as_("manager")
    shift = next(one for one in hub.directory.shifts if one.person_id == "b01")
    manager.delete(f"/api/v1/roster/shifts/{shift_id(shift)}").raise_for_status()
    told = next(one for _, one in hub.engine.write(changes).result(10)).data
    assert (told["change"], told["centre"]) == ("shift_removed", shift.centre_id)
    assert told.get("weekdays") == [str(day) for day in sorted(shift.weekdays)]
