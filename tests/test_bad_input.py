"""Bad input gets one clear sentence, from the library and on the command line, and nothing is lost by it."""

import re

import geopandas as gpd
import numpy as np
import pytest
import shapely
from makers import CRS, clustered, points_frame, rectangle

import lacrime_geo as lg
from lacrime_geo.cli import main

POINTS = points_frame(*clustered(200, 1)).assign(v=np.arange(200.0), w=1.0)
INCIDENTS = ("kde", "hotspots", "dbscan")
ALL = (*INCIDENTS, "gi_star")
NEEDED = {"gi_star": dict(value="v", neighbours="knn")}
OUTPUT = {"kde": "out.tif"}


def nan_weight():
    frame = POINTS.copy()
    frame.loc[[3, 5], "w"] = np.nan
    return frame


def without_crs():
    return gpd.GeoDataFrame(POINTS.drop(columns="geometry"), geometry=np.array(POINTS.geometry))


LOCAL = 'LOCAL_CS["site",UNIT["metre",1],AXIS["x",EAST],AXIS["y",NORTH]]'
# name: (layer, functions, options, what the sentence says)
CASES = {
    "empty layer": (POINTS.iloc[:0], INCIDENTS, {}, "is empty: it has 0 rows"),
    "empty layer of areas": (POINTS.iloc[:0], ["gi_star"], {}, "has 0 rows"),
    "no geometry at all": (POINTS.assign(geometry=None), INCIDENTS, {}, "None of the 200 rows"),
    "areas without geometry": (POINTS.assign(geometry=None), ["gi_star"], {}, "200 rows, 0 of them with geometry"),
    "one point, density": (POINTS.iloc[:1], ["kde"], {}, "All 1 incidents stand on one place"),
    "one point, hotspots": (POINTS.iloc[:1], ["hotspots"], {}, "at least 60 incidents with coordinates .* has 1"),
    "one point, clusters": (POINTS.iloc[:1], ["dbscan"], {}, "no eps can be found; give eps="),
    "one point, Gi*": (POINTS.iloc[:1], ["gi_star"], {}, "at least 3 features"),
    "two points, clusters": (POINTS.iloc[:2], ["dbscan"], {}, "to choose eps; give eps="),
    "one place": (POINTS.iloc[[0] * 80], ["kde", "hotspots"], {}, "All 80 incidents stand on one place"),
    "one place, clusters": (POINTS.iloc[[0] * 80], ["dbscan"], {}, "All incidents stand on one place"),
    "one place, band": (POINTS.iloc[[0] * 80], ["gi_star"], dict(neighbours="band"), "give distance_band="),
    "missing weights": (nan_weight(), INCIDENTS, dict(weight="w"), "in 2 of 200 rows, first in row 3"),
    "missing values": (nan_weight(), ["gi_star"], dict(value="w"), "'w' is missing or infinite in 2 of 200 rows"),
    "negative weights": (POINTS.assign(w=-1.0), INCIDENTS, dict(weight="w"), "negative in 200 of 200 rows"),
    "weights of nothing": (POINTS.assign(w=0.0), INCIDENTS, dict(weight="w"), "0 in all 200 rows"),
    "weights in words": (POINTS.assign(w="many"), INCIDENTS, dict(weight="w"), "must be numbers.*'many'"),
    "negative cell": (POINTS, ["kde", "hotspots"], dict(cell_size=-5), "cell_size must be above 0 metres, got -5"),
    "no cell": (POINTS, ["kde", "hotspots"], dict(cell_size=0), "cell_size must be above 0 metres, got 0"),
    "cell of nan": (POINTS, ["kde", "hotspots"], dict(cell_size=float("nan")), "cell_size must be above 0"),
    "infinite bandwidth": (POINTS, ["kde"], dict(bandwidth=float("inf")), "bandwidth must be above 0"),
    "negative eps": (POINTS, ["dbscan"], dict(eps=-1), "eps must be above 0"),
    "no samples": (POINTS, ["dbscan"], dict(min_samples=0), "min_samples must be above 0 incidents"),
    "negative band": (POINTS, ["gi_star"], dict(neighbours="band", distance_band=-2), "distance_band must be above 0"),
    "band below a cell": (POINTS, ["hotspots"], dict(cell_size=200, distance_band=150), "smaller than a cell of 200 m"),
    "too many cells": (POINTS, ["kde", "hotspots"], dict(cell_size=0.05), r"[\d,]{11,} cells .* raise cell_size to"),
    "too many neighbours": (POINTS, ["gi_star"], dict(k=200), "only 200 features; lower k"),
    "touching points": (POINTS, ["gi_star"], dict(neighbours="queen"), "neighbours='knn'"),
    "missing CRS": (without_crs(), ALL, {}, "The CRS of the layer is missing"),
    "CRS of a site": (POINTS.set_crs(LOCAL, allow_override=True), ALL, {}, "cannot be projected to EPSG:4326"),
    "unknown weight": (POINTS, INCIDENTS, dict(weight="nought"), "no column 'nought'; the columns are"),
    "unknown value": (POINTS, ["gi_star"], dict(value="nought"), "no column 'nought'; the columns are"),
    "lines": (POINTS.set_geometry(POINTS.buffer(1).boundary), INCIDENTS, {}, "200 of 200 rows are something else"),
    "areas for points": (POINTS.set_geometry(POINTS.buffer(1)), INCIDENTS, {}, "first row 0, a Polygon"),
    "lines for areas": (POINTS.set_geometry(POINTS.buffer(1).boundary), ["gi_star"], {}, "only polygons or only points"),
    "beyond the earth": (
        gpd.GeoDataFrame(geometry=[shapely.Point(-118, 95)] * 80, crs="EPSG:4326"), INCIDENTS, {}, "80 of|1 of",
    ),
}  # fmt: skip
RUNS = [pytest.param(case, name, id=f"{case}-{name}") for case, parts in CASES.items() for name in parts[1]]


