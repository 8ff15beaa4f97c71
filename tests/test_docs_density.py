"""docs/density.md is always true: its scripts and commands run and print what it says, its numbers are the software's."""

import inspect
import logging
import math
import re
import shlex

import numpy as np
import pytest
from pages import DIVISIONS, INCIDENTS, ROOT, Page

import lacrime_geo as lg
from lacrime_geo.catalog import BY_NAME
from lacrime_geo.command_options import commands_parser
from lacrime_geo.kernels import KERNELS
from lacrime_geo.parameter_groups import LOOK, SELECTION

PAGE = Page("density.md")
PROSE = PAGE.prose


@pytest.fixture(scope="module")
def density():
    return lg.kde(INCIDENTS, boundary=DIVISIONS)


def test_links_and_pictures_exist():
    names = ("density", "bandwidths", "edges", "adaptive", "contours", "risk_ratio")
    assert PAGE.pictures() == {f"{name}.png" for name in names}


def test_pictures_are_small():
    sizes = {path.name: path.stat().st_size for path in (ROOT / "docs" / "pictures").glob("*.png")}
    assert {name: size for name, size in sizes.items() if size > 250_000} == {}


def number(words):
    """Return the number that a cell writes: 3/(2π), 1/8."""
    return eval(re.sub(r"(\d)\(", r"\1*(", re.sub(r"(\d)π", r"\1*π", words)), {"π": math.pi})


def profile(words):
    """Return the function of u that a cell writes: (1 − u)², exp(−u/2), 1 − √u."""
    for ours, python in (("−", "-"), ("²", "**2"), ("³", "**3"), ("√u", "sqrt(u)")):
        words = words.replace(ours, python)
    return lambda u: eval(words, {"u": u, "exp": np.exp, "sqrt": np.sqrt}) + 0 * u


def test_the_table_of_kernels_is_that_of_the_code():
    rows = PAGE.table_under("<!-- kernels -->")
    assert [re.search(r"`(\w+)`", row[0])[1] for row in rows] == list(KERNELS)
    u = np.linspace(0.0, 0.99, 50)
    for row, (name, kernel) in zip(rows, KERNELS.items()):
        np.testing.assert_allclose(profile(row[1])(u), kernel.values(u.copy()), err_msg=name)
        assert number(row[2]) == pytest.approx(kernel.constant, rel=1e-12), name
        assert number(row[3]) == pytest.approx(kernel.variance, rel=1e-12), name
        assert row[4] == f"{math.sqrt(kernel.variance):.3f}", name
        assert row[5] == f"{kernel.same_spread(1000.0, KERNELS['quartic']):,.0f} m", name


def test_the_rules_are_all_there():
    assert [row[0].split("`")[1] for row in PAGE.table_under("## How wide to smooth")] == list(
        BY_NAME["kde"].params[0].rules
    )


@pytest.mark.slow
def test_examples_run_and_print_what_the_page_says(in_copy, capsys):
    assert PAGE.run_examples(capsys) == 12


def test_the_three_roads_are_there():
    kde = BY_NAME["kde"]
    labels = {parameter.label for parameter in (*kde.params, *SELECTION, *LOOK)} | {
        "Rule for the bandwidth, where none is given"
    }
    selecting, looking = (set(inspect.signature(f).parameters) for f in (lg.Incidents.select, lg.Surface.styled))
    for _, script, command, qgis in PAGE.table_under("## The same by three roads"):
        assert set(qgis.split("; ")) <= labels
        commands_parser().parse_args(["kde", "a", "b", *shlex.split(command.strip("`"))])
        known = selecting if "select(" in script else looking if "styled(" in script else {p.name for p in kde.params}
        assert set(re.findall(r"(\w+)=", script)) <= known


def test_warnings_are_quoted_as_they_are(caplog):
    quoted = re.findall(r"^\* `([^`]+\.)`", PAGE.text.split("The software warns")[1], flags=re.MULTILINE)
    assert len(quoted) == 3
    with caplog.at_level(logging.WARNING, logger="lacrime_geo"):
        lg.kde(INCIDENTS, bandwidth=200, cell_size=300)
        lg.kde(INCIDENTS, bandwidth=100, cell_size=20)
        corners = [500_000.0, 500_000.0, 510_000.0, 510_000.0], [3.76e6, 3.77e6, 3.76e6, 3.77e6]
        lg.kde(lg.Incidents(*corners, crs="EPSG:32611"), bandwidth="likelihood")
    assert [words for words in quoted if words not in caplog.text] == []


def test_numbers_of_edges_and_peaks(density):
    inside = density.parameters["incidents"] - density.parameters["outside"]
    volume = np.nansum(density.values) * density.grid.cell_size**2 / 1e6
    assert f"here to {volume:,.0f} of {inside:,}" in PROSE
    varied = lg.kde(INCIDENTS, boundary=DIVISIONS, adaptive=True)
    assert f"{np.nanmax(varied.values):.0f} against {np.nanmax(density.values):.0f} incidents per km²" in PROSE
    places = lg.as_incidents(INCIDENTS).located()
    distinct = len(set(zip(places.easting.tolist(), places.northing.tolist())))
    assert f"{places.size:,} incidents are {distinct:,} places" in PROSE


def test_numbers_of_contours(density):
    import shapely

    half = lg.contours(density, levels=[50])
    whole = lg.as_features(DIVISIONS)
    city = sum(shapely.from_wkb(division).area for division in whole.wkb) / 1e6
    assert f"within {half['area_km2'][0]:.0f} of the city's {city:.0f} km²" in PROSE
    assert f"{inside_share(half):.0%}".replace("%", " % in the 50 % area") in PROSE
    for bandwidth in (920, 150):
        narrow = lg.contours(lg.kde(INCIDENTS, boundary=DIVISIONS, bandwidth=bandwidth), levels=[50])
        assert f"{inside_share(narrow):.0%} at {bandwidth} m".replace("%", " %") in PROSE


def inside_share(contours):
    import shapely

    placed = lg.as_incidents(INCIDENTS).located()
    area = shapely.from_wkb(contours.wkb[0])
    shapely.prepare(area)
    return shapely.contains_xy(area, placed.easting, placed.northing).mean()


def test_numbers_of_relative_risk():
    everything = lg.as_incidents(INCIDENTS)
    others = sorted(set(everything.category) - {"burglary"})
    cases = everything.select(category="burglary")
    risks = [lg.risk_ratio(cases, who, boundary=DIVISIONS) for who in (everything, everything.select(category=others))]
    both, clean = (math.exp(np.nanmax(risk.values)) for risk in risks)
    assert f"{both:.1f} instead of {clean:.0f}" in PROSE
