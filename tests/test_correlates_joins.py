"""Columns joined by shared ground: the ground is exact, sums are kept, means are weighted, and what is not known is said."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import lacrime_geo as lg
from lacrime_geo.correlates.shared_areas import shared_areas
from lacrime_geo.geometry import rectangles_wkb
from lacrime_geo.progress import Cancelled

UTM = "EPSG:32611"


def layer(shapes, columns=None):
    return lg.Features(list(shapely.to_wkb(np.asarray(shapes, dtype=object))), UTM, columns)


def squares(side, count, columns=None, at=(0.0, 0.0)):
    """`count` × `count` squares that fill a larger one."""
    row, column = np.divmod(np.arange(count * count), count)
    return lg.Features(list(rectangles_wkb(at[0] + column * side, at[1] + row * side, side, side)), UTM, columns)


def table_of(shared, rows, columns):
    dense = np.zeros((rows, columns))
    dense[shared.feature, shared.area] = shared.size
    return dense


def twin(one, other):
    """What shapely finds, pair by pair."""
    return np.array([[shapely.intersection(a, b).area for b in other] for a in one])


@st.composite
def shapes(draw, most=4):
    """Polygons with corners on a coarse lattice, so that edges touch, cross in corners and lie upon each other."""
    found = []
    for _ in range(draw(st.integers(1, most))):
        corners = draw(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=3, max_size=8))
        hull = shapely.convex_hull(shapely.multipoints(np.array(corners, dtype=float)))
        bite = shapely.box(*draw(st.tuples(*[st.integers(0, 2)] * 2)), *draw(st.tuples(*[st.integers(3, 6)] * 2)))
        shape = hull.difference(bite) if draw(st.booleans()) else hull
        if shape.geom_type in ("Polygon", "MultiPolygon") and shape.area > 0:
            found.append(shape)
    return found or [shapely.box(0, 0, 1, 1)]


@given(shapes(), shapes(), st.floats(0.01, 100), st.booleans())
def test_the_ground_is_that_of_shapely_wherever_edges_touch(one, other, scale, reverse):
    one = [shapely.transform(shape, lambda xy: xy * scale + [380_000, 3_768_000]) for shape in one]
    other = [shapely.transform(shape, lambda xy: xy * scale + [380_000, 3_768_000]) for shape in other]
    if reverse:
        one = [shapely.reverse(shape) for shape in one]
    found = table_of(shared_areas(layer(one), layer(other)), len(one), len(other))
    np.testing.assert_allclose(found, twin(one, other), atol=1e-7 * scale * max(scale, 1.0))


def test_many_crooked_polygons_with_holes():
    random = np.random.default_rng(3)

    def stars(number):
        made = []
        for _ in range(number):
            angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
            radius = random.uniform(0.3, 1.0, 60) * random.uniform(100, 2_000)
            ring = np.column_stack([np.cos(angle), np.sin(angle)]) * radius[:, None] + random.uniform(0, 5_000, 2)
            hole = ring.mean(axis=0) + 0.2 * (ring - ring.mean(axis=0))
            made.append(shapely.polygons(ring).difference(shapely.polygons(hole)))
        return made

    one, other = stars(20), stars(30)
    found = shared_areas(layer(one), layer(other))
    np.testing.assert_allclose(table_of(found, 20, 30), twin(one, other), atol=1e-4)
    assert (np.diff(found.feature * 30 + found.area) > 0).all()
    turned = shared_areas(layer(other), layer(one))
    np.testing.assert_allclose(table_of(turned, 30, 20).T, table_of(found, 20, 30), atol=1e-6)


def test_polygons_that_only_touch_share_nothing():
    assert shared_areas(squares(100, 2), squares(100, 2, at=(200, 0))).size.size == 0
    assert shared_areas(squares(100, 5), squares(100, 5)).size.size == 25


@given(st.floats(0, 150), st.floats(0, 150), st.integers(0, 10_000))
def test_people_are_kept_where_the_features_cover_all(east, north, seed):
    people = np.random.default_rng(seed).integers(0, 1_000, 16).astype(float)
    tracts = squares(100, 4, {"people": people}, at=(200, 200))
    joined = lg.join_by_area(squares(170, 6, at=(200 - east, 200 - north)), areas=tracts, columns="people")
    assert np.nansum(joined["people"]) == pytest.approx(people.sum())
    assert joined.parameters["people_of_features"] == pytest.approx(joined.parameters["people_of_areas"])
    np.testing.assert_allclose(joined.shares()["inside"], 1.0)
    np.testing.assert_allclose(joined.shares()["outside"], 0.0, atol=1e-12)


def test_split_by_hand():
    tracts = squares(
        100, 2, {"people": [10.0, 20.0, 40.0, 80.0], "income": [1.0, 2.0, 3.0, 4.0], "homes": [1, 0, 2, 1]}
    )
    district = layer([shapely.box(50, 0, 150, 125)])
    joined = lg.join_by_area(district, areas=tracts, columns=["people"])
    assert joined["people"].tolist() == [pytest.approx(5 + 10 + 5 + 10)]
    assert lg.join_by_area(district, areas=tracts, columns=["income"], kind="mean")["income"][0] == pytest.approx(
        (1 + 2 + 3 / 4 + 4 / 4) * 5_000 / 12_500
    )
    weighted = lg.join_by_area(district, areas=tracts, columns=["income"], kind="mean", weigh_by="homes")
    weights = np.array([1 / 2, 0, 2 / 8, 1 / 8])
    assert weighted["income"][0] == pytest.approx((weights * [1, 2, 3, 4]).sum() / weights.sum())
    np.testing.assert_allclose(joined.shares()["inside"], [1 / 2, 1 / 2, 1 / 8, 1 / 8])


def test_a_mean_of_what_is_alike_everywhere_is_that():
    tracts = squares(100, 4, {"rate": np.full(16, 7.0), "homes": np.arange(16.0)})
    for weigh_by in (None, "homes"):
        joined = lg.join_by_area(squares(130, 2), areas=tracts, columns="rate", kind="mean", weigh_by=weigh_by)
        np.testing.assert_allclose(joined["rate"], 7.0)


def test_what_is_not_known_is_not_zero():
    tracts = squares(100, 2, {"people": [10.0, np.nan, -666666666.0, 80.0]})
    cells = squares(100, 3)
    joined = lg.join_by_area(cells, areas=tracts, columns="people")
    known = [0, 1, 3, 4]
    assert np.isnan(joined["people"][[1, 3]]).all() and joined["people"][[0, 4]].tolist() == [10.0, 80.0]
    assert joined["people_known"][known].tolist() == [1.0, 0.0, 0.0, 1.0]
    assert joined["covered"][known].tolist() == [1.0] * 4 and joined["covered"][8] == 0.0
    assert joined.parameters["people_unknown"] == 2 and joined.parameters["people_missing_by_code"] == 1
    assert joined.parameters["features_not_covered"] == 5
    assert any("5 lie in no area" in warning for warning in joined.parameters["warnings"])


def test_the_fallacy_and_the_even_spread_are_said():
    joined = lg.join_by_area(squares(100, 2), areas=squares(50, 4, {"people": np.ones(16)}), columns="people")
    said = " ".join(joined.parameters["warnings"])
    assert "ecological fallacy" in said and "spread evenly" in said
    assert "16 of 16 areas share ground with the 4 features" in joined.parameters["found"]


def test_areas_that_lie_upon_each_other_are_told():
    twice = layer([shapely.box(0, 0, 100, 100), shapely.box(50, 0, 150, 100)], {"people": [1.0, 1.0]})
    joined = lg.join_by_area(squares(200, 1), areas=twice, columns="people")
    assert joined.parameters["areas_upon_each_other"] == pytest.approx(0.25)
    assert any("25.0 % of the ground" in warning for warning in joined.parameters["warnings"])
    bow = layer([shapely.polygons([[0, 0], [150, 200], [150, 0], [0, 170]])], {"people": [1.0]})
    crossed = lg.join_by_area(squares(200, 1), areas=bow, columns="people")
    assert any("cross themselves" in warning for warning in crossed.parameters["warnings"])


def test_rows_without_a_polygon_and_a_name_taken_twice():
    own = lg.Features([None, *squares(100, 1).wkb], UTM, {"people": [5, 6], "name": ["a", "b"]})
    tracts = lg.Features([None, *squares(100, 1).wkb], UTM, {"people": [7, 8]})
    joined = lg.join_by_area(own, areas=tracts, columns="people")
    assert np.isnan(joined["people"][0]) and joined["people"][1] == 8.0
    assert np.isnan(joined["covered"][0]) and joined.shares()["inside"].tolist() == [1.0]
    assert list(joined.to_features().source) == ["people", "name", "covered", "people_known"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (dict(columns="nothing"), "There is no column 'nothing'"),
        (dict(columns=[]), "columns names no column"),
        (dict(columns="people, vict_age"), "'vict_age' tells of victims"),
        (dict(columns="name"), "are no numbers"),
        (dict(columns="people", kind="median"), "kind must be one of 'sum', 'mean'"),
        (dict(columns="people", weigh_by="people"), "weights a mean"),
        (dict(columns="people", kind="mean", weigh_by="change"), "is negative in 1 of 4 areas"),
        (dict(columns="none"), "is known in none of the 4 areas"),
    ],
)
def test_what_cannot_be_joined_is_said(options, sentence):
    columns = {"people": [1, 2, 3, 4], "name": list("abcd"), "change": [1, -2, 3, 4], "none": [None] * 4}
    with pytest.raises(ValueError, match=sentence):
        lg.join_by_area(squares(100, 2), areas=squares(100, 2, columns), **options)


def test_layers_apart_or_of_points_are_refused():
    tracts = squares(100, 2, {"people": np.ones(4)})
    with pytest.raises(ValueError, match="shares ground with one of"):
        lg.join_by_area(squares(100, 2, at=(1_000, 0)), areas=tracts, columns="people")
    points = lg.Incidents([1.0], [1.0], crs=UTM)
    with pytest.raises(ValueError, match="features must be polygons"):
        lg.join_by_area(points, areas=tracts, columns="people")


def test_it_can_be_stopped():
    tracts = squares(10, 60, {"people": np.ones(3_600)})
    with pytest.raises(Cancelled):
        lg.join_by_area(tracts, areas=tracts, columns="people", progress=lambda fraction: fraction < 0.2)


def test_tracts_of_los_angeles_in_its_divisions(lacrime_data):
    import geopandas

    tracts = geopandas.read_parquet(lacrime_data / "la_tract_crime_counts_2020_2024.parquet").to_crs(UTM)
    divisions = geopandas.read_file(lacrime_data / "lapd_divisions.geojson").to_crs(UTM)
    joined = lg.join_by_area(divisions, areas=tracts, columns="population")
    a, b = divisions.geometry.values, tracts.geometry.values
    row, column = shapely.STRtree(b).query(a, predicate="intersects")
    part = shapely.area(shapely.intersection(a[row], b[column])) / shapely.area(b[column])
    expected = np.bincount(row, part * tracts["population"].to_numpy()[column], 21)
    np.testing.assert_allclose(joined["population"], expected, rtol=1e-9)
    assert 3.8e6 < joined["population"].sum() < 3.9e6


def test_columns_of_the_result_are_not_overwritten_in_silence():
    tracts = squares(100, 2, {"people": [1, 2, 3, 4], "people_known": [3, 4, 5, 6], "covered": [5, 6, 7, 8]})
    for columns in ("covered", "people,people_known", ["people_known", "people"]):
        with pytest.raises(ValueError, match="overwritten"):
            lg.join_by_area(tracts, areas=tracts, columns=columns)
    assert "people_known" in lg.join_by_area(tracts, areas=tracts, columns="people_known").columns
    with pytest.raises(TypeError, match="names of columns"):
        lg.join_by_area(tracts, areas=tracts, columns=5)


def test_features_upon_each_other_and_crossed_ones_are_told():
    tracts = squares(100, 2, {"people": [1, 2, 3, 4]})
    twice = layer([shapely.box(0, 0, 200, 200)] * 2)
    said = " ".join(lg.join_by_area(twice, areas=tracts, columns="people").parameters["warnings"])
    assert "50.0 % of the ground of the features lies in two of them" in said
    bow = shapely.Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    crossed = layer([*shapely.from_wkb(tracts.wkb), bow], {"people": [1, 2, 3, 4, 5]})
    said = " ".join(lg.join_by_area(tracts, areas=crossed, columns="people").parameters["warnings"])
    assert "1 of 5 areas have borders that cross themselves" in said
    with pytest.raises(ValueError, match="areas has no rows"):
        lg.join_by_area(tracts, areas=layer([], {"people": []}), columns="people")
