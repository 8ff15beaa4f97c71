"""Whether the weekdays of a few incidents are more than chance: the exact test of a multinomial sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import checks
from ..chart_axes import COUNT, axis_of
from ..chart_parts import INK, LINE, document, element, line, short, text
from ..dates import WEEKDAYS, weekday_of
from ..parameters import Parameters, in_words, p_in_words
from ..progress import Progress, advance
from ..results import Curve
from ..summaries import counted
from .exact_multinomial import STATISTICS, drawn_p, exact_p, number_of_outcomes, statistic_of
from .given_series import USUAL, given
from .season_effects import SHORT

# More outcomes than the two million of so many events are drawn at random.
MOST_EXACT = 30
DRAWS = 99_999
SURE = 0.05
# So many are no series of one offender.
MANY = 1000
WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 480, 320, 60, 84, 40


@dataclass(frozen=True, eq=False, repr=False)
class WeekdayTest(Curve):
    """Hold the counts of the weekdays beside those expected, and the test of all of them."""

    def svg(self) -> str:
        """Return the counts as bars, those expected as lines across them, as a whole SVG document."""
        axis = axis_of(np.concatenate([self["count"], self["expected"]]).astype(float), COUNT)
        slot, bottom = (WIDTH - LEFT - 20) / len(self), HEIGHT - BOTTOM
        parts = []
        for tick in axis.ticks:
            at = bottom - float(axis.along(tick)) * (bottom - TOP)
            parts += [line(LEFT, at, WIDTH - 20, at), text(axis.words(tick), LEFT - 8, at + 4, "end")]
        for row, name in enumerate(self["weekday"].tolist()):
            left = LEFT + row * slot
            top, mean = (bottom - float(axis.along(self[key][row])) * (bottom - TOP) for key in ("count", "expected"))
            size = dict(x=short(left + 8), y=short(top), width=short(slot - 16), height=short(bottom - top))
            parts += [element("rect", fill=LINE, fill_opacity=0.75, **size)]
            parts += [line(left + 2, mean, left + slot - 2, mean, INK, "5 4", 1.6)]
            parts += [text(SHORT[name], left + slot / 2, bottom + 19)]
        words = (
            f"Incidents; dashed: as many as expected. {self.parameters['statistic']} test, {p_in_words(self['p'][0])}"
        )
        head = [text(self.label, 16, 26, size=15, weight="bold"), text(words, 16, 50, "start")]
        return document([*head, *parts], WIDTH, HEIGHT)


def weekday_test(
    incidents: Any,
    *,
    expected: Any = None,
    statistic: str = "G",
    draws: int = DRAWS,
    seed: int = 0,
    progress: Progress = None,
) -> WeekdayTest:
    """Test whether a few incidents, such as those of one offender, fall on some weekdays more than by chance: exactly.

    Parameters
    ----------
    incidents : seven counts, Monday to Sunday; or Incidents, GeoDataFrame of points, or path, with the time of the incident
        (`occurred`); or a table of counts of days with `date` and `count`.
    expected : seven numbers, Monday to Sunday, to whose shares the counts are held, all above 0 (such as the counts of all
        crimes of the area). Default: all weekdays alike.
    statistic : "G", the likelihood ratio, which the source finds to have the most power, or "chi2", Pearson's.
    draws : how many random samples where there are too many outcomes to tell all of them over. Default 99,999.
    seed : of the random numbers.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    WeekdayTest
        Seven rows: `weekday`, `count`, `expected`, and of all of them together the `value` of the statistic and `p`. It can be
        saved as a chart (.svg).

    Raises
    ------
    ValueError
        If there is no incident, the counts are not seven whole numbers of 0 or more, `expected` is not seven numbers above 0, the
        incidents have no times, or an option is none of those named.

    Notes
    -----
    n events fall independently into the weekdays with the shares π. p is the probability of all outcomes whose G = 2 Σ x
    log(x / nπ) is no smaller than the one seen (Wheeler 2016): of up to 30 events by telling over all (n + 6 choose 6) of
    them, of more by random samples, p = (extreme + 1) / (draws + 1), which is told. As it is exact, P(p ≤ a) ≤ a for every n.
    Two events can never give p below 0.14, three on one weekday give 0.02.

    A series of one offender is meant. Of very many incidents nearly any weekday differs, which is warned of from 1,000 on; how
    much is what `season` tells.

    Examples
    --------
    >>> found = weekday_test([3, 0, 0, 0, 0, 0, 0])
    >>> float(found["value"][0].round(2)), float(found["p"][0].round(4))
    (11.68, 0.0204)
    """
    checks.option("statistic", statistic, tuple(STATISTICS))
    draws, seed = checks.whole("draws", draws), checks.whole("seed", seed, minimum=0)
    counts, parameters, label = _counted(incidents, progress)
    shares = _shares(expected)
    number = int(counts.sum())
    if number == 0:
        raise ValueError("There is no incident on any weekday, so there is nothing to test.")
    parameters.update(statistic=statistic, expected="all alike" if expected is None else shares.round(4).tolist())
    advance(progress, 0.4)
    p = _p(counts, shares, statistic, draws, seed, parameters)
    value = float(statistic_of(counts, shares, statistic))
    most = WEEKDAYS[int(np.argmax(counts / shares))]
    stands_out = f"most beyond what is expected on {most}" if p <= SURE else "no weekday stands out"
    parameters.tell(f"{counted(number, 'incident')}, {stands_out}: {statistic} = {in_words(value)}, {p_in_words(p)}")
    if number >= MANY:
        parameters.warn(
            f"The test is for one series of few events, and {number:,} incidents were given: of so many nearly any weekday "
            "differs, and how much is what season tells."
        )
    columns = dict(weekday=np.array(WEEKDAYS, dtype=object), count=counts, expected=number * shares)
    columns.update(value=np.full(7, value), p=np.full(7, p))
    advance(progress, 1.0)
    return WeekdayTest(columns, parameters, label=label or f"Weekdays · n = {number:,}")


def _counted(incidents: Any, progress: Progress) -> tuple[np.ndarray, Parameters, str]:
    """Return the counts of the weekdays (7,), the record, and a title where the period is known."""
    if isinstance(incidents, (list, tuple, np.ndarray)):
        return _seven(incidents), Parameters(), ""
    found = given(incidents, None, None, progress)
    if found.series.step != USUAL:
        raise ValueError(f"The table holds counts by {found.series.step}, which have no weekday; give counts of days.")
    counts = np.bincount(weekday_of(found.series.begin), found.series.total, minlength=7).astype(np.int64)
    return counts, found.parameters, found.titled("Weekdays")


def _seven(values: Any) -> np.ndarray:
    counts = checks.numbers("The counts of the weekdays", values, 7)
    bad = np.flatnonzero((counts < 0) | (counts % 1 != 0))
    if bad.size:
        raise ValueError(
            f"{bad.size} of the 7 counts {'is no whole number' if bad.size == 1 else 'are no whole numbers'} of 0 or more, "
            f"first that of {WEEKDAYS[bad[0]]} ({counts[bad[0]]:g}); mend {'it' if bad.size == 1 else 'them'}."
        )
    return counts.astype(np.int64)


def _shares(expected: Any) -> np.ndarray:
    """Return the share of each weekday that is expected (7,)."""
    if expected is None:
        return np.full(7, 1 / 7)
    numbers = checks.several("expected", expected) if isinstance(expected, str) else expected
    found = checks.numbers("expected", numbers, 7)
    bad = np.flatnonzero(found <= 0)
    if bad.size:
        raise ValueError(f"expected must be above 0 on every weekday, got {found[bad[0]]:g} on {WEEKDAYS[bad[0]]}.")
    return found / found.sum()


def _p(counts: np.ndarray, shares: np.ndarray, statistic: str, draws: int, seed: int, parameters: Parameters) -> float:
    number = int(counts.sum())
    outcomes = number_of_outcomes(number, 7)
    if number <= MOST_EXACT:
        parameters.choose("method", "exact", f"all {outcomes:,} outcomes of {counted(number, 'event')} are told over")
        return exact_p(counts, shares, statistic)
    reason = f"{number:,} events have {outcomes:.2g} outcomes, more than can be told over (up to {MOST_EXACT} events)"
    parameters.choose("method", f"{draws:,} random samples", reason)
    parameters["seed"] = seed
    return drawn_p(counts, shares, statistic, draws, seed)
