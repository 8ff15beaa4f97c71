"""Spreading onto a grid: all roads agree with each other and with the plain sum, and nothing but noise is clipped."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import CRS, clustered

from lacrime_geo import gaussian_transform, line_polynomials, spreading, stamping
from lacrime_geo.grid import Grid
from lacrime_geo.kernels import KERNELS
from lacrime_geo.places import GridPlaces, Places

GRID = Grid(0.0, 0.0, 50.0, rows=90, columns=110, crs=CRS)
POLYNOMIAL = [name for name, kernel in KERNELS.items() if kernel.power is not None]


def spread(road, name, row, column, weight, ratio, shape=GRID.shape):
    """Spread by one road: the arrays and the kernel as that road takes them."""
    ratio = np.broadcast_to(np.asarray(ratio, float), row.shape)
    reach = KERNELS[name].reach * ratio
    near = (row > -reach) & (row < shape[0] - 1 + reach) & (column > -reach) & (column < shape[1] - 1 + reach)
    places = GridPlaces(row, column, weight, ratio).where(near)
    if not near.any():
        return np.zeros(shape)
    return road.spread(shape, places) if road is gaussian_transform else road.spread(shape, places, KERNELS[name])


def plain_sum(name, row, column, weight, ratio, shape=GRID.shape):
    """Return the sum at every cell, place by place."""
    kernel, (down, across) = KERNELS[name], np.indices(shape)
    total = np.zeros(shape)
    for r, c, w, h in zip(row, column, weight, np.broadcast_to(ratio, row.shape)):
        u = ((down - r) ** 2 + (across - c) ** 2) / h**2
        inside = u < 1 if kernel.compact else np.ones(shape, bool)
        total[inside] += w * kernel.constant / h**2 * kernel.profile(u[inside])
    return total


def scattered(n, seed, margin=20.0):
    """Return rows, columns and weights of places on and around the grid."""
    random = np.random.default_rng(seed)
    row = random.uniform(-margin, GRID.rows + margin, n)
    return row, random.uniform(-margin, GRID.columns + margin, n), random.gamma(1.0, 2.0, n)


@pytest.mark.parametrize("ratio", [0.3, 1.0, 2.5, 7.3, 21.0])
@pytest.mark.parametrize("name", list(KERNELS))
def test_stamping_is_the_plain_sum(name, ratio):
    places = scattered(60, 1)
    expected = plain_sum(name, *places, ratio)
    np.testing.assert_allclose(spread(stamping, name, *places, ratio), expected, atol=3e-8 * expected.max())
    if KERNELS[name].compact:
        np.testing.assert_allclose(spread(stamping, name, *places, ratio), expected, atol=1e-13 * expected.max())


@pytest.mark.parametrize("ratio", [0.6, 1.0, 2.5, 7.3, 21.0, 60.0])
@pytest.mark.parametrize("name", POLYNOMIAL)
def test_polynomials_along_lines_are_the_plain_sum(name, ratio):
    places = scattered(60, 2, margin=50.0)
    expected = plain_sum(name, *places, ratio)
    found = spread(line_polynomials, name, *places, ratio)
    np.testing.assert_allclose(found, expected, atol=1e-10 * expected.max())
    # Where the sum is not within rounding of 0, exactly the same cells are 0.
    np.testing.assert_array_equal(found[expected == 0], 0)
    np.testing.assert_array_equal(found[expected > 1e-9 * expected.max()] > 0, True)


@pytest.mark.parametrize("ratio", [0.9, 2.0, 4.99, 5.0, 9.9, 10.0, 17.0, 33.0])
def test_the_transform_is_the_plain_sum(ratio):
    row, column, weight = scattered(60, 3, margin=6 * ratio)
    expected = plain_sum("gaussian", row, column, weight, ratio)
    found = spread(gaussian_transform, "gaussian", row, column, weight, ratio)
    assert np.abs(found - expected).max() <= 1e-7 * expected.max()
    assert found.min() >= 0


@given(seed=st.integers(0, 10**6), name=st.sampled_from(POLYNOMIAL), ratio=st.floats(0.5, 30))
def test_roads_of_compact_kernels_agree_with_a_bandwidth_per_place(seed, name, ratio):
    row, column, weight = scattered(40, seed)
    ratios = ratio * np.random.default_rng(seed).uniform(0.5, 1.0, row.size)
    stamped = spread(stamping, name, row, column, weight, ratios)
    lines = spread(line_polynomials, name, row, column, weight, ratios)
    np.testing.assert_allclose(lines, stamped, atol=1e-9 * max(stamped.max(), 1e-300))


@given(seed=st.integers(0, 10**6), ratio=st.floats(0.4, 40))
def test_roads_of_the_gaussian_agree(seed, ratio):
    row, column, weight = scattered(25, seed)
    stamped = spread(stamping, "gaussian", row, column, weight, ratio)
    transformed = spread(gaussian_transform, "gaussian", row, column, weight, ratio)
    assert np.abs(stamped - transformed).max() <= 2e-7 * stamped.max()


@pytest.mark.parametrize("shape", [(1, 1), (1, 40), (40, 1), (2, 3)])
@pytest.mark.parametrize("name", list(KERNELS))
def test_the_smallest_grids(name, shape):
    row, column, weight = np.array([0.2, -3.0]), np.array([0.4, 5.0]), np.array([2.0, 1.0])
    roads = [stamping, line_polynomials if KERNELS[name].power is not None else stamping]
    roads += [gaussian_transform] if name == "gaussian" else []
    for ratio in (0.7, 12.0):
        expected = plain_sum(name, row, column, weight, ratio, shape)
        for road in roads:
            found = spread(road, name, row, column, weight, ratio, shape)
            np.testing.assert_allclose(found, expected, atol=3e-8 * max(expected.max(), 1e-12))


@pytest.mark.parametrize("name", list(KERNELS))
def test_only_places_within_reach_matter(name):
    inside, far = np.array([2000.0]), np.array([1e7])
    one, two = np.ones(1), np.ones(2)
    alone = spreading.density(GRID, Places(inside, inside, one), KERNELS[name], 300.0)
    both = spreading.density(GRID, Places(np.r_[inside, far], np.r_[inside, -far], two), KERNELS[name], 300.0)
    np.testing.assert_array_equal(both, alone)
    assert alone.max() > 0 and not spreading.density(GRID, Places(far, far, one), KERNELS[name], 300.0).any()


def test_the_road_is_chosen_by_its_cost(monkeypatch):
    taken = []
    for road in (gaussian_transform, line_polynomials, stamping):
        original = road.spread
        note = lambda *given, road=road, original=original: taken.append(road) or original(*given)  # noqa: E731
        monkeypatch.setattr(road, "spread", note)
    x, y = clustered(3000, 1, side=4000.0)
    for name, bandwidth in [
        ("gaussian", 400.0),
        ("gaussian", 10.0),
        ("quartic", 900.0),
        ("quartic", 100.0),
        ("triangular", 900.0),
    ]:
        spreading.density(GRID, Places(x, y, np.ones(3000)), KERNELS[name], bandwidth)
    assert taken == [gaussian_transform, stamping, line_polynomials, stamping, stamping]


@pytest.mark.parametrize("name", list(KERNELS))
def test_chunks_change_nothing(name, monkeypatch):
    x, y = clustered(300, 2, side=4000.0)
    places = Places(x, y, np.ones(300))
    bandwidths = 700.0 if name in ("quartic", "gaussian") else 260.0
    whole = spreading.density(GRID, places, KERNELS[name], bandwidths)
    monkeypatch.setattr(stamping, "_EVALUATIONS_AT_ONCE", 5000)
    monkeypatch.setattr(gaussian_transform, "_PLACES_AT_ONCE", 7)
    monkeypatch.setattr(gaussian_transform, "_ROWS_AT_ONCE", 11)
    monkeypatch.setattr(line_polynomials, "_CELLS_AT_ONCE", 500)
    parts = spreading.density(GRID, places, KERNELS[name], bandwidths)
    np.testing.assert_allclose(parts, whole, atol=1e-12 * whole.max(), rtol=1e-9)


def test_quintic_spline_equals_repeated_convolution():
    """The B-spline of degree 5 is the box convolved with itself five times: the density of a sum of six uniforms."""
    fine = 200
    box = np.full(fine, 1 / fine)
    curve = box
    for _ in range(5):
        curve = np.convolve(curve, box)
    at = (np.arange(curve.size) - (curve.size - 1) / 2) / fine
    t = np.array([0.0, 0.13, 0.5, 0.87])
    expected = np.interp(t - np.arange(-2, 4)[:, None], at, curve * fine)
    np.testing.assert_allclose(gaussian_transform.quintic(t), expected, atol=2e-5)
    sums = gaussian_transform.quintic(np.random.default_rng(1).random(50)).sum(axis=0)
    np.testing.assert_allclose(sums, 1, atol=1e-14)


def test_places_beyond_the_grid_make_no_false_alarm():
    """Their kernels reach a corner with next to nothing, beside which the transform's noise is large."""
    grid = Grid(0.0, 0.0, 50.0, rows=90, columns=110, crs=CRS)
    x, y = np.random.default_rng(5).normal(-1650, 30, (2, 2000))
    assert spreading.density(grid, Places(x, y, np.ones(2000)), KERNELS["gaussian"], 300.0).min() >= 0


