"""The rows of a trial's answer: each statistic with its estimate, interval, p, and a sentence."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..parameters import in_words, p_in_words
from ..significance import two_sided
from ..two_counts import e_test
from ..weight_units import INCIDENTS
from .displacement_difference import DRAWS, FEW, SIGNS, Difference
from .rate_ratios import irr
from .simulated_null import simulated_p
from .trial_counts import WITHOUT, TrialCounts, dispersion_of
from .trial_periods import TrialPeriods, Window

# Of fewer placebo trials their spread is not taken for the data's.
ENOUGH_PLACEBOS = 5
DIFFERENCE, RATIO, ALONE = "difference", "rate ratio", "treated alone"


class Row(NamedTuple):
    """Hold one answer; `dispersion` is by what the variance was multiplied, and what ends with `poisson` is without that."""

    statistic: str
    of: str
    estimate: float
    low: float
    high: float
    p: float
    dispersion: float
    low_poisson: float
    high_poisson: float
    p_poisson: float
    sentence: str


class Asked(NamedTuple):
    """Hold how the rows are made: the weights of the areas, the level (%), the seed of what is drawn, and the weights' unit."""

    areas: np.ndarray
    level: float
    seed: int
    unit: str | None = None


def rows_of(counts: TrialCounts, periods: TrialPeriods, asked: Asked) -> list[Row]:
    """Return all rows: the differences first, with displacement the very first; those of weights where these have a unit."""
    pair = (periods.before, periods.after)
    useds = [counts.kinds, WITHOUT] if counts.kinds > WITHOUT else [WITHOUT]
    rows = [_difference_row(counts, pair, used, asked, periods, False) for used in useds]
    if asked.unit:
        rows += [_difference_row(counts, pair, used, asked, periods, True) for used in useds]
    sums = counts.sums(pair, 0)
    rows += [_ratio_row(sums, pair, asked.level), _alone_row(sums[0], pair, asked.level)]
    if periods.season is not None:
        season = (periods.season, periods.after)
        rows.append(
            _difference_row(counts, season, counts.kinds, asked, periods, False, "against the season a year earlier")
        )
    return rows


def _difference_row(
    counts: TrialCounts,
    pair: tuple[Window, Window],
    used: int,
    asked: Asked,
    periods: TrialPeriods,
    weighted: bool,
    against: str = "",
) -> Row:
    found = counts.difference(pair, asked.areas, used, weighted)
    z, spread = dispersion_of(counts, periods.placebos, asked.areas, used, weighted)
    widened = z.size >= ENOUGH_PLACEBOS and spread > 1
    few = not weighted and bool((counts.sums(pair, 0)[:used] < FEW).any())
    parts = [
        str(asked.unit) if weighted else "counts",
        "with displacement" if used > WITHOUT else "treated and control",
        against,
        "p simulated" if few and not widened else "",
    ]
    plain = (*found.interval(asked.level), _drawn_p(counts, pair, used, asked) if few else _normal_p(found.z))
    answer = (*_interval(found, asked.level, spread, z.size), _student_p(found.z / np.sqrt(spread), z.size))
    low, high, p = answer if widened else plain
    what = asked.unit if weighted and asked.unit else INCIDENTS
    told = f"{difference_in_words(found.estimate, low, high, asked.level, what, used > WITHOUT)} ({p_in_words(p)})"
    if widened:
        told += f"; without widening {_span(*plain[:2])} ({p_in_words(plain[2])})"
    of = ", ".join(part for part in parts if part)
    return Row(DIFFERENCE, of, found.estimate, low, high, p, spread if widened else 1.0, *plain, told)


def _normal_p(z: float) -> float:
    return float(two_sided(np.array([z]))[0]) if np.isfinite(z) else 1.0


def _drawn_p(counts: TrialCounts, pair: tuple[Window, Window], used: int, asked: Asked) -> float:
    """Return the p of counts drawn again, as few ones are far from normal."""
    lengths = np.array([pair[0].days / pair[1].days, 1.0])
    factors = SIGNS[:used] / np.multiply.outer(asked.areas[:used], lengths)
    return simulated_p(counts.sums(pair, 0)[:used], factors, DRAWS, asked.seed)


def _freedom(placebos: int) -> float:
    # Neighbouring placebos share a period: the mean square of so many tells about as much as of two thirds as many.
    return max(2 * placebos / 3, 1.0)


