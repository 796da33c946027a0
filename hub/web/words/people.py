"""Log-ins."""

from hub.web.words.said import Words

WORDS: dict[str, Words] = {
    "account_role.operator": Words("坐席", "operator"),
    "account_role.administrator": Words("管理员", "administrator"),
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
}
