"""Incidents broken down by what was recorded of them: shares with intervals, and how two attributes go together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import checks
from ..beginning import begin
from ..incidents import Incidents
from ..parameters import Parameters, in_plain_words, p_in_words
from ..privacy.small_counts import withheld
from ..progress import Progress, advance, left_alone, within
from ..refusals import refuse_weights
from ..results import Drawing, Picture
from . import breakdown_pages
from .association import Association, association
from .attributes import Attribute, attribute_of
from .share_intervals import goodman, wilson

MOST, K = 12, 5
# Of fewer incidents, a V by itself can tell which counts are withheld.
TELLING = 1_000
ALL = "all incidents"
DESCRIPTIVE = (
    "A breakdown describes what was recorded; it is no input of a prediction. Who the victims were is known only of crimes that "
    "were reported."
)
NO_RATES = (
    "Recorded victims are not the population at risk: without how many people of a kind there are, and how much they report, a "
    "large share is no large risk."
)
CHANCE = (
    "Intervals tell what chance does to shares of so many incidents, each by itself; incidents that come together, or with the "
    "same person, make them too narrow."
)


@dataclass(frozen=True, eq=False, repr=False)
class Breakdown(Picture):
    """Hold the shares of incidents by the values of an attribute, within each value of a second one where there is one."""

    drawing = Drawing(breakdown_pages.drawn, breakdown_pages.page_of)


def breakdown(
    incidents: Any,
    *,
    by: str,
    across: str | None = None,
    level: float = 95,
    most: int = MOST,
    k: int = K,
    permutations: int = 999,
    seed: int = 0,
    progress: Progress = None,
) -> Breakdown:
    """Break incidents down by an attribute, such as premise, weapon or category: shares with intervals.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path. Those without a place count as well.
    by : a column, such as `premise`, `weapon`, `victim_age` (in bands), `victim_sex`, `victim_descent` or `area_name`; or
        "category", "hour" (bands of three hours, without clocks that are placeholders) or "weekday". A column of the times of
        the incidents is taken as "hour".
    across : a second attribute: the shares are then within each of its values. Default: none.
    level : of the intervals, in per cent. Default 95.
    most : how many values are shown, by falling count; the others are pooled. Bands and weekdays all are. Default 12.
    k : counts of 1 to k − 1 are withheld where an attribute is one of victims or other persons, and as many others as it takes
        that no total gives them back. Default 5; 1 withholds nothing.
    permutations : tables drawn with the same totals, for the p of `across`. Default 999.
    seed : of these draws, and of which of equal counts are withheld.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Breakdown
        A row for each value (`value`), within each of `across` ("all incidents" without one), what is not recorded in a row of
        its own: `count`; `share` of all incidents there, with `low` and `high` of it by itself, and `low_all` and `high_all`,
        which hold for all shares of that table at once; `share_recorded` with `recorded_low` and `recorded_high`, of those in
        which it is recorded; `residual`, how many standard deviations the count is above what would be if both attributes had
        nothing to do with each other; `withheld`. The record has Cramér's V (`cramers_v`, `_low`, `_high`), chi-squared and p,
        rounded where counts are withheld, or None where they would tell these.

    Raises
    ------
    ValueError
        If there is no such column, none of its values is known, the incidents have weights, or both attributes are one.

    Notes
    -----
    Intervals: Wilson 1927; Goodman 1965 for all at once. V: Bergsma 2013, its interval by noncentral chi-squared (Smithson
    2003). Residuals: Haberman 1973. Withheld counts: Hundepool et al. 2012. A blank weapon is not recorded, which is not the same
    as none; an age of 0 is not known.

    Examples
    --------
    >>> from lacrime_geo import Incidents
    >>> kinds = {"premise": ["STREET"] * 6 + ["DWELLING"] * 3 + [None]}
    >>> found = breakdown(Incidents(np.arange(10.0) + 380000, np.zeros(10), crs="EPSG:32611", source=kinds), by="premise")
    >>> found["value"].tolist(), found["count"].tolist(), found["share"].tolist()
    (['STREET', 'DWELLING', 'not recorded'], [6.0, 3.0, 1.0], [0.6, 0.3, 0.1])
    """
    level, most, k = checks.per_cent("level", level), checks.whole("most", most), checks.whole("k", k)
    draws, seed = checks.whole("permutations", permutations), checks.whole("seed", seed, 0)
    if by == across:
        raise ValueError(f"by and across are both {by!r}; name two attributes, or leave across out.")
    everything, _, parameters = begin(incidents, None)
    refuse_weights(everything, "a breakdown counts incidents")
    parameters.update(incidents=everything.size, by=by, across=across, level=level, most=most, k=k, seed=seed)
    attributes = [
        left_alone(lambda name=name: attribute_of(everything, name).pooled(most, k), progress)  # type: ignore[misc]
        for name in (by, across)
        if name is not None
    ]
    advance(progress, 0.3)
    table = _counted(attributes)
    hidden = _hidden(table, attributes, k, seed, parameters)
    together = None
    if across is not None:
        parameters["permutations"] = draws
        together = association(table[:-1, :-1], level, draws, seed, within(progress, 0.3, 0.95))
        _keep(together, bool(hidden.any()), int(table[:-1, :-1].sum()), parameters)
    columns = _columns(table, hidden, attributes, together, level)
    parameters.tell(_in_words(columns, attributes, parameters))
    for sentence in _caveats(attributes):
        parameters.warn(sentence)
    advance(progress, 1.0)
    return Breakdown(columns, parameters, label=_title(everything, attributes))


def _counted(attributes: list[Attribute]) -> np.ndarray:
    """Return the counts (values and unknown, values and unknown of the second), of one attribute in one column."""
    first = attributes[0]
    rows = len(first.values) + 1
    code = np.where(first.code < 0, rows - 1, first.code)
    if len(attributes) == 1:
        return np.bincount(code, minlength=rows)[:, None]
    second = attributes[1]
    columns = len(second.values) + 1
    other = np.where(second.code < 0, columns - 1, second.code)
    return np.bincount(code * columns + other, minlength=rows * columns).reshape(rows, columns)


def _hidden(table: np.ndarray, attributes: list[Attribute], k: int, seed: int, parameters: Parameters) -> np.ndarray:
    """Return which counts are withheld: small ones of persons, and others by which they could be worked out."""
    if k == 1 or not any(attribute.of_persons for attribute in attributes):
        return np.zeros(table.shape, dtype=bool)
    # What stands in an empty row or column is known to be 0, and hides nothing.
    row, column = np.nonzero(np.outer(table.any(axis=1), table.any(axis=0)))
    ways = [column, row + table.shape[1]][: len(attributes)]
    found = withheld(table[row, column], k, np.array(ways), np.random.default_rng(seed))
    number = int(found.all.sum())
    parameters["withheld"] = number
    if number:
        parameters.warn(
            f"{number:,} counts are withheld: those of 1 to {k - 1} persons, and others by which they could be worked out from "
            "the totals."
        )
    if found.open_groups.size:
        parameters.warn(
            "There was nothing else to withhold beside a small count: do not publish the total of that row or column."
        )
    hidden = np.zeros(table.shape, dtype=bool)
    hidden[row, column] = found.all
    return hidden


def _keep(found: Association, hidden: bool, recorded: int, parameters: Parameters) -> None:
    """Keep how both attributes go together; of a table with withheld counts rounded or not at all, lest it give them back."""
    told, digits = not hidden or recorded >= TELLING, 2 if hidden else 12
    for name, value in (("cramers_v", found.v), ("cramers_v_low", found.low), ("cramers_v_high", found.high)):
        parameters[name] = round(value, digits) if told else None
    parameters["chi_squared"] = None if hidden else found.chi_squared
    # The least p that there is says only that no table drawn was as extreme.
    exact = not hidden or found.p <= 1 / (parameters["permutations"] + 1)
    parameters["p"] = None if not told else found.p if exact else max(round(found.p, 2), 0.01)


def _residuals(found: Association, hidden: np.ndarray) -> np.ndarray:
    """Return the residuals of a table (rows, columns), NaN where they would tell what is withheld.

    A residual knows how many of its row and of its column are recorded; where the count of what is not recorded is withheld, that
    gives it back.
    """
    told = ~hidden & ~hidden[:, -1:] & ~hidden[-1:] & ~hidden[-1, -1]
    shown = np.full(hidden.shape, np.nan)
    shown[:-1, :-1] = found.residuals
    return np.where(told, shown, np.nan)


def _columns(
    table: np.ndarray, hidden: np.ndarray, attributes: list[Attribute], together: Association | None, level: float
) -> dict[str, np.ndarray]:
    """Return a row for each value within each of the second attribute, without those that no incident has."""
    first, across = attributes[0], [ALL]
    if len(attributes) > 1:
        across = [*attributes[1].values, f"{in_plain_words(attributes[1].name)} {attributes[1].unknown}"]
    residual = np.full(table.shape, np.nan) if together is None else _residuals(together, hidden)
    there, parts = table.sum(axis=1) > 0, []
    for number, name in enumerate(across):
        shown = _within(table[:, number], hidden[:, number], level, int(there.sum()))
        rows = {
            "across": np.full(len(table), name, dtype=object),
            "value": np.array([*first.values, first.unknown], dtype=object),
            **shown,
            "residual": residual[:, number],
            "withheld": hidden[:, number],
        }
        some = there & (table[:, number].sum() > 0)
        parts.append({column: values[some] for column, values in rows.items()})
    return {column: np.concatenate([part[column] for part in parts]) for column in parts[0]}


def _within(count: np.ndarray, hidden: np.ndarray, level: float, kinds: int) -> dict[str, np.ndarray]:
    """Return the shares of one table of counts of so many kinds, what is not recorded last, with their intervals."""
    total, recorded = int(count.sum()), int(count[:-1].sum())
    (low, high), (low_all, high_all) = wilson(count, total, level), goodman(count, total, level, kinds)
    own_low, own_high = wilson(count, recorded, level)
    with np.errstate(divide="ignore", invalid="ignore"):
        share, own = count / total, count / recorded
    of_all = {
        "count": count.astype(float),
        "share": share,
        "low": low,
        "high": high,
        "low_all": low_all,
        "high_all": high_all,
    }
    of_recorded = {"share_recorded": own, "recorded_low": own_low, "recorded_high": own_high}
    # A total of those recorded would tell how many are not.
    unknown = hidden | hidden[-1]
    unknown[-1] = True
    return {
        **{name: np.where(hidden, np.nan, values) for name, values in of_all.items()},
        **{name: np.where(unknown, np.nan, values) for name, values in of_recorded.items()},
    }


def _in_words(columns: dict[str, np.ndarray], attributes: list[Attribute], parameters: Parameters) -> str:
    """Say what was found in a sentence."""
    return (
        _of_two(columns, attributes, parameters) if len(attributes) > 1 else _of_one(columns, attributes[0], parameters)
    )


def _of_one(columns: dict[str, np.ndarray], first: Attribute, parameters: Parameters) -> str:
    known = (columns["value"] != first.unknown) & ~columns["withheld"]
    order = np.flatnonzero(known)[np.argsort(-columns["count"][known], kind="stable")][:3]
    told = [
        f"{in_plain_words(columns['value'][row])} {100 * columns['share'][row]:.1f} % ({100 * columns['low'][row]:.1f} to "
        f"{100 * columns['high'][row]:.1f})"
        for row in order
    ]
    lacking = columns["share"][(columns["value"] == first.unknown) & ~columns["withheld"]]
    said = f"; {first.unknown} {100 * lacking[0]:.1f} %" if lacking.size else ""
    of = f"{in_plain_words(first.name)} of {parameters['incidents']:,} incidents"
    return f"{of} ({parameters['level']:g} % intervals): {', '.join(told)}{said}"


def _of_two(columns: dict[str, np.ndarray], attributes: list[Attribute], parameters: Parameters) -> str:
    names = " and ".join(in_plain_words(attribute.name) for attribute in attributes)
    of = f"{names} of {parameters['incidents']:,} incidents"
    v, low, high = (parameters[f"cramers_v{end}"] for end in ("", "_low", "_high"))
    if v is None:
        return f"{of}: how they go together is not told, as it would tell counts that are withheld"
    if np.isnan(v):
        return f"{of}: they are too few to tell how both go together"
    return (
        f"{of}: Cramér's V {v:.2f} ({parameters['level']:g} % interval {low:.2f} to {high:.2f}; 0 is none, 1 that one tells the "
        f"other), {p_in_words(parameters['p'])} by {parameters['permutations']:,} permutations{_farthest(columns)}"
    )


def _farthest(columns: dict[str, np.ndarray]) -> str:
    """Say which pair of values is farthest above chance, if any may be told."""
    residual = np.nan_to_num(columns["residual"], nan=-np.inf)
    row = int(np.argmax(residual))
    if not residual[row] > 0:
        return ""
    return (
        f"; farthest above chance is {in_plain_words(columns['value'][row])} within {in_plain_words(columns['across'][row])} "
        f"({100 * columns['share'][row]:.1f} %)"
    )


def _caveats(attributes: list[Attribute]) -> list[str]:
    persons = any(attribute.of_persons for attribute in attributes)
    return [DESCRIPTIVE, *([NO_RATES] if persons else []), CHANCE]


def _title(incidents: Incidents, attributes: list[Attribute]) -> str:
    names = " across ".join(in_plain_words(attribute.name) for attribute in attributes)
    period = f", {incidents.period}" if incidents.period else ""
    return f"Incidents by {names}{period} · n = {incidents.size:,}"
