"""The demo: a hub on an embedded broker and SQLite, a synthetic street whose devices and people are played beside it."""

import json
import logging
import os
import secrets
import shutil
import socket
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from hub.app import Hub
from hub.broker import BrokerError, dying_with_parent
from hub.clock import wall_now
from hub.config.sections import WebhookSection
from hub.config.settings import ConfigProblems, Secrets, Settings, load
from hub.core.events import Actor, ActorRole, SetAway
from hub.core.home import DeviceKind
from hub.data_dir import store_path
from hub.directory.demo import demo_absences, demo_directory, fleet_spec
from hub.serving import CannotServe
from hub.store.accounts import add_account, find_account, set_password_hash
from hub.store.connection import StoreLock
from hub.store.errors import StoreError
from hub.store.store import Connection
from hub.web.access import EVERYTHING, Scope, ScopeKind
from hub.web.passwords import hash_password

log = logging.getLogger(__name__)

SEED = 1
LOGINS = (
    ("operator", "演示坐席", ActorRole.OPERATOR, EVERYTHING, None),
    ("manager", "演示值班长", ActorRole.DUTY_MANAGER, EVERYTHING, None),
    ("centre", "演示站点", ActorRole.CENTRE_DUTY, Scope(ScopeKind.CENTRE, "centre-01"), None),
    ("butler", "演示管家", ActorRole.BUTLER, Scope(ScopeKind.OWN, "b01"), "b01"),
    ("installer", "演示安装员", ActorRole.INSTALLER, EVERYTHING, None),
    ("supervisor", "演示监管", ActorRole.SUPERVISOR, EVERYTHING, None),
    ("admin", "演示管理员", ActorRole.ADMINISTRATOR, EVERYTHING, None),
)
"""Login, name, role, scope, and who of the street this is: one for each role, so that each can be tried."""
PASSWORD_BYTES = 9
ENDS_WITHIN_S = 8


class DemoError(Exception):
    """Why the demo cannot start; the text says what to do."""


def run_demo(config: Path | None, *, reset: bool, scenario: str, speed: float) -> int:
    """Run until Ctrl-C. A second run keeps the first one's data; `reset` starts anew."""
    logging.getLogger().setLevel(logging.WARNING)
    path = config or _shipped_config()
    try:
        settings = load(path)
        if not settings.mqtt.embedded:
            raise DemoError(f"{path}: the demo runs on its embedded broker: leave [mqtt] host out")
        if reset:
            _forget(settings)
        settings = _for_demo(settings)
        hub = Hub(settings)
    except (ConfigProblems, StoreError, CannotServe) as error:
        raise DemoError(str(error)) from error
    with ExitStack() as stack:
        stack.callback(hub.stop)
        try:
            hub.start()
        except BrokerError as error:
            raise DemoError(str(error)) from error
        _settle(hub)
        logins = _fresh_logins(hub)
        stack.callback(_end, _people(hub))
        stack.callback(_end, _street(hub, scenario, speed))
        return hub.serve(lambda: _welcome(hub, logins))


def _shipped_config() -> Path:
    path = Path(__file__).resolve().parent.parent / "config" / "demo.toml"
    if not path.exists():
        raise DemoError(
            f"{path} is missing: run the demo from the project's folder, or name settings with --config"
        )
    return path


def _forget(settings: Settings) -> None:
    """Remove what earlier demos kept, unless one is running on it."""
    StoreLock(store_path(settings)).release()
    shutil.rmtree(settings.hub.data_dir, ignore_errors=True)


def _for_demo(settings: Settings) -> Settings:
    """Free ports where the usual ones are taken, and a webhook to the receiver that is started beside the hub."""
    secret_file = store_path(settings).with_name("webhook-secret")
    if not secret_file.exists():
        secret_file.touch(mode=0o600)
        secret_file.write_text(secrets.token_urlsafe(32))
    web_port = settings.web.port if _free(settings.web.port) else _any_free_port()
    mqtt_port = settings.mqtt.port if _free(settings.mqtt.port) else _any_free_port()
    return replace(
        settings,
        web=settings.web.model_copy(update={"port": web_port}),
        mqtt=settings.mqtt.model_copy(update={"port": mqtt_port}),
        webhook=WebhookSection(url=f"http://127.0.0.1:{_any_free_port()}/", secret_file=secret_file),
        secrets=Secrets(settings.secrets.mqtt_password, secret_file.read_text()),
        warnings=(),
    )


