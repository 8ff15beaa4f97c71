"""Scans of files: the same incidents as when all are read, chosen without a glance at what cannot be chosen."""

import gzip
from itertools import islice

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import shapely

import lacrime_geo as lg
from lacrime_geo.scale import row_groups

CRS = "EPSG:32611"
DAY = np.datetime64("2023-01-01")


def frame_of(number=6_000, seed=0, groups=40):
    """Return incidents in the plane, sorted by time, some without a place or a date."""
    random = np.random.default_rng(seed)
    place = random.normal([[380_000], [3_768_000]], 4_000, (2, groups))
    x, y = place[:, random.integers(0, groups, number)]
    when = DAY + np.sort(random.integers(0, 300 * 86_400, number)).astype("m8[s]")
    columns = {
        "x": x,
        "y": y,
        "date": when.astype("M8[ms]"),
        "kind": random.choice(["theft", "arson", "rape"], number),
        "harm": random.integers(0, 9, number).astype(float),
    }
    frame = pd.DataFrame(columns)
    frame.loc[::83, ["x", "y"]] = np.nan
    frame.loc[::89, "date"] = pd.NaT
    return frame


def as_table(frame):
    return pa.Table.from_pandas(frame, preserve_index=False)


def points_of(frame, crs=CRS):
    points = shapely.points(frame["x"], frame["y"])
    points[frame["x"].isna()] = None
    named = frame.rename(columns={"date": "occurred", "kind": "category"}).drop(columns=["x", "y"])
    return gpd.GeoDataFrame(named, geometry=points, crs=CRS).to_crs(crs)


def cut(frame, pieces):
    return [frame.iloc[rows] for rows in np.array_split(np.arange(len(frame)), pieces)]


@pytest.fixture
def plain(tmp_path):
    """Return a folder of three plain parquet files, and their incidents in memory."""
    frame, folder = frame_of(), tmp_path / "plain"
    folder.mkdir()
    for number, piece in enumerate(cut(frame, 3)):
        pq.write_table(as_table(piece), folder / f"part-{number}.parquet", row_group_size=500)
    said = {"x": "x", "y": "y", "date": "date", "category_column": "kind", "crs": CRS}
    whole = tmp_path / "whole" / "all.parquet"
    whole.parent.mkdir()
    pq.write_table(as_table(frame), whole)
    return folder / "*.parquet", said, lg.as_incidents(whole, mapping=said)


@pytest.fixture
def layer(tmp_path):
    """Return a folder of three GeoParquet files in degrees, and their incidents in memory."""
    frame, folder = points_of(frame_of(), "EPSG:4326"), tmp_path / "layer"
    folder.mkdir()
    for number, piece in enumerate(cut(frame, 3)):
        piece.to_parquet(folder / f"part-{number}.parquet", row_group_size=500, write_covering_bbox=True)
    return folder, lg.as_incidents(frame)


def same(scanned, incidents, *, columns=()):
    assert scanned.crs == incidents.crs and scanned.size == incidents.size
    # In memory tables go over degrees, which moves places by less than a millionth of a millimetre.
    for own, other in ((scanned.easting, incidents.easting), (scanned.northing, incidents.northing)):
        assert np.allclose(own, other, rtol=0, atol=1e-8, equal_nan=True)
    for name in ("when", "until", "reported"):
        own, other = getattr(scanned, name), getattr(incidents, name)
        assert (own is None) == (other is None), name
        assert own is None or np.array_equal(own, other, equal_nan=True), name
    if incidents.category is not None:
        assert scanned.category.tolist() == incidents.category.tolist()
    for name in columns:
        assert np.array_equal(scanned.source[name], np.asarray(incidents.source[name])), name


def test_plain_tables_are_read_as_in_memory(plain):
    paths, said, incidents = plain
    scan = lg.scan_incidents(paths, mapping=said)
    assert scan.rows == 6_000 and scan.time_column == "occurred"
    same(scan.read(columns=["harm"]), incidents, columns=["harm"])


def test_layers_of_points_are_read_as_in_memory(layer):
    folder, incidents = layer
    scan = lg.scan_incidents(folder)
    same(scan.read(columns=["harm"]), incidents, columns=["harm"])
    assert scan.crs == CRS


def test_files_of_the_lapd_are_read_as_in_memory():
    path = "sample_layers/incidents.csv.gz"
    found, incidents = lg.scan_incidents(path).read(), lg.as_incidents(path)
    # Five reports are made twice, which a scan of the original file does not take out.
    assert found.size - incidents.size == 5
    assert set(found.category) == set(incidents.category) and found.agency == incidents.agency == "LAPD"


@pytest.mark.parametrize(
    "asked",
    [
        dict(since="2023-03-01", until="2023-04-11T12:00"),
        dict(category="arson"),
        dict(category=["Arson", "theft"], until="2023-02-01"),
    ],
)
def test_what_is_chosen_is_what_is_chosen_in_memory(plain, layer, asked):
    paths, said, incidents = plain
    same(lg.scan_incidents(paths, mapping=said).select(**asked).read(), incidents.select(**asked))
    folder, incidents = layer
    scan = lg.scan_incidents(folder).select(**asked)
    same(scan.read(), incidents.select(**asked))
    assert scan.selection["category" if "category" in asked else "since"]


