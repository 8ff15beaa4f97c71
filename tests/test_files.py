"""Layers in files: every format gives back values and CRS; styles and parameters travel along."""

import json
import sqlite3

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from makers import CRS, clustered, crimes_frame, incidents, points_frame, squares

import lacrime_geo as lg
from lacrime_geo.files import check_format, read_features, read_incidents
from lacrime_geo.parameters import Parameters

AREAS = squares(5, 6).assign(value=np.arange(30.0) ** 2 % 13, name=["São " + str(i) for i in range(30)])
AREAS.loc[4, "geometry"] = None
RESULTS = {
    "cells": lambda: lg.hotspots(incidents(*clustered(600, 1)), cell_size=300),
    "areas": lambda: lg.gi_star(AREAS, value="value"),
    "marks": lambda: lg.dbscan(crimes_frame(), eps=200, min_samples=8),
    "marks without a table": lambda: lg.dbscan(incidents(*clustered(300, 1)), eps=200, min_samples=8),
    "hulls": lambda: lg.dbscan(crimes_frame(), eps=200, min_samples=8).clusters(),
    "no hulls": lambda: lg.dbscan(crimes_frame(), eps=1, min_samples=8).clusters(),
}
VECTOR = (".gpkg", ".parquet", ".geojson")


def read(path):
    return gpd.read_parquet(path) if path.suffix == ".parquet" else gpd.read_file(path)


@pytest.mark.parametrize("suffix", VECTOR)
@pytest.mark.parametrize("name", list(RESULTS))
def test_round_trip(name, suffix, tmp_path):
    result = RESULTS[name]()
    path = tmp_path / f"läyer{suffix}"
    assert result.save(path) == str(path)
    expected, back = result.to_geodataframe(), read(path)
    if suffix == ".geojson":
        expected = expected.to_crs("EPSG:4326")
    assert back.crs == expected.crs and len(back) == len(expected)
    if len(expected) == 0 and suffix == ".geojson":
        return  # a GeoJSON without features has no columns
    assert list(back.columns.drop("geometry")) == list(expected.columns.drop(expected.geometry.name))
    for column in back.columns.drop("geometry"):
        assert_same(back[column], expected[column])
    assert (back.geometry.isna().to_numpy() == expected.geometry.isna().to_numpy()).all()
    known = expected.geometry.notna().to_numpy()
    distance = shapely.hausdorff_distance(back.geometry.array[known], expected.geometry.array[known])
    assert (distance <= (2e-7 if suffix == ".geojson" else 1e-9)).all()


def assert_same(back, expected):
    if expected.dtype.kind == "f":
        np.testing.assert_allclose(back.to_numpy(float), expected.to_numpy(float), rtol=1e-12)
    elif expected.dtype.kind == "M":
        assert (pd.to_datetime(back).to_numpy("datetime64[s]") == expected.to_numpy("datetime64[s]")).all()
    else:
        assert back.tolist() == expected.tolist()


@pytest.mark.parametrize("suffix", [*VECTOR, ".GPKG"])
def test_saving_twice_replaces(suffix, tmp_path):
    path = tmp_path / f"a{suffix}"
    RESULTS["areas"]().save(path)
    RESULTS["hulls"]().save(path)
    assert "rank" in read(path).columns and len(read(path)) == len(RESULTS["hulls"]())
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted([f"a{suffix}", "a.qml"])


def test_geopackage_is_of_version_1_2_and_has_one_layer(tmp_path):
    RESULTS["cells"]().save(tmp_path / "a.gpkg")
    database = sqlite3.connect(tmp_path / "a.gpkg")
    assert database.execute("PRAGMA user_version").fetchone() == (10200,)
    assert database.execute("PRAGMA application_id").fetchone() == (int.from_bytes(b"GPKG", "big"),)
    layers = database.execute("SELECT table_name FROM gpkg_contents WHERE data_type = 'features'").fetchall()
    database.close()
    assert layers == [("a",)]


