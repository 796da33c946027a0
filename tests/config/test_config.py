"""Broken settings are refused with everything that is wrong in them: file, line, what was found, what is allowed."""

import shutil
from datetime import time, timedelta
from pathlib import Path

import pytest

from hub.config.settings import ConfigProblems, Settings, load
from hub.core.home import DeviceKind

SHIPPED = Path(__file__).resolve().parents[2] / "config"

MINIMAL = '[hub]\ncell = "test"\ndata_dir = "data"\n'


class Folder:
    """A folder with settings, and the shipped rules and policies unless a test writes others."""

    def __init__(self, path: Path) -> None:
        self.path = path
        for name in ("rules.toml", "policies.toml"):
            (path / name).write_bytes((SHIPPED / name).read_bytes())

    def write(self, text: str, name: str = "hub.toml", mode: int = 0o600) -> Path:
        file = self.path / name
        file.write_text(text, encoding="utf-8")
        file.chmod(mode)
        return file

    def load(self, text: str = MINIMAL, **environment: str) -> Settings:
        return load(self.write(text), environment)

    def refused(self, text: str = MINIMAL, **environment: str) -> list[str]:
        """The problems, with the folder's name left out."""
        with pytest.raises(ConfigProblems) as raised:
            self.load(text, **environment)
        return [str(problem).replace(f"{self.path}/", "") for problem in raised.value.problems]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_the_least_that_is_needed(folder: Folder) -> None:
    settings = folder.load()
    assert settings.hub.cell == "test"
    assert settings.hub.data_dir == folder.path / "data"
    assert settings.mqtt.embedded
    assert settings.web.loopback
    assert (settings.engine.max_batch, settings.engine.max_batch_ms) == (400, 20)
    assert settings.hub.night_starts == time(21, 0)


def test_a_full_file_is_read_with_its_kinds(folder: Folder) -> None:
    shutil.copytree(SHIPPED / "holidays", folder.path / "holidays")
    folder.write("a-long-enough-secret\n", "hook")
    folder.write("pass\n", "password")
    settings = folder.load(
        MINIMAL
        + 'timezone = "Europe/Berlin"\nnight_starts = 22:30:00\n'
        + '[mqtt]\nhost = "broker"\nport = 8883\ntls = true\nusername = "hub"\npassword_file = "password"\n'
        + '[webhook]\nurl = "https://notify.example.org/care"\nsecret_file = "hook"\ntimeout_s = 2.5\n'
        + "[supervision]\nby_kind_s = { cuff = 90000 }\n"
    )
    assert settings.secrets.mqtt_password == "pass"
    assert settings.secrets.webhook_secret == "a-long-enough-secret"
    assert settings.webhook is not None
    assert settings.webhook.timeout_s == 2.5
    assert str(settings.timezone) == "Europe/Berlin"
    assert settings.hub.night_starts == time(22, 30)
    assert settings.supervision.supervision.by_kind == {DeviceKind.CUFF: timedelta(hours=25)}
    assert settings.warnings == ()


def test_secrets_are_not_printed(folder: Folder) -> None:
    folder.write("a-long-enough-secret\n", "hook")
    settings = folder.load(MINIMAL + '[webhook]\nurl = "http://127.0.0.1:1/"\nsecret_file = "hook"\n')
    assert settings.secrets.webhook_secret is not None
    assert "a-long-enough" not in repr(settings)


