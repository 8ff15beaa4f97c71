"""Patterns of hot and cold spots in time: which of seventeen a series of Gi* has, and why."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .. import checks, significance
from .trends import mann_kendall

LEAST_STEPS = 10
TREND_LEVEL = 0.05
KINDS = ("new", "consecutive", "intensifying", "persistent", "diminishing", "sporadic", "oscillating", "historical")
HOT, COLD = (tuple(f"{kind} {side} spot" for kind in KINDS) for side in ("hot", "cold"))
NO_PATTERN = "no pattern"
PATTERNS = (*HOT, *COLD, NO_PATTERN)
NONE = len(PATTERNS) - 1
TREND_WORDS = {1: "up", -1: "down"}


class EmergingPattern(NamedTuple):
    """Hold the pattern of one series, the sentence why, its hot and cold steps, and its trend (−1, 0, 1) with p."""

    pattern: str
    reason: str
    hot_steps: int
    cold_steps: int
    trend: int
    trend_p: float


class Tallies(NamedTuple):
    """What the rules ask of series (m,): steps in all, hot ones, the last one, and whether the hot ones are one final run."""

    steps: int
    hot: np.ndarray
    last: np.ndarray
    final_run: np.ndarray

    @classmethod
    def of(cls, hot: np.ndarray) -> Tallies:
        """Return those of a mask (steps, m)."""
        tally, last = hot.sum(axis=0), hot[-1]
        # Hot once it is so until the end: the mask never falls.
        falls = (hot[:-1] & ~hot[1:]).any(axis=0)
        return cls(len(hot), tally, last, last & ~falls)

    @property
    def nearly_always(self) -> np.ndarray:
        """Whether nine tenths of the steps or more are hot."""
        return np.asarray(10 * self.hot >= 9 * self.steps)

    def kinds(self, ever_other: np.ndarray, trend: np.ndarray) -> np.ndarray:
        """Return the number of each series' kind, −1 for none; `trend` is towards more of this side where it is above 0."""
        always = self.nearly_always
        rules = (
            ("new", self.last & (self.hot == 1)),
            ("consecutive", self.final_run & ~always),
            ("intensifying", self.last & always & (trend > 0)),
            ("diminishing", self.last & always & (trend < 0)),
            ("persistent", self.last & always),
            ("oscillating", self.last & ever_other),
            ("sporadic", self.last),
            ("historical", always),
        )
        return np.asarray(np.select([held for _, held in rules], [KINDS.index(kind) for kind, _ in rules], default=-1))


def classified(hot: np.ndarray, cold: np.ndarray, trend: np.ndarray) -> np.ndarray:
    """Return the place in PATTERNS of each series: of masks (steps, m) of hot and cold steps, and trends −1, 0, 1 (m,)."""
    heat, chill = Tallies.of(hot), Tallies.of(cold)
    hot_kind, cold_kind = heat.kinds(chill.hot > 0, trend), chill.kinds(heat.hot > 0, -trend)
    # Of both sides only one can be that of the last step, and that one wins.
    is_hot = (hot_kind >= 0) & ~chill.last
    found = np.where(cold_kind >= 0, len(KINDS) + cold_kind, NONE)
    return np.asarray(np.where(is_hot, hot_kind, found))


def trends_of(z: Any, p: Any) -> np.ndarray:
    """Return −1, 0 or 1: trends down, none or up by Mann-Kendall's z and p."""
    return np.where(p < TREND_LEVEL, np.sign(z), 0).astype(np.int8)


def reason_of(pattern: int, hot: int, cold: int, steps: int, trend: int, p: float) -> str:
    """Return in words why a series has its pattern.

    >>> reason_of(2, 9, 0, 10, 1, 0.0012)
    'hot in 9 of 10 steps, trend up, p 0.001'
    """
    sides = [f"{name} in {tally:,}" for name, tally in (("hot", hot), ("cold", cold)) if tally]
    if not sides:
        return f"neither hot nor cold in any of {steps:,} steps"
    told = f"{' and '.join(sides)} of {steps:,} steps"
    if pattern == NONE:
        return f"{told}, not in the last one"
    if PATTERNS[pattern].startswith("historical"):
        return f"{told}, not in the last one any more"
    size = "p below 0.001" if p < 0.0005 else f"p {p:.3f}" if p < 0.1 else f"p {p:.2f}"
    direction = f"trend {TREND_WORDS[trend]}" if trend else "no trend"
    return f"{told}, {direction}, {size}"


def emerging_pattern(z: Any, *, max_p: float = 0.05, trend_of: Any = None) -> EmergingPattern:
    """Classify one place by its series of Gi*: new, intensifying, sporadic, historical, ... hot or cold spot, or no pattern.

    Parameters
    ----------
    z : (n,) Gi* of the place in each time step, the first one first; NaN, where it is undefined, is neither hot nor cold.
    max_p : two-sided p up to which a step is hot or cold. Default 0.05: |z| of 1.96 or more.
    trend_of : (n,) series whose trend is tested. Default: `z`, which must then be without neighbours in time: with them the
        series moves smoothly, and a trend is found where there is none.

    Returns
    -------
    EmergingPattern
        `pattern`, one of 17; `reason` in words; `hot_steps`, `cold_steps`, `trend` (−1, 0, 1), `trend_p`.

    Raises
    ------
    ValueError
        If there are fewer than 10 steps, or the series differ in length.

    Notes
    -----
    Of n steps h are hot. *Hot in the last step*: h = 1, new; a single run up to the end, fewer than nine tenths,
    consecutive; nine tenths or more, intensifying, diminishing or persistent as the trend (Mann-Kendall, p < 0.05) is up,
    down or neither; else oscillating if it was ever cold, else sporadic. *Not in the last step*: nine tenths or more,
    historical. Cold spots mirror them, their intensifying being a trend down.

    Examples
    --------
    >>> emerging_pattern([0.1, 2.2, 2.4, 2.3, 2.8, 3.0, 3.1, 3.3, 3.5, 4.0])[:2]
    ('intensifying hot spot', 'hot in 9 of 10 steps, trend up, p below 0.001')
    """
    max_p = checks.share("max_p", max_p)
    series = _series("z", z)
    tested = series if trend_of is None else _series("trend_of", trend_of)
    if tested.size != series.size:
        raise ValueError(f"trend_of has {tested.size} steps and z has {series.size}; give the same steps of both.")
    significant = significance.two_sided(series) <= max_p
    hot, cold = significant & (series > 0), significant & (series < 0)
    known = tested[~np.isnan(tested)]
    score, p = mann_kendall(known)[2:4] if known.size >= LEAST_STEPS else (0.0, 1.0)
    trend = int(trends_of(score, p))
    which = int(classified(hot[:, None], cold[:, None], np.array([trend]))[0])
    tallies = int(hot.sum()), int(cold.sum())
    return EmergingPattern(
        PATTERNS[which], reason_of(which, *tallies, series.size, trend, float(p)), *tallies, trend, float(p)
    )


def _series(name: str, values: Any) -> np.ndarray:
    try:
        series = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be one series of numbers, got {values!r:.80}.") from None
    if series.ndim != 1:
        raise ValueError(f"{name} must be one series (n,), got an array of shape {series.shape}.")
    enough_steps(series.size)
    return series


def enough_steps(steps: int) -> None:
    """Raise when there are too few steps for a trend."""
    if steps < LEAST_STEPS:
        raise ValueError(
            f"Emerging hotspots need at least {LEAST_STEPS} time steps, and there are {steps:,}; make the steps shorter, or take "
            "a longer period."
        )
