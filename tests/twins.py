"""Slow and obvious twins that several tests hold the library against."""

import numpy as np


def cluster_labels(near, weight, min_samples, *keys, apart):
    """Label by DBSCAN's definition, one point at a time, given who is near whom (n, n); return labels and cores.

    `apart` are the distances (n, n) by which a border point chooses its core, the foremost first; `keys` break the ties, of
    cores and of numbers.
    """
    core = near @ weight >= min_samples
    label = np.where(core, np.arange(core.size), -1)
    for _ in range(core.size):
        label = np.array([label[near[i] & core].min() if core[i] else -1 for i in range(core.size)])
    for i in np.flatnonzero(~core & (near & core).any(axis=1)):
        cores = np.flatnonzero(near[i] & core)
        order = [*(one[i, cores] for one in apart), *(key[cores] for key in keys)]
        label[i] = label[cores[np.lexsort(order[::-1])[0]]]
    return _numbered(label, core, weight, keys), core


def _numbered(label, core, weight, keys):
    """Number clusters by falling weight, ties by the lowest core: by its first key, then the next ones."""
    groups = [np.flatnonzero(label == name) for name in np.unique(label[label >= 0])]
    ranks = [(-weight[rows].sum(), min(tuple(key[i] for key in keys) for i in rows if core[i])) for rows in groups]
    out = np.full(label.size, -1)
    for number, which in enumerate(sorted(range(len(groups)), key=lambda group: ranks[group])):
        out[groups[which]] = number
    return out
