"""How somebody is reached, as people read and type it: 推送 wang-01, push message wang-01. A channel's own name will do, too."""

from collections.abc import Iterable

from hub.web.models_accounts import MethodIn
from hub.web.problems import Problem
from hub.web.words import WORDS, Language, say

_GROUP = "channel."


def channel_word(channel: str, language: Language) -> str:
    """A channel that this hub has no words for is shown as the ledger calls it."""
    key = f"{_GROUP}{channel}"
    return say(language, key) if key in WORDS else channel


def written(methods: Iterable[MethodIn], language: Language) -> str:
    """One a line."""
    return "\n".join(f"{channel_word(one.channel, language)} {one.address}" for one in methods)


def read(text: str) -> list[dict[str, str]]:
    """Raises Problem for a line without its two parts."""
    found = []
    for line in text.splitlines():
        channel, address = _parts(" ".join(line.split()))
        if channel and not address:
            raise Problem(
                *(422, "methods", "A contact method is not a channel and an address."),
                where="methods",
                remedy="Write both.",
            )
        if channel:
            found.append({"channel": channel, "address": address})
    return found


def _parts(line: str) -> tuple[str, str]:
    for key, words in WORDS.items():
        if key.startswith(_GROUP):
            for word in (words.zh, words.en):
                if f"{line} ".casefold().startswith(f"{word} ".casefold()):
                    return key.removeprefix(_GROUP), line[len(word) :].strip()
    channel, _, address = line.partition(" ")
    return channel, address
