"""The closed lists of the directory in the words of ledgers: what is written on export, and everything understood on import."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from enum import StrEnum
from typing import Generic, TypeVar

from firmware_contracts.vocabulary import Placement
from hub.core.alerts import Role
from hub.core.calendar import DayType, OnDays
from hub.core.home import DeviceKind, Family, Flag, Membership
from hub.core.shifts import LeaveKind, Takes
from hub.directory.model import Level, RoomKind
from hub.web.words import WORDS
from hub.web.words.said import Language

T = TypeVar("T", bound=StrEnum)


class Gender(StrEnum):
    """Only to find what an elder is called by; not kept."""

    WOMAN = "woman"
    MAN = "man"


def folded(text: str) -> str:
    """A word as it is compared: no case, no spaces, no brackets and dashes."""
    return "".join(char for char in text.casefold() if char.isalnum())


class Choice(Generic[T]):
    """One closed list. `words`: Chinese, English; `also`: what else people write for it."""

    def __init__(
        self, words: Mapping[T, tuple[str, str]], also: Mapping[T, tuple[str, ...]] | None = None
    ) -> None:
        self.words = words
        self.also = also or {}
        self._known: dict[str, T] = {
            folded(word): member
            for member, said in words.items()
            for word in (*self.also.get(member, ()), member.value, *said)
        }

    def find(self, text: str) -> T | None:
        return self._known.get(folded(text))

    def word(self, member: T, language: Language) -> str:
        return self.words[member][0 if language == "zh" else 1]

    def allowed(self, language: Language) -> str:
        return ("、" if language == "zh" else ", ").join(self.word(member, language) for member in self.words)

    def nearest(self, text: str, language: Language) -> str:
        """The allowed word that was probably meant, or nothing."""
        wanted = folded(text)
        close = get_close_matches(wanted, self._known, n=1, cutoff=0.5)
        if not close and wanted:
            close = [word for word in self._known if word and (word in wanted or wanted in word)][:1]
        return self.word(self._known[close[0]], language) if close else ""


def _console(prefix: str, members: Iterable[T]) -> dict[T, tuple[str, str]]:
    """The words of the console's own pages."""
    return {
        member: (WORDS[f"{prefix}.{member.value}"].zh, WORDS[f"{prefix}.{member.value}"].en)
        for member in members
    }


MEMBERSHIP = Choice(
    _console("membership", Membership),
    {
        Membership.NOT_YET_OPEN: ("待开通", "未激活", "未安装", "新装", "not open", "new"),
        Membership.ACTIVE: ("正常", "在用", "已开通", "服务中", "在服", "在线", "open", "yes"),
        Membership.PAUSED: ("停用", "暂停服务", "暂时停用", "paused service"),
        Membership.DECEASED: ("去世", "已故", "死亡", "已离世", "过世", "died", "dead"),
        Membership.LEFT: ("退出服务", "已退出", "搬走", "迁出", "注销", "退订", "moved away", "gone"),
    },
)

FLAG = Choice(
    _console("flag", Flag),
    {
        Flag.VERY_OLD: ("80岁以上", "高龄老人", "very old age"),
        Flag.CARE_DEPENDENT: ("失能老人", "半失能", "不能自理", "dependent"),
        Flag.DEMENTIA: ("失智老人", "痴呆", "阿尔茨海默", "老年痴呆"),
        Flag.LIVES_ALONE: ("独居老人", "一个人住", "alone"),
        Flag.EMPTY_NEST: ("空巢老人",),
        Flag.IN_HARDSHIP: ("困难老人", "低保", "特困", "五保", "hardship"),
        Flag.LOST_ONLY_CHILD: ("失独老人", "失独家庭"),
        Flag.FAMILY_PLANNING_CASE: ("计生特殊家庭", "计划生育特殊家庭", "family planning"),
        Flag.HARD_OF_HEARING: ("听不见", "耳背", "耳聋", "听力不好", "听障", "deaf"),
        Flag.ON_OXYGEN: ("氧疗", "家庭氧疗", "制氧机", "oxygen"),
        Flag.NO_LIFT: ("无电梯高层", "upstairs no lift"),
    },
)

DEVICE_KIND = Choice(
    _console("device", DeviceKind),
    {
        DeviceKind.BUTTON: ("呼叫器", "一键呼叫", "按钮", "紧急按钮", "SOS按钮", "呼叫按钮"),
        DeviceKind.PULL_CORD: ("拉绳报警器", "拉线", "cord"),
        DeviceKind.PENDANT: ("吊坠", "挂件", "胸坠"),
        DeviceKind.FALL_WEARABLE: ("跌倒手环", "跌倒报警器", "fall wearable"),
        DeviceKind.FALL_RADAR: ("雷达", "毫米波雷达", "radar"),
        DeviceKind.OXIMETER: ("血氧", "指夹血氧仪"),
        DeviceKind.CUFF: ("血压", "电子血压计", "blood pressure"),
        DeviceKind.THERMOMETER: ("温度计", "体温枪"),
        DeviceKind.GLUCOMETER: ("血糖",),
        DeviceKind.BED_MAT: ("睡眠带", "床垫", "智能床垫", "睡眠监测", "离床感应", "bed sensor"),
        DeviceKind.MOTION: ("红外", "人体红外", "红外感应", "pir"),
        DeviceKind.CONTACT: ("门窗磁", "门磁感应", "door"),
        DeviceKind.SMOKE: ("烟雾报警器", "烟雾", "烟感报警器"),
        DeviceKind.GAS: ("燃气", "可燃气体", "天然气报警器"),
        DeviceKind.WATER: ("水浸报警器", "水浸传感器", "漏水"),
        DeviceKind.CLIMATE: ("温湿度", "温湿度传感器"),
        DeviceKind.VIBRATION: ("震动", "振动"),
        DeviceKind.WATCH: ("手表", "智能手表", "4G手表", "watch"),
        DeviceKind.GATEWAY: ("网关", "主机"),
        DeviceKind.VOICE_UNIT: ("语音", "语音主机", "音箱", "voice"),
    },
)

