"""One measured number with the limit it is held against, as a line for people and as a record for programs."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number. `limit` is the most that is allowed, with `at_least` the least; without one it is only told."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    at_least: bool = False

    @property
    def kept(self) -> bool:
        if self.limit is None:
            return True
        return self.value >= self.limit if self.at_least else self.value <= self.limit


def figure_line(figure: Figure) -> str:
    """Name, value, unit, and the limit with whether it is kept."""
    row = f"{figure.name:<44}{figure.value:>14,.6g} {figure.unit}"
    if figure.limit is None:
        return row
    bound = "at least" if figure.at_least else "at most"
    return f"{row}   ({bound} {figure.limit:,.6g}{'' if figure.kept else ': NOT KEPT'})"


def write_figures(file: Path, figures: Iterable[Figure]) -> None:
    """A JSON list of name, value, unit and limit, for whoever compares this run with another one; makes the folder."""
    rows = [{"name": one.name, "value": one.value, "unit": one.unit, "limit": one.limit} for one in figures]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
