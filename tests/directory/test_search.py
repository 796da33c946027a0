"""What somebody types finds the home that they mean, and the one that they mean stands first."""

from datetime import UTC, datetime, timedelta

import pytest

from hub.core.home import Device, DeviceKind, Profile, Resident
from hub.directory.pinyin import spellings
from hub.directory.search import place_in_order, query, text_of

AT = datetime(2026, 3, 2, tzinfo=UTC)


def home(
    home_id: str, name: str, address: str, phone: str, *callers: tuple[str, str], call: str = ""
) -> Profile:
    button = Device(f"b-{home_id}", DeviceKind.BUTTON, AT, timedelta(days=1))
    return Profile(
        home_id,
        f"演示区 槐荫街道 {address}",
        (Resident(f"e-{home_id}", name, call or f"{name[0]}奶奶"),),
        {button.id: button},
        phone=phone,
        callers=callers,
    )


STREET = (
    home("h0001", "王秀兰", "桂花社区 桂花花园 3号楼 2单元 501室", "0371-5550001", ("李梅", "13800001111")),
    home("h0002", "王秀英", "桂花社区 桂花花园 13号楼 2单元 501室", "0371-5550002"),
    home(
        "h0003",
        "曾长乐",
        "海棠社区 海棠老家属院 3号楼 2单元 50室",
        "0371-5550003",
        ("王秀兰", "139-0000-2222"),
    ),
    home(
        "h0004",
        "吕桂花",
        "海棠社区 海棠老家属院 5栋 1单元 301",
        "0371-5550004",
        ("单雄", "+86 137 0000 3333"),
    ),
    home("h0005", "单英", "海棠社区 老院 3-2-501", "0371-5550005"),
    home("h0012", "汪星乐", "海棠社区 建设路7号院 A座 12室", "5551001"),
)
TEXTS = {profile.home_id: text_of(profile) for profile in STREET}


def found(typed: str) -> list[str]:
    asked = query(typed)
    assert asked is not None
    return sorted(
        (one for one, text in TEXTS.items() if asked.fits(text)),
        key=lambda one: (asked.rank(TEXTS[one]), one),
    )


@pytest.mark.parametrize(
    ("typed", "homes"),
    [
        # As people say it: without the stair, a name right after the door, a ü as it stands in passports.
        ("3号楼501", ["h0001", "h0005"]),
        ("桂花花园3号楼501", ["h0001"]),
        ("3-2-501王秀兰", ["h0001"]),
        ("501室王秀兰", ["h0001"]),
        ("lyuguihua", ["h0004"]),
        ("luguihua", ["h0004"]),
        # By name, whole or in part, and by what they are called by.
        ("王秀兰", ["h0001", "h0003"]),
        ("秀英", ["h0002"]),
        ("曾奶奶", ["h0003"]),
        # As it is typed with Latin letters: in full, by initials, surname in full, capitals, full-width, with spaces.
        ("wangxiulan", ["h0001", "h0003"]),
        ("wxl", ["h0001", "h0012", "h0003"]),
        ("wangxl", ["h0001", "h0012", "h0003"]),
        ("WangXiu", ["h0001", "h0002", "h0003"]),
        ("ｗｘｌ", ["h0001", "h0012", "h0003"]),
        ("wang xiu lan", ["h0001", "h0003"]),
        ("w x l", ["h0001", "h0012", "h0003"]),
        # Every reading of a character.
        ("zengchangle", ["h0003"]),
        ("cengzhangyue", ["h0003"]),
        ("zcl", ["h0003"]),
        ("shanying", ["h0005"]),
        ("lvguihua", ["h0004"]),
        ("lüguihua", ["h0004"]),
        # By number.
        ("h0002", ["h0002"]),
        ("H0002", ["h0002"]),
        ("b-h0004", ["h0004"]),
        ("e-h0005", ["h0005"]),
        # By telephone: the home's, a contact's, however it is written, or by its last digits.
        ("0371-5550002", ["h0002"]),
        ("0371 5550002", ["h0002"]),
        ("（0371）5550002", ["h0002"]),
        ("5550002", ["h0002"]),
        ("13800001111", ["h0001"]),
        ("138 0000 1111", ["h0001"]),
        ("+86 138-0000-1111", ["h0001"]),
        ("13900002222", ["h0003"]),
        ("137 0000 3333", ["h0004"]),
        ("1111", ["h0001"]),
        # By parts of the address, in the words of the house or the short form, and never building 13 for 3.
        ("3-2-501", ["h0001", "h0005"]),
        ("3号楼2单元501", ["h0001", "h0005"]),
        ("3栋2单元501室", ["h0001", "h0005"]),
        ("3 2 501", ["h0001", "h0005"]),
        ("3-2-50", ["h0003", "h0001", "h0005"]),
        ("5栋", ["h0004"]),
        ("501室", ["h0001", "h0002", "h0005"]),
        ("桂花社区 桂花花园 3号楼 2单元 501室", ["h0001"]),
        ("桂花花园", ["h0001", "h0002"]),
        ("桂花花园3号楼", ["h0001"]),
        ("A座", ["h0012"]),
        ("7号院", ["h0012"]),
        ("17号院", []),
        ("建设路7号院", ["h0012"]),
        # Words in any order, of different kinds.
        ("501 王秀兰", ["h0001"]),
        ("王秀兰 501", ["h0001"]),
        ("桂花，wang，501", ["h0001", "h0002"]),
        ("wxl 13号楼", []),
        # A name is better than an address, an elder better than who telephones.
        ("桂花", ["h0004", "h0001", "h0002"]),
        ("李梅", ["h0001"]),
        ("limei", ["h0001"]),
        # Nobody.
        ("张", []),
        ("100%", []),
        ("_", []),
        ("%", []),
        ("#", []),
        ("+", []),
    ],
)
def test_what_is_typed_finds(typed: str, homes: list[str]) -> None:
    assert found(typed) == homes


