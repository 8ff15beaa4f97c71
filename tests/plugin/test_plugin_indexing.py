"""Copies of files have the spatial index that QGIS's own layers have, made from what stands in the geometries' heads."""

import sqlite3
from contextlib import closing

import numpy as np
import pytest
from bundled import clustered, point_layer, square_layer

qgis_core = pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin


def stored(layer, path):
    options = qgis_core.QgsVectorFileWriter.SaveVectorOptions()
    context = qgis_core.QgsCoordinateTransformContext()
    qgis_core.QgsVectorFileWriter.writeAsVectorFormatV3(layer, str(path), context, options)
    return str(path)


def index_of(path, table):
    """Return all that is known of a table's index: its boxes, its verdict on itself, triggers and lines about it."""
    with closing(sqlite3.connect(path)) as database:
        name = f"rtree_{table}_geom"
        boxes = np.array(database.execute(f'SELECT * FROM "{name}" ORDER BY id').fetchall())
        (verdict,) = database.execute(f"SELECT rtreecheck('{name}')").fetchone()
        declared = database.execute(
            "SELECT type, name, sql FROM sqlite_master WHERE name LIKE 'rtree%' AND sql NOT NULL ORDER BY name"
        ).fetchall()
        extensions = database.execute("SELECT * FROM gpkg_extensions ORDER BY 1, 2, 3").fetchall()
    return boxes, verdict, declared, extensions


def require_alike(copied, looped, table="out"):
    boxes, verdict, *rest = index_of(copied, table)
    own, own_verdict, *own_rest = index_of(looped, table)
    assert verdict == own_verdict == "ok" and rest == own_rest and len(boxes) > 0
    np.testing.assert_array_equal(boxes[:, 0], own[:, 0])
    # In float32; SQLite widens its boxes a little further than the next number.
    np.testing.assert_allclose(boxes[:, 1:], own[:, 1:], rtol=3e-7)


def both_ways(run, monkeypatch, folder, name, given, file="out.gpkg"):
    """Write an output as a copy and by a loop; return both paths."""
    from lacrime_qgis import copying

    paths = []
    for way in ("copied", "looped"):
        (folder / way).mkdir()
        paths.append(str(folder / way / file))
        run(name, OUTPUT=paths[-1], **given)
        monkeypatch.setattr(copying, "possible", lambda *rest: False)
    return paths


@pytest.mark.parametrize("rows", [900, 40])
def test_points(run, tmp_path, monkeypatch, rows):
    source = stored(point_layer(*clustered(rows), missing=5), tmp_path / "points.gpkg")
    given = dict(INCIDENTS=source, EPS=400, MIN_SAMPLES=5, CLUSTERS=None)
    require_alike(*both_ways(run, monkeypatch, tmp_path, "dbscan", given))


def test_a_file_whose_name_has_dots(run, tmp_path, monkeypatch):
    source = stored(point_layer(*clustered(40)), tmp_path / "points.gpkg")
    given = dict(INCIDENTS=source, EPS=400, MIN_SAMPLES=5, CLUSTERS=None)
    copied, looped = both_ways(run, monkeypatch, tmp_path, "dbscan", given, "out.2023.gpkg")
    (named_by_qgis,) = qgis_core.QgsProviderRegistry.instance().querySublayers(looped)
    require_alike(copied, looped, named_by_qgis.name())


def test_polygons(run, tmp_path, monkeypatch):
    given = dict(FEATURES=stored(square_layer(20), tmp_path / "squares.gpkg"), VALUE="crimes")
    require_alike(*both_ways(run, monkeypatch, tmp_path, "gi_star", given))


KINDS = ["Point (3 4)", "Point Z (3 4 5)", "Point M (3 4 5)", "MultiPoint ((3 4), (7 1))", "LineString (0 5, 9 2)"]
KINDS += ["Polygon ((0 0, 4 0, 4 7, 0 0))", "MultiPolygon Z (((0 0 1, 4 0 1, 4 7 1, 0 0 1)))", "Point Empty"]


@pytest.mark.parametrize("kind", KINDS)
def test_bounds_stand_in_the_head_of_every_geometry(plugin, tmp_path, kind):
    from lacrime_qgis import indexing
    from osgeo import gdal, ogr

    dataset = gdal.GetDriverByName("GPKG").Create(str(tmp_path / "a.gpkg"), 0, 0, 0, gdal.GDT_Unknown)
    table = dataset.CreateLayer("a", None, ogr.wkbUnknown)
    shape = ogr.CreateGeometryFromWkt(kind.replace(" Empty", " EMPTY"))
    for _ in range(3):
        feature = ogr.Feature(table.GetLayerDefn())
        feature.SetGeometry(shape)
        table.CreateFeature(feature)
    del table, dataset
    with closing(sqlite3.connect(tmp_path / "a.gpkg")) as database:
        blobs = [blob for (blob,) in database.execute("SELECT geom FROM a")]
    bounds = indexing.bounds_of(blobs)
    expected = [np.nan] * 4 if shape.IsEmpty() else shape.GetEnvelope()
    np.testing.assert_array_equal(bounds, [expected] * 3)


def test_a_head_that_tells_nothing_leaves_the_index_to_gdal(run, tmp_path, monkeypatch):
    from lacrime_qgis import indexing

    # A line without bounds, as other programs may write it.
    line = b"GP\0\1" + bytes(4) + b"\1\2\0\0\0" + bytes(40)
    assert indexing.bounds_of([line]) is None
    source = stored(point_layer(*clustered(300)), tmp_path / "points.gpkg")
    given = dict(INCIDENTS=source, EPS=400, MIN_SAMPLES=5, CLUSTERS=None)
    monkeypatch.setattr(indexing, "bounds_of", lambda blobs: None)
    require_alike(*both_ways(run, monkeypatch, tmp_path, "dbscan", given))
