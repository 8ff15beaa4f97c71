"""Maps of incidents in parts: what kde, hotspots, gi_star and concentration give of the same incidents in memory."""

from functools import partial

import numpy as np
import pytest
from equal_results import assert_same, assert_same_column
from hypothesis import given, settings
from hypothesis import strategies as st
from in_parts import InParts
from makers import clustered, duplicated, incidents, rectangle, squares

import lacrime_geo as lg
from lacrime_geo import study_area
from lacrime_geo.bandwidths import BANDWIDTH_RULES
from lacrime_geo.concentration import Concentration
from lacrime_geo.parameters import Parameters
from lacrime_geo.places import Places
from lacrime_geo.progress import Cancelled

BOUNDARY = rectangle(150, 150, 1700, 1850)
AREAS = squares(5, 4, 450.0)


def points(n=900, seed=1, **columns):
    """Return incidents of whom the first have no place, most share places, some have no date, with two columns to weigh by."""
    random = np.random.default_rng(seed)
    shared, alone = duplicated(n - 300, seed), clustered(300, seed, side=2000.0)
    x, y = (np.concatenate(pair) for pair in zip(shared, alone))
    order = random.permutation(n)
    x, y = x[order], y[order]
    x[:40] = np.nan
    y[:40] = np.nan
    when = np.datetime64("2023-01-01T00:00:00") + random.integers(0, 200 * 86400, n).astype("m8[s]")
    when[random.random(n) < 0.03] = np.datetime64("NaT")
    source = {"harm": random.integers(0, 5, n).astype(float), "cost": random.random(n) * 3 + (random.random(n) < 0.5)}
    return incidents(x, y, when=when, source=source, label="crimes", **columns)


POINTS = points()
CUTS = st.lists(st.integers(0, POINTS.size), max_size=5)
# Of what takes long, a tenth of the examples.
FEW = max(settings.default.max_examples // 10, 1)
# How many rows may be read at a time.
PORTIONS = st.sampled_from([1_000_000, 333, 100])


def same(found, expected):
    """Hold two results against each other: all that is told in words and whole numbers, and the floats to a hair."""
    assert_same(found, expected)
    if isinstance(expected, Concentration):
        assert_same_column(found.counts, expected.counts)


def everything(given, weight):
    """Yield one result after another of incidents or a scan."""
    yield lg.kde(given, weight=weight)
    yield lg.kde(given, weight=weight, boundary=BOUNDARY, cell_size=40)
    cells = lg.hotspots(given, weight=weight, cell_size=100)
    yield from (cells, cells.curve())
    yield lg.hotspots(given, weight=weight, cell_size=100, shape="hex", boundary=BOUNDARY)
    yield lg.concentration(given, units=AREAS, weight=weight, later_since="2023-05-01")


@pytest.mark.parametrize("weight", [None, "harm", "cost"])
@settings(max_examples=FEW)
@given(cuts=CUTS, portion=PORTIONS)
def test_however_they_are_cut_the_numbers_are_those_of_memory(weight, cuts, portion):
    expected = EXPECTED.setdefault(weight, list(everything(POINTS, weight)))
    for found, one in zip(everything(InParts(POINTS, cuts, portion), weight), expected):
        same(found, one)


EXPECTED: dict = {}


@pytest.mark.parametrize("rule", BANDWIDTH_RULES)
@pytest.mark.parametrize("boundary", [None, BOUNDARY], ids=["without", "with"])
def test_every_rule_finds_the_same_bandwidth(rule, boundary):
    options = dict(bandwidth=rule, boundary=boundary, cell_size=60, weight="cost" if boundary else None)
    same(lg.kde(InParts(POINTS, [40, 40, 500]), **options), lg.kde(POINTS, **options))


@pytest.mark.parametrize(
    "options",
    [
        dict(adaptive=True),
        dict(adaptive=True, boundary=BOUNDARY, weight="harm"),
        dict(adaptive=True, kernel="gaussian"),
        dict(kernel="gaussian", boundary=BOUNDARY, edge_correction=False),
        dict(kernel="triangular", probability=True, weight="cost"),
        dict(boundary=BOUNDARY, edge_correction=False, bandwidth="predictive"),
    ],
    ids=lambda options: ", ".join(options),
)
def test_every_way_of_smoothing_gives_the_same_surface(options):
    same(lg.kde(InParts(POINTS, [20, 300]), **options), lg.kde(POINTS, **options))


@pytest.mark.parametrize("weight", [None, "harm", "cost"])
def test_permutations_are_the_same_draws(weight):
    options = dict(cell_size=150, distance_band=300, permutations=49, boundary=BOUNDARY, weight=weight)
    same(lg.hotspots(InParts(POINTS, [700]), **options), lg.hotspots(POINTS, **options))


def test_cells_and_band_are_chosen_alike_with_a_far_outlier():
    """Without the outlier, as in memory; the lattice on which places lie gives the finest honest cell."""
    random = np.random.default_rng(3)
    x, y = 200.0 * random.integers(0, 40, (2, 2000))
    x[7], y[7] = 60_000.0, 55_000.0
    lattice = incidents(x, y)
    found = lg.hotspots(InParts(lattice, [5, 1500]))
    same(found, lg.hotspots(lattice))
    assert found.parameters["locational_outliers"] == 1
    assert found.parameters["cell_size_reason"].startswith("the finest honest cell: 2,000 incidents share")


@pytest.mark.parametrize("weight", [None, "harm", "cost"])
def test_incidents_counted_in_areas_are_a_value(weight):
    """A slow twin counts them square by square, and hands over the column."""
    weighed = POINTS.weighing(weight)
    counted = weighed.total_weight if weight else np.ones(POINTS.size)
    box = AREAS.bounds
    x, y = POINTS.easting, POINTS.northing
    sums = [
        counted[(x >= b.minx) & (x < b.maxx) & (y >= b.miny) & (y < b.maxy)].sum() for b in box.itertuples(index=False)
    ]
    expected = lg.gi_star(AREAS, value=sums, permutations=9)
    found = lg.gi_star(AREAS, value=weighed, permutations=9)
    for name in ("z", "p", "bin"):
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-9)
    np.testing.assert_allclose(found["weight_sum" if weight else "count"], sums)
    assert found["count"].sum() + found.parameters["outside"] == found.parameters["incidents"] == POINTS.size - 40
    assert found.parameters["value"] == f"{'weight of ' if weight else ''}incidents in {lg.as_features(AREAS).label}"
    np.testing.assert_allclose(lg.local_moran(AREAS, value=weighed)["z"], lg.local_moran(AREAS, value=sums)["z"])
    assert lg.moran(AREAS, value=weighed)["z"][0] == pytest.approx(lg.moran(AREAS, value=sums)["z"][0])


