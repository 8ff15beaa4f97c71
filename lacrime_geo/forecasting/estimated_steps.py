"""The last steps as they will be when all is reported: counts so far over the share that is expected to be reported."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ..delays.report_lags import known_lags
from ..incidents import Incidents
from ..parameters import Parameters, Unsaid
from ..temporal.count_series import DAY, CountSeries

# Below it a step tells more of how reports scatter than of how many there will be.
LEAST_SHARE = 0.25


def shares_reported(begin: np.ndarray, end: np.datetime64, share: np.ndarray, last: np.datetime64) -> np.ndarray:
    """Return the share of each step's incidents expected to be reported by a day (steps,): the mean of its days.

    Parameters
    ----------
    begin, end : first days of the steps (steps,), and the first day after them.
    share : of incidents reported within 0, 1, … days (lags,).
    last : the day of the latest report.

    Examples
    --------
    >>> days = np.array(["2023-01-01", "2023-01-03"], "M8[D]")
    >>> shares_reported(days, np.datetime64("2023-01-05"), np.array([0.2, 0.6, 1.0]), np.datetime64("2023-01-04")).tolist()
    [1.0, 0.4]
    """
    days = np.arange(begin[0], end)
    each = share[np.clip((last - days).astype(np.int64), 0, share.size - 1)]
    of = np.searchsorted(begin, days, side="right") - 1
    return np.asarray(np.bincount(of, each) / np.bincount(of))


def estimated(series: CountSeries, incidents: Incidents, safe: np.datetime64, parameters: Parameters) -> CountSeries:
    """Return series whose steps that end after a day are estimated, rounded to whole incidents; the last ones may be left out.

    Sums of weights are not rounded, and by the delays of the incidents that weigh anything. Steps of which less than a quarter
    is expected to be reported are left out, and noted.
    """
    lags = known_lags(_that_weigh(incidents), None, Unsaid())
    share = shares_reported(series.begin, series.end, lags.delays().share, lags.end)
    ends = np.append(series.begin[1:], series.end)
    late = ends > safe + DAY
    kept = int(np.argmax(late & (share < LEAST_SHARE))) if (late & (share < LEAST_SHARE)).any() else share.size
    left_out = share.size - kept
    told = f"{left_out:,} last steps, of which less than {100 * LEAST_SHARE:.0f} % is expected to be reported: left out"
    parameters.note("too_few_reported", left_out, told)
    if not kept:
        raise ValueError(f"No {series.step} has enough reports to be estimated; take a longer period.")
    count = series.count[:, :kept].copy()
    rows = np.flatnonzero(late[:kept])
    expected = count[:, rows] / share[rows]
    count[:, rows] = expected if series.squares is not None else np.rint(expected).astype(np.int64)
    parameters["estimated"] = {str(series.begin[row]): round(float(share[row]), 4) for row in rows.tolist()}
    if rows.size:
        parameters.warn(
            f"The counts of the last {rows.size:,} {series.step}s, from {series.begin[rows[0]]}, are estimates: those so far "
            f"over the share expected to be reported ({100 * share[rows[-1]]:.0f} % of the last)."
        )
    return replace(series, begin=series.begin[:kept], end=ends[kept - 1], count=count)


def _that_weigh(incidents: Incidents) -> Incidents:
    """Return the incidents that weigh anything, whose delays are those of sums of weights; raise where weights differ."""
    if incidents.weight is None:
        return incidents
    sizes = np.unique(incidents.weight[incidents.weight > 0])
    if sizes.size > 1:
        raise ValueError(
            f"A nowcast of sums of weights needs weights of one size besides 0, and there are {sizes.size:,} ({sizes[0]:g} to "
            f"{sizes[-1]:g}): what weighs more may be reported sooner; leave lag_safe=True."
        )
    return incidents.take(incidents.weight > 0)
