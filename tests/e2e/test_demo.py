"""The demo as a newcomer meets it: two lines typed, a street that lives, a key pressed by hand, Ctrl-C, and the same again."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.hub_process import PROJECT
from tests.e2e.street import until
from tests.servers import free_port, require_embedded_broker

pytestmark = [pytest.mark.slow]


class Demo:
    """`hub demo` with its settings and data in a folder of the test."""

    def __init__(self, folder: Path) -> None:
        require_embedded_broker()
        self.folder = folder
        for name in ("rules.toml", "policies.toml"):
            (folder / name).write_text(
                (PROJECT / "config" / name).read_text(encoding="utf-8"), encoding="utf-8"
            )
        shipped = (PROJECT / "config" / "demo.toml").read_text(encoding="utf-8")
        settings = shipped
        for was, now in (
            ('data_dir = "../var/demo"', 'data_dir = "data"'),
            ("port = 18883", f"port = {free_port()}"),
            ("port = 8080", f"port = {free_port()}"),
        ):
            assert was in settings, f"config/demo.toml no longer says {was}"
            settings = settings.replace(was, now)
        (folder / "demo.toml").write_text(settings, encoding="utf-8")
        self.said = ""
        self._process: subprocess.Popen[bytes] | None = None

    @contextmanager
    def running(self, *options: str) -> Iterator[None]:
        """Start, wait for the welcome, and leave nothing behind."""
        log = self.folder / "demo.log"
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "hub", "demo", "--config", str(self.folder / "demo.toml"), *options],
                stdout=output,
                stderr=output,
                start_new_session=True,
                cwd=PROJECT,
            )

        def welcomed() -> bool:
            assert self._process is not None
            self.said = log.read_text(encoding="utf-8")
            assert self._process.poll() is None, f"the demo has ended:\n{self.said}"
            return "Ctrl-C" in self.said

        try:
            until(welcomed, "the demo says how to go on", within_s=40)
            yield
        finally:
            if self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()

    def press_ctrl_c(self) -> int:
        """As the terminal does it, to the whole group; returns the exit code."""
        assert self._process is not None
        os.killpg(self._process.pid, signal.SIGINT)
        return self._process.wait(10)

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def processes(self) -> list[str]:
        """What still runs of it: every process that works in its folder."""
        found = []
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                line = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if str(self.folder) in line:
                found.append(line)
        return found

    def told(self, pattern: str) -> str:
        """What the welcome says there."""
        found = re.search(pattern, self.said)
        assert found, self.said
        return found.group(1)

    @property
    def url(self) -> str:
        return self.told(r"console\s+(http://\S+)")

    @contextmanager
    def browser(self) -> Iterator[httpx.Client]:
        """Logged in with the words of the welcome."""
        headers = {"sec-fetch-site": "same-origin"}
        with httpx.Client(base_url=self.url, headers=headers, trust_env=False, timeout=15) as client:
            password = self.told(r"log-in\s+operator\s+(\S+)")
            answer = client.post("/login", data={"login": "operator", "password": password})
            assert answer.status_code == 303, answer.text
            yield client

    def press(self, home: str, device: str) -> dict[str, Any]:
        """A key pressed with the line of the welcome, in this home."""
        typed = shlex.split(self.told(r"press\s+(\S*device-sim press .*)"))
        assert Path(typed[0]).name == "device-sim"
        arguments = [
            home if part == "h0010" else device if part.startswith("button-") else part for part in typed[1:]
        ]
        done = subprocess.run(
            [sys.executable, "-m", "device_sim", *arguments],
            capture_output=True,
            cwd=PROJECT,
            timeout=60,
            check=True,
        )
        result: dict[str, Any] = json.loads(done.stdout)
        return result

    def button_of(self, home: str) -> str:
        fleet = json.loads((self.folder / "data" / "fleet.json").read_text(encoding="utf-8"))
        devices = next(one["devices"] for one in fleet["homes"] if one["id"] == home)
        return str(next(one["id"] for one in devices if one["kind"] == "button"))


def alerts(browser: httpx.Client) -> dict[str, str]:
    """Home by alert id."""
    answer = browser.get("/api/v1/alerts?limit=200")
    assert answer.status_code == 200, answer.text
    return {alert["id"]: alert["home_id"] for alert in answer.json()["items"]}


def test_the_demo_lives_ends_with_ctrl_c_keeps_its_data_and_forgets_it_when_told_to(tmp_path: Path) -> None:
    demo = Demo(tmp_path)
    with demo.running("--speed", "20"), demo.browser() as browser:
        assert "console" in browser.get("/").text
        until(lambda: "h0010" in alerts(browser).values(), "the street's first alert is on the console")
        printed = demo.told(r"press\s+(\S*device-sim press .*)").split()
        assert demo.press("h0010", printed[3])["heard"] is True
        assert demo.press("h0050", demo.button_of("h0050"))["heard"] is True
        until(lambda: "h0050" in alerts(browser).values(), "the press by hand is on the console")
        kept = alerts(browser)
        homes = browser.get("/api/v1/homes").json()
        assert demo.press_ctrl_c() == 0
    assert demo.processes() == []
    street = json.loads((tmp_path / "data" / "street.log").read_text(encoding="utf-8").splitlines()[-1])
    assert street["unheard"] == []

    with demo.running("--scenario", "normal_day"), demo.browser() as browser:
        assert kept.items() <= alerts(browser).items()
        assert browser.get("/api/v1/homes").json() == homes
        second = subprocess.run(
            [sys.executable, "-m", "hub", "demo", "--reset", "--config", str(tmp_path / "demo.toml")],
            capture_output=True, text=True, cwd=PROJECT, timeout=30, check=False,
        )  # fmt: skip
        assert second.returncode == 2
        assert "held by process" in second.stderr
        assert kept.items() <= alerts(browser).items(), "a demo that runs is not forgotten"
        demo.kill()
        until(lambda: demo.processes() == [], "nothing outlives a killed demo")

    with demo.running("--scenario", "normal_day", "--reset"), demo.browser() as browser:
        assert not kept.keys() & alerts(browser).keys()
        assert browser.get("/api/v1/homes").json() != {}
        assert demo.press_ctrl_c() == 0
    assert demo.processes() == []
