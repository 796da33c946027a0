"""What people read: complete lists, one sentence each, whatever is missing."""

from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import Any

import pytest

from firmware_contracts.vocabulary import Fault, Hazard, Measure, RejectReason
from hub.core.alerts import AlertKind, Role, Severity, WhatItWas, WhatWasDone
from hub.core.notifications import NotifyReason, Template
from hub.core.reasons import ReasonCode
from hub.core.rules import RoomMeasure
from hub.notify import phrases
from hub.notify.reason_texts import duration_text, reason_text
from hub.notify.texts import alert_text
from tests.notify.notifications import START, notification

SILENT = {"device_id": "mat-7", "silent_s": 2700.0, "never": False}
HIGH = {
    "rule": "pulse",
    "measure": "heart_rate_bpm",
    "value": 131.0,
    "limit": 130.0,
    "side": "above",
    "for_s": 600.0,
}
LOW = {"rule": "o2", "measure": "spo2_percent", "value": 88.5, "limit": 90.0, "side": "below", "for_s": 0.0}

JUMP = {
    "by_s": 10_920,
    "from_local": "2026-03-03 10:00",
    "until_local": "2026-03-03 13:02",
    "alerts": 0,
    "requests": 0,
}
REASONS: list[tuple[ReasonCode, dict[str, Any], str, str]] = [
    (ReasonCode.CALL_PRESSED, {"late_s": 0}, "按下求救键", "the emergency key was pressed"),
    (
        ReasonCode.CALL_PRESSED,
        {"late_s": 240.0},
        "按下求救键（信号迟到4分钟）",
        "the emergency key was pressed (the signal came 4 min late)",
    ),
    (ReasonCode.CALL_PRESSED_AGAIN, {"late_s": 0}, "再次按下求救键", "the emergency key was pressed again"),
    (ReasonCode.URGENT_HELP, {"late_s": 0}, "请求助急", "urgent help was asked for"),
    (ReasonCode.CALL_CANCELLED, {}, "取消", "cancel"),
    (ReasonCode.RAISED_BY_HAND, {}, "手工建单", "by hand"),
    (ReasonCode.UNKNOWN_DEVICE, {"device_id": "b-9", "claimed_home": "h-3"}, "h-3", "device b-9"),
    (
        ReasonCode.UNKNOWN_DEVICE,
        {"device_id": "s-9", "claimed_home": "h-3", "hazard": "smoke", "late_s": 0},
        "未登记的设备s-9报警：烟雾，自称住户h-3",
        "smoke from device s-9, which is not enrolled; it names home h-3",
    ),
    (ReasonCode.UNCONFIRMED_CALL, {}, "无法确认", "not known"),
    (ReasonCode.UNREADABLE_SIGNAL, {"reason": "too_large"}, "（内容过大）", "(too large)"),
    (
        ReasonCode.UNREADABLE_SIGNAL,
        {"reason": "not_json", "hazard": "smoke"},
        "可能是报警：烟雾（不是 JSON）",
        "it may be an alarm: smoke (not JSON)",
    ),
    (ReasonCode.UNREADABLE_TELEMETRY, {"reason": "not_json"}, "（不是 JSON）", "(not JSON)"),
    (ReasonCode.FALL_SUSPECTED, {"late_s": 0}, "疑似跌倒", "a fall is suspected"),
    (ReasonCode.FALL_LYING, {"late_s": 0}, "未起身", "still lying"),
    (ReasonCode.FALL_GOT_UP, {}, "已起身", "got up"),
    (
        ReasonCode.FALL_SUSPECTED,
        {"late_s": 0, "points": 117, "impact_g": 3.2, "turn_deg": 88},
        "撞击 3.2 g，身体转了 88 度，得分 117（满 100 算跌倒）",
        "an impact of 3.2 g and a turn of 88 degrees, 117 points (a fall from 100 on)",
    ),
    (ReasonCode.FALL_TAKEN_BACK, {}, "没有摔", "it was no fall"),
    (ReasonCode.FALL_MOVED, {"device_id": "pir"}, "有人活动", "somebody moved"),
    (
        ReasonCode.LONG_LIE,
        {"for_s": 300},
        "跌倒后5分钟没有看到任何活动",
        "nothing was seen to move for 5 min",
    ),
    (
        ReasonCode.THRESHOLD,
        HIGH,
        "心率131/min，高于或等于130/min已10分钟",
        "heart rate 131/min, at or above 130/min for 10 min",
    ),
    (ReasonCode.THRESHOLD, LOW, "血氧88.5%，低于或等于90%", "SpO2 88.5%, at or below 90%"),
    (
        ReasonCode.THRESHOLD_CLEARED,
        {"measure": "temperature_c", "value": 37.2},
        "体温回到37.2℃",
        "back at 37.2℃",
    ),
    (ReasonCode.IMPLAUSIBLE, {"measure": "glucose_mmol_l", "value": 99}, "血糖读数99 mmol/L", "99 mmol/L"),
    (ReasonCode.NO_VALUE, {"measure": "systolic_mmhg"}, "收缩压", "systolic"),
    (ReasonCode.HAZARD, {"hazard": "carbon_monoxide"}, "一氧化碳", "carbon monoxide"),
    (
        ReasonCode.UNCONFIRMED_HAZARD,
        {"hazard": "smoke"},
        "烟雾，但无法确认",
        "smoke was reported, but when is not known",
    ),
    (ReasonCode.HAZARD_CLEARED, {"hazard": "smoke"}, "烟雾", "smoke"),
    (
        ReasonCode.DEVICE_SILENT,
        SILENT,
        "设备mat-7已45分钟没有消息",
        "device mat-7 has been silent for 45 min",
    ),
    (ReasonCode.DEVICE_SILENT, {**SILENT, "never": True}, "从未上线", "never been heard"),
    (ReasonCode.DEVICE_REMOVED, {"device_id": "mat-7"}, "设备mat-7已拆除", "device mat-7 was taken away"),
    (ReasonCode.DEVICE_BACK, {"device_id": "mat-7"}, "设备mat-7恢复上线", "device mat-7 is back"),
    (ReasonCode.DEVICE_OFFLINE, {"device_id": "mat-7"}, "断线", "offline"),
    (ReasonCode.BATTERY_LOW, {"device_id": "mat-7", "percent": 8}, "8%", "8 %"),
    (
        ReasonCode.READING_HIGH,
        {"measure": "systolic_mmhg", "value": 168, "limit": 160.0},
        "收缩压168 mmHg，达到或高于160 mmHg",
        "systolic pressure 168 mmHg, at or above 160 mmHg",
    ),
    (
        ReasonCode.READING_LOW,
        {"measure": "diastolic_mmhg", "value": 50, "limit": 54.0, "not_repeated": True},
        "达到或低于54 mmHg；请老人再量一次，没有再量",
        "at or below 54 mmHg; asked to measure again, and nobody did",
    ),
    (
        ReasonCode.READING_UNUSUAL,
        {"measure": "heart_rate_bpm", "value": 96, "usual": 62.0},
        "心率96/min，和本人平时（62/min左右）差很多",
        "heart rate 96/min, far from this person's usual 62/min",
    ),
    (
        ReasonCode.READING_CHANGED,
        {"measure": "temperature_c", "value": 38.0, "usual": 36.4},
        "近一周是36.4℃左右",
        "about 36.4℃ in the week before",
    ),
    (
        ReasonCode.EARLY_WARNING,
        {"measure": "score", "value": 6, "missing": "consciousness,respiration", "oldest_s": 10800},
        "至少6分，未知：意识、呼吸；最早的读数是3小时前的",
        "at least 6, not known: consciousness, breathing; the oldest reading is 3 h old",
    ),
    (ReasonCode.BATTERY_RUNS_OUT, {"device_id": "mat-7", "percent": 22, "days": 9}, "约9天", "about 9 days"),
    (
        ReasonCode.WEAK_SIGNAL,
        {"device_id": "cord-1", "dbm": -86, "for_s": 21600.0},
        "信号弱（-86 dBm），已6小时",
        "weak signal (-86 dBm) for 6 h",
    ),
    (
        ReasonCode.STUCK,
        {"device_id": "ox-1", "for_s": 43200.0},
        "12小时一点没变",
        "exactly the same for 12 h",
    ),
    (
        ReasonCode.FLAPPING,
        {"device_id": "ox-1", "fault": "gone", "times": 3},
        "时好时坏（断线），一天内第3次",
        "comes and goes (offline), 3 times",
    ),
    (
        ReasonCode.FAULT_CLEARED,
        {"device_id": "ox-1", "fault": "no_value-spo2_percent"},
        "测不到",
        "without a value",
    ),
    (
        ReasonCode.DEVICE_SILENT,
        {"device_id": "gw-1", "silent_s": 7200, "never": False, "behind": 6},
        "经它的6个设备也听不到",
        "6 devices that speak through it",
    ),
    (
        ReasonCode.THRESHOLD,
        {
            "rule": "room_cold",
            "measure": "room_temperature_c",
            "value": 11.5,
            "limit": 12,
            "side": "below",
            "for_s": 10800.0,
        },
        "室温11.5℃，低于或等于12℃已3小时",
        "room temperature 11.5℃, at or below 12℃ for 3 h",
    ),
    (ReasonCode.BATTERY_LOW, {"device_id": "mat-7", "percent": None}, "电量低", "battery low"),
    (ReasonCode.FAULT, {"device_id": "gw-1", "fault": "mains_failed"}, "断电", "mains failed"),
    (ReasonCode.FAULT_CLEARED, {"device_id": "gw-1", "fault": "tamper"}, "恢复", "no longer tamper"),
    (ReasonCode.COUNTER_LOST, {"device_id": "z-1"}, "启动计数从头开始", "counts its boots"),
    (ReasonCode.COUNTER_STANDS, {"device_id": "z-1"}, "消息编号不再增加", "numbers its messages no longer"),
    (ReasonCode.NOT_BELIEVED, {"device_id": "z-1"}, "设备z-1的消息分不清新旧", "told from old ones"),
    (ReasonCode.TWO_DEVICES, {"device_id": "z-1"}, "设备z-1的编号有两台设备在用", "the id of two devices"),
    (
        ReasonCode.FAULT_CLEARED,
        {"device_id": "z-1", "fault": "two_devices"},
        "两台设备同用一个编号",
        "no longer the id of two devices",
    ),
    (
        ReasonCode.FAULT_CLEARED,
        {"device_id": "z-1", "fault": "no_value-spo2_percent"},
        "测不到数值",
        "readings without a value",
    ),
    (ReasonCode.HAZARD, {"hazard": "smoke", "late_s": 180}, "迟到", "late"),
    (
        ReasonCode.FLOODING,
        {"device_id": "z-1", "kind": "vital", "per_minute": 180_000},
        "设备z-1消息过于频繁：每分钟约180000条（多为体征消息）",
        "device z-1 floods the hub: about 180000 messages a minute (mostly vital signs)",
    ),
    (
        ReasonCode.FLOOD_OVER,
        {"device_id": "z-1", "held_back": 41},
        "只计数未处理41条",
        "41 messages were only",
    ),
    (ReasonCode.SIGNALS_COUNTED, {"times": 940}, "又发来940次信号", "940 more signals of the same device"),
    (ReasonCode.QOS_ZERO, {"device_id": "z-1"}, "网关设置", "gateway's settings"),
    (ReasonCode.CALL_PRESSED, {"late_s": 0, "by_hand_test": "butler-wang"}, "试按时段内", "tested by hand"),
    (
        ReasonCode.CHAIN_TEST_FAILED,
        {"device_id": "v", "hop": "not_sent"},
        "指令没有发出",
        "look at the broker",
    ),
    (ReasonCode.CHAIN_TEST_FAILED, {"device_id": "v", "hop": "no_sign"}, "电源和网络", "its power and link"),
    (ReasonCode.CHAIN_TEST_FAILED, {"device_id": "v", "hop": "no_call"}, "没有发来自检呼叫", "did not come"),
    (
        ReasonCode.CHAIN_TEST_FAILED,
        {"device_id": "v", "hop": "device_failed"},
        "自检未通过",
        "self-test failed",
    ),
    (ReasonCode.CHAIN_TEST_BACK, {"device_id": "v", "took_ms": 80}, "链路自检通过", "came back"),
    (ReasonCode.RESIDENT_GONE, {"resident_id": "e1", "membership": "deceased"}, "离世", "deceased"),
    (ReasonCode.RESIDENT_GONE, {"resident_id": "e1", "membership": "left"}, "退出", "left the service"),
    (
        ReasonCode.DEVICE_ELSEWHERE,
        {"device_id": "b-1", "home_id": "h2", "enrolled_home": "h1"},
        "登记在住户h1，信号却来自住户h2",
        "belongs to home h1 but speaks in home h2",
    ),
    (
        ReasonCode.UNEXPECTED_GATEWAY,
        {"device_id": "b-1", "gateway_id": "gw-2", "home_id": "h1", "gateway_home": "h2"},
        "意外的网关gw-2（登记在住户h2）",
        "gateway gw-2 of home h2",
    ),
    (
        ReasonCode.UNEXPECTED_GATEWAY,
        {"device_id": "b-1", "gateway_id": "gw-9", "home_id": "h1", "gateway_home": None},
        "意外的网关gw-9，请核实",
        "gateway gw-9:",
    ),
    (ReasonCode.DEVICE_IN_PLACE, {"device_id": "b-1"}, "设备b-1的位置已核实", "is where it belongs"),
    (ReasonCode.HOME_UNJUDGED, {"input_seq": 77}, "#77", "#77"),
    (ReasonCode.HOME_UNJUDGED, {"input_seq": 77, "home_id": "h0003"}, "住户h0003", "input #77 of home h0003"),
    (
        ReasonCode.HOME_UNJUDGED,
        {"input_seq": 77, "home_id": "h0003", "device_id": "cord"},
        "住户h0003的输入 #77（设备cord）",
        "input #77 of home h0003 (device cord)",
    ),
    (
        ReasonCode.CLOCK_JUMPED,
        JUMP,
        "快进了3小时2分钟（从2026-03-03 10:00到2026-03-03 13:02）：时钟被向前拨过，或主机睡眠过",
        "by 3 h 2 min at once (from 2026-03-03 10:00 to 2026-03-03 13:02): the clock was set forward, or the machine slept",
    ),
    (
        ReasonCode.SHIFT_GAP,
        {"kind": "nobody", "role": "butler", "place": "东河站", "from_local": "11-24 08:00", "elders": 40},
        "11-24 08:00起东河站没有当班的养老管家",
        "from 11-24 08:00 nobody is on duty as care butler at 东河站",
    ),
    (
        ReasonCode.SHIFT_GAP,
        {"kind": "nobody", "role": "operator", "place": "", "from_local": ""},
        "现在呼叫中心没有当班的坐席",
        "now nobody is on duty as operator at the call-centre",
    ),
    (
        ReasonCode.SHIFT_GAP,
        {"kind": "no_contact", "person": "王敏", "from_local": ""},
        "现在当班的王敏通知不到：没有能用的联系方式，或最近的通知没有送达。请更正联系方式",
        "now 王敏 is on duty and cannot be told: no way of contact works, or the newest notification failed. Put right",
    ),
    (
        ReasonCode.SHIFT_GAP,
        {"kind": "no_butler", "person": "王敏", "elders": 20},
        "20位老人",
        "20 elders have no butler",
    ),
    (
        ReasonCode.SHIFT_GAP,
        {"kind": "desk_empty", "place": "东河站"},
        "东河站开放，没有人值班",
        "nobody is at its desk",
    ),
    (ReasonCode.SHIFT_GAP_OVER, {}, "缺口已补上", "the place is taken"),
    (
        ReasonCode.SILENCE,
        {"since_local": "03-03 09:58", "for_s": 7800, "asked": True, "unusual": 4.8},
        "03-03 09:58以后家里没有动静，已2小时10分钟，平时这个时候不会这么久；语音问过，没有回应",
        "nothing was heard in the home since 03-03 09:58, for 2 h 10 min: unusual at this hour; asked by voice, no answer",
    ),
    (
        ReasonCode.SILENCE,
        {"since_local": "03-03 09:58", "for_s": 7800, "asked": False},
        "平时这个时候不会这么久",
        "unusual at this hour",
    ),
    (
        ReasonCode.NOT_RISEN,
        {"usual": "07:10", "since_local": "03-03 02:11", "for_s": 20_000, "asked": False},
        "平时07:10左右起床，今天还没有起床的动静（最后一次动静03-03 02:11）",
        "usually up at about 07:10, not up yet today (last heard 03-03 02:11)",
    ),
    (
        ReasonCode.LONG_ABSENCE,
        {"since_local": "03-03 09:58", "for_s": 46_800},
        "03-03 09:58出门后没有回来的动静，已13小时",
        "since the door at 03-03 09:58, for 13 h, longer than ever",
    ),
    (ReasonCode.LIFE_AGAIN, {}, "又有动静了", "heard again"),
    (
        ReasonCode.BED_LEFT,
        {"since_local": "02:10", "for_s": 1800},
        "02:10离床，30分钟没有回来",
        "not back for 30 min",
    ),
    (
        ReasonCode.NO_BREATHING,
        {"since_local": "02:10", "for_s": 30},
        "护理床02:10起30秒没有测到呼吸，人还在床上",
        "no breathing for 30 s since 02:10",
    ),
    (
        ReasonCode.RESTLESS,
        {"since_local": "02:10", "for_s": 3600},
        "翻动不安，已1小时",
        "restless in bed since 02:10, for 1 h",
    ),
    (
        ReasonCode.WANDERING,
        {"since_local": "02:10", "for_s": 1200},
        "夜里02:10起在家走动，已20分钟",
        "up and about at night",
    ),
    (
        ReasonCode.NIGHT_DOOR,
        {"since_local": "02:10", "for_s": 180},
        "夜里02:10开了家门",
        "the door was opened at 02:10",
    ),
    (
        ReasonCode.LONG_BATHROOM,
        {"since_local": "08:10", "for_s": 2700},
        "08:10进卫生间，45分钟没有出来",
        "not out for 45 min",
    ),
    (
        ReasonCode.CHANNEL_DOWN,
        {"channel": "webhook", "since_local": "03-03 09:58", "unreached": 3},
        "通知渠道webhook从03-03 09:58起发不出通知，连续3条没有送达",
        "nothing gets through over the channel webhook since 03-03 09:58, 3 in a row did not arrive",
    ),
    (
        ReasonCode.CHANNEL_DOWN,
        {"channel": "webhook", "since_local": "03-03 09:58", "unreached": 0},
        "09:58起发不出通知：",
        "since 03-03 09:58: the phones",
    ),
    (ReasonCode.CHANNEL_BACK, {}, "通知又能送达", "get through again"),
    (ReasonCode.DISK_SCARCE, {"free_percent": 4}, "磁盘只剩4%", "only 4 % of the disk is free"),
    (ReasonCode.DISK_ROOM_AGAIN, {"free_percent": 12}, "消息照常保存", "everything is stored"),
    (ReasonCode.CLOCK_JUMPED, JUMP, "没有警情或服务请求因此到期", "No alert or service request fell due"),
    (
        ReasonCode.CLOCK_JUMPED,
        {
            **JUMP,
            "alerts": 5,
            "requests": 2,
            "homes": 4,
            "home_1": "h1",
            "home_1_address": "3-2-501",
            "home_2": "h2",
        },
        "警情5起（“3-2-501”、住户h2等），到期的服务请求2件",
        "alerts 5 (“3-2-501”, home h2 and others), service requests 2",
    ),
    (
        ReasonCode.STORE_RESTORED,
        {"copy_local": "2026-03-03 04:00", "inputs": 12, "aside": "hub-aside-20260303T040100Z.sqlite"},
        "已换成备份（2026-03-03 04:00）；之后的记录救回12条",
        "of what came since, 12 inputs were saved",
    ),
    (
        ReasonCode.STORE_RESTORED,
        {"copy_local": None, "inputs": 0, "aside": ""},
        "时间不明",
        "an unknown time",
    ),
    (ReasonCode.CLOCK_JUMPED, {**JUMP, "by_s": 200 * 86_400 + 60}, "快进了200天1分钟", "by 200 d 1 min at"),
]


