"""`hub rules test`: series of readings and signals played through the rules: are the alerts those written down?"""

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from hub.config.policies import load_policies
from hub.config.problems import Problem
from hub.config.rules import load_rules
from hub.core.alerts import Policy
from hub.core.rules import Rules
from hub.series.cases import Case, files, load_cases
from hub.series.playing import CannotPlayError, play, rules_of

_DIFFERENT, _WRONG = 1, 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `hub rules`."""
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    test = commands.add_parser(
        "test", help="play series through the rules: are the alerts those that were written down?"
    )
    test.add_argument(
        "paths", nargs="+", type=Path, metavar="FILE", help="files of [[case]], or folders of them"
    )
    test.add_argument("--rules", type=Path, default=Path("config/rules.toml"), help="the rules to be tried")
    test.add_argument("--policies", type=Path, default=None, help="default: policies.toml beside the rules")
    test.set_defaults(run=run_test)


def run_test(args: argparse.Namespace) -> int:
    """0: every case came out as written, 1: some did not, 2: something could not be read or played."""
    rules, problems = load_rules(args.rules)
    policies, more = load_policies(args.policies or args.rules.with_name("policies.toml"))
    if rules is None or policies is None:
        return _complain((*problems, *more))
    named = list(files(args.paths))
    if not named:
        print(
            f"hub rules test: no *.toml in {', '.join(map(str, args.paths))}; name files of [[case]]",
            file=sys.stderr,
        )
        return _WRONG
    code = right = wrong = 0
    for path in named:
        file, problems = load_cases(path)
        if file is None:
            code = max(code, _complain(problems))
            continue
        own = rules_of(file, rules)
        for case in file.case:
            try:
                said = list(_differences(case, own, policies))
            except CannotPlayError as error:
                print(f'{path} case "{case.name}": {error}', file=sys.stderr)
                code = _WRONG
                continue
            right, wrong = right + (not said), wrong + bool(said)
            if said:
                print(f"{path}: {case.name}")
                print("\n".join(said))
    print(f"{right} cases came out as written, {wrong} otherwise")
    return code or (_DIFFERENT if wrong else 0)


def _differences(case: Case, rules: Rules, policies: Mapping[str, Policy]) -> Iterator[str]:
    for what, expected, came in play(case, rules, policies).differences(case):
        for line in expected:
            if line not in came:
                yield f"  {what}: expected {line}"
        for line in came:
            if line not in expected:
                yield f"  {what}: came     {line}"
        if sorted(expected) == sorted(came):
            yield f"  {what}: in another order: {', '.join(came)}"


def _complain(problems: tuple[Problem, ...]) -> int:
    for problem in problems:
        print(problem, file=sys.stderr)
    return _WRONG
