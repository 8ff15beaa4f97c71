"""docs/hotspots.md is always true: its scripts and commands run and print what it says, its numbers are the software's."""

import inspect
import logging
import re
import shlex

import geopandas as gpd
import numpy as np
import pytest
from makers import squares
from pages import DIVISIONS, INCIDENTS, Page

import lacrime_geo as lg
from lacrime_geo.catalog import ANALYSES, BY_NAME
from lacrime_geo.command_options import commands_parser
from lacrime_geo.map_comparison import CHANGES
from lacrime_geo.moran import QUADRANTS
from lacrime_geo.parameter_groups import SELECTION
from lacrime_geo.significance import CORRECTIONS, adjust, confidence_bins, two_sided
from lacrime_geo.styles import palettes

PAGE = Page("hotspots.md")
PROSE = PAGE.prose
HALVES = (("2023-01-01", "2023-07-01"), ("2023-07-01", "2024-01-01"))
# What a command needs besides its input and output.
NEEDED = {
    "jitter_sensitivity": "--analysis kde",
    "gi_star": "--value count",
    "local_moran": "",
    "compare": "--other b",
    "concentration": "--units b",
}


@pytest.fixture(scope="module")
def everything():
    return lg.as_incidents(INCIDENTS)


@pytest.fixture(scope="module")
def cells():
    return lg.hotspots(INCIDENTS, boundary=DIVISIONS)


def hot_and_cold(cells):
    return [f"{(side * cells['bin'] > 0).sum():,}" for side in (1, -1)]


def test_links_and_pictures_exist():
    maps = ("hotspots", "bands", "hexagons", "stability", "moved_places", "comparison", "local_moran")
    assert PAGE.pictures() == {f"{name}.png" for name in maps} | {"distance_curve.svg", "lorenz.svg"}


def test_every_analysis_of_the_group_is_there():
    names = {name for row in PAGE.table_under("# Hotspots and") for name in re.findall(r"`(\w+)`", row[1])}
    assert names == {analysis.name for analysis in ANALYSES if analysis.group == "Hotspots"}


@pytest.mark.slow
def test_examples_run_and_print_what_the_page_says(in_copy, capsys):
    assert PAGE.run_examples(capsys) == 14


def test_the_three_roads_are_there():
    selecting = set(inspect.signature(lg.Incidents.select).parameters)
    rows = PAGE.table_under("## The same by three roads")
    assert {row[0].strip("`") for row in rows} <= set(BY_NAME)
    for name, _, script, command, qgis in ((row[0].strip("`"), *row[1:]) for row in rows):
        analysis = BY_NAME[name]
        labels = {parameter.label for parameter in (*analysis.params, *SELECTION)} | {analysis.second_title}
        assert set(qgis.split("; ")) <= labels, name
        commands_parser().parse_args(
            [name, "a", "b", *shlex.split(NEEDED.get(name, "")), *shlex.split(command.strip("`"))]
        )
        known = selecting if "select(" in script else {parameter.name for parameter in analysis.params}
        assert set(re.findall(r"(\w+)=", script)) <= known
        if ".save(" in script:
            assert hasattr(analysis.result, re.search(r"\.(\w+)\(\)", script)[1])


def test_the_tables_of_kinds_are_those_of_the_code():
    assert [row[0].strip("`") for row in PAGE.table_under("<!-- kinds -->")] == [
        QUADRANTS[number] for number in (0, 2, 3, 1)
    ]
    changes = [(row[0].strip("`"), row[1]) for row in PAGE.table_under("<!-- changes -->")]
    assert changes == [(kind, palettes.COMPARISON[kind][0]) for kind in CHANGES]


def test_numbers_of_the_default_map(cells):
    sure = cells["bin"] >= 2
    empty = (cells["count"][sure] == 0).sum()
    assert f"Of the {sure.sum():,} cells that are hot at 95 % confidence here {empty:,} hold no incident" in PROSE
    assert f"{cells['count'].mean():.1f} incidents in the mean and up to {cells['count'].max()}" in PROSE
    assert f"Of {len(cells):,} cells without any pattern about {0.05 * len(cells):,.0f} would" in PROSE
    assert f"The {cells.parameters['in_cells_cut_off']} incidents in cells whose centre is outside" in PROSE
    alone = lg.hotspots(INCIDENTS)
    band, (hot, cold) = alone.parameters["distance_band"], hot_and_cold(alone)
    assert f"chooses a band of {band:g} m and finds {hot} hot and {cold} cold cells" in PROSE


