"""Passwords that anybody tries first are refused, in words; long ones of any kind are not."""

from pathlib import Path

import httpx
import pytest

from hub.web.password_rules import Weakness, weakness
from tests.web.running import RunningHub

R, S, N, C = Weakness.REPEATED, Weakness.SEQUENCE, Weakness.NAMED, Weakness.COMMON


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("aaaaaaaaaa", R),
        ("AAAAaaaaAA", R),
        ("1111111111", R),
        ("1212121212", R),
        ("abcabcabcabc", R),
        ("ＡＡＡＡＡＡＡＡＡＡ", R),
        ("a a a a a a a a", R),
        ("好好好好好好好好好好", R),
        ("1234567890", S),
        ("0987654321", S),
        ("123456789012", S),
        ("abcdefghij", S),
        ("qwertyuiop", S),
        ("Qwertyuiop12", S),
        ("1qaz2wsx3edc", S),
        ("1q2w3e4r5t", S),
        ("12345678abcd", S),
        ("password123", C),
        ("Passw0rd!!2026", C),
        ("P@ssw0rd2024", C),
        ("admin888888!", C),
        ("woaini1314520", C),
        ("5201314520", C),
        ("iloveyou2026", C),
        ("密码密码13579246", C),
        ("a135792468024", C),
        ("zhangmin2026", N),
        ("ZhangMin-77!", N),
        ("2026张敏张敏hao", N),
    ],
)
def test_what_anybody_tries_first(password: str, why: Weakness) -> None:
    assert weakness(password, "zhangmin", "张敏") is why


@pytest.mark.parametrize(
    "password",
    [
        "a long enough password",
        "another long password",
        "correct horse battery staple",
        "窗外下雨了我还没吃饭",
        "kjw9-2bdx-41fs",
        "zhangmin likes the third noodle shop",
        "tuesday rain 1234",
        "7391640582",
        "zzzz top tickets",
    ],
)
def test_length_counts_and_no_signs_are_asked_for(password: str) -> None:
    assert weakness(password, "zhangmin", "张敏") is None


def test_the_console_and_the_interface_say_why(hub: RunningHub, admin: httpx.Client) -> None:
    body = {"login": "weak", "name": "弱", "role": "operator", "password": "aaaaaaaaaa"}
    refused = admin.post("/api/v1/accounts", json=body)
    assert refused.status_code == 422
    (said,) = refused.json()["errors"]
    assert said["field"] == "password"
    assert "重复" in said["zh"]
    assert "repeat" in said["en"]
    assert "aaaaaaaaaa" not in refused.text
    changed = admin.patch("/api/v1/accounts/chen", json={"password": "chen123456"})
    assert changed.json()["errors"][0]["code"] == "password_named"
    with hub.browser("admin") as page:
        shown = page.post("/accounts/chen/password", data={"password": "1234567890"})
        assert shown.status_code == 422
        assert "顺序" in shown.text


def test_the_command_line_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from hub.command_line.log_ins import add_login, set_login_password

    config = tmp_path / "hub.toml"
    config.write_text(
        (Path(__file__).parents[2] / "config" / "gateway.toml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    assert add_login(config, "ada", "Ada", "aaaaaaaaaa") == 2
    assert "repeat" in capsys.readouterr().err
    assert set_login_password(config, "ada", "1234567890") == 2
