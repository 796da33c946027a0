"""Every word is there in both languages, for every value of every list and every key that a page or script uses."""

import ast
import re
import string
from collections.abc import Iterable
from dataclasses import fields
from enum import StrEnum
from pathlib import Path

import pytest

from firmware_contracts.vocabulary import Fault, RejectReason
from hub.core.alerts import AlertKind, AlertState, Role, Severity, WhatItWas, WhatWasDone
from hub.core.calendar import DayType
from hub.core.home import AwayKind, DeviceKind, Flag, Membership
from hub.core.journal import EntryKind
from hub.core.notifications import HoldReason, NotifyReason
from hub.core.service_requests import CancelReason, Remedy, RequestCategory, RequestState
from hub.directory.model import Directory, PersonEntry, RoomKind
from hub.ledger.changes import ChangeKind
from hub.ledger.complaints import Order
from hub.ledger.findings import NOTES
from hub.reports.outcomes import OutcomeClass
from hub.store.care_cards import OpeningReason
from hub.store.change_log import What
from hub.web import words
from hub.web.access import LOG_IN_ROLES, Permission, ScopeKind
from hub.web.care_cards import BECAUSE_OF_ALERT
from hub.web.entry_texts import entry_text
from hub.web.ledger_view import Verdict
from hub.web.pages import NOT_FOR_SCRIPTS
from hub.web.pages.change_told import GROUPS
from hub.web.pages.script_words import modules_of, words_of
from hub.web.words import WORDS

WEB = Path(words.__file__).parent.parent
LISTS: dict[str, type[StrEnum]] = {
    "kind": AlertKind,
    "severity": Severity,
    "state": AlertState,
    "request_state": RequestState,
    "what_it_was": WhatItWas,
    "what_was_done": WhatWasDone,
    "role": Role,
    "device": DeviceKind,
    "fault": Fault,
    "membership": Membership,
    "flag": Flag,
    "away": AwayKind,
    "category": RequestCategory,
    "cancel_reason": CancelReason,
    "remedy": Remedy,
    "room": RoomKind,
    "entry": EntryKind,
    "notify": NotifyReason,
    "hold": HoldReason,
    "reject": RejectReason,
    "change": What,
    "permission": Permission,
    "scope_kind": ScopeKind,
    "outcome_class": OutcomeClass,
    "ledger_change": ChangeKind,
    "ledger_order": Order,
    "ledger_verdict": Verdict,
    "ledger_next": Verdict,
}


def test_no_word_stands_in_two_areas() -> None:
    assert len(WORDS) == sum(len(area.WORDS) for area in words.AREAS)


@pytest.mark.parametrize("group", LISTS)
def test_every_value_of_a_list_has_words(group: str) -> None:
    missing = [value for value in LISTS[group] if f"{group}.{value}" not in WORDS]
    assert not missing


def test_every_note_about_a_ledger_has_a_heading() -> None:
    assert not [kind for kind in NOTES if f"ledger_note.{kind}" not in WORDS]


def test_what_the_change_log_keeps_of_an_import_has_words() -> None:
    tables = {field.name for field in fields(Directory)} - {"cell"}
    keys = {f"change_data.{table}_{kind}" for table in tables for kind in ChangeKind}
    assert not keys - WORDS.keys()


def test_every_role_that_logs_in_has_words_and_says_what_it_may_do() -> None:
    for role in LOG_IN_ROLES:
        assert {f"account_role.{role}", f"role_hint.{role}"} <= WORDS.keys()


_NO_DETAILS = frozenset(
    {
        *("about", "what", "content", "content-disposition", "digest", "stale", "placement"),
        *("name", "password_hash", "scope_id", "scope_kind"),
    }
)
"""Keys beside the details of a change, in the functions that make one."""


def details_of_changes() -> dict[str, str]:
    """Every key that a line of the change log is given, with the file that gives it."""
    found: dict[str, str] = {}
    for file in sorted(WEB.parent.rglob("*.py")):
        source = file.read_text(encoding="utf-8")
        if "change_log" not in source and "roster_changes" not in source:
            continue
        for function in ast.walk(ast.parse(source)):
            if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            inside = list(ast.walk(function))
            spoken = {node.id for node in inside if isinstance(node, ast.Name)}
            spoken |= {node.attr for node in inside if isinstance(node, ast.Attribute)}
            spoken |= {str(node.arg) for node in inside if isinstance(node, ast.keyword)}
            if not spoken & {"What", "Change", "told"} and function.name != "_told":
                continue
            for node in inside:
                keys: list[ast.expr | None] = []
                if isinstance(node, ast.Dict):
                    keys = [*node.keys]
                elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store):
                    keys = [node.slice]
                texts = (key.value for key in keys if isinstance(key, ast.Constant))
                found |= {text: file.name for text in texts if isinstance(text, str)}
    return {key: file for key, file in found.items() if key not in _NO_DETAILS}


