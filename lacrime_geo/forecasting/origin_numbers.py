"""At how many past origins models are scored before one of them is kept: more than for a look, as few leave all to chance."""

from __future__ import annotations

from collections.abc import Sequence

from .. import checks
from ..parameters import Parameters
from .backtesting import FEWEST_ORIGINS
from .contenders import Contender
from .models import Panel
from .simple_models import SeasonalNaive

MOST_ORIGINS = 24
WHY_MOST = "so many tell a model that is somewhat better from chance, and more take long"
WHY_FEWER = "as many as there are while half of the history, and what models need, is known at the first"


def origins_of(
    panel: Panel, contenders: Sequence[Contender], horizon: int, gap: int, apart: int | None, parameters: Parameters
) -> int:
    """Return at how many origins models are to be scored, and announce why.

    They are as many as there are one step apart; where there are more, `backtest` sets those of weeks and days further apart.
    """
    steps = panel.begin.size
    needed = [each.needs(panel.period) for each in (*contenders, SeasonalNaive())]
    known = max(2 * horizon, steps // 2, *needed)
    room = max(steps - gap - horizon - known, 0) // checks.whole("apart", apart or 1) + 1
    found = min(max(room, FEWEST_ORIGINS), MOST_ORIGINS)
    return int(parameters.choose("origins", found, WHY_MOST if found == MOST_ORIGINS else WHY_FEWER))
