"""Features of places: that they know nothing of what comes after, by altering it; slow twins; distances; units of each kind."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lacrime_geo import Cells, Incidents, as_incidents, geometry, risk_features
from lacrime_geo.features import Features
from lacrime_geo.parameters import Unsaid
from lacrime_geo.polygon_grid import PolygonGrid
from lacrime_geo.risk.events import Events, known_before
from lacrime_geo.risk.learning.feature_layouts import FeatureLayout
from lacrime_geo.risk.learning.feature_tables import features_at
from lacrime_geo.risk.learning.place_distances import distances, numbers_within
from lacrime_geo.risk.units import Units, cells_over, polygons_as_units

CRS, WEST, SOUTH, SIDE, CELLS = "EPSG:32611", 380000.0, 3768000.0, 250.0, 12
FIRST = np.datetime64("2023-01-01")
DAY = np.timedelta64(1, "D")
ORIGIN = FIRST + 50 * DAY


def city(seed=0, incidents=900, days=75):
    """Return incidents of four categories, some reported late, crowded towards a corner and on a few places."""
    draw = np.random.default_rng(seed)
    x, y = CELLS * SIDE * draw.beta(1, 3, (2, incidents))
    x[::5], y[::5] = np.round(x[::5] / 900) * 900 + 60, np.round(y[::5] / 900) * 900 + 60
    when = FIRST + (draw.uniform(0, days, incidents) * 86400).astype("m8[s]")
    reported = when + (draw.exponential(3.0, incidents) * 86400).astype("m8[s]")
    category = draw.choice(["burglary", "robbery", "theft", "arson"], incidents, p=[0.2, 0.1, 0.5, 0.2])
    return Incidents(x + WEST, y + SOUTH, when=when, reported=reported, category=category, crs=CRS)


def squares(side=SIDE, cells=CELLS):
    """Return the city's square cells as polygons."""
    column, row = np.meshgrid(np.arange(cells), np.arange(cells))
    corners = WEST + side * column.ravel(), SOUTH + side * row.ravel()
    return Features(list(geometry.rectangles_wkb(*corners, side, side)), CRS, {})


def town():
    """Return the city's boundary."""
    return squares(SIDE * CELLS, 1)


def bars(seed=5, points=40):
    """Return places, as points."""
    x, y = np.random.default_rng(seed).uniform(0, CELLS * SIDE, (2, points))
    return Features(geometry.points_wkb(x + WEST, y + SOUTH), CRS, {}, "bars")


def altered(incidents, origin, gap, seed):
    """Return incidents of which all that was not known at the origin are others: where, when, what and when reported."""
    draw = np.random.default_rng(seed)
    day = np.datetime64(origin, "D")
    later = ~known_before(incidents.when, incidents.reported, day, gap)
    many = int(later.sum())
    columns = {
        "easting": WEST + CELLS * SIDE * draw.random(many),
        "northing": SOUTH + CELLS * SIDE * draw.random(many),
        "when": np.datetime64(day - gap * DAY, "s") + draw.integers(0, 9_000_000, many).astype("m8[s]"),
        "category": draw.choice(["aaa", "burglary", "robbery", "zzz"], many),
    }
    # What had occurred before, and came to light after, stays so, wherever and whatever it was.
    columns["reported"] = np.maximum(columns["when"], day.astype("M8[s]")) + np.timedelta64(3600, "s")
    hidden = incidents.when[later] < day - gap * DAY
    columns["when"][hidden] = day - draw.integers(gap + 1, 400, int(hidden.sum())).astype("m8[D]")
    changed = {}
    for name, values in columns.items():
        column = getattr(incidents, name).copy()
        column[later] = values
        changed[name] = column
    order = draw.permutation(incidents.size)
    return replace(incidents, **changed, whole=None, known_until=None).take(order), many


def same(first, second):
    """Tell whether two results have the same columns to the last bit, on the same places."""
    alike = list(first.columns) == list(second.columns) and np.array_equal(first.cell, second.cell)
    return alike and all(np.array_equal(first[name], second[name]) for name in first.columns)