@pytest.mark.parametrize(("code", "data", "zh", "en"), REASONS)
def test_a_reason_says_its_numbers(code: ReasonCode, data: dict[str, Any], zh: str, en: str) -> None:
    text_zh, text_en = reason_text(code, data)
    assert zh in text_zh
    assert en in text_en


def test_every_reason_of_the_list_is_tried() -> None:
    assert {code for code, *_ in REASONS} == set(ReasonCode)


@pytest.mark.parametrize("code", ReasonCode)
@pytest.mark.parametrize(
    "odd", [None, "?", True, -1.5, "x" * 50], ids=["null", "mark", "bool", "negative", "long"]
)
def test_no_reason_fails_for_missing_or_odd_data(code: ReasonCode, odd: object) -> None:
    names = ("late_s", "measure", "value", "limit", "side", "for_s", "hazard", "fault", "device_id")
    rest = ("claimed_home", "reason", "silent_s", "never", "percent", "input_seq", "home_id")
    jumped = ("by_s", "from_local", "until_local", "alerts", "requests", "homes", "home_1")
    for data in ({}, dict.fromkeys((*names, *rest, *jumped), odd)):
        zh, en = reason_text(code, data)
        assert zh
        assert en
        assert "None" not in zh + en


@pytest.mark.parametrize("reason", RejectReason)
def test_why_a_signal_could_not_be_read_is_said_in_words(reason: RejectReason) -> None:
    zh, en = reason_text(ReasonCode.UNREADABLE_SIGNAL, {"reason": reason.value})
    why_zh, why_en = phrases.REJECT_REASONS[reason]
    assert zh.endswith(f"可能是求救（{why_zh}）")
    assert en.endswith(f"may be a call ({why_en})")
    assert reason.value == "empty" or reason.value not in zh + en


