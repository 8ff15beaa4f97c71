"""GeoTIFFs: values where the grid says, and everything that a reader needs to know inside."""

import json
import re

import numpy as np
import pytest
import rasterio
from makers import clustered, incidents, rectangle

import lacrime_geo as lg

X, Y = clustered(500, 1)


@pytest.fixture(scope="module")
def surface():
    return lg.kde(incidents(X, Y), bandwidth=400, cell_size=10, boundary=rectangle(0, 0, 4000, 4500))


@pytest.fixture(scope="module")
def raster(surface, tmp_path_factory):
    path = tmp_path_factory.mktemp("raster") / "density.tif"
    surface.save(path)
    with rasterio.open(path) as opened:
        yield opened


def test_values_and_place(raster, surface):
    np.testing.assert_array_equal(raster.read(1), surface.values.astype(np.float32))
    assert raster.crs.to_epsg() == 32611 and tuple(raster.transform)[:6] == surface.grid.transform
    assert tuple(raster.bounds) == pytest.approx(surface.grid.bounds)
    x, y = X[:20] + 380_000, Y[:20] + 3_768_000
    cell = surface.grid.index(x, y)
    sampled = np.array([value[0] for value in raster.sample(zip(x, y))])
    inside = cell >= 0
    np.testing.assert_array_equal(sampled[inside], surface.values.ravel()[cell[inside]].astype(np.float32))


def test_tiled_compressed_with_overviews(raster):
    assert raster.profile["tiled"] and raster.compression == rasterio.enums.Compression.deflate
    assert raster.overviews(1)[:1] == [2]
    assert raster.tags(ns="IMAGE_STRUCTURE").get("LAYOUT") == "COG"


def test_nodata_unit_and_parameters(raster, surface):
    assert np.isnan(raster.nodata) and np.isnan(surface.values).any()
    assert (raster.units, raster.descriptions) == (("incidents per km²",), ("density",))
    kept = json.loads(raster.tags()["lacrime_geo"])
    assert kept["bandwidth"] == 400 and kept["cell_size"] == 10 and kept["version"] == lg.__version__
    assert kept["kernel"] == "quartic" and kept["incidents"] == 500


def test_the_style_stands_beside_a_surface(surface, tmp_path):
    surface.save(tmp_path / "a.tiff")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.qml", "a.tiff"]


def test_cells_have_a_band_for_each_column(tmp_path):
    cells = lg.hotspots(incidents(X, Y), cell_size=250)
    (tmp_path / "a.qml").write_text("of an older raster")
    cells.save(tmp_path / "a.tif")
    with rasterio.open(tmp_path / "a.tif") as opened:
        assert opened.descriptions == tuple(cells.columns) and opened.units[0] == "incidents"
        for number, name in enumerate(cells.columns, start=1):
            np.testing.assert_array_equal(opened.read(number), cells.raster(name))
    # The cells' style is one of polygons: a raster would not be drawn by it.
    assert [path.name for path in tmp_path.iterdir()] == ["a.tif"]


def test_a_raster_of_one_cell(tmp_path):
    surface = lg.kde(incidents([5], [5]), bandwidth=2.4, cell_size=5)
    surface.save(tmp_path / "a.tif")
    with rasterio.open(tmp_path / "a.tif") as opened:
        assert opened.shape == surface.grid.shape
        np.testing.assert_array_equal(opened.read(1), surface.values.astype(np.float32))


def test_a_saved_surface_is_read_again(surface, tmp_path):
    surface.save(tmp_path / "density.tif")
    again = lg.as_surface(tmp_path / "density.tif")
    np.testing.assert_array_equal(again.values, surface.values.astype(np.float32))
    assert (again.grid, again.unit) == (surface.grid, surface.unit)
    assert again.parameters == surface.parameters and again.parameters["layer"] == "incidents"
    assert lg.as_surface(again) is again


def written(path, values, **changes):
    """Write a raster as any other tool might: bands by rows by columns."""
    values = np.asarray(values)
    profile = dict(zip(("count", "height", "width"), values.shape), dtype=values.dtype, crs="EPSG:32611")
    profile["transform"] = rasterio.Affine(50, 0, 380_000, 0, -50, 3_768_000)
    with rasterio.open(path, "w", driver="GTiff", **{**profile, **changes}) as target:
        target.write(values)
    return path


def test_rasters_of_other_tools_are_read(tmp_path):
    path = written(tmp_path / "counts.tif", np.array([[[7, 8, 255], [0, 1, 2]]], dtype=np.uint8), nodata=255)
    with rasterio.open(path, "r+") as target:
        target.scales, target.offsets = (0.5,), (10.0,)
    surface = lg.as_surface(str(path))
    np.testing.assert_array_equal(surface.values, [[13.5, 14, np.nan], [10, 10.5, 11]])
    assert surface.grid.bounds == (380_000, 3_767_900, 380_150, 3_768_000)
    assert surface.parameters == {"layer": "counts", "unit": "", "crs": "EPSG:32611"} and surface.unit == ""


UNREADABLE = {
    "several bands": (2, {}, "'a.tif' has 2 bands and one is needed"),
    "degrees": (1, dict(crs="EPSG:4326"), "'a.tif' is in EPSG:4326, not in metres; warp it to a metric CRS"),
    "Web Mercator": (1, dict(crs="EPSG:3857"), "is in EPSG:3857, not in metres"),
    "feet": (1, dict(crs="EPSG:2229"), "is in EPSG:2229, not in metres"),
    "no CRS": (1, dict(crs=None), "The CRS of the raster 'a.tif' is missing"),
    "oblong cells": (1, dict(transform=rasterio.Affine(50, 0, 0, 0, -40, 0)), "50 by 40 m; warp it to square cells"),
}


@pytest.mark.parametrize("case", list(UNREADABLE))
def test_rasters_that_cannot_be_used_say_why(case, tmp_path):
    bands, changes, sentence = UNREADABLE[case]
    path = written(tmp_path / "a.tif", np.ones((bands, 3, 4)), **changes)
    with pytest.raises(ValueError, match=re.escape(sentence)):
        lg.as_surface(path)


def test_files_that_are_no_rasters(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"There is no file '.*missing.tif'; check the path"):
        lg.as_surface(tmp_path / "missing.tif")
    (tmp_path / "text.tif").write_text("no raster")
    with pytest.raises(OSError, match=r"text.tif' cannot be read as a raster .*; is it complete\?"):
        lg.as_surface(tmp_path / "text.tif")


def test_text_columns_are_left_out_of_a_raster_and_that_is_said(tmp_path, caplog):
    caplog.set_level("INFO", logger="lacrime_geo")
    cells = lg.stability(incidents(*clustered(600, 1)), cell_size=300, runs=3)
    cells.save(tmp_path / "a.tif")
    with rasterio.open(tmp_path / "a.tif") as source:
        assert list(source.descriptions) == ["count", "bin", "hot", "cold", "runs"]
    assert "column said holds text, which a raster does not; it is left out" in caplog.text
