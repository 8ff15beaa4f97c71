"""What may leave: attacks on withheld counts and on masked points fail, groups are as large as said, victims stay at home."""

import itertools
import math
from collections import Counter, defaultdict

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from makers import CRS, clustered, incidents, points_frame, squares, uniform
from scipy.stats import kstest

import lacrime_geo as lg
from lacrime_geo.cli import main
from lacrime_geo.parameters import Parameters
from lacrime_geo.privacy.k_anonymity import STEPS, coarsened
from lacrime_geo.privacy.masking import MOST_SCALED, Candidates, anonymity, masked, movable, radii
from lacrime_geo.privacy.masking_damage import damage
from lacrime_geo.privacy.small_counts import withheld
from lacrime_geo.sensitivity.displacement import in_ring
from lacrime_geo.styles import qml


def hidden(count, k=5, group=None, seed=0, zeros=False):
    """Return what is withheld of counts."""
    count = np.asarray(count)
    group = np.zeros(count.size, int) if group is None else np.asarray(group)
    return withheld(count, k, group, np.random.default_rng(seed), zeros=zeros)


def areas(counts, **columns):
    """Return a row of squares with counts."""
    return squares(1, len(counts)).assign(count=counts, **columns)


@pytest.mark.parametrize(("zeros", "k", "highest"), [(False, 3, 4), (True, 3, 4), (False, 2, 4)])
def test_who_knows_the_total_and_the_rule_cannot_tell_a_withheld_count(zeros, k, highest):
    """Every map of four cells: what is published of one is published of another with another count there."""
    known = defaultdict(set)
    for counts in itertools.product(range(highest + 1), repeat=4):
        for seed in range(25):
            found = hidden(counts, k, seed=seed, zeros=zeros)
            if not found.open_groups.size:
                published = tuple(-1 if gone else count for count, gone in zip(counts, found.all))
                known[published, sum(counts)].add(counts)
    assert len(known) > 100
    for (published, _), possible in known.items():
        for at in [cell for cell, count in enumerate(published) if count == -1]:
            values = {counts[at] for counts in possible}
            assert len(values) > 1 or min(values) >= k, (published, possible)


@pytest.mark.parametrize(
    ("counts", "small", "others"),
    [
        ([0, 9, 3, 12], [2], [1]),  # alone, the total would give it back
        ([4, 4, 30, 8], [0, 1], [3]),  # two, both the most that is withheld
        ([1, 1, 1, 9], [0, 1, 2], [3]),  # all the least
        ([1, 3, 9, 9], [0, 1], []),  # 2 and 2 are as well possible
        ([0, 5, 9], [], []),
        ([0, 0], [], []),
    ],
)
def test_a_difference_gives_nothing_back(counts, small, others):
    found = hidden(counts)
    assert np.flatnonzero(found.small).tolist() == small and np.flatnonzero(found.others).tolist() == others


def test_totals_of_groups_give_nothing_back():
    counts, group = [3, 9, 8, 2, 7, 6, 3], [0, 0, 0, 1, 1, 1, 2]
    found = hidden(counts, group=group)
    assert np.flatnonzero(found.small).tolist() == [0, 3, 6] and np.flatnonzero(found.others).tolist() == [2, 5]
    assert found.open_groups.tolist() == [2]
    safe = lg.safe_export(areas(counts, bureau=list("aaabbbc")), totals_by="bureau")
    assert safe["suppressed"].tolist() == found.all.tolist() and safe.measures["open_groups"] == 1
    assert "of 1 of 3 groups (first: 'c') gives a withheld count back" in safe.parameters["warnings"][0]


def test_zeros_are_zeros_unless_told():
    assert np.flatnonzero(hidden([0, 2, 3, 9]).all).tolist() == [1, 2]
    assert np.flatnonzero(hidden([0, 2, 3, 9], zeros=True).all).tolist() == [0, 1, 2]
    assert lg.safe_export(areas([0, 2, 3, 9]), suppress_zeros=True)["suppressed"].tolist() == [True, True, True, False]


def test_an_empty_area_hides_the_last_one_left():
    found = hidden([0, 0, 3, 0])
    assert found.small.tolist() == [False, False, True, False] and found.others.sum() == 1


