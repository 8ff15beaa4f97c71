"""Results: columns by name, tables and layers of them, rows in the order of the input."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from makers import CRS, clustered, incidents, points_frame

import lacrime_geo as lg
from lacrime_geo import results
from lacrime_geo.parameters import Parameters
from lacrime_geo.results import with_columns
from lacrime_geo.summaries import Summary

CELLS = lg.hotspots(incidents(*clustered(600, 1)), cell_size=300)
MARKS = lg.dbscan(points_frame(*clustered(300, 2)).assign(name="a"), eps=200, min_samples=6)


@pytest.mark.parametrize("result", [CELLS, MARKS, MARKS.clusters(), lg.Table({"n": np.arange(4)}, Parameters())])
def test_columns_are_arrays_and_make_a_data_frame(result):
    frame = result.to_dataframe()
    assert list(frame.columns) == list(result.columns) and len(frame) == len(result) > 0
    for name in frame:
        assert isinstance(result[name], np.ndarray)
        np.testing.assert_array_equal(frame[name], result[name])
    with pytest.raises(KeyError, match="no column 'nought'; the columns are"):
        result["nought"]


def kinds(kind):
    """Return a class and all that derive from it."""
    return [kind, *(derived for child in kind.__subclasses__() for derived in kinds(child))]


@pytest.mark.parametrize(
    "kind", [*kinds(results._Saved)[1:], *kinds(Summary), lg.Incidents], ids=lambda kind: kind.__name__
)
def test_no_kind_of_result_shows_its_arrays(kind):
    assert "__repr__" not in kind.__dict__ or kind.__repr__.__doc__


def test_what_is_printed_is_one_line():
    points = incidents(*clustered(600, 1))
    assert repr(points) == "<Incidents 'incidents': 600 rows in EPSG:32611>"
    columns = "count, z, p, p_adjusted, bin"
    assert repr(CELLS) == f"<Hotspots 'Hotspots · n = 600': {len(CELLS)} rows of {columns}>"
    surface = lg.kde(points, bandwidth=300, cell_size=100)
    rows, width = surface.values.shape
    assert repr(surface) == f"<Surface {surface.label!r}: {rows} × {width} cells of 100 m>"
    assert repr(lg.overview(points)).startswith("<Overview 'Overview · n = 600': density, hotspots, clustered")
    for result in (MARKS, MARKS.clusters(), CELLS.curve()):
        assert repr(result).startswith(f"<{type(result).__name__} {result.label!r}: {len(result):,} rows of ")


def test_cells_lie_where_they_count():
    layer = CELLS.to_geodataframe()
    assert layer.crs == CRS and np.allclose(layer.area, 300**2)
    # Cells are closed on the west and the south, where the first points stand.
    points = points_frame(*(np.array(clustered(600, 1)) + 1e-4))
    joined = gpd.sjoin(points, layer, predicate="within")
    np.testing.assert_array_equal(
        joined.groupby("index_right").size().reindex(layer.index, fill_value=0), CELLS["count"]
    )


def test_raster_of_cells_has_gaps_outside():
    raster = CELLS.raster("count")
    assert raster.shape == CELLS.grid.shape and np.isnan(raster).sum() == CELLS.grid.size - len(CELLS) > 0
    np.testing.assert_array_equal(raster.ravel()[CELLS.cell], CELLS["count"])


def test_marks_of_plain_incidents_become_points():
    located = lg.Incidents([np.nan, 380_010.0], [1.0, 3_768_000.0], crs=CRS, source={"name": ["a", "b"]})
    layer = lg.dbscan(located, eps=5, min_samples=1).to_geodataframe()
    assert list(layer.columns) == ["name", "cluster", "core", "geometry"] and layer.crs == CRS
    assert layer.geometry.isna().tolist() == [True, False] and layer.geometry[1].x == 380_010
    assert layer["cluster"].tolist() == [-1, 0] and layer["core"].tolist() == [False, True]


def test_marks_of_plain_features_become_their_shapes():
    features = lg.as_features(points_frame([0, 1, 5], [0, 1, 2]))
    bare = lg.Features(features.wkb, CRS)
    layer = lg.gi_star(bare, value=[1.0, 2, 4], neighbours="knn", k=1).to_geodataframe()
    assert layer.geometry.to_wkb().tolist() == list(features.wkb)


def test_hulls_are_made_of_incidents_only():
    with pytest.raises(TypeError, match="made of incidents"):
        type(MARKS)(MARKS.columns, MARKS.parameters, lg.as_features(points_frame([0], [0]))).clusters()


@pytest.mark.parametrize(("values", "missing"), [([1.5, 2.5], np.nan), ([1, 2], -1), ([True, True], False)])
def test_columns_are_spread_over_all_rows(values, missing):
    known = np.array([False, True, True])
    column = with_columns(3, {"a": np.array(values)}, known, {"a": missing})["a"]
    pd.testing.assert_series_equal(pd.Series(column[1:]), pd.Series(values))
    assert column.dtype == np.array(values).dtype and (column[0] == missing or np.isnan(missing))


def test_public_names_are_there():
    assert all(hasattr(lg, name) for name in lg.__all__) and len(set(lg.__all__)) == len(lg.__all__)
    assert {"Incidents", "as_incidents", "Grid", "Surface", "Cells", "Marks", "Shapes", "Table"} <= set(lg.__all__)
    assert {"read_lapd", "kde", "contours", "hotspots", "gi_star", "dbscan"} <= set(lg.__all__)
