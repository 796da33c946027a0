"""Every word of the console, Chinese and English, in one table: pages and scripts take their words from here and nowhere else.

`{name}` in a word is filled in by `say`. Keys of closed lists are `list.value`, so that a new value without a word fails a test.
"""

from typing import Literal, NamedTuple

from hub.notify.phrases import (
    FAULTS,
    KINDS,
    REJECT_REASONS,
    ROLES,
    SEVERITIES,
    WHAT_IT_WAS,
    WHAT_WAS_DONE,
)

Language = Literal["zh", "en"]


class Words(NamedTuple):
    """One thing said in both languages."""

    zh: str
    en: str


LANGUAGES: tuple[Language, ...] = ("zh", "en")

_LISTS: dict[str, Words] = {
    **{f"kind.{kind.value}": Words(*words) for kind, words in KINDS.items()},
    **{f"severity.{severity.value}": Words(*words) for severity, words in SEVERITIES.items()},
    **{f"role.{role.value}": Words(*words) for role, words in ROLES.items()},
    **{f"what_it_was.{outcome.value}": Words(*words) for outcome, words in WHAT_IT_WAS.items()},
    **{f"what_was_done.{outcome.value}": Words(*words) for outcome, words in WHAT_WAS_DONE.items()},
    **{f"fault.{fault.value}": Words(*words) for fault, words in FAULTS.items()},
    **{f"reject.{reason.value}": Words(*words) for reason, words in REJECT_REASONS.items()},
}
"""Lists that people are also told by message: the same words there and here."""

_STATES = {
    "state.triggered": Words("待接警", "triggered"),
    "state.acknowledged": Words("已接警", "acknowledged"),
    "state.on_the_way": Words("已出发", "on the way"),
    "state.on_site": Words("已到场", "on site"),
    "state.resolved": Words("已处置", "resolved"),
    "state.overdue": Words("超时未接", "overdue"),
    "request_state.new": Words("待受理", "new"),
    "request_state.assigned": Words("已派单", "assigned"),
    "request_state.in_progress": Words("服务中", "in progress"),
    "request_state.done": Words("已完成", "done"),
}

_ACCOUNT_ROLES = {
    "account_role.operator": Words("坐席", "operator"),
    "account_role.administrator": Words("管理员", "administrator"),
}

_DEVICES = {
    "device.button": Words("一键呼叫器", "button"),
    "device.pull_cord": Words("拉绳", "pull cord"),
    "device.pendant": Words("挂坠", "pendant"),
    "device.fall_wearable": Words("跌倒挂件", "fall sensor, worn"),
    "device.fall_radar": Words("跌倒雷达", "fall radar"),
    "device.oximeter": Words("血氧仪", "oximeter"),
    "device.cuff": Words("血压计", "cuff"),
    "device.thermometer": Words("体温计", "thermometer"),
    "device.glucometer": Words("血糖仪", "glucometer"),
    "device.bed_mat": Words("睡眠监测垫", "bed mat"),
    "device.motion": Words("人体感应", "motion"),
    "device.contact": Words("门磁", "contact"),
    "device.smoke": Words("烟感", "smoke"),
    "device.gas": Words("燃气报警器", "gas"),
    "device.water": Words("水浸", "water"),
    "device.climate": Words("温湿度计", "climate"),
    "device.vibration": Words("震动感应", "vibration"),
    "device.watch": Words("定位手表", "4G watch"),
    "device.gateway": Words("家庭网关", "gateway"),
    "device.voice_unit": Words("语音终端", "voice unit"),
}

