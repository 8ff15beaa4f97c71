"""How far a map of hot cells changes when incidents are weighed by their harm, and on how few of them it hangs."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .. import checks
from ..counted_cells import Gridding
from ..incidents import Incidents, as_incidents
from ..parameters import Parameters, Unsaid
from ..progress import Progress, advance, within
from ..results import Cells, Drawing, Picture
from ..risk.mapping.budgets import within_budget
from ..risk.scoring.hit_curves import ROUNDING, Ranking
from . import sensitivity_pages
from .celled_incidents import CelledIncidents
from .harm_scales import HarmScale, as_scales, fitting
from .scale_agreement import ScaleAgreement, agreement_of
from .sensitivity_words import caption, tell
from .weighed_incidents import Harm, weighed

COUNTS, INCIDENTS = "counts", "incidents"
MEASURES = ("rank_agreement", "overlap", "held_by_count", "held_by_harm")


@dataclass(frozen=True, eq=False, repr=False)
class HarmSensitivity(Picture):
    """Hold how each scale's map agrees with that of counts, a row each, and what they come from."""

    drawing = Drawing(sensitivity_pages.drawn, sensitivity_pages.page_of)
    celled: CelledIncidents | None = None
    found: tuple[ScaleAgreement, ...] = ()

    def cells(self) -> Cells:
        """Return the cells with their count, their harm by scale, and how sure their ranks are.

        Returns
        -------
        Cells
            ``count`` and of each scale ``harm``, ``rank`` (1 the highest, ties share theirs), ``low`` and ``high`` (95 % of
            its ranks where incidents are drawn again) and ``without`` (its rank without its gravest incident, both NaN where
            no incident is); of the second scale and further ones with its name behind. Of counts ``rank_counts`` and so on.
            ``in_budget`` marks the top cells of the first scale, of those tied at the cut drawn ones.
        """
        assert self.celled is not None
        record = Parameters({**self.parameters, "warnings": list(self.parameters.get("warnings", []))})
        columns: dict[str, np.ndarray] = {}
        for number, found in enumerate(self.found):
            behind = "" if number == 1 else f"_{self['name'][number]}"
            spread = {"harm": (found.ranking.values, 0.0), "rank": (found.ranking.ranks, found.ranking.rank_of_empty)}
            spread.update(
                {"low": (found.low, np.nan), "high": (found.high, np.nan), "without": (found.without, np.nan)}
            )
            for name, (values, empty) in spread.items():
                columns[f"{name}{behind}"] = self.celled.spread(values, empty)
        columns = {"count": columns.pop(f"harm_{COUNTS}").astype(np.int64), **columns}
        ranking = Ranking.of(columns["harm"])
        columns["in_budget"] = within_budget(ranking, float(record["budget"]), int(record["seed"]), record)
        record["caption"] = caption(self)
        label = self.label.replace("Harm against counts", f"Cells by {self['unit'][1]}", 1)
        return Cells(columns, record, self.celled.grid, self.celled.universe, "risk", label)


def harm_sensitivity(
    incidents: Any,
    *,
    scales: Any = None,
    key_column: str | None = None,
    cell_size: float | None = None,
    boundary: Any = None,
    shape: str = "square",
    budget: float = 0.02,
    resamples: int = 199,
    seed: int = 0,
    progress: Progress = None,
) -> HarmSensitivity:
    """Tell how far the ranking of cells changes when incidents are weighed by harm, and on how few incidents it hangs.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path; with the columns of the scales' keys.
    scales : names ("part1_2", "ucr_part1") or paths of CSVs, in a list or with commas between; the cells on the map are
        coloured by the first. Default: the first of the two that has keys of these incidents.
    key_column : column in which the keys of all scales are looked up. Default: for each the one that its first column names.
    cell_size : side of a square, or width of a hexagon (m). Default: as of `hotspots`, announced.
    boundary : polygons of the study area. Default: cells with incidents, and gaps between them.
    shape : "square" or "hex" cells. Default "square".
    budget : share of the cells that are the top ones. Default 0.02.
    resamples : how often incidents are drawn again for the intervals. Default 199.
    seed : of the draws. Default 0.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    HarmSensitivity
        A row for counts and one for each scale: `rank_agreement` (Spearman's correlation with the ranks by count, of cells that
        hold an incident), `overlap` (share of the top cells by harm that are top by count too), `held_by_count` and
        `held_by_harm` (share of the harm in the top cells by count and by harm), each with `_low` and `_high`;
        `on_one_incident` (share of the top cells' harm that is each cell's gravest incident), `leave_top` (top cells that
        would not be without it), and of the one that falls most `rank_before` and `rank_after`. `.cells()` has every cell.

    Raises
    ------
    ValueError
        If no scale fits, incidents or cells are too few, or the budget is less than one cell.

    Notes
    -----
    Cells tied at the cut count by their expected share. Intervals are of incidents drawn with replacement (Efron 1979) as if
    they came independently, which near repeats do not: true ones are wider. Those of agreement and overlap are the value
    ± 1.96 standard deviations of the draws, those of shares held the middle 95 % of what the same cells hold; ranks are those
    of each draw. What the top cells hold is what they held: cells chosen by few grave incidents will hold less of later ones.

    Examples
    --------
    >>> import lacrime_geo as lg
    >>> found = lg.harm_sensitivity("sample_layers/incidents.csv.gz", cell_size=500, resamples=19)
    >>> found["scale"].tolist(), float(found["overlap"][0]), bool(found["overlap"][1] < 1)
    (['counts', 'LAPD Part 1 offences'], 1.0, True)
    """
    budget, resamples = checks.share("budget", budget), checks.whole("resamples", resamples, minimum=19)
    seed = checks.whole("seed", seed, minimum=0)
    everything = as_incidents(incidents)
    without = replace(everything, weight=None)
    gridding = Gridding.of(without, None, cell_size, boundary, shape, progress=within(progress, 0.0, 0.1))
    parameters = gridding.parameters
    celled = CelledIncidents.of(gridding.cells(gridding.queen), gridding.placed)
    top = _top_cells(budget, celled.universe.size)
    parameters.update(budget=budget, top_cells=top, occupied_cells=int(celled.occupied.size))
    parameters.update(resamples=resamples, seed=seed)
    advance(progress, 0.1)
    chosen = _scales(everything, scales, key_column)
    harms = [_harm(everything, scale, key_column, parameters) for scale in chosen]
    advance(progress, 0.15)
    rows = np.flatnonzero(everything.placed)[celled.rows]
    weights = [np.ones(rows.size), *(_in_cells(found, rows) for found in harms)]
    found = []
    for number, weight in enumerate(weights):
        going = within(progress, 0.15 + 0.8 * number / len(weights), 0.15 + 0.8 * (number + 1) / len(weights))
        found.append(agreement_of(celled, weight, top, resamples, seed, going))
    label = everything.titled("Harm against counts")
    made = HarmSensitivity(_columns(harms, found, top), parameters, label=label, celled=celled, found=tuple(found))
    tell(made)
    advance(progress, 1.0)
    return made


