"""Where next: hit rate, PAI, PEI*, RRI, and the scores of probabilities."""

from __future__ import annotations

import numpy as np

from ... import risk_zones, urn_simulation
from ...risk.scoring import label_scores, scores
from ...risk.scoring.calibration import calibration_bins
from ...risk.scoring.hot_cell_stability import overlap
from ..declared import Case
from ..small_layers import points

THIRDS = [1 / 3, 2 / 3, 1]
RISK, CAME = [3, 2, 1], [6, 3, 0]
CHAINEY = "Chainey, Tompson & Uhlig 2008, by hand"


def _wilson() -> list[float]:
    bins = calibration_bins(np.full(10, 0.4), [1, 1, 1, 0, 0, 0, 0, 0, 0, 0])
    return [bins["low"][0], bins["high"][0]]


def _zones() -> list[float]:
    """Return the days left of the zones that are open 44 days after the first incident, 4 days after the last but one."""
    when = np.datetime64("2023-01-01") + np.array([0, 3, 40, 44])
    zones = risk_zones(points([0, 50, 2000, 2040], [0] * 4, when=when), distance=100, days=7)
    return zones["days_left"].tolist()


CASES = (
    Case(
        "PAI of the first, two and all three thirds",
        "contest",
        [2, 1.5, 1],
        1e-12,
        CHAINEY,
        lambda: scores.pai(RISK, CAME, THIRDS),
    ),
    Case("hit rate of the same", "contest", [2 / 3, 1, 1], 1e-12, CHAINEY, lambda: scores.hit_rate(RISK, CAME, THIRDS)),
    Case(
        "PEI* of the best order there is",
        "contest",
        [1, 1, 1],
        1e-12,
        "White, Hunt & Green 2023, by hand",
        lambda: scores.pei(RISK, CAME, THIRDS),
    ),
    Case(
        "PEI* of the worst order",
        "contest",
        0.0,
        1e-12,
        "White, Hunt & Green 2023, by hand",
        lambda: scores.pei([1, 2, 3], CAME, [1 / 3])[0],
    ),
    Case(
        "RRI: from 8 to 6 there, from 4 to 4 elsewhere",
        "contest",
        0.75,
        1e-12,
        "Levine 2008, by hand",
        lambda: scores.rri(RISK, [8, 2, 2], [6, 3, 1], 1 / 3),
    ),
    Case(
        "tied cells count by their expected share",
        "score_map",
        0.5,
        1e-12,
        "mean of both orders",
        lambda: scores.hit_rate([1, 1], [4, 0], [0.5])[0],
    ),
    Case(
        "area under the ROC curve: 3 of 4 pairs",
        "score_map",
        0.75,
        1e-12,
        "Hanley & McNeil 1982",
        lambda: label_scores.roc_auc([4, 3, 2, 1], [1, 0, 1, 0]),
    ),
    Case(
        "Brier score of .8 and .3 for 1 and 0",
        "score_map",
        0.065,
        1e-12,
        "Brier 1950",
        lambda: label_scores.brier([0.8, 0.3], [1, 0]),
    ),
    Case(
        "chance of any where one is expected: 1 − 1/e",
        "predict_risk",
        1 - np.exp(-1),
        1e-12,
        "Poisson",
        lambda: label_scores.probability_of_any([1.0])[0],
    ),
    Case("days left of zones of 7 days, 4 days old and new", "risk_zones", [3, 7], 0, "by hand", _zones),
    Case("interval of 3 in 10 days", "predict_risk", [0.1078, 0.6032], 5e-5, "Wilson 1927", _wilson),
    Case(
        "overlap of two maps: 1 of 3 cells",
        "contest",
        1 / 3,
        1e-12,
        "Jaccard 1912",
        lambda: overlap([1, 1, 0, 0], [0, 1, 1, 0]),
    ),
    Case(
        "share that the corrected urn tends to: 1/(1 + .5)",
        "feedback_audit",
        2 / 3,
        1e-9,
        "Ensign et al. 2018",
        lambda: urn_simulation(rates=(1.0, 0.5), days=5, runs=2).parameters["limit_corrected"],
    ),
)
