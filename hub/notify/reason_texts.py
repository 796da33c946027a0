"""Why an alert was raised, in words: a code of the closed list and its numbers become one Chinese and one English phrase.

Used by the texts sent to people and by the console. A number that is missing or unreadable is left out: a page is never lost
because its wording failed.
"""

from collections.abc import Callable, Mapping
from math import isfinite
from typing import Final

from firmware_contracts.vocabulary import Fault, Hazard, RejectReason
from hub.core.alerts import Role
from hub.core.home import Hop
from hub.core.reasons import ReasonCode
from hub.core.rules import Side
from hub.notify.phrases import (
    FAULTS,
    HAZARDS,
    MEASURES,
    PARAMETERS,
    REJECT_REASONS,
    ROLES,
    ROOM_MEASURES,
    Words,
)

Data = Mapping[str, object]

_MINUTE: Final = 60
_HOUR: Final = 3600
_DAY: Final = 86_400


def reason_text(code: str, data: Data) -> Words:
    """Phrases without a full stop, in Chinese and English. A code that is not in the list stands for itself."""
    try:
        known = ReasonCode(code)
    except ValueError:
        return code, code
    return _TEXTS[known](data)


AddressOf = Callable[[str], str | None]
"""The address of a home by its id."""

_JUMPED_HOMES: Final = ("home_1", "home_2", "home_3")
_HOMES: Final = ("home_id", "enrolled_home", "gateway_home", "claimed_home", *_JUMPED_HOMES)


def with_addresses(data: Data, address_of: AddressOf) -> Data:
    """The numbers of a reason with the address of each home that they name: whoever goes there finds no door by an id."""
    found = {f"{key}_address": address_of(home) for key in _HOMES if (home := _word(data, key))}
    return {**data, **{key: address for key, address in found.items() if address}}


def duration_text(seconds: float) -> Words:
    """A duration as people say it: the two units would only be noise, the largest is enough up to two of it."""
    if seconds < 2 * _MINUTE:
        return f"{seconds:.0f}秒", f"{seconds:.0f} s"
    if seconds < 2 * _HOUR:
        return f"{seconds / _MINUTE:.0f}分钟", f"{seconds / _MINUTE:.0f} min"
    if seconds < 2 * _DAY:
        return f"{seconds / _HOUR:.0f}小时", f"{seconds / _HOUR:.0f} h"
    return f"{seconds / _DAY:.0f}天", f"{seconds / _DAY:.0f} days"


def _fixed(zh: str, en: str) -> Callable[[Data], Words]:
    return lambda data: (zh, en)


def _late(zh: str, en: str) -> Callable[[Data], Words]:
    """A phrase that says, where it came late, how late."""

    def text(data: Data) -> Words:
        late_s = _number(data, "late_s")
        if not late_s:
            return zh, en
        late_zh, late_en = duration_text(late_s)
        return f"{zh}（信号迟到{late_zh}）", f"{en} (the signal came {late_en} late)"

    return text


def _number(data: Data, key: str) -> float | None:
    value = data.get(key)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _word(data: Data, key: str) -> str:
    value = data.get(key)
    return "" if value is None else str(value)


def _device(data: Data) -> Words:
    device_id = _word(data, "device_id")
    return (f"设备{device_id}", f"device {device_id}") if device_id else ("设备", "a device")


def _measure(data: Data) -> tuple[str, str, str]:
    name = _word(data, "measure")
    return _MEASURES.get(name, (name or "体征", name or "a vital sign", ""))


_MEASURES: Final[Mapping[str, tuple[str, str, str]]] = {
    **{measure.value: words for measure, words in MEASURES.items()},
    **{measure.value: words for measure, words in ROOM_MEASURES.items()},
}


def _value(data: Data, key: str, unit: str) -> str:
    number = _number(data, key)
    if number is None:
        return "?"
    space = "" if unit in {"%", "℃", "/min"} else " "
    return f"{number:.10g}{space}{unit}"


def _threshold(data: Data) -> Words:
    zh, en, unit = _measure(data)
    value, limit = _value(data, "value", unit), _value(data, "limit", unit)
    below = _word(data, "side") == Side.BELOW
    side_zh, side_en = ("低于或等于", "at or below") if below else ("高于或等于", "at or above")
    for_s = _number(data, "for_s")
    if not for_s:
        return f"{zh}{value}，{side_zh}{limit}", f"{en} {value}, {side_en} {limit}"
    for_zh, for_en = duration_text(for_s)
    return f"{zh}{value}，{side_zh}{limit}已{for_zh}", f"{en} {value}, {side_en} {limit} for {for_en}"


