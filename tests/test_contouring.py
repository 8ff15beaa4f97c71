"""Contours: areas known from formulas, nesting, shares of what was drawn, invariance; then thresholds, words and refusals."""

import math

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from makers import CRS, SOUTH, WEST

import lacrime_geo as lg
from lacrime_geo.contouring import volume_thresholds
from lacrime_geo.grid import Grid
from lacrime_geo.parameters import Parameters
from lacrime_geo.styles.palettes import quantile_limits

PER_KM2 = "incidents per km²"


def surface_of(values, cell_size=100.0, unit=PER_KM2, west=WEST, **parameters):
    values = np.asarray(values, dtype=float)
    grid = Grid(west, SOUTH, cell_size, *values.shape, CRS)
    return lg.Surface(grid, values, unit, Parameters(layer="burglaries", **parameters))


def distances(side=300, cell_size=20.0):
    """Return the distance (m) of each cell's centre from a place near the middle of a square grid."""
    at = (np.arange(side) - side / 2) * cell_size
    # No two cells are equally far: equal densities would come in together.
    return np.hypot(*np.meshgrid(at + 0.319 * cell_size, at + 0.137 * cell_size))


def gaussian(standard_deviation=400.0):
    return surface_of(1000 * np.exp(-(distances() ** 2) / (2 * standard_deviation**2)), 20.0)


def cone(radius=2000.0):
    return surface_of(np.maximum(1 - distances() / radius, 0), 20.0)


def bumps(seed=1, side=60):
    """Return a surface of a few hills, with a study area that leaves out a corner."""
    random = np.random.default_rng(seed)
    row, column = np.indices((side, side))
    values = sum(
        height * np.exp(-((row - y) ** 2 + (column - x) ** 2) / (2 * spread**2))
        for x, y, height, spread in random.uniform((5, 5, 20, 3), (55, 55, 100, 8), (7, 4))
    )
    values[row + column > 1.6 * side] = np.nan
    return surface_of(values)


def shapes(result):
    return shapely.from_wkb(result.wkb)


@pytest.mark.parametrize("share", [10.0, 25.0, 50.0, 75.0, 95.0])
def test_volume_contours_of_a_gaussian_have_the_areas_of_its_circles(share):
    """Within r lies 1 − exp(−r²/2σ²): the circle of a share p has r² = −2σ² ln(1 − p), where the density is 1 − p of the top."""
    result = lg.contours(gaussian(), levels=[share])
    p = share / 100
    assert result["area_km2"][0] == pytest.approx(-2 * math.pi * 0.4**2 * math.log(1 - p), rel=0.01)
    assert result["value"][0] == pytest.approx(1000 * (1 - p), rel=0.02)
    assert result["share"][0] == pytest.approx(p, abs=2e-3) and result["share"][0] >= p
    (circle,) = shapes(result)[0].geoms
    assert circle.area / (math.pi * (circle.length / (2 * math.pi)) ** 2) == pytest.approx(1, rel=0.01)


@pytest.mark.parametrize("level", [0.1, 0.25, 0.5, 0.9])
def test_value_contours_of_a_cone_have_the_areas_of_its_circles(level):
    result = lg.contours(cone(), levels=level, kind="value")
    assert result["area_km2"][0] == pytest.approx(math.pi * (2 * (1 - level)) ** 2, rel=0.01)
    # The volume within the share q of the radius is 3q² − 2q³ of the whole.
    q = 1 - level
    assert result["share"][0] == pytest.approx(3 * q**2 - 2 * q**3, rel=0.01)


def test_cells_count_with_their_whole_area():
    """The line runs half-way between the last cell in and the first one out: on average the polygon is as large as its cells."""
    surplus = []
    for x, y in np.random.default_rng(2).uniform(0, 100, (60, 2)):
        at = np.arange(-15, 16) * 100.0
        values = np.exp(-(np.add.outer((at + y) ** 2, (at + x) ** 2)) / (2 * 400**2))
        half = lg.contours(surface_of(values), levels=50)
        surplus.append(half["area_km2"][0] / 0.01 - (values.astype(np.float32) >= half["value"][0]).sum())
    assert abs(np.mean(surplus)) < 0.15