WRITTEN = {
    "apart": "幸福社区 幸福路3号 2单元 501室",
    "together": "幸福社区 幸福路3号2单元501室",
    "short": "幸福社区 幸福路 3-2-501",
    "whole": "演示区槐荫街道幸福社区幸福路3号楼2单元501",
}
BESIDE = (
    "幸福社区 幸福路13号 2单元 501室",
    "幸福社区 幸福路3号 2单元 502室",
    "幸福社区 和平路3号 12单元 501室",
)


@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN.keys())
@pytest.mark.parametrize(
    "typed",
    [
        "幸福路3号2单元501",
        "幸福路3号2单元501室",
        "幸福路３号２单元５０１",
        "幸福路3-2-501",
        "幸福路 3-2-501",
        "幸福社区幸福路3号2单元501",
        "槐荫街道幸福路3号2单元501",
        "幸福路3号楼-2单元-501室",
        "幸福路，3号，2单元，501",
        "幸福路3#2#501",
        "幸福路—3—2—501",
        "幸福路3/2/501",
        "3-2-501",
        "３－２－５０１",
        "3—2—501",
        "3–2–501",
        "3.2.501",
        "3·2·501",
        "3_2_501",
        "3~2~501",
        "3一2一501",
        "3/2/501",
        "3，2，501",
        "3号2-501",
        "3号楼-2单元-501",
    ],
)
def test_an_address_is_found_however_it_is_typed_and_however_it_is_written(typed: str, written: str) -> None:
    asked = query(typed)
    assert asked is not None
    assert asked.fits(text_of(home("h0020", "周安", written, "5551020")))
    assert not any(asked.fits(text_of(home("h0021", "周安", other, "5551020"))) for other in BESIDE)


@pytest.mark.parametrize(
    "typed", ["老院3-2-501", "建设路7号院A座12", "建设路7号院a座", "槐荫街道建设路7号院", "B-H0004"]
)
def test_a_place_whose_name_ends_like_a_door_is_found_without_spaces(typed: str) -> None:
    assert len(found(typed)) == 1


def test_the_best_fit_stands_first_number_telephone_name_spelling_address() -> None:
    """Four digits are the end of a telephone before they are a flat, and an id before both."""
    kinds = {
        "id": home("1001", "甲", "一社区 1号楼 1单元 1室", ""),
        "phone": home("x2", "乙", "一社区 1号楼 1单元 2室", "5551001"),
        "flat": home("x3", "丙", "一社区 1号楼 1单元 1001室", ""),
    }
    asked = query("1001")
    assert asked is not None
    texts = {kind: text_of(profile) for kind, profile in kinds.items()}
    assert all(asked.fits(text) for text in texts.values())
    assert sorted(texts, key=lambda kind: asked.rank(texts[kind])) == ["id", "phone", "flat"]


def test_nothing_typed_asks_nothing() -> None:
    assert query("  \u3000 ") is None


@pytest.mark.parametrize("typed", ["'", "，", " ， ", "。", "…"])
def test_nothing_but_a_sign_finds_nobody(typed: str) -> None:
    asked = query(typed)
    assert asked is not None
    assert not any(asked.fits(one) for one in TEXTS.values())


def test_numbers_of_an_address_may_be_written_in_chinese() -> None:
    plain, written = query("3号楼2单元501"), query("三号楼二单元501")
    assert plain == written
    assert query("十二号楼") == query("12号楼")


def test_a_name_of_many_readings_does_not_make_a_long_text() -> None:
    assert len(spellings("朴单解仇")) <= 72


def test_letters_and_odd_characters_in_a_name_are_no_error() -> None:
    assert spellings("A王")[0] == "awang"
    assert spellings("😀·") == ()


def test_homes_that_fit_equally_stand_by_their_address() -> None:
    addresses = [
        "桂花花园 3号楼 2单元 501",
        "桂花花园 3号楼 2单元 1001",
        "桂花花园 3号楼 10单元 101",
        "建设路12号院 2号楼 1单元 101",
        "建设路12号院 10号楼 1单元 101",
    ]
    keys = [place_in_order(text_of(Profile("h1", address=one))) for one in addresses]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)
