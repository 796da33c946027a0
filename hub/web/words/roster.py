"""The roster: weeks, shifts, leave, covers, holidays, opening hours; gaps ahead, and why a change was refused."""

from hub.web.words.said import Words

PAGE: dict[str, Words] = {
    "nav.roster": Words("排班", "Roster"),
    "roster.title": Words("排班", "Roster"),
    "roster.own_title": Words("我的排班", "My shifts"),
    "roster.centre": Words("站点", "Centre"),
    "roster.call_centre": Words("呼叫中心", "call-centre"),
    "roster.show": Words("显示", "Show"),
    "roster.week": Words("周", "Week"),
    "roster.week_of": Words("{first} 至 {last}", "{first} to {last}"),
    "roster.before": Words("上一周", "Week before"),
    "roster.after": Words("下一周", "Week after"),
    "roster.this_week": Words("本周", "This week"),
    "roster.today": Words("今天", "today"),
    "roster.person": Words("人员", "Person"),
    "roster.open_hours": Words("开放时间", "Open"),
    "roster.closed": Words("不开放", "closed"),
    "roster.hours_unknown": Words("未登记", "not told"),
    "roster.now": Words("现在值班", "On duty now"),
    "roster.now_nobody": Words("现在没有人值班。", "Nobody is on duty now."),
    "roster.now_not_you": Words("您现在不当班。", "You are not on duty now."),
    "roster.any_hour": Words("随时", "any hour"),
    "roster.instead_of": Words("代 {name}", "for {name}"),
    "roster.taken_by": Words("由{name}代", "taken by {name}"),
    "roster.away": Words("休假", "on leave"),
    "roster.partly": Words("部分休假", "on leave for a part"),
    "roster.dated": Words("当日调班", "this date only"),
    "roster.at": Words("在{place}", "at {place}"),
    "roster.nobody_here": Words(
        "这个站点还没有排班人员。",
        "Nobody has a shift here yet, and no butler looks after homes of this centre.",
    ),
    "roster.own_nobody": Words("这一周没有您的班。", "You have no shifts in this week."),
    "roster.ahead": Words("今后八周要处理的", "To settle in the next eight weeks"),
    "roster.ahead_none": Words(
        "今后八周没有空岗，也没有重复排班。", "No gaps and no double bookings in the next eight weeks."
    ),
    "roster.ahead_more": Words("另有 {count} 项", "{count} more"),
    "roster.entered": Words("{name} {at} 录入", "entered by {name}, {at}"),
    "roster.not_entered": Words("来自台账或更早的记录", "from a ledger, or before this was recorded"),
    "roster.then": Words("；", "; "),
    "roster.ahead_times": Words(
        "{first} 至 {last}，共 {times} 次", "{first} to {last}, {times} times in all"
    ),
    "roster.run_days": Words(
        "{first} 至 {last} {hours}（{count} 天）", "{first} to {last}, {hours} ({count} days)"
    ),
    "roster.run_nights": Words(
        "{first} 至 {last} {hours}（{count} 夜）", "{first} to {last}, {hours} ({count} nights)"
    ),
    "roster.when": Words("{from_at} 至 {until_at}", "{from_at} to {until_at}"),
    "roster.weekday.0": Words("周一", "Mon"),
    "roster.weekday.1": Words("周二", "Tue"),
    "roster.weekday.2": Words("周三", "Wed"),
    "roster.weekday.3": Words("周四", "Thu"),
    "roster.weekday.4": Words("周五", "Fri"),
    "roster.weekday.5": Words("周六", "Sat"),
    "roster.weekday.6": Words("周日", "Sun"),
    "roster.rest": Words("休", "rest"),
    "roster.works": Words("班", "worked"),
    "day_type.workday": Words("上班", "worked"),
    "day_type.rest_day": Words("休息", "rest day"),
    "on_days.weekdays": Words("按星期", "on these weekdays"),
    "on_days.workdays": Words("工作日（含调休上班）", "workdays (with worked Saturdays)"),
    "on_days.rest_days": Words("休息日（周末和节假日）", "rest days (weekends and holidays)"),
    "on_days.every_day": Words("每天", "every day"),
    "leave_kind.planned": Words("休假", "planned leave"),
    "leave_kind.ill": Words("病假", "ill"),
    "leave_kind.other": Words("其他", "other"),
    "takes.everything": Words("名下老人和班次", "list and shifts"),
    "takes.homes": Words("只代名下老人", "the list only"),
    "takes.shifts": Words("只代班次", "the shifts only"),
    "cover_state.requested": Words("待确认", "to be confirmed"),
    "cover_state.confirmed": Words("已确认", "confirmed"),
    "cover_state.declined": Words("已谢绝", "declined"),
}