def one_sentence(text):
    return "\n" not in text and "Traceback" not in text and 20 < len(text) < 400


@pytest.mark.parametrize(("case", "name"), RUNS)
def test_library_says_one_sentence(case, name):
    layer, _, options, words = CASES[case]
    with pytest.raises((ValueError, TypeError), match=words) as error:
        getattr(lg, name)(layer, **{**NEEDED.get(name, {}), **options})
    assert one_sentence(str(error.value))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("case", "name"), RUNS)
def test_command_says_one_sentence_and_loses_nothing(case, name, tmp_path, capfd):
    layer, _, options, words = CASES[case]
    folder = tmp_path / "out"
    folder.mkdir()
    output = folder / OUTPUT.get(name, "out.gpkg")
    output.write_bytes(b"the old layer")
    output.with_suffix(".qml").write_bytes(b"the old style")
    layer.to_parquet(tmp_path / "in.parquet")
    capfd.readouterr()
    settings = {**NEEDED.get(name, {}), **options}
    flags = [f"--{key.replace('_', '-')}={value}" for key, value in settings.items()]
    assert main([name, str(tmp_path / "in.parquet"), str(output), "--quiet", *flags]) == 2
    captured = capfd.readouterr()
    assert captured.out == "" and one_sentence(captured.err.rstrip("\n"))
    assert re.match(f"lacrime-geo: .*({words})", captured.err)
    assert {path.name: path.read_bytes()[:7] for path in folder.iterdir()} == {
        output.name: b"the old",
        "out.qml": b"the old",
    }


BOUNDARIES = {
    "points": (POINTS, "boundary must be a polygon layer"),
    "empty": (POINTS.iloc[:0], "boundary must be a polygon layer"),
    "elsewhere": (
        gpd.GeoDataFrame(geometry=[shapely.box(1e5, 3e6, 1.1e5, 3.01e6)], crs=CRS),
        "check that it is of the same",
    ),
    "too small": (rectangle(0, 0, 400, 400), "inside the boundary|at least 30: lower cell_size"),
    "in another CRS": (lg.Features([], "EPSG:3310"), "project one to the other"),
}


@pytest.mark.parametrize("case", list(BOUNDARIES))
def test_boundaries_that_do_not_bound(case):
    boundary, words = BOUNDARIES[case]
    with pytest.raises(ValueError, match=words) as error:
        lg.hotspots(POINTS, boundary=boundary, cell_size=100)
    assert one_sentence(str(error.value))


@pytest.mark.parametrize("case", ["points", "elsewhere", "in another CRS"])
def test_boundaries_of_densities_too(case):
    boundary, words = BOUNDARIES[case]
    with pytest.raises(ValueError, match=words):
        lg.kde(POINTS, boundary=boundary, cell_size=100, bandwidth=300)


def test_degrees_cannot_be_measured_in_by_the_core():
    with pytest.raises(ValueError, match="in degrees; project to metres first"):
        lg.kde(lg.Incidents([-118.3, -118.2], [34.0, 34.1], crs="EPSG:4326"))


@pytest.mark.parametrize("name", ["kernel", "correction"])
def test_choices_list_what_there_is(name):
    function = {"kernel": lg.kde, "correction": lg.hotspots}[name]
    for wrong in ("none such", None, 3, ["fdr"]):
        with pytest.raises(ValueError, match=f"{name} must be one of '.*got {re.escape(repr(wrong))}"):
            function(POINTS, **{name: wrong})


@pytest.mark.parametrize("value", ["wide", None, [1, 2], 1j])
def test_numbers_that_are_none(value):
    if value is None:
        assert lg.kde(POINTS, cell_size=None).parameters["cell_size"] > 0
        return
    with pytest.raises(TypeError, match="cell_size must be a number of metres, got"):
        lg.kde(POINTS, cell_size=value)
