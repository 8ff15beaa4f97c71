"""Files to layers: what load_lapd and load_incidents write is what read_lapd and read_incidents return."""

import re
import shutil

import numpy as np
import pandas as pd
import pytest
from bundled import ROOT

import lacrime_geo as lg
from tools.headless_qgis import run_headless

qgis_core = pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin

SAMPLE = str(ROOT / "sample_layers" / "incidents.csv.gz")
EVERYTHING = dict(AUDIT="TEMPORARY_OUTPUT", SUMMARY="TEMPORARY_OUTPUT")


def opened(path):
    layer = qgis_core.QgsVectorLayer(str(path), "again", "ogr")
    assert layer.isValid()
    return layer


def values(layer):
    """Return the columns of a layer as lists of plain values, and its points, None where there is none."""
    from qgis.core import NULL
    from qgis.PyQt.QtCore import QDateTime

    def plain(value):
        if value is None or value == NULL:
            return None
        return pd.Timestamp(value.toPyDateTime()) if isinstance(value, QDateTime) else value

    features = list(layer.getFeatures())
    names = [name for name in layer.fields().names() if name != "fid"]
    points = [
        None if f.geometry().isNull() else (f.geometry().asPoint().x(), f.geometry().asPoint().y()) for f in features
    ]
    return {name: [plain(feature[name]) for feature in features] for name in names}, points


def require_same(layer, frame):
    columns, points = values(layer)
    assert list(columns) == [str(name) for name in frame.columns if name != "geometry"]
    for name, found in columns.items():
        expected = [None if pd.isna(value) else value for value in frame[name]]
        assert found == expected, name
    assert points == [None if place is None else (place.x, place.y) for place in frame.geometry]
    assert layer.crs().authid() == "EPSG:4326" and layer.featureCount() == len(frame)


@pytest.fixture(scope="module")
def frame():
    return lg.read_lapd(SAMPLE)


@pytest.fixture
def calls(tmp_path):
    """Return the path of a CSV of calls as an agency has them."""
    rows = [
        f"{n:04d};{'theft' if n % 3 else 'noise'};2024-05-{1 + n % 28:02d};{n % 24}:15;{-0.1 - n / 1e4};51.{n:03d}"
        for n in range(200)
    ]
    path = tmp_path / "calls.csv"
    path.write_text(
        "\n".join(["Call ID;Call Type;Date;Time;Long;Lat", *rows, "0999;theft;2024-05-30;;;"]) + "\n", encoding="utf-8"
    )
    return path


@pytest.mark.parametrize("kind", ["memory", "gpkg", "geojson"])
def test_the_layer_is_the_frame_of_read_lapd(run, tmp_path, frame, kind):
    target = "TEMPORARY_OUTPUT" if kind == "memory" else str(tmp_path / f"crimes.{kind}")
    found = run("load_lapd", FILE=SAMPLE, OUTPUT=target)["OUTPUT"]
    layer = found if kind == "memory" else opened(found)
    if kind == "geojson":  # keeps no types but its own
        assert layer.featureCount() == len(frame)
        return
    require_same(layer, frame)
    kinds = {field.name(): field.typeName().lower() for field in layer.fields()}
    assert (
        "int" in kinds["crime_code"] and "date" in kinds["occurred"] and kinds["crime"].startswith(("string", "text"))
    )