def test_a_code_of_a_newer_hub_stands_for_itself() -> None:
    assert reason_text("sleepwalking", {}) == ("sleepwalking", "sleepwalking")


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (5, ("5秒", "5 s")),
        (119, ("119秒", "119 s")),
        (240, ("4分钟", "4 min")),
        (7200, ("2小时", "2 h")),
        (200_000, ("2天", "2 days")),
    ],
)
def test_durations_are_said_in_one_unit(seconds: float, words: tuple[str, str]) -> None:
    assert duration_text(seconds) == words


@pytest.mark.parametrize(
    ("closed", "table"),
    [
        (Severity, phrases.SEVERITIES),
        (AlertKind, phrases.KINDS),
        (Role, phrases.ROLES),
        (WhatItWas, phrases.WHAT_IT_WAS),
        (WhatWasDone, phrases.WHAT_WAS_DONE),
        (Measure, phrases.MEASURES),
        (RoomMeasure, phrases.ROOM_MEASURES),
        (Hazard, phrases.HAZARDS),
        (Fault, phrases.FAULTS),
        (NotifyReason, phrases.WHY_ASKED),
    ],
)
def test_every_value_of_every_closed_list_has_its_words(
    closed: type[StrEnum], table: dict[StrEnum, tuple[str, ...]]
) -> None:
    assert set(table) == set(closed)


