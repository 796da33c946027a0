"""No page of the menu shows a value of the program's own lists, an instant of a machine or a path: people read words."""

import enum
import html
import importlib
import pkgutil
import re
from collections.abc import Iterator

import httpx
import pytest

import firmware_contracts
import hub as program
from hub.web.pages.menu import MENU
from tests.web.running import RunningHub

_SAME_WORD = frozenset({"4g"})
"""Values that are the word itself, in Chinese too."""
_NAMES = frozenset({"admin", "chen", "xu", "home", "en", "zh", "local"})
"""Log-ins of this hub's people, and what stands in addresses that people type."""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    with RunningHub(tmp_path_factory.mktemp("words"), homes=20) as running:
        yield running


def values() -> frozenset[str]:
    """Of every closed list of the program."""
    for package in (program, firmware_contracts):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    found: set[str] = set()
    waiting: list[type[enum.Enum]] = [enum.StrEnum]
    while waiting:
        for one in waiting.pop().__subclasses__():
            waiting.append(one)
            if one.__module__.startswith(("hub.", "firmware_contracts.")):
                found |= {str(member.value) for member in one}
    return frozenset(found)


def words_of(page: str) -> str:
    """What eyes and screen readers get: texts, and the attributes that are read out."""
    body = re.sub(r"<(script|style|textarea)\b.*?</\1>", " ", page, flags=re.DOTALL)
    said = re.findall(r'\b(?:aria-label|placeholder|title|label|data-head|alt)="([^"]*)"', body)
    # What somebody typed or will type stands in fields, and an id in a span of its own.
    body = re.sub(r'<(span|a|td|code|strong)\b[^>]*class="[^"]*\bnumber\b[^"]*"[^>]*>[^<]*</\1>', " ", body)
    return html.unescape(" ".join([re.sub(r"<[^>]+>", " ", body), *said]))


def paths(hub: RunningHub, admin: httpx.Client) -> Iterator[str]:
    yield from (item.path for item in MENU)
    home = hub.home_ids()[2]
    made = admin.post(
        "/api/v1/requests",
        json={"home_id": home, "category": "meals"},
        headers={"Idempotency-Key": "words-on-pages"},
    ).json()
    alert = hub.emergency(home)
    yield from (f"/homes/{home}", f"/enrol/{home}", f"/enrol/{home}/check", f"/alerts/{alert.id}")
    yield from (f"/requests/{made['request']['id']}", "/people/b01", "/accounts/chen", "/requests/new")
    yield from ("/people?show=all", "/roster?centre=call-centre", "/homes?only=unprotected")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_page_shows_a_value_of_a_closed_list(hub: RunningHub, language: str) -> None:
    closed = values()
    assert "not_yet_open" in closed
    bare: dict[str, list[str]] = {}
    with hub.browser("admin") as page:
        page.cookies.set("care_language", language)
        for path in dict.fromkeys(paths(hub, page)):
            answer = page.get(path)
            assert answer.status_code == 200, path
            said = words_of(answer.text)
            # In English many a value is the very word; what no English sentence has are the ones in several parts.
            tokens = set(re.findall(r"(?<![\w@./-])[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*(?![\w@/-]|\.\w)", said))
            found = {one for one in tokens & closed if language == "zh" or "_" in one}
            found |= {one for one in tokens if "_" in one} | (tokens & {"webhook"})
            found |= set(
                re.findall(r"\d{4}-\d\d-\d\dT\S*|/api/v\d\S*|\{\w*\}|\bNone\b|\bTrue\b|\bFalse\b", said)
            )
            if found - _SAME_WORD - _NAMES:
                bare[path] = sorted(found - _SAME_WORD - _NAMES)
    assert not bare
