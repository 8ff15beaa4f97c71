"""Fingerprints: the same for the same data, another for any other."""

from dataclasses import replace

import numpy as np
import pytest

import lacrime_geo as lg
from lacrime_geo.fingerprints import fingerprint

X, Y = np.array([380000.0, 380100.0, np.nan]), np.array([3768000.0, 3768100.0, np.nan])
BASE = lg.Incidents(X, Y, when=np.array(["2023-01-01", "2023-01-02", "NaT"], dtype="M8[s]"), crs="EPSG:32611")


def test_the_same_data_have_the_same_fingerprint_to_the_millimetre():
    shifted = lg.Incidents(X + 1e-5, Y, when=BASE.when, crs="EPSG:32611")
    assert fingerprint(BASE) == fingerprint(shifted) and len(fingerprint(BASE)) == 16


@pytest.mark.parametrize(
    "changed",
    [
        dict(easting=X + 1),
        dict(northing=Y + 1),
        dict(when=BASE.when + 1),
        dict(when=None),
        dict(weight=np.ones(3)),
        dict(category=np.array(["a", "b", "c"], dtype=object)),
        dict(crs="EPSG:32612"),
    ],
)
def test_any_change_gives_another(changed):
    assert fingerprint(replace(BASE, **changed)) != fingerprint(BASE)


def test_features_and_surfaces_have_one_and_nothing_else_has():
    surface = lg.kde(lg.Incidents([0.0, 500.0], [0.0, 500.0], crs="EPSG:32611"), bandwidth=100.0)
    features = lg.hotspots(lg.Incidents(*np.random.default_rng(0).uniform(0, 9000, (2, 500)), crs="EPSG:32611"))
    assert fingerprint(surface) != fingerprint(replace(surface, values=surface.values + 1))
    assert fingerprint(features.to_features()) == fingerprint(features.to_features())
    with pytest.raises(TypeError, match="no fingerprint of a dict"):
        fingerprint({})