def test_a_geopackage_filled_by_sqlite_is_one_that_qgis_has_written(run, tmp_path, frame):
    from osgeo import gdal, ogr

    path = tmp_path / "crimes.gpkg"
    run("load_lapd", FILE=SAMPLE, OUTPUT=str(path))
    dataset = gdal.OpenEx(str(path), gdal.OF_VECTOR | gdal.OF_UPDATE)
    table = dataset.GetLayer(0)
    placed = frame.geometry.notna()
    west, east, south, north = table.GetExtent()
    assert (west, south, east, north) == pytest.approx(tuple(frame.total_bounds))
    assert table.GetFeatureCount() == len(frame) and table.TestCapability(ogr.OLCFastSpatialFilter)
    box = (-118.35, 34.0, -118.3, 34.05)
    table.SetSpatialFilterRect(*box)
    x, y = frame.geometry.x, frame.geometry.y
    inside = placed & (x >= box[0]) & (x <= box[2]) & (y >= box[1]) & (y <= box[3])
    assert table.GetFeatureCount() == inside.sum() > 100
    table.SetSpatialFilter(None)
    result = dataset.ExecuteSQL("PRAGMA integrity_check")
    assert result.GetNextFeature().GetField(0) == "ok"
    dataset.ReleaseResultSet(result)
    # The index goes on by itself: its triggers are back.
    added = ogr.Feature(table.GetLayerDefn())
    added.SetGeometry(ogr.CreateGeometryFromWkt("POINT (10 50)"))
    assert table.CreateFeature(added) == 0 and added.GetFID() == len(frame) + 1
    table.SetSpatialFilterRect(9, 49, 11, 51)
    assert table.GetFeatureCount() == 1
    table.SetSpatialFilter(None)
    assert table.GetFeatureCount() == len(frame) + 1


def test_the_audit_is_that_of_the_library(run, frame):
    columns, _ = values(run("load_lapd", FILE=SAMPLE, **EVERYTHING)["AUDIT"])
    table = lg.audit(frame)
    assert list(columns) == list(table.columns)
    for name in columns:
        shown = columns[name] if name in ("rows", "share") else [value or "" for value in columns[name]]
        assert shown == table[name].tolist(), name


def test_period_categories_and_hours(run, frame, log):
    asked = dict(SINCE="2023-03-01", UNTIL="2023-09-01", CATEGORY=["burglary", "robbery"], HOURS="22-4")
    layer = run("load_lapd", FILE=SAMPLE, **asked)["OUTPUT"]
    mask = (frame.occurred >= "2023-03-01") & (frame.occurred < "2023-09-01") & frame.category.isin(asked["CATEGORY"])
    hour = frame.occurred.dt.hour
    require_same(layer, frame[mask & ~frame.time_placeholder & ((hour >= 22) | (hour < 4))].reset_index(drop=True))
    unknown = (mask & frame.time_placeholder).sum()
    assert unknown and f"{unknown} incidents without a known time of day left out" in log.lines
    # By number, as the dialog and old scripts give them.
    from lacrime_qgis.lacrime_geo.data.categories import CATEGORIES

    numbered = run("load_lapd", FILE=SAMPLE, CATEGORY=list(CATEGORIES)[5])["OUTPUT"]
    assert set(values(numbered)[0]["category"]) == {"burglary"}


def test_the_summary_says_what_became_of_the_rows(run, frame):
    page = run("load_lapd", FILE=SAMPLE, CATEGORY=["burglary"], **EVERYTHING)["SUMMARY"]
    text = open(page, encoding="utf-8").read()
    burglaries = frame[frame.category == "burglary"]
    rows = dict(re.findall(r'<tr><td>([^<]+)</td><td class="number">([\d,]+)</td></tr>', text))
    assert rows["read"] == "20,005" and rows["dropped by a rule"] == "5" and rows["kept"] == f"{len(burglaries):,}"
    assert rows["not asked for"] == f"{len(frame) - len(burglaries):,}"
    assert rows["of them without a place, which no map shows"] == str(burglaries.geometry.isna().sum())
    assert '<td>coordinates zero</td><td class="number">45</td>' in text and "Reported crime is not all crime" in text
    assert "hundred-block" in text and "category burglary" in text


