"""Scans on the command line: patterns, stores and converted folders in place of a file."""

import re

import geopandas as gpd
import numpy as np
import pytest
import shapely

from lacrime_geo import cli


@pytest.fixture
def folder(tmp_path):
    random = np.random.default_rng(0)
    x, y = random.normal([[380_000], [3_768_000]], 2_000, (2, 900))
    when = np.datetime64("2023-01-01", "ms") + (np.arange(900) % 200).astype("m8[D]")
    frame = gpd.GeoDataFrame({"occurred": when}, geometry=shapely.points(x, y), crs="EPSG:32611").to_crs("EPSG:4326")
    for number, rows in enumerate(np.array_split(np.arange(900), 3)):
        frame.iloc[rows].to_parquet(tmp_path / f"part-{number}.parquet", write_covering_bbox=True)
    frame.to_parquet(tmp_path / "whole.pq.parquet")
    return tmp_path


def said(capsys, *arguments):
    status = cli.main([str(argument) for argument in arguments])
    return status, capsys.readouterr().err


def test_a_pattern_is_mapped_as_a_file_is(folder, capsys):
    options = ["--bandwidth", 800, "--cell-size", 200, "--since", "2023-03-01"]
    assert said(capsys, "kde", folder / "part-*.parquet", folder / "scan.tif", *options)[0] == 0
    assert said(capsys, "kde", folder / "whole.pq.parquet", folder / "file.tif", *options)[0] == 0
    import rasterio

    with rasterio.open(folder / "scan.tif") as scan, rasterio.open(folder / "file.tif") as file:
        assert np.allclose(scan.read(1), file.read(1), rtol=1e-6, equal_nan=True)


def test_bounds_choose(folder, capsys):
    status, _ = said(capsys, "kde", folder / "part-*.parquet", folder / "d.tif", "--bbox=-118.4,34,-118.2,34.1")
    assert status == 0
    status, error = said(capsys, "kde", folder / "part-*.parquet", folder / "d.tif", "--bbox", "1,2,3")
    assert status == 2 and "bbox must be four numbers" in error


def test_what_needs_all_of_them_says_so(folder, capsys):
    options = ["--eps", 100, "--eps-time", 3]
    status, error = said(capsys, "st_dbscan", folder / "part-*.parquet", folder / "o.gpkg", *options)
    assert status == 2 and re.search(r"st_dbscan needs all incidents in memory, as all but alerts, .* do", error)


def test_incidents_are_counted_in_cells_for_local_moran(folder, capsys):
    assert said(capsys, "local_moran", folder / "part-*.parquet", folder / "o.gpkg", "--cell-size", 500)[0] == 0
    status, error = said(capsys, "local_moran", folder / "part-*.parquet", folder / "o.gpkg", "--value", "count")
    assert status == 2 and "--value is a column of areas or points" in error


def test_counts_are_of_scans_too(folder, capsys):
    options = ["--freq", "W", "--lag-safe", "no"]
    for name in ("part-*.parquet", "whole.pq.parquet"):
        assert said(capsys, "counts", folder / name, folder / f"{name[0]}.csv", *options)[0] == 0
    assert (folder / "p.csv").read_text() == (folder / "w.csv").read_text()
    bounds = "--bbox=-118.3,34,-118.2,34.1"
    assert said(capsys, "counts", folder / "part-*.parquet", folder / "b.csv", bounds, *options)[0] == 0
    total, fewer = (
        np.loadtxt(folder / name, delimiter=",", skiprows=1, usecols=1).sum() for name in ("p.csv", "b.csv")
    )
    assert 0 < fewer < total


def test_days_that_alerts_begin_with_choose_no_incidents(folder, capsys):
    options = ["--by", "kind", "--dated-by", "occurred", "--since", "2023-07-01"]
    incidents = gpd.read_parquet(folder / "whole.pq.parquet").assign(kind="any")
    incidents.to_parquet(folder / "kinds.parquet")
    for name in ("kinds.par*", "kinds.parquet"):
        status, error = said(capsys, "alerts", folder / name, folder / "a.parquet", *options)
        assert status == 0, error


@pytest.mark.parametrize("option", [["--bbox", "1,2,3,4"], ["--scheduler", "tcp://127.0.0.1:1"]])
def test_options_of_scans_are_refused_of_a_file(folder, capsys, option):
    status, error = said(capsys, "kde", folder / "whole.pq.parquet", folder / "d.tif", *option)
    assert status == 2 and f"{option[0]} is for scans" in error


def test_the_address_of_a_cluster_has_a_port(folder, capsys):
    status, error = said(capsys, "kde", folder / "part-*.parquet", folder / "d.tif", "--scheduler", "localhost")
    assert status == 2 and "--scheduler must be an address with its port, such as tcp://10.0.0.1:8786" in error


def test_on_a_cluster_by_its_address(folder, capsys, cluster):
    address = cluster.scheduler.address
    status, error = said(capsys, "kde", folder / "part-*.parquet", folder / "d.tif", "--scheduler", address)
    assert status == 0, error


def test_a_file_that_is_not_there_is_named(folder, capsys):
    status, error = said(capsys, "convert", folder / "none.csv", folder / "made")
    assert status == 2 and "none.csv" in error
    status, error = said(capsys, "kde", folder / "none-*.parquet", folder / "d.tif")
    assert status == 2 and re.search(r"No file is called like '.*none-\*.parquet'; check the path", error)
