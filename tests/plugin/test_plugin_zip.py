"""The zip that QGIS installs, and its run in a fresh profile with the system's Python alone."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from bundled import (
    ANALYSES,
    NEED_SCIKIT,
    RASTERS,
    SECOND,
    SUMMARIES,
    build_zip,
    clustered,
    inputs_of,
)

import lacrime_geo as lg
from tools.headless_qgis import headless, run_headless

pytestmark = pytest.mark.plugin


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    return build_zip(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def installed(archive, tmp_path_factory):
    folder = tmp_path_factory.mktemp("profile")
    with zipfile.ZipFile(archive) as content:
        content.extractall(folder / "plugins")
    return folder


@pytest.fixture(scope="module")
def inputs(tmp_path_factory):
    """Return the folder of points, units around them, squares with their counts, and the points' density."""
    import geopandas as gpd
    from shapely.geometry import box

    folder = tmp_path_factory.mktemp("inputs")
    x, y = clustered()
    days = np.datetime64("2023-01-01") + np.arange(x.size) % 365
    hours = (np.arange(x.size) * 7 % 24).astype("m8[h]")
    columns = {
        "occurred": days.astype("M8[s]") + hours,
        "reported": (days + (1 + np.arange(x.size) % 9).astype("m8[D]")).astype("M8[s]"),
    }
    columns["category"] = np.where(np.arange(x.size) % 2, "robbery", "burglary")
    points = gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(x, y), crs="EPSG:4326")
    points.to_file(folder / "points.gpkg")
    corners = [(372_000 + 1000 * column, 3_764_000 + 1000 * row) for row in range(6) for column in range(6)]
    squares = [box(west, south, west + 1000, south + 1000) for west, south in corners]
    counts = np.where(np.arange(36) < 9, 50, np.arange(36) % 7)
    columns = {"crimes": counts, "residents": 500 + 10 * np.arange(36)}
    gpd.GeoDataFrame(columns, geometry=squares, crs="EPSG:32611").to_file(folder / "squares.gpkg")
    units = [box(west, 33.9, west + 0.02, 34.1) for west in np.arange(-118.41, -118.30, 0.02)]
    gpd.GeoDataFrame(geometry=units, crs="EPSG:4326").to_file(folder / "units.gpkg")
    lg.kde(folder / "points.gpkg").save(folder / "density.tif")
    return folder


def test_the_zip_is_named_for_the_version_and_alone(archive):
    assert archive.name == f"lacrime_qgis-{lg.__version__}.zip"
    assert [path.name for path in archive.parent.iterdir()] == [archive.name]


def test_the_same_source_gives_the_same_zip(archive, tmp_path):
    assert build_zip(tmp_path).read_bytes() == archive.read_bytes()


@pytest.mark.parametrize("name", NEED_SCIKIT)
def test_stock_qgis_names_what_is_missing(installed, inputs, tmp_path, name):
    """The system's Python has no scikit-learn: that is said with its remedy, and nothing is written."""
    pytest.importorskip("qgis.core")
    given = dict(INCIDENTS=inputs / "points.gpkg", OUTPUT=tmp_path / "out.gpkg")
    done = run_headless(installed / "settings", installed / "plugins", name, **given)
    said = done.stdout + done.stderr
    assert done.returncode != 0 and "needs scikit-learn, which this QGIS does not have" in said, said
    assert (
        "sudo apt install python3-sklearn in a terminal" in said
        and "Traceback" not in said
        and list(tmp_path.iterdir()) == []
    )


