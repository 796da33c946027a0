"""The order in which people look for names and addresses: 2号楼 before 10号楼, 3-2-501 before 3-10-101, characters by how they
are read. Pure; every list that is looked through by name or address is sorted by this, and by nothing else."""

import re
import unicodedata
from functools import lru_cache

from hub.directory.pinyin import readings

_RUN = re.compile(r"([0-9]+|[一二三四五六七八九十百零〇两]+(?=号|栋|幢|座|楼|单元|层|期|组|队|村|区|室))")
_WRITTEN = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_TENS = {"十": 10, "百": 100}
_SURNAMES = dict(
    one.split("-")
    for one in (
        *("曾-zeng", "单-shan", "仇-qiu", "解-xie", "区-ou", "查-zha", "朴-piao", "盖-ge"),
        *("翟-zhai", "尉-wei", "乐-yue", "覃-qin", "缪-miao", "种-chong", "秘-bi", "员-yun"),
    )
)


def in_order(text: str) -> str:
    """What a name or an address is sorted by. Spaces, full-width forms and capitals make no difference; numbers count as
    numbers, written 十 or 10; characters follow their usual reading, and those that sound alike stay together."""
    return " ".join(map(_word, text.split()))


def name_in_order(name: str) -> str:
    """As `in_order`, of a person: some characters are read in another way as a surname (曾 zēng, 单 shàn)."""
    read = _SURNAMES.get(name[:1])
    return f"{read}\1{name[0]}{in_order(name[1:])}" if read is not None else in_order(name)


@lru_cache(maxsize=16_384)  # An address shares all its words but the last with its neighbours.
def _word(word: str) -> str:
    runs = _RUN.split(unicodedata.normalize("NFKC", word).casefold())
    return "".join(_number(run) if at % 2 else _read(run) for at, run in enumerate(runs))


def _read(run: str) -> str:
    """Each character behind its reading, which a sign below every letter ends: 西安 comes before 先."""
    return "".join(f"{found[0]}\1{char}" if (found := readings(char)) else char for char in run)


def _number(run: str) -> str:
    """A number behind how many digits it has, so that the longer one is the greater one."""
    digits = run.lstrip("0") if run.isdecimal() and run.isascii() else str(_value(run))
    return f"{len(digits):03d}{digits}"


def _value(written: str) -> int:
    """十 10, 十二 12, 二十 20, 一百零三 103; 二七, the name of a district, 27."""
    if not any(char in _TENS for char in written):
        return int("".join(str(_WRITTEN[char]) for char in written))
    total, digit = 0, 0
    for char in written:
        if char in _TENS:
            total, digit = total + (digit or 1) * _TENS[char], 0
        else:
            digit = _WRITTEN[char]
    return total + digit
