"""Season: which weekdays and months have more incidents than others, and whether there are more from year to year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from .. import checks, selection
from ..dates import WEEKDAYS
from ..parameters import Parameters, in_words, p_in_words
from ..progress import Progress, advance, within
from ..results import Curve
from ..summaries import counted
from . import effect_chart
from .count_series import CountSeries
from .given_series import ALL, given
from .season_effects import (
    FIRST,
    LEVELS,
    MONTH,
    MONTH_NAMES,
    TREND,
    WEEKDAY,
    Effect,
    Fitted,
    calendar_of,
    fit_effects,
)

LEVEL = 95
FEWEST = 30
SHORTEST, FOR_TREND, FOR_MONTHS, FOR_BOTH, FOR_MONTHS_TWICE = 14, 91, 365, 365 + 91, 2 * 365
STEPS = ("day", "month")


@dataclass(frozen=True, eq=False, repr=False)
class Season(Curve):
    """Hold the rate ratios of weekdays, months, the first of the month and a year, group by group."""

    def svg(self) -> str:
        """Return the ratios with their intervals as a whole SVG document."""
        return effect_chart.svg(self)


def season(
    incidents: Any,
    *,
    by: Any = None,
    reference: str | Iterable[str] | None = None,
    level: float = LEVEL,
    progress: Progress = None,
) -> Season:
    """Tell how weekday, month and the years change the number of incidents: as rate ratios with intervals.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path, with the time of the incident (`occurred`), which are counted by
        days; or a table of counts of days or months (Table, DataFrame or dict of columns) with `date` and `count`.
    by : column name or array (n,) whose values tell groups apart, each with effects of its own; of a table the name of a
        column. Default: all together (of a table: its column `group`, `area` or `name`, where there is one).
    reference : a weekday, a month or both ("Sunday", "Sunday, January") to which the others are compared. Default: the
        geometric mean of the levels, so that the logarithms of the ratios add up to 0.
    level : of the intervals, in per cent. Default 95.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Season
        A row for each group (the largest first), `effect` and its `level`: seven weekdays, twelve months, the first of the month
        against other days, a year against the one before (trend). The `ratio` with its interval (`low`, `high`), `p` of that
        ratio (two-sided, uncorrected), `p_effect` of all ratios of the effect together, how many `steps` and `incidents` are of
        the level. What cannot be told is NaN. As a curve it can be saved as a chart (.svg).

    Raises
    ------
    ValueError
        If the incidents have no times or have weights, the period is shorter than two weeks (of months: two years), a
        table's step is the week, no group has 30 incidents, or an option is none of those named.

    Notes
    -----
    The counts y of the days are negative binomial, log E y = β₀ + weekday + month + first of the month + trend · years, with
    the variance μ + α μ², all fitted by the largest likelihood (Lawless 1987); of months the logarithm of their days is
    added. The covariance of the coefficients, (X′WX)⁻¹ with W = μ / (1 + α μ), is multiplied by Pearson's χ² per degree of
    freedom where that is above 1; intervals are of Student's t, `p_effect` is Wald's test as an F. Months need a year, the
    trend 13 weeks, and beside months 15 of them; what is left out is told. Of less than two years most months are there
    once, so that month and trend are hardly told apart: that is warned of. Days are taken as independent given the effects;
    where the residuals of neighbouring days go together intervals are too narrow, and by how much is warned of.

    The first of the month has a term of its own because dates that nobody knows are often given as such (in the LAPD's files
    1.4 to 1.6 times as many as expected).

    Examples
    --------
    >>> days = np.datetime64("2023-01-02") + np.arange(140)
    >>> counts = dict(date=days, count=np.tile([8, 12, 9, 11, 20, 22, 10], 20) + np.arange(140) % 3)
    >>> found = season(counts)
    >>> dict(zip(found["level"][4:6].tolist(), found["ratio"][4:6].round(2).tolist()))
    {'Friday': 1.58, 'Saturday': 1.73}
    """
    level = checks.per_cent("level", level)
    named = _named(reference)
    series, parameters, _ = beginning = given(incidents, None, by, within(progress, 0.0, 0.3))
    parameters.update(level=level, reference=", ".join(named.values()) or "mean")
    columns, fits, incidents = effects_of(
        series, parameters, named, dict.fromkeys(LEVELS, level), within(progress, 0.3, 1.0)
    )
    _note_fits(fits, parameters)
    _tell(columns, parameters)
    advance(progress, 1.0)
    return Season(columns, parameters, label=beginning.titled("Season", incidents))


class EffectsOf(NamedTuple):
    """Hold the columns of all groups' effects, what was fitted to each group, and how many incidents these have."""

    columns: dict[str, np.ndarray]
    fits: dict[str, Fitted]
    incidents: int