def test_bounds_choose_by_the_coordinates_of_the_files(layer):
    folder, incidents = layer
    degrees = points_of(frame_of(), "EPSG:4326").geometry
    box = (-118.33, 34.02, -118.27, 34.08)
    inside = np.asarray((degrees.x >= box[0]) & (degrees.x <= box[2]) & (degrees.y >= box[1]) & (degrees.y <= box[3]))
    assert 100 < inside.sum() < 5_000
    same(lg.scan_incidents(folder).select(bbox=box).read(), incidents.take(inside))


def test_row_groups_without_a_chosen_row_are_not_read(layer, monkeypatch):
    folder, _ = layer
    frame = points_of(frame_of(), "EPSG:4326").sort_values("occurred", na_position="first")
    for number, piece in enumerate(cut(frame, 3)):
        piece.to_parquet(folder / f"part-{number}.parquet", row_group_size=500, write_covering_bbox=True)
    read = []
    table = row_groups._Reader.table
    monkeypatch.setattr(row_groups._Reader, "table", lambda self, *asked: read.append(asked[0]) or table(self, *asked))
    lg.scan_incidents(folder).select(since="2023-10-01").collapsed()
    few = len(set(read)) and len(read)
    read.clear()
    lg.scan_incidents(folder).collapsed()
    # A tenth of the period is in one or two of the twelve groups, which are read once more for the evenly taken places.
    assert few <= 4 and len(read) >= 12


def test_places_that_few_incidents_share_are_read_by_their_bounds(tmp_path, monkeypatch):
    random = np.random.default_rng(5)
    rows = ["id,date,longitude,latitude"]
    rows += [f"{n},2023-01-{1 + n % 28:02d} 10:00,{-118 - random.random()},{34 + random.random()}" for n in range(900)]
    (tmp_path / "calls.csv").write_text("\n".join([*rows, "900,2023-01-01 10:00,,", ""]))
    scan = lg.scan_incidents(lg.convert(tmp_path / "calls.csv", tmp_path / "converted"))
    assert scan.parts[0].statistics[0].bytes_of_place > row_groups.MANY_PLACES
    by_bounds = scan.collapsed()
    monkeypatch.setattr(row_groups, "MANY_PLACES", np.inf)
    by_points = scan.collapsed()
    assert (by_bounds.size, by_bounds.gathered.rows) == (900, 901)
    assert {*zip(by_bounds.easting, by_bounds.northing)} == {*zip(by_points.easting, by_points.northing)}
    assert np.array_equal(by_bounds.gathered.easting, by_points.gathered.easting)


def test_places_of_two_zones_are_projected_to_that_of_the_middle_one(tmp_path):
    x = np.r_[np.full(30, -120.001), np.full(40, -119.99), np.full(5, -100.0)]
    frame = gpd.GeoDataFrame(geometry=shapely.points(x, np.linspace(33, 35, x.size)), crs="EPSG:4326")
    for number, piece in enumerate(cut(frame, 4)):
        piece.to_parquet(tmp_path / f"{number}.parquet")
    scan = lg.scan_incidents(tmp_path)
    assert scan.crs == lg.as_incidents(frame).crs == CRS
    assert lg.scan_incidents(tmp_path, crs="EPSG:32610").collapsed().crs == "EPSG:32610"


def test_columns_can_be_named(layer):
    folder, incidents = layer
    with pytest.raises(ValueError, match=r"There is no column 'taken' in part-0.parquet; there are occurred, category"):
        lg.scan_incidents(folder, time_column="taken")
    with pytest.raises(ValueError, match=r"There is no column 'age'; there are occurred, category, harm"):
        lg.scan_incidents(folder).read(columns=["age"])
    weighed = lg.scan_incidents(folder).collapsed(weight="harm")
    assert weighed.total_weight.sum() == incidents.weighing("harm").located().weight.sum()


def test_a_table_without_times_says_so_when_they_are_asked_for(tmp_path):
    frame_of()[["x", "y"]].to_parquet(tmp_path / "a.parquet")
    scan = lg.scan_incidents(tmp_path, mapping={"x": "x", "y": "y", "crs": CRS})
    assert scan.collapsed().gathered.extent == (None, None)
    with pytest.raises(ValueError, match="A period was asked for, but the incidents have no times"):
        scan.select(since="2023-01-01").collapsed()


def test_nothing_chosen_is_an_error_of_one_sentence(layer):
    none = lg.scan_incidents(layer[0]).select(since="2030-01-01")
    for analysis in (lg.kde, lg.counts, lg.clock, lg.near_repeat):
        with pytest.raises(ValueError, match="No incident of 'layer' lies from 2030-01-01 on"):
            analysis(none)