def test_a_smaller_share_lies_within_a_larger_one():
    result = lg.contours(bumps(), levels=[10, 25, 50, 75, 90, 100])
    areas = shapes(result)
    assert all(outer.buffer(1e-6).covers(inner) for inner, outer in zip(areas, areas[1:]))
    assert (np.diff(result["area_km2"]) > 0).all() and (np.diff(result["value"]) < 0).all()


def test_half_of_the_incidents_drawn_from_a_surface_lie_in_its_half():
    surface = bumps()
    random = np.random.default_rng(1)
    weight = np.nan_to_num(surface.values).ravel()
    cell = random.choice(weight.size, 40_000, p=weight / weight.sum())
    x, y = surface.grid.centres(cell) + random.uniform(-50, 50, (2, cell.size))
    result = lg.contours(surface)
    inside = [shapely.contains_xy(area, x, y).mean() for area in shapes(result)]
    # Within four standard errors of a share, and what cutting through cells can do.
    np.testing.assert_allclose(inside, [0.25, 0.5, 0.75], atol=0.015)


@given(arrays(float, (7, 8), elements=st.one_of(st.integers(0, 9).map(float), st.just(np.nan))))
def test_the_polygons_hold_the_cells_that_the_columns_speak_of(values):
    if not np.nansum(values):
        return
    surface = surface_of(values)
    result = lg.contours(surface, levels=[30, 100])
    centres = surface.grid.centres(np.arange(surface.grid.size))
    for area, value, share, km2 in zip(shapes(result), result["value"], result["share"], result["area_km2"]):
        inside = shapely.contains_xy(area, *centres).reshape(values.shape)
        with np.errstate(invalid="ignore"):
            np.testing.assert_array_equal(inside, values >= value)
        assert share == pytest.approx(values[inside].sum() / np.nansum(values))
        assert area.is_valid and km2 == pytest.approx(area.area / 1e6)


def taken_one_by_one(values, share):
    """Return the density of the cell that brings the sum to the share, cells taken from the densest on."""
    held = 0.0
    for value in sorted(values, reverse=True):
        held += value
        if held >= share / 100 * sum(values):
            return value
    raise AssertionError("the cells do not add up")


@given(st.lists(st.integers(0, 50), min_size=1, max_size=40).filter(any), st.integers(1, 100))
def test_thresholds_are_those_of_taking_cells_one_by_one(values, share):
    found = volume_thresholds(np.array(values, dtype=float), np.array([float(share)]))
    assert found.tolist() == [taken_one_by_one(values, share)]


def test_sums_that_round_call_for_no_cell_more():
    values = np.r_[np.full(5, 0.1), np.full(5, 0.01) * np.arange(1, 6)]
    assert volume_thresholds(values, np.array([100 * 0.5 / 0.65]))[0] == 0.1


def test_cells_as_dense_as_the_last_one_come_in_together():
    plateau = lg.contours(surface_of(np.full((6, 6), 7.0)))
    assert plateau["value"].tolist() == [7.0, 7.0, 7.0] and plateau["share"].tolist() == [1.0, 1.0, 1.0]
    assert np.ptp(plateau["area_km2"]) == 0
    steps = np.zeros((9, 9))
    steps[1:4, 1:8], steps[6:8, 1:8] = 2.0, 1.0
    tied = lg.contours(surface_of(steps), levels=[50, 75, 80])
    assert tied["value"].tolist() == [2.0, 2.0, 1.0] and tied["share"].tolist() == [0.75, 0.75, 1.0]