def effects_of(
    series: CountSeries,
    parameters: Parameters,
    named: dict[str, str],
    levels: Mapping[str, float],
    progress: Progress = None,
) -> EffectsOf:
    """Fit the effects that a period is long enough for to each group that has enough incidents.

    `named` holds the level that an effect is compared to, where that is not the mean; `levels` those of the intervals, by effect,
    in per cent.
    """
    effects = _effects_told(series, parameters)
    calendar = calendar_of(series.begin, series.lengths.astype(float), effects)
    enough = _enough(series, parameters)
    parts, fits = [], {}
    for done, row in enumerate(enough.tolist()):
        advance(progress, done / enough.size)
        name, counts = str(series.name[row]), series.count[row].astype(float)
        fits[name] = fit_effects(counts, calendar, named)
        parts.append(_rows(name, fits[name], counts, series, levels))
    columns = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
    return EffectsOf(columns, fits, int(series.count[enough].sum()))


def _named(reference: str | Iterable[str] | None) -> dict[str, str]:
    """Return the level that each effect is compared to."""
    names = (selection.words(reference) if isinstance(reference, str) else reference) or ()
    found: dict[str, str] = {}
    for name in names:
        wanted = str(name).strip().capitalize()
        effect = WEEKDAY if wanted in WEEKDAYS else MONTH
        checks.option("reference", wanted, (*WEEKDAYS, *MONTH_NAMES))
        if effect in found:
            raise ValueError(f"reference names two levels of the {effect}, {found[effect]} and {wanted}; name one.")
        found[effect] = wanted
    return found


def _effects_told(series: CountSeries, parameters: Parameters) -> tuple[str, ...]:
    """Return which effects a period is long enough for, and say which it is not."""
    checks.option("The table's step", series.step, STEPS)
    days = int(series.lengths.sum())
    least = FOR_MONTHS_TWICE if series.step == "month" else SHORTEST
    if days < least:
        raise ValueError(
            f"The period has {counted(days, 'day')}, and a season needs at least {least} of counts by {series.step}; choose a "
            "longer one (of few incidents, weekday_test needs no length)."
        )
    months, trend = days >= FOR_MONTHS, days >= FOR_TREND
    if not months:
        parameters.choose("month", "left out", f"months need {FOR_MONTHS} days, and the period has {days}")
    if not trend:
        parameters.choose("trend", "left out", f"a trend needs {FOR_TREND} days, and the period has {days}")
    elif months and days < FOR_BOTH:
        trend = False
        reason = (
            f"months and trend together need {FOR_BOTH} days, and the period has {days}: the trend is among the months"
        )
        parameters.choose("trend", "left out", reason)
    elif months and days < FOR_MONTHS_TWICE:
        parameters.warn(
            f"The period has {counted(days, 'day')}, less than two years: most months are there once, so what is of the month "
            "and what of the trend is hardly told apart; take neither for more than their intervals say."
        )
    kept = [name for name, told in ((MONTH, months), (TREND, trend)) if told]
    return (WEEKDAY, FIRST, *kept) if series.step == "day" else tuple(kept)


def _enough(series: CountSeries, parameters: Parameters) -> np.ndarray:
    """Return the groups that have enough incidents, the largest first, and note the others."""
    totals = series.count.sum(axis=1)
    few = int((totals < FEWEST).sum())
    if few == totals.size:
        raise ValueError(
            f"There are {int(totals.max(initial=0)):,} incidents in {'the period' if few == 1 else 'the largest group'}, and a "
            f"season needs at least {FEWEST}; weekday_test is for few."
        )
    parameters.note("small_groups", few, f"{counted(few, 'group')} of fewer than {FEWEST} incidents left out")
    return np.argsort(-totals, kind="stable")[: totals.size - few]


