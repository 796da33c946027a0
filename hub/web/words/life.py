"""The life of a home: opened, paused, left; devices and elders that two homes leave open."""

from hub.web.words.said import Words

WORDS: dict[str, Words] = {
    "entry.membership_changed": Words("{by}登记：{membership}", "{by} recorded: {membership}"),
    "entry.home_opened": Words(
        "按键有人应答，住户开通", "A press was answered by a person: the home is open"
    ),
    "entry.alert_about": Words("{by}说明了是哪位老人", "{by} said which elder it is about"),
    "entry.alert_where": Words("{by}说明了是住户{home}", "{by} said that it is home {home}"),
    "notify.resident_gone": Words("老人已退出或离世", "the elder has left or died"),
    "hold.resident_unconfirmed": Words(
        "住户待核实，不通知家属", "resident to be confirmed: family is not told"
    ),
    "reject.elsewhere": Words("设备登记在另一户", "the device belongs to another home"),
    "refusal.address_taken": Words(
        "这个地址已登记：{home}。同一户请打开那一户添加老人和设备；同一门里另一户人家，请勾选“同门另一户”",
        "This address is enrolled already: {home}. The same home: open it and add the elder and the devices there. "
        "Another household behind the same door: say so (second household).",
    ),
    "refusal.id_taken": Words("编号 {id} 已在用", "The id {id} is already in use."),
    "refusal.id_not_allowed": Words(
        "编号“{id}”只能用字母、数字、- 和 _，最多 64 个，以字母或数字开头",
        "The id “{id}” may hold letters, digits, - and _ only, at most 64, first a letter or digit.",
    ),
    "refusal.unknown_region": Words("没有区域 {id}", "There is no region {id}."),
    "refusal.unknown_centre": Words("没有站点 {id}", "There is no centre {id}."),
    "refusal.unknown_home": Words("没有住户 {id}", "There is no home {id}."),
    "refusal.unknown_elder": Words("没有老人 {id}", "There is no elder {id}."),
    "refusal.unknown_room": Words("没有房间 {id}", "There is no room {id}."),
    "refusal.unknown_device": Words("没有登记过设备 {id}", "No device {id} was ever enrolled."),
    "refusal.unknown_person": Words("没有人员 {id}", "There is no person {id}."),
    "refusal.room_of_other_home": Words(
        "房间 {id} 属于住户 {home}，请选本户的房间",
        "Room {id} is in home {home}: choose a room of this home.",
    ),
    "refusal.not_a_resident": Words(
        "老人 {id} 不住在住户 {home}，请选本户的老人，或不选",
        "Elder {id} does not live in home {home}: choose one who does, or nobody.",
    ),
    "refusal.no_butler": Words(
        "住户 {home} 还没有养老管家，请先选一位", "Home {home} has no care butler yet: choose one."
    ),
    "refusal.list_full": Words(
        "管家 {id} 的名单已满 {limit} 位，请选别的管家",
        "The list of butler {id} holds {limit} elders already: choose another butler.",
    ),
    "refusal.already_here": Words(
        "设备 {id} 已登记在住户 {home}", "Device {id} is already enrolled in home {home}."
    ),
    "refusal.assigned_elsewhere": Words(
        "设备 {id} 登记在住户 {home}，要用在这里请选“移到这里”",
        "Device {id} belongs to home {home}: to use it here, move it.",
    ),
    "refusal.not_assigned": Words("设备 {id} 现在不属于任何住户", "Device {id} belongs to no home now."),
    "refusal.other_kind": Words(
        "设备 {id} 登记过，种类是 {kind}，请核对编号",
        "Device {id} is known as another kind ({kind}): check its id.",
    ),
    "refusal.lives_elsewhere": Words(
        "老人 {id} 在册于住户 {home}，请先在那里办理退出",
        "Elder {id} is served in home {home}: end that first.",
    ),
    "refusal.was_here_before": Words(
        "编号 {id} 是一位已有档案的老人（住户 {home}，{since} 起{now}）：登记错了，请在那一户改为“未开通”；"
        "退出的本人回来，登记时注明“回来”（comes_back）；是另一位老人，请换编号或留空",
        "The id {id} is that of an elder who is on file (home {home}, {now} since {since}): recorded by mistake, set "
        '"not yet open" there; the same person, who left and is back, enrol with comes_back; somebody else, take another '
        "id or none.",
    ),
    "refusal.not_housed": Words("老人 {id} 当日不属于任何住户", "Elder {id} belongs to no home on that day."),
    "refusal.same_membership": Words("老人 {id} 已是这个状态", "Elder {id} is in this state already."),
    "refusal.not_from_here": Words(
        "老人 {id} 现在的状态（{now}）不能直接改成（{wanted}），可以改成：{allowed}",
        "Elder {id} cannot go from {now} to {wanted} directly; next may come: {allowed}.",
    ),
    "refusal.before_it_began": Words(
        "老人 {id} 从 {at} 起才有登记，请选那以后的日期",
        "Elder {id} is recorded from {at} on only: choose a later date.",
    ),
    "refusal.planned_already": Words(
        "{id} 在 {at} 已有安排，请先取消", "Something is planned for {id} on {at} already: cancel that first."
    ),
    "refusal.changed_since": Words(
        "老人 {id} 在 {at} 已改为（{now}），不能补记到那之前，请选那以后的时间",
        "Elder {id} became {now} on {at}: nothing can be entered for before that; choose a later time.",
    ),
    "refusal.ends_before": Words("结束日期要在开始之后", "The end must lie after the beginning."),
}
