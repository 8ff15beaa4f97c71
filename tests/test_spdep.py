"""Peer: R's spdep; the same areas, counts and neighbours give the numbers that it prints (verification/published)."""

import numpy as np
import pytest
from makers import incidents, squares
from scipy import sparse

import lacrime_geo as lg
from lacrime_geo.neighbours import contiguity
from lacrime_geo.rate_smoothing import empirical_bayes
from lacrime_geo.verification.published.spdep import (
    BAND_GI,
    BAND_GI_STAR,
    CARD,
    COUNTS,
    EB_RATES,
    GI,
    GI_STAR,
    LOCAL_I,
    LOCAL_Z,
    MORAN_B,
    MORAN_W,
    POPULATION,
    VALUES,
    X,
    Y,
)

RTOL = 1e-11


@pytest.fixture(scope="module")
def areas():
    return squares(5, 6).assign(count=np.ravel(COUNTS))


def test_neighbours_are_as_many(areas):
    assert np.diff(contiguity(lg.as_features(areas)).indptr).tolist() == np.ravel(CARD).tolist()


@pytest.mark.parametrize("row_standardised", [False, True])
@pytest.mark.parametrize(("include_self", "expected"), [(False, GI), (True, GI_STAR)])
def test_local_g(areas, include_self, expected, row_standardised):
    neighbours = "queen"
    if row_standardised:
        binary = contiguity(lg.as_features(areas))
        neighbours = sparse.diags(1 / np.asarray(binary.sum(axis=1)).ravel()) @ binary
    marks = lg.gi_star(areas, value="count", neighbours=neighbours, include_self=include_self)
    np.testing.assert_allclose(marks["z"], np.ravel(expected), rtol=RTOL)


@pytest.mark.parametrize(("include_self", "expected"), [(False, BAND_GI), (True, BAND_GI_STAR)])
def test_local_g_within_a_band(include_self, expected):
    marks = lg.gi_star(incidents(X, Y), value=VALUES, neighbours="band", distance_band=1000, include_self=include_self)
    np.testing.assert_allclose(marks["z"], np.ravel(expected), rtol=RTOL)


def test_local_moran(areas):
    marks = lg.local_moran(areas, value="count", neighbours="queen")
    np.testing.assert_allclose(marks["local_i"], np.ravel(LOCAL_I), rtol=RTOL)
    np.testing.assert_allclose(marks["z"], np.ravel(LOCAL_Z), rtol=RTOL)


@pytest.mark.parametrize(("row_standardised", "expected"), [(True, MORAN_W), (False, MORAN_B)])
def test_moran(areas, row_standardised, expected):
    table = lg.moran(areas, value="count", neighbours="queen", row_standardised=row_standardised)
    for name, number in expected.items():
        np.testing.assert_allclose(table[name][0], number, rtol=RTOL, err_msg=name)


def test_empirical_bayes_rates():
    np.testing.assert_allclose(
        empirical_bayes(np.array(COUNTS, float), np.array(POPULATION, float)), EB_RATES, rtol=RTOL
    )
