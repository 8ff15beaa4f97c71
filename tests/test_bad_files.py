"""Files that cannot be read, folders that cannot be written: one sentence, and what was there stays."""

import gzip
import os
import subprocess

import geopandas as gpd
import numpy as np
import pytest
from makers import clustered, crimes_frame, incidents, points_frame

import lacrime_geo as lg
from lacrime_geo.cli import main

FRAME = crimes_frame(3000)
SURFACE = lg.kde(incidents(*clustered(500, 1)), bandwidth=300, cell_size=20)
CELLS = lg.hotspots(incidents(*clustered(500, 1)), cell_size=25)


def truncated(path):
    """Cut a file in half and return its path."""
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    return path


def layer(path):
    FRAME.to_parquet(path) if path.suffix == ".parquet" else FRAME.to_file(path)
    return path


def text(path, content, zipped=False):
    path.write_bytes(gzip.compress(content.encode()) if zipped else content.encode())
    return path


UNREADABLE = {
    "missing": (lambda f: f / "none.csv", "There is no file"),
    "missing layer": (lambda f: f / "none.gpkg", "There is no file"),
    "a folder": (lambda f: f, "holds no file that ends in"),
    "empty CSV": (lambda f: text(f / "a.csv", ""), "cannot be read"),
    "other CSV": (
        lambda f: text(f / "a.csv", "id,place\n1,here\n"),
        r"No columns of a\.csv look like longitude and latitude.*--mapping \"x=…, y=…\" in a command",
    ),
    "part of an LAPD file": (
        lambda f: text(f / "a.csv", "DR_NO;Crm Cd;LAT;LON\n1;510;34;-118\n"),
        "is no LAPD incident file: it lacks the columns Date Rptd.*is read as it is by all commands",
    ),
    "binary CSV": (lambda f: text(f / "a.csv", "PK\x03\x04\x00\x00\x08" * 50), "no rows|cannot be read"),
    "ragged CSV": (lambda f: text(f / "a.csv", "DR_NO,LAT\n1,2\n1,2,3,4\n"), "cannot be read"),
    "truncated csv.gz": (
        lambda f: truncated(text(f / "a.csv.gz", "DR_NO,LAT\n" + "1,2\n" * 9999, True)),
        "cannot be read",
    ),
    "no gzip": (lambda f: text(f / "a.csv.gz", "DR_NO,LAT\n1,2\n"), "cannot be read"),
    "no zip": (lambda f: text(f / "a.zip", "DR_NO,LAT\n1,2\n"), "cannot be read"),
    "truncated GeoPackage": (lambda f: truncated(layer(f / "a.gpkg")), "cannot be read as a layer"),
    "truncated GeoJSON": (lambda f: truncated(layer(f / "a.geojson")), "cannot be read as a layer"),
    "truncated parquet": (lambda f: truncated(layer(f / "a.parquet")), "cannot be read"),
    "no GeoPackage": (lambda f: text(f / "a.gpkg", "not a database"), "cannot be read as a layer"),
    "unknown layer": (lambda f: f"{layer(f / 'a.gpkg')}|layername=b", "cannot be read as a layer"),
    "unknown format": (lambda f: text(f / "a.xyz", "1 2 3"), "cannot be read as a layer"),
}


@pytest.mark.parametrize("case", list(UNREADABLE))
def test_unreadable_files(case, tmp_path, capfd):
    make, words = UNREADABLE[case]
    source = make(tmp_path)
    with pytest.raises((ValueError, OSError), match=words):
        lg.kde(source)
    target = tmp_path / "out.tif"
    target.write_bytes(b"the old layer")
    before = sorted(tmp_path.iterdir())
    capfd.readouterr()
    assert main(["kde", str(source), str(target), "--quiet"]) == 2
    captured = capfd.readouterr()
    assert captured.err.startswith("lacrime-geo: ") and captured.err.count("\n") == 1 and captured.out == ""
    assert target.read_bytes() == b"the old layer" and sorted(tmp_path.iterdir()) == before


def test_a_table_without_geometry_is_no_layer(tmp_path):
    FRAME.drop(columns="geometry").to_parquet(tmp_path / "a.parquet")
    with pytest.raises(OSError, match=r"cannot be read as a layer|no geometry"):
        lg.gi_star(tmp_path / "a.parquet", value="v")


