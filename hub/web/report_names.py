"""Who is who in a report: names for whom may know them, numbers for whom reads reports only."""

from dataclasses import dataclass, replace
from typing import Literal

from hub.reports.figures import Figures, Report
from hub.web.access import Permission
from hub.web.guard import User
from hub.web.parts import Parts
from hub.web.visibility import visible_centres
from hub.web.words import Language, say

Nobody = Literal["report.no_butler", "report.not_told"]


@dataclass(frozen=True, slots=True)
class ReportNames:
    """`numbers` of persons, for a reader who may not know their names; None: by name. Centres are known to everybody."""

    parts: Parts
    language: Language
    numbers: dict[str, int] | None = None

    @property
    def with_names(self) -> bool:
        return self.numbers is None

    def centre(self, centre_id: str | None) -> str:
        found = self.parts.views.centre(centre_id)
        return found.name if found else say(self.language, "report.no_centre")

    def person(self, person_id: str | None) -> str:
        return self.called(person_id, "report.not_told")

    def butler(self, person_id: str | None) -> str:
        return self.called(person_id, "report.no_butler")

    def called(self, person_id: str | None, nobody: Nobody) -> str:
        if person_id is None:
            return say(self.language, nobody)
        if self.numbers is None:
            return self.parts.views.name(person_id)
        return say(self.language, "report.numbered", number=self.numbers.get(person_id, 0))

    def person_id(self, person_id: str | None) -> str | None:
        """An id may tell who it is: it goes with the name."""
        return person_id if self.numbers is None else None

    def residents(self, home_id: str) -> str:
        residents = self.parts.views.profile(home_id).residents
        return say(self.language, "list.and").join(resident.name for resident in residents)

    def address(self, home_id: str) -> str:
        return self.parts.views.profile(home_id).address

    def home(self, home_id: str) -> str:
        """Who lives there, and where, in one line."""
        return " ".join(part for part in (self.residents(home_id), self.address(home_id)) if part) or home_id


def names_for(parts: Parts, user: User, report: Report, language: Language) -> ReportNames:
    """Whoever may look at homes may know names; the authority's supervisor reads figures."""
    if user.may(Permission.VIEW_HOMES):
        return ReportNames(parts, language)
    people = {key for key in (*report.butlers, *report.answerers) if key is not None}
    for alert in report.alerts:
        people.update(one for one in (alert.first_answer_by, alert.resolved_by) if one is not None)
    numbers = {person_id: number for number, person_id in enumerate(sorted(people), 1)}
    return ReportNames(parts, language, numbers)


def with_quiet_centres(parts: Parts, user: User, report: Report) -> Report:
    """The report with every centre of the reader's scope: one without a single alert is good news, not a missing line."""
    seen = visible_centres(parts, user)
    quiet: dict[str | None, Figures] = {
        centre_id: Figures()
        for centre_id in parts.hub.context().centres
        if (seen is None or centre_id in seen) and centre_id not in report.centres
    }
    return replace(report, centres={**report.centres, **quiet})