def _threshold_cleared(data: Data) -> Words:
    zh, en, unit = _measure(data)
    value = _value(data, "value", unit)
    return f"{zh}回到{value}", f"{en} is back at {value}"


def _reading(zh: str, en: str) -> Callable[[Data], Words]:
    """A reading beyond a limit: `zh` and `en` say on which side."""

    def words(data: Data) -> Words:
        name_zh, name_en, unit = _measure(data)
        value, limit = _value(data, "value", unit), _value(data, "limit", unit)
        again_zh, again_en = _not_repeated(data)
        if "usual" in data:
            usual = _value(data, "usual", unit)
            again_zh, again_en = f"（本人平时{usual}左右）{again_zh}", f" (usually about {usual}){again_en}"
        return f"{name_zh}{value}，{zh}{limit}{again_zh}", f"{name_en} {value}, {en} {limit}{again_en}"

    return words


def _reading_unusual(data: Data) -> Words:
    name_zh, name_en, unit = _measure(data)
    value, usual = _value(data, "value", unit), _value(data, "usual", unit)
    again_zh, again_en = _not_repeated(data)
    return (
        f"{name_zh}{value}，和本人平时（{usual}左右）差很多{again_zh}",
        f"{name_en} {value}, far from this person's usual {usual}{again_en}",
    )


def _reading_changed(data: Data) -> Words:
    name_zh, name_en, unit = _measure(data)
    value, usual = _value(data, "value", unit), _value(data, "usual", unit)
    return f"{name_zh}{value}，近一周是{usual}左右", f"{name_en} {value}, about {usual} in the week before"


def _not_repeated(data: Data) -> Words:
    if data.get("not_repeated") is not True:
        return "", ""
    return "；请老人再量一次，没有再量", "; asked to measure again, and nobody did"


def _early_warning(data: Data) -> Words:
    points, missing = _count(data, "value"), [one for one in _word(data, "missing").split(",") if one]
    zh = f"早期预警评分（NEWS2）至少{points}分"
    en = f"early-warning score (NEWS2) at least {points}"
    if missing:
        names = [PARAMETERS.get(one, (one, one)) for one in missing]
        zh += f"，未知：{'、'.join(name for name, _ in names)}"
        en += f", not known: {', '.join(name for _, name in names)}"
    old = _count(data, "oldest_s")
    if old >= _MINUTE:
        old_zh, old_en = duration_text(old)
        zh, en = f"{zh}；最早的读数是{old_zh}前的", f"{en}; the oldest reading is {old_en} old"
    return zh, en


def _implausible(data: Data) -> Words:
    zh, en, unit = _measure(data)
    value = _value(data, "value", unit)
    return f"{zh}读数{value}不可信，请检查设备", f"{en} reading {value} cannot be true: check the device"


def _no_value(data: Data) -> Words:
    zh, en, _ = _measure(data)
    return f"{zh}没有测到，请检查佩戴", f"no {en} could be measured: check how it is worn"


def _hazard(data: Data) -> Words:
    name = _word(data, "hazard")
    try:
        return HAZARDS[Hazard(name)]
    except ValueError:
        return name or "险情", name or "danger"


def _hazard_found(data: Data) -> Words:
    zh, en = _hazard(data)
    return _late(f"家中报警：{zh}", f"{en} found in the home")(data)


def _fall_suspected(data: Data) -> Words:
    """With what the acceleration showed, where the hub judged it."""
    zh, en = _late("疑似跌倒", "a fall is suspected")(data)
    impact, turn, points = (_number(data, key) for key in ("impact_g", "turn_deg", "points"))
    if impact is None or turn is None or points is None:
        return zh, en
    return (
        f"{zh}：撞击 {impact:g} g，身体转了 {turn:g} 度，得分 {points:g}（满 100 算跌倒）",
        f"{en}: an impact of {impact:g} g and a turn of {turn:g} degrees, {points:g} points (a fall from 100 on)",
    )


def _long_lie(data: Data) -> Words:
    zh, en = duration_text(_number(data, "for_s") or 0)
    return f"跌倒后{zh}没有看到任何活动", f"nothing was seen to move for {en} after the fall"


