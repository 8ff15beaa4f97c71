"""Kernel density: mass, additivity, invariance, then the brute-force sum, then what is chosen and announced."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import SOUTH, WEST, clustered, duplicated, incidents, rectangle, uniform

import lacrime_geo as lg
from lacrime_geo.bandwidths import reference_bandwidth
from lacrime_geo.kernels import KERNELS
from lacrime_geo.places import Places

# The formulas of Silverman 1986, p. 76, and their kin, per m² at h = 1, written out apart from the code's table.
FORMULAS = {
    "quartic": lambda d: np.where(d < 1, 3 / np.pi * (1 - d**2) ** 2, 0),
    "gaussian": lambda d: np.exp(-(d**2) / 2) / (2 * np.pi),
    "triweight": lambda d: np.where(d < 1, 4 / np.pi * (1 - d**2) ** 3, 0),
    "epanechnikov": lambda d: np.where(d < 1, 2 / np.pi * (1 - d**2), 0),
    "triangular": lambda d: np.where(d < 1, 3 / np.pi * (1 - d), 0),
    "uniform": lambda d: np.where(d < 1, 1 / np.pi, 0),
}
COMPACT = [name for name in FORMULAS if name != "gaussian"]
# Bandwidths in cells of 50 m; the gaussian is stamped below 4 cells and transformed above.
SETTINGS = [(name, 400.0) for name in FORMULAS] + [("gaussian", 120.0), ("gaussian", 199.0), ("gaussian", 201.0)]


def brute_force(surface, x, y, weight, kernel, h):
    """Return the sum over all incidents at every cell centre, per km²."""
    cell_x, cell_y = surface.grid.centres(np.arange(surface.grid.size))
    total = np.zeros(surface.grid.size)
    for px, py, w in zip(x + WEST, y + SOUTH, weight):
        total += w * FORMULAS[kernel](np.hypot(cell_x - px, cell_y - py) / h) / h**2
    return 1e6 * total.reshape(surface.grid.shape)


def mass(surface):
    return np.nansum(surface.values) * (surface.grid.cell_size / 1000) ** 2


def test_every_kernel_has_a_formula():
    assert set(KERNELS) == set(FORMULAS)


@pytest.mark.parametrize(("kernel", "h"), SETTINGS)
def test_equals_the_brute_force_sum(kernel, h):
    x, y = clustered(300, 1, side=3000.0)
    weight = np.random.default_rng(1).random(300) * 3
    surface = lg.kde(incidents(x, y), bandwidth=h, cell_size=50, kernel=kernel, weight=weight)
    exact = brute_force(surface, x, y, weight, kernel, h)
    assert np.abs(surface.values - exact).max() <= 1e-6 * exact.max()


@pytest.mark.parametrize(
    ("kernel", "h"), [("quartic", 400.0), ("gaussian", 120.0), ("gaussian", 400.0), ("uniform", 70.0)]
)
def test_equals_the_brute_force_sum_inside_a_boundary(kernel, h):
    x, y = clustered(300, 2, side=3000.0)
    surface = lg.kde(
        incidents(x, y),
        bandwidth=h,
        cell_size=50,
        kernel=kernel,
        boundary=rectangle(800.0, 500.0, 2000.0, 1900.0),
        edge_correction=False,
    )
    exact = brute_force(surface, x, y, np.ones(300), kernel, h)
    inside = ~np.isnan(surface.values)
    assert ((x < 800) | (x > 2000)).sum() > 50 and inside.sum() == 24 * 28
    assert np.abs(surface.values - exact)[inside].max() <= 1e-6 * exact[inside].max()


@pytest.mark.parametrize(("kernel", "h"), SETTINGS)
def test_integrates_to_the_number_of_incidents(kernel, h):
    x, y = clustered(500, 3, side=3000.0)
    surface = lg.kde(incidents(x, y), bandwidth=h, cell_size=min(h / 12, 20), kernel=kernel)
    smooth = kernel not in ("uniform", "triangular")
    assert mass(surface) == pytest.approx(500, rel=1e-4 if smooth else 5e-3)


@pytest.mark.parametrize("kernel", list(FORMULAS))
def test_additive(kernel):
    x, y = duplicated(400, 4)
    options = dict(bandwidth=300, cell_size=50, kernel=kernel, boundary=rectangle(0, 0, 2000, 2000))
    whole = lg.kde(incidents(x, y), **options).values
    parts = [lg.kde(incidents(x[part], y[part]), **options).values for part in (slice(0, 150), slice(150, None))]
    np.testing.assert_allclose(parts[0] + parts[1], whole, atol=1e-9 * np.nanmax(whole))


@pytest.mark.parametrize("kernel", list(FORMULAS))
def test_weights_equal_repeats(kernel):
    x, y = clustered(200, 5)
    times = np.random.default_rng(5).integers(1, 5, 200)
    options = dict(bandwidth=400, cell_size=60, kernel=kernel)
    weighted = lg.kde(incidents(x, y), weight=times, **options)
    repeated = lg.kde(incidents(np.repeat(x, times), np.repeat(y, times)), **options)
    np.testing.assert_allclose(weighted.values, repeated.values, atol=1e-10 * repeated.values.max())
    assert (weighted.unit, repeated.unit) == ("weight per km²", "incidents per km²")


@pytest.mark.parametrize("kernel", list(FORMULAS))
@pytest.mark.parametrize("shift", [1000.0, -17_000.0])
def test_translating_moves_the_grid_not_the_values(kernel, shift):
    x, y = (np.round(column, 3) for column in clustered(300, 6))
    options = dict(bandwidth=400, cell_size=60, kernel=kernel)
    a, b = lg.kde(incidents(x, y), **options), lg.kde(incidents(x + shift, y + shift), **options)
    assert b.grid.bounds == pytest.approx(np.array(a.grid.bounds) + shift, abs=1e-6)
    np.testing.assert_allclose(b.values, a.values, atol=1e-9 * a.values.max(), rtol=0)


@pytest.mark.parametrize("kernel", list(FORMULAS))
def test_order_of_input_does_not_matter(kernel):
    x, y = duplicated(300, 7)
    order = np.random.default_rng(7).permutation(300)
    a = lg.kde(incidents(x, y), kernel=kernel)
    b = lg.kde(incidents(x[order], y[order]), kernel=kernel)
    assert {**a.parameters} == {**b.parameters} and a.grid == b.grid
    np.testing.assert_allclose(b.values, a.values, atol=1e-12 * a.values.max(), rtol=0)


@pytest.mark.parametrize("kernel", COMPACT)
@pytest.mark.parametrize("h", [30.0, 130.0, 411.0])
def test_exactly_zero_beyond_the_bandwidth(kernel, h):
    x, y = clustered(40, 8)
    surface = lg.kde(incidents(x, y), bandwidth=h, cell_size=25, kernel=kernel)
    cell_x, cell_y = surface.grid.centres(np.arange(surface.grid.size))
    nearest = np.min(np.hypot(cell_x[:, None] - (x + WEST), cell_y[:, None] - (y + SOUTH)), axis=1)
    values = surface.values.ravel()
    assert (values[nearest > h * (1 + 1e-9)] == 0).all()
    # Nearer to its end a triweight falls below the rounding of the largest density.
    assert (values[nearest < h * (1 - 1e-2)] > 0).all()


@given(seed=st.integers(0, 10**6), kernel=st.sampled_from(list(FORMULAS)), ratio=st.floats(0.3, 9))
def test_never_negative_never_missing(seed, kernel, ratio):
    x, y = np.random.default_rng(seed).uniform(0, 1000, (2, 25))
    values = lg.kde(incidents(x, y), bandwidth=50 * ratio, cell_size=50, kernel=kernel).values
    assert np.isfinite(values).all() and (values >= 0).all()


def test_one_incident_is_the_kernel():
    surface = lg.kde(incidents([0], [0]), bandwidth=500, cell_size=100)
    assert surface.values.max() <= 1e6 * 3 / (math.pi * 500**2)
    assert mass(surface) == pytest.approx(1, rel=1e-3)


def test_coincident_incidents_need_a_bandwidth_and_then_work():
    one_place = incidents(np.zeros(50), np.zeros(50))
    with pytest.raises(ValueError, match="give bandwidth="):
        lg.kde(one_place)
    assert mass(lg.kde(one_place, bandwidth=300)) == pytest.approx(50, rel=1e-2)


def test_reference_bandwidth_by_hand():
    # Four points at distance 5 from their centre: SD = Dm = 5, so 0.9 · 5 · 4^(−1/5).
    x, y = np.array([0.0, 10.0, 5.0, 5.0]), np.array([5.0, 5.0, 0.0, 10.0])
    assert reference_bandwidth(Places(x, y, np.ones(4)), 4) == pytest.approx(4.5 * 4**-0.2)
    # A far fifth point moves the median distance little: the rule resists it.
    far = reference_bandwidth(Places(np.r_[x, 5000.0], np.r_[y, 5.0], np.array([3.0, 3, 3, 3, 1])), 13)
    assert far < 0.9 * math.sqrt(1 / math.log(2)) * 420 * 13**-0.2


@pytest.mark.parametrize("kernel", list(FORMULAS))
def test_default_bandwidths_have_one_second_moment(kernel):
    x, y = clustered(900, 9)
    h = lg.kde(incidents(x, y), kernel=kernel).parameters["bandwidth"]
    d = (np.arange(100_000) + 0.5) / 100_000 * (12 if kernel == "gaussian" else 1)
    variance = np.sum(np.pi * FORMULAS[kernel](d) * d**3) * d[0] * 2
    quartic = reference_bandwidth(Places(x, y, np.ones(x.size)), x.size)
    assert h * math.sqrt(variance) == pytest.approx(quartic * math.sqrt(1 / 8), rel=0.06)


def test_defaults_are_announced_and_kept(caplog):
    with caplog.at_level("INFO", "lacrime_geo"):
        parameters = lg.kde(incidents(*clustered(900, 9))).parameters
    for name in ("bandwidth", "cell_size"):
        assert f"{name} = {parameters[name]:,} m: {parameters[name + '_reason']}" in caplog.text
        assert parameters[name] == float(f"{parameters[name]:.1e}")
    assert parameters["cell_size"] <= parameters["bandwidth"] / 5 + 1


def test_a_bandwidth_smaller_than_a_cell_is_warned_of():
    surface = lg.kde(incidents(*uniform(50, 1)), bandwidth=50, cell_size=200)
    assert "make the cells smaller" in surface.parameters["warnings"][0]
    assert "warnings" not in lg.kde(incidents(*uniform(50, 1)), bandwidth=500, cell_size=200).parameters


def test_incidents_without_place_are_counted_aside():
    x, y = clustered(300, 10)
    surface = lg.kde(incidents(np.r_[x, np.nan, 5.0], np.r_[y, 5.0, np.nan]), bandwidth=300, cell_size=50)
    assert surface.parameters["without_place"] == 2 and surface.parameters["incidents"] == 300
    np.testing.assert_array_equal(surface.values, lg.kde(incidents(x, y), bandwidth=300, cell_size=50).values)


def test_cancelling_stops():
    seen = []
    with pytest.raises(lg.Cancelled):
        lg.kde(incidents(*clustered(300, 1)), progress=lambda fraction: bool(seen.append(fraction)))
    assert len(seen) == 1


def test_progress_rises_to_one():
    seen = []
    lg.kde(incidents(*clustered(3000, 1)), cell_size=30, bandwidth=900, progress=seen.append)
    assert seen == sorted(seen) and seen[-1] == 1 and len(seen) > 4
