"""What incidents an analysis cannot take: weighted ones where it counts, undated ones where it needs dates."""

from __future__ import annotations

import numpy as np

from . import checks
from .incidents import Incidents


def refuse_weights(incidents: Incidents, counting: str) -> None:
    """Raise when incidents have weights; `counting` says what is counted: "a scan counts incidents"."""
    if incidents.weight is not None:
        raise ValueError(f"The incidents of {incidents.label!r} have weights, and {counting}; leave the weights out.")


def dated(incidents: Incidents, need: str) -> np.ndarray:
    """Return a mask (n,) of the incidents with a date; raise when none has. `need` says what for: "and a scan needs them"."""
    if not incidents.size:
        incidents.refuse_empty()
    if incidents.when is None:
        raise ValueError(f"{incidents.label!r} has no times, {need}; name its time column (time_column).")
    known = ~np.isnat(incidents.when)
    if not known.any():
        place = " with a place" if incidents.placed.all() else ""
        raise ValueError(
            f"None of the {incidents.size:,} incidents of {incidents.label!r}{place} has a date; check the time column."
        )
    return np.asarray(known)


def refuse_weightless(rows: int, heaviest: float, column: str | None) -> None:
    """Raise when the weights of so many incidents of a scan are all 0, as those in memory are refused."""
    if column is not None and rows and heaviest == 0:
        checks.some_weight(np.broadcast_to(0.0, rows), f"weight column {column!r}")
