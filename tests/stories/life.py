"""A story with a directory behind it: what installers, desks and dates do to homes, followed by the hub as in a running one."""

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from hub.core.alerts import Role, WhatItWas, WhatWasDone
from hub.core.events import Actor, ActorRole
from hub.core.home import DeviceKind, Membership
from hub.core.outcome import Result
from hub.directory import moves, residences
from hub.directory.keeper import DirectoryKeeper
from hub.directory.model import (
    Assignment,
    Bond,
    CentreEntry,
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
from hub.directory.opened_homes import open_homes
from hub.directory.validation import problems
from hub.store.change_log import Change, What
from hub.store.store import Connection
from tests.story import CELL, SYSTEM, TUESDAY_MORNING, Story, shifts, staff

LONG_AGO = TUESDAY_MORNING - timedelta(days=30)
OPERATOR = Actor("operator-chen", ActorRole.OPERATOR)
BUTLER = Actor("butler-wang", ActorRole.RESPONDER)


def compound() -> Directory:
    """Three flats of one stair: Grandma Li alone, the Zhaos together, and an empty one; each of the first two with a button."""
    return Directory(
        cell=CELL,
        regions=(Region("d", "槐荫区", Level.DISTRICT), Region("k", "槐荫苑", Level.COMPOUND, "d")),
        centres=(CentreEntry("large", "街道中心"), CentreEntry("small-1", "一号站", "large", None, "k")),
        elders=(
            Elder("li", "李桂英", "李奶奶", 2),
            Elder("zhao", "赵建国", "赵大爷"),
            Elder("qian", "钱秀兰", "钱奶奶"),
        ),
        residences=(
            Residence("li", "h1", Membership.ACTIVE, LONG_AGO),
            Residence("zhao", "h2", Membership.ACTIVE, LONG_AGO),
            Residence("qian", "h2", Membership.ACTIVE, LONG_AGO),
        ),
        homes=tuple(
            HomeEntry(home_id, "k", "3号楼", "2单元", flat, floor=5, centre_id="small-1")
            for home_id, flat in (("h1", "501"), ("h2", "502"), ("h3", "503"))
        ),
        rooms=(Room("h1-bedroom", "h1", RoomKind.BEDROOM), Room("h2-bedroom", "h2", RoomKind.BEDROOM)),
        devices=(
            DeviceEntry("button", DeviceKind.BUTTON, speaks=True),
            DeviceEntry("oximeter", DeviceKind.OXIMETER),
            DeviceEntry("cord", DeviceKind.PULL_CORD, speaks=True),
            DeviceEntry("mat", DeviceKind.OXIMETER),
            DeviceEntry("smoke", DeviceKind.SMOKE),
        ),
        assignments=(
            Assignment("button", "h1", LONG_AGO, None, "h1-bedroom", "li"),
            Assignment("oximeter", "h1", LONG_AGO, None, "h1-bedroom", "li"),
            Assignment("cord", "h2", LONG_AGO, None, "h2-bedroom"),
            Assignment("mat", "h2", LONG_AGO, None, "h2-bedroom"),
            Assignment("smoke", "h2", LONG_AGO),
        ),
        persons=tuple(
            PersonEntry(one.id, one.name, one.surname, one.methods) for one in staff().values() if one.methods
        ),
        bonds=(
            *(Bond("butler-wang", Role.BUTLER, LONG_AGO, home_id=home) for home in ("h1", "h2")),
            Bond("daughter-li", Role.CONTACT, LONG_AGO, home_id="h1"),
            Bond("son-zhao", Role.CONTACT, LONG_AGO, home_id="h2"),
        ),
        shifts=shifts(),
    )


class _Driven:
    """The engine of a story as the keeper wants it: what is handed in is done at once."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self.cell = CELL

    def __getattr__(self, name: str) -> Any:
        return getattr(self._story.engine, name)

    def write(self, fn: Callable[[Connection], Any]) -> Future[Any]:
        future = self._story.engine.write(fn)
        self._story.run()
        return future

    def submit(self, command: Any) -> Future[Result]:
        future = self._story.engine.submit(command)
        self._story.run()
        return future

    def replace_context(self, change: Any) -> None:
        committed = self._story.engine._committed
        committed.context = replace(change(committed.context), version=committed.context.version + 1)


class Life(Story):
    """A compound whose homes follow a directory that is edited as the story goes on."""

    def __init__(self, path: Path, directory: Directory | None = None) -> None:
        super().__init__(path, homes={})
        self.follow(directory or compound(), new=True)

    def follow(self, directory: Directory, *, new: bool = False) -> None:
        self.keeper = DirectoryKeeper(
            _Driven(self), None if new else directory, lambda one: problems(one, self.now)
        )
        if new:
            self.keeper.adopt(directory)
        else:
            self.keeper.refresh()

    @property
    def directory(self) -> Directory:
        assert self.keeper.directory is not None
        return self.keeper.directory

    def crash(self, *, down: timedelta = timedelta()) -> None:
        directory = self.directory
        super().crash(down=down)
        self.follow(directory)

    def edit(self, change: Callable[[Directory], Directory], what: What = What.MEMBERSHIP_CHANGED) -> None:
        self.keeper.edit(change, Change(self.now, "manager", what, "home", None))
        self.run()

    def becomes(self, elder_id: str, membership: Membership, **more: Any) -> None:
        """Somebody's membership changes now, entered by the log-in `manager`."""
        at = self.now
        self.edit(lambda one: residences.set_membership(one, elder_id, membership, at, **more))

    def moves(self, device_id: str, home_id: str) -> None:
        at = self.now
        self.edit(lambda one: moves.move_device(one, device_id, home_id, at), What.DEVICE_MOVED)

    def installs(self) -> None:
        """Grandpa Sun moves into the empty flat, with a pull cord that the installer has just fixed."""
        at = self.now

        def change(directory: Directory) -> Directory:
            sun = Elder("sun", "孙德福", "孙大爷")
            directory = residences.enrol_elder(directory, sun, "h3", at, butler_id="butler-wang")
            directory, bathroom = moves.add_room(directory, "h3", RoomKind.BATHROOM)
            new = DeviceEntry("cord-3", DeviceKind.PULL_CORD, speaks=True)
            return moves.enrol_device(directory, new, "h3", at, room_id=bathroom)

        self.edit(change, What.HOME_ENROLLED)

    def opens(self) -> int:
        """What the hub does on its own when a press was answered, and now and then."""
        done = open_homes(self.keeper, self.engine.homes(), self.now)
        self.run()
        return done

    def membership(self, elder_id: str) -> Membership:
        found = residences.current(self.directory, elder_id, self.now)
        assert found is not None
        return found.membership

    def answers(self, who: Actor = OPERATOR, what_it_was: WhatItWas = WhatItWas.TEST) -> None:
        """Takes the only open alert and closes it."""
        alert = next(one for one in self.alerts() if one.severity.rank == 0)
        self.take(who.id, alert)
        self.resolve(who.id, what_it_was, WhatWasDone.BY_PHONE, alert)


__all__ = ["BUTLER", "LONG_AGO", "OPERATOR", "SYSTEM", "Life", "compound"]