def test_only_what_is_named_leaves_beside_a_count():
    x, y = clustered(400, 1)
    cells = lg.hotspots(incidents(x, y), cell_size=300)
    safe = lg.safe_export(cells, columns="bin")
    assert list(safe.columns) == ["count", "suppressed", "bin"] and len(safe) == len(cells)
    small = (cells["count"] > 0) & (cells["count"] < 5)
    assert safe["suppressed"][small].all() and np.isnan(safe["count"][safe["suppressed"]]).all()
    assert np.isnan(safe["bin"][safe["suppressed"]]).all()
    np.testing.assert_array_equal(safe["count"][~safe["suppressed"]], cells["count"][~safe["suppressed"]])
    assert not {"z", "warnings", "incidents", "cells"} & set(safe.parameters)
    with_z = lg.safe_export(cells, columns=["z"])
    assert "z is made of other counts too" in with_z.parameters["warnings"][0]
    assert qml(safe).startswith("<!DOCTYPE qgis") and "Withheld" in qml(safe)


def test_names_of_areas_stay_and_are_asked_for():
    safe = lg.safe_export(areas([1, 2, 30], name=["a", "b", "c"], people=[9, 8, 7]), columns="name, people")
    assert safe["name"].tolist() == ["a", "b", "c"]
    assert np.isnan(safe["people"]).tolist() == [True, True, False]
    frame = safe.to_geodataframe()
    assert frame["count"].isna().sum() == 2 and frame["count"].iloc[2] == 30


def test_numbers_that_a_column_mixes_with_nothing_do_not_leave_beside_a_withheld_count():
    import pandas as pd

    whole, mixed = pd.array([1, None, 9, 30], dtype="Int64"), np.array([1, 2, None, 30], dtype=object)
    given = areas([1, 2, 9, 30], whole=whole, mixed=mixed, code=["01", "02", "03", "04"])
    safe = lg.safe_export(given, columns="whole, mixed, code")
    assert safe["suppressed"].tolist() == [True, True, False, False]
    for name in ("whole", "mixed"):
        assert pd.isna(safe[name]).tolist()[:2] == [True, True] and safe[name][3] == 30
    assert safe["code"].tolist() == ["01", "02", "03", "04"]


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [([1.5, 2, 3], "no count in 1 of 3 rows, first in row 0 .1.5."), ([5, -1, 3], "first in row 1 .-1.")],
)
def test_what_is_no_count_is_said(counts, sentence):
    with pytest.raises(ValueError, match=sentence):
        lg.safe_export(areas(counts))


def crimes(n=900, seed=2, side=3000.0):
    """Return a frame of incidents on a lattice of blocks, with dates, categories and what must not leave."""
    x, y = clustered(n, seed, side=side)
    random = np.random.default_rng(seed)
    when = np.datetime64("2023-01-01T00:30:00") + random.integers(0, 365, n).astype("timedelta64[D]")
    kinds = np.array(["burglary", "robbery", "arson"], dtype=object)[np.minimum(random.geometric(0.7, n) - 1, 2)]
    secret = dict(victim_age=random.integers(1, 90, n), victim_sex="F", victim_descent="H", address="1 SECRET ST")
    number = [f"{900000000 + row}" for row in range(n)]
    return points_frame(np.round(x, -2), np.round(y, -2), occurred=when, category=kinds, dr_no=number, **secret)


def rows_of(safe):
    """Return what each row says, its place included."""
    columns = [column.tolist() for column in safe.columns.values()]
    return [(bytes(wkb), *map(str, row)) for wkb, *row in zip(safe.wkb, *columns)]


@pytest.mark.parametrize("columns", [None, "category", "occurred", []])
@pytest.mark.parametrize("k", [2, 5, 20])
def test_at_least_k_rows_say_the_same(k, columns):
    frame = crimes()
    safe = lg.safe_export(frame, k=k, columns=columns)
    groups = Counter(rows_of(safe))
    assert min(groups.values()) >= k == safe.parameters["k"]
    assert len(safe) + safe.measures["left_out"] == len(frame)
    assert k <= safe.measures["smallest_group"] <= min(groups.values())
    assert sum(number for name, number in safe.measures.items() if name.startswith("told: ")) == len(safe)


