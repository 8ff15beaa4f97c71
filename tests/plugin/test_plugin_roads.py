"""One analysis by three roads, script, command line and QGIS, gives the same numbers on the real files."""

import numpy as np
import pytest
from bundled import column

import lacrime_geo as lg
from lacrime_geo.cli import main

pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin

PERIOD = {"since": "2023-10-01", "until": "2023-10-15"}


@pytest.fixture(scope="module")
def citywide(lacrime_data, tmp_path_factory):
    """Return the real citywide file and the same incidents as a GeoPackage, which QGIS reads everywhere."""
    source = lacrime_data / "lapd_citywide_2023-09_2023-10.parquet"
    layer = tmp_path_factory.mktemp("citywide") / "incidents.gpkg"
    lg.read_lapd(source)[["dr_no", "occurred", "category", "geometry"]].to_file(layer)
    return source, layer


def test_kde(citywide, run, read_raster, tmp_path):
    source, layer = citywide
    surface = lg.kde(lg.read_lapd(source))
    assert main(["kde", str(source), str(tmp_path / "cli.tif"), "--quiet"]) == 0
    run("kde", INCIDENTS=str(layer), OUTPUT=str(tmp_path / "qgis.tif"))
    for road in ("cli.tif", "qgis.tif"):
        raster = read_raster(tmp_path / road)
        np.testing.assert_allclose(raster["values"], surface.values.astype(np.float32), rtol=2e-6, atol=1e-6)
        assert raster["bounds"] == pytest.approx(surface.grid.bounds, abs=1e-6)


@pytest.mark.parametrize("period", [{}, PERIOD], ids=["all", "a fortnight"])
def test_hotspots(citywide, lacrime_data, run, tmp_path, period):
    import geopandas as gpd

    source, layer = citywide
    boundary = str(lacrime_data / "la_city_boundary_from_divisions.geojson")
    script = lg.hotspots(lg.as_incidents(lg.read_lapd(source)).select(**period), boundary=boundary)
    words = [word for name, value in period.items() for word in (f"--{name}", value)]
    command = ["hotspots", str(source), str(tmp_path / "cli.gpkg"), "--boundary", boundary, "--quiet", *words]
    assert main(command) == 0
    upper = {name.upper(): value for name, value in period.items()}
    toolbox = run("hotspots", INCIDENTS=str(layer), BOUNDARY=boundary, **upper)["OUTPUT"]
    commanded = gpd.read_file(tmp_path / "cli.gpkg")
    for name in script.columns:
        np.testing.assert_allclose(commanded[name], script[name], rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(column(toolbox, name), script[name], rtol=1e-9, atol=1e-12)
    assert (script["bin"] == 3).sum() > 100 or period


def test_dbscan(citywide, run, tmp_path):
    import geopandas as gpd

    source, layer = citywide
    script = lg.dbscan(lg.read_lapd(source))
    assert main(["dbscan", str(source), str(tmp_path / "cli.gpkg"), "--quiet"]) == 0
    toolbox = run("dbscan", INCIDENTS=str(layer))
    for name in ("cluster", "core"):
        np.testing.assert_array_equal(gpd.read_file(tmp_path / "cli.gpkg", layer="cli")[name], script[name])
        np.testing.assert_array_equal(column(toolbox["OUTPUT"], name), script[name])
    hulls = gpd.read_file(tmp_path / "cli.gpkg", layer="clusters")
    for name in ("cluster", "rank", "count", "share"):
        np.testing.assert_allclose(hulls[name], script.clusters()[name])
        np.testing.assert_allclose(column(toolbox["CLUSTERS"], name), script.clusters()[name])


def test_gi_star(lacrime_data, run, tmp_path):
    import geopandas as gpd

    source = lacrime_data / "la_tract_crime_counts_2020_2024.parquet"
    gpd.read_parquet(source).to_file(tmp_path / "tracts.gpkg")
    script = lg.gi_star(gpd.read_parquet(source), value="crime_count")
    assert main(["gi_star", str(source), str(tmp_path / "cli.gpkg"), "--value", "crime_count", "--quiet"]) == 0
    toolbox = run("gi_star", FEATURES=str(tmp_path / "tracts.gpkg"), VALUE="crime_count")["OUTPUT"]
    commanded = gpd.read_file(tmp_path / "cli.gpkg")
    for name in script.columns:
        np.testing.assert_allclose(commanded[name], script[name], rtol=1e-9)
        np.testing.assert_allclose(column(toolbox, name), script[name], rtol=1e-9)
