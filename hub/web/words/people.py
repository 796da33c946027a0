"""Log-ins, people of the directory, the change log, and centres that move to another company."""

from hub.web.words.said import Words

ACCOUNTS: dict[str, Words] = {
    "account_role.operator": Words("坐席", "operator"),
    "account_role.duty_manager": Words("值班长", "duty manager"),
    "account_role.centre_duty": Words("站点值班员", "centre duty"),
    "account_role.butler": Words("养老管家", "care butler"),
    "account_role.installer": Words("安装员", "installer"),
    "account_role.supervisor": Words("民政监管", "supervisor"),
    "account_role.administrator": Words("管理员", "administrator"),
    "role_hint.operator": Words(
        "接警、回拨、手工建单，看住户和设备", "takes alerts, calls back, raises by hand"
    ),
    "role_hint.duty_manager": Words(
        "坐席的全部，加排班、人员、报表、改动记录", "all of an operator; roster, people, reports, change log"
    ),
    "role_hint.centre_duty": Words(
        "本站点和下属小站点的住户、告警、排班、报表",
        "homes, alerts, roster and reports of the centre and its small ones",
    ),
    "role_hint.butler": Words("自己名下和代管的老人", "the own elders, and those covered for somebody"),
    "role_hint.installer": Words(
        "装机、换机；看不到告警和门锁密码", "enrols and moves devices; no alerts, no door codes"
    ),
    "role_hint.supervisor": Words("只看报表", "reports only"),
    "role_hint.administrator": Words("全部，包括账号和台账导入", "everything, log-ins and ledger import too"),
    "scope_kind.everything": Words("全部", "everything"),
    "scope_kind.company": Words("运营机构", "operating company"),
    "scope_kind.region": Words("区域", "region"),
    "scope_kind.centre": Words("站点", "centre"),
    "scope_kind.own": Words("本人名下", "own elders"),
    "accounts.title": Words("账号", "Log-ins"),
    "accounts.login": Words("账号", "Log-in"),
    "accounts.name": Words("姓名", "Name"),
    "accounts.role": Words("角色", "Role"),
    "accounts.scope": Words("范围", "Scope"),
    "accounts.person": Words("对应人员", "Person"),
    "accounts.person_none": Words("不对应人员", "nobody of the directory"),
    "accounts.person_hint": Words(
        "管家必须对应台账里的人员，才看得到名下的老人。",
        "A butler's log-in needs the person of the directory whose elders it sees.",
    ),
    "accounts.roles": Words("各角色能做什么", "What each role may do"),
    "accounts.scope_usual": Words("按角色默认", "as usual for the role"),
    "accounts.state": Words("状态", "State"),
    "accounts.active": Words("启用", "active"),
    "accounts.disabled": Words("停用", "disabled"),
    "accounts.left": Words("人员已离职", "person has left"),
    "accounts.disable": Words("停用", "Disable"),
    "accounts.enable": Words("启用", "Enable"),
    "accounts.change": Words("修改", "Change"),
    "accounts.save": Words("保存", "Save"),
    "accounts.access": Words("角色和范围", "Role and scope"),
    "accounts.own": Words(
        "这是您正在使用的账号：角色、范围和停用要请另一位管理员操作。",
        "This is the log-in you are using: another administrator changes its role and scope, or disables it.",
    ),
    "accounts.add": Words("新建账号", "Add a log-in"),
    "accounts.password": Words("密码（至少 10 个字符）", "Password (at least 10 characters)"),
    "accounts.new_password": Words("新密码（至少 10 个字符）", "New password (at least 10 characters)"),
    "accounts.set_password": Words("重设密码", "Set password"),
    "accounts.hint": Words(
        "停用、重设密码、改角色或范围后，原来的登录立即失效。每次改动都有记录。",
        "Disabling, a new password, another role or scope end the sessions of a log-in. Every change is recorded.",
    ),
    "accounts.wrong": Words("“{field}”填得不对，请改正。", "“{field}” is not right; please correct it."),
    "accounts.count": Words("共 {count} 个账号", "{count} log-ins"),
    "account_wrong.role": Words(
        "角色“{role}”不能登录，请换一个。", "The role “{role}” does not log in; choose another."
    ),
    "account_wrong.scope_of_role": Words(
        "{role}的范围只能是：{scopes}。请改范围或角色。",
        "The scope of a log-in as {role} may be: {scopes}. Change the scope or the role.",
    ),
    "account_wrong.scope_without_place": Words(
        "范围选了“{scope}”，请再选是哪一个。", "The scope is “{scope}”: say which one."
    ),
    "account_wrong.scope_unknown": Words(
        "台账里没有编号为 {id} 的{scope}。请从列表里选，或先导入台账。",
        "The directory has no {scope} with the id {id}. Choose one that is listed, or import the ledger first.",
    ),
    "account_wrong.person_needed": Words(
        "范围是“本人名下”的账号必须选对应人员。", "A log-in with the scope of own elders needs a person."
    ),
    "account_wrong.person_unknown": Words(
        "台账里没有编号为 {id} 的人员。请先在“人员”页添加。",
        "The directory has no person with the id {id}. Add the person on the people page first.",
    ),
    "account_wrong.person_left": Words(
        "人员 {id} 已经离职，不能再开账号。", "The person {id} has left; no log-in for them any more."
    ),
    "account_wrong.person_no_carer": Words(
        "人员 {id} 不是管家、代班管家或助老员：名下没有老人，也没有排班。请先分配，或换一个人。",
        "The person {id} is no butler, deputy or elder helper: no elders, no shifts. Assign some, or choose another.",
    ),
    "account_wrong.person_taken": Words(
        "人员 {id} 已经有账号 {login}。请改那个账号。",
        "The person {id} has the log-in {login} already; change that one.",
    ),
    "problem.account_exists": Words(
        "这个账号已经有人用了，请换一个。", "This log-in is taken; choose another."
    ),
    "problem.own_account": Words(
        "不能停用自己正在使用的账号，也不能改它的角色和范围，请让另一位管理员操作。",
        "You cannot disable the log-in you are using, nor change its role or scope; another administrator can.",
    ),
    "problem.last_administrator": Words(
        "这是最后一个能登录的管理员。请先设另一位管理员。",
        "This is the last administrator who can log in. Make another one first.",
    ),
    "problem.not_found": Words(
        "没有找到，可能已被改动。请刷新页面。", "Not found; perhaps changed. Load the page again."
    ),
}