def _rows(
    name: str, fitted: Fitted, counts: np.ndarray, series: CountSeries, levels: Mapping[str, float]
) -> dict[str, np.ndarray]:
    """Return the rows of one group: every level of every effect, NaN what is not told."""
    shown = [effect for effect in LEVELS if series.step == "day" or effect in (MONTH, TREND)]
    parts = [_effect_rows(effect, fitted, counts, series, levels[effect]) for effect in shown]
    columns = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
    return {"group": np.full(columns["ratio"].size, name, dtype=object), **columns}


def _effect_rows(
    effect: str, fitted: Fitted, counts: np.ndarray, series: CountSeries, level: float
) -> dict[str, np.ndarray]:
    from scipy.special import stdtrit

    size = len(LEVELS[effect])
    unknown = np.full(size, np.nan)
    nothing = Effect(unknown, unknown, unknown, np.nan)
    found = fitted.effects.get(effect, nothing)
    wide = stdtrit(fitted.freedom, 0.5 + level / 200) * found.error
    of = calendar_of(series.begin, series.lengths.astype(float), (effect,)).levels.get(effect)
    steps, incidents = np.array([counts.size]), np.array([counts.sum()])
    if of is not None:
        steps, incidents = np.bincount(of, minlength=size), np.bincount(of, counts, minlength=size)
    with np.errstate(over="ignore"):
        ratios = {key: np.exp(found.log_ratio + side * wide) for key, side in (("ratio", 0), ("low", -1), ("high", 1))}
    return {
        "effect": np.full(size, effect, dtype=object),
        "level": np.array(LEVELS[effect], dtype=object),
        **ratios,
        "p": found.p,
        "p_effect": np.full(size, found.p_all),
        "steps": steps[-size:].astype(np.int64),
        "incidents": incidents[-size:].astype(np.int64),
    }


def _note_fits(fits: dict[str, Fitted], parameters: Parameters) -> None:
    """Keep how much counts scatter beyond Poisson's, and warn where neighbouring residuals go together."""
    kept = {name: round(fitted.regression.dispersion, 4) for name, fitted in fits.items()}
    parameters["dispersion"] = kept if len(fits) > 1 else next(iter(kept.values()))
    strong = {
        name: fitted.correlation
        for name, fitted in fits.items()
        if fitted.correlation > 2 / np.sqrt(fitted.regression.mean.size)
    }
    parameters["autocorrelation"] = {name: round(fitted.correlation, 3) for name, fitted in fits.items()}
    if strong:
        worst = max(strong, key=lambda name: strong[name])
        r = strong[worst]
        of = "" if len(fits) == 1 else f" of {counted(len(strong), 'group')}, most of {worst!r}"
        parameters.warn(
            f"The residuals of neighbouring {parameters['step']}s{of} go together (correlation {r:.2f}): something else moves "
            f"the counts for {parameters['step']}s on end. Intervals of month and trend are too narrow, by a factor of "
            f"{np.sqrt((1 + r) / (1 - r)):.1f} or more."
        )


def _tell(columns: dict[str, np.ndarray], parameters: Parameters) -> None:
    """Say of the first group which levels are highest and lowest, and where the years go."""
    first = columns["group"] == columns["group"][0]
    said = []
    for effect in (WEEKDAY, MONTH):
        rows = np.flatnonzero(first & (columns["effect"] == effect) & ~np.isnan(columns["ratio"]))
        if rows.size:
            top, low = (rows[choose(columns["ratio"][rows])] for choose in (np.argmax, np.argmin))
            p = f"{effect} {p_in_words(columns['p_effect'][top])}"
            said.append(f"most on {_with_ratio(columns, top)}, fewest on {_with_ratio(columns, low)}, {p}")
    trend = np.flatnonzero(first & (columns["effect"] == TREND) & ~np.isnan(columns["ratio"]))
    said += [f"from year to year {_with_ratio(columns, row, '')}" for row in trend.tolist()]
    group, words = columns["group"][0], f"{parameters['level']:g} % intervals"
    if said:
        of = "" if group == ALL else f" of {group}"
        parameters.tell(f"incidents{of}: {'; '.join(said)} (times the {parameters['reference']}, with {words})")


def _with_ratio(columns: dict[str, np.ndarray], row: int, name: str | None = None) -> str:
    name = f"{columns['level'][row]} " if name is None else name
    low, high = in_words(columns["low"][row]), in_words(columns["high"][row])
    return f"{name}× {in_words(columns['ratio'][row])} ({low} to {high})"
