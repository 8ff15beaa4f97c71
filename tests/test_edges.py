"""Edge correction: shares of kernels against geometry, and flat densities of evenly spread incidents up to a coast."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from makers import CRS, SOUTH, WEST, incidents, rectangle

import lacrime_geo as lg
from lacrime_geo.edges import mass_inside, mass_inside_by_bandwidth
from lacrime_geo.kernels import KERNELS


def coastline(seed=2, side=20_000.0):
    """Return a boundary with a ragged coast to the west, a bay, a narrow cape and an island."""
    random = np.random.default_rng(seed)
    y = np.linspace(0, side, 81)
    x = 4000 + 1500 * np.sin(y / 1700) + 700 * np.sin(y / 410 + 1) + np.cumsum(random.normal(0, 120, y.size))
    land = shapely.Polygon([*zip(x, y), (side, side), (side, 0)]).buffer(0)
    bay = shapely.Point(side, side / 2).buffer(2500)
    cape = shapely.box(1200, 15_000, 5000, 15_800)
    island = shapely.Point(1500, 3000).buffer(900)
    area = shapely.union_all([land.difference(bay), cape, island])
    return gpd.GeoDataFrame(geometry=[shapely.affinity.translate(area, WEST, SOUTH)], crs=CRS)


@pytest.mark.parametrize("name", list(KERNELS))
def test_the_share_at_a_straight_edge(name):
    """A half-plane holds half of a kernel centred on its edge, and of one 0.4 bandwidths inside what the profile says."""
    universe = np.zeros((200, 200), bool)
    universe[:, 100:] = True
    ratio = 14.5 if KERNELS[name].compact else 7.0
    mass = mass_inside(universe, KERNELS[name], ratio)[100]
    assert (mass[99] + mass[100]) / 2 == pytest.approx(0.5, abs=1e-3)
    assert mass[199 - 100 + 60] == pytest.approx(1, abs=1e-8) and mass[30] == pytest.approx(0, abs=1e-8)
    points = np.random.default_rng(1).uniform(-1, 1, (2, 400_000)) * KERNELS[name].reach
    height = KERNELS[name].values((points**2).sum(axis=0))
    cells_inside = 5
    expected = height[points[0] * ratio > -(cells_inside + 0.5)].sum() / height.sum()
    assert mass[100 + cells_inside] == pytest.approx(expected, abs=6e-3)


@pytest.mark.parametrize("name", list(KERNELS))
@pytest.mark.parametrize("ratio", [0.4, 1.0, 3.3])
def test_far_from_any_edge_nothing_is_corrected(name, ratio):
    universe = np.ones((60, 60), bool)
    mass = mass_inside(universe, KERNELS[name], ratio)
    assert mass[30, 30] == pytest.approx(1, abs=1e-9)
    # A kernel narrower than half a cell lies wholly in it.
    if ratio * KERNELS[name].reach > 0.5:
        assert (mass <= 1).all() and mass[0, 0] < mass[0, 30] < mass[30, 30]


def test_bandwidths_of_their_own_agree_where_they_are_one():
    random = np.random.default_rng(3)
    universe = np.add.outer(np.arange(80), random.integers(0, 30, 80)) < 70
    for ratio in (3.0, 7.7):
        expected = mass_inside(universe, KERNELS["quartic"], ratio)
        found = mass_inside_by_bandwidth(universe, KERNELS["quartic"], np.full(universe.shape, ratio))
        np.testing.assert_allclose(found[universe], expected[universe], atol=8e-3)


@pytest.mark.parametrize(("kernel", "h"), [("quartic", 1500.0), ("gaussian", 600.0), ("uniform", 1200.0)])
def test_even_incidents_up_to_a_coast_are_flat_when_corrected(kernel, h):
    """Issue: uniform points in a coastline; corrected it is flat to within noise, uncorrected it drops at the edge."""
    area = coastline()
    polygon = area.geometry.iloc[0]
    random = np.random.default_rng(4)
    x, y = random.uniform(0, 20_000, (2, 60_000))
    inside = shapely.contains_xy(polygon, x + WEST, y + SOUTH)
    points = incidents(x[inside], y[inside])
    true = inside.sum() / (polygon.area / 1e6)
    options = dict(bandwidth=h, cell_size=100, kernel=kernel, boundary=area)
    corrected = lg.kde(points, **options)
    plain = lg.kde(points, **options, edge_correction=False)
    cell_x, cell_y = corrected.grid.centres(np.arange(corrected.grid.size))
    to_edge = shapely.distance(polygon.boundary, shapely.points(cell_x, cell_y)).reshape(corrected.grid.shape)
    near, far = to_edge < 0.25 * h, to_edge > 1.2 * h
    mean = {
        name: [np.nanmean(s.values[part]) / true for part in (near, far)]
        for name, s in dict(c=corrected, p=plain).items()
    }
    assert mean["c"] == pytest.approx([1, 1], abs=0.025)
    assert mean["p"][0] < 0.75 and mean["p"][1] == pytest.approx(1, abs=0.025)
    # Noise of a kernel estimate: variance f · roughness / h², larger by the square of what the correction divides by.
    noise = np.sqrt(true / 1e6 * KERNELS[kernel].roughness) / h * 1e6 / true
    spread = np.nanstd(corrected.values[near]) / true
    assert spread < 3 * noise
    assert np.nanmin(corrected.values) / true > 1 - 8 * noise
    assert (
        corrected.parameters["edge_correction"].startswith("divided") and plain.parameters["edge_correction"] == "none"
    )


def test_incidents_outside_are_left_out_when_corrected_and_count_when_not():
    x, y = np.random.default_rng(5).uniform(0, 3000, (2, 3000))
    box = rectangle(0, 0, 1500, 3000)
    options = dict(bandwidth=300, cell_size=50)
    inside = x < 1500
    corrected = lg.kde(incidents(x, y), boundary=box, **options)
    alone = lg.kde(incidents(x[inside], y[inside]), boundary=box, **options)
    np.testing.assert_allclose(corrected.values, alone.values, rtol=1e-12)
    assert corrected.parameters["outside"] == (~inside).sum() and alone.parameters["outside"] == 0
    plain = lg.kde(incidents(x, y), boundary=box, edge_correction=False, **options)
    whole = lg.kde(
        incidents(x, y), bandwidth=300, cell_size=50, boundary=rectangle(0, 0, 3000, 3000), edge_correction=False
    )
    np.testing.assert_allclose(plain.values[:, :30], whole.values[:, :30], rtol=1e-9)


def test_a_boundary_somewhere_else_is_an_error():
    with pytest.raises(ValueError, match="None of the 10 incidents"):
        lg.kde(incidents(np.arange(10.0), np.arange(10.0)), boundary=rectangle(9000, 9000, 9900, 9900), bandwidth=100)


def test_a_probability_integrates_to_one():
    x, y = np.random.default_rng(6).uniform(0, 3000, (2, 500))
    for options in (dict(), dict(boundary=rectangle(0, 0, 1500, 3000)), dict(adaptive=True), dict(kernel="gaussian")):
        surface = lg.kde(incidents(x, y), bandwidth=400, cell_size=50, probability=True, **options)
        assert np.nansum(surface.values) * 0.05**2 == pytest.approx(1, rel=1e-12)
        assert surface.unit == "probability per km²" == surface.parameters["unit"]
