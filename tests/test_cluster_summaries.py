"""What is known of each cluster: size, density, dates, category, ellipse, by slow twins; both hulls."""

import numpy as np
import pytest
import shapely
from makers import SOUTH, WEST, clustered, crimes_frame, incidents

import lacrime_geo as lg

X, Y = clustered(600, 2)
KINDS = np.array(["theft", "arson", "robbery", None], dtype=object)[np.random.default_rng(1).integers(0, 4, 600)]
WHEN = np.datetime64("2023-05-01T00:00:00") + np.random.default_rng(2).integers(0, 10**7, 600).astype("m8[s]")


@pytest.fixture(scope="module")
def marks():
    return lg.dbscan(incidents(X, Y, when=WHEN, category=KINDS), eps=150, min_samples=10)


@pytest.mark.parametrize("hull", ["convex", "concave"])
def test_columns_equal_a_slow_twin(marks, hull):
    frame = marks.clusters(hull=hull).to_geodataframe()
    assert len(frame) == marks.parameters["clusters"] >= 3
    for number, row in enumerate(frame.itertuples()):
        member = marks["cluster"] == number
        x, y = X[member] + WEST, Y[member] + SOUTH
        assert (row.cluster, row.rank, row.count) == (number, number + 1, member.sum())
        assert row.share == member.sum() / 600
        assert row.area_km2 == pytest.approx(row.geometry.area / 1e6, rel=1e-9)
        assert row.density == pytest.approx(member.sum() / (row.geometry.area / 1e6), rel=1e-9)
        assert row.first == WHEN[member].min() and row.last == WHEN[member].max()
        names, counts = np.unique(KINDS[member][KINDS[member] != None].astype(str), return_counts=True)  # noqa: E711
        assert row.category == names[counts.argmax()] and row.category_share == counts.max() / member.sum()
        assert (row.mean_easting, row.mean_northing) == pytest.approx((x.mean(), y.mean()), rel=1e-12)
        spread = np.sort(np.linalg.eigvalsh(np.cov(x, y, bias=True)))[::-1]
        assert (row.major**2, row.minor**2) == pytest.approx(tuple(spread), rel=1e-6)
        assert row.geometry.is_valid and row.geometry.buffer(1e-6).covers(shapely.MultiPoint(np.c_[x, y]))


def test_concave_hulls_are_smaller_and_denser(marks):
    convex, concave = marks.clusters(), marks.clusters(hull="concave")
    assert (concave["area_km2"] <= convex["area_km2"] * (1 + 1e-9)).all()
    assert concave["area_km2"].sum() < 0.97 * convex["area_km2"].sum()
    np.testing.assert_array_equal(concave["count"], convex["count"])
    assert concave.parameters["hull"] == "concave" and "hull" not in marks.parameters


def test_without_dates_categories_or_weights_there_are_no_such_columns():
    plain = lg.dbscan(incidents(X, Y), eps=150, min_samples=10).clusters()
    assert not {"first", "last", "category", "category_share", "weight_sum", "p"} & set(plain.columns)
    weighted = lg.dbscan(incidents(X, Y, weight=np.full(600, 2.0)), eps=150, min_samples=20).clusters()
    np.testing.assert_allclose(weighted["weight_sum"], 2 * weighted["count"])


def test_a_cluster_without_any_date_or_category_has_none():
    x = np.r_[np.zeros(5), np.full(5, 900.0)]
    when = np.array(["NaT"] * 5 + ["2023-01-01"] * 5, dtype="M8[s]")
    kinds = np.array([None] * 5 + ["arson"] * 5, dtype=object)
    marks = lg.dbscan(incidents(x, 0 * x, when=when, category=kinds), eps=10, min_samples=5)
    found = marks.clusters()
    assert np.isnat(found["first"]).tolist() == [True, False] and found["last"][1] == when[-1]
    assert found["category"].tolist() == [None, "arson"] and found["category_share"].tolist() == [0.0, 1.0]


def test_equally_frequent_categories_the_first_by_name():
    kinds = np.array(["theft", "arson", "theft", "arson"], dtype=object)
    marks = lg.dbscan(incidents([0, 1, 2, 3], [0, 0, 0, 0], category=kinds), eps=5, min_samples=3)
    assert marks.clusters()["category"].tolist() == ["arson"]


def test_missing_categories_of_any_library_are_none():
    import pandas as pd

    kinds = pd.Series(["theft", pd.NA, "", "theft", "arson"], dtype="string")
    marks = lg.dbscan(incidents(np.arange(5.0), np.zeros(5), category=kinds), eps=5, min_samples=3)
    found = marks.clusters()
    assert found["category"].tolist() == ["theft"] and found["category_share"].tolist() == [0.4]


@pytest.mark.parametrize("slope", [0.0, 0.3, 1.0, 7.0])
@pytest.mark.parametrize("hull", ["convex", "concave"])
def test_blocks_of_a_street_are_as_good_as_a_line(slope, hull):
    along = np.arange(12.0) * 60 / np.hypot(1, slope)
    wiggle = np.random.default_rng(0).uniform(-0.1, 0.1, 12)
    marks = lg.dbscan(incidents(along, slope * along + wiggle), eps=80, min_samples=3)
    frame = marks.clusters(hull=hull).to_geodataframe()
    # 660 m long and, with a quarter of eps on either side, 40 m wide.
    assert frame.geometry[0].area == pytest.approx(660 * 40 + np.pi * 20**2, rel=0.05)
    assert frame.density[0] == pytest.approx(12 / (frame.geometry[0].area / 1e6), rel=1e-9)


def test_no_clusters_have_all_the_columns(tmp_path):
    marks = lg.dbscan(incidents(X, Y, when=WHEN, category=KINDS), eps=1, min_samples=10)
    found, some = marks.clusters(hull="concave"), lg.dbscan(incidents(X, Y, when=WHEN, category=KINDS)).clusters()
    assert len(found) == 0 and list(found.columns) == list(some.columns)
    assert len(found.save(tmp_path / "none.gpkg")) > 0


def test_files_keep_dates_and_words(marks, tmp_path):
    import geopandas as gpd

    shapes = marks.clusters()
    for name, read in (("a.gpkg", gpd.read_file), ("b.parquet", gpd.read_parquet)):
        back = read(shapes.save(tmp_path / name))
        np.testing.assert_array_equal(back["first"].to_numpy().astype("M8[s]"), shapes["first"])
        assert back["category"].tolist() == shapes["category"].tolist()


def test_an_unknown_hull_is_said(marks):
    with pytest.raises(ValueError, match="hull must be one of 'convex', 'concave', got 'round'"):
        marks.clusters(hull="round")


def test_the_frame_of_an_analyst_has_it_all():
    shapes = lg.dbscan(crimes_frame(), eps=200, min_samples=8).clusters()
    assert {"first", "last", "category", "density", "major", "angle"} <= set(shapes.columns)
    assert (shapes["first"] <= shapes["last"]).all() and len(shapes) >= 3
