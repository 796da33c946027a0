"""Invented names and numbers of the demo: nobody lives in 槐荫街, and no telephone rings at 0371-5550."""

from dataclasses import dataclass
from random import Random

SURNAMES = tuple("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕")
_WOMEN = (
    "秀英",
    "桂兰",
    "玉珍",
    "凤英",
    "素梅",
    "秀兰",
    "淑华",
    "爱莲",
    "春香",
    "月娥",
    "桂芝",
    "玉兰",
    "金凤",
    "巧云",
    "瑞芳",
)
_MEN = (
    "建国",
    "德山",
    "福来",
    "长河",
    "永祥",
    "志明",
    "文斌",
    "保田",
    "振海",
    "国栋",
    "广林",
    "万全",
    "学礼",
    "宝山",
    "清泉",
)
_YOUNG_WOMEN = ("晓燕", "丽娟", "红霞", "静怡", "海燕", "春燕", "婷婷", "雪梅")
_YOUNG_MEN = ("伟", "建军", "志强", "晓东", "海涛", "鹏飞", "立新", "俊杰")


@dataclass(frozen=True, slots=True)
class Name:
    surname: str
    given: str
    woman: bool

    @property
    def full(self) -> str:
        return self.surname + self.given

    @property
    def call_name(self) -> str:
        """What an elder is called by."""
        return self.surname + ("奶奶" if self.woman else "爷爷")


def elder_name(rng: Random, woman: bool | None = None) -> Name:
    is_woman = rng.random() < 0.6 if woman is None else woman
    return Name(rng.choice(SURNAMES), rng.choice(_WOMEN if is_woman else _MEN), is_woman)


def adult_name(rng: Random, surname: str | None = None, woman: bool | None = None) -> Name:
    is_woman = rng.random() < 0.5 if woman is None else woman
    return Name(
        surname or rng.choice(SURNAMES), rng.choice(_YOUNG_WOMEN if is_woman else _YOUNG_MEN), is_woman
    )


def phone(number: int) -> str:
    """A number that nobody has; each number once."""
    return f"0371-5550{number % 10_000:04d}"
