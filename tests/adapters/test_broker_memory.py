"""A broker that restarts keeps what it holds for the hub, or it is said on the console that it did not: a real Mosquitto."""

from datetime import timedelta
from pathlib import Path

import pytest

from hub.broker_memory import TOLD_FOR, memory_notices
from hub.clock import wall_now
from tests.adapters.test_mqtt_sessions import Hub, until
from tests.servers import MosquittoServer


@pytest.mark.parametrize("kept", [True, False], ids=["with its memory", "without"])
def test_a_broker_without_its_memory_is_told(
    own_mosquitto: MosquittoServer, tmp_path: Path, kept: bool
) -> None:
    with Hub(own_mosquitto, "memory") as hub:
        assert memory_notices(hub.sessions.health().values(), wall_now()) == []
        own_mosquitto.stop()
        if not kept:
            (stored,) = tmp_path.rglob("mosquitto.db")
            stored.unlink()
        own_mosquitto.start()
        assert until(
            lambda: all(one.healthy and one.connections == 2 for one in hub.sessions.health().values())
        )
        notices = memory_notices(hub.sessions.health().values(), wall_now())
        later = memory_notices(hub.sessions.health().values(), wall_now() + TOLD_FOR + timedelta(seconds=1))
    assert later == []
    if kept:
        assert notices == []
    else:
        ((code, sentence),) = notices
        assert code == "broker_memory"
        assert sentence.startswith("消息服务器重启后丢了它替本系统保管的消息")
        assert "calls are repeated by their devices" in sentence