@pytest.mark.parametrize("kind", ["volume", "value"])
def test_scaling_the_surface_changes_no_area(kind):
    surface = bumps()
    levels = [20.0, 60.0]
    one = lg.contours(surface, levels=levels, kind=kind)
    scaled = surface_of(surface.values * 8)
    other = lg.contours(scaled, levels=levels if kind == "volume" else [8 * level for level in levels], kind=kind)
    assert all(a == b for a, b in zip(one.wkb, other.wkb))
    np.testing.assert_array_equal(other["value"], 8 * one["value"])
    np.testing.assert_array_equal(other["area_km2"], one["area_km2"])


def test_translating_moves_the_shapes():
    surface = bumps()
    moved = lg.contours(surface_of(surface.values, west=WEST + 12_345.0))
    for a, b in zip(shapes(lg.contours(surface)), shapes(moved)):
        back = shapely.transform(b, lambda xy: xy - (12_345.0, 0))
        assert a.symmetric_difference(back).area < 1e-3


def test_what_lies_outside_the_study_area_is_never_inside():
    surface = bumps()
    area = shapes(lg.contours(surface, levels=100))[0]
    missing = np.flatnonzero(np.isnan(surface.values))
    assert missing.size > 100
    cells = shapely.union_all(shapely.from_wkb(surface.grid.polygons(missing)))
    # The border cuts the corners of the cells it passes by.
    assert area.intersection(cells).area < 0.02 * cells.area


def test_default_levels_are_announced(caplog):
    surface = bumps()
    with caplog.at_level("INFO", "lacrime_geo"):
        volume, value = lg.contours(surface), lg.contours(surface, kind="value")
    assert volume["level"].tolist() == [25, 50, 75]
    assert value["level"].tolist() == value["value"].tolist() == quantile_limits(surface.values)
    assert (
        "levels = [25.0, 50.0, 75.0]: customary" in caplog.text and "the class limits of the density's" in caplog.text
    )
    assert "50 % of incidents within" in caplog.text and f"{PER_KM2} or more on" in caplog.text


def test_the_record_of_the_surface_is_kept_and_left_as_it_was():
    surface = surface_of(bumps().values, bandwidth=300.0, warnings=["old"])
    before = dict(surface.parameters, warnings=["old"])
    result = lg.contours(surface, levels=[0.5, 1])
    kept = result.parameters
    assert kept["bandwidth"] == 300 and kept["layer"] == "burglaries" and kept["levels"] == [0.5, 1.0]
    assert kept["kind"] == "volume" and kept["unit"] == PER_KM2 and kept["found"].startswith("0.5 % of incidents")
    assert kept["warnings"] == ["old", "levels are per cent: 1 means 1 %; write 50 for half of the incidents."]
    assert surface.parameters == before and (result.style, result.crs) == ("contours", CRS)


def test_titles_name_category_period_and_number():
    known = dict(period="2023-01-01 to 2023-12-31", incidents=1234, category="burglary")
    values = bumps().values
    assert lg.contours(surface_of(values, **known)).label == "Volume contours · burglary · Jan–Dec 2023 · n = 1,234"
    assert lg.contours(surface_of(values), kind="value").label == "Contours"


def test_levels_above_all_values_are_left_out_with_a_warning():
    result = lg.contours(surface_of([[1, 2], [3, 4]]), levels=[9, 3, 4.5, 4], kind="value")
    assert result["level"].tolist() == [3, 4] and result.parameters["levels_left_out"] == [4.5, 9]
    sentence = f"no cell reaches the levels 4.5, 9: the highest value is 4 {PER_KM2}; they are left out"
    assert result.parameters["warnings"] == [sentence]


def test_levels_are_put_in_order_and_one_number_will_do():
    assert lg.contours(bumps(), levels=(60, 20))["level"].tolist() == [20, 60]
    assert lg.contours(bumps(), levels=40)["level"].tolist() == [40]


def test_negative_values_have_contours_but_no_share():
    result = lg.contours(surface_of([[-2, -1], [1, 2]], unit=""), levels=[-1.5, 0], kind="value")
    assert len(result) == 2 and np.isnan(result["share"]).all()


