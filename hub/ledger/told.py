"""A plan as people are told it: the answer of the API and the lines of the command line, from one source."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from typing import Any

from hub.core.alerts import Role
from hub.core.calendar import DayType, OnDays
from hub.core.home import DeviceKind, Flag, Membership
from hub.core.opening import Opening
from hub.core.shifts import LeaveKind, Takes
from hub.directory.model import Directory, Level, RoomKind
from hub.ledger import choices, finding_texts, hours, naming
from hub.ledger.changes import WITH_ID, Change, ChangeKind, FieldChange, gravest_first
from hub.ledger.complaints import ordered
from hub.ledger.findings import Finding
from hub.ledger.naming import Names
from hub.ledger.plan import Plan
from hub.ledger.reading import ZONE
from hub.ledger.tables import BY_NAME, TableName
from hub.ledger.values import write_instant
from hub.web.words.said import Language

_TABLES = {
    "persons": TableName.PEOPLE,
    **{
        name: TableName(name)
        for name in (*WITH_ID, "residences", "assignments", "bonds", "shifts", "holidays")
        if name != "persons"
    },
}
_FIELDS = {
    "ability_level": "level",
    "phone": "home_phone",
    "region_id": "region",
    "centre_id": "centre",
    "company_id": "company",
    "parent_id": "parent",
    "home_id": "home",
    "elder_id": "elder",
    "person_id": "person",
    "room_id": "room",
    "wearer_id": "wearer",
    "emergency_policy": "policy",
    "covered_id": "covered",
    "by_id": "by",
}
_HIDDEN = frozenset({"door_code"})
"""Shown only to whoever holds an alert: here it is only said that it changes."""

_CHOICES: dict[type[StrEnum], choices.Choice[Any]] = {
    Membership: choices.MEMBERSHIP,
    Flag: choices.FLAG,
    DeviceKind: choices.DEVICE_KIND,
    Role: choices.ROLE,
    RoomKind: choices.ROOM_KIND,
    Level: choices.LEVEL,
    OnDays: choices.ON_DAYS,
    LeaveKind: choices.LEAVE,
    Takes: choices.TAKES,
    DayType: choices.DAY_TYPE,
}
_KINDS = {
    ChangeKind.ADDED: ("新增", "added"),
    ChangeKind.CHANGED: ("修改", "changed"),
    ChangeKind.ENDED: ("结束", "ended"),
    ChangeKind.REMOVED: ("删除", "removed"),
}
MOST_LINES = 200
"""Of findings, and of changes: a broken column of five thousand rows fills no screen."""


def told(
    plan: Plan, before: Directory | None, language: Language, *, dry_run: bool, zone: tzinfo = ZONE
) -> dict[str, Any]:
    """Everything about a plan, as JSON values. It holds names: for the screen of whoever imports, never for a log."""
    names = Names(before, plan.directory)
    lines = [one_change(change, names, language, zone) for change in gravest_first(plan.changes)]
    return {
        "dry_run": dry_run,
        "refused": plan.directory is None,
        "errors": len(plan.errors),
        "findings": [one_finding(finding, language) for finding in ordered(plan.findings, plan.sheets)],
        "changes": lines,
        "counts": counts(plan, language),
        "absent": [{"id": one, "name": names.of("elders", one)} for one in plan.absent],
    }


def summary(answer: Mapping[str, Any], language: Language) -> Iterator[str]:
    """What was told, line by line, for a terminal."""
    zh = language == "zh"
    errors = [one for one in answer["findings"] if one["error"]]
    notes = [one for one in answer["findings"] if not one["error"]]
    for title, found in (("错误" if zh else "errors", errors), ("提示" if zh else "notes", notes)):
        if found:
            yield f"{title}（{len(found)}）" if zh else f"{title} ({len(found)})"
            yield from _at_most((f"  {one['text']}" for one in found), len(found), zh)
    if answer["refused"]:
        yield (
            "什么都没有导入。改正以上错误后再试。"
            if zh
            else "Nothing was imported. Correct the errors above and try again."
        )
        return
    for one in answer["counts"]:
        yield _counted(one, zh)
    if answer["changes"]:
        count = len(answer["changes"])
        yield f"变化（{count}）" if zh else f"changes ({count})"
        yield from _at_most((f"  {one['text']}" for one in answer["changes"]), count, zh)
    if answer["absent"]:
        who = ", ".join(naming.called(one["name"], one["id"]) for one in answer["absent"][:20])
        more = " …" if len(answer["absent"]) > 20 else ""
        if zh:
            yield f"台账里没有的老人（保持不变）{len(answer['absent'])} 位：{who}{more}"
        else:
            yield f"elders that are not in this ledger (they stay as they are), {len(answer['absent'])}: {who}{more}"
    if not answer["changes"]:
        yield "与系统一致，没有变化。" if zh else "Nothing differs from what the hub has."
    elif answer["dry_run"]:
        yield (
            "试运行：什么都没有改。去掉 --dry-run 才导入。"
            if zh
            else "A dry run: nothing was changed. Leave out --dry-run to import."
        )
    else:
        yield "已导入。" if zh else "Imported."


def _counted(table: Mapping[str, Any], zh: bool) -> str:
    """A table in numbers, without what did not happen."""
    words = (("added", "新增"), ("changed", "修改"), ("ended", "结束"), ("untouched", "不变"))
    if zh:
        return f"{table['title']}：" + "，".join(f"{word} {table[key]}" for key, word in words if table[key])
    said = (f"{table[key]} {'as before' if key == 'untouched' else key}" for key, _ in words if table[key])
    return f"{table['title']}: " + ", ".join(said)


def _at_most(lines: Iterable[str], count: int, zh: bool) -> Iterator[str]:
    for number, line in enumerate(lines):
        if number == MOST_LINES:
            yield f"  ……还有 {count - MOST_LINES} 条" if zh else f"  ... and {count - MOST_LINES} more"
            return
        yield line


def one_finding(finding: Finding, language: Language) -> dict[str, Any]:
    what, remedy = finding_texts.say(finding, language)
    return {
        "kind": finding.kind.value,
        "error": finding.is_error,
        "file": finding.place.file,
        "sheet": finding.place.sheet,
        "line": finding.place.line,
        "column": finding.place.column,
        "letter": finding.place.letter,
        "found": finding.found,
        "what": what,
        "remedy": remedy,
        "text": finding_texts.line(finding, language),
    }


_EXTRA: Mapping[str, tuple[str, ...]] = {
    "residences": ("membership", "home_id"),
    "assignments": ("home_id",),
    "bonds": ("role", "home_id", "region_id"),
    "shifts": ("role", "centre_id", "weekdays", "days"),
    "dated_shifts": ("role", "centre_id", "on"),
    "leaves": ("kind", "from_at", "until_at"),
    "covers": ("from_at", "until_at"),
}
"""What tells entries of one person, or of one device, apart."""


def one_change(
    change: Change, names: Names, language: Language, zone: tzinfo, *, whole: bool = False
) -> dict[str, Any]:
    """`whole`: with every field of an entry that is new, not only of one that changes."""
    zh = language == "zh"
    table = BY_NAME[_TABLES[change.table]].title(language)
    kind = _KINDS[change.kind][0 if zh else 1]
    name, whose = names.subject(change, language), names.whose(change, language)
    told = [
        _field_change(change.table, one, names, language, zone)
        for one in (_new_fields(change) if whole and change.kind is ChangeKind.ADDED else change.fields)
    ]
    whose = (f"（{whose}）" if zh else f" ({whose})") if whose else ""
    extra = _extra(change, names, language, zone)
    about = " ".join(part for part in (naming.called(name, change.id) + whose, extra) if part)
    said = ("；" if zh else "; ").join(
        f"{one['title']} {one['before'] or '-'} → {one['after'] or '-'}" for one in told if change.fields
    )
    text = f"{kind} {table} {about}" + (("：" if zh else ": ") + said if said else "")
    return {
        "kind": change.kind.value,
        "table": change.table,
        "id": change.id,
        "name": name,
        "about": " ".join(part for part in (table, name + whose, extra) if part),
        "shown_id": naming.shown_id(name, change.id),
        "fields": told,
        "text": text,
    }


def _new_fields(change: Change) -> Iterator[FieldChange]:
    """What an entry that is new says of itself."""
    for one in fields(change.entry):
        value = getattr(change.entry, one.name)
        if one.name != "id" and value not in (None, "", (), frozenset(), {}):
            yield FieldChange(one.name, None, value)


def _field_change(
    table: str, one: FieldChange, names: Names, language: Language, zone: tzinfo
) -> dict[str, str]:
    before, after = (
        _hidden(one.name) or names.referred(table, one.name, value) or shown(value, language, zone)
        for value in (one.before, one.after)
    )
    if before == after and not _hidden(one.name):
        # Two of one name: only the id tells them apart.
        before, after = shown(one.before, language, zone), shown(one.after, language, zone)
    return {"name": one.name, "title": _field(table, one.name, language), "before": before, "after": after}


def _extra(change: Change, names: Names, language: Language, zone: tzinfo) -> str:
    entry = change.entry
    parts = [
        names.referred(change.table, name, value) or shown(value, language, zone)
        for name in _EXTRA.get(change.table, ())
        if (value := getattr(entry, name)) is not OnDays.WEEKDAYS
    ]
    if change.table in ("shifts", "dated_shifts"):
        parts.append(f"{hours.spoken(entry.starts)}-{hours.spoken(entry.ends)}")
    return " ".join(part for part in parts if part)


def _hidden(name: str) -> str:
    return "•••" if name in _HIDDEN else ""


def _field(table: str, name: str, language: Language) -> str:
    columns = {column.key: column for column in BY_NAME[_TABLES[table]].columns}
    wanted = name if name in columns else _FIELDS.get(name, name)
    if table == "homes" and name == "note":
        wanted = "home_note"
    column = columns.get(wanted)
    return column.title(language) if column is not None else name


def shown(value: Any, language: Language, zone: tzinfo) -> str:
    """A value of the directory for people."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return ("是" if value else "否") if language == "zh" else ("yes" if value else "no")
    if isinstance(value, StrEnum):
        choice = _CHOICES.get(type(value))
        return str(choice.word(value, language) if choice is not None else value.value)
    if isinstance(value, datetime):
        return write_instant(value, language, zone) or ""
    if isinstance(value, time):
        return hours.spoken(value)
    if isinstance(value, date | int | float | str):
        return str(value)
    if isinstance(value, timedelta):
        return f"{value.total_seconds() / 60:g} min"
    if isinstance(value, Mapping):
        return "; ".join(
            f"{rule}.{key}={number:g}" for rule, values in value.items() for key, number in values.items()
        )
    if isinstance(value, frozenset):
        ordered = sorted(value, key=str)
        if ordered and isinstance(ordered[0], int):
            return hours.write_weekdays(value, language)
        return ("、" if language == "zh" else ", ").join(shown(one, language, zone) for one in ordered)
    if isinstance(value, tuple):
        if value and isinstance(value[0], Opening):
            return hours.write_openings(value, language)
        return "; ".join(
            f"{one.channel}:{one.address}" if hasattr(one, "channel") else str(one) for one in value
        )
    return str(value)


def counts(plan: Plan, language: Language) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for table, stays in plan.untouched.items():
        mine = [change.kind for change in plan.changes if change.table == table]
        if not mine and not stays:
            continue
        found.append(
            {
                "table": table,
                "title": BY_NAME[_TABLES[table]].title(language),
                "added": mine.count(ChangeKind.ADDED),
                "changed": mine.count(ChangeKind.CHANGED),
                "ended": mine.count(ChangeKind.ENDED) + mine.count(ChangeKind.REMOVED),
                "untouched": stays,
            }
        )
    return found
