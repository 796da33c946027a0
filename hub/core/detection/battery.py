"""When a battery will be empty, from the percentages that its device tells. Pure.

Cheap cells fall slowly for months and quickly at their end, and what is told of them wobbles with the temperature of the room. So
only what a battery lost is remembered, a day apart at least, and the faster of two paces counts: that of its whole life and that
of its newest half.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from hub.core.record import record

EMPTY_PERCENT = 5
"""Below this most devices stop to send, whatever they say."""
CHANGED_BY = 5
"""So much more than before is another battery; less than that is a warmer room."""
KNOWN_AFTER = timedelta(days=7)
KNOWN_BY_PERCENT = 4
"""A pace is told of a week and four points at least: below that it is the wobble."""

_APART = timedelta(days=1)
_AT_MOST = 16


@record
class Course:
    """What a battery lost: instants and percent, falling, oldest first; the first is when it was put in, or first heard of."""

    points: tuple[tuple[datetime, int], ...]


def noted(course: Course | None, percent: int, at: datetime) -> Course:
    """The course with what was told now."""
    if course is None or not course.points or percent >= course.points[-1][1] + CHANGED_BY:
        return Course(((at, percent),))
    last_at, last = course.points[-1]
    if percent >= last:
        return course
    if at - last_at < _APART and len(course.points) > 1:
        return replace(course, points=(*course.points[:-1], (last_at, percent)))
    points = (*course.points, (at, percent))
    if len(points) > _AT_MOST:
        # The oldest half grows coarser, its ends stay.
        points = (points[0], *points[1 : _AT_MOST // 2 : 2], *points[_AT_MOST // 2 :])
    return Course(points)


def empty_at(course: Course | None, now: datetime) -> datetime | None:
    """When the battery reaches `EMPTY_PERCENT` at its pace; None while no pace is known."""
    if course is None or len(course.points) < 2:
        return None
    (first_at, first), (last_at, last) = course.points[0], course.points[-1]
    if now - first_at < KNOWN_AFTER or first - last < KNOWN_BY_PERCENT:
        return None
    days = max(_per_day(first - last, now - first_at), _newest(course, now))
    return last_at + timedelta(days=max(0, last - EMPTY_PERCENT) / days)


def _newest(course: Course, now: datetime) -> float:
    """Percent a day over the newest half of what was lost; 0 where that is too little to tell."""
    half_at, half = course.points[len(course.points) // 2]
    lost, took = half - course.points[-1][1], now - half_at
    if lost < KNOWN_BY_PERCENT or took < KNOWN_AFTER:
        return 0.0
    return _per_day(lost, took)


def _per_day(lost: int, took: timedelta) -> float:
    return lost / (took / timedelta(days=1))