BROKEN: list[tuple[str, str, list[str]]] = [
    ("no cell", '[hub]\ndata_dir = "data"\n', ["hub.toml:1 [hub] cell: is missing; add it"]),
    (
        "misspelt key",
        MINIMAL + "[engine]\nmax_bacth = 5\n",
        ['hub.toml:5 [engine] max_bacth: unknown key "max_bacth"; did you mean max_batch?'],
    ),
    (
        "misspelt section",
        MINIMAL + "\n[wbe]\nport = 1\n",
        ['hub.toml:5 [wbe]: unknown key "wbe"; did you mean web?'],
    ),
    (
        "key of nowhere",
        MINIMAL + '[web]\ncolour = "red"\n',
        [
            'hub.toml:5 [web] colour: unknown key "colour"; known: allow_remote, host, language, port, session_hours, '
            "tls_cert_file, tls_key_file, trusted_proxies"
        ],
    ),
    (
        "number as text",
        MINIMAL + '[web]\n# the console\nport = "8080"\n',
        ['hub.toml:6 [web] port: found "8080"; should be a valid integer'],
    ),
    (
        "port beyond the ports",
        MINIMAL + "[web]\nport = 80800\n",
        ["hub.toml:5 [web] port: found 80800; should be less than or equal to 65535"],
    ),
    (
        "not a number",
        MINIMAL + "[engine]\nsave_every_s = nan\n",
        ["hub.toml:5 [engine] save_every_s: found NaN; should be a finite number"],
    ),
    (
        "closed list",
        MINIMAL + '[web]\nlanguage = "cn"\n',
        ['hub.toml:5 [web] language: found "cn"; known: zh, en'],
    ),
    (
        "time zone of nowhere",
        MINIMAL + 'timezone = "Asia/Zhengzhou"\n',
        [
            'hub.toml:4 [hub] timezone: found "Asia/Zhengzhou"; give a name of the time zone database, such as Asia/Shanghai'
        ],
    ),
    (
        "cell with a slash",
        '[hub]\ncell = "a/b"\ndata_dir = "data"\n',
        ['hub.toml:2 [hub] cell: found "a/b"; must match ^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$'],
    ),
    (
        "misspelt name of a secret's file",
        MINIMAL + '[mqtt]\nhost = "broker"\npassword_fil = "x"\n',
        ['hub.toml:6 [mqtt] password_fil: unknown key "password_fil"; did you mean password_file?'],
    ),
    (
        "string left open",
        MINIMAL + '[web]\nhost = """',
        ["hub.toml:5: is not TOML: Unterminated string; correct the line"],
    ),
    (
        "secret in the settings",
        MINIMAL + '[mqtt]\nhost = "broker"\nusername = "hub"\npassword = "hunter2"\n',
        [
            'hub.toml:7 [mqtt] password: "password" may hold a secret; write it to a file of its own (chmod 600) and name '
            "that, or use the environment"
        ],
    ),
    (
        "reachable without saying so",
        MINIMAL + '[web]\nhost = "0.0.0.0"\n',
        [
            'hub.toml:5 [web] host: found "0.0.0.0", which other machines can reach; keep 127.0.0.1, or set '
            "allow_remote = true once accounts and TLS (own or a proxy's) are set up"
        ],
    ),
    (
        "webhook in the clear",
        MINIMAL + '[webhook]\nurl = "http://notify.example.org/"\n',
        [
            "hub.toml:4 [webhook]: url tells who needs help: beyond this machine only with https",
            "hub.toml:4 [webhook]: has no secret; give secret_file or CARE_WEBHOOK_SECRET: whoever answers an alert must be "
            "known to be the receiver",
        ],
    ),
    (
        "webhook without a secret",
        MINIMAL + '[webhook]\nurl = "http://127.0.0.1:1/"\n',
        [
            "hub.toml:4 [webhook]: has no secret; give secret_file or CARE_WEBHOOK_SECRET: whoever answers an alert must be "
            "known to be the receiver"
        ],
    ),
    (
        "user without a password",
        MINIMAL + '[mqtt]\nhost = "broker"\nusername = "hub"\n',
        [
            "hub.toml:4 [mqtt]: a password is missing; give username together with password_file (or CARE_MQTT_PASSWORD), or "
            "none of them"
        ],
    ),
    (
        "user of the embedded broker",
        MINIMAL + "[mqtt]\nusername = 'hub'\n",
        ["hub.toml:5 [mqtt] username: is set without host; name the broker's host, or leave it out"],
    ),
    (
        "certificate without its key",
        MINIMAL + "[web]\ntls_cert_file = 'a.crt'\n",
        [
            "hub.toml:4 [web]: give tls_cert_file and tls_key_file, or neither of them",
            'hub.toml:5 [web] tls_cert_file: found "a.crt", which is no file; name an existing file',
        ],
    ),
    (
        "event ids forgotten too early",
        MINIMAL + "[retention]\nevent_ids_days = 30\n",
        ["hub.toml:5 [retention] event_ids_days: found 30; should be greater than or equal to 90"],
    ),
    (
        "unknown kind of device",
        MINIMAL + "[supervision]\nby_kind_s = { toaster = 50 }\n",
        [
            'hub.toml:5 [supervision] by_kind_s.toaster: found "toaster"; known: button, pull_cord, pendant, fall_wearable, '
            "fall_radar, oximeter, cuff, thermometer, glucometer, bed_mat, motion, contact, smoke, gas, water, climate, "
            "vibration, watch, gateway, voice_unit (did you mean water?)"
        ],
    ),
    (
        "not TOML",
        "[hub\n",
        ["hub.toml:1: is not TOML: Expected ']' at the end of a table declaration; correct the line"],
    ),
]