def test_a_file_gives_the_contours_of_what_was_saved(tmp_path):
    surface = surface_of(bumps().values.astype(np.float32), incidents=5, period="2023-01-01 to 2023-03-31")
    surface.save(tmp_path / "density.tif")
    one, other = lg.contours(surface), lg.contours(tmp_path / "density.tif")
    assert all(a == b for a, b in zip(one.wkb, other.wkb)) and one.label == other.label
    assert {**other.parameters} == {**one.parameters, "crs": CRS}


def test_contours_are_saved_and_read_again(tmp_path):
    result = lg.contours(bumps())
    result.save(tmp_path / "contours.gpkg")
    layer = gpd.read_file(tmp_path / "contours.gpkg")
    assert layer.crs == CRS and set(layer.geom_type) == {"MultiPolygon"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["contours.gpkg", "contours.qml"]
    np.testing.assert_array_equal(layer["area_km2"], result["area_km2"])
    np.testing.assert_allclose(layer.area / 1e6, result["area_km2"])


GOOD = [[1.0, 2.0], [3.0, 4.0]]
MISFIT = lg.Surface(Grid(WEST, SOUTH, 10.0, 2, 2, CRS), np.ones((2, 3)), "", Parameters())
REFUSED = {
    "of another shape": (lambda: MISFIT, {}, ValueError, r"shape \(2, 3\) on a grid of \(2, 2\)"),
    "no surface": (lambda: 5, {}, TypeError, "a GeoTIFF, not a int"),
    "another kind": (lambda: surface_of(GOOD), dict(kind="area"), ValueError, "kind must be one of 'volume', 'value'"),
    "all missing": (
        lambda: surface_of(np.full((2, 3), np.nan)),
        {},
        ValueError,
        "All 6 values of the surface are missing",
    ),
    "infinite": (lambda: surface_of([[1, np.inf]]), {}, ValueError, "1 values of the surface are infinite"),
    "negative": (lambda: surface_of([[1, -2]]), {}, ValueError, "1 values .* negative, the lowest is -2.*kind='value'"),
    "zeros": (lambda: surface_of(np.zeros((2, 2))), {}, ValueError, "All 4 values of the surface are 0"),
    "zeros, value": (lambda: surface_of(np.zeros((2, 2))), dict(kind="value"), ValueError, "no value above 0.*levels="),
    "too much": (lambda: surface_of(GOOD), dict(levels=[50, 120]), ValueError, "at most 100, got 120"),
    "nothing": (lambda: surface_of(GOOD), dict(levels=[0]), ValueError, "above 0 and at most 100, got 0"),
    "repeated": (lambda: surface_of(GOOD), dict(levels=[50, 50]), ValueError, r"each given once, got \[50, 50\]"),
    "none": (lambda: surface_of(GOOD), dict(levels=[]), ValueError, r"one number or more, each given once, got \[\]"),
    "text": (
        lambda: surface_of(GOOD),
        dict(levels="half"),
        TypeError,
        "levels must be numbers; the first value is 'half'",
    ),
    "not a number": (lambda: surface_of(GOOD), dict(levels=[np.nan]), ValueError, "levels is missing or infinite in 1"),
    "too high": (
        lambda: surface_of(GOOD),
        dict(levels=[5, 9], kind="value"),
        ValueError,
        "No cell reaches the levels 5, 9: the highest value is 4 incidents per km²; lower them",
    ),
}


@pytest.mark.parametrize("case", list(REFUSED))
def test_one_sentence_says_what_is_wrong(case):
    make, options, kind, sentence = REFUSED[case]
    with pytest.raises(kind, match=sentence):
        lg.contours(make(), **options)


def test_progress_rises_to_one_and_cancels():
    seen = []
    lg.contours(bumps(), progress=seen.append)
    assert seen == sorted(seen) and seen[-1] == 1 and len(seen) == 4
    with pytest.raises(lg.Cancelled):
        lg.contours(bumps(), progress=lambda fraction: False)
