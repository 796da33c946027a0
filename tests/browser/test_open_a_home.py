"""A home from nothing to open: enrolled on a telephone, its cord pressed through a Mosquitto that knows it by the line the page
shows, answered in the console by a person."""

import os
import re
import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from device_sim.link import Broker
from device_sim.pressing import press
from device_sim.spec import DeviceKind, DeviceSpec, FleetSpec, HomeSpec
from firmware_contracts.vocabulary import CallAction
from hub.core.alerts import Role
from hub.core.events import ActorRole
from hub.directory.model import Directory
from hub.store.accounts import add_account
from hub.store.store import Store
from hub.web.passwords import hash_password
from tests.browser.conftest import DESK, PASSWORD
from tests.e2e.hub_process import HubProcess, write_settings
from tests.e2e.street import CELL, settle, street
from tests.servers import PROJECT, MosquittoServer, require_program

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser]

PHONE = {"width": 390, "height": 844}
SHOTS = os.environ.get("CARE_SHOTS")
"""Where pictures of each step go, to be looked at."""


class GuardedMosquitto(MosquittoServer):
    """The shipped access list, and a password file that grows while it runs."""

    def __init__(self, folder: Path) -> None:
        self.passwords = folder / "passwords"
        folder.mkdir(parents=True, exist_ok=True)
        self.passwords.touch(mode=0o600)
        program = require_program("mosquitto_passwd", "sudo apt install mosquitto")
        subprocess.run(
            [str(program), "-b", str(self.passwords), "hub", PASSWORD], check=True, capture_output=True
        )
        acl = PROJECT / "config" / "mosquitto" / "acl"
        super().__init__(folder, password_file=self.passwords, acl_file=acl)

    def let_in(self, line: str) -> None:
        """What the installer does with the line of the page."""
        with self.passwords.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
        assert self._process is not None
        self._process.send_signal(signal.SIGHUP)


@pytest.fixture
def directory() -> Directory:
    return street(4)


@pytest.fixture
def operator(directory: Directory) -> str:
    return next(shift.person_id for shift in directory.shifts if shift.role is Role.OPERATOR)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[GuardedMosquitto]:
    with GuardedMosquitto(tmp_path / "mosquitto") as running:
        yield running


@pytest.fixture
def hub(
    tmp_path: Path, directory: Directory, operator: str, broker: GuardedMosquitto
) -> Iterator[HubProcess]:
    folder = tmp_path / "hub"
    folder.mkdir()
    secret = folder / "mqtt-password"
    secret.touch(mode=0o600)
    secret.write_text(PASSWORD)
    mqtt = f'host = "{broker.host}"\nport = {broker.port}\nusername = "hub"\npassword_file = "mqtt-password"'
    process = HubProcess(write_settings(folder, mqtt=mqtt))
    try:
        settle(directory, process.data_dir)
        hashed, now = hash_password(PASSWORD), datetime.now(UTC)
        with Store.open(process.data_dir / "hub.sqlite", CELL) as store:
            for login, name, role in (
                (operator, "坐席", ActorRole.OPERATOR),
                ("installer", "安装员", ActorRole.INSTALLER),
            ):
                one = (login, name, role, hashed, now)
                store.write(lambda connection, one=one: add_account(connection, *one))  # type: ignore[misc]
        process.start_ready()
        yield process
        assert process.stop() == 0
    finally:
        process.close()


def log_in(chromium: "Browser", hub: HubProcess, login: str, viewport: dict[str, int], then: str) -> "Page":
    context = chromium.new_context(viewport=viewport, locale="zh-CN")  # type: ignore[arg-type]
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"{page.url}: {error}"))
    page.goto(f"{hub.url}{then}")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{then}")
    return page


def picture(page: "Page", name: str) -> None:
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= page.viewport_size["width"], f"{name} is {wide} wide"  # type: ignore[index]


def enrol(page: "Page") -> str:
    """The home, the elder; returns the home's id."""
    picture(page, "1-start")
    page.select_option("select[name=region_id]", index=1)
    page.fill("input[name=building]", "9号楼")
    page.fill("input[name=stair]", "1单元")
    page.fill("input[name=flat]", "901室")
    page.fill("input[name=floor]", "9")
    page.select_option("select[name=centre_id]", index=1)
    page.get_by_role("button", name="登记住户").click()
    page.wait_for_url(re.compile(r"/enrol/h\d+$"))
    home_id = page.url.rpartition("/")[2]
    page.fill("input[name=name]", "孙德福")
    page.fill("input[name=call_name]", "孙大爷")
    page.select_option("select[name=butler_id]", index=1)
    picture(page, "2-home")
    page.get_by_role("button", name="添加老人").click()
    expect(page.locator(".elder")).to_contain_text("未开通")
    return home_id