def test_every_detail_of_a_change_has_words() -> None:
    details = details_of_changes()
    assert {"access_before", "more_before", "wearer_id", "until_at", "files", "day_type"} <= details.keys()
    assert not {key: file for key, file in details.items() if f"change_data.{key}" not in WORDS}


@pytest.mark.parametrize(
    ("detail", "values"),
    [
        ("to", Membership),
        ("room", RoomKind),
        ("role", [*Role, *LOG_IN_ROLES]),
        ("permission", Permission),
        ("day_type", DayType),
        ("fields", [one.name for one in fields(PersonEntry)]),
        ("reason", [*OpeningReason, BECAUSE_OF_ALERT]),
        ("fields", ["access", "active", "name", "password_hash"]),
    ],
)
def test_every_value_of_a_detail_has_words(detail: str, values: Iterable[str]) -> None:
    groups = GROUPS[detail]
    assert not [value for value in values if not any(f"{group}.{value}" in WORDS for group in groups)]


def test_every_change_that_is_made_has_words() -> None:
    made = {
        text
        for file in (WEB / "api_roster.py", WEB / "api_people.py")
        for text in re.findall(
            r"""["']change["']: "(\w+)"|_told\(\w+, "(\w+)"\)""", file.read_text(encoding="utf-8")
        )
        for text in text
        if text
    }
    assert len(made) > 12
    assert not [one for one in made if f"change_done.{one}" not in WORDS]


