"""The order of a seasonal ARIMA: its differences, and the weights of all lags by those that are estimated."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .arma_whitening import coefficients_of, lagged


class Order(NamedTuple):
    """Hold the order (p, d, q) (P, D, Q) and the steps of the season."""

    p: int
    d: int
    q: int
    seasonal_p: int
    seasonal_d: int
    seasonal_q: int
    season: int

    @property
    def weights(self) -> int:
        """How many weights of the ARMA process are estimated."""
        return self.p + self.q + self.seasonal_p + self.seasonal_q

    @property
    def lags(self) -> list[int]:
        """The lags by which differences are taken, one after the other."""
        return [1] * self.d + [self.season] * self.seasonal_d

    @property
    def differences(self) -> np.ndarray:
        """The polynomial (1 − B)^d (1 − B^s)^D, the leading 1 with it."""
        found = np.ones(1)
        for lag in self.lags:
            found = np.convolve(found, np.concatenate([[1.0], np.zeros(lag - 1), [-1.0]]))
        return found

    def parts(self, partial: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return φ, Φ, θ and Θ by their partial autocorrelations: stationary and invertible."""
        ends = np.cumsum([0, self.p, self.seasonal_p, self.q, self.seasonal_q]).tolist()
        ar, seasonal_ar, ma, seasonal_ma = (coefficients_of(partial[a:b]) for a, b in zip(ends, ends[1:]))
        return ar, seasonal_ar, -ma, -seasonal_ma

    def process(self, partial: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the weights of all lags, multiplied out: those of w(t) = Σ φ w(t − i) + e(t) + Σ θ e(t − j)."""
        ar, seasonal_ar, ma, seasonal_ma = self.parts(partial)
        return -lagged(-ar, -seasonal_ar, self.season), lagged(ma, seasonal_ma, self.season)

    def named(self, partial: np.ndarray) -> dict[str, float]:
        """Return the weights by their names, as statsmodels has them: "ar.L1", "ma.S.L12"."""
        names = [f"{kind}.L{lag + 1}" for kind, most in (("ar", self.p), ("ma", self.q)) for lag in range(most)]
        names += [
            f"{kind}.S.L{(lag + 1) * self.season}"
            for kind, most in (("ar", self.seasonal_p), ("ma", self.seasonal_q))
            for lag in range(most)
        ]
        ar, seasonal_ar, ma, seasonal_ma = self.parts(partial)
        return dict(zip(names, np.concatenate([ar, ma, seasonal_ar, seasonal_ma]).tolist()))
