"""The whole chain at once: a press in a simulated home, a hub of its own process on Mosquitto, an operator in Chromium, a butler
who answers by the webhook, and what the elder sees and hears meanwhile."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from playwright.sync_api import expect

from device_sim.devices import NativeDevice
from device_sim.indication import Lamp
from device_sim.responders import Responders
from device_sim.responders_people import BEHAVIOURS, Asked
from device_sim.world import World
from hub.core.alerts import Role
from hub.core.events import ActorRole
from hub.directory.model import Directory
from hub.notify import phrases
from hub.store.accounts import add_account
from hub.store.store import Store
from hub.web.passwords import hash_password
from tests.browser.conftest import DESK, PASSWORD
from tests.e2e.conftest import on
from tests.e2e.hub_process import HubProcess, write_settings
from tests.e2e.street import CELL, Key, Street, played, settle, street, until
from tests.servers import MosquittoServer, free_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser]

SECRET = b"a secret of the tests alone"


class Bedside(NamedTuple):
    """What the elder sees and has heard on the device that was pressed."""

    lamp: Lamp
    by: str | None
    said: tuple[str, ...]


class WatchedStreet(Street):
    """A street whose lamps and loudspeakers can be looked at from outside."""

    seen: dict[Key, Bedside]

    def bedside(self, key: Key) -> Bedside:
        return self.seen[key]

    def _look(self, world: World) -> bool:
        over = super()._look(world)
        seen = {}
        for key in self.keys:
            device = world.units[key].device
            assert isinstance(device, NativeDevice)
            said = tuple(spoken.sentence for spoken in device.indicator.spoken)
            seen[key] = Bedside(device.lamp(world.now), device.indicator.by(world.now), said)
        self.seen = seen
        return over


@pytest.fixture
def directory() -> Directory:
    return street(4)


@pytest.fixture
def operator(directory: Directory) -> str:
    """A person of the directory, whose log-in has the same name."""
    return next(shift.person_id for shift in directory.shifts if shift.role is Role.OPERATOR)


@pytest.fixture
def chain(
    tmp_path: Path, directory: Directory, operator: str, own_mosquitto: MosquittoServer
) -> Iterator[tuple[HubProcess, Responders, WatchedStreet]]:
    """A hub that is ready, people who answer only when the test says so, and homes that live."""
    web_port = free_port()
    people = Responders(0, SECRET, f"http://127.0.0.1:{web_port}", BEHAVIOURS["silent"])
    people.start()
    hub = HubProcess(
        write_settings(tmp_path / "hub", mqtt=on(own_mosquitto), webhook=f"{people.url}/", web_port=web_port)
    )
    try:
        settle(directory, hub.data_dir)
        hashed = hash_password(PASSWORD)
        with Store.open(hub.data_dir / "hub.sqlite", CELL) as store:
            store.write(
                lambda connection: add_account(
                    *(connection, operator, "坐席", ActorRole.OPERATOR, hashed, datetime.now(UTC)),
                    person_id=operator,
                )
            )
        hub.start_ready()
        with WatchedStreet(played(directory), own_mosquitto.host, own_mosquitto.port) as homes:
            yield hub, people, homes
        assert hub.stop() == 0
    finally:
        hub.close()
        people.stop()


def log_in(chromium: "Browser", hub: HubProcess, login: str) -> "Page":
    context = chromium.new_context(viewport=DESK, locale="zh-CN")  # type: ignore[arg-type]
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto(f"{hub.url}/")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("html[data-ready]")
    return page


def asked(people: Responders, role: Role) -> Asked:
    """The notification that this role got about the one alert; waits for it."""

    def found() -> list[Asked]:
        return [
            one
            for one in people.people.listed()
            if one.role == role and one.notification["template"] == "alert"
        ]

    until(lambda: bool(found()), f"the {role} is asked")
    return found()[0]


def answer(people: Responders, one: Asked, action: str) -> None:
    """Signed, over HTTP, in the name of the person who was asked."""
    people.answer(one, action)
    assert one.state == action, f"the hub refused: {one.state}"


def test_from_the_press_to_the_closed_record(
    chain: tuple[HubProcess, Responders, WatchedStreet],
    directory: Directory,
    operator: str,
    chromium: "Browser",
) -> None:
    hub, people, homes = chain
    key = homes.keys[0]
    residence = next(one for one in directory.residences if one.home_id == key.home)
    elder = next(one for one in directory.elders if one.id == residence.elder_id)
    page = log_in(chromium, hub, operator)
    expect(page.locator("#queue-empty")).to_be_visible()
    page.evaluate("document.documentElement.dataset.since = 'log-in'")

    def shows(lamp: Lamp, sentence: str) -> None:
        until(lambda: homes.bedside(key).lamp is lamp, f"the lamp shows {lamp}")
        assert homes.bedside(key).said[-1] == sentence

    homes.press(key)
    row = page.locator("#queue .row")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(elder.name)
    expect(row).to_contain_text("待接警")
    shows(Lamp.HEARD, phrases.HEARD)
    butler = asked(people, Role.BUTLER)
    alert_id = str(butler.notification["alert_id"])

    page.wait_for_function("() => performance.now() > Number(document.documentElement.dataset.keysFrom)")
    page.keyboard.press("a")
    expect(row).to_contain_text("已接警")
    # Who sits at a desk is never called a butler.
    shows(Lamp.TAKEN, f"{elder.call_name}，值班员接到了。")
    assert homes.bedside(key).by == "值班员"

    person = next(one for one in directory.persons if one.id == butler.notification["person_id"])
    answer(people, butler, "on_the_way")
    expect(row).to_contain_text("已出发")
    expect(row).to_contain_text(f"{person.name} 已接")
    shows(Lamp.ON_THE_WAY, f"{person.surname}管家出门了，正往您家来。")
    answer(people, butler, "on_site")
    expect(row).to_contain_text("已到场")
    timeline = page.locator("#timeline")
    for words in (
        "触发：按下求救键",
        f"{person_name(directory, operator)}已接警",
        f"{person.name}已出发",
        f"{person.name}已到场",
    ):
        expect(timeline).to_contain_text(words)
    expect(timeline).not_to_contain_text("相关人员")

    page.keyboard.press("r")
    page.locator("#resolve-dialog textarea").fill("扶起来了，没有外伤")
    page.keyboard.press("Shift+Tab")
    for pressed in ("3", "s", "Enter"):
        page.keyboard.press(pressed)
    expect(row).to_have_count(0)
    expect(page.locator("#queue-empty")).to_be_visible()
    shows(Lamp.CLOSED, phrases.CLOSED)
    assert page.evaluate("document.documentElement.dataset.since") == "log-in", "the page was loaded again"

    record = page.request.get(f"{hub.url}/api/v1/alerts/{alert_id}").json()
    assert (record["home_id"], record["state"], record["open"]) == (key.home, "resolved", False)
    assert (record["what_it_was"], record["what_was_done"]) == ("fall_unhurt", "on_site")
    assert record["resolved_by"] == {"id": operator, "name": person_name(directory, operator)}
    assert record["opened_at"] < record["first_answer_at"] < record["on_site_at"] < record["resolved_at"]
    steps = [
        (entry["kind"], entry["by"] and entry["by"]["id"])
        for entry in record["timeline"]
        if entry["kind"].startswith("alert_")
    ]
    assert steps == [
        ("alert_triggered", None),
        ("alert_escalated", None),
        ("alert_acknowledged", operator),
        ("alert_on_the_way", person.id),
        ("alert_on_site", person.id),
        ("alert_resolved", operator),
    ]

    # What is over can still be read: from the home's page on a page of its own, and in the console.
    page.goto(f"{hub.url}/homes/{key.home}")
    page.locator(f"a[href='/alerts/{alert_id}']").click()
    expect(page.locator(".one-alert .timeline")).to_contain_text("已处置：跌倒未伤，上门处置")
    page.locator(f"a[href='/?alert={alert_id}']").click()
    expect(page.locator(".detail-name")).to_contain_text(elder.name)
    expect(page.locator(".detail-state")).to_have_text(re.compile("已处置.*跌倒未伤.*上门处置"))
    expect(timeline).to_contain_text("已处置：跌倒未伤，上门处置")
    expect(page.locator(".closing-note")).to_have_text("扶起来了，没有外伤")
    page.context.close()


def test_a_hub_that_is_killed_comes_back_under_an_open_console(
    chain: tuple[HubProcess, Responders, WatchedStreet], operator: str, chromium: "Browser"
) -> None:
    hub, _, homes = chain
    page = log_in(chromium, hub, operator)
    page.evaluate("document.documentElement.dataset.since = 'log-in'")
    homes.press(homes.keys[0])
    row = page.locator("#queue .row")
    expect(row).to_have_count(1)
    hub.kill()
    expect(page.locator("#line-bar")).to_contain_text("连接断了")
    homes.press(homes.keys[1])
    hub.start_ready()
    expect(page.locator("#line-bar")).to_be_hidden()
    expect(row).to_have_count(2)
    page.wait_for_function("() => performance.now() > Number(document.documentElement.dataset.keysFrom)")
    page.keyboard.press("a")
    expect(page.locator("#queue .row.held")).to_have_count(1)
    assert page.evaluate("document.documentElement.dataset.since") == "log-in", "the page was loaded again"
    page.context.close()


def person_name(directory: Directory, person_id: str) -> str:
    return next(person.name for person in directory.persons if person.id == person_id)
