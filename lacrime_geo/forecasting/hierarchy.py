"""Which series add up to which totals: areas to the city, categories to all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

ALL = "all"
SERIES = "series"


class Hierarchy(NamedTuple):
    """Hold the nodes of a hierarchy, the total first and the series last.

    Parameters
    ----------
    names : of the nodes (nodes,).
    sums : which series each one sums (nodes, series).
    keys : columns by name, each (nodes,): the values of the keys, "all" where one is summed over.
    level : the number of the level of each node (nodes,): the total, each key, the series.
    """

    names: tuple[str, ...]
    sums: np.ndarray
    keys: dict[str, np.ndarray]
    level: np.ndarray

    @property
    def upper(self) -> int:
        """How many nodes stand above the series."""
        return int(self.sums.shape[0] - self.sums.shape[1])

    def rows_by_level(self) -> list[np.ndarray]:
        """Return the numbers of the nodes of each level, the series last."""
        return [np.flatnonzero(self.level == level) for level in np.unique(self.level)]


def hierarchy_of(keys: Mapping[str, Any] | None, series: int, totals: Sequence[str] | None = None) -> Hierarchy:
    """Return the hierarchy of series: all together, each value of each key that groups several, and the series themselves.

    Parameters
    ----------
    keys : columns by name (series,) that tell the series apart; without any the series are named by their numbers.
    series : how many there are; one alone is its own total.
    totals : names of the keys whose values are summed. Default: all.

    Raises
    ------
    ValueError
        If a key has the value "all", which names what is summed over, or a name of totals is that of no key.

    Examples
    --------
    >>> found = hierarchy_of({"area": ["a", "a", "b"], "kind": ["x", "y", "x"]}, 3)
    >>> found.names
    ('all', 'area a', 'area b', 'kind x', 'kind y', 'a x', 'a y', 'b x')
    >>> found.sums[:3].astype(int).tolist()
    [[1, 1, 1], [1, 1, 0], [0, 0, 1]]
    >>> found.keys["kind"].tolist()
    ['all', 'all', 'all', 'x', 'y', 'x', 'y', 'x']
    """
    columns = {name: _as_text(name, column) for name, column in (keys or {}).items()}
    if not columns and series > 1:
        columns = {SERIES: np.array([f"{SERIES} {row}" for row in range(series)], dtype=object)}
    each = tuple(" ".join(column[row] for column in columns.values()) or ALL for row in range(series))
    missing = [name for name in totals or () if name not in columns]
    if missing:
        raise ValueError(f"There is no key {missing[0]!r} to total by; the keys are {', '.join(columns) or 'none'}.")
    levels = [_level_of(name, columns) for name in (columns if totals is None else totals)]
    kept = [level for level in levels if 1 < len(level.names) < series]
    total = [] if series == 1 else [_Level((ALL,), np.ones((1, series)), _only(columns, 1))]
    every = [*total, *kept, _Level(each, np.eye(series), columns)]
    return Hierarchy(
        tuple(name for level in every for name in level.names),
        np.concatenate([level.sums for level in every]),
        {name: np.concatenate([level.keys[name] for level in every]) for name in columns},
        np.repeat(np.arange(len(every)), [len(level.names) for level in every]),
    )


class _Level(NamedTuple):
    """Hold the names, sums and keys of the nodes of one level."""

    names: tuple[str, ...]
    sums: np.ndarray
    keys: dict[str, np.ndarray]


def _level_of(name: str, columns: dict[str, np.ndarray]) -> _Level:
    """Return the nodes of each value of a key."""
    values, number = np.unique(columns[name].astype(str), return_inverse=True)
    sums = (np.arange(values.size)[:, None] == number.ravel()).astype(float)
    keys = {**_only(columns, values.size), name: values.astype(object)}
    return _Level(tuple(f"{name} {value}" for value in values), sums, keys)


def _only(columns: Mapping[str, Any], nodes: int) -> dict[str, np.ndarray]:
    return {name: np.full(nodes, ALL, dtype=object) for name in columns}


def _as_text(name: str, column: Any) -> np.ndarray:
    text = np.asarray(column).astype(str).astype(object)
    taken = np.flatnonzero(text == ALL)
    if taken.size:
        raise ValueError(
            f"{taken.size:,} of {text.size:,} series have {name} = {ALL!r}, which names totals, first series {taken[0]}; leave "
            "totals out of the table, or give that value another name."
        )
    return text


def bottom_up(forecasts: Any, sums: Any) -> np.ndarray:
    """Return the forecasts of all nodes (nodes, horizon) as sums of those of the series (series, horizon).

    >>> bottom_up([[1.0, 2.0], [3.0, 4.0]], [[1, 1], [1, 0], [0, 1]]).tolist()
    [[4.0, 6.0], [1.0, 2.0], [3.0, 4.0]]
    """
    below, summing = np.asarray(forecasts, dtype=float), checked_sums(sums)
    if below.ndim != 2 or below.shape[0] != summing.shape[1]:
        raise ValueError(
            f"The forecasts have the shape {below.shape} for {summing.shape[1]:,} series; give a row for each."
        )
    return np.asarray(summing @ below)


def checked_sums(sums: Any) -> np.ndarray:
    """Return which series each node sums (nodes, series), or raise where the last ones are not the series themselves."""
    summing = np.asarray(sums, dtype=float)
    if (
        summing.ndim != 2
        or summing.shape[0] < summing.shape[1]
        or not (summing[summing.shape[0] - summing.shape[1] :] == np.eye(summing.shape[1])).all()
    ):
        raise ValueError(
            f"sums, of the shape {summing.shape}, must tell which series each node sums, the series themselves in the last rows."
        )
    return summing
