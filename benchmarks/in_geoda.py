"""GeoDa's local statistics through pygeoda, where that is installed: it has wheels for few versions of Python."""

from importlib.metadata import PackageNotFoundError, version

import numpy as np

LOOKUP, COMPLETE = "lookup-table", "complete"


def _version():
    """Return the version of pygeoda, None where there is none."""
    try:
        return version("pygeoda")
    except PackageNotFoundError:
        return None


VERSION = _version()
MISSING = [] if VERSION else ["pygeoda"]


def opened(frame):
    """Return a GeoDataFrame as pygeoda's own layer, None without pygeoda."""
    if VERSION is None:
        return None
    import pygeoda

    return pygeoda.open(frame)


def queen(layer):
    """Return the queen weights of a layer of polygons, None without pygeoda."""
    if VERSION is None:
        return None
    import pygeoda

    return pygeoda.queen_weights(layer)


def band(layer, distance):
    """Return the weights of points within a distance (m) of each other."""
    import pygeoda

    return pygeoda.distance_weights(layer, distance)


def local(statistic, weights, values, permutations, method):
    """Return "gstar" or "moran" of each feature, and its pseudo p as it is: one-sided, of the side it lies on."""
    import pygeoda

    run = {"gstar": pygeoda.local_gstar, "moran": pygeoda.local_moran}[statistic]
    found = run(weights, values.astype(float).tolist(), permutations=permutations, permutation_method=method)
    return np.array(found.lisa_values()), np.array(found.lisa_pvalues())
