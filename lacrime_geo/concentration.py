"""How far crime concentrates in few places: Lorenz curve, generalised Gini, shares of the top units, now and later."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from . import checks, selection
from .alike_rows import AlikeRows
from .beginning import begin, read_first
from .chart_axes import SHARE
from .charts import Chart
from .collapsing import BEFORE
from .delays import period_guards
from .features import Features, as_features
from .incidents import Incidents
from .overlay import polygon_by_place
from .parameters import Parameters
from .partitioned import recognised
from .progress import Progress, advance, within
from .results import Curve, Table

RESAMPLES = 999


@dataclass(frozen=True, eq=False, repr=False)
class LorenzCurve(Curve):
    """Hold the share of the incidents that stand in each share of the units, those with most of them first."""

    chart = Chart(
        *("units", "incidents", "Share of the units, the fullest first", "Share of the incidents"),
        x_kind=SHARE,
        y_kind=SHARE,
        evenly="spread evenly",
    )


@dataclass(frozen=True, eq=False, repr=False)
class Concentration(Table):
    """Hold measures of concentration, a row each, and the units' counts."""

    counts: np.ndarray = field(default_factory=lambda: np.empty(0))

    def lorenz(self) -> LorenzCurve:
        """Return the Lorenz curve: the share of the incidents in the share of the units that have most of them."""
        falling = np.sort(self.counts)[::-1]
        share = np.concatenate([[0.0], np.cumsum(falling) / falling.sum()])
        columns = {"units": np.linspace(0.0, 1.0, share.size), "incidents": share}
        return LorenzCurve(columns, self.parameters, label=self.label.replace("Concentration", "Lorenz curve"))


def concentration(
    incidents: Any,
    *,
    units: Any,
    top: int = 3,
    later_since: Any = None,
    weight: Any = None,
    seed: int = 0,
    progress: Progress = None,
) -> Concentration:
    """Measure how far incidents concentrate in few of an area's units.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, path, or scan.
    units : polygon layer that covers the area, such as divisions, tracts or neighbourhoods; those without any incident count.
    top : how many of the units with most incidents to name the share of. Default 3.
    later_since : a date (YYYY-MM-DD): the units are ranked by the incidents before it, and what the top ones hold of those
        from it on stands beside what they held then. Default: not measured.
    weight : column name or array (n,); default the incidents' own weight, else 1. The measures are then of the weights.
    seed : of the random numbers of the interval.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Concentration
        A row per measure with `value` and, for the share of the top units, a 95 % interval (`low`, `high`; NaN elsewhere):
        `units`, `incidents`, `gini`, `gini_generalised`, `units_for_25` and `units_for_50` (the least share of the units that
        holds so many per cent of the incidents), `top_share`, and with a date `top_share_before`, `top_share_later`.
        `.lorenz()` gives the curve.

    Raises
    ------
    ValueError
        If no incident stands in a unit, the units are no polygons or fewer than `top`, or a part of the period is empty.

    Notes
    -----
    G = (2 Σ i yᵢ − n − 1) / n with yᵢ the ascending shares of n units, and the generalised Gini
    max(1/c, 1/n)(2 Σ i yᵢ − n − 1) − max(n/c, 1) + 1 of c incidents (Bernasco & Steenbeek 2017), which is 0 when they are as
    evenly spread as so few can be. The interval is of the share when as many incidents are drawn again and the units
    ranked again (999 times): few incidents seem concentrated by chance alone, which `top_share_later` does not suffer from.
    Where they are so few that the drawn shares leave out the share itself, there is no interval.

    Examples
    --------
    >>> gini_generalised(np.array([0, 0, 1, 1])), float(gini(np.array([1, 1, 1, 1])))
    (0.0, 0.0)
    """
    incidents = recognised(incidents)
    reading, progress = read_first(incidents, progress)
    edges = [selection.moment("later_since", later_since)] if later_since is not None else []
    everything, placed, parameters = begin(incidents, weight, collapses=True, edges=edges, progress=reading)
    areas = as_features(units, crs=placed.crs)
    _require_units(areas, checks.whole("top", top))
    parameters.update(units=areas.label, top=top, seed=checks.whole("seed", seed, minimum=0))
    unit = polygon_by_place(areas, placed.easting, placed.northing, within(progress, 0.0, 0.6))
    outside = placed.number_of(unit < 0)
    if outside == placed.number:
        raise ValueError(
            f"None of the {placed.number:,} incidents of {placed.label!r} stands in a unit of {areas.label!r}; check that they "
            "are of the same area and that both CRS are right."
        )
    parameters.note("outside", outside, f"{outside:,} incidents stand in no unit and are left out")
    held = _Held.of(placed, unit, areas.size)
    counts = held.counts(unit >= 0)
    measures = measures_of(counts, top)
    if later_since is not None:
        period_guards.warn(parameters, incidents if everything.gathered else everything)
        measures.update(_later(placed, held, later_since, top, parameters))
    low, high = held.interval(top, seed, within(progress, 0.6, 1.0))
    if not low <= measures["top_share"] <= high:
        low, high = np.nan, np.nan
    _tell(measures, top, low, high, parameters)
    advance(progress, 1.0)
    label = everything.titled("Concentration")
    return Concentration(_rows(measures, low, high), parameters, label=label, counts=counts)


