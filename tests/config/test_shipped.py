"""The shipped settings load as they are, and show every key that exists."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from hub.config.sections import SettingsFile
from hub.config.settings import ENVIRONMENT, SECRETS, load
from tests.config.test_config import SHIPPED

FILES = ("demo.toml", "gateway.toml", "centre.toml")


def installed(folder: Path, name: str) -> Path:
    """A copy as an installer makes it, with the secrets it asks for."""
    for file in (name, "rules.toml", "policies.toml"):
        (folder / file).write_bytes((SHIPPED / file).read_bytes())
    shutil.copytree(SHIPPED / "holidays", folder / "holidays")
    for secret in ("mqtt-password", "webhook-secret"):
        (folder / secret).write_text("sixteen characters or more\n")
        (folder / secret).chmod(0o600)
    (folder / "heartbeat-url").write_text("https://watch.example.org/ping/0123456789\n")
    (folder / "heartbeat-url").chmod(0o600)
    for certificate in ("ca.crt", "hub.crt", "hub.key", "console.crt", "console.key"):
        (folder / certificate).touch()
    return folder / name


@pytest.mark.parametrize("name", FILES)
def test_the_shipped_settings_load(tmp_path: Path, name: str) -> None:
    settings = load(installed(tmp_path, name), {})
    assert settings.web.loopback
    assert settings.mqtt.embedded is (name == "demo.toml")


@pytest.mark.parametrize("name", FILES)
def test_the_shipped_settings_show_every_key_in_its_section(tmp_path: Path, name: str) -> None:
    shown = {
        (section, key)
        for section, lines in sections((SHIPPED / name).read_text(encoding="utf-8"))
        for key in re.findall(r"^(?:# )?([a-z0-9_]+) = ", lines, re.MULTILINE)
    }
    assert shown == set(keys())


@pytest.mark.parametrize("name", FILES)
def test_what_is_commented_out_shows_the_default(tmp_path: Path, name: str) -> None:
    """With every comment that is a setting switched on, the file still loads, and the defaults stay what they are."""
    path = installed(tmp_path, name)
    before = load(path, {})
    path.write_text(
        re.sub(r"^# ((?:[a-z0-9_]+ = .*)|\[webhook\])$", r"\1", path.read_text(), flags=re.MULTILINE)
    )
    if name == "demo.toml":
        # What belongs to a broker of one's own comes together with its host; TLS needs to be switched on.
        assert load(without_broker(path), {}).engine == before.engine
    else:
        path.write_text(path.read_text().replace("tls = false", "tls = true"))
        assert load(path, {}).engine == before.engine
    after = load(path, {})
    assert (after.retention, after.hub) == (before.retention, before.hub)
    assert after.webhook is not None


def without_broker(path: Path) -> Path:
    path.write_text(path.read_text().replace("tls = false", "tls = true"))
    return path


def test_the_environment_names_keys_that_exist() -> None:
    assert {tuple(path) for path in (*ENVIRONMENT.values(), *SECRETS.values())} <= set(keys())


@pytest.mark.parametrize("name", FILES)
def test_the_environment_is_documented(name: str) -> None:
    text = (SHIPPED / name).read_text(encoding="utf-8")
    for variable in (*ENVIRONMENT, *SECRETS):
        assert re.search(rf"\b{variable}\b", text), variable


def keys() -> Iterator[tuple[str, str]]:
    for section, info in SettingsFile.model_fields.items():
        (model,) = [
            one for one in (info.annotation, *getattr(info.annotation, "__args__", ())) if is_model(one)
        ]
        for key in model.model_fields:
            yield section, key


def is_model(value: object) -> bool:
    return isinstance(value, type) and issubclass(value, BaseModel)


def sections(text: str) -> Iterator[tuple[str, str]]:
    """Each section's name and text; a section that is commented out counts."""
    parts = re.split(r"^(?:# )?\[([a-z0-9_]+)\]$", text, flags=re.MULTILINE)
    return zip(parts[1::2], parts[2::2], strict=True)
