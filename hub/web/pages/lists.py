"""What pages with long lists share: what a filter's field chose, and the way to the pages before and after."""

from enum import StrEnum
from typing import NamedTuple, TypeVar

from fastapi import Request

Choice = TypeVar("Choice", bound=StrEnum)


class Pager(NamedTuple):
    """Rows `first` to `last` of `total` are shown; the links are None where there is no such page."""

    first: int
    last: int
    total: int
    previous: str | None
    next: str | None


def chosen(choices: type[Choice], value: str) -> Choice | None:
    """The value of a list that a form's field names; None for the empty field and for what is not in the list."""
    return choices(value) if value in set(choices) else None


def pager(request: Request, page: int, size: int, total: int, called: str = "page") -> Pager:
    """Links keep everything else that the address asks for. `called`: the number's name there."""

    def link(number: int) -> str:
        return f"{request.scope['path']}?{request.url.include_query_params(**{called: number}).query}"

    first = min((page - 1) * size + 1, total)
    last = min(page * size, total)
    return Pager(
        first, last, total, link(page - 1) if page > 1 else None, link(page + 1) if last < total else None
    )
