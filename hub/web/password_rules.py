"""Which passwords are the first that anybody tries: refused in words when one is set. Pure.

Length comes first and is the models' bound; there are no rules of composition (NIST SP 800-63B, 5.1.1.2: compare with common,
repetitive, sequential and context-specific values instead).
"""

import unicodedata
from collections.abc import Iterator
from enum import StrEnum

from hub.web.passwords import MIN_LENGTH


class Weakness(StrEnum):
    """Words are `account_wrong.password_<value>`."""

    REPEATED = "repeated"
    SEQUENCE = "sequence"
    NAMED = "named"
    COMMON = "common"


_FEWEST_CHARACTERS = 4
"""Different ones; and the longest piece that counts as merely repeated."""
_SHORTEST_RUN = 4
_ROWS = (
    *("01234567890", "abcdefghijklmnopqrstuvwxyz"),
    *(
        "qwertyuiop",
        "asdfghjkl",
        "zxcvbnm",
        "1qaz2wsx3edc4rfv5tgb",
        "qazwsxedcrfvtgb",
        "1q2w3e4r5t6y7u8i9o0p",
    ),
    "q1w2e3r4t5y6u7i8o9p0",
)
_RUNS = tuple(row for one in _ROWS for row in (one * 2 if one[0] == "0" else one, (one * 2)[::-1]))
_COMMON = frozenset(
    {
        *(
            "password",
            "passwort",
            "passwd",
            "pass",
            "pw",
            "secret",
            "letmein",
            "welcome",
            "changeme",
            "default",
        ),
        *("admin", "administrator", "root", "user", "test", "demo", "guest", "login", "hello", "master"),
        *(
            "iloveyou",
            "sunshine",
            "princess",
            "dragon",
            "monkey",
            "football",
            "baseball",
            "superman",
            "qwerty",
        ),
        *("woaini", "woaiwojia", "nihao", "mima", "mimamima", "zhongguo", "henan", "zhengzhou", "jiaozuo"),
        *("abc", "abcd", "aa", "a", "qq", "wo", "ai", "asd", "qwe", "zxc", "asdf", "zaq", "qaz", "wsx"),
        *("carealert", "carehub", "carealerthub", "hub", "operator", "yanglao", "huawei", "xiaomi", "taobao"),
        *("密码", "我的密码", "管理员", "坐席", "养老", "我爱你", "中国", "郑州", "焦作"),
    }
)
"""What is left of the commonest ones without digits and signs."""
_LUCKY = frozenset({"5201314520", "1314520520", "52013145201314", "1234554321", "1122334455", "1357924680"})
_LOOK_ALIKES = str.maketrans({"@": "a", "0": "o", "$": "s", "1": "i", "3": "e", "5": "s", "7": "t"})


def weakness(password: str, login: str, name: str) -> Weakness | None:
    """Why a stranger would try this one early; None for any other."""
    plain = _plain(password)
    if len(set(plain)) < _FEWEST_CHARACTERS or _is_repeated(plain):
        return Weakness.REPEATED
    if _left_without_runs(plain) < _SHORTEST_RUN:
        return Weakness.SEQUENCE
    if _is_common(plain):
        return Weakness.COMMON
    if any(_depends_on(plain, word) for word in _words(login, name)):
        return Weakness.NAMED
    return None


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _is_repeated(plain: str) -> bool:
    return any(
        (plain[:size] * (len(plain) // size + 1))[: len(plain)] == plain
        for size in range(1, _FEWEST_CHARACTERS + 1)
    )


def _left_without_runs(plain: str) -> int:
    """How many characters are not part of a piece of the alphabet, the digits or a row of keys."""
    left = at = 0
    while at < len(plain):
        end = at + 1
        while end < len(plain) and any(plain[at : end + 1] in run for run in _RUNS):
            end += 1
        if end - at < _SHORTEST_RUN:
            left, end = left + 1, at + 1
        at = end
    return left


def _is_common(plain: str) -> bool:
    if plain in _LUCKY:
        return True
    for spelled in (plain, plain.translate(_LOOK_ALIKES), plain.strip("0123456789").translate(_LOOK_ALIKES)):
        letters = "".join(char for char in spelled if char.isalpha())
        if letters in _COMMON or any(letters == word * 2 for word in _COMMON):
            return True
    return False


def _words(login: str, name: str) -> Iterator[str]:
    yield from (word for word in (_plain(login), _plain(name)) if len(word) > 1)


def _depends_on(plain: str, word: str) -> bool:
    """Whether too little is left of it without the word."""
    return word in plain and len(plain.replace(word, "")) < MIN_LENGTH
