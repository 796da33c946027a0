"""A hub that really runs: engine thread, SQLite file, web server on a loopback port, and the demo's street behind it."""

import itertools
import json
import ssl
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Self

import httpx
import uvicorn

from firmware_contracts.topics import Address
from firmware_contracts.vocabulary import CallAction, FallPhase, Kind, ServiceCategory
from hub.clock import HubClock
from hub.config.sections import WebSection
from hub.core.alerts import Alert
from hub.core.context import Context
from hub.core.events import Actor, ActorRole, Command, SetProfile
from hub.core.home import Device, DeviceKind, Profile
from hub.core.outcome import Result
from hub.directory import profiles
from hub.directory.demo import demo_directory
from hub.directory.keeper import DirectoryKeeper
from hub.directory.model import Directory
from hub.directory.validation import override_problems, problems
from hub.engine.engine import Engine
from hub.engine.health import EngineSettings
from hub.ingest.message import RawMessage, SessionName
from hub.serving import listen
from hub.store import directory_rows
from hub.store.accounts import add_account
from hub.store.queries import Queries
from hub.store.store import Retention, Store
from hub.web.app import create_app
from hub.web.passwords import hash_password
from hub.web.settings import WebSettings
from tests.store.made import made_by, put
from tests.store.samples import keep_running
from tests.story import shipped

