"""The chain from a press to a person, as it is checked all the while."""

from hub.web.words.said import Words

WORDS: dict[str, Words] = {
    "nav.chain": Words("链路自检", "Chain"),
    "chain.title": Words("链路自检", "The chain"),
    "chain.lead": Words(
        "从老人按下按钮到有人上门，中间的每一环都在不停地自检。",
        "From the press of a button to somebody at the door: every link is checked all the while.",
    ),
    "chain.holds": Words("整条链路正常。", "Every link holds."),
    "chain.broken": Words("{count} 环有问题。", "{count} links do not hold."),
    "chain.checked": Words("{at} 检查。", "Checked at {at}."),
    "chain.link": Words("环节", "Link"),
    "chain.state": Words("状态", "State"),
    "chain.what": Words("说明", "What that means"),
    "chain.do": Words("怎么办：", "What to do:"),
    "chain.since": Words("{at} 起", "since {at}"),
    "chain.last": Words("最近一次成功：{at}", "last proof: {at}"),
    "chain.test_calls_count": Words(
        "26 小时内试通 {proven} 户，超时未试通 {not_proven} 户，从未试通 {never} 户，没有能自检的设备 {without} 户。",
        "{proven} homes proven within 26 h, {not_proven} no longer, {never} never yet, {without} without a device that can.",
    ),
    "link_state.holds": Words("正常", "holds"),
    "link_state.broken": Words("有问题", "broken"),
    "link_state.not_set_up": Words("未设置", "not set up"),
    "chain.broker": Words("消息服务器", "Broker"),
    "chain.engine": Words("判断引擎", "Engine"),
    "chain.store": Words("数据存储", "Store"),
    "chain.people": Words("通知人员", "Telling people"),
    "chain.auditor": Words("警情督查", "Auditor"),
    "chain.test_calls": Words("静默测试呼叫", "Silent test calls"),
    "chain.heartbeat": Words("对外心跳", "Outside heartbeat"),
    "chain.clock": Words("时钟", "Clock"),
    "chain.disk": Words("磁盘", "Disk"),
    "chain.backup": Words("备份", "Backup"),
    "chain.supervisor": Words("进程看护", "Supervisor"),
    "chain_holds.broker": Words(
        "三路会话都已连上，设备的消息收得到。", "All three sessions are connected: devices are heard."
    ),
    "chain_holds.engine": Words("收到的每条消息都在及时判断。", "Whatever is heard is judged at once."),
    "chain_holds.store": Words("先落盘，再应答。", "What is heard is safe before it is answered."),
    "chain_holds.people": Words("通知发得出去。", "Notifications go out."),
    "chain_holds.auditor": Words(
        "每条未办结的警情都有人负责，或者到时会再找人。",
        "Every open alert has somebody, or a time at which somebody is asked.",
    ),
    "chain_holds.test_calls": Words(
        "各户的设备每天悄悄试呼一次，都按时回来了。",
        "Once a day a device of each home calls without anybody noticing, and it came back.",
    ),
    "chain_holds.heartbeat": Words(
        "外面有人按时听到本系统的心跳；一停就会报警。",
        "Somebody outside hears that the hub lives, and is alarmed when they do not.",
    ),
    "chain_holds.clock": Words("时间可信。", "The time can be relied on."),
    "chain_holds.disk": Words("磁盘有足够的空间。", "The disk has room."),
    "chain_holds.backup": Words("按时备份。", "Copies are taken in time."),
    "chain_holds.supervisor": Words(
        "系统死了或停住，systemd 会马上重启它。",
        "Should the hub die or stall, systemd starts it again at once.",
    ),
    "chain_without.broker": Words("未设置。", "Not set up."),
    "chain_without.engine": Words("未设置。", "Not set up."),
    "chain_without.store": Words("未设置。", "Not set up."),
    "chain_without.people": Words(
        "除了值班台，没有任何通知渠道：请在设置文件里设好（见运维手册）。",
        "Nobody is told except on the console: set up a channel (page of operations).",
    ),
    "chain_without.auditor": Words("未设置。", "Not set up."),
    "chain_without.test_calls": Words(
        "没有设备能自己试呼：靠每月人工试按。",
        "No device can call by itself: buttons are pressed by hand each month.",
    ),
    "chain_without.heartbeat": Words(
        "本系统整个停掉时，外面没有人会知道：请在设置文件里设好（见运维手册）。",
        "Should the whole hub stop, nobody outside would know: set it up (page of operations).",
    ),
    "chain_without.clock": Words("未设置。", "Not set up."),
    "chain_without.disk": Words("未设置。", "Not set up."),
    "chain_without.backup": Words(
        "不做备份：请在设置文件里开启（见运维手册）。", "No copies are taken: set it up (page of operations)."
    ),
    "chain_without.supervisor": Words(
        "不是由 systemd 启动的：停住了没有人重启。",
        "Not started by systemd: should the hub stall, nothing starts it again.",
    ),
    "chain_help.broker": Words(
        "看 Mosquitto 是否在运行（systemctl status mosquitto）、网线和密码；设备会一直重发，接上后不会丢求救。",
        "See whether Mosquitto runs (systemctl status mosquitto), the cable, the password; devices repeat until they are heard.",
    ),
    "chain_help.engine": Words(
        "等一分钟；还不好就重启服务（systemctl restart care-hub），再看日志。期间请用电话守着老人。",
        "Wait a minute; then restart the service (systemctl restart care-hub) and look at the log. Use the telephone meanwhile.",
    ),
    "chain_help.store": Words(
        "看磁盘是否满、是否变成只读、是否有别的程序占着数据文件。",
        "See whether the disk is full or read-only, or another program holds the data file.",
    ),
    "chain_help.people": Words(
        "值班员请看着值班台，用电话找人；请检查通知服务和网络。",
        "Watch the console and telephone people; check the notification service and the network.",
    ),
    "chain_help.auditor": Words(
        "打开提到的警情，马上打电话处理；再把日志交给维护人员。",
        "Open the alerts that are named and act on them by telephone now; then give the log to whoever maintains the hub.",
    ),
    "chain_help.test_calls": Words(
        "在值班台的技术警情里看是哪一户、断在哪一环；请安装员上门。",
        "The technical alerts on the console name the home and the last hop that was seen; send an installer.",
    ),
    "chain_help.heartbeat": Words(
        "如果写着原因，先解决那一环；否则检查地址和外网。",
        "Where a reason stands here, mend that link first; else check the address and the way out.",
    ),
    "chain_help.clock": Words(
        "检查网络和对时服务（timedatectl）。", "Check the network and time synchronisation (timedatectl)."
    ),
    "chain_help.disk": Words(
        "删掉别的程序的大文件；不要动数据目录。",
        "Remove large files of other programs; leave the data folder alone.",
    ),
    "chain_help.backup": Words(
        "检查备份目录所在的磁盘；也可以用命令手工做一次（见运维手册）。",
        "Look at the disk that the copies go to; one can be taken by hand (page of operations).",
    ),
    "chain_help.supervisor": Words(
        "用 systemd 启动（config/systemd）。", "Start the hub by systemd (config/systemd)."
    ),
}
