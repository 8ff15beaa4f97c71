"""Trends of rates, agency by agency, as pieces of exponential growth with joinpoints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import checks
from ..progress import Progress, advance, within
from ..results import Drawing, Picture, Table
from ..summaries import counted as in_number
from . import trend_pictures
from .agency_series import Studied, crimes_in_words, in_order_of_names, studied
from .crime_panels import Series
from .joinpoint_fits import Fit, Observed, best_fits, criterion, permutation_p
from .yearly_changes import CHANGES, average_change, segment_changes

# Usable years that a trend needs; with how many another joinpoint may be looked for, three at most.
LEAST_YEARS, YEARS_FOR = 5, (7, 12, 17)
MOST = 5
RUNS = 199
LAST = 10


@dataclass(frozen=True, eq=False, repr=False)
class RateTrends(Picture):
    """Hold a row per agency, by name, and the fits that the rows come from (None where there are too few years)."""

    drawing = Drawing(trend_pictures.drawn, trend_pictures.page_of)
    series: Series | None = None
    fits: tuple[Fit | None, ...] = ()

    def segments(self) -> Table:
        """Return the pieces of all trends, a row each, with the yearly change in per cent and its interval."""
        level = float(self.parameters["level"])
        columns: dict[str, list[Any]] = {name: [] for name in ("agency", "name", "segment", "since", "until", *CHANGES)}
        for row, fit in enumerate(self.fits):
            if fit is None:
                continue
            ends = [int(self["since"][row]), *fit.joinpoint.astype(int).tolist(), int(self["until"][row])]
            for number, change in enumerate(segment_changes(fit, level)):
                told = (self["agency"][row], self["name"][row], number + 1, ends[number], ends[number + 1], *change)
                for values, value in zip(columns.values(), told):
                    values.append(value)
        texts = ("agency", "name")
        made = {name: np.array(values, dtype=object if name in texts else None) for name, values in columns.items()}
        return Table(made, self.parameters, label=f"{self.label}: segments")


def rate_trends(
    features: Any,
    *,
    agency: str | None = None,
    year: str | None = None,
    count: str | None = None,
    population: str | None = None,
    most_joinpoints: int | None = None,
    level: float = 95,
    seed: int = 0,
    progress: Progress = None,
) -> RateTrends:
    """Find the trend of each agency's rate, and the years in which it changed (joinpoint regression).

    Parameters
    ----------
    features : a table of agency-years: a `CrimePanel`, a layer, a table or its path; it is checked as `read_ucr` checks.
    agency : column that tells agencies apart. Default: the one called as usual, such as ORI.
    year : column of the years. Default: the one called as usual, such as year.
    count : column of the crimes counted. Default: violent crimes, by the columns usual for them.
    population : column of the residents. Default: the column usual for them.
    most_joinpoints : at most so many changes of a trend, 0 to 5. Default: by the years known, 1 from 7 on, 2 from 12 on, 3
        from 17 on.
    level : of intervals, in per cent. Default 95.
    seed : of the orders in which residuals are put for p.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    RateTrends
        A row per agency, by name: `agency`, `name`, `years` (usable ones), `since`, `until`, `rate` (of the last year, per
        100,000), `joinpoints` (how many), `joinpoint_years`, `p` (that the last joinpoint, or a first one, explains only
        chance), `change`, `low`, `high` (yearly, per cent, of the last segment), `change_10`, `low_10`, `high_10` (average over
        the last ten years), `dispersion` (variance over mean), `autocorrelation` (of residuals, from year to year).
        `.segments()` is a row per segment.

    Raises
    ------
    ValueError
        If an option is out of its range, or no agency has 5 usable years.

    Notes
    -----
    log E(count) = log(population) + a + b₁ t + Σ δₖ max(t − τₖ, 0), quasi-Poisson: variance = dispersion · mean, at least that
    of Poisson. All placements of joinpoints τ on observed years are searched, two years at least before, between and after
    them. Their number is that of the least BIC; p is by permutation. Intervals take the joinpoints as known. Years next to
    each other are alike beyond the trend (`autocorrelation`): then joinpoints are found, and intervals narrow, too easily.

    References
    ----------
    Kim, Fay, Feuer & Midthune (2000), Statistics in Medicine 19: 335-351. Clegg, Hankey, Tiwari, Feuer & Edwards (2009),
    Statistics in Medicine 28: 3670-3682 (average change).

    Examples
    --------
    >>> import numpy as np
    >>> import lacrime_geo as lg
    >>> years = np.arange(1990, 2015)
    >>> rate = 500 * 1.05 ** np.minimum(years - 1990, 10) * 0.96 ** np.maximum(years - 2000, 0)
    >>> table = {"agency": ["A"] * 25, "year": years, "violent": rate.round(), "population": [100_000] * 25}
    >>> found = lg.rate_trends(table)
    >>> print(found["joinpoint_years"][0], found["change_10"].round(1))
    2000 [-4.]
    """
    most = None if most_joinpoints is None else checks.whole("most_joinpoints", most_joinpoints, 0)
    if most is not None and most > MOST:
        raise ValueError(f"most_joinpoints must be {MOST} at most, got {most}: more would follow single years.")
    level, seed = checks.per_cent("level", level), checks.whole("seed", seed, 0)
    given = studied(features, agency, year, count, population, within(progress, 0.0, 0.3))
    given.parameters.update(level=level, seed=seed, criterion="BIC", runs=RUNS)
    if most is None:
        given.parameters.choose("most_joinpoints", len(YEARS_FOR), "1 from 7 usable years on, 2 from 12, 3 from 17")
    else:
        given.parameters["most_joinpoints"] = most
    return _trends(given, most, within(progress, 0.3, 1.0))


def _trends(given: Studied, most: int | None, progress: Progress) -> RateTrends:
    order = in_order_of_names(given.series)
    series = Series(*(part if name == "year" else part[order] for name, part in given.series._asdict().items()))
    fits: list[Fit | None] = []
    rows: list[dict[str, Any]] = []
    for number in range(series.agency.size):
        advance(progress, number / series.agency.size)
        observed = observed_of(series, number)
        fit, p = _fitted(observed, most, np.random.SeedSequence((given.parameters["seed"], number)))
        fits.append(fit)
        rows.append(_row(series, number, observed, fit, p, given.parameters["level"]))
    if not any(fits):
        raise ValueError(
            f"None of {series.agency.size:,} agencies has {LEAST_YEARS} usable years with a crime; a trend needs as many."
        )
    advance(progress, 1.0)
    columns = {name: _column([row[name] for row in rows]) for name in rows[0]}
    label = f"Trends of {crimes_in_words(given.panel.counted)} by agency, {given.parameters['period']}"
    trends = RateTrends(columns, given.parameters, label=label, series=series, fits=tuple(fits))
    _tell(trends)
    return trends


def _column(values: list[Any]) -> np.ndarray:
    return np.array(values, dtype=object if isinstance(values[0], str) else None)


def observed_of(series: Series, row: int) -> Observed:
    """Return the usable years of one agency."""
    known = np.isfinite(series.crimes[row])
    return Observed(series.year[known].astype(float), series.crimes[row][known], series.population[row][known])


def _fitted(observed: Observed, most: int | None, seed: np.random.SeedSequence) -> tuple[Fit | None, float]:
    """Return the fit of the least BIC, and p of its last joinpoint or of a first one; none where there is too little."""
    years = observed.year.size
    if years < LEAST_YEARS or not observed.crimes.any():
        return None, np.nan
    allowed = int(np.searchsorted(YEARS_FOR, years, side="right")) if most is None else most
    # As many parameters as years would leave nothing to tell the dispersion by.
    fits = best_fits(observed, min(allowed, (years - 3) // 2))
    chosen = int(np.argmin([criterion(fit) for fit in fits]))
    if len(fits) == 1:
        return fits[0], np.nan
    return fits[chosen], permutation_p(observed, fits[max(chosen - 1, 0)], seed, RUNS)


def _row(series: Series, row: int, observed: Observed, fit: Fit | None, p: float, level: float) -> dict[str, Any]:
    """Return what the table says of one agency."""
    years = observed.year.size
    told = {
        "agency": series.agency[row],
        "name": series.name[row],
        "years": years,
        "since": int(observed.year[0]) if years else 0,
        "until": int(observed.year[-1]) if years else 0,
        "rate": 100_000 * observed.crimes[-1] / observed.population[-1] if years else np.nan,
        "joinpoints": 0 if fit is None else fit.joinpoints,
        "joinpoint_years": "" if fit is None else ", ".join(f"{year:.0f}" for year in fit.joinpoint),
        "p": p,
    }
    last = segment_changes(fit, level)[-1] if fit else (np.nan,) * 3
    average = average_change(fit, observed.year, LAST, level) if fit else (np.nan,) * 3
    told.update(zip(CHANGES, last))
    told.update(zip((f"{name}_{LAST}" for name in CHANGES), average))
    residual = (observed.crimes - fit.mean) / np.sqrt(fit.mean) if fit else np.zeros(years)
    told["dispersion"] = fit.dispersion if fit else np.nan
    told["autocorrelation"] = float(residual[1:] @ residual[:-1] / (residual @ residual)) if residual.any() else np.nan
    return told


def _tell(trends: RateTrends) -> None:
    """Keep what was found in words, and what makes it say less."""
    kept = trends.parameters
    fitted = np.isfinite(trends["change_10"])
    fell, rose = int((trends["high_10"] < 0).sum()), int((trends["low_10"] > 0).sum())
    total = int(fitted.sum())
    kept.tell(
        f"over the last ten years known the rate of {crimes_in_words(str(kept['counted']))} fell in {fell} and rose in "
        f"{rose} of {in_number(total, 'agency', 'agencies')} beyond what the {kept['level']:g} % interval leaves open"
    )
    kept.note(
        "without_trend", int((~fitted).sum()), f"{int((~fitted).sum()):,} agencies have no trend: too few usable years"
    )
    kept["with_joinpoints"] = int((trends["joinpoints"] > 0).sum())
    reached = int((trends["joinpoints"] >= kept["most_joinpoints"]).sum()) if kept["most_joinpoints"] else 0
    if reached:
        kept.warn(
            f"{in_number(reached, 'agency has', 'agencies have')} as many joinpoints as are allowed ({kept['most_joinpoints']}): "
            "their rates wander, and the years of the joinpoints are no events by themselves."
        )
    alike = int((trends["autocorrelation"] > 0.3).sum())
    if alike:
        kept.warn(
            f"In {in_number(alike, 'agency', 'agencies')}, years next to each other are alike beyond the trend (autocorrelation "
            "above 0.3): joinpoints are found there too easily, and the intervals are too narrow."
        )
