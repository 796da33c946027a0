"""Why the directory refused an edit, in both languages: the sentences of the ledger's check, about an entry and not a row."""

import re
from typing import Final

from hub.directory.problems import DirectoryProblems
from hub.web.problems import Problem
from hub.web.views import Views
from hub.web.words import WORDS, Language, say

_WHERE: Final = re.compile(r'(\w+) "([^"]+)"')


def directory_problem(refused: DirectoryProblems, views: Views) -> Problem:
    """409, with a sentence for each reason in `errors`. It holds names: for who made the edit, never for a log."""
    # The ledger's words are loaded with the first refusal: an idle gateway does without.
    from hub.ledger.finding_texts import say as say_finding
    from hub.ledger.judging import findings

    def sentence(number: int, language: Language) -> str:
        own = f"directory_problem.{found[number].kind.value}"
        what, remedy = say_finding(found[number], language)
        text = (
            say(language, own)
            if own in WORDS
            else f"{what}；{remedy}"
            if language == "zh"
            else f"{what}; {remedy}"
        )
        return say(language, "problem.directory", text=f"{_subject(places[number], views, language)}{text}")

    found = list(findings(refused.problems, {}, {}))
    places = [problem.where for problem in refused.problems]
    return Problem(
        409,
        "directory",
        str(refused),
        where=", ".join(places),
        remedy="; ".join(problem.remedy for problem in refused.problems),
        errors=[
            {language: sentence(number, language) for language in ("zh", "en")}
            for number in range(len(found))
        ],
    )


def _subject(where: str, views: Views, language: Language) -> str:
    """`person "b01"` as 人员 王芳 (b01); a noun without words stands as it is."""
    match = _WHERE.match(where)
    if match is None:
        return f"{where}：" if language == "zh" else f"{where}: "
    noun, key = match.groups()
    about = f"about.{noun}" if f"about.{noun}" in WORDS else f"role.{noun}"
    word = say(language, about) if about in WORDS else noun
    name = views.name(key)
    shown = f"{name} ({key})" if name != key else key
    return f"{word} {shown}：" if language == "zh" else f"{word} {shown}: "
