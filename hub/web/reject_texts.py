"""What the page of rejected messages says, in Chinese, of the reader's complaint that is kept with each in English."""

import re
from collections.abc import Callable
from typing import Final

Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]

FIELDS: Final = {
    # Of the contract's fields, what a person calls them; any other stands as it is written.
    "v": "约定版本",
    "boot": "启动次数",
    "seq": "消息序号",
    "uptime_ms": "开机时长",
    "device_time": "设备时间",
    "gateway": "网关",
    "rssi_dbm": "信号强度",
    "battery_percent": "电量",
    "event_id": "事件编号",
    "cancels": "取消哪个事件",
    "age_ms": "距发生多久",
    "action": "按键含义",
    "category": "服务类别",
    "phase": "跌倒阶段",
    "window": "加速度记录",
    "readings": "测量值",
    "state": "状态",
    "moving": "有无活动",
    "smoke": "烟雾",
    "gas": "燃气",
    "water": "水浸",
    "carbon_monoxide": "一氧化碳",
    "temperature_c": "温度",
    "humidity_percent": "湿度",
    "online": "是否在线",
    "model": "型号",
    "firmware": "固件版本",
    "fault": "故障",
    "active": "是否仍有",
    "detail": "说明",
}


def _rules(*rules: tuple[str, str | Callable[[re.Match[str]], str]]) -> tuple[Rule, ...]:
    return tuple((re.compile(pattern, re.DOTALL), words) for pattern, words in rules)


def _values(match: re.Match[str]) -> str:
    return "只能是：" + "、".join(re.findall(r"'([^']*)'", match[0]) or [match[1]])


_VALUE: Final = _rules(
    # The validator's messages about one value, with the field before them or, of the whole message, without.
    (r"Field required", "缺少，必须填写"),
    (r"Input should be a valid integer", "应为整数"),
    (r"Input should be a valid (?:number|decimal)", "应为数字"),
    (r"Input should be a finite number", "应为有限的数字"),
    (r"Input should be a valid string", "应为文本"),
    (r"Input should be a valid boolean", "应为 true 或 false"),
    (r"Input should be a valid (?:list|array|tuple)", "应为列表"),
    (r"Input should be (?:a valid dictionary|an object|a valid object)", "应为 {…}"),
    (r"Input should be a time as text", "应为文本写的时间，或 null"),
    (r"Input should be greater than or equal to (\S+)", r"不能小于 \1"),
    (r"Input should be less than or equal to (\S+)", r"不能大于 \1"),
    (r"Input should be ('.*)", _values),
    (r"Unable to parse input string as an integer", "数字过大"),
    (r"String should match pattern", "有不允许的字符，或太短、太长"),
    (r"String should have at least (\d+)", r"至少 \1 个字符"),
    (r"String should have at most (\d+)", r"最多 \1 个字符"),
    (r"\w+ should have at least (\d+)", r"至少 \1 项"),
    (r"\w+ should have at most (\d+)", r"最多 \1 项"),
    (r"Value error, category is mandatory", "服务类别（category）：只在 action 为 service 时填，且必须填"),
    (r"Value error, impact_index points", "impact_index 超出了最后一个采样"),
    (r"Value error, an environment message names", "环境消息至少要有一项报警或温湿度"),
)

_JSON: Final = _rules(
    (r"EOF while parsing", "内容没有写完"),
    (r"trailing characters", "JSON 后面还有多余的内容"),
    (r"trailing comma", "逗号多余"),
    (r"key must be a string", "名称要用双引号"),
    (r"control character", "文本里有控制字符"),
    (r"invalid number", "数字写法不对"),
    (r"number out of range", "数字过大"),
    (r"recursion limit", "嵌套过深"),
    (r".*escape", "转义写法不对"),
    (r"expected value", "这里应有一个值"),
    (r"", "写法不对"),
)

_WHOLE: Final = _rules(
    (r"the payload has no bytes", "没有任何内容"),
    (r"(\d+) bytes; at most (\d+)", r"共 \1 字节，最多 \2 字节"),
    (r"byte (\d+) is not UTF-8", lambda match: f"第 {int(match[1]) + 1} 个字节不是 UTF-8"),
    (r"a byte order mark", "JSON 前面有字节顺序标记（BOM），请去掉"),
    (r"v must be the number 1", "约定版本（v）：必须是数字 1"),
    (r"the JSON is not an object: set", "请把 Zigbee2MQTT 的 advanced.output 设为 json"),
    (r"the JSON is not an object", "最外层应为 {…}"),
    (r"no family that the hub knows", "主题应为 care/v1/… 或 z2m/v1/…"),
    (r"the topic is not (\S+)", r"主题应为 \1"),
    (r"cell, home or device holds", "主题里的编号有不允许的字符，或过长"),
    (r"cell or home holds", "主题里的编号有不允许的字符"),
    (r"the last part of the topic is none of: (.*)", r"主题最后一段只能是：\1"),
    (r"no device (\S+) is enrolled in (\S+)", r"\2 没有登记设备 \1"),
    (r"the hub failed to read it \((\w+)\)", r"本系统读取时出错（\1），请上报"),
    (r"the hub failed to keep it \((\w+)\)", r"本系统保存时出错（\1），请上报"),
    (r"availability is neither", "在线状态只能是 online 或 offline"),
)

_PLACE: Final = re.compile(r"(.*) at line (\d+) column (\d+)", re.DOTALL)
_FIELD: Final = re.compile(r"([^\s:]+): (.*)", re.DOTALL)


def in_chinese(detail: str) -> str:
    """The complaint with its field in Chinese; empty for one that is not known, of which the reason says enough."""
    known = _said(_WHOLE, detail) or _said(_VALUE, detail)
    if known:
        return known
    placed = _PLACE.fullmatch(detail)
    if placed is not None:
        return f"第 {placed[2]} 行第 {placed[3]} 列：{_said(_JSON, placed[1])}"
    told = _FIELD.fullmatch(detail)
    if told is None:
        return ""
    field, words = told[1], _said(_VALUE, told[2]) or "填得不对"
    name = FIELDS.get(field.split(".")[0])
    return f"{name}（{field}）：{words}" if name else f"{field}：{words}"


def _said(rules: tuple[Rule, ...], text: str) -> str:
    for pattern, words in rules:
        match = pattern.match(text)
        if match is not None:
            return match.expand(words) if isinstance(words, str) else words(match)
    return ""
