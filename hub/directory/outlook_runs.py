"""What is wrong with the weeks ahead, folded: one entry for what is missing at one place or of one person, with its runs of days
in a row at the same hours. Pure; nothing is left out."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, tzinfo

from hub.core.shifts import CELL_ROLES
from hub.directory.outlook import RosterProblem, RosterProblemKind

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Run:
    """The same hours on `count` local days in a row: the first time from `from_at`, the last time until `until_at`."""

    from_at: datetime
    until_at: datetime
    last_from_at: datetime
    count: int = 1


@dataclass(frozen=True, slots=True)
class Folded:
    """`problem` lasts from the first run's beginning to the last one's end; its elders are the most of any run."""

    problem: RosterProblem
    runs: tuple[Run, ...]

    @property
    def times(self) -> int:
        return sum(run.count for run in self.runs)

    @property
    def of_call_centre(self) -> bool:
        one = self.problem
        return one.role in CELL_ROLES or None in one.places


def folded(problems: Iterable[RosterProblem], zone: tzinfo) -> tuple[Folded, ...]:
    """In order of the kinds, the call-centre's first, then of time."""
    groups: dict[Hashable, list[RosterProblem]] = {}
    for one in problems:
        groups.setdefault(_about(one), []).append(one)
    found = [_folded(sorted(those, key=lambda one: one.from_at), zone) for those in groups.values()]
    order = list(RosterProblemKind)
    return tuple(
        sorted(
            found,
            key=lambda one: (
                *(order.index(one.problem.kind), not one.of_call_centre, one.problem.from_at),
                str(one.problem),
            ),
        )
    )


def _about(one: RosterProblem) -> Hashable:
    """What and whom it is about, whenever it is. How many elders it concerns tells two long lists apart, and nothing else."""
    many = one.elders if one.kind is RosterProblemKind.ABOVE_LIST else 0
    own = one.own_elders if one.kind is RosterProblemKind.ABOVE_LIST else 0
    begins = datetime.min.replace(tzinfo=one.from_at.tzinfo)
    return replace(one, from_at=begins, until_at=begins, elders=many, own_elders=own)


def _folded(problems: list[RosterProblem], zone: tzinfo) -> Folded:
    runs: list[Run] = []
    # Two stretches of hours on each day (mornings and evenings) are two runs side by side.
    open_: dict[Hashable, int] = {}
    for one in problems:
        begins, ends = one.from_at.astimezone(zone), one.until_at.astimezone(zone)
        hours = (begins.time(), ends.time(), ends.date() - begins.date())
        at = open_.get(hours)
        if at is not None and _local(runs[at].last_from_at, zone) + _DAY == begins.date():
            runs[at] = replace(
                runs[at], until_at=one.until_at, last_from_at=one.from_at, count=runs[at].count + 1
            )
        else:
            open_[hours] = len(runs)
            runs.append(Run(one.from_at, one.until_at, one.from_at))
    whole = replace(
        problems[0],
        until_at=max(one.until_at for one in problems),
        elders=max(one.elders for one in problems),
    )
    return Folded(whole, tuple(runs))


def _local(at: datetime, zone: tzinfo) -> date:
    return at.astimezone(zone).date()
