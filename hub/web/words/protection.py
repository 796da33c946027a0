"""What protects each elder, part by part."""

from hub.web.words.said import Words

WORDS: dict[str, Words] = {
    "protection.title": Words("逐人保障", "Protection, elder by elder"),
    "protection.lead": Words(
        "每位老人现在靠什么保障：哪样正常，哪样异常、为什么、从何时起；“–”是没装或没登记。",
        "What each elder can rely on now: what works, and what does not, why and since when; – is what nobody fitted or named.",
    ),
    "protection.counts": Words(
        "共 {elders} 位老人，{unprotected} 位现在没有保障",
        "Elders: {elders}; unprotected now: {unprotected}",
    ),
    "protection.broken": Words("异常：", "Broken: "),
    "protection.whom": Words("看哪些人", "Whom"),
    "protection.for_minutes": Words("没有保障 {count} 分钟", "unprotected for {count} min"),
    "protection.for_hours": Words("没有保障 {count} 小时", "unprotected for {count} h"),
    "protection.for_days": Words("没有保障 {count} 天", "unprotected for {count} days"),
    "protection.elder": Words("老人和地址", "Elder and address"),
    "protection.none": Words("这里没有异常。", "Nothing is broken here."),
    "protection.every_part": Words(
        "逐人看：每样保障现在正常不正常", "Elder by elder: what works now and what does not"
    ),
    "protection.who_is_unprotected": Words("只看保障缺口和原因", "Who is unprotected, and why"),
    "protection_only.unprotected": Words("没有保障的", "unprotected"),
    "protection_only.broken": Words("有异常的", "with something broken"),
    "protection_only.everybody": Words("全部老人", "everybody"),
    "part.button": Words("呼叫器", "Button"),
    "part.fall_sensor": Words("跌倒感应", "Fall sensor"),
    "part.bed": Words("床垫感应", "Bed"),
    "part.vital_signs": Words("体征设备", "Vital signs"),
    "part.link": Words("网络", "Link"),
    "part.butler": Words("当班管家", "Butler on duty"),
    "part.contact": Words("联系人", "Contact"),
    "part_state.holds": Words("正常", "works"),
    "part_state.broken": Words("异常", "broken"),
    "part_state.none": Words("–", "–"),
    "part_why.never_heard": Words("从未上线", "never heard"),
    "part_why.silent": Words("失联", "silent"),
    "part_why.fault": Words("设备故障", "faulty"),
    "part_why.test_lost": Words("测试呼叫不通", "test calls lost"),
    "part_why.nobody": Words("无人当班", "nobody on duty"),
    "part_why.not_told": Words("通知不到", "cannot be told"),
}
