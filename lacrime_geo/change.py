"""What has changed between two periods, cell by cell: counts, rates, and whether the change is more than chance."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import checks
from .counted_cells import CountedCells, Gridding
from .delays import period_guards
from .exposures import Exposures
from .incidents import Incidents
from .parameters import Parameters, p_in_words
from .periods import Periods, period_in_words, periods_of
from .progress import Progress, advance, within
from .results import Cells
from .selection import unused
from .significance import CORRECTIONS, LEVELS, adjust, confidence_bins
from .two_counts import TESTS, e_test_p, smallest_p

NO_PERCENT = 0.05  # what is less is 0.0 % in words
TEST_CHOICES = ("auto", *TESTS)
# Of periods less alike the E-test sees less of what is high in the shorter one than the conditional test does.
ALIKE = 0.05  # the later period's share of both may be so far from a half


def change_map(
    incidents: Any,
    *,
    after: Any = None,
    after_since: Any = None,
    before_until: Any = None,
    cell_size: float | None = None,
    shape: str = "square",
    test: str = "auto",
    correction: str = "fdr",
    exposure_before: Any = None,
    exposure_after: Any = None,
    boundary: Any = None,
    progress: Progress = None,
) -> Cells:
    """Map what has changed from one period to a later one, and where the change is more than chance.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path: of the earlier period, or of both.
    after : The incidents of the later period, where they are a layer of their own, with dates in its column `occurred`; of
        it the same category is taken. Default: those of the one layer from the begin of the later period on.
    after_since : The date (YYYY-MM-DD) at which the later period begins; needed for one layer that holds both.
    before_until : The date before which the earlier period ends. Default: where the later one begins.
    cell_size : side of a cell (m). Default: the shorter side of the data / 150, at least 150 m, to two digits; locational
        outliers are left out of this choice only.
    shape : "square" or "hex" cells; the `cell_size` of hexagons is the distance of the centres of neighbours.
    test : "e" (E-test of Krishnamoorthy & Thomson 2004), "conditional" (exact binomial), or "auto": "e" where both periods
        have nearly the same exposure, a later share of 45 to 55 %, else "conditional", as the E-test then sees little of what
        is high in the shorter one.
    correction : for the number of cells tested: "fdr" (Benjamini & Hochberg 1995), "bonferroni" or "none".
    exposure_before, exposure_after : what was exposed in either period, both in one unit: layers of points, such as homes or
        shops, that are counted in each cell (by their weights where these are given, as with ``as_incidents(homes,
        weight="residents")``) and weigh for all days of the period; or in scripts two numbers in place of the days, such as
        days open. Default: the days of the periods.
    boundary : polygon layer of the study area: its universe is every cell with its centre inside. Default: the cells with
        incidents of either period and the small gaps between them.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Cells
        `count_before`, `count_after`, `rate_before`, `rate_after` (incidents per day, or per day and unit of exposure),
        `difference` (incidents of the later period more than it would have at the earlier rate), `change_percent` of the rate,
        `share_ratio` (of the cell's shares of all incidents) (both NaN where there were none before), `tested` (enough
        incidents for a change to be told from chance at 90 % confidence), `p` (two-sided, uncorrected), `p_adjusted`, `bin`
        (−3…3: fallen or risen at 99, 95, 90 % confidence; 0 not significant).

    Raises
    ------
    ValueError
        If the periods overlap, are not told apart or one has no incident in the study area, the incidents have weights, or
        are too few for a grid, or one of both exposures is missing or not above 0.

    Notes
    -----
    The E-test (`e_test`) takes both counts for Poisson counts of one rate, that of both together, and p is the probability of
    all pairs of counts whose rates are as many standard errors apart. In the conditional test the later count of the n
    incidents of both is binomial, its probability the later period's share of the exposure (Przyborowski & Wilenski 1940), and
    p is the probability of all outcomes no likelier than the one seen. A cell of so few incidents that no outcome could be
    significant is not tested and does not weigh in the correction. That is fair to the conditional test, as the choice depends
    on n alone (Gilbert 2005); for the E-test it is so by simulation: where nothing changes, maps with any cell significant are
    no more than the level asked for. p is of the cell's own rate: where crime rises in the whole city, it rises in most cells;
    `share_ratio` tells what has changed beside the city's own change.

    Examples
    --------
    >>> days = np.repeat(np.array(["2023-09-10", "2023-10-10"], dtype="M8[s]"), [60, 90])
    >>> x = np.r_[np.arange(60) % 6, np.arange(60) % 6, np.zeros(30)] * 200.0
    >>> points = Incidents(x + 380000, 3768000 + 200.0 * (np.arange(150) % 5), when=days, crs="EPSG:32611")
    >>> september = points.select(since="2023-09-01", until="2023-11-01")
    >>> cells = change_map(september, after_since="2023-10-01", cell_size=200)
    >>> int(cells["count_before"].sum()), int(cells["count_after"].sum())
    (60, 90)
    """
    periods = periods_of(incidents, after, after_since, before_until)
    checks.option("correction", correction, CORRECTIONS)
    checks.option("test", test, TEST_CHOICES)
    advance(progress, 0.05)
    gridding = Gridding.of(periods.together(), None, cell_size, boundary, shape, progress=within(progress, 0.1, 0.3))
    advance(progress, 0.3)
    cells = gridding.cells(gridding.queen)
    advance(progress, 0.6)
    exposures = Exposures.of(cells, periods, exposure_before, exposure_after, gridding.parameters)
    found = change_on(
        cells, periods, exposures, _test_of(test, exposures, gridding.parameters), correction, gridding.parameters
    )
    advance(progress, 1.0)
    return found


def _test_of(test: str, exposures: Exposures, parameters: Parameters) -> str:
    """Return the test asked for, else the one that finds more in periods so long."""
    if test != "auto":
        parameters["test"] = test
        return test
    apart = float(np.abs(exposures.after_share - 0.5).max())
    if apart <= ALIKE:
        return str(parameters.choose("test", "e", "both periods are exposed nearly alike"))
    return str(
        parameters.choose("test", "conditional", "the E-test sees little of what is high in the shorter of two periods")
    )


def change_on(
    cells: CountedCells,
    periods: Periods,
    exposures: Exposures,
    test: str,
    correction: str,
    parameters: Parameters,
) -> Cells:
    """Return the change of the cells of a study area, and say how much there is."""
    before, after = (_counted(cells, incidents) for incidents in (periods.before, periods.after))
    exposures.note_unknown(before + after, parameters)
    compared = _compared(before, after, exposures)
    judged = _judged(before, after, exposures, test, correction)
    bins = confidence_bins(compared["difference"], judged["p_adjusted"])
    columns = {"count_before": before, "count_after": after, **compared, **judged, "bin": bins}
    _record(columns, periods, exposures, correction, parameters)
    return Cells(columns, parameters, cells.grid, cells.cell, "change", _title(periods))


def _compared(before: np.ndarray, after: np.ndarray, exposures: Exposures) -> dict[str, np.ndarray]:
    """Return the rates of cells and how they differ, NaN where nothing was exposed or there was nothing before."""
    with np.errstate(divide="ignore", invalid="ignore"):
        expected = np.where(exposures.known, before * (exposures.after / exposures.before), np.nan)
        ratio = np.where(before > 0, after / expected, np.nan)
        shares = np.where(before > 0, (after / after.sum()) / (before / before.sum()), np.nan)
        rates = [
            np.where(exposed > 0, count / exposed, np.nan)
            for count, exposed in ((before, exposures.before), (after, exposures.after))
        ]
    return {
        "rate_before": rates[0],
        "rate_after": rates[1],
        "difference": after - expected,
        "change_percent": 100 * (ratio - 1),
        "share_ratio": shares,
    }


def _judged(
    before: np.ndarray, after: np.ndarray, exposures: Exposures, test: str, correction: str
) -> dict[str, np.ndarray]:
    """Return which cells hold enough to be tested, and their p; that of the others is 1."""
    share = exposures.after_share
    tested = exposures.known & (smallest_p(before + after, share, test) <= LEVELS[0])
    p, adjusted = np.ones(before.size), np.ones(before.size)
    p[tested] = TESTS[test](before[tested], after[tested], share[tested])
    adjusted[tested] = adjust(p[tested], correction)
    return {"tested": tested, "p": p, "p_adjusted": adjusted}


def _counted(cells: CountedCells, incidents: Incidents) -> np.ndarray:
    count = cells.recounted(incidents)
    if not count.any():
        raise ValueError(
            f"None of the {incidents.size:,} incidents of {period_in_words(incidents) or incidents.label!r} stands in the study "
            "area, so there is nothing to compare; check the periods and the boundary."
        )
    return count


def _warn_of_missing_times(periods: Periods, parameters: Parameters) -> None:
    if periods.before.when is not None and periods.after.when is not None:
        return
    parameters.warn("The incidents have no times: both periods are taken as equally long.")
    names = dict.fromkeys((*periods.before.dates_unused, *periods.after.dates_unused))
    if names:
        parameters.warn(unused(list(names)))


def _record(
    columns: dict[str, np.ndarray], periods: Periods, exposures: Exposures, correction: str, parameters: Parameters
) -> None:
    """Keep the totals and say in words what has changed."""
    before, after = int(columns["count_before"].sum()), int(columns["count_after"].sum())
    (earlier, later), (was, now), words = periods.days, exposures.totals(), periods.words
    # Two counts alone are told apart best by the E-test.
    p = float(e_test_p(np.array([before]), np.array([after]), now / (was + now))[0])
    percent = 100 * ((after / now) / (before / was) - 1)
    parameters.update(
        before=words[0],
        after=words[1],
        before_days=earlier,
        after_days=later,
        before_incidents=before,
        after_incidents=after,
        change_percent=percent,
        change_p=p,
        correction=correction,
        tested=int(columns["tested"].sum()),
        undated_left_out=periods.undated,
    )
    _warn_of_missing_times(periods, parameters)
    period_guards.warn(parameters, periods.before, periods.after)
    rose, fell = (int((sign * columns["bin"] >= 2).sum()) for sign in (1, -1))
    per_day = "" if was == now else f" in {earlier:g} and {later:g} days, per {exposures.unit}"
    difference = f"{percent:+.1f} %" if abs(percent) >= NO_PERCENT else "no difference"
    numbers = f"{before:,} and {after:,} incidents{_of_all(periods, before, after)}{per_day or ','} {difference}"
    parameters.tell(
        f"{numbers} ({p_in_words(p)}); of {columns['p'].size:,} cells "
        f"{parameters['tested']:,} hold enough to tell a change from chance: {rose:,} have risen and {fell:,} fallen at 95 % "
        "confidence"
    )


def _of_all(periods: Periods, before: int, after: int) -> str:
    """Say of how many incidents those in the cells are, nothing where they are all."""
    placed = [int(part.placed.sum()) for part in (periods.before, periods.after)]
    return "" if placed == [before, after] else f" in the cells (of {placed[0]:,} and {placed[1]:,})"


def _title(periods: Periods) -> str:
    parts = ["Change", periods.before.selection.get("category"), " → ".join(periods.words)]
    numbers = [f"{int(part.placed.sum()):,}" for part in (periods.before, periods.after)]
    return " · ".join([*(part for part in parts if part), f"n = {' → '.join(numbers)}"])
