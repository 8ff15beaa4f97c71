"""docs/harm.md is always true: its examples print what it says, its tables are those of the code and of the real files."""

import re

import pytest
from pages import DIVISIONS, INCIDENTS, Page

import lacrime_geo as lg
from lacrime_geo.catalog import BY_NAME
from lacrime_geo.severity.harm_scales import SHIPPED
from tools.harm_tables import places

PAGE = Page("harm.md")


def test_links_and_pictures_exist():
    assert PAGE.pictures() == {"harm_against_counts.svg", "harm_map.png"}


@pytest.mark.slow
def test_examples_run_and_print_what_the_page_says(in_copy, capsys):
    assert PAGE.run_examples(capsys) == 4


def test_the_scales_shipped_are_those_in_the_table():
    rows = {row[0].strip("`"): row for row in PAGE.table_under("### Scales that are shipped")}
    assert tuple(rows) == SHIPPED
    for name, row in rows.items():
        scale = lg.harm_scale(name)
        assert row[1].strip("`") == scale.key and row[2].startswith(f"{len(scale)} ")
    cited = lg.harm_scale("part1_2").citation
    of_files = sum("column Part 1-2" in words for words in cited)
    assert (
        f"{of_files} as the files" in PAGE.text and f"{len(cited) - of_files} that these files do not have" in PAGE.text
    )


def test_the_tables_of_columns_are_those_of_the_results():
    found = lg.harm_sensitivity(INCIDENTS, cell_size=1000, boundary=DIVISIONS, resamples=19)
    named = [name for row in PAGE.table_under("one for each scale:") for name in re.findall(r"`(\w+)`", row[0])]
    assert set(named) == {name for name in found.columns if not name.endswith(("_low", "_high"))}
    codes = lg.harm(INCIDENTS).codes()
    named = [name for row in PAGE.table_under("a row for each key:") for name in re.findall(r"`(\w+)`", row[0])]
    assert [name for name in named if name != "category"] == list(codes.columns)


def test_every_analysis_that_weighs_is_named():
    told = re.search(r"\*\*Where it goes\.\*\*(.*?)Of areas", PAGE.text, re.DOTALL)[1]
    weighing = {name for name, one in BY_NAME.items() if any(p.name == "weight" for p in one.params) and one.selects}
    later = {"forecast_areas", "backtest_forecasts", "jitter_sensitivity"}
    assert weighing - later <= set(re.findall(r"`(\w+)`", told))


def test_what_is_said_of_the_made_up_scale_is_the_sample():
    scale = lg.harm_scale(places.MADE_UP)
    for name, weight in re.findall(
        r"([a-z]+(?: [a-z]+)?) ([\d,]+)[,\s…]", re.search(r"\(homicide.*?other 1\)", PAGE.text, re.DOTALL)[0]
    ):
        assert scale.weight_of(name.replace(" ", "_")) == float(weight.replace(",", "")), name


def test_every_table_of_real_places_has_its_place():
    assert set(re.findall(r"<!-- (\w+) -->\n\|.*\n\| ---", PAGE.text)) == set(places.TABLES)


@pytest.mark.parametrize("mark", ["coverage", "sensitivity", "cells"])
def test_the_tables_are_those_of_the_real_files(lacrime_data, mark):
    filled = re.search(rf"<!-- {mark} -->\n(.*?)\n<!-- end -->", PAGE.text, re.DOTALL)[1]
    assert filled == places.TABLES[mark](lacrime_data)
