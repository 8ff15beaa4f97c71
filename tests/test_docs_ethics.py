"""docs/ethics.md: what it cites of other pages stands there, and what is said to be refused is refused."""

import re

import pytest
from pages import Page

import lacrime_geo as lg

PAGE = Page("ethics.md")
# What is said here, and the page that it is taken from with its words.
CITED = (
    ("not recorded in 26 % of the rows and the age in 28 %", "data_quality.md", "| `sex_unknown` | 9,876 | 26 % |"),
    ("the age in 28 %", "data_quality.md", "| `age_unknown` | 10,955 | 28 % |"),
    ("4.4 % of the times are placeholders", "data_quality.md", "| `time_placeholder` | 1,686 | 4.4 % |"),
    ("no cell finer than about 140 m is honest", "data_quality.md", "no cells finer than about 140 m"),
    ("83 % of incidents are reported within 7 days", "reporting_lag.md", "83 % within 7 days"),
    ("95 % within 53", "reporting_lag.md", "95 % within 53 days"),
    ("0.73 % of 36,412 incidents", "risk.md", "267 of 36,412 incidents (0.73 %, at most 4.4 %"),
    ("has the most incidents of all tracts and no residents", "comparisons.md", "Tract 06037980028, the airport"),
    ("Of 1,376 cells of the sample city", "hotspots.md", "Of the 1,376 cells that are hot at 95 % confidence here 675"),
    ("with k = 5, 94 % of the sample's rows leave", "privacy.md", "18,852 of 20,000 (94 %) of the rows leave"),
    ("correlate by 0.973", "privacy.md", "correlate by 0.973"),
    ("take 19 % of the incidents off the map", "privacy.md", "3,697 of 19,716 (19 %) of the incidents are not shown"),
    ("about 1,067 would be significant", "hotspots.md", "without any pattern about 1,067 would"),
    (
        "9 of 21 divisions can be told from the median one",
        "comparisons.md",
        "9 of 21 places can be told from the median",
    ),
    ("the middle is 10 ranks wide", "comparisons.md", "is 10 ranks wide in the middle of all"),
)


@pytest.mark.parametrize(("said", "page", "there"), CITED, ids=[said for said, _, _ in CITED])
def test_what_is_cited_stands_there(said, page, there):
    assert said in PAGE.prose and there in Page(page).prose


def test_links_and_pictures_exist():
    assert PAGE.pictures() == {"feedback_urn.svg"}


def test_sources_are_those_cited():
    sources = re.findall(r"^\* (\w+), .*?\((\d{4})\)", PAGE.text.split("## Sources")[1], flags=re.MULTILINE | re.DOTALL)
    above = PAGE.text.split("## Sources")[0]
    assert len(sources) == 5
    assert [name for name, year in sources if not re.search(rf"{name}\D*{year}", above)] == []


def test_what_is_refused_is_refused():
    named = set(re.findall(r"`lg\.(refuse_\w+)`", PAGE.text))
    assert named == {name for name in lg.__all__ if name.startswith("refuse_")} - {"refuse_dependency"}
    with pytest.raises(ValueError, match="Vict Age"):
        lg.refuse_victims(["Vict Age"])