PEOPLE: dict[str, Words] = {
    "people.title": Words("人员", "People"),
    "people.search": Words("姓名、编号或电话", "Name, id or telephone"),
    "people.find": Words("查找", "Find"),
    "people.show": Words("显示", "Show"),
    "people.show_staff": Words("工作人员", "staff"),
    "people.show_all": Words("全部（含亲属、钥匙保管人等）", "everybody (family, keyholders too)"),
    "people.show_left": Words("已离职", "who has left"),
    "people.name": Words("姓名", "Name"),
    "people.id": Words("编号", "Id"),
    "people.surname": Words("姓氏（向老人播报）", "Surname (spoken to the elder)"),
    "people.roles": Words("角色", "Roles"),
    "people.centre": Words("站点", "Centre"),
    "people.company": Words("运营机构", "Company"),
    "people.company_none": Words("不属于机构", "of no company"),
    "people.homes": Words("住户", "Homes"),
    "people.phone": Words("电话", "Telephone"),
    "people.methods": Words("联系方式", "Contact methods"),
    "people.methods_hint": Words(
        "系统用来通知的方式，每行一个：渠道 地址，例如 webhook wang-01。",
        "What the hub uses, one a line: channel address, as in webhook wang-01.",
    ),
    "people.unreachable": Words("没有联系方式", "cannot be reached"),
    "people.login": Words("账号", "Log-in"),
    "people.give_login": Words("开账号", "give a log-in"),
    "people.left_since": Words("{at} 起离职", "left since {at}"),
    "people.leaves_at": Words("{at} 离职", "leaves {at}"),
    "people.none": Words("没有符合的人员。", "Nobody matches."),
    "people.count": Words("共 {count} 人", "{count} people"),
    "people.add": Words("添加人员", "Add a person"),
    "people.id_hint": Words("可不填，系统会编一个。", "May stay empty: the hub gives one."),
    "people.save": Words("保存", "Save"),
    "people.facts": Words("基本情况", "Facts"),
    "people.bonds": Words("名下住户", "Homes of this person"),
    "people.bonds_none": Words("名下没有您能看到的住户。", "No home that you may see."),
    "people.shifts": Words("每周排班", "Weekly shifts"),
    "people.cover": Words("代管", "cover"),
    "people.leave": Words("办理离职", "Person leaves"),
    "people.leave_at": Words("从何时起", "From"),
    "people.leave_hint": Words(
        "请先把名下老人和排班交给别人，否则办不了。账号到时自动失效。",
        "Hand over the person's elders and shifts first, or it is refused. The log-in ends by itself at that time.",
    ),
    "people.back": Words("取消离职", "Take the leaving back"),
    "problem.person_exists": Words("这个编号已经有人用了，请换一个。", "This id is taken; choose another."),
    "problem.methods": Words(
        "联系方式每行要写“渠道 地址”，中间空一格。",
        "Each contact method is a line “channel address”, with a space between.",
    ),
    "problem.invalid": Words("有内容填得不对，请改正。", "Something is not right; please correct it."),
    "problem.directory": Words(
        "这样改会让台账不成立：{text}", "The directory would not fit any more: {text}"
    ),
    "problem.same_company": Words("这个站点已经属于该机构。", "The centre belongs to this company already."),
}

