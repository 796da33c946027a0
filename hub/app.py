"""The composition root: the only file that knows everyone. Wires store, engine, sessions, senders and web from the settings."""

import logging
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from firmware_contracts.topics import Address
from hub import auditor, channel_watch, interpreter, shift_watch
from hub.auditor import Auditor
from hub.broker import EmbeddedBroker
from hub.broker_memory import memory_notices
from hub.channel_watch import ChannelWatch
from hub.clock import Anchor, HubClock, wall_now
from hub.clock_health import clock_problems
from hub.config.settings import Settings
from hub.core.audit import Finding, Lapse, audit
from hub.core.context import Context
from hub.core.events import Command
from hub.core.home import UNASSIGNED_HOME_ID, Home
from hub.core.journal import EntryKind
from hub.core.notifications import Heard, Notification
from hub.core.outcome import Result
from hub.core.restored import Restored
from hub.data_dir import damaged_mark, store_path
from hub.directory import validation
from hub.directory.keeper import DirectoryKeeper
from hub.directory.model import Directory
from hub.directory.opened_homes import open_homes
from hub.directory.profiles import with_people
from hub.directory.validation import Problem
from hub.disk import LOOK_EVERY_S, Disk
from hub.engine.engine import Engine
from hub.engine.health import EngineHealth, EngineSettings
from hub.heartbeat import Heartbeat, Way, to_broker, to_url
from hub.ingest.message import RawMessage
from hub.ingest.mqtt import MqttSettings, Published, Sessions
from hub.notify.channel import Channel
from hub.notify.home import HomeChannel, encode, heard_command
from hub.notify.sender import HANGS_AFTER, Sender
from hub.notify.webhook import WebhookChannel, WebhookSettings
from hub.serving import listen, listen_locally, remove_local, serve
from hub.shift_watch import ShiftWatch
from hub.store import backup, clock_anchor, clock_doubt, directory_rows, outbox, search_rows, space
from hub.store.errors import NotAStore
from hub.store.store import Connection, JournalLine, Retention, Standstill, Store
from hub.watchdog import is_supervised, tell_every_s, tell_systemd

if TYPE_CHECKING:
    from hub.web.chain import ChainFacts

log = logging.getLogger(__name__)

T = TypeVar("T")

BROKER_DIR = "broker"

HOUSEKEEPING_EVERY_S = 600.0
FIRST_RETENTION_AFTER_S = 60.0
"""The first moments after a start belong to what waited."""
GIVE_UP_AFTER_LOOKS = 2
"""A machine that stood still for a while shows a stalled engine once, at the first look after it."""
END_WITHIN_S = 5.0
"""After something died: then the process ends even if an orderly end hangs."""


@dataclass(frozen=True, slots=True)
class HubHealth:
    """The whole hub at this moment: the engine's numbers, the sessions', the senders'."""

    ready: bool
    problems: tuple[tuple[str, str], ...]
    notices: tuple[tuple[str, str], ...]
    """What is over but people should know of for a while: it neither makes the hub not ready nor stops the outside heartbeat."""
    engine: Mapping[str, float]
    session_connected: Mapping[str, float]
    session_messages: Mapping[str, float]
    lane_waiting: Mapping[str, float]
    audit_findings: Mapping[str, float]
    auditor_looked_ago_s: float
    heartbeat_withheld: bool
    heartbeat_sent_ago_s: Mapping[str, float]
    alive: bool


