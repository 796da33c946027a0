"""The settings of a hub: one TOML file, the rules and policies it names, a few overrides by environment. Read once, by `app`."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from hub.config.bounds import is_usable
from hub.config.holidays import load_holidays
from hub.config.lines import Path as KeyPath
from hub.config.policies import load_policies
from hub.config.problems import ConfigProblems, Problem, Source
from hub.config.rules import load_rules
from hub.config.sections import (
    BackupSection,
    EngineSection,
    HeartbeatSection,
    HubSection,
    MqttSection,
    RetentionSection,
    ServiceSection,
    SettingsFile,
    SupervisionSection,
    WebhookSection,
    WebSection,
    is_loopback,
)
from hub.core.alerts import Policy
from hub.core.calendar import Calendar
from hub.core.rules import Rules

__all__ = ["ENVIRONMENT", "SECRETS", "ConfigProblems", "Problem", "Secrets", "Settings", "load"]

ENVIRONMENT: Mapping[str, KeyPath] = {
    "CARE_HUB_CELL": ("hub", "cell"),
    "CARE_HUB_DATA_DIR": ("hub", "data_dir"),
    "CARE_MQTT_HOST": ("mqtt", "host"),
    "CARE_MQTT_PORT": ("mqtt", "port"),
    "CARE_WEB_HOST": ("web", "host"),
    "CARE_WEB_PORT": ("web", "port"),
    "CARE_WEBHOOK_URL": ("webhook", "url"),
}
"""What the environment overrides, for containers and tests. Paths count from the working directory there."""

SECRETS: Mapping[str, tuple[str, str]] = {
    "CARE_MQTT_PASSWORD": ("mqtt", "password_file"),
    "CARE_WEBHOOK_SECRET": ("webhook", "secret_file"),
    "CARE_HEARTBEAT_URL": ("heartbeat", "url_file"),
}
"""Secrets come from the environment or from the file named here, never from the settings themselves."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """Never printed."""

    mqtt_password: str | None = field(default=None, repr=False)
    webhook_secret: str | None = field(default=None, repr=False)
    heartbeat_url: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything checked: paths are absolute, secrets read. `warnings` are sentences to log at start."""

    path: Path
    hub: HubSection
    mqtt: MqttSection
    web: WebSection
    webhook: WebhookSection | None
    engine: EngineSection
    retention: RetentionSection
    supervision: SupervisionSection
    service: ServiceSection
    backup: BackupSection
    heartbeat: HeartbeatSection
    rules: Rules
    policies: Mapping[str, Policy]
    calendar: Calendar
    secrets: Secrets
    warnings: tuple[str, ...] = ()

    @property
    def timezone(self) -> tzinfo:
        return ZoneInfo(self.hub.timezone)

    @property
    def backup_folder(self) -> Path:
        return self.backup.folder or self.hub.data_dir / "backups"


