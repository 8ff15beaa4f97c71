"""docs/clusters.md is always true: its scripts and commands run and print what it says, its numbers are the software's."""

import inspect
import logging
import math
import re
import shlex

import geopandas as gpd
import numpy as np
import pytest
import shapely
from makers import incidents
from pages import DIVISIONS, INCIDENTS, ROOT, Page

import lacrime_geo as lg
from lacrime_geo.catalog import ANALYSES, BY_NAME
from lacrime_geo.command_options import commands_parser
from lacrime_geo.parameter_groups import SELECTION

PAGE = Page("clusters.md")
PROSE = PAGE.prose
CITYWIDE = "lapd_citywide_2023-09_2023-10.parquet"
# What a command needs besides its input and output.
NEEDED = {"st_dbscan": "--eps 300 --eps-time 14"}


@pytest.fixture(scope="module")
def everything():
    return lg.as_incidents(INCIDENTS)


@pytest.fixture(scope="module")
def marks(everything):
    return lg.dbscan(everything)


@pytest.fixture(scope="module")
def planted(everything):
    return lg.dbscan(everything, eps=300, min_samples=60)


def places_of(easting, northing, name):
    """Return whether each place (m) is in or near the planted hotspot of this name."""
    outlines = gpd.read_file(ROOT / "sample_layers" / "planted_hotspots.geojson").to_crs("EPSG:32611")
    found = outlines[outlines["name"].str.startswith(name)].geometry.buffer(300).union_all()
    return shapely.contains_xy(found, easting, northing)


def centres(clusters, name):
    return places_of(clusters["mean_easting"], clusters["mean_northing"], name)


def test_links_and_pictures_exist():
    assert PAGE.pictures() == {f"{name}.png" for name in ("clusters", "hulls", "spacetime", "ellipses")}


def test_every_analysis_of_the_group_is_there():
    names = {name for row in PAGE.table_under("# Clusters") for name in re.findall(r"`(\w+)`", row[1])}
    assert names == {analysis.name for analysis in ANALYSES if analysis.group == "Clusters"}


@pytest.mark.slow
def test_examples_run_and_print_what_the_page_says(in_copy, capsys):
    pytest.importorskip("sklearn", "1.3")
    assert PAGE.run_examples(capsys) == 12


def test_the_three_roads_are_there():
    selecting = set(inspect.signature(lg.Incidents.select).parameters)
    rows = PAGE.table_under("## The same by three roads")
    assert {row[0].strip("`") for row in rows} == {
        analysis.name for analysis in ANALYSES if analysis.group == "Clusters"
    }
    for name, _, script, command, qgis in ((row[0].strip("`"), *row[1:]) for row in rows):
        analysis = BY_NAME[name]
        asked = (*analysis.params, *analysis.second_params)
        assert qgis in {parameter.label for parameter in (*asked, *SELECTION)} | {analysis.second_title}, name
        needed = NEEDED.get(name, "") if "--eps-time" not in command else "--eps 300"
        commands_parser().parse_args([name, "a", "b", *shlex.split(needed), *shlex.split(command.strip("`"))])
        known = selecting if "select(" in script else {parameter.name for parameter in asked}
        assert set(re.findall(r"(\w+)=", script)) <= known
        if ".clusters(" in script:
            assert set(re.findall(r"(\w+)=", script)) <= set(inspect.signature(analysis.result.clusters).parameters)


def test_the_table_of_columns_is_that_of_the_result(planted, everything):
    weighted = lg.dbscan(everything, eps=300, min_samples=60, weight=np.ones(everything.size))
    columns = weighted.clusters(population=everything, permutations=1).to_dataframe().columns
    named = [name for row in PAGE.table_under("<!-- columns -->") for name in re.findall(r"`(\w+)`", row[0])]
    assert named == list(columns)


