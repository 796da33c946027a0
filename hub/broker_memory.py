"""What people are told of a broker that came back without its memory, between the sessions' health and `app`."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from hub.ingest.connection import SessionHealth

TOLD_FOR = timedelta(hours=1)
"""It is over when it happens, no problem of the hub's health; whoever looks in within the hour sees it, the log keeps it."""

_SENTENCE = (
    "消息服务器重启后丢了它替本系统保管的消息：求救不受影响，设备会重发；断线期间的体征和活动可能缺失。请检查 Mosquitto 的 "
    "persistence 设置和它的磁盘。"
    " The broker came back without what it kept for the hub: calls are repeated by their devices, readings of that time may be "
    "missing. Check persistence in mosquitto.conf and the broker's disk"
)


def memory_notices(sessions: Iterable[SessionHealth], now: datetime) -> list[tuple[str, str]]:
    """One notice, however many sessions were forgotten. `now`: the wall clock."""
    forgotten = [one.forgotten_at for one in sessions if one.forgotten_at is not None]
    return [("broker_memory", _SENTENCE)] if forgotten and now - max(forgotten) < TOLD_FOR else []
