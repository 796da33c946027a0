"""Who lives in the simulated street: the homes of the stories, told to the hub and to the simulated devices alike."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from device_sim.spec import DeviceKind, DeviceSpec, Family, FleetSpec, HomeSpec, ResidentSpec
from hub.core.context import Context
from hub.core.home import Profile
from tests.story import CELL, story_context, street

HOMES = ("h1", "h2", "h3")


def profiles(at: datetime) -> Mapping[str, Profile]:
    """The homes as the directory gives them to the hub, enrolled at `at`."""
    return {
        home_id: replace(
            home,
            devices={key: replace(one, enrolled_at=at) for key, one in home.devices.items()},
        )
        for home_id, home in street().items()
    }


def fleet() -> FleetSpec:
    """The same homes as the simulator builds them."""
    homes = tuple(
        HomeSpec(
            id=home_id,
            residents=tuple(ResidentSpec(id=one.id) for one in home.residents),
            devices=tuple(
                DeviceSpec(
                    id=one.id,
                    kind=DeviceKind(one.kind.value),
                    family=Family(one.family),
                    model=one.model,
                    wearer=one.wearer_id,
                    speaks=one.speaks,
                )
                for one in home.devices.values()
            ),
        )
        for home_id, home in street().items()
    )
    return FleetSpec(cell=CELL, homes=homes)


def context_at(at: datetime, zone: str) -> Context:
    """Rules, policies and people as shipped; `zone`: where the street lies."""
    place: tzinfo = ZoneInfo(zone)
    return replace(story_context(at), timezone=place)
