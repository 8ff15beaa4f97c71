"""Tidy tables of counts: a row for each series and step, zeros included, ended where a file is whole."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import checks
from ..delays import period_guards
from ..incidents import Incidents
from ..parameters import Parameters
from ..partitioned import Partitioned, recognised
from ..progress import Progress, advance, within
from ..results import Table
from ..temporal.count_series import CountSeries
from ..temporal.table_series import EFFECTIVE
from ..weight_units import INCIDENTS, UNIT
from . import table_checks, weighted_sums
from .break_guards import FREQUENCIES, IGNORE, checked_breaks
from .break_warnings import warn_of_breaks
from .count_ends import NOWCAST, end_of_counts, known_on, refuse_late
from .counted_incidents import Chosen, all_incidents, refuse_estimates, series_of
from .estimated_steps import estimated
from .models import Panel
from .series_keys import Keys

if TYPE_CHECKING:
    import pandas

PERIOD, COUNT = "period", "count"


@dataclass(frozen=True, eq=False, repr=False)
class Counts(Table):
    """Hold counts of series told apart by key columns: `period`, the first day of each step, and `count`.

    Of weighted incidents `count` is the sum of the weights, of what `unit` says.
    """

    @property
    def keys(self) -> tuple[str, ...]:
        """The names of the columns that tell the series apart."""
        return tuple(name for name in self.columns if name not in (PERIOD, COUNT))

    @property
    def step(self) -> str:
        """Which step they are of: "day", "week" or "month"."""
        return str(self.parameters["step"])

    @property
    def unit(self) -> str:
        """Of what the counts are: "incidents", or what the weights are of, such as "Part 1 offences"."""
        return str(self.parameters.get(UNIT, INCIDENTS))

    def save(self, path: str | os.PathLike[str]) -> str:
        """Write the table, atomically; of .csv and .parquet the latter keeps the agency and the delay of reports."""
        written = super().save(path)
        self.say_what_is_lost(path)
        return written

    def say_what_is_lost(self, path: str | os.PathLike[str]) -> None:
        """Announce what a file of this ending does not keep of what forecasts are guarded by."""
        known = [name for name in ("agency", "lag_days") if self.parameters.get(name) is not None]
        if known and os.fspath(path).lower().endswith(".csv"):
            self.parameters.log.info(
                "the CSV does not keep %s, by which forecasts are guarded: parquet does", " and ".join(known)
            )

    def panel(self, season: int | None = None) -> Panel:
        """Return the series as models take them: values (series, steps)."""
        begin = np.unique(self.columns[PERIOD]).astype("M8[D]")
        values = np.asarray(self.columns[COUNT], dtype=float).reshape(-1, begin.size)
        keys = {name: self.columns[name][:: begin.size] for name in self.keys}
        weight = weighted_sums.varied(self.parameters.get(EFFECTIVE))
        return Panel(values, begin, self.step, season, keys, weight=weight)

    def to_dataframe(self) -> pandas.DataFrame:
        """Return the columns as a pandas DataFrame whose `attrs` keep the agency, the step and the delay of reports.

        Of sums of weights there are the columns `unit` and, where weights are not 0 and 1 alone, `effective_weight` besides.
        """
        frame = super().to_dataframe()
        if self.unit != INCIDENTS:
            frame[UNIT] = self.unit
        weight = weighted_sums.varied(self.parameters.get(EFFECTIVE))
        if weight is not None:
            frame[EFFECTIVE] = np.repeat(weight, len(frame) // weight.size)
        frame.attrs.update({name: self.parameters[name] for name in KEPT if self.parameters.get(name) is not None})
        return frame


KEPT = ("agency", "step", "lag_days", "whole_until", UNIT)


def counts(
    incidents: Any,
    *,
    by: Any = None,
    category: Any = None,
    freq: str = "D",
    since: Any = None,
    until: Any = None,
    lag_safe: bool | str = True,
    as_of: Any = None,
    weight: Any = None,
    breaks: str = "raise",
    progress: Progress = None,
) -> Counts:
    """Count incidents by days, weeks or months, and by area or group: as a tidy table that forecasts begin with.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, path, or scan (`scan_incidents`), with the time of the incident (`occurred`).
    by : "area" for the area of the record (`area_name`, else `area`), the name of another column, several of them, or a
        polygon layer or cells (Features, Cells, GeoDataFrame, path ending in .gpkg, .geojson or .parquet), each of which has a
        series under its name in the key `area`. Default: all incidents together, without a key.
    category : of which categories, one or several. Default: all together.
    freq : "D" for days, "W" for seven days (the last week ends with the period), "MS" for months.
    since, until : the period; since inclusive, until exclusive. Only whole steps are counted.
    lag_safe : end with the last day of which 95 % are reported. That day comes from the dates of report; without them it is 30
        days before the last incident. With "nowcast" the later steps are there too, as many as are expected in the end: the
        incidents so far over the share expected to be reported, rounded, all series by the delays of all. With False there are
        as many as are reported. Both are warned of.
    as_of : the date (YYYY-MM-DD) to which the file is taken back: later reports are left out. Default: that of the latest
        report.
    weight : name of a column, an array (n,) or marks such as `harm` gives, whose sums take the place of the numbers of incidents.
        Default: the incidents' own weight, else 1 each.
    breaks : "raise" refuses a period across the LAPD's change of its records system; "ignore" warns.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Counts
        The keys, `period` (first day of the step) and `count`, series by series. `parameters` keeps the agency, the step, and
        the days within which 95 % are reported (`lag_days`) and the last day of which they are (`whole_until`), which
        `backtest` and `forecast` need, and of what the counts are (`unit`): "incidents", or what the weights are of. How late
        incidents are reported is measured on all of them, whatever they weigh.

    Raises
    ------
    ValueError
        If there are no times, a weight is negative or missing, no whole step is left, the period crosses the LAPD's change of
        its records system, an option is none of those named, or a nowcast is asked for of weights of several sizes.

    Examples
    --------
    >>> days = np.datetime64("2023-01-01") + np.repeat(np.arange(90), 2)
    >>> points = Incidents(np.zeros(180), np.zeros(180), when=days, reported=days + 2, crs="EPSG:32611")
    >>> table = counts(points, freq="MS")
    >>> table["period"].astype("M8[M]").astype(str).tolist(), table["count"].tolist()
    (['2023-01', '2023-02', '2023-03'], [62, 56, 62])
    """
    step = FREQUENCIES[checks.option("freq", freq, tuple(FREQUENCIES))]
    checked_breaks(breaks)
    if lag_safe not in (True, False, NOWCAST):
        raise ValueError(f"lag_safe must be True, False or {NOWCAST!r}, got {lag_safe!r}.")
    incidents = recognised(incidents)
    refuse_estimates(incidents, weight, lag_safe)
    everything, unit = all_incidents(incidents, since, until, category, weight, within(progress, 0.0, 0.3))
    _refuse_undated(everything)
    parameters = Parameters(layer=everything.label, agency=everything.agency, freq=freq, step=step)
    known = known_on(everything, as_of, parameters)
    advance(progress, 0.3 if isinstance(incidents, Partitioned) else 0.05)
    end, safe = end_of_counts(known, until, category, lag_safe, parameters)
    if lag_safe is True:
        refuse_late(known, since, safe)
    chosen = known.select(since=since, until=end, category=category)
    parameters.update(incidents=chosen.number, period=chosen.period, unit=unit)
    parameters.update(chosen.selection)
    allow = period_guards.SWITCH if breaks == IGNORE else None
    period_guards.refuse_switch(chosen, allow=allow, parameters=parameters, remedy=f"breaks={IGNORE!r}")
    if lag_safe is False:
        period_guards.warn(parameters, chosen)
    wanted = Chosen.of(since, end, category, as_of)
    series, keys = series_of(incidents, chosen, wanted, by, weight, step, parameters, within(progress, 0.3, 0.9))
    if series.squares is not None:
        parameters[EFFECTIVE] = weighted_sums.effective_weights(series.count.sum(axis=1), series.squares).tolist()
    if lag_safe == NOWCAST:
        series = estimated(series, known.select(category=category), safe, parameters)
    table = counts_of(_made_whole(series, parameters), keys, parameters)
    table_checks.warn_of_lone_end(table.panel(), parameters)
    warn_of_breaks(table.panel(), table.parameters)
    return table


def _made_whole(series: CountSeries, parameters: Parameters) -> CountSeries:
    """Return sums of weights as whole numbers, and warn where nothing weighs anything; counts are whole already."""
    if series.squares is None:
        return series
    if not series.count.any():
        parameters.warn(
            f"None of the incidents that are counted weighs anything: all sums of {parameters[UNIT]} are 0."
        )
    return replace(series, count=weighted_sums.whole_numbers(series.count))


def _refuse_undated(incidents: Incidents) -> None:
    if not incidents.number:
        incidents.refuse_empty()
    if incidents.when is None or np.isnat(incidents.when).all():
        raise ValueError(
            f"The incidents of {incidents.label!r} have no times, which counts by steps need; name their column (time_column)."
        )


def counts_of(series: CountSeries, keys: Keys | None, parameters: Parameters) -> Counts:
    """Return series as a tidy table; `keys` are named by the numbers that the series are named by, None: areas."""
    steps, size = series.begin.size, series.name.size
    if keys is None:
        named: Mapping[str, np.ndarray] = {"area": series.name}
    else:
        named = {name: column[series.name.astype(np.int64)] for name, column in keys.items()}
    columns = {name: np.repeat(column, steps) for name, column in named.items()}
    columns[PERIOD] = np.tile(series.begin.astype("M8[s]"), size)
    columns[COUNT] = series.count.ravel()
    parameters["keys"] = list(named)
    parameters["series"] = size
    return Counts(columns, parameters, label=f"Counts by {series.step}")