@pytest.mark.slow
def test_numbers_of_bands(cells):
    rows = PAGE.table_under("<!-- bands -->")
    assert rows[1][0] == f"{cells.parameters['distance_band']:,.0f} m (the peak)"
    for name, hot, cold, area, _ in rows:
        band = float(name.split(" m")[0].replace(",", ""))
        found = lg.hotspots(INCIDENTS, boundary=DIVISIONS, distance_band=band)
        assert [hot, cold] == hot_and_cold(found)
        assert area == f"{(found['bin'] > 0).sum() * found.grid.cell_size**2 / 1e6:.0f} km²"


@pytest.mark.slow
def test_numbers_of_corrections():
    rows = PAGE.table_under("<!-- corrections -->")
    assert [row[0].split("`")[1] for row in rows] == list(CORRECTIONS)
    for name, hot, cold, _ in rows:
        found = lg.hotspots(INCIDENTS, boundary=DIVISIONS, correction=name.split("`")[1])
        assert [hot, cold] == hot_and_cold(found)


def shuffled(cells, seed):
    """Return the map of the cells' counts in another order."""
    counts = np.random.default_rng(seed).permutation(cells["count"])
    x, y = (np.repeat(places, counts) for places in cells.grid.centres(cells.cell))
    given = dict(cell_size=cells.grid.cell_size, distance_band=cells.parameters["distance_band"], boundary=DIVISIONS)
    found = lg.hotspots(lg.Incidents(x, y, crs=cells.grid.crs), **given)
    np.testing.assert_array_equal(found["count"], counts)
    return found


@pytest.mark.slow
def test_numbers_of_skewed_counts(cells):
    def sums(values):
        return cells.counted.sums(values, cells.parameters["distance_band"])

    def by_normal_p(counts):
        z = (sums(counts) - counts.mean() * w) / (counts.std() * np.sqrt((n * w - w**2) / (n - 1)))
        return z, confidence_bins(z, adjust(two_sided(z), "fdr"))

    counts, n = cells["count"], len(cells)
    w = sums(np.ones(n, dtype=np.int64)).astype(float)
    assert f"neighbourhoods of {sums(counts).mean():.0f} incidents are as skewed as 1.51 spread evenly" in PROSE
    assert "are as skewed as those of 1.51 evenly" in cells.parameters["inference_reason"]
    z, bins = by_normal_p(counts)
    np.testing.assert_allclose(z, cells["z"])
    normal = f"{(bins > 0).sum():,} hot cells, {(bins == 3).sum():,} of them at 99 % confidence"
    used = f"{hot_and_cold(cells)[0]} and {(cells['bin'] == 3).sum():,}"
    assert f"By the normal p the default map would have {normal}, instead of {used}" in PROSE
    orders = [np.random.default_rng(seed).permutation(counts) for seed in range(20)]
    crying = sum(by_normal_p(order)[1].any() for order in orders)
    # All twenty maps take a minute: of these four the two show something that do so of all.
    found = sum(shuffled(cells, seed)["bin"].any() for seed in (0, 3, 10, 19))
    assert f"of 20 shuffles of its cells {crying} show hot or cold cells by it" in PROSE
    assert f"{found} do by the p that is used" in PROSE


@pytest.mark.filterwarnings("ignore")
def test_what_is_said_of_esda():
    esda, libpysal = pytest.importorskip("esda"), pytest.importorskip("libpysal")
    queen = libpysal.graph.Graph.build_contiguity(squares(30, 30), rook=False)
    draws = [np.random.default_rng(seed).poisson(2.0, 900).astype(float) for seed in range(20)]
    found = [esda.G_Local(x, queen, star=True, permutations=0) for x in draws]
    assert f"its spread is {np.mean([z.Zs.std() for z in found]):.2f} instead of 1" in PROSE
    assert found[0].w_transform == "R"
    np.testing.assert_allclose(2 * found[0].p_norm, two_sided(found[0].Zs))


def test_what_is_said_of_geoda(tmp_path):
    """esda's permutations, of which the same is said, take a minute to be compiled: they were tried by hand."""
    pygeoda = pytest.importorskip("pygeoda")
    squares(30, 30).to_file(tmp_path / "lattice.shp")
    queen = pygeoda.queen_weights(pygeoda.open(str(tmp_path / "lattice.shp")))

    def p(x):
        return np.array(pygeoda.local_gstar(queen, x.tolist(), permutations=999, seed=1).lisa_pvalues())

    few, more = (p(np.random.default_rng(1).poisson(mean, 900)) for mean in (0.1, 2.0))
    assert 0.4 < (few <= 0.05).mean() < 0.6 and (more <= 0.05).mean() > 0.1 and more.max() <= 0.5
    assert (p(5 * np.eye(1, 900, dtype=int)[0])[100:] == 0.001).all()


