"""Wandering at night, the door at odd hours, and a stay in the bathroom that is too long."""

from datetime import UTC, datetime, timedelta

from hub.core.detection import bathroom, wandering
from hub.core.detection.bathroom import Stay, elsewhere, inside, limit, too_long_at
from hub.core.detection.inactivity import Sign
from hub.core.detection.wandering import Rounds, gone_out_at, is_wandering

NIGHT = datetime(2026, 3, 3, 2, tzinfo=UTC)
NOON = NIGHT.replace(hour=12)
MINUTE = timedelta(minutes=1)


def told(*signs: tuple[float, Sign], start: datetime = NIGHT, rounds: Rounds | None = None) -> Rounds:
    now_known = rounds or Rounds()
    for minutes, sign in signs:
        now = start + minutes * MINUTE
        now_known = wandering.heard(now_known, sign, now, now)
    return now_known


def walk(begins: int, lasts: int) -> list[tuple[float, Sign]]:
    return [(begins + minute, Sign.MOVED) for minute in range(0, lasts + 1, 5)]


def test_a_long_round_is_wandering_and_the_toilet_is_none() -> None:
    assert not is_wandering(told(*walk(0, 10)))
    assert is_wandering(told(*walk(0, 20)))
    assert not is_wandering(told(*walk(0, 20), start=NOON))


def test_many_short_rounds_are_wandering_too() -> None:
    three = [*walk(0, 5), (6.0, Sign.IN_BED), *walk(40, 5), (46.0, Sign.IN_BED), *walk(90, 5)]
    assert is_wandering(told(*three))
    assert not is_wandering(told(*three[:-2]))
    next_night = told(*walk(0, 5), start=NIGHT + timedelta(days=1), rounds=told(*three))
    assert not is_wandering(next_night), "each night by itself"


def test_a_silence_ends_a_round() -> None:
    assert not is_wandering(told((0, Sign.MOVED), (8, Sign.MOVED), (25, Sign.MOVED), (30, Sign.MOVED)))


def test_the_door_at_an_odd_hour_counts_unless_somebody_is_heard_inside() -> None:
    opened = told((0, Sign.EXIT_DOOR), (1, Sign.EXIT_DOOR))
    assert gone_out_at(opened) == NIGHT + wandering.SHIPPED.back_within
    assert gone_out_at(told((2, Sign.MOVED), rounds=opened)) is None
    assert gone_out_at(told((0, Sign.EXIT_DOOR), start=NOON)) is None


def test_a_stay_in_the_bathroom_is_not_shortened_by_signs_inside() -> None:
    stay = inside(inside(Stay(), NOON), NOON + 20 * MINUTE)
    assert too_long_at(stay) == NOON + bathroom.SHIPPED.first
    assert too_long_at(elsewhere(stay, NOON + 21 * MINUTE)) is None


def test_how_long_is_too_long_is_learned_within_bounds() -> None:
    def learned(minutes: int) -> timedelta:
        stay = Stay()
        for _ in range(bathroom.SHIPPED.stays_needed):
            stay = elsewhere(inside(stay, NOON), NOON + minutes * MINUTE)
        return limit(stay)

    assert learned(5) == bathroom.SHIPPED.shortest
    assert learned(40) == 60 * MINUTE
    assert learned(45) == 67.5 * MINUTE
    too_long = elsewhere(inside(Stay(), NOON), NOON + 60 * MINUTE)
    assert too_long.stays_s == (), "a stay that was too long teaches nothing"