BOUNDS = [
    ("retention", "input_log_days", "1000000000000", "less than or equal to 36500"),
    ("retention", "event_ids_days", "9223372036854775807", "less than or equal to 36500"),
    ("engine", "save_every_s", "1e9", "less than or equal to 600"),
    ("engine", "stalled_after_s", "1e30", "less than or equal to 600"),
    ("engine", "telemetry_queue", "1000000000000", "less than or equal to 1000000"),
    ("supervision", "native_s", "1e30", "less than or equal to 2678400"),
    ("supervision", "one_way_s", "1e-9", "greater than or equal to 10"),
    ("supervision", "by_kind_s.cuff", "1e30", "less than or equal to 2678400"),
]


@pytest.mark.parametrize(("section", "key", "value", "allowed"), BOUNDS)
def test_what_can_only_be_a_slip_is_refused_with_its_line(
    folder: Folder, section: str, key: str, value: str, allowed: str
) -> None:
    (said,) = folder.refused(MINIMAL + f"[{section}]\n{key} = {value}\n")
    assert said.startswith(f"hub.toml:5 [{section}] {key}: found ")
    assert said.endswith(allowed)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (MINIMAL + "x = " + "[" * 4000 + "]" * 4000 + "\n", "hub.toml:4: nests its values too deeply"),
        (MINIMAL + "[engine]\n" + ".".join("a" * 4000) + " = 1\n", "hub.toml:5: nests its values too deeply"),
        (MINIMAL + "[web]\nport = " + "9" * 5000 + "\n", "hub.toml: cannot be read"),
        (
            MINIMAL + "[web]\nport = 0x" + "f" * 5000 + "\n",
            "hub.toml:5 [web] port: found a number beyond 64 bits",
        ),
        (MINIMAL + 'rules = "a\\u0000b"\n', 'hub.toml:4 [hub] rules: found "a\\u0000b"; a path holds no NUL'),
        (MINIMAL + f'holidays = "{"x" * 300}"\n', "hub.toml:4 [hub] holidays: found"),
        ('[hub]\ncell = "test"\ndata_dir = "a\\u0000b"\n', 'hub.toml:3 [hub] data_dir: found "a\\u0000b"'),
        (MINIMAL + f'[web]\ntls_cert_file = "{"x" * 300}"\n', "hub.toml:5 [web] tls_cert_file: found"),
        (MINIMAL + '[webhook]\nurl = "https://x:99999999/"\n', "hub.toml:4 [webhook]: url names a port"),
        (MINIMAL + "hub = [1]\n", 'hub.toml:4 [hub] hub: unknown key "hub"'),
    ],
    ids=[
        "deep",
        "deep keys",
        "digits",
        "hexadecimal",
        "NUL",
        "long name",
        "NUL dir",
        "long file",
        "port",
        "list",
    ],
)
def test_nothing_that_can_be_written_makes_it_fail(folder: Folder, text: str, said: str) -> None:
    assert any(one.startswith(said) for one in folder.refused(text)), folder.refused(text)