def _top_cells(budget: float, cells: int) -> int:
    """Return how many cells a share of them is, rounded down; raise where it is none."""
    top = int(np.floor(budget * cells * (1 + ROUNDING)))
    if not top:
        raise ValueError(
            f"budget {budget:g} is less than one of the {cells:,} cells; take a larger share or smaller cells."
        )
    return top


def _scales(incidents: Incidents, scales: Any, column: str | None) -> list[HarmScale]:
    if scales is not None:
        return as_scales(scales)
    fits = fitting(incidents, column)
    if not fits:
        where = repr(column) if column else "'crime_code' and 'category'"
        raise ValueError(
            f"None of the shipped scales has keys of the incidents of {incidents.label!r}, looked up in {where}; name the "
            "column of their keys (key_column), or give scales: the path of a CSV of your own."
        )
    return as_scales(fits[:1])


def _harm(incidents: Incidents, scale: HarmScale, column: str | None, parameters: Parameters) -> Harm:
    """Weigh all incidents on a scale, and carry its caveats on under its title."""
    found = weighed(incidents, scale, column, Unsaid())
    for sentence in found.parameters.get("warnings", []):
        parameters.warn(f"{scale.title}: {sentence}")
    return found


def _in_cells(harm: Harm, rows: np.ndarray) -> np.ndarray:
    weight = harm["weight"][rows]
    if not weight.any():
        raise ValueError(
            f"All {rows.size:,} incidents in the cells weigh 0 on the scale {harm.parameters['scale_title']!r}: there is no harm "
            "to rank cells by; check the boundary, or take another scale."
        )
    return weight


def _columns(harms: list[Harm], found: list[ScaleAgreement], top: int) -> dict[str, np.ndarray]:
    """Return the table: a row for counts, and one for each scale."""
    kept = [harm.parameters for harm in harms]
    names = _names([str(one["scale"]) for one in kept])
    texts = {
        "scale": _titles([COUNTS, *(str(one["scale_title"]) for one in kept)], names),
        "name": names,
        "unit": [INCIDENTS, *(one["unit"] for one in kept)],
    }
    columns = {name: np.array(values, dtype=object) for name, values in texts.items()}
    columns["coverage"] = np.array([1.0, *(one["coverage"] for one in kept)])
    columns["in_cells"] = np.array([one.ranking.values.sum() for one in found])
    for name in MEASURES:
        for end in ("value", "low", "high"):
            behind = "" if end == "value" else f"_{end}"
            columns[f"{name}{behind}"] = np.array([getattr(one.measures[name], end) for one in found])
    columns["on_one_incident"] = np.array([one.on_one_incident for one in found])
    columns["leave_top"] = np.array([one.leaving(top) for one in found])
    columns["rank_before"] = np.array([one.ranking.ranks[one.moved] for one in found])
    columns["rank_after"] = np.array([one.without[one.moved] for one in found])
    return columns


def _names(scales: list[str]) -> list[str]:
    """Return what columns of cells are called after, different of each scale.

    >>> _names(["part1_2", "my/own scale.csv"])
    ['counts', 'part1_2', 'own_scale']
    """
    names = [COUNTS]
    for scale in scales:
        plain = re.sub(r"\W+", "_", re.sub(r".*[/\\]|\.\w+$", "", scale)).strip("_").lower() or "scale"
        names.append(plain if plain not in names else f"{plain}_{len(names)}")
    return names


def _titles(titles: list[str], names: list[str]) -> list[str]:
    """Return the titles of scales, those that several have with their names behind.

    >>> _titles(["counts", "Points", "Points"], ["counts", "old", "new"])
    ['counts', 'Points (old)', 'Points (new)']
    """
    return [f"{title} ({name})" if titles.count(title) > 1 else title for title, name in zip(titles, names)]