def parameters_in(path):
    """Return the parameters that a saved layer carries."""
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        attributes = json.loads(pq.read_schema(path).metadata[b"PANDAS_ATTRS"])
        return json.loads(attributes["lacrime_geo"])
    if path.suffix == ".geojson":
        return json.loads(path.read_text(encoding="utf-8"))["lacrime_geo"]
    database = sqlite3.connect(path)
    (text,) = database.execute("SELECT metadata FROM gpkg_metadata WHERE metadata LIKE '%lacrime_geo%'").fetchone()
    database.close()
    return json.loads(inside_xml(text))


def inside_xml(text):
    """Return the JSON inside GDAL's XML of metadata."""
    from xml.etree import ElementTree

    items = {item.get("key"): item.text for item in ElementTree.fromstring(text).iter("MDI")}
    return items["lacrime_geo"]


@pytest.mark.parametrize("suffix", VECTOR)
@pytest.mark.parametrize("name", ["cells", "areas", "marks"])
def test_parameters_travel_with_the_layer(name, suffix, tmp_path):
    result = RESULTS[name]()
    result.save(tmp_path / f"a{suffix}")
    kept = parameters_in(tmp_path / f"a{suffix}")
    assert kept == json.loads(json.dumps({"version": lg.__version__, **result.parameters}))


@pytest.mark.parametrize("suffix", VECTOR)
def test_the_style_stands_beside(suffix, tmp_path):
    from lacrime_geo.styles import qml

    result = RESULTS["areas"]()
    result.save(tmp_path / f"a{suffix}")
    assert (tmp_path / "a.qml").read_text(encoding="utf-8") == qml(result)


def test_a_stale_style_goes(tmp_path):
    (tmp_path / "a.qml").write_text("of an older layer")
    (tmp_path / "a.gpkg-wal").write_bytes(b"")
    unstyled = lg.Shapes({"n": np.arange(1)}, Parameters(), RESULTS["hulls"]().wkb[:1], CRS)
    unstyled.save(tmp_path / "a.gpkg")
    assert [file.name for file in tmp_path.iterdir()] == ["a.gpkg"]


def test_a_second_layer_keeps_its_style_inside(tmp_path):
    from lacrime_geo.files import write
    from lacrime_geo.styles import qml

    marks = RESULTS["marks"]()
    write(marks, tmp_path / "a.gpkg")
    write(marks.clusters(), tmp_path / "a.gpkg", "clusters", second=True)
    database = sqlite3.connect(tmp_path / "a.gpkg")
    kept = database.execute("SELECT f_geometry_column, styleQML, useAsDefault FROM layer_styles").fetchall()
    database.close()
    assert kept == [("geom", qml(marks.clusters()), 1)]
    assert len(gpd.read_file(tmp_path / "a.gpkg", layer="a")) == len(marks)
    assert len(read_features(f"{tmp_path}/a.gpkg|layername=clusters")) == len(marks.clusters())


def test_geojson_says_that_it_is_projected(tmp_path, caplog):
    with caplog.at_level("INFO", "lacrime_geo"):
        RESULTS["cells"]().save(tmp_path / "a.geojson")
    assert "re-projected to EPSG:4326" in caplog.text
    text = json.loads((tmp_path / "a.geojson").read_text(encoding="utf-8"))
    ring = text["features"][0]["geometry"]["coordinates"][0]
    assert -119 < ring[0][0] < -118 and shapely.LinearRing(ring).is_ccw


ODD_COLUMNS = {
    "other case": dict(Z=1.5, Cluster="mine", CORE=2),
    "names of the format": dict(fid=7, FID=8, geom="text"),
    "mixed kinds": dict(mixed=["a", 1, None, 2.5] * 100),
    "categorical": dict(kind=pd.Categorical(["a", "b"] * 200)),
    "times with a zone": dict(seen=pd.Timestamp("2023-01-01", tz="UTC")),
    "nullable": dict(n=pd.array([1, None] * 200, dtype="Int64")),
    "not ASCII": {"straße": "größe", "数": 1},
    "a number": {5: 1.0},
}


