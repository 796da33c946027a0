"""A hub as its own process, as systemd would run it: started, asked over HTTP, ended by signals, and looked at afterwards."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import httpx

from tests.e2e.street import CELL, until

PROJECT = Path(__file__).resolve().parent.parent.parent


def write_settings(
    folder: Path,
    *,
    mqtt: str,
    webhook: str | None = None,
    more: str = "",
    cell: str = CELL,
    web_port: int = 0,
) -> Path:
    """A settings file in `folder` with the shipped rules and policies; the hub's data go into `folder`/data."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        "[hub]",
        f'cell = "{cell}"',
        'data_dir = "data"',
        f'rules = "{PROJECT}/config/rules.toml"',
        f'policies = "{PROJECT}/config/policies.toml"',
        "[mqtt]",
        mqtt,
        "[web]",
        f"port = {web_port}",
    ]
    if webhook is not None:
        secret = folder / "webhook-secret"
        secret.touch(mode=0o600)
        secret.write_text("a secret of the tests alone")
        lines += ["[webhook]", f'url = "{webhook}"', 'secret_file = "webhook-secret"']
    path = folder / "hub.toml"
    path.write_text("\n".join([*lines, more, ""]), encoding="utf-8")
    return path


class HubProcess:
    """`python -m hub run`, or another module that runs it. What it says goes to `log`, over all its lives."""

    def __init__(self, settings: Path, environment: dict[str, str] | None = None) -> None:
        self.settings = settings
        self.log = settings.parent / "hub.log"
        self._environment = environment or {}
        self._process: subprocess.Popen[bytes] | None = None
        self._said_before = 0

    @property
    def data_dir(self) -> Path:
        return self.settings.parent / "data"

    @property
    def said(self) -> str:
        """What the present life (or the last one) has written."""
        return self.log.read_text(encoding="utf-8")[self._said_before :]

    def start(self, module: Sequence[str] = ("hub",)) -> None:
        """Start; returns at once."""
        assert self._process is None or self._process.poll() is not None, "this hub already runs"
        self._said_before = len(self.log.read_text(encoding="utf-8")) if self.log.exists() else 0
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *module, "run", "--config", str(self.settings)],
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                cwd=PROJECT,
                env={**os.environ, **self._environment},
            )

    def start_ready(self) -> None:
        """Start; returns when a press is heard."""
        self.start()
        until(self.ready, "the hub is ready")

    @property
    def url(self) -> str:
        """Where the console answers; empty before it does."""
        _, found, rest = self.said.partition("console at ")
        return rest.split()[0] if found else ""

    def problems(self) -> dict[str, str] | None:
        """What /readyz says: nothing when all is well; None while nobody answers."""
        assert self.running, f"the hub has ended with {self.exit_code}:\n{self.said}"
        url = self.url
        if not url:
            return None
        answer = httpx.get(f"{url}/readyz", trust_env=False, timeout=10).json()
        return {problem["code"]: problem["detail"] for problem in answer["problems"]}

    def ready(self) -> bool:
        return self.problems() == {}

    @property
    def pid(self) -> int:
        assert self._process is not None, "this hub was never started"
        return self._process.pid

    @property
    def running(self) -> bool:
        return self.exit_code is None

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        assert self._process is not None, "this hub was never started"
        return self._process.poll()

    def send_signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def kill(self) -> None:
        """End it as a power loss would."""
        self.send_signal(signal.SIGKILL)
        self.ended()

    def stop(self) -> int:
        """End it as systemd does; returns its exit code."""
        self.send_signal(signal.SIGTERM)
        return self.ended()

    def ended(self, within_s: float = 60.0) -> int:
        """Wait until it has ended; returns its exit code."""
        assert self._process is not None
        try:
            return self._process.wait(within_s)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the hub did not end within {within_s:g} s:\n{self.said}") from None

    def close(self) -> None:
        """Leave nothing behind, whatever became of the test."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
