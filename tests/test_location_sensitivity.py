"""Analyses on moved places: nothing moves, all stands; what is planted stands, what is marginal does not; nothing is lost."""

import numpy as np
import pytest
from makers import CRS, SOUTH, WEST, incidents, rectangle, uniform

import lacrime_geo as lg
from lacrime_geo.parameters import Parameters
from lacrime_geo.place_spacing import spacing_of
from lacrime_geo.sensitivity.displacement import Uncertain, in_ring, uncertainty
from lacrime_geo.sensitivity.jittered_cells import same_density
from lacrime_geo.sensitivity.jittered_marks import recovered
from lacrime_geo.sensitivity.location_sensitivity import BY_NAME
from lacrime_geo.styles import qml

AREA = rectangle(0, 0, 5000, 5000)


def planted(seed=1, strong=300, missing=0):
    """Return incidents: 900 anywhere, many within 300 m of (2500, 2500)."""
    x, y = uniform(900, seed)
    random = np.random.default_rng(seed)
    east, north = in_ring(random, 0.0, 300.0, strong)
    nowhere = np.full(missing, np.nan)
    return incidents(np.r_[x, 2500 + east, nowhere], np.r_[y, 2500 + north, nowhere])


def on_blocks(points, side=150.0):
    """Return the incidents moved to the middle of their square of a lattice."""
    x, y = (np.floor(values / side) * side + side / 2 for values in (points.easting, points.northing))
    return lg.Incidents(x, y, crs=CRS)


BLOCKS = on_blocks(planted(strong=1500))
OPTIONS = {
    "hotspots": dict(cell_size=250, distance_band=375, boundary=AREA),
    "kde": dict(bandwidth=500, cell_size=100),
    "dbscan": dict(eps=200, min_samples=20),
    "gi_star": dict(value=np.arange(2400.0) >= 900, neighbours="band", distance_band=400),
    "local_moran": dict(value=np.arange(2400.0) >= 900, neighbours="knn", k=6),
}


@pytest.mark.parametrize("name", list(OPTIONS))
def test_where_nothing_moves_everything_stands(name):
    found = lg.jitter_sensitivity(name, BLOCKS, radius=0, runs=2, **OPTIONS[name])
    given = getattr(lg, name)(BLOCKS, **OPTIONS[name])
    if name == "hotspots":
        np.testing.assert_array_equal(found["bin"], given["bin"])
        np.testing.assert_array_equal(found["hot"], np.where(given["bin"] >= 2, 2, 0))
        np.testing.assert_array_equal(found["cold"], np.where(given["bin"] <= -2, 2, 0))
        np.testing.assert_array_equal(found["mean_count"], given["count"])
        assert (found["stable_hot"] == (given["bin"] >= 2)).all() and found["stable_hot"].any()
    elif name == "kde":
        np.testing.assert_allclose(found.raster("density")[given.values > 0], given.values[given.values > 0])
        np.testing.assert_allclose(found["mean"], found["density"], rtol=1e-9, atol=1e-9)
        assert found["cv"].max() < 1e-6 and found.parameters["top_overlap"] == 1.0
        assert (found["stable_top"] == (found["top"] == 2)).all() and found["stable_top"].any()
    else:
        assert (found["stays"] == 2).all() and len(found) == BLOCKS.size
        if name == "dbscan":
            np.testing.assert_array_equal(found["cluster"], given["cluster"])
            assert found.parameters["jaccard"] == [1.0] * given.parameters["clusters"]
            assert np.isnan(found["jaccard"][given["cluster"] < 0]).all()
    assert "(100 %)" in found.parameters["found"]


