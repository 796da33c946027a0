"""The form of a log-in in Chromium: every scope that it offers for a role is one that the role may have."""

from hub.web.access import SCOPES
from tests.browser.conftest import Opener
from tests.web.running import PASSWORD, RunningHub

SCOPE = "form#add select[name=scope]"
OFFERED = f"[...document.querySelectorAll('{SCOPE} option')].map((one) => one.value)"


def test_each_role_is_offered_its_own_scopes_and_begins_with_one_that_fits(
    hub: RunningHub, open_console: Opener
) -> None:
    page = open_console("admin")
    page.goto(f"{hub.url}/accounts")
    page.wait_for_selector("html[data-ready]")
    for role, scopes in SCOPES.items():
        page.select_option("form#add select[name=role]", role.value)
        offered = [one for one in page.evaluate(OFFERED) if one]
        assert {one.partition(":")[0] for one in offered} == {one.value for one in scopes}, role
        # A place is never guessed among several.
        assert page.input_value(SCOPE) == ("" if scopes[0].value == "centre" else scopes[0].value)

    page.select_option("form#add select[name=role]", "centre_duty")
    page.fill("form#add input[name=login]", "desk-1")
    page.fill("form#add input[name=name]", "站点一")
    page.fill("form#add input[name=password]", PASSWORD)
    page.click("form#add button")
    assert page.eval_on_selector(SCOPE, "one => one.validity.valueMissing"), "asked for before it is sent"
    page.select_option(SCOPE, index=1)
    page.click("form#add button")
    page.wait_for_selector("td:has-text('desk-1')")


def test_a_log_in_keeps_its_scope_when_its_page_is_opened(hub: RunningHub, open_console: Opener) -> None:
    centre = hub.directory.centres[3].id
    with hub.client("admin") as admin:
        made = admin.post(
            "/api/v1/accounts",
            json={
                "login": "desk-2",
                "name": "站点",
                "role": "centre_duty",
                "password": PASSWORD,
                "scope": {"kind": "centre", "id": centre},
            },
        )
        assert made.status_code == 201, made.text
    page = open_console("admin")
    page.goto(f"{hub.url}/accounts/desk-2")
    page.wait_for_selector("html[data-ready]")
    assert page.input_value("select[name=scope]") == f"centre:{centre}"