def test_numbers_of_divisions():
    incidents, divisions = lg.read_lapd(INCIDENTS), gpd.read_file(DIVISIONS)
    number = divisions["area"].astype(int)
    counts = [
        number.map(kind["area"].value_counts()) for kind in (incidents, incidents.query("category == 'burglary'"))
    ]
    here = np.flatnonzero(divisions["area_name"] == "Fairground")[0]
    every, burglaries = (int(count[here]) for count in counts)
    assert (
        f"Fairground has {burglaries} burglaries in {every:,} incidents, {burglaries / every:.0%}".replace("%", " %")
        in PROSE
    )
    marks = lg.gi_star(divisions.assign(every=counts[0], burglaries=counts[1]), value="burglaries", denominator="every")
    assert f"against {100 * marks.parameters['mean_rate']:.1f} %, and none of them is hot" in PROSE
    assert (marks["bin"] <= 0).all()


def test_numbers_of_halves(everything):
    given = dict(boundary=DIVISIONS, cell_size=300, distance_band=900)
    maps = [lg.hotspots(everything.select(since=a, until=b), **given) for a, b in HALVES]
    left = lg.compare(*maps)["change"] == "hot on the first only"
    barely = (maps[0]["bin"][left] == 1).sum()
    assert f"of the {left.sum()} cells that are hot on the first map only {barely} are so at 90 % confidence" in PROSE


def test_halves_left_to_themselves(everything):
    maps = [lg.hotspots(everything.select(since=a, until=b), boundary=DIVISIONS, cell_size=300) for a, b in HALVES]
    bands = [f"{found.parameters['distance_band']:,.0f}" for found in maps]
    hot, measures = [hot_and_cold(found)[0] for found in maps], lg.compare(*maps).measures
    assert (
        f"choose bands of {bands[0]} and {bands[1]} m, one shows {hot[0]} hot cells and the other {hot[1]}, and kappa falls to "
        f"{measures['kappa']:.2f}, the overlap to {100 * measures['hot_overlap']:.0f} %"
    ) in PROSE


def test_later_share():
    table = lg.concentration(INCIDENTS, units=DIVISIONS, later_since="2023-10-01")
    shares = dict(zip(table["measure"], 100 * table["value"]))
    assert f"{shares['top_share_later']:.1f} instead of {shares['top_share_before']:.1f} %" in PROSE


def test_warnings_are_quoted_as_they_are(caplog):
    quoted = re.findall(r"^\* `([^`]+[.:])`", PAGE.text.split("The software warns")[1], flags=re.MULTILINE)
    assert len(quoted) == 7
    layer = squares(6, 6)
    with caplog.at_level(logging.WARNING, logger="lacrime_geo"):
        lg.hotspots(INCIDENTS, cell_size=100, distance_band=150)
        weight = np.random.default_rng(0).gamma(2.0, 1.0, 20_000)
        lg.hotspots(INCIDENTS, weight=weight, cell_size=210, distance_band=315, boundary=DIVISIONS)
        lg.gi_star(layer, value=np.arange(36.0) % 7.5, permutations=99)
        lg.gi_star(layer, value=np.resize([1, 2, 3], 36), denominator=np.full(36, 100))
        lg.compare(*(lg.gi_star(layer, value=np.arange(36), correction=name) for name in ("fdr", "none")))
        lg.compare(layer[:18].assign(bin=0), layer.assign(bin=1))
    assert [words for words in quoted if words not in caplog.text] == []


def test_what_stands_on_moved_places():
    density = lg.jitter_sensitivity("kde", INCIDENTS)
    stable, top = int(density["stable_top"].sum()), int(density["stable_top"].size)
    assert re.search(r"([\d,]+) of ([\d,]+) \(97 %\) stay among them", density.parameters["found"]) and stable < top
    assert "97 % of the densest 5 % of the cells stand, and the densities there vary by 1 %" in PROSE
    assert f"{density.parameters['bandwidth'] / 1000:g} km hardly notices {density.parameters['radius']:g} m" in PROSE
    clusters = lg.jitter_sensitivity("dbscan", INCIDENTS)
    jaccard = np.array(clusters.parameters["jaccard"])
    assert f"{(jaccard >= 0.75).sum()} of {jaccard.size} are found again" in PROSE
    assert jaccard[:10].mean() > jaccard[-50:].mean()
