"""Every sentence spoken to the elder and the short words people read, in one place; channels and the console take them from here.

Chinese first, English second. Only true sentences: a role that nobody named is "somebody", never a butler.
"""

from typing import Final

from firmware_contracts.vocabulary import Fault, Hazard, Measure, RejectReason
from hub.core.alerts import STAYS_AT_A_DESK, AlertKind, Role, Severity, WhatItWas, WhatWasDone
from hub.core.notifications import NotifyReason
from hub.core.rules import RoomMeasure
from hub.core.service_requests import CancelReason, Remedy, RequestCategory

Words = tuple[str, str]
"""The same thing in Chinese and in English."""

# --- spoken to the elder ----------------------------------------------------------------------------------------------

HEARD: Final = "收到了，您别急，别急着起身。"
HEARD_REQUEST: Final = "收到了。"
"""For a key that is no emergency: nobody needs to be calmed."""
ASKING: Final = "您是不是摔了？没事请按取消，不按我们就叫人来。"
MEASURE_AGAIN: Final = "刚才量的和平时差得多，请坐好歇一歇，再量一次。"
ARE_YOU_WELL: Final = "您还好吗？没事就走动一下，或按一下取消。"
LOOKING: Final = "还在给您找人，没忘您。"
AMBULANCE: Final = "急救车叫了，您别动。"
MISTAKE: Final = "按错了没关系。"
CLOSED: Final = "这回办好了，有事再按。"

_SOMEBODY = "有人"
_NAME_LIMIT = 20

_SPOKEN_ROLES: dict[str, tuple[str, str]] = {
    # with a surname, without one
    Role.BUTLER: ("{surname}管家", "管家"),
    Role.DEPUTY: ("{surname}管家", "代班管家"),
    Role.ELDER_HELPER: ("{surname}助老员", "助老员"),
    Role.PARTNER: ("结对的{surname}伙伴", "结对伙伴"),
    Role.CONTACT: ("您的联系人{surname}家", "您的联系人"),
    Role.KEYHOLDER: ("保管钥匙的{surname}家", "保管钥匙的人"),
    Role.PROPERTY_GUARD: ("物业{surname}师傅", "物业值班员"),
    Role.GRID_WORKER: ("{surname}网格员", "网格员"),
    Role.CENTRE_DUTY: ("站点值班员", "站点值班员"),
    Role.CARE_INSTITUTION: ("养老机构", "养老机构"),
    Role.FAMILY_DOCTOR: ("{surname}医生", "家庭医生"),
    Role.OPERATOR: ("值班员", "值班员"),
    Role.DUTY_MANAGER: ("值班长", "值班长"),
}


def spoken_name(by_role: str | None, surname: str | None) -> str:
    """How a helper is named to the elder; "somebody" when the role is not known."""
    forms = _SPOKEN_ROLES.get(by_role or "")
    if forms is None:
        return _SOMEBODY
    with_surname, without = forms
    return with_surname.format(surname=surname[:_NAME_LIMIT]) if surname else without


def taken(call_name: str | None, by_role: str | None, surname: str | None) -> str:
    """`{call_name},{surname}管家接到了。`, or as much of it as is known."""
    sentence = f"{spoken_name(by_role, surname)}接到了。"
    return f"{call_name[:_NAME_LIMIT]}，{sentence}" if call_name else sentence


def traveller_name(by_role: str | None, surname: str | None) -> str:
    """Who comes to the door, as named to the elder; who sits at a desk has sent somebody."""
    return _SOMEBODY if by_role in STAYS_AT_A_DESK else spoken_name(by_role, surname)


def on_the_way(by_role: str | None, surname: str | None) -> str:
    """`{surname}管家出门了,正往您家来。`, or as much of it as is known."""
    return f"{traveller_name(by_role, surname)}出门了，正往您家来。"


# --- read by people ---------------------------------------------------------------------------------------------------

SEVERITIES: dict[Severity, Words] = {
    Severity.EMERGENCY: ("紧急", "emergency"),
    Severity.URGENT: ("尽快", "urgent"),
    Severity.ROUTINE: ("一般", "routine"),
    Severity.TECHNICAL: ("设备异常", "technical"),
}

KINDS: dict[AlertKind, Words] = {
    AlertKind.EMERGENCY_CALL: ("求救", "emergency call"),
    AlertKind.FALL: ("跌倒", "fall"),
    AlertKind.VITAL_SIGNS: ("体征异常", "vital signs"),
    AlertKind.ENVIRONMENT: ("环境险情", "danger in the home"),
    AlertKind.TECHNICAL: ("设备异常", "technical"),
    AlertKind.UNCONFIRMED_CALL: ("求救待核实", "unconfirmed call"),
    AlertKind.UNREADABLE_SIGNAL: ("信号无法读取", "unreadable signal"),
    AlertKind.UNJUDGED_HOME: ("住户未能判断", "home not judged"),
    AlertKind.INACTIVITY: ("久无动静", "no sign of life"),
    AlertKind.NIGHT: ("夜间异常", "at night"),
}