RESULTS = {"a.gpkg": CELLS, "a.parquet": CELLS, "a.geojson": CELLS, "a.tif": SURFACE}


@pytest.mark.parametrize("name", list(RESULTS))
def test_a_missing_folder_is_named(name, tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no folder .* create it first"):
        RESULTS[name].save(tmp_path / "no" / name)
    (tmp_path / name).mkdir()
    with pytest.raises(IsADirectoryError, match="this is a folder"):
        RESULTS[name].save(tmp_path / name)
    assert list(tmp_path.iterdir()) == [tmp_path / name]


def remount(folder):
    subprocess.run(["mount", "-o", "remount,ro", folder], check=True)


def old_files(folder, name):
    stem = name.partition(".")[0]
    (folder / name).write_bytes(b"the old layer")
    (folder / f"{stem}.qml").write_bytes(b"the old style")
    return {name: b"the old layer", f"{stem}.qml": b"the old style"}


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("name", list(RESULTS))
def test_a_full_disk_is_named_and_the_old_file_stays(name, small_disk):
    before = old_files(small_disk, name)
    with pytest.raises(OSError, match=f"Cannot write '{name}': the disk is full; free space"):
        RESULTS[name].save(small_disk / name)
    assert contents(small_disk) == before


@pytest.mark.parametrize("name", list(RESULTS))
def test_a_read_only_folder_is_named_and_the_old_file_stays(name, small_disk):
    before = old_files(small_disk, name)
    remount(small_disk)
    with pytest.raises(OSError, match=r"Cannot write .*: the folder is read-only; choose another one"):
        RESULTS[name].save(small_disk / name)
    assert contents(small_disk) == before


@pytest.mark.parametrize("state", ["full", "read-only"])
@pytest.mark.parametrize("name", ["kde", "hotspots", "gi_star", "dbscan"])
def test_commands_say_so_too(name, state, small_disk, tmp_path, capfd):
    source, output = tmp_path / "in.parquet", "out.tif" if name == "kde" else "out.gpkg"
    points_frame(*clustered(3000, 1)).assign(v=np.arange(3000.0)).to_parquet(source)
    before = old_files(small_disk, output)
    if state == "read-only":
        remount(small_disk)
    flags = {"gi_star": ["--value=v", "--neighbours=knn"], "kde": ["--cell-size=10"]}.get(name, [])
    assert main([name, str(source), str(small_disk / output), "--quiet", *flags]) == 2
    error = capfd.readouterr().err
    assert error.count("\n") == 1 and f"is {state}" in error and "Errno" not in error
    assert contents(small_disk) == before


@pytest.mark.parametrize("which", ["output", "clusters"])
def test_outputs_land_together_or_not_at_all(which, small_disk, tmp_path, capfd):
    source = layer(tmp_path / "in.parquet")
    roomy = tmp_path / "roomy"
    roomy.mkdir()
    (small_disk / "filler").write_bytes(b"0" * 60_000)
    places = {"output": roomy / "a.gpkg", "clusters": roomy / "b.gpkg"}
    places[which] = small_disk / "x.gpkg"
    words = ["dbscan", str(source), str(places["output"]), "--clusters", str(places["clusters"]), "--quiet"]
    assert main(words) == 2
    assert "the disk is full" in capfd.readouterr().err
    assert list(roomy.iterdir()) == [] and [path.name for path in small_disk.iterdir()] == ["filler"]


def test_a_folder_that_may_not_be_written(tmp_path):
    if os.geteuid() == 0:
        pytest.skip("the superuser may write anywhere")
    tmp_path.chmod(0o500)
    with pytest.raises(PermissionError, match="may not be written to"):
        CELLS.save(tmp_path / "a.gpkg")


def test_the_disk_being_nearly_full_is_enough_for_a_small_layer(small_disk):
    lg.gi_star(points_frame(*clustered(9, 1)), value=np.arange(9.0), neighbours="knn", k=3).save(
        small_disk / "a.parquet"
    )
    assert len(gpd.read_parquet(small_disk / "a.parquet")) == 9