FORMS: dict[str, Words] = {
    "roster.leaves": Words("休假", "Leave"),
    "roster.leaves_none": Words("没有休假。", "Nobody is on leave, now or later."),
    "roster.leave_kind": Words("种类", "Kind"),
    "roster.from": Words("从", "From"),
    "roster.until": Words("到", "Until"),
    "roster.from_date": Words("从（日期）", "From (date)"),
    "roster.until_date": Words("到（最后一天）", "Until (last day)"),
    "roster.from_time": Words("几点起（可不填）", "at (may stay empty)"),
    "roster.until_time": Words("几点止（可不填）", "until (may stay empty)"),
    "roster.set_leave": Words("登记休假", "Enter leave"),
    "roster.end_leave": Words("现在结束", "End now"),
    "roster.cancel_leave": Words("取消", "Take back"),
    "roster.covers": Words("代管", "Covers"),
    "roster.covers_none": Words("没有代管。", "No covers, now or later."),
    "roster.by_directory": Words("台账", "ledger"),
    "roster.homes_cover": Words("{by}代管{covered}的 {count} 户", "{by} covers {count} homes of {covered}"),
    "roster.covers_mine": Words("等您确认的代管", "Covers that wait for you"),
    "roster.covered": Words("被代管的人", "Who is covered"),
    "roster.by": Words("代管的人", "Who covers"),
    "roster.takes": Words("代管什么", "What is taken over"),
    "roster.state": Words("状态", "State"),
    "roster.waits_for": Words("还差：{names}", "waits for {names}"),
    "roster.request_cover": Words("申请代管", "Ask for a cover"),
    "roster.cover_hint": Words(
        "双方都确认后才生效；没有账号的人，打电话问过再登记“电话已确认”；生病的人由值班长代为确认。没有生效前，老人仍由原管家负责。",
        "It counts once both have confirmed. Telephone whoever has no log-in and record the answer; for somebody ill the "
        "duty manager confirms. Until then the own butler answers.",
    ),
    "roster.confirm": Words("确认", "Confirm"),
    "roster.confirm_for": Words("代{name}确认（病假）", "Confirm for {name}, who is ill"),
    "roster.confirm_by_telephone": Words("{name}电话已确认", "{name} confirmed by telephone"),
    "roster.decline": Words("谢绝", "Decline"),
    "roster.withdraw": Words("撤回", "Withdraw"),
    "roster.end_cover": Words("结束代管", "End the cover"),
    "roster.is_covered": Words("{by}代管{covered}", "{by} covers {covered}"),
    "roster.own_cover": Words("我请人代管", "Somebody covers me"),
    "roster.offer_cover": Words("我替别人代管", "I cover somebody"),
    "roster.other": Words("对方", "The other one"),
    "roster.direction": Words("谁代管谁", "Who covers whom"),
    "roster.shifts": Words("每周班次", "Weekly shifts"),
    "roster.add_shift": Words("添加每周班次", "Add a weekly shift"),
    "roster.shifts_count": Words("查看全部（{count} 个）", "Show all ({count})"),
    "roster.dated_none": Words("没有单独安排的日子。", "No date is different from the weekly shifts."),
    "roster.through": Words("{first}至{last}", "{first}–{last}"),
    "roster.remove": Words("删除", "Remove"),
    "roster.role": Words("岗位", "Role"),
    "roster.days": Words("哪些天", "On which days"),
    "roster.weekdays": Words("星期", "Weekdays"),
    "roster.starts": Words("几点到岗", "From"),
    "roster.ends": Words("几点下班（早于到岗为次日）", "Until (before “from”: the next day)"),
    "roster.dated_shifts": Words("某一天的班次", "Shifts of one date"),
    "roster.add_dated": Words("某一天加班或调班", "Add or change a shift of one date"),
    "roster.on": Words("日期", "Date"),
    "roster.in_place": Words("代替这一天原来的班", "In place of the weekly shift of that date"),
    "roster.save": Words("保存", "Save"),
    "roster.holidays": Words("节假日和调休", "Holidays and worked Saturdays"),
    "roster.holidays_hint": Words(
        "国务院公布的日期来自配置文件；这里只记本地不同的日子。",
        "The official dates come from the settings; here only what is different in this place.",
    ),
    "roster.holidays_own": Words("本地改动", "Changed here"),
    "roster.set_holiday": Words("登记这一天", "Enter this date"),
    "roster.day_type": Words("这一天", "That day is"),
    "roster.holiday_name": Words("名称", "Name"),
    "roster.clear": Words("恢复", "As before"),
    "roster.openings": Words("站点开放时间", "Opening hours of the centre"),
    "roster.opens": Words("开门", "Opens"),
    "roster.closes": Words("关门", "Closes"),
    "roster.change_openings": Words("修改开放时间", "Change opening hours"),
    "roster.set_openings": Words("保存开放时间", "Save opening hours"),
    "roster.special": Words("某一天的开放时间", "Hours of one date"),
    "roster.special_closed": Words("这一天不开放", "Closed on that date"),
    "roster.special_usual": Words("按平时", "As usual"),
    "roster.wrong_form": Words(
        "日期或时间填得不对，请改正。", "A date or time is not right; please correct it."
    ),
    "roster.show_forms": Words("修改", "Change the roster"),
    "roster.done": Words("已保存。", "Saved."),
}