@pytest.mark.parametrize("suffix", [".gpkg", ".parquet"])
@pytest.mark.parametrize("case", list(ODD_COLUMNS))
def test_odd_columns_of_the_input_are_kept(case, suffix, tmp_path):
    frame = points_frame(*clustered(400, 1)).assign(plain=1)
    for name, values in ODD_COLUMNS[case].items():
        frame[name] = values
    path = tmp_path / f"a{suffix}"
    lg.dbscan(frame, eps=200, min_samples=8).save(path)
    back = read(path)
    assert len(back) == 400 and len(back.columns) == len(frame.columns) + 2
    assert {"cluster", "core", "plain"} <= set(back.columns) and back["cluster"].dtype.kind == "i"
    texts = [[str(value) for value in column] for _, column in back.drop(columns="geometry").items()]
    for name in ODD_COLUMNS[case]:
        assert case in ("nullable", "times with a zone", "mixed kinds") or list(map(str, frame[name])) in texts, name


def test_notes_on_a_frame_do_not_stop_it_from_being_saved(tmp_path):
    frame = points_frame(*clustered(100, 1))
    frame.attrs["anything"] = {1, 2}
    lg.dbscan(frame, eps=200, min_samples=8).save(tmp_path / "a.parquet")
    assert len(read(tmp_path / "a.parquet")) == 100 and frame.attrs == {"anything": {1, 2}}


def test_a_column_that_no_format_holds_is_named(tmp_path):
    frame = points_frame(*clustered(100, 1)).assign(span=pd.Timedelta("1h"))
    with pytest.raises(OSError, match=r"Cannot write 'a\.gpkg'.*'span'"):
        lg.dbscan(frame, eps=200, min_samples=8).save(tmp_path / "a.gpkg")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_tables(suffix, tmp_path):
    table = lg.Table({"n": np.array([1, 2]), "text": np.array(["plain", "=1+1"], dtype=object)}, Parameters())
    table.save(tmp_path / f"a{suffix}")
    back = pd.read_csv(tmp_path / "a.csv") if suffix == ".csv" else pd.read_parquet(tmp_path / "a.parquet")
    assert back["n"].tolist() == [1, 2]
    assert back["text"].tolist() == ["plain", "'=1+1" if suffix == ".csv" else "=1+1"]


@pytest.mark.parametrize(
    ("kind", "name"),
    [("vector", "a.shp"), ("vector", "a"), ("surface", "a.gpkg"), ("vector", "a.tif"), ("table", "a.gpkg")],
)
def test_endings_that_name_no_format(kind, name):
    with pytest.raises(ValueError, match="this result is written as"):
        check_format(kind, name)


@pytest.mark.parametrize("suffix", VECTOR)
def test_what_is_written_is_read_again(suffix, tmp_path):
    frame = crimes_frame()
    lg.dbscan(frame, eps=200, min_samples=8).save(tmp_path / f"a{suffix}")
    again = lg.as_incidents(read_incidents(tmp_path / f"a{suffix}"))
    np.testing.assert_allclose(again.easting, lg.as_incidents(frame).easting, atol=0.02)
    assert again.label == "a" and (again.when == lg.as_incidents(frame).when).all()


def test_cells_by_the_million_are_no_polygons(tmp_path, monkeypatch):
    monkeypatch.setattr("lacrime_geo.results.MAX_POLYGONS", 10)
    with pytest.raises(ValueError, match=r"too many to write as polygons \(10 at most\).*\.tif"):
        RESULTS["cells"]().save(tmp_path / "a.gpkg")
    assert list(tmp_path.iterdir()) == []