def _interval(found: Difference, level: float, dispersion: float, placebos: int) -> tuple[float, float]:
    """Return Student's interval, the variance multiplied by what placebos say."""
    from scipy.special import stdtrit

    half = float(stdtrit(_freedom(placebos), 0.5 + level / 200)) * float(np.sqrt(found.variance * dispersion))
    return found.estimate - half, found.estimate + half


def _student_p(t: float, placebos: int) -> float:
    from scipy.special import stdtr

    return float(2 * stdtr(_freedom(placebos), -abs(t))) if np.isfinite(t) else 1.0


def difference_in_words(
    estimate: float, low: float, high: float, level: float, what: str = INCIDENTS, displaced: bool = False
) -> str:
    """Return a difference as a sentence, a fall told as a fall.

    >>> difference_in_words(-27.0, -51.0, -3.0, 95)
    'Incidents fell by 27 (95 %: 3 to 51) more than in the control'
    >>> difference_in_words(2.0, -9.0, 13.0, 95)
    'No change beyond chance: incidents rose by 2 more than in the control (95 %: a fall of 9 to a rise of 13)'
    """
    verb = "fell" if estimate < 0 else "rose"
    more = f"more than in the control{', displacement counted in' if displaced else ''}"
    if low <= 0 <= high:
        span = f"{level:g} %: {_span(low, high)}"
        return f"No change beyond chance: {what} {verb} by {in_words(abs(estimate))} {more} ({span})"
    ends = sorted((abs(low), abs(high)))
    span = f"{level:g} %: {in_words(ends[0])} to {in_words(ends[1])}"
    return f"{what[0].upper()}{what[1:]} {verb} by {in_words(abs(estimate))} ({span}) {more}"


def _span(low: float, high: float) -> str:
    """Return an interval of differences in words.

    >>> _span(-9.0, 13.0), _span(-9.0, -3.0), _span(3.0, 9.0)
    ('a fall of 9 to a rise of 13', 'a fall of 9 to one of 3', 'a rise of 3 to one of 9')
    """
    first = f"a {'fall' if low <= 0 else 'rise'} of {in_words(abs(low))}"
    return f"{first} to {'a rise' if low <= 0 <= high else 'one'} of {in_words(abs(high))}"


def _ratio_row(sums: np.ndarray, pair: tuple[Window, Window], level: float) -> Row:
    found = irr(sums[0], sums[1], level=level)
    span = f"{level:g} %: {in_words(found.low)} to {in_words(found.high)}"
    told = "There are too few incidents for a ratio of the treated area's change to the control's"
    if not np.isnan(found.estimate):
        times = times_in_words(found.estimate)
        told = f"The treated rate became {times} what the control's change would have made of it ({span})"
    return Row(
        RATIO,
        f"counts, treated and control, {found.method}",
        found.estimate,
        found.low,
        found.high,
        found.p,
        1.0,
        found.low,
        found.high,
        found.p,
        f"{told}; {p_in_words(found.p)}",
    )


def _alone_row(sums: np.ndarray, pair: tuple[Window, Window], level: float) -> Row:
    """Return the change of the treated area without its control: the ratio of its rates, its exact interval, the E-test's p."""
    before, after = sums
    scale = pair[0].days / pair[1].days
    p = float(e_test(before, after, exposure=(pair[0].days, pair[1].days)))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = float(np.divide(after, before) * scale)
    low, high = (end * scale for end in _odds_interval(before, after, level))
    told = f"The treated rate by itself became {times_in_words(ratio)} as high, whatever happened elsewhere"
    if np.isnan(ratio):
        told = "The treated area had no incident before or after"
    span = f"{level:g} %: {in_words(low)} to {in_words(high)}"
    said = f"{told} ({span}); {p_in_words(p)}"
    return Row(ALONE, "counts, E-test", ratio, low, high, p, 1.0, low, high, p, said)


def times_in_words(ratio: float) -> str:
    """Return a ratio in words, that to 0 as well.

    >>> times_in_words(0.5), times_in_words(float("inf"))
    ('0.5 times', 'infinitely many times (it was 0)')
    """
    return f"{in_words(ratio)} times" if np.isfinite(ratio) else "infinitely many times (it was 0)"


def _odds_interval(before: float, after: float, level: float) -> tuple[float, float]:
    """Return the exact interval of the ratio of two Poisson means, given their sum (Clopper & Pearson 1934)."""
    from scipy.special import betaincinv

    tail = 0.5 - level / 200
    low = float(betaincinv(after, before + 1, tail)) if after else 0.0
    high = float(betaincinv(after + 1, before, 1 - tail)) if before else 1.0
    return low / (1 - low), high / (1 - high) if high < 1 else float("inf")
