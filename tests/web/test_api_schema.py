"""The API asked whatever its own description allows, and what it does not: it answers each as described, and never with an error
of its own.

Requests are drawn from the OpenAPI document by schemathesis, the same ones at every run. Half of them name things that exist.
"""

import hashlib
import hmac
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode

from firmware_contracts.vocabulary import CallAction, ServiceCategory
from hub.clock import wall_now
from hub.core.alerts import Role
from tests.web.running import ANSWER_SECRET, RunningHub

pytestmark = pytest.mark.slow

EXAMPLES = 4
"""Of each call, in each of the two ways."""
ENDLESS = frozenset({"/api/v1/events"})
"""A stream has no end to wait for."""
SIGNED = "/api/v1/answers"
SLOW = frozenset({"/api/v1/directory/export", "/api/v1/reports.xlsx"})
"""A workbook takes a second."""
UNSENDABLE = (httpx.InvalidURL, httpx.LocalProtocolError, UnicodeEncodeError, AttributeError, TypeError)
"""What is no address, no header and no file (a number in its place), by the client's own word."""


def existing(hub: RunningHub) -> Mapping[str, str]:
    """Something that is there, by the name under which a path or a body speaks of it."""
    home_id = hub.home_ids()[14]
    alert = hub.emergency(home_id)
    hub.press(home_id, CallAction.SERVICE, ServiceCategory.MEALS)
    home = hub.engine.homes()[home_id]
    profile = home.profile
    butler = profile.people[Role.BUTLER][0]
    return {
        "alert_id": alert.id,
        "request_id": next(iter(home.requests)),
        "home_id": home_id,
        "home": home_id,
        "elder_id": profile.residents[0].id,
        "resident_id": profile.residents[0].id,
        "device_id": hub.caller(home_id).id,
        "person_id": butler,
        "covered_id": butler,
        "by_id": profile.people[Role.DEPUTY][0],
        "take_over_from": butler,
        "on_behalf_of": butler,
        "centre_id": str(profile.centre_id),
        "centre": str(profile.centre_id),
        "company_id": str(profile.company_id),
        "region_id": profile.regions[-1],
        "login": "xu",
    }


def with_existing(values: Any, known: Mapping[str, str]) -> Any:
    if isinstance(values, dict):
        return {
            key: known[key] if key in known and isinstance(one, str) else with_existing(one, known)
            for key, one in values.items()
        }
    return [with_existing(one, known) for one in values] if isinstance(values, list) else values


def sent(case: Any, known: Mapping[str, str], client: httpx.Client) -> httpx.Response | None:
    """The answer; None for what cannot be sent at all."""
    if known:
        case.path_parameters = with_existing(case.path_parameters, known)
        case.query = with_existing(case.query, known)
        case.body = with_existing(case.body, known)
    try:
        drawn = case.as_transport_kwargs(base_url=str(client.base_url))
        more = {name: drawn[name] for name in ("params", "json", "data", "files") if name in drawn}
        if isinstance(more.get("data"), bytes | str):
            more["content"] = more.pop("data")
        headers = {**dict(drawn.get("headers") or {}), "accept-encoding": "identity"}
        request = client.build_request(drawn["method"], drawn["url"], headers=headers, **more)
        return client.send(signed(request) if case.path == SIGNED else request)
    except UNSENDABLE:
        return None


def signed(request: httpx.Request) -> httpx.Request:
    """As the program that reaches people signs what they answer."""
    at = str(int(wall_now().timestamp()))
    signature = hmac.new(ANSWER_SECRET, at.encode() + b"." + request.read(), hashlib.sha256).hexdigest()
    request.headers.update({"x-care-timestamp": at, "x-care-signature": f"v1={signature}"})
    return request


def not_described(operation: Any, answer: httpx.Response) -> str:
    """What the document does not say of this answer: its status, or of which type it is."""
    described = operation.definition.raw["responses"].get(str(answer.status_code))
    if described is None:
        return f"{answer.status_code} is not described"
    kind = answer.headers.get("content-type", "").partition(";")[0]
    kinds = described.get("content", {})
    return f"{answer.status_code} as {kind} is not described" if kind and kinds and kind not in kinds else ""


def asked(operation: Any, mode: GenerationMode, examples: int, ask: Callable[[Any, bool], None]) -> None:
    """Nothing is asked where every request is a right one, or none."""

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), real=st.booleans())
    def draw(case: Any, real: bool) -> None:
        ask(case, real)

    try:
        draw()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, operation.label


def test_every_call_answers_as_it_is_described_and_never_with_a_server_error(hub: RunningHub) -> None:
    schema = schemathesis.openapi.from_dict(hub.app.openapi())
    operations: list[Any] = [found.ok() for found in schema.get_all_operations()]  # type: ignore[union-attr]
    assert len(operations) > 70
    known, answers, wrong = existing(hub), Counter[int](), list[str]()
    with hub.client("admin") as client:

        def ask(case: Any, real: bool) -> None:
            answer = sent(case, known if real else {}, client)
            if answer is None:
                return
            answers[answer.status_code] += 1
            if answer.status_code >= 500:
                wrong.append(f"{case.method} {answer.request.url}: {answer.status_code} {answer.text[:200]}")
            elif told := not_described(case.operation, answer):
                wrong.append(f"{case.method} {case.path}: {told}")

        for operation in operations:
            if operation.path not in ENDLESS:
                examples = 2 if operation.path in SLOW else EXAMPLES
                for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                    asked(operation, mode, examples, ask)
    assert not wrong, "\n".join(dict.fromkeys(wrong))
    assert answers[200] > 40, answers
    assert answers[422] > 40, answers
    assert not answers[401], "it goes on as an administrator"