@pytest.mark.parametrize("name", list(KERNELS))
def test_stamps_larger_than_the_grid(name):
    row, column, weight = scattered(30, 6)
    for shape in ((6, 9), (1, 30)):
        expected = plain_sum(name, row, column, weight, 25.0, shape)
        found = spread(stamping, name, row, column, weight, 25.0, shape)
        np.testing.assert_allclose(found, expected, atol=3e-8 * expected.max())


def test_noise_is_clipped_and_nothing_else():
    gaussian_transform.require_noise(-4e-6, 5.0)
    with pytest.raises(ArithmeticError, match="fault of the method"):
        gaussian_transform.require_noise(-6e-6, 5.0)


@pytest.mark.parametrize("bandwidth", [250.0, 620.0])
def test_clipping_removes_only_noise_on_real_spreads(bandwidth, monkeypatch):
    seen = []
    monkeypatch.setattr(gaussian_transform, "require_noise", lambda *extremes: seen.append(extremes))
    x, y = clustered(2000, 3, side=4000.0)
    row, column = GRID.lattice(x, y)
    ratio = np.full(2000, bandwidth / GRID.cell_size)
    gaussian_transform.spread(GRID.shape, GridPlaces(row, column, np.ones(2000), ratio))
    ((lowest, highest),) = seen
    assert -1e-7 * highest < lowest <= 0