def test_the_layer_arrives_named_styled_in_its_group_and_plays(load):
    layers = load("load_lapd", FILE=SAMPLE, SINCE="2023-09-01", UNTIL="2023-11-01", CATEGORY=["burglary"], **EVERYTHING)
    (name,) = [name for name in layers if name.startswith("Incidents")]
    layer = layers[name]
    assert re.fullmatch(r"Incidents · burglary · Sep–Oct 2023 · n = \d+", layer.name())
    symbol = layer.renderer().symbol()
    assert layer.renderer().type() == "singleSymbol" and symbol.opacity() < 0.5 and symbol.size() < 2
    properties = layer.temporalProperties()
    assert properties.isActive() and properties.startField() == "occurred"
    from lacrime_qgis.provenance import record_of

    record = record_of(layer)
    assert record["algorithm"] == "lacrime:load_lapd" and record["inputs"]["FILE"]["name"] == "incidents"
    assert record["given"]["FILE"] == SAMPLE and record["parameters"]["rows"] == 20_005


def test_columns_are_guessed_and_kept_with_their_reason(run, calls, log, tmp_path):
    found = run("load_incidents", FILE=str(calls), OUTPUT=str(tmp_path / "calls.gpkg"), **EVERYTHING)
    layer = opened(found["OUTPUT"])
    require_same(layer, lg.read_incidents(calls))
    from lacrime_qgis.provenance import record_of

    kept = record_of(layer)["parameters"]
    assert (kept["x"], kept["date"], kept["time"], kept["category_column"]) == ("Long", "Date", "Time", "Call Type")
    assert "x = Long: by its name" in log.lines and kept["x_reason"] == "by its name"
    assert "<td>Long</td><td>by its name</td>" in open(found["SUMMARY"], encoding="utf-8").read()
    assert layer.metadata().title() == "Incidents · 1–30 May 2024 · n = 200"


def test_a_layer_is_loaded_again_from_its_metadata(run, calls, tmp_path):
    first = run("load_incidents", FILE=str(calls), CATEGORY="theft", OUTPUT=str(tmp_path / "calls.gpkg"))["OUTPUT"]
    with calls.open("a", encoding="utf-8") as file:
        file.write("1000;theft;2024-05-31;3:15;-0.2;51.5\n")
    run("rerun", LAYER=first, FOLDER=str(tmp_path / "again"))
    again = opened(tmp_path / "again" / "load_incidents_output.gpkg")
    assert again.featureCount() == opened(first).featureCount() + 1


def test_columns_that_are_named_and_another_crs(run, calls, tmp_path):
    import geopandas as gpd

    table = pd.read_csv(calls, sep=";", dtype={"Call ID": str}).dropna()
    metres = gpd.GeoSeries(gpd.points_from_xy(table.Long, table.Lat), crs="EPSG:4326").to_crs("EPSG:27700")
    table.assign(Long=metres.x, Lat=metres.y, other=-1.5).to_csv(tmp_path / "metres.csv", index=False)
    options = dict(FILE=str(tmp_path / "metres.csv"), X="Long", Y="Lat", CATEGORY_COLUMN="Call ID")
    layer = run("load_incidents", CRS="EPSG:27700", **options)["OUTPUT"]
    columns, points = values(layer)
    assert columns["category"] == table["Call ID"].tolist() and layer.crs().authid() == "EPSG:4326"
    # Two projection libraries may shift a datum differently.
    np.testing.assert_allclose(points, table[["Long", "Lat"]], atol=1e-4)
    with pytest.raises(qgis_core.QgsProcessingException, match="are no longitude and latitude, first in row 0"):
        run("load_incidents", **options)


