"""Tables of layers, GeoJSON and GeoParquet: read without geopandas, and what geopandas reads of them."""

import json

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from makers import crimes_frame

from lacrime_geo.data import geojson, geoparquet, tables
from lacrime_geo.data.geometry_columns import settled
from lacrime_geo.data.tables import LATITUDE, LONGITUDE, Texts

FRAME = crimes_frame(50)


def written(path, value):
    path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")
    return path


def places(table):
    return np.column_stack([table.columns[LONGITUDE], table.columns[LATITUDE]])


def layer(*features, **members):
    return {"type": "FeatureCollection", **members, "features": list(features)}


def feature(coordinates, kind="Point", **properties):
    return {"type": "Feature", "properties": properties, "geometry": {"type": kind, "coordinates": coordinates}}


def test_a_geojson_layer_is_what_geopandas_wrote(tmp_path):
    FRAME.to_file(tmp_path / "a.geojson")
    table = geojson.read(tmp_path / "a.geojson")
    assert table.rows == len(FRAME) and list(table.columns) == [*FRAME.columns[:-1], LONGITUDE, LATITUDE]
    np.testing.assert_array_equal(places(table), shapely.get_coordinates(FRAME.geometry))
    for name in ("dr_no", "category"):
        assert table.columns[name].tolist() == FRAME[name].tolist()


def test_geojson_in_another_crs_comes_in_degrees(tmp_path):
    metres = FRAME.to_crs("EPSG:32611")
    metres.to_file(tmp_path / "a.geojson")  # names its CRS, as before RFC 7946
    assert "32611" in (tmp_path / "a.geojson").read_text()[:200]
    table = geojson.read(tmp_path / "a.geojson")
    np.testing.assert_allclose(places(table), shapely.get_coordinates(FRAME.geometry), atol=1e-8)


def test_values_keep_all_their_digits_and_missing_ones_are_blank(tmp_path):
    one = feature([-118.25, 34.5, 9], n=2**60, share=0.1, flag=True, name="Ä", nested={"a": [1]})
    two = feature([[-118.5, 34.25]], "MultiPoint", late="x", n=None, name="")
    three = {"type": "Feature", "properties": None, "geometry": None}
    table = geojson.read(written(tmp_path / "a.json", layer(one, two, three)))
    read = {name: column.tolist() for name, column in table.columns.items() if isinstance(column, Texts)}
    assert read == {
        "n": [str(2**60), None, None],
        "share": ["0.1", None, None],
        "flag": ["true", None, None],
        "name": ["Ä", None, None],
        "nested": ['{"a": [1]}', None, None],
        "late": [None, "x", None],
    }
    np.testing.assert_array_equal(places(table), [[-118.25, 34.5], [-118.5, 34.25], [np.nan, np.nan]])


def test_an_array_of_records_is_a_table(tmp_path):
    rows = [
        {"id": str(number), "lat": "34.1", "where": {"type": "Point", "coordinates": [-118, 34]}} for number in (1, 2)
    ]
    table = geojson.read(written(tmp_path / "a.json", [*rows, {"id": "3"}]))
    assert table.rows == 3 and table.columns["lat"].tolist() == ["34.1", "34.1", None]
    np.testing.assert_array_equal(places(table), [[-118, 34], [-118, 34], [np.nan, np.nan]])
    plain = geojson.read(written(tmp_path / "b.json", [{"id": "1"}]))
    assert list(plain.columns) == ["id"]
    assert geojson.read(written(tmp_path / "c.json", [])).rows == 0


@given(
    st.lists(
        st.dictionaries(st.text(max_size=3), st.none() | st.text(max_size=4) | st.integers(), max_size=4), max_size=9
    )
)
def test_records_are_columns_however_ragged(rows):
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        table = geojson.read(written(Path(folder) / "a.json", rows))
    names = dict.fromkeys(name for row in rows for name in row)
    expected = {name: [None if row.get(name) in (None, "") else str(row[name]) for row in rows] for name in names}
    assert {name: column.tolist() for name, column in table.columns.items()} == expected and table.rows == len(rows)


