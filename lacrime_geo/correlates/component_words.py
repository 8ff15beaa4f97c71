"""A component in words: which categories stand on either side of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..parameters import in_plain_words
from .correspondence import Axes

MOST = 3
# Beside the category that makes most of a side stand those that make half as much of it; what makes hardly any is no side.
_BESIDE, _HARDLY = 0.5, 0.25


def component_in_words(axes: Axes, categories: Sequence[str], number: int) -> str:
    """Return which categories make a component, on one side and on the other, by how much of it each makes.

    >>> axes = Axes(np.ones(1), np.zeros((1, 1)), np.array([[2.0], [-1.0], [0.1]]), np.array([0.2, 0.2, 0.6]))
    >>> component_in_words(axes, ["theft", "simple_assault", "fraud"], 0)
    'theft against simple assault'
    """
    plus, minus = (in_a_row(side) for side in sides(axes, categories, number))
    return f"{plus} against {minus}" if plus and minus else f"{plus or minus} against all others"


def in_a_row(names: Sequence[str]) -> str:
    """Return names as a sentence lists them.

    >>> in_a_row(["theft", "robbery", "arson"])
    'theft, robbery and arson'
    """
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def sides(axes: Axes, categories: Sequence[str], number: int) -> tuple[list[str], list[str]]:
    """Return the categories that make most of the positive and of the negative side of a component, in plain words."""
    part, coordinate = axes.contributions[:, number], axes.coordinates[:, number]
    found: tuple[list[str], list[str]] = ([], [])
    for side, of in zip(found, (coordinate > 0, coordinate < 0)):
        least = max(_BESIDE * float(np.max(part, where=of, initial=0.0)), _HARDLY / part.size)
        rows = np.flatnonzero(of & (part >= least))
        side += [in_plain_words(categories[row]) for row in rows[np.argsort(-part[rows], kind="stable")][:MOST]]
    return found