def test_numbers_of_the_default_map(marks, everything):
    clusters, labels = marks.clusters(), marks["cluster"][everything.placed]
    core, member = int(marks["core"].sum()), int((labels >= 0).sum())
    assert f"Of the {labels.size:,} incidents with a place {core:,} are core" in PROSE
    assert f"{member - core:,} border and {(labels < 0).sum():,} noise" in PROSE
    assert len(clusters) == 110 and "The other 104 are not" in PROSE
    names = ("Downtown", "Neon", "Sandpiper", "Fairground", "Redwater", "Kelms")
    assert [bool(centres(clusters, name)[rank]) for rank, name in enumerate(names)] == [True] * 6
    assert f"The smallest of the default map holds {clusters['count'].min()}, not 20" in PROSE
    placed = everything.located()
    strangers = sum(
        (shapely.contains_xy(hull, placed.easting, placed.northing) & (labels != number)).sum()
        for number, hull in enumerate(shapely.from_wkb(clusters.wkb))
    )
    assert f"here {strangers} incidents stand in the hull of a cluster that is not theirs" in PROSE


def test_numbers_of_the_planted_clusters(planted):
    convex, concave = (planted.clusters(hull=hull) for hull in ("convex", "concave"))
    assert len(convex) == 6 and "With `eps=300, min_samples=60` the six alone are left" in PROSE
    (wide, narrow), (thin, dense) = ((s["area_km2"][2], s["density"][2]) for s in (convex, concave))
    assert f"of the {wide:.2f} km² of the convex hull above {wide - thin:.2f} are empty ground" in PROSE
    assert f"with {thin:.2f} km² the density is {dense:.0f} instead of {narrow:.0f} per km²" in PROSE


def test_order_of_rows_does_not_matter(marks, everything):
    order = np.random.default_rng(0).permutation(everything.size)
    np.testing.assert_array_equal(lg.dbscan(everything.take(order))["cluster"], marks["cluster"][order])


@pytest.mark.slow
def test_numbers_of_the_even_null(marks, everything):
    p = marks.clusters(boundary=DIVISIONS)["p"]
    assert f"Here {(p <= 0.05).sum()} of the {p.size} default clusters have p ≤ 0.05 against it" in PROSE
    placed = everything.located()
    times = np.unique(np.column_stack([placed.easting, placed.northing]), axis=0, return_counts=True)[1]
    assert f"whereas of those of the sample city {100 * times[times > 1].sum() / placed.size:.0f} % do" in PROSE


def test_p_is_what_the_formula_says():
    x = np.r_[np.arange(30.0), 500.0 + np.arange(12.0)]
    found = lg.dbscan(incidents(x, 0 * x), eps=5, min_samples=3)
    people = incidents(np.arange(100.0) * 100, np.zeros(100))
    clusters = found.clusters(population=people, permutations=19, seed=3)
    random, shapes = np.random.default_rng(3), clusters.parameters["largest_by_chance"]
    # Each place of the population stands alone: a cluster is the incidents that fell on it.
    cumulative = np.arange(1, 101.0)
    falls = [np.searchsorted(cumulative, random.random(x.size) * 100, side="right") for _ in range(19)]
    most = np.array([np.bincount(fall).max() for fall in falls])
    most = np.where(most >= 3, most, 0)
    expected = [((most >= count).sum() + 1) / 20 for count in clusters["count"]]
    np.testing.assert_allclose(clusters["p"], expected)
    assert shapes[-1] == most.max() and clusters["p"].min() == 1 / 20


def test_numbers_of_robbery(everything):
    others = everything.select(category=sorted(set(everything.category) - {"robbery"}))
    found = lg.dbscan(everything.select(category="robbery")).clusters(population=others)
    assert centres(found, "Downtown")[0] and centres(found, "Neon")[1] and centres(found, "Kelms")[2]
    assert centres(found, "Sandpiper")[3]
    chance = found.parameters["largest_by_chance"][0]
    assert f"chance makes a cluster of {chance:g} in half of the maps" in PROSE
    assert f"has p = {found['p'][2]:.3f}: with eps of 1,000 m" in PROSE
    assert f"Had the {found.parameters['incidents']:,} robberies fallen" in PROSE


@pytest.mark.slow
def test_numbers_of_the_real_file(lacrime_data):
    boundary = lacrime_data / "la_city_boundary_from_divisions.geojson"
    real = lg.as_incidents(lacrime_data / CITYWIDE)
    p = lg.dbscan(real).clusters(boundary=boundary)["p"]
    assert (p == 0.005).all() and f"all of {p.size} clusters have p = 0.005" in PROSE
    marks = lg.dbscan(real.select(category="burglary"))
    even = marks.clusters(boundary=boundary)["p"]
    others = marks.clusters(population=real.select(category=sorted(set(real.category) - {"burglary"})))["p"]
    assert (even <= 0.05).all() and (others > 0.05).all()
    assert f"Of {even.size} clusters of its burglaries all have p ≤ 0.05 against the even null, and none" in PROSE