def test_rows_are_coarsened_no_more_than_need_be():
    """A slow twin: at each step the rows left are counted one by one."""
    random = np.random.default_rng(5)
    x, y = np.round(random.uniform(0, 3000, (2, 150)), -2)
    when = np.datetime64("2023-01-01") + random.integers(0, 700, 150)
    kind = random.integers(0, 2, 150)
    found = coarsened(x, y, [when], [kind], 3, STEPS)
    left = set(range(150))
    for number, step in enumerate(STEPS):

        def says(row, step=step):
            place = (x[row], y[row]) if not step.cell else (x[row] // step.cell, y[row] // step.cell)
            return (*place, str(when[row].astype(f"M8[{step.unit}]")) if step.unit else "", kind[row])

        alike = Counter(says(row) for row in left)
        taken = {row for row in left if alike[says(row)] >= 3}
        assert set(np.flatnonzero(found.step == number)) == taken
        assert all(found.size[row] == alike[says(row)] for row in taken)
        left -= taken
    assert set(np.flatnonzero(found.step == -1)) == left


def test_victims_numbers_and_addresses_do_not_leave(tmp_path, caplog):
    frame = crimes()
    with caplog.at_level("INFO", "lacrime_geo"):
        safe = lg.safe_export(frame)
    assert list(safe.columns) == ["occurred", "category", "place", "incidents_here"]
    assert "columns that do not leave: dr_no, victim_age, victim_sex, victim_descent, address" in caplog.text
    safe.save(tmp_path / "safe.geojson")
    text = (tmp_path / "safe.geojson").read_text()
    assert not [secret for secret in ("SECRET", "victim", "9000000", "dr_no") if secret in text]
    named = lg.safe_export(frame, columns="category, victim_sex")
    assert "victim_sex describes victims, and leaves because it was named" in named.parameters["warnings"][0]


def test_dates_with_a_time_zone_leave_without_their_clock():
    frame = crimes(300)
    told = frame.assign(zoned=frame["occurred"].dt.tz_localize("America/Los_Angeles").where(frame.index > 5))
    safe = lg.safe_export(told, columns="zoned")
    plain = lg.safe_export(frame.assign(zoned=frame["occurred"].where(frame.index > 5)), columns="zoned")
    assert safe["zoned"].tolist() == plain["zoned"].tolist() and all(len(text) <= 10 for text in safe["zoned"])


def test_where_densities_cannot_be_compared_that_is_said():
    safe = lg.safe_export(incidents([5000.0] * 6, [5000.0] * 6))
    assert "too few, or too much on one spot" in safe.parameters["found"] and "nan" not in safe.parameters["found"]


def test_the_order_of_rows_tells_nothing():
    frame = crimes(300)
    assert rows_of(lg.safe_export(frame)) == rows_of(lg.safe_export(frame.iloc[::-1]))


def test_times_of_day_and_rows_without_a_place_stay_at_home():
    points = incidents([0.0] * 6 + [np.nan], [0.0] * 7, when=np.full(7, np.datetime64("2023-05-06T13:45:12")))
    safe = lg.safe_export(points)
    assert set(safe["occurred"]) == {"2023-05-06"} and len(safe) == 6 and safe.measures["without_place"] == 1


def lattice(side=40, spacing=100.0):
    """Return incidents on a lattice of places, five on each."""
    x, y = np.meshgrid(np.arange(side) * spacing, np.arange(side) * spacing)
    return incidents(np.repeat(x.ravel(), 5), np.repeat(y.ravel(), 5))


def displaced(points, safe):
    """Return the moves of distinct places, which a lattice of 10 km tells apart."""
    frame = safe.to_geodataframe()
    x, y = frame.geometry.x.to_numpy(), frame.geometry.y.to_numpy()
    from scipy.spatial import cKDTree

    origins = np.unique(np.column_stack([points.easting, points.northing]), axis=0)
    _, at = cKDTree(origins).query(np.column_stack([x, y]))
    return x - origins[at, 0], y - origins[at, 1], at


def test_moves_are_even_over_the_ring():
    """Far apart, so that each masked place tells its origin; many people around, so that none is drawn again."""
    points = lattice(side=50, spacing=10_000.0)
    origins = np.unique(np.column_stack([points.easting, points.northing]), axis=0)
    population = lg.Incidents(*origins.T, crs=CRS, weight=np.full(len(origins), 10.0))
    safe = lg.safe_export(points, mask="donut", min_radius=100, max_radius=300, population=population, seed=1)
    east, north, at = displaced(points, safe)
    assert len(safe) == points.size and (np.bincount(at) == 5).all()
    _, one = np.unique(at, return_index=True)
    east, north = east[one], north[one]
    away = np.hypot(east, north)
    assert away.min() >= 100 - 1e-6 and away.max() <= 300 + 1e-6
    assert kstest((away**2 - 100**2) / (300**2 - 100**2), "uniform").pvalue > 0.01
    assert kstest((np.arctan2(north, east) + math.pi) / (2 * math.pi), "uniform").pvalue > 0.01
    assert safe.measures["largest_displacement"] == pytest.approx(away.max())
    assert safe.measures["mean_displacement"] == pytest.approx(away.mean())


def test_no_masked_point_is_too_near_or_too_far_or_too_easily_found():
    points = lattice()
    for mask, scale in (("donut", 1.0), ("scaled_donut", MOST_SCALED)):
        safe = lg.safe_export(points, mask=mask, k=6, min_radius=150, max_radius=200, seed=3)
        assert 150 / scale - 1e-6 <= safe.measures["smallest_radius"]
        assert safe.measures["largest_displacement"] <= 200 * scale + 1e-6
        assert safe.measures["largest_radius"] <= 200 * scale
        assert safe.measures["k_smallest"] >= 6 and len(safe) + safe.measures["left_out"] == points.size
        assert set(safe["place"]) == {"moved"}


def test_radii_are_wider_where_places_are_sparse():
    dense, sparse = (
        np.meshgrid(np.arange(side) * step, np.arange(side) * step) for side, step in ((12, 100.0), (6, 250.0))
    )
    x, y = np.r_[dense[0].ravel(), 50_000 + sparse[0].ravel()], np.r_[dense[1].ravel(), sparse[1].ravel()]
    among = Candidates(x, y, None, "places")
    plain, scaled = (radii(x, y, among, 5, (100.0, 300.0), scaled, Parameters()) for scaled in (False, True))
    assert set(plain.least) == {100.0} and set(plain.most) == {300.0}
    middle = [int(np.hypot(x - east, y - north).argmin()) for east, north in ((500, 500), (50_500, 500))]
    np.testing.assert_allclose(scaled.least[middle], [100.0, 250.0])
    np.testing.assert_allclose(scaled.most, 3 * scaled.least)
    assert scaled.least.max() == 100 * MOST_SCALED
    found = Parameters()
    radii(x, y, among, 5, (None, None), True, found)
    assert (found["min_radius"], found["max_radius"]) == (100.0, 200.0)
    assert found["min_radius_reason"] == "within which the median place has 5 places"


@pytest.mark.parametrize("people", [None, np.arange(60.0) + 1])
def test_candidates_are_counted_one_by_one(people):
    random = np.random.default_rng(0)
    x, y = random.uniform(0, 1000, (2, 60))
    new_x, new_y = x[:20] + random.normal(0, 80, 20), y[:20] + random.normal(0, 80, 20)
    found = anonymity(x[:20], y[:20], new_x, new_y, Candidates(x, y, people, "places"))
    for row in range(20):
        away = np.hypot(x - new_x[row], y - new_y[row])
        nearer = away <= away[row] + 1e-9
        assert found[row] == (nearer.sum() if people is None else people[nearer].sum()) and nearer[row]


@pytest.mark.parametrize("people", [None, np.arange(60.0) + 1])
def test_who_knows_the_radii_leaves_out_who_is_too_near(people):
    random = np.random.default_rng(0)
    x, y = random.uniform(0, 1000, (2, 60))
    among = Candidates(x, y, people, "places")
    rings = radii(x, y, among, 5, (80.0, 160.0), True, Parameters())
    east, north = in_ring(random, rings.least, rings.most, 60)
    found = movable(x + east, y + north, among, rings)
    assert np.ptp(rings.least) > 0
    for row in range(60):
        away = np.hypot(x - x[row] - east[row], y - y[row] - north[row])
        could = (away >= rings.least - 1e-5) & (away <= rings.most + 1e-5)
        assert found[row] == (could.sum() if people is None else people[could].sum()) and could[row]


@pytest.mark.parametrize("mask", ["donut", "scaled_donut"])
def test_masked_points_are_hidden_from_those_who_know_the_radii(mask):
    """Each place in a file of its own tells where it went; of those that leave k could have gone there."""
    x, y = (np.round(values, -2) for values in clustered(500, 3))
    first = np.unique(np.column_stack([x, y]), axis=0)
    among = Candidates(*first.T, None, "places")
    rings = radii(*first.T, among, 5, (None, None), mask == "scaled_donut", Parameters())
    new_x, new_y, k = masked(*first.T, rings, among, 5, np.random.default_rng(1))
    away = np.hypot(new_x[:, None] - first[:, 0], new_y[:, None] - first[:, 1])
    could = ((away >= rings.least - 1e-5) & (away <= rings.most + 1e-5)).sum(axis=1)
    nearer = (away <= np.diag(away)[:, None] + 1e-5).sum(axis=1)
    assert (k == np.minimum(could, nearer)).all() and (k >= 5).mean() > 0.75


def test_offences_of_one_incident_are_told():
    given = crimes(300)
    assert (
        "warnings" not in lg.safe_export(given.assign(case_no=[str(row) for row in range(300)]), columns=[]).parameters
    )
    safe = lg.safe_export(given.assign(case_no=[str(row // 2) for row in range(300)]), columns=[])
    assert "150 of 300 rows are further offences" in safe.parameters["warnings"][0]


def test_a_mask_keeps_its_secret():
    points = lattice(20)
    a, b = (lg.safe_export(points, mask="donut") for _ in range(2))
    assert rows_of(a) != rows_of(b), "without a seed each mask is another"
    c, d = (lg.safe_export(points, mask="donut", seed=7) for _ in range(2))
    assert rows_of(c) == rows_of(d)
    assert not [name for name in c.parameters if "seed" in name] and "seed" not in c.parameters.record()


def test_masked_rows_are_alike_in_their_neighbourhood():
    frame = crimes(900)
    safe = lg.safe_export(frame, mask="donut", min_radius=100, max_radius=250, seed=1)
    assert len(safe) + safe.measures["left_out"] == len(frame) and safe.measures["left_out_unlike"] > 0
    assert min(Counter(zip(safe["occurred"], safe["category"])).values()) >= 5
    assert safe.measures["smallest_group"] >= 5


def test_damage_is_none_where_nothing_moves():
    x, y = clustered(600, 4)
    points = incidents(x, y)
    found = damage(points, points, np.zeros(600))
    assert found["density_correlation"] == pytest.approx(1) and found["density_top_shared"] == 1
    assert found["hot_cells_shared"] == 1 and found["hot_cells_before"] > 0
    assert found["mean_centre_moved"] == 0 and found["standard_distance_ratio"] == 1
    few = damage(points.take(np.arange(20)), points.take(np.arange(20)), np.zeros(20))
    assert np.isnan(few["hot_cells_shared"]) and few["density_correlation"] == pytest.approx(1)


def test_a_wider_ring_does_more_damage_and_hides_better():
    x, y = clustered(1500, 6)
    points = incidents(np.round(x, -2), np.round(y, -2))
    near, far = (
        lg.safe_export(points, mask="donut", columns=[], min_radius=r, max_radius=2 * r, seed=1).measures
        for r in (60, 400)
    )
    assert far["density_correlation"] < near["density_correlation"] < 1
    assert far["density_top_shared"] < near["density_top_shared"] and far["k_median"] > near["k_median"]


def test_the_report_says_each_measure(tmp_path):
    safe = lg.safe_export(crimes())
    table = safe.report()
    assert table["measure"].size == len(safe.measures) and all(table["said"]) and "rows" in table["measure"]
    table.save(tmp_path / "report.csv")
    assert pd.read_csv(tmp_path / "report.csv")["value"].notna().any()


def test_on_the_command_line(tmp_path, capsys):
    crimes().to_file(tmp_path / "in.gpkg")
    out, report = str(tmp_path / "out.gpkg"), str(tmp_path / "report.csv")
    words = ["--k", "4", "--columns", "category", "--category", "burglary", "--report", report, "--quiet"]
    assert main(["safe_export", str(tmp_path / "in.gpkg"), out, *words]) == 0
    found = gpd.read_file(out)
    assert set(found.columns) == {"category", "place", "incidents_here", "geometry"} and set(found["category"]) == {
        "burglary"
    }
    assert pd.read_csv(report).set_index("measure")["value"]["shown"] == len(found)
    areas([1, 2, 30, 0]).to_file(tmp_path / "areas.gpkg")
    assert main(["safe_export", str(tmp_path / "areas.gpkg"), out, "--value", "count", "--quiet"]) == 0
    assert gpd.read_file(out)["suppressed"].tolist() == [True, True, False, False]


def test_areas_are_never_taken_for_incidents(tmp_path, capsys):
    counted, out = areas([1, 2, 30, 0]), str(tmp_path / "out.gpkg")
    counted.to_file(tmp_path / "areas.gpkg")
    assert main(["safe_export", str(tmp_path / "areas.gpkg"), out]) == 0
    assert "value = count: no other column of counts is named" in capsys.readouterr().err
    assert gpd.read_file(out)["suppressed"].tolist() == [True, True, False, False]
    assert main(["safe_export", str(tmp_path / "areas.gpkg"), out, "--category", "burglary"]) == 2
    assert "category: these select incidents" in capsys.readouterr().err
    counted.rename(columns={"count": "burglaries"}).to_file(tmp_path / "areas.gpkg")
    for command in ("safe_export", "local_moran"):
        assert main([command, str(tmp_path / "areas.gpkg"), out, "--quiet"]) == 2
        said = capsys.readouterr().err
        assert "name it as value (--value in a command" in said and "the columns are burglaries" in said


@pytest.mark.parametrize(
    ("data", "options", "kind", "sentence"),
    [
        ("points", dict(k=1), ValueError, "k must be a whole number of at least 2, got 1"),
        ("points", dict(mask="ring"), ValueError, "mask must be one of"),
        ("points", dict(totals_by="x"), ValueError, "are for areas with counts"),
        (
            "points",
            dict(mask="donut", min_radius=300, max_radius=200),
            ValueError,
            "max_radius must be above min_radius",
        ),
        ("points", dict(columns="nothing"), ValueError, "no column 'nothing'|names a column"),
        ("points", dict(k=1000), ValueError, "say the same of their place"),
        ("areas", dict(mask="donut"), ValueError, "are for points"),
        ("victims", dict(value="age"), ValueError, "points would stay where they are"),
        ("areas", dict(value="nothing"), ValueError, "no column 'nothing'"),
        ("surface", {}, TypeError, "A density can give back"),
        ("hulls", {}, TypeError, "corners of hulls are places of incidents"),
    ],
)
def test_what_cannot_be_is_said(data, options, kind, sentence):
    points = incidents(*uniform(200, 1), category=["a"] * 200)
    given = {
        "points": lambda: points,
        "areas": lambda: areas([1, 2, 3]),
        "victims": lambda: points_frame(*uniform(200, 1), age=np.arange(200)),
        "surface": lambda: lg.kde(points, bandwidth=500),
        "hulls": lambda: lg.dbscan(points, eps=800, min_samples=5).clusters(),
    }[data]()
    with pytest.raises(kind, match=sentence):
        lg.safe_export(given, **options)


def test_hulls_do_not_leave_by_a_file_or_a_frame(tmp_path):
    hulls = lg.dbscan(incidents(*uniform(200, 1)), eps=800, min_samples=5).clusters()
    hulls.save(tmp_path / "hulls.gpkg")
    for given in (hulls.to_geodataframe(), tmp_path / "hulls.gpkg"):
        with pytest.raises(TypeError, match="corners of hulls are places of incidents"):
            lg.safe_export(given, value="count")


def test_a_column_called_place_leaves_as_it_is():
    frame = crimes().assign(place="street")
    safe = lg.safe_export(frame, columns=["place"])
    assert set(safe["place"]) == {"street"} and "as given" in set(safe["place_told"])


def test_marks_and_chosen_incidents_can_be_exported():
    marks = lg.dbscan(crimes(), eps=250, min_samples=8)
    safe = lg.safe_export(marks, columns=["cluster"], k=3)
    assert set(np.unique(safe["cluster"])) <= set(np.unique(marks["cluster"])) and safe["cluster"].max() >= 0
    assert min(Counter(rows_of(safe)).values()) >= 3
    chosen = lg.as_incidents(crimes()).select(category="burglary", since="2023-03-01")
    safe = lg.safe_export(chosen)
    assert set(safe["category"]) == {"burglary"} and safe.parameters["since"] == "2023-03-01"
    assert safe.label.startswith("Reported incidents, moved to the middle of squares of up to 2 km · burglary")
    assert safe.label.endswith(f"n = {len(safe):,}")


def test_many_groups_are_made_safe_each_by_itself():
    random = np.random.default_rng(3)
    counts, group = random.integers(0, 12, 3000), random.integers(0, 500, 3000)
    found = hidden(counts, group=group)
    for number in range(500):
        rows = group == number
        alone = hidden(counts[rows])
        assert found.small[rows].tolist() == alone.small.tolist() and found.others[rows].sum() == alone.others.sum()
        assert (number in found.open_groups) == bool(alone.open_groups.size)
        assert found.all[rows].sum() != 1 or number in found.open_groups


def test_west_los_angeles(lacrime_data):
    safe = lg.safe_export(lg.as_incidents(lacrime_data / "lapd_west_la_2020-03_2021-07_28col.parquet"))
    assert min(Counter(rows_of(safe)).values()) >= 5
    assert len(safe) + safe.measures["left_out"] + safe.measures["without_place"] == 12_954
    assert not [name for name in safe.columns if name.startswith("victim")]
    assert safe.measures["density_correlation"] > 0.85
