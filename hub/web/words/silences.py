"""Silences: what nobody is told for a while."""

from hub.web.words.said import Words

WORDS: dict[str, Words] = {
    "silence.title": Words("暂停提醒", "Silences"),
    "silence.all": Words("暂停提醒", "Silences"),
    "silence.lead": Words(
        "这些异常现在不提醒任何人，到时间仍未恢复就补报。求救、跌倒、烟雾、燃气、漏水和一切紧急情况不能暂停。",
        "Nobody is told of these for now; what still lasts when the time is up is told then. Calls, falls, smoke, gas, water and "
        "every emergency cannot be silenced.",
    ),
    "silence.of": Words("暂停什么", "What"),
    "silence.why": Words("为什么", "Why"),
    "silence.holds": Words("压住的异常", "Held back"),
    "silence.holds_nothing": Words("没有压住的异常", "nothing held back"),
    "silence.ends": Words("到何时", "Until"),
    "silence.until": Words("到 {at}", "until {at}"),
    "silence.planned": Words("尚未开始", "planned"),
    "silence.none": Words("现在没有暂停的提醒。", "Nothing is silenced now."),
    "silence.here": Words("这户现有的暂停", "In this home"),
    "silence.none_here": Words("这户没有暂停的提醒。", "Nothing is silenced in this home."),
    "silence.set": Words("暂停提醒", "Silence"),
    "silence.end": Words("恢复提醒", "End it now"),
    "silence.device": Words("哪台设备", "Which device"),
    "silence.whole_home": Words("整户", "the whole home"),
    "silence.note": Words("说明", "Note"),
    "silence.from": Words("从（不填为现在）", "From (empty: now)"),
    "silence.until_when": Words("到", "Until"),
    "silence.hint": Words(
        "设备、室温最长14天，作息最长7天，读数最长3天。恢复时还没好的，当场补报。",
        "Devices and climate 14 days at most, days and nights 7, readings 3. What is not well when it ends is told at once.",
    ),
    "silence.order": Words(
        "“到”要晚于“从”，也要晚于现在。", "“Until” must be later than “from”, and later than now."
    ),
    "silence.too_long": Words("这一种最长只能暂停{days}天。", "This kind lasts {days} days at most."),
    "silence.needs_note": Words("选“其他”要写说明。", "Another reason than those listed needs a note."),
    "silence.not_yours": Words(
        "您的岗位不能暂停这一种提醒，请找坐席。", "Your role cannot silence this kind; ask the desk."
    ),
    "silence.now_here": Words("暂停提醒中", "Silenced"),
    "silence_of.devices": Words("设备故障", "device faults"),
    "silence_of.readings": Words("体征读数", "vital signs"),
    "silence_of.days": Words("作息与夜间", "days and nights"),
    "silence_of.climate": Words("室温湿度", "room climate"),
    "silence_reason.maintenance": Words("检修", "maintenance"),
    "silence_reason.building_works": Words("施工或停电", "building works, no power"),
    "silence_reason.awaits_part": Words("等配件", "waits for a part"),
    "silence_reason.being_dealt_with": Words("已知，有人在处理", "known and being dealt with"),
    "silence_reason.visitors": Words("家中有客", "guests stay there"),
    "silence_reason.other": Words("其他", "other"),
    "nav.silences": Words("暂停提醒", "Silences"),
    "entry.silence_set": Words(
        "{by}暂停提醒：{silence}（{silence_reason}）", "{by} silenced {silence} ({silence_reason})"
    ),
    "entry.silence_ended": Words("暂停提醒结束：{silence}", "The silence of {silence} is over"),
    "entry.sign_held_back": Words("暂停中，未提醒：{why}", "Held back by a silence: {why}"),
}
