"""A home's profile follows the dates: devices move, covers begin and end, people come and go."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from firmware_contracts.vocabulary import Placement
from hub.core.alerts import Role
from hub.core.home import DeviceKind, Membership
from hub.directory.model import Assignment, Bond, DeviceEntry, Directory, Residence
from hub.directory.profiles import centres, people, profiles, shifts
from hub.directory.supervision import USUAL, Supervision
from tests.directory.samples import AT, BEFORE, days, person, small


def test_a_profile_tells_helpers_where_to_go_and_whom_they_find() -> None:
    home = profiles(small(), AT)["h1"]
    assert home.address == "演示区 槐荫街道 梧桐社区 梧桐苑 3号楼 2单元 501室"
    assert home.regions == ("d", "s", "c", "k")
    assert (home.floor, home.lift, home.centre_id, home.company_id) == (5, False, "small", "co")
    assert [resident.call_name for resident in home.residents] == ["王奶奶"]
    assert home.people == {Role.BUTLER: ("b1",), Role.PROPERTY_GUARD: ("guard",)}
    button = home.devices["button-1"]
    assert (button.room, button.speaks, button.enrolled_at) == ("bedroom", True, BEFORE)


def test_a_moved_device_belongs_to_the_new_home_from_that_instant_and_is_enrolled_anew() -> None:
    base = small()
    moved = replace(
        base,
        assignments=(
            replace(base.assignments[0], until_at=AT),
            Assignment("button-1", "h2", AT, room_id="h2-bed", wearer_id="e2", placement=Placement.NECK),
        ),
    )
    before, after = profiles(moved, AT - timedelta(microseconds=1)), profiles(moved, AT)
    assert (list(before["h1"].devices), list(before["h2"].devices)) == (["button-1"], [])
    assert (list(after["h1"].devices), list(after["h2"].devices)) == ([], ["button-1"])
    device = after["h2"].devices["button-1"]
    assert (device.enrolled_at, device.room, device.wearer_id, device.placement) == (
        AT,
        "北卧室",
        "e2",
        Placement.NECK,
    )


@pytest.mark.parametrize(("after", "butler"), [(-1, "b1"), (0, "b2"), (6, "b2"), (7, "b1")])
def test_a_cover_takes_the_butlers_place_on_its_dates(after: int, butler: str) -> None:
    base = small()
    cover = Bond("b2", Role.BUTLER, AT, AT + days(7), home_id="h1", cover=True)
    covered = replace(base, bonds=(*base.bonds, cover))
    found = profiles(covered, AT + days(after))
    assert found["h1"].people[Role.BUTLER] == (butler,)
    assert found["h2"].people[Role.BUTLER] == ("b1",)


def test_contacts_are_asked_in_their_order_and_once() -> None:
    base = small()
    bonds = (
        Bond("b2", Role.CONTACT, BEFORE, home_id="h1", rank=2),
        Bond("op", Role.CONTACT, BEFORE, home_id="h1", rank=1),
        Bond("b2", Role.CONTACT, BEFORE, region_id="c", rank=3),
    )
    assert profiles(replace(base, bonds=bonds), AT)["h1"].people == {Role.CONTACT: ("op", "b2")}


def test_who_died_stays_on_the_card_as_such_until_the_residence_ends() -> None:
    base = small()
    changed = replace(
        base,
        residences=(
            replace(base.residences[0], until_at=AT),
            Residence("e1", "h1", Membership.DECEASED, AT, AT + days(10)),
        ),
    )
    told = [
        [resident.membership for resident in profiles(changed, at)["h1"].residents]
        for at in (AT - days(1), AT, AT + days(10))
    ]
    assert told == [[Membership.ACTIVE], [Membership.DECEASED], []]


def test_who_has_left_is_not_asked_any_more() -> None:
    base = small()
    gone = replace(
        base,
        persons=(base.persons[0], base.persons[1], replace(base.persons[2], until_at=AT), person("guard")),
    )
    assert "op" in people(gone, AT - days(1))
    assert "op" not in people(gone, AT)
    assert [shift.person_id for shift in shifts(gone, AT)] == []


def test_centres_know_their_parent() -> None:
    assert {centre.id: centre.parent_id for centre in centres(small()).values()} == {
        "large": None,
        "small": "large",
    }


def test_a_care_bed_brings_its_policy_and_a_home_may_have_its_own() -> None:
    base = small()

    def policy(**values: Any) -> str:
        home = replace(base.homes[0], **values)
        return profiles(replace(base, homes=(home,)), AT)["h1"].emergency_policy

    assert policy() == "emergency"
    assert policy(care_bed=True) == "emergency_care_bed"
    assert policy(care_bed=True, emergency_policy="mine") == "mine"


@pytest.mark.parametrize(
    ("device", "minutes"),
    [
        (DeviceEntry("a", DeviceKind.BUTTON), 45),
        (DeviceEntry("a", DeviceKind.BUTTON, family="zigbee2mqtt", one_way=True), 25 * 60),
        (DeviceEntry("a", DeviceKind.PULL_CORD, one_way=True), 3 * 60),
        (DeviceEntry("a", DeviceKind.BUTTON, silent_after=timedelta(minutes=5)), 5),
    ],
)
def test_how_long_a_device_may_be_silent_follows_its_family(device: DeviceEntry, minutes: int) -> None:
    assert USUAL.silent_after(device) == timedelta(minutes=minutes)


def test_settings_change_how_long_a_kind_may_be_silent() -> None:
    patient = Supervision(native=timedelta(hours=1), by_kind={DeviceKind.CUFF: timedelta(days=2)})
    base = small()
    devices = (*base.devices, DeviceEntry("cuff-1", DeviceKind.CUFF))
    stock: Directory = replace(
        base, devices=devices, assignments=(*base.assignments, Assignment("cuff-1", "h1", BEFORE))
    )
    found = profiles(stock, AT, patient)["h1"].devices
    assert {device.id: device.silent_after for device in found.values()} == {
        "button-1": timedelta(hours=1),
        "cuff-1": timedelta(days=2),
    }
