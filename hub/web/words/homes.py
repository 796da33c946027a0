"""Homes and care cards."""

from hub.web.words.said import Words

WORDS: dict[str, Words] = {
    "homes.title": Words("住户", "Homes"),
    "homes.count": Words("共 {count} 户", "{count} in all"),
    "homes.search": Words(
        "按姓名、拼音、地址、电话或编号查找", "Search by name, pinyin, address, telephone or id"
    ),
    "homes.search_hint": Words(
        "例如：王秀兰、wxl、3-2-501、家属的电话；几个词不分先后",
        "For example: wangxiulan, wxl, 3-2-501, a daughter's number; several words in any order",
    ),
    "homes.centre": Words("站点", "Centre"),
    "homes.butler": Words("养老管家", "Butler"),
    "homes.membership": Words("服务状态", "Membership"),
    "homes.flag": Words("重点情况", "Flag"),
    "homes.only": Words("只看", "Only"),
    "homes.cared_by": Words("管家与站点", "Butler and centre"),
    "homes.find": Words("查找", "Search"),
    "homes.none": Words("没有找到。", "Nothing was found."),
    "homes.residents": Words("老人", "Residents"),
    "homes.address": Words("地址", "Address"),
    "homes.state": Words("状态", "State"),
    "homes.open_alerts": Words("{count} 条告警", "open alerts: {count}"),
    "homes.unprotected": Words("保障缺口", "unprotected"),
    "away.title": Words("登记外出", "Mark as away"),
    "away.who": Words("谁", "Who"),
    "away.everybody": Words("全家", "everybody"),
    "away.kind": Words("去向", "Where"),
    "away.from": Words("从", "From"),
    "away.until": Words("到", "Until"),
    "away.order": Words("“到”要晚于“从”，请改正。", "“Until” must be later than “from”; please correct it."),
    "away.long": Words(
        "外出 {days} 天，期间感应规则一直暂停。日期对吗？对的话请再确认一次。",
        "Away for {days} days, with the sensor rules paused all the time. Are the dates right? If so, confirm once more.",
    ),
    "away.over": Words(
        "这次外出已经过去了，没有登记。请核对日期。",
        "This absence is over already and was not entered. Check the dates.",
    ),
    "away.confirm": Words("日期没错，确认外出", "The dates are right: mark as away"),
    "away.end": Words("已回家", "Back home"),
    "away.hint": Words(
        "外出期间感应规则暂停；呼叫器照常告警。", "Sensor rules pause meanwhile; a button always alerts."
    ),
    "list.any": Words("不限", "any"),
    "list.all": Words("全部", "all"),
    "list.clear": Words("清除条件", "Clear"),
    "list.pages": Words("翻页", "Pages"),
    "list.shown": Words("第 {first}–{last} 条，共 {total} 条", "{first}–{last} of {total}"),
    "print.do": Words("打印", "Print"),
    "print.at": Words("打印时间：{time}", "Printed at {time}"),
    "print.no_code": Words(
        "门锁密码不印在纸上：接警的人在告警台上看。",
        "The door code is not printed: whoever holds the alert sees it on the console.",
    ),
    "card.short": Words("住户简卡", "Short card"),
    "card.closed": Words(
        "电话、门锁密码、身体情况和备注在老人档案卡上。接了这一户的告警，档案卡自动打开；没有告警，请说明原因。谁在什么时候、为什么打开过，都有记录。",
        "Telephone numbers, door code, conditions and notes stand on the care card. It opens by itself for whoever holds an "
        "alert of this home; without one, say why. It is written down who opened it, when and why.",
    ),
    "card.reason": Words("为什么要看", "What for"),
    "card.reason_note": Words("说明（选“其他”时必填）", "In a few words (needed for “something else”)"),
    "card.reason_choose": Words("请选择原因。", "Choose what it is for."),
    "card.reason_missing": Words(
        "选“其他”时，请用几个字说明原因。", "For “something else”, say in a few words what it is for."
    ),
    "card.open": Words("打开老人档案卡", "Open the care card"),
    "card.open_until": Words("打开到 {time}", "Open until {time}"),
    "card.take_first": Words(
        "接警后自动打开；或在住户页说明原因再打开",
        "opens when you take the alert; or say why on the home's page",
    ),
    "card.openings": Words("谁看过档案卡", "Who opened the care card"),
    "card.openings_none": Words("还没有人打开过。", "Nobody so far."),
    "card_reason.alert": Words("处理告警", "an alert"),
    "card_reason.visit": Words("准备上门", "preparing a visit"),
    "card_reason.family": Words("家属来问", "the family asked"),
    "card_reason.request": Words("办理服务请求", "a service request"),
    "card_reason.data": Words("核对资料", "checking the data"),
    "card_reason.emergency": Words("紧急情况，还没有告警", "an emergency, without an alert yet"),
    "card_reason.other": Words("其他", "something else"),
    "home.life": Words("这一户的记录", "What happened besides"),
    "home.history": Words("告警记录", "Alerts so far"),
    "home.history_none": Words("还没有告警。", "No alert so far."),
}
