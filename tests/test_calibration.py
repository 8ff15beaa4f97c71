"""Promises about chance: on counts without any pattern z has unit spread, and p is small no oftener than it says."""

import geopandas as gpd
import numpy as np
import pytest
from makers import CRS, counts_as_incidents, incidents, rectangle, squares

import lacrime_geo as lg

SEEDS = range(20)
AREA = rectangle(0, 0, 2999, 2999)


def null_cells(mean, seed, distance_band=150, permutations=0):
    """Return hotspots on 30 × 30 cells of independent Poisson counts, every cell in the universe."""
    counts = np.random.default_rng(seed).poisson(mean, (30, 30))
    options = dict(cell_size=100, distance_band=distance_band, boundary=AREA, correction="none")
    options["permutations"] = permutations
    cells = lg.hotspots(counts_as_incidents(counts), **options)
    assert len(cells) == 900 and cells["count"].sum() == counts.sum()
    return cells


def test_mean_spread_of_z_on_a_grid():
    spreads = [null_cells(2.0, seed)["z"].std() for seed in SEEDS]
    assert 0.95 <= np.mean(spreads) <= 1.05


def test_mean_spread_of_z_of_features():
    layer = squares(30, 30)
    spreads = [lg.gi_star(layer, value=np.random.default_rng(seed).poisson(2.0, 900))["z"].std() for seed in SEEDS]
    assert 0.95 <= np.mean(spreads) <= 1.05


@pytest.mark.parametrize("mean", [0.1, 0.3, 1.0, 2.0, 5.0])
def test_share_of_small_p_under_the_null(mean):
    shares = [np.mean(null_cells(mean, seed)["p"] <= 0.05) for seed in range(100, 125)]
    assert 0.001 < np.mean(shares) <= 0.055


@pytest.mark.parametrize("mean", [0.1, 0.3, 1.0, 2.0, 5.0])
def test_share_of_small_exact_p_under_the_null(mean):
    """Asked for permutations, counts get the exact tail also where the normal approximation would do."""
    cells = [null_cells(mean, seed, permutations=99) for seed in range(100, 125)]
    assert all(found.parameters["inference"].startswith("exact") for found in cells)
    share = np.mean([(found["p"] <= 0.05).mean() for found in cells])
    assert (0.040 if mean == 5 else 0.001) < share <= 0.055


@pytest.mark.parametrize("mean", [0.3, 2.0])
def test_share_of_small_drawn_p_under_the_null(mean):
    """Fractional weights have no exact tail: permutations are drawn."""
    shares = []
    for seed in range(20):
        random = np.random.default_rng(seed)
        counts = random.poisson(mean, (30, 30))
        points = counts_as_incidents(counts)
        weighted = lg.Incidents(points.easting, points.northing, crs=CRS, weight=random.gamma(2.0, 0.5, points.size))
        options = dict(cell_size=100, distance_band=150, boundary=AREA, correction="none", permutations=499)
        found = lg.hotspots(weighted, **options)
        assert found.parameters["inference"] == "two-sided p by conditional permutation"
        shares.append((found["p"] <= 0.05).mean())
    assert 0.02 < np.mean(shares) <= 0.055


@pytest.mark.parametrize("mean", [0.3, 2.0, 5.0])
def test_a_band_chosen_from_the_data_does_not_find_more(mean):
    # The wider the band the more alike are the cells' p: more seeds for the same certainty.
    shares = [np.mean(null_cells(mean, seed, None)["p"] <= 0.05) for seed in range(100, 200)]
    assert np.mean(shares) <= 0.055 + 2 * np.std(shares) / 10


@pytest.mark.parametrize("band", [150, 350])
def test_crowded_counts_make_no_hotspots_by_chance(band):
    """Police data: most cells hold nothing, few hold dozens. Shuffled, nothing is left to find."""
    random = np.random.default_rng(7)
    crowded = random.poisson(random.gamma(0.15, 1 / 0.15, 900))
    found, small = [], []
    for _ in range(40):
        cells = lg.hotspots(
            counts_as_incidents(random.permutation(crowded).reshape(30, 30)),
            cell_size=100,
            distance_band=band,
            boundary=AREA,
        )
        assert cells["count"].mean() * 9 > 8 and cells.parameters["inference"].startswith("exact")
        found.append(cells["bin"].any())
        small.append((cells["p"] <= 0.001).mean())
    assert np.mean(found) <= 0.1 + 3 * np.sqrt(0.09 / 40) and np.mean(small) <= 0.002


