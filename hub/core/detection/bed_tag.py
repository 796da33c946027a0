"""Getting up from bed, from a tag on the chest: the trunk that lay is upright. Pure, one reading at a time.

Meant for a tag without battery, heard now and then where an antenna reaches it, at any rate and with gaps: only the direction of
gravity counts, not how it changes, nor which antenna heard it. So it works in a room it was never fitted to. It speaks when the
person sits up, which is before the bed is left; who only sits up in bed is a false alarm of it.
"""

from dataclasses import dataclass

from hub.core.record import record


@record
class Reading:
    """Seconds of any clock that goes forward; acceleration in g, gravity included; the antenna and its signal."""

    at_s: float
    front_g: float
    up_g: float
    side_g: float
    antenna: int = 0
    signal_dbm: float = 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """The hub's own."""

    upright_g: float = 0.5
    """Along the spine. Lying is 0, upright 1; half of it is a trunk 30 degrees above level."""
    lying_readings: int = 3
    """As many in a row that lie until the person counts as lying: one may be a stoop."""


SHIPPED = Figures()


@dataclass(frozen=True, slots=True)
class TagState:
    """`lying`: readings in a row that lie. `got_up_at_s`: the reading just taken was the first upright one after lying."""

    lying: int = 0
    got_up_at_s: float | None = None


def taken(state: TagState, reading: Reading, figures: Figures = SHIPPED) -> TagState:
    """The state after a reading."""
    if reading.up_g < figures.upright_g:
        return TagState(min(state.lying + 1, figures.lying_readings))
    if state.lying >= figures.lying_readings:
        return TagState(0, reading.at_s)
    return TagState()