def load(path: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Settings, rules and policies; raises ConfigProblems with everything that is wrong in any of them."""
    given = os.environ if environment is None else environment
    source = Source(path)
    if not path.is_file():
        # Which rules and policies it would have named, nobody knows.
        raise ConfigProblems(tuple(source.problems))
    overrides = _overrides(given)
    parsed = source.read(SettingsFile, overrides) if source.readable else None
    base = path.parent
    hub_section = source.data.get("hub")
    named = hub_section if isinstance(hub_section, dict) else {}
    rules, rule_problems = load_rules(base / _named(named, "rules", "rules.toml"))
    policies, policy_problems = load_policies(base / _named(named, "policies", "policies.toml"))
    holidays = base / _named(named, "holidays", "holidays")
    calendar, holiday_problems = load_holidays(holidays)
    if _named(named, "holidays", "") and not holidays.is_dir():
        source.complain(
            ("hub", "holidays"), f'found "{holidays}", which is no folder', "name a folder of years"
        )
    if parsed is not None:
        parsed = _absolute(parsed, base, given)
    # What can be seen of sections and files whatever else is wrong.
    secrets = Secrets()
    if source.readable:
        _check_mqtt(source, source.section(MqttSection, "mqtt", overrides), given)
        _check_web(source, given)
        _check_webhook(source, given)
        _check_files(source)
        secrets = _secrets(source, given)
    problems = (*source.problems, *rule_problems, *policy_problems, *holiday_problems)
    if parsed is None or rules is None or policies is None or calendar is None or problems:
        raise ConfigProblems(problems)
    return Settings(
        path=path,
        hub=parsed.hub,
        mqtt=parsed.mqtt,
        web=parsed.web,
        webhook=parsed.webhook,
        engine=parsed.engine,
        retention=parsed.retention,
        supervision=parsed.supervision,
        service=parsed.service,
        backup=parsed.backup,
        heartbeat=parsed.heartbeat,
        rules=rules,
        policies=policies,
        calendar=calendar,
        secrets=secrets,
        warnings=(*_warnings(parsed), *_calendar_warnings(calendar, holidays)),
    )


def _named(section: Mapping[str, object], key: str, usual: str) -> str:
    """The file that the settings name; where the name is none, its place in the settings says so, and the usual one is read."""
    name = section.get(key, usual)
    return name if isinstance(name, str) and is_usable(name) else usual


def _overrides(environment: Mapping[str, str]) -> dict[KeyPath, tuple[str, str | int]]:
    found: dict[KeyPath, tuple[str, str | int]] = {}
    for name, path in ENVIRONMENT.items():
        value = environment.get(name)
        if value:
            is_port = path[-1] == "port" and value.isdecimal() and len(value) <= _LONGEST_PORT
            found[path] = (name, int(value) if is_port else value)
    return found


def _absolute(parsed: SettingsFile, base: Path, environment: Mapping[str, str]) -> SettingsFile:
    """Paths in the file count from its folder; those of the environment from the working directory."""
    root = base.resolve()
    hub = parsed.hub
    data_base = Path.cwd() if environment.get("CARE_HUB_DATA_DIR") else root
    paths = {
        "data_dir": (data_base / hub.data_dir).resolve(),
        "rules": root / hub.rules,
        "policies": root / hub.policies,
        "holidays": root / hub.holidays,
    }
    changed: dict[str, object] = {"hub": hub.model_copy(update=paths)}
    for name in ("mqtt", "web", "webhook", "backup", "heartbeat"):
        section = getattr(parsed, name)
        if section is not None:
            files = {key: root / value for key, value in section if isinstance(value, Path)}
            changed[name] = section.model_copy(update=files)
    return parsed.model_copy(update=changed)


def _check_web(source: Source, environment: Mapping[str, str]) -> None:
    """Looked at as it is written: whatever else of the section is wrong."""
    web = source.data.get("web")
    given = web if isinstance(web, dict) else {}
    host = environment.get("CARE_WEB_HOST") or given.get("host", "127.0.0.1")
    if isinstance(host, str) and not is_loopback(host) and given.get("allow_remote") is not True:
        source.complain(
            ("web", "host"),
            f'found "{host}", which other machines can reach',
            "keep 127.0.0.1, or set allow_remote = true once accounts and TLS (own or a proxy's) are set up",
        )


def _check_mqtt(source: Source, mqtt: MqttSection | None, environment: Mapping[str, str]) -> None:
    """What no single key can tell."""
    if mqtt is None:
        return
    if mqtt.host is None:
        for key in ("username", "password_file", "tls"):
            if getattr(mqtt, key):
                source.complain(
                    ("mqtt", key), "is set without host", "name the broker's host, or leave it out"
                )
    password = mqtt.password_file is not None or bool(environment.get("CARE_MQTT_PASSWORD"))
    if mqtt.host is not None and (mqtt.username is not None) != password:
        missing = "a password" if mqtt.username is not None else "a username"
        remedy = "give username together with password_file (or CARE_MQTT_PASSWORD), or none of them"
        source.complain(("mqtt",), f"{missing} is missing", remedy)


def _check_files(source: Source) -> None:
    for key in _FILES:
        file = _file(source, key)
        if file is not None and not file.is_file():
            source.complain(key, f'found "{file}", which is no file', "name an existing file")


def _check_webhook(source: Source, environment: Mapping[str, str]) -> None:
    """Looked at as it is written: whatever else of the section is wrong."""
    webhook = source.data.get("webhook")
    named = isinstance(webhook, dict) and "secret_file" in webhook
    wanted = webhook is not None or bool(environment.get("CARE_WEBHOOK_URL"))
    if wanted and not (named or environment.get("CARE_WEBHOOK_SECRET")):
        remedy = "give secret_file or CARE_WEBHOOK_SECRET: whoever answers an alert must be known to be the receiver"
        source.complain(("webhook",), "has no secret", remedy)


_MIN_SECRET = 16
_LONGEST_PORT = 9
"""Digits; what is longer is no number of a port and told as it was given."""

_FILES = (
    ("mqtt", "ca_file"),
    ("mqtt", "certificate_file"),
    ("mqtt", "key_file"),
    ("web", "tls_cert_file"),
    ("web", "tls_key_file"),
)


def _file(source: Source, path: tuple[str, str]) -> Path | None:
    """The file that a key names, counted from the settings' folder; None where it names none that there could be."""
    section = source.data.get(path[0])
    name = section.get(path[1]) if isinstance(section, dict) else None
    return source.path.parent.resolve() / name if isinstance(name, str) and is_usable(name) else None


def _secrets(source: Source, environment: Mapping[str, str]) -> Secrets:
    found: dict[str, str | None] = {}
    for variable, path in SECRETS.items():
        file = _file(source, path)
        secret: str | None = environment.get(variable) or None
        if secret is None and file is not None:
            secret = _read_secret(source, path, file, variable)
        found[variable] = secret
    url = found["CARE_HEARTBEAT_URL"]
    if url is not None and not _is_heartbeat_url(url):
        source.complain(
            ("heartbeat", "url_file"),
            "holds no address that can be called",
            "write one line into it: https://... (http:// only for this machine)",
        )
    return Secrets(found["CARE_MQTT_PASSWORD"], found["CARE_WEBHOOK_SECRET"], url)


def _is_heartbeat_url(url: str) -> bool:
    """Never repeated in a complaint: such an address is a password."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return False
    known = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
    return known and bool(parts.hostname) and not any(character.isspace() for character in url)


def _read_secret(source: Source, path: KeyPath, file: Path, variable: str) -> str | None:
    try:
        readable_by_others = file.stat().st_mode & 0o077
        secret = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no UTF-8 text"
        source.complain(
            path, f'"{file}" cannot be read ({reason})', f"make it, or set {variable} in the environment"
        )
        return None
    if readable_by_others:
        source.complain(path, f'"{file}" can be read by others on this machine', f"run chmod 600 {file}")
    if not secret:
        source.complain(path, f'"{file}" is empty', "write the secret into it, on one line")
    elif path == ("webhook", "secret_file") and len(secret) < _MIN_SECRET:
        source.complain(
            path, f'"{file}" holds less than {_MIN_SECRET} characters', "write a longer random one into it"
        )
    return secret


def _warnings(parsed: SettingsFile) -> tuple[str, ...]:
    found: list[str] = []
    if parsed.webhook is None:
        found.append("There is no [webhook]: nobody is told of an alert except on the console.")
    if not parsed.web.loopback and parsed.web.tls_cert_file is None:
        found.append(
            "[web] is reachable from other machines without TLS of its own: put it behind a proxy that has it."
        )
    mqtt = parsed.mqtt
    if mqtt.host is not None and not mqtt.tls and not is_loopback(mqtt.host):
        told = "the hub's password and every call" if mqtt.username is not None else "every call"
        found.append(
            f"[mqtt] host {mqtt.host} is another machine, without TLS: {told} cross the network for everybody to read "
            "and change. Set tls = true, port = 8883 and ca_file, or let the broker run on this machine."
        )
    if mqtt.host is not None and mqtt.username is None:
        found.append("[mqtt] has no username: the broker lets anybody in.")
    return tuple(found)


def _calendar_warnings(calendar: Calendar, folder: Path) -> tuple[str, ...]:
    if calendar.years:
        return ()
    return (
        f"There are no holidays in {folder.absolute()}: shifts and opening hours of workdays follow plain weekdays. "
        "Copy the files of config/holidays there, one for each year (2026.toml), or write one for this year in their form.",
    )
