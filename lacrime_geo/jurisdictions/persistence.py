"""How many years each agency's rate was high among all agencies, and in which runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import checks
from ..parameters import Parameters
from ..progress import Progress, advance, within
from ..results import Drawing, Picture
from ..summaries import counted as in_number
from . import persistence_pictures
from .agency_series import crimes_in_words, in_order_of_names, studied
from .crime_panels import Series
from .year_runs import block_interval, chance_of_at_least, runs_of

# Fewer agencies in a year tell no quantile.
LEAST_AGENCIES = 5
DRAWS, LEVEL = 1000, 95.0
# "Nearly always" in the sentence of what was found.
NEARLY_ALWAYS = 0.9


@dataclass(frozen=True, eq=False, repr=False)
class PersistentHigh(Picture):
    """Hold a row per agency, by name, and what it comes from.

    `standing` is the share of agencies with a lower rate, by agency and year (agencies, years), NaN where not usable; `is_high`
    tells where the rate is above the year's quantile.
    """

    drawing = Drawing(persistence_pictures.drawn, persistence_pictures.page_of)
    series: Series | None = None
    standing: np.ndarray | None = None
    is_high: np.ndarray | None = None


def persistent_high(
    features: Any,
    *,
    agency: str | None = None,
    year: str | None = None,
    count: str | None = None,
    population: str | None = None,
    since: int | None = None,
    until: int | None = None,
    quantile: float = 0.75,
    progress: Progress = None,
) -> PersistentHigh:
    """Tell in which share of the years each agency's rate was above that year's quantile over all agencies.

    Parameters
    ----------
    features : a table of agency-years: a `CrimePanel`, a layer, a table or its path; it is checked as `read_ucr` checks.
    agency : column that tells agencies apart. Default: the one called as usual, such as ORI.
    year : column of the years. Default: the one called as usual, such as year.
    count : column of the crimes counted. Default: violent crimes, by the columns usual for them.
    population : column of the residents. Default: the column usual for them.
    since : the first year. Default: the first there is.
    until : the year after the last one. Default: all years from the first on.
    quantile : the quantile of a year's rates above which a rate is high. Default 0.75.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    PersistentHigh
        A row per agency, by name: `agency`, `name`, `years` (usable ones), `years_high`, `share` with its 95 % interval
        (`share_low`, `share_high`), `expected_share` (if ranks were shuffled every year), `runs` (of years in a row that were
        high), `longest_run`, `current_run` (up to the last usable year), `since`, `until`.

    Raises
    ------
    ValueError
        If the period has no usable year, or no year has 5 usable agencies.

    Notes
    -----
    Years that follow each other are alike, so the interval draws blocks of years again (circular block bootstrap, Politis &
    Romano 1992; blocks of √years), seed 0; runs longer than a block are drawn apart, which makes it rather too narrow. Where
    every year is high, or none, there is nothing to draw, and no interval. A year that is not usable ends a run.

    Examples
    --------
    >>> import lacrime_geo as lg
    >>> names = [name for name in "ABCDEFGH" for _ in range(10)]
    >>> table = {"agency": names, "year": [*range(2000, 2010)] * 8, "population": [1000] * 80}
    >>> table["violent"] = [90] * 10 + [80 - 70 * (year % 2) for year in range(10)] + [20] * 60
    >>> found = lg.persistent_high(table)
    >>> found["share"][:3].tolist(), found["longest_run"][:3].tolist()
    ([1.0, 0.5, 0.0], [10, 1, 0])
    """
    share = checks.share("quantile", quantile)
    given = studied(features, agency, year, count, population, within(progress, 0.0, 0.5))
    parameters = given.parameters
    parameters.update(quantile=share, draws=DRAWS, level=LEVEL)
    series = in_years(given.series, since, until, parameters)
    order = in_order_of_names(series)
    series = Series(*(part if name == "year" else part[order] for name, part in series._asdict().items()))
    is_high, standing = _states(series, share, parameters)
    columns = _columns(series, is_high, within(progress, 0.5, 1.0))
    period = f"{series.year[0]} to {series.year[-1]}"
    label = f"Years with a high rate of {crimes_in_words(given.panel.counted)}, {period}"
    found = PersistentHigh(columns, parameters, label=label, series=series, standing=standing, is_high=is_high)
    _tell(found)
    return found


def in_years(series: Series, since: int | None, until: int | None, parameters: Parameters) -> Series:
    """Return the years of a period; raise where none is usable."""
    first = int(series.year[0]) if since is None else checks.whole("since", since)
    end = int(series.year[-1]) + 1 if until is None else checks.whole("until", until)
    chosen = (series.year >= first) & (series.year < end)
    if not np.isfinite(series.crimes[:, chosen]).any():
        raise ValueError(
            f"No agency is usable since {first} until {end}; the years are {series.year[0]} to {series.year[-1]} (until is the "
            "year after the last one)."
        )
    # As texts, as years have no thousands.
    parameters.update(since=str(first), until=str(end))
    return Series(
        series.agency, series.name, series.year[chosen], series.crimes[:, chosen], series.population[:, chosen]
    )


def _states(series: Series, quantile: float, parameters: Parameters) -> tuple[np.ndarray, np.ndarray]:
    """Return which rates are high (1, 0, NaN), and the share of agencies with a lower rate, both (agencies, years)."""
    rate = series.rate
    usable = np.isfinite(rate)
    few = usable.sum(axis=0) < LEAST_AGENCIES
    if few.all():
        raise ValueError(
            f"No year has {LEAST_AGENCIES} usable agencies, of which a quantile can be told; the most are "
            f"{usable.sum(axis=0).max()}."
        )
    parameters.note(
        "years_left_out", int(few.sum()), f"{int(few.sum())} years have fewer than {LEAST_AGENCIES} usable agencies"
    )
    rate[:, few] = np.nan
    is_high, standing = np.full(rate.shape, np.nan), np.full(rate.shape, np.nan)
    for column in np.flatnonzero(~few):
        known = np.isfinite(rate[:, column])
        values = rate[known, column]
        is_high[known, column] = values > np.quantile(values, quantile)
        standing[known, column] = np.searchsorted(np.sort(values), values) / values.size
    return is_high, standing


def _columns(series: Series, is_high: np.ndarray, progress: Progress) -> dict[str, np.ndarray]:
    known = np.isfinite(is_high)
    # If ranks were shuffled, any agency would be high as often as are all of that year.
    of_year = np.divide(
        np.nansum(is_high, axis=0), known.sum(axis=0), out=np.zeros(series.year.size), where=known.any(axis=0)
    )
    rows = []
    for number, states in enumerate(is_high):
        advance(progress, number / len(is_high))
        rows.append(_row(series.year, states, of_year))
    advance(progress, 1.0)
    return {
        "agency": series.agency,
        "name": series.name,
        **{name: np.array([row[name] for row in rows]) for name in rows[0]},
    }


def _row(year: np.ndarray, states: np.ndarray, of_year: np.ndarray) -> dict[str, Any]:
    """Return what the table says of one agency: of its states (years,), and the share that is high in each year (years,)."""
    usable = np.isfinite(states)
    years, seen, runs = year[usable], states[usable], runs_of(states)
    low, high = block_interval(seen, DRAWS, LEVEL, np.random.default_rng(0))
    return {
        "years": seen.size,
        "years_high": int(seen.sum()),
        "share": float(seen.mean()) if seen.size else np.nan,
        "share_low": low,
        "share_high": high,
        "expected_share": float(of_year[usable].mean()) if seen.size else np.nan,
        "runs": len(runs),
        "longest_run": max(runs, default=0),
        "current_run": runs[-1] if seen.size and seen[-1] == 1 else 0,
        "since": int(years[0]) if seen.size else 0,
        "until": int(years[-1]) if seen.size else 0,
    }


def _tell(found: PersistentHigh) -> None:
    """Keep in words how many agencies are nearly always high, and how many would be by chance."""
    assert found.is_high is not None
    kept = found.parameters
    rated = found["years"] > 0
    many = int((found["share"][rated] >= NEARLY_ALWAYS).sum())
    known = np.isfinite(found.is_high)
    of_year = np.nansum(found.is_high, axis=0) / np.maximum(known.sum(axis=0), 1)
    expected = sum(
        chance_of_at_least(of_year[usable], int(np.ceil(NEARLY_ALWAYS * usable.sum())))
        for usable in known
        if usable.any()
    )
    kept["expected_nearly_always"] = float(f"{expected:.3g}")
    never = int((found["years_high"][rated] == 0).sum())
    rated_words = in_number(int(rated.sum()), "agency", "agencies")
    chance = "fewer than 0.01" if expected < 0.01 else f"{expected:.2g}"
    kept.tell(
        f"{many} of {rated_words} had a high rate of {crimes_in_words(str(kept['counted']))} (above the "
        f"{100 * kept['quantile']:g} % quantile of the year) in nine of ten years or more, where shuffled ranks would give "
        f"{chance}; {never} never had"
    )
    kept.warn(
        "High is relative to the agencies of this table, which are no sample of all: where the others' rates fall, an agency "
        "becomes high without a change of its own."
    )
