"""Which models the charts of a backtest bring forward: the one of least error and both baselines, each in its colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..chart_parts import COLOURS, GREY, LINE, MARK
from .baselines import NAIVE, SMOOTHING

if TYPE_CHECKING:
    from .backtest_results import Backtest

OTHERS = "other models"


def roles_of(backtest: Backtest) -> dict[str, str]:
    """Return the colours of the models that stand out, by name, that of least error first."""
    best = str(backtest["model"][0])
    return {best: LINE, **{name: colour for name, colour in ((NAIVE, MARK), (SMOOTHING, COLOURS[2]))}}


def colour_of(name: str, backtest: Backtest) -> str:
    """Return the colour of a model; those that do not stand out are grey."""
    return roles_of(backtest).get(name, GREY)