@pytest.fixture(scope="module")
def stock(installed):
    """Return a function that runs an algorithm in the system's QGIS, started once, and gives its status and what it said."""
    pytest.importorskip("qgis.core")
    _, environment = headless(installed / "settings", installed / "plugins")
    command = ["/usr/bin/python3", str(Path(__file__).with_name("stock_qgis.py")), str(installed / "plugins")]
    pipes = dict(stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with subprocess.Popen(command, env=environment, **pipes) as process:

        def run(name, given, said):
            request = [name, {key: str(value) for key, value in given.items()}, str(said)]
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
            return int(process.stdout.readline()), said.read_text(encoding="utf-8")

        yield run
        process.stdin.close()


def given_to(name, inputs, folder):
    """Return the input and options of an analysis, and with its outputs in the folder."""
    layers = [inputs / file for file in ("points.gpkg", "squares.gpkg", "units.gpkg", "density.tif")]
    given = inputs_of(name, *layers)
    second = {SECOND[name]: folder / "second.gpkg"} if name in SECOND else {}
    return given, {**given, "OUTPUT": folder / ("out.tif" if name in RASTERS else "out.gpkg"), **second}


@pytest.mark.parametrize("name", sorted({*ANALYSES} - {*NEED_SCIKIT}))
def test_stock_qgis_runs_it_from_the_zip(stock, inputs, tmp_path, name):
    """numpy and scipy of the system only: no pip-installed package is on the path."""
    given, asked = given_to(name, inputs, tmp_path)
    status, said = stock(name, asked, tmp_path / "said")
    assert status == 0 and "Traceback" not in said, said
    compare(asked["OUTPUT"], in_a_script(name, given))


@pytest.mark.parametrize(
    ("name", "given", "words"),
    [
        (
            "report",
            dict(BOUNDARY="units.gpkg", SECTIONS="map, clock, season, harm, methods", OUTPUT="report.html"),
            "hot cell",
        ),
        ("verify", dict(ONLY="hdbscan, e_test, Privacy", SUMMARY="verified.html"), "needs scikit-learn"),
    ],
)
def test_stock_qgis_makes_its_pages(stock, inputs, tmp_path, name, given, words):
    """Degrees become metres and metres degrees without pyproj, and what needs scikit-learn is said to."""
    places = {"BOUNDARY": inputs, "OUTPUT": tmp_path, "SUMMARY": tmp_path}
    asked = {key: places[key] / value if key in places else value for key, value in given.items()}
    if name == "report":
        asked["INCIDENTS"] = inputs / "points.gpkg"
    status, said = stock(name, asked, tmp_path / "said")
    assert status == 0 and "Traceback" not in said, said
    assert words in (tmp_path / Path(list(given.values())[-1])).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["kde", "dbscan"])
def test_a_profile_with_the_zip_runs_it_in_one_command(installed, inputs, tmp_path, name):
    """qgis_process starts with what the profile has enabled."""
    pytest.importorskip("qgis.core")
    given, asked = given_to(name, inputs, tmp_path)
    done = run_headless(installed / "settings", installed / "plugins", name, **asked)
    assert done.returncode == 0, done.stderr + done.stdout
    assert "Traceback" not in done.stderr + done.stdout
    compare(asked["OUTPUT"], in_a_script(name, given))


def in_a_script(name, given):
    """Return what a script gets of the same files and options."""
    options = {parameter.lower(): value for parameter, value in given.items()}
    if "until_column" in options:
        options["incidents"] = lg.as_incidents(options["incidents"], until_column=options.pop("until_column"))
    return getattr(lg, name)(**options)


def compare(target, expected):
    import geopandas as gpd
    import rasterio

    if isinstance(expected, lg.Surface):
        with rasterio.open(target) as raster:
            np.testing.assert_allclose(raster.read(1), expected.values.astype(np.float32), rtol=1e-5, atol=1e-5)
        return
    written = gpd.read_file(target)
    if isinstance(expected, lg.Shapes):
        assert set(written.geom_type) <= {"Polygon", "MultiPolygon"}
    for column in expected.columns:
        if expected[column].dtype == object:
            assert written[column].tolist() == expected[column].tolist()
        elif expected[column].dtype.kind == "M":
            np.testing.assert_array_equal(written[column].to_numpy("M8[s]"), expected[column])
        else:
            np.testing.assert_allclose(
                # The system's numpy adds in another order; fits by steps end apart by as much.
                written[column].astype(float),
                expected[column].astype(float),
                rtol=1e-7,
                atol=1e-9,
            )


def test_without_scipy_the_provider_stays_and_says_what_to_install(installed):
    """scipy is usual in QGIS's Python, not promised."""
    pytest.importorskip("qgis.core")
    script = Path(__file__).with_name("without_scipy.py")
    done = subprocess.run(
        [sys.executable, str(script), str(installed / "plugins")],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    said = dict(line.split(": ", 1) for line in done.stdout.splitlines() if ": " in line)
    assert said["Lacrime needs scipy in QGIS's Python for its analyses"].startswith("type "), done.stderr
    greyed = {name for name, answer in said.items() if "needs scipy" in answer}
    assert greyed == {*ANALYSES, *SUMMARIES}, done.stdout
    assert said["check_installation"] == "can run"
