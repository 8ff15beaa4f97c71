"""What telling the severity class of incidents came to: scores, a page, and the incidents again with their probability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..incidents import Incidents
from ..progress import Progress, left_alone
from ..results import Drawing, Marks, Picture, with_columns
from . import severity_pages
from .class_contests import ClassContest

STYLE = "severity_class"


@dataclass(frozen=True, eq=False, repr=False)
class SeverityScores(Picture):
    """Hold the scores of predictors of the severity class, and what they were made of."""

    drawing = Drawing(severity_pages.drawn, severity_pages.page_of)
    contest: ClassContest | None = None
    incidents: Incidents | None = None

    @property
    def sentences(self) -> list[str]:
        """What was found, a sentence for each predictor."""
        return severity_pages.sentences_of(self)

    def classes(self, *, progress: Progress = None) -> Marks:
        """Return the incidents with their probability of the gravest class by the best predictor, their class told and actual.

        `part_of` tells which were learned from ("train"), fixed calibration and thresholds ("validation"), were scored
        ("test"), or neither ("left out"): only of those scored is the probability by a predictor that has not seen them.

        Parameters
        ----------
        progress : function of a fraction, returning False to stop.
        """
        assert self.contest is not None and self.incidents is not None and self.incidents.when is not None
        contest, best = self.contest, self.contest.best
        dated = ~np.isnat(self.incidents.when)
        probability = left_alone(lambda: best.probability(contest.reports.take(dated)), progress)
        names = np.array([*contest.labels.names, ""], dtype=object)
        told = with_columns(
            dated.size,
            {"probability": probability[:, -1], "predicted": names[best.rule.told(probability)]},
            dated,
            {"probability": np.nan, "predicted": ""},
        )
        actual = names[np.where(contest.labels.known, contest.labels.code, -1)]
        columns = {**told, "actual": actual, "part_of": contest.parts.named}
        label = f"Probability of {contest.labels.gravest}, by {best.name}"
        return Marks(columns, self.parameters, self.incidents, STYLE, label)
