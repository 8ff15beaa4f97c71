"""The guard against labels that are made of a feature, or features made of the label: `refuse_dependency`."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from ... import checks
from . import cut_counts, too_alike_counts, yes_no_functions
from .linear_functions import as_curve, as_sum

# How often a table of honest features may be refused: of counts, and of labels of two values, which tell less.
CHANCE, CHANCE_OF_LABELS = 1e-6, 1e-9
# Places next to each other in the order of a feature, within which the counts of neighbours in that order are compared.
_RUNS = (3, 12)
# Pairs of features with more values together than that times the places have too few places alike.
_VALUES = 4


class _Column(NamedTuple):
    """A feature as numbers (n,), what is missing below all others, and the number of each value (n,) of how many."""

    name: str
    values: np.ndarray
    group: np.ndarray
    many: int


def refuse_dependency(label: Any, features: Any) -> None:
    """Raise where a label goes with a feature, or a pair or sum of features, as only one that is made of it can.

    Parameters
    ----------
    label : incidents that came to each place (n,), as counts, or 0 and 1 for a label of two values. Counts tell more: a place
        that is always hot differs from a copy of the label by how many come.
    features : columns by name (n,), a DataFrame, or Cells such as `risk_features` returns.

    Raises
    ------
    ValueError
        If the label is a function of a feature or of two, such as a copy, a logarithm, ranks, classes or a threshold of it, or a
        sum of features; or if counts are too much alike, or cut off, where a feature is alike, as where it was made of them.
    TypeError
        If the label is none of counts.

    Notes
    -----
    Honest features, however good, leave counts to chance: those of places that are alike in a feature differ at least as Poisson
    counts do, whatever the rates. Tables with honest features are refused less often than once in a million (Markov's inequality
    on e-values, `too_alike_counts`; sums by the largest chance that Poisson counts fall on a plane, `linear_functions`; counts
    cut off by the lower bound of Chao 1984, `cut_counts`, which holds for many places). For labels of 0 and 1 the bound is one
    in 10⁹ that a label put anywhere were such a function, of 20 ones and zeros at least; a copy of such a label and a place that
    never changes are the same there, so give counts where there are any. All bounds are shared among the features and pairs.

    Examples
    --------
    >>> draw = np.random.default_rng(0)
    >>> before, came = draw.poisson(1.0, (2, 400))
    >>> refuse_dependency(came, {"before": before})
    >>> refuse_dependency(came > 2, {"came": came})
    Traceback (most recent call last):
    ...
    ValueError: The label is a function of the feature 'came'; by chance that is rarer than 1 in 10^43. ...
    """
    counts = _counts(label)
    columns = [_column(name, values, counts.size) for name, values in columns_of(features).items()]
    several = [column for column in columns if column.many > 1]
    pairs = [pair for pair in combinations(several, 2) if pair[0].many * pair[1].many <= _VALUES * counts.size]
    # Of each feature up to eight ways are tried, of each pair three.
    tests = np.log(8 * len(columns) + 3 * len(pairs) + 1)
    if counts.max(initial=0) <= 1:
        _refuse_labels(counts, columns, pairs, tests - np.log(CHANCE_OF_LABELS))
    else:
        _refuse_counts(counts, columns, pairs, tests - np.log(CHANCE))


def columns_of(features: Any) -> dict[str, np.ndarray]:
    """Return features as columns by name, of a mapping, a DataFrame or a result."""
    held = features if isinstance(features, Mapping) else getattr(features, "columns", None)
    if isinstance(held, Mapping):
        return {str(name): np.asarray(values) for name, values in held.items()}
    if held is None:
        raise TypeError(
            f"features are columns by name, a DataFrame or Cells, not {type(features).__name__}; name each column."
        )
    return {str(name): np.asarray(features[name]) for name in held if str(name) != "geometry"}


def _counts(label: Any) -> np.ndarray:
    """Return a label as whole numbers; raise where it is none."""
    values = checks.numbers("label", label, np.size(label))
    bad = np.flatnonzero((values < 0) | (values % 1 != 0))
    if bad.size:
        raise TypeError(
            f"label must be counts, or 0 and 1; {bad.size:,} of {values.size:,} values are not, first in row {bad[0]} "
            f"({values[bad[0]]:g}). Give the incidents themselves, not rates or classes."
        )
    return values.astype(np.int64)


def _column(name: str, values: np.ndarray, rows: int) -> _Column:
    """Return a feature with its values numbered; texts are numbered too."""
    column = np.asarray(values).ravel()
    if column.size != rows:
        raise ValueError(f"The feature {name!r} has {column.size:,} values for {rows:,} places; give one each.")
    if column.dtype.kind not in "biuf":
        column = np.unique(column.astype(str), return_inverse=True)[1]
    numbers = column.astype(float)
    missing = np.isnan(numbers)
    if missing.any():
        numbers = np.where(missing, numbers[~missing].min(initial=0.0) - 1, numbers)
    value, group = np.unique(numbers, return_inverse=True)
    return _Column(name, numbers, group, value.size)


def _refuse_labels(
    label: np.ndarray, columns: list[_Column], pairs: list[tuple[_Column, _Column]], least: float
) -> None:
    """Raise where a label of two values is a function of a feature, of two, or of the sum of two."""
    if yes_no_functions.is_none(label):
        return
    for column in columns:
        _refuse_label(label, column, f"the feature {column.name!r}", least)
    for first, second in pairs:
        names = f"the features {first.name!r} and {second.name!r}"
        if _determines(first, label) or _determines(second, label):
            # What a pair of which one tells all tells was told by that one.
            continue
        joint = _joint(first, second)
        evidence = min(yes_no_functions.log_evidence(label, joint, one.group) for one in (first, second))
        if evidence > least:
            raise ValueError(_sentence(f"The label is a function of {names}", evidence - least, CHANCE_OF_LABELS))
        if _are_counts(first) and _are_counts(second):
            total = _column("", first.values + second.values, label.size)
            _refuse_label(label, total, f"the sum of {names}", least)


def _refuse_label(label: np.ndarray, column: _Column, named: str, least: float) -> None:
    evidence = max(
        yes_no_functions.log_evidence(label, column.group),
        yes_no_functions.log_evidence_of_cut(label, column.values),
    )
    if evidence > least:
        raise ValueError(_sentence(f"The label is a function of {named}", evidence - least, CHANCE_OF_LABELS))


def _determines(column: _Column, label: np.ndarray) -> bool:
    """Tell whether places alike in a feature are alike in the label."""
    return yes_no_functions.are_functions(np.bincount(column.group, label), np.bincount(column.group))


def _refuse_counts(
    counts: np.ndarray, columns: list[_Column], pairs: list[tuple[_Column, _Column]], least: float
) -> None:
    """Raise where counts are a sum of features, or too much alike or cut off where a feature, or two, are alike."""
    found = as_sum(counts, np.column_stack([column.values for column in columns])) if columns else None
    if found is not None and found.evidence > least:
        names = " and ".join(repr(columns[number].name) for number in found.columns)
        many = "the feature" if len(found.columns) == 1 else "the features"
        raise ValueError(_sentence(f"The label is a sum of {many} {names}", found.evidence - least, CHANCE))
    for column in columns:
        evidence = max(
            too_alike_counts.log_evidence(counts, column.group),
            *(too_alike_counts.log_evidence(counts, _runs(column.values, places)) for places in _RUNS),
            cut_counts.log_evidence(counts, column.group),
            as_curve(counts, column.values),
        )
        if evidence > least:
            said = f"The label and the feature {column.name!r} are made of each other"
            raise ValueError(_sentence(said, evidence - least, CHANCE))
    for first, second in pairs:
        evidence = too_alike_counts.log_evidence(counts, _joint(first, second))
        if evidence > least:
            said = f"The label is made of the features {first.name!r} and {second.name!r}"
            raise ValueError(_sentence(said, evidence - least, CHANCE))


def _are_counts(column: _Column) -> bool:
    return bool((column.values >= 0).all() and (column.values % 1 == 0).all())


def _joint(first: _Column, second: _Column) -> np.ndarray:
    """Return the number of each place's (n,) pair of values."""
    return np.asarray(np.unique(first.group * second.many + second.group, return_inverse=True)[1])


def _runs(values: np.ndarray, places: int) -> np.ndarray:
    """Return groups of so many places next to each other in the order of a feature."""
    group = np.empty(values.size, dtype=np.int64)
    group[np.argsort(values, kind="stable")] = np.arange(values.size) // places
    return group


def _sentence(said: str, beyond: float, chance: float) -> str:
    """Say what was found, how rare that is, and what to do."""
    power = int((beyond - np.log(chance)) / np.log(10))
    return (
        f"{said}; by chance that is rarer than 1 in 10^{power}. What is scored must not be made of what is known, nor the "
        "reverse: count features before the origin and the label after it, or leave the feature out. A feature that was known "
        "before, and tells places that never change from others, passes with counts as the label."
    )
