"""The space-time cube: a slow twin, whole steps from the end, what is left out, NetCDF that others open, layers that play."""

import numpy as np
import pandas as pd
import pytest
from makers import clustered, incidents, rectangle

import lacrime_geo as lg
from lacrime_geo.styles import qml

START = np.datetime64("2023-01-01")


def dated(n=600, days=100, seed=5, **more):
    """Return incidents of so many days."""
    day = np.random.default_rng(seed).integers(0, days, n)
    day[:2] = 0, days - 1
    when = (START + day).astype("M8[s]") + np.random.default_rng(seed).integers(0, 86400, n).astype("m8[s]")
    return incidents(*clustered(n, seed), when=when, **more)


POINTS = dated()
CUBE = lg.space_time_cube(POINTS, cell_size=500, time_step=9)


def test_the_slow_twin():
    cube, counted = CUBE, 0
    for step, begin in enumerate(cube.begin):
        inside = (POINTS.when >= begin) & (POINTS.when < begin + np.timedelta64(9, "D"))
        cell = cube.grid.index(POINTS.easting[inside], POINTS.northing[inside])
        for number, one in enumerate(cube.cell):
            assert cube.count[step, number] == (cell == one).sum()
        counted += inside.sum()
    assert cube.count.sum() == counted == cube["count"].sum()


def test_whole_steps_are_counted_back_from_the_end_and_the_rest_is_told():
    assert CUBE.begin.size == 11 and CUBE.steps.end == np.datetime64("2023-04-11")
    left = (POINTS.when < np.datetime64("2023-01-02")).sum()
    assert CUBE.parameters["left_over"] == left > 0 and CUBE.count.sum() == 600 - left


@pytest.mark.parametrize(
    "days, time_step, words, steps",
    [
        (100, None, "a week", 14),
        (45, None, "4 days", 11),
        (800, None, "a month", 26),
        (100, "day", "a day", 100),
        (100, "7", "a week", 14),
        (100, "month", "a month", 3),
        (100, 25, "25 days", 4),
    ],
)
def test_the_length_of_a_step(days, time_step, words, steps):
    cube = lg.space_time_cube(dated(days=days), cell_size=500, time_step=time_step)
    assert (cube.steps.words, cube.begin.size) == (words, steps)
    assert ("time_step_reason" in cube.parameters) == (time_step is None)


def test_what_has_no_date_is_left_out_and_counted():
    when = POINTS.when.copy()
    when[50:80] = "NaT"
    cube = lg.space_time_cube(incidents(*clustered(600, 5), when=when), cell_size=500, time_step=10)
    assert cube.parameters["undated"] == 30 and cube.count.sum() == 570


def test_zeros_of_the_study_area_are_counted_and_order_does_not_matter():
    area = rectangle(0, 0, 5000, 5000)
    cube = lg.space_time_cube(POINTS, cell_size=500, boundary=area)
    back = lg.space_time_cube(POINTS.take(np.arange(600)[::-1]), cell_size=500, boundary=area)
    assert cube.count.shape[1] == 100 and (cube["count"] == 0).any()
    np.testing.assert_array_equal(cube.count, back.count)


def test_weights_are_summed_beside_the_counts():
    weight = np.arange(600) % 4 + 0.5
    cube = lg.space_time_cube(POINTS, cell_size=500, time_step=10, weight=weight)
    assert cube.weight_sum.sum() == pytest.approx(weight.sum()) and cube["count"].sum() == 600
    assert lg.space_time_cube(POINTS, cell_size=500, time_step=10, weight=np.floor(weight)).weight_sum.dtype == np.int64


@pytest.mark.parametrize("weight", [None, np.arange(600) % 3 + 1, np.arange(600) / 7])
def test_netcdf_gives_the_same_cube_again(tmp_path, weight):
    cube = lg.space_time_cube(POINTS, cell_size=500, time_step="month", weight=weight)
    again = lg.SpaceTimeCube.read(cube.save(tmp_path / "cube.nc"))
    np.testing.assert_array_equal(again.count, cube.count)
    np.testing.assert_array_equal(again.values, cube.values)
    np.testing.assert_array_equal(again.cell, cube.cell)
    np.testing.assert_array_equal(again.begin, cube.begin)
    assert (again.grid, again.label, again.parameters) == (cube.grid, cube.label, cube.parameters)
    assert again.steps.words == "a month" and list(again.columns) == list(cube.columns)