PROBLEMS: dict[str, Words] = {
    "roster_problem.nobody": Words("没有{role}：{place}", "No {role}: {place}"),
    "roster_problem.no_butler": Words(
        "{name}休假，没有人代管，{elders} 位老人没有自己的管家",
        "{name} is on leave without cover: {elders} elders have no butler of their own",
    ),
    "roster_problem.no_butler_cover_away": Words(
        "代管{name}的{other}也休假，{elders} 位老人没有管家",
        "{other}, who covers {name}, is on leave too: {elders} elders have no butler",
    ),
    "roster_problem.no_contact": Words(
        "{name}当班，但没有能用的联系方式：通知不到",
        "{name} is on duty, and no way to tell them works",
    ),
    "roster_problem.desk_empty": Words(
        "{place}开放时间没有人值班", "{place} is open and nobody is at its desk"
    ),
    "roster_problem.after_hours": Words(
        "{place}开放时间以外没有站点值班员：告警由坐席处理（升级规则这时也会叫站点值班员，叫不到就继续往下叫）",
        "{place} has nobody at its desk outside opening hours: the operators handle its alerts"
        " (the policies ask for the desk then too, find nobody and go on)",
    ),
    "roster_problem.twice": Words(
        "{name}同一时间排在两处：{places}", "{name} is on shift in two places: {places}"
    ),
    "roster_problem.cover_open": Words(
        "{other}代管{name}还没有确认，还差：{waits}", "{other} covers {name}: not confirmed yet by {waits}"
    ),
    "roster_problem.no_calendar": Words(
        "{year} 年的节假日还没有录入，暂按普通周末计算",
        "The holidays of {year} are not entered: plain weekends count for now",
    ),
    "roster_problem.above_list": Words(
        "{name}代管期间共 {elders} 位老人（自己名下 {own} 位）",
        "{name} looks after {elders} elders while covering ({own} own ones)",
    ),
    "roster_grade.gap": Words("空岗", "gap"),
    "roster_grade.double": Words("重复", "double"),
    "roster_grade.open": Words("待确认", "open"),
    "roster_grade.note": Words("提示", "note"),
}

