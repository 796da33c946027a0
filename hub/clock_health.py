"""What people are told of a clock that jumped by years, between `clock`, the store and `app`: what is the matter, what to do."""

from datetime import datetime, timedelta

from hub.clock import DOUBTED_FROM, PLAUSIBLE_FROM, HubClock
from hub.store.retention import Standstill

TOLD_FOR = timedelta(days=7)
"""So long a jump of years that was followed is told: whoever looks in once a week sees it."""


_NEVER_SET = (
    "时钟还没有对时（日期在 2024 年以前）：求救照常，按时段的规则和班次暂时按系统时间算。请检查网络和对时服务。"
    " The clock was never set (its date is before 2024): calls work, hours and shifts follow hub time meanwhile. Check the "
    "network and time synchronisation"
)


def clock_problems(clock: HubClock, newest: Standstill | None) -> list[tuple[str, str]]:
    """Problems of the health page, Chinese first. `newest`: the newest time that the hub did not run through."""
    found = []
    if not clock.wall_is_plausible():
        found.append(("clock", _NEVER_SET))
    doubt = clock.doubt()
    if doubt is not None:
        found.append(("clock", _doubted(doubt.ahead.days, round(doubt.left / timedelta(minutes=1)))))
    if newest is not None and _is_told(newest, clock.now()):
        found.append(("clock", _jumped(newest)))
    return found


def _is_told(one: Standstill, now: datetime) -> bool:
    """A clock that had never been set before was set right by it."""
    far = one.until_at - one.from_at > DOUBTED_FROM
    return far and one.from_at >= PLAUSIBLE_FROM and now - one.until_at < TOLD_FOR


def _doubted(days: int, minutes: int) -> str:
    return (
        f"时钟比系统时间快 {days} 天，暂不采用：请核对日期和对时。日期没错就不用处理，{minutes} 分钟后自动采用。"
        f" The clock is {days} days ahead of hub time and is not followed yet: check the date and time synchronisation. "
        f"If the date is right, do nothing: it is followed in {minutes} min"
    )


def _jumped(one: Standstill) -> str:
    from_on, until_on = one.from_at.date(), one.until_at.date()
    return (
        f"系统时间从 {from_on} 跳到了 {until_on}，没有因此删除资料。日期没错就不用处理，{TOLD_FOR.days} 天后不再提示；"
        "日期错了，先改正时钟，再按运行手册“时钟走错”一节恢复。"
        f" Hub time jumped from {from_on} to {until_on}; nothing was deleted by it. If the date is right, do nothing: this is "
        f"told for {TOLD_FOR.days} days. If it is wrong, correct the clock, then see the way back in docs/operations.md"
    )