@pytest.mark.parametrize("name", list(OPTIONS))
def test_a_seed_gives_the_same_and_another_others(name):
    column = {"hotspots": "mean_count", "kde": "mean"}.get(name, "stays")
    a, b, c = (
        lg.jitter_sensitivity(BY_NAME[name], BLOCKS, radius=120, runs=3, seed=seed, **OPTIONS[name])
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(a[column], b[column])
    assert a[column].tolist() != c[column].tolist()
    assert qml(a) == qml(b) != ""


def test_a_strong_hotspot_stands_and_a_marginal_one_does_not():
    """A score of incidents in a corner of four cells are enough where places are sure, and are scattered where they are not."""
    strong, (east, north) = planted(seed=2, strong=200), in_ring(np.random.default_rng(0), 0.0, 150.0, 25)
    points = incidents(np.r_[strong.easting - WEST, 1000 + east], np.r_[strong.northing - SOUTH, 1000 + north])
    options = dict(cell_size=250, distance_band=375, boundary=AREA, correction="none")
    cells = lg.jitter_sensitivity("hotspots", points, radius=500, runs=10, **options)
    x, y = cells.grid.centres(cells.cell)
    at = [int(np.hypot(x - WEST - a, y - SOUTH - a).argmin()) for a in (2500, 1010)]
    assert (cells["bin"][at] >= 2).all(), "both are hot on the map"
    assert cells["stable_hot"][at].tolist() == [True, False]
    assert cells["hot"][at[0]] == 10 and cells["hot"][at[1]] < 9
    assert cells["said"][at[0]] == "hot in 10 of 10 runs"
    assert "with places moved by up to 500 m" in cells.parameters["found"]


def test_no_incident_is_lost_at_the_border():
    points = planted(seed=3, missing=4)
    for boundary in (AREA, None):
        cells = lg.jitter_sensitivity("hotspots", points, radius=400, runs=3, cell_size=250, boundary=boundary)
        assert cells["count"].sum() == 1200 and cells["mean_count"].sum() == pytest.approx(1200)
        assert (cells["mean_count"] != cells["count"]).any()


def test_moves_are_even_over_the_disk_and_of_a_place_together():
    first = lg.Incidents(np.repeat(np.arange(4000) * 1e4, 2), np.zeros(8000), crs=CRS)
    moved = Uncertain.of(first, 75.0).moved(np.random.default_rng(0))
    east, north = moved.easting - first.easting, moved.northing - first.northing
    np.testing.assert_array_equal(moved.easting[::2], moved.easting[1::2])
    np.testing.assert_array_equal(moved.northing[::2], moved.northing[1::2])
    away = np.hypot(east, north)[::2]
    assert away.max() <= 75 + 1e-6 and abs((away / 75) ** 2 - 0.5).max() <= 0.5 + 1e-9
    shares = np.sort((away / 75) ** 2)
    assert abs(shares - (np.arange(4000) + 0.5) / 4000).max() < 1.63 / np.sqrt(4000), "Kolmogorov-Smirnov at 1 %"
    assert abs(east.mean()) < 3 and abs(north.mean()) < 3


def test_places_that_cannot_stay_on_their_side_do_not_move():
    points = incidents([0.0, 10.0], [0.0, 0.0])
    # Only the two places themselves are inside.
    uncertain = Uncertain.of(points, 50.0, lambda x, y: np.isin(x, points.easting) & np.isin(y, points.northing))
    moved = uncertain.moved(np.random.default_rng(0))
    np.testing.assert_array_equal(moved.easting, points.easting)
    np.testing.assert_array_equal(moved.northing, points.northing)


def test_the_radius_is_half_of_the_block_where_places_keep_a_distance():
    record = Parameters()
    assert uncertainty(BLOCKS, None, record) == spacing_of(BLOCKS.easting, BLOCKS.northing).finest_cell / 2
    assert (
        95 <= record["radius"] <= 115 and "half of 210 m, the block that incidents stand for" in record["radius_reason"]
    )
    with pytest.raises(
        ValueError,
        match=r"1,200 incidents of 'incidents' do not stand on shared places .*give the radius in metres.*--radius in a com",
    ):
        uncertainty(planted(), None, Parameters())


def test_clusters_are_matched_as_by_comparing_all():
    random = np.random.default_rng(3)
    first, other = random.integers(-1, 5, (2, 200))
    likeness, stays = recovered(first, other)
    for cluster in range(5):
        one = first == cluster
        like = [(one & (other == b)).sum() / (one | (other == b)).sum() for b in range(5)]
        assert likeness[cluster] == pytest.approx(max(like))
        np.testing.assert_array_equal(stays[one], other[one] == int(np.argmax(like)))
    np.testing.assert_array_equal(stays[first == -1], other[first == -1] == -1)


def test_nothing_found_again_has_no_likeness():
    likeness, stays = recovered(np.array([0, 0, 1, -1]), np.array([-1, -1, -1, -1]))
    assert likeness.tolist() == [0, 0] and stays.tolist() == [False, False, False, True]


def test_the_spread_of_a_density_is_that_of_its_runs():
    options = OPTIONS["kde"]
    cells = lg.jitter_sensitivity("kde", BLOCKS, radius=100, runs=4, seed=5, **options)
    surface = lg.kde(BLOCKS, **options)
    uncertain, random = Uncertain.of(BLOCKS, 100.0), np.random.default_rng(5)
    runs = np.array([same_density(surface)(uncertain.moved(random)).ravel()[cells.cell] for _ in range(4)])
    np.testing.assert_allclose(cells["mean"], runs.mean(axis=0), rtol=1e-9, atol=1e-9)
    dense = cells["mean"] > 1
    np.testing.assert_allclose(cells["cv"][dense], (runs.std(axis=0) / runs.mean(axis=0))[dense], rtol=1e-6)


@pytest.mark.parametrize(
    "options", [dict(), dict(adaptive=True), dict(boundary=AREA), dict(boundary=AREA, adaptive=True)]
)
def test_the_same_density_is_the_surface_itself(options):
    points = planted()
    surface = lg.kde(points, bandwidth=500, cell_size=100, **options)
    again = same_density(surface, adaptive=options.get("adaptive", False))(points)
    np.testing.assert_allclose(again, surface.values, rtol=1e-6, atol=1e-6 * np.nanmax(surface.values))


@pytest.mark.parametrize("options", [dict(shape="hex"), dict(permutations=19), dict(boundary=None)])
def test_options_are_those_of_the_analysis(options):
    options = {**OPTIONS["hotspots"], **options}
    cells = lg.jitter_sensitivity("hotspots", BLOCKS, radius=0, runs=1, **options)
    given = lg.hotspots(BLOCKS, **options)
    np.testing.assert_array_equal(cells["hot"], given["bin"] >= 2)
    np.testing.assert_array_equal(cells.cell, given.cell)


def test_weights_are_honoured():
    weight = np.resize([1.0, 3.0], BLOCKS.size)
    cells = lg.jitter_sensitivity("hotspots", BLOCKS, radius=0, runs=1, weight=weight, **OPTIONS["hotspots"])
    given = lg.hotspots(BLOCKS, weight=weight, **OPTIONS["hotspots"])
    np.testing.assert_array_equal(cells["weight_sum"], given["weight_sum"])
    np.testing.assert_array_equal(cells["hot"], given["bin"] >= 2)


@pytest.mark.parametrize(
    ("analysis", "options", "sentence"),
    [
        ("moran", {}, "analysis must be one of hotspots, kde, dbscan, .*got 'moran'"),
        (lg.moran, {}, "got 'moran'"),
        ("kde", dict(eps=3), "kde takes no eps; its options are bandwidth, cell_size"),
        ("kde", dict(radius=-1), "radius must be above 0"),
        ("kde", dict(runs=0), "runs must be a whole number of at least 1, got 0"),
        ("kde", dict(probability=True), "probability only divides"),
        ("gi_star", {}, "gi_star of incidents needs a value"),
    ],
)
def test_what_cannot_be_asked_is_said(analysis, options, sentence):
    with pytest.raises(ValueError, match=sentence):
        lg.jitter_sensitivity(analysis, BLOCKS, **options)


def test_it_can_be_stopped():
    with pytest.raises(lg.Cancelled):
        lg.jitter_sensitivity("kde", BLOCKS, progress=lambda done: done < 0.5)


def test_west_los_angeles(lacrime_data):
    points = lg.as_incidents(lacrime_data / "lapd_west_la_2020-03_2021-07_28col.parquet")
    found = lg.jitter_sensitivity("kde", points, runs=4)
    assert found.parameters["radius"] == 70.0 and 0.9 < found.parameters["top_overlap"] < 1
    clusters = lg.jitter_sensitivity("dbscan", points, runs=4)
    assert len(clusters) == points.size and 0 < np.nanmean(clusters["jaccard"]) < 1
    assert (clusters["stays"][~points.placed] == 0).all()
