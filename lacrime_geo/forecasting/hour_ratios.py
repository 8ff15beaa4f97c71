"""How many times the mean each hour of the day has, with intervals that know that incidents come in series."""

from __future__ import annotations

import numpy as np

from ..incidents import Incidents
from ..parameters import Parameters
from ..progress import Progress
from ..temporal.known_spans import placeholders, spans_of, without_clock
from ..temporal.week_clock import observed_period
from ..temporal.week_hours import DAY_HOURS, hours_between
from ..temporal.week_totals import totals_of
from ..temporal.weighted_intervals import weighted_interval

# Of an hour's incidents: so many placeholders beside them leave it open how many it has.
MANY = 0.1


def hour_ratios(
    incidents: Incidents, level: float, parameters: Parameters, progress: Progress = None
) -> dict[str, np.ndarray]:
    """Return of each hour of the day its rate as times the mean hour's, `ratio`, with its interval (`low`, `high`), each (24,).

    Times that are placeholders are left out and counted in `parameters`; without any time of day all are NaN, and that is told.
    The intervals are those of Poisson counts, widened as far as hours scatter more from day to day. In the hour in which
    placeholders stand (12:00) some of them are true, and nobody knows how many: its interval reaches up to that of all of them.
    """
    assert incidents.when is not None
    dated = ~np.isnat(incidents.when)
    flagged = placeholders(incidents)
    unknown = np.zeros_like(dated) if flagged is None else dated & flagged
    if without_clock(incidents.when[dated & ~unknown]):
        parameters.choose("hour", "left out", "no time of day is known: all are at midnight, or placeholders")
        return {name: np.full(DAY_HOURS, np.nan) for name in ("ratio", "low", "high")}
    spans = spans_of(incidents, parameters)
    found = totals_of(spans, np.ones(spans.start.size), progress)["hours"]
    observed = hours_between(*observed_period(incidents)).reshape(-1, DAY_HOURS).sum(axis=0)
    scale = np.where(observed > 0, observed, np.nan) * found.total.sum() / observed.sum()
    wider = np.sqrt(scatter_of(incidents.when[spans.known]))
    parameters["hours_widened"] = [round(float(factor), 2) for factor in wider]
    maybe = np.bincount(_hour(incidents.when[unknown]), minlength=DAY_HOURS)
    _tell_of(maybe, found.total, parameters)
    low = weighted_interval(found.total, found.squares, found.largest, level)[0]
    high = weighted_interval(found.total + maybe, found.squares + maybe, max(found.largest, 1.0), level)[1]
    sides = {"low": _from(found.total, low, wider), "high": _from(found.total + maybe, high, wider)}
    return {"ratio": found.total / scale, **{name: side / scale for name, side in sides.items()}}


def _from(total: np.ndarray, end: np.ndarray, wider: np.ndarray) -> np.ndarray:
    """Return the end of an interval that is some times as wide, on the scale of logarithms; as it is where the total is 0."""
    there = np.where(total > 0, total, 1.0)
    return np.where(total > 0, there * (end / there) ** wider, end)


def _tell_of(maybe: np.ndarray, total: np.ndarray, parameters: Parameters) -> None:
    """Say in which hours so many placeholders stand that these cannot be told from the mean by them."""
    hours = np.flatnonzero(maybe > MANY * np.maximum(total, 1.0))
    parameters["hours_of_placeholders"] = hours.tolist()
    if hours.size:
        parameters.warn(
            f"Of the hours from {' and '.join(f'{hour}:00' for hour in hours.tolist())} so many times are placeholders, some of "
            "them true, that their ratios are too low; their intervals reach up to that of all of them."
        )


def scatter_of(when: np.ndarray) -> np.ndarray:
    """Return how much more than Poisson's the counts of each hour (24,) scatter about their share of each day's; 1 or more.

    One offender's ten offences of a night are written down at one time, and are not ten times as sure as one.

    >>> when = np.datetime64("2023-01-01T08:00") + np.repeat(np.arange(10), 4) * np.timedelta64(1, "D")
    >>> scatter_of(np.append(when, when[:4] + np.timedelta64(5, "h"))).round(1)[[7, 8, 13]].tolist()
    [1.0, 3.6, 3.6]
    """
    day = np.unique(when.astype("M8[D]"), return_inverse=True)[1].ravel()
    hour = _hour(when)
    days = int(day.max()) + 1
    counts = np.bincount(day * DAY_HOURS + hour, minlength=days * DAY_HOURS).reshape(days, DAY_HOURS).astype(float)
    share = counts.sum(axis=0) / counts.sum()
    missed = np.square(counts - counts.sum(axis=1, keepdims=True) * share).sum(axis=0)
    # The variance of a share of Poisson counts: what the missed squares of independent incidents are expected to add up to.
    expected = counts.sum(axis=0) * (1 - share) * max(days - 1, 1) / days
    return np.maximum(np.divide(missed, expected, out=np.ones(DAY_HOURS), where=expected > 0), 1.0)


def _hour(when: np.ndarray) -> np.ndarray:
    """Return the hour of the day of moments (n,)."""
    return np.asarray(when.astype("M8[h]").astype(np.int64) % DAY_HOURS)
