"""Guessing is slowed down, and nobody with the right password stands before a closed door for what others did."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from hub.config.sections import WebSection
from hub.serving import listen, listen_locally, serve
from hub.web.login_limit import LIMITS, WINDOW, LoginLimit, TooManyWaiting, Turns, network
from tests.web.running import PASSWORD, RunningHub

NOON = datetime(2026, 3, 3, 12, 0, tzinfo=UTC)
HOME = "10.0.0.1"
NOTHING = timedelta()


def guesses(limit: LoginLimit, count: int, login: str = "", address: str = "") -> None:
    for number in range(count):
        limit.begun(login or f"nobody-{number}", address or f"10.1.0.{number}", NOON)


def test_right_passwords_count_nowhere() -> None:
    limit = LoginLimit()
    for number in range(200):
        login = f"op-{number}"
        assert not limit.is_crowded(login, HOME, NOON)
        limit.begun(login, HOME, NOON)
        limit.succeeded(login, HOME, NOON)
    for _ in range(LIMITS["login"] + 1):
        limit.begun("chen", HOME, NOON)
        limit.succeeded("chen", HOME, NOON)
    assert limit.wait("chen", "10.0.0.2", NOON) == NOTHING
    assert not limit.is_crowded("chen", "10.0.0.2", NOON)


def test_the_own_log_in_of_who_guesses_does_not_wash_guesses_away() -> None:
    limit = LoginLimit()
    guesses(limit, LIMITS["address"], address=HOME)
    limit.begun("insider", HOME, NOON)
    limit.succeeded("insider", HOME, NOON)
    assert limit.is_crowded("chen", HOME, NOON)


@pytest.mark.parametrize(
    ("count", "login", "address", "waits", "crowded"),
    [
        (LIMITS["pair"], "chen", HOME, True, False),
        (LIMITS["pair"], "xu", HOME, False, False),
        (LIMITS["address"], "", HOME, False, True),
        (LIMITS["address"] - 1, "", HOME, False, False),
        (LIMITS["login"], "chen", "", True, False),
    ],
)
def test_what_guesses_cost(count: int, login: str, address: str, *, waits: bool, crowded: bool) -> None:
    limit = LoginLimit()
    guesses(limit, count, login, address)
    assert (limit.wait("chen", HOME, NOON) > NOTHING) is waits
    assert limit.is_crowded("chen", HOME, NOON) is crowded
    assert limit.wait("chen", HOME, NOON + WINDOW) == NOTHING
    assert not limit.is_crowded("chen", HOME, NOON + WINDOW)


def test_where_a_log_in_was_used_strangers_neither_stop_nor_slow_it() -> None:
    limit = LoginLimit()
    limit.begun("chen", HOME, NOON)
    limit.succeeded("chen", HOME, NOON)
    guesses(limit, LIMITS["login"], "chen")
    guesses(limit, LIMITS["address"], address=HOME)
    assert limit.wait("chen", HOME, NOON) == NOTHING
    assert not limit.is_crowded("chen", HOME, NOON)
    assert limit.wait("chen", "10.0.0.2", NOON) > NOTHING
    guesses(limit, LIMITS["pair"], "chen", HOME)
    assert limit.wait("chen", HOME, NOON) > NOTHING


@pytest.mark.parametrize(
    ("address", "counts_as"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("", ""),
        ("not an address", "not an address"),
    ],
)
def test_one_address_is_what_one_connection_is_given(address: str, counts_as: str) -> None:
    assert network(address) == counts_as


def test_turns_come_one_after_the_other_and_not_without_end() -> None:
    at_once: list[int] = []
    inside = 0

    async def one(turns: Turns, address: str) -> None:
        nonlocal inside
        async with turns.turn(address):
            inside += 1
            at_once.append(inside)
            await asyncio.sleep(0)
            inside -= 1

    async def all_of_them() -> list[BaseException | None]:
        turns = Turns(every_s=0.001, waiting_at_most=5)
        done = await asyncio.gather(*(one(turns, HOME) for _ in range(8)), return_exceptions=True)
        # Everybody is through: the next one is let in, and nothing of them is kept.
        await one(turns, HOME)
        return list(done)

    # In a thread of its own: Playwright keeps an event loop in the one of the tests.
    with ThreadPoolExecutor(1) as thread:
        done = thread.submit(lambda: asyncio.run(all_of_them())).result()
    assert [type(one) for one in done] == [type(None)] * 5 + [TooManyWaiting] * 3
    assert at_once == [1] * 6


# --- a hub that runs ---


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    with RunningHub(tmp_path_factory.mktemp("limit"), homes=2) as running:
        yield running


def try_log_in(client: httpx.Client, login: str, password: str, address: str | None = None) -> httpx.Response:
    headers = {"sec-fetch-site": "same-origin"} | ({"x-forwarded-for": address} if address else {})
    return client.post("/login", data={"login": login, "password": password}, headers=headers)


def test_a_change_of_shift_behind_one_address(hub: RunningHub) -> None:
    with hub.client(None) as client:
        for number in range(LIMITS["address"] + 5):
            login = ("chen", "xu", "admin")[number % 3]
            assert try_log_in(client, login, PASSWORD).status_code == 303
            client.cookies.clear()


def test_a_right_password_gets_in_where_a_stranger_guessed(hub: RunningHub) -> None:
    hub.app.state.parts.logins.limit = LoginLimit()
    with hub.client(None) as client:
        for number in range(LIMITS["address"] + 1):
            assert try_log_in(client, f"stranger-{number}", "wrong").status_code == 401
        assert try_log_in(client, "chen", PASSWORD).status_code == 303


def test_the_page_says_how_long_to_wait(hub: RunningHub) -> None:
    hub.app.state.parts.logins.limit = LoginLimit()
    with hub.client(None) as client:
        for _ in range(LIMITS["pair"]):
            assert try_log_in(client, "chen", "wrong").status_code == 401
        refused = try_log_in(client, "chen", PASSWORD)
    assert refused.status_code == 429
    assert 200 < int(refused.headers["retry-after"]) <= 300
    assert "分钟" in refused.text


def test_a_script_that_asks_much_at_once_is_one_try(hub: RunningHub) -> None:
    hub.app.state.parts.logins.limit = LoginLimit()
    with ThreadPoolExecutor(12) as pool, hub.client("xu") as client:
        answers = list(pool.map(lambda _: client.get("/api/v1/accounts/me").status_code, range(24)))
    assert set(answers) == {200}


# --- behind a proxy ---


@contextmanager
def served(hub: RunningHub, folder: Path, *trusted: str) -> Iterator[httpx.Client]:
    """The same app, as the hub serves it, for requests that a proxy on this machine passes on."""
    web = WebSection(port=0, trusted_proxies=trusted)
    listening, local = listen(web), listen_locally(folder)
    port = listening.getsockname()[1]
    ready, ending = threading.Event(), threading.Event()
    thread = threading.Thread(
        target=serve, args=(hub.app, listening, local, web, ending.is_set, ready.set), daemon=True
    )
    thread.start()
    assert ready.wait(15)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=15) as client:
            yield client
    finally:
        ending.set()
        thread.join(10)


@pytest.mark.parametrize(
    ("trusted", "refused"), [(("127.0.0.1",), False), (("10.0.0.0/8",), True), ((), True)]
)
def test_behind_a_trusted_proxy_each_user_has_an_address(
    tmp_path: Path, trusted: tuple[str, ...], *, refused: bool
) -> None:
    with RunningHub(tmp_path / "hub", homes=2) as hub:
        hub.stop_serving()
        with served(hub, tmp_path, *trusted) as client:
            for _ in range(LIMITS["pair"]):
                assert try_log_in(client, "chen", "wrong", "198.51.100.7").status_code == 401
            assert try_log_in(client, "chen", PASSWORD, "198.51.100.7").status_code == 429
            # What a client claims itself stands before what the proxy adds, and is not believed.
            lied = try_log_in(client, "chen", PASSWORD, "203.0.113.5, 198.51.100.7")
            assert lied.status_code == 429
            honest = try_log_in(client, "chen", PASSWORD, "203.0.113.5")
            assert honest.status_code == (429 if refused else 303)


def test_a_trusted_proxy_says_that_it_was_https(tmp_path: Path) -> None:
    with RunningHub(tmp_path / "hub", homes=2) as hub:
        hub.stop_serving()
        with served(hub, tmp_path, "127.0.0.1") as client:
            headers = {"x-forwarded-for": "203.0.113.5", "x-forwarded-proto": "https"}
            client.headers.update(headers)
            assert "; secure" in try_log_in(client, "chen", PASSWORD).headers["set-cookie"].lower()
            assert client.get("/api/v1/accounts/me", auth=("xu", PASSWORD)).status_code == 200
            assert client.get("/metrics").status_code == 401, "a forwarded request is not one of this machine"