def test_neighbours_in_time_include_the_limit():
    x, start = np.zeros(2), np.datetime64("2023-01-01T08:00:00")
    for later, together in ((0, True), (60, False)):
        when = np.array([start, start + np.timedelta64(14 * 86_400 + later, "s")])
        found = lg.st_dbscan(incidents(x, x, when=when), eps=10, eps_time=14, min_samples=2)
        assert (found["cluster"] == 0).all() == together
    assert "08:00 and 08:00 two weeks later are neighbours, 08:01 is not" in PROSE


def test_numbers_of_space_and_time(everything):
    found = lg.st_dbscan(everything, eps=300, eps_time=14).clusters()
    weeks = (found["last"][0] - found["first"][0]) / np.timedelta64(7, "D")
    assert f"here for {weeks:.0f} weeks" in PROSE and centres(found, "Fairground")[0]
    assert centres(found, "Sandpiper")[[1, 2, 4]].all()


def test_what_is_said_of_hdbscan(everything):
    pytest.importorskip("sklearn", "1.3")
    found = lg.hdbscan(everything.select(category="burglary")).clusters()
    city = shapely.union_all([shapely.from_wkb(wkb) for wkb in lg.as_features(DIVISIONS).wkb]).area / 1e6
    # How many there are depends on the processor, as the page says.
    assert "18 clusters on one kind of processor" in PROSE and "30 on another" in PROSE
    share = found["area_km2"][0] / city
    assert 0.4 < share < 0.7 if len(found) == 18 else 0.02 < share < 0.05 and len(found) == 30
    small = found["area_km2"] < 0.1
    assert (small & centres(found, "Fairground")).sum() >= 4 and "takes Fairground apart" in PROSE


def test_numbers_of_ellipses(everything):
    assert f"holds {100 * (1 - math.exp(-1 / 2)):.0f} % of them, one of two" in PROSE
    assert f"(`deviations=2`) {100 * (1 - math.exp(-2)):.0f} %" in PROSE
    assert f"about {math.sqrt(2):.2f}, and hold {100 * (1 - math.exp(-1)):.0f} %" in PROSE
    placed, found = everything.located(), lg.ellipses(everything)
    along = np.radians(found["angle"][0])
    east, north = placed.easting - found["mean_easting"][0], placed.northing - found["mean_northing"][0]
    u = (east * np.sin(along) + north * np.cos(along)) / found["major"][0]
    v = (east * np.cos(along) - north * np.sin(along)) / found["minor"][0]
    one, two = (100 * (u**2 + v**2 <= size**2).mean() for size in (1, 2))
    assert f"one standard deviation holds {one:.0f} % and two {two:.0f} %" in PROSE


def test_axes_of_crimestat():
    """By its formula (Levine, CrimeStat IV, ch. 4): 2 Σ (…)² / (n − 2) along either axis."""
    x, y = np.random.default_rng(0).normal(0, [[300.0], [100.0]], (2, 12))
    found = lg.ellipses(incidents(x, y))
    angle = np.radians(found["angle"][0])
    along = (x - x.mean()) * np.sin(angle) + (y - y.mean()) * np.cos(angle)
    theirs = np.sqrt(2 * (along**2).sum() / (x.size - 2))
    assert theirs == pytest.approx(found["major"][0] * np.sqrt(2 * 12 / 10))
    assert "√(2n / (n − 2))" in PROSE


def test_warnings_are_quoted_as_they_are(everything, caplog):
    pytest.importorskip("sklearn", "1.3")
    quoted = re.findall(r"^\* `([^`]+)`", PAGE.text.split("The software warns")[1].split("## ")[0], flags=re.MULTILINE)
    assert len(quoted) == 2
    blocks = 100.0 * np.random.default_rng(0).integers(0, 30, (2, 2000))
    x = np.r_[np.arange(30.0), 5000.0 + np.arange(30.0)]
    with caplog.at_level(logging.WARNING, logger="lacrime_geo"):
        lg.hdbscan(incidents(x, 0 * x, weight=np.full(60, 2.0)))
        lg.dbscan(incidents(*blocks), eps=50, min_samples=3)
    assert [words for words in quoted if words not in caplog.text] == []
