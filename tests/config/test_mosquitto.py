"""The broker's settings fit the hub's: what the hub takes at once must be allowed to be on its way."""

import re

from hub.config.sections import EngineSection
from tests.config.test_config import SHIPPED

CONF = (SHIPPED / "mosquitto" / "mosquitto.conf").read_text(encoding="utf-8")


def setting(name: str) -> int:
    (value,) = re.findall(rf"^{name} (\d+)$", CONF, re.MULTILINE)
    return int(value)


def test_a_whole_batch_and_more_may_be_on_its_way() -> None:
    batch = EngineSection().max_batch
    assert setting("max_inflight_messages") > batch
    assert f"up to {batch} at a time" in CONF


def test_nothing_that_waits_is_dropped_by_count() -> None:
    assert setting("max_queued_messages") == 0
