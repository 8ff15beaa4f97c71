"""lg.audit and its command: the same of a file, a frame and a layer; areas by boundaries; a page that stands alone."""

import gzip
import json
import re
import xml.dom.minidom
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from makers import WEST, clustered, nibrs_table, points_frame, rectangle

import lacrime_geo as lg
from lacrime_geo.cli import main
from lacrime_geo.data.lapd import load_lapd
from lacrime_geo.data.quality.audit_page import told

SAMPLE, DIVISIONS = (
    str(Path(__file__).resolve().parent.parent / "sample_layers" / name)
    for name in ("incidents.csv.gz", "divisions.geojson")
)
ACCEPTED = ["rule", "rows", "share", "examples", "action"]


def calls(n=2000, crs="EPSG:4326", **columns):
    """Return a layer of another agency's calls: moved to blocks, a tenth of them at noon, one id twice."""
    random = np.random.default_rng(1)
    x, y = (np.rint(values / 120) * 120 for values in clustered(n, 1, side=12_000.0, spread=1500.0))
    when = pd.date_range("2023-01-01", periods=n, freq="137min") + pd.to_timedelta(random.integers(0, 60, n), "min")
    when = when.where(random.random(n) > 0.1, when.normalize() + pd.Timedelta("12h"))
    ids = pd.array([f"C{number}" for number in range(n)], dtype="string")
    ids[9] = ids[8]
    frame = points_frame(
        x, y, crs, event_number=ids, started=when.tz_localize("UTC"), kind=pd.Categorical(["a", "b"] * (n // 2))
    )
    return frame.assign(**columns)


def found(table):
    return {line["rule"]: line["rows"] for line in table.findings if told(line)}


def test_a_layer_of_any_agency_is_audited_with_columns_that_are_guessed(caplog):
    caplog.set_level("INFO", logger="lacrime_geo")
    frame = calls()
    places = frame.geometry.to_numpy()
    places[7] = shapely.Point(places[7].y, places[7].x)
    places[5] = shapely.Point(0, 0)
    places[6] = None
    table = lg.audit(frame.set_geometry(gpd.GeoSeries(places, crs=frame.crs)))
    rows = found(table)
    assert list(table.columns) == ACCEPTED and table.parameters["time_column"] == "started"
    assert rows["coordinates_swapped"] == rows["coordinates_zero"] == rows["ids_repeated"] == 1
    assert rows["coordinates_blank"] == 1
    assert rows["places_snapped"] == 1998 and rows["times_too_frequent"] > 190
    assert "time_column = started: the first column of dates" in caplog.text
    assert (
        "coordinates_swapped: 1 row (such as (33.9" in caplog.text
        or "coordinates_swapped: 1 row (such as (34." in caplog.text
    )
    assert table["share"][table["rule"].tolist().index("ids_repeated")] == pytest.approx(1 / 2000)


def test_the_finest_cell_is_the_same_in_degrees_feet_and_metres():
    cells = []
    for crs in ("EPSG:4326", "EPSG:2229", "EPSG:32611"):
        table = lg.audit(calls(crs=crs))
        (snapped,) = [line for line in table.findings if line["rule"] == "places_snapped"]
        cells.append(snapped["computed"]["finest_cell_m"])
    assert cells[0] in (150, 160, 170, 180, 190) and np.ptp(cells) <= 10


def test_a_file_a_frame_and_what_was_loaded_have_one_audit(tmp_path):
    of_frame, of_file = lg.audit(lg.read_lapd(SAMPLE)), lg.audit(SAMPLE)
    of_loaded = lg.audit(load_lapd(SAMPLE))
    # Plain text is read by another road, on which texts that all differ stay Arrow's.
    (tmp_path / "incidents.csv").write_bytes(gzip.decompress(Path(SAMPLE).read_bytes()))
    for other in (of_file, of_loaded, lg.audit(tmp_path / "incidents.csv")):
        for name in ACCEPTED:
            assert other[name].tolist() == of_frame[name].tolist(), name
    assert json.loads(json.dumps(of_file.findings)) == [dict(line) for line in of_file.findings]
    # A rule that the reader has is not there twice.
    assert of_file["rule"].tolist().count("coordinates_zero") == 1


def test_incidents_are_audited_by_their_table_or_as_they_are():
    frame = calls()
    made = lg.as_incidents(frame, time_column="started")
    assert lg.audit(made)["rows"].tolist() == lg.audit(frame)["rows"].tolist()
    bare = lg.Incidents(made.easting, made.northing, when=made.when, category=made.category, crs=made.crs)
    rows, of_frame = found(lg.audit(bare)), found(lg.audit(frame))
    for rule in ("places_snapped", "times_too_frequent", "times_round"):
        assert rows[rule] == of_frame[rule], rule


def test_layers_of_a_geopackage_and_geoparquet_are_audited(tmp_path):
    frame = calls(400)
    frame.to_file(tmp_path / "calls.gpkg", layer="calls")
    points_frame([1.0], [1.0], "EPSG:4326").to_file(tmp_path / "calls.gpkg", layer="other")
    frame.to_parquet(tmp_path / "calls.parquet")
    for path in (f"{tmp_path / 'calls.gpkg'}|layername=calls", tmp_path / "calls.parquet"):
        assert found(lg.audit(path))["ids_repeated"] == 1
    assert lg.audit(f"{tmp_path / 'calls.gpkg'}|layername=other").records.size == 1


def test_a_folder_and_the_department_s_newer_files_are_audited(tmp_path):
    nibrs = nibrs_table(400)
    nibrs.to_csv(tmp_path / "a.csv", index=False)
    table = lg.audit(tmp_path)
    assert table["rule"].tolist() == lg.audit(tmp_path / "a.csv")["rule"].tolist()
    assert table.records.agency == "LAPD (NIBRS)" and table.parameters["id_column"] == "offence_no"


def areas():
    """Return two squares side by side, whose numbers of rows are those of the areas in another order."""
    west, east = rectangle(-9e4, -9e4, 6000, 9e4), rectangle(6000, -9e4, 9e4, 9e4)
    shapes = gpd.GeoSeries.from_wkb([*west.wkb, *east.wkb], crs="EPSG:32611")
    return gpd.GeoDataFrame({"OBJECTID": [2, 1], "district": ["01", "02"]}, geometry=shapes)


def test_points_in_another_area_are_found_by_where_the_others_stand():
    frame = calls(crs="EPSG:32611")
    area = np.where(frame.geometry.x < WEST + 6000, 1.0, 2.0)
    far = np.flatnonzero(np.abs(frame.geometry.x - WEST - 6000) > 200)[:4]
    area[far] = 3 - area[far]
    table = lg.audit(frame.assign(beat=np.arange(2000) % 9, district=area), boundaries=areas().to_crs("EPSG:4326"))
    assert found(table)["area_disagrees"] == 4
    assert (table.parameters["compared_column"], table.parameters["boundary_column"]) == ("district", "district")
    named = lg.audit(frame.assign(where=area), boundaries=areas(), area_column="where", boundary_column="district")
    assert found(named)["area_disagrees"] == 4
    with pytest.raises(
        ValueError, match=r"By no column of 'features' \(OBJECTID, district\) and of the incidents \(none\)"
    ):
        lg.audit(frame, boundaries=areas())


def test_what_is_no_layer_of_points_is_refused():
    with pytest.raises(TypeError, match="of Incidents or of a file, not of a int"):
        lg.audit(5)
    with pytest.raises(ValueError, match="1 of 1 rows are something else, first row 0, a Polygon"):
        lg.audit(gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], crs="EPSG:4326"))
    with pytest.raises(ValueError, match="The CRS of the layer is missing"):
        lg.audit(gpd.GeoDataFrame(geometry=[shapely.Point(0, 0)]))
    with pytest.raises(ValueError, match="There is no column 'when'"):
        lg.audit(calls(50), time_column="when")
    with pytest.raises(FileNotFoundError, match="There is no file"):
        lg.audit("missing.csv")