def test_a_port_of_the_environment_with_thousands_of_digits_is_refused(folder: Folder) -> None:
    (said,) = folder.refused(CARE_WEB_PORT="9" * 5000)
    assert said.startswith("environment CARE_WEB_PORT [web] port: found ")


@pytest.mark.parametrize("host", ["10.0.0.5", "broker.example"])
def test_a_password_that_crosses_a_network_without_tls_is_a_warning(folder: Folder, host: str) -> None:
    folder.write("pass\n", "password")
    mqtt = f'[mqtt]\nhost = "{host}"\nusername = "hub"\npassword_file = "password"\n'
    (told,) = (one for one in folder.load(MINIMAL + mqtt).warnings if one.startswith("[mqtt]"))
    assert "the hub's password" in told
    assert "Set tls = true" in told
    assert not any("[mqtt]" in one for one in folder.load(MINIMAL + mqtt + "tls = true\n").warnings)
    assert not any("[mqtt]" in one for one in folder.load(MINIMAL + mqtt.replace(host, "127.0.0.1")).warnings)


@pytest.mark.parametrize(("text", "said"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_a_broken_setting_is_named_with_its_line(folder: Folder, text: str, said: list[str]) -> None:
    assert folder.refused(text) == said


def test_all_problems_of_all_files_are_told_at_once(folder: Folder) -> None:
    folder.write('[[rule]]\nkind = "cal"\n', "rules.toml")
    folder.write((SHIPPED / "policies.toml").read_text().replace('"butler"', '"butlr"', 1), "policies.toml")
    told = folder.refused('[hub]\ncell = "a b"\ndata_dir = "x"\nnight_ends = 25\n[web]\nprot = 1\n')
    assert [line.split(": ")[0] for line in told] == [
        "hub.toml:2 [hub] cell",
        "hub.toml:4 [hub] night_ends",
        "hub.toml:6 [web] prot",
        'rules.toml:1 rule "cal"',
        'policies.toml:27 policy "emergency" step 1',
    ]


def test_a_broken_value_hides_no_other_mistake_of_its_file(folder: Folder) -> None:
    policies = (SHIPPED / "policies.toml").read_text().replace('"butler"', '"butlr"', 1)
    folder.write(policies.replace("wait_s = 900", 'wait_s = "long"', 1), "policies.toml")
    folder.write(
        '[[rule]]\nkind = "call"\nseverity = "urgent"\n[[rule]]\nkind = "fall"\nsuspected = "no"\n',
        "rules.toml",
    )
    told = folder.refused(MINIMAL + '[web]\nhost = "0.0.0.0"\nport = "x"\n')
    assert [line.split(": ")[0] for line in told] == [
        "hub.toml:6 [web] port",
        "hub.toml:5 [web] host",
        'rules.toml:6 rule "fall" suspected',
        'rules.toml:3 rule "call" severity',
        'policies.toml:72 policy "urgent" step 3 wait_s',
        'policies.toml:27 policy "emergency" step 1',
    ]


def test_a_mark_before_the_text_is_passed_over(folder: Folder) -> None:
    folder.refused("\ufeff" + MINIMAL + '[web]\nport = "x"\n')
    assert folder.load("\ufeff" + MINIMAL).hub.cell


def test_a_night_without_a_day_is_refused(folder: Folder) -> None:
    (told,) = folder.refused(MINIMAL + "night_starts = 21:00:00\nnight_ends = 21:00:00\n")
    assert "night_starts and night_ends are both 21:00" in told


def test_a_missing_file_of_a_password_is_told_beside_the_other_mistakes(folder: Folder) -> None:
    """Who mends one mistake after the other starts the hub as often; also what two keys say together is told at once."""
    told = folder.refused(
        '[hub]\ncell = "a b"\ndata_dir = "x"\nholidays = "none"\n'
        '[mqtt]\nhost = "broker"\nusername = "hub"\npassword_file = "gone"\nport = 99999\n'
        '[web]\nhost = "0.0.0.0"\ntls_cert_file = "a"\ntls_key_file = "b"\n'
        '[webhook]\nurl = "http://127.0.0.1:1/"\n'
    )
    assert [line.split(": ")[0] for line in told] == [
        "hub.toml:2 [hub] cell",
        "hub.toml:9 [mqtt] port",
        "hub.toml:4 [hub] holidays",
        "hub.toml:11 [web] host",
        "hub.toml:14 [webhook]",
        "hub.toml:12 [web] tls_cert_file",
        "hub.toml:13 [web] tls_key_file",
        "hub.toml:8 [mqtt] password_file",
    ]
    assert told[-1].endswith("make it, or set CARE_MQTT_PASSWORD in the environment")


def test_a_missing_file_is_told_by_its_name(folder: Folder) -> None:
    (folder.path / "rules.toml").unlink()
    assert folder.refused() == [
        "rules.toml: cannot be read (No such file or directory); name an existing file that the hub may read"
    ]


@pytest.mark.parametrize(
    ("text", "mode", "said"),
    [
        ("long enough for a secret", 0o644, "can be read by others on this machine; run chmod 600"),
        ("short", 0o600, "holds less than 16 characters; write a longer random one into it"),
        ("\n", 0o600, "is empty; write the secret into it, on one line"),
        (
            None,
            0o600,
            "cannot be read (No such file or directory); make it, or set CARE_WEBHOOK_SECRET in the environment",
        ),
    ],
)
def test_a_secret_file_must_be_there_private_and_long_enough(
    folder: Folder, text: str | None, mode: int, said: str
) -> None:
    if text is not None:
        folder.write(text, "hook", mode)
    (told,) = folder.refused(MINIMAL + '[webhook]\nurl = "http://127.0.0.1:1/"\nsecret_file = "hook"\n')
    assert told.startswith("hub.toml:6 [webhook] secret_file: ")
    assert said in told


def test_the_environment_overrides_and_is_named_when_wrong(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.path.parent)
    settings = folder.load(
        CARE_HUB_CELL="other",
        CARE_HUB_DATA_DIR="elsewhere",
        CARE_WEB_PORT="9000",
        CARE_MQTT_HOST="broker",
        CARE_WEBHOOK_URL="http://127.0.0.1:9/",
        CARE_WEBHOOK_SECRET="from the environment",
    )
    assert settings.hub.cell == "other"
    assert settings.hub.data_dir == folder.path.parent / "elsewhere"
    assert (settings.web.port, settings.mqtt.host) == (9000, "broker")
    assert settings.secrets.webhook_secret == "from the environment"
    assert folder.refused(CARE_WEB_PORT="many") == [
        'environment CARE_WEB_PORT [web] port: found "many"; should be a valid integer'
    ]


def test_what_is_allowed_but_risky_is_a_warning(folder: Folder) -> None:
    settings = folder.load(
        MINIMAL + '[web]\nhost = "0.0.0.0"\nallow_remote = true\n[mqtt]\nhost = "broker"\n'
    )
    assert [warning.split(":")[0] for warning in settings.warnings] == [
        "There is no [webhook]",
        "[web] is reachable from other machines without TLS of its own",
        "[mqtt] host broker is another machine, without TLS",
        "[mqtt] has no username",
        f"There are no holidays in {folder.path}/holidays",
    ]


def test_a_folder_without_holidays_is_named_in_full_with_what_to_copy_there(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder.path)
    folder.write(MINIMAL)
    (told,) = [one for one in load(Path("hub.toml"), {}).warnings if "holidays" in one]
    assert str(folder.path / "holidays") in told
    assert "config/holidays" in told
