"""`policies.toml`: who is told in which order; nobody is misspelt and every policy ends where somebody sits."""

from datetime import timedelta
from pathlib import Path

import pytest

from hub.config.policies import DESKS, REQUIRED, load_policies
from hub.core.alerts import Policy, Role, StepRole, When
from tests.config.test_config import SHIPPED

KNOWN = (
    "known: operator, duty_manager, butler, deputy, elder_helper, partner, contact, keyholder, property_guard, "
    "grid_worker, centre_duty, care_institution, family_doctor"
)


def text(first: str = '["operator", "butler"]', last: str = '["operator"]', wait_s: str = "60") -> str:
    """All required policies; the one for emergencies as wanted."""
    head = "acknowledged_for_s = 300\non_the_way_for_s = 1800\non_site_for_s = 7200\n"
    emergency = (
        f"[policy.emergency]\n{head}"
        f"[[policy.emergency.step]]\nroles = {first}\nwait_s = {wait_s}\n"
        f"[[policy.emergency.step]]\nroles = {last}\nwait_s = 120\n"
    )
    others = "".join(
        f'[policy.{name}]\n{head}[[policy.{name}.step]]\nroles = ["operator"]\nwait_s = 60\n'
        for name in REQUIRED
        if name != "emergency"
    )
    return emergency + others


def refused(folder: Path, content: str) -> list[str]:
    file = folder / "policies.toml"
    file.write_text(content, encoding="utf-8")
    policies, problems = load_policies(file)
    assert policies is None
    return [str(problem).replace(f"{folder}/", "") for problem in problems]


BROKEN = [
    (
        "unknown role",
        text(first='["operator", "butlr"]'),
        [f'policies.toml:6 policy "emergency" step 1: unknown role "butlr"; {KNOWN} (did you mean butler?)'],
    ),
    (
        "unknown hours",
        text(first='["butler@evening"]'),
        [
            'policies.toml:6 policy "emergency" step 1: unknown hours "evening" for role "butler"; known: always, day, night'
        ],
    ),
    (
        "role twice",
        text(first='["butler@day", "butler@night"]'),
        ['policies.toml:6 policy "emergency" step 1: role "butler" stands twice; keep one of them'],
    ),
    (
        "ends with the family",
        text(last='["contact", "butler"]'),
        [
            'policies.toml:9 policy "emergency" step 2: the last step reaches no staffed desk; '
            "name one of them at every hour: operator, duty_manager, centre_duty"
        ],
    ),
    (
        "desk by day only",
        text(last='["operator@day"]'),
        [
            'policies.toml:9 policy "emergency" step 2: the last step reaches no staffed desk; '
            "name one of them at every hour: operator, duty_manager, centre_duty"
        ],
    ),
    (
        "nobody in a step",
        text(first="[]"),
        ['policies.toml:6 policy "emergency" step 1 roles: found []; must not be empty'],
    ),
    (
        "hammering",
        text(wait_s="1"),
        ['policies.toml:7 policy "emergency" step 1 wait_s: found 1; should be greater than or equal to 10'],
    ),
    (
        "misspelt policy",
        text().replace("policy.routine", "policy.rutine"),
        [
            'policies.toml:18 policy "routine": is missing; add [policy.routine] (did you mean it by [policy.rutine]?)'
        ],
    ),
    (
        "misspelt key",
        text().replace("on_site_for_s", "on_site_s", 1),
        [
            'policies.toml:1 policy "emergency" on_site_for_s: is missing; add it',
            'policies.toml:4 policy "emergency" on_site_s: unknown key "on_site_s"; did you mean on_site_for_s?',
        ],
    ),
]


@pytest.mark.parametrize(("content", "said"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_a_broken_policy_is_named_with_its_line(tmp_path: Path, content: str, said: list[str]) -> None:
    assert refused(tmp_path, content) == said


def shipped() -> dict[str, Policy]:
    policies, problems = load_policies(SHIPPED / "policies.toml")
    assert problems == ()
    assert policies is not None
    return policies


def test_the_shipped_emergency_tells_everybody_at_once_and_then_chases() -> None:
    emergency = shipped()["emergency"]
    first, second, last = emergency.steps
    assert first.roles == (
        StepRole(Role.OPERATOR),
        StepRole(Role.BUTLER),
        StepRole(Role.CONTACT),
        StepRole(Role.PROPERTY_GUARD, When.NIGHT),
    )
    assert {one.role for one in second.roles} == {Role.DEPUTY, Role.CENTRE_DUTY}
    assert Role.DUTY_MANAGER in {one.role for one in last.roles}
    assert [step.wait for step in emergency.steps] == [timedelta(seconds=wait) for wait in (60, 60, 120)]
    assert emergency.on_the_way_for == timedelta(minutes=30)


def test_on_a_care_bed_the_institution_is_told_with_the_first() -> None:
    first = shipped()["emergency_care_bed"].steps[0]
    assert {one.role for one in first.roles} == {
        Role.OPERATOR,
        Role.BUTLER,
        Role.CONTACT,
        Role.CARE_INSTITUTION,
        Role.PROPERTY_GUARD,
    }


def test_an_unknown_device_concerns_the_desk_alone() -> None:
    asked = {one.role for step in shipped()["unassigned"].steps for one in step.roles}
    assert asked <= set(DESKS)
    assert shipped()["unassigned"].steps[0].roles == (StepRole(Role.OPERATOR),)


@pytest.mark.parametrize(
    ("name", "key", "value", "said"),
    [
        ("emergency", "wait_s", "1e9", "should be less than or equal to 86400"),
        ("emergency", "wait_s", "9223372036854775807", "should be less than or equal to 86400"),
        ("emergency", "wait_s", "3600", "emergency alerts wait at most 600 s"),
        ("unassigned", "wait_s", "3600", "emergency alerts wait at most 600 s"),
        ("emergency_care_bed", "acknowledged_for_s", "86400", "emergency alerts wait at most 3600 s"),
        ("urgent", "wait_s", "86400", "urgent alerts wait at most 3600 s"),
        ("technical", "acknowledged_for_s", "1e9", "should be less than or equal to 604800"),
        ("routine", "on_the_way_for_s", "1e9", "should be less than or equal to 86400"),
        ("routine", "on_site_for_s", "1e30", "should be less than or equal to 172800"),
    ],
)
def test_nobody_waits_for_ever(tmp_path: Path, name: str, key: str, value: str, said: str) -> None:
    lines = (SHIPPED / "policies.toml").read_text(encoding="utf-8").split("\n")
    start = lines.index(f"[policy.{name}]")
    at = next(n for n in range(start, len(lines)) if lines[n].startswith(f"{key} = "))
    lines[at] = f"{key} = {value}"
    file = tmp_path / "policies.toml"
    file.write_text("\n".join(lines), encoding="utf-8")
    policies, (problem,) = load_policies(file)
    assert policies is None
    assert problem.place == f"{file}:{at + 1}"
    assert str(problem).endswith(said)
