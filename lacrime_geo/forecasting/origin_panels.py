"""Charts of a backtest from origin to origin: the error of each model, and how often its intervals held what came."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..chart_axes import COUNT, DAY, SHARE, Axis, axis_of, day_ticks
from ..chart_parts import EDGE, GREY, LINE, dots, element, line, path, short, text
from ..parameters import in_words
from . import chart_frames as frames
from .chart_frames import MARGIN, WIDTH, Frame
from .model_roles import roles_of

if TYPE_CHECKING:
    from .backtest_results import Backtest

LEFT, GAP, HIGH, HEAD = 58, 62, 216, 44
# Within so much of its level an interval is called right.
TOLERANCE = 0.03
FEW = 30
STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)


def levels_of(backtest: Backtest) -> list[float]:
    """Return the levels of the intervals that were scored, the narrowest first; sums of series have none."""
    assert backtest.made is not None
    return sorted(next(iter(backtest.made.forecasts.values())).low)


def drawn_origins(backtest: Backtest, top: float) -> tuple[list[str], float]:
    """Return both charts side by side, the errors alone where there are no intervals, and where they end."""
    levels = levels_of(backtest)
    wide = WIDTH / 2 if levels else WIDTH
    table = backtest.by_origin()
    days = np.unique(table["origin"]).astype("M8[D]").astype(float)
    plot = wide - LEFT - MARGIN
    ticks = day_ticks(days[0], days[-1], frames.most_ticks(plot))
    across = Axis(float(days[0]), float(days[-1]), ticks, DAY)
    by_model = {name: table["model"] == name for name in backtest["model"].tolist()}
    begins = top + HEAD
    parts = _errors(backtest, table["mae"], by_model, days, (LEFT, begins, plot, across))
    high = (HIGH - GAP * (len(levels) - 1)) / max(len(levels), 1)
    for number, level in enumerate(levels):
        column = table[f"coverage{level:g}"]
        place = (wide + LEFT, begins + number * (high + GAP), plot, across)
        parts += _coverage(backtest, column, by_model, days, level, place, high, last=number == len(levels) - 1)
    return parts, begins + HIGH + 44


def _errors(
    backtest: Backtest,
    errors: np.ndarray,
    by_model: dict[str, np.ndarray],
    days: np.ndarray,
    place: tuple[float, float, float, Axis],
) -> list[str]:
    """Return the mean absolute error at each origin: those that stand out in their colours, above the others."""
    left, top, width, across = place
    frame = Frame(left, top, width, HIGH, across, axis_of(errors[np.isfinite(errors)], COUNT))
    standing = roles_of(backtest)
    under = f"mean absolute error, incidents per {backtest.parameters['step']}, by the last day known"
    parts = [*_head(frame, "Error from origin to origin", under), *frame.level_lines(), *frame.moments()]
    others = [name for name in by_model if name not in standing]
    for name in [*others, *reversed(list(standing))]:
        points = frame.across(days), frame.up(errors[by_model[name]])
        drawn = path(*points, standing.get(name, EDGE), width=2.2 if name in standing else 1.1)
        parts.append(frames.told([drawn], name))
        parts += dots(*points, standing[name], 2.8) if name in standing else []
    return parts


def _coverage(
    backtest: Backtest,
    coverage: np.ndarray,
    by_model: dict[str, np.ndarray],
    days: np.ndarray,
    level: float,
    place: tuple[float, float, float, Axis],
    high: float,
    last: bool,
) -> list[str]:
    """Return the share of counts within an interval at each origin, of the models that stand out, on a band around its level."""
    left, top, width, across = place
    standing = roles_of(backtest)
    shown = np.concatenate([coverage[by_model[name]] for name in standing])
    band = level / 100 - TOLERANCE, min(level / 100 + TOLERANCE, 1.0)
    frame = Frame(left, top, width, high, across, _axis(np.append(shown[np.isfinite(shown)], band)))
    held = dict(zip(backtest["model"].tolist(), backtest[f"coverage{level:g}"].tolist()))
    under = ", ".join(f"{name} {in_words(100 * held[name])}" for name in standing)
    upper, lower = frame.up(band[1]), frame.up(band[0])
    box = dict(x=short(left), y=short(float(upper)), width=short(width), height=short(float(lower - upper)))
    nominal = float(frame.up(level / 100))
    parts = [*_head(frame, f"Counts within the {level:g} % interval", f"in all, per cent: {under}")]
    parts += [element("rect", fill=LINE, fill_opacity=0.1, **box), *frame.level_lines(), *frame.moments(named=last)]
    parts.append(line(left, nominal, frame.right, nominal, GREY, "4 3", 1.3))
    for name, colour in reversed(list(standing.items())):
        points = frame.across(days), frame.up(coverage[by_model[name]])
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
