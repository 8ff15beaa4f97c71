"""Peers: esda's Getis-Ord z and libpysal's contiguity, on a grid, on synthetic polygons and on real ones."""

import geopandas as gpd
import numpy as np
import pytest
from makers import CRS, clustered, counts_as_incidents, incidents, rectangle, squares
from scipy import sparse
from shapely import affinity

import lacrime_geo as lg
from lacrime_geo.neighbours import contiguity

esda = pytest.importorskip("esda")
libpysal = pytest.importorskip("libpysal")
pytestmark = pytest.mark.filterwarnings("ignore")
SETTINGS = {"queen": {}, "rook": {}, "knn": dict(k=5), "band": dict(distance_band=3000.0)}


def peers_z(graph, values):
    """Return esda's z with binary weights, self included with weight 1 (its transform "R" is not a reference)."""
    return np.asarray(esda.G_Local(values.astype(float), graph, transform="B", star=None, permutations=0).Zs)


def with_self(graph):
    """Return libpysal's graph with itself in every neighbourhood, islands too."""
    return graph.assign_self_weight(1.0)


def peers_graph(layer, neighbours):
    graph = libpysal.graph.Graph
    centroids = gpd.GeoDataFrame(geometry=layer.centroid)
    makers = {
        "queen": lambda: graph.build_contiguity(layer, rook=False),
        "rook": lambda: graph.build_contiguity(layer, rook=True),
        "knn": lambda: graph.build_knn(centroids, k=5),
        "band": lambda: graph.build_distance_band(centroids, 3000.0, binary=True),
    }
    return makers[neighbours]()


@pytest.fixture(scope="module")
def tracts(lacrime_data):
    frame = gpd.read_parquet(lacrime_data / "la_tract_crime_counts_2020_2024.parquet")
    return frame.to_crs(CRS).rename(columns={"crime_count": "value"})


@pytest.fixture(scope="module")
def divisions(lacrime_data):
    frame = gpd.read_file(lacrime_data / "lapd_divisions.geojson").to_crs(CRS)
    return frame.assign(value=np.arange(len(frame)) ** 2 % 17)


@pytest.fixture(scope="module")
def lattice():
    """Return a crooked lattice with two islands, whose distances have no ties."""
    layer = squares(9, 8, jitter=120.0)
    islands = [affinity.translate(layer.geometry[0], 90_000, far) for far in (0, 15_000)]
    values = np.random.default_rng(11).poisson(3, len(layer) + 2)
    return gpd.GeoDataFrame({"value": values}, geometry=[*layer.geometry, *islands], crs=CRS)


@pytest.mark.parametrize("neighbours", list(SETTINGS))
@pytest.mark.parametrize("layer", ["lattice", "tracts", "divisions"])
def test_gi_star_equals_esda(layer, neighbours, request):
    frame = request.getfixturevalue(layer)
    ours = lg.gi_star(frame, value="value", neighbours=neighbours, **SETTINGS[neighbours])["z"]
    theirs = peers_z(with_self(peers_graph(frame, neighbours)), frame["value"].to_numpy())
    np.testing.assert_allclose(ours, theirs, atol=1e-10, rtol=0)


@pytest.mark.parametrize("rook", [False, True])
@pytest.mark.parametrize("layer", ["lattice", "tracts", "divisions"])
def test_contiguity_equals_libpysal(layer, rook, request):
    frame = request.getfixturevalue(layer)
    theirs = libpysal.graph.Graph.build_contiguity(frame, rook=rook).sparse
    ours = contiguity(lg.as_features(frame), rook=rook)
    assert ours.nnz > 0 and (ours != theirs).nnz == 0


@pytest.mark.parametrize("form", ["graph", "W", "csr_array", "csr_matrix", "coo"])
def test_neighbours_handed_in_give_the_same_z(lattice, form):
    graph = libpysal.graph.Graph.build_contiguity(lattice, rook=False)
    forms = {
        "graph": graph,
        "W": graph.to_W(),
        "csr_array": sparse.csr_array(graph.sparse),
        "csr_matrix": sparse.csr_matrix(graph.sparse),
        "coo": sparse.coo_matrix(graph.sparse),
    }
    given = lg.gi_star(lattice, value="value", neighbours=forms[form])
    built = lg.gi_star(lattice, value="value", neighbours="queen")
    np.testing.assert_allclose(given["z"], built["z"], atol=1e-12)
    assert given.parameters["islands"] == built.parameters["islands"] == 2


def test_row_standardised_graph_gives_the_same_z(lattice):
    graph = libpysal.graph.Graph.build_contiguity(lattice, rook=False).transform("r")
    given = lg.gi_star(lattice, value="value", neighbours=graph)["z"]
    np.testing.assert_allclose(given, lg.gi_star(lattice, value="value")["z"], atol=1e-12)


def test_gi_without_self_equals_esda(lattice):
    graph = peers_graph(lattice, "queen")
    connected = np.diff(graph.sparse.indptr) > 0
    theirs = esda.G_Local(lattice["value"].to_numpy(float), graph, transform="B", star=False, permutations=0).Zs
    ours = lg.gi_star(lattice, value="value", include_self=False)["z"]
    np.testing.assert_allclose(ours[connected], np.asarray(theirs)[connected], atol=1e-10)
    assert np.isnan(ours[~connected]).all()


@pytest.mark.parametrize("band", [1.0, 1.5, 2.9])
def test_hotspots_equal_esda_on_the_whole_grid(band):
    counts = np.random.default_rng(12).poisson(1.5, (14, 11))
    cells = lg.hotspots(
        counts_as_incidents(counts), cell_size=100, distance_band=100 * band, boundary=rectangle(0, 0, 1099, 1399)
    )
    np.testing.assert_allclose(cells["z"], cells_z(cells, 100 * band), atol=1e-10, rtol=0)
    assert len(cells) == 14 * 11


@pytest.mark.parametrize("band", [260.0, 400.0, 1000.0])
def test_hotspots_equal_esda_on_a_ragged_universe(band):
    cells = lg.hotspots(incidents(*clustered(700, 13)), cell_size=250, distance_band=band)
    assert len(cells) < cells.grid.size
    np.testing.assert_allclose(cells["z"], cells_z(cells, band), atol=1e-10, rtol=0)


def test_hotspots_equal_esda_on_real_incidents(lacrime_data):
    frame = lg.read_lapd(lacrime_data / "lapd_west_la_2020-03_2021-07_28col.parquet")
    cells = lg.hotspots(frame, cell_size=300, distance_band=450)
    np.testing.assert_allclose(cells["z"], cells_z(cells, 450.0), atol=1e-10, rtol=0)


def cells_z(cells, band):
    """Return esda's z over the same cells and the same band."""
    squares = cells.to_geodataframe()
    centres = gpd.GeoDataFrame(geometry=squares.centroid)
    graph = libpysal.graph.Graph.build_distance_band(centres, band * (1 + 1e-9), binary=True)
    return peers_z(with_self(graph), cells["count"])
