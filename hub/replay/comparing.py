"""Two replays of the same days beside each other: by rule, by person, by butler, and every alert that only one of them has."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from html import escape

from hub.core.alerts import Severity
from hub.evaluation.report import Table
from hub.replay.playing import Played, Raised

_DAY = timedelta(days=1)
_MARK = {"emergency": "#b3101f", "urgent": "#c77700", "routine": "#1473b8", "technical": "#5b6b75"}


@dataclass(frozen=True, slots=True)
class Compared:
    """`before` under the rules in force, `after` under those that are tried. Ids only: names stand in no file."""

    before: Played
    after: Played

    @property
    def days(self) -> float:
        if self.before.first_at is None or self.before.last_at is None:
            return 0.0
        return max((self.before.last_at - self.before.first_at) / _DAY, 1 / 24)

    @property
    def gone(self) -> list[Raised]:
        """Told under the rules in force, and no more."""
        return _only(self.before.raised, self.after.raised)

    @property
    def new(self) -> list[Raised]:
        return _only(self.after.raised, self.before.raised)


def tables(found: Compared) -> list[Table]:
    """By rule, by person, and the load of each butler a day by severity."""
    return [
        _table("Alerts by rule", "rule", found, lambda one: [one.rule]),
        _table("Alerts by person", "person", found, lambda one: list(one.resident_ids) or [one.home_id]),
        _load(found),
    ]


def _table(title: str, of: str, found: Compared, keys: Callable[[Raised], list[str]]) -> Table:
    before, after = (
        Counter(key for one in played.raised for key in keys(one)) for played in (found.before, found.after)
    )
    rows = [
        (key, str(before[key]), str(after[key]), f"{after[key] - before[key]:+d}")
        for key in sorted({*before, *after}, key=lambda key: (-abs(after[key] - before[key]), key))
    ]
    return Table(title, (of, "before", "after", "change"), rows)


def _load(found: Compared) -> Table:
    names = [severity.value for severity in Severity]
    butlers = sorted({one.butler_id or "-" for one in (*found.before.raised, *found.after.raised)})
    rows = []
    for butler in butlers:
        row = [butler]
        for name in names:
            counts = [
                sum((one.butler_id or "-") == butler and one.severity == name for one in played.raised)
                for played in (found.before, found.after)
            ]
            row.append(f"{counts[0] / found.days:.2f} > {counts[1] / found.days:.2f}")
        rows.append(tuple(row))
    return Table("Alerts a butler-day, before > after", ("butler", *names), rows)


def page(found: Compared, title: str) -> str:
    """All of it as one page that needs nothing else: the tables, and each home's line of time."""
    parts = [
        "<!doctype html><html lang='en'><head><meta charset='utf-8'>",
        f"<title>{escape(title)}</title><style>body{{font:16px/1.4 sans-serif;margin:2rem;max-width:70rem}}",
        "table{border-collapse:collapse;margin:0 0 2rem}td,th{padding:.2rem .8rem;border-bottom:1px solid #ddd;text-align:right}",
        "td:first-child,th:first-child{text-align:left}</style></head><body>",
        f"<h1>{escape(title)}</h1><p>{_said(found)}</p>{timeline(found)}",
    ]
    for table in tables(found):
        parts.append(f"<h2>{escape(table.title)}</h2><table><tr>")
        parts += [f"<th>{escape(heading)}</th>" for heading in table.headings]
        parts.append("</tr>")
        for row in table.rows:
            parts.append("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>")
        parts.append("</table>")
    return "".join([*parts, "</body></html>\n"])


def _said(found: Compared) -> str:
    return escape(
        f"{found.before.inputs} inputs of {found.days:.1f} days; {len(found.before.raised)} alerts before, "
        f"{len(found.after.raised)} after: {len(found.gone)} gone, {len(found.new)} new. Times are UTC."
    )


def timeline(found: Compared) -> str:
    """SVG: a line for each home whose alerts differ. Hollow: only under the rules in force; full: only under the others; small:
    under both."""
    gone, new = {one.id for one in found.gone}, {one.id for one in found.new}
    changed = sorted({one.home_id for one in (*found.gone, *found.new)})
    first, last = found.before.first_at, found.before.last_at
    if not changed or first is None or last is None:
        return "<p>No alert differs.</p>"
    wide, left, row = 900, 150, 26
    span = max(last - first, timedelta(minutes=1))
    height = row * (len(changed) + 2)
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' role='img' viewBox='0 0 {wide + left + 60} {height}' font-family='sans-serif' "
        "font-size='12'><title>What differs, by home and time</title>"
    ]
    for step in range(6):
        x, at = left + wide * step / 5, first + span * step / 5
        parts.append(f"<path d='M{x:.0f} 18V{height - row}' stroke='#e3e3e3'/>")
        parts.append(f"<text x='{x:.0f}' y='12' text-anchor='middle'>{at:%m-%d %H:%M}</text>")
    for number, home_id in enumerate(changed, start=1):
        y = row * number + 8
        parts.append(f"<text x='{left - 12}' y='{y + 4}' text-anchor='end'>{escape(home_id)}</text>")
        parts.append(f"<path d='M{left} {y}H{left + wide}' stroke='#c8d2d8'/>")
        both = [one for one in found.before.raised if one.id not in gone]
        for one in (*both, *found.gone, *found.new):
            if one.home_id != home_id:
                continue
            x, colour = left + wide * ((one.at - first) / span), _MARK[one.severity]
            size, fill = (6, "none") if one.id in gone else (6, colour) if one.id in new else (2.5, colour)
            parts.append(
                f"<circle cx='{x:.1f}' cy='{y}' r='{size}' fill='{fill}' stroke='{colour}' stroke-width='2'>"
                f"<title>{escape(f'{one.at:%m-%d %H:%M} {one.severity} {one.rule}')}</title></circle>"
            )
    y = height - 6
    parts.append(f"<text x='{left}' y='{y}'>o only before   \u25cf only after   \u00b7 both</text></svg>")
    return "".join(parts)


def _only(these: Sequence[Raised], those: Sequence[Raised]) -> list[Raised]:
    other = {one.id for one in those}
    return [one for one in these if one.id not in other]