ROLE = Choice(
    _console("role", Role),
    {
        Role.BUTLER: ("管家", "butler"),
        Role.DEPUTY: ("代班", "代班人"),
        Role.ELDER_HELPER: ("助老",),
        Role.PARTNER: ("伙伴", "结对", "时间银行"),
        Role.CONTACT: ("联系人", "家属", "亲属", "contact", "family"),
        Role.KEYHOLDER: ("钥匙", "持钥匙人"),
        Role.PROPERTY_GUARD: ("物业", "保安", "门卫", "guard"),
        Role.GRID_WORKER: ("网格",),
        Role.CENTRE_DUTY: ("值班员", "站点值班", "centre desk"),
        Role.OPERATOR: ("接线员", "话务员"),
        Role.DUTY_MANAGER: ("班长",),
        Role.CARE_INSTITUTION: ("机构", "养老机构", "institution"),
        Role.FAMILY_DOCTOR: ("医生", "签约医生", "doctor"),
    },
)

ROOM_KIND = Choice(
    _console("room", RoomKind),
    {
        RoomKind.BEDROOM: ("卧", "主卧", "次卧", "床头", "北卧", "南卧", "睡房", "bedside"),
        RoomKind.BATHROOM: ("厕所", "浴室", "洗手间", "卫浴", "toilet"),
        RoomKind.KITCHEN: ("灶间",),
        RoomKind.LIVING_ROOM: ("起居室", "厅", "lounge"),
        RoomKind.HALL: ("玄关", "门口", "走廊", "过道", "入户门", "corridor"),
        RoomKind.BALCONY: ("露台",),
    },
)

LEVEL = Choice(
    {
        Level.CITY: ("市", "city"),
        Level.DISTRICT: ("区", "district"),
        Level.COUNTY: ("县", "county"),
        Level.STREET: ("街道", "street"),
        Level.TOWNSHIP: ("乡镇", "township"),
        Level.COMMUNITY: ("社区", "community"),
        Level.VILLAGE: ("村", "village"),
        Level.COMPOUND: ("小区", "compound"),
    },
    {
        Level.STREET: ("街道办", "办事处"),
        Level.TOWNSHIP: ("镇", "乡"),
        Level.COMMUNITY: ("居委会",),
        Level.VILLAGE: ("行政村", "村委会"),
        Level.COMPOUND: ("院", "楼院", "家属院", "住宅区"),
    },
)

PLACEMENT = Choice(
    {
        Placement.WAIST: ("腰", "waist"),
        Placement.CHEST: ("胸前", "chest"),
        Placement.WRIST: ("手腕", "wrist"),
        Placement.POCKET: ("口袋", "pocket"),
        Placement.NECK: ("颈", "neck"),
    },
    {
        Placement.WAIST: ("腰部", "腰带", "belt"),
        Placement.CHEST: ("胸", "胸口"),
        Placement.WRIST: ("腕", "手上"),
        Placement.POCKET: ("衣袋", "裤袋"),
        Placement.NECK: ("脖子", "颈部", "颈挂"),
    },
)

FAMILY = Choice(
    {Family.NATIVE: ("native", "native"), Family.ZIGBEE2MQTT: ("zigbee2mqtt", "zigbee2mqtt")},
    {
        Family.NATIVE: ("自有协议", "原生", "本系统", "care", "mqtt"),
        Family.ZIGBEE2MQTT: ("zigbee", "z2m", "zigbee 3.0"),
    },
)

ON_DAYS = Choice(
    {
        OnDays.WEEKDAYS: ("按星期", "by weekday"),
        OnDays.WORKDAYS: ("法定工作日", "working days"),
        OnDays.REST_DAYS: ("法定休息日", "days off"),
        OnDays.EVERY_DAY: ("所有日期", "every date"),
    },
    {OnDays.WORKDAYS: ("工作日",), OnDays.REST_DAYS: ("休息日", "节假日"), OnDays.EVERY_DAY: ("天天",)},
)

GENDER = Choice(
    {Gender.WOMAN: ("女", "woman"), Gender.MAN: ("男", "man")},
    {Gender.WOMAN: ("女性", "f", "female", "w"), Gender.MAN: ("男性", "m", "male")},
)

LEAVE = Choice(
    {
        LeaveKind.PLANNED: ("休假", "planned"),
        LeaveKind.ILL: ("病假", "ill"),
        LeaveKind.OTHER: ("其他", "other"),
    },
    {LeaveKind.PLANNED: ("年假", "事假", "请假"), LeaveKind.ILL: ("生病",)},
)

TAKES = Choice(
    {
        Takes.HOMES: ("住户", "homes"),
        Takes.SHIFTS: ("班次", "shifts"),
        Takes.EVERYTHING: ("全部", "everything"),
    }
)

DAY_TYPE = Choice(
    {DayType.WORKDAY: ("上班", "workday"), DayType.REST_DAY: ("放假", "rest day")},
    {DayType.WORKDAY: ("调休上班", "工作日"), DayType.REST_DAY: ("休息", "节假日", "holiday")},
)

TICKS, CROSSES = frozenset("√✓✔☑"), frozenset("×✗✘☒")
YES = frozenset(folded(word) for word in ("是", "有", "对", "yes", "y", "true", "1", "已改造", "已", "v"))
NO = frozenset(
    folded(word) for word in ("否", "无", "没有", "不", "no", "n", "false", "0", "未改造", "未", "x")
)
