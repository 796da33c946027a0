"""Real servers for tests: Mosquitto with the shipped tuning, and the embedded broker, on free loopback ports."""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import NoReturn, Self

import pytest

from hub.broker import BrokerError, EmbeddedBroker, find_program

PROJECT = Path(__file__).resolve().parent.parent
SHIPPED_SETTINGS = PROJECT / "config" / "mosquitto" / "mosquitto.conf"

# What a test replaces: its own paths, port and users.
_OWN_SETTINGS = (
    "pid_file",
    "listener",
    "allow_anonymous",
    "password_file",
    "acl_file",
    "persistence_location",
    "log_dest",
)
_START_WITHIN_S = 40
_POLL_EVERY_S = 0.02


def servers_required() -> bool:
    """Whether a missing program fails a test instead of skipping it."""
    return os.environ.get("CARE_REQUIRE_SERVERS") == "1" or os.environ.get("CI") == "true"


def missing(what: str) -> NoReturn:
    """Skip the test, or fail it where nothing may be missing."""
    if servers_required():
        pytest.fail(f"{what} (CARE_REQUIRE_SERVERS or CI is set, so this is a failure)", pytrace=False)
    pytest.skip(what)


def require_program(name: str, install_hint: str) -> Path:
    """The program's path; skips or fails with the command that installs it."""
    # Debian puts servers where the search path of an ordinary user does not look.
    search = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"))
    found = shutil.which(name, path=search)
    if found is None:
        missing(f"{name} is not installed: {install_hint}")
    return Path(found)


def require_embedded_broker() -> Path:
    """The program of the embedded broker; skips or fails when it is missing."""
    try:
        return find_program()
    except BrokerError as error:
        missing(str(error))


def free_port() -> int:
    """A loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def shipped_lines() -> list[str]:
    """The shipped settings without comments and without what a test replaces."""
    lines = [line.strip() for line in SHIPPED_SETTINGS.read_text(encoding="utf-8").splitlines()]
    return [
        line for line in lines if line and not line.startswith("#") and line.split()[0] not in _OWN_SETTINGS
    ]


class MosquittoServer:
    """A Mosquitto with the shipped tuning; its store in `folder` survives stop, kill and restart.

    Anonymous unless `password_file` and `acl_file` are given. `extra` lines replace shipped ones of the same name.
    """

    host = "127.0.0.1"

    def __init__(
        self,
        folder: Path,
        *,
        password_file: Path | None = None,
        acl_file: Path | None = None,
        extra: tuple[str, ...] = (),
    ) -> None:
        self.folder = folder
        self.port = free_port()
        self._program = require_program("mosquitto", "sudo apt install mosquitto")
        self._access = (
            [f"password_file {password_file}", f"acl_file {acl_file}", "allow_anonymous false"]
            if password_file and acl_file
            else ["allow_anonymous true"]
        )
        self._extra = extra
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """Where the server writes what it has to say."""
        return self.folder / "mosquitto.log"

    @property
    def running(self) -> bool:
        """Whether the server's process lives."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start and return when it accepts connections."""
        assert not self.running, "this Mosquitto already runs"
        self.folder.mkdir(parents=True, exist_ok=True)
        replaced = {line.split()[0] for line in self._extra}
        lines = [
            f"listener {self.port} {self.host}",
            f"persistence_location {self.folder}/",
            "log_dest stderr",
            *self._access,
            *(line for line in shipped_lines() if line.split()[0] not in replaced),
            *self._extra,
        ]
        if os.geteuid() == 0:
            # Started by root it becomes another user, who may not write into the test's folder.
            lines.append("user root")
        settings = self.folder / "mosquitto.conf"
        settings.write_text("\n".join(lines) + "\n", encoding="utf-8")
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                [str(self._program), "-c", str(settings)],
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        for _ in range(int(_START_WITHIN_S / _POLL_EVERY_S)):
            try:
                status = self._process.wait(_POLL_EVERY_S)
            except subprocess.TimeoutExpired:
                with socket.socket() as probe:
                    if probe.connect_ex((self.host, self.port)) == 0:
                        return
            else:
                raise AssertionError(f"Mosquitto ended with status {status}:\n{self.log.read_text()}")
        self.kill()
        raise AssertionError(f"Mosquitto did not answer on port {self.port}:\n{self.log.read_text()}")

    def stop(self) -> None:
        """End it in order: it saves its store first."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """End it as a power loss would: what was not saved is gone."""
        self._end(signal.SIGKILL)

    def restart(self) -> None:
        """Stop and start again on the same port with the same store."""
        self.stop()
        self.start()

    def pause(self) -> None:
        """Let it hang: connections stay open and nothing answers."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """End a pause."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(signal.SIGCONT)
        process.send_signal(how)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


BrokerMaker = Callable[[Path], "MosquittoServer | EmbeddedBroker"]


def make_embedded(folder: Path) -> EmbeddedBroker:
    """An embedded broker that keeps its store in `folder`."""
    return EmbeddedBroker(folder, program=require_embedded_broker())
