"""What a roster's page says in words: places, dates of a pattern, instants, and what is to settle ahead."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from hub.core.calendar import OnDays
from hub.core.opening import Opening
from hub.core.shifts import Shift
from hub.directory.outlook import RosterProblem, RosterProblemKind
from hub.directory.outlook_runs import Run, folded
from hub.web import roster_changes
from hub.web.account_rules import RESERVED
from hub.web.parts import Parts
from hub.web.roster_authors import Entered
from hub.web.roster_changes import directory_of
from hub.web.roster_week import CALL_CENTRE, PersonWeek
from hub.web.words import Language, say

_IN_ONE_LINE = 2


@dataclass(frozen=True, slots=True)
class Ahead:
    """One line of what is to settle; `runs` are told one by one where there are several."""

    grade: str
    text: str
    when: str
    runs: tuple[str, ...] = ()


def ahead(parts: Parts, problems: Iterable[RosterProblem], language: Language) -> list[Ahead]:
    """Each thing once, however many days it lasts; what is missing at the call-centre first."""
    told: list[Ahead] = []
    for one in folded(problems, parts.settings.timezone):
        runs = tuple(_run(parts, language, run) for run in one.runs)
        if one.problem.kind is RosterProblemKind.AFTER_HOURS:
            whole = say(
                language,
                "roster.when",
                from_at=_date(parts, language, one.problem.from_at),
                until_at=_date(parts, language, one.problem.until_at),
            )
        elif len(runs) <= _IN_ONE_LINE:
            whole, runs = say(language, "roster.then").join(runs), ()
        else:
            whole = say(
                language,
                "roster.ahead_times",
                first=_date(parts, language, one.problem.from_at),
                last=_date(parts, language, one.runs[-1].last_from_at),
                times=one.times,
            )
        text = roster_changes.problem_text(parts, one.problem, language)
        told.append(Ahead(roster_changes.GRADES[one.problem.kind], text, whole, runs))
    return told


def _run(parts: Parts, language: Language, run: Run) -> str:
    if run.count == 1:
        return when(parts, language, run.from_at, run.until_at)
    zone = parts.settings.timezone
    begins, ends = run.last_from_at.astimezone(zone), run.until_at.astimezone(zone)
    over_midnight = ends.date() > begins.date() and ends.time() > time(0)
    return say(
        language,
        "roster.run_nights" if over_midnight else "roster.run_days",
        first=_date(parts, language, run.from_at),
        last=_date(parts, language, run.last_from_at),
        hours=f"{begins:%H:%M}–{ends:%H:%M}",
        count=run.count,
    )


def place_word(parts: Parts, place: str, language: Language) -> str:
    if place == CALL_CENTRE:
        return say(language, "roster.call_centre")
    return next((one.name for one in directory_of(parts).centres if one.id == place), place)


def entered_word(parts: Parts, entered: Entered | None, language: Language) -> str:
    """Who entered something, and when."""
    if entered is None:
        return say(language, "roster.not_entered")
    name = parts.logins.names.get(entered.by, entered.by)
    if entered.by in RESERVED:
        name = say(language, "changes.local" if entered.by == "local" else "changes.system")
    at = entered.at.astimezone(parts.settings.timezone)
    return say(language, "roster.entered", name=name, at=f"{_day(parts, language, at.date())} {at:%H:%M}")


def elsewhere(place: str, own: bool, person: PersonWeek) -> str | None:
    """The one other place at which somebody works all week: said once, and not in every cell."""
    places = {duty.centre_id for day in person.days for duty in day}
    only = next(iter(places)) if len(places) == 1 else None
    return only if own or only != place else None


def on_which(language: Language, entry: Shift | Opening) -> str:
    """The dates of a weekly pattern: 周一至周五; 每天; 工作日."""
    days = sorted(entry.weekdays)
    if entry.days is not OnDays.WEEKDAYS or len(days) == 7:
        kind = OnDays.EVERY_DAY if len(days) == 7 else entry.days
        return say(language, f"on_days.{kind.value}")
    names = [say(language, f"roster.weekday.{day}") for day in days]
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return say(language, "roster.through", first=names[0], last=names[-1])
    return say(language, "list.and").join(names)


def when(parts: Parts, language: Language, from_at: datetime, until_at: datetime) -> str:
    """Whole days as dates, everything else with its hours."""
    zone = parts.settings.timezone
    begins, ends = from_at.astimezone(zone), until_at.astimezone(zone)

    def told(on: date) -> str:
        return _day(parts, language, on)

    if begins.time() == ends.time() == time(0):
        last = ends.date() - timedelta(days=1)
        if last == begins.date():
            return told(last)
        return say(language, "roster.when", from_at=told(begins.date()), until_at=told(last))
    if begins.date() == ends.date():
        return f"{told(begins.date())} {begins:%H:%M}–{ends:%H:%M}"
    return say(
        language,
        "roster.when",
        from_at=f"{told(begins.date())} {begins:%H:%M}",
        until_at=f"{told(ends.date())} {ends:%H:%M}",
    )


def _date(parts: Parts, language: Language, at: datetime) -> str:
    return _day(parts, language, at.astimezone(parts.settings.timezone).date())


def _day(parts: Parts, language: Language, on: date) -> str:
    """With its weekday; the year only where it is another one."""
    this_year = on.year == parts.hub.now().astimezone(parts.settings.timezone).year
    day = f"{on:%m-%d}" if this_year else f"{on:%Y-%m-%d}"
    return f"{day} {say(language, f'roster.weekday.{on.weekday()}')}"
