"""Funnels: which places lie beyond what chance, and the usual spread of places, leave of one rate for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Optional

import numpy as np

from .. import checks
from ..parameters import Parameters, in_words
from ..progress import Progress, advance, left_alone, within
from ..results import Drawing, Marks
from ..significance import adjust, two_sided
from . import funnel_pages, funnel_words
from .compared_places import ComparedPlaces
from .control_limits import MODELS, Chance, chance_of, exact_limits, two_sided_tails
from .counted_places import PER, CountedPlaces, counted_places
from .funnel_words import POSITIONS
from .overdispersion import OVERDISPERSION, SURE, Scale, Spread, limits_of, scale_of, spread_of

STYLE = "funnel"
LIMITS = (95.0, 99.8)
NO_RATE = "no rate"
AT_ONCE = 50_000


@dataclass(frozen=True, eq=False)
class FunnelLimits:
    """Hold what the lines of a funnel are made of; `tails` are the probabilities beyond each pair of limits, inner and outer."""

    chance: Chance
    scale: Scale
    spread: Spread
    tails: tuple[float, float]

    @property
    def by_chance(self) -> bool:
        """Whether places are judged by chance alone."""
        return self.spread.how == "none"

    def lines(self, exposure: np.ndarray, tail: float, by_chance: bool) -> tuple[np.ndarray, np.ndarray]:
        """Return the lower and upper limits at exposures (m,), as rates of one resident; by chance alone, or with the spread."""
        if by_chance:
            low, high = exact_limits(self.chance, exposure, tail)
            return low / exposure, high / exposure
        return limits_of(self.scale, self.spread, 0.5 / np.sqrt(exposure), _deviations(tail))


@dataclass(frozen=True, eq=False, repr=False)
class Funnel(ComparedPlaces):
    """Where places lie in a funnel, a row each in the order of the input; it draws itself (.svg, .png, .html) and has a map."""

    drawing = Drawing(funnel_pages.drawn, funnel_pages.page_of)
    map_style = STYLE
    limits: Optional[FunnelLimits] = None

    def map(self) -> Marks:
        """Return the places again with where they lie, below, within or above the limits."""
        return self.marks()


def funnel(
    features: Any,
    *,
    count: str | None = None,
    population: str | None = None,
    name: str | None = None,
    per: float = PER,
    years: float | None = None,
    few_residents: float | None = None,
    target: float | None = None,
    limits: Sequence[float] = LIMITS,
    model: str = "poisson",
    overdispersion: str = "auto",
    progress: Progress = None,
) -> Funnel:
    """Find the places whose rates lie beyond what chance leaves of one rate for all (funnel plot).

    Parameters
    ----------
    features : places with a count and a population each: a layer of polygons or points, or a table without places.
    count : column of the numbers of incidents, whole. Default: count, crime_count, crimes or incidents.
    population : column of the residents, or of what else the rate is of. Default: population, residents, pop or pop_total.
    name : column of the places' names. Default: name, area_name, geoid or the like; else rows are numbered.
    per : so many residents a rate is of. Default 100,000.
    years : years that the counts are of, so that rates are per year. Default: not given, and rates are of the whole period.
    few_residents : a place with fewer residents is flagged, not drawn, not counted in words, and no part of the usual spread.
        Default: a tenth of the median.
    target : the rate that places are held against, in the unit of `per`. Default: the rate of all places together.
    limits : two, in per cent: between the inner and between the outer ones so many places lie by chance. Default 95, 99.8.
    model : "poisson", for incidents, or "binomial", for parts of a whole, such as burgled homes of all homes. Default "poisson".
    overdispersion : how the spread of places beyond chance widens the limits: "additive", "multiplicative", "none" (by chance
        alone, exact) or "auto": additive where the places spread more than chance leaves (p ≤ 0.05), else none. Default "auto".
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Funnel
        `name`, `count`, `population`, `rate`, `expected`; by chance alone: `z`, exact two-sided `p` and `position_by_chance`;
        with the spread: `z_spread`, `p_spread`; `p_adjusted` (of these, by the false discovery rate of all places) and
        `position` ("far above" the outer limits, "above" the inner, "within", "below", "far below"; "no rate"); the limits of
        each place (`low_95` and so on) and `few_residents`. `.map()` gives the places with these.

    Raises
    ------
    ValueError
        If a count is no whole number (sums of weights are none), a population is negative, no place has a rate, or of the
        binomial model a count is above its population.

    Notes
    -----
    By chance alone a place is judged by its exact tails. With the spread it is judged on the scale of √rate (of shares:
    arcsin √share), on which chance is alike everywhere: z / √(1 + τ²/s²), or z / √φ. A place within widened limits is not like
    all others: it differs no more than places usually do. Beyond a few thousand incidents a place chance explains hardly
    anything, and nearly every place is beyond the exact limits. Resident population is not the population at risk.

    References
    ----------
    Spiegelhalter (2005), Statistics in Medicine 24: 1185-1202. Spiegelhalter et al. (2012), Journal of the Royal Statistical
    Society A 175: 1-47. DerSimonian & Laird (1986), Controlled Clinical Trials 7: 177-188.

    Examples
    --------
    >>> towns = {"name": ["A", "B", "C", "D"], "count": [10, 25, 12, 11], "population": [1000, 1000, 1000, 1000]}
    >>> funnel(towns, target=10, per=1000, overdispersion="none")["position"].tolist()
    ['within', 'far above', 'within', 'within']
    """
    tails = _tails(limits)
    for option, value, options in (("model", model, MODELS), ("overdispersion", overdispersion, OVERDISPERSION)):
        checks.option(option, value, options)
    parameters = Parameters(limits=[float(limit) for limit in limits], model=model)
    read = (features, count, population, name, per, years, few_residents, parameters)
    places = left_alone(lambda: counted_places(*read), progress)
    if model == "binomial":
        _refuse_no_shares(places, parameters)
    at = _target(places, target, parameters)
    advance(progress, 0.05)
    scale = scale_of(places.events, places.exposure, at, model == "binomial")
    spread = _usual_spread(places.usual, at, model, overdispersion)
    _keep(spread, overdispersion, parameters)
    drawn = FunnelLimits(chance_of(model, at), scale, spread, tails)
    columns = _columns(places, drawn, parameters["limits"], within(progress, 0.1, 1.0))
    found = Funnel(columns, parameters, "", f"Funnel of {places.rows.label}", places, drawn)
    left_alone(lambda: funnel_words.tell(found), progress, lambda: 0.98)
    advance(progress, 1.0)
    return found


def _tails(limits: Sequence[float]) -> tuple[float, float]:
    given = checks.numbers("limits", limits, np.size(limits)).tolist()
    shares = sorted(checks.per_cent("limits", limit) / 100 for limit in given)
    if len(shares) != 2 or shares[0] == shares[1] or shares[0] < 0.5:
        raise ValueError(f"limits must be two in per cent, from 50 on, such as 95, 99.8, got {limits!r}.")
    return (1 - shares[0]) / 2, (1 - shares[1]) / 2


def _refuse_no_shares(places: CountedPlaces, parameters: Parameters) -> None:
    """Raise unless counts are parts of whole populations."""
    if places.years is not None:
        raise ValueError("The binomial model is of parts of a whole, which have no years: leave years out.")
    bad = np.flatnonzero(places.known & ((places.count > places.population) | (places.population % 1 != 0)))
    if bad.size:
        row = bad[0]
        raise ValueError(
            f"Of the binomial model each count is a part of its whole {parameters['population']!r}; {bad.size:,} of "
            f"{places.known.size:,} places have another, first {places.names[row]!r} ({places.count[row]:g} of "
            f"{places.population[row]:g}); take the poisson model."
        )


def _target(places: CountedPlaces, target: float | None, parameters: Parameters) -> float:
    """Return the target as a rate of one resident; keep and announce it."""
    if target is None:
        reason = "the rate of all places together"
        parameters.update(target=places.overall * places.per, target_reason=reason)
        parameters.log.info("target = %s %s: %s", in_words(parameters["target"]), places.unit, reason)
        at = places.overall
    else:
        parameters["target"] = checks.positive("target", target, places.unit)
        at = parameters["target"] / places.per
    if parameters["model"] == "binomial" and at >= 1:
        raise ValueError(
            f"A target of {in_words(at * places.per)} {places.unit} is no share below 1; name a lower one."
        )
    return at


def _usual_spread(usual: CountedPlaces, at: float, model: str, overdispersion: str) -> Spread:
    """Return how far places spread, those of few residents left out: an airport tells nothing of neighbourhoods."""
    return spread_of(scale_of(usual.events, usual.exposure, at, model == "binomial"), overdispersion)


def _keep(spread: Spread, asked: str, parameters: Parameters) -> None:
    """Keep and announce how far places spread, and what is made of it."""
    parameters.update(phi=spread.ratio, phi_p=spread.p, tau_squared=spread.variance)
    sure = "more than chance leaves" if spread.p <= SURE else "no more than chance leaves"
    said = f"places spread {sure} (φ = {in_words(spread.ratio)}, of which chance alone would give 1)"
    parameters.choose("overdispersion", spread.how, said if asked == "auto" else f"as asked for; {said}")


def _columns(
    places: CountedPlaces, drawn: FunnelLimits, limits: Sequence[float], progress: Progress
) -> dict[str, np.ndarray]:
    """Return the columns of all places."""
    exposure, count = places.exposure, places.events
    p, lines = _held_against(drawn, count, exposure, progress)
    z = drawn.scale.z
    wide = (drawn.scale.values - drawn.scale.target) / drawn.spread.error(drawn.scale.error)
    p_spread = p if drawn.by_chance else two_sided(wide)
    columns = {
        "rate": count / exposure * places.per,
        "expected": drawn.chance.target * exposure,
        "z": z,
        "p": p,
        "z_spread": wide,
        "p_spread": p_spread,
        "p_adjusted": adjust(p_spread, "fdr"),
    }
    for number, limit in enumerate(sorted(limits)):
        for side, name in enumerate(("low", "high")):
            columns[f"{name}_{_written(limit)}"] = lines[number, side] * places.per
    advance(progress, 0.95)
    spread = {name: places.spread(values) for name, values in columns.items()}
    return {
        "name": places.names,
        "count": places.count,
        "population": places.population,
        **spread,
        "position": places.spread(_positions(z, p_spread, drawn.tails), NO_RATE),
        "position_by_chance": places.spread(_positions(z, p, drawn.tails), NO_RATE),
        "few_residents": places.small,
    }


def _held_against(
    drawn: FunnelLimits, count: np.ndarray, exposure: np.ndarray, progress: Progress
) -> tuple[np.ndarray, np.ndarray]:
    """Return exact p (k,) and the limits (2, 2, k), inner and outer, low and high, block by block where places are many."""
    p, lines = np.empty(count.size), np.empty((2, 2, count.size))
    for begin in range(0, count.size, AT_ONCE):
        advance(progress, 0.9 * begin / count.size)
        some = slice(begin, begin + AT_ONCE)
        p[some] = two_sided_tails(drawn.chance, count[some], exposure[some])
        for pair, tail in enumerate(drawn.tails):
            lines[pair, :, some] = drawn.lines(exposure[some], tail, drawn.by_chance)
    return p, lines


def _written(limit: float) -> str:
    return f"{limit:g}".replace(".", "_")


def _deviations(tail: float) -> float:
    from scipy.special import ndtri

    return -float(ndtri(tail))


def _positions(z: np.ndarray, p: np.ndarray, tails: tuple[float, float]) -> np.ndarray:
    """Return where places lie, by their two-sided p (n,)."""
    steps = sum((p <= 2 * tail).astype(int) for tail in tails)
    return np.array(POSITIONS, dtype=object)[2 + np.sign(z).astype(int) * steps]
