"""Curves of one against another figure as a picture (SVG) that needs nothing to be drawn with."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from html import escape
from math import floor, log10


class Line(StrEnum):
    """How a curve is drawn, as attributes of SVG."""

    FULL = 'stroke-width="2.5"'
    THIN = 'stroke-width="1"'
    BROKEN = 'stroke-width="1.5" stroke-dasharray="6 4"'
    """What is only compared with."""


@dataclass(frozen=True, slots=True)
class Curve:
    """`points`: x, y, and what is written beside it; `colour`: a number, the same for what belongs together."""

    name: str
    points: Sequence[tuple[float, float, str]]
    colour: int
    line: Line = Line.FULL


_COLOURS = ("#1f5fa8", "#b3401a", "#2a7a3b", "#7a3b8f", "#8a6d00", "#00737a", "#a8205f", "#444444")
_WIDTH, _HEIGHT = 860, 560
_LEFT, _TOP, _RIGHT, _BOTTOM = 70, 48, 250, 60


def drawn(curves: Sequence[Curve], title: str, across: str, up: str, most_up: float) -> str:
    """The curves with axes from nothing to the largest value, upwards at most `most_up`: what lies higher is drawn at the
    edge."""
    most_x = _round(max([x for curve in curves for x, _, _ in curve.points], default=1.0))
    most_y = _round(min(max([y for curve in curves for _, y, _ in curve.points], default=1.0), most_up))
    wide, high = _WIDTH - _LEFT - _RIGHT, _HEIGHT - _TOP - _BOTTOM

    def place(x: float, y: float) -> tuple[float, float]:
        return _LEFT + wide * x / most_x, _TOP + high * (1 - min(y, most_y) / most_y)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" '
        f'font-family="sans-serif" font-size="12"><title>{escape(title)}</title>',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="26" font-size="15">{escape(title)}</text>',
        f'<text x="{_LEFT + wide / 2:.0f}" y="{_HEIGHT - 14}" text-anchor="middle">{escape(across)}</text>',
        f'<text transform="translate(18 {_TOP + high / 2:.0f}) rotate(-90)" text-anchor="middle">{escape(up)}</text>',
    ]
    for step in range(6):
        x, y = most_x * step / 5, most_y * step / 5
        (left, _), (_, level) = place(x, 0), place(0, y)
        parts += [
            f'<path d="M{_LEFT} {level:.1f}H{_LEFT + wide}" stroke="#dddddd"/>',
            f'<text x="{_LEFT - 8}" y="{level + 4:.1f}" text-anchor="end">{y:.3g}</text>',
            f'<text x="{left:.1f}" y="{_TOP + high + 18}" text-anchor="middle">{x:.3g}</text>',
        ]
    for index, curve in enumerate(curves):
        colour = _COLOURS[curve.colour % len(_COLOURS)]
        at = [place(x, y) for x, y, _ in curve.points]
        line = "L".join(f"{x:.1f} {y:.1f}" for x, y in at)
        parts.append(f'<path d="M{line}" fill="none" stroke="{colour}" {curve.line.value}/>')
        for (x, y), (_, _, label) in zip(at, curve.points, strict=True):
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>')
            parts.append(
                f'<text x="{x + 5:.1f}" y="{y - 5:.1f}" font-size="9" fill="{colour}">{escape(label)}</text>'
            )
        row = _TOP + 14 + 20 * index
        parts += [
            f'<path d="M{_WIDTH - _RIGHT + 16} {row - 4}h24" stroke="{colour}" {curve.line.value}/>',
            f'<text x="{_WIDTH - _RIGHT + 46}" y="{row}">{escape(curve.name)}</text>',
        ]
    return "\n".join([*parts, "</svg>", ""])


def _round(value: float) -> float:
    """The next number upwards that five steps divide well."""
    if value <= 0:
        return 1.0
    unit = 10.0 ** floor(log10(value))
    return next(step * unit for step in (1.0, 1.5, 2.0, 2.5, 5.0, 7.5, 10.0) if step * unit >= value)
