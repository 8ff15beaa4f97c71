"""Spreading onto a grid: both roads agree, the splines are splines, and nothing but noise is clipped."""

import numpy as np
import pytest
from makers import CRS, clustered

from lacrime_geo import spreading
from lacrime_geo.density import KERNELS
from lacrime_geo.grid import Grid

GRID = Grid(0.0, 0.0, 50.0, rows=90, columns=110, crs=CRS)


def test_both_roads_of_the_gaussian_agree(monkeypatch):
    x, y = clustered(400, 1, side=4000.0)
    spread = [
        spreading.density(GRID, x, y, np.ones(400), KERNELS["gaussian"], 300.0)
        for smooth in (np.inf, 0.0)
        if monkeypatch.setattr(spreading, "_SMOOTH_ENOUGH", smooth) is None
    ]
    assert 0 < np.abs(spread[0] - spread[1]).max() < 1e-6 * spread[0].max()


@pytest.mark.parametrize("name", list(KERNELS))
def test_only_places_within_reach_matter(name):
    inside, far = np.array([2000.0]), np.array([1e7])
    alone = spreading.density(GRID, inside, inside, np.ones(1), KERNELS[name], 300.0)
    both = spreading.density(GRID, np.r_[inside, far], np.r_[inside, -far], np.ones(2), KERNELS[name], 300.0)
    np.testing.assert_array_equal(both, alone)
    assert not spreading.density(GRID, far, far, np.ones(1), KERNELS[name], 300.0).any()


@pytest.mark.parametrize("name", list(KERNELS))
def test_chunks_change_nothing(name, monkeypatch):
    x, y = clustered(300, 2, side=4000.0)
    whole = spreading.density(GRID, x, y, np.ones(300), KERNELS[name], 260.0)
    monkeypatch.setattr(spreading, "_EVALUATIONS_AT_ONCE", 5000)
    monkeypatch.setattr(spreading, "_SPLINE_PLACES_AT_ONCE", 7)
    parts = spreading.density(GRID, x, y, np.ones(300), KERNELS[name], 260.0)
    np.testing.assert_allclose(parts, whole, atol=1e-13 * whole.max(), rtol=1e-10)


def test_quintic_spline_equals_repeated_convolution():
    """The B-spline of degree 5 is the box convolved with itself five times: the density of a sum of six uniforms."""
    fine = 200
    box = np.full(fine, 1 / fine)
    curve = box
    for _ in range(5):
        curve = np.convolve(curve, box)
    at = (np.arange(curve.size) - (curve.size - 1) / 2) / fine
    t = np.array([0.0, 0.13, 0.5, 0.87])
    expected = np.interp(t[:, None] - np.arange(-2, 4), at, curve * fine)
    np.testing.assert_allclose(spreading._quintic(t), expected, atol=2e-5)
    np.testing.assert_allclose(spreading._quintic(np.random.default_rng(1).random(50)).sum(axis=1), 1, atol=1e-14)


def test_noise_is_clipped_and_nothing_else():
    values = np.array([5.0, -4e-6, 0.0, 1e-9])
    assert spreading.clip_noise(values).tolist() == [5.0, 0.0, 0.0, 1e-9]
    with pytest.raises(ArithmeticError, match="fault of the method"):
        spreading.clip_noise(np.array([5.0, -6e-6]))


def test_clipping_removes_only_noise_on_real_spreads():
    x, y = clustered(2000, 3, side=4000.0)
    unclipped = []
    original = spreading.clip_noise
    spreading.clip_noise = lambda values: unclipped.append(values.copy()) or original(values)
    try:
        clipped = spreading.density(GRID, x, y, np.ones(2000), KERNELS["gaussian"], 250.0)
    finally:
        spreading.clip_noise = original
    assert unclipped[0].min() > -1e-7 * clipped.max() * GRID.cell_size**2