def test_a_butler_reads_who_why_and_since_when() -> None:
    assert alert_text(notification()) == (
        "【紧急】求救：王秀英，建设路12号3单元401，按下求救键，08:31起。",
        "[emergency] emergency call: 王秀英, 建设路12号3单元401, the emergency key was pressed, since 08:31.",
    )


@pytest.mark.parametrize(
    ("changes", "zh", "en"),
    [
        ({"reason": NotifyReason.BUSY_BUTLER}, "管家正忙，转给您。", "the butler is busy"),
        ({"reason": NotifyReason.STEP_REPEATED}, "仍无人接警。", "still unanswered."),
        ({"reason": NotifyReason.PRESSED_AGAIN}, "老人又按了。", "pressed again."),
        ({"created_at": START + timedelta(days=1)}, "03-01 08:31起", "since 03-01 08:31"),
        ({"data": {"reason_late_s": 300}}, "信号迟到5分钟", "5 min late"),
        ({"data": {"resident_names": ""}}, "住户home-1（住户待核实）", "resident to be confirmed"),
        (
            {"data": {"resident_unconfirmed": True}},
            "王秀英（住户待核实）",
            "王秀英 (resident to be confirmed)",
        ),
        (
            {"data": {"other_home_id": "h0007"}},
            "3单元401（也可能是另一户：h0007），按下",
            "3单元401 (or another home: h0007), the",
        ),
        ({"data": {"opened_at": "yesterday"}}, "08:31起", "since 08:31"),
        ({"data": {"opened_at": "2024-03-01T08:00:00"}}, "08:31起", "since 08:31"),
        ({"data": {"severity": "technical", "kind": "technical"}}, "【设备异常】", "[technical]"),
        (
            {"template": Template.TAKEN, "data": {"by_role": "deputy", "surname": "赵"}},
            "由代班管家赵处理，您不用再去。",
            "deputy 赵 has it, you need not go.",
        ),
        ({"template": Template.TAKEN}, "由其他人处理", "somebody else has it"),
        (
            {"template": Template.TAKEN, "data": {"by_role": "operator"}},
            "由值班员处理，您不用再去。",
            "the operator on duty has it, you need not go.",
        ),
        (
            {
                "template": Template.TAKEN,
                "reason": NotifyReason.TAKEN_OVER,
                "data": {"by_role": "deputy", "surname": "赵"},
            },
            "求救，改由代班管家赵接手，还没到的不用再去；已在现场，请先和接手的人通话再离开。",
            "deputy 赵 has taken it over from you: you need not go; if you are there, speak with them before you leave.",
        ),
        (
            {
                "template": Template.RESOLVED,
                "data": {"what_it_was": "fall_unhurt", "what_was_done": "on_site"},
            },
            "已处置：王秀英，建设路12号3单元401，求救，上门处置。",
            "emergency call, settled on site.",
        ),
        (
            {"template": Template.RESOLVED, "data": {"what_it_was": "mistake", "what_was_done": "by_phone"}},
            "求救，误按，电话处置。",
            "emergency call, pressed by mistake, settled by phone.",
        ),
        ({"template": Template.RESOLVED}, "已处置：王秀英", "Resolved: 王秀英"),
    ],
)
def test_what_else_is_said(changes: dict[str, Any], zh: str, en: str) -> None:
    text_zh, text_en = alert_text(notification(**changes))
    assert zh in text_zh
    assert en in text_en