def parts(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", WORDS)
def test_both_languages_say_the_same_thing(key: str) -> None:
    zh, en = WORDS[key]
    assert zh.strip()
    assert en.strip()
    assert parts(zh) == parts(en)
    if key != "nav.other_language":
        assert not re.search(r"[\u4e00-\u9fff]", en)


def used(pattern: str, folder: str, glob: str) -> dict[str, str]:
    return {
        key: file.name
        for file in sorted((WEB / folder).glob(glob))
        for key in re.findall(pattern, file.read_text(encoding="utf-8"))
    }


def test_pages_and_scripts_use_only_words_that_exist() -> None:
    in_pages = used(r"""\bt\(["']([\w.]+)["'][,)]""", "templates", "*.html")
    in_scripts = used(r"""\bt\(\s*["'`]([\w.]+)["'`]""", "static", "*.js")
    in_scripts |= used(
        r"""(?:fact|assigned|progress|done)["(, ]+"((?:card|requests)\.\w+)""", "static", "*.js"
    )
    assert len(in_pages) > 60
    assert len(in_scripts) > 50
    assert not {key: file for key, file in (in_pages | in_scripts).items() if key not in WORDS}
    assert not {key: file for key, file in in_scripts.items() if key.startswith(NOT_FOR_SCRIPTS)}


def test_no_chinese_outside_the_table() -> None:
    for file in [*(WEB / "templates").glob("*.html"), *(WEB / "static").glob("*.js")]:
        assert not re.search(r"[\u4e00-\u9fff]", file.read_text(encoding="utf-8")), file.name


@pytest.mark.parametrize(
    ("kind", "data", "by", "zh", "en"),
    [
        (
            EntryKind.NOTIFICATION_HELD,
            {"role": "butler", "person_id": None, "reason": "nobody_on_duty"},
            None,
            "没有通知养老管家：没有人值班",
            "Not told: care butler: nobody is on duty",
        ),
        (
            EntryKind.NOTIFICATION_QUEUED,
            {"role": "contact", "person_id": "p1", "reason": "step"},
            None,
            "准备通知紧急联系人李梅（轮到这一步）",
            "To be told: emergency contact 李梅 (their step is due)",
        ),
        (
            EntryKind.ALERT_RESOLVED,
            {"cleared_by_itself": True, "reason": "device_back", "reason_data": {"device_id": "b1"}},
            None,
            "已自行恢复：设备b1恢复上线",
            "Cleared by itself: device b1 is back",
        ),
        (
            EntryKind.ALERT_HOLD_EXPIRED,
            {"holder": "p1"},
            None,
            "李梅接警后没有进展，已超时，重新待接警",
            "The hold of 李梅 expired without progress; waiting again",
        ),
        (
            EntryKind.ALERT_ESCALATED,
            {"step": 2, "repeated": True},
            None,
            "仍无人接，第 2 级再次通知",
            "Still unanswered: step 2 again",
        ),
        (EntryKind.ALERT_NOTE, {}, "p1", "李梅记录：", "Note by 李梅: "),
    ],
)
def test_a_line_of_the_timeline(
    kind: EntryKind, data: dict[str, object], by: str | None, zh: str, en: str
) -> None:
    names = {"p1": "李梅"}
    assert entry_text(kind, data, by, lambda one: names.get(one, one)) == (zh, en)


def test_a_page_carries_the_words_that_its_scripts_say_and_few_others() -> None:
    begun = {
        name
        for file in (WEB / "templates").glob("*.html")
        for name in re.findall(r'src="/static/([\w.]+\.js)"', file.read_text(encoding="utf-8"))
    }
    assert "console.js" in begun
    for script in begun:
        said = {
            key
            for name in modules_of(script)
            for key in re.findall(
                r"""\bt\(\s*["'`]([\w.]+)["'`]""", (WEB / "static" / name).read_text(encoding="utf-8")
            )
        }
        assert said <= words_of(script), script
    assert {"kind.fall", "room.kitchen", "card.note", "requests.done"} <= words_of("console.js")
    assert len(words_of("console.js")) < len(WORDS) * 0.7


# Shown to people in a template: what stands between tags, and in these attributes.
_SPOKEN = r"""(?:aria-label|title|placeholder|alt|value|content)="([^"]*)\""""
_TEMPLATE_CODE = re.compile(
    r"\{% block body_class %\}.*?\{% endblock %\}|\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL
)
_NOT_SHOWN = re.compile(r"<(?:kbd|script|style)\b.*?</(?:kbd|script|style)>", re.DOTALL)
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_NO_WORDS = {"utf-8", "width=device-width, initial-scale=1", "ok"}


def bare_words(template: str) -> list[str]:
    """What a template would show in one language only; a value sent back by a form's field is not shown."""
    fields = re.sub(
        r"<(?:input|option|button)\b[^>]*>", lambda tag: re.sub(r'\bvalue="[^"]*"', "", tag[0]), template
    )
    html = _NOT_SHOWN.sub("", _TEMPLATE_CODE.sub("", fields))
    shown = [*re.split(r"<[^>]*>", html), *re.findall(_SPOKEN, html)]
    return [text.strip() for text in shown if _LETTERS.search(text) and text.strip() not in _NO_WORDS]


def bare_texts(script: str) -> list[str]:
    """What a script would show in one language only: a text among the children of an element, or given to what is shown."""
    code = re.sub(r"(?m)^\s*(?://|\*|/\*\*).*$", "", script)
    given = re.findall(r"""\.(?:textContent|title|placeholder|innerText)\s*=\s*["'`]([^"'`]*)["'`]""", code)
    # After the properties of el(...) come its children: a quoted text there is shown as it stands.
    given += re.findall(r"""\}\s*,\s*["'`]([^"'`$]*)["'`]\s*[,)]""", code)
    given += re.findall(r"""\b(?:say|announce|tell)\(\s*["'`]([^"'`]*)["'`]""", code)
    given += re.findall(r"""["']?aria-label["']?\s*:\s*["'`]([^"'`]*)["'`]""", code)
    return [text for text in given if _LETTERS.search(text)]


TEMPLATES = sorted((WEB / "templates").glob("*.html"))
SCRIPTS = sorted((WEB / "static").glob("*.js"))


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_a_template_shows_nothing_but_words_of_the_table(file: Path) -> None:
    assert bare_words(file.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.name)
def test_a_script_shows_nothing_but_words_of_the_table(file: Path) -> None:
    assert bare_texts(file.read_text(encoding="utf-8")) == []


def test_a_bare_word_would_be_found() -> None:
    assert bare_words(
        '<p>{{ t("a.b") }} later</p><img alt="a cat"><input value="ok" placeholder="Name">'
    ) == [
        "later",
        "a cat",
        "Name",
    ]
    assert bare_texts(
        'el("p", {}, "later"); one.textContent = "Gone"; el("b", { "aria-label": "Close" });'
    ) == [
        "Gone",
        "later",
        "Close",
    ]
