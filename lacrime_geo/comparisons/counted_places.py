"""Places with a count and a population each: what rates, funnels and ranks begin with."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .. import checks
from ..parameters import Parameters, in_words
from ..rows import Rows, as_rows

USUAL_COUNTS = ("count", "crime_count", "crimes", "incidents")
USUAL_POPULATIONS = ("population", "residents", "pop", "pop_total")
USUAL_NAMES = ("name", "area_name", "aprec", "division", "neighborhood", "district", "area", "geoid", "tract", "id")
PER = 100_000
# Fewer events than this tell hardly anything of a rate.
FEW = 5
# A population below this share of the median one: an airport, a park, a stadium.
SMALL = 0.1
RESIDENTS = "residents"
NOT_AT_RISK = (
    "The residents of a place are not the people who are there: of a centre, an airport or a stadium a rate per resident says "
    "how many others come there."
)
BUNCHES = "Intervals are of Poisson chance, the least there is: incidents that come in bunches differ more."
REPORTED = "Reported crime is not crime: who reports, and where police are, differs from place to place."


@dataclass(frozen=True, eq=False)
class CountedPlaces:
    """Hold places with a name, a count and a population each (n,), NaN where one is not known, and how their rates are told.

    `known` are those that have both, and a population above 0; `small` those of them with very few residents beside the others.
    """

    rows: Rows
    names: np.ndarray
    count: np.ndarray
    population: np.ndarray
    known: np.ndarray
    small: np.ndarray
    per: float
    years: float | None
    unit: str

    @property
    def events(self) -> np.ndarray:
        """The counts of the known places (k,)."""
        return self.count[self.known]

    @property
    def exposure(self) -> np.ndarray:
        """Residents times years, or residents alone, of the known places (k,)."""
        return self.population[self.known] * (self.years or 1.0)

    @property
    def overall(self) -> float:
        """The rate of all known places together, of one resident."""
        return float(self.events.sum() / self.exposure.sum())

    @property
    def few_residents(self) -> np.ndarray:
        """Which of the known places have very few residents (k,)."""
        return self.small[self.known]

    @property
    def usual(self) -> CountedPlaces:
        """The same, of which those with few residents count as not known."""
        return replace(self, known=self.known & ~self.small)

    def spread(self, values: np.ndarray, missing: Any = np.nan) -> np.ndarray:
        """Return values of the known places as a column of all (n,)."""
        if self.known.all():
            return values
        column = np.full(self.known.size, missing, dtype=np.result_type(values, type(missing)))
        column[self.known] = values
        return column


def counted_places(
    features: Any,
    count: str | None,
    population: str | None,
    name: str | None,
    per: float,
    years: float | None,
    few_residents: float | None,
    parameters: Parameters,
) -> CountedPlaces:
    """Read places with their counts and populations; keep in the record what was found, and which have no rate.

    Raises
    ------
    ValueError
        If a column is missing, a count is no whole number from 0, a population is negative, or no place has a rate.
    """
    rows = as_rows(features)
    count, population = (
        rows.found(role, given, usual)
        for role, given, usual in (("count", count, USUAL_COUNTS), ("population", population, USUAL_POPULATIONS))
    )
    counts, people = _whole_counts(rows, count), _populations(rows, population)
    known = np.isfinite(counts) & (people > 0)
    if not known.any() or not counts[known].any():
        raise ValueError(
            f"No place of {rows.label!r} has both a {count!r} and a {population!r} above 0, so there are no rates to compare; "
            "name other columns."
        )
    names, named_by = _names(rows, name)
    _tell_repeated(names, parameters)
    per = checks.positive("per", per, "residents")
    years = None if years is None else checks.positive("years", years, "years")
    residents = RESIDENTS if population.lower() in USUAL_POPULATIONS else population.replace("_", " ")
    unit = f"per {in_words(per)} {residents}{'' if years is None else ' and year'}"
    parameters.update(
        layer=rows.label, count=count, population=population, name=named_by, per=per, years=years, unit=unit
    )
    small = known & (people < _few_residents(people[known], few_residents, parameters))
    places = CountedPlaces(rows, names, counts, people, known, small, per, years, unit)
    _note(places, parameters)
    return places


def _few_residents(people: np.ndarray, given: float | None, parameters: Parameters) -> float:
    """Return below how many residents a place has few; keep and announce it."""
    if given is None:
        limit = round(SMALL * float(np.median(people)), 1)
        told = f"{SMALL:.0%} of the median population; {places_that(int((people < limit).sum()))} fewer".replace(
            "%", " %"
        )
        return float(parameters.choose("few_residents_below", limit, told))
    limit = float(checks.numbers("few_residents", given, 1)[0])
    if not 0 <= limit <= people.max():
        raise ValueError(
            f"few_residents is {limit:,g}, and must be 0 or more and leave places with as many residents: the largest has "
            f"{people.max():,g}."
        )
    parameters["few_residents_below"] = limit
    return limit


def _whole_counts(rows: Rows, name: str) -> np.ndarray:
    values = rows.numbers(name)
    bad = np.flatnonzero((values < 0) | (np.isfinite(values) & (np.floor(values) != values)) | np.isinf(values))
    if bad.size:
        raise ValueError(
            f"{name!r} must hold numbers of incidents; {bad.size:,} of {values.size:,} values are no whole numbers from 0, "
            f"first in row {bad[0]} ({values[bad[0]]:g}). Chance in a sum of weights is not that of a count: name the column of "
            "the numbers behind it."
        )
    return values


def _populations(rows: Rows, name: str) -> np.ndarray:
    values = rows.numbers(name)
    bad = np.flatnonzero((values < 0) | np.isinf(values))
    if bad.size:
        raise ValueError(
            f"{name!r} must be 0 or more; {bad.size:,} of {values.size:,} values are not, first in row {bad[0]} "
            f"({values[bad[0]]:g}); correct them."
        )
    return values


def _names(rows: Rows, name: str | None) -> tuple[np.ndarray, str | None]:
    """Return what each place is called, and the column that says it; rows without a name are numbered."""
    lower = {known.lower(): known for known in reversed(rows.names)}
    found = name if name is not None else next((lower[one] for one in USUAL_NAMES if one in lower), None)
    texts = np.full(rows.size, "", dtype=object) if found is None else rows.texts(found)
    for row in np.flatnonzero(texts == "").tolist():
        texts[row] = f"row {row}"
    return texts, found


def _tell_repeated(names: np.ndarray, parameters: Parameters) -> None:
    """Warn of names that stand in several rows: a table of years looks like one of places."""
    rows = Counter(names.tolist())
    repeated = len(rows) - sum(times == 1 for times in rows.values())
    if repeated:
        most, times = rows.most_common(1)[0]
        in_several = "1 name stands" if repeated == 1 else f"{repeated:,} names stand"
        parameters.warn(
            f"{in_several} in more than one row ({most!r} in {times:,}), and each row is taken for a place: where rows are "
            "years or kinds of crime, give a table of one year or kind."
        )


def _note(places: CountedPlaces, parameters: Parameters) -> None:
    """Keep which places have no rate, what they count, and which are small."""
    uncounted = int(np.isnan(places.count).sum())
    parameters.note("without_count", uncounted, f"{places_that(uncounted)} no count: not known, and no rate")
    empty = ~(places.population > 0) & np.isfinite(places.count)
    held = float(places.count[empty].sum())
    parameters.update(places=int(places.known.size), compared=int(places.known.sum()))
    parameters["events"], parameters["residents"] = (
        int(places.events.sum()),
        float(places.population[places.known].sum()),
    )
    parameters.note(
        "without_population",
        int(empty.sum()),
        f"{places_that(int(empty.sum()))} no population, and so no rate: {held:,.0f} incidents of theirs are in no rate",
    )
    parameters["events_without_population"] = int(held)
    parameters["few_residents"] = int(places.small.sum())


def caveats_of(places: CountedPlaces, *own: str) -> list[str]:
    """Return what is to be kept in mind of a comparison: its own caveats, and those of all of residents and of reports."""
    of_residents = [NOT_AT_RISK] if f" {RESIDENTS}" in places.unit else []
    return [*own, *of_residents, REPORTED]


def places_that(number: int, one: str = "has", many: str = "have") -> str:
    """Return how many places, with a verb.

    >>> places_that(1), places_that(1200)
    ('1 place has', '1,200 places have')
    """
    return f"1 place {one}" if number == 1 else f"{number:,} places {many}"


def ranks_of(values: np.ndarray) -> np.ndarray:
    """Return ranks, 1 the highest, those tied with the mean of theirs; NaN where a value is NaN (n,).

    >>> ranks_of(np.array([5.0, np.nan, 9.0, 5.0])).tolist()
    [2.5, nan, 1.0, 2.5]
    """
    found = np.full(values.size, np.nan)
    known = np.flatnonzero(np.isfinite(values))
    _, kind, number = np.unique(-values[known], return_inverse=True, return_counts=True)
    last = np.cumsum(number)
    found[known] = (last - (number - 1) / 2)[kind.ravel()]
    return found
