"""Change from one period to another: exact p, mirrored when the periods are, true rates, and sentences on what cannot be."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import clustered, crimes_frame, incidents, rectangle
from scipy.stats import binomtest

import lacrime_geo as lg
from lacrime_geo.significance import adjust
from lacrime_geo.two_counts import conditional_p, e_test_p, smallest_p

DAYS = np.array(["2023-09-01", "2023-10-01", "2023-11-01"], dtype="M8[D]")
NAMES = ("count_before", "count_after", "rate_before", "rate_after")


def of_period(n, seed, since, until, side=3000.0, **columns):
    """Return n incidents at random places and times of a period."""
    random = np.random.default_rng(seed)
    x, y = random.uniform(0, side, (2, n))
    seconds = int((until - since) / np.timedelta64(1, "s"))
    when = since.astype("M8[s]") + random.integers(0, seconds, n)
    found = incidents(x, y, when=when, **columns)
    return found.select(since=str(since), until=str(until))


@pytest.fixture(scope="module")
def pair():
    """Return incidents of September and of October, in the same area."""
    return of_period(700, 1, *DAYS[:2]), of_period(900, 2, *DAYS[1:])


def together(before, after):
    x, y = (np.concatenate([getattr(part, name) for part in (before, after)]) for name in ("easting", "northing"))
    return lg.Incidents(x, y, when=np.concatenate([before.when, after.when]), crs=before.crs)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=8), st.floats(0.05, 0.95))
def test_p_is_that_of_the_exact_binomial_test(pairs, share):
    before, after = np.array(pairs).T
    slow = [binomtest(late, early + late, share).pvalue if early + late else 1.0 for early, late in pairs]
    np.testing.assert_allclose(conditional_p(before, after, share), slow, rtol=1e-9)


@given(st.integers(1, 80), st.floats(0.05, 0.95))
def test_no_outcome_is_less_likely_than_the_smallest_p(n, share):
    after = np.arange(n + 1)
    every = conditional_p(n - after, after, share)
    assert smallest_p(np.array([n]), share)[0] == pytest.approx(every.min(), rel=1e-9)


def test_counts_sum_and_rates_are_per_day(pair):
    cells = lg.change_map(pair[0], after=pair[1], cell_size=300)
    assert (cells["count_before"].sum(), cells["count_after"].sum()) == (700, 900)
    np.testing.assert_allclose(cells["rate_before"], cells["count_before"] / 30)
    np.testing.assert_allclose(cells["rate_after"], cells["count_after"] / 31)
    np.testing.assert_allclose(cells["difference"], cells["count_after"] - cells["count_before"] * 31 / 30)
    some = cells["count_before"] > 0
    np.testing.assert_allclose(
        cells["change_percent"][some], 100 * (cells["rate_after"] / cells["rate_before"] - 1)[some]
    )
    assert np.isnan(cells["change_percent"][~some]).all() and np.isnan(cells["share_ratio"][~some]).all()
    assert cells.parameters["change_percent"] == pytest.approx(100 * (900 / 31 / (700 / 30) - 1))


def test_one_layer_parted_by_a_date_gives_what_two_layers_give(pair):
    one = together(*pair).select(since="2023-09-01", until="2023-11-01")
    parted, two = lg.change_map(one, after_since="2023-10-01"), lg.change_map(pair[0], after=pair[1])
    for name in parted.columns:
        np.testing.assert_array_equal(parted[name], two[name])
    with_gap = lg.change_map(one, after_since="2023-10-01", before_until="2023-09-16")
    assert with_gap.parameters["before_days"] == 15 and with_gap["count_before"].sum() < 700


@pytest.mark.parametrize("correction", ["fdr", "bonferroni", "none"])
def test_swapped_periods_mirror_the_change(correction):
    # Both of 30 days: a difference is then what the other has more.
    middle, end = np.datetime64("2023-10-01"), np.datetime64("2023-10-31")
    early, late = of_period(900, 3, DAYS[0], middle), of_period(1500, 4, middle, end)
    moved = [
        lg.Incidents(part.easting, part.northing, when=part.when + np.timedelta64(by, "D"), crs=part.crs)
        for part, by in ((late, -30), (early, 30))
    ]
    swapped = [
        part.select(since=since, until=until) for part, (since, until) in zip(moved, ((DAYS[0], middle), (middle, end)))
    ]
    there, back = (lg.change_map(a, after=b, cell_size=300, correction=correction) for a, b in ((early, late), swapped))
    np.testing.assert_array_equal(there["difference"], -back["difference"])
    np.testing.assert_array_equal(there["bin"], -back["bin"])
    for name in ("p", "p_adjusted"):
        np.testing.assert_allclose(there[name], back[name], rtol=1e-9)
    assert there["bin"].max() >= 1


def test_p_under_no_change_is_calibrated():
    random = np.random.default_rng(5)
    for share, mean in ((0.5, 30.0), (1 / 3, 60.0)):
        before, after = random.poisson(mean * (1 - share), 20_000), random.poisson(mean * share, 20_000)
        p = conditional_p(before, after, share)
        for level in (0.01, 0.05, 0.1):
            # Exact and discrete: never above, and not far below.
            assert 0.55 * level < (p <= level).mean() < 1.06 * level


def test_a_planted_rise_is_found_and_a_city_without_one_has_hardly_any():
    quiet = [of_period(4000, seed, *days) for seed, days in ((6, DAYS[:2]), (7, DAYS[1:]))]
    none = lg.change_map(quiet[0], after=quiet[1], cell_size=300)
    assert np.count_nonzero(none["bin"]) <= 1
    more = of_period(120, 8, *DAYS[1:], side=250.0)
    risen = lg.change_map(
        quiet[0], after=together(quiet[1], more).select(since="2023-10-01", until="2023-11-01"), cell_size=300
    )
    where = np.flatnonzero(risen["bin"] == 3)
    x, y = risen.grid.centres(risen.cell[where])
    assert where.size == 1 and abs(x[0] - 380_150) < 300 and abs(y[0] - 3_768_150) < 300


def test_cells_too_small_to_tell_are_not_tested_and_do_not_weigh_in_the_correction(pair):
    cells = lg.change_map(pair[0], after=pair[1], cell_size=150)
    tested, total = cells["tested"], cells["count_before"] + cells["count_after"]
    assert 0 < tested.sum() < tested.size and total[tested].min() > total[~tested].max()
    assert (cells["p"][~tested] == 1).all() and (cells["bin"][~tested] == 0).all()
    np.testing.assert_allclose(cells["p_adjusted"][tested], adjust(cells["p"][tested], "fdr"))
    assert cells.parameters["tested"] == tested.sum()


def test_the_share_ratio_leaves_the_whole_citys_change_out(pair):
    tripled = together(together(pair[0], pair[0]), pair[0])
    later = lg.Incidents(
        tripled.easting, tripled.northing, when=tripled.when + np.timedelta64(30, "D"), crs=tripled.crs
    )
    cells = lg.change_map(pair[0], after=later.select(since="2023-10-01", until="2023-10-31"), cell_size=300)
    held = cells["count_before"] > 0
    np.testing.assert_allclose(cells["share_ratio"][held], 1.0)
    np.testing.assert_allclose(cells["change_percent"][held], 200.0)
    assert cells.parameters["change_p"] < 1e-6


def test_a_boundary_is_the_universe(pair):
    area = rectangle(0, 0, 1500, 3000)
    cells = lg.change_map(pair[0], after=pair[1], cell_size=300, boundary=area)
    inside = [int((part.easting < 380_000 + 1500).sum()) for part in pair]
    assert [cells["count_before"].sum(), cells["count_after"].sum()] == inside and len(cells) == 50
    with pytest.raises(ValueError, match="None of the"):
        lg.change_map(pair[0], after=pair[1], boundary=rectangle(9000, 9000, 12_000, 12_000))


def test_the_category_of_the_earlier_incidents_is_taken_of_the_later_layer():
    frame = crimes_frame(900)
    early, late = (frame[frame["occurred"] < "2023-07-01"], frame[frame["occurred"] >= "2023-07-01"])
    cells = lg.change_map(lg.as_incidents(early).select(category="burglary"), after=late, cell_size=500)
    assert cells["count_after"].sum() == (late["category"] == "burglary").sum()
    assert "burglary" in cells.label
    with pytest.raises(ValueError, match="'burglary' and the later ones of 'robbery'"):
        lg.change_map(
            lg.as_incidents(early).select(category="burglary"), after=lg.as_incidents(late).select(category="robbery")
        )


def test_the_title_and_the_record_name_both_periods_and_numbers(pair):
    cells = lg.change_map(pair[0], after=pair[1], cell_size=300)
    assert cells.label == "Change · 1–30 Sep 2023 → 1–31 Oct 2023 · n = 700 → 900"
    found = cells.parameters["found"]
    assert (
        found.startswith("700 and 900 incidents in 30 and 31 days, per day +24.4 % (p ")
        and "at 95 % confidence" in found
    )
    assert cells.parameters["cell_size"] == 300


def test_undated_incidents_are_of_neither_period_and_counted(pair):
    both = together(*pair)
    when = both.when.copy()
    when[::100] = np.datetime64("NaT")
    cells = lg.change_map(lg.Incidents(both.easting, both.northing, when=when, crs=both.crs), after_since="2023-10-01")
    assert cells.parameters["undated_left_out"] == 16
    assert cells["count_before"].sum() + cells["count_after"].sum() == 1600 - 16


def test_without_times_both_layers_count_as_equally_long():
    x, y = clustered(300, 1)
    cells = lg.change_map(incidents(x, y), after=incidents(x, y), cell_size=400)
    np.testing.assert_allclose(cells["p"], 1.0)
    assert cells.label.startswith("Change · before → after")
    assert cells.parameters["found"].startswith("300 and 300 incidents, no difference (p = 1); of")
    assert any("equally long" in said for said in cells.parameters["warnings"])


def test_less_than_a_twentieth_of_a_per_cent_is_no_difference():
    early, late = of_period(6_000, 1, *DAYS[:2]), of_period(6_199, 2, *DAYS[1:])
    cells = lg.change_map(early, after=late, cell_size=500)
    assert -0.05 < cells.parameters["change_percent"] < 0
    assert cells.parameters["found"].startswith(
        "6,000 and 6,199 incidents in 30 and 31 days, per day no difference (p = "
    )


def test_what_cannot_be_compared_is_said(pair):
    before, after = pair
    both = together(before, after)
    weighted = lg.Incidents(both.easting, both.northing, when=both.when, weight=np.ones(both.size), crs=both.crs)
    for call, said in (
        (lambda: lg.change_map(both), "Where does the later period begin"),
        (lambda: lg.change_map(after, after=before), "they overlap, or are the wrong way round"),
        (lambda: lg.change_map(both, after=after, after_since="2023-10-01"), "leave one or the other out"),
        (lambda: lg.change_map(weighted, after_since="2023-10-01"), "have weights"),
        (lambda: lg.change_map(both, after_since="2023-12-01"), "No incident lies in the period from 2023-12-01 on"),
        (lambda: lg.change_map(both, after_since="2023-10-01", before_until="2023-10-15"), "they overlap"),
        (lambda: lg.change_map(both, after_since="2023-10-01", correction="holm"), "correction must be one of"),
    ):
        with pytest.raises(ValueError, match=said):
            call()


def test_progress_can_stop_it(pair):
    with pytest.raises(lg.Cancelled):
        lg.change_map(pair[0], after=pair[1], progress=lambda fraction: fraction < 0.5)


def test_the_test_is_chosen_by_how_alike_the_periods_are(pair):
    alike = lg.change_map(pair[0], after=pair[1], cell_size=300)
    assert alike.parameters["test"] == "e" and "nearly alike" in alike.parameters["test_reason"]
    shorter = lg.change_map(
        together(*pair).select(since="2023-09-01", until="2023-11-01"),
        after_since="2023-10-01",
        before_until="2023-09-11",
        cell_size=300,
    )
    assert shorter.parameters["test"] == "conditional"
    exact = lg.change_map(pair[0], after=pair[1], cell_size=300, test="conditional")
    counts = exact["count_before"], exact["count_after"]
    for cells, p in ((alike, e_test_p(*counts, 31 / 61)), (exact, conditional_p(*counts, 31 / 61))):
        np.testing.assert_allclose(cells["p"][cells["tested"]], p[cells["tested"]])
    assert alike["tested"].sum() >= exact["tested"].sum() and "test_reason" not in exact.parameters


def homes(seed, n, side=3000.0):
    return incidents(*np.random.default_rng(seed).uniform(0, side, (2, n)))


def test_exposures_are_counted_in_cells_and_double_homes_halve_the_rate(pair):
    before, doubled = homes(1, 3000), homes(1, 3000)
    doubled = incidents(
        *(
            np.r_[part, part] - corner
            for part, corner in ((doubled.easting, 380_000.0), (doubled.northing, 3_768_000.0))
        )
    )
    plain = lg.change_map(pair[0], after=pair[1], cell_size=500)
    same = lg.change_map(pair[0], after=pair[1], cell_size=500, exposure_before=before, exposure_after=before)
    # What is exposed alike in both periods makes no difference.
    np.testing.assert_allclose(same["p"], plain["p"])
    np.testing.assert_allclose(same["change_percent"], plain["change_percent"])
    more = lg.change_map(pair[0], after=pair[1], cell_size=500, exposure_before=before, exposure_after=doubled)
    np.testing.assert_allclose(more["change_percent"], plain["change_percent"] / 2 - 50)
    assert more.parameters["exposure_after"] == 2 * more.parameters["exposure_before"] > 5900
    assert "per day and unit of exposure" in more.parameters["found"]
    weighted = lg.Incidents(before.easting, before.northing, weight=np.full(3000, 2.0), crs=before.crs)
    again = lg.change_map(pair[0], after=pair[1], cell_size=500, exposure_before=before, exposure_after=weighted)
    np.testing.assert_allclose(again["p"], more["p"])


def test_numbers_take_the_place_of_the_days(pair):
    cells = lg.change_map(pair[0], after=pair[1], cell_size=500, exposure_before=20, exposure_after=25)
    np.testing.assert_allclose(cells["rate_before"], cells["count_before"] / 20)
    np.testing.assert_allclose(cells["difference"], cells["count_after"] - cells["count_before"] * 25 / 20)


def test_cells_without_exposure_are_not_tested_and_said(pair):
    west = homes(2, 2000, side=1500.0)
    cells = lg.change_map(pair[0], after=pair[1], cell_size=500, exposure_before=west, exposure_after=west)
    unknown = np.isnan(cells["rate_before"])
    assert unknown.any() and not cells["tested"][unknown].any() and (cells["p"][unknown] == 1).all()
    assert any("have no exposure in one period or both" in said for said in cells.parameters["warnings"])
    for exposed, said in (
        (dict(exposure_before=west), "exposure_after is not"),
        (dict(exposure_before=west, exposure_after=3), "two of the same kind"),
        (dict(exposure_before=0, exposure_after=3), "exposure_before must be above 0"),
        (dict(exposure_before=west, exposure_after=incidents([9e4], [9e4])), "nothing is exposed there"),
    ):
        with pytest.raises(ValueError, match=said):
            lg.change_map(pair[0], after=pair[1], cell_size=500, **exposed)