def _hazard_unconfirmed(data: Data) -> Words:
    (zh, en), (home_zh, home_en) = _hazard(data), _claimed(data)
    return (
        f"收到报警：{zh}{home_zh}，但无法确认是何时发出的，请致电核实",
        f"{en} was reported{home_en}, but when is not known: telephone the home",
    )


def _hazard_cleared(data: Data) -> Words:
    zh, en = _hazard(data)
    return f"报警解除：{zh}", f"{en} no longer found"


def _silent(data: Data) -> Words:
    zh, en = _device(data)
    silent_s = _number(data, "silent_s")
    if data.get("never") is True:
        return f"{zh}安装后从未上线", f"{en} has never been heard since it was enrolled"
    if silent_s is None:
        return f"{zh}没有消息", f"{en} is silent"
    for_zh, for_en = duration_text(silent_s)
    behind = _count(data, "behind")
    if behind:
        return (
            f"{zh}已{for_zh}没有消息，经它的{behind}个设备也听不到",
            f"{en} has been silent for {for_en}, and with it {behind} devices that speak through it",
        )
    return f"{zh}已{for_zh}没有消息", f"{en} has been silent for {for_en}"


def _battery_runs_out(data: Data) -> Words:
    (zh, en), percent, days = _device(data), _count(data, "percent"), _count(data, "days")
    return (
        f"{zh}的电池剩{percent}%，按现在的速度约{days}天后用完",
        f"the battery of {en} is at {percent} % and will be empty in about {days} days",
    )


def _weak_signal(data: Data) -> Words:
    (zh, en), dbm, (long_zh, long_en) = _device(data), _count(data, "dbm"), _span(_count(data, "for_s"))
    return (
        f"{zh}信号弱（{dbm} dBm），已{long_zh}：换个位置，或加中继",
        f"{en} has had a weak signal ({dbm} dBm) for {long_en}: move it, or add a repeater",
    )


def _stuck(data: Data) -> Words:
    (zh, en), (long_zh, long_en) = _device(data), _span(_count(data, "for_s"))
    return (
        f"{zh}的读数{long_zh}一点没变，请检查设备",
        f"{en} has told exactly the same for {long_en}: check it",
    )


def _flapping(data: Data) -> Words:
    (zh, en), (fault_zh, fault_en), times = _device(data), _fault(data), _count(data, "times")
    return (
        f"{zh}时好时坏（{fault_zh}），一天内第{times}次；平稳一阵子才算好",
        f"{en} comes and goes ({fault_en}), {times} times within a day; it counts as mended once it stays calm",
    )


def _about_device(zh: str, en: str) -> Callable[[Data], Words]:
    def text(data: Data) -> Words:
        device_zh, device_en = _device(data)
        return f"{device_zh}{zh}", f"{device_en} {en}"

    return text


def _battery(data: Data) -> Words:
    zh, en = _device(data)
    percent = _number(data, "percent")
    if percent is None:
        return f"{zh}电量低，请换电池", f"{en}: battery low, change it"
    return f"{zh}电量{percent:.0f}%，请换电池", f"{en}: battery at {percent:.0f} %, change it"


_SIGNS = {
    "no_value": ("测不到数值", "readings without a value"),
    "implausible": ("读数不可信", "readings that nobody can have"),
    "not_believed": ("消息分不清新旧", "sending messages that cannot be told from old ones"),
    "two_devices": ("两台设备同用一个编号", "the id of two devices"),
    "unreadable": ("消息读不懂", "messages nobody can read"),
    "battery_runs_out": ("电池快用完", "about to run out of battery"),
    "weak_signal": ("信号弱", "weak in its signal"),
    "stuck": ("读数不变", "telling the same for ever"),
    "silent": ("没有消息", "silent"),
    "gone": ("断线", "offline"),
    "elsewhere": ("信号来自另一户", "heard in another home"),
    "gateway": ("走了别家网关", "behind another home's gateway"),
    "flooding": ("消息过多", "flooding"),
    "counter_lost": ("启动计数重来", "counting its boots anew"),
    "counter_stands": ("消息编号不动", "standing still with its numbers"),
}
"""What a device was accused of besides the contract's faults."""


def _fault(data: Data) -> Words:
    name = _word(data, "fault").partition("-")[0]
    if name in _SIGNS:
        return _SIGNS[name]
    try:
        return FAULTS[Fault(name)]
    except ValueError:
        return name or "故障", name or "fault"


