"""The lines of an alert's timeline."""

from hub.web.words.said import Words

WORDS: dict[str, Words] = {
    "entry.alert_triggered": Words("触发：{why}", "Raised: {why}"),
    "entry.alert_evidence": Words("又有信号：{why}", "Another sign: {why}"),
    "entry.alert_severity_raised": Words(
        "级别提高为{severity}：{why}", "Severity raised to {severity}: {why}"
    ),
    "entry.alert_severity_lowered": Words(
        "级别降为{severity}：老人已起身", "Severity lowered to {severity}: the wearer got up"
    ),
    "entry.alert_taken_back": Words(
        "老人说没事，预警取消，没有惊动别人", "Taken back by the wearer in time: nobody was disturbed"
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
        "{by}接警后没有进展，已超时，重新待接警", "The hold of {by} expired without progress; waiting again"
    ),
    "entry.alert_reopened": Words("重新待接警", "Waiting again"),
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
    "entry.request_opened_by": Words("{by}开单：{category}", "{by} opened a request: {category}"),
    "entry.request_task": Words("一再误按，转为任务", "Pressed by mistake again and again: a task"),
    "entry.request_repair": Words("求救可能到不了，转为修设备任务", "A call may not arrive: a repair task"),
    "entry.request_moved": Words("求助转为{state}", "Service request is now {state}"),
    "entry.request_assigned": Words("{by}派单给{assignee}", "{by} assigned it to {assignee}"),
    "entry.request_started": Words("{by}开始服务", "{by} began"),
    "entry.request_given_back": Words(
        "{by}退单，{assignee}不再负责，重新待受理",
        "{by} gave it back: {assignee} has it no more, it waits again",
    ),
    "entry.request_done": Words("{by}完成", "{by} finished it"),
    "entry.request_remedied": Words("{by}完成：{remedy}", "{by} finished it: {remedy}"),
    "entry.request_cancelled": Words("{by}取消：{cancel_reason}", "{by} cancelled it: {cancel_reason}"),
    "entry.request_asked_again": Words("老人又要了一次", "Asked for again"),
    "entry.request_one_more": Words("又误按一次", "Pressed by mistake once more"),
    "entry.request_accepted": Words("{by}接单", "{by} accepted it"),
    "entry.request_overdue": Words("超时未完成", "Overdue"),
    "entry.call_test": Words("测试按键", "Test press"),
    "entry.call_test_silent": Words(
        "链路自检通过（设备 {device}，{ms} 毫秒）", "Chain test came back ({device}, {ms} ms)"
    ),
    "entry.chain_test_failed": Words("链路自检没有通过：{why}", "Chain test failed: {why}"),
    "entry.home_asked": Words("语音问老人是否安好", "Asked in the home: are you all right?"),
    "entry.hand_test_started": Words("{by}开始试按", "{by} began to test the keys by hand"),
    "entry.hand_test_ended": Words("试按时段结束", "The test by hand is over"),
    "entry.away_set": Words("{by}登记{away}", "{by} entered: {away}"),
    "entry.away_ended": Words("{by}取消外出", "{by} ended the absence"),
    "entry.profile_set": Words("档案已更新", "Record updated"),
    "entry.step_failed": Words(
        "这条信号处理出错，已保留，转人工", "A signal could not be judged; it is kept for a person to look at"
    ),
    "entry.cannot_be_read": Words("这一条记录读不出来", "This entry cannot be read"),
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
    "notify.assigned": Words("派单", "assigned to them"),
    "notify.overdue": Words("超时", "overdue"),
    "notify.taken_back": Words("改派或取消", "taken back"),
    "notify.chain_test": Words("链路自检", "chain test"),
    "hold.nobody_on_duty": Words("没有人值班", "nobody is on duty"),
    "hold.no_contact_method": Words("没有登记联系方式", "no contact method is recorded"),
    "hold.outside_hours": Words("不在约定时间", "outside the agreed hours"),
    "hold.home_cannot_speak": Words("家中没有语音设备", "no device in the home can speak"),
    "by.hub": Words("系统", "the hub"),
}
