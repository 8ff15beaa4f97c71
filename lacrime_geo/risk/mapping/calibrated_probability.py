"""The probability of at least one incident, its odds turned so that it would have been right at past origins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ...parameters import Parameters
from ..scoring.calibration import Recalibration, recalibration
from ..scoring.label_scores import probability_of_any
from .past_predictions import PastPrediction, hardly_any, together

# A logistic calibration is steady from about so many units with an incident on.
FEWEST = 100


class Calibrated(NamedTuple):
    """Hold how odds are turned, None where they stay; where no more than `least` is expected, the probability is `there`."""

    turned: Recalibration | None
    least: float = -1.0
    there: float = 0.0

    @classmethod
    def of(cls, past: Sequence[PastPrediction], parameters: Parameters) -> Calibrated:
        """Return what past origins tell; where they hold too little, odds stay as they are, which is said."""
        risk, came = together(past)
        had = int((came > 0).sum())
        parameters["calibrated_on"] = had
        if had < FEWEST:
            parameters["calibrated"] = False
            parameters.log.info(
                "The probability is 1 − exp(−risk) and not calibrated: %s places had an incident at past origins, fewer than %s.",
                f"{had:,}",
                FEWEST,
            )
            return cls(None)
        least = hardly_any(risk)
        some = risk > least
        found = recalibration(probability_of_any(risk[some]), came[some])
        # A slope that is no number, or turns the order round, would tell less than none.
        parameters["calibrated"] = bool(found.slope > 0)
        if not found.slope > 0:
            parameters.log.info(
                "The probability is 1 − exp(−risk): what came at past origins does not tell how to turn it."
            )
            return cls(None)
        parameters["calibration"] = dict(intercept=round(found.intercept, 4), slope=round(found.slope, 4))
        return cls(found, least, float((came[~some] > 0).mean()) if not some.all() else 0.0)

    def probability(self, risk: np.ndarray) -> np.ndarray:
        """Return the probability of at least one incident of each unit (n,)."""
        told = probability_of_any(risk)
        turned = told if self.turned is None else self.turned.apply(told)
        return np.where(risk > self.least, turned, self.there)
