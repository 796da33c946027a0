"""What the API says about a ledger: what is wrong with it, what it changes, what stays."""

from pydantic import BaseModel


class FindingOut(BaseModel):
    """An error (`error`), or a note, at its place; `text` is all of it in one line."""

    kind: str
    error: bool
    file: str
    sheet: str
    line: int | None
    column: str
    letter: str
    found: str
    what: str
    remedy: str
    text: str


class FieldOut(BaseModel):
    """`name` is the directory's field, `title` its column. Door codes are not shown."""

    name: str
    title: str
    before: str
    after: str


class LedgerChangeOut(BaseModel):
    """`kind`: added, changed, ended, removed; `table`: a table of the directory; `id`: of what or whom; `about`: it in words."""

    kind: str
    table: str
    id: str
    name: str
    about: str
    fields: list[FieldOut]
    text: str


class CountsOut(BaseModel):
    table: str
    title: str
    added: int
    changed: int
    ended: int
    untouched: int


class AbsentOut(BaseModel):
    """An elder whom the ledger does not name; nothing happens to them."""

    id: str
    name: str


class LedgerOut(BaseModel):
    """`refused`: there are errors, and nothing of the ledger was taken. Otherwise it was, unless `dry_run` or `stale`.

    `digest` names exactly these changes: sent back as `expect`, they are imported, or none (`stale`).
    """

    dry_run: bool
    refused: bool
    stale: bool
    digest: str | None
    errors: int
    findings: list[FindingOut]
    changes: list[LedgerChangeOut]
    counts: list[CountsOut]
    absent: list[AbsentOut]