@pytest.mark.parametrize("spread", [1.0, 2.0])
def test_weights_that_differ_widely_make_no_hotspots_by_chance(spread):
    found = []
    for seed in range(30):
        random = np.random.default_rng(seed)
        x, y = random.uniform(0, 3000, (2, 4000))
        options = dict(cell_size=200, distance_band=300, boundary=AREA, permutations=9999)
        cells = lg.hotspots(incidents(x, y, weight=random.lognormal(0, spread, 4000)), **options)
        found.append((cells["bin"] != 0).any())
    assert np.mean(found) <= 0.1 + 3 * np.sqrt(0.09 / 30)


def test_skewed_weights_without_an_exact_p_are_warned_of():
    random = np.random.default_rng(1)
    x, y = random.uniform(0, 3000, (2, 4000))
    for spread, warned in ((0.1, False), (2.0, True)):
        weight = random.lognormal(0, spread, 4000)
        cells = lg.hotspots(incidents(x, y, weight=weight), cell_size=200, distance_band=300, boundary=AREA)
        assert any("as skewed as those of" in text for text in cells.parameters.get("warnings", [])) == warned


@pytest.mark.parametrize("shape", ["square", "hex"])
@pytest.mark.parametrize(("mean", "most"), [(0.1, 0.065), (0.3, 0.065), (1.0, 0.065), (2.0, 0.07), (5.0, 0.085)])
def test_without_a_boundary_the_edge_makes_no_hotspots(mean, most, shape):
    """Everything as it comes: points anywhere in a square, no boundary, no band. Cells cut by its edge cost a little."""
    shares = []
    for seed in range(20):
        x, y = np.random.default_rng(seed).uniform(0, 3000, (2, int(900 * mean)))
        cells = lg.hotspots(incidents(x, y), cell_size=100, shape=shape, correction="none")
        assert cells["count"].sum() == x.size
        shares.append((cells["p"] <= 0.05).mean())
    assert 0.02 < np.mean(shares) <= most


@pytest.mark.parametrize("mean", [0.5, 3.0])
def test_hexagons_are_calibrated(mean):
    grid = lg.HexagonalGrid.over((0, 0, 3000, 3000), 100.0, CRS)
    x, y = grid.centres(np.arange(grid.size))
    inside = (x > 0) & (x < 3000) & (y > 0) & (y < 3000)
    shares, spreads = [], []
    for seed in range(20):
        counts = np.random.default_rng(seed).poisson(mean, inside.sum())
        points = incidents(np.repeat(x[inside], counts), np.repeat(y[inside], counts))
        options = dict(cell_size=100, distance_band=100, shape="hex", correction="none", permutations=99)
        cells = lg.hotspots(points, boundary=rectangle(0, 0, 3000, 3000), **options)
        assert cells["count"].sum() == counts.sum()
        shares.append((cells["p"] <= 0.05).mean())
        spreads.append(cells["z"].std())
    assert np.mean(shares) <= 0.055 and 0.93 <= np.mean(spreads) <= 1.05


@pytest.mark.parametrize("mean", [0.3, 2.0])
def test_share_of_runs_with_any_false_hotspot(mean):
    # Benjamini & Hochberg: with nothing to find, a run shows a 90 % cell in one of ten, within sampling error.
    runs = 60
    counts = [np.random.default_rng(seed).poisson(mean, (15, 15)) for seed in range(runs)]
    area = rectangle(0, 0, 1499, 1499)
    found = [lg.hotspots(counts_as_incidents(c), cell_size=100, boundary=area)["bin"].any() for c in counts]
    assert np.mean(found) <= 0.1 + 3 * np.sqrt(0.1 * 0.9 / runs)


def test_a_planted_hotspot_is_found_where_it_was_planted():
    counts = np.random.default_rng(5).poisson(1.0, (30, 30))
    counts[10:15, 20:25] += np.random.default_rng(6).poisson(3.0, (5, 5))
    cells = lg.hotspots(counts_as_incidents(counts), cell_size=100, distance_band=150, boundary=AREA)
    bins = cells.raster("bin")[-30:, :30]
    assert (bins[11:14, 21:24] == 3).all()
    bins[9:16, 19:26] = 0
    assert (bins > 0).mean() < 0.01


def test_neighbours_of_points_by_distance_are_calibrated_too():
    random = np.random.default_rng(1)
    x, y = random.uniform(0, 20_000, (2, 600))
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x + 380_000, y + 3_768_000), crs=CRS)
    runs = [lg.gi_star(points, value=np.random.default_rng(s).gamma(2.0, 1.0, 600), neighbours="knn") for s in SEEDS]
    assert 0.95 <= np.mean([run["z"].std() for run in runs]) <= 1.05