CHANGES: dict[str, Words] = {
    "changes.title": Words("改动记录", "Change log"),
    "changes.hint": Words(
        "谁在什么时候改了什么，谁被拒绝访问。只增不改。住户家里发生的事在住户自己的记录里。",
        "Who changed what and when, and who was refused. Only ever added to. What happens in a home stands in its history.",
    ),
    "changes.at": Words("时间", "Time"),
    "changes.by": Words("谁", "Who"),
    "changes.what": Words("做了什么", "What"),
    "changes.about": Words("对象", "About"),
    "changes.data": Words("细节", "Details"),
    "changes.filter": Words("筛选", "Filter"),
    "changes.anybody": Words("所有人", "everybody"),
    "changes.anything": Words("所有事项", "everything"),
    "changes.none": Words("没有符合的记录。", "Nothing matches."),
    "changes.older": Words("更早的", "Older"),
    "changes.newest": Words("最新的", "Newest"),
    "changes.local": Words("命令行", "command line"),
    "change.directory_imported": Words("导入台账", "ledger imported"),
    "change.directory_exported": Words("导出台账", "ledger exported"),
    "change.directory_edited": Words("修改台账", "directory edited"),
    "change.device_enrolled": Words("设备入网", "device enrolled"),
    "change.device_moved": Words("设备换户", "device moved"),
    "change.device_recovered": Words("设备回收", "device recovered"),
    "change.home_enrolled": Words("住户建档", "home enrolled"),
    "change.membership_changed": Words("变更在册状态", "membership changed"),
    "change.roster_changed": Words("修改排班", "roster changed"),
    "change.cover_confirmed": Words("确认代管", "cover confirmed"),
    "change.centre_moved": Words("站点换机构", "centre moved to another company"),
    "change.person_changed": Words("修改人员", "person changed"),
    "change.account_added": Words("新建账号", "log-in added"),
    "change.account_changed": Words("修改账号", "log-in changed"),
    "change.logged_in": Words("登录", "logged in"),
    "change.report_exported": Words("导出报表", "report exported"),
    "change.access_refused": Words("拒绝访问", "access refused"),
    "about.account": Words("账号", "log-in"),
    "about.alert": Words("告警", "alert"),
    "about.centre": Words("站点", "centre"),
    "about.cover": Words("代管", "cover"),
    "about.device": Words("设备", "device"),
    "about.directory": Words("台账", "directory"),
    "about.elder": Words("老人", "elder"),
    "about.home": Words("住户", "home"),
    "about.page": Words("页面", "page"),
    "about.person": Words("人员", "person"),
    "about.report": Words("报表", "report"),
    "about.request": Words("服务请求", "service request"),
    "about.roster": Words("排班", "roster"),
}

CENTRES: dict[str, Words] = {
    "centres.title": Words("站点", "Centres"),
    "centres.hint": Words(
        "站点换运营机构时，它和下属小站点的住户、历史一起过去；两家机构的账号立即看到新的范围。",
        "When a centre moves to another company, its homes and their history go along, and its small centres with theirs; "
        "the log-ins of both companies see it at once.",
    ),
    "centres.name": Words("站点", "Centre"),
    "centres.parent": Words("上级站点", "Backs up to"),
    "centres.company": Words("运营机构", "Operating company"),
    "centres.homes": Words("住户", "Homes"),
    "centres.move_to": Words("换到", "Move to"),
    "centres.move": Words("换机构", "Move"),
    "centres.none": Words("台账里还没有站点。", "The directory has no centres yet."),
    "centres.moved": Words("已换：{count} 户一起过去。", "Moved: {count} homes went along."),
}

WORDS: dict[str, Words] = {**ACCOUNTS, **PEOPLE, **CHANGES, **CENTRES}
