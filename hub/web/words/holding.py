"""Who holds an alert, what is recorded for them, and taking it over."""

from hub.web.words.said import Words

WORDS: dict[str, Words] = {
    "holding.who": Words("{name}（{role}）", "{name} ({role})"),
    "holding.acknowledged": Words("{who} {time} 已接警", "{who} acknowledged at {time}"),
    "holding.on_the_way": Words("{who} {time} 已出发，在路上", "{who} is on the way since {time}"),
    "holding.on_site": Words("{who} {time} 已到场", "{who} is on site since {time}"),
    "holding.title": Words("已有人在处理", "Somebody has this alert"),
    "holding.question": Words("要记“{state}”：说的是谁？", "“{state}”: who is it?"),
    "holding.on_behalf": Words(
        "替 {name} 记“{state}”（电话里说的），仍由 {name} 负责",
        "Record “{state}” for {name}, who telephoned; {name} keeps the alert",
    ),
    "holding.recorded": Words(
        "{name} 的“{state}”已经记过，不用再记。换了别人去：先按 T 接手，再记是谁。",
        "“{state}” is recorded for {name} already. Somebody else goes instead: T takes over, then say who.",
    ),
    "holding.recorded_you_go": Words(
        "{name} 的“{state}”已经记过，不用再记。您自己去：选下面这一项。",
        "“{state}” is recorded for {name} already. You go instead: choose this.",
    ),
    "holding.somebody_else_came": Words(
        "别人先到了：先按 T 接手，再按 S 记是谁。",
        "Somebody else is there first: T takes over, then S says who.",
    ),
    "holding.take_over_as": Words("由我接手，记我“{state}”；{told}", "Take it over, “{state}” is me; {told}"),
    "holding.take_over": Words("由我接手，我来处理；{told}", "Take it over; {told}"),
    "holding.told": Words("{name} 会收到“不用再去”", "{name} is told not to go"),
    "holding.told_on_screen": Words("{name} 的屏幕上会说明", "{name} sees it on the screen"),
    "holding.who_goes_title": Words("谁去？", "Who goes?"),
    "holding.who_came_title": Words("谁到了？", "Who is there?"),
    "holding.who_goes": Words(
        "要记“{state}”：是谁？老人会听到这个名字。", "“{state}”: who is it? The elder hears this name."
    ),
    "holding.goes": Words("{name}（{role}）", "{name} ({role})"),
    "holding.nobody_goes": Words(
        "这一户没有登记可以上门的人。先打电话找人，用 N 记下是谁去了。",
        "Nobody who could come to this home is known. Telephone, and note (N) who goes.",
    ),
    "holding.missing": Words("请先选一项：按前面的数字。", "Please choose one first: press its digit."),
    "holding.recorded_for": Words("{state} · {name}（代记）", "{state} · for {name}"),
    "holding.yours_no_more": Words(
        "{whom}：{held}，不再由您负责。", "{whom}: {held}. It is no longer yours."
    ),
    "action.take_over": Words("接手", "Take over"),
    "action.confirm": Words("确定", "OK"),
    "other_home.or": Words("也可能是 {place}（{who}）", "or {place} ({who})"),
    "resolve.which_home": Words("是哪一户的事", "Which home it was"),
    "resolve.home_unknown": Words("说不清是哪一户", "Cannot be told"),
    "resolve.missing_home": Words("请选是哪一户。", "Please say which home it was."),
    "problem.held_by_other": Words(
        "{held}，由 {name} 负责。",
        "{held}: {name} holds the alert.",
    ),
    "problem.held_by_other_remedy": Words(
        "要记 {name} 做了什么，请带上 on_behalf_of={id}；要接手，请接警（acknowledge）并带上 take_over_from={id}"
        "（自己上门的，出发、到场时也可以带），系统会通知 {name}。",
        "To record what {name} did, send on_behalf_of={id}; to take it over, acknowledge with take_over_from={id} "
        "(who goes to the door may send it with that step too): {name} is told.",
    ),
    "problem.who_goes": Words(
        "坐席和值班长不上门：请说明是谁出发了、到场了。",
        "Nobody at a desk comes to the door: say who set out, or is there.",
    ),
    "problem.which_home": Words(
        "这条告警可能在两户：{here}，或 {there}。结束前请说明是哪一户。",
        "It may have been about either of two homes: {here}, or {there}. Before it is closed, say which.",
    ),
    "entry.alert_acknowledged_over": Words("{by}已接警，接手自{lost}", "{by} took it over from {lost}"),
    "entry.alert_on_the_way_over": Words(
        "{by}已出发，接手自{lost}", "{by} is on the way, taken over from {lost}"
    ),
    "entry.alert_on_site_over": Words("{by}已到场，接手自{lost}", "{by} is on site, taken over from {lost}"),
    "entry.alert_on_the_way_for": Words(
        "{holder}已出发（{by}代记）", "{holder} is on the way (recorded by {by})"
    ),
    "entry.alert_on_site_for": Words("{holder}已到场（{by}代记）", "{holder} is on site (recorded by {by})"),
    "entry.alert_on_the_way_for_over": Words(
        "{holder}已出发（{by}代记），接手自{lost}",
        "{holder} is on the way (recorded by {by}), taken over from {lost}",
    ),
    "entry.alert_on_site_for_over": Words(
        "{holder}已到场（{by}代记），接手自{lost}",
        "{holder} is on site (recorded by {by}), taken over from {lost}",
    ),
    "entry.alert_resolved_home_unknown": Words(
        "{by}已处置：{what_it_was}，{what_was_done}；说不清是哪一户",
        "{by} resolved it: {what_it_was}, {what_was_done}; which home it was cannot be told",
    ),
    "notify.taken_over": Words("已被接手", "taken over from them"),
}
