"""A home's own values of rules."""

from hub.web.words.said import Words

WORDS: dict[str, Words] = {
    "own.title": Words("单独参数", "Own values"),
    "own.lead": Words(
        "这一户与众不同的限值，由医生或照护计划定。空着就按通用的。改了马上生效，谁改的、为什么，记在改动记录里。",
        "Limits of this home alone, as a doctor or the care plan has them. Empty means what ships. They count at once; who set "
        "them and why is in the change log.",
    ),
    "own.rule": Words("规则", "Rule"),
    "own.shipped": Words("通用", "ships"),
    "own.own": Words("这一户", "this home"),
    "own.why": Words("为什么", "Why"),
    "own.save": Words("保存", "Save"),
    "own.choose": Words("改这一条", "Set it"),
    "own.number": Words("参数要填数字，请改正：{fields}", "Write numbers; please correct: {fields}"),
    "own.needs_why": Words("请选为什么。", "Say why."),
    "why_own.doctor": Words("医生定的", "a doctor's limit"),
    "why_own.care_plan": Words("照护计划", "care plan"),
    "why_own.usual_for_them": Words("本人一向如此", "usual for them"),
    "why_own.too_many_alerts": Words("误报太多", "too many alerts"),
    "why_own.trial": Words("试用", "trial"),
    "why_own.back_to_shipped": Words("恢复通用", "back to what ships"),
    "side.above": Words("过高", "too high"),
    "side.below": Words("过低", "too low"),
    "own_rule.limits": Words("坐着量的读数的限值", "limits of readings taken at rest"),
    "own_rule.early_warning": Words("早期预警评分", "early-warning score"),
    "own_rule.bed_exit": Words("夜里离床", "out of bed at night"),
    "own_parameter.limit": Words("限值", "limit"),
    "own_parameter.clear": Words("恢复值", "is over at"),
    "own_parameter.for_s": Words("持续", "held for"),
    "own_parameter.max_gap_s": Words("读数间隔不超过", "readings no further apart than"),
    "own_parameter.scale_2": Words("血氧目标 88-92%（填 1）", "oxygen target 88-92 % (1)"),
    "own_parameter.return_within_s": Words("多久没回来", "back within"),
    "own_parameter.low": Words("{measure}下限", "{measure}, low"),
    "own_parameter.high": Words("{measure}上限", "{measure}, high"),
    "change_data.rule": Words("规则", "rule"),
    "change_data.values": Words("参数", "values"),
    "change_data.values_before": Words("原来", "before"),
    "change_data.why": Words("原因", "why"),
    "change.own_values_set": Words("改了单独参数", "set own values"),
}
