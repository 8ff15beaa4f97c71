"""The finest honest cell: found where incidents were moved to shared places, silent where coordinates are their own."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import clustered, incidents, points_frame, uniform

import lacrime_geo as lg
from lacrime_geo import place_spacing
from lacrime_geo.place_spacing import COVERING, spacing_of

SAID = "shows more than the data know"


def blocks(n, seed, spacing=110.0, side=4000.0, turned=0.3, wobble=6.0):
    """Return x and y (n,) moved to the middles of blocks of a town whose streets are turned, more of them downtown."""
    random = np.random.default_rng(seed)
    x, y = random.normal(side / 2, side / 5, (2, n))
    cosine, sine = math.cos(turned), math.sin(turned)
    u, v = np.rint((cosine * x + sine * y) / spacing), np.rint((cosine * y - sine * x) / spacing)
    # Each block's middle is a few metres off the pattern, always the same.
    shift = random.normal(0, wobble, (2, 400, 400))[:, u.astype(int) % 400, v.astype(int) % 400]
    u, v = u * spacing + shift[0], v * spacing + shift[1]
    return cosine * u - sine * v, sine * u + cosine * v


@given(st.integers(0, 2**16), st.sampled_from([60.0, 110.0, 250.0, 1000.0]), st.floats(0, math.pi / 2))
def test_blocks_are_found_whatever_their_size_and_direction(seed, spacing, turned):
    found = spacing_of(*blocks(4000, seed, spacing, 36 * spacing, turned, 0.05 * spacing))
    assert found.apart and found.distance == pytest.approx(spacing, rel=0.15)


@pytest.mark.parametrize("share", [1.0, 0.5, 0.2])
def test_leaving_incidents_out_does_not_change_it(share):
    x, y = blocks(6000, 1)
    keep = np.random.default_rng(2).random(x.size) < share
    found = spacing_of(x[keep], y[keep])
    assert found.apart and found.distance == pytest.approx(110, rel=0.15)


@given(st.integers(0, 2**16), st.integers(10, 20_000), st.sampled_from([uniform, clustered]))
def test_continuous_coordinates_have_none(seed, n, made):
    assert spacing_of(*made(n, seed)) is None


def test_addresses_have_none_until_most_incidents_share_one():
    random = np.random.default_rng(3)
    x, y = random.uniform(0, 5000, (2, 3000))
    some, many = random.integers(0, 3000, 3500), random.integers(0, 3000, 9000)
    assert spacing_of(x[some], y[some]) is None
    found = spacing_of(x[many], y[many])
    # Half the mean distance of places at random: 1 / (2 √λ).
    assert not found.apart and found.distance == pytest.approx(0.5 * 5000 / math.sqrt(3000), rel=0.15)


def test_a_cell_of_the_finest_size_holds_a_place_of_a_square_pattern_wherever_it_lies():
    random = np.random.default_rng(4)
    for turned, shift in zip(random.uniform(0, math.pi, 500), random.uniform(0, 1, (500, 2))):
        at = np.indices((9, 9)).reshape(2, -1) - 4.0 + shift[:, None]
        x, y = math.cos(turned) * at[0] - math.sin(turned) * at[1], math.sin(turned) * at[0] + math.cos(turned) * at[1]
        assert ((np.abs(x) <= COVERING / 2) & (np.abs(y) <= COVERING / 2)).any()


@pytest.mark.parametrize("listed", [10**9, 0])
def test_pairs_are_those_of_every_place_with_every_other(monkeypatch, listed):
    """A slow twin counts the pairs of distinct places one by one."""
    seen = []
    monkeypatch.setattr(place_spacing, "_PAIRS_LISTED", listed)
    monkeypatch.setattr(place_spacing, "_first_dense_ring", lambda pairs, edge: seen.append((pairs, edge)))
    x, y = blocks(900, 5)
    spacing_of(x, y)
    (pairs, edge), places = seen[0], sorted(set(zip(x.tolist(), y.tolist())))
    apart = [math.dist(a, b) for a in places for b in places if a is not b]
    expected = [sum(low < d <= high for d in apart) for low, high in zip(edge, edge[1:])]
    assert pairs.tolist() == expected and sum(expected) > 1000


def test_of_very_many_incidents_some_tell():
    x, y = blocks(100_000, 8)
    found = spacing_of(x, y)
    assert found.incidents <= place_spacing.INCIDENTS_LOOKED_AT and found.of_all == 100_000
    assert f"{found.incidents:,} incidents of 100,000, evenly taken, share {found.places:,} places" in found.reason


def test_few_incidents_tell_nothing():
    assert spacing_of(np.array([0.0, 0.0]), np.array([1.0, 1.0])) is None
    assert spacing_of(np.zeros(50), np.zeros(50)) is None


def analyses(given):
    """Return warnings of every analysis that has a cell size or a bandwidth, each told to be fine."""
    half = lg.Incidents(given.easting[::2], given.northing[::2], crs=given.crs)
    cells, runs = dict(cell_size=60), dict(runs=2)
    yield "kde", lg.kde(given, bandwidth=80, cell_size=40)
    yield "risk_ratio", lg.risk_ratio(given, half, bandwidth=80, cell_size=40)
    yield "hotspots", lg.hotspots(given, distance_band=90, **cells)
    yield "stability", lg.stability(given, distance_band=90, **cells, **runs)
    yield "change_map", lg.change_map(given, after_since="2023-07-01", **cells)
    compared = lg.compare_periods(given, after_since="2023-07-01", bandwidth=900, **cells)
    yield "compare_periods", compared.change
    said = any(SAID in sentence for sentence in compared.change.parameters.get("warnings", []))
    assert any(SAID in caveat for caveat in compared.caveats) == said


@pytest.mark.parametrize("moved", [True, False])
def test_every_analysis_warns_of_moved_places_and_of_nothing_else(moved):
    x, y = blocks(3000, 6) if moved else clustered(3000, 6)
    when = np.datetime64("2023-01-01T00:00:00") + (np.arange(3000) * 10_000).astype("m8[s]")
    for name, result in analyses(incidents(x, y, when=when)):
        said = [sentence for sentence in result.parameters.get("warnings", []) if SAID in sentence]
        assert len(said) == moved, name
        if moved:
            assert result.parameters["finest_honest_cell"] in (150.0, 160.0, 170.0)
            assert "which keep a distance of about 1" in result.parameters["finest_honest_cell_reason"]


def test_default_cells_are_not_finer_than_the_data_know():
    cells = lg.hotspots(incidents(*blocks(3000, 7, spacing=300.0, side=9000.0)))
    assert cells.parameters["cell_size"] == cells.parameters["finest_honest_cell"] >= 400
    assert cells.parameters["cell_size_reason"].startswith("the finest honest cell: 3,000 incidents share")
    assert not any(SAID in sentence for sentence in cells.parameters.get("warnings", []))
    overview = lg.overview(points_frame(*blocks(3000, 7)))
    assert not any(SAID in caveat for caveat in overview.caveats)


def test_cells_of_a_smooth_surface_are_warned_of_where_they_are_given():
    moved = incidents(*blocks(3000, 6))
    for surface in (
        lg.kde(moved, bandwidth=400, cell_size=50),
        lg.risk_ratio(moved, moved, bandwidth=400, cell_size=50),
    ):
        said = [
            sentence for sentence in surface.parameters["warnings"] if sentence.startswith("Cells of 50 m, finer than")
        ]
        assert len(said) == 1 and "show no more than the bandwidth of 400 m does: 3,000 incidents share" in said[0]
    plain = lg.kde(moved, bandwidth=400)
    assert plain.parameters["cell_size"] < 100 and "warnings" not in plain.parameters


@pytest.mark.parametrize("moved", [True, False])
def test_clusters_that_reach_no_other_place_are_warned_of(moved):
    x, y = blocks(3000, 6) if moved else clustered(3000, 6)
    when = np.datetime64("2023-01-01T00:00:00") + (np.arange(3000) * 1000).astype("m8[s]")
    found = [
        lg.dbscan(incidents(x, y), eps=60, min_samples=6),
        lg.st_dbscan(incidents(x, y, when=when), eps=60, eps_time=40, min_samples=3),
    ]
    for marks in found:
        said = [s for s in marks.parameters.get("warnings", []) if s.startswith("An eps of 60 m, shorter than 1")]
        assert (
            len(said) == moved
            and (marks.parameters["clusters_on_one_place"] == marks.parameters["clusters"] > 0) == moved
        )
    assert ("on one place alone" in found[0].parameters["found"]) == moved


def test_the_default_eps_reaches_the_next_place():
    """Most incidents stand on few places, some beside theirs, so that the knee is nearer than places are to each other."""
    random = np.random.default_rng(9)
    corner = 100.0 * np.column_stack([axis.ravel() for axis in np.mgrid[0:30, 0:30]])
    x, y = corner[random.choice(900, 9000, p=random.dirichlet(np.full(900, 0.1)))].T
    beside = random.random(9000) < 0.05
    kept = lg.dbscan(incidents(x + beside * random.uniform(5, 40, 9000), y)).parameters
    assert kept["eps"] == kept["place_distance"] > 90 and "warnings" not in kept
    assert kept["eps_reason"].startswith("the distance between places, as the knee of the sorted distances")


def test_the_default_eps_of_hundred_blocks_is_their_distance(lacrime_data):
    marks = lg.dbscan(lacrime_data / "lapd_west_la_2020-03_2021-07_28col.parquet")
    assert marks.parameters["eps"] == 100 and marks.clusters()["major"][0] > 50


REAL = {
    "lapd_citywide_2023-09_2023-10.parquet": 140,
    "lapd_first10000_2020_28col.parquet": 160,
    "lapd_west_la_2020-03_2021-07_28col.parquet": 140,
    "lapd_mission_olympic_2023-01_2023-08.parquet": 140,
    "lapd_points120k_by_hour_2020_2024.parquet": 140,
}


@pytest.mark.parametrize(("name", "finest"), REAL.items())
def test_it_is_about_150_m_in_all_data_of_the_department(name, finest, lacrime_data):
    import pyarrow.parquet as pq

    from lacrime_geo import crs

    table = pq.read_table(lacrime_data / name, columns=["LON", "LAT"]).to_pydict()
    longitude, latitude = (np.array(table[axis], dtype=float) for axis in ("LON", "LAT"))
    known = longitude != 0
    x, y = crs.project(longitude[known], latitude[known], "EPSG:4326", "EPSG:32611")
    found = spacing_of(x, y)
    assert found.apart and found.finest_cell == finest
    # A month's burglaries know no more than the whole file.
    some = spacing_of(x[::5], y[::5])
    assert some.apart and 130 <= some.finest_cell <= 170


def test_portland_calls_stand_on_addresses(lacrime_data):
    import pyarrow.parquet as pq

    table = pq.read_table(
        lacrime_data / "portland_cfs_2016-08.parquet", columns=["x_coordina", "y_coordina"]
    ).to_pydict()
    x, y = (0.3048 * np.array(table[axis], dtype=float) for axis in table)
    known = np.isfinite(x)
    assert spacing_of(x[known], y[known]) is None


@pytest.mark.parametrize("name", ["chicago_be.csv", "chicago_be_month1.csv", "chicago_arson.csv"])
def test_burglaries_and_arson_in_chicago_stand_on_addresses(name, lacrime_data):
    x, y = np.genfromtxt(lacrime_data / "nearrepeat" / name, delimiter=",", usecols=(0, 1), invalid_raise=False).T
    known = np.isfinite(x) & np.isfinite(y)
    assert known.sum() > 500 and spacing_of(x[known], y[known]) is None
