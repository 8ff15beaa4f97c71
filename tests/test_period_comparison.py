"""Two periods compared: densities alike in all but their incidents, the change of `change_map`, and sentences that say both."""

import re

import numpy as np
import pytest
from makers import crimes_frame, incidents, rectangle
from test_change import DAYS, of_period, together

import lacrime_geo as lg
from lacrime_geo.cli import main
from lacrime_geo.parameters import in_words
from lacrime_geo.styles import qml

AREA = rectangle(-100, -100, 3100, 3100)


@pytest.fixture(scope="module")
def pair():
    return of_period(700, 1, *DAYS[:2]), of_period(900, 2, *DAYS[1:])


@pytest.fixture(scope="module")
def compared(pair):
    return lg.compare_periods(pair[0], after=pair[1], boundary=AREA)


@pytest.mark.parametrize("boundary", [None, AREA], ids=["bare", "bounded"])
def test_both_densities_are_on_one_grid_with_one_bandwidth_and_the_same_classes(pair, boundary):
    found = lg.compare_periods(pair[0], after=pair[1], boundary=boundary)
    before, after = found.density_before, found.density_after
    whole = lg.kde(together(*pair), boundary=boundary)
    assert before.grid == after.grid == whole.grid and before.limits == after.limits
    assert before.parameters["bandwidth"] == after.parameters["bandwidth"] == whole.parameters["bandwidth"]
    assert "of both periods together" in before.parameters["bandwidth_reason"]
    keys = [re.findall(r'label="([^"]+)"', qml(surface)) for surface in (before, after)]
    assert keys[0] == keys[1] and len(keys[0]) == 7


@pytest.mark.parametrize("boundary", [None, AREA], ids=["bare", "bounded"])
def test_densities_are_those_of_kde_in_thirty_days(pair, boundary):
    found = lg.compare_periods(pair[0], after=pair[1], boundary=boundary)
    whole = lg.kde(together(*pair), boundary=boundary)
    parts = [surface.values * days / 30 for surface, days in ((found.density_before, 30), (found.density_after, 31))]
    # Densities of one bandwidth add up.
    np.testing.assert_allclose(parts[0] + parts[1], whole.values, rtol=1e-9, atol=1e-9)
    assert found.density_after.unit == "incidents per km² in 30 days"
    highest = in_words(np.nanmax(found.density_after.values))
    assert found.density_after.parameters["found"] == f"the highest density is {highest} incidents per km² in 30 days"
    assert not np.allclose(found.density_before.values, found.density_after.values, equal_nan=True)


def test_periods_of_equal_length_are_in_incidents_per_km2():
    middle, end = np.datetime64("2023-10-01"), np.datetime64("2023-10-31")
    early, late = of_period(500, 3, DAYS[0], middle), of_period(600, 4, middle, end)
    found = lg.compare_periods(early, after=late, bandwidth=700, boundary=AREA)
    assert found.density_before.unit == "incidents per km²"
    assert re.search(
        r"was [\d.]+ before and is [\d.]+ after, in incidents per km², smoothed over 700 m", found.findings[-1]
    )
    alone = lg.kde(early, bandwidth=700, cell_size=found.density_before.grid.cell_size, boundary=AREA)
    np.testing.assert_allclose(found.density_before.values, alone.values)


def test_the_change_is_that_of_change_map(pair, compared):
    alone = lg.change_map(pair[0], after=pair[1], boundary=AREA)
    for name in alone.columns:
        np.testing.assert_array_equal(compared.change[name], alone[name])
    coarse = lg.compare_periods(pair[0], after=pair[1], cell_size=500, boundary=AREA)
    assert coarse.change.grid.cell_size == 500


def test_one_layer_parted_by_a_date_gives_the_same(pair, compared):
    one = together(*pair).select(since="2023-09-01", until="2023-11-01")
    parted = lg.compare_periods(one, after_since="2023-10-01", boundary=AREA)
    np.testing.assert_array_equal(parted.density_after.values, compared.density_after.values)
    assert parted.findings == compared.findings


def test_the_first_sentences_tell_numbers_days_and_whether_it_is_chance(compared):
    kept = compared.change.parameters
    assert compared.findings[0] == (
        "700 incidents from 1 to 30 Sep 2023 (30 days), and 900 incidents from 1 to 31 Oct 2023 (31 days)."
    )
    assert (
        f"{kept['change_percent']:.1f} % more per day, a larger difference than chance alone often makes (p < 0.001)"
        in compared.findings[1]
    )
    assert compared.title == "Comparison · 1–30 Sep 2023 → 1–31 Oct 2023 · n = 700 → 900"


def test_a_fall_and_no_difference_have_their_words(pair):
    middle, end = np.datetime64("2023-10-01"), np.datetime64("2023-10-31")
    early, late = of_period(500, 3, DAYS[0], middle), of_period(500, 4, middle, end)
    assert lg.compare_periods(early, after=late).findings[1] == "That is as many per day (p = 1)."
    fewer = lg.compare_periods(of_period(900, 5, DAYS[0], middle), after=late)
    assert fewer.findings[1].startswith(
        "That is 44.4 % fewer per day, a larger difference than chance alone often makes"
    )


def test_the_sentence_on_cells_has_the_cells_numbers(compared):
    change = compared.change
    (said,) = (sentence for sentence in compared.findings if sentence.startswith("Of "))
    assert (
        f"Of {len(change):,} cells of {change.grid.cell_size:g} m, {int(change['tested'].sum()):,} have enough" in said
    )
    assert "in none of these" in said and (np.abs(change["bin"]) < 2).all()


