"""`rules.toml`: what it may hold, how it is refused, and that the shipped one says what the sources say."""

from datetime import timedelta
from pathlib import Path

import pytest

from firmware_contracts.vocabulary import PLAUSIBLE, Fault, Hazard, Measure
from hub.config.rules import load_rules
from hub.core.alerts import Severity
from hub.core.rules import Rules, Side, ThresholdRule
from tests.config.test_config import SHIPPED

THRESHOLD = """
[[rule]]
kind = "threshold"
name = "spo2_low"
measure = "spo2_percent"
side = "below"
limit = 91
clear = 93
severity = "urgent"
"""


def refused(folder: Path, text: str) -> list[str]:
    file = folder / "rules.toml"
    file.write_text(text, encoding="utf-8")
    rules, problems = load_rules(file)
    assert rules is None
    return [str(problem).replace(f"{folder}/", "") for problem in problems]


def changed(old: str, new: str) -> str:
    assert old in THRESHOLD
    return THRESHOLD.replace(old, new)


TOO_DEEP = "rules.toml:1: nests its values too deeply; write plain tables and lists"

BROKEN = [
    (
        "unknown kind",
        '[[rule]]\nkind = "treshold"\n',
        [
            'rules.toml:1 rule "treshold": unknown kind "treshold"; '
            "known: threshold, call, fall, device, hazard, fault, plausible, "
            "request, late_request, mistaken_presses, flood, self_test, hand_test, inactivity, night, "
            "wellbeing, wellbeing_of, incident"
        ],
    ),
    (
        "no kind",
        '[[rule]]\nname = "x"\n',
        [
            'rules.toml:1 rule "x": says no kind; add kind; known: call, device, fall, fault, flood, hand_test, '
            "hazard, inactivity, incident, late_request, mistaken_presses, night, plausible, "
            "request, self_test, threshold, wellbeing, wellbeing_of"
        ],
    ),
    (
        "misspelt key",
        changed("limit", "limt"),
        [
            'rules.toml:2 rule "spo2_low" limit: is missing; add it',
            'rules.toml:7 rule "spo2_low" limt: unknown key "limt"; did you mean limit?',
        ],
    ),
    (
        "unknown measure",
        changed("spo2_percent", "spo2"),
        [
            'rules.toml:5 rule "spo2_low" measure: found "spo2"; known: heart_rate_bpm, spo2_percent, respiration_per_min, '
            "temperature_c, systolic_mmhg, diastolic_mmhg, glucose_mmol_l, room_temperature_c, room_humidity_percent"
        ],
    ),
    (
        "limit as text",
        changed("limit = 91", 'limit = "91"'),
        ['rules.toml:7 rule "spo2_low" limit: found "91"; should be a valid number'],
    ),
    (
        "limit nobody can have",
        changed("limit = 91", "limit = 9"),
        [
            'rules.toml:7 rule "spo2_low" limit: found 9, which no reading can reach; '
            "a plausible spo2_percent lies between 50 and 100"
        ],
    ),
    (
        "clear on the wrong side",
        changed("clear = 93", "clear = 90"),
        ['rules.toml:8 rule "spo2_low" clear: found 90; below 91 it clears at a larger value'],
    ),
    (
        "chatters",
        changed("clear = 93", "clear = 91"),
        ['rules.toml:8 rule "spo2_low" clear: found 91; below 91 it clears at a larger value'],
    ),
    (
        "one name twice",
        THRESHOLD + THRESHOLD,
        ['rules.toml:11 rule "spo2_low": stands a second time (first in line 2); keep one of them'],
    ),
    (
        "two call rules",
        '[[rule]]\nkind = "call"\n[[rule]]\nkind = "call"\n',
        ['rules.toml:3 rule "call": stands a second time (first in line 1); keep one of them'],
    ),
    (
        "bounds the wrong way round",
        '[[rule]]\nkind = "plausible"\nmeasure = "spo2_percent"\nlow = 100\nhigh = 50\n',
        ['rules.toml:4 rule "spo2_percent" low: 100 is not below high 50; swap them'],
    ),
    (
        "negative time",
        THRESHOLD + "for_s = -1\n",
        ['rules.toml:10 rule "spo2_low" for_s: found -1; should be greater than or equal to 0'],
    ),
    (
        "level of nobody",
        THRESHOLD + "levels = [1, 5]\n",
        ['rules.toml:10 rule "spo2_low" levels: found 5; should be less than or equal to 4'],
    ),
]


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ('kind = "call"\nlate_after_s = 1e30', '3 rule "call" late_after_s: found 1e+30'),
        (
            'kind = "call"\nlate_after_s = 9223372036854775807',
            '3 rule "call" late_after_s: found 9223372036854775807',
        ),
        ('kind = "call"\nstale_after_s = 1e9', '3 rule "call" stale_after_s: found 1000000000.0'),
        ('kind = "device"\nlive_within_s = 1e-9', '3 rule "device" live_within_s: found 1e-09'),
        ('kind = "device"\nlive_within_s = 1e9', '3 rule "device" live_within_s: found 1000000000.0'),
        ('kind = "device"\njoin_within_s = 3600', '3 rule "device" join_within_s: found 3600'),
        (
            'kind = "call"\nseverity = "technical"',
            '3 rule "call" severity: found "technical"; call is emergency',
        ),
        (
            'kind = "call"\nseverity = "urgent"',
            '3 rule "call" severity: found "urgent"; call is emergency, never less',
        ),
        (
            'kind = "fall"\nlying = "routine"',
            '3 rule "fall" lying: found "routine"; fall is emergency or urgent, never less',
        ),
        (
            'kind = "hazard"\nhazard = "smoke"\nseverity = "technical"',
            '4 rule "smoke" severity: found "technical"',
        ),
        (
            'kind = "plausible"\nmeasure = "heart_rate_bpm"\nlow = 20\nhigh = 1e30',
            '5 rule "heart_rate_bpm" high: found 1e+30, which nobody lives with; '
            "for heart_rate_bpm give a number between 0 and 400",
        ),
        ('kind = "request"\ncategory = "meals"\ndue_s = 1e30', '4 rule "meals" due_s: found 1e+30'),
        (
            'kind = "self_test"\nopens = 17:00:00\ncloses = 09:00:00',
            '3 rule "self_test" opens: found 17:00, which is not before closes 09:00',
        ),
        ('kind = "self_test"\nanswer_within_s = 1', '3 rule "self_test" answer_within_s: found 1'),
        ('kind = "self_test"\ntries = 0', '3 rule "self_test" tries: found 0'),
        (
            'kind = "hand_test"\ndue_after_s = 2592000\noverdue_after_s = 86400',
            '4 rule "hand_test" overdue_after_s: found 86400, which is less than due_after_s 2.592e+06',
        ),
        ('kind = "hand_test"\nlasts_s = 86400', '3 rule "hand_test" lasts_s: found 86400'),
    ],
)
def test_what_can_only_be_a_slip_is_refused_with_its_line(tmp_path: Path, rule: str, said: str) -> None:
    told = refused(tmp_path, f"[[rule]]\n{rule}\n")
    assert any(one.startswith(f"rules.toml:{said}") for one in told), told


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rule = [1]\n", ["rules.toml:1 rule 1: found 1; should be a table"]),
        ("rule = 5\n", ["rules.toml:1 rule: found 5; should be a valid array"]),
        ("a = " + "[" * 5000 + "]" * 5000 + "\n", [TOO_DEEP]),
        ("a = " + "{a=" * 3000 + "1" + "}" * 3000 + "\n", [TOO_DEEP]),
        ('[[rule]]\nkind = ["a"]\n', None),
    ],
    ids=["numbers", "a number", "deep lists", "deep tables", "kind is a list"],
)  # fmt: skip
def test_nothing_that_can_be_written_makes_it_fail(tmp_path: Path, text: str, said: list[str] | None) -> None:
    found = refused(tmp_path, text)
    assert found == (said or found)
    assert all(one.startswith("rules.toml:") for one in found)