@pytest.mark.parametrize("template", [Template.ALERT, Template.TAKEN, Template.RESOLVED])
def test_a_page_without_any_data_is_still_a_sentence(template: Template) -> None:
    page = notification(template=template)
    bare = type(page)(**{**{name: getattr(page, name) for name in page.__slots__}, "data": {}})
    for text in alert_text(bare):
        assert "home-1" in text
        assert "None" not in text
        assert text.endswith(("。", "."))


@pytest.mark.parametrize(
    ("template", "data", "zh", "en"),
    [
        (
            Template.REQUEST_ASSIGNED,
            {"category": "meals", "due_at": "2024-03-01T02:30:00+00:00", "phone": "0371-1", "note": "少盐"},
            "【派单】助餐：李桂英，槐荫街，电话0371-1，请在10:30前完成，备注：少盐。",
            "[assigned] meals: 李桂英, 槐荫街, telephone 0371-1, please do it before 10:30, note: 少盐.",
        ),
        (
            Template.REQUEST_ASSIGNED,
            {"category": "mistaken_presses", "presses": 3, "due_at": "2024-03-04T02:30:00+00:00"},
            "【派单】防误按（误按3次，请移位置、加盖或再教一遍）：李桂英，槐荫街，请在03-04 10:30前完成。",
            "[assigned] mistaken presses (3 of them: move it, cover it, show it again): 李桂英, 槐荫街, "
            "please do it before 03-04 10:30.",
        ),
        (
            Template.REQUEST_OVERDUE,
            {"category": "shopping", "assignee": "王", "due_at": "2024-02-29T08:00:00+00:00"},
            "【超时】助购：李桂英，槐荫街，应在02-29 16:00前完成，已派给王。",
            "[overdue] shopping: 李桂英, 槐荫街, it was due 02-29 16:00, assigned to 王.",
        ),
        (
            Template.REQUEST_TAKEN_BACK,
            {"category": "cleaning", "cancel_reason": "withdrawn"},
            "【取消】助洁：李桂英，槐荫街，老人不需要了，您不用再去。",
            "[cancelled] cleaning: 李桂英, 槐荫街, withdrawn by the elder, you need not go.",
        ),
        (Template.REQUEST_OVERDUE, {"due_at": "soon"}, None, None),
    ],
)
def test_what_is_said_about_a_service_request(
    template: Template, data: dict[str, Any], zh: str | None, en: str | None
) -> None:
    where = {"resident_names": "李桂英", "address": "槐荫街"}
    told = replace(notification(template=template), request_id="R-1", data={**where, **data})
    said = alert_text(told)
    if zh is None:
        assert said[0] == "【超时】求助：李桂英，槐荫街，还没有派单。"
    else:
        assert said == (zh, en)


_ADDRESSES = {"h0001": "桂花花园1号楼", "h0007": "海棠花园3号楼"}
_SWAPPED = {
    "reason_code": "device_elsewhere",
    "reason_device_id": "b-9",
    "reason_home_id": "h0001",
    "reason_enrolled_home": "h0007",
    "other_home_id": "h0007",
}


@pytest.mark.parametrize("role", Role)
def test_who_goes_to_the_door_reads_both_addresses_and_nobody_else(role: Role) -> None:
    """A device heard in two homes: whoever may have to go to either reads where both are; family and neighbours do not."""
    told = alert_text(notification(data={**_SWAPPED, "role": role.value}), address_of=_ADDRESSES.get)
    goes = role.value in {"butler", "deputy", "elder_helper", "centre_duty", "operator", "duty_manager"}
    for text in told:
        assert text.count("海棠花园3号楼") == (2 if goes else 0)
        assert text.count("桂花花园1号楼") == (1 if goes else 0)
    assert "也可能是另一户" in told[0]
    assert "or another home" in told[1]
