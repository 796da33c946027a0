"""The demo's street is whole, fits, is always the same, and has every case at the door where it is looked for."""

import json
from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from device_sim.spec import FleetSpec
from hub.core.alerts import Role
from hub.core.context import Context
from hub.core.home import AwayKind, DeviceKind, Flag, Membership, Profile
from hub.core.roster import on_duty
from hub.core.rules import Rules
from hub.directory.demo import CASES, DemoCase, demo_absences, demo_directory, fleet_spec
from hub.directory.demo_places import HOMES, POWER_CUT_COMPOUND_ID
from hub.directory.profiles import centres, people, profiles, shifts
from hub.directory.validation import problems
from tests.directory.samples import AT, days

STREET = demo_directory(1, AT)
HOME_PROFILES = profiles(STREET, AT)


def at_door(case: DemoCase) -> Profile:
    return HOME_PROFILES[CASES[case]]


def flags_at(case: DemoCase) -> frozenset[Flag]:
    return frozenset().union(*(resident.flags for resident in at_door(case).residents))


def test_the_street_fits_for_any_seed() -> None:
    for seed in range(5):
        assert problems(demo_directory(seed, AT), AT) == ()


def test_the_same_seed_gives_the_same_street() -> None:
    assert demo_directory(1, AT) == STREET
    assert demo_directory(2, AT) != STREET


def test_the_numbers_of_the_street() -> None:
    assert (len(STREET.elders), len(STREET.homes), len(STREET.centres), len(STREET.companies)) == (
        240,
        HOMES,
        13,
        2,
    )
    elders = {home_id: len(profile.residents) for home_id, profile in HOME_PROFILES.items()}
    own: Counter[str] = Counter()
    for bond in STREET.bonds:
        if bond.role is Role.BUTLER and not bond.cover and bond.home_id is not None:
            own[bond.person_id] += elders[bond.home_id]
    assert sorted(own.items()) == [(f"b{number:02d}", 20) for number in range(1, 13)]


def test_every_case_is_found_behind_its_door() -> None:
    assert len(at_door(DemoCase.TWO_ELDERS).residents) == 2
    assert Flag.LOST_ONLY_CHILD in flags_at(DemoCase.NO_FAMILY)
    assert len(at_door(DemoCase.NO_FAMILY).people[Role.CONTACT]) == 2
    assert Flag.HARD_OF_HEARING in flags_at(DemoCase.HARD_OF_HEARING)
    assert Flag.ON_OXYGEN in flags_at(DemoCase.ON_OXYGEN)
    assert Flag.DEMENTIA in flags_at(DemoCase.DEMENTIA)
    assert DeviceKind.WATCH in {device.kind for device in at_door(DemoCase.DEMENTIA).devices.values()}
    assert Flag.NO_LIFT in flags_at(DemoCase.NO_LIFT)
    assert not at_door(DemoCase.NO_LIFT).lift
    assert (at_door(DemoCase.NO_LIFT).floor or 0) > 1
    care_bed = at_door(DemoCase.CARE_BED)
    assert care_bed.emergency_policy == "emergency_care_bed"
    assert care_bed.people[Role.CARE_INSTITUTION] == ("institution-1",)
    assert DeviceKind.BED_MAT in {device.kind for device in care_bed.devices.values()}
    assert at_door(DemoCase.NOT_YET_OPEN).residents[0].membership is Membership.NOT_YET_OPEN
    assert at_door(DemoCase.PAUSED).residents[0].membership is Membership.PAUSED
    assert [device.one_way for device in at_door(DemoCase.ONE_WAY_DEVICE).devices.values()] == [True]
    foreign = at_door(DemoCase.FOREIGN_DEVICES).devices.values()
    assert {device.family for device in foreign} == {"zigbee2mqtt"}
    assert not any(device.speaks for device in foreign)
    assert at_door(DemoCase.COVERED_BUTLER).people[Role.BUTLER] == ("b11",)


def test_the_cover_ends_by_itself() -> None:
    later = profiles(STREET, AT + days(14))
    assert later[CASES[DemoCase.COVERED_BUTLER]].people[Role.BUTLER] == ("b12",)


def test_a_power_cut_meets_forty_flats_with_oxygen_users_among_them() -> None:
    dark = [profile for profile in HOME_PROFILES.values() if POWER_CUT_COMPOUND_ID in profile.regions]
    assert len(dark) == 40
    assert (
        sum(any(Flag.ON_OXYGEN in resident.flags for resident in profile.residents) for profile in dark) == 3
    )


def test_absences_are_at_their_doors_and_on_now() -> None:
    absences = demo_absences(AT)
    assert absences[CASES[DemoCase.AT_HOSPITAL]].kind is AwayKind.HOSPITAL
    assert absences[CASES[DemoCase.WITH_CHILDREN]].kind is AwayKind.CHILDREN
    assert all(away.from_at <= AT < away.until_at for away in absences.values())


def test_every_usual_home_has_a_key_that_speaks_at_the_bed() -> None:
    odd = {CASES[DemoCase.FOREIGN_DEVICES], CASES[DemoCase.ONE_WAY_DEVICE]}
    for home_id, profile in HOME_PROFILES.items():
        keys = [device for device in profile.devices.values() if device.speaks and device.room == "bedroom"]
        assert (len(keys) == 1) is (home_id not in odd), home_id


@pytest.mark.parametrize("hour", range(0, 24 * 7, 6))
def test_at_every_hour_somebody_answers_every_home(hour: int) -> None:
    now = AT + timedelta(hours=hour)
    context = Context(
        version=1,
        rules=Rules(),
        policies={},
        resumed_at=AT,
        people=people(STREET, now),
        shifts=shifts(STREET, now),
        centres=centres(STREET),
        timezone=ZoneInfo("Asia/Shanghai"),
    )
    for home_id, profile in profiles(STREET, now).items():
        for role in (
            Role.OPERATOR,
            Role.DUTY_MANAGER,
            Role.BUTLER,
            Role.DEPUTY,
            Role.CENTRE_DUTY,
            Role.CONTACT,
        ):
            assert on_duty(role, profile, now, context), f"nobody answers as {role} for {home_id} at {now}"


def test_numbers_and_addresses_are_invented() -> None:
    phones = [*(person.phone for person in STREET.persons), *(home.phone for home in STREET.homes)]
    assert len(set(phones)) == len(phones)
    assert all(phone.startswith("0371-5550") for phone in phones)
    assert {method.channel for person in STREET.persons for method in person.methods} == {"webhook"}
    butler = people(STREET, AT)["b03"]
    assert butler.methods[0].address == "butler:b03"


def test_the_simulator_can_play_the_street() -> None:
    spec = FleetSpec.model_validate(json.loads(json.dumps(fleet_spec(STREET), ensure_ascii=False)))
    played = {home.id: {device.id for device in home.devices} for home in spec.homes}
    assert played == {home_id: set(profile.devices) for home_id, profile in HOME_PROFILES.items()}
    silent = {device.id: device.silent_after_s for home in spec.homes for device in home.devices}
    assert silent == {
        device.id: device.silent_after.total_seconds()
        for profile in HOME_PROFILES.values()
        for device in profile.devices.values()
    }
    two = next(home for home in spec.homes if home.id == CASES[DemoCase.TWO_ELDERS])
    assert [resident.id for resident in two.residents] == ["e0002-1", "e0002-2"]