def test_the_largest_rise_and_fall_are_named():
    early, late = of_period(3000, 6, *DAYS[:2]), of_period(3000, 7, *DAYS[1:])
    more, was = of_period(90, 8, *DAYS[1:], side=200.0), of_period(120, 9, *DAYS[:2], side=200.0)
    was = lg.Incidents(was.easting + 2000, was.northing + 2000, when=was.when, crs=was.crs)
    early = together(early, was).select(since="2023-09-01", until="2023-10-01")
    late = together(late, more).select(since="2023-10-01", until="2023-11-01")
    found = lg.compare_periods(early, after=late, cell_size=250)
    for sign, words in ((1, "rise"), (-1, "fall")):
        (said,) = (sentence for sentence in found.findings if f"The largest {words}" in sentence)
        row = np.argmax(sign * found.change["difference"])
        assert f"from {found.change['count_before'][row]} to {found.change['count_after'][row]} incidents" in said
        rates = [in_words(found.change[f"rate_{name}"][row]) for name in ("before", "after")]
        assert f"incidents, {rates[0]} and {rates[1]} per day, in the cell at" in said
    rose, fell = ((sign * found.change["bin"] >= 2).sum() for sign in (1, -1))
    have = "has" if rose == 1 else "have"
    assert any(f"{rose} {have} more per day and {fell} fewer than before" in said for said in found.findings)


def test_undated_and_outside_incidents_are_counted(pair):
    both = together(*pair)
    when = both.when.copy()
    when[::100] = np.datetime64("NaT")
    one = lg.Incidents(both.easting, both.northing, when=when, crs=both.crs)
    found = lg.compare_periods(one, after_since="2023-10-01", boundary=rectangle(0, 0, 1500, 3000))
    assert any(said == "16 incidents without a date are of neither period." for said in found.findings)
    inside = [found.change.parameters[f"{name}_incidents"] for name in ("before", "after")]
    placed = [int(part.placed.sum()) for part in (one.select(until="2023-10-01"), one.select(since="2023-10-01"))]
    assert found.findings[0].startswith(f"{inside[0]} incidents from") and found.title.endswith(
        f"{placed[0]} → {placed[1]}"
    )
    assert found.findings[1] == (
        f"These stand in the cells of the study area, of {placed[0]} and {placed[1]} in all; the others lie outside them."
    )
    told = f"{inside[0]} and {inside[1]} incidents in the cells (of {placed[0]} and {placed[1]}) in 30 and 31 days, per day "
    assert found.change.parameters["found"].startswith(told)
    outside = found.change.parameters["outside"]
    assert any(said.startswith(f"{outside:,} incidents are outside") for said in found.caveats)


def test_layers_without_times_are_compared_without_days(pair):
    x, y = np.random.default_rng(1).uniform(0, 3000, (2, 400))
    found = lg.compare_periods(incidents(x, y), after=incidents(y, x))
    assert found.findings[0] == "400 incidents without a time column, and 400 incidents without a time column."
    assert found.findings[1] == "That is as many (p = 1)."
    assert any("equally long" in said for said in found.caveats)


def test_densities_are_named_by_the_periods_chosen(pair):
    one = together(*pair).select(since="2023-08-15", until="2023-11-01")
    found = lg.compare_periods(one, after_since="2023-10-01", bandwidth=700)
    assert found.density_before.label == "Before · Density (700 m) · Aug–Sep 2023 · n = 700"
    assert found.density_after.label == "After · Density (700 m) · 1–31 Oct 2023 · n = 900"
    assert found.title == "Comparison · Aug–Sep 2023 → 1–31 Oct 2023 · n = 700 → 900"


@pytest.mark.parametrize(("missing", "said"), [(1, "1 incident without a place counts"), (5, "5 incidents without a")])
def test_incidents_without_a_place_are_counted(pair, missing, said):
    x = pair[0].easting.copy()
    x[:missing] = np.nan
    early = lg.Incidents(x, np.where(np.isnan(x), np.nan, pair[0].northing), when=pair[0].when, crs=pair[0].crs)
    assert any(sentence.startswith(said) for sentence in lg.compare_periods(early, after=pair[1]).findings)


def test_overlapping_periods_are_told_by_their_dates(pair):
    with pytest.raises(
        ValueError, match="earlier period ends 2023-10-15 and the later one begins 2023-10-01: they overlap"
    ):
        lg.compare_periods(together(*pair), after_since="2023-10-01T00:00:00", before_until="2023-10-15")


def test_the_page_is_saved_with_the_layers(pair, tmp_path):
    compared = lg.compare_periods(pair[0], after=pair[1])
    compared.save(tmp_path)
    names = {path.name for path in tmp_path.iterdir()}
    assert {"density_before.tif", "density_after.tif", "change.gpkg", "change.qml", "summary.html"} < names
    assert (tmp_path / "summary.html").read_text(encoding="utf-8") == compared.html()


def test_progress_rises_and_stops_it(pair):
    seen = []
    lg.compare_periods(pair[0], after=pair[1], progress=seen.append)
    assert seen == sorted(seen) and seen[-1] == pytest.approx(1.0)
    with pytest.raises(lg.Cancelled):
        lg.compare_periods(pair[0], after=pair[1], progress=lambda fraction: fraction < 0.6)


def test_the_command_writes_what_the_script_does(tmp_path, capsys):
    source = tmp_path / "crimes.gpkg"
    crimes_frame(900).to_file(source)
    words = ["compare_periods", str(source), str(tmp_path / "out"), "--after-since", "2023-07-01", "--quiet"]
    assert main(words) == 0
    script = lg.compare_periods(source, after_since="2023-07-01")
    assert (tmp_path / "out" / "summary.html").read_text(encoding="utf-8") == script.html()
    assert main(["compare_periods", str(source), str(tmp_path / "none"), "--quiet"]) == 2
    assert "Give the date (after_since), or" in capsys.readouterr().err
