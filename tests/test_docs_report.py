"""docs/report.md is always true: its examples print what it says, and its numbers are those of the code."""

import re
from pathlib import Path

import pytest
from pages import Page

from lacrime_geo.privacy.safe_layers import K
from lacrime_geo.reporting import incident_reports, page_maps
from lacrime_geo.reporting.cell_layers import FEW

PAGE = Page("report.md")


def test_links_and_pictures_exist():
    assert PAGE.pictures() == {"report_page.png", "report_page_phone.png"}


@pytest.mark.slow
def test_examples_run_and_print_what_the_page_says(in_copy, capsys):
    assert PAGE.run_examples(capsys) == 3
    written = (in_copy / "report.html").read_text(encoding="utf-8")
    assert (in_copy / "claims.json").exists() and written.startswith("<!DOCTYPE html>")


def test_every_section_is_told():
    rows = PAGE.table_under("the map is projected by QGIS.")
    assert tuple(name for row in rows for name in re.findall(r"`(\w+)`", row[0])) == incident_reports.SECTIONS


def test_what_is_said_of_tiles_sizes_and_small_numbers_is_so():
    assert f'a count of 1 to {K - 1} in a cell is told as "{FEW}"' in PAGE.prose and FEW in page_maps.PUBLISHING
    assert "OpenStreetMap" in PAGE.prose and "openstreetmap" in page_maps.TILE_HOST
    leaflet = Path(page_maps.__file__).parent / "leaflet" / "leaflet.js"
    assert f"it has {leaflet.stat().st_size // 1000} KB" in PAGE.prose
