"""Reads `policies.toml` into the core's escalation policies; each must end at a desk where somebody always sits."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from hub.config.bounds import LONGEST_HOLD_S, LONGEST_ON_SITE_S, LONGEST_ON_THE_WAY_S, LONGEST_WAIT_S
from hub.config.lines import Path as KeyPath
from hub.config.problems import Problem, Section, Source, nearest
from hub.core.alerts import Policy, PolicyStep, Role, Severity, StepRole, When
from hub.directory.profiles import CARE_BED_POLICY, UNASSIGNED_POLICY

DESKS = (Role.OPERATOR, Role.DUTY_MANAGER, Role.CENTRE_DUTY)
"""One of these must be named in the last step, at every hour."""

REQUIRED = (*(severity.value for severity in Severity), CARE_BED_POLICY, UNASSIGNED_POLICY)
"""Policies that alerts look for by name: one for each severity, one for care beds, one for calls of unknown devices."""

AS_EMERGENCY = frozenset({CARE_BED_POLICY, UNASSIGNED_POLICY})
"""Policies of another name than their severity that calls follow."""

_LONGEST_WAIT_S, _LONGEST_HOLD_S = max(LONGEST_WAIT_S.values()), max(LONGEST_HOLD_S.values())
Wait = Annotated[float, Field(ge=10, le=_LONGEST_WAIT_S)]
Hold = Annotated[float, Field(ge=10, le=_LONGEST_HOLD_S)]


class StepTable(Section):
    roles: Annotated[list[str], Field(min_length=1)]
    wait_s: Wait


class PolicyTable(Section):
    acknowledged_for_s: Hold
    on_the_way_for_s: Annotated[float, Field(ge=10, le=LONGEST_ON_THE_WAY_S)]
    on_site_for_s: Annotated[float, Field(ge=10, le=LONGEST_ON_SITE_S)]
    step: Annotated[list[StepTable], Field(min_length=1)]


class PoliciesFile(Section):
    policy: dict[str, PolicyTable]


_POLICY = TypeAdapter(PolicyTable)
_ROLES = TypeAdapter(list[str])


def load_policies(path: Path) -> tuple[dict[str, Policy] | None, tuple[Problem, ...]]:
    """The policies of a file by name, or None and everything that is wrong in it."""
    source = Source(path, _words)
    parsed = source.read(PoliciesFile) if source.readable else None
    if parsed is None:
        _check_the_rest(source)
        return None, tuple(source.problems)
    policies = {name: _policy(source, name, table) for name, table in parsed.policy.items()}
    _check_required(source, policies)
    return (None if source.problems else policies), tuple(source.problems)


def _check_the_rest(source: Source) -> None:
    """Of a file with a broken value: what else is wrong in the policies and steps that can be read."""
    named = source.data.get("policy")
    if not isinstance(named, dict):
        return
    for name in named:
        table = source.part(_POLICY, ("policy", name))
        if table is not None:
            _policy(source, name, table)
            continue
        steps = named[name].get("step") if isinstance(named[name], dict) else None
        for index in range(len(steps) if isinstance(steps, list) else 0):
            path = ("policy", name, "step", index)
            roles = source.part(_ROLES, (*path, "roles"))
            _roles(source, path, roles or [])
    _check_required(source, named)


def _check_required(source: Source, policies: Collection[str]) -> None:
    for name in REQUIRED:
        if name not in policies:
            near = nearest(name, policies)
            remedy = f"add [policy.{name}]" + (f" (did you mean it by [policy.{near}]?)" if near else "")
            source.complain(("policy", near or name), "is missing", remedy, f'policy "{name}"')


def _words(path: KeyPath, data: Mapping[str, Any]) -> str:
    """`policy "emergency" step 2 wait_s`."""
    words: list[str] = []
    for before, part in zip(("", *path), path, strict=False):
        if isinstance(part, int):
            words.append(str(part + 1))
        else:
            words.append(f'"{part}"' if before == "policy" else part)
    return " ".join(words)


def _check_patience(source: Source, name: str, table: PolicyTable) -> None:
    """A policy waits no longer than what it is for can bear; one of a name of its own may be given to any alert, and is held
    to the general bounds only."""
    severity = (
        Severity.EMERGENCY if name in AS_EMERGENCY else next((one for one in Severity if one == name), None)
    )
    if severity is None:
        return
    held = (("policy", name, "acknowledged_for_s"), table.acknowledged_for_s, LONGEST_HOLD_S[severity])
    given: list[tuple[KeyPath, float, int]] = [held]
    given += [
        (("policy", name, "step", index, "wait_s"), step.wait_s, LONGEST_WAIT_S[severity])
        for index, step in enumerate(table.step)
    ]
    for path, value, longest in given:
        if value > longest:
            remedy = f"{severity.value} alerts wait at most {longest} s"
            source.complain(path, f"found {value:g}", remedy)


def _policy(source: Source, name: str, table: PolicyTable) -> Policy:
    _check_patience(source, name, table)
    steps = tuple(
        PolicyStep(
            _roles(source, ("policy", name, "step", index), step.roles), timedelta(seconds=step.wait_s)
        )
        for index, step in enumerate(table.step)
    )
    last = ("policy", name, "step", len(steps) - 1)
    always = {one.role for one in steps[-1].roles if one.when is When.ALWAYS}
    if not always.intersection(DESKS):
        desks = ", ".join(DESKS)
        source.complain(
            (*last, "roles"),
            "the last step reaches no staffed desk",
            f"name one of them at every hour: {desks}",
            _words(last, {}),
        )
    return Policy(
        name=name,
        steps=steps,
        acknowledged_for=timedelta(seconds=table.acknowledged_for_s),
        on_the_way_for=timedelta(seconds=table.on_the_way_for_s),
        on_site_for=timedelta(seconds=table.on_site_for_s),
    )


def _roles(source: Source, path: KeyPath, names: list[str]) -> tuple[StepRole, ...]:
    """Each `role`, `role@day` or `role@night`."""
    found: list[StepRole] = []

    def complain(what: str, remedy: str) -> None:
        source.complain((*path, "roles"), what, remedy, _words(path, {}))

    for name in names:
        role, at, when = name.partition("@")
        if role not in set(Role):
            near = nearest(role, Role)
            known = f"known: {', '.join(Role)}"
            complain(f'unknown role "{role}"', known + (f" (did you mean {near}?)" if near else ""))
        elif at and when not in set(When):
            complain(f'unknown hours "{when}" for role "{role}"', f"known: {', '.join(When)}")
        elif any(one.role == role for one in found):
            complain(f'role "{role}" stands twice', "keep one of them")
        else:
            found.append(StepRole(Role(role), When(when) if at else When.ALWAYS))
    return tuple(found)
