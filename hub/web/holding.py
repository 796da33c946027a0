"""What an API call is told that would take an alert from its holder, or close it without saying which of two homes it was."""

from datetime import tzinfo

from hub.core.outcome import RefusalCode, Refused
from hub.web.models import AlertOut, HolderOut
from hub.web.problems import Problem
from hub.web.words import WORDS, Language, say

_LANGUAGES: tuple[Language, ...] = ("zh", "en")


def holding_problem(refused: Refused, alert: AlertOut, zone: tzinfo) -> Problem | None:
    """With the alert as it stands, the sentences in both languages; None for every other refusal."""
    current = alert.model_dump(mode="json")
    if refused.code is RefusalCode.HELD_BY_OTHER and alert.holder is not None:
        holder = alert.holder
        held = {one: held_text(alert, holder, zone, one) for one in _LANGUAGES}
        detail = {
            one: say(one, "problem.held_by_other", held=held[one], name=holder.name) for one in _LANGUAGES
        }
        how = {
            one: say(one, "problem.held_by_other_remedy", name=holder.name, id=holder.id)
            for one in _LANGUAGES
        }
        return Problem(
            409,
            "held_by_other",
            detail["en"],
            where="take_over_from",
            remedy=how["en"],
            zh=f"{detail['zh']}{how['zh']}",
            current=current,
        )
    if refused.code is RefusalCode.WHO_GOES:
        return Problem(
            409,
            "who_goes",
            say("en", "problem.who_goes"),
            where="on_behalf_of",
            remedy="Send on_behalf_of with an id of `current.may_go`.",
            zh=say("zh", "problem.who_goes"),
            current=current,
        )
    if refused.code is RefusalCode.WHICH_HOME and alert.other_home is not None:
        homes = {
            "here": alert.address or alert.home_id,
            "there": alert.other_home.address or alert.other_home.id,
        }
        return Problem(
            409,
            "which_home",
            say("en", "problem.which_home", **homes),
            where="at_home_id",
            remedy=f"Send at_home_id: {alert.home_id} or {alert.other_home.id}; or home_unknown: true.",
            zh=say("zh", "problem.which_home", **homes),
            current=current,
        )
    return None


def held_text(alert: AlertOut, holder: HolderOut, zone: tzinfo, language: Language) -> str:
    """Who, in which role, has come how far, and since when."""
    who = holder.name
    if holder.role is not None:
        who = say(language, "holding.who", name=who, role=say(language, f"role.{holder.role.value}"))
    key = f"holding.{alert.state.value}"
    if key not in WORDS:
        return who
    return say(language, key, who=who, time=f"{holder.since_at.astimezone(zone):%H:%M}")
