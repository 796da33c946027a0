"""The words for what does not fit in a log-in, as the interface and the command line say them."""

from hub.web.account_rules import Wrong
from hub.web.words import WORDS, Language, say


def in_words(wrong: Wrong, language: Language) -> str:
    """What is wrong with a log-in and what to do; roles and scopes by their names."""
    values = {
        name: say(language, "list.and").join(
            say(language, one) if one in WORDS else one for one in value.split(" ")
        )
        for name, value in wrong.values.items()
    }
    return say(language, f"account_wrong.{wrong.code}", **values)