def test_other_columns_and_a_rough_place(run, tmp_path):
    rows = "\n".join(f"C{n};0{1 + n}/05/2024;8:15;{7_644_000 + 9 * n};{683_000 + 9 * n}" for n in range(9))
    (tmp_path / "calls.csv").write_text(f"number;when;till;east;north\n{rows}\n", encoding="utf-8")
    options = dict(FILE=str(tmp_path / "calls.csv"), X="east", Y="north", DATE="when", END="when", CRS="EPSG:2269")
    others = "id=number, end_time=till, date_order=day/month"
    layer = run("load_incidents", MAPPING=others, **options)["OUTPUT"]
    mapping = dict(id="number", end_time="till", date_order="day/month", x="east", y="north", date="when", end="when")
    require_same(layer, lg.read_incidents(tmp_path / "calls.csv", {**mapping, "crs": "EPSG:2269"}))
    with pytest.raises(qgis_core.QgsProcessingException, match="'id' is given twice"):
        run("load_incidents", MAPPING="id=number, id=till", **options)
    wrong = {**options, "CRS": None, "MAPPING": f"{others}, near=2.3 48.9"}
    with pytest.raises(qgis_core.QgsProcessingException, match=r"near \(2\.3, 48\.9\)|near = \(2\.3, 48\.9\)"):
        run("load_incidents", **wrong)


def test_an_interval_a_report_and_dates_that_either_order_fits(run, tmp_path):
    rows = "\n".join(
        f"x;{-0.1 - n / 1e4};51.5;0{1 + n % 3}/05/2024 8:15;0{4 + n % 3}/05/2024 9:30;0{5 + n % 3}/05/2024"
        for n in range(9)
    )
    (tmp_path / "calls.csv").write_text(f"kind;lon;lat;first;last;told\n{rows}\n", encoding="utf-8")
    options = dict(FILE=str(tmp_path / "calls.csv"), DATE="first", END="last", REPORTED="told", CATEGORY_COLUMN="kind")
    with pytest.raises(
        qgis_core.QgsProcessingException, match=r"'first' can be month/day or day/month, .* say date_order="
    ):
        run("load_incidents", **options)
    layer = run("load_incidents", DATE_ORDER="day/month", **options)["OUTPUT"]
    mapping = dict(start="first", end="last", reported="told", category="kind", date_order="day/month")
    frame = lg.read_incidents(tmp_path / "calls.csv", mapping)
    require_same(layer, frame)
    assert frame.occurred_until[0] == pd.Timestamp("2024-05-04 09:30") and (frame.reported.dt.month == 5).all()


def test_a_geojson_layer_is_loaded_as_the_table_it_is(run, tmp_path, calls):
    frame = lg.read_incidents(calls)
    frame[["id", "category", "geometry"]].to_file(tmp_path / "calls.geojson")
    layer = run("load_incidents", FILE=str(tmp_path / "calls.geojson"))["OUTPUT"]
    require_same(layer, lg.read_incidents(tmp_path / "calls.geojson"))
    assert layer.featureCount() == len(frame)


def test_columns_that_a_geopackage_cannot_tell_apart(run, tmp_path, log):
    (tmp_path / "odd.csv").write_text("lon,lat,FID,geom,Beat,beat,geometry\n1.5,2.5,7,a,1,b,c\n", encoding="utf-8")
    layer = opened(run("load_incidents", FILE=str(tmp_path / "odd.csv"), OUTPUT=str(tmp_path / "odd.gpkg"))["OUTPUT"])
    columns, points = values(layer)
    assert columns == {"FID_": [7], "geom_": ["a"], "Beat": [1], "beat_": ["b"], "geometry_": ["c"]} and points == [
        (1.5, 2.5)
    ]
    assert any(line.startswith("column FID is written as FID_") for line in log.lines)