_ELDERS = {
    "membership.not_yet_open": Words("未开通", "not yet open"),
    "membership.active": Words("在册", "active"),
    "membership.paused": Words("暂停", "paused"),
    "membership.deceased": Words("离世", "deceased"),
    "membership.left": Words("退出", "left"),
    "flag.very_old": Words("高龄", "very old"),
    "flag.care_dependent": Words("失能", "care-dependent"),
    "flag.dementia": Words("失智", "dementia"),
    "flag.lives_alone": Words("独居", "lives alone"),
    "flag.empty_nest": Words("空巢", "empty nest"),
    "flag.in_hardship": Words("困难", "in hardship"),
    "flag.lost_only_child": Words("失独", "lost only child"),
    "flag.family_planning_case": Words("计生特殊", "family-planning special case"),
    "flag.hard_of_hearing": Words("听力障碍", "hard of hearing"),
    "flag.on_oxygen": Words("吸氧", "on oxygen"),
    "flag.no_lift": Words("悬空老人", "upstairs without a lift"),
    "away.hospital": Words("住院", "in hospital"),
    "away.children": Words("在子女家", "with the children"),
    "away.day_care": Words("日托", "day care"),
    "away.festival": Words("过节外出", "festival"),
    "away.other": Words("外出", "away"),
    "room.bedroom": Words("卧室", "bedroom"),
    "room.bathroom": Words("卫生间", "bathroom"),
    "room.kitchen": Words("厨房", "kitchen"),
    "room.living_room": Words("客厅", "living room"),
    "room.hall": Words("门厅", "hall"),
    "room.balcony": Words("阳台", "balcony"),
    "category.meals": Words("助餐", "meals"),
    "category.recreation": Words("助乐", "recreation"),
    "category.medical": Words("助医", "medical"),
    "category.cleaning": Words("助洁", "cleaning"),
    "category.shopping": Words("助购", "shopping"),
    "category.urgent_help": Words("助急", "urgent help"),
    "category.other": Words("其他服务", "other service"),
}

_ENTRIES = {
    "entry.alert_triggered": Words("触发：{why}", "Triggered: {why}"),
    "entry.alert_evidence": Words("又有信号：{why}", "Another sign: {why}"),
    "entry.alert_severity_raised": Words(
        "级别提高为{severity}：{why}", "Severity raised to {severity}: {why}"
    ),
    "entry.alert_escalated": Words("进入第 {step} 级通知", "Step {step} of the chain"),
    "entry.alert_escalated_again": Words(
        "仍无人接，第 {step} 级再次通知", "Still unanswered: step {step} again"
    ),
    "entry.alert_cleared": Words("已自行恢复：{why}", "Cleared by itself: {why}"),
    "entry.alert_acknowledged": Words("{by}已接警", "{by} acknowledged"),
    "entry.alert_on_the_way": Words("{by}已出发", "{by} is on the way"),
    "entry.alert_on_site": Words("{by}已到场", "{by} is on site"),
    "entry.alert_hold_expired": Words(
        "{by}接警后没有进展，已超时，重新待接警", "The hold of {by} expired without progress; triggered again"
    ),
    "entry.alert_reopened": Words("重新待接警", "Triggered again"),
    "entry.alert_resolved": Words(
        "{by}已处置：{what_it_was}，{what_was_done}", "{by} resolved it: {what_it_was}, {what_was_done}"
    ),
    "entry.alert_ambulance": Words("{by}已代呼120", "{by} called an ambulance"),
    "entry.alert_note": Words("{by}记录：{note}", "Note by {by}: {note}"),
    "entry.notification_queued": Words("准备通知{whom}（{why}）", "To be told: {whom} ({why})"),
    "entry.notification_held": Words("没有通知{whom}：{why}", "Not told: {whom}: {why}"),
    "entry.notification_cancelled": Words("不再通知{whom}：{why}", "No longer to be told: {whom}: {why}"),
    "entry.notification_sent": Words("通知已发给{whom}", "Sent to {whom}"),
    "entry.notification_received": Words("{whom}已收到通知", "Received by {whom}"),
    "entry.notification_failed": Words("通知{whom}没有成功", "{whom} could not be reached"),
    "entry.request_opened": Words("求助：{category}", "Service request: {category}"),
    "entry.request_moved": Words("求助转为{state}", "Service request is now {state}"),
    "entry.call_test": Words("测试按键", "Test press"),
    "entry.away_set": Words("登记{away}", "Marked away: {away}"),
    "entry.away_ended": Words("{by}取消外出", "{by} ended the absence"),
    "entry.profile_set": Words("档案已更新", "Record updated"),
    "entry.step_failed": Words(
        "这条信号处理出错，已保留，转人工", "A signal could not be judged; it is kept for a person to look at"
    ),
    "entry.unknown": Words("有新记录", "Recorded"),
    "whom.home": Words("家中设备 {device}", "{device} in the home"),
    "whom.nobody": Words("相关人员", "those concerned"),
    "notify.step": Words("轮到这一步", "their step is due"),
    "notify.step_repeated": Words("仍无人接，再次通知", "still unanswered, told again"),
    "notify.busy_butler": Words("管家正忙", "the butler is busy"),
    "notify.pressed_again": Words("老人又按了", "the elder pressed again"),
    "notify.severity_raised": Words("级别提高", "severity raised"),
    "notify.taken_by_other": Words("已有人接警", "somebody else took it"),
    "notify.hold_expired": Words("接警后超时", "the hold expired"),
    "notify.resolved": Words("已处置", "resolved"),
    "notify.call_state": Words("告诉老人进展", "the elder hears where it stands"),
    "notify.reassure": Words("安抚老人", "the elder is reassured"),
    "hold.nobody_on_duty": Words("没有人值班", "nobody is on duty"),
    "hold.no_contact_method": Words("没有登记联系方式", "no contact method is recorded"),
    "hold.outside_hours": Words("不在约定时间", "outside the agreed hours"),
    "hold.home_cannot_speak": Words("家中没有语音设备", "no device in the home can speak"),
    "by.hub": Words("系统", "the hub"),
}

