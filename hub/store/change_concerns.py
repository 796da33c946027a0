"""Whom a line of the change log concerns: found when it is written, for homes, people and devices move and the line stays.

A line about an elder concerns the home where the elder lives then; one about a person their homes, centres and company. A home
or a centre takes its lines along when it moves, as it takes its history.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, exists, func, insert, or_, select, text

from hub.store.tables import ChangeConcernRow, ChangeRow, table_of

_CHANGE = table_of(ChangeRow)
_CONCERN = table_of(ChangeConcernRow)


class ConcernKind(StrEnum):
    """What a scope may reach."""

    HOME = "home"
    CENTRE = "centre"
    COMPANY = "company"
    REGION = "region"
    EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class Concern:
    """`id` of the home, centre, company or region; nothing for everybody."""

    kind: ConcernKind
    id: str = ""


EVERYBODY = Concern(ConcernKind.EVERYBODY)


@dataclass(frozen=True, slots=True)
class Reached:
    """What a scope reaches now."""

    homes: Collection[str] = ()
    centres: Collection[str] = ()
    companies: Collection[str] = ()
    regions: Collection[str] = ()


FIND = """
WITH line AS (SELECT at, by, what, about_kind, about_id, data FROM change_log WHERE id = :id),
people AS (
  SELECT about_id AS person_id FROM line WHERE about_kind = 'person'
  UNION SELECT json_extract(data, '$.person_id') FROM line
  UNION SELECT json_extract(data, '$.by') FROM line WHERE about_kind IN ('person', 'cover')
  UNION SELECT covered_id FROM directory_cover, line WHERE about_kind = 'cover' AND id = about_id
  UNION SELECT by_id FROM directory_cover, line WHERE about_kind = 'cover' AND id = about_id
  UNION SELECT person_id FROM account, line WHERE about_kind = 'account' AND login = about_id
),
scope AS (
  SELECT scope_kind AS kind, scope_id AS id FROM account, line WHERE about_kind = 'account' AND login = about_id
  UNION SELECT scope_kind, scope_id FROM account, line
    WHERE account.login = line.by AND (what IN ('report_exported', 'directory_exported') OR about_kind = 'page')
  UNION SELECT substr(said, 1, instr(said, ':') - 1), substr(said, instr(said, ':') + 1) FROM (
    SELECT substr(access, instr(access, ' ') + 1) AS said FROM (
      SELECT json_extract(data, '$.access') AS access FROM line WHERE about_kind = 'account'
      UNION SELECT json_extract(data, '$.access_before') FROM line WHERE about_kind = 'account'
    )
  )
),
found(kind, id) AS (
  SELECT 'home', about_id FROM line WHERE about_kind = 'home'
  UNION SELECT 'home', json_extract(data, '$.home_id') FROM line
  UNION SELECT 'home', json_extract(data, '$.from') FROM line WHERE about_kind = 'device'
  UNION SELECT 'home', json_extract(data, '$.to') FROM line WHERE about_kind = 'device'
  UNION SELECT 'home', home_id FROM directory_residence, line
    WHERE about_kind = 'elder' AND elder_id = about_id AND (until_at IS NULL OR until_at >= at)
  UNION SELECT 'home', home_id FROM directory_assignment, line
    WHERE about_kind = 'device' AND device_id = about_id AND from_at <= at AND (until_at IS NULL OR until_at >= at)
  UNION SELECT 'home', home_id FROM alert, line WHERE about_kind = 'alert' AND alert_id = about_id
  UNION SELECT 'home', home_id FROM service_request, line WHERE about_kind = 'request' AND request_id = about_id
  UNION SELECT 'home', home_id FROM directory_bond, line
    WHERE person_id IN (SELECT person_id FROM people) AND (until_at IS NULL OR until_at >= at)
  UNION SELECT 'region', region_id FROM directory_bond, line
    WHERE person_id IN (SELECT person_id FROM people) AND (until_at IS NULL OR until_at >= at)
  UNION SELECT 'centre', centre_id FROM directory_shift WHERE person_id IN (SELECT person_id FROM people)
  UNION SELECT 'centre', centre_id FROM directory_dated_shift WHERE person_id IN (SELECT person_id FROM people)
  UNION SELECT 'company', company_id FROM directory_person WHERE id IN (SELECT person_id FROM people)
  UNION SELECT 'centre', about_id FROM line WHERE about_kind = 'centre'
  UNION SELECT 'centre', json_extract(data, '$.centre') FROM line
  UNION SELECT 'centre', json_extract(data, '$.centre_id') FROM line
  UNION SELECT 'centre', value FROM line, json_each(data, '$.centres') WHERE about_kind = 'centre'
  UNION SELECT 'company', json_extract(data, '$.company') FROM line WHERE about_kind = 'centre'
  UNION SELECT 'company', json_extract(data, '$.company_before') FROM line WHERE about_kind = 'centre'
  UNION SELECT kind, id FROM scope WHERE kind IN ('company', 'region', 'centre')
  UNION SELECT 'everybody', '' FROM line WHERE about_kind = 'roster'
)
INSERT OR IGNORE INTO change_concern (change_id, kind, of_id)
SELECT :id, kind, id FROM found WHERE id IS NOT NULL
"""


def write_concerns(connection: Connection, change_id: int, said: Iterable[Concern] = ()) -> None:
    """Whom the line with this number concerns, and whom its writer `said`; in the transaction of the line."""
    connection.execute(text(FIND), {"id": change_id})
    rows = [{"change_id": change_id, "kind": one.kind.value, "of_id": one.id} for one in said]
    if rows:
        connection.execute(insert(_CONCERN).prefix_with("OR IGNORE"), rows)


def is_reached(reached: Reached) -> ColumnElement[bool]:
    """Whether a line concerns something that a scope reaches."""
    wanted = {
        ConcernKind.HOME: reached.homes,
        ConcernKind.CENTRE: reached.centres,
        ConcernKind.COMPANY: reached.companies,
        ConcernKind.REGION: reached.regions,
    }
    one_of = [
        (_CONCERN.c.kind == kind.value)
        & _CONCERN.c.of_id.in_(select(func.json_each(json.dumps(sorted(ids))).table_valued("value").c.value))
        for kind, ids in wanted.items()
        if ids
    ]
    of_all = _CONCERN.c.kind == ConcernKind.EVERYBODY.value
    return exists().where((_CONCERN.c.change_id == _CHANGE.c.id) & or_(of_all, *one_of))
