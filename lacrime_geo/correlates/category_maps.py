"""What places are made of: an exploratory map of the components in which their mixes of categories differ most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import checks
from ..beginning import begin
from ..parameters import Parameters
from ..progress import Progress, advance, within
from ..refusals import refuse_weights
from ..results import Cells, Drawing, Picture, few_enough
from . import loading_pages
from .axis_noise import AxisNoise, axis_noise
from .component_words import component_in_words, in_a_row, sides
from .composed_cells import Composed, composed_cells
from .correspondence import Axes, correspondence

STYLE = "components"
COMPONENTS, LEAST, RARE = 3, 20, 0.01
EXPLORATORY = (
    "The map is exploratory: components are made of these incidents, and name no cause. Draw no test from what was looked for "
    "in them."
)
CLUMPED = (
    "What is more than noise is told as if each incident came by itself; several at once, or the same thing again at the same "
    "address, make components look surer than they are."
)
SHARES = (
    "A score is of the mix and not of how much happens: a place with few incidents of all kinds has the score of a place with "
    "many in the same shares."
)


@dataclass(frozen=True, eq=False, repr=False)
class Loadings(Picture):
    """Hold what each component is made of: a row for each category on each component."""

    drawing = Drawing(loading_pages.drawn, loading_pages.page_of)


@dataclass(frozen=True, eq=False, repr=False)
class CategoryComponents(Cells):
    """Hold the scores of places on components of their mixes of categories, and what these are made of."""

    table: Loadings | None = None

    def loadings(self) -> Loadings:
        """Return what each component is made of, how much of the differences it holds, and what chance would give it."""
        assert self.table is not None
        return self.table


def category_components(
    incidents: Any,
    *,
    components: int = COMPONENTS,
    cell_size: float | None = None,
    units: Any = None,
    boundary: Any = None,
    least: int = LEAST,
    rare: float = RARE,
    draws: int = 99,
    seed: int = 0,
    progress: Progress = None,
) -> CategoryComponents:
    """Map in what the mixes of categories of places differ most: components, explained by their loadings.

    Parameters
    ----------
    incidents : Incidents, GeoDataFrame of points, or path, with categories.
    components : how many at most. Default 3.
    cell_size : side of a cell (m). Default: the smallest of 250, 500, 1,000, 2,000 and 4,000 m at which four of five incidents
        stand in cells with enough of them.
    units : polygon layer, such as reporting districts, in place of cells. Default: cells.
    boundary : polygon layer of the study area. Default: cells around the incidents, a stand-in that is announced.
    least : incidents that a place must have to make the components and to have a score. Default 20.
    rare : categories with less than this share of the incidents are left out, as one of them would make a component by itself.
        Default 0.01.
    draws : tables drawn as if only the components before were there, against which each component is held. Default 99.
    seed : of these draws.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    CategoryComponents
        Cells, or polygons: `count`, `known` (whether there are enough incidents), and for each component `component_1` …, the
        score (0: the mix of all; missing where it is not known) with `component_1_se`, its standard error. The record says in
        words what each is made of (`components_in_words`), and how many are more than noise (`above_noise`). Its method
        `loadings` gives the table of categories.

    Raises
    ------
    ValueError
        If the incidents have no categories or have weights, fewer than 10 places have enough of them, or fewer than 2 categories
        are left.

    Notes
    -----
    Correspondence analysis (Benzécri 1973; Greenacre 1984), that is principal components of one-hot categories in the metric of
    chi-squared. It is made for shares of small counts: each place weighs as many incidents as it has, differences are measured
    in what chance does to counts, and zeros are what they are; logarithms of ratios would need something in their place, which
    then makes the map where counts are small. A component is more than noise when its inertia is above that of 95 % of the
    tables drawn with the totals of the places and the shares that the components before it give them (a parametric bootstrap, by
    the formula of reconstitution). On each component the category that makes most of it is positive.

    Examples
    --------
    >>> from lacrime_geo import Incidents
    >>> draw = np.random.default_rng(0)
    >>> x, y = draw.uniform(0, 6000, (2, 4000)) + [[380000], [3768000]]
    >>> kinds = np.where(draw.random(4000) < (x - 380000) / 6000, "theft", draw.choice(["robbery", "assault"], 4000))
    >>> found = category_components(Incidents(x, y, category=kinds, crs="EPSG:32611"), cell_size=1000)
    >>> found.parameters["above_noise"], found.parameters["components_in_words"][0].partition(" (")[0]
    (1, 'component 1: theft against assault and robbery')
    """
    number, least = checks.whole("components", components), checks.whole("least", least, 2)
    rare, draws = _share(rare), checks.whole("draws", draws, 19)
    seed = checks.whole("seed", seed, 0)
    everything, placed, parameters = begin(incidents, None)
    refuse_weights(everything, "components are of counts")
    parameters.update(components=number, least=least, rare=rare, draws=draws, seed=seed)
    composed = composed_cells(placed, (units, cell_size, boundary), least, rare, parameters, within(progress, 0.0, 0.4))
    advance(progress, 0.4)
    axes = correspondence(composed.table)
    shown = min(number, axes.inertia.size)
    noise = axis_noise(composed.table, axes, draws, seed, shown, within(progress, 0.4, 0.95))
    parameters["categories"] = list(composed.categories)
    _tell(composed, axes, noise, shown, parameters)
    table = _loadings(composed, axes, noise, shown, parameters, everything.titled("Components of categories"))
    grid, cell = composed.units.on_grid()
    found = CategoryComponents(
        _scores(composed, axes, shown),
        parameters,
        grid,
        cell,
        STYLE,
        everything.titled("Components of categories"),
        table,
    )
    few_enough(found)
    advance(progress, 1.0)
    return found


def _share(value: Any) -> float:
    return 0.0 if value == 0 and not isinstance(value, bool) else checks.share("rare", value)


def _tell(composed: Composed, axes: Axes, noise: AxisNoise, shown: int, parameters: Parameters) -> None:
    """Say what the components are made of, and how many are more than noise."""
    total = float(axes.inertia.sum())
    above = int(noise.above.sum())
    parameters.update(above_noise=above, inertia=total, shares=(axes.inertia[:shown] / total).tolist())
    words = [
        f"component {number + 1}: {component_in_words(axes, composed.categories, number)} "
        f"({100 * axes.inertia[number] / total:.0f} % of the differences; {100 * noise.limit[number] / total:.0f} % by chance)"
        for number in range(shown)
    ]
    parameters["components_in_words"] = words
    high, low = (in_a_row(side) or "of all others" for side in sides(axes, composed.categories, 0))
    # What the map's legend says.
    parameters["first_component"] = dict(high=high, low=low, spread=float(np.sqrt(axes.inertia[0])))
    some = "1 component is" if above == 1 else f"{above} components are"
    parameters.tell(
        f"{some} more than noise, of {axes.inertia.size} in {parameters['incidents_scored']:,} incidents of "
        f"{len(composed.categories)} categories in {composed.table.shape[0]:,} places; {'; '.join(words)}"
    )
    if above < shown:
        parameters.warn(
            f"Of the {shown} components shown, those from {above + 1} on are no more than noise: do not read them."
        )
    for sentence in (EXPLORATORY, CLUMPED, SHARES):
        parameters.warn(sentence)


def _scores(composed: Composed, axes: Axes, shown: int) -> dict[str, np.ndarray]:
    """Return the columns of the places."""
    columns = {"count": composed.total, "known": composed.known}
    for number, (score, error) in enumerate(zip(axes.scores.T[:shown], axes.errors(composed.table).T)):
        for name, values in ((f"component_{number + 1}", score), (f"component_{number + 1}_se", error)):
            columns[name] = np.full(composed.known.size, np.nan)
            columns[name][composed.known] = values
    return columns


def _loadings(
    composed: Composed, axes: Axes, noise: AxisNoise, shown: int, parameters: Parameters, label: str
) -> Loadings:
    """Return a row for each category on each component shown."""
    kinds, total = len(composed.categories), float(axes.inertia.sum())
    each = np.repeat(np.arange(shown), kinds)
    columns = {
        "component": each + 1,
        "category": np.tile(np.array(composed.categories, dtype=object), shown),
        "coordinate": (axes.coordinates * np.sqrt(axes.inertia))[:, :shown].T.ravel(),
        "contribution": axes.contributions[:, :shown].T.ravel(),
        "share_of_incidents": np.tile(axes.mass, shown),
        "inertia": axes.inertia[each],
        "share_of_differences": axes.inertia[each] / total,
        "share_by_chance": noise.limit[each] / total,
        "p": noise.p[each],
        "above_noise": noise.above[each],
    }
    return Loadings(columns, parameters, label=label.replace("Components", "Loadings of components", 1))