def test_xarray_opens_it_by_the_conventions(tmp_path):
    xarray = pytest.importorskip("xarray")
    CUBE.save(tmp_path / "cube.nc")
    with xarray.open_dataset(tmp_path / "cube.nc", engine="scipy", decode_coords="all") as opened:
        assert dict(opened.sizes)["time"] == 11 and opened["count"].dims == ("time", "y", "x")
        assert pd.Timestamp(opened["time"].values[0]) == pd.Timestamp(CUBE.begin[0])
        assert float(opened["count"].sum()) == CUBE.count.sum()
        assert int(np.isfinite(opened["count"].values[0]).sum()) == CUBE.cell.size
        east, north = CUBE.grid.centres(CUBE.cell[:1])
        at = opened["count"].sel(x=east[0], y=north[0]).values
        np.testing.assert_array_equal(at, CUBE.count[:, 0])
        assert "crs" in opened.coords and opened["crs"].attrs["grid_mapping_name"] == "transverse_mercator"
        assert opened["x"].attrs["standard_name"] == "projection_x_coordinate"
        assert (opened["time_bounds"].values[0] == [CUBE.begin[0], CUBE.steps.ends[0]]).all()


def test_gdal_finds_its_place(tmp_path):
    rasterio = pytest.importorskip("rasterio")
    CUBE.save(tmp_path / "cube.nc")
    try:
        opened = rasterio.open(f"netcdf:{tmp_path / 'cube.nc'}:count")
    except rasterio.errors.RasterioIOError:
        pytest.skip("this GDAL has no driver of NetCDF")
    with opened as raster:
        assert raster.count == 11 and raster.crs.to_epsg() == 32611
        assert raster.bounds == pytest.approx(CUBE.grid.bounds)
        np.testing.assert_array_equal(raster.read(3).ravel()[CUBE.cell], CUBE.count[2])


def test_other_files_are_refused_in_a_sentence(tmp_path):
    with pytest.raises(FileNotFoundError, match="There is no file"):
        lg.SpaceTimeCube.read(tmp_path / "none.nc")
    (tmp_path / "other.nc").write_bytes(b"CDF\x02 and nothing more")
    with pytest.raises(OSError, match="is no space-time cube that lacrime_geo has written"):
        lg.SpaceTimeCube.read(tmp_path / "other.nc")


def test_a_full_folder_leaves_the_old_file(small_disk):
    old = small_disk / "cube.nc"
    old.write_bytes(b"old")
    (small_disk / "filler").write_bytes(bytes(40_000))
    with pytest.raises(OSError, match="Cannot write"):
        lg.space_time_cube(POINTS, cell_size=100, time_step=9).save(old)
    assert old.read_bytes() == b"old" and sorted(path.name for path in small_disk.iterdir()) == ["cube.nc", "filler"]


def test_the_layer_of_steps_plays_in_time(tmp_path):
    import geopandas as gpd

    bins = CUBE.bins()
    assert bins["count"].sum() == CUBE.count.sum() and (bins["count"] > 0).all()
    assert (bins["last"] - bins["first"] == np.timedelta64(9 * 86400 - 1, "s")).all()
    assert 'startField="first" endField="last"' in qml(bins) and "incidents" in qml(bins)
    frame = gpd.read_file(bins.save(tmp_path / "bins.gpkg"))
    assert len(frame) == len(bins) and frame["first"].min() == pd.Timestamp(CUBE.begin[0])


@pytest.mark.parametrize(
    "points, options, sentence",
    [
        (incidents(*clustered(600, 5)), {}, "has no times, which steps of time need"),
        (
            incidents(*clustered(60, 5), when=["NaT"] * 60),
            {},
            "None of the 60 incidents of 'incidents' with a place has a date",
        ),
        (incidents(*clustered(60, 5), when=["2023-01-01"] * 60), {}, "has 1 day; steps of time need at least 10"),
        (incidents([1.0], [1.0], when=["2023-01-01"]), {"time_step": 1}, "need at least 60 incidents"),
        (incidents([5.0] * 60, [5.0] * 60, when=START + np.arange(60)), {}, "All 60 incidents stand on one place"),
        (POINTS, {"time_step": "fortnight"}, "time_step must be one of 'day', 'week', 'month', got 'fortnight'"),
        (POINTS, {"time_step": 0}, "time_step must be a whole number of at least 1, got 0"),
        (POINTS, {"time_step": 400}, "time_step of 400 days is longer than the period of 100 days"),
    ],
)
def test_what_makes_no_cube_is_refused_in_a_sentence(points, options, sentence):
    with pytest.raises(ValueError, match=sentence):
        lg.space_time_cube(points, **options)
