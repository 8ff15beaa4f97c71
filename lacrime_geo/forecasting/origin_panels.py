"""Charts of a backtest from origin to origin: the error of each model, and how often its intervals held what came."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from ..chart_axes import DAY, SHARE, Axis, day_ticks
from ..chart_parts import EDGE, GREY, LINE, dots, element, line, path, short, text
from ..parameters import in_words
from ..results import Table
from ..weight_units import unit_in
from . import chart_frames as frames
from .chart_frames import RIGHT, WIDTH, Frame
from .model_roles import roles_of

if TYPE_CHECKING:
    from .backtest_results import Backtest

LEFT, GAP, HEAD = 58, 62, 44
# How high the panel of one level is, and how many share the height of that of errors.
HIGH, LEVELS = 77, 2
# Within so much of its level an interval is called right.
TOLERANCE = 0.03
FEW = 30
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)


def levels_of(backtest: Backtest) -> list[float]:
    """Return the levels of the intervals that were scored, the narrowest first; sums of series have none."""
    assert backtest.made is not None
    return sorted(next(iter(backtest.made.forecasts.values())).low)


class _Scored(NamedTuple):
    """Hold a backtest with its scores by origin, and the days of the origins along an axis."""

    backtest: Backtest
    table: Table
    days: np.ndarray
    across: Axis

    def of(self, name: str, column: str) -> np.ndarray:
        """Return the scores of a model at the origins (origins,)."""
        return np.asarray(self.table[column][self.table["model"] == name])

    def frame(self, left: float, top: float, high: float, up: Axis) -> Frame:
        """Return a frame along the origins."""
        wide = WIDTH / (2 if levels_of(self.backtest) else 1) - LEFT - RIGHT
        return Frame(left, top, wide, high, self.across, up)


def drawn_origins(backtest: Backtest, top: float) -> tuple[list[str], float]:
    """Return both charts side by side, the errors alone where there are no intervals, and where they end."""
    levels, begins = levels_of(backtest), top + HEAD
    scored = _scored(backtest)
    whole = max(len(levels), LEVELS) * (HIGH + GAP) - GAP
    parts = _errors(scored, begins, whole)
    high = (whole + GAP) / max(len(levels), 1) - GAP
    for number, level in enumerate(levels):
        parts += _coverage(scored, level, begins + number * (high + GAP), high, last=number == len(levels) - 1)
    return parts, begins + whole + 44


def _scored(backtest: Backtest) -> _Scored:
    table = backtest.by_origin()
    days = np.unique(table["origin"]).astype("M8[D]").astype(float)
    first, last = float(days[0]), float(days[-1])
    ticks = day_ticks(first, last, frames.most_ticks(WIDTH / 2 - LEFT - RIGHT))
    return _Scored(backtest, table, days, Axis(first, last, ticks, DAY))


def _errors(scored: _Scored, top: float, high: float) -> list[str]:
    """Return the mean absolute error at each origin: those that stand out in their colours, above the others."""
    frame = scored.frame(LEFT, top, high, frames.counts_axis(scored.table["mae"]))
    standing = roles_of(scored.backtest)
    kept = scored.backtest.parameters
    under = f"mean absolute error, {unit_in(kept)} per {kept['step']}, by the last day known"
    parts = [*_head(frame, "Error from origin to origin", under), *frame.level_lines(), *frame.moments()]
    others = [name for name in scored.backtest["model"].tolist() if name not in standing]
    for name in [*others, *reversed(list(standing))]:
        points = frame.across(scored.days), frame.up(scored.of(name, "mae"))
        drawn = path(*points, standing.get(name, EDGE), width=2.2 if name in standing else 1.1)
        parts += [frames.told([drawn], name), *(dots(*points, standing[name], 2.8) if name in standing else [])]
    return parts


def _coverage(scored: _Scored, level: float, top: float, high: float, last: bool) -> list[str]:
    """Return the share of counts within an interval at each origin, of the models that stand out, on a band around its level."""
    column, standing = f"coverage{level:g}", roles_of(scored.backtest)
    right = level / 100, level / 100 - TOLERANCE, min(level / 100 + TOLERANCE, 1.0)
    shown = np.concatenate([scored.of(name, column) for name in standing])
    frame = scored.frame(WIDTH / 2 + LEFT, top, high, _axis(np.append(shown[np.isfinite(shown)], right[1:])))
    held = dict(zip(scored.backtest["model"].tolist(), scored.backtest[column].tolist()))
    under = ", ".join(f"{name} {in_words(100 * held[name])}" for name in standing)
    parts = _head(frame, f"Counts within the {level:g} % interval", f"in all, per cent: {under}")
    nominal, low, top_of_band = (float(height) for height in frame.up(np.array(right)))
    box = dict(x=short(frame.left), y=short(top_of_band), width=short(frame.width), height=short(low - top_of_band))
    parts += [element("rect", fill=LINE, fill_opacity=0.1, **box), *frame.level_lines(), *frame.moments(named=last)]
    parts.append(line(frame.left, nominal, frame.right, nominal, GREY, "4 3", 1.3))
    for name, colour in reversed(list(standing.items())):
        points = frame.across(scored.days), frame.up(scored.of(name, column))
        parts += [path(*points, colour, width=1.8), *dots(*points, colour, 2.6)]
    return parts


def _axis(shares: np.ndarray) -> Axis:
    """Return an axis of shares around some, with ticks of whole per cent.

    >>> _axis(np.array([0.87, 0.98])).ticks.round(2).tolist()
    [0.85, 0.9, 0.95, 1.0]
    """
    low, high = float(shares.min()), float(shares.max())
    step = next(step for step in STEPS if (high - low) / step <= 4 or step == STEPS[-1])
    ticks = np.arange(np.floor(low / step + 1e-9), np.ceil(high / step - 1e-9) + 1) * step
    return Axis(float(ticks[0]), float(ticks[-1]), ticks, SHARE)


def _head(frame: Frame, words: str, under: str) -> list[str]:
    return [
        text(words, frame.left, frame.top - 26, "start", weight="bold"),
        text(under, frame.left, frame.top - 10, "start", 11, fill=frames.SMALL),
    ]


def too_few(backtest: Backtest) -> str:
    """Say that coverage by origin is mostly chance where an origin has few counts, else nothing."""
    assert backtest.made is not None
    counted = backtest.made.actual[0].size
    if counted >= FEW or not levels_of(backtest):
        return ""
    some = f"{counted} count{'s' * (counted != 1)}"
    return f"An origin has {some} only: how many of them lie within the intervals is mostly chance."
