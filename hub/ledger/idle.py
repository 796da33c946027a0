"""People of a list whom nobody will ever notify: no roster and no home names them in the role of that list. Told, not refused."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hub.core.alerts import Role
from hub.directory.model import Directory
from hub.ledger.choices import ROLE
from hub.ledger.draft import Draft
from hub.ledger.findings import Finding, Kind
from hub.ledger.meant import goes_on
from hub.ledger.tables import TableName


@dataclass(frozen=True, slots=True)
class _Text:
    """What is missing, and what to write; empty: nothing but a shift."""

    without_zh: str = ""
    without_en: str = ""
    write_zh: str = ""
    write_en: str = ""


_OF_HOMES = _Text(
    "，也没有写老人、住户或负责区域",
    " and no elder, home or region",
    "请填老人、住户编号或负责区域",
    "name an elder, a home or a region",
)
_OF_ELDERS = _Text(
    "，也没有写老人或住户", " and no elder or home", "请填老人或住户编号", "name an elder or a home"
)
_LISTS: Mapping[TableName, _Text] = {
    TableName.DEPUTIES: _Text(
        "，也没有所代管家",
        " and no butler to stand in for",
        "请填“所代管家”，或在“班表”里写一行（岗位“代班管家”）",
        'name the butler, or give a row in the sheet "shifts" (role "deputy")',
    ),
    TableName.HELPERS: _Text(),
    TableName.DESKS: _Text(),
    TableName.OPERATORS: _Text(),
    TableName.MANAGERS: _Text(),
    TableName.GUARDS: _OF_HOMES,
    TableName.GRID_WORKERS: _OF_HOMES,
    TableName.INSTITUTIONS: _OF_ELDERS,
    TableName.DOCTORS: _OF_ELDERS,
}
"""Not butlers: one without elders yet is nothing to wonder at, and an elder without a butler is an error."""


def never_asked(directory: Directory, draft: Draft) -> Iterator[Finding]:
    """A note for everybody of a list who answers for nothing in its role by the directory after the import."""
    asked: set[tuple[str, Role]] = {(one.person_id, one.role) for one in directory.shifts}
    asked |= {(one.person_id, one.role) for one in directory.dated_shifts}
    asked |= {(one.person_id, one.role) for one in directory.bonds if goes_on(one, draft.at)}
    for row, key in draft.listed:
        role, text = row.table.role, _LISTS.get(row.table.name)
        if role is None or text is None or (key, role) in asked or row.get("of_butler") is not None:
            continue
        word_zh, word_en = ROLE.word(role, "zh"), ROLE.word(role, "en")
        duty_zh = f"请在“班表”里写一行（岗位“{word_zh}”），或导入后在“班表”页上排班"
        duty_en = f'give a row in the sheet "shifts" (role "{word_en}"), or a shift on the roster\'s page'
        yield row.finding(
            Kind.NEVER_ASKED,
            "name",
            row.get("name"),
            without_zh=text.without_zh,
            without_en=text.without_en,
            remedy_zh=text.write_zh or duty_zh,
            remedy_en=text.write_en or duty_en,
            role_zh=word_zh,
            role_en=word_en,
        )
