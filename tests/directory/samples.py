"""A small directory that fits, and ways to change one thing in it."""

from datetime import UTC, datetime, time, timedelta

from hub.core.alerts import Role
from hub.core.context import ContactMethod, Shift
from hub.core.home import DeviceKind, Membership
from hub.directory.model import (
    Assignment,
    Bond,
    CentreEntry,
    Company,
    DeviceEntry,
    Directory,
    Elder,
    HomeEntry,
    Level,
    PersonEntry,
    Region,
    Residence,
    Room,
    RoomKind,
)

AT = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
BEFORE = AT - timedelta(days=30)
WEEK = frozenset(range(7))


def days(count: float) -> timedelta:
    return timedelta(days=count)


def person(person_id: str) -> PersonEntry:
    return PersonEntry(person_id, "程晓燕", "程", (ContactMethod("webhook", f"person:{person_id}"),))


def small() -> Directory:
    """Two homes of one elder each, one butler, one desk that is always staffed."""
    return Directory(
        cell="test",
        regions=(
            Region("d", "演示区", Level.DISTRICT),
            Region("s", "槐荫街道", Level.STREET, "d"),
            Region("c", "梧桐社区", Level.COMMUNITY, "s"),
            Region("k", "梧桐苑", Level.COMPOUND, "c"),
        ),
        companies=(Company("co", "安和居"),),
        centres=(
            CentreEntry("large", "中心", company_id="co"),
            CentreEntry("small", "小站", "large", "co", "c"),
        ),
        elders=(Elder("e1", "王秀英", "王奶奶"), Elder("e2", "李德山", "李爷爷")),
        residences=(
            Residence("e1", "h1", Membership.ACTIVE, BEFORE),
            Residence("e2", "h2", Membership.ACTIVE, BEFORE),
        ),
        homes=(
            HomeEntry("h1", "k", "3号楼", "2单元", "501室", floor=5, lift=False, centre_id="small"),
            HomeEntry("h2", "k", "3号楼", "2单元", "502室", floor=5, lift=False, centre_id="small"),
        ),
        rooms=(Room("h1-bed", "h1", RoomKind.BEDROOM), Room("h2-bed", "h2", RoomKind.BEDROOM, "北卧室")),
        devices=(DeviceEntry("button-1", DeviceKind.BUTTON, speaks=True),),
        assignments=(Assignment("button-1", "h1", BEFORE, room_id="h1-bed"),),
        persons=(person("b1"), person("b2"), person("op"), person("guard")),
        bonds=(
            Bond("b1", Role.BUTLER, BEFORE, home_id="h1"),
            Bond("b1", Role.BUTLER, BEFORE, home_id="h2"),
            Bond("guard", Role.PROPERTY_GUARD, BEFORE, region_id="k"),
        ),
        shifts=(Shift("op", Role.OPERATOR, WEEK, time(8), time(8)),),
    )
