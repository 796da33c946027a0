"""Log-ins as an administrator keeps them: what fits together, what is refused in words, and that every change is recorded."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from hub.core.alerts import Role
from hub.store import change_log
from hub.store.change_log import Change, What
from tests.web.running import PASSWORD, RunningHub


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    with RunningHub(tmp_path_factory.mktemp("accounts"), homes=20) as running:
        yield running


def person_in(hub: RunningHub, role: Role) -> str:
    return next(bond.person_id for bond in hub.directory.bonds if bond.role is role)


def add(admin: httpx.Client, login: str, role: str, **more: Any) -> httpx.Response:
    return admin.post(
        "/api/v1/accounts", json={"login": login, "name": login, "role": role, "password": PASSWORD, **more}
    )


def lines(hub: RunningHub, *what: What) -> list[Change]:
    found = hub.queries.read(lambda connection: change_log.changes(connection, limit=500))
    return [line for _, line in found if line.what in what]


@pytest.mark.parametrize(
    ("role", "more", "codes", "zh", "en"),
    [
        ("butler", {}, ["person_needed"], "必须选对应人员", "needs a person"),
        ("butler", {"person_id": "nobody"}, ["person_unknown"], "nobody", "Add the person on the people page"),
        ("butler", {"person_id": "CONTACT"}, ["person_no_carer"], "不是管家", "is no butler"),
        ("butler", {"person_id": "BUTLER", "scope": {"kind": "everything"}}, ["scope_of_role"], "本人名下", "own elders"),
        ("operator", {"scope": {"kind": "centre", "id": "c"}}, ["scope_of_role"], "全部、运营机构", "operating company"),
        ("operator", {"scope": {"kind": "company"}}, ["scope_without_place"], "再选是哪一个", "say which one"),
        ("supervisor", {"scope": {"kind": "region", "id": "mars"}}, ["scope_unknown"], "mars 的区域", "with the id mars"),
        ("administrator", {"scope": {"kind": "region", "id": "mars"}}, ["scope_of_role"], "只能是：全部", "may be: everything"),
        ("centre_duty", {"person_id": "nobody"}, ["scope_without_place", "person_unknown"], "再选是哪一个", "people page"),
        ("responder", {}, ["role"], "不能登录", "does not log in"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_what_to_do(
    hub: RunningHub, admin: httpx.Client, role: str, more: dict[str, Any], codes: list[str], zh: str, en: str
) -> None:
    named = {"BUTLER": person_in(hub, Role.BUTLER), "CONTACT": person_in(hub, Role.CONTACT)}
    if "person_id" in more:
        more = more | {"person_id": named.get(more["person_id"], more["person_id"])}
    refused = add(admin, "never", role, **more)
    assert refused.status_code == 422
    errors = refused.json()["errors"]
    assert [one["code"] for one in errors] == codes
    assert any(zh in one["zh"] for one in errors)
    assert any(en in one["en"] for one in errors)
    assert admin.get("/api/v1/accounts/never").status_code == 404


def test_the_usual_scope_goes_with_the_role_and_changes_with_it(hub: RunningHub, admin: httpx.Client) -> None:
    butler = person_in(hub, Role.BUTLER)
    made = add(admin, "liang", "butler", person_id=butler).json()
    assert (made["scope"]["kind"], made["scope"]["id"], made["person"]["id"]) == ("own", butler, butler)
    assert add(admin, "second", "butler", person_id=butler).json()["errors"][0]["code"] == "person_taken"
    changed = admin.patch("/api/v1/accounts/liang", json={"role": "supervisor"}).json()
    assert (changed["role"], changed["scope"]["kind"]) == ("supervisor", "everything")
    renamed = admin.patch("/api/v1/accounts/liang", json={"name": "梁"}).json()
    assert (renamed["name"], renamed["role"]) == ("梁", "supervisor")
    told = [line for line in lines(hub, What.ACCOUNT_ADDED, What.ACCOUNT_CHANGED) if line.about_id == "liang"]
    assert [(line.by, line.what.value, line.data.get("fields")) for line in told] == [
        ("admin", "account_changed", ["name"]),
        ("admin", "account_changed", ["access"]),
        ("admin", "account_added", None),
    ]
    assert told[1].data["access_before"] == f"butler own:{butler}"


def test_a_password_never_stands_in_the_change_log(hub: RunningHub, admin: httpx.Client) -> None:
    assert add(admin, "secretive", "operator").status_code == 201
    assert (
        admin.patch("/api/v1/accounts/secretive", json={"password": "a new long password"}).status_code == 200
    )
    told = [line for line in lines(hub, *What) if line.about_id == "secretive"]
    assert told[0].data == {"fields": ["password_hash"]}
    assert "scrypt" not in str(told)


@pytest.mark.parametrize(
    "change", [{"active": False}, {"role": "operator"}, {"scope": {"kind": "company", "id": "c"}}]
)
def test_nobody_takes_away_the_own_way_in(admin: httpx.Client, change: dict[str, Any]) -> None:
    answer = admin.patch("/api/v1/accounts/admin", json=change)
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:care-alert-hub:own_account")


def test_names_of_the_hub_itself_are_kept(admin: httpx.Client) -> None:
    for login in ("local", "System"):
        assert add(admin, login, "operator").status_code == 409


def test_a_change_that_is_refused_leaves_no_line(hub: RunningHub, admin: httpx.Client) -> None:
    before = len(lines(hub, What.ACCOUNT_ADDED, What.ACCOUNT_CHANGED))
    assert add(admin, "chen", "operator").status_code == 409
    assert admin.patch("/api/v1/accounts/nobody", json={"active": False}).status_code == 404
    assert admin.patch("/api/v1/accounts/chen", json={}).status_code == 422
    # What is as it was already is no change either.
    assert admin.patch("/api/v1/accounts/chen", json={"active": True}).status_code == 200
    assert len(lines(hub, What.ACCOUNT_ADDED, What.ACCOUNT_CHANGED)) == before


def test_the_change_log_is_read_by_who_and_what_page_by_page(hub: RunningHub, admin: httpx.Client) -> None:
    for number in range(5):
        assert add(admin, f"many-{number}", "operator").status_code == 201
    first = admin.get("/api/v1/changes", params={"what": "account_added", "by": "admin", "limit": 3}).json()
    assert [one["about_id"] for one in first["items"]] == ["many-4", "many-3", "many-2"]
    second = admin.get(
        "/api/v1/changes", params={"what": "account_added", "limit": 2, "before": first["next"]}
    ).json()
    assert [one["about_id"] for one in second["items"]] == ["many-1", "many-0"]
    assert admin.get("/api/v1/changes", params={"by": "nobody"}).json() == {"items": [], "next": None}
    assert (
        admin.get("/changes?what=account_added&by=admin", headers={"accept": "text/html"}).status_code == 200
    )


def test_a_butler_with_a_list_does_not_leave_before_it_is_handed_over(
    hub: RunningHub, admin: httpx.Client
) -> None:
    butler = person_in(hub, Role.BUTLER)
    refused = admin.post(f"/api/v1/people/{butler}/leave", json={})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:care-alert-hub:person_busy")
    assert refused.json()["homes"] > 0
    with hub.browser("admin") as page:
        shown = page.post(f"/people/{butler}/leave", data={"until_at": "2027-01-01T08:00"})
    assert shown.status_code == 409
    assert "请先交给别人再办离职" in shown.text


def test_whoever_administers_the_hub_does_not_leave_before_it_is_handed_over(
    hub: RunningHub, admin: httpx.Client
) -> None:
    """Else the last administrator would be locked out by somebody who keeps the people."""
    made = admin.post("/api/v1/people", json={"name": "管理", "phone": "13811112222"}).json()["id"]
    account = {
        "login": "keeper",
        "name": "管理",
        "role": "administrator",
        "person_id": made,
        "password": PASSWORD,
    }
    admin.post("/api/v1/accounts", json=account).raise_for_status()
    refused = admin.post(f"/api/v1/people/{made}/leave", json={})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:care-alert-hub:person_administers")
    with hub.browser("admin") as page:
        shown = page.post(f"/people/{made}/leave", data={"until_at": "2027-01-01T08:00"})
    assert shown.status_code == 409
    assert "“keeper”是管理员账号" in shown.text
    admin.patch("/api/v1/accounts/keeper", json={"active": False}).raise_for_status()
    admin.post(f"/api/v1/people/{made}/leave", json={}).raise_for_status()


@pytest.mark.parametrize(
    ("changes", "status", "zh", "en"),
    [
        ({"name": ""}, 422, "“姓名”填得不对", "“Name” is not right"),
        ({"name": "   "}, 422, "“姓名”填得不对", "“Name” is not right"),
        ({"name": "郑" * 41}, 422, "“姓名”填得不对", "“Name” is not right"),
        ({"phone": "1" * 41}, 422, "“电话”填得不对", "is not right"),
        ({"methods": "webhook " + "x" * 201}, 422, "“联系方式”填得不对", "is not right"),
        ({"methods": "", "phone": ""}, 409, "没有联系方式，告警时联系不上", "has no contact method"),
        ({"company_id": "no-such"}, 409, "已经不在台账里", "the directory does not have"),
    ],
)
def test_what_is_wrong_about_a_person_is_told_in_the_pages_language(
    hub: RunningHub, changes: dict[str, str], status: int, zh: str, en: str
) -> None:
    butler = person_in(hub, Role.BUTLER)
    typed = {"name": "郑安", "phone": "0371-5550", "methods": "webhook zheng-1"} | changes
    for language, told in (("zh", zh), ("en", en)):
        with hub.browser("admin") as page:
            page.cookies.set("care_language", language)
            wrong = page.post(f"/people/{butler}", data=typed)
        assert wrong.status_code == status
        (said,) = re.findall(r'role="alert">([^<]*)<', wrong.text)
        assert told in said
        if language == "zh":
            # Ids are all that Latin letters may stand for.
            assert not re.search(r"[A-Za-z]{2,}", said.replace(butler, "")), said
        assert f'value="{typed["phone"]}"' in wrong.text, "what was typed is kept"


def test_a_telephone_number_is_a_way_to_be_reached_without_another(
    hub: RunningHub, admin: httpx.Client
) -> None:
    made = admin.post("/api/v1/people", json={"name": "郑安", "phone": "13812345678"}).json()
    assert made["methods"] == [{"channel": "webhook", "address": "tel:13812345678"}]
    path = f"/api/v1/people/{made['id']}"
    changed = {"name": "郑安", "phone": "138 7777 6666", "methods": made["methods"]}
    assert admin.put(path, json=changed).json()["methods"] == [
        {"channel": "webhook", "address": "tel:13877776666"}
    ]
    own = [{"channel": "webhook", "address": "zheng-1"}]
    assert admin.put(path, json={**changed, "methods": own}).json()["methods"] == own


def test_a_person_is_added_changed_and_found(hub: RunningHub, admin: httpx.Client) -> None:
    with hub.browser("admin") as page:
        wrong = page.post("/people", data={"name": "郑安", "methods": "webhook"})
        assert (wrong.status_code, "渠道 地址" in wrong.text, 'value="郑安"' in wrong.text) == (
            422,
            True,
            True,
        )
        made = page.post("/people", data={"name": "郑安", "phone": "0371-5550", "methods": "webhook zheng-1"})
        assert made.status_code == 303
        person = made.headers["location"].rsplit("/", 1)[-1]
        assert page.post(made.headers["location"], data={"name": "郑平", "methods": ""}).status_code == 303
    found = admin.get("/api/v1/people", params={"q": "郑平"}).json()["items"]
    assert [(one["id"], one["surname"], one["methods"]) for one in found] == [(person, "郑", [])]
    told = [line for line in lines(hub, What.PERSON_CHANGED) if line.about_id == person]
    assert sorted(told[0].data["fields"]) == ["methods", "name", "phone"]
    assert told[1].data == {"change": "added"}
    assert "郑" not in str(told), "the change log holds no names"


def test_without_the_script_the_form_says_which_scope_is_for_whom_and_keeps_what_was_typed(
    hub: RunningHub, admin: httpx.Client
) -> None:
    page = admin.get("/accounts").text
    assert '<optgroup label="站点（站点值班员、安装员）"' in page
    assert "按角色默认（站点值班员须选一个站点）" in page
    typed = {"login": "desk-9", "name": "王站长", "role": "centre_duty", "password": PASSWORD, "scope": ""}
    refused = admin.post("/accounts", data=typed)
    assert refused.status_code == 422
    assert "再选是哪一个" in refused.text
    assert 'value="desk-9"' in refused.text
    assert 'value="王站长"' in refused.text
    assert '<option value="centre_duty" selected>' in refused.text
    centre = hub.directory.centres[0].id
    kept = admin.post("/accounts", data=typed | {"scope": f"centre:{centre}", "role": "butler"})
    assert f'<option value="centre:{centre}" selected>' in kept.text
    assert admin.post("/accounts", data=typed | {"scope": f"centre:{centre}"}).status_code == 303


def test_from_a_persons_page_the_log_in_begins_as_what_they_work(
    hub: RunningHub, admin: httpx.Client
) -> None:
    shift = next(one for one in hub.directory.shifts if one.role is Role.CENTRE_DUTY)
    page = admin.get("/accounts", params={"person": shift.person_id}).text
    assert '<option value="centre_duty" selected>' in page
    assert f'<option value="centre:{shift.centre_id}" selected>' in page


@pytest.mark.parametrize(("language", "word"), [("zh", "推送"), ("en", "push message")])
def test_a_way_of_reaching_somebody_is_read_and_typed_in_words(
    hub: RunningHub, admin: httpx.Client, language: str, word: str
) -> None:
    with hub.browser("admin") as page:
        page.cookies.set("care_language", language)
        typed = {"name": "丁一", "phone": "0371-5551", "methods": f"{word} ding-{language}\nsms 138"}
        made = page.post("/people", data=typed)
        assert made.status_code == 303, made.text
        path = made.headers["location"]
        kept = admin.get(f"/api/v1{path}").json()["methods"]
        assert kept == [
            {"channel": "webhook", "address": f"ding-{language}"},
            {"channel": "sms", "address": "138"},
        ]
        shown = page.get(path).text
        assert f">{word} ding-{language}\nsms 138</textarea>" in shown
        # Sent back as it was shown, nothing changes; the channel's own name is understood, too.
        for methods in (f"{word} ding-{language}\nsms 138", f"webhook ding-{language}\nsms 138"):
            assert page.post(path, data=typed | {"methods": methods}).status_code == 303
            assert admin.get(f"/api/v1{path}").json()["methods"] == kept
        listed = page.get("/people", params={"q": "丁一"}).text
        assert word in listed
        assert "webhook" not in listed
        assert page.post(path, data=typed | {"methods": word}).status_code == 422


def test_what_was_done_with_a_log_in_is_said_on_the_list(admin: httpx.Client) -> None:
    made = {"login": "Night-11", "name": "夜班", "role": "operator", "password": PASSWORD}
    steps = (
        ("/accounts", made, "账号 night-11 已建好"),
        ("/accounts/night-11/access", {"name": "晚班", "role": "operator"}, "账号 night-11 已保存"),
        ("/accounts/night-11/password", {"password": "a quite different sentence"}, "密码已重设"),
        ("/accounts/night-11/active", {"active": "0"}, "账号 night-11 已停用"),
        ("/accounts/night-11/active", {"active": "1"}, "账号 night-11 已启用"),
    )
    for path, form, words in steps:
        answer = admin.post(path, data=form)
        assert answer.status_code == 303, answer.text
        told = admin.get(answer.headers["location"]).text
        assert told.count('role="status"') == 1
        assert words in told
    for address in ("/accounts", "/accounts?said=added&about=nobody", "/accounts?said=x&about=night-11"):
        assert 'role="status"' not in admin.get(address).text
