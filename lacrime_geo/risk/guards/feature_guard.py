"""The guard of tables of features: what they are named, whether they hold anything, and whether the label is made of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ... import checks
from ...forecasting.leak_guards import refuse_leaks, refuse_outcomes
from .dependency_guard import columns_of, refuse_dependency
from .refused_names import refuse_victims

# The places with the most incidents tell soonest whether a column knows their days.
_PLACES = 10


def refuse_leaky_features(features: Any, label: Any = None) -> None:
    """Raise where features of places are of victims, outcomes, empty, or made of what they shall foretell.

    Parameters
    ----------
    features : columns by name (n,), a DataFrame, or Cells such as `risk_features` returns; of a label by days, columns
        (n, days).
    label : incidents that came to each place (n,), as `refuse_dependency` takes them, or of each day (n, days). Default: only
        names and values are looked at.

    Raises
    ------
    ValueError
        If a name is of victims (`refuse_victims`) or an outcome, such as "cleared"; a column is missing throughout; or the label
        goes with columns: of places as in `refuse_dependency`, of days as in `forecasting.refuse_leaks`, moving means that
        include the day itself among them.

    Examples
    --------
    >>> refuse_leaky_features({"bars_within_400_m": [1, 0, 2], "Vict Sex": ["F", "M", "X"]})
    Traceback (most recent call last):
    ...
    ValueError: The column 'Vict Sex' tells of victims ...
    """
    columns = columns_of(features)
    refuse_leaky_names(columns)
    _refuse_empty(columns)
    if label is None:
        return
    if np.ndim(label) == 2:
        _refuse_days(np.asarray(label, dtype=float), columns)
    else:
        refuse_dependency(label, columns)


def refuse_leaky_names(names: Iterable[str]) -> None:
    """Raise where columns or layers are of victims, or outcomes, by their names."""
    known = list(names)
    refuse_victims(known)
    refuse_outcomes(known)


def _refuse_empty(columns: Mapping[str, np.ndarray]) -> None:
    for name, values in columns.items():
        if values.dtype.kind == "f" and np.isnan(values).all():
            missing = True
        else:
            missing = values.dtype.kind == "O" and all(value is None or value != value for value in values.ravel())
        if missing:
            raise ValueError(f"The feature {name!r} is missing in all {len(values):,} places; leave it out.")


def _refuse_days(counts: np.ndarray, columns: Mapping[str, np.ndarray]) -> None:
    """Raise where a column of the places with the most incidents goes with counts that are not known on their day."""
    busiest = np.argsort(-counts.sum(axis=1), kind="stable")[:_PLACES]
    for name, values in columns.items():
        if np.shape(values) != counts.shape:
            shape = f"{counts.shape[0]:,} places and {counts.shape[1]:,} days"
            raise ValueError(f"The feature {name!r} has a shape of {np.shape(values)}; give values of {shape}.")
        for place in busiest.tolist():
            row = checks.column_values(values[place], counts.shape[1])
            if np.isfinite(row).any() and np.ptp(counts[place]) > 0:
                refuse_leaks(counts[place], {name: row})