def test_a_home_is_enrolled_pressed_answered_and_open(
    hub: HubProcess, broker: GuardedMosquitto, operator: str, chromium: "Browser"
) -> None:
    phone = log_in(chromium, hub, "installer", PHONE, "/enrol")
    home_id = enrol(phone)
    phone.fill("#device-form input[name=id]", "cord-901")
    phone.select_option("#device-form select[name=kind]", "pull_cord")
    phone.select_option("#device-form select[name=room_id]", label="卫生间")
    phone.get_by_role("button", name="登记设备").click()
    username = phone.locator("#username").inner_text()
    password = phone.locator("#password").inner_text()
    assert username == f"{CELL}/{home_id}/cord-901"
    picture(phone, "3-credentials")
    broker.let_in(phone.locator("#password-line").inner_text())

    phone.get_by_role("link", name="去按键试通").click()
    verdict = phone.locator("#verdict")
    expect(verdict).to_contain_text("未开通")
    key = phone.locator(".key[data-device=cord-901]")
    expect(key).to_contain_text("请按一下")
    picture(phone, "4-press-now")

    desk = log_in(chromium, hub, operator, DESK, "/")
    desk.wait_for_selector("html[data-ready]")
    device = DeviceSpec(id="cord-901", kind=DeviceKind.PULL_CORD)
    spec = FleetSpec(cell=CELL, homes=(HomeSpec(id=home_id, devices=(device,)),))
    pressed = press(
        *(spec, home_id, "cord-901", Broker(broker.host, broker.port, username, password)),
        action=CallAction.EMERGENCY,
        category=None,
        wait_s=20,
        stop=Event(),
    )
    assert pressed.heard, "the hub heard it through the broker, under the name and password of the page"
    expect(key).to_contain_text("等人应答")

    row = desk.locator("#queue .row")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("孙德福")
    row.locator(".take").click()
    expect(key).to_contain_text("等结案")
    expect(verdict).to_contain_text("未开通")
    picture(phone, "5-answered")
    desk.wait_for_function("() => performance.now() > Number(document.documentElement.dataset.keysFrom)")
    desk.keyboard.press("r")
    dialog = desk.locator("#resolve-dialog")
    dialog.locator("input[value=test]").check()
    dialog.locator("input[value=by_phone]").check()
    dialog.locator("button.primary, button[type=submit]").last.click()
    expect(row).to_have_count(0)

    expect(verdict).to_contain_text("已开通")
    expect(phone.locator("[data-step=bathroom]")).to_have_class("step-done")
    expect(phone.locator("[data-step=bedroom]")).not_to_have_class("step-done")
    picture(phone, "6-open")
    phone.goto(f"{hub.url}/unprotected")
    expect(phone.locator("main")).not_to_contain_text("孙德福")
    picture(phone, "7-unprotected")
    desk.goto(f"{hub.url}/homes/{home_id}/life")
    picture(desk, "8-life-operator")
    phone.context.close()
    desk.context.close()


def test_a_device_of_another_home_is_moved_only_when_somebody_says_so(
    hub: HubProcess, directory: Directory, chromium: "Browser"
) -> None:
    phone = log_in(chromium, hub, "installer", PHONE, "/enrol")
    home_id = enrol(phone)
    taken = directory.assignments[0]
    kind = next(device.kind for device in directory.devices if device.id == taken.device_id)
    phone.fill("#device-form input[name=id]", taken.device_id)
    phone.select_option("#device-form select[name=kind]", kind.value)
    phone.get_by_role("button", name="登记设备").click()
    expect(phone.locator(".notice")).to_contain_text(taken.home_id)
    picture(phone, "9-elsewhere")
    phone.locator("#move-here").click()
    expect(phone.locator("#username")).to_have_text(f"{CELL}/{home_id}/{taken.device_id}")
    expect(phone.locator(".made")).to_contain_text(f"-D /etc/mosquitto/passwords {CELL}/{taken.home_id}/")
    phone.context.close()