def _tell(measures: dict[str, float], top: int, low: float, high: float, parameters: Parameters) -> None:
    """Say in words how far the incidents concentrate, and why there is no interval where there is none."""
    interval = "" if np.isnan(low) else f" (95 % interval {100 * low:.1f} to {100 * high:.1f})"
    if not interval:
        parameters.tell(
            f"the top {top} units hold so few incidents that chance decides which they are: no interval is given of their share"
        )
    parameters.tell(
        f"the top {top} of {measures['units']:,} units hold {100 * measures['top_share']:.1f} % of the incidents{interval}; "
        f"half of them stand in {100 * measures['units_for_50']:.1f} % of the units"
    )


class _Held(NamedTuple):
    """The unit of each row of incidents (−1: none), what each incident weighs, how many they are, and the number of units."""

    unit: np.ndarray
    weight: np.ndarray
    frequency: np.ndarray | None
    units: int

    @classmethod
    def of(cls, placed: Incidents, unit: np.ndarray, units: int) -> _Held:
        """Return what so many units hold of incidents that stand in them."""
        weight = np.ones(placed.size) if placed.weight is None else placed.weight
        return cls(unit, weight, placed.frequency, units)

    def counts(self, rows: np.ndarray) -> np.ndarray:
        """Return what the units hold of some incidents (mask)."""
        rows = rows & (self.unit >= 0)
        weight = self.weight if self.frequency is None else self.weight * self.frequency
        return np.bincount(self.unit[rows], weight[rows], self.units)

    def interval(self, top: int, seed: int, progress: Progress) -> tuple[float, float]:
        """Return the 95 % interval of the top units' share when as many incidents are drawn again."""
        random = np.random.default_rng(seed)
        inside = self.unit >= 0
        # Incidents of one unit and one weight are drawn together.
        weights, of = np.unique(self.weight[inside], return_inverse=True)
        kind = self.unit[inside] * weights.size + of
        alike = AlikeRows([kind], [(np.ones_like(kind) if self.frequency is None else self.frequency[inside])])
        kinds, times = alike.keys[0], alike.sums[0]
        unit, each, shares = kinds // weights.size, weights[kinds % weights.size], times / times.sum()
        drawn = np.empty(RESAMPLES)
        for number in range(RESAMPLES):
            again = random.multinomial(times.sum(), shares) * each
            drawn[number] = _top_share(np.bincount(unit, again, self.units), top)
            if number % 100 == 0:
                advance(progress, number / RESAMPLES)
        low, high = np.quantile(drawn, [0.025, 0.975])
        return float(low), float(high)


def _require_units(areas: Features, top: int) -> None:
    if not areas.are_polygons or top > areas.size:
        raise ValueError(
            f"units must be a polygon layer with at least top={top} rows, and {areas.label!r} has {areas.size:,} rows; give "
            "another layer, or a smaller top."
        )


