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
    "home.life": Words("这一户的记录", "What happened besides"),
    "home.history": Words("告警记录", "Alerts so far"),
    "home.history_none": Words("还没有告警。", "No alert so far."),
}
