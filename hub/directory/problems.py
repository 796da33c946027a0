"""One reason why a directory is refused, and all of them together; found by `validation` and the checks it calls."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """`where` names the entry by its id (never a person's name: problems are logged)."""

    where: str
    found: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.found}; {self.remedy}"


class DirectoryProblems(ValueError):
    """The directory was refused; `problems` holds all reasons, the text one a line."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