@given(
    st.integers(0, 10_000), st.integers(0, 9), st.sampled_from([None, "burglary"]), st.sampled_from([250.0, "squares"])
)
def test_nothing_that_was_not_known_changes_a_feature(seed, gap, category, kind):
    incidents = city(seed % 7, 500)
    other, many = altered(incidents, ORIGIN, gap, seed)
    assert many > 80
    units = squares() if kind == "squares" else kind
    found = [risk_features(units, one, ORIGIN, gap, category=category, places=bars()) for one in (incidents, other)]
    assert sorted(found[0].columns) and same(*found)


def test_what_was_known_changes_features():
    incidents = city()
    before = incidents.take(incidents.when < ORIGIN)
    moved = replace(
        incidents, easting=np.where(incidents.when < ORIGIN - 3 * DAY, incidents.easting[::-1], incidents.easting)
    )
    found = [risk_features(squares(), one, ORIGIN, category="burglary") for one in (incidents, moved)]
    assert before.size > 100 and not same(*found)
    assert [name for name in found[0].columns if np.array_equal(found[0][name], found[1][name])] == []


def test_of_a_real_file_nothing_that_was_not_known_changes_a_feature(lacrime_data):
    incidents = as_incidents(lacrime_data / "lapd_west_la_2020-03_2021-07_28col.parquet")
    incidents = incidents.take(incidents.placed)
    other, many = altered(incidents, "2020-12-01", 3, 1)
    assert many > 3000
    found = [risk_features(500, one, "2020-12-01", 3, category="burglary") for one in (incidents, other)]
    assert same(*found) and found[0]["own_90_days"].sum() > 50
    known = (incidents.when < np.datetime64("2020-11-28")) & (incidents.reported < np.datetime64("2020-12-01"))
    expected = known & (incidents.category == "burglary") & (incidents.when >= np.datetime64("2020-08-30"))
    assert found[0]["own_90_days"].sum() == expected.sum()


def history_of(kind, category="burglary", gap=2, origin=ORIGIN):
    """Return what was known of a city on units of a kind."""
    incidents = city()
    if kind == "polygons":
        units = polygons_as_units(squares(), CRS)
    else:
        units = cells_over(incidents, town(), SIDE, Unsaid(), kind)
    return Events.of(incidents, units, category).known(origin, gap)


def column(table, name):
    """Return a column of a table of features."""
    return table.values[:, table.names.index(name)]


