"""Sums of weights in place of numbers of incidents: how much the incidents that make them up weigh, and what tables say of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from .. import checks
from ..parameters import Parameters
from ..temporal.table_series import EFFECTIVE
from ..weight_units import INCIDENTS, UNIT


def effective_weights(total: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """Return the weight of an incident that counts in each series: the sum of squares over the sum, 1 where only 0 and 1 are.

    A sum over it is like a count: of incidents that come by chance its variance is its mean. A series without any weight has
    that of all together.

    >>> effective_weights(np.array([4.0, 0.0]), np.array([10.0, 0.0])).tolist()
    [2.5, 2.5]
    """
    whole = squares.sum() / total.sum() if total.sum() > 0 else 1.0
    return np.where(total > 0, squares / np.where(total > 0, total, 1.0), whole)


def tell_effective_weight(values: np.ndarray, parameters: Parameters) -> None:
    """Keep and announce, for sums (series, steps) that are no counts, what an incident weighs where the table does not say.

    It is that of incidents by whose chance alone all sums change as they do from step to step: half the squares of these changes
    over the sums. Sums that are whole numbers are taken for counts.
    """
    if not (values % 1).any():
        return
    size = float(np.square(np.diff(values, axis=1)).sum() / 2 / values.sum()) or float(values.mean())
    parameters.choose(
        EFFECTIVE,
        [size] * values.shape[0],
        f"sums that are no whole numbers, in a table without the column {EFFECTIVE!r}: half the squares of their changes from "
        "step to step over their sum",
    )


def whole_numbers(values: np.ndarray) -> np.ndarray:
    """Return sums as whole numbers where all of them are, as those of weights of 0 and 1; else as they are.

    >>> whole_numbers(np.array([2.0, 0.0])).dtype.kind, whole_numbers(np.array([2.5, 0.0])).dtype.kind
    ('i', 'f')
    """
    return values.astype(np.int64) if (values % 1 == 0).all() and values.max(initial=0.0) < 2**53 else values


def told_of(rows: Mapping[str, np.ndarray], attrs: Mapping[str, Any]) -> tuple[str, np.ndarray | None]:
    """Return the unit of a table and the effective weight of each row, None where it is not told.

    Raises
    ------
    ValueError
        If the column `unit` holds several or is empty somewhere, or an effective weight is no number above 0.
    """
    unit = str(attrs.get(UNIT) or INCIDENTS)
    if UNIT in rows:
        said = [str(value).strip() for value in np.asarray(rows[UNIT]).tolist()]
        empty = [row for row, value in enumerate(said) if value.lower() in ("", "nan", "none", "<na>")]
        if empty:
            raise ValueError(
                f"The column {UNIT!r}, of what the counts are, is empty in {len(empty):,} of {len(said):,} rows, first row "
                f"{empty[0]}; fill it, or leave it out where the counts are of incidents."
            )
        found = sorted(set(said))
        if len(found) > 1:
            raise ValueError(
                f"The column {UNIT!r} says of what all counts of the table are, and holds {len(found):,} values, such as "
                f"{found[0]!r} and {found[1]!r}; make a table of each."
            )
        unit = found[0] if found else unit
    if EFFECTIVE not in rows:
        return unit, None
    weight = checks.numbers(EFFECTIVE, rows[EFFECTIVE], len(rows[EFFECTIVE]))
    bad = np.flatnonzero(~(weight > 0))
    if bad.size:
        raise ValueError(
            f"{EFFECTIVE} is not above 0 in {bad.size:,} of {weight.size:,} rows, first row {bad[0]} ({weight[bad[0]]:g}); leave "
            "the column out where it is not known."
        )
    return unit, weight


def of_series(weight: np.ndarray, number: np.ndarray) -> np.ndarray:
    """Return the effective weight of each series, of those of the rows and the number of the series of each.

    Raises
    ------
    ValueError
        If a series has several.
    """
    found = weight[np.unique(number, return_index=True)[1]]
    bad = np.flatnonzero(~np.isclose(weight, found[number], rtol=1e-9, atol=0))
    if bad.size:
        raise ValueError(
            f"{EFFECTIVE} is of a whole series, and differs within one in {bad.size:,} of {weight.size:,} rows, first row "
            f"{bad[0]} ({weight[bad[0]]:g} beside {found[number[bad[0]]]:g}); give each series one, or leave the column out."
        )
    return np.asarray(found)


def varied(weight: Any) -> np.ndarray | None:
    """Return effective weights as an array, None where all are 1: sums that are counts."""
    if weight is None:
        return None
    found = np.asarray(weight, dtype=float)
    return None if np.allclose(found, 1.0, rtol=0, atol=1e-12) else found