WRONG = {
    "broken off": ('[{"a": 1}, {"a"', "it is no JSON"),
    "features broken off": ('{"type": "FeatureCollection", "features": [{"type": "Feature"', "it is no JSON"),
    "no features": ({"type": "FeatureCollection"}, "neither a GeoJSON layer"),
    "features no list": ({"type": "FeatureCollection", "features": {}}, "neither a GeoJSON layer"),
    "a number": ("5", "neither a GeoJSON layer"),
    "empty": ("", "neither a GeoJSON layer"),
    "two documents": ("[]\n[]", "something follows its end"),
    "rows that are none": ([1, 2], "a row that is no record but 1"),
    "properties that are none": ([{"type": "Feature", "properties": [1], "geometry": None}], r"properties are \[1\]"),
    "deep": ("[" * 100_000, "nested too deeply"),
    "areas": (
        layer(feature([[[0, 0], [0, 1], [1, 1], [0, 0]]], "Polygon")),
        "1 of its 1 geometries are others, .* Polygon",
    ),
    "several points": (layer(feature([[0, 0], [1, 1]], "MultiPoint")), "MultiPoint"),
    "unknown CRS": (
        layer(feature([1, 2]), crs={"type": "name", "properties": {"name": "moon"}}),
        "'moon' is not known",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_no_such_file_is_said(case, tmp_path):
    value, sentence = WRONG[case]
    with pytest.raises(ValueError, match=sentence):
        geojson.read(written(tmp_path / "a.json", value))


@pytest.mark.parametrize("crs", ["EPSG:4326", "OGC:CRS84", "EPSG:2229", "EPSG:32611"])
@pytest.mark.parametrize("encoding", ["WKB", "geoarrow"])
def test_geoparquet_points_are_those_that_geopandas_wrote(tmp_path, crs, encoding):
    frame = FRAME.copy()
    frame.loc[3, "geometry"], frame.loc[4, "geometry"] = None, shapely.Point()
    frame.to_crs(crs).to_parquet(tmp_path / "a.parquet", geometry_encoding=encoding)
    found, name = geoparquet.places(parquet.read_table(tmp_path / "a.parquet"))
    assert name == "geometry"
    expected = [(np.nan, np.nan) if p is None or p.is_empty else (p.x, p.y) for p in frame.geometry]
    np.testing.assert_allclose(np.column_stack([*found.values()]), expected, atol=1e-8)


@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("dimensions", [2, 3])
def test_every_spelling_of_a_point(order, dimensions):
    points = shapely.points([[1.5, 2.5, 9.0][:dimensions]])
    for flavor in ("iso", "extended"):
        options = dict(byte_order=order, output_dimension=dimensions, flavor=flavor)
        with_srid = shapely.to_wkb(shapely.set_srid(points, 4326), include_srid=True, byte_order=order)
        for value in (*shapely.to_wkb(points, **options), *with_srid):
            x, y, others = geoparquet.binary_points(pa.chunked_array([[value]]))
            assert (x[0], y[0], others) == (1.5, 2.5, {})


def test_what_geoparquet_has_not_is_said(tmp_path):
    gpd.GeoDataFrame({"a": [1, 2]}, geometry=[shapely.box(0, 0, 1, 1)] * 2, crs="EPSG:4326").to_parquet(
        tmp_path / "a.parquet"
    )
    with pytest.raises(ValueError, match="2 of its 2 geometries are others, most of them Polygon"):
        geoparquet.places(parquet.read_table(tmp_path / "a.parquet"))
    FRAME.set_crs(None, allow_override=True).to_parquet(tmp_path / "b.parquet")
    with pytest.raises(ValueError, match="does not say which CRS"):
        geoparquet.places(parquet.read_table(tmp_path / "b.parquet"))
    table = parquet.read_table(tmp_path / "b.parquet")
    with pytest.raises(ValueError, match="description of the geometry is damaged"):
        geoparquet.places(table.replace_schema_metadata({b"geo": b"{}"}))
    for value in (b"\x01\x01", b"\x01\x04\x00\x00\x00\x01\x00\x00\x00" * 5000):
        with pytest.raises(ValueError, match="its geometry is damaged"):
            geoparquet.binary_points(pa.chunked_array([[value]]))


def test_an_agencys_columns_stand_unless_the_geometry_says_another_place():
    x, y = np.full(100, -118.25), np.full(100, 34.5)
    geometry = {LONGITUDE: x, LATITUDE: y}
    assert settled({"id": x}, "LON", "LAT") == ({"id": x}, [])
    alone, found = settled({"id": x, **geometry}, "LON", "LAT")
    assert list(alone) == ["id", "LON", "LAT"] and alone["LON"] is x and not found
    texts = Texts.of(["0", "-118.2502", "-118.3", *["-118.25"] * 97])
    both, (line,) = settled({"LON": texts, "LAT": Texts.of(["0", *["34.5"] * 99]), **geometry}, "LON", "LAT")
    assert both["LON"] is texts and line["rows"] == 1 and line["examples"] == ["(-118.25, 34.5)"]
    with pytest.raises(ValueError, match="another place than the columns of longitude and latitude in 100 of 100 rows"):
        settled({"LON": Texts.of(["-118.4"] * 100), "LAT": y, **geometry}, "LON", "LAT")


@pytest.mark.parametrize("ending", ["geojson", "parquet"])
def test_layers_are_tables_whole_or_in_portions(ending, tmp_path):
    path = tmp_path / f"a.{ending}"
    FRAME.to_file(path) if ending == "geojson" else FRAME.to_parquet(path)
    whole = tables.read(path)
    (part,) = tables.portions(path, {}, wanted=["dr_no"])
    assert list(part.columns) == ["dr_no", LONGITUDE, LATITUDE] and {*part.columns} < {*whole.columns}
    np.testing.assert_array_equal(places(part), places(whole))
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(
        ValueError, match=rf"a\.{ending} cannot be read \(.*\); it should be a complete CSV, JSON or parquet"
    ):
        tables.read(path)