CELL = "demo"
PASSWORD = "a long enough password"
ANSWER_SECRET = b"the webhook's secret"
SYSTEM = Actor("system", ActorRole.SYSTEM)
_ACCOUNTS = (
    ("chen", "陈静", ActorRole.OPERATOR),
    ("xu", "徐敏", ActorRole.OPERATOR),
    ("admin", "管理员", ActorRole.ADMINISTRATOR),
)
_HASH = hash_password(PASSWORD)
_NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Nothing here speaks TLS; every client of its own would read all certificates of the world, some 20 ms."""


@dataclass(frozen=True, slots=True)
class Street:
    """What every hub that starts within the same quarter of an hour serves."""

    directory: Directory
    context: Context
    profiles: Mapping[str, Profile]
    store: bytes
    """A new store that holds the directory as an import leaves it."""


@cache
def _street(quarter: datetime) -> Street:
    # Nothing in the demo's street begins or ends within its first hour: it is the same at any later minute of this quarter.
    directory = demo_directory(7, quarter - timedelta(days=1), CELL)
    return Street(
        directory,
        demo_context(directory, quarter),
        profiles.profiles(directory, quarter),
        made_by(CELL, lambda connection: directory_rows.save(connection, directory)),
    )


def demo_street(at: datetime) -> Street:
    """The demo's street as it stands about this instant, made four times an hour at most: frozen, it serves many hubs."""
    return _street(at.astimezone(UTC).replace(minute=at.minute // 15 * 15, second=0, microsecond=0))


def demo_context(directory: Directory, at: datetime) -> Context:
    rules, policies = shipped()
    return Context(
        version=1,
        rules=rules,
        policies=policies,
        resumed_at=at,
        people=profiles.people(directory, at),
        shifts=profiles.shifts(directory, at),
        centres=profiles.centres(directory),
    )


class RunningHub:
    """`url` is where the console answers. Presses go in as the broker would deliver them; every call waits for its commit."""

    def __init__(self, folder: Path, *, homes: int = 20, **settings: Any) -> None:
        self._folder = folder
        self._homes = homes
        self._settings = settings
        self._sequence = itertools.count(1)
        self._events = itertools.count(1)

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / "hub.db"
        self.clock = HubClock()
        now = self.clock.now()
        street = demo_street(now)
        self.directory = street.directory
        put(street.store, path)
        self.store = Store.open(path, CELL, create=False)
        context = replace(street.context, resumed_at=now)
        self.engine = Engine(self.store, self.clock, context, CELL, EngineSettings(save_every_s=0.2))
        self.engine.recover()
        self.ended: list[str] = []
        self.engine.start(lambda: self.ended.append("engine"))
        self.queries = Queries(path)
        # The homes that this hub serves are those whose profiles it is given.
        waiting = [
            self.engine.submit(SetProfile(home_id, SYSTEM, street.profiles[home_id]))
            for home_id in sorted(street.profiles)[: self._homes]
        ]
        for result in waiting:
            result.result(10)
        self.engine.write(
            lambda connection: [add_account(connection, *one, _HASH, now) for one in _ACCOUNTS]
        ).result(10)
        self.settings = WebSettings(self._folder, answer_secret=ANSWER_SECRET, **self._settings)
        self.keeper = DirectoryKeeper(
            self.engine,
            self.directory,
            lambda directory: (
                *problems(directory, self.engine.now()),
                *override_problems(directory, self.engine.context().rules),
            ),
        )
        self.app = create_app(self.engine, self.queries, self.settings, self.keeper)
        self._serve()
        return self

    def _serve(self) -> None:
        listening = listen(WebSection(port=0))
        self.port = listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        config = uvicorn.Config(self.app, log_config=None, access_log=False, timeout_graceful_shutdown=2)
        self._server = uvicorn.Server(config)
        started = threading.Event()
        startup = self._server.startup

        async def tell(sockets: Any = None) -> None:
            await startup(sockets=sockets)
            started.set()

        self._server.startup = tell  # type: ignore[method-assign]
        self._thread = threading.Thread(target=self._server.run, args=([listening],), daemon=True)
        self._thread.start()
        assert started.wait(15), "the web server did not start"

    def stop_serving(self) -> None:
        """The web server ends; the engine goes on."""
        self._server.should_exit = True
        self.app.state.parts.live.close()
        self._thread.join(10)

    def serve_again(self) -> None:
        """The web begins anew on the same engine and store, as a process would that ended and came back."""
        self.stop_serving()
        self.app = create_app(self.engine, self.queries, self.settings, self.keeper)
        self._serve()

    def __exit__(self, *_: object) -> None:
        self.stop_serving()
        self.queries.close()
        self.engine.stop()
        self.store.close()
        assert not self.ended, "the engine's thread ended by an error"

    # --- what happens in homes ----------------------------------------------------------------------------------------

    def home_ids(self) -> list[str]:
        return sorted(home_id for home_id, home in self.engine.homes().items() if home.profile.residents)

    def caller(self, home_id: str) -> Device:
        """The home's device that a hand can press."""
        home = self.engine.home(home_id)
        assert home is not None
        kinds = (DeviceKind.BUTTON, DeviceKind.PULL_CORD, DeviceKind.PENDANT)
        return next(
            device
            for device in home.profile.devices.values()
            if device.kind in kinds and device.family == "native"
        )

    def press(
        self,
        home_id: str,
        action: CallAction = CallAction.EMERGENCY,
        category: ServiceCategory | None = None,
    ) -> None:
        body: dict[str, Any] = {
            "event_id": f"event-{next(self._events):06d}",
            "age_ms": 0,
            "action": action.value,
        }
        if category is not None:
            body["category"] = category.value
        self.say(home_id, self.caller(home_id).id, Kind.CALL, body)

    def emergency(self, home_id: str) -> Alert:
        """A press, and the alert that it became."""
        self.press(home_id)
        home = self.engine.home(home_id)
        assert home is not None
        return next(iter(home.alerts.values()))

    def say(self, home_id: str, device_id: str, kind: Kind, body: dict[str, Any]) -> None:
        message = {"v": 1, "boot": 1, "seq": next(self._sequence), "uptime_ms": 1_000_000, **body}
        topic = Address(CELL, home_id, device_id).up(kind)
        self.deliver(topic, json.dumps(message).encode())

    def fall(self, home_id: str, device_id: str, phase: FallPhase = FallPhase.SUSPECTED) -> None:
        body = {"event_id": f"event-{next(self._events):06d}", "age_ms": 0, "phase": phase.value}
        self.say(home_id, device_id, Kind.FALL, body)

    def deliver(self, topic: str, payload: bytes) -> None:
        """A message of the broker; returns when it is committed."""
        self.engine.offer(RawMessage(topic, payload, session=SessionName.URGENT))
        self.settle()

    def settle(self) -> None:
        """Until the engine has done everything that waits."""
        turned: Future[None] = self.engine.write(lambda connection: None)
        turned.result(10)
        self.engine.write(lambda connection: None).result(10)

    def forget_everything(self) -> None:
        """What retention does after some years: closed alerts and their journal are gone."""
        after = self.clock.now() + timedelta(days=4 * 365)
        keep_running(self.store, after)
        self.store.retain(after, Retention())

    def command(self, command: Command) -> Result:
        return self.engine.submit(command).result(10)

    # --- who asks -----------------------------------------------------------------------------------------------------

    def client(self, login: str | None = "chen", **more: Any) -> httpx.Client:
        """A script with HTTP Basic, or one without a log-in."""
        auth = (login, PASSWORD) if login else None
        return httpx.Client(
            base_url=self.url, auth=auth, trust_env=False, timeout=15, verify=_NO_CERTIFICATES, **more
        )

    @contextmanager
    def browser(self, login: str = "chen") -> Iterator[httpx.Client]:
        """A client with a session cookie, as a browser has it."""
        with self.client(None, headers={"sec-fetch-site": "same-origin"}) as client:
            answer = client.post("/login", data={"login": login, "password": PASSWORD})
            assert answer.status_code == 303, answer.text
            yield client


__all__ = ["ANSWER_SECRET", "CELL", "PASSWORD", "SYSTEM", "RunningHub"]
