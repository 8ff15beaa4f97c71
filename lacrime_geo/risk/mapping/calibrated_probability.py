"""The probability of at least one incident, its odds turned so that it would have been right at past origins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ...parameters import Parameters
from ..scoring.calibration import Recalibration, recalibration
from ..scoring.label_scores import probability_of_any
from .past_predictions import PastPrediction, together

# A logistic calibration is steady from about so many units with an incident on.
FEWEST = 100


class Calibrated(NamedTuple):
    """Hold how odds are turned, None where they stay, and the probability where nothing is expected."""

    turned: Recalibration | None
    where_none: float

    @classmethod
    def of(cls, past: Sequence[PastPrediction], parameters: Parameters) -> Calibrated:
        """Return what past origins tell; where they hold too little, odds stay as they are, which is said."""
        had = sum(int((each.came > 0).sum()) for each in past)
        parameters["calibrated_on"] = had
        if had < FEWEST:
            parameters["calibrated"] = False
            parameters.log.info(
                "The probability is 1 − exp(−risk) and not calibrated: %s units had an incident at past origins, fewer than %s.",
                f"{had:,}",
                FEWEST,
            )
            return cls(None, 0.0)
        risk, came = together(past)
        found = recalibration(probability_of_any(risk), came)
        # A slope that is no number, or turns the order round, would tell less than none.
        turned = found if found.slope > 0 else None
        parameters["calibrated"] = turned is not None
        parameters["calibration"] = dict(intercept=round(found.intercept, 4), slope=round(found.slope, 4))
        none = came[risk == 0]
        return cls(turned, float((none > 0).mean()) if none.size else 0.0)

    def probability(self, risk: np.ndarray) -> np.ndarray:
        """Return the probability of at least one incident of each unit (n,)."""
        told = probability_of_any(risk)
        turned = told if self.turned is None else self.turned.apply(told)
        return np.where(risk > 0, turned, self.where_none)
