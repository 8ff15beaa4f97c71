"""Correlates: simultaneous intervals of shares, association of two attributes, correspondence analysis, shared ground."""

from __future__ import annotations

import numpy as np

from ... import join_by_area
from ...correlates.association import association
from ...correlates.correspondence import correspondence
from ...correlates.share_intervals import goodman, wilson
from ..declared import Case
from ..published.tables import HAIR_AND_EYES, QUESENBERRY, SMOKING
from ..small_layers import rectangle, squares

GREENACRE = "Greenacre 1984, table 3.1"


def _goodman() -> np.ndarray:
    """Return (n − N π)² / (N π (1 − π)) at all limits: 7.2370, the upper .05/7 point of chi-squared."""
    low, high = goodman(QUESENBERRY, int(QUESENBERRY.sum()), 95, 7)
    ends = np.r_[low, high]
    return (np.tile(QUESENBERRY, 2) / 467 - ends) ** 2 * 467 / (ends * (1 - ends))


def _wilson() -> list[float]:
    low, high = wilson(np.array([3]), 10, 95)
    return [low[0], high[0]]


def _joined() -> float:
    """Return the people of the western half of two rows of two squares with 10 20 40 80."""
    tracts = squares(2, 2, 100.0, people=np.array([10.0, 20, 40, 80]))
    return float(join_by_area(rectangle(150, 100), areas=tracts, columns=["people"])["people"][0])


CASES = (
    Case(
        "limits of seven shares at once",
        "breakdown",
        [7.2370] * 14,
        5e-4,
        "Goodman 1965; Quesenberry & Hurst 1964",
        _goodman,
    ),
    Case("interval of 3 of 10", "breakdown", [0.1078, 0.6032], 5e-5, "Wilson 1927", _wilson),
    Case(
        "chi-squared of hair and eyes",
        "breakdown",
        138.28984,
        1e-5,
        "Snee 1974; R, chisq.test",
        lambda: association(HAIR_AND_EYES, 95, 9, 0).chi_squared,
    ),
    Case(
        "residual of blond hair and blue eyes",
        "breakdown",
        9.9676,
        1e-4,
        "Snee 1974; R, vcd",
        lambda: association(HAIR_AND_EYES, 95, 9, 0).residuals[3, 1],
    ),
    Case(
        "inertias of smoking in a firm",
        "category_components",
        [0.07476, 0.01002, 0.00041],
        5e-6,
        GREENACRE,
        lambda: correspondence(SMOKING).inertia,
    ),
    Case(
        "first coordinates of its staff",
        "category_components",
        [0.0658, 0.2590, 0.3806, 0.2330, 0.2011],
        6e-5,
        GREENACRE,
        lambda: np.abs(correspondence(SMOKING).scores[:, 0]),
    ),
    Case("people on the ground of one and a half tracts", "join_by_area", 20.0, 1e-6, "by hand", _joined),
)
