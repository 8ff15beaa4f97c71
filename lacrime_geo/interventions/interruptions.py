"""A series before and after a start: whether its level and slope changed, against what would have gone on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .. import checks
from ..beginning import begin
from ..delays import period_guards
from ..parameters import Parameters, in_words, p_in_words
from ..periods import extent
from ..progress import Progress, advance, within
from ..results import Drawing, Picture, Table
from ..temporal.given_series import is_table
from . import interruption_pages
from .segmented_regression import SLOPE_DAYS, Segmented, Steps, segmented, tellable
from .step_counts import LEAST_BEFORE, STEPS, counted_groups, steps_around, steps_of
from .table_counts import counted_of_table
from .trial_periods import Window, day_of, end_of

MOST_PLACEBOS = 12
GO_TOGETHER = 2.0  # standard errors of a correlation


class Row(NamedTuple):
    """Hold one answer."""

    effect: str
    estimate: float
    low: float
    high: float
    p: float
    sentence: str


@dataclass(frozen=True, eq=False, repr=False)
class InterruptedSeries(Picture):
    """Hold the changes of a series, a row for each, and the series with what would have gone on."""

    drawing = Drawing(interruption_pages.drawn, interruption_pages.page_of)
    begins: np.ndarray | None = None
    steps: Steps | None = None
    found: Segmented | None = None
    placebo: Table | None = None

    def series(self) -> Table:
        """Return each step's count, its fit, and what would have been expected without a change, with its interval."""
        assert self.begins is not None and self.steps is not None and self.found is not None
        fitted, without, error = self.found.means()
        reach = np.exp(_quantile(self.found.freedom, float(self.parameters["level"])) * error)
        columns = {
            "date": self.begins.astype("M8[s]"),
            "days": self.steps.length.astype(np.int64),
            "count": self.steps.counts[0].astype(np.int64),
            "fitted": fitted,
            "expected": without,
            "low": without / reach,
            "high": without * reach,
        }
        return Table(
            columns, self.parameters, label=self.label.replace("Interrupted series", "Series and what was expected", 1)
        )

    def placebos(self) -> Table:
        """Return the change of level at earlier starts, at which nothing began: `date`, `estimate`, `p`."""
        assert self.placebo is not None
        return self.placebo


def interrupted_series(
    incidents: Any,
    *,
    start: Any,
    end: Any = None,
    step: str = "week",
    treated: Any = None,
    control: Any = None,
    level: float = 95,
    progress: Progress = None,
) -> InterruptedSeries:
    """Tell whether a series of counts changed its level or slope when something began.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path: dated, of the time before and after. In scripts also a table of counts
        (`period`, `count`, and a column that tells series apart, as `counts` gives): treated and control are then names in it.
    start : first day after which all is otherwise (YYYY-MM-DD).
    end : first day after the series. Default: the day after the last one of which 95 % of the incidents are reported, as the
        file tells; else after the last incidents.
    step : "day", "week" (seven days, counted from the start) or "month" (that of a start within it is left out).
    treated : polygon layer of the area. Default: all incidents.
    control : polygon layer of an area that did not change, whose own change is taken off. Default: none.
    level : of the intervals, in per cent.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    InterruptedSeries
        Rows "level" (ratio at the start), "slope" (ratio of the growth in 30 days to the earlier one), "whole period" (ratio of
        what was to what would have been) and "incidents" (their difference), with `effect`, `estimate`, `low`, `high`, `p`,
        `sentence`.

    Raises
    ------
    ValueError
        If there are fewer than 12 steps before or 4 after, or nothing to count.

    Notes
    -----
    Segmented negative-binomial regression with a log link (Wagner et al. 2002; Lopez Bernal et al. 2018): trend, change of level
    and of slope, a wave of the year where a year lies before the start, and two where two do. Errors are the larger of the
    regression's own and Newey & West's (1987); intervals are Student's. Earlier starts, in the steps before the real one, show
    how often such a change of level is found where nothing began.

    Examples
    --------
    >>> from lacrime_geo import Incidents
    >>> random = np.random.default_rng(1)
    >>> days = np.datetime64("2022-01-01") + np.repeat(np.arange(560), random.poisson(np.where(np.arange(560) < 420, 5, 3)))
    >>> points = Incidents(np.zeros(days.size) + 380000, np.zeros(days.size), when=days, crs="EPSG:32611")
    >>> found = interrupted_series(points, start="2023-02-25")
    >>> bool(0.4 < found["estimate"][0] < 0.8)
    True
    """
    level = checks.per_cent("level", level)
    checks.option("step", step, list(STEPS))
    began = day_of("start", start)
    if is_table(incidents):
        counted, parameters = counted_of_table(incidents, step, began, treated, control)
        everything = counted[0]
    else:
        everything, placed, parameters = begin(incidents, None)
        counted = counted_groups(everything, placed, treated, control, parameters, within(progress, 0.0, 0.5))
    whole = Window(*(moment.astype("M8[D]") for moment in extent(counted[0])))
    last = end_of(everything, whole, end, parameters)
    if not is_table(incidents):
        period_guards.warn(parameters, everything.select(since=str(whole.begin), until=str(last)))
    begins, length = steps_around(Window(whole.begin, last), began, step, parameters)
    steps = steps_of(counted, begins, length, began, parameters)
    found = segmented(steps)
    placebo = _placebos(steps, begins, within(progress, 0.5, 1.0))
    rows = _rows(found, steps, level)
    _record(found, placebo, steps, step, began, level, parameters)
    parameters.tell(rows[2].sentence)
    texts = ("effect", "sentence")
    columns = {
        name: np.array([getattr(row, name) for row in rows], dtype=object if name in texts else float)
        for name in Row._fields
    }
    label = " · ".join(
        part for part in ("Interrupted series", everything.selection.get("category"), f"from {began}") if part
    )
    advance(progress, 1.0)
    return InterruptedSeries(columns, parameters, label=label, begins=begins, steps=steps, found=found, placebo=placebo)


