"""How an error stands in the log: what kind it was and where, without the words that it carries.

The text of an error may hold what the hub was just working with: a name, a note, a reading (`could not convert string to float`
repeats the string). So only errors of the hub's own, whose sentences are written to be read, and those of the operating system
keep their words.
"""

import logging
import traceback
from types import TracebackType

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_OWN = "hub."
_CAUSE = "which came of"

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class WithoutWords(logging.Formatter):
    """Lines of the hub's log."""

    def formatException(self, ei: ExcInfo) -> str:
        return "" if ei[1] is None else told(ei[1])

    def format(self, record: logging.LogRecord) -> str:
        # What another handler made of the error is not ours.
        record.exc_text = None
        return super().format(record)


def told(error: BaseException) -> str:
    """The error and what it came of, each with where it passed, the deepest place last."""
    parts: list[str] = []
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        parts.append("\n".join([*_places(following), f"{_kind(following)}{_words(following)}"]))
        hidden = following.__suppress_context__
        following = following.__cause__ or (None if hidden else following.__context__)
    return f"\n{_CAUSE}\n".join(parts)


def _places(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)
    return [f"  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]


def _kind(error: BaseException) -> str:
    kind = type(error)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _words(error: BaseException) -> str:
    if type(error).__module__.startswith(_OWN):
        return f": {error}"
    if isinstance(error, OSError) and error.strerror:
        return f": {error.strerror}"
    return ""