@settings(max_examples=FEW)
@given(cuts=CUTS, portion=PORTIONS)
def test_a_scan_counted_in_areas_is_the_same_value(cuts, portion):
    scan = InParts(POINTS, cuts, portion)
    for analysis in (lg.gi_star, lg.local_moran, lg.moran):
        same(analysis(AREAS, value=scan), analysis(AREAS, value=POINTS))
    same(lg.local_moran(scan, cell_size=150), lg.local_moran(POINTS, cell_size=150))
    same(lg.incremental_moran(scan, cell_size=150, steps=3), lg.incremental_moran(POINTS, cell_size=150, steps=3))


def test_frames_of_points_are_brought_to_the_areas_and_areas_without_polygons_refused():
    import geopandas as gpd

    there = POINTS.take(POINTS.placed)
    frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy(there.easting, there.northing), crs=there.crs).to_crs(4326)
    found, expected = lg.gi_star(AREAS, value=frame), lg.gi_star(AREAS, value=there)
    np.testing.assert_array_equal(found["count"], expected["count"])
    with pytest.raises(ValueError, match="are counted in polygons"):
        lg.gi_star(there, value=POINTS)
    with pytest.raises(ValueError, match="None of the 860 incidents of 'crimes' stands in"):
        lg.gi_star(squares(3, 3, 1.0), value=InParts(POINTS))


@pytest.mark.parametrize("weight", [None, "harm", "cost"])
def test_concentration_before_and_after_a_date_is_the_same(weight):
    options = dict(units=AREAS, weight=weight, top=2)
    scan = InParts(POINTS, [100, 400])
    same(lg.concentration(scan, **options), lg.concentration(POINTS, **options))
    with pytest.raises(ValueError, match="No incident lies in the period before 2020-01-01: they run from 2023-01-01"):
        lg.concentration(scan, later_since="2020-01-01", **options)
    with pytest.raises(ValueError, match="later_since must be a date"):
        lg.concentration(scan, later_since="soon", **options)