def _placebos(steps: Steps, begins: np.ndarray, progress: Progress) -> Table:
    """Return the change of level at earlier starts, of the steps before the real one alone."""
    earlier = steps.before(0.0)
    tried = np.arange(LEAST_BEFORE, earlier.middle.size - LEAST_BEFORE + 1)
    if tried.size > MOST_PLACEBOS:
        tried = tried[np.linspace(0, tried.size - 1, MOST_PLACEBOS).astype(int)]
    found = []
    for number, at in enumerate(tried.tolist()):
        day = float(earlier.middle[at] - earlier.length[at] / 2)
        if tellable(earlier, day):
            fitted = segmented(earlier, day)
            found.append(
                (begins[at], *_told(*fitted.ratio(0), fitted.freedom, 95.0)[:1], _p(*fitted.ratio(0), fitted.freedom))
            )
        advance(progress, (number + 1) / (tried.size + 1))
    dates, estimate, p = zip(*found) if found else ((), (), ())
    columns = {"date": np.array(dates, dtype="M8[s]"), "estimate": np.array(estimate, float), "p": np.array(p, float)}
    return Table(columns, Parameters(), label="Placebo starts")


def _quantile(freedom: int, level: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.5 + level / 200))


def _told(logarithm: float, error: float, freedom: int, level: float) -> tuple[float, float, float]:
    """Return a ratio and its interval."""
    reach = _quantile(freedom, level) * error
    return float(np.exp(logarithm)), float(np.exp(logarithm - reach)), float(np.exp(logarithm + reach))


def _p(logarithm: float, error: float, freedom: int) -> float:
    from scipy.special import stdtr

    return float(2 * stdtr(freedom, -abs(logarithm) / error)) if error > 0 else 1.0


def _rows(found: Segmented, steps: Steps, level: float) -> list[Row]:
    after = steps.middle >= 0
    difference, logarithm, error = found.whole(after)
    beside = " beside the control's own change" if len(steps.counts) > 1 else ""
    rows = []
    for effect, pair, words in (
        ("level", found.ratio(0), "At the start the level became {} times as high"),
        ("slope", found.ratio(1), f"Its growth from {SLOPE_DAYS} days to the next became {{}} times the earlier one"),
        (
            "whole period",
            (logarithm, error),
            "After the start there were {} times as many incidents as would have been expected",
        ),
    ):
        (ratio, low, high), p = _told(*pair, found.freedom, level), _p(*pair, found.freedom)
        span = f"{level:g} %: {in_words(low)} to {in_words(high)}"
        said = f"{words.format(in_words(ratio))}{beside} ({span}; {p_in_words(p)})"
        rows.append(Row(effect, ratio, low, high, p, said))
    # The interval of the ratio, of what would have been.
    fitted = float(found.means()[0][after].sum())
    ends = [fitted - fitted / end for end in (low, high)]
    verb = "fewer" if difference < 0 else "more"
    span = f"{level:g} %: {in_words(ends[0])} to {in_words(ends[1])}"
    said = f"That is {in_words(abs(difference))} incidents {verb} (difference {span})"
    # Differences of large sums have fewer digits than these.
    middle, lowest, highest = (round(value, 3) for value in (difference, *ends))
    return [*rows, Row("incidents", middle, lowest, highest, p, said)]


def _record(
    found: Segmented,
    placebo: Table,
    steps: Steps,
    step: str,
    began: np.datetime64,
    level: float,
    parameters: Parameters,
) -> None:
    before = int((steps.middle < 0).sum())
    parameters.update(
        start=str(began),
        step=step,
        level=level,
        steps_before=before,
        steps_after=steps.middle.size - before,
        dispersion_alpha=found.dispersion,
        correlation=found.correlation,
        placebo_starts=len(placebo["p"]),
        placebo_found=int((placebo["p"] <= 0.05).sum()),
    )
    if found.correlation > GO_TOGETHER / np.sqrt(steps.middle.size):
        parameters.warn(
            f"What is left goes together from {step} to {step} (correlation {found.correlation:.2f}): p and intervals are "
            "somewhat too sure; simulated with .4 in hidden rates, 9 of 100 series without a change were told to have one."
        )