WRONG = {
    "another agency's": (
        "load_lapd",
        "id,lat,lon\n1,34,-118\n",
        {},
        r"is no LAPD incident file: it lacks the columns DR_NO",
    ),
    "cut off": ("load_incidents", "lon,lat,n\n1,2,3\n4,5", {}, "the file breaks off: its last row has 2 of 3 fields"),
    "without places": (
        "load_incidents",
        "a,b\n1,x\n",
        {},
        r"No columns of wrong\.csv look like .* The columns are a, b",
    ),
    "no such column": (
        "load_incidents",
        "lon,lat\n1,2\n",
        {"DATE": "when"},
        "There is no column 'when'; the columns are lon, lat",
    ),
    "no hours": ("load_incidents", "lon,lat\n1,2\n", {"HOURS": "night"}, "hours must be such as 22-4"),
    "no period": (
        "load_incidents",
        "lon,lat\n1,2\n",
        {"SINCE": "2024-01-02", "UNTIL": "2024-01-01"},
        "must be earlier than until",
    ),
    "no times": ("load_incidents", "lon,lat\n1,2\n", {"HOURS": "22-4"}, "no incident has a time of day"),
    "written over": ("load_incidents", "lon,lat\n1,2\n", {"OUTPUT": "wrong.csv"}, "is read and would be written over"),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_in_a_sentence_and_nothing_is_written(run, tmp_path, case):
    name, text, options, sentence = WRONG[case]
    (tmp_path / "wrong.csv").write_text(text, encoding="utf-8")
    target = str(tmp_path / options.get("OUTPUT", "out.gpkg"))
    with pytest.raises(qgis_core.QgsProcessingException, match=sentence):
        run(name, FILE=str(tmp_path / "wrong.csv"), **{**options, "OUTPUT": target})
    assert [path.name for path in tmp_path.iterdir()] == ["wrong.csv"]


def test_a_file_that_is_missing(run):
    with pytest.raises(qgis_core.QgsProcessingException, match=r"There is no file '.*none\.csv'; check the path\."):
        run("load_lapd", FILE="/nowhere/none.csv")


@pytest.mark.parametrize("at", [5, 45, 65, 90])
@pytest.mark.parametrize("kind", ["TEMPORARY_OUTPUT", "out.gpkg"])
def test_cancelled_nothing_is_written(run, log, tmp_path, at, kind):
    log.cancel_at = at
    target = kind if kind == "TEMPORARY_OUTPUT" else str(tmp_path / kind)
    assert run("load_lapd", FILE=SAMPLE, OUTPUT=target, SUMMARY=str(tmp_path / "out.html")) == {}
    assert log.lines[-1].startswith("Cancelled: nothing was written") or "Cancelled: nothing was written." in log.lines
    assert list(tmp_path.iterdir()) == []


def test_progress_moves_evenly(run, log):
    seen = []
    log.progressChanged.connect(seen.append)
    run("load_lapd", FILE=SAMPLE)
    steps = sorted(np.diff([0, *seen, 100]))
    # Where Arrow reads, so short a file is read at once.
    assert seen == sorted(seen) and steps[-2] < 15 and steps[-1] <= 40


def test_page_and_layer_of_one_name_stand_side_by_side(run, tmp_path, frame):
    for _ in range(2):  # and are replaced
        run("load_lapd", FILE=SAMPLE, OUTPUT=str(tmp_path / "crimes.gpkg"), SUMMARY=str(tmp_path / "crimes.html"))
        names = {path.name for path in tmp_path.iterdir()}
        assert names == {"crimes.gpkg", "crimes.html", "crimes.qml", "crimes.qmd"}


def test_parquet_is_refused_with_its_reason_where_nothing_reads_it(run, tmp_path, monkeypatch, provider):
    import lacrime_qgis.installation as installation
    import lacrime_qgis.ogr_tables as ogr_tables

    path = tmp_path / "crimes.parquet"
    pd.read_csv(SAMPLE, dtype=str).to_parquet(path)
    algorithm = provider.algorithm("load_lapd")
    context = qgis_core.QgsProcessingContext()
    assert algorithm.checkParameterValues({"FILE": str(path), "OUTPUT": "TEMPORARY_OUTPUT"}, context)[0]
    assert run("load_lapd", FILE=str(path))["OUTPUT"].featureCount() == 20_000
    monkeypatch.setattr(installation, "has", lambda module: module != "pyarrow")
    monkeypatch.setattr(ogr_tables, "PARQUET", "no such driver")
    possible, sentence = algorithm.checkParameterValues({"FILE": str(path), "OUTPUT": "TEMPORARY_OUTPUT"}, context)
    assert not possible and installation.command("pyarrow")[0] in sentence and "CSV, which always loads" in sentence
    made = algorithm.create()
    parameter = made.parameterDefinition("FILE")
    assert "parquet" not in parameter.fileFilter().lower() and "*.csv" in parameter.fileFilter()
    with pytest.raises(qgis_core.QgsProcessingException, match="this QGIS has no reader for those"):
        run("load_lapd", FILE=str(path))


def test_tables_read_by_gdal_are_cleaned_alike(plugin, tmp_path, frame):
    """GDAL's parquet driver is rare; the same reading is tried here on a table in a GeoPackage."""
    import lacrime_qgis.ogr_tables as ogr_tables
    from lacrime_qgis.lacrime_geo.data.lapd import clean_lapd
    from osgeo import gdal

    table = pd.read_csv(SAMPLE, dtype={"DR_NO": str, "Mocodes": str})
    for name in ("Date Rptd", "DATE OCC"):
        table[name] = pd.to_datetime(table[name], format="%m/%d/%Y %I:%M:%S %p").dt.strftime("%Y-%m-%d")
    table.to_csv(tmp_path / "typed.csv", index=False)
    source = gdal.OpenEx(str(tmp_path / "typed.csv"), gdal.OF_VECTOR, open_options=["AUTODETECT_TYPE=YES"])
    gdal.VectorTranslate(str(tmp_path / "typed.gpkg"), source, format="GPKG")
    raw = ogr_tables.by_gdal(tmp_path / "typed.gpkg", "GPKG", None)
    assert raw.columns["DATE OCC"].dtype.kind == "M" and raw.columns["LAT"].dtype.kind == "f"
    loaded = clean_lapd(raw)
    assert len(loaded) == len(frame) and loaded.columns["dr_no"].tolist() == frame.dr_no.tolist()
    np.testing.assert_array_equal(loaded.columns["occurred"], frame.occurred.to_numpy().astype("M8[s]"))
    np.testing.assert_array_equal(loaded.x[loaded.placed], frame.geometry.x[frame.geometry.notna()])
    with pytest.raises(qgis_core.QgsProcessingException, match="it should be a complete GPKG file"):
        ogr_tables.by_gdal(tmp_path / "typed.csv", "GPKG", None)


def test_a_table_of_which_gdal_reads_too_few_rows_is_refused(plugin, tmp_path):
    import sqlite3

    import lacrime_qgis.ogr_tables as ogr_tables
    from osgeo import gdal

    (tmp_path / "three.csv").write_text("a,b\n1,x\n2,y\n3,z\n")
    gdal.VectorTranslate(str(tmp_path / "three.gpkg"), str(tmp_path / "three.csv"), format="GPKG")
    assert ogr_tables.by_gdal(tmp_path / "three.gpkg", "GPKG", None).rows == 3
    with sqlite3.connect(tmp_path / "three.gpkg") as database:
        database.execute("UPDATE gpkg_ogr_contents SET feature_count = 5")
    database.close()
    with pytest.raises(qgis_core.QgsProcessingException, match="breaks off: 3 of its 5 rows"):
        ogr_tables.by_gdal(tmp_path / "three.gpkg", "GPKG", None)


def test_every_parameter_has_its_help(provider):
    for name in ("load_lapd", "load_incidents"):
        algorithm = provider.algorithm(name)
        outputs = {definition.name() for definition in algorithm.destinationParameterDefinitions()}
        asked = [one for one in algorithm.parameterDefinitions() if one.name() not in outputs]
        assert asked and all(one.help() for one in asked) and {"crime", "csv", "police"} <= set(algorithm.tags())


def test_a_stock_qgis_loads_the_file(plugin, tmp_path, frame):
    """numpy of the system only: no pandas is on the path."""
    from pathlib import Path

    shutil.copy(SAMPLE, tmp_path / "crimes.csv.gz")
    plugins, target = Path(plugin.__file__).parents[1], tmp_path / "crimes.gpkg"
    page = tmp_path / "page.html"
    given = dict(FILE=tmp_path / "crimes.csv.gz", OUTPUT=target, AUDIT=tmp_path / "audit.gpkg", SUMMARY=page)
    done = run_headless(tmp_path / "settings", plugins, "load_lapd", **given)
    assert done.returncode == 0 and "Traceback" not in done.stderr + done.stdout, done.stderr
    require_same(opened(target), frame)
    assert opened(tmp_path / "audit.gpkg").featureCount() == len(lg.audit(frame)) and page.exists()


@pytest.mark.parametrize("name", ["lapd_citywide_2023-09_2023-10.csv.gz", "lapd_official_format_874rows.csv"])
def test_real_files(run, lacrime_data, tmp_path, name):
    layer = opened(run("load_lapd", FILE=str(lacrime_data / name), OUTPUT=str(tmp_path / "real.gpkg"))["OUTPUT"])
    require_same(layer, lg.read_lapd(lacrime_data / name))


@pytest.mark.parametrize(
    "name", ["la_homicides_2015.csv", "memphis_robberies_2019.parquet", "portland_cfs_2016-08.parquet"]
)
def test_another_agencys_real_file(run, lacrime_data, tmp_path, name):
    path = lacrime_data / name
    require_same(
        opened(run("load_incidents", FILE=str(path), OUTPUT=str(tmp_path / "real.gpkg"))["OUTPUT"]),
        lg.read_incidents(path),
    )


def test_very_many_rows_are_kept_in_a_temporary_file(run, load, frame, monkeypatch):
    import lacrime_qgis.points as points

    monkeypatch.setattr(points, "MANY", 19_999)
    require_same(opened(run("load_lapd", FILE=SAMPLE)["OUTPUT"]), frame)
    layer = load("load_lapd", FILE=SAMPLE)["Incidents"]
    assert layer.dataProvider().name() == "ogr" and layer.renderer().type() == "singleSymbol"
    assert layer.featureCount() == len(frame) and layer.temporalProperties().isActive()


@pytest.mark.parametrize("number", [0, 1, 51, 52, 2601, 2602, 30_000])
def test_a_packed_index_is_one_that_sqlite_has_grown(plugin, number):
    import sqlite3

    from lacrime_qgis import spatial_index

    random = np.random.default_rng(number)
    x, y = random.integers(0, 300, (2, number)) / 1e4 + [[-118.5], [34.0]]
    ids = random.permutation(number) + 1
    packed, grown = sqlite3.connect(":memory:"), sqlite3.connect(":memory:")
    for database in (packed, grown):
        database.execute("CREATE VIRTUAL TABLE places USING rtree(id, west, east, south, north)")
    spatial_index.fill(packed, "places", ids, x, y)
    grown.executemany(
        "INSERT INTO places VALUES (?, ?, ?, ?, ?)", zip(ids.tolist(), *(side.tolist() for side in (x, x, y, y)))
    )

    def found(database):
        everything = database.execute("SELECT * FROM places ORDER BY id").fetchall()
        box = "SELECT id FROM places WHERE east >= -118.49 AND west <= -118.48 AND north >= 34.01 AND south <= 34.02 ORDER BY id"
        return everything, database.execute(box).fetchall(), database.execute("SELECT rtreecheck('places')").fetchone()

    # SQLite widens its boxes by a little more than the next number.
    (own, inside, verdict), (all_of_sqlite, *rest) = found(packed), found(grown)
    np.testing.assert_allclose(own, all_of_sqlite, rtol=3e-7)
    assert [inside, verdict] == rest and verdict == ("ok",)
    for database in (packed, grown):  # and it grows on
        database.executemany(
            "INSERT INTO places VALUES (?, ?, ?, ?, ?)", [(number + n, 1, 1, 2, 2) for n in range(1, 100)]
        )
        database.execute("DELETE FROM places WHERE id % 3 = 0")
    assert found(packed)[1:] == found(grown)[1:]
