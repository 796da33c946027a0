"""The order in which people look for names and addresses."""

import random

import pytest

from hub.directory.in_order import in_order, name_in_order


@pytest.mark.parametrize(
    "in_their_order",
    [
        # Buildings, stairs and flats as numbers, however they are written.
        ["桂花园 2号楼", "桂花园 10号楼", "桂花园 21号楼"],
        ["桂花园 3-2-501", "桂花园 3-2-1001", "桂花园 3-10-101", "桂花园 12-1-101"],
        ["桂花园 3号楼 2单元 501", "桂花园 3号楼 10单元 101"],
        ["一号楼", "2号楼", "十号楼", "11号楼", "二十号楼", "一百零三号楼", "104号楼"],
        ["１号楼", "2号楼", "０3号楼"],
        ["A座 9", "a座 10", "B座 1"],
        # Characters as they are read, not as they are coded: 丁 dīng, 海 hǎi, 木 mù, 石 shí, 银 yín, 紫 zǐ.
        ["丁香园", "海棠园", "木槿园", "石榴园", "银杏园", "紫藤园"],
        ["西安路", "先锋路"],
        # The wider region before what lies in it.
        ["二七区 福华街道", "二七区 福华街道 1号院", "金水区"],
        ["", "二七区"],
    ],
)
def test_a_list_stands_in_the_order_in_which_people_look_for_it(in_their_order: list[str]) -> None:
    shuffled = random.Random(7).sample(in_their_order, len(in_their_order))
    assert sorted(shuffled, key=in_order) == in_their_order


def test_a_surname_is_read_as_one() -> None:
    people = ["赵玉兰", "曾红霞", "程淑华", "孙秀英", "单福来"]
    assert sorted(people, key=name_in_order) == ["程淑华", "单福来", "孙秀英", "曾红霞", "赵玉兰"]


def test_a_number_too_long_for_any_door_is_still_a_number() -> None:
    assert sorted(["9" * 30, "1" + "0" * 30], key=in_order) == ["9" * 30, "1" + "0" * 30]
