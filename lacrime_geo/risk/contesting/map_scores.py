"""What a score of a map found: hit rates by share of the area, the curve, a page, and the map again with what came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union

import numpy as np

from ...features import Features
from ...grid import Grid
from ...parameters import Parameters, in_words
from ...results import Cells, Drawing, Marks, Picture, Table, few_enough, with_columns
from ..mapping.budgets import mean_ranks, within_budget
from ..scoring import label_scores
from . import map_score_pages
from .contest_results import BEST, REACH, STEPS
from .contest_scores import Played, middle
from .day_draws import ENOUGH as FEW_SPANS
from .day_draws import Spans

Layer = Union[Features, "tuple[Grid, np.ndarray]"]
STYLE = "risk"
MISSING = {"rank": np.nan, "later": np.nan, "in_budget": False, "chosen": np.nan, "caught": np.nan}


@dataclass(frozen=True, eq=False, repr=False)
class ScoredMap(Picture):
    """Hold the scores of a map, a row for each share of the area, and what they come from."""

    drawing = Drawing(map_score_pages.drawn, map_score_pages.page_of)
    played: Played | None = None
    layer: Layer | None = None
    known: np.ndarray | None = None

    def curve(self) -> Table:
        """Return the hit rate of the map, and the best possible one, by share of the area up to a fifth."""
        assert self.played is not None
        area = np.linspace(0.0, REACH, STEPS + 1)
        rates = [self.played.hit_rates(ranked, area) for ranked in (self.played.rankings[0], self.played.best)]
        columns = {"area": area, "hit_rate": rates[0], BEST.replace(" ", "_"): rates[1]}
        return Table(columns, self.parameters, label=f"{self.label}: curve")

    def caught(self) -> Marks | Cells:
        """Return the map again with each place's rank, what came there, and what of it the budget caught.

        Places tied where the budget ends are caught by their expected share; which of them are outlined is drawn.
        """
        assert self.played is not None and self.layer is not None and self.known is not None
        ranking, came = self.played.rankings[0][0], self.played.came[0]
        budget, seed = float(self.parameters["budget"]), int(self.parameters["seed"])
        chosen = ranking.chosen(budget)
        # The record of the places says which of those tied are drawn; that of the scores counts all by their share.
        record = Parameters({**self.parameters, "warnings": list(self.parameters.get("warnings", []))})
        columns = {
            "rank": mean_ranks(ranking),
            "later": came,
            "in_budget": within_budget(ranking, budget, seed, record),
            "chosen": chosen,
            "caught": chosen * came,
        }
        label = self.label.replace("Score of", "Places of", 1)
        if isinstance(self.layer, Features):
            spread = with_columns(self.known.size, columns, self.known, MISSING)
            return Marks(spread, record, self.layer, STYLE, label)
        grid, cell = self.layer
        found = Cells(columns, record, grid, cell, STYLE, label)
        few_enough(found)
        return found


def columns_of(played: Played, spans: Spans, unit: np.ndarray) -> dict[str, np.ndarray]:
    """Return the scores of the only map of a contest, a row for each share of the area.

    Parameters
    ----------
    played : the map, and what came.
    spans : the weeks or days of the incidents that came in a place (n,).
    unit : the place of each (n,).
    """
    ranking, came = played.rankings[0][0], played.came[0]
    risk, taken = played.expected[0, 0], played.taken
    best = played.hit_rates(played.best, taken)
    intervals = [spans.interval(ranking.chosen(share)[unit], played.seed) for share in played.shares]
    rate = np.array([one.value for one in intervals])
    rows = played.shares.size
    return {
        "area": played.shares,
        "area_taken": taken,
        "units": np.array([ranking.chosen(share).sum() for share in played.shares]),
        "hit_rate": rate,
        "low": np.array([one.low for one in intervals]),
        "high": np.array([one.high for one in intervals]),
        "against_map": played.hit_rates(played.rankings[0], taken, against=True),
        "pai": rate / np.where(taken > 0, taken, np.nan),
        "pei": rate / np.where(best > 0, best, np.nan),
        "roc_auc": np.full(rows, label_scores.roc_auc(risk, came)),
        "pr_auc": np.full(rows, label_scores.pr_auc(risk, came)),
        "prevalence": np.full(rows, label_scores.prevalence(came)),
    }


def tell(scored: ScoredMap) -> None:
    """Keep what was found in words, the caption of the layer of places, and what makes it say little."""
    assert scored.played is not None
    kept, played = scored.parameters, scored.played
    kept["caption"] = _caption(scored)
    row = middle(played.shares)
    kept.tell(sentence_of(scored, row))
    none = [f"{100 * share:g} %" for share, taken in zip(played.shares, played.taken) if not taken]
    if none:
        kept.warn(
            f"{', '.join(none)} of the area is less than one of {played.units.size:,} places: nothing is caught there. Take a "
            "larger share."
        )
    if kept["drawn_from"] < FEW_SPANS:
        kept.warn(f"The interval is drawn from {kept['drawn_from']:,} {kept['drawn_again']}: of so few it says little.")


def sentence_of(scored: ScoredMap, row: int) -> str:
    """Return in words what a share of the area caught."""
    rate, low, high = (100 * float(scored[name][row]) for name in ("hit_rate", "low", "high"))
    assert scored.played is not None
    came = f"{scored.played.incidents.sum():,.0f} later incidents"
    head = f"{100 * scored['area'][row]:g} % of the area caught {rate:.1f} % ({low:.1f} to {high:.1f}) of {came}"
    if not np.isfinite(scored["pai"][row]):
        return head
    dense = f"{in_words(scored['pai'][row])} times as dense as overall"
    return f"{head}: {dense}, {100 * scored['pei'][row]:.0f} % of the best possible"


def _caption(scored: ScoredMap) -> str:
    """Return what the budget caught, as the legend of the places says it."""
    assert scored.played is not None
    played, budget = scored.played, float(scored.parameters["budget"])
    taken = played.rankings[0][0].taken([budget])
    rate = float(played.hit_rates(played.rankings[0], taken)[0])
    interval = ""
    at = np.flatnonzero(np.isclose(played.shares, budget))
    if at.size:
        low, high = (100 * float(scored[name][at[0]]) for name in ("low", "high"))
        interval = f" ({low:.0f}–{high:.0f} %)"
    return f"Top {100 * budget:g} % of area: caught {100 * rate:.0f} %{interval}"
