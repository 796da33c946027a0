"""What stands around every page: name, menu, log-in, errors."""

from hub.web.words.said import Words

WORDS: dict[str, Words] = {
    "app.name": Words("居家养老告警台", "Care alert console"),
    "nav.console": Words("告警台", "Console"),
    "nav.homes": Words("住户", "Homes"),
    "nav.devices": Words("设备", "Devices"),
    "nav.rejected": Words("读不懂的消息", "Rejected messages"),
    "nav.accounts": Words("账号", "Log-ins"),
    "nav.people": Words("人员", "People"),
    "nav.changes": Words("改动记录", "Changes"),
    "nav.centres": Words("站点", "Centres"),
    "nav.main": Words("主导航", "Main navigation"),
    "nav.more": Words("更多", "More"),
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
    "login.busy": Words(
        "现在登录的人太多，请过几秒再试。", "Too many are logging in just now. Try again in some seconds."
    ),
    "login.ended": Words("登录已失效，请重新登录。", "Your session has ended. Please log in again."),
    "calls.waiting": Words(
        "有 {count} 起紧急求助没有人接警，点这里去告警台",
        "{count} emergencies that nobody has taken: to the console",
    ),
    "error.title": Words("打不开这个页面", "This page cannot be shown"),
    "error.back": Words("回到“{page}”", "Back to: {page}"),
    "error.not_found": Words("没有这个页面，或已不存在。", "There is no such page, or no longer."),
    "error.not_allowed": Words(
        "您的账号没有权限看这里，这次访问已记录。需要的话请找管理员。",
        "Your log-in may not see this; the attempt was recorded. Ask the administrator if you need it.",
    ),
    "error.not_read": Words(
        "这个地址里有看不懂的内容。请从菜单重新进入。",
        "Something in this address cannot be read. Begin again at the menu.",
    ),
    "error.too_large": Words(
        "发送的内容太大，没有读。台账请删掉图片和用不到的工作表，或分几次导入。",
        "What was sent is too large and was not read. Remove pictures and unused sheets of a ledger, or import it in parts.",
    ),
    "error.failed": Words(
        "系统出错，已记录。请再试一次。", "The hub failed; it was recorded. Please try again."
    ),
    "previous": Words("上一页", "Previous"),
    "next": Words("下一页", "Next"),
    "list.and": Words("、", ", "),
}
