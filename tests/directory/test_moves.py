"""Enrolling, moving, leaving: each edit gives a directory that fits, or says why not and changes nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from hub.core.alerts import Role
from hub.core.home import DeviceKind, Membership
from hub.directory import moves, profiles, residences
from hub.directory.model import (
    MAX_OWN_ELDERS,
    Assignment,
    Bond,
    DeviceEntry,
    Directory,
    Elder,
    HomeEntry,
    Residence,
    RoomKind,
)
from hub.directory.refusals import EditRefusal, EditRefused
from hub.directory.validation import problems
from tests.directory.samples import AT, BEFORE, days, small

LATER = AT + timedelta(minutes=1)


def enrolled() -> Directory:
    """A third home, with a room, an elder and a pull cord."""
    new = HomeEntry("h3", "k", "3号楼", "2单元", "503室", floor=5, centre_id="small")
    directory = moves.enrol_home(small(), new, (RoomKind.BEDROOM, RoomKind.BATHROOM))
    elder = Elder("e3", "孙德福", "孙大爷", 2)
    directory = residences.enrol_elder(directory, elder, "h3", AT, butler_id="b2")
    cord = DeviceEntry("cord-3", DeviceKind.PULL_CORD)
    return moves.enrol_device(directory, cord, "h3", AT, room_id="h3-bathroom", wearer_id="e3")


def test_a_new_home_fits_and_waits_for_its_first_press() -> None:
    directory = enrolled()
    assert problems(directory, AT) == ()
    profile = profiles.profiles(directory, AT)["h3"]
    assert [one.membership for one in profile.residents] == [Membership.NOT_YET_OPEN]
    assert profile.people[Role.BUTLER] == ("b2",)
    cord = profile.devices["cord-3"]
    assert (cord.room, cord.wearer_id, cord.enrolled_at) == ("bathroom", "e3", AT)


def test_a_second_bedroom_gets_an_id_of_its_own() -> None:
    directory, first = moves.add_room(small(), "h1", RoomKind.KITCHEN)
    directory, second = moves.add_room(directory, "h1", RoomKind.KITCHEN, "小厨房")
    assert (first, second) == ("h1-kitchen", "h1-kitchen-2")
    assert problems(directory, AT) == ()


def test_a_moved_device_leaves_the_old_home_at_the_instant_it_belongs_to_the_new_one() -> None:
    directory = moves.move_device(small(), "button-1", "h2", AT, room_id="h2-bed", wearer_id="e2")
    assert problems(directory, AT) == ()
    assert directory.assignments == (
        Assignment("button-1", "h1", BEFORE, AT, "h1-bed"),
        Assignment("button-1", "h2", AT, None, "h2-bed", "e2"),
    )
    just_before = profiles.profiles(directory, AT - timedelta(microseconds=1))
    assert "button-1" in just_before["h1"].devices
    assert list(profiles.profiles(directory, AT)["h2"].devices) == ["button-1"]


def test_into_another_room_it_is_only_put_but_another_wearer_begins_anew() -> None:
    directory, kitchen = moves.add_room(small(), "h1", RoomKind.KITCHEN)
    put = moves.move_device(directory, "button-1", "h1", AT, room_id=kitchen)
    assert put.assignments == (Assignment("button-1", "h1", BEFORE, None, kitchen),)
    worn = moves.move_device(put, "button-1", "h1", AT, room_id=kitchen, wearer_id="e1")
    assert [one.from_at for one in worn.assignments] == [BEFORE, AT]
    assert problems(worn, AT) == ()


def test_a_recovered_device_is_in_the_stock_and_hangs_elsewhere_next() -> None:
    directory = moves.recover_device(small(), "button-1", AT)
    assert profiles.profiles(directory, AT)["h1"].devices == {}
    button = DeviceEntry("button-1", DeviceKind.BUTTON, speaks=True)
    again = moves.enrol_device(directory, button, "h2", LATER)
    assert problems(again, LATER) == ()
    assert list(profiles.profiles(again, LATER)["h2"].devices) == ["button-1"]


def states(directory: Directory, elder_id: str = "e1") -> list[tuple[Membership, object, object]]:
    found = [one for one in directory.residences if one.elder_id == elder_id]
    return [(one.membership, one.from_at, one.until_at) for one in sorted(found, key=lambda one: one.from_at)]


def test_a_pause_ends_by_itself_on_its_day() -> None:
    directory = residences.set_membership(small(), "e1", Membership.PAUSED, AT, until_at=AT + days(30))
    assert problems(directory, AT) == ()
    assert states(directory) == [
        (Membership.ACTIVE, BEFORE, AT),
        (Membership.PAUSED, AT, AT + days(30)),
        (Membership.ACTIVE, AT + days(30), None),
    ]


def test_who_dies_during_a_pause_does_not_come_back_when_it_would_have_ended() -> None:
    directory = residences.set_membership(small(), "e1", Membership.PAUSED, AT, until_at=AT + days(30))
    directory = residences.set_membership(directory, "e1", Membership.DECEASED, AT + days(2))
    assert problems(directory, AT) == ()
    assert states(directory)[1:] == [
        (Membership.PAUSED, AT, AT + days(2)),
        (Membership.DECEASED, AT + days(2), None),
    ]


def test_a_death_entered_by_mistake_is_put_right_and_the_home_proves_itself_anew() -> None:
    directory = residences.set_membership(small(), "e1", Membership.DECEASED, AT)
    directory = residences.set_membership(directory, "e1", Membership.NOT_YET_OPEN, LATER)
    assert problems(directory, LATER) == ()
    assert states(directory)[-1] == (Membership.NOT_YET_OPEN, LATER, None)


def test_who_left_moves_into_another_home() -> None:
    directory = residences.set_membership(small(), "e1", Membership.LEFT, AT)
    moved = residences.enrol_elder(directory, Elder("e1", "王秀英", "王奶奶"), "h2", LATER, comes_back=True)
    assert problems(moved, LATER) == ()
    assert [one.id for one in profiles.profiles(moved, LATER)["h2"].residents] == ["e2", "e1"]


@pytest.mark.parametrize(
    ("gone", "comes_back"),
    [(Membership.LEFT, False), (Membership.DECEASED, False), (Membership.DECEASED, True)],
)
@pytest.mark.parametrize("home_id", ["h1", "h2"])
def test_an_id_of_somebody_who_is_gone_is_not_enrolled_again_by_accident(
    gone: Membership, comes_back: bool, home_id: str
) -> None:
    directory = residences.set_membership(small(), "e1", gone, AT)
    with pytest.raises(EditRefused) as refused:
        residences.enrol_elder(directory, Elder("e1", "别人", "别人"), home_id, LATER, comes_back=comes_back)
    assert refused.value.code is EditRefusal.WAS_HERE_BEFORE
    assert (refused.value.about["home"], refused.value.about["now"]) == ("h1", gone.value)


def full_list() -> Directory:
    directory = small()
    for number in range(3, MAX_OWN_ELDERS + 2):
        home = HomeEntry(f"h{number}", "k", centre_id="small")
        directory = moves.enrol_home(directory, home)
        elder = Elder(f"e{number}", "某", "某")
        # b1 has two already.
        directory = replace(
            directory,
            elders=(*directory.elders, elder),
            residences=(*directory.residences, Residence(elder.id, home.id, Membership.ACTIVE, BEFORE)),
            bonds=(*directory.bonds, Bond("b1", Role.BUTLER, BEFORE, home_id=home.id)),
        )
    return residences.set_membership(directory, "e1", Membership.LEFT, AT)


ELDER = Elder("e9", "某", "某")
CORD = DeviceEntry("cord-9", DeviceKind.PULL_CORD)
BUTTON = DeviceEntry("button-1", DeviceKind.BUTTON)
set_to = residences.set_membership


@pytest.mark.parametrize(
    ("code", "edit"),
    [
        (EditRefusal.ID_TAKEN, lambda d: moves.enrol_home(d, HomeEntry("h1", "k"))),
        (EditRefusal.ID_TAKEN, lambda d: moves.enrol_home(d, HomeEntry("unassigned", "k"))),
        (EditRefusal.ID_TAKEN, lambda d: residences.enrol_elder(d, Elder("e1", "某", "某"), "h1", AT)),
        (EditRefusal.ID_NOT_ALLOWED, lambda d: moves.enrol_home(d, HomeEntry("3号楼", "k"))),
        (EditRefusal.UNKNOWN_REGION, lambda d: moves.enrol_home(d, HomeEntry("h3", "nowhere"))),
        (EditRefusal.UNKNOWN_CENTRE, lambda d: moves.enrol_home(d, HomeEntry("h3", "k", centre_id="x"))),
        (EditRefusal.UNKNOWN_HOME, lambda d: moves.add_room(d, "h9", RoomKind.KITCHEN)),
        (EditRefusal.UNKNOWN_HOME, lambda d: moves.move_device(d, "button-1", "h9", AT)),
        (EditRefusal.UNKNOWN_ROOM, lambda d: moves.enrol_device(d, CORD, "h1", AT, room_id="x")),
        (EditRefusal.ROOM_OF_OTHER_HOME, lambda d: moves.enrol_device(d, CORD, "h1", AT, room_id="h2-bed")),
        (EditRefusal.NOT_A_RESIDENT, lambda d: moves.enrol_device(d, CORD, "h1", AT, wearer_id="e2")),
        (EditRefusal.ALREADY_HERE, lambda d: moves.enrol_device(d, BUTTON, "h1", AT)),
        (EditRefusal.ASSIGNED_ELSEWHERE, lambda d: moves.enrol_device(d, BUTTON, "h2", AT)),
        (
            EditRefusal.OTHER_KIND,
            lambda d: moves.enrol_device(
                moves.recover_device(d, "button-1", AT), replace(CORD, id="button-1"), "h2", LATER
            ),
        ),
        (EditRefusal.UNKNOWN_DEVICE, lambda d: moves.recover_device(d, "x", AT)),
        (EditRefusal.NOT_ASSIGNED, lambda d: moves.recover_device(d, "button-1", BEFORE - days(1))),
        (
            EditRefusal.PLANNED_ALREADY,
            lambda d: moves.move_device(
                moves.move_device(d, "button-1", "h2", AT + days(7)), "button-1", "h2", AT, wearer_id="e2"
            ),
        ),
        (
            EditRefusal.NO_BUTLER,
            lambda d: residences.enrol_elder(moves.enrol_home(d, HomeEntry("h3", "k")), ELDER, "h3", AT),
        ),
        (
            EditRefusal.UNKNOWN_PERSON,
            lambda d: residences.enrol_elder(
                moves.enrol_home(d, HomeEntry("h3", "k")), ELDER, "h3", AT, butler_id="x"
            ),
        ),
        (EditRefusal.LIVES_ELSEWHERE, lambda d: residences.enrol_elder(d, Elder("e1", "某", "某"), "h2", AT)),
        (EditRefusal.UNKNOWN_ELDER, lambda d: set_to(d, "x", Membership.LEFT, AT)),
        (
            EditRefusal.NOT_HOUSED,
            lambda d: set_to(
                replace(d, residences=(replace(d.residences[0], until_at=AT),)), "e1", Membership.LEFT, LATER
            ),
        ),
        (EditRefusal.SAME_MEMBERSHIP, lambda d: set_to(d, "e1", Membership.ACTIVE, AT)),
        (EditRefusal.NOT_FROM_HERE, lambda d: set_to(d, "e1", Membership.NOT_YET_OPEN, AT)),
        (
            EditRefusal.NOT_FROM_HERE,
            lambda d: set_to(set_to(d, "e1", Membership.DECEASED, AT), "e1", Membership.ACTIVE, LATER),
        ),
        (
            EditRefusal.CHANGED_SINCE,
            lambda d: set_to(
                set_to(d, "e1", Membership.DECEASED, AT), "e1", Membership.PAUSED, BEFORE, now=LATER
            ),
        ),
        (
            EditRefusal.NOT_FROM_HERE,
            lambda d: set_to(
                set_to(set_to(d, "e1", Membership.LEFT, AT), "e1", Membership.NOT_YET_OPEN, AT + days(1)),
                *("e1", Membership.ACTIVE, AT + days(2)),
            ),
        ),
        (EditRefusal.BEFORE_IT_BEGAN, lambda d: set_to(d, "e1", Membership.LEFT, BEFORE - days(1))),
        (EditRefusal.ENDS_BEFORE, lambda d: set_to(d, "e1", Membership.PAUSED, AT, until_at=BEFORE)),
    ],
)
def test_what_does_not_fit_is_refused(code: EditRefusal, edit: Callable[[Directory], object]) -> None:
    with pytest.raises(EditRefused) as refused:
        edit(small())
    assert refused.value.code is code


def test_the_twenty_first_elder_of_a_list_is_refused_when_enrolled_and_when_coming_back() -> None:
    directory = full_list()
    assert len(residences.own_elders(directory, "b1", AT)) == MAX_OWN_ELDERS
    edits: tuple[Callable[[], Directory], ...] = (
        lambda: residences.enrol_elder(directory, Elder("e99", "某", "某"), "h2", LATER),
        lambda: set_to(directory, "e1", Membership.NOT_YET_OPEN, LATER),
    )
    for edit in edits:
        with pytest.raises(EditRefused) as refused:
            edit()
        assert refused.value.code is EditRefusal.LIST_FULL