_PAGE = {
    "app.name": Words("居家养老告警台", "Care alert console"),
    "nav.console": Words("告警台", "Console"),
    "nav.homes": Words("住户", "Homes"),
    "nav.devices": Words("设备", "Devices"),
    "nav.rejected": Words("读不懂的消息", "Rejected messages"),
    "nav.accounts": Words("账号", "Accounts"),
    "nav.main": Words("主导航", "Main navigation"),
    "nav.skip": Words("跳到正文", "Skip to the content"),
    "nav.other_language": Words("English", "中文"),
    "nav.log_out": Words("退出", "Log out"),
    "login.title": Words("登录", "Log in"),
    "login.login": Words("账号", "Log-in"),
    "login.password": Words("密码", "Password"),
    "login.submit": Words("登录", "Log in"),
    "login.wrong": Words(
        "账号或密码不对。请重新输入。", "The log-in or the password is wrong. Please try again."
    ),
    "login.too_many": Words(
        "试的次数太多。请等 {minutes} 分钟再试，或请管理员重设密码。",
        "Too many attempts. Wait {minutes} minutes, or ask the administrator for a new password.",
    ),
    "login.ended": Words("登录已失效，请重新登录。", "Your session has ended. Please log in again."),
    "queue.title": Words("待处置告警", "Open alerts"),
    "queue.count": Words("{waiting} 条待接警，共 {all} 条", "{waiting} waiting, {all} in all"),
    "queue.empty": Words("现在没有待处置的告警", "No alert is open"),
    "queue.empty_more": Words(
        "新告警会自动出现在这里，并响铃。", "A new alert appears here by itself, with sound."
    ),
    "queue.loading": Words("正在读取…", "Loading…"),
    "queue.held_by": Words("{name} 已接", "held by {name}"),
    "queue.held_until": Words("保留到 {time}", "until {time}"),
    "queue.nobody": Words("还没有人接", "nobody has it yet"),
    "queue.next_in": Words("{time} 后通知下一级", "next step in {time}"),
    "queue.next_now": Words("正在通知下一级", "next step now"),
    "queue.times": Words("又有 {count} 次信号：{what}", "signs since: {count}, the last: {what}"),
    "queue.late": Words("晚到 {minutes} 分钟", "{minutes} min late"),
    "queue.pressed_again": Words("又按了 {count} 次", "pressed again: {count}"),
    "queue.signs_again": Words("又有 {count} 次新信号", "new signs: {count}"),
    "requests.title": Words("求助工单", "Service requests"),
    "requests.empty": Words("没有未完成的求助", "No open service request"),
    "requests.assign": Words("派单", "Assign"),
    "requests.start": Words("开始服务", "Start"),
    "requests.done": Words("完成", "Done"),
    "detail.none": Words("选一条告警查看详情", "Choose an alert to see it"),
    "detail.none_more": Words("用 ↑ ↓ 或 J K 选择，回车打开。", "Choose with ↑ ↓ or J K, open with Enter."),
    "detail.back": Words("返回列表", "Back to the list"),
    "detail.why": Words("原因", "Why"),
    "detail.timeline": Words("处置经过", "Timeline"),
    "detail.notifications": Words("{count} 条通知：{first}…", "{count} notifications: {first}…"),
    "detail.opened": Words("触发时间", "triggered at"),
    "detail.outcome": Words("处置结果", "Outcome"),
    "detail.gone": Words("这条告警已处置", "This alert is resolved"),
    "detail.gone_by": Words("这条告警已由{name}在 {time} 处置", "Resolved by {name} at {time}"),
    "card.title": Words("老人档案卡", "Care card"),
    "card.level": Words("能力等级 {level} 级", "ability level {level}"),
    "card.born": Words("{year} 年生，约 {age} 岁", "born {year}, about {age}"),
    "card.address": Words("地址", "Address"),
    "card.floor": Words("{floor} 楼", "floor {floor}"),
    "card.lift": Words("有电梯", "lift"),
    "card.no_lift": Words("无电梯", "no lift"),
    "card.phone": Words("家中电话", "Home telephone"),
    "card.door_code": Words("门锁密码", "Door code"),
    "card.door_code_hidden": Words("接警后才能看到", "shown to whom holds the alert"),
    "card.door_code_none": Words("没有登记", "none recorded"),
    "card.people": Words("联系人", "Contacts"),
    "card.people_none": Words(
        "没有登记联系人。请通知站点补登。", "Nobody is recorded. Ask the centre to add contacts."
    ),
    "card.centre": Words("责任站点", "Responsible centre"),
    "card.note": Words("备注", "Note"),
    "card.care_bed": Words("家庭养老床位", "family care bed"),
    "card.away": Words("外出登记", "Away"),
    "card.away_until": Words("{kind}，{from} 到 {until}", "{kind}, {from} to {until}"),
    "card.both": Words(
        "家中有 {count} 位老人，还不知道是哪一位", "{count} elders live here; it is not known which one"
    ),
    "card.unknown": Words("住户待核实", "resident to be confirmed"),
    "card.go_to_door": Words(
        "听力障碍：直接上门，不要等回答", "Hard of hearing: go to the door, do not wait for an answer"
    ),
    "card.oxygen": Words("吸氧：停电时优先", "On oxygen: first in a power cut"),
    "card.dementia": Words("失智：问答不一定可靠", "Dementia: answers may not be reliable"),
    "card.devices": Words("设备", "Devices"),
    "card.unjudged": Words(
        "这一户的规则暂时不可信，呼叫仍会告警。请电话核实。",
        "The rules for this home cannot be trusted now; calls still alert. Please telephone.",
    ),
    "action.acknowledge": Words("接警", "Acknowledge"),
    "action.on_the_way": Words("已出发", "On the way"),
    "action.on_site": Words("已到场", "On site"),
    "action.resolve": Words("处置完成", "Resolve"),
    "action.ambulance": Words("代呼120", "Call ambulance"),
    "action.note": Words("记一笔", "Note"),
    "action.raise": Words("手工建单", "Raise by hand"),
    "action.open": Words("打开", "Open"),
    "action.cancel": Words("取消", "Cancel"),
    "action.save": Words("保存", "Save"),
    "action.close": Words("关闭", "Close"),
    "action.help": Words("按键说明", "Keys"),
    "resolve.title": Words("处置完成", "Resolve"),
    "resolve.what_it_was": Words("是什么事", "What it was"),
    "resolve.what_was_done": Words("怎么处置的", "What was done"),
    "resolve.note": Words("说明（可不填）", "Note (optional)"),
    "resolve.missing": Words("请两项都选上。", "Please choose both."),
    "ambulance.title": Words("代呼120", "Call ambulance"),
    "ambulance.text": Words(
        "请用电话拨打120并读出下面的内容。打完后按“已叫救护车”，老人会听到“急救车叫了，您别动”。",
        "Telephone 120 and read this out. Then press “Ambulance called”: the elder hears that it is on its way.",
    ),
    "ambulance.done": Words("已叫救护车", "Ambulance called"),
    "note.title": Words("记一笔", "Note"),
    "note.text": Words("内容", "Text"),
    "note.missing": Words("请写一点内容。", "Please write something."),
    "raise.title": Words("手工建单", "Raise by hand"),
    "raise.search": Words("姓名、地址或电话", "Name, address or telephone"),
    "raise.hint": Words(
        "输入几个字，↑ ↓ 选择，回车立即建单",
        "Type a few characters, choose with ↑ ↓, Enter raises it at once",
    ),
    "raise.none": Words("没有找到住户", "No home found"),
    "raise.note": Words("来电内容（可不填）", "What the caller said (optional)"),
    "raise.done": Words("已建单", "Raised"),
    "stale.taken": Words(
        "慢了一步：{name} 先动了，现在是“{state}”。",
        "Somebody was faster: {name} has it, it is now “{state}”. ",
    ),
    "stale.changed": Words(
        "这条告警刚有变化，现在是“{state}”。请看一眼再操作。",
        "This alert has just changed, it is now “{state}”. Look once more. ",
    ),
    "stale.kept": Words("您填的内容还在。", "What you typed is still here."),
    "lift.floor": Words("{floor} 楼，{lift}", "floor {floor}, {lift}"),
    "stale.changed_to": Words("现在是“{state}” {name}", "It is now “{state}” {name}"),
    "said.done": Words("已记录", "Recorded"),
    "said.failed": Words("没有成功：{why}", "It did not work: {why}"),
    "said.no_answer": Words(
        "系统没有回应。请再试一次；不行就用电话。",
        "The hub did not answer. Try again; if it fails, use the telephone.",
    ),
    "sound.on": Words("声音已开", "Sound on"),
    "sound.off_bar": Words(
        "声音没有打开：按任意键或点这里打开", "The sound is off: press a key or click here"
    ),
    "sound.off": Words("声音没开", "Sound off"),
    "sound.paused": Words("声音暂停", "Audio paused"),
    "sound.paused_bar": Words(
        "声音已暂停，{time} 后恢复。暂停不等于接警。按 M 立即恢复",
        "Audio paused for {time} more. Silence is not acknowledgement. Press M to end it",
    ),
    "sound.toggle": Words("暂停或恢复声音", "Pause or resume the sound"),
    "sound.none": Words(
        "这个浏览器不能发声，请换一个浏览器", "This browser cannot make sound; use another one"
    ),
    "line.lost": Words(
        "与系统的连接断了，下面可能不是最新情况。正在重连（已断 {time}）…",
        "The connection is lost; what you see may be old. Reconnecting (lost for {time})…",
    ),
    "line.reset": Words(
        "断开太久，已重新读取全部告警。", "It was lost for too long; all alerts were read anew."
    ),
    "line.problems": Words("系统提示：{text}", "The hub says: {text}"),
    "help.title": Words("按键说明", "Keys"),
    "help.move": Words("上下选择", "move"),
    "help.open": Words("打开详情", "open"),
    "help.sound": Words("暂停或恢复声音（2 分钟）", "pause or resume the sound (2 minutes)"),
    "help.help": Words("这张说明", "this list"),
    "help.escape": Words("关闭对话框，返回列表", "close a dialog, back to the list"),
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
    "devices.title": Words("设备", "Devices"),
    "devices.device": Words("设备编号", "Device"),
    "devices.kind": Words("种类", "Kind"),
    "devices.where": Words("住户与位置", "Home and place"),
    "devices.seen": Words("最近信号", "Last seen"),
    "devices.never": Words("从未收到", "never"),
    "devices.battery": Words("电量", "Battery"),
    "devices.state": Words("状态", "State"),
    "devices.ok": Words("正常", "fine"),
    "devices.offline": Words("离线", "offline"),
    "devices.silent": Words("失联", "silent"),
    "devices.only_problems": Words("只看有问题的", "only those with a problem"),
    "devices.none": Words("没有设备。", "No device."),
    "rejected.title": Words("读不懂的消息", "Rejected messages"),
    "rejected.lead": Words(
        "收到但读不懂、或来自未登记设备的消息，原样保留。",
        "Messages that could not be read or came from unknown devices, kept as they were.",
    ),
    "rejected.none": Words("没有读不懂的消息。", "No rejected message."),
    "rejected.at": Words("时间", "Time"),
    "rejected.topic": Words("主题", "Topic"),
    "rejected.reason": Words("原因", "Reason"),
    "rejected.bytes": Words("内容（{size} 字节）", "Content ({size} bytes)"),
    "rejected.text": Words("文本", "as text"),
    "rejected.hex": Words("十六进制", "as hex"),
    "reject.unknown_device": Words("设备未登记", "device not enrolled"),
    "accounts.title": Words("账号", "Accounts"),
    "accounts.login": Words("账号", "Log-in"),
    "accounts.name": Words("姓名", "Name"),
    "accounts.role": Words("角色", "Role"),
    "accounts.state": Words("状态", "State"),
    "accounts.active": Words("启用", "active"),
    "accounts.disabled": Words("停用", "disabled"),
    "accounts.disable": Words("停用", "Disable"),
    "accounts.enable": Words("启用", "Enable"),
    "accounts.add": Words("新建账号", "Add an account"),
    "accounts.password": Words("密码（至少 10 个字符）", "Password (at least 10 characters)"),
    "accounts.new_password": Words("新密码", "New password"),
    "accounts.set_password": Words("重设密码", "Set password"),
    "accounts.hint": Words(
        "停用或重设密码后，原来的登录立即失效。",
        "Disabling or a new password ends the sessions of that account.",
    ),
    "accounts.wrong": Words("“{field}”填得不对，请改正。", "“{field}” is not right; please correct it."),
    "problem.account_exists": Words(
        "这个账号已经有人用了，请换一个。", "This log-in is taken; choose another."
    ),
    "problem.own_account": Words(
        "不能停用自己正在使用的账号，请让另一位管理员操作。",
        "You cannot disable the account you are logged in with; let another administrator do it.",
    ),
    "problem.not_found": Words("没有这个账号。", "There is no such account."),
    "error.title": Words("打不开这个页面", "This page cannot be shown"),
    "error.back": Words("回到告警台", "Back to the console"),
    "error.not_found": Words("没有这个页面，或已不存在。", "There is no such page, or no longer."),
    "error.not_allowed": Words("这个页面只对管理员开放。", "This page is for administrators only."),
    "error.failed": Words(
        "系统出错，已记录。请再试一次。", "The hub failed; it was recorded. Please try again."
    ),
    "previous": Words("上一页", "Previous"),
    "next": Words("下一页", "Next"),
    "list.and": Words("、", ", "),
}

WORDS: dict[str, Words] = {
    **_LISTS,
    **_STATES,
    **_ACCOUNT_ROLES,
    **_DEVICES,
    **_ELDERS,
    **_ENTRIES,
    **_PAGE,
}


def say(language: Language, key: str, /, **values: object) -> str:
    """The words for `key`; raises KeyError for a key that is not in the table (a page never shows a bare key)."""
    words = WORDS[key]
    template = words.zh if language == "zh" else words.en
    return template.format(**values) if values else template


def both(key: str, /, **values: object) -> Words:
    """The words for `key` in both languages."""
    return Words(say("zh", key, **values), say("en", key, **values))


def table(language: Language) -> dict[str, str]:
    """All words of one language, for the scripts of a page."""
    return {key: words.zh if language == "zh" else words.en for key, words in WORDS.items()}
