"""Tokens of scripts and partner systems."""

from hub.web.words.said import Words

WORDS: dict[str, Words] = {
    "tokens.title": Words("接口令牌", "API tokens"),
    "tokens.hint": Words(
        "脚本和合作单位的系统凭令牌调用接口，不用人的账号。令牌只显示一次；吊销后立即失效；生成令牌的账号停用，令牌也随之失效。",
        "Scripts and partner systems call the API with a token instead of somebody's log-in. It is shown once; revoked, it ends "
        "at once; and it ends with the log-in that made it.",
    ),
    "tokens.name": Words("名称（哪个系统用）", "Name (of the system that uses it)"),
    "tokens.role": Words("角色", "Role"),
    "tokens.scope": Words("范围", "Scope"),
    "tokens.days": Words("有效期", "Lasts"),
    "tokens.for_days": Words("{days} 天", "{days} days"),
    "tokens.for_ever": Words("直到吊销", "until it is revoked"),
    "tokens.make": Words("生成令牌", "Make a token"),
    "tokens.made": Words("已生成令牌“{name}”", "The token “{name}” is made"),
    "tokens.once": Words(
        "请马上复制保存：离开本页后再也看不到，系统里也没有留存。",
        "Copy it now: once you leave this page nobody can read it again, nor does the hub keep it.",
    ),
    "tokens.by": Words("谁、何时生成", "Made"),
    "tokens.used": Words("最近使用", "Used last"),
    "tokens.used_never": Words("没有用过", "never"),
    "tokens.expires": Words("到期", "Ends"),
    "tokens.state": Words("状态", "State"),
    "tokens.works": Words("有效", "works"),
    "tokens.revoked": Words("已吊销", "revoked"),
    "tokens.over": Words("已失效", "ended"),
    "tokens.revoke": Words("吊销", "Revoke"),
    "tokens.none": Words("还没有令牌。", "There is no token yet."),
    "tokens_said.revoked": Words("令牌已吊销。", "The token is revoked."),
    "about.token": Words("接口令牌", "API token"),
}
