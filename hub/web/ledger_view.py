"""A checked ledger as its page shows it: the verdict, errors or changes a page at a time, notes, and who is left alone."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from enum import StrEnum
from typing import Any

from hub.ledger import finding_texts, told
from hub.ledger.changes import RANKS, Change, gravest_first
from hub.ledger.complaints import Order, column_of, columns, ordered
from hub.ledger.findings import Finding, Kind, Place
from hub.ledger.naming import Names
from hub.web.ledger_checks import Checked
from hub.web.words.said import Language

LINES_A_PAGE = 100
PLACES_SHOWN = 60
NAMES_SHOWN = 200


class Verdict(StrEnum):
    """What became of the ledger, or may. Words are `ledger_verdict.<value>`."""

    REFUSED = "refused"
    STALE = "stale"
    NOTHING = "nothing"
    READY = "ready"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of it is looked at; empty: all."""

    table: str = ""
    kind: str = ""
    column: str = ""
    order: Order = Order.LINE
    page: int = 1


def verdict(checked: Checked) -> Verdict:
    worked = checked.worked
    if worked.plan.directory is None:
        return Verdict.REFUSED
    if worked.kept:
        return Verdict.KEPT
    if not worked.plan.changes:
        return Verdict.NOTHING
    return Verdict.STALE if worked.stale else Verdict.READY


def view(checked: Checked, asked: Asked, language: Language, zone: tzinfo) -> dict[str, Any]:
    """For the template. A district's changes are many: call it in a thread."""
    plan = checked.worked.plan
    names = Names(checked.worked.before, plan.directory)
    errors = ordered(plan.errors, plan.sheets, asked.order)
    listed = [one for one in errors if not asked.column or _key(one.place) == asked.column]
    changes = gravest_first(
        one for one in plan.changes if asked.table in ("", one.table) and asked.kind in ("", one.kind.value)
    )
    notes = [one for one in plan.findings if not one.is_error]
    return {
        "verdict": verdict(checked),
        "errors": [told.one_finding(one, language) for one in _page(listed, asked.page)],
        "error_count": len(errors),
        "listed": len(listed) if errors else len(changes),
        "columns": [(_key(place), _where(place, language), count) for place, count in columns(errors)],
        "counts": told.counts(plan, language),
        "change_count": len(plan.changes),
        "kinds": _kinds(plan.changes),
        "changes": [
            told.one_change(one, names, language, zone, whole=True) for one in _page(changes, asked.page)
        ],
        "notes": _notes(ordered(notes, plan.sheets), language),
        "not_proven": sum(one.kind is Kind.NOT_PROVEN for one in notes),
        "absent": [names.of("elders", one) or one for one in plan.absent[:NAMES_SHOWN]],
        "absent_count": len(plan.absent),
    }


def _page(items: Sequence[Any], page: int) -> Sequence[Any]:
    return items[(page - 1) * LINES_A_PAGE : page * LINES_A_PAGE]


def _kinds(changes: Sequence[Change]) -> dict[str, int]:
    """How many of each kind, in the order in which they are shown."""
    found = Counter(one.kind for one in changes)
    return {kind.value: found[kind] for kind in RANKS if found[kind]}


def _notes(notes: Sequence[Finding], language: Language) -> list[dict[str, Any]]:
    """Notes of one kind together, with their places; the one about homes that nobody tried comes first."""
    groups: dict[Kind, list[Finding]] = {}
    for note in notes:
        groups.setdefault(note.kind, []).append(note)
    return [
        {
            "kind": kind.value,
            "count": len(found),
            "lines": [_note(one, language) for one in found[:PLACES_SHOWN]],
            "more": max(0, len(found) - PLACES_SHOWN),
        }
        for kind, found in sorted(groups.items(), key=lambda one: one[0] is not Kind.NOT_PROVEN)
    ]


def _note(note: Finding, language: Language) -> tuple[str, str, str]:
    """Where, what, and what to do."""
    return (finding_texts.place(note.place, language), *finding_texts.said(note, language))


def _key(place: Place) -> str:
    """A column of a sheet, as an address names it."""
    one = column_of(place)
    return "|".join((one.file, one.sheet, one.letter))


def _where(place: Place, language: Language) -> str:
    return finding_texts.place(place, language)
