"""Adaptive density: mass, invariance, the slow twin by Abramson's law, and edges."""

import numpy as np
import pytest
from makers import SOUTH, WEST, clustered, incidents, rectangle, uniform

import lacrime_geo as lg
from lacrime_geo.kernels import KERNELS


def twin(surface, x, y, kernel, h0):
    """Return Abramson's estimate at the cells of a surface, each step a plain sum; per km²."""
    shape = KERNELS[kernel]

    def sum_at(at_x, at_y, h):
        u = ((at_x[:, None] - x) ** 2 + (at_y[:, None] - y) ** 2) / h**2
        inside = u < 1 if shape.compact else np.ones(u.shape, bool)
        return (np.where(inside, shape.profile(np.where(inside, u, 0)), 0) * shape.constant / h**2).sum(axis=1)

    pilot = sum_at(x, y, np.full(x.size, h0))
    h = h0 * np.minimum((pilot / np.exp(np.log(pilot).mean())) ** -0.5, 5.0)
    cell_x, cell_y = surface.grid.centres(np.arange(surface.grid.size))
    return 1e6 * sum_at(cell_x - WEST, cell_y - SOUTH, h).reshape(surface.grid.shape)


@pytest.mark.parametrize("kernel", list(KERNELS))
def test_equals_the_slow_twin(kernel):
    x, y = clustered(250, 1, side=3000.0)
    h0 = 150.0 if kernel == "gaussian" else 400.0
    surface = lg.kde(incidents(x, y), bandwidth=h0, cell_size=25, kernel=kernel, adaptive=True)
    expected = twin(surface, x, y, kernel, h0)
    # The pilot is read between cell centres; a uniform pilot jumps there.
    tolerance = 0.12 if kernel == "uniform" else 0.02
    assert np.abs(surface.values - expected).max() < tolerance * expected.max()


def test_keeps_the_mass_and_sharpens_the_peaks():
    x, y = clustered(2000, 2)
    options = dict(bandwidth=600, cell_size=40)
    fixed, adaptive = (lg.kde(incidents(x, y), **options, adaptive=way) for way in (False, True))
    for surface in (fixed, adaptive):
        assert surface.values.sum() * 0.04**2 == pytest.approx(2000, rel=2e-3)
    assert adaptive.values.max() > 1.5 * fixed.values.max()
    assert adaptive.label.startswith("Density (adaptive, 600 m)")
    narrow, wide = adaptive.parameters["bandwidths"]
    assert narrow < 600 < wide <= 3000


def test_scaling_weights_scales_the_surface_only():
    x, y = clustered(300, 3)
    one = lg.kde(incidents(x, y), bandwidth=500, cell_size=50, adaptive=True, weight=np.full(300, 1.0))
    ten = lg.kde(incidents(x, y), bandwidth=500, cell_size=50, adaptive=True, weight=np.full(300, 10.0))
    np.testing.assert_allclose(ten.values, 10 * one.values, rtol=1e-9, atol=1e-12)


def test_a_lonely_place_is_held_and_counted():
    x, y = clustered(3000, 4)
    surface = lg.kde(incidents(np.r_[x, 20_000.0], np.r_[y, 20_000.0]), bandwidth=300, cell_size=100, adaptive=True)
    assert surface.parameters["widest"] >= 1 and max(surface.parameters["bandwidths"]) == 1500


def test_even_incidents_are_flat_up_to_the_edge():
    x, y = uniform(20_000, 5)
    surface = lg.kde(incidents(x, y), bandwidth=500, cell_size=50, adaptive=True, boundary=rectangle(0, 0, 5000, 5000))
    edge = np.ones(surface.grid.shape, bool)
    edge[4:-4, 4:-4] = False
    assert np.nanmean(surface.values[edge]) == pytest.approx(800, rel=0.03)
    assert np.nanstd(surface.values) / 800 < 0.12


def test_incidents_beyond_an_uncorrected_boundary_count():
    x, y = uniform(4000, 6)
    options = dict(bandwidth=500, cell_size=50, adaptive=True, edge_correction=False)
    part = lg.kde(incidents(x, y), boundary=rectangle(1000, 1000, 2500, 4000), **options)
    assert np.nanmean(part.values[:, -3:]) == pytest.approx(160, rel=0.15)


def test_cells_coarser_than_the_bandwidth():
    x, y = uniform(60, 7)
    surface = lg.kde(incidents(x, y), bandwidth=50, cell_size=400, adaptive=True)
    assert np.isfinite(surface.values).all() and min(surface.parameters["bandwidths"]) > 0
    weight = np.where(x < 2500, 0.0, 1.0)
    with pytest.raises(ValueError, match="all weigh 0"):
        lg.kde(
            incidents(x, y, weight=weight),
            bandwidth=300,
            cell_size=50,
            adaptive=True,
            boundary=rectangle(0, 0, 2400, 5000),
        )
    with pytest.raises(ValueError, match="No cell of 300 m has its centre within reach"):
        lg.kde(incidents([0.0], [0.0]), bandwidth=20, cell_size=300, probability=True)


@pytest.mark.parametrize("points", [1, 2])
def test_few_incidents(points):
    surface = lg.kde(incidents(np.arange(points) * 700.0, np.zeros(points)), bandwidth=300, cell_size=20, adaptive=True)
    assert surface.values.sum() * 0.02**2 == pytest.approx(points, rel=1e-2)