def test_what_a_scan_lacks_is_said_as_in_memory():
    nowhere, undated = POINTS.take(np.arange(40)), incidents(*clustered(200, 2))
    with pytest.raises(ValueError, match="None of the 40 rows of 'crimes' has a geometry"):
        lg.kde(InParts(nowhere, [20]))
    for what in (undated, InParts(undated, [20])):
        with pytest.raises(ValueError, match="'predictive' needs times"):
            lg.kde(what, bandwidth="predictive")
        with pytest.raises(ValueError, match=r"incidents have no times|none of them has a date"):
            lg.concentration(what, units=AREAS, later_since="2023-01-01")
        with pytest.raises(ValueError, match="None of the 200 incidents of 'incidents' lies inside the boundary"):
            lg.hotspots(what, boundary=rectangle(90_000, 0, 95_000, 5_000), cell_size=500)
    with pytest.raises(ValueError, match=r"at least 60 incidents .* 'crimes' has 59"):
        lg.hotspots(InParts(POINTS.take(np.arange(40, 99)), [50]))
    with pytest.raises(ValueError, match="All 70 incidents stand on one place"):
        lg.hotspots(InParts(incidents(np.zeros(70), np.zeros(70)), [50]))
    with pytest.raises(TypeError, match="weight of a scan must be the name of a column"):
        lg.kde(InParts(POINTS), weight=np.ones(POINTS.size))
    for analysis in (lg.stability, partial(lg.jitter_sensitivity, "hotspots")):
        with pytest.raises(TypeError, match="is a scan"):
            analysis(InParts(POINTS))


def test_which_of_very_many_places_are_looked_at_does_not_depend_on_their_order(monkeypatch):
    monkeypatch.setattr(study_area, "_PLACES_LOOKED_AT", 1000)
    random = np.random.default_rng(0)
    for x, y in (random.uniform(0, 70_000, (2, 10_000)), 100.0 * np.indices((100, 100)).reshape(2, -1)):
        # No centimetre ends within a hair of these.
        x, y = np.rint(x * 100) / 100 + 400_000, np.rint(y * 100) / 100 + 3_700_000
        seen = study_area._looked_at(x, y)
        assert 850 < seen.sum() < 1150
        order = random.permutation(x.size)
        np.testing.assert_array_equal(study_area._looked_at(x[order], y[order]), seen[order])
        np.testing.assert_array_equal(study_area._looked_at(x + 1e-9, y - 1e-9), seen)
        # They tell what all tell: as many of them in each quarter.
        for half in (x[seen] > np.median(x), y[seen] > np.median(y)):
            assert 0.4 < half.mean() < 0.6


def test_cells_of_a_surface_are_chosen_by_distinct_places():
    x, y = clustered(500, 4)
    once, twice = (Places(np.tile(x, n), np.tile(y, n), np.ones(500 * n)) for n in (1, 2))
    sizes = [study_area.smooth_cell_size(places, None, 900.0, Parameters()) for places in (once, twice)]
    assert sizes[0] == sizes[1]


def test_of_a_real_city_every_default_is_the_same(city, lacrime_data):
    scan = InParts(city, [9_000, 9_000, 30_000], portion=5_000)
    divisions = lacrime_data / "lapd_divisions.geojson"
    same(lg.kde(scan), lg.kde(city))
    same(lg.hotspots(scan), lg.hotspots(city))
    same(lg.gi_star(divisions, value=scan), lg.gi_star(divisions, value=city))
    same(*(lg.concentration(given, units=divisions, later_since="2023-10-01") for given in (scan, city)))


def test_of_a_real_city_the_area_chooses_alike(city, lacrime_data):
    """More incidents than are looked at: those evenly taken are the same."""
    scan = InParts(city, [9_000, 9_000, 30_000], portion=5_000)
    area = lacrime_data / "la_city_boundary_from_divisions.geojson"
    options = dict(boundary=area, bandwidth="likelihood", cell_size=250)
    same(lg.kde(scan, **options), lg.kde(city, **options))


def test_workers_of_a_cluster_give_the_same(cluster):
    scan = InParts(POINTS, [40, 300, 600], client=cluster)
    options = dict(bandwidth="predictive", boundary=BOUNDARY, weight="cost", cell_size=60)
    same(lg.kde(scan, **options), lg.kde(POINTS, **options))
    same(lg.gi_star(AREAS, value=scan), lg.gi_star(AREAS, value=POINTS))


def test_progress_rises_to_the_end_and_can_be_stopped():
    scan = InParts(POINTS, [300, 600])
    for analysis in (
        partial(lg.kde, bandwidth="predictive"),
        lg.hotspots,
        partial(lg.gi_star, AREAS, value=scan),
        partial(lg.concentration, units=AREAS, later_since="2023-05-01"),
    ):
        given = () if "value" in getattr(analysis, "keywords", {}) else (scan,)
        told: list[float] = []
        analysis(*given, progress=lambda fraction, told=told: told.append(fraction))
        assert told == sorted(told) and told[-1] == 1.0
        with pytest.raises(Cancelled):
            analysis(*given, progress=lambda fraction: False)