def _settle(hub: Hub) -> None:
    """On the first run the street moves in."""
    if hub.directory is not None:
        return
    started_at = hub.now()
    # The embedded broker drops a publisher whose topic holds a space, as foreign names may: native topics only.
    hub.adopt_directory(demo_directory(SEED, started_at, hub.cell, foreign=hub.broker is None))
    by = Actor("operator", ActorRole.OPERATOR)
    for home_id, away in demo_absences(started_at).items():
        hub.submit(SetAway(home_id, by, away.kind, away.from_at, away.until_at)).result(timeout=30)


def _fresh_logins(hub: Hub) -> list[tuple[str, str]]:
    """New passwords at every start: the store keeps only their hashes."""
    made = []
    for login, name, role, scope, person_id in LOGINS:
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        hashed = hash_password(password)

        def write(
            connection: Connection,
            login: str = login,
            name: str = name,
            role: ActorRole = role,
            scope: Scope = scope,
            person_id: str | None = person_id,
            hashed: str = hashed,
        ) -> None:
            if find_account(connection, login) is None:
                access = (scope.kind.value, scope.id, person_id)
                add_account(connection, login, name, role, hashed, wall_now(), *access)
            else:
                set_password_hash(connection, login, hashed)

        hub.write(write).result(timeout=30)
        made.append((login, password))
    return made


def _people(hub: Hub) -> subprocess.Popen[bytes]:
    """Butlers, families and duty desks: they get the webhook and answer it."""
    webhook = hub.settings.webhook
    if webhook is None or webhook.secret_file is None:
        raise DemoError("the demo needs its webhook")
    port = webhook.url.rsplit(":", 1)[1].split("/", 1)[0]
    command = [
        "device_sim.responders",
        "--port",
        port,
        "--secret-file",
        str(webhook.secret_file),
        "--hub",
        hub.base_url,
        "--timezone",
        hub.settings.hub.timezone,
    ]
    return _beside(command, hub.settings.hub.data_dir / "people.log")


def _street(hub: Hub, scenario: str, speed: float) -> subprocess.Popen[bytes]:
    """The devices of all homes."""
    if hub.broker is None or hub.directory is None:
        raise DemoError("the demo runs on its embedded broker: leave [mqtt] host out")
    data_dir = hub.settings.hub.data_dir
    fleet = data_dir / "fleet.json"
    fleet.write_text(json.dumps(fleet_spec(hub.directory, hub.now()), ensure_ascii=False))
    # One connection: each one costs the embedded broker a session and a consumer on disk, too much for a street at once.
    command = [
        "device_sim", "run", "--broker", f"{hub.broker.host}:{hub.broker.port}", "--fleet", str(fleet),
        "--scenario", scenario, "--speed", str(speed), "--links", "one", "--stay", "--wait",
    ]  # fmt: skip
    return _beside(command, data_dir / "street.log")


def _beside(module_and_arguments: list[str], log_file: Path) -> subprocess.Popen[bytes]:
    """A process of its own, out of reach of the terminal's Ctrl-C: it ends when the demo says so."""
    with log_file.open("wb") as output:
        return subprocess.Popen(
            dying_with_parent([sys.executable, "-m", *module_and_arguments]),
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
            cwd=Path(__file__).resolve().parent.parent,
        )


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _welcome(hub: Hub, logins: list[tuple[str, str]]) -> None:
    webhook = hub.settings.webhook
    people = webhook.url if webhook else ""
    lines = [
        "",
        f"  控制台 console   {hub.base_url}/",
        *(f"  登录 log-in      {login}   {password}" for login, password in logins),
        f"  人员 people      {people}   (butlers, families, duty desks: answer as one of them)",
        f"  数据 data        {hub.settings.hub.data_dir}",
        f"  按键 press       .venv/bin/device-sim press h0010 {_button(hub)} --broker {_broker(hub)}",
        "",
        "  Ctrl-C 结束 ends everything; the data stays (make demo RESET=1 starts anew).",
        "",
    ]
    print("\n".join(lines), flush=True)


def _button(hub: Hub) -> str:
    """A key to press by hand: the first native button of the home that the line names."""
    home = hub.home("h0010")
    devices = home.profile.devices.values() if home is not None else ()
    return next((device.id for device in devices if device.kind is DeviceKind.BUTTON), "BUTTON")


def _broker(hub: Hub) -> str:
    return f"{hub.broker.host}:{hub.broker.port}" if hub.broker is not None else ""


def _free(port: int) -> bool:
    if port == 0:
        return True
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _any_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