ROLES: dict[Role, Words] = {
    Role.OPERATOR: ("坐席", "operator"),
    Role.DUTY_MANAGER: ("值班长", "duty manager"),
    Role.BUTLER: ("养老管家", "care butler"),
    Role.DEPUTY: ("代班管家", "deputy"),
    Role.ELDER_HELPER: ("助老员", "elder helper"),
    Role.PARTNER: ("结对伙伴", "partner"),
    Role.CONTACT: ("紧急联系人", "emergency contact"),
    Role.KEYHOLDER: ("钥匙保管人", "keyholder"),
    Role.PROPERTY_GUARD: ("物业值班", "property guard"),
    Role.GRID_WORKER: ("网格员", "grid worker"),
    Role.CENTRE_DUTY: ("站点值班员", "centre duty"),
    Role.CARE_INSTITUTION: ("责任机构", "care institution"),
    Role.FAMILY_DOCTOR: ("家庭医生", "family doctor"),
}

ON_DUTY: dict[Role, Words] = {
    # How who has an alert is named to those who were asked, family and neighbours among them; others as in ROLES.
    Role.OPERATOR: ("值班员", "the operator on duty"),
    Role.DUTY_MANAGER: ("值班长", "the duty manager"),
    Role.CENTRE_DUTY: ("站点值班员", "the centre on duty"),
}

WHAT_IT_WAS: dict[WhatItWas, Words] = {
    WhatItWas.ILLNESS: ("突发疾病", "illness"),
    WhatItWas.FALL_HURT: ("跌倒受伤", "fall, hurt"),
    WhatItWas.FALL_UNHURT: ("跌倒未伤", "fall, unhurt"),
    WhatItWas.FIRE_OR_GAS: ("火情燃气", "fire or gas"),
    WhatItWas.MISTAKE: ("误按", "pressed by mistake"),
    WhatItWas.VISITOR_MISTAKE: ("旁人误触", "pressed by a visitor"),
    WhatItWas.WANTED_COMPANY: ("想说说话", "wanted company"),
    WhatItWas.DEVICE_FALSE: ("设备误报", "device false"),
    WhatItWas.RULE_FALSE: ("规则误报", "rule false"),
    WhatItWas.AWAY_NOT_TOLD: ("外出未报", "away, not told"),
    WhatItWas.TEST: ("测试演练", "test"),
    WhatItWas.DECEASED: ("老人离世", "deceased"),
    WhatItWas.UNDETERMINED: ("无法确认", "undetermined"),
}

REQUEST_CATEGORIES: dict[RequestCategory, Words] = {
    RequestCategory.MEALS: ("助餐", "meals"),
    RequestCategory.RECREATION: ("助乐", "recreation"),
    RequestCategory.MEDICAL: ("助医", "medical"),
    RequestCategory.CLEANING: ("助洁", "cleaning"),
    RequestCategory.SHOPPING: ("助购", "shopping"),
    RequestCategory.OTHER: ("其他服务", "other service"),
    RequestCategory.MISTAKEN_PRESSES: ("防误按", "mistaken presses"),
    RequestCategory.REPAIR: ("修设备", "repair"),
}

CANCEL_REASONS: dict[CancelReason, Words] = {
    CancelReason.WITHDRAWN: ("老人不需要了", "withdrawn by the elder"),
    CancelReason.DUPLICATE: ("重复工单", "a duplicate"),
    CancelReason.NOT_POSSIBLE: ("无法提供", "cannot be provided"),
    CancelReason.OPENED_BY_MISTAKE: ("开错了", "opened by mistake"),
    CancelReason.NO_LONGER_SERVED: ("已离开服务", "no longer served"),
    CancelReason.MENDED: ("设备已恢复", "works again"),
}

REMEDIES: dict[Remedy, Words] = {
    Remedy.MOVED: ("移了位置", "moved"),
    Remedy.COVERED: ("加了盖", "covered"),
    Remedy.SHOWN: ("又教了一遍", "shown again"),
    Remedy.BATTERY: ("换了电池", "battery changed"),
    Remedy.RECONNECTED: ("恢复了供电或网络", "power or link restored"),
    Remedy.REPLACED: ("换了设备", "device replaced"),
    Remedy.STOOD_IN: (
        "没修好，留了备用机或派人看护",
        "not mended: a substitute was left, or somebody looks in",
    ),
    Remedy.OTHER: ("其他办法", "something else"),
}

WHAT_WAS_DONE: dict[WhatWasDone, Words] = {
    WhatWasDone.BY_PHONE: ("电话处置", "settled by phone"),
    WhatWasDone.ON_SITE: ("上门处置", "settled on site"),
    WhatWasDone.AMBULANCE: ("120送医", "ambulance"),
    WhatWasDone.FAMILY_TOOK_OVER: ("家属接手", "family took over"),
    WhatWasDone.DECLINED: ("拒绝救助", "declined"),
    WhatWasDone.NO_ENTRY: ("入户失败", "no entry"),
    WhatWasDone.FORCED_ENTRY: ("开锁入户", "forced entry"),
}

