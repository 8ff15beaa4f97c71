"""The radial kernels of density estimation, each with its constant in the plane."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Callable

import numpy as np


@dataclass(frozen=True)
class Kernel:
    """A radial kernel in the plane: constant / h² · profile(d² / h²).

    `variance` is that of one axis in units of h², and `roughness` the integral of the squared kernel in units of 1/h².
    `reach` is where the profile ends (or is below 2e-8), and `padding` how far the grid goes beyond the data, in units
    of h. A compact kernel is exactly 0 from 1 on. Where the profile is (1 − u)^m, `power` is m.
    """

    profile: Callable[[np.ndarray], np.ndarray]
    constant: float
    variance: float
    roughness: float
    power: int | None = None
    reach: float = 1.0
    padding: float = 1.0

    @property
    def compact(self) -> bool:
        """Whether the kernel ends at the bandwidth."""
        return self.reach == 1.0

    def values(self, u: np.ndarray) -> np.ndarray:
        """Return the profile at u = d²/h², exactly 0 from 1 on for compact kernels; u may be overwritten."""
        if not self.compact:
            return self.profile(u)
        if self.power == 0:
            return (u < 1.0).astype(float)
        return self.profile(np.minimum(u, 1.0, out=u))

    def same_spread(self, bandwidth: float, other: Kernel) -> float:
        """Turn another kernel's bandwidth into the one of this kernel with the same second moment."""
        return bandwidth * math.sqrt(other.variance / self.variance)


def _powers_of_one_minus_u(m: int) -> Kernel:
    """Return the kernel (m + 1)/π · (1 − u)^m."""
    constant = (m + 1) / math.pi
    # ∫ K² = π · constant² · ∫₀¹ (1 − u)^2m du
    roughness = math.pi * constant**2 / (2 * m + 1)
    return Kernel(lambda u: (1.0 - u) ** m, constant, 1 / (2 * (m + 2)), roughness, power=m)


KERNELS = {
    "quartic": _powers_of_one_minus_u(2),
    "gaussian": Kernel(lambda u: np.exp(-u / 2), 1 / (2 * math.pi), 1.0, 1 / (4 * math.pi), reach=6.0, padding=5.0),
    "triweight": _powers_of_one_minus_u(3),
    "epanechnikov": _powers_of_one_minus_u(1),
    "triangular": Kernel(lambda u: 1 - np.sqrt(u), 3 / math.pi, 3 / 20, 3 / (2 * math.pi)),
    "uniform": _powers_of_one_minus_u(0),
}
