"""The deliberate faults, so that the cleaning rules have work: how many of which, documented in the README."""

import numpy as np

DIRT = {
    "zero_coordinates": 45,
    "occurred_after_reported": 6,
    "duplicate_numbers": 5,
    "negative_ages": 8,
    "ages_over_100": 4,
    "sex_h": 3,
    "descent_dash": 2,
}


def soil(columns, far, rng):
    """Put the faults in, each on rows of its own among the far ones (outside the planted hotspots)."""
    # Not in January, so that no report is dated back into the year before.
    rows = rng.permutation(np.flatnonzero(far & (columns["occurred"] >= np.datetime64("2023-02-01"))))
    rows = dict(zip(DIRT, np.split(rows, np.cumsum(list(DIRT.values())))))
    columns["zeroed"] = np.zeros(far.size, dtype=bool)
    columns["zeroed"][rows["zero_coordinates"]] = True
    late = rows["occurred_after_reported"]
    columns["reported"][late] = columns["occurred"][late] - rng.integers(1, 20, late.size)
    columns["age"][rows["negative_ages"]] = -rng.integers(1, 3, DIRT["negative_ages"])
    columns["age"][rows["ages_over_100"]] = rng.integers(102, 121, DIRT["ages_over_100"])
    columns["sex"][rows["sex_h"]] = "H"
    columns["descent"][rows["descent_dash"]] = "-"
    return _repeat(columns, rows["duplicate_numbers"], rng)


def _repeat(columns, rows, rng):
    """Append second reports of some incidents: same number, later date, an arrest made."""
    columns = {name: np.concatenate([column, column[rows]]) for name, column in columns.items()}
    columns["reported"][-rows.size :] += rng.integers(3, 60, rows.size)
    columns["status"][-rows.size :] = "AA"
    columns["repeats"] = np.concatenate([np.full(columns["age"].size - rows.size, -1), rows])
    return columns