MEASURES: dict[Measure, tuple[str, str, str]] = {
    # Chinese, English, unit
    Measure.HEART_RATE_BPM: ("心率", "heart rate", "/min"),
    Measure.SPO2_PERCENT: ("血氧", "SpO2", "%"),
    Measure.RESPIRATION_PER_MIN: ("呼吸", "breathing rate", "/min"),
    Measure.TEMPERATURE_C: ("体温", "temperature", "℃"),
    Measure.SYSTOLIC_MMHG: ("收缩压", "systolic pressure", "mmHg"),
    Measure.DIASTOLIC_MMHG: ("舒张压", "diastolic pressure", "mmHg"),
    Measure.GLUCOSE_MMOL_L: ("血糖", "glucose", "mmol/L"),
}

ROOM_MEASURES: dict[RoomMeasure, tuple[str, str, str]] = {
    RoomMeasure.TEMPERATURE: ("室温", "room temperature", "℃"),
    RoomMeasure.HUMIDITY: ("室内湿度", "room humidity", "%"),
}

PARAMETERS: dict[str, Words] = {
    # Of the early-warning score.
    "respiration": ("呼吸", "breathing"),
    "spo2": ("血氧", "SpO2"),
    "oxygen": ("是否吸氧", "oxygen given or not"),
    "systolic": ("收缩压", "systolic pressure"),
    "pulse": ("脉搏", "pulse"),
    "consciousness": ("意识", "consciousness"),
    "temperature": ("体温", "temperature"),
}

HAZARDS: dict[Hazard, Words] = {
    Hazard.SMOKE: ("烟雾", "smoke"),
    Hazard.GAS: ("燃气泄漏", "gas"),
    Hazard.WATER: ("水浸", "water"),
    Hazard.CARBON_MONOXIDE: ("一氧化碳", "carbon monoxide"),
}

FAULTS: dict[Fault, Words] = {
    Fault.BATTERY_LOW: ("电量低", "battery low"),
    Fault.BATTERY_GONE: ("电池耗尽", "battery gone"),
    Fault.MAINS_FAILED: ("断电", "mains failed"),
    Fault.MAINS_RESTORED: ("供电恢复", "mains restored"),
    Fault.TAMPER: ("设备被拆动", "tamper"),
    Fault.JAMMING: ("无线受干扰", "jamming"),
    Fault.SELF_TEST_FAILED: ("自检未通过", "self-test failed"),
}

REJECT_REASONS: dict[RejectReason, Words] = {
    # Why a message could not be read.
    RejectReason.NOT_THIS_CONTRACT: ("主题不合约定", "not a topic of the contract"),
    RejectReason.BAD_ID: ("编号不合规", "id not allowed"),
    RejectReason.UNKNOWN_KIND: ("消息种类不认识", "unknown kind"),
    RejectReason.EMPTY: ("内容为空", "empty"),
    RejectReason.TOO_LARGE: ("内容过大", "too large"),
    RejectReason.NOT_UTF8: ("不是 UTF-8", "not UTF-8"),
    RejectReason.NOT_JSON: ("不是 JSON", "not JSON"),
    RejectReason.TOO_DEEP: ("嵌套过深", "nested too deeply"),
    RejectReason.NOT_AN_OBJECT: ("不是 JSON 对象", "not a JSON object"),
    RejectReason.WRONG_VERSION: ("版本不对", "wrong version"),
    RejectReason.MISSING_FIELD: ("缺少字段", "a field is missing"),
    RejectReason.WRONG_TYPE: ("字段类型不对", "wrong type"),
    RejectReason.OUT_OF_RANGE: ("数值超出范围", "out of range"),
    RejectReason.UNKNOWN_VALUE: ("取值不认识", "unknown value"),
    RejectReason.BAD_EVENT_ID: ("事件编号不合规", "event id not allowed"),
    RejectReason.INCONSISTENT: ("内容前后矛盾", "contradicts itself"),
}

WHY_ASKED: dict[NotifyReason, Words] = {
    # What a person needs to know beyond "come"; empty where the alert itself says it.
    NotifyReason.STEP: ("", ""),
    NotifyReason.STEP_REPEATED: ("仍无人接警", "still unanswered"),
    NotifyReason.BUSY_BUTLER: ("管家正忙，转给您", "the butler is busy, so you are asked"),
    NotifyReason.PRESSED_AGAIN: ("老人又按了", "pressed again"),
    NotifyReason.SEVERITY_RAISED: ("情况加重", "it became graver"),
    NotifyReason.TAKEN_BY_OTHER: ("", ""),
    NotifyReason.TAKEN_OVER: ("", ""),
    NotifyReason.HOLD_EXPIRED: ("接警后没有进展", "taken, but nothing moved"),
    NotifyReason.RESOLVED: ("", ""),
    NotifyReason.CALL_STATE: ("", ""),
    NotifyReason.REASSURE: ("", ""),
    NotifyReason.ASSIGNED: ("", ""),
    NotifyReason.OVERDUE: ("", ""),
    NotifyReason.TAKEN_BACK: ("", ""),
    NotifyReason.CHAIN_TEST: ("", ""),
    NotifyReason.RESIDENT_GONE: ("住户已退出或离世", "the resident has left or died"),
}
