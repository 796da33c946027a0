"""What holds a sensor rule back: everybody it is about is away, paused or gone. A button, a fall, smoke, gas and water are never
held back."""

from datetime import date, datetime, timedelta

from hub.core.calendar import span
from hub.core.context import Context
from hub.core.draft import Draft
from hub.core.home import Away, Membership

_ACTIVE = Membership.ACTIVE
_AT_HOME = frozenset({Membership.ACTIVE, Membership.NOT_YET_OPEN})


def held_back(draft: Draft, resident_id: str | None) -> bool:
    """Whether the resident (or, for None, everybody) is not there to be watched: away, the whole home at once or one by one,
    paused, or gone."""
    residents = draft.profile.residents
    if not draft.away:
        # Asked for every reading: of almost every home this is all there is to say.
        for one in residents:
            if one.membership is not _ACTIVE:
                break
        else:
            return False
    away = {entry.resident_id for entry in draft.away if lasts(entry, draft.now, draft.context)}
    if None in away:
        return True
    at_home = {one.id for one in residents if one.membership in _AT_HOME} - away
    if resident_id is not None and (resident_id in away or draft.profile.resident(resident_id) is not None):
        return resident_id not in at_home
    return bool(residents) and not at_home


def lasts_until(draft: Draft) -> datetime | None:
    """When the first absence that lasts now ends; None where nobody said when."""
    ends = [
        _ends_at(entry, draft.now, draft.context)
        for entry in draft.away
        if lasts(entry, draft.now, draft.context)
    ]
    return min(ends, default=None)


def _ends_at(away: Away, now: datetime, context: Context) -> datetime:
    routine, today = away.routine, context.local(now).date()
    if routine is None:
        return away.until_at
    ends = [
        span(day, routine.leaves, routine.returns, context.timezone)[1] + context.wall_offset
        for day in (today - timedelta(days=1), today)
        if _this_time(away, day, now, context)
    ]
    return min([away.until_at, *ends])


def lasts(away: Away, now: datetime, context: Context) -> bool:
    """Whether an absence is going on now. A routine follows the wall clock: while that is not to be trusted, everybody counts as
    at home."""
    if not away.from_at <= now < away.until_at:
        return False
    if away.routine is None:
        return True
    if not context.wall_synchronised:
        return False
    today = context.local(now).date()
    return any(_this_time(away, day, now, context) for day in (today - timedelta(days=1), today))


def _this_time(away: Away, day: date, now: datetime, context: Context) -> bool:
    routine = away.routine
    if routine is None or day.weekday() not in routine.weekdays:
        return False
    left_at, back_at = span(day, routine.leaves, routine.returns, context.timezone)
    if away.returned_at is not None and left_at <= context.wall(away.returned_at):
        return False
    return left_at <= context.wall(now) < back_at
