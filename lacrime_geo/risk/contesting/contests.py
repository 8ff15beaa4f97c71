"""The contest: predictors and maps fitted to what was known at past origins, held against what came, beside prior counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ... import checks
from ...incidents import as_incidents
from ...parameters import Parameters, in_plain_words
from ...progress import Progress, advance, left_alone, within
from ...refusals import refuse_weights
from ..events import DAY, Events, History
from ..guards.time_guards import refuse_records_change
from ..predicting.plain_predictors import days_used
from ..scoring.hit_curves import SHARES
from ..scoring.label_scores import best_threshold
from ..units import Units
from .contest_guards import refuse_later_maps, refuse_made_of, refuse_trained_later
from .contest_origins import Schedule, gap_of, schedule_of
from .contest_places import FileDays, Places
from .contest_results import Contest
from .contest_scores import Played, columns_of
from .contest_words import tell
from .entrants import Entrant, entrants_of, maps_among
from .fair_origins import fair, tell_left_out
from .predictor_runs import Run, histories_at, megabytes_held, run

ORIGINS, HORIZON = 8, 7


def contest(
    incidents: Any,
    predictors: Any = None,
    *,
    horizon: int = HORIZON,
    origins: Any = ORIGINS,
    shares: Sequence[float] = SHARES,
    category: str | None = None,
    cell_size: float | None = None,
    boundary: Any = None,
    units: Any = None,
    gap: int | None = None,
    seed: int = 0,
    progress: Progress = None,
) -> Contest:
    """Hold predictors of places, and maps of your own, against what came after past origins, beside prior counts.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path, with the time of the incident; those of all categories.
    predictors : names with commas between: "prior_counts" (always added), "all_crime_counts", "smoothed_counts",
        "decayed_counts", "last_counts", "kde", "gi_star", "prospective", "self_exciting", "logistic_regression",
        "random_forest", "gradient_boosting", "poisson_regression", "auto"; or paths of maps. In a script also a list of names,
        predictors, maps (a Surface; Cells or polygons with a column `risk`; or (map, "column")) and functions of a History that
        return a number for each unit, or a dict of these by name. Default: all named but "decayed_counts", "last_counts",
        "gradient_boosting" and "poisson_regression".
    horizon : days that are predicted from each origin on. Default 7.
    origins : how many, a horizon apart, the last so that its horizon ends with the last whole day of the file; or the first
        days predicted, as dates with commas between. Default 8.
    shares : of the area, those that are chosen. Default 0.01, 0.02, 0.05; the middle one orders the table.
    category : the category that is predicted. Default: all incidents.
    cell_size : side of the cells (m). Default: 250 m, about two blocks.
    boundary : polygon layer of the study area. Default: what lies around the incidents.
    units : polygon layer, such as reporting districts, in place of cells. Default: cells.
    gap : days before an origin of which nothing is known. Default: 0 where reports have dates (nine of ten at least), as what
        was reported by then is known; else 7.
    seed : of the draws of blocks.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Contest
        A row for each predictor and share of the area, the most hits first: `hit_rate` with its lower bound `against_map`
        (ties broken against it), `pai`, `pei`, `rri`, by how much the hit rate is above that of prior counts (`difference`
        with its 95 % interval, and `ratio`), of how many blocks this tells (`telling`), and `stability`; of each predictor
        `roc_auc`, `pr_auc`, `prevalence`, `f1` at a `threshold`, `brier`, `calibration_intercept`, `calibration_slope`, and
        how many units with incidents were told to be impossible. `.sentences` says it in words, `.winner` who is surely
        better, `.curves()` gives hit rates and PAI by area, `.by_origin()` and `.costs()` the parts. Saved as .html it is a page.

    Raises
    ------
    ValueError
        If the file is too short for the origins or crosses the LAPD's change of records, a name is of no predictor, a map is
        made of the time that is scored or of the very counts, or both units and cells are asked for.

    Notes
    -----
    Known at an origin is what occurred `gap` days before it and was reported before it. Hits and incidents are summed over
    the origins. All that are compared are scored at the same origins; who cannot be fitted at most of them is left out and
    named. The threshold of F1 is fixed at up to two origins before the first scored one. The interval draws parts of the
    city and origins again (`risk.scoring.block_bootstrap`). Reported crime is not crime.

    References
    ----------
    Chainey, Tompson & Uhlig (2008), Security Journal 21: 4-28 (PAI). Wheeler & Steenbeek (2021), Journal of Quantitative
    Criminology 37: 445-480 (prior counts are hard to beat).

    Examples
    --------
    >>> from lacrime_geo import Incidents
    >>> random = np.random.default_rng(1)
    >>> x, y = random.uniform(0, 5000, (2, 600)) + [[380000], [3768000]]
    >>> x[::2], y[::2] = 381100, 3769100
    >>> days = np.datetime64("2023-01-01") + np.arange(600) // 6
    >>> found = contest(Incidents(x, y, when=days, reported=days, crs="EPSG:32611"), "kde", origins=4)
    >>> sorted(set(found["predictor"].tolist())), len(found), bool(found["hit_rate"].max() > 0.5)
    (['kde', 'prior_counts'], 6, True)
    """
    asked = _Asked.of(horizon, shares, category, seed)
    known = as_incidents(incidents)
    refuse_weights(known, "a contest counts them")
    parameters = Parameters(layer=known.label, crs=known.crs, horizon=asked.horizon, shares=list(asked.shares))
    parameters.update({**known.selection, "category": category, "seed": asked.seed})
    gap = gap_of(known, gap, parameters)
    file = FileDays.of(known, parameters)
    # Provisional, as the file may begin later than its first date: where cells stand must not tell of what came later.
    first = schedule_of(file.begin, origins, asked.horizon, gap, file.end).scored[0]
    places = Places(units, boundary, cell_size, category)
    events = left_alone(lambda: places.events(known, first - gap * DAY, parameters), within(progress, 0.0, 0.02))
    schedule = schedule_of(events.day[0], origins, asked.horizon, gap, file.end)
    refuse_records_change(events.day[0], schedule.scored[-1] + asked.horizon * DAY, known.agency)
    entrants = entrants_of(predictors, events.units, asked.horizon)
    refuse_later_maps(maps_among(entrants), schedule.scored[0] - gap * DAY, parameters)
    refuse_trained_later(entrants, schedule.scored[0] - gap * DAY)
    _note_uncovered(entrants, parameters)
    played = _played(entrants, events, schedule, asked, parameters, within(progress, 0.02, 0.9))
    places.tell_outside(events, played.origins, asked.horizon, first - gap * DAY, parameters)
    columns = left_alone(lambda: columns_of(played), within(progress, 0.9, 1.0))
    found = Contest(columns, parameters, "", _title(category, asked.horizon, played), played)
    tell(found)
    advance(progress, 1.0)
    return found


class _Asked(NamedTuple):
    """Hold what a contest is asked for, checked."""

    horizon: int
    shares: tuple[float, ...]
    category: str | None
    seed: int

    @classmethod
    def of(cls, horizon: int, shares: Sequence[float], category: str | None, seed: int) -> _Asked:
        given = checks.numbers("shares", shares, np.size(shares))
        bad = given[~((given > 0) & (given < 1))]
        if bad.size or not given.size:
            raise ValueError(f"shares must be between 0 and 1, such as 0.02, got {shares!r}.")
        twice = sorted(set(given.tolist()))
        if len(twice) < given.size:
            raise ValueError(f"shares names one twice: {shares!r}; give each once.")
        return cls(checks.whole("horizon", horizon), tuple(twice), category, checks.whole("seed", seed, minimum=0))


def _note_uncovered(entrants: Sequence[Entrant], parameters: Parameters) -> None:
    for name, one in maps_among(list(entrants)):
        if one.uncovered:
            parameters.warn(
                f"The map {name!r} says nothing of {one.uncovered:,} units; they are ranked with its lowest value."
            )


def _played(
    entrants: list[Entrant],
    events: Events,
    schedule: Schedule,
    asked: _Asked,
    parameters: Parameters,
    progress: Progress,
) -> Played:
    """Return what the entrants expected and what came."""
    before, scored = left_alone(lambda: histories_at(events, schedule), within(progress, 0.0, 0.05))
    came = np.array([events.later(origin, asked.horizon) for origin in schedule.scored])
    _require_incidents(came, schedule)
    everything = run(entrants, [*before, *scored], asked.horizon, within(progress, 0.05, 0.99))
    found = everything.since(len(before))
    left_alone(lambda: _refuse_leaks(entrants, found, came, events.units), within(progress, 0.99, 1.0))
    names = tuple(one.name for one in entrants)
    kept, counted = fair(found.fitted)
    tell_left_out(names, schedule.scored, found.refusals, kept, counted, parameters)
    _require_incidents(came[counted], schedule)
    played = Played(
        names=tuple(name for name, stays in zip(names, kept) if stays),
        units=events.units,
        origins=np.array(schedule.scored, dtype="M8[D]")[counted],
        expected=found.expected[kept][:, counted],
        came=came[counted],
        known=np.array([history.counts(days_used(history)) for history in scored])[counted],
        shares=np.array(asked.shares),
        thresholds=_thresholds(everything.expected[kept], scored[0], schedule, parameters),
        fits=len(before) + len(scored),
        seconds=found.seconds[kept],
        megabytes=megabytes_held(),
        together=schedule.together,
        seed=asked.seed,
    )
    _tell_played(played, schedule, parameters)
    return played


def _require_incidents(came: np.ndarray, schedule: Schedule) -> None:
    """Raise, before much is computed, where nothing came (origins, n) that could be scored."""
    if not came.any():
        raise ValueError(
            f"No incident came in the {schedule.horizon} days after the {len(came)} origins, so there is nothing to score; take "
            "other origins, a longer horizon or another category."
        )


def _refuse_leaks(entrants: list[Entrant], found: Run, came: np.ndarray, units: Units) -> None:
    """Raise where one of the user's own is made of what came."""
    for one, risk in zip(entrants, found.expected):
        if one.is_given:
            refuse_made_of(one.name, risk / units.area, came)


