"""Messages that nobody could read are explained in the page's language: which field, and what is wrong with it."""

import html
import json
import re

import pytest

from firmware_contracts.messages import MESSAGES
from firmware_contracts.reading import Unreadable, read
from firmware_contracts.vocabulary import Kind, RejectReason
from hub.engine.placing import UNKNOWN_DEVICE
from hub.engine.rescue import FAILED
from hub.web.reject_texts import FIELDS, in_chinese
from hub.web.words import say
from tests.web.running import RunningHub

CALL = {"v": 1, "boot": 1, "seq": 1, "uptime_ms": 5, "device_time": None, "event_id": "e-000001", "age_ms": 0}
SERVICE = {**CALL, "action": "service", "category": "meals"}


def call(**changed: object) -> bytes:
    return json.dumps({**SERVICE, **changed}).encode()


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        (b'{"v":1}', "启动次数（boot）：缺少，必须填写"),
        (call(boot="x"), "启动次数（boot）：应为整数"),
        (call(boot=-1), "启动次数（boot）：不能小于 0"),
        (call(battery_percent=101), "电量（battery_percent）：不能大于 100"),
        (call(device_time=5), "设备时间（device_time）：应为文本写的时间，或 null"),
        (call(event_id="no way at all"), "事件编号（event_id）：有不允许的字符"),
        (call(action="sing"), "按键含义（action）：只能是："),
        (call(category=None), "服务类别（category）：只在"),
        (call(v=2), "约定版本（v）：必须是数字 1"),
        (b"?", "第 1 行第 1 列：这里应有一个值"),
        (b'{"v":1', "第 1 行第 6 列：内容没有写完"),
        (b'{"v":1} x', "JSON 后面还有多余的内容"),
        (b'{"v" 1}', "写法不对"),
        (b"[" * 400, "嵌套过深"),
        (b"[]", "最外层应为 {…}"),
        (b"", "没有任何内容"),
        (b"\xff", "第 1 个字节不是 UTF-8"),
        (b"\xef\xbb\xbf{}", "字节顺序标记"),
        (b"x" * 70_000, "共 70000 字节，最多"),
    ],
)
def test_what_the_reader_complains_of_is_said_in_chinese(payload: bytes, words: str) -> None:
    refused = read(Kind.CALL, payload)
    assert isinstance(refused, Unreadable)
    assert words in in_chinese(refused.detail)


def test_every_field_of_the_contract_has_a_name_for_people() -> None:
    assert {field for message in MESSAGES.values() for field in message.model_fields} == set(FIELDS)


@pytest.mark.parametrize("reason", [*RejectReason, FAILED, UNKNOWN_DEVICE])
def test_every_reason_that_the_hub_keeps_is_said_in_words(reason: str) -> None:
    assert say("zh", f"reject.{reason}") != reason


def test_a_complaint_that_is_not_known_is_left_to_the_reason() -> None:
    assert in_chinese("something new went wrong") == ""
    assert in_chinese("boot: Something new") == "启动次数（boot）：填得不对"


def test_the_page_says_it_in_its_language_with_the_readers_own_words_beneath(
    hub: RunningHub, home_id: str
) -> None:
    hub.deliver(f"care/v1/demo/{home_id}/nobody/vital", b'{"v":1}')
    first = {}
    for language in ("zh", "en"):
        with hub.browser("chen") as client:
            client.cookies.set("care_language", language)
            page = html.unescape(client.get("/rejected", headers={"accept": "text/html"}).text)
            first[language] = page[: page.index("<details>")]
    assert "启动次数（boot）：缺少，必须填写" in first["zh"]
    assert re.search(r'class="hint"[^>]*>boot: Field required<', first["zh"])
    assert first["en"].count("boot: Field required") == 1
    assert "启动次数" not in first["en"]
