"""Homes and care cards."""

from hub.web.words.said import Words

WORDS: dict[str, Words] = {
    "homes.title": Words("住户", "Homes"),
    "homes.search": Words("按姓名、地址、电话或编号查找", "Search by name, address, telephone or id"),
    "homes.find": Words("查找", "Search"),
    "homes.none": Words("没有找到。", "Nothing was found."),
    "homes.more": Words("请再多输入几个字，缩小范围。", "Type a little more to narrow it down."),
    "homes.home": Words("编号", "Id"),
    "homes.residents": Words("老人", "Residents"),
    "homes.address": Words("地址", "Address"),
    "homes.state": Words("状态", "State"),
    "homes.open_alerts": Words("{count} 条告警", "{count} alerts"),
    "homes.unprotected": Words("保障缺口", "unprotected"),
    "away.title": Words("登记外出", "Mark as away"),
    "away.who": Words("谁", "Who"),
    "away.everybody": Words("全家", "everybody"),
    "away.kind": Words("去向", "Where"),
    "away.from": Words("从", "From"),
    "away.until": Words("到", "Until"),
    "away.order": Words("“到”要晚于“从”，请改正。", "“Until” must be later than “from”; please correct it."),
    "away.end": Words("已回家", "Back home"),
    "away.hint": Words(
        "外出期间感应规则暂停；呼叫器照常告警。", "Sensor rules pause meanwhile; a button always alerts."
    ),
    "home.history": Words("告警记录", "Alerts so far"),
    "home.history_none": Words("还没有告警。", "No alert so far."),
}
