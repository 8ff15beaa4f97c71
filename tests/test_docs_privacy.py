"""docs/privacy.md is always true: its commands print what it says, and its numbers are the software's."""

import inspect
import re
import shlex

import numpy as np
import pytest
from pages import INCIDENTS, Page

import lacrime_geo as lg
from lacrime_geo.catalog import BY_NAME
from lacrime_geo.command_options import commands_parser
from lacrime_geo.parameters import Parameters
from lacrime_geo.places import collapse
from lacrime_geo.privacy.k_anonymity import STEPS
from lacrime_geo.privacy.masking import Candidates, masked, radii

PAGE = Page("privacy.md")
EXPORTS = {
    "coarsened: category and date": {},
    "coarsened: place alone": dict(columns=[]),
    "donut: category": dict(mask="donut", columns="category", seed=1),
    "donut: place alone": dict(mask="donut", columns=[], seed=1),
    "scaled donut: place alone": dict(mask="scaled_donut", columns=[], seed=1),
}


@pytest.fixture(scope="module")
def everything():
    return lg.as_incidents(INCIDENTS)


def test_links_and_pictures_exist():
    assert PAGE.pictures() == {"withheld.png", "masked.png"}


def test_examples_run_and_print_what_the_page_says(in_copy, capsys):
    assert PAGE.run_examples(capsys) == 4


@pytest.mark.slow
def test_the_table_of_damage_is_measured(everything):
    rows = {row[0]: row[1:] for row in PAGE.table_under("* **Damage, measured**")}
    assert set(rows) == set(EXPORTS)
    for name, options in EXPORTS.items():
        found = lg.safe_export(everything, **options).measures
        assert rows[name] == [
            f"{found['shown']:,.0f}",
            f"{found['k_median']:,.0f}" if "k_median" in found else "",
            f"{found['mean_displacement']:,.0f} m",
            f"{found['density_correlation']:.3f}",
            f"{100 * found['density_top_shared']:.0f} %",
            f"{100 * found['hot_cells_shared']:.0f} %",
        ]
        if name == "coarsened: category and date":
            assert f"{found['left_out']:,.0f} rows here" in PAGE.prose


@pytest.mark.slow
def test_the_mean_of_masks_is_as_near_as_said(everything):
    placed = everything.located()
    first, _ = collapse(placed.easting, placed.northing)
    x, y = placed.easting[first], placed.northing[first]
    among = Candidates(x, y, None, "places")
    rings = radii(x, y, among, 5, (None, None), False, Parameters())
    masks = [masked(x, y, rings, among, 5, np.random.default_rng(seed))[:2] for seed in range(1, 11)]
    for number, away in ((1, "536 m away"), (10, "ten 154 m")):
        mean = np.mean(masks[:number], axis=0)
        assert f"{np.median(np.hypot(mean[0] - x, mean[1] - y)):.0f}" == away.split(" ")[-2 - (number == 1)]
        assert away in PAGE.prose


def test_the_steps_are_those_of_the_table():
    rows = PAGE.table_under("taken as soon as they are enough:")
    words = {"D": "day", "M": "month", "Y": "year", "": "none"}
    assert [rows[0][1], rows[1][1]] == [
        ", ".join(words[step.unit] for step in STEPS if step.cell == cell) for cell in (0, 500)
    ]
    assert {step.unit for step in STEPS if step.cell > 500} == {"Y", ""} and rows[3] == ["of 4 km", "none"]


def test_the_three_roads_are_there():
    analysis = BY_NAME["safe_export"]
    labels = {parameter.label for parameter in analysis.params} | {analysis.second_title}
    for _, script, command, qgis in PAGE.table_under("## The same by three roads"):
        assert set(qgis.split("; ")) <= labels
        commands_parser().parse_args(["safe_export", "a", "b", *shlex.split(command.strip("`"))])
        assert set(re.findall(r"(\w+)=", script)) <= set(inspect.signature(lg.safe_export).parameters)
