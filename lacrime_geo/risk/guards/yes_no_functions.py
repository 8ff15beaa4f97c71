"""How sure it is that a label of two values is made of features: by how many labels could be, of all of as many ones."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

# Of fewer ones, or zeros, a stable town may have just these again; in the order of places that all differ, of some more.
FEWEST, FEWEST_UNLIKE = 20, 100
# Values that near, in shares of the gap between two, are one value that has been blurred.
_BLUR = 1e-3
# Numbers that near to whole ones are counts.
_ROUNDED = 0.01
# Idle places have one value, and busy ones mostly a value of their own.
_MOSTLY = 0.5
# Such a gap parts idle places from busy ones too: in standard deviations of counts, or in usual gaps of numbers nearby.
_WIDE_OF_COUNTS, _WIDE, _NEAR = 3.0, 5.0, 6


def log_evidence(label: np.ndarray, group: np.ndarray, within: np.ndarray | None = None) -> float:
    """Return minus the logarithm of the chance that a label, its ones put anywhere, were a function of features; 0 if it is none.

    Parameters
    ----------
    label : 0 or 1 (n,).
    group : the number of each one's group of equal values (n,), from 0 on.
    within : wider groups (n,), from 0 on, between which ones are not moved: what a pair tells beyond one of its features.

    Notes
    -----
    Of C(n, m) labels with m ones at most 2ᴳ are functions of G groups. Groups of one place tell nothing and are left out, and so
    is the largest group of zeros: idle places stay idle.
    """
    sizes, held = np.bincount(group), np.bincount(group, label)
    if is_none(label) or not are_functions(held, sizes):
        return 0.0
    parent = np.zeros(sizes.size, dtype=np.int64)
    if within is not None:
        parent[group] = within
    several = sizes > 1
    idle = np.zeros(int(parent.max()) + 1)
    np.maximum.at(idle, parent, np.where(several & (held == 0), sizes, 0))
    places = np.bincount(parent, several * sizes) - idle
    ones, groups = np.bincount(parent, several * held), np.bincount(parent, several) - (idle > 0)
    return float(np.maximum(_log_choose(places, ones) - groups * np.log(2), 0.0).sum())


def log_evidence_of_cut(label: np.ndarray, feature: np.ndarray) -> float:
    """Return the same of a label that changes once in the order of a feature (n,): at most 2(G + 1) labels do.

    Cuts that part idle places from busy ones pass, and so do those in features that have no value twice, of few places.
    """
    cut = None if is_none(label) else _cut(label, feature)
    if cut is None or _parts_idle_places(cut):
        return 0.0
    many = cut.before.size + cut.after.size
    if many == label.size and is_none(label, FEWEST_UNLIKE):
        return 0.0
    return max(float(_log_choose(np.array(label.size), label.sum()) - np.log(2 * (many + 1))), 0.0)


def are_functions(ones: np.ndarray, places: np.ndarray) -> bool:
    """Tell whether all places of each group have the same label, by how many ones and places it has."""
    return bool(((ones == 0) | (ones == places)).all())


def is_none(label: np.ndarray, fewest: int = FEWEST) -> bool:
    """Tell whether a label has too few ones or zeros for anything to be told."""
    ones = int(label.sum())
    return min(ones, label.size - ones) < fewest


class _Cut(NamedTuple):
    """Hold the distinct values of a feature before and after the one change of the label, and how many places each side has."""

    before: np.ndarray
    after: np.ndarray
    places: tuple[int, int]


def _cut(label: np.ndarray, feature: np.ndarray) -> _Cut | None:
    """Return where the label changes in the order of a feature, where that is once."""
    value, group, times = np.unique(feature, return_inverse=True, return_counts=True)
    held = np.bincount(group, label)
    change = np.flatnonzero(np.diff(held > 0)) + 1
    if change.size != 1 or not are_functions(held, times):
        return None
    before = int(change[0])
    return _Cut(value[:before], value[before:], (int(times[:before].sum()), int(times[before:].sum())))


def _parts_idle_places(cut: _Cut) -> bool:
    """Tell whether a cut parts places of two kinds, idle and busy ones, not the counts of one kind."""
    gap = cut.after[0] - cut.before[-1]
    if max(np.ptp(cut.before), np.ptp(cut.after)) <= _BLUR * gap:
        return False
    for side, other, places in ((cut.before, cut.after, cut.places[1]), (cut.after, cut.before, cut.places[0])):
        if side.size == 1 and other.size > _MOSTLY * places:
            return True
    if cut.before[0] >= -_ROUNDED and all(
        np.abs(side - np.rint(side)).max() < _ROUNDED for side in (cut.before, cut.after)
    ):
        # Roots of counts have a standard deviation of a half.
        return bool(2 * (np.sqrt(cut.after[0]) - np.sqrt(max(cut.before[-1], 0.0))) > _WIDE_OF_COUNTS)
    near = np.diff(cut.before[-_NEAR:]), np.diff(cut.after[:_NEAR])
    return bool(gap > _WIDE * min(np.median(side) for side in near if side.size))


def _log_choose(of: np.ndarray, many: np.ndarray) -> np.ndarray:
    from scipy.special import gammaln

    return np.asarray(gammaln(of + 1.0) - gammaln(many + 1.0) - gammaln(of - many + 1.0))
