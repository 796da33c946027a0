"""What a monitoring system reads: alive, ready, and numbers. No name, address or reading of a person is among them."""

import asyncio
import dataclasses
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

from fastapi import APIRouter
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from hub.core.alerts import AlertState, Severity
from hub.core.detection.self_test import proofs
from hub.core.hand_test import Standing
from hub.directory.elder_protection import Part, State
from hub.store.errors import StoreError
from hub.web.api_key_tests import counts
from hub.web.api_protection import minutes, protection_of_all
from hub.web.hub import Health
from hub.web.parts import Parts, PartsDep
from hub.web.protection_counts import Counted
from hub.web.words import WORDS

if TYPE_CHECKING:
    from prometheus_client.core import Metric

router = APIRouter(tags=["status"])

_NO_CHANNEL = " ".join(WORDS["notice.no_channel"])


@router.get("/healthz", response_class=PlainTextResponse)
async def alive() -> str:
    """The process answers."""
    return "alive\n"


@router.get("/readyz")
async def ready(parts: PartsDep) -> JSONResponse:
    """Whether everything works that a press needs; 503 with what is missing otherwise. Notices are choices of the settings that
    people should know of, and what was broken and is over: nothing is broken."""
    health = parts.hub.health()
    problems = [{"code": code, "detail": detail} for code, detail in health.problems]
    try:
        await asyncio.to_thread(parts.queries.journal_range)
    except StoreError as error:
        problems.append({"code": "store_read", "detail": str(error)})
    good = health.ready and not problems
    told = health.notices if parts.settings.tells_people else (*health.notices, ("no_channel", _NO_CHANNEL))
    notices = [{"code": code, "detail": detail} for code, detail in told]
    return JSONResponse({"ready": good, "problems": problems, "notices": notices}, 200 if good else 503)


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(parts: PartsDep) -> Response:
    """Prometheus text. From this machine, or with a log-in."""
    text = await asyncio.to_thread(_render, parts)
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


def _render(parts: Parts) -> bytes:
    from prometheus_client import CollectorRegistry, generate_latest

    registry = CollectorRegistry()
    registry.register(_Collector(parts))
    return generate_latest(registry)


class _Collector:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def collect(self) -> Iterable["Metric"]:
        from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily

        health = self._parts.hub.health()
        yield GaugeMetricFamily(
            "care_hub_ready", "1: everything works that a press needs", float(health.ready)
        )
        yield from _numbers(health)
        counts = self._parts.queries.counts()
        alerts = GaugeMetricFamily("care_hub_alerts_open", "Open alerts", labels=["severity", "state"])
        for severity in Severity:
            for state in AlertState:
                if state is not AlertState.RESOLVED:
                    alerts.add_metric([severity, state], counts.open_alerts.get((severity, state), 0))
        yield alerts
        yield GaugeMetricFamily("care_hub_requests_open", "Open service requests", counts.open_requests)
        yield GaugeMetricFamily("care_hub_outbox_queued", "Notifications not yet sent", counts.outbox_queued)
        rejected = GaugeMetricFamily(
            "care_hub_rejected_kept", "Messages nobody could read", labels=["reason"]
        )
        for reason, count in counts.rejected.items():
            rejected.add_metric([reason], count)
        yield rejected
        yield GaugeMetricFamily("care_hub_screens", "Open live streams", self._parts.live.clients)
        yield GaugeMetricFamily(
            "care_hub_screens_cut_off", "Screens that were too slow", self._parts.live.cut_off
        )
        times = HistogramMetricFamily(
            "care_hub_answer_seconds", "From an alert's opening to its first answer", labels=["severity"]
        )
        for severity, buckets, total in self._parts.answer_times.read():
            times.add_metric([severity], buckets, total)
        yield times
        yield from _proofs(self._parts)
        yield from _protection(self._parts)


def _proofs(parts: Parts) -> Iterable["Metric"]:
    """How far the chain has proved itself: homes by their silent test calls, keys by their tests by hand."""
    from prometheus_client.core import GaugeMetricFamily

    hub = parts.hub
    homes = GaugeMetricFamily(
        "care_hub_chain_test_homes", "Homes by their last silent test call (26 h)", labels=["state"]
    )
    proved = proofs(hub.homes().values(), hub.now(), hub.context())
    for field in dataclasses.fields(proved):
        homes.add_metric([field.name], getattr(proved, field.name))
    yield homes
    keys = GaugeMetricFamily("care_hub_keys", "Keys by their monthly test by hand", labels=["standing"])
    standings = counts(parts)
    for standing in Standing:
        keys.add_metric([standing], standings[standing])
    yield keys


def _protection(parts: Parts) -> Iterable["Metric"]:
    """How many elders are unprotected now, the longest of them, and how each part of the protection stands."""
    from prometheus_client.core import GaugeMetricFamily

    counted = parts.protection_counts.read(parts.hub.now(), lambda: _counted(parts))
    yield GaugeMetricFamily(
        "care_hub_elders_unprotected", "Elders whose call cannot be relied on now", counted.unprotected
    )
    yield GaugeMetricFamily(
        "care_hub_elders_unprotected_longest_minutes",
        "For how long the one who waits longest has been unprotected",
        counted.longest_minutes,
    )
    states = GaugeMetricFamily(
        "care_hub_elders_protection", "Elders by the state of each part", labels=["part", "state"]
    )
    for part in Part:
        for state in State:
            states.add_metric([part, state], counted.by_part.get((part, state), 0))
    yield states


def _counted(parts: Parts) -> Counted:
    elders, since = protection_of_all(parts)
    now = parts.hub.now()
    return Counted(
        unprotected=sum(one.unprotected for one in elders),
        longest_minutes=max(
            (minutes(now, since[one.home.id]) for one in elders if one.unprotected and one.home.id in since),
            default=0,
        ),
        by_part=Counter((part.part, part.state) for one in elders for part in one.parts),
    )


def _numbers(health: Health) -> Iterable["Metric"]:
    """Every number of the health record, by its own name; a mapping of numbers becomes a metric with a label."""
    from prometheus_client.core import GaugeMetricFamily

    for field in dataclasses.fields(cast(Any, health)):
        value: Any = getattr(health, field.name)
        name, help_text = f"care_hub_{field.name}", field.name.replace("_", " ")
        if field.name in {"ready", "problems"}:
            continue
        if isinstance(value, bool | int | float):
            yield GaugeMetricFamily(name, help_text, float(value))
        elif isinstance(value, dict) and all(isinstance(one, bool | int | float) for one in value.values()):
            family = GaugeMetricFamily(name, help_text, labels=["of"])
            for key, one in value.items():
                family.add_metric([str(key)], float(one))
            yield family
