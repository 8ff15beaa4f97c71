"""What a contest found: scores of predictors by share of the area, curves, parts by origin, costs; drawn and as a page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...results import Drawing, Picture, Table
from . import contest_charts, contest_pages, contest_words
from .contest_scores import Played, order_of

BEST = "best possible"
# Curves are told up to this share of the area, in so many steps.
REACH, STEPS = 0.2, 100


@dataclass(frozen=True, eq=False, repr=False)
class Contest(Picture):
    """Hold the scores of predictors, a row for each and share of the area, and what they come from (`played`).

    Saved as .svg, .png or .html it is drawn: hit rates by share of the area, and the differences to prior counts.
    """

    drawing = Drawing(contest_charts.drawn, contest_pages.page_of)
    played: Played | None = None

    @property
    def sentences(self) -> tuple[str, ...]:
        """One sentence for each predictor, those with the most hits first."""
        return contest_words.sentences_of(self)

    @property
    def winner(self) -> str | None:
        """The predictor with the most hits of those that are surely better than prior counts; None where none is."""
        return contest_words.winner_of(self)

    @property
    def names(self) -> tuple[str, ...]:
        """The predictors, those with the most hits first."""
        assert self.played is not None
        return tuple(self.played.names[entrant] for entrant in order_of(self.played))

    def curves(self) -> Table:
        """Return hit rate and PAI of each predictor, and of the best possible one, by share of the area up to a fifth."""
        assert self.played is not None
        played, area = self.played, np.linspace(0.0, REACH, STEPS + 1)
        ranked = {played.names[entrant]: played.rankings[entrant] for entrant in order_of(played)}
        rates = {name: played.hit_rates(rankings, area) for name, rankings in {**ranked, BEST: played.best}.items()}
        hit_rate, share = np.concatenate(list(rates.values())), np.tile(area, len(rates))
        columns = {
            "predictor": np.repeat(np.array(list(rates), dtype=object), area.size),
            "area": share,
            "hit_rate": hit_rate,
            "pai": hit_rate / np.where(share > 0, share, np.nan),
        }
        return Table(columns, self.parameters, label=f"{self.label}: hit rates by area")

    def by_origin(self) -> Table:
        """Return of each predictor, origin and share of the area how many incidents came, the hit rate and the PAI."""
        assert self.played is not None
        played, rows = self.played, []
        for entrant in order_of(played):
            for origin, ranking in enumerate(played.rankings[entrant]):
                curve = ranking.curve(played.came[origin])
                for share, at in zip(played.shares, played.taken):
                    pai = float(curve.pai(float(at)))
                    rows.append((entrant, origin, share, float(curve.at(float(at))), pai))
        entrants, origins, shares, rates, pais = (np.array(column) for column in zip(*rows))
        columns = {
            "predictor": np.array(played.names, dtype=object)[entrants.astype(int)],
            "origin": played.origins[origins.astype(int)].astype("M8[s]"),
            "area": shares,
            "incidents": played.incidents[origins.astype(int)],
            "hit_rate": rates,
            "pai": pais,
        }
        return Table(columns, self.parameters, label=f"{self.label}: by origin")

    def costs(self) -> Table:
        """Return the seconds that each predictor took, in all and for an origin, by the clock of the machine that ran it."""
        assert self.played is not None
        order = order_of(self.played)
        seconds = self.played.seconds[order]
        columns = {
            "predictor": np.array(self.names, dtype=object),
            "seconds": seconds,
            "seconds_an_origin": seconds / self.played.fits,
        }
        return Table(columns, self.parameters, label=f"{self.label}: costs")
