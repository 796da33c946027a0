"""What people read about a service request: it is theirs, it is late, it is theirs no more. Called by `texts`.

Of `notification.data`: `category`, `resident_names`, `address`, `floor`, `lift`, `phone`, `due_at` (ISO 8601), `note`,
`presses` (how many a task is about), `assignee` (surname), `cancel_reason`; each may be missing.
"""

from datetime import datetime, tzinfo

from hub.core.notifications import Notification, Template
from hub.core.service_requests import CancelReason, RequestCategory
from hub.notify.phrases import CANCEL_REASONS, REQUEST_CATEGORIES, Words


def request_text(notification: Notification, timezone: tzinfo) -> Words:
    """One sentence in Chinese and one in English."""
    if notification.template is Template.REQUEST_TAKEN_BACK:
        return _taken_back(notification)
    if notification.template is Template.REQUEST_OVERDUE:
        return _overdue(notification, timezone)
    what_zh, what_en = _what(notification)
    place_zh, place_en = _place(notification)
    due = _due(notification, timezone)
    note = _field(notification, "note")
    phone = _field(notification, "phone")
    zh = [f"{what_zh}：{place_zh}"]
    en = [f"{what_en}: {place_en}"]
    if phone:
        zh.append(f"电话{phone}")
        en.append(f"telephone {phone}")
    if due:
        zh.append(f"请在{due}前完成")
        en.append(f"please do it before {due}")
    if note:
        zh.append(f"备注：{note}")
        en.append(f"note: {note}")
    return f"【派单】{'，'.join(zh)}。", f"[assigned] {', '.join(en)}."


def _overdue(notification: Notification, timezone: tzinfo) -> Words:
    what_zh, what_en = _what(notification)
    place_zh, place_en = _place(notification)
    due = _due(notification, timezone)
    who = _field(notification, "assignee")
    zh = [f"{what_zh}：{place_zh}"]
    en = [f"{what_en}: {place_en}"]
    if due:
        zh.append(f"应在{due}前完成")
        en.append(f"it was due {due}")
    zh.append(f"已派给{who}" if who else "还没有派单")
    en.append(f"assigned to {who}" if who else "nobody is assigned yet")
    return f"【超时】{'，'.join(zh)}。", f"[overdue] {', '.join(en)}."


def _taken_back(notification: Notification) -> Words:
    what_zh, what_en = _what(notification)
    place_zh, place_en = _place(notification)
    try:
        why_zh, why_en = CANCEL_REASONS[CancelReason(str(notification.data.get("cancel_reason")))]
    except ValueError:
        return (
            f"【改派】{what_zh}：{place_zh}，已改派，您不用再去。",
            f"[taken back] {what_en}: {place_en}, somebody else has it now, you need not go.",
        )
    return (
        f"【取消】{what_zh}：{place_zh}，{why_zh}，您不用再去。",
        f"[cancelled] {what_en}: {place_en}, {why_en}, you need not go.",
    )


def _what(notification: Notification) -> Words:
    try:
        category = RequestCategory(str(notification.data.get("category")))
    except ValueError:
        return "求助", "service request"
    zh, en = REQUEST_CATEGORIES[category]
    times = notification.data.get("presses") or 0
    if category is RequestCategory.REPAIR:
        return (
            f"{zh}（{times}处故障，求救可能到不了：修好，或留备用机、派人看护）",
            f"{en} ({times} faults, a call may not arrive: mend it, or leave a substitute, or look in)",
        )
    if category is not RequestCategory.MISTAKEN_PRESSES:
        return zh, en
    return (
        f"{zh}（误按{times}次，请移位置、加盖或再教一遍）",
        f"{en} ({times} of them: move it, cover it, show it again)",
    )


def _place(notification: Notification) -> Words:
    """Who and where; the home's id where no name is known, so that it can always be found."""
    names = _field(notification, "resident_names")
    address = _field(notification, "address")
    zh = "，".join(part for part in (names or f"住户{notification.home_id}", address) if part)
    en = ", ".join(part for part in (names or f"home {notification.home_id}", address) if part)
    return zh, en


def _due(notification: Notification, timezone: tzinfo) -> str | None:
    """Local time of day, with the date when it is another day than the message's."""
    try:
        at = datetime.fromisoformat(_field(notification, "due_at") or "")
    except ValueError:
        return None
    if at.tzinfo is None:
        return None
    local, today = at.astimezone(timezone), notification.created_at.astimezone(timezone).date()
    return f"{local:%H:%M}" if local.date() == today else f"{local:%m-%d %H:%M}"


def _field(notification: Notification, key: str) -> str | None:
    value = notification.data.get(key)
    return str(value) if value is not None and value != "" else None
