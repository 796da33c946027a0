"""The sections of a settings file: every key, its default and its bounds. `config` reads them, `app` hands them on."""

from datetime import time, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, model_validator

from firmware_contracts.vocabulary import ID_PATTERN
from hub.config.bounds import (
    MOST_DAYS,
    AnswerTimeout,
    SaveEvery,
    SilentAfter,
    StalledAfter,
    UsablePath,
)
from hub.config.problems import Section
from hub.core.home import DeviceKind
from hub.directory.supervision import Supervision

Days = Annotated[int, Field(ge=1, le=MOST_DAYS)]
Port = Annotated[int, Field(ge=0, le=65_535)]
Bound = Annotated[int, Field(ge=100, le=1_000_000)]
"""Of a queue; a million messages are some 500 MB."""


def _timezone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("give a name of the time zone database, such as Asia/Shanghai") from None
    return name


def _network(text: str) -> str:
    try:
        network = ip_network(text)
        if not network.prefixlen:
            raise ValueError("everybody")
        return str(network) if "/" in text else str(network.network_address)
    except ValueError:
        raise ValueError(
            "give an address such as 127.0.0.1, or a network such as 10.0.0.0/24, of a proxy of yours"
        ) from None


class HubSection(Section):
    """Whose hub this is and where it keeps what it writes. Paths count from the settings file's folder."""

    cell: Annotated[str, Field(pattern=ID_PATTERN)]
    data_dir: UsablePath
    rules: UsablePath = Path("rules.toml")
    policies: UsablePath = Path("policies.toml")
    holidays: UsablePath = Path("holidays")
    timezone: Annotated[str, AfterValidator(_timezone)] = "Asia/Shanghai"
    night_starts: time = time(21, 0)
    night_ends: time = time(7, 0)

    @model_validator(mode="after")
    def _has_days(self) -> Self:
        if self.night_starts == self.night_ends:
            raise ValueError(
                f"night_starts and night_ends are both {self.night_ends:%H:%M}: give the hours in which people sleep, "
                "such as 21:00:00 and 07:00:00"
            )
        return self


class MqttSection(Section):
    """The broker. Without `host` the hub starts the embedded one, for demo and tests.

    With `tls` the broker is checked against `ca_file`, or the system's authorities; `certificate_file` and `key_file` are the
    hub's own, for brokers that ask for it.
    """

    host: Annotated[str, Field(min_length=1)] | None = None
    port: Port = 1883
    username: str | None = None
    password_file: UsablePath | None = None
    tls: bool = False
    ca_file: UsablePath | None = None
    certificate_file: UsablePath | None = None
    key_file: UsablePath | None = None
    keepalive_s: Annotated[int, Field(ge=5, le=600)] = 30

    @property
    def embedded(self) -> bool:
        return self.host is None

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        if not self.tls and (self.ca_file or self.certificate_file or self.key_file):
            raise ValueError("ca_file, certificate_file and key_file need tls = true")
        if self.key_file is not None and self.certificate_file is None:
            raise ValueError("key_file needs certificate_file")
        return self


class WebSection(Section):
    """The console and its interface. Beyond this machine only when `allow_remote` says so."""

    host: Annotated[str, Field(min_length=1)] = "127.0.0.1"
    port: Port = 8080
    allow_remote: bool = False
    tls_cert_file: UsablePath | None = None
    tls_key_file: UsablePath | None = None
    language: Literal["zh", "en"] = "zh"
    session_hours: Annotated[int, Field(ge=1, le=24)] = 12
    trusted_proxies: tuple[Annotated[str, AfterValidator(_network)], ...] = ()
    """Addresses or networks of proxies in front of the console: only they may say whom they speak for."""

    @property
    def loopback(self) -> bool:
        return is_loopback(self.host)

    @model_validator(mode="after")
    def _pair(self) -> Self:
        if (self.tls_cert_file is None) != (self.tls_key_file is None):
            raise ValueError("give tls_cert_file and tls_key_file, or neither of them")
        return self


