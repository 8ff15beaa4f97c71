"""Whether an agency's rate will be high next year: what models and baselines tell of later years, scored, and of the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import checks
from ..parameters import Parameters
from ..progress import Progress, advance, within
from ..results import Drawing, Picture, Table
from ..selection import words
from . import high_crime_pictures
from .agency_series import crimes_in_words, studied
from .crime_panels import Series
from .high_crime_models import BASELINES, LEARNED, REFERENCE, boosting, learned
from .high_crime_rows import AgencyYears, History, refuse_later_knowledge, rows_of
from .high_crime_scores import DRAWS, LEVEL, score_rows
from .high_crime_splits import HIGH_FROM, KNOWN, NEW, VALIDATION_YEARS, high_limit, told_of_known, told_of_new

# Of the years, from the first that can be foretold on, these last ones are scored.
SCORED = 0.25
NUMBERS = ("value", "low", "high", "difference", "difference_low", "difference_high", "prevalence")


@dataclass(frozen=True, eq=False, repr=False)
class HighCrime(Picture):
    """Hold the scores, a row per split, model and score, and what the next year is told by."""

    drawing = Drawing(high_crime_pictures.drawn, high_crime_pictures.page_of)
    series: Series | None = None
    past: AgencyYears | None = None
    next_year: AgencyYears | None = None
    models: tuple[str, ...] = ()

    def forecasts(self) -> Table:
        """Return the probability that each agency's rate is high in the year after the last usable one, by name.

        Each model learns of all agency-years known; high is above the third quartile of their rates (`high_from`).
        """
        assert self.series is not None and self.past is not None and self.next_year is not None
        limit = high_limit(self.past)
        high = self.past.rate > limit
        seed = int(self.parameters["seed"])
        chances = {name: learned(name, self.past, high, limit, seed)(self.next_year) for name in self.models}
        agency = self.next_year.agency
        order = np.lexsort((self.series.agency[agency].astype(str), self.series.name[agency].astype(str)))
        columns: dict[str, np.ndarray] = {
            "agency": self.series.agency[agency],
            "name": self.series.name[agency],
            "year": self.next_year.year,
            "last_rate": self.next_year.last_rate,
            "high_from": np.full(agency.size, limit),
            "probability": chances["logistic_regression" if "logistic_regression" in chances else self.models[-1]],
        }
        columns.update({f"probability_{name}": chance for name, chance in chances.items()})
        ordered = {name: values[order] for name, values in columns.items()}
        return Table(ordered, self.parameters, label=f"{self.label}: the next year")


def predict_high_crime(
    features: Any,
    *,
    agency: str | None = None,
    year: str | None = None,
    count: str | None = None,
    population: str | None = None,
    test_since: int | None = None,
    folds: int = 5,
    models: str | Sequence[str] | None = None,
    seed: int = 0,
    progress: Progress = None,
) -> HighCrime:
    """Tell whether an agency's rate will be high next year, and how well that is told beside plain baselines.

    Parameters
    ----------
    features : a table of agency-years: a `CrimePanel`, a layer, a table or its path; it is checked as `read_ucr` checks.
    agency : column that tells agencies apart. Default: the one called as usual, such as ORI.
    year : column of the years. Default: the one called as usual, such as year.
    count : column of the crimes counted. Default: violent crimes, by the columns usual for them.
    population : column of the residents. Default: the column usual for them.
    test_since : the first year that is scored; models learn of earlier ones only. Default: the last quarter of the years.
    folds : into how many groups agencies are put, each of which is foretold by what the others taught. Default 5.
    models : of "logistic_regression" (ridge) and "gradient_boosting" (scikit-learn), with commas between. Default: both, the
        latter where scikit-learn is there. The baselines are always told: "last_year" (was it high last year), "last_rate",
        "mean_5" (the mean rate of five years).
    seed : of the folds, the trees and the draws of intervals.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    HighCrime
        A row per `split` ("new agencies": neither they nor later years were seen; "known agencies": their earlier years
        were), `model` and `score` (roc_auc, pr_auc, f1, brier, calibration_slope, calibration_intercept): `value`, `low`,
        `high` (95 %), `difference`, `difference_low`, `difference_high` (to last_year), `agency_years`, `agencies`,
        `prevalence` (share that was high). `.forecasts()` is the probability of each agency for the next year.

    Raises
    ------
    ValueError
        If there are too few years or agencies, an option is out of its range, or what is learned of is all high, or none.
    ImportError
        If "gradient_boosting" is asked for by name and scikit-learn is missing.

    Notes
    -----
    High is a rate above the third quartile of the rates of the agency-years to learn from. Features are of the years before:
    log rate of the last year, mean and slope of five years, log population, shares of the components. What is said to be high
    (F1) starts at the chance that was best in the last five years to learn from. Intervals draw agencies again, with all their
    years. Random splits, thresholds of years that are scored, and features that know the year foretold are refused.

    Examples
    --------
    >>> import numpy as np
    >>> import lacrime_geo as lg
    >>> draw = np.random.default_rng(0)
    >>> level = np.repeat(draw.lognormal(6, 0.6, 24), 30)
    >>> table = {"agency": np.repeat(np.arange(24), 30).astype(str), "year": np.tile(np.arange(1990, 2020), 24)}
    >>> table.update(violent=draw.poisson(level), population=np.full(720, 100_000))
    >>> found = lg.predict_high_crime(table, models="logistic_regression")
    >>> rows = {key: value for *key, value in zip(found["split"], found["model"], found["score"], found["value"])
    ...         for key in [tuple(key)]}
    >>> print(rows["new agencies", "logistic_regression", "roc_auc"] > 0.9)
    True
    """
    given = studied(features, agency, year, count, population, within(progress, 0.0, 0.2))
    parameters, asked = given.parameters, _models(models, given.parameters)
    seed = checks.whole("seed", seed, 0)
    history = History.of(given.panel, given.series)
    rows = rows_of(history)
    known, ahead = rows.where(np.isfinite(rows.rate)), rows.where(rows.year == history.year[-1] + 1)
    since, number = _since(known, test_since, parameters), _folds(known, folds)
    advance(progress, 0.2)
    refuse_later_knowledge(rows_of, history, since)
    advance(progress, 0.2)
    parameters.update(
        folds=number,
        seed=seed,
        high_from_quantile=HIGH_FROM,
        validation_years=VALIDATION_YEARS,
        draws=DRAWS,
        level=LEVEL,
        features=", ".join(known.names),
        reference=REFERENCE,
    )
    new = told_of_new(known, since, asked, number, seed, within(progress, 0.2, 0.5))
    parameters["high_from"] = [round(limit, 1) for limit in new.limits]
    scored = score_rows(NEW, new, asked, seed, within(progress, 0.5, 0.7))
    old = told_of_known(known, since, asked, seed, within(progress, 0.7, 0.75))
    scored += score_rows(KNOWN, old, asked, seed, within(progress, 0.75, 1.0))
    advance(progress, 1.0)
    columns = {name: np.array([row[name] for row in scored], dtype=_kind(name)) for name in scored[0]}
    label = f"High rates of {crimes_in_words(given.panel.counted)} next year, {since} to {known.year.max()}"
    found = HighCrime(columns, parameters, label=label, series=given.series, past=known, next_year=ahead, models=asked)
    _tell(found, int(given.series.agency.size))
    return found


def _folds(known: AgencyYears, folds: int) -> int:
    """Return into how many groups agencies are put."""
    number, agencies = checks.whole("folds", folds, 2), np.unique(known.agency).size
    if number > agencies:
        raise ValueError(
            f"folds must be at most the number of agencies that can be foretold, {agencies}, got {number}."
        )
    return number


def _kind(name: str) -> Any:
    return float if name in NUMBERS else object if name in ("split", "model", "score") else np.int64


def _models(models: str | Sequence[str] | None, parameters: Parameters) -> tuple[str, ...]:
    """Return the baselines and the models asked for; what is missing is refused where it was asked for, else told."""
    if models is None:
        try:
            boosting()
        except ImportError as missing:
            parameters.warn(f"It is left out: {missing}")
            return (*BASELINES, "logistic_regression")
        return (*BASELINES, *LEARNED)
    named = words(models.strip() or None) if isinstance(models, str) else list(models)
    asked = [checks.option("models", name, (*LEARNED, *BASELINES)) for name in named or []]
    if "gradient_boosting" in asked:
        boosting()
    return (*BASELINES, *(name for name in LEARNED if name in asked))


def _since(known: AgencyYears, test_since: int | None, parameters: Parameters) -> int:
    """Return the first year that is scored."""
    if not known.year.size:
        raise ValueError(
            "No agency-year can be foretold: each needs the year before, and three of the five years before it, usable."
        )
    years = np.unique(known.year)
    if test_since is None:
        first = int(years[int(np.ceil((1 - SCORED) * years.size)) - (years.size < 2)])
        return int(parameters.choose("test_since", str(first), "the last quarter of the years that can be foretold"))
    since = checks.whole("test_since", test_since)
    if not years[0] < since <= years[-1]:
        raise ValueError(f"test_since must be a year from {years[0] + 1} to {years[-1]}, got {since}.")
    parameters["test_since"] = str(since)
    return since


def _tell(found: HighCrime, agencies: int) -> None:
    """Keep in words what the best model is worth beside the baselines, and what makes it say less."""
    assert found.next_year is not None
    kept = found.parameters
    value = {tuple(key): row for row, key in enumerate(zip(found["split"], found["model"], found["score"]))}
    brier = {name: float(found["value"][value[NEW, name, "brier"]]) for name in found.models}
    best, plain = (
        min(names, key=brier.__getitem__, default="")
        for names in ([name for name in brier if name not in BASELINES], BASELINES)
    )
    of_model = f"of a model is {brier[best]:.4f} ({best}), of a baseline" if best else "of a baseline is"
    prevalence = float(found["prevalence"][value[NEW, plain, "brier"]])
    kept.tell(
        f"of {int(found['agency_years'][0]):,} later agency-years of agencies not learned from, {100 * prevalence:.1f} % were "
        f"high; the least Brier score {of_model} {brier[plain]:.4f} ({plain})"
    )
    left = agencies - found.next_year.agency.size
    kept.note(
        "without_forecast",
        left,
        f"{left:,} agencies have no forecast: the last year, or too many before, is not usable",
    )
    if prevalence * float(found["agency_years"][0]) < 50:
        kept.warn(
            f"Only {prevalence * float(found['agency_years'][0]):.0f} of the agency-years scored were high, of few agencies: "
            "scores are of them, and the intervals tell how little sure they are."
        )
    kept.warn(
        "Nearly all that can be foretold is that agencies stay as they are; the probability says nothing of why, and must not "
        "rank agencies."
    )
