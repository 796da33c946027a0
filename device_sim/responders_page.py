"""The page of the demo's responders: who was asked for what, and buttons to answer as that person."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any, Final, Protocol


class Listed(Protocol):
    """What the page shows of a notification."""

    @property
    def notification(self) -> Mapping[str, Any]: ...
    @property
    def role(self) -> str: ...
    @property
    def came_at(self) -> str: ...
    @property
    def copies(self) -> int: ...
    @property
    def state(self) -> str: ...


_ROLES: Final = {
    "butler": "养老管家 care butler",
    "deputy": "代班管家 deputy",
    "elder_helper": "助老员 elder helper",
    "partner": "结对伙伴 partner",
    "contact": "紧急联系人 emergency contact",
    "keyholder": "钥匙保管人 keyholder",
    "property_guard": "物业值班 property guard",
    "grid_worker": "网格员 grid worker",
    "centre_duty": "站点值班员 centre duty",
    "operator": "坐席 operator",
    "duty_manager": "值班长 duty manager",
}

_ACTIONS: Final = {
    "acknowledge": ("接警", "acknowledge"),
    "on_the_way": ("出发", "on the way"),
    "on_site": ("到场", "on site"),
    "resolve": ("处置完", "resolve"),
    "accept": ("接单", "accept"),
    "decline": ("退单", "decline"),
    "start": ("开始", "start"),
    "done": ("完成", "done"),
}

_STATES: Final = {
    "": "待接警 waiting",
    "taken": "别人已接 somebody else has it",
    "told": "只是告知 told, nothing asked",
    "taken_back": "已转他人 given to somebody else",
    "acknowledge": "已接警 acknowledged",
    "on_the_way": "已出发 on the way",
    "on_site": "已到场 on site",
    "resolve": "已处置 resolved",
    "accept": "已接单 accepted",
    "decline": "已退单 declined",
    "start": "服务中 in progress",
    "done": "已完成 done",
}

_PAGE: Final = """<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><meta http-equiv="refresh" content="3">
<meta name="viewport" content="width=device-width"><title>演示应答 Responders</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 1rem auto; max-width: 60rem; padding: 0 1rem; color: #1b1f24 }
h1 { font-size: 1.3rem } small { color: #57606a } article { border: 1px solid #d0d7de; border-left: 6px solid #8c959f;
border-radius: 6px; padding: .6rem .9rem; margin: .7rem 0 } article.emergency { border-left-color: #cf222e }
p { margin: .2rem 0 } form { display: flex; gap: .5rem; flex-wrap: wrap; margin-top: .4rem }
button { font: inherit; padding: .3rem .8rem; min-height: 2.75rem }
</style>
<h1>演示应答 <small>Responders of the demo: who was asked, and their answers</small></h1>
ROWS
</html>
"""


def page(rows: Iterable[Listed]) -> bytes:
    """The whole page; reloads itself."""
    shown = "\n".join(_row(row) for row in rows)
    empty = "<p>还没有人被通知。<small>Nobody has been asked yet.</small></p>"
    return _PAGE.replace("ROWS", shown or empty).encode()


def _row(row: Listed) -> str:
    notification = row.notification

    def text(key: str) -> str:
        return escape(str(notification.get(key) or ""))

    repeated = f" · 重复 repeated {row.copies - 1}" if row.copies > 1 else ""
    waits = "待受理 waiting" if notification.get("request_id") and not row.state else None
    state = waits or _STATES.get(row.state, row.state)
    return (
        f'<article class="{text("severity")}"><p><b>{escape(_ROLES.get(row.role, row.role))}</b> '
        f"<small>{text('person_id')} · {escape(row.came_at)}{repeated} · {escape(state)}</small></p>"
        f"<p>{text('text_zh')}<br><small>{text('text_en')}</small></p>{_buttons(notification)}</article>"
    )


def _buttons(notification: Mapping[str, Any]) -> str:
    answer = notification.get("answer")
    offered = answer.get("actions") if isinstance(answer, dict) else None
    buttons = "".join(
        f'<button name="action" value="{action}">{zh} <small>{en}</small></button>'
        for action, (zh, en) in _ACTIONS.items()
        if isinstance(offered, list) and action in offered
    )
    if not buttons:
        return ""
    hidden = escape(str(notification.get("notification_id")))
    return (
        '<form method="post" action="/answer">'
        f'<input type="hidden" name="notification_id" value="{hidden}">{buttons}</form>'
    )
