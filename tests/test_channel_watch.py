"""A running hub whose webhook nobody answers says so at the desk by itself."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from queue import Queue

import pytest

from hub import channel_watch
from hub.app import Hub
from hub.config.settings import load
from hub.core.context import ContactMethod
from hub.core.events import RaiseByHand
from hub.core.home import UNASSIGNED_HOME_ID
from hub.core.journal import EntryKind
from hub.core.reasons import ReasonCode
from hub.store.store import JournalLine
from tests.directory.samples import small
from tests.servers import free_port
from tests.story import CONFIG, SYSTEM


def test_a_running_hub_tells_of_a_webhook_that_nobody_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel_watch, "LOOK_EVERY_S", 0.02)
    monkeypatch.setattr(channel_watch, "DOWN_AFTER", timedelta())
    secret = tmp_path / "webhook-secret"
    secret.touch(0o600)
    secret.write_text("at least sixteen bytes")
    (tmp_path / "hub.toml").write_text(
        f'[hub]\ncell = "{small().cell}"\ndata_dir = "data"\nrules = "{CONFIG}/rules.toml"\n'
        f'policies = "{CONFIG}/policies.toml"\n[mqtt]\nhost = "127.0.0.1"\nport = {free_port()}\n[web]\nport = 0\n'
        f'[webhook]\nurl = "http://127.0.0.1:{free_port()}/"\nsecret_file = "webhook-secret"\n'
    )
    hub = Hub(load(tmp_path / "hub.toml", {}))
    told: Queue[JournalLine] = Queue()

    def listen(lines: Sequence[JournalLine]) -> None:
        for line in lines:
            if line.entry.kind is EntryKind.ALERT_TRIGGERED and line.entry.home_id == UNASSIGNED_HOME_ID:
                told.put(line)

    hub.subscribe(listen)
    hub.start()
    try:
        reached = tuple(replace(one, methods=(ContactMethod("webhook", one.id),)) for one in small().persons)
        hub.adopt_directory(replace(small(), persons=reached))
        hub.submit(RaiseByHand("h1", SYSTEM, "1")).result(timeout=60)
        assert told.get(timeout=60).entry.data["reason"] == ReasonCode.CHANNEL_DOWN
    finally:
        hub.stop()