def _rows(measures: dict[str, float], low: float, high: float) -> dict[str, np.ndarray]:
    """Return the columns of the table; only the top share has an interval."""
    names = list(measures)
    return {
        "measure": np.array(names, dtype=object),
        "value": np.array([float(value) for value in measures.values()]),
        "low": np.array([low if name == "top_share" else np.nan for name in names]),
        "high": np.array([high if name == "top_share" else np.nan for name in names]),
    }


def measures_of(counts: np.ndarray, top: int) -> dict[str, float]:
    """Return the measures of counts (n,), zeros included.

    >>> round(measures_of(np.array([6, 3, 1, 0]), 1)["top_share"], 2)
    0.6
    """
    return {
        "units": counts.size,
        "incidents": float(counts.sum()),
        "gini": gini(counts),
        "gini_generalised": gini_generalised(counts),
        "units_for_25": _units_for(counts, 0.25),
        "units_for_50": _units_for(counts, 0.50),
        "top_share": _top_share(counts, top),
    }


def gini(counts: np.ndarray) -> float:
    """Return the Gini coefficient of counts (n,), zeros included.

    >>> gini(np.array([0, 0, 0, 8]))
    0.75
    """
    return _ranks(counts) / counts.size


def gini_generalised(counts: np.ndarray) -> float:
    """Return the Gini coefficient held against the evenest spread that so few incidents can have (Bernasco & Steenbeek 2017).

    >>> gini_generalised(np.array([0, 0, 2, 0])), gini_generalised(np.array([1, 0, 1, 0]))
    (0.5, 0.0)
    """
    n, c = counts.size, float(counts.sum())
    return max(1 / c, 1 / n) * _ranks(counts) - max(n / c, 1.0) + 1.0


def _ranks(counts: np.ndarray) -> float:
    """Return 2 Σ i yᵢ − n − 1 with yᵢ the ascending shares."""
    shares = np.sort(counts) / counts.sum()
    return float(2 * (np.arange(1, counts.size + 1) * shares).sum() - counts.size - 1)


def _units_for(counts: np.ndarray, share: float) -> float:
    """Return the least share of the units that holds a share of the incidents."""
    held = np.cumsum(np.sort(counts)[::-1])
    return float(np.searchsorted(held, share * held[-1] * (1 - 1e-12)) + 1) / counts.size


def _top_share(counts: np.ndarray, top: int) -> float:
    return float(np.sort(counts)[-top:].sum() / counts.sum())


def _later(placed: Incidents, held: _Held, since: Any, top: int, parameters: Parameters) -> dict[str, float]:
    """Return what the top units of the time before a date held then, and hold from it on; ties in their order."""
    parameters["later_since"] = str(since)
    before, later = (held.counts(rows) for rows in _before_and_later(placed, since))
    undated = 0 if placed.when is None else placed.number_of(np.isnat(placed.when))
    parameters.note("undated", undated, f"{undated:,} incidents without a date belong to neither part of the period")
    if not before.any() or not later.any():
        raise ValueError(
            f"The units hold {before.sum():g} before {since} and {later.sum():g} from it on; choose a date with incidents on "
            "both sides."
        )
    ranked = np.argsort(-before, kind="stable")[:top]
    return {
        "top_share_before": float(before[ranked].sum() / before.sum()),
        "top_share_later": float(later[ranked].sum() / later.sum()),
    }


def _before_and_later(placed: Incidents, since: Any) -> list[np.ndarray]:
    """Mark the incidents before a date, and those from it on."""
    periods, parts = ((None, since), (since, None)), placed.when
    if placed.gathered is None or parts is None:
        return [selection.in_period(parts, *period) for period in periods]
    for period in periods:
        # A scan's incidents are parted already; whether there are any is told by the first and the last.
        selection.in_period(np.array(placed.gathered.extent, dtype="M8[s]"), *period)
    return [parts == BEFORE, parts > BEFORE]
