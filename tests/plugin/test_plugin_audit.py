"""The audit in QGIS: the summary of a file that was loaded shows it, and maps finer than the data know are warned of."""

import re
from pathlib import Path

import pytest

import lacrime_geo as lg

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = str(ROOT / "sample_layers" / "incidents.csv.gz")

CALLS = "id,when,kind,lon,lat\n" + "".join(
    f"{number},2023-03-{1 + number % 28:02d} {number % 24:02d}:{number % 60:02d},a,{-118.2 + number % 30 / 1000:.3f},"
    f"{34 + number % 29 / 1000:.3f}\n"
    for number in range(2000)
)


@pytest.mark.parametrize("chosen", [{}, {"SINCE": "2023-10-01"}])
def test_the_summary_shows_what_the_detectors_found(run, tmp_path, chosen):
    page = tmp_path / "summary.html"
    run("load_lapd", FILE=SAMPLE, SUMMARY=str(page), **chosen)
    text = page.read_text(encoding="utf-8")
    # Of the whole file, whatever was chosen.
    for line in lg.audit(SAMPLE).findings:
        if line["rows"]:
            name = line["rule"].replace("_", " ")
            assert re.search(rf'<td>{name}</td><td class="number">{line["rows"]:,}</td>', text), name
    assert text.count("<svg") == 5 and "no cells or bandwidths finer than about 160 m" in text


def test_another_agency_s_grid_is_found_and_finer_maps_of_it_are_warned_of(run, log, tmp_path):
    (tmp_path / "calls.csv").write_text(CALLS)
    page = tmp_path / "summary.html"
    layer = run("load_incidents", FILE=str(tmp_path / "calls.csv"), SUMMARY=str(page))["OUTPUT"]
    assert "moved to a grid by rounding: no cells or bandwidths finer than about 140 m" in page.read_text(
        encoding="utf-8"
    )
    run("hotspots", INCIDENTS=layer, CELL_SIZE=60)
    assert any(
        "A grid with cells of 60 m, finer than 140 m, shows more than the data know" in line for line in log.lines
    )
    run("kde", INCIDENTS=layer, BANDWIDTH=90)
    assert any("A bandwidth of 90 m, finer than 140 m, shows more than the data know" in line for line in log.lines)