REFUSALS: dict[str, Words] = {
    "roster_refusal.unknown_person": Words(
        "台账里没有编号为 {person} 的人员。", "The directory has no person with the id {person}."
    ),
    "roster_refusal.person_left": Words(
        "{person}已经离职，不能排班。请换一个人。", "{person} has left. Choose somebody else."
    ),
    "roster_refusal.unreachable": Words(
        "{person}没有联系方式，告警叫不到人。请先在“人员”页补上。",
        "{person} has no contact method and could not be called. Add one on the people page first.",
    ),
    "roster_refusal.unknown_centre": Words(
        "台账里没有编号为 {centre} 的站点。", "The directory has no centre with the id {centre}."
    ),
    "roster_refusal.unknown_shift": Words(
        "这个班次已经不在了，请刷新页面。", "This shift is gone; load the page again."
    ),
    "roster_refusal.unknown_leave": Words(
        "这条休假已经不在了，请刷新页面。", "This leave is gone; load the page again."
    ),
    "roster_refusal.unknown_cover": Words(
        "这条代管已经不在了，请刷新页面。", "This cover is gone; load the page again."
    ),
    "roster_refusal.unknown_holiday": Words("{on} 没有本地改动。", "Nothing was changed here for {on}."),
    "roster_refusal.role_not_rostered": Words(
        "“{role}”不排班：由和住户的约定决定。", "{role} has no shifts: what is agreed with the home decides."
    ),
    "roster_refusal.centre_needed": Words("“{role}”的班次要选站点。", "A shift as {role} needs a centre."),
    "roster_refusal.call_centre_role": Words(
        "“{role}”在呼叫中心值班，不选站点。", "{role} works at the call-centre: choose no centre."
    ),
    "roster_refusal.no_days": Words(
        "请选哪几天：勾选星期，或选工作日、休息日、每天（这时不勾星期）。",
        "Say on which days: tick weekdays, or choose workdays, rest days or every day without weekdays.",
    ),
    "roster_refusal.same_shift": Words("{person}已经有这个班次。", "{person} has this very shift already."),
    "roster_refusal.desk_unstaffed": Words(
        "这样改，呼叫中心每周会有时段没有坐席或值班长。请先排上别人，再改这个班。",
        "The call-centre would be without operator or duty manager for a part of the week. Enter another shift first.",
    ),
    "roster_refusal.in_the_past": Words("{on} 已经过去，不能再改。", "{on} is over and cannot be changed."),
    "roster_refusal.ends_before": Words("结束要晚于开始。", "It must end after it begins."),
    "roster_refusal.leave_overlaps": Words(
        "{person}已经登记了休假：{from} 至 {until}。", "{person} is on leave already: {from} to {until}."
    ),
    "roster_refusal.covers_oneself": Words("{person}不能代管自己。", "{person} cannot cover themselves."),
    "roster_refusal.nothing_to_cover": Words(
        "{person}名下没有老人，也没有班次，不需要代管。", "{person} has neither elders nor shifts to cover."
    ),
    "roster_refusal.cover_away": Words(
        "{person}那时自己休假：{from} 至 {until}。请换一个人。",
        "{person} is on leave then: {from} to {until}. Choose somebody else.",
    ),
    "roster_refusal.cover_overlaps": Words(
        "{person}那时已经由{other}代管。请先结束那条代管。",
        "{person} is covered by {other} then. End that cover first.",
    ),
    "roster_refusal.cover_circle": Words(
        "{other}那时由{person}代管（直接或经过别人），不能互相代管。",
        "{other} is covered by {person} then, directly or through others: two cannot cover each other.",
    ),
    "roster_refusal.already_confirmed": Words("已经确认过了。", "It is confirmed already."),
    "roster_refusal.already_declined": Words(
        "这条代管已经谢绝或取消。", "This cover was declined or called off."
    ),
    "roster_refusal.cover_over": Words("这条代管已经结束。", "This cover is over."),
    "roster_refusal.too_long": Words(
        "超过{days}天，请核对年份。", "That is more than {days} days: check the year."
    ),
    "roster_refusal.not_staff": Words(
        "{person}是家属联系人，不能代管管家的老人。请选管家或副管家。",
        "{person} is an elder's contact and takes over no butler's list. Choose a butler or a deputy.",
    ),
    "roster_refusal.other_company": Words(
        "{person}和{other}不在同一家公司，请管班表的人来登记代管。",
        "{person} and {other} work for different companies: ask whoever keeps the roster to enter the cover.",
    ),
    "roster_refusal.still_away": Words(
        "{person}登记了请假，请先销假，再结束代管。",
        "{person} is entered as away: end the leave first, then the cover.",
    ),
    "roster_refusal.not_yours": Words(
        "只有代管双方本人能确认或谢绝。", "Only the two people of the cover can confirm or decline it."
    ),
    "roster_refusal.not_ill": Words(
        "{person}没有登记病假，要本人确认。", "{person} is not entered as ill and must confirm in person."
    ),
    "roster_refusal.has_log_in": Words(
        "{person}有账号，要本人登录确认。", "{person} has a log-in and must confirm in person."
    ),
    "roster_refusal.same_times": Words(
        "开门和关门时间要填，而且不能相同。", "Give both times, and let them differ."
    ),
}

WORDS: dict[str, Words] = {**PAGE, **FORMS, **PROBLEMS, **REFUSALS}