def test_partitions_of_dask_geopandas_go_in_as_they_are(layer, caplog):
    dask_geopandas = pytest.importorskip("dask_geopandas")
    folder, incidents = layer
    frame = dask_geopandas.read_parquet(folder)
    assert frame.npartitions > 1
    with caplog.at_level("INFO", logger="lacrime_geo"):
        same(lg.scan_incidents(frame).read(columns=["harm"]), incidents, columns=["harm"])
    assert sum("projected from" in message for message in caplog.messages) == 1, (
        "it is told once, not of each partition"
    )
    mine, theirs = lg.kde(frame, bandwidth=900, cell_size=300), lg.kde(incidents, bandwidth=900, cell_size=300)
    assert np.allclose(mine.values, theirs.values, rtol=0, atol=1e-12 * theirs.values.max())


AREAS = "sample_layers/divisions.geojson"
TAKING = {
    "kde": lambda one: lg.kde(one, bandwidth=600, cell_size=400).values,
    "hotspots": lambda one: lg.hotspots(one, cell_size=500, distance_band=750)["z"],
    "concentration": lambda one: lg.concentration(one, units=AREAS)["value"],
    "dbscan": lambda one: lg.dbscan(one, eps=200, min_samples=40)["cluster"],
    "clock": lambda one: lg.clock(one)["count"],
    "counts": lambda one: lg.counts(one, freq="MS")["count"],
    "alerts": lambda one: lg.alerts(one, areas=AREAS)["statistic"],
    "near_repeat": lambda one: lg.near_repeat(one, distance_bands=[0, 50], time_bands=[0, 2], permutations=1)[
        "observed"
    ],
}


@pytest.fixture(scope="module")
def converted(tmp_path_factory):
    """Return a folder that the first reports of the sample were converted to, and what the analyses find in its scan."""
    folder = tmp_path_factory.mktemp("converted")
    with gzip.open("sample_layers/incidents.csv.gz", "rb") as sample:
        (folder / "reports.csv").write_bytes(b"".join(islice(sample, 3_000)))
    parts = lg.convert(folder / "reports.csv", folder / "parts")
    return parts, {name: run(lg.scan_incidents(parts)) for name, run in TAKING.items()}


def test_every_analysis_takes_a_converted_folder_as_it_is(converted):
    folder, expected = converted
    for name, run in TAKING.items():
        assert np.array_equal(run(folder), expected[name], equal_nan=True), name


def test_every_analysis_takes_a_frame_as_it_is(converted):
    folder, expected = converted
    frame = pytest.importorskip("dask_geopandas").read_parquet(folder)
    for name, run in TAKING.items():
        assert np.array_equal(run(frame), expected[name], equal_nan=True), name
    # As a value a text is the name of a column, and a frame is incidents.
    found, scanned = (lg.gi_star(AREAS, value=one)["z"] for one in (frame, lg.scan_incidents(folder)))
    assert np.array_equal(found, scanned, equal_nan=True)


def test_files_of_a_store_are_read_as_those_of_this_machine(layer):
    fsspec = pytest.importorskip("fsspec")
    folder, incidents = layer
    store = fsspec.filesystem("memory")
    for path in folder.glob("*.parquet"):
        store.pipe(f"/incidents/{path.name}", path.read_bytes())
    for address in ("memory://incidents/*.parquet", "memory://incidents"):
        same(lg.scan_incidents(address).read(), incidents)


def test_the_same_on_a_cluster(layer, cluster):
    folder, incidents = layer
    found = lg.scan_incidents(folder, client=cluster)
    same(found.read(), incidents)
    here = lg.kde(lg.scan_incidents(folder))
    there = lg.kde(found)
    assert np.array_equal(here.values, there.values) and here.parameters == there.parameters


def test_analyses_that_take_no_scans_say_what_to_do(layer):
    with pytest.raises(TypeError, match=r"choose fewer incidents \(select\) and read them: scan.read"):
        lg.st_dbscan(lg.scan_incidents(layer[0]), eps=100, eps_time=3)


@pytest.mark.parametrize(
    ("paths", "error", "words"),
    [
        ([], ValueError, "No file was named"),
        ("nowhere/a.parquet", FileNotFoundError, "There is no file 'nowhere"),
        (b"bytes", TypeError, "A scan is of paths"),
        ("what://bucket/x.parquet", ValueError, "no store that is known"),
    ],
)
def test_what_is_no_files_is_refused(paths, error, words):
    with pytest.raises(error, match=words):
        lg.scan_incidents(paths)


@pytest.mark.parametrize("bbox", [(1, 2, 3), (3, 0, 1, 1), "a"])
def test_what_is_no_bounds_is_refused(layer, bbox):
    with pytest.raises(ValueError, match="bbox must be"):
        lg.scan_incidents(layer[0]).select(bbox=bbox)


def test_two_choices_are_what_both_have_in_common(layer):
    scan = lg.scan_incidents(layer[0]).select(since="2023-02-01", category=["theft", "arson"])
    twice = scan.select(since="2023-01-01", until="2023-03-01", category=["arson", "rape"])
    undated = int(np.isnat(layer[1].when).sum())
    told = {"since": "2023-02-01", "until": "2023-03-01", "category": "arson", "undated_left_out": undated}
    assert dict(twice.selection) == told
    with pytest.raises(ValueError, match="No incident is of"):
        twice.select(category="theft")
    assert not twice.whole().selection
