"""Which incidents make a map of what places are made of: cells with enough of them, and categories that are not too rare."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from ..grid import Grid
from ..incidents import Incidents
from ..parameters import Parameters, in_plain_words, incidents_that
from ..progress import Progress, left_alone
from ..risk.mapping.asked_places import asked_units
from ..risk.units import Units
from .attributes import attribute_of

# Sides of cells (m) that are tried, and the share of the incidents that should stand in cells with enough of them.
SIDES, ENOUGH = (250.0, 500.0, 1000.0, 2000.0, 4000.0), 0.8
_FEWEST_CELLS, _FEWEST_CATEGORIES = 10, 2


class Composed(NamedTuple):
    """Hold places, which of them are `known` (n,), counts of the categories in those (m, k), and of all incidents (n,)."""

    units: Units
    known: np.ndarray
    table: np.ndarray
    total: np.ndarray
    categories: tuple[str, ...]


def composed_cells(
    placed: Incidents,
    places: tuple[Any, float | None, Any],
    least: int,
    rare: float,
    parameters: Parameters,
    progress: Progress = None,
) -> Composed:
    """Return the counts of categories in places: given units, or cells of a size within a boundary.

    Raises
    ------
    ValueError
        If there are no categories, or too few places or categories are left.
    """
    category = left_alone(lambda: attribute_of(placed, "category"), progress)
    code, kept = _not_rare(category.code, category.values, rare, parameters)
    if len(kept) < _FEWEST_CATEGORIES:
        raise ValueError(
            f"{len(kept)} categories have at least {100 * rare:.1f} % of the incidents; components need {_FEWEST_CATEGORIES}: "
            "lower rare, or take incidents of more categories."
        )
    units, cell_size, boundary = places
    if units is None and cell_size is None:
        cell_size = left_alone(lambda: _side(placed, code, least, parameters), progress)
    found = left_alone(lambda: asked_units(placed, units, cell_size, boundary, parameters), progress)
    unit = left_alone(lambda: found.locate(placed.easting, placed.northing), progress)
    some = (unit >= 0) & (code >= 0)
    table = np.bincount(unit[some] * len(kept) + code[some], minlength=found.size * len(kept)).reshape(-1, len(kept))
    known = table.sum(axis=1) >= least
    _tell_of_places(table, known, least, parameters)
    filled = table[known].any(axis=0)
    if known.sum() >= _FEWEST_CELLS and filled.sum() < 2:
        raise ValueError(
            f"The {known.sum():,} places with at least {least:,} incidents have one category alone, in which they do not differ; "
            "take incidents of more categories."
        )
    if known.sum() < _FEWEST_CELLS:
        raise ValueError(
            f"{known.sum():,} places have at least {least:,} incidents; components need {_FEWEST_CELLS}: take larger cells, a "
            "lower least, or more incidents."
        )
    names = tuple(name for name, there in zip(kept, filled) if there)
    return Composed(found, known, table[known][:, filled], table.sum(axis=1), names)


def _not_rare(
    code: np.ndarray, values: tuple[str, ...], rare: float, parameters: Parameters
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Return the number of each incident's category among those that are kept, −1 of the others, and their names."""
    known = code >= 0
    count = np.bincount(code[known], minlength=len(values))
    keep = count >= rare * known.sum()
    names = ", ".join(in_plain_words(name) for name, kept in zip(values, keep) if not kept)
    left = int(count[~keep].sum())
    parameters["rare_categories"] = names
    sentence = f"{incidents_that(left, 'is', 'are')} of categories with less than {100 * rare:.1f} % of all and left out: {names}"
    parameters.note("in_rare_categories", left, sentence)
    lacking = int((~known).sum())
    parameters.note("without_category", lacking, incidents_that(lacking, "has no category", "have no category"))
    number = np.append(np.where(keep, np.cumsum(keep) - 1, -1), -1)
    return number[code], tuple(name for name, kept in zip(values, keep) if kept)


def _side(placed: Incidents, code: np.ndarray, least: int, parameters: Parameters) -> float:
    """Return the smallest side of cells at which most incidents stand in cells with enough of them."""
    x, y = placed.easting[code >= 0], placed.northing[code >= 0]
    share = 0.0
    for side in SIDES:
        grid = Grid.over((x.min(), y.min(), x.max(), y.max()), side, placed.crs)
        count = np.bincount(grid.index(x, y), minlength=grid.size)
        share = float(count[count >= least].sum() / max(x.size, 1))
        if share >= ENOUGH:
            break
    reason = f"{100 * share:.0f} % of the incidents stand in cells with at least {least:,} of them"
    return float(parameters.choose("cell_size", side, reason, " m"))


def _tell_of_places(table: np.ndarray, known: np.ndarray, least: int, parameters: Parameters) -> None:
    total = table.sum(axis=1)
    empty, few = int((total == 0).sum()), int(((total > 0) & ~known).sum())
    parameters["places_known"], parameters["places_empty"] = int(known.sum()), empty
    left = int(total[~known].sum())
    sentence = f"{few:,} places have fewer than {least:,} incidents and no score: {left:,} incidents stand in them"
    parameters.note("places_with_few", few, sentence)
    parameters["incidents_scored"] = int(total[known].sum())
