"""With a real broker and the hub in its own process: whatever floods in, a press of another home comes to the console.

The promise is one second; these bounds are for slow machines. `make soak` measures the figure.
"""

from collections.abc import Iterator

import pytest

from hub.core.alerts import AlertKind
from hub.store.queries import Queries
from tests.e2e.street import until
from tests.servers import require_program
from tests.soak.flooder import BACKLOG, MAD, backlog_topic
from tests.soak.floods import SORTS, Flooded, Flooding, flooding

pytestmark = pytest.mark.slow

PRESSES = 5
SECONDS = 2.5
SLOW_MACHINE_MS = 5_000
MUCH = 1_500
"""More than a rule lets through in a flood that lasts so long, and far less than is sent."""


@pytest.fixture(scope="module")
def flooded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flooding, dict[str, Flooded]]]:
    """One hub through all floods, one after the other."""
    require_program("mosquitto", "sudo apt install mosquitto")
    with flooding(tmp_path_factory.mktemp("floods")) as street:
        yield street, {sort: street.flood(sort, PRESSES, SECONDS) for sort in SORTS}


@pytest.mark.parametrize("sort", SORTS)
def test_a_press_of_another_home_comes_to_the_console_through_a_flood(
    flooded: tuple[Flooding, dict[str, Flooded]], sort: str
) -> None:
    _, found = flooded
    assert found[sort].sent > 0
    assert found[sort].slowest_ms < SLOW_MACHINE_MS, found[sort]


def test_every_press_has_its_one_alert(flooded: tuple[Flooding, dict[str, Flooded]]) -> None:
    street, _ = flooded
    homes = [alert.home_id for alert in street.alerts(AlertKind.EMERGENCY_CALL)]
    assert sorted(homes) == sorted([*street.pressed, MAD]), "one for each press, and one for the mad button"
    assert len(street.alerts(AlertKind.UNREADABLE_SIGNAL)) == 1


def test_each_mad_device_is_one_technical_alert_and_nothing_else_is(
    flooded: tuple[Flooding, dict[str, Flooded]],
) -> None:
    street, _ = flooded
    until(lambda: len(street.told()) >= 2, "button and sensor are told")
    told = {alert.device_id: alert for alert in street.told()}
    assert set(told) == {"button-0001", "oximeter-0001"}
    assert len(street.told()) == 2
    assert {alert.home_id for alert in told.values()} == {MAD}
    assert (told["button-0001"].reason.data["kind"], told["oximeter-0001"].reason.data["kind"]) == (
        "call",
        "vital",
    )


def test_what_is_too_much_is_not_stored_and_what_waited_long_is(
    flooded: tuple[Flooding, dict[str, Flooded]],
) -> None:
    street, found = flooded
    cell = street.place.cell
    assert found["readings"].sent > MUCH
    assert street.kept(f"care/v1/{cell}/{MAD}/oximeter-0001/vital") < MUCH
    assert found["presses"].sent + found["one_press"].sent + found["noise"].sent > 3 * MUCH
    assert street.kept(f"care/v1/{cell}/{MAD}/button-0001/call") < MUCH
    assert found["backlog"].sent == BACKLOG
    until(lambda: street.kept(backlog_topic(cell)) >= BACKLOG, "a queue given back is kept whole")
    with Queries(street.place.store) as queries:
        assert queries.counts().rejected.get("too_large", 0) == 0, "the broker lets no megabytes through"
