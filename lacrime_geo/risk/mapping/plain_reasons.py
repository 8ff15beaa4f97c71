"""Why a place has its risk: what predictors say of it in their own words, put together into few plain ones."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

MOST = 3
ALIKE = "everywhere alike"


def in_plain_words(name: str) -> str:
    """Return the plain words for a thing that a predictor goes by.

    >>> in_plain_words("own counts, 0 cells"), in_plain_words("all crime by the mix around, 1.2 cells")
    ('own counts here', 'all crime around')
    """
    what, _, where = name.partition(", ")
    if where.endswith(" cells"):
        return f"{what.split(' by ')[0]} {'here' if where == '0 cells' else 'around'}"
    return what


def contributions(reasons: Mapping[str, np.ndarray], risk: np.ndarray, *, every: bool = False) -> dict[str, np.ndarray]:
    """Return how many of the expected incidents (n,) each plain word adds, the largest in all first; they sum to the risk.

    What predictors do not explain, because it is alike in all units, stands under its own name. Where `every` category is
    predicted, its own counts are all crime.
    """
    found: dict[str, np.ndarray] = {}
    for name, part in reasons.items():
        words = _words(name, every)
        found[words] = found.get(words, 0.0) + np.asarray(part, dtype=float)
    rest = risk - np.sum(list(found.values()), axis=0)
    if np.abs(rest).max(initial=0.0) > 1e-9 * max(float(np.abs(risk).max(initial=0.0)), 1e-300):
        found[ALIKE] = found.get(ALIKE, 0.0) + rest
    return dict(sorted(found.items(), key=lambda entry: -float(np.abs(entry[1]).sum())))


def shares_in_plain_words(importance: Mapping[str, float], *, every: bool = False) -> dict[str, float]:
    """Return the share of the prediction that rests on each plain word, the largest first.

    >>> shares_in_plain_words({"own counts, 0 cells": 0.5, "own counts, 2 cells": 0.25, "own counts, 5 cells": 0.25})
    {'own counts here': 0.5, 'own counts around': 0.5}
    """
    found: dict[str, float] = {}
    for name, share in importance.items():
        words = _words(name, every)
        found[words] = found.get(words, 0.0) + share
    return {words: round(share, 4) for words, share in sorted(found.items(), key=lambda entry: -entry[1])}


def _words(name: str, every: bool) -> str:
    """Return the plain words for a thing; where every category is predicted, its own counts are all crime."""
    words = in_plain_words(name)
    return words.replace("own counts", "all crime") if every else words


def reason_texts(parts: Mapping[str, np.ndarray], risk: np.ndarray) -> np.ndarray:
    """Return of each unit (n,) its three largest contributions as shares of its risk, those below a hundredth left out.

    >>> parts = {"own counts here": np.array([0.6, 0.0]), "all crime around": np.array([0.4, 0.0])}
    >>> reason_texts(parts, np.array([1.0, 0.0])).tolist()
    ['own counts here 60 %, all crime around 40 %', 'nothing known speaks for an incident']
    """
    names = np.array(list(parts), dtype=object)
    share = np.round(100 * np.column_stack(list(parts.values())) / np.where(risk > 0, risk, np.inf)[:, None])
    order = np.argsort(-np.abs(share), axis=1, kind="stable")[:, :MOST]
    largest = np.take_along_axis(share, order, axis=1).astype(int)
    pieces = [
        [f"{name} {'−' if part < 0 else ''}{abs(part)} %" for name, part in zip(row, parts) if part]
        for row, parts in zip(names[order].tolist(), largest.tolist())
    ]
    texts = np.empty(risk.size, dtype=object)
    texts[:] = [", ".join(row) or "nothing known speaks for an incident" for row in pieces]
    return texts
