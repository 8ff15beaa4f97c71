"""A funnel drawn, and as a page: the plot, and where each place lies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..forecasting.chart_frames import unbroken
from ..parameters import p_in_words
from . import comparison_pages as pages
from .funnel_charts import drawn, words_of

if TYPE_CHECKING:
    from .place_funnels import Funnel

__all__ = ["drawn", "page_of"]
MEANINGS = (
    ("z", "how many standard errors of chance alone the rate is from the target, on the scale of √rate."),
    ("z with the spread", "the same in units of how far places usually lie from it, chance included."),
    (
        "p",
        "of a place that differs no more than others usually do; beside it as adjusted for the number of places (FDR).",
    ),
    (
        "where",
        "the limits that it lies beyond. Far above is not guilt, and far below no merit: it is where to look first.",
    ),
)


def page_of(found: Funnel) -> str:
    """Return the whole page, the places farthest from the target first."""
    words = words_of(found.parameters)
    columns = [
        ("place", found["name"].tolist()),
        ("count", pages.whole_cells(found["count"])),
        (pages.people_of(found), pages.cells(found["population"])),
        (f"rate {found.parameters['unit']}", pages.cells(found["rate"])),
        ("expected", pages.cells(found["expected"])),
        ("z", pages.cells(found["z"])),
        ("z with the spread", pages.cells(found["z_spread"])),
        ("p", _chances(found["p_spread"])),
        ("adjusted", _chances(found["p_adjusted"])),
        ("where", [unbroken(name) for name in found["position"].tolist()]),
        ("", ["few residents" if few else "" for few in found["few_residents"].tolist()]),
    ]
    meant = [(name, said) for name, said in words.items() if name in found["position"]]
    far = np.where(found["few_residents"], -1.0, np.abs(found["z_spread"]))
    order = np.argsort(-np.where(np.isnan(far), -2.0, far), kind="stable")
    return pages.comparison_page(found, drawn(found), columns, order, (*MEANINGS, *meant))


def _chances(p: np.ndarray) -> list[str]:
    return [
        p_in_words(value).replace("p = ", "").replace("p < ", "< ") if np.isfinite(value) else "–"
        for value in p.tolist()
    ]
