"""Rates of places with exact intervals, and drawn towards the mean where the population is small (empirical Bayes)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import checks
from ..parameters import Parameters, in_words
from ..progress import Progress, advance, left_alone, within
from ..results import Drawing, Marks
from . import rate_pages
from .compared_places import ComparedPlaces
from .counted_places import BUNCHES, FEW, PER, CountedPlaces, caveats_of, counted_places, ranks_of
from .gamma_priors import SMOOTHING, Prior, prior_of, smoothed
from .poisson_intervals import INTERVALS, poisson_interval
from .total_words import of_totals

STYLE = "rates"


@dataclass(frozen=True, eq=False, repr=False)
class Rates(ComparedPlaces):
    """The rates of places, a row each in the order of the input; they draw themselves (.svg, .png, .html) and have a map."""

    drawing = Drawing(rate_pages.drawn, rate_pages.page_of)
    map_style = STYLE

    def map(self) -> Marks:
        """Return the places again with their rates, intervals and flags."""
        return self.marks()


def rates(
    features: Any,
    *,
    count: str | None = None,
    population: str | None = None,
    name: str | None = None,
    per: float = PER,
    years: float | None = None,
    few_residents: float | None = None,
    level: float = 95,
    interval: str = "exact",
    smoothing: str = "likelihood",
    progress: Progress = None,
) -> Rates:
    """Compute the rates of places with intervals, raw and drawn towards the mean of all (empirical Bayes).

    Parameters
    ----------
    features : places with a count and a population each: a layer of polygons or points, or a table without places.
    count : column of the numbers of incidents, whole. Default: count, crime_count, crimes or incidents.
    population : column of the residents, or of what else the rate is of. Default: population, residents, pop or pop_total.
    name : column of the places' names. Default: name, area_name, geoid or the like; else rows are numbered.
    per : so many residents a rate is of. Default 100,000.
    years : years that the counts are of, so that rates are per year. Default: not given, and rates are of the whole period.
    few_residents : a place with fewer residents is flagged, and no part of the spread of rates. Default: a tenth of the median.
    level : of the intervals, in per cent. Default 95.
    interval : of the raw rate: "exact" (Garwood) or "byar", an approximation that older reports use. Default "exact".
    smoothing : "likelihood" (a gamma distribution of rates by maximum likelihood), "moments" (by Marshall's moments, as
        statistics on maps use) or "none". Default "likelihood".
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Rates
        `name`, `count`, `population`, `rate` with its interval (`low`, `high`), `expected` (the count that the overall rate
        would give), `ratio` (count over expected), `smoothed` with its credible interval (`smoothed_low`, `smoothed_high`),
        `few_events` (fewer than 5, or an interval wider than the rate), `few_residents` (below a tenth of the median). Rates
        are missing where a population is 0 or missing, or a count is missing. `.map()` gives the places with these.

    Raises
    ------
    ValueError
        If a count is no whole number (sums of weights are none), a population is negative, or no place has a rate.

    Notes
    -----
    An interval is of chance alone: of how far the number of incidents would differ in another period like this one. With the
    prior gamma(α, β) of the multiples of the overall rate, the posterior of a place with count y and expected count E is
    gamma(y + α, E + β), with mean (y + α)/(E + β) (Clayton & Kaldor 1987); β itself is taken for known. The prior is found
    without places of few residents, as an airport's rate tells nothing of how those of neighbourhoods spread. Maximum
    likelihood is the default as moments weigh each squared difference by its population, so that one large and unusual place
    decides how far all others are drawn. Resident population is not the population at risk.

    References
    ----------
    Garwood (1936), Biometrika 28: 437-442. Breslow & Day (1987), Statistical Methods in Cancer Research II, equation 2.10
    (Byar). Clayton & Kaldor (1987), Biometrics 43: 671-681. Marshall (1991), Applied Statistics 40: 283-294.

    Examples
    --------
    >>> towns = {"name": ["A", "B", "C"], "count": [10, 5, 400], "population": [1000, 2000, 50_000]}
    >>> found = rates(towns, per=1000)
    >>> found["rate"].tolist(), found["low"].round(2).tolist(), found["high"].round(2).tolist()
    ([10.0, 2.5, 8.0], [4.8, 0.81, 7.24], [18.39, 5.83, 8.82])
    """
    share = checks.per_cent("level", level) / 100
    checks.option("interval", interval, INTERVALS)
    checks.option("smoothing", smoothing, SMOOTHING)
    parameters = Parameters(level=float(level), interval=interval, smoothing=smoothing)
    read = (features, count, population, name, per, years, few_residents, parameters)
    places = left_alone(lambda: counted_places(*read), progress)
    columns = _raw(places, share, interval, parameters, within(progress, 0.0, 0.2))
    if smoothing != "none":
        columns.update(_drawn(places, smoothing, share, parameters, within(progress, 0.2, 1.0)))
    columns["few_events"] = _few(columns)
    columns["few_residents"] = places.small
    found = Rates(columns, parameters, "", f"Rates of {places.rows.label}", places)
    left_alone(lambda: _tell(found, places), progress, lambda: 0.98)
    advance(progress, 1.0)
    return found


def _raw(
    places: CountedPlaces, share: float, interval: str, parameters: Parameters, progress: Progress
) -> dict[str, np.ndarray]:
    """Return names, counts, rates and their intervals; keep the overall rate with its own."""
    low, high = poisson_interval(places.events, share, interval, progress)
    per, exposure = places.per, places.exposure
    overall = [float(side[0]) for side in poisson_interval(np.array([places.events.sum()]), share, interval)]
    parameters["overall_rate"] = places.overall * per
    parameters["overall_low"], parameters["overall_high"] = (side / exposure.sum() * per for side in overall)
    expected = places.overall * exposure
    return {
        "name": places.names,
        "count": places.count,
        "population": places.population,
        "rate": places.spread(places.events / exposure * per),
        "low": places.spread(low / exposure * per),
        "high": places.spread(high / exposure * per),
        "expected": places.spread(expected),
        "ratio": places.spread(places.events / expected),
    }


def _drawn(
    places: CountedPlaces, smoothing: str, share: float, parameters: Parameters, progress: Progress
) -> dict[str, np.ndarray]:
    """Return rates drawn towards the mean, and their intervals; keep the prior."""
    expected = places.overall * places.exposure
    prior = prior_of_places(places, smoothing, parameters, within(progress, 0.0, 0.3))
    found = smoothed(prior, places.events, expected, share, within(progress, 0.3, 1.0))
    overall = places.overall * places.per
    names = ("smoothed", "smoothed_low", "smoothed_high")
    columns = {column: places.spread(values * overall) for column, values in zip(names, found)}
    if prior.one_rate:
        for end in ("low", "high"):
            columns[f"smoothed_{end}"] = np.where(places.known, parameters[f"overall_{end}"], np.nan)
    return columns


def prior_of_places(places: CountedPlaces, smoothing: str, parameters: Parameters, progress: Progress) -> Prior:
    """Return how the rates spread beyond chance, found without places of few residents; keep and announce it."""
    usual = ~places.few_residents
    expected = places.overall * places.exposure
    prior = prior_of(places.events[usual], expected[usual], smoothing, progress)
    how = "maximum likelihood" if smoothing == "likelihood" else "moments"
    parameters.choose(
        "spread",
        round(prior.spread, 4),
        f"of the rates beyond chance, over their mean: found by {how}, without few residents",
    )
    parameters["prior_shape"], parameters["prior_rate"] = (
        None if prior.one_rate else float(one) for one in (prior.shape, prior.rate)
    )
    if prior.one_rate:
        parameters.warn("The rates differ by no more than chance: there is one rate for all, and nothing to rank.")
    return prior


def _few(columns: dict[str, np.ndarray]) -> np.ndarray:
    """Tell which rates rest on few events: fewer than 5, or an interval wider than the rate."""
    with np.errstate(invalid="ignore"):
        wide = columns["high"] - columns["low"] > columns["rate"]
    return np.asarray(np.isfinite(columns["rate"]) & (wide | (columns["count"] < FEW)))


def _tell(found: Rates, places: CountedPlaces) -> None:
    """Say what stands first, raw and fair, and what makes it say little."""
    kept = found.parameters
    # Where there is one rate for all, none of those drawn towards it is the highest.
    fair = kept.get("prior_shape") is not None
    told = ("smoothed", "smoothed_low", "smoothed_high") if fair else ("rate", "low", "high")
    usual = np.where(found["few_residents"], np.nan, found[told[0]])
    first = int(np.nanargmax(usual))
    rate, low, high = (in_words(found[name][first]) for name in told)
    kept.tell(
        f"{of_totals(places, ranks_of(usual))}; the highest {'rate drawn towards the mean' if fair else 'raw rate'} is that of "
        f"{found['name'][first]}: {rate} ({low} to {high}) {kept['unit']}, against {in_words(kept['overall_rate'])} overall"
    )
    few = int(found["few_events"].sum())
    kept.note("few_events", few, f"{few:,} of {kept['compared']:,} rates rest on few events")
    kept["caveats"] = caveats_of(places, BUNCHES)