def _fault_came(data: Data) -> Words:
    (device_zh, device_en), (zh, en) = _device(data), _fault(data)
    return f"{device_zh}：{zh}", f"{device_en}: {en}"


def _fault_went(data: Data) -> Words:
    (device_zh, device_en), (zh, en) = _device(data), _fault(data)
    return f"{device_zh}恢复（{zh}）", f"{device_en}: no longer {en}"


def _unknown_device(data: Data) -> Words:
    zh, en = _device(data)
    told_zh, told_en = "求救", "call"
    if _word(data, "hazard"):
        hazard_zh, told_en = _hazard(data)
        told_zh = f"报警：{hazard_zh}"
    home_zh, home_en = _claimed(data)
    return f"未登记的{zh}{told_zh}{home_zh}", f"{told_en} from {en}, which is not enrolled{home_en}"


def _claimed(data: Data) -> Words:
    if not _word(data, "claimed_home"):
        return "", ""
    zh, en = _home(data, "claimed_home")
    return f"，自称{zh}", f"; it names {en}"


def _rejected(data: Data) -> Words:
    name = _word(data, "reason")
    try:
        return REJECT_REASONS[RejectReason(name)]
    except ValueError:
        return name, name


def _unreadable(zh: str, en: str) -> Callable[[Data], Words]:
    def text(data: Data) -> Words:
        why_zh, why_en = _rejected(data)
        return (f"{zh}（{why_zh}）", f"{en} ({why_en})") if why_zh else (zh, en)

    return text


def _unreadable_signal(data: Data) -> Words:
    if not _word(data, "hazard"):
        return _unreadable(
            "求救设备发来的信号无法读取，可能是求救",
            "a call device sent what cannot be read; it may be a call",
        )(data)
    zh, en = _hazard(data)
    return _unreadable(
        f"报警器发来的信号无法读取，可能是报警：{zh}",
        f"a detector sent what cannot be read; it may be an alarm: {en}",
    )(data)


def _unjudged(data: Data) -> Words:
    number, home = _number(data, "input_seq"), _word(data, "home_id")
    at = "" if number is None else f" #{number:.0f}"
    of_zh, of_en = (f"住户{home}的", f" of home {home}") if home else ("", "")
    device = _word(data, "device_id")
    by_zh, by_en = (f"（设备{device}）", f" (device {device})") if device else ("", "")
    return (
        f"系统未能判断{of_zh}输入{at}{by_zh}，请致电老人",
        f"the hub could not judge input{at}{of_en}{by_en}: telephone the home",
    )


def _resident_gone(data: Data) -> Words:
    if _word(data, "membership") == "deceased":
        return "老人已登记离世", "the elder is recorded as deceased"
    return "老人已退出服务", "the elder has left the service"


def _elsewhere(data: Data) -> Words:
    zh, en = _device(data)
    (here_zh, here_en), (there_zh, there_en) = _home(data, "home_id"), _home(data, "enrolled_home")
    return (
        f"{zh}登记在{there_zh}，信号却来自{here_zh}，可能装错了，请核实",
        f"{en} belongs to {there_en} but speaks in {here_en}: find out which, and move it",
    )


def _home(data: Data, key: str) -> Words:
    """A home by its address; by its id where that is not known."""
    home, address = _word(data, key), _word(data, f"{key}_address")
    return (f"“{address}”", f"“{address}”") if address else (f"住户{home}", f"home {home}")


def _gateway(data: Data) -> Words:
    (zh, en), gateway = _device(data), _word(data, "gateway_id")
    home_zh, home_en = _home(data, "gateway_home")
    of_zh, of_en = (f"（登记在{home_zh}）", f" of {home_en}") if _word(data, "gateway_home") else ("", "")
    return (
        f"{zh}的信号来自意外的网关{gateway}{of_zh}，请核实",
        f"{en} was heard through the unexpected gateway {gateway}{of_en}: find out which home it is in",
    )


def _count(data: Data, key: str) -> int:
    number = _number(data, key)
    return int(number) if number is not None and isfinite(number) else 0