class WebhookSection(Section):
    """The one channel that carries every notification to people: an HTTP service of the operator's choice."""

    url: str
    secret_file: UsablePath | None = None
    timeout_s: AnswerTimeout = 5

    @model_validator(mode="after")
    def _guarded(self) -> Self:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("url must be http://... or https://... with a host")
        if parts.scheme == "http" and not is_loopback(parts.hostname):
            raise ValueError("url tells who needs help: beyond this machine only with https")
        try:
            _ = parts.port
        except ValueError:
            raise ValueError("url names a port that there is not: give one from 1 to 65535") from None
        if parts.username is not None or parts.password is not None:
            raise ValueError("url holds a password: put a secret into secret_file instead")
        return self


class HeartbeatSection(Section):
    """Who elsewhere hears that this hub works, and alarms when nothing comes: a watching service's URL, a topic of the broker."""

    url_file: UsablePath | None = None
    mqtt: bool = False
    every_s: Annotated[int, Field(ge=10, le=3_600)] = 60


class EngineSection(Section):
    """How inputs are committed and how many may wait. A batch is what queued while the last commit ran."""

    max_batch: Annotated[int, Field(ge=1, le=10_000)] = 400
    max_batch_ms: Annotated[int, Field(ge=1, le=1_000)] = 20
    save_every_s: SaveEvery = 5
    telemetry_linger_s: Annotated[float, Field(ge=0, le=30)] = 0
    urgent_queue: Bound = 10_000
    telemetry_queue: Bound = 20_000
    stalled_after_s: StalledAfter = 30


class RetentionSection(Section):
    """How long is kept what. Open alerts, open requests and what is still to be sent never go."""

    input_log_days: Days = 7
    readings_days: Days = 400
    history_days: Days = 90
    # A device may repeat an event id after 90 days, not before.
    event_ids_days: Annotated[int, Field(ge=90, le=MOST_DAYS)] = 90
    journal_days: Days = 1_096
    outbox_days: Days = 90
    rejected_days: Days = 90
    failed_days: Days = 90


class SupervisionSection(Section):
    """After how long without a word a device counts as offline; how long before a shift its gaps are told (0: never)."""

    native_s: SilentAfter = 2_700
    zigbee2mqtt_s: SilentAfter = 90_000
    one_way_s: SilentAfter = 10_800
    by_kind_s: dict[DeviceKind, SilentAfter] = Field(default_factory=dict)
    before_shift_min: Annotated[int, Field(ge=0, le=24 * 60)] = 30

    @property
    def supervision(self) -> Supervision:
        return Supervision(
            native=timedelta(seconds=self.native_s),
            zigbee2mqtt=timedelta(seconds=self.zigbee2mqtt_s),
            one_way=timedelta(seconds=self.one_way_s),
            by_kind={kind: timedelta(seconds=seconds) for kind, seconds in self.by_kind_s.items()},
        )


class BackupSection(Section):
    """Copies of the store: where (none: `backups` in the data folder), how often, how many are kept. 0 hours: none are taken."""

    folder: UsablePath | None = None
    every_hours: Annotated[int, Field(ge=0, le=24 * 366)] = 24
    keep: Annotated[int, Field(ge=1, le=1_000)] = 7


class ServiceSection(Section):
    """What the service has promised: reports measure against it."""

    on_site_within_min: Annotated[int, Field(ge=1, le=24 * 60)] = 30


class SettingsFile(Section):
    """All sections. `[webhook]` may be left out: then nobody is told outside the console, and a warning says so."""

    hub: HubSection
    mqtt: MqttSection = MqttSection()
    web: WebSection = WebSection()
    webhook: WebhookSection | None = None
    engine: EngineSection = EngineSection()
    retention: RetentionSection = RetentionSection()
    supervision: SupervisionSection = SupervisionSection()
    service: ServiceSection = ServiceSection()
    backup: BackupSection = BackupSection()
    heartbeat: HeartbeatSection = HeartbeatSection()


def is_loopback(host: str) -> bool:
    """Whether only this machine can connect there."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
