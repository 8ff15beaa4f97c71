"""Before a trial: which change it could tell, by how long it lasts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import checks
from ..beginning import begin
from ..chart_axes import SHARE
from ..charts import Chart
from ..delays import period_guards
from ..incidents import Incidents
from ..parameters import Parameters
from ..periods import extent
from ..progress import Progress, advance, within
from ..results import Curve, Drawing, Picture, Table
from . import plan_pages
from .detectable_change import TESTS, Design, smallest_fall
from .trial_areas import CONTROL, TREATED, TrialAreas
from .trial_counts import WITHOUT, TrialCounts, dispersion_of, unlike, unlike_in_words
from .trial_periods import DAY, Window, placebo_pairs
from .trial_rows import ENOUGH_PLACEBOS

LENGTHS = (28, 56, 91, 182, 364)
FALLS = tuple(range(5, 100, 5))
# Of periods as long the spread of earlier differences is measured: many of them, each with its weeks.
SPREAD_DAYS = 28


@dataclass(frozen=True, eq=False, repr=False)
class PowerCurves(Curve):
    """Hold the power of a trial by the fall there is, a curve for each length."""

    chart = Chart(
        "fall_percent",
        "power",
        "Fall of the treated rate, %",
        "Share of trials that would tell it",
        y_kind=SHARE,
        series="days",
        series_words="{} days after",
    )


@dataclass(frozen=True, eq=False, repr=False)
class Plan(Picture):
    """Hold the power of a trial by its length and the fall there is."""

    drawing = Drawing(plan_pages.drawn, plan_pages.page_of)
    designs: tuple[Design, ...] = ()

    def curves(self) -> PowerCurves:
        """Return the power as curves: of the better of both tests, of the ratio where the areas are too unlike for the other."""
        columns = {name: self[name] for name in ("days", "fall_percent")}
        columns["power"] = np.max([self[f"power_{test}"] for test in self.tests], axis=0)
        return PowerCurves(columns, self.parameters, label=self.label)

    @property
    def tests(self) -> list[str]:
        """The tests that hold for areas of these sizes."""
        return ["irr"] if unlike(*self.parameters["per_day"].values()) else list(TESTS)

    def detectable(self) -> Table:
        """Return for each length the incidents expected and the smallest fall (%) that is told, NaN where none is."""
        power = float(self.parameters["power"])
        least = {test: np.array([100 * smallest_fall(one, test, power) for one in self.designs]) for test in TESTS}
        columns = {
            "days": np.array([one.after for one in self.designs]).astype(np.int64),
            "days_before": np.array([one.before for one in self.designs]).astype(np.int64),
            "treated_expected": np.array([one.treated * one.after for one in self.designs]),
            "control_expected": np.array([one.control * one.after for one in self.designs]),
            **{f"fall_percent_{test}": values for test, values in least.items()},
        }
        return Table(columns, self.parameters, label=self.label.replace("What a trial could tell", "Smallest falls", 1))


def plan_intervention(
    incidents: Any = None,
    *,
    treated: Any,
    control: Any,
    days: int | None = None,
    lengths: Sequence[float] | None = None,
    falls: Sequence[float] | None = None,
    power: float = 80,
    level: float = 95,
    progress: Progress = None,
) -> Plan:
    """Tell before a trial which fall it could show, by how long it lasts.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path: dated, of the time before. Default: none, where numbers are given.
    treated : polygon layer of where the intervention shall be; in scripts, without incidents, a number: its incidents of `days`
        days.
    control : polygon layer of where it shall not be, to compare with; or its number likewise.
    days : how many days are counted: of incidents the last ones. Default: all there are.
    lengths : days after the start. Default: 28, 56, 91, 182, 364.
    falls : falls of the treated rate (%) that there may be. Default: 5, 10 … 95.
    power : share of trials (%) that shall tell the smallest fall.
    level : of the tests, in per cent.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Plan
        A row for each length and fall: `days`, `fall_percent`, `treated_expected` (incidents after, without a fall), `power_wdd`,
        `power_irr` (share of trials in which the difference, or the ratio, is told).

    Raises
    ------
    ValueError
        If numbers are given without days, nothing was counted in an area, or a length or fall is out of range.

    Notes
    -----
    As `intervention` does, a trial compares as many days before as after, or as many as were counted. Power is by the normal
    distribution at the expected counts: of the difference with the variance Σ mean/weight² (Wheeler & Ratcliffe 2018), of the
    logarithm of the ratio with Σ 1/mean. Where of incidents at least five earlier pairs of 28 days vary more than Poisson
    counts, the variance is multiplied by as much.

    Examples
    --------
    >>> plan = plan_intervention(treated=80, control=90, days=364, lengths=[91, 364])
    >>> plan.detectable()["fall_percent_irr"].round().tolist()
    [86.0, 50.0]
    """
    level, power = checks.per_cent("level", level), checks.per_cent("power", power)
    parameters = Parameters()
    if incidents is None:
        rates, counted, spread = _given(treated, control, days), checks.whole("days", days or 0), 1.0
    else:
        everything, placed, parameters = begin(incidents, None)
        period_guards.warn(parameters, everything)
        rates, counted, spread = _measured(placed, treated, control, days, parameters, progress)
    wanted = _in_range("lengths", LENGTHS if lengths is None else lengths, 1, 36_525)
    if (wanted % 1 != 0).any():
        raise ValueError(f"lengths must be whole days, got {wanted[wanted % 1 != 0][0]:g}.")
    percent = _in_range("falls", FALLS if falls is None else falls, 0, 100)
    designs = tuple(Design(*rates, min(float(counted), days), days, level, spread) for days in wanted.tolist())
    parameters.update(
        per_day={"treated": rates[0], "control": rates[1]}, days=counted, dispersion=spread, power=power, level=level
    )
    if unlike(*rates):
        parameters.warn(unlike_in_words(*(rate * counted for rate in rates)))
    plan = Plan(_columns(designs, percent), parameters, label=_title(parameters), designs=designs)
    parameters.tell(_in_words(plan))
    advance(progress, 1.0)
    return plan


def _given(treated: Any, control: Any, days: Any) -> tuple[float, float]:
    for name, value in (("treated", treated), ("control", control)):
        if not isinstance(value, (int, float, np.number)):
            raise ValueError(
                f"Without incidents {name} must be a number of them, not a {type(value).__name__}; with polygons give the "
                "incidents too."
            )
    if days is None:
        raise ValueError("Of how many days are these counts? Give days as well.")
    long = checks.whole("days", days)
    counts = [checks.positive(name, value, "incidents") for name, value in (("treated", treated), ("control", control))]
    return counts[0] / long, counts[1] / long


def _measured(
    placed: Incidents, treated: Any, control: Any, days: Any, parameters: Parameters, progress: Progress
) -> tuple[tuple[float, float], int, float]:
    """Return the rates per day of both areas, of how many days they are, and how widely their differences spread."""
    areas = TrialAreas.of(treated, control, None, placed.crs)
    whole = Window(*(moment.astype("M8[D]") for moment in extent(placed)))
    if days is not None:
        whole = Window(max(whole.begin, whole.end - checks.whole("days", days) * DAY), whole.end)
    assert placed.when is not None  # extent asked for it
    kind = areas.kind_of(placed.easting, placed.northing, within(progress, 0.0, 0.8))
    counts = TrialCounts(placed.when.astype("M8[D]"), kind, np.ones(placed.size), WITHOUT)
    sums = counts.sums((whole, whole), 0)[:, 0]
    for number, layer in ((TREATED, areas.treated), (CONTROL, areas.control)):
        if not sums[number]:
            raise ValueError(f"No incident stands in {layer.label!r}, of which nothing can fall; check its polygons.")
    parameters.update(treated=areas.treated.label, control=areas.control.label, before_period=whole.words())
    before = Window(whole.end - SPREAD_DAYS * DAY, whole.end)
    z, spread = dispersion_of(counts, placebo_pairs(before, before, whole), np.ones(WITHOUT), WITHOUT, False)
    spread = max(spread, 1.0) if z.size >= ENOUGH_PLACEBOS else 1.0
    return (float(sums[0] / whole.days), float(sums[1] / whole.days)), whole.days, spread


def _in_range(name: str, values: Any, least: float, most: float) -> np.ndarray:
    column = np.unique(checks.numbers(name, values, np.size(values)))
    if not column.size:
        raise ValueError(f"{name} holds no number; give at least one, or leave it out.")
    bad = column[(column < least) | (column > most)]
    if bad.size:
        raise ValueError(f"{name} must be from {least:g} to {most:,}, got {bad[0]:g}.")
    return column


def _columns(designs: tuple[Design, ...], percent: np.ndarray) -> dict[str, np.ndarray]:
    powers = {test: np.concatenate([of(design, percent / 100) for design in designs]) for test, of in TESTS.items()}
    return {
        "days": np.repeat([int(design.after) for design in designs], percent.size),
        "fall_percent": np.tile(percent, len(designs)),
        "treated_expected": np.repeat([design.treated * design.after for design in designs], percent.size),
        **{f"power_{test}": values for test, values in powers.items()},
    }


def _in_words(plan: Plan) -> str:
    """Say what the longest and the shortest trial could tell."""
    table = plan.detectable()
    said = []
    for row in dict.fromkeys((0, len(table) - 1)):
        least = [table[f"fall_percent_{test}"][row] for test in plan.tests]
        known = [fall for fall in least if np.isfinite(fall)]
        fall = f"a fall of {min(known):.0f} % or more" if known else "no fall at all"
        expected = f"{table['treated_expected'][row]:,.0f} incidents expected"
        said.append(f"{table['days'][row]:,} days ({expected}) would show {fall}")
    return f"in {plan.parameters['power']:g} of 100 trials {', '.join(said)}"


def _title(parameters: Parameters) -> str:
    return " · ".join(
        part for part in ("What a trial could tell", parameters.get("category"), parameters.get("period")) if part
    )