def _span(seconds: float) -> Words:
    """A duration to the minute, for a clock is compared by it."""
    minutes = round(seconds / _MINUTE)
    parts = (
        (minutes // 1440, "天", "d"),
        (minutes // 60 % 24, "小时", "h"),
        (minutes % 60, "分钟", "min"),
    )
    told = [part for part in parts if part[0]] or [(minutes, "分钟", "min")]
    return "".join(f"{n}{zh}" for n, zh, _ in told), " ".join(f"{n} {en}" for n, _, en in told)


_SENT: Final[Mapping[str, Words]] = {
    "call": ("求救", "calls"),
    "fall": ("跌倒", "falls"),
    "vital": ("体征", "vital signs"),
    "bed": ("床位", "bed states"),
    "motion": ("活动", "movements"),
    "presence": ("在场", "presence"),
    "contact": ("门磁", "door states"),
    "environment": ("环境", "room measurements"),
    "status": ("上下线", "births and wills"),
    "fault": ("故障", "faults"),
    "unreadable": ("无法读取的", "unreadable"),
}


def _flooding(data: Data) -> Words:
    (zh, en), per_minute = _device(data), _count(data, "per_minute")
    kind_zh, kind_en = _SENT.get(_word(data, "kind"), ("各类", "various"))
    return (
        f"{zh}消息过于频繁：每分钟约{per_minute}条（多为{kind_zh}消息），多出的只计数；其求救仍然有效，请尽快检修",
        f"{en} floods the hub: about {per_minute} messages a minute (mostly {kind_en}), what is too much is only counted; its "
        f"calls still count. Take it off power and have it mended",
    )


def _flood_over(data: Data) -> Words:
    (zh, en), held_back = _device(data), _count(data, "held_back")
    return (
        f"{zh}消息频率恢复正常（只计数未处理{held_back}条）",
        f"{en} floods no longer ({held_back} messages were only counted)",
    )


def _signals_counted(data: Data) -> Words:
    times = _count(data, "times")
    return (
        f"同一设备又发来{times}次信号（过于频繁，只计数）",
        f"{times} more signals of the same device (too many: only counted)",
    )


def _store_restored(data: Data) -> Words:
    at, aside, inputs = _word(data, "copy_local"), _word(data, "aside"), _count(data, "inputs")
    return (
        f"数据库损坏，已换成备份（{at or '时间不明'}）；之后的记录救回{inputs}条，已重新处理。备份之后的警情、名册和班表修改"
        f"可能缺失：请按通话记录逐户电话核对，再请技术人员查看原文件 {aside}",
        f"the store was damaged and a copy has taken its place ({at or 'of an unknown time'}); of what came since, {inputs} "
        f"inputs were saved and judged again. Alerts and changes of the directory since the copy may be missing: telephone the "
        f"homes that called since then, and have the file {aside} looked at",
    )


def _shift_gap(data: Data) -> Words:
    kind, at = _word(data, "kind"), _word(data, "from_local")
    person, elders = _word(data, "person"), _count(data, "elders")
    place_zh, place_en = (
        (_word(data, "place"),) * 2 if _word(data, "place") else ("呼叫中心", "the call-centre")
    )
    role_zh, role_en = _role(_word(data, "role"))
    from_zh, from_en = (f"{at}起", f"from {at}") if at else ("现在", "now")
    zh, en = {
        "nobody": (
            f"{place_zh}没有当班的{role_zh}",
            f"nobody is on duty as {role_en} at {place_en}",
        ),
        "no_butler": (
            f"{person}休假，没有人代管，{elders}位老人没有自己的管家",
            f"{person} is on leave without cover: {elders} elders have no butler of their own",
        ),
        "no_contact": (
            f"当班的{person}通知不到：没有能用的联系方式，或最近的通知没有送达",
            f"{person} is on duty and cannot be told: no way of contact works, or the newest notification failed",
        ),
        "desk_empty": (f"{place_zh}开放，没有人值班", f"{place_en} is open and nobody is at its desk"),
    }.get(kind, ("班表有缺口", "the roster has a gap"))
    if kind == "no_contact":
        todo_zh, todo_en = (
            "请更正联系方式，或先电话告知",
            "Put right how the hub reaches them, or telephone them first",
        )
    else:
        todo_zh, todo_en = "请排班或先电话落实", "Fill the place on the roster, or telephone first"
    return f"{from_zh}{zh}。{todo_zh}", f"{from_en} {en}. {todo_en}"


def _role(code: str) -> Words:
    try:
        return ROLES[Role(code)]
    except ValueError:
        return "人员", "anybody"


def _silence(data: Data) -> Words:
    since, (long_zh, long_en) = _word(data, "since_local"), _span(_count(data, "for_s"))
    return (
        f"{since}以后家里没有动静，已{long_zh}，平时这个时候不会这么久{_ASKED[0] if data.get('asked') is True else ''}",
        f"nothing was heard in the home since {since}, for {long_en}: unusual at this hour"
        f"{_ASKED[1] if data.get('asked') is True else ''}",
    )


_ASKED = ("；语音问过，没有回应", "; asked by voice, no answer")


def _not_risen(data: Data) -> Words:
    since, usual = _word(data, "since_local"), _word(data, "usual")
    return (
        f"平时{usual}左右起床，今天还没有起床的动静（最后一次动静{since}）{_ASKED[0] if data.get('asked') is True else ''}",
        f"usually up at about {usual}, not up yet today (last heard {since})"
        f"{_ASKED[1] if data.get('asked') is True else ''}",
    )


def _long_absence(data: Data) -> Words:
    since, (long_zh, long_en) = _word(data, "since_local"), _span(_count(data, "for_s"))
    return (
        f"{since}出门后没有回来的动静，已{long_zh}，比以往都久。请打电话问一下，在外就登记外出",
        f"not heard at home since the door at {since}, for {long_en}, longer than ever before: telephone, and enter the absence",
    )


def _since(zh: str, en: str) -> Callable[[Data], Words]:
    """Something that lasts: `zh` and `en` take {since} and {long}."""

    def words(data: Data) -> Words:
        since, (long_zh, long_en) = _word(data, "since_local"), _span(_count(data, "for_s"))
        return zh.format(since=since, long=long_zh), en.format(since=since, long=long_en)

    return words


def _no_breathing(data: Data) -> Words:
    since, for_s = _word(data, "since_local"), _count(data, "for_s")
    return (
        f"护理床{since}起{for_s}秒没有测到呼吸，人还在床上",
        f"the care bed has seen no breathing for {for_s} s since {since}, with somebody in it",
    )


def _channel_down(data: Data) -> Words:
    channel, at, unreached = _word(data, "channel"), _word(data, "since_local"), _count(data, "unreached")
    how_many_zh = f"，连续{unreached}条没有送达" if unreached else ""
    how_many_en = f", {unreached} in a row did not arrive" if unreached else ""
    return (
        f"通知渠道{channel}从{at}起发不出通知{how_many_zh}：管家、中心和家属的手机都可能收不到，警情请用电话通知，并请技术人员检查",
        f"nothing gets through over the channel {channel} since {at}{how_many_en}: the phones of butlers, centres and families "
        f"may stay silent. Telephone them about alerts, and have the channel looked at",
    )


def _disk_scarce(data: Data) -> Words:
    free = _count(data, "free_percent")
    return (
        f"磁盘只剩{free}%：求救、跌倒、报警照常处理；体征、活动等消息只计数、不保存。请清理磁盘上别的文件，不要删数据目录里的文件",
        f"only {free} % of the disk is free: calls, falls and alarms are handled as ever; readings and movements are counted and "
        f"not stored. Free some space, but delete nothing in the data folder",
    )


def _disk_room_again(data: Data) -> Words:
    free = _count(data, "free_percent")
    return (
        f"磁盘空间恢复（剩{free}%），消息照常保存",
        f"the disk has room again ({free} % free), everything is stored",
    )


def _clock_jumped(data: Data) -> Words:
    by_zh, by_en = _span(_count(data, "by_s"))
    from_, until = _word(data, "from_local"), _word(data, "until_local")
    due_zh, due_en = _fell_due(data)
    return (
        f"系统时间一下快进了{by_zh}（从{from_}到{until}）：时钟被向前拨过，或主机睡眠过。{due_zh}请核对时间和对时",
        f"hub time went forward by {by_en} at once (from {from_} to {until}): the clock was set forward, or the machine slept. "
        f"{due_en}. Check the time and its synchronisation",
    )


def _fell_due(data: Data) -> Words:
    """What a jump meant for deadlines."""
    alerts, requests = _count(data, "alerts"), _count(data, "requests")
    if not alerts and not requests:
        return "没有警情或服务请求因此到期。", "No alert or service request fell due by it"
    named = [_home(data, key) for key in _JUMPED_HOMES if _word(data, key)]
    more = len(named) < _count(data, "homes")
    zh = "、".join(zh for zh, _ in named) + ("等" if more else "")
    en = ", ".join(en for _, en in named) + (" and others" if more else "")
    return (
        f"因此一并到期、立即进入下一步的警情{alerts}起{f'（{zh}）' if zh else ''}，到期的服务请求{requests}件。",
        f"Due by it and going on at once: alerts {alerts}{f' ({en})' if en else ''}, service requests {requests}",
    )


_HOPS: dict[Hop, Words] = {
    Hop.NOT_SENT: (
        "指令没有发出，请检查消息服务器",
        "the command did not leave: look at the broker",
    ),
    Hop.NO_SIGN: (
        "指令已发出，设备没有任何回音，请检查电源和网络",
        "the command left, and nothing was heard of the device: look at its power and link",
    ),
    Hop.NO_CALL: (
        "设备在线，但没有发来自检呼叫，请检查求救这条路",
        "the device speaks, but its test call did not come: look at the way that a call takes",
    ),
    Hop.DEVICE_FAILED: (
        "设备报告自检未通过，请检修",
        "the device says that its self-test failed: have it looked at",
    ),
}


def _chain_test_failed(data: Data) -> Words:
    zh, en = _device(data)
    hop = _word(data, "hop")
    hop_zh, hop_en = _HOPS[Hop(hop)] if hop in list(Hop) else ("没有回来", "it did not come back")
    return f"链路自检没有通过（{zh}）：{hop_zh}", f"the chain test of {en} failed: {hop_en}"


def _chain_test_back(data: Data) -> Words:
    zh, en = _device(data)
    return f"链路自检通过（{zh}）", f"the chain test of {en} came back"


def _pressed(zh: str, en: str) -> Callable[[Data], Words]:
    late = _late(zh, en)

    def text(data: Data) -> Words:
        told_zh, told_en = late(data)
        if not data.get("by_hand_test"):
            return told_zh, told_en
        return (
            f"{told_zh}（试按时段内，可能是试按）",
            f"{told_en} (while keys are tested by hand; perhaps a test)",
        )

    return text


_TEXTS: dict[ReasonCode, Callable[[Data], Words]] = {
    ReasonCode.CALL_PRESSED: _pressed("按下求救键", "the emergency key was pressed"),
    ReasonCode.CALL_PRESSED_AGAIN: _pressed("再次按下求救键", "the emergency key was pressed again"),
    ReasonCode.CHAIN_TEST_FAILED: _chain_test_failed,
    ReasonCode.CHAIN_TEST_BACK: _chain_test_back,
    ReasonCode.URGENT_HELP: _late("请求助急", "urgent help was asked for"),
    ReasonCode.CALL_CANCELLED: _fixed(
        "老人按了取消，仍需核实", "the elder pressed cancel; make sure all the same"
    ),
    ReasonCode.RAISED_BY_HAND: _fixed("坐席手工建单", "raised by hand by an operator"),
    ReasonCode.UNKNOWN_DEVICE: _unknown_device,
    ReasonCode.UNCONFIRMED_CALL: _fixed(
        "收到求救，但无法确认是何时按下的，请致电核实",
        "a press came, but when it was made is not known: telephone the home",
    ),
    ReasonCode.UNREADABLE_SIGNAL: _unreadable_signal,
    ReasonCode.UNREADABLE_TELEMETRY: _unreadable("设备数据无法读取", "a device's data cannot be read"),
    ReasonCode.FALL_SUSPECTED: _fall_suspected,
    ReasonCode.FALL_LYING: _late("跌倒后未起身", "still lying after a fall"),
    ReasonCode.FALL_GOT_UP: _fixed("跌倒后已起身，仍需看望", "got up after a fall; look in all the same"),
    ReasonCode.FALL_TAKEN_BACK: _fixed("老人按了取消，说没有摔", "the wearer pressed cancel: it was no fall"),
    ReasonCode.FALL_MOVED: _fixed("跌倒后家里有人活动", "somebody moved in the home after the fall"),
    ReasonCode.LONG_LIE: _long_lie,
    ReasonCode.THRESHOLD: _threshold,
    ReasonCode.THRESHOLD_CLEARED: _threshold_cleared,
    ReasonCode.READING_HIGH: _reading("达到或高于", "at or above"),
    ReasonCode.READING_LOW: _reading("达到或低于", "at or below"),
    ReasonCode.READING_UNUSUAL: _reading_unusual,
    ReasonCode.READING_CHANGED: _reading_changed,
    ReasonCode.EARLY_WARNING: _early_warning,
    ReasonCode.IMPLAUSIBLE: _implausible,
    ReasonCode.NO_VALUE: _no_value,
    ReasonCode.HAZARD: _hazard_found,
    ReasonCode.UNCONFIRMED_HAZARD: _hazard_unconfirmed,
    ReasonCode.HAZARD_CLEARED: _hazard_cleared,
    ReasonCode.DEVICE_SILENT: _silent,
    ReasonCode.DEVICE_BACK: _about_device("恢复上线", "is back"),
    ReasonCode.DEVICE_REMOVED: _about_device("已拆除", "was taken away"),
    ReasonCode.DEVICE_OFFLINE: _about_device("断线", "went offline"),
    ReasonCode.BATTERY_LOW: _battery,
    ReasonCode.BATTERY_RUNS_OUT: _battery_runs_out,
    ReasonCode.WEAK_SIGNAL: _weak_signal,
    ReasonCode.STUCK: _stuck,
    ReasonCode.FLAPPING: _flapping,
    ReasonCode.FAULT: _fault_came,
    ReasonCode.FAULT_CLEARED: _fault_went,
    ReasonCode.COUNTER_LOST: _about_device(
        "的启动计数从头开始了，请检查电池", "counts its boots from the beginning again: check its battery"
    ),
    ReasonCode.COUNTER_STANDS: _about_device(
        "的消息编号不再增加，请升级或更换设备",
        "numbers its messages no longer: have its firmware mended, or change it",
    ),
    ReasonCode.NOT_BELIEVED: _about_device(
        "的消息分不清新旧，读数未采用，请检查设备",
        "sends messages that cannot be told from old ones; its readings do not count: check it",
    ),
    ReasonCode.TWO_DEVICES: _about_device(
        "的编号有两台设备在用，请核对并改号",
        "is the id of two devices: find them, and give one an id of its own",
    ),
    ReasonCode.FLOODING: _flooding,
    ReasonCode.FLOOD_OVER: _flood_over,
    ReasonCode.SIGNALS_COUNTED: _signals_counted,
    ReasonCode.QOS_ZERO: _about_device(
        "的求救没有送达保证，请检查网关设置",
        "sent a call without delivery guarantee: check its gateway's settings",
    ),
    ReasonCode.RESIDENT_GONE: _resident_gone,
    ReasonCode.DEVICE_ELSEWHERE: _elsewhere,
    ReasonCode.UNEXPECTED_GATEWAY: _gateway,
    ReasonCode.DEVICE_IN_PLACE: _about_device("的位置已核实", "is where it belongs"),
    ReasonCode.HOME_UNJUDGED: _unjudged,
    ReasonCode.STORE_RESTORED: _store_restored,
    ReasonCode.SHIFT_GAP: _shift_gap,
    ReasonCode.SHIFT_GAP_OVER: lambda _: (
        "缺口已补上，或这一班已过去",
        "the place is taken, or the shift is over",
    ),
    ReasonCode.SILENCE: _silence,
    ReasonCode.NOT_RISEN: _not_risen,
    ReasonCode.LONG_ABSENCE: _long_absence,
    ReasonCode.LIFE_AGAIN: _fixed("又有动静了", "somebody was heard again"),
    ReasonCode.BED_LEFT: _since(
        "{since}离床，{long}没有回来", "out of bed since {since}, not back for {long}"
    ),
    ReasonCode.NO_BREATHING: _no_breathing,
    ReasonCode.RESTLESS: _since(
        "{since}起在床上翻动不安，已{long}", "restless in bed since {since}, for {long}"
    ),
    ReasonCode.WANDERING: _since(
        "夜里{since}起在家走动，已{long}", "up and about at night since {since}, for {long}"
    ),
    ReasonCode.NIGHT_DOOR: _since(
        "夜里{since}开了家门，之后屋里没有动静",
        "the door was opened at {since} at night, and nobody was heard inside since",
    ),
    ReasonCode.LONG_BATHROOM: _since(
        "{since}进卫生间，{long}没有出来", "in the bathroom since {since}, not out for {long}"
    ),
    ReasonCode.CHANNEL_DOWN: _channel_down,
    ReasonCode.CHANNEL_BACK: lambda _: ("通知渠道恢复，通知又能送达", "notifications get through again"),
    ReasonCode.DISK_SCARCE: _disk_scarce,
    ReasonCode.DISK_ROOM_AGAIN: _disk_room_again,
    ReasonCode.CLOCK_JUMPED: _clock_jumped,
}