@pytest.mark.parametrize(("text", "said"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_a_broken_rule_is_named_with_its_line(tmp_path: Path, text: str, said: list[str]) -> None:
    assert refused(tmp_path, text) == said


def shipped() -> Rules:
    rules, problems = load_rules(SHIPPED / "rules.toml")
    assert problems == ()
    assert rules is not None
    return rules


def test_an_empty_file_keeps_every_default(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text("")
    rules, _ = load_rules(file)
    usual = Rules()
    assert rules is not None
    assert (rules.call, rules.fall, rules.device, rules.thresholds) == (
        usual.call,
        usual.fall,
        usual.device,
        {},
    )
    assert (rules.hazards, rules.faults, rules.plausible) == (usual.hazards, usual.faults, usual.plausible)


def test_every_value_arrives_in_the_core(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(
        THRESHOLD
        + "for_s = 300\nmax_gap_s = 900\nagain_after_s = 7200\nlevels = [3, 4]\nkeep_for_s = 60\n"
        + '[[rule]]\nkind = "call"\nseverity = "emergency"\nlate_after_s = 1\nstale_after_s = 12\nreassure_every_s = 30\n'
        + '[[rule]]\nkind = "fall"\nsuspected = "urgent"\nlying = "emergency"\n'
        + '[[rule]]\nkind = "device"\nsilent = "urgent"\nlive_within_s = 40\ndrift_ppm = 5\nbattery_low_percent = 6\n'
        + "mains_dip_s = 7\njoin_within_s = 8\noffline_after_s = 9\n"
        + '[[rule]]\nkind = "hazard"\nhazard = "water"\nseverity = "emergency"\n'
        + '[[rule]]\nkind = "fault"\nfault = "jamming"\nseverity = "urgent"\n'
        + '[[rule]]\nkind = "plausible"\nmeasure = "temperature_c"\nlow = 31\nhigh = 44\n'
    )
    rules, problems = load_rules(file)
    assert problems == ()
    assert rules is not None
    second = timedelta(seconds=1)
    assert rules.thresholds == {
        Measure.SPO2_PERCENT: (
            ThresholdRule(
                "spo2_low",
                Measure.SPO2_PERCENT,
                Side.BELOW,
                91,
                93,
                Severity.URGENT,
                300 * second,
                900 * second,
                7200 * second,
                frozenset({3, 4}),
                keep_for=60 * second,
            ),
        )
    }
    call, device = rules.call, rules.device
    assert (call.severity, call.late_after, call.stale_after) == (Severity.EMERGENCY, second, 12 * second)
    assert call.reassure_every == 30 * second
    assert (rules.fall.suspected, rules.fall.lying) == (Severity.URGENT, Severity.EMERGENCY)
    assert (device.silent, device.live_within, device.drift_ppm) == (Severity.URGENT, 40 * second, 5)
    assert (device.battery_low_percent, device.mains_dip) == (6, 7 * second)
    assert (device.join_within, device.offline_after) == (8 * second, 9 * second)
    assert rules.hazards[Hazard.WATER] is Severity.EMERGENCY
    assert rules.hazards[Hazard.SMOKE] is Severity.EMERGENCY
    assert rules.faults[Fault.JAMMING] is Severity.URGENT
    assert rules.plausible[Measure.TEMPERATURE_C] == (31, 44)


def test_the_version_follows_the_text(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    versions = set()
    for text in (THRESHOLD, THRESHOLD, changed("limit = 91", "limit = 90")):
        file.write_text(text)
        rules, _ = load_rules(file)
        assert rules is not None
        versions.add(rules.version)
    assert len(versions) == 2


# The red bands of NEWS2 (Royal College of Physicians, 2017): the last value inside, and the first outside.
RED = [
    (Measure.SPO2_PERCENT, 91, 92),
    (Measure.HEART_RATE_BPM, 131, 130),
    (Measure.HEART_RATE_BPM, 40, 41),
    (Measure.RESPIRATION_PER_MIN, 25, 24),
    (Measure.RESPIRATION_PER_MIN, 8, 9),
    (Measure.SYSTOLIC_MMHG, 220, 219),
    (Measure.SYSTOLIC_MMHG, 90, 91),
    (Measure.TEMPERATURE_C, 35.0, 35.1),
    (Measure.TEMPERATURE_C, 39.1, 39.0),
]


@pytest.mark.parametrize(("measure", "inside", "outside"), RED)
def test_the_shipped_rules_begin_where_the_red_bands_begin(
    measure: Measure, inside: float, outside: float
) -> None:
    rules = shipped().thresholds[measure]
    assert [rule.severity for rule in rules if rule.beyond(inside)] == [Severity.URGENT]
    assert [rule for rule in rules if rule.beyond(outside)] == []


def test_far_below_the_band_is_an_emergency_at_once() -> None:
    (emergency,) = [
        rule for rule in shipped().thresholds[Measure.SPO2_PERCENT] if rule.severity is Severity.EMERGENCY
    ]
    assert (emergency.limit, emergency.for_) == (85, timedelta())


def test_the_shipped_rules_write_out_the_defaults() -> None:
    rules, usual = shipped(), Rules()
    assert (rules.call, rules.fall, rules.device) == (usual.call, usual.fall, usual.device)
    assert (rules.hazards, rules.faults) == (usual.hazards, usual.faults)
    assert rules.plausible == PLAUSIBLE


def test_two_in_a_row_and_every_one_of_a_time_cannot_both_be_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(THRESHOLD + "for_s = 300\ntwice = true\n")
    rules, problems = load_rules(file)
    assert rules is None
    (problem,) = problems
    assert "take one of them" in str(problem)
