"""Two answers to one search for clusters, compared: core set, noise, partition of the cores, and labels numbered by one rule."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

NOISE, BORDER = -1, -2


@dataclass(frozen=True)
class Found:
    """The cluster of each point (−1 noise) and whether it is core, None where a peer does not tell."""

    label: np.ndarray
    core: np.ndarray | None = None


def compared(ours, peer):
    """Say how many clusters there are, what differs, and how many border points are in another cluster."""
    core = ours.core if peer.core is None else ours.core & peer.core
    pairs = np.unique(np.column_stack([ours.label[core], peer.label[core]]), axis=0)
    one_to_one = all(np.unique(pairs[:, side]).size == len(pairs) for side in (0, 1))
    same = {
        "core set": peer.core is None or np.array_equal(ours.core, peer.core),
        "noise": np.array_equal(ours.label < 0, peer.label < 0),
        "partition of cores": one_to_one,
    }
    different = [name for name, equal in same.items() if not equal]
    if different:
        return (
            f"{_clusters(ours)} clusters and {_clusters(peer)}; different: {', '.join(different)}{_noise(ours, peer)}"
        )
    their = dict(zip(pairs[:, 0].tolist(), pairs[:, 1].tolist()))
    named = np.array([their.get(name, NOISE) for name in range(int(ours.label.max(initial=NOISE)) + 1)] + [NOISE])
    moved = int((named[ours.label] != peer.label).sum())
    border = int((~ours.core & (ours.label >= 0)).sum())
    equal = "noise and partition of cores" if peer.core is None else "core set, noise and partition of cores"
    return f"{_clusters(ours)} clusters; equal {equal}; {moved:,} of {border:,} border points in another cluster"


def numbered_alike(x, y, ours, peer):
    """Say whether our labels of cores and noise are the peer's, once these are numbered as ours are; show both hashes."""
    hashes = [_hash(ours), _hash(Found(numbered(x, y, peer), peer.core))]
    return f"labels {hashes[0]} {'=' if hashes[0] == hashes[1] else '≠'} {hashes[1]}"


def numbered(x, y, found):
    """Number clusters 0, 1, … by falling number of points, ties by the lowest easting, then northing, of a core."""
    label, border = found.label.copy(), np.flatnonzero(~found.core & (found.label >= 0))
    cores = np.flatnonzero(found.core)
    cores = cores[np.lexsort((y[cores], x[cores]))]
    places, first = np.unique(x[cores] + 1j * y[cores], return_index=True)
    # Coordinates are drawn at random, so that no two cores are equally near.
    nearest = cKDTree(np.column_stack([places.real, places.imag])).query(np.column_stack([x[border], y[border]]))[1]
    label[border] = label[cores[first[nearest]]]
    names, lowest = np.unique(label[cores], return_index=True)  # the first core of each, so the lowest
    total = np.bincount(label[label >= 0], minlength=names.max() + 1)[names]
    order = np.lexsort((lowest, -total))
    number = np.full(names.max() + 2, NOISE)
    number[names[order]] = np.arange(names.size)
    return number[label]


def _hash(found):
    """Return a short hash of the labels of cores and of the noise; border points are left out."""
    shown = np.where(found.core, found.label, np.where(found.label < 0, NOISE, BORDER)).astype(np.int64)
    return hashlib.sha256(shown.tobytes()).hexdigest()[:8]


def _clusters(found):
    return f"{np.unique(found.label[found.label >= 0]).size:,}"


def _noise(ours, peer):
    """Tell how much is noise in both, and how much in one alone."""
    alone = int(((ours.label < 0) != (peer.label < 0)).sum())
    return f" (noise: ours {(ours.label < 0).mean():.1%}, peer {(peer.label < 0).mean():.1%}, {alone:,} points in one alone)"
