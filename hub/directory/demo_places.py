"""The demo's street: 槐荫街 with its communities and compounds, one large centre and twelve small ones, 228 homes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from random import Random

from hub.core.opening import Opening
from hub.directory.demo_names import phone
from hub.directory.model import CentreEntry, Company, HomeEntry, Level, Region

COMPANIES = (Company("company-1", "安和居养老服务(演示)"), Company("company-2", "暖阳里养老服务(演示)"))
"""A district has six; one street meets two of them."""

DISTRICT_ID = "district-demo"
STREET_ID = "street-huaiyin"
LARGE_CENTRE_ID = "centre-00"
POWER_CUT_COMPOUND_ID = "compound-01"
"""Forty flats behind one meter: a power cut here is one incident for the building."""

HOMES = 228
_POWER_CUT_HOMES = 40
_COMMUNITIES = [
    "梧桐",
    "银杏",
    "石榴",
    "海棠",
    "丁香",
    "玉兰",
    "桂花",
    "紫藤",
    "合欢",
    "冬青",
    "香樟",
    "木槿",
    "腊梅",
]
_WEEK = frozenset(range(7))


@dataclass(frozen=True, slots=True)
class Places:
    regions: tuple[Region, ...]
    centres: tuple[CentreEntry, ...]
    homes: tuple[HomeEntry, ...]

    @property
    def compounds(self) -> tuple[Region, ...]:
        return tuple(region for region in self.regions if region.level is Level.COMPOUND)


def home_id(number: int) -> str:
    """Homes are numbered from 1."""
    return f"h{number:04d}"


def places(rng: Random) -> Places:
    regions = [
        Region(DISTRICT_ID, "演示区", Level.DISTRICT),
        Region(STREET_ID, "槐荫街道", Level.STREET, DISTRICT_ID),
    ]
    centres = [
        CentreEntry(
            LARGE_CENTRE_ID,
            "槐荫街养老服务中心",
            company_id=COMPANIES[0].id,
            region_id=STREET_ID,
            phone=phone(100),
            openings=(Opening(_WEEK, time(7), time(21)),),
        )
    ]
    homes: list[HomeEntry] = []
    compound = 0
    for index, name in enumerate(_COMMUNITIES):
        community = Region(f"community-{index + 1:02d}", f"{name}社区", Level.COMMUNITY, STREET_ID)
        regions.append(community)
        # The last community has no centre of its own: its homes belong to the large one.
        centre_id = LARGE_CENTRE_ID
        if index < 12:
            centre_id = f"centre-{index + 1:02d}"
            centres.append(_small_centre(centre_id, name, community, COMPANIES[index // 6].id, index))
        for suffix, count, lift in _compounds(index):
            compound += 1
            region = Region(f"compound-{compound:02d}", f"{name}{suffix}", Level.COMPOUND, community.id)
            regions.append(region)
            for place in range(count):
                homes.append(_home(rng, len(homes) + 1, region.id, centre_id, place, lift))
    return Places(tuple(regions), tuple(centres), tuple(homes))


def _small_centre(centre_id: str, name: str, community: Region, company_id: str, index: int) -> CentreEntry:
    return CentreEntry(
        centre_id,
        f"{name}社区日间照料中心",
        parent_id=LARGE_CENTRE_ID,
        company_id=company_id,
        region_id=community.id,
        phone=phone(101 + index),
        openings=(Opening(frozenset(range(6)), time(8), time(18)),),
    )


def _compounds(community: int) -> Iterator[tuple[str, int, bool]]:
    """Name, number of homes and whether there is a lift, for each compound of a community."""
    if community == 0:
        yield "高层家园", _POWER_CUT_HOMES, True
        return
    rest = HOMES - _POWER_CUT_HOMES
    count = rest // 12 + (1 if community <= rest % 12 else 0)
    # Walk-up blocks of the eighties beside newer ones.
    yield "老家属院", count - count // 2, False
    yield "花园", count // 2, True


def _home(rng: Random, number: int, region_id: str, centre_id: str, place: int, lift: bool) -> HomeEntry:
    floor, side = place // 4 + 1, place % 4
    return HomeEntry(
        id=home_id(number),
        region_id=region_id,
        building="1号楼",
        stair=f"{side // 2 + 1}单元",
        flat=f"{floor}0{side % 2 + 1}室",
        floor=floor,
        lift=lift,
        door_code=f"{rng.randrange(10_000):04d}#" if rng.random() < 0.5 else "",
        phone=phone(1000 + number),
        centre_id=centre_id,
    )
