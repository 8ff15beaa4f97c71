"""Files of a scan that are damaged, gone, changed or of another table: read right, or refused in one sentence with their name."""

import os
import shutil
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from small_files import folder_of, table, with_points

import lacrime_geo as lg


def density(paths):
    return lg.kde(lg.scan_incidents(paths), bandwidth=500, cell_size=400)


@pytest.fixture
def two(tmp_path):
    return folder_of(tmp_path / "two", table(1), table(2))


def one_sentence(caught, *words):
    text = str(caught.value)
    assert "\n" not in text and len(text) < 400, text
    assert all(word in text for word in words), text


DAMAGES = {
    "cut off": lambda data: data[:-100],
    "half": lambda data: data[: len(data) // 2],
    "empty": lambda data: b"",
    "other": lambda data: b"longitude,latitude\n-118.3,34.05\n" * 20,
}


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("number", [0, 1])
def test_a_damaged_part_is_named(two, damage, number):
    part = two / f"{number}.parquet"
    part.write_bytes(DAMAGES[damage](part.read_bytes()))
    with pytest.raises(ValueError) as caught:
        density(two)
    one_sentence(caught, part.name, "damaged")


def read_all(folder):
    found = lg.scan_incidents(folder).read()
    return found.easting, found.northing, found.when, found.category


def test_no_flipped_byte_of_data_goes_unnoticed_in_parts_with_checksums(tmp_path):
    table(1).to_pandas().to_csv(tmp_path / "incidents.csv", index=False)
    lg.convert(tmp_path / "incidents.csv", tmp_path / "parts")
    (part,) = (tmp_path / "parts").glob("*.parquet")
    good, data = read_all(tmp_path / "parts"), part.read_bytes()
    group = parquet.ParquetFile(part).metadata.row_group(0)
    noticed = 0
    for number in range(group.num_columns):
        column = group.column(number)
        if column.path_in_schema not in ("geometry", "occurred", "category"):
            continue
        begin = column.dictionary_page_offset or column.data_page_offset
        for at in np.linspace(begin + 40, begin + column.total_compressed_size - 1, 8).astype(int):
            flipped = bytearray(data)
            flipped[at] ^= 0x10
            part.write_bytes(bytes(flipped))
            try:
                found = read_all(tmp_path / "parts")
            except ValueError as problem:
                assert part.name in str(problem) and "damaged" in str(problem)
                noticed += 1
            else:  # in what stands about a page, not in it
                assert all(np.array_equal(*pair) for pair in zip(found, good))
    assert noticed > 15


def test_a_file_with_checksums_of_any_other_writer_is_checked_too(tmp_path):
    folder = folder_of(tmp_path / "checked", table(1), write_page_checksum=True)
    part = folder / "0.parquet"
    column = parquet.ParquetFile(part).metadata.row_group(0).column(0)
    data = bytearray(part.read_bytes())
    data[(column.dictionary_page_offset or column.data_page_offset) + column.total_compressed_size // 2] ^= 1
    part.write_bytes(bytes(data))
    with pytest.raises(ValueError) as caught:
        density(folder)
    one_sentence(caught, "0.parquet", "CRC")


def test_files_of_other_programs_beside_the_parts_are_passed_over(two):
    whole = density(two).values
    for name in ("_SUCCESS", ".0.parquet.crc", "_metadata", "_common_metadata", "_temporary.parquet"):
        (two / name).write_bytes(b"no parquet")
    for asked in (two, two / "*", two / "*.parquet"):
        assert np.array_equal(density(asked).values, whole)


def test_files_of_folders_within_are_read_and_what_these_are_called_is_told_not_to_be(two, tmp_path, caplog):
    whole, nested = density(two).values, tmp_path / "nested"
    for number, year in enumerate((2022, 2023)):
        (nested / f"year={year}").mkdir(parents=True)
        shutil.copy(two / f"{number}.parquet", nested / f"year={year}" / "part-0.parquet")
    (nested / "_delta_log").mkdir()
    shutil.copy(two / "0.parquet", nested / "_delta_log" / "0.parquet")
    assert np.array_equal(density(nested).values, whole)
    assert "(year) is not read" in caplog.text


def test_a_folder_without_files_says_so(tmp_path):
    (tmp_path / "_SUCCESS").touch()
    with pytest.raises(FileNotFoundError) as caught:
        lg.scan_incidents(tmp_path)
    one_sentence(caught, tmp_path.name, ".parquet")


def test_a_file_by_two_names_is_read_once_only(two):
    (two / "again").mkdir()
    (two / "again" / "2.parquet").symlink_to(two / "1.parquet")
    with pytest.raises(ValueError) as caught:
        lg.scan_incidents(two)
    one_sentence(caught, "named twice")


def gone(part):
    part.unlink()


def another(part):
    parquet.write_table(table(5, 1500), part)


def smaller(part):
    parquet.write_table(table(5, 10), part)


def written_half(part):
    os.truncate(part, 900)


@pytest.mark.parametrize("change", [gone, another, smaller, written_half])
@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_a_part_that_changes_after_the_scan_began_is_refused(two, change, kind):
    if kind == "csv":
        for number in (0, 1):
            table(number).to_pandas().to_csv(two / f"{number}.csv", index=False)
            (two / f"{number}.parquet").unlink()
    scan = lg.scan_incidents(two)
    assert lg.kde(scan, bandwidth=500, cell_size=400).values.sum() > 0
    change(two / f"1.{kind}")
    with pytest.raises((ValueError, FileNotFoundError)) as caught:
        lg.kde(scan, bandwidth=500, cell_size=400)
    one_sentence(caught, f"1.{kind}", "since the scan began")


def test_a_part_cut_off_in_the_middle_of_reading_does_not_end_the_process(tmp_path):
    """What is mapped into memory would: the system ends a process that reads beyond the end of such a file."""
    folder = folder_of(tmp_path / "one", table(1, 20_000), row_group_size=2000)
    program = """
import os, sys
import lacrime_geo as lg
from lacrime_geo.partitioned import Wanted
part = lg.scan_incidents(sys.argv[1]).parts[0]
portions = part.portions(Wanted())
next(portions)
os.truncate(os.path.join(sys.argv[1], "0.parquet"), 50_000)
try:
    list(portions)
except ValueError as problem:
    print(problem)
"""
    ran = subprocess.run([sys.executable, "-c", program, str(folder)], capture_output=True, text=True, timeout=60)
    assert ran.returncode == 0 and "0.parquet was changed" in ran.stdout, ran.stderr


PLAIN = table(2)
DATES = PLAIN["date"]
OTHERS = {
    "no latitude": (PLAIN.drop_columns(["latitude"]), "latitude"),
    "no date": (PLAIN.drop_columns(["date"]), "date"),
    "text dates": (PLAIN.set_column(2, "date", pa.array([str(one) for one in DATES.to_pylist()])), "date"),
    "text places": (PLAIN.set_column(1, "latitude", PLAIN["latitude"].cast(pa.string())), "latitude"),
    "another zone": (PLAIN.set_column(2, "date", DATES.cast(pa.timestamp("us", "UTC"))), "date"),
    "days alone": (PLAIN.set_column(2, "date", DATES.cast(pa.date32())), "date"),
}


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("turned", [False, True])
def test_parts_of_other_tables_are_refused(tmp_path, other, turned):
    second, column = OTHERS[other]
    tables = [table(1), second][:: -1 if turned else 1]
    folder = folder_of(tmp_path / "mixed", *tables)
    try:
        found = lg.scan_incidents(folder).read()
    except ValueError as problem:
        assert "\n" not in str(problem) and (column in str(problem) or "longitude" in str(problem)), problem
    else:  # what is cleaned text by text may read both
        assert turned and found.size == 2000
        # What the first file does not have is not read of the others.
        assert (other == "no date" and found.when is None) or np.array_equal(
            found.when[1000:], np.asarray(table(1)["date"]).astype("M8[s]")
        )


HARMLESS = {
    "more columns": PLAIN.append_column("more", pa.array(np.arange(1000))),
    "another order": PLAIN.select(["category", "latitude", "date", "longitude"]),
    "dictionary": PLAIN.set_column(3, "category", PLAIN["category"].dictionary_encode()),
    "nanoseconds": PLAIN.set_column(2, "date", DATES.cast(pa.timestamp("ns"))),
    "large texts": PLAIN.set_column(3, "category", PLAIN["category"].cast(pa.large_string())),
}


@pytest.mark.parametrize("other", HARMLESS)
def test_parts_of_the_same_table_otherwise_written_are_read_alike(tmp_path, two, other):
    mixed = folder_of(tmp_path / "mixed", table(1), HARMLESS[other])
    chosen = dict(since="2023-03-01", category="theft")
    plain, found = (lg.scan_incidents(one).select(**chosen).read() for one in (two, mixed))
    assert found.size == plain.size > 300
    for name in ("easting", "northing", "when", "category"):
        assert np.array_equal(getattr(found, name), getattr(plain, name)), name


def test_a_column_that_only_the_first_part_has_or_has_otherwise_is_refused_where_it_is_asked_for(tmp_path):
    weighed = table(1).append_column("harm", pa.array(np.ones(1000)))
    texts = table(2).append_column("harm", pa.array(["1"] * 1000))
    for number, second in enumerate((table(2), texts)):
        scan = lg.scan_incidents(folder_of(tmp_path / str(number), weighed, second))
        assert lg.kde(scan, bandwidth=500, cell_size=400).values.sum() > 0
        with pytest.raises(ValueError) as caught:
            scan.read(weight="harm")
        one_sentence(caught, "1.parquet", "harm")


@pytest.mark.parametrize("crs", ["EPSG:32611", "EPSG:32610", "EPSG:4269"])
@pytest.mark.parametrize("first", ["EPSG:4326", "EPSG:32611"])
def test_a_part_in_another_crs_is_refused(tmp_path, first, crs):
    for number, own in enumerate((first, crs)):
        with_points(table(number), own).to_parquet(tmp_path / f"{number}.parquet")
    if first == crs:
        assert lg.scan_incidents(tmp_path).read().size == 2000
        return
    with pytest.raises(ValueError) as caught:
        lg.scan_incidents(tmp_path)
    one_sentence(caught, "1.parquet", crs, first)


def test_degrees_by_either_name_are_the_same(tmp_path):
    for number, crs in enumerate(("EPSG:4326", "OGC:CRS84")):
        with_points(table(number), crs).to_parquet(tmp_path / f"{number}.parquet")
    assert lg.scan_incidents(tmp_path).read().size == 2000


def test_areas_among_the_points_are_told_with_their_file(tmp_path):
    frame = with_points(table(1), "EPSG:32611")
    frame.to_parquet(tmp_path / "0.parquet")
    frame.set_geometry(frame.geometry.buffer(1)).to_parquet(tmp_path / "1.parquet")
    with pytest.raises(ValueError) as caught:
        density(tmp_path)
    one_sentence(caught, "1.parquet", "Polygon")


def test_a_table_with_other_columns_is_named(tmp_path):
    (tmp_path / "0.csv").write_text("longitude,latitude,date\n" + "-118.3,34.05,2023-01-01\n" * 3)
    (tmp_path / "1.csv").write_text("lon,lat,date\n" + "-118.3,34.05,2023-01-01\n" * 3)
    with pytest.raises(ValueError) as caught:
        density(tmp_path)
    one_sentence(caught, "1.csv", "longitude")


def test_row_groups_are_chosen_by_the_clock_on_the_wall_where_times_have_a_zone(tmp_path):
    """Statistics are by the clock of Greenwich: by them whole groups of the first evening would be passed over."""
    draw = np.random.default_rng(1)
    seconds = np.sort(draw.integers(0, 3 * 86400, 3000)).astype("m8[s]")
    zoned = pa.array(np.datetime64("2023-03-11", "us") + seconds).cast(pa.timestamp("us", "America/Los_Angeles"))
    plain = table(1, 3000).set_column(2, "date", zoned)
    folder = folder_of(tmp_path / "zoned", plain, row_group_size=100)
    walls = np.array([one.replace(tzinfo=None) for one in zoned.to_pylist()], dtype="M8[s]")
    for day in ("2023-03-11", "2023-03-12"):  # on the second clocks are put forward
        begin = np.datetime64(day, "D")
        found = lg.scan_incidents(folder).select(since=day, until=str(begin + 1)).read()
        assert np.array_equal(found.when, walls[walls.astype("M8[D]") == begin])


def test_a_full_disk_leaves_no_half_map(two, small_disk):
    found = lg.kde(lg.scan_incidents(two), bandwidth=500, cell_size=50)
    target = small_disk / "map.tif"
    target.write_text("earlier")
    with pytest.raises(OSError):
        found.save(target)
    assert target.read_text() == "earlier" and [one.name for one in small_disk.iterdir()] == ["map.tif"]
