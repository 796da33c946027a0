"""`hub evaluate`: how good the shipped detectors are on somebody's own recordings, with the shipped figures and no fitting."""

import argparse
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from hub.evaluation.figures import write_figures
from hub.evaluation.report import Report, lines

SUBJECTS = {
    "falls": "trials of people who fell or did not, with an accelerometer",
    "homes": "homes with sensors of movement, doors and bed: false alerts, and how late a collapse is found",
    "news2": "early-warning scores: cases with the total that they should have",
    "vitals": "readings of people at home, with the events that clinicians confirmed",
}
_WRONG = 2


class UnusableError(Exception):
    """A folder or an option that cannot be used; the text says what to change."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `hub evaluate`."""
    parser.add_argument(
        "subject", choices=SUBJECTS, help="; ".join(f"{name}: {what}" for name, what in SUBJECTS.items())
    )
    parser.add_argument("path", type=Path, help="the folder with the recordings, or one file of them")
    parser.add_argument(
        "--format", help="how the files are written; without it the hub looks at them and says what it took"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to this file as well")
    parser.add_argument(
        "--picture",
        type=Path,
        metavar="FILE",
        help="draw the figures that depend on each other to this file (SVG)",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Judge, print, and say what was skipped. 0: judged, 2: nothing could be."""
    try:
        report = judge(args.subject, args.path, args.format)
    except UnusableError as error:
        print(f"hub evaluate: {error}", file=sys.stderr)
        return _WRONG
    for line in lines(report):
        print(line)
    if args.json is not None:
        write_figures(args.json, report.figures)
    if args.picture is not None:
        if report.picture is None:
            print("hub evaluate: --picture: nothing that was judged here can be drawn", file=sys.stderr)
            return _WRONG
        args.picture.parent.mkdir(parents=True, exist_ok=True)
        args.picture.write_text(report.picture, encoding="utf-8")
    return 0


def judge(subject: str, path: Path, format_: str | None) -> Report:
    """The report on what lies at `path`.

    Raises `UnusableError` where there is nothing, where the format is unknown, or where nothing could be judged.
    """
    module = import_module(f"hub.evaluation.{subject}")
    formats: Sequence[str] = module.FORMATS
    if not path.exists():
        raise UnusableError(f"{path} does not exist; name a folder with recordings, or one file of them")
    if format_ is not None and format_ not in formats:
        raise UnusableError(
            f"--format {format_} is not known; for {subject} it is one of {', '.join(formats)}"
        )
    evaluate: Callable[[Path, str | None], Report] = module.evaluate
    report = evaluate(path, format_)
    if not report.figures:
        said = "\n".join(lines(report))
        hint = "" if format_ else "; name the format with --format if it is one of them"
        raise UnusableError(f"nothing at {path} could be read as {', '.join(formats)}{hint}\n{said}".rstrip())
    return report