def test_an_empty_layer_has_an_audit_in_which_nothing_is_found():
    table = lg.audit(calls(10).iloc[:0])
    assert found(table) == {} and "<svg" not in table.html()


def test_incidents_of_nowhere_and_of_no_time_are_audited():
    frame = gpd.GeoDataFrame({"kind": ["a", None]}, geometry=[None, None], crs="EPSG:4326")
    assert found(lg.audit(frame)) == {"coordinates_blank": 2}


def test_cancelling_stops_it():
    with pytest.raises(lg.Cancelled):
        lg.audit(calls(500), progress=lambda fraction: fraction < 0.7)


# The page


def test_the_page_stands_alone_and_escapes_what_the_data_say():
    frame = calls(1200, area=np.where(np.arange(1200) % 2, "<script>alert(1)</script>", "B & C"))
    frame["note<b>"] = np.where(np.arange(1200) % 3, "x", None)
    frame = frame[(frame["area"] == "B & C") | (frame.started < pd.Timestamp("2023-03-20", tz="UTC"))]
    table = lg.audit(frame, area_column="area")
    page = table.html()
    assert found(table)["recording_breaks"] == 0 and "&lt;script&gt;" in page and "note&lt;b&gt;" in page
    assert (
        "<script" not in page
        and "note<b>" not in page
        and "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    )
    assert {re.sub("<[^>]+>", "", title) for title in re.findall(r"<h2>.*?</h2>", page)} == {
        *("What was found", "Incidents per week", "Times of day", "Places by the number of incidents on each"),
        *("Blank, by column", "To be kept in mind"),
    }
    for drawn in re.findall(r"<svg.*?</svg>", page, flags=re.DOTALL):
        xml.dom.minidom.parseString(drawn)


def bars(page, title):
    """Return (height, colour) of the bars of a chart."""
    drawn = re.search(rf"<h2>{title}</h2>(<svg.*?</svg>)", page, flags=re.DOTALL)[1]
    return [(float(tall), colour) for colour, tall in re.findall(r'<rect fill="(#\w+)"[^>]* height="([\d.]+)"', drawn)]


def test_bars_are_as_high_as_counts_and_what_is_conspicuous_has_another_colour():
    frame = lg.read_lapd(SAMPLE)
    page = lg.audit(frame).html()
    day = bars(page, "Times of day")
    clock = frame.occurred.dropna().dt
    count = np.bincount(clock.hour * 2 + clock.minute // 30, minlength=48)
    heights = np.array([tall for tall, _ in day])
    np.testing.assert_allclose(heights / heights.max(), count / count.max(), atol=2e-3)
    assert [number for number, (_, colour) in enumerate(day) if colour == "#d55e00"] == [0, 24]
    assert len(bars(page, "Incidents per week")) == 52
    assert "Share reported within so many days" in page


# The command


def test_the_command_prints_it(capsys):
    assert main(["audit", SAMPLE, "--boundaries", DIVISIONS, "--quiet"]) == 0
    printed = capsys.readouterr().out
    table = lg.audit(SAMPLE, boundaries=DIVISIONS)
    assert printed.startswith("Audit · incidents: 20,000 rows, ") and "area_disagrees" in printed
    for rule, rows in found(table).items():
        assert re.search(rf"^{rule}  {rows:,}, [\d.]+ %$", printed, flags=re.MULTILINE), rule
    assert max(map(len, printed.splitlines())) <= 100


def test_the_command_writes_a_page_or_a_table(tmp_path, capsys):
    for name in ("page.html", "table.csv", "table.parquet"):
        assert main(["audit", SAMPLE, "--output", str(tmp_path / name), "--quiet"]) == 0
        assert capsys.readouterr().out.endswith(f"{tmp_path / name}\n")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == lg.audit(SAMPLE).html()
    assert pd.read_csv(tmp_path / "table.csv")["rows"].tolist() == lg.audit(SAMPLE)["rows"].tolist()
    assert list(pd.read_parquet(tmp_path / "table.parquet").columns) == ACCEPTED


def test_the_command_says_what_is_wrong(tmp_path, capsys):
    assert main(["audit", SAMPLE, "--output", str(tmp_path / "audit.gpkg")]) == 2
    assert "this result is written as .csv, .parquet" in capsys.readouterr().err
    layer = tmp_path / "calls.csv"
    layer.write_text("lon,lat\n-118.2,34\n-118.3,34.1\n")
    assert main(["audit", str(layer), "--output", str(layer)]) == 2
    assert "would be written over" in capsys.readouterr().err and layer.read_text().startswith("lon")
    assert main(["audit", str(tmp_path / "no.csv")]) == 2


def test_texts_of_data_are_no_formulas_in_the_table(tmp_path):
    frame = calls(600, event_number=np.where(np.arange(600) < 300, "=cmd|' /C calc'!A0", "b"))
    table = lg.audit(frame.assign(started=frame.started))
    saved = pd.read_csv(table.save(tmp_path / "audit.csv"))
    assert saved.loc[saved.rule == "ids_repeated", "examples"].str.startswith("'=cmd").all()


def test_the_page_says_what_is_in_no_week_and_its_axes_are_round():
    page = lg.audit(calls(2000)).html()
    assert re.search(r"the days before 2023-\d\d-\d\d, with \d+ incidents, make no whole one", page)
    numbers = [float(text.replace(",", "")) for text in re.findall(r">([\d,.]+)</text>", page)]
    assert numbers and all(float(f"{number:.2g}") == number for number in numbers)


def test_the_command_says_what_was_found_once(tmp_path, caplog, capsys):
    with caplog.at_level("INFO", "lacrime_geo"):
        assert main(["audit", SAMPLE]) == 0
    captured = capsys.readouterr()
    assert captured.out.count("places_shared") == 1 and "places_shared" not in captured.err + caplog.text
    assert "reports read" in captured.err + caplog.text
    with caplog.at_level("INFO", "lacrime_geo"):
        lg.audit(calls(100))
    assert "ids_repeated: 1 row (such as C8)" in caplog.text
