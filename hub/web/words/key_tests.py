"""Keys tested by hand each month, test mode on a visit, and the home's silent test calls."""

from hub.web.words.said import Words

WORDS: dict[str, Words] = {
    "nav.key_tests": Words("每月试按", "Monthly tests"),
    "key_tests.title": Words("每月试按", "Keys to test by hand"),
    "key_tests.lead": Words(
        "电池按键只能用手试。上次有人应答的按键（真的求救也算）满一个月，就该再试一次。",
        "A battery key is tested by a hand. A month after its last press that a person answered, a real one too, it is due.",
    ),
    "key_tests.counts": Words(
        "逾期 {overdue}，到期 {due}，从未试通 {never}，其余 {proven} 正常",
        "{overdue} overdue, {due} due, {never} never proven; {proven} others are fine",
    ),
    "key_tests.key": Words("按键", "Key"),
    "key_tests.last": Words("上次试通", "Last proven"),
    "key_tests.standing": Words("到期", "Due"),
    "key_tests.since": Words("{at} 起", "since {at}"),
    "key_tests.show_all": Words("全部按键", "All keys"),
    "key_tests.show_due": Words("只看该试的", "Only those due"),
    "key_tests.filter": Words("查看", "Show"),
    "key_tests.every_centre": Words("全部站点", "All centres"),
    "key_tests.every_butler": Words("全部管家", "All butlers"),
    "key_tests.none": Words("没有该试的按键。", "No key is due."),
    "key_tests.none_all": Words("没有需要手试的按键。", "There is no key to be tested by hand."),
    "key_tests.test": Words("去试按", "Test"),
    "key_tests.visit": Words("试按", "Test the keys"),
    "key_tests.back": Words("返回每月试按", "Back to the list"),
    "key_tests.visit_lead": Words(
        "站在老人身边，先点“开始试按”，再逐个按键。按下去照样报警、照样通知所有人，只是注明可能是试按；"
        "确认是自己在试，点“这是试按”结案。",
        "Stand beside the elder, tap “Begin”, then press each key. A press is an alert and goes to everybody as ever, marked as "
        "perhaps a test; tap “That was our test” to close it.",
    ),
    "key_tests.begin": Words("开始试按（10 分钟）", "Begin (10 minutes)"),
    "key_tests.longer": Words("再延长 10 分钟", "10 minutes more"),
    "key_tests.on_mine": Words(
        "试按中，到 {until} 自动结束。请按下按键。", "Testing until {until}. Press the keys now."
    ),
    "key_tests.on_other": Words(
        "{name}正在这里试按，到 {until} 自动结束。", "{name} is testing here until {until}."
    ),
    "key_tests.off": Words("没有在试按：按下就是求救。", "Nobody is testing: a press is a call for help."),
    "key_tests.heard": Words("{at} 收到按键", "A press was heard at {at}"),
    "key_tests.was_ours": Words("这是试按", "That was our test"),
    "key_tests.held": Words(
        "{name}已接警：请告诉对方这是试按，由对方结案。",
        "{name} has taken it: tell them it was a test, and they close it.",
    ),
    "key_tests.not_ours": Words(
        "这条告警不能一键结案：请打开告警处理。",
        "This alert is not closed by one tap: open it and deal with it.",
    ),
    "key_tests.open_alert": Words("打开告警", "Open the alert"),
    "key_tests.refused": Words(
        "没有完成：情况有变，请看当前状态。",
        "It was not done: things have changed. Look at how it stands now.",
    ),
    "key_tests.no_keys": Words("这一户没有需要手试的按键。", "This home has no key to be tested by hand."),
    "key_tests.not_allowed": Words("您的账号不能开始试按。", "Your log-in cannot begin a test."),
    "key_tests.proven_at": Words("{at} 试通", "proven at {at}"),
    "key_tests.lost": Words("连接断开，正在重连", "Not connected; trying again"),
    "key_standing.proven": Words("正常", "Fine"),
    "key_standing.due": Words("到期", "Due"),
    "key_standing.overdue": Words("逾期", "Overdue"),
    "key_standing.never": Words("从未试通", "Never proven"),
    "chain_test.title": Words("链路自检", "Chain test"),
    "chain_test.proven": Words(
        "{at} 通过（设备 {device}，往返 {ms} 毫秒）", "{at}, from {device}, there and back in {ms} ms"
    ),
    "chain_test.failed": Words(
        "{at} 起没有通过（设备 {device}）：{why}", "Failing since {at} ({device}): {why}"
    ),
    "chain_test.never": Words("还没有通过一次", "Not proven yet"),
    "chain_test.next": Words("下次 {at}", "next at {at}"),
    "chain_test.none": Words(
        "没有能自检的设备（语音终端或网关）", "No device here can test itself (voice unit or gateway)"
    ),
    "chain_hop.not_sent": Words("指令没有发出", "the command did not leave"),
    "chain_hop.no_sign": Words(
        "指令已发出，设备没有回音", "the command left, nothing was heard of the device"
    ),
    "chain_hop.no_call": Words("设备在线，自检呼叫没有来", "the device speaks, its test call did not come"),
    "chain_hop.device_failed": Words("设备报告自检未通过", "the device says that its self-test failed"),
}