def _thresholds(expected: np.ndarray, first: History, schedule: Schedule, parameters: Parameters) -> np.ndarray:
    """Return from which expectation on each entrant tells incidents (entrants,), by what was known at the first origin.

    Parameters
    ----------
    expected : at the origins that fix them, then at those that are scored (entrants, origins, n).
    first : what was known at the first that is scored: what came after the earlier ones is within it.
    """
    fixing = schedule.validation
    came = np.array([first.events.later(origin, schedule.horizon) for origin in fixing])
    told = expected[:, : len(fixing)]
    parameters["threshold_origins"] = [str(origin) for origin in fixing]
    if not fixing:
        parameters.warn("There is no F1: the history before the first origin is too short to fix a threshold in it.")
    fitted = np.isfinite(told).all(axis=2)
    return np.array(
        [
            best_threshold(maps[fine].ravel(), came[fine].ravel()) if fine.any() else np.nan
            for maps, fine in zip(told, fitted)
        ]
    )


def _tell_played(played: Played, schedule: Schedule, parameters: Parameters) -> None:
    """Keep which origins are scored and warn of what makes scores say little."""
    parameters["origins"] = [str(origin) for origin in played.origins]
    parameters["incidents_scored"] = int(played.incidents.sum())
    parameters["block_side"] = played.blocks.side
    parameters["block_side_reason"] = played.blocks.reason
    said = "%s incidents came in the %s days after each of %s origins"
    parameters.log.info(said, f"{played.incidents.sum():,.0f}", parameters["horizon"], played.origins.size)
    for name, seconds in zip(played.names, played.seconds):
        parameters.log.info("%s: %.2f seconds for %s origins", name, seconds, played.fits)
    if np.isfinite(played.megabytes):
        parameters.log.info("the process held %s MB at most", f"{played.megabytes:,.0f}")
    empty = [str(origin) for origin, number in zip(played.origins, played.incidents) if not number]
    if empty:
        parameters.warn(f"No incident came after {len(empty)} of {played.origins.size} origins, first {empty[0]}.")
    none = [f"{100 * share:g} %" for share, taken in zip(played.shares, played.taken) if not taken]
    if none:
        parameters.warn(
            f"{', '.join(none)} of the area is less than one of {played.units.size:,} units: nothing is caught there. Take a "
            "larger share or smaller units."
        )
    overlap = min(schedule.together, played.origins.size)
    if overlap > 1:
        parameters.warn(f"{overlap} origins in a row share days, so they count as one when blocks are drawn again.")


def _title(category: str | None, horizon: int, played: Played) -> str:
    days = "day" if horizon == 1 else f"{horizon} days"
    of = f" of {in_plain_words(category)}" if category else ""
    maps = f"{len(played.names)} map{'s' * (len(played.names) != 1)}"
    return f"Contest of {maps}{of}, the next {days}"
