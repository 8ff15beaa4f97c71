"""The face of every predictor: what is known in, the expected incidents of each unit out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from ..events import History


class Fitted:
    """A predictor fitted to a history; `parameters` tells what was found."""

    parameters: Mapping[str, Any]

    def predict(self, horizon: int) -> np.ndarray:
        """Return the incidents expected in each unit (n,) within so many days from the origin on."""
        raise NotImplementedError

    def reasons(self, horizon: int) -> dict[str, np.ndarray]:
        """Return how many of the incidents expected in each unit (n,) each thing known adds or, below 0, takes away.

        They sum to what is expected, but for what is alike in all units.
        """
        return {"what was counted": self.predict(horizon)}

    def importance(self) -> dict[str, float]:
        """Return how much the prediction rests on each thing known, the most first; nothing where it rests on one."""
        return {}


class Predictor:
    """What every predictor can: be fitted to what was known at an origin."""

    name: str

    @property
    def trained_until(self) -> np.datetime64 | None:
        """The day before which all is that it learned from once and for all; None where it is fitted anew at each origin."""
        return None

    def anew(self) -> Predictor:
        """Return what is fitted at past origins to judge it by: itself, unless it has learned already what came after them."""
        return self

    def needs(self) -> int:
        """Return how many days of history it needs at least."""
        return 1

    def fit(self, history: History) -> Fitted:
        """Fit it to a history."""
        raise NotImplementedError

    def require(self, history: History) -> None:
        """Raise where a history is too short.

        Raises
        ------
        ValueError
            If fewer days are known than it needs.
        """
        if history.days < self.needs():
            raise ValueError(
                f"{self.name!r} needs {self.needs():,} days of history, and {history.days:,} are known before "
                f"{history.origin}; take a later origin or a shorter window."
            )


class Rates(Fitted):
    """Expected incidents a day of each unit (n,), alike on all days of the horizon."""

    def __init__(self, rate: np.ndarray, parameters: Mapping[str, Any] | None = None) -> None:
        self.rate, self.parameters = rate, dict(parameters or {})

    def predict(self, horizon: int) -> np.ndarray:
        """Return the incidents expected in each unit (n,) within so many days from the origin on."""
        return self.rate * horizon
