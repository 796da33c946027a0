"""A day that is over, written into the store of a running hub: alerts moved by the core's own verbs, at instants of the past."""

import random
from dataclasses import replace
from datetime import datetime, timedelta

from hub.core import alerts as verbs
from hub.core.alerts import (
    Alert,
    AlertKind,
    AlertState,
    InCharge,
    Reason,
    Role,
    Severity,
    WhatItWas,
    WhatWasDone,
    derived_id,
)
from hub.core.home import Home
from hub.core.reasons import ReasonCode
from hub.store.homes import HomeWrites
from hub.store.store import Connection
from tests.web.running import RunningHub

_KINDS = (
    *((AlertKind.EMERGENCY_CALL, Severity.EMERGENCY, ReasonCode.CALL_PRESSED),) * 6,
    (AlertKind.FALL, Severity.EMERGENCY, ReasonCode.FALL_SUSPECTED),
    (AlertKind.VITAL_SIGNS, Severity.URGENT, ReasonCode.THRESHOLD),
    (AlertKind.TECHNICAL, Severity.TECHNICAL, ReasonCode.BATTERY_LOW),
)
_ENDS = (
    *((WhatItWas.MISTAKE, WhatWasDone.BY_PHONE),) * 4,
    *((WhatItWas.WANTED_COMPANY, WhatWasDone.BY_PHONE),) * 2,
    (WhatItWas.FALL_UNHURT, WhatWasDone.ON_SITE),
    (WhatItWas.ILLNESS, WhatWasDone.AMBULANCE),
    (WhatItWas.ILLNESS, WhatWasDone.ON_SITE),
    (WhatItWas.DEVICE_FALSE, WhatWasDone.BY_PHONE),
    (WhatItWas.TEST, WhatWasDone.BY_PHONE),
)


def tell_of_a_day(hub: RunningHub, begins_at: datetime, count: int = 60, seed: int = 7) -> list[Alert]:
    """So many alerts within 24 hours from an instant, most of them answered soon and closed; returns them."""
    chance = random.Random(seed)
    homes = [hub.engine.homes()[home_id] for home_id in hub.home_ids()]
    told = []
    for number in range(count):
        home = chance.choice(homes)
        opened_at = begins_at + timedelta(seconds=chance.triangular(0, 86_000, 32_000))
        told.append((home, _lived(home, f"{begins_at}{number}", opened_at, chance)))

    def write(connection: Connection) -> None:
        writes = HomeWrites()
        for home, alert in sorted(told, key=lambda pair: pair[1].opened_at):
            writes.add_alerts(home, alert)
        writes.run(connection)

    hub.engine.write(write).result(10)
    return [alert for _, alert in told]


def _lived(home: Home, cause: str, opened_at: datetime, chance: random.Random) -> Alert:
    kind, severity, reason = chance.choice(_KINDS)
    butlers = home.profile.people.get(Role.BUTLER, ())
    late_s = 900 if chance.random() < 0.05 else 0
    alert = Alert(
        id=derived_id("A", home.id, cause),
        home_id=home.id,
        dedup_key=cause,
        kind=kind,
        severity=severity,
        state=AlertState.TRIGGERED,
        reason=Reason(reason, {"late_s": late_s} if severity is Severity.EMERGENCY else {}),
        opened_at=opened_at,
        occurred_at=opened_at - timedelta(seconds=late_s),
        resident_ids=tuple(resident.id for resident in home.profile.residents),
        policy=_POLICY,
        opened_as=severity,
        in_charge=InCharge(home.profile.centre_id, butlers[0] if butlers else None),
    )
    if chance.random() < 0.04:
        return alert
    who = butlers[0] if butlers and chance.random() < 0.6 else "chen"
    at = opened_at + timedelta(seconds=chance.choice((9, 14, 21, 28, 33, 41, 47, 55, 58, 75, 130, 260)))
    alert = verbs.acknowledge(alert, who, at)
    it_was, was_done = chance.choice(_ENDS)
    if was_done is WhatWasDone.ON_SITE:
        alert = verbs.go_on_the_way(alert, who, at + timedelta(seconds=40))
        at += timedelta(minutes=chance.uniform(6, 36))
        alert = verbs.arrive_on_site(alert, who, at)
    if chance.random() < 0.05:
        return alert
    return replace(
        verbs.resolve(alert, who, at + timedelta(minutes=chance.uniform(2, 20)), it_was, was_done), note=""
    )


_POLICY = verbs.Policy("emergency", (), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