class Hub:
    """A running hub. `start()` returns when it hears its devices; `serve()` adds the console and blocks; `stop()` ends it."""

    def __init__(self, settings: Settings) -> None:
        """Raises StoreError or CannotServe: nothing runs then, and nothing was changed."""
        self.settings = settings
        self.cell = settings.hub.cell
        self.store_path = store_path(settings)
        broker_dir = settings.hub.data_dir / BROKER_DIR
        self.broker = EmbeddedBroker(broker_dir, settings.mqtt.port) if settings.mqtt.embedded else None
        self._restored: Restored | None = None
        self.store = self._open_store()
        try:
            self._build()
        except BaseException:
            self.store.close()
            raise

    def _open_store(self) -> Store:
        """The store; in the place of a damaged one the newest copy that is whole. Without one it stays as it is, and says so."""
        mark = damaged_mark(self.store_path)
        if space.make_room_to_start(self.store_path):
            log.warning(
                "%s: the disk is full; the ballast beside the store was removed to start", self.store_path
            )
        try:
            if mark.exists():
                raise NotAStore(f"{self.store_path}: damaged, as the run before found")
            return Store.open(self.store_path, self.cell)
        except NotAStore as damaged:
            try:
                copy = backup.newest(self.settings.backup_folder, self.cell)
            except backup.NoCopy as none:
                mark.unlink(missing_ok=True)
                raise NotAStore(f"{damaged}. No copy could take its place: {none}") from damaged
            log.critical("%s. The copy %s takes its place", damaged, copy.path)
            put_back = backup.put_back(self.store_path, copy, wall_now())
            mark.unlink(missing_ok=True)
            aside = put_back.aside.name if put_back.aside is not None else ""
            self._restored = Restored(copy.at, put_back.saved_inputs, aside)
            return Store.open(self.store_path, self.cell)

    def _build(self) -> None:
        settings = self.settings
        self._listening = listen(settings.web)
        self._local = listen_locally(settings.hub.data_dir)
        self.clock = HubClock(
            self.store.load_hub_time(),
            kept=self.store.write(clock_doubt.load),
            anchor=clock_anchor.load(self.store_path),
        )
        self._anchor: Anchor | None = None
        engine_settings = EngineSettings(
            **{field.name: getattr(settings.engine, field.name) for field in fields(EngineSettings)}
        )
        directory = self.store.write(directory_rows.load)
        self.engine = Engine(self.store, self.clock, self._context(directory), self.cell, engine_settings)
        self.keeper = DirectoryKeeper(
            self.engine, directory, self._directory_problems, settings.supervision.supervision
        )
        self.sessions: Sessions | None = None
        channels: dict[str, Channel] = {"home": HomeChannel(self.cell, self._publish)}
        self._webhook: WebhookChannel | None = None
        if settings.webhook is not None and settings.secrets.webhook_secret is not None:
            self._webhook = WebhookChannel(
                WebhookSettings(
                    settings.webhook.url, settings.secrets.webhook_secret.encode(), settings.webhook.timeout_s
                ),
                f"{self.base_url}/api/v1/answers",
                wall_now,
                address_of=self._address_of,
            )
            channels["webhook"] = self._webhook
        self.sender = Sender(channels, self.engine.gate.may_start, self.engine.report, self.clock.now)
        self.engine.use(self)
        self._screens: Callable[[], int] = lambda: 0
        self._wrong_since: dict[str, datetime] = {}
        self.auditor = Auditor(self._audit)
        self.heartbeat = Heartbeat(
            self.cell, settings.heartbeat.every_s, self._heartbeat_ways(), self._why_no_heartbeat, wall_now
        )
        self.disk = Disk(self.store, self.store_path, self.engine.spare_disk)
        self._forget_now = threading.Event()
        self._ending = threading.Event()
        self._asked = False
        self._fatal: str | None = None
        self._jump: Standstill | None = None
        self._try("noting that the hub runs", self._note_running)
        self._keep_anchor()
        self._retention = Retention(
            **{
                field.name: timedelta(days=getattr(settings.retention, f"{field.name}_days"))
                for field in fields(Retention)
            }
        )

    def _heartbeat_ways(self) -> dict[str, Way]:
        ways: dict[str, Way] = {}
        if self.settings.secrets.heartbeat_url is not None:
            ways["url"] = to_url(self.settings.secrets.heartbeat_url)
        if self.settings.heartbeat.mqtt:
            ways["mqtt"] = to_broker(self._say)
        return ways

    def _address_of(self, home_id: str) -> str | None:
        home = self.engine.home(home_id)
        return home.profile.address if home is not None else None

    @property
    def base_url(self) -> str:
        web = self.settings.web
        scheme = "https" if web.tls_cert_file else "http"
        host = f"[{web.host}]" if ":" in web.host else web.host
        return f"{scheme}://{host}:{self._listening.getsockname()[1]}"

    # --- life ---------------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Recover, listen to the devices, send what waits. The console comes after: hearing is first.

        Raises BrokerError when the embedded broker does not start; any other may be away and is waited for.
        """
        for warning in self.settings.warnings:
            log.warning("%s", warning)
        if self.directory is not None:
            # Never a reason not to start: what fits still protects people.
            for problem in self._directory_problems(self.directory):
                log.warning("directory: %s", problem)
        if self.broker is not None:
            self.broker.start()
        try:
            pending = self.engine.recover()
        except NotAStore:
            # The next start puts a copy in its place.
            damaged_mark(self.store_path).touch()
            raise
        for waiting in pending:
            self.sender.enqueue([waiting.notification], waiting.attempts, waiting.next_attempt_at)
        if self._restored is not None:
            self.engine.tell_of_restore(self._restored)
        interpreter.settle()
        self.sessions = Sessions(self._mqtt_settings(), self.cell, self.engine.offer, self._die)
        self.engine.start(lambda: self._die("the engine's thread ended"))
        self.sender.start()
        # Before the first message: a press must find its home, not be a stranger's.
        self.keeper.refresh()
        self.sessions.start()
        # Ready without the broker too: a hub that is started again and again brings no broker back.
        tell_systemd("READY=1")
        for name, work in (
            ("watch", self._watch),
            ("housekeeping", self._keep_house),
            ("disk", self._watch_disk),
            ("retention", self._forget_in_time),
            ("openings", self._open_homes),
            ("search", self._make_findable),
            ("backup", self._copy_in_time),
            ("auditor", self._audit_on),
            ("shifts", self._watch_shifts),
            ("channels", self._watch_channels),
        ):
            threading.Thread(target=work, name=name, daemon=True).start()
        self.heartbeat.start(self._ending)

    def serve(self, on_listening: Callable[[], None] = lambda: None) -> int:
        """The console and its interface, until SIGTERM or Ctrl-C; returns the exit code."""
        from hub.store.queries import Queries
        from hub.web.app import create_app
        from hub.web.settings import WebSettings

        settings = self.settings
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._asked_to_end)
        secret = settings.secrets.webhook_secret or ""
        with Queries(self.store_path) as queries:
            app = create_app(
                self,
                queries,
                WebSettings(
                    data_dir=settings.hub.data_dir,
                    timezone=ZoneInfo(settings.hub.timezone),
                    language=settings.web.language,
                    session_lasts=timedelta(hours=settings.web.session_hours),
                    answer_secret=secret.encode(),
                    ways_to_people=self.sender.ways_to_people,
                    on_site_within=timedelta(minutes=settings.service.on_site_within_min),
                ),
                self.keeper,
                self.chain_facts,
            )
            live = app.state.parts.live
            self._screens = lambda: live.clients
            serve(app, self._listening, self._local, settings.web, self._must_end, on_listening)
        self._ending.set()
        return 1 if self._fatal else 0

    def stop(self) -> None:
        """End in order: hear nothing more, finish what was heard, send nothing more."""
        tell_systemd("STOPPING=1")
        self._ending.set()
        self._forget_now.set()
        self._listening.close()
        self._local.close()
        remove_local(self.settings.hub.data_dir)
        if self.sessions is not None:
            self.sessions.stop()
        self.engine.stop()
        self.sender.stop()
        if self._webhook is not None:
            self._webhook.close()
        self.store.close()
        if self.broker is not None:
            self.broker.stop()

    # --- outlets of the engine ----------------------------------------------------------------------------------------

    def acknowledge(self, messages: Sequence[RawMessage]) -> None:
        if self.sessions is not None:
            self.sessions.acknowledge(messages)

    def say_heard(self, heard: Sequence[Heard]) -> None:
        """Right after the commit; what the broker does not take now, the device asks for again by repeating."""
        for one in heard:
            topic = Address(self.cell, one.home_id, one.device_id).cmd
            if not self._publish(topic, encode(heard_command(one)), 1):
                log.warning("heard could not be said to %s/%s: it will repeat", one.home_id, one.device_id)

    def send(self, notifications: Sequence[Notification]) -> None:
        self.sender.enqueue(notifications)

    # --- what the web sees --------------------------------------------------------------------------------------------

    def submit(self, command: Command) -> Future[Result]:
        return self.engine.submit(command)

    def write(self, fn: Callable[[Connection], T]) -> Future[T]:
        return self.engine.write(fn)

    def home(self, home_id: str) -> Home | None:
        return self.engine.home(home_id)

    def homes(self) -> Mapping[str, Home]:
        return self.engine.homes()

    def context(self) -> Context:
        return self.engine.context()

    def now(self) -> datetime:
        return self.engine.now()

    def subscribe(self, listener: Callable[[Sequence[JournalLine]], None]) -> Callable[[], None]:
        return self.engine.subscribe(listener)

    def health(self) -> HubHealth:
        engine = self.engine.health()
        sessions = self.sessions.health() if self.sessions is not None else {}
        lanes = self.sender.health()
        problems = [*engine.problems, *clock_problems(self.clock, self._jump), *self.disk.problems()]
        alive = all(code != "stalled" for code, _ in problems)
        for name, session in sessions.items():
            if not session.healthy:
                problems.append(("mqtt", f"session {name}: {session.last_error or 'not connected yet'}"))
            alive = alive and session.loop_alive
        for lane in lanes:
            if lane.dead:
                problems.append(("channel", f"channel {lane.channel}: its sender has ended"))
                alive = False
            elif lane.out_for > HANGS_AFTER:
                problems.append(
                    ("channel", f"channel {lane.channel}: an attempt has hung for {lane.out_for}")
                )
        if (unheld := self.auditor.problem) is not None:
            problems.append(("auditor", unheld))
        if self._fatal is not None:
            problems.append(("fatal", self._fatal))
        now = wall_now()
        return HubHealth(
            ready=not problems,
            problems=tuple(problems),
            notices=tuple(memory_notices(sessions.values(), wall_now())),
            engine=_numbers(engine),
            session_connected={name.value: float(session.connected) for name, session in sessions.items()},
            session_messages={name.value: float(session.messages) for name, session in sessions.items()},
            lane_waiting={lane.channel: float(lane.waiting) for lane in lanes},
            audit_findings={
                lapse.value: float(count)
                for lapse, count in Counter(one.finding.lapse for one in self.auditor.lasting()).items()
            },
            auditor_looked_ago_s=self.auditor.looked_ago_s,
            heartbeat_withheld=self.heartbeat.withheld is not None,
            heartbeat_sent_ago_s={
                way: (now - state.sent_at).total_seconds()
                for way, state in self.heartbeat.states().items()
                if state.sent_at is not None
            },
            alive=alive and self._fatal is None,
        )

    # --- the directory ------------------------------------------------------------------------------------------------

    @property
    def directory(self) -> Directory | None:
        return self.keeper.directory

    def adopt_directory(self, directory: Directory) -> None:
        """Keep this directory and let every home and person follow from it.

        Raises DirectoryProblems, and nothing changes then.
        """
        self.keeper.adopt(directory)

    def _directory_problems(self, directory: Directory) -> tuple[Problem, ...]:
        return (
            *validation.problems(directory, self.now()),
            *validation.override_problems(directory, self.settings.rules),
            *validation.policy_problems(directory, self.settings.policies),
        )

    def _context(self, directory: Directory | None) -> Context:
        settings = self.settings
        now = self.clock.now()
        context = Context(
            version=1,
            rules=settings.rules,
            policies=settings.policies,
            resumed_at=now,
            timezone=settings.timezone,
            night_starts=settings.hub.night_starts,
            night_ends=settings.hub.night_ends,
            calendar=settings.calendar,
        )
        return context if directory is None else with_people(context, directory, now)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _mqtt_settings(self) -> MqttSettings:
        mqtt = self.settings.mqtt
        return MqttSettings(
            host=self.broker.host if self.broker is not None else mqtt.host or "",
            port=self.broker.port if self.broker is not None else mqtt.port,
            username=mqtt.username,
            password=self.settings.secrets.mqtt_password,
            keepalive_s=mqtt.keepalive_s,
            tls=mqtt.tls,
            ca_file=mqtt.ca_file,
            certificate_file=mqtt.certificate_file,
            key_file=mqtt.key_file,
        )

    def _publish(self, topic: str, payload: bytes, qos: int) -> bool:
        return self.sessions is not None and self.sessions.publish(topic, payload, qos) is Published.ACCEPTED

    def _say(self, topic: str, payload: bytes, qos: int, *, retain: bool) -> Published:
        if self.sessions is None:
            return Published.NOT_CONNECTED
        return self.sessions.publish(topic, payload, qos, retain)

    def _die(self, why: str) -> None:
        """Something that must live has ended: the process ends, and is started again."""
        if self._fatal is not None:
            return
        log.critical("the hub ends: %s", why)
        self._fatal = why
        self._ending.set()
        # What died may hang the orderly end as well.
        hard_end = threading.Timer(END_WITHIN_S, os._exit, (1,))
        hard_end.daemon = True
        hard_end.start()

    def _watch(self) -> None:
        """Tell the supervisor that everything turns; when it does not, tell nothing and end."""
        every_s = tell_every_s()
        bad_looks, told = 0, ""
        while not self._ending.wait(every_s):
            self._keep_anchor()
            health = self.health()
            codes = {code for code, _ in health.problems}
            self._wrong_since = {code: self._wrong_since.get(code, wall_now()) for code in codes}
            problems = "; ".join(f"{code}: {detail}" for code, detail in health.problems)
            if health.alive:
                bad_looks = 0
                tell_systemd("WATCHDOG=1")
            else:
                bad_looks += 1
                if bad_looks >= GIVE_UP_AFTER_LOOKS:
                    self._die(problems)
            if problems != told:
                told = problems
                tell_systemd(f"STATUS={problems or 'everything works'}".replace("\n", " "))

    def _keep_house(self) -> None:
        """Dates of the directory: somebody moves in, a cover begins."""
        self._again_and_again("following the directory", self.keeper.refresh)

    def _open_homes(self) -> None:
        """Homes whose press was answered are open: at once, and now and then in case that was missed."""
        pressed = threading.Event()

        def listen(lines: Sequence[JournalLine]) -> None:
            if any(line.entry.kind is EntryKind.HOME_OPENED for line in lines):
                pressed.set()

        self.engine.subscribe(listen)
        while not self._ending.is_set():
            self._try("opening homes", lambda: open_homes(self.keeper, self.engine.homes(), self.now()))
            pressed.wait(HOUSEKEEPING_EVERY_S)
            pressed.clear()

    def _forget_in_time(self) -> None:
        """Retention, in a thread of its own: after a long time it has much to do, and dates must not wait for it."""
        wait_s = FIRST_RETENTION_AFTER_S
        while not self._ending.is_set():
            self._forget_now.wait(wait_s)
            self._forget_now.clear()
            wait_s = HOUSEKEEPING_EVERY_S
            if not self._ending.is_set():
                self._try("retention", self._retain)

    def _watch_disk(self) -> None:
        """A disk that another program fills is seen within seconds: what is old goes then, and telemetry is only counted."""

        def look() -> None:
            if self.disk.look():
                self._forget_now.set()

        while not self._ending.is_set():
            self._try("looking at the disk", look)
            self._ending.wait(LOOK_EVERY_S)

    def _copy_in_time(self) -> None:
        """A copy of the store, as often as the settings say: counted from the newest one, over restarts too."""
        wanted = self.settings.backup
        if not wanted.every_hours:
            return
        folder, every = self.settings.backup_folder, timedelta(hours=wanted.every_hours)

        def copy() -> None:
            newest = next(iter(backup.copies(folder, self.cell)), None)
            if newest is not None and backup.taken_at(newest) > wall_now() - every:
                return
            self.disk.copy(folder, self.cell, wanted.keep, wall_now())

        # The first minutes after a start belong to what waited.
        self._again_and_again("copying the store", copy)

    def _make_findable(self) -> None:
        """Homes that an earlier release wrote get what they are found by: a few at a time, for calls go first."""
        try:
            while not self._ending.is_set() and self.engine.write(search_rows.fill).result(timeout=60):
                pass
        except Exception:
            if not self._ending.is_set():
                log.exception("not every home can be found yet; the next start goes on with it")

    def _note_running(self) -> None:
        """Often enough that what a clock jumps over is never taken for time that passed."""
        self.store.note_running(self.clock.now())
        self._jump = max(self.store.standstills(), key=lambda one: one.until_at, default=None)

    def _watch_shifts(self) -> None:
        """Gaps of the shift that begins soon, and of this one."""
        from hub.store.queries import Queries

        # Read beside the engine: a look through what was sent for a week keeps no press waiting.
        with Queries(self.store_path) as queries:
            watch = ShiftWatch(
                timedelta(minutes=self.settings.supervision.before_shift_min),
                obey=self._obey,
                unreached=lambda since_at: queries.read(partial(outbox.unreached, since_at=since_at)),
                ways_to_people=self.sender.ways_to_people,
            )

            def look() -> None:
                own_home = self.engine.home(UNASSIGNED_HOME_ID)
                watch.look(self.keeper.directory, own_home, self.now(), self.context())

            while not self._ending.wait(shift_watch.LOOK_EVERY_S):
                self._try("looking at the next shift", look)

    def _watch_channels(self) -> None:
        """Ways to people over which nothing comes through."""
        watch = ChannelWatch(self.sender.ways_to_people, self._obey)

        def look() -> None:
            own_home = self.engine.home(UNASSIGNED_HOME_ID)
            watch.look(self.sender.health(), own_home, self.now(), self.context())

        while not self._ending.wait(channel_watch.LOOK_EVERY_S):
            self._try("looking at the ways to people", look)

    def _obey(self, command: Command) -> Result:
        return self.engine.submit(command).result(timeout=60)

    # --- the chain proves itself --------------------------------------------------------------------------------------

    def _audit_on(self) -> None:
        while not self._ending.wait(auditor.LOOK_EVERY_S):
            self.auditor.look()

    def _audit(self) -> Sequence[Finding]:
        """Asked through the engine's own queue: an answer also says that the engine works and the store opens."""
        waiting = self.engine.write(outbox.waiting).result(timeout=auditor.LASTS_S)
        lanes = self.sender.health()
        found = list(
            audit(
                self.engine.homes(),
                self.now(),
                self.context(),
                {lane.channel for lane in lanes if lane.delivers},
                watched=self._screens() > 0,
            )
        )
        if waiting and not any(lane.waiting or lane.out or lane.unreported for lane in lanes):
            found.append(Finding(Lapse.FORGOTTEN, "", "outbox"))
        return found

    def chain_facts(self) -> "ChainFacts":
        """What the page of the chain shows beside the health."""
        from hub.web.chain import BeatFact, ChainFacts

        newest = next(iter(backup.copies(self.settings.backup_folder, self.cell)), None)
        return ChainFacts(
            since_at=self._wrong_since,
            beats=[
                BeatFact(way, state.sent_at, state.problem) for way, state in self.heartbeat.states().items()
            ],
            withheld=self.heartbeat.withheld,
            copied_at=backup.taken_at(newest) if newest is not None else None,
            copy_every=timedelta(hours=self.settings.backup.every_hours),
            supervised=is_supervised(),
        )

    def _why_no_heartbeat(self) -> str | None:
        """The codes of what is wrong: they leave this machine in a log at most."""
        health = self.health()
        return None if health.ready else ", ".join(dict.fromkeys(code for code, _ in health.problems))

    def _keep_anchor(self) -> None:
        anchor = self.clock.anchor()
        if anchor == self._anchor:
            return
        try:
            clock_anchor.keep(self.store_path, anchor)
            self._anchor = anchor
        except OSError as error:
            # A disk that takes nothing is told elsewhere; without this the next process asks the store and the wall clock.
            log.warning("hub time could not be kept for the next start: %s", error)

    def _retain(self) -> None:
        self._note_running()
        self.disk.forget(self.now(), self._retention)

    def _again_and_again(self, what: str, do: Callable[[], None]) -> None:
        while not self._ending.wait(HOUSEKEEPING_EVERY_S):
            self._try(what, do)

    def _try(self, what: str, do: Callable[[], object]) -> None:
        try:
            do()
        except Exception:
            log.exception("%s failed; it is tried again in %.0f s", what, HOUSEKEEPING_EVERY_S)

    def _asked_to_end(self, number: int, frame: FrameType | None) -> None:
        """Only a flag: a handler that sets an event waits for ever when the next signal interrupts it."""
        if self._asked:
            os._exit(128 + number)
        self._asked = True

    def _must_end(self) -> bool:
        return self._asked or self._ending.is_set()


def _numbers(health: EngineHealth) -> Mapping[str, float]:
    values = {field.name: getattr(health, field.name) for field in fields(health)}
    return {name: float(value) for name, value in values.items() if isinstance(value, bool | int | float)}