@pytest.mark.parametrize("kind", ["square", "polygons"])
def test_features_are_those_of_a_slow_twin(kind):
    history = history_of(kind)
    table, units, events = features_at(history), history.units, history.events
    place = [(int((y - SOUTH) // SIDE), int((x - WEST) // SIDE)) for x, y in zip(units.x, units.y)]
    week, month, decayed, weights = np.zeros(units.size), np.zeros((CELLS, CELLS)), np.zeros(units.size), 0.0
    for unit, day, target in zip(events.unit, events.day, events.target):
        age = int((history.end - day) / DAY)
        if target and unit >= 0:
            week[unit] += age <= 7
            month[place[unit]] += age <= 28
            decayed[unit] += 0.5 ** (age / 7)
    weights = sum(0.5 ** (age / 7) for age in range(1, history.days + 1))
    around = np.zeros(units.size)
    for unit, (row, across) in enumerate(place):
        block = month[max(row - 1, 0) : row + 2, max(across - 1, 0) : across + 2]
        around[unit] = (block.sum() - month[row, across]) / (block.size - 1)
    assert np.array_equal(column(table, "own_7_days"), week) and week.sum() > 5
    assert np.allclose(column(table, "own_decayed_7_days"), decayed / weights)
    assert np.allclose(column(table, "neighbours_28_days"), around)
    assert column(table, "all_per_day").sum() == pytest.approx((events.unit >= 0).sum() / history.days)
    assert column(table, "own_spread_2_4_cells").sum() == pytest.approx(column(table, "own_per_day").sum())


@pytest.mark.parametrize("kind", ["square", "hex", "polygons"])
def test_every_feature_is_a_finite_number_of_a_group(kind):
    table = features_at(history_of(kind), {"bars": bars(), "parks": squares(400.0, 2)})
    assert np.isfinite(table.values).all() and len(set(table.names)) == table.values.shape[1]
    assert set(table.groups) == set(table.names)
    assert {"own counts", "all crime", "neighbours", "near repeats", "distance to bars"} <= set(table.groups.values())
    assert {"around_theft", "around_robbery", "distance_parks", "bars_within_400_m"} <= set(table.names)
    assert {name for name, _ in table.dropped} == {"counts in 90 days", "counts in 365 days", "time of year"}


def test_of_all_crime_there_is_no_second_count_of_all():
    names = features_at(history_of("square", None)).names
    assert "own_7_days" in names and not [name for name in names if name.startswith(("all_", "by_the_mix"))]


def test_tables_of_several_origins_have_the_columns_of_the_first():
    history = history_of("square", origin=FIRST + 70 * DAY)
    layout = FeatureLayout.of(history, FIRST + 25 * DAY)
    tables = [features_at(history.until(FIRST + days * DAY), None, layout) for days in (25, 35, 60)]
    assert tables[0].names == tables[1].names == tables[2].names
    assert (
        layout.windows == (7,) and ("counts in 28 days", "only 23 days are known before 2023-01-26") in layout.dropped
    )


def test_the_time_of_year_is_a_place_on_a_circle_and_told_of_long_histories_only():
    long = city(days=500)
    history = Events.of(long, polygons_as_units(squares(), CRS), None).known(FIRST + 400 * DAY)
    table = features_at(history)
    turn = 2 * np.pi * 35 / 365.25  # 2024-02-05
    assert (column(table, "season_sine") == pytest.approx(np.sin(turn))) and table.dropped == ()
    assert column(table, "season_cosine")[0] == pytest.approx(np.cos(turn))
    assert {"own_365_days", "own_90_days"} < set(table.names) and "own_per_day" not in table.names


def test_an_origin_of_which_nothing_is_known_is_refused():
    with pytest.raises(ValueError, match=r"None of the 900 incidents .* was known before 2022-12-01"):
        risk_features(squares(), city(), "2022-12-01")
    incidents = city()
    far = city()
    far = replace(far, easting=far.easting + 90_000)
    with pytest.raises(ValueError, match=r"None of the \d+ incidents .* stands in a unit"):
        risk_features(squares(), far, ORIGIN)
    with pytest.raises(ValueError, match="no times"):
        risk_features(250, Incidents(incidents.easting, incidents.northing, crs=CRS), "2023-02-01")
    with pytest.raises(ValueError, match="units are places already"):
        risk_features(squares(), city(), ORIGIN, boundary=town())


@given(st.integers(0, 10_000), st.integers(1, 30))
def test_distances_are_those_to_every_edge_and_point(seed, many):
    draw = np.random.default_rng(seed)
    x, y = draw.uniform(0, 2000, (2, 40))
    corner_x, corner_y = draw.uniform(0, 2000, (2, many))
    side = draw.uniform(1, 500)
    layer = Features(list(geometry.rectangles_wkb(corner_x, corner_y, side, side / 3)), CRS, {})
    out_x = np.maximum(np.maximum(corner_x - x[:, None], x[:, None] - corner_x - side), 0)
    out_y = np.maximum(np.maximum(corner_y - y[:, None], y[:, None] - corner_y - side / 3), 0)
    assert np.allclose(distances(x, y, layer), np.hypot(out_x, out_y).min(axis=1), atol=1e-6)
    points = Features(geometry.points_wkb(corner_x, corner_y), CRS, {})
    far = np.hypot(corner_x - x[:, None], corner_y - y[:, None])
    assert np.allclose(distances(x, y, points), far.min(axis=1))
    assert np.array_equal(numbers_within(x, y, points, 400.0), (far <= 400).sum(axis=1))


def test_an_edge_is_nearest_even_if_many_others_have_their_middle_nearer():
    # The large square begins at 1 m, in the middle of whose edges is no point nearer than 25 m; twelve edges are in between.
    corner_x = np.array([-14.0, -12.0, -10.0])
    small = geometry.rectangles_wkb(corner_x, corner_x, 1.0, 1.0)
    large = geometry.rectangles_wkb(np.ones(1), np.zeros(1), 50.0, 50.0)
    assert distances(np.zeros(1), np.zeros(1), Features([*small, *large], CRS, {})) == pytest.approx(1.0)


def test_lines_are_places_too(tmp_path):
    geopandas, shapely = pytest.importorskip("geopandas"), pytest.importorskip("shapely")
    river = shapely.LineString(
        [(WEST + 100, SOUTH + 50, 3.0), (WEST + 100, SOUTH + 900, 3.0), (WEST + 700, SOUTH + 900, 3.0)]
    )
    lines = [shapely.MultiLineString([river, shapely.LineString([(WEST, SOUTH), (WEST + 9, SOUTH + 9)])]), None]
    frame = geopandas.GeoDataFrame({"name": ["river", "none"]}, geometry=lines, crs=CRS)
    frame.to_file(tmp_path / "rivers.gpkg")
    x, y = squares().centres()
    expected = frame.geometry[0].distance(geopandas.GeoSeries.from_xy(x, y, crs=CRS).values)
    for layer in (frame, tmp_path / "rivers.gpkg", frame.to_crs("EPSG:4326")):
        found = risk_features(squares(), city(), ORIGIN, places={"river": layer})
        assert np.allclose(found["distance_river"], expected, atol=0.01) and "river_within_400_m" not in found.columns


def test_layers_of_places_go_by_their_names():
    found = risk_features(squares(), city(), ORIGIN, places={"Bars & Clubs": bars(), "parks": squares(400.0, 2)})
    assert {"distance_bars___clubs", "bars___clubs_within_400_m", "distance_parks"} <= set(found.columns)
    assert "distance_bars" in risk_features(squares(), city(), ORIGIN, places=bars()).columns
    with pytest.raises(ValueError, match="Two layers of places are named 'bars'"):
        risk_features(squares(), city(), ORIGIN, places={"bars?": bars(), "Bars!": bars(6)})
    with pytest.raises(ValueError, match="None of the 1 places"):
        risk_features(squares(), city(), ORIGIN, places={"none": Features([None], CRS, {})})


def test_units_are_cells_polygons_or_an_earlier_result(tmp_path):
    incidents = city()
    cells = risk_features(SIDE, incidents, ORIGIN, boundary=town(), category="burglary")
    areas = risk_features(squares(), incidents, ORIGIN, category="burglary")
    assert len(cells) == len(areas) == CELLS**2 and isinstance(areas, Cells) and isinstance(areas.grid, PolygonGrid)
    again = risk_features(cells, incidents, ORIGIN, category="burglary")
    assert same(cells, again) and same(areas, risk_features(areas, incidents, ORIGIN, category="burglary"))
    # Rows of cells run from the north, those of the layer from the south.
    turned = cells["own_7_days"].reshape(CELLS, CELLS)[::-1].ravel()
    assert np.array_equal(turned, areas["own_7_days"])
    for name in ("features.gpkg", "features.parquet", "features.geojson"):
        areas.save(tmp_path / name)
    frame = areas.to_geodataframe()
    assert list(frame["own_7_days"]) == areas["own_7_days"].tolist() and set(frame.geom_type) == {"Polygon"}
    with pytest.raises(ValueError, match="make no raster"):
        areas.save(tmp_path / "features.tif")
    units = Units(*(getattr(history_of("hex").units, name) for name in ("x", "y", "area", "crs", "grid", "cell")))
    assert len(risk_features(units, incidents, ORIGIN)) == units.size


def test_polygons_as_a_grid_hold_points_once_and_are_all_of_one_kind():
    layer = squares(500.0, 2)
    several = geometry.multipolygon_wkb(geometry.rings([layer.wkb[0], squares(100.0, 1).wkb[0]]))
    grid = PolygonGrid.of(Features([several, *layer.wkb[1:]], CRS, {}))
    assert {geometry.kind(wkb) for wkb in grid.polygons(np.arange(4))} == {geometry.MULTIPOLYGON}
    x, y = grid.centres(np.arange(1, 4))
    assert grid.index(np.append(x, 0.0), np.append(y, 0.0)).tolist() == [1, 2, 3, -1]
    assert grid.bounds == layer.bounds and grid.cell_size == 500.0
    with pytest.raises(ValueError, match=r"1 of the 5 rows .* have no polygon, first row 4"):
        PolygonGrid.of(Features([*layer.wkb, None], CRS, {}))
    flat = geometry.polygon_wkb(np.array([WEST, WEST + 9, WEST]), np.array([SOUTH, SOUTH, SOUTH]))
    with pytest.raises(ValueError, match=r"1 of the 5 polygons .* have no area, first row 4"):
        PolygonGrid.of(Features([*layer.wkb, flat], CRS, {}))


@pytest.mark.parametrize("turned", [False, True])
def test_the_area_of_a_polygon_is_without_its_holes_and_the_side_is_of_the_median(turned):
    shapely = pytest.importorskip("shapely")
    hole = shapely.box(2, 2, 4, 5).exterior.coords
    shapes = [shapely.Polygon(shapely.box(0, 0, 10, 10).exterior.coords, [hole[::-1] if turned else hole])]
    shapes += [shapely.box(20, 0, 24, 4), shapely.box(30, 0, 31, 1)]
    grid = PolygonGrid.of(Features(shapely.to_wkb(shapes).tolist(), CRS, {}))
    assert grid.areas.tolist() == [94.0, 16.0, 1.0] and grid.cell_size == 4.0
    assert grid.index(np.array([3.0, 1.0]), np.array([3.0, 1.0])).tolist() == [-1, 0]


def test_what_reports_without_dates_mean_is_said():
    incidents = city()
    undated = replace(incidents, reported=None)
    assert "Reports have no dates" in risk_features(squares(), undated, ORIGIN).parameters["warnings"][0]
    assert "warnings" not in risk_features(squares(), undated, ORIGIN, 7).parameters
    few = np.where(np.arange(incidents.size) % 50, np.datetime64("NaT"), incidents.reported)
    found = risk_features(squares(), replace(incidents, reported=few), ORIGIN)
    assert "Only 2 % of the reports have dates" in found.parameters["warnings"][0]


def test_incidents_without_a_place_or_a_date_and_a_selection_are_told():
    incidents = city()
    x, when = incidents.easting.copy(), incidents.when.copy()
    x[:3], when[3:5] = np.nan, np.datetime64("NaT")
    chosen = replace(incidents, easting=x, when=when).select(since="2023-01-02")
    lacking = int((~chosen.placed | np.isnat(chosen.when)).sum())
    kept = risk_features(squares(), chosen, ORIGIN).parameters
    assert kept["without_place_or_date"] == lacking > 0 and kept["since"] == "2023-01-02"


def test_a_history_begins_with_what_was_known_not_with_what_came_to_light_later():
    incidents = city()
    first = int(np.argmin(incidents.when))
    late = incidents.reported.copy()
    late[first] = ORIGIN + DAY
    older = incidents.when.copy()
    older[first] -= np.timedelta64(300, "D")
    events = Events.of(replace(incidents, when=older, reported=late), polygons_as_units(squares(), CRS))
    history = events.known(ORIGIN)
    assert history.begin > events.day[0] and history.days == 50 and "own_90_days" not in features_at(history).names
