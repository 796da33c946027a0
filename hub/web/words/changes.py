"""What the details of the change log say beyond the words of `people` and `ledger`."""

from hub.web.words.said import Words

WORDS: dict[str, Words] = {
    "changes.elsewhere": Words("别的页面", "another page"),
    "changes.unassigned": Words("不属于任何住户的设备", "devices of no home"),
    "change_day.workday": Words("工作日", "workday"),
    "change_day.rest_day": Words("休息日", "rest day"),
    "change_field.id": Words("编号", "id"),
    "change_field.until_at": Words("离职时间", "when they leave"),
}
