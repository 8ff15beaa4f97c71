"""Models as rows of a chart: their error as a share of seasonal naive's, over all and as it differs from series to series."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..chart_axes import NUMBER, Axis, axis_of
from ..chart_parts import EDGE, INK, PAPER, dots, element, line, short, text
from ..parameters import in_words, p_in_words
from . import chart_frames as frames
from .baselines import NAIVE, SMOOTHING
from .chart_frames import MARGIN, WIDTH, Frame
from .model_roles import colour_of, roles_of
from .series_winners import errors_of

if TYPE_CHECKING:
    from .backtest_results import Backtest

ROW, NAMES = 23, 150
POOLED, SAID, APART, SPREAD = 230, 112, 18, 240
# What is farther from seasonal naive stands at the edge; its number tells.
FARTHEST = 2.0
QUANTILES = (0.1, 0.25, 0.5, 0.75, 0.9)


def drawn_rows(backtest: Backtest, top: float) -> tuple[list[str], float]:
    """Return the rows of both panels, one where there is a single series, and where they end."""
    assert backtest.made is not None
    names = backtest["model"].tolist()
    begins = top + 46
    alone = backtest.made.panel.size == 1
    width = WIDTH - NAMES - SAID - 2 * MARGIN if alone else POOLED
    pooled = _frame(backtest["to_seasonal_naive"], NAMES, begins, width, len(names))
    parts = [*_names(backtest, names, begins), *_pooled(backtest, names, pooled)]
    if not alone:
        shares = _shares(backtest, names)
        spread = _frame(shares[np.isfinite(shares)], pooled.right + SAID + APART, begins, SPREAD, len(names))
        parts += _spread(backtest, names, shares, spread)
    return parts, pooled.bottom + 26


def _frame(values: np.ndarray, left: float, top: float, width: float, rows: int) -> Frame:
    known = np.append(values[np.isfinite(values)], 1.0)
    across = axis_of(np.clip(known, 0.0, FARTHEST), NUMBER)
    return Frame(left, top, width, rows * ROW, across, Axis(0.0, float(rows), np.empty(0), NUMBER))


def _shares(backtest: Backtest, names: list[str]) -> np.ndarray:
    """Return quantiles over the series of each model's error as a share of seasonal naive's (models, quantiles)."""
    ratios = _ratios(backtest, names)
    known = np.isfinite(ratios[0])
    if not known.any():
        return np.full((len(names), len(QUANTILES)), np.nan)
    return np.asarray(np.quantile(ratios[:, known], QUANTILES, axis=1).T)


def _ratios(backtest: Backtest, names: list[str]) -> np.ndarray:
    """Return each model's error in each series as a share of seasonal naive's, NaN where that has none (models, series)."""
    assert backtest.made is not None
    known = list(backtest.made.forecasts)
    errors = errors_of(backtest.made)
    naive = errors[known.index(NAIVE)]
    return errors[[known.index(name) for name in names]] / np.where(naive > 0, naive, np.nan)


def _middle(row: int, frame: Frame) -> float:
    return frame.top + (row + 0.5) * ROW


def _at(value: float, frame: Frame) -> float:
    return float(frame.across(np.clip(value, frame.x.first, frame.x.last)))


def _names(backtest: Backtest, names: list[str], top: float) -> list[str]:
    standing = roles_of(backtest)
    return [
        text(
            frames.shortened(name, NAMES - 30),
            NAMES - 12,
            top + (row + 0.5) * ROW + 4,
            "end",
            weight="bold" if name in standing else "normal",
        )
        for row, name in enumerate(names)
    ]


def _head(frame: Frame, words: str, under: str) -> list[str]:
    return [
        text(words, frame.left, frame.top - 28, "start", weight="bold"),
        text(under, frame.left, frame.top - 11, "start", 11, fill=frames.SMALL),
    ]


def _pooled(backtest: Backtest, names: list[str], frame: Frame) -> list[str]:
    """Return the errors over all as dots, joined to seasonal naive's, with the number and p beside."""
    parts = [
        *_head(frame, "Error as a share of seasonal naive's", "mean absolute error, all together; left of 1 is better")
    ]
    parts += [*frame.upright_lines(), frames.ruled(frame, 1.0, INK, width=1.4)]
    parts += _marked_smoothing(backtest, names, frame)
    for row, name in enumerate(names):
        share, p = float(backtest["to_seasonal_naive"][row]), float(backtest["dm_p"][row])
        height, colour = _middle(row, frame), colour_of(name, backtest)
        if np.isfinite(share):
            parts.append(line(_at(1.0, frame), height, _at(share, frame), height, colour, width=2.4))
            parts += dots(np.array([_at(share, frame)]), np.array([height]), colour, 5)
        # What is beyond the axis stands at its end, with an arrow.
        beyond = " ▸" if share > frame.x.last else ""
        said = f"{share:.3f}{beyond}" if np.isfinite(share) else "not known"
        chance = f" · {p_in_words(float(f'{p:.2g}'))}" if np.isfinite(p) else ""
        parts.append(text(f"{said}{chance}", frame.right + 10, height + 4, "start", 11))
    return parts


def _marked_smoothing(backtest: Backtest, names: list[str], frame: Frame) -> list[str]:
    """Return the share of the strong baseline as a line through all rows."""
    share = float(backtest["to_seasonal_naive"][names.index(SMOOTHING)])
    return [frames.ruled(frame, share, colour_of(SMOOTHING, backtest), "4 3", 1.4)] if share <= frame.x.last else []


def _spread(backtest: Backtest, names: list[str], shares: np.ndarray, frame: Frame) -> list[str]:
    """Return the shares over the series: the middle eight and five tenths as bars, the median, and how many are below 1."""
    assert backtest.made is not None
    series = backtest.made.panel.size
    parts = [*_head(frame, f"The same in each of {series:,} series", "line 8, bar 5 of 10 series; ring: median")]
    parts += [*frame.upright_lines(), frames.ruled(frame, 1.0, INK, width=1.4)]
    parts += [text(words, frame.right + 12, frame.top - at, "start", 11) for words, at in (("better", 28), ("in", 11))]
    better = (_ratios(backtest, names) < 1).mean(axis=1)
    for row, (name, ends) in enumerate(zip(names, shares)):
        height, colour = _middle(row, frame), colour_of(name, backtest)
        if name == NAIVE or not np.isfinite(ends).all():
            continue
        low, first, middle, third, high = (_at(value, frame) for value in ends.tolist())
        parts.append(line(low, height, high, height, colour, width=2))
        box = dict(x=short(first), y=short(height - 5), width=short(max(third - first, 1.0)), height=10)
        parts.append(element("rect", fill=colour, **box))
        parts.append(
            element("circle", cx=short(middle), cy=short(height), r=4, fill=PAPER, stroke=INK, stroke_width=1.3)
        )
        parts.append(text(f"{in_words(100 * round(better[row], 3))} %", frame.right + 12, height + 4, "start", 11))
    return [*parts, line(frame.left, frame.bottom, frame.right, frame.bottom, EDGE)]
