"""Interrupted series and difference in differences: planted changes, twins by regression, rejections where nothing began."""

import itertools
import math

import numpy as np
import pytest
import shapely

import lacrime_geo as lg
from lacrime_geo.interventions.panel_ratios import effect, groupings, log_ratios, regrouped_p
from lacrime_geo.interventions.segmented_regression import Steps, newey_west, segmented

CRS = "EPSG:32611"
WEEKS = np.datetime64("2021-01-04")


def drawn_steps(seed, *, n=72, before=52, mean=20.0, level=1.0, slope=0.0, spread=0.0, groups=1):
    """Return weekly counts with a change of the first group's level, and of its slope in 30 days, at the start."""
    random = np.random.default_rng(seed)
    middle = (np.arange(n) - before) * 7 + 3.5
    after = middle >= 0
    rows = []
    for group in range(groups):
        log = np.log(mean) + 0.01 * middle / 30 + (group == 0) * after * (math.log(level) + slope * middle / 30)
        gamma = random.gamma(1 / spread, spread, n) if spread else 1.0
        rows.append(random.poisson(np.exp(log) * gamma))
    return Steps(np.array(rows), middle, np.full(n, 7.0))


def points_of(steps, x=380_000.0):
    """Return incidents that make these counts, spread over the days of their weeks."""
    begins = WEEKS + 7 * np.arange(steps.middle.size)
    when = np.concatenate([begin + np.arange(count) % 7 for begin, count in zip(begins, steps.counts[0])])
    return lg.Incidents(np.full(when.size, x), np.full(when.size, 3_768_000.0), when=when, reported=when, crs=CRS)


@pytest.mark.parametrize(("level", "slope"), [(0.6, 0.0), (1.0, -0.1), (1.5, 0.05)])
def test_a_planted_change_is_found(level, slope):
    found = [segmented(drawn_steps(seed, level=level, slope=slope, mean=60.0)) for seed in range(10)]
    for which, truth in ((0, math.log(level)), (1, slope)):
        ratio = np.array([one.ratio(which) for one in found])
        assert ratio[:, 0].mean() == pytest.approx(truth, abs=3 * ratio[:, 1].mean() / math.sqrt(10))


def test_with_a_control_its_own_change_is_taken_off():
    # Both series fall to a half at the start, and the treated one to a half of that.
    steps = drawn_steps(1, n=120, before=80, mean=80.0, level=0.5, groups=2)
    counts = steps.counts.copy()
    counts[:, steps.middle >= 0] = counts[:, steps.middle >= 0] // 2
    logarithm, error = segmented(steps._replace(counts=counts)).ratio(0)
    assert abs(logarithm - math.log(0.5)) < 3 * error and error < 0.15


def test_newey_west_is_the_sum_written_out():
    score = np.random.default_rng(2).normal(size=(130, 3))
    lags = int(4 * (130 / 100) ** (2 / 9))
    expected = sum(
        (1 - abs(s - t) / (lags + 1)) * np.outer(score[s], score[t])
        for s, t in itertools.product(range(130), repeat=2)
        if abs(s - t) <= lags
    )
    np.testing.assert_allclose(newey_west(score), expected)


def test_the_error_of_the_whole_is_that_of_drawn_coefficients():
    steps = drawn_steps(3, level=0.7)
    found, after = segmented(steps), steps.middle >= 0
    _, logarithm, error = found.whole(after)
    beta = np.random.default_rng(4).multivariate_normal(found.beta, found.covariance, 4_000)
    sums = [
        (np.exp(beta @ design[after].T) * found.length[after]).sum(axis=1) for design in (found.fitted, found.without)
    ]
    assert np.std(np.log(sums[0] / sums[1])) == pytest.approx(error, rel=0.05)
    assert logarithm == pytest.approx(np.log(found.means()[0][after].sum() / found.means()[1][after].sum()))


def rejections(trials, **options):
    from scipy.special import stdtr

    found = [segmented(drawn_steps(seed, **options)) for seed in range(trials)]
    return np.mean(
        [[2 * stdtr(one.freedom, -abs(b / e)) <= 0.05 for b, e in map(one.ratio, (0, 1))] for one in found], axis=0
    )


def test_where_nothing_began_one_in_twenty_is_told():
    assert (rejections(60, spread=0.05) <= 0.15).all()


@pytest.mark.slow
@pytest.mark.parametrize(
    "options", [dict(), dict(spread=0.1), dict(mean=4.0), dict(n=130, before=104, groups=2, spread=0.05)]
)
def test_where_nothing_began_one_in_twenty_is_told_in_many(options):
    found = rejections(1_000, **options)
    assert (found > 0.015).all() and (found < 0.075).all(), found


@pytest.fixture(scope="module")
def series():
    steps = drawn_steps(5, n=90, before=70, mean=30.0, level=0.6)
    return steps, lg.interrupted_series(points_of(steps), start=str(WEEKS + 7 * 70))


def test_the_series_counts_its_weeks(series):
    steps, found = series
    table = found.series()
    np.testing.assert_array_equal(table["count"], steps.counts[0])
    assert table["date"][70] == WEEKS + 490 and (table["days"] == 7).all()
    np.testing.assert_allclose(table["fitted"][:70], table["expected"][:70])
    assert (table["low"] <= table["expected"]).all() and (table["expected"] <= table["high"]).all()


def test_its_rows_fit_together(series):
    _, found = series
    assert found["effect"].tolist() == ["level", "slope", "whole period", "incidents"]
    assert found["high"][0] < 1 and found["p"][0] < 0.01 and found["estimate"][3] < 0
    table = found.series()
    assert found["estimate"][3] == pytest.approx((table["fitted"] - table["expected"])[70:].sum(), abs=1e-3)
    assert found["estimate"][2] == pytest.approx(table["fitted"][70:].sum() / table["expected"][70:].sum())
    assert len(found.placebos()) == found.parameters["placebo_starts"] == 12
    assert found.placebos()["date"].max() < WEEKS + 490


def test_its_page_tells_what_was_found(series, tmp_path):
    series[1].save(tmp_path / "series.html")
    page = (tmp_path / "series.html").read_text(encoding="utf-8")
    assert "expected without a change" in page and "At 12 earlier starts" in page and "says when, not why" in page


def test_months_are_whole_and_that_of_the_start_is_left_out():
    steps = drawn_steps(6, n=130, before=104, mean=30.0)
    found = lg.interrupted_series(points_of(steps), start="2022-12-15", step="month")
    dates = found.series()["date"].astype("M8[M]").astype(str).tolist()
    assert "2022-12" not in dates and {"2022-11", "2023-01"} <= set(dates) and "2021-01" not in dates
    assert found.parameters["month_left_out"] == 1 and found.parameters["harmonics"] == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (dict(start="2021-02-01"), "There are 4 whole steps of a week before 2021-02-01 and 68 after it"),
        (dict(start="2022-01-03", step="year"), "step must be one of 'day', 'week', 'month'"),
        (dict(start="2022-01-03", control="x"), "A control is given without the area"),
    ],
)
def test_a_series_that_cannot_be_is_refused(options, said):
    with pytest.raises(ValueError, match=said):
        lg.interrupted_series(points_of(drawn_steps(1)), **options)


def test_a_single_step_with_incidents_tells_no_slope():
    steps = drawn_steps(1)
    counts = np.where(steps.middle < 0, steps.counts, 0)
    counts[0, -1] = 3
    with pytest.raises(ValueError, match="Fewer than two steps before 2022-01-03, or after it, have an incident"):
        lg.interrupted_series(points_of(steps._replace(counts=counts)), start="2022-01-03")


def drawn_panel(seed, *, areas=12, treated=6, steps=8, ratio=1.0, spread=0.3):
    """Return counts (areas, steps) whose areas differ and go up and down together, and which areas are treated."""
    random = np.random.default_rng(seed)
    group = np.arange(areas) < treated
    after = np.arange(steps) >= steps // 2
    mean = np.multiply.outer(random.gamma(3, 10, areas), np.exp(random.normal(0, 0.2, steps)))
    mean = (
        mean
        * np.where(np.multiply.outer(group, after), ratio, 1.0)
        * np.exp(np.multiply.outer(random.normal(0, spread, areas), after))
    )
    return random.poisson(mean).astype(float), group, after


def test_it_is_the_poisson_regression_with_effects_of_areas_and_steps_and_its_sandwich():
    counts, group, after = drawn_panel(2, areas=10, treated=4)
    counts += 1
    ours = effect(counts, group, after, ~after)
    area, step = np.divmod(np.arange(counts.size), counts.shape[1])
    columns = [area == one for one in range(10)] + [step == one for one in range(1, 8)] + [group[area] & after[step]]
    design = np.column_stack(columns).astype(float)
    beta = np.r_[np.log(counts.mean(axis=1)), np.zeros(8)]
    for _ in range(60):  # Poisson by Newton's steps
        mean = np.exp(design @ beta)
        beta = beta + np.linalg.solve((design * mean[:, None]).T @ design, design.T @ (counts.ravel() - mean))
    assert ours.log_ratio == pytest.approx(beta[-1], abs=1e-9)
    bread = np.linalg.inv((design * mean[:, None]).T @ design)
    score = np.array([(design * (counts.ravel() - mean)[:, None])[area == one].sum(axis=0) for one in range(10)])
    parts = (score @ bread[:, -1]) ** 2
    expected = parts[group].sum() * 4 / 3 + parts[~group].sum() * 6 / 5
    assert ours.error == pytest.approx(math.sqrt(expected), rel=1e-8)


def test_all_groupings_are_tried_where_they_are_few():
    groups = groupings(6, 2, 0)
    assert len(groups) == 15 and (groups.sum(axis=1) == 2).all() and len({row.tobytes() for row in groups}) == 15
    counts, _, after = drawn_panel(3, areas=6, treated=2)
    one_by_one = [effect(counts, row, after, ~after).log_ratio for row in groups]
    np.testing.assert_allclose(log_ratios(counts, groups, after, ~after), one_by_one)
    assert len(groupings(40, 20, 0)) == 4_999 and regrouped_p(np.array([np.nan, 3.0]), 2.0) == 1.0


def test_a_fall_to_nothing_is_as_far_as_any(tmp_path):
    counts, group, after = drawn_panel(4, ratio=0.0)
    found = effect(counts, group, after, ~after)
    assert found.log_ratio == -np.inf and np.isnan(found.error)
    others = groupings(12, 6, 0)
    others = others[~(others == group).all(axis=1)]
    seen = regrouped_p(log_ratios(counts, others, after, ~after), found.log_ratio)
    assert seen == pytest.approx(2 / 924)  # the other is that of both groups changed for each other
    assert regrouped_p(np.array([0.1, 0.2]), np.nan) == 1.0


def test_of_regrouped_areas_one_in_twenty_is_told():
    told = []
    for seed in range(200):
        counts, group, after = drawn_panel(seed)
        others = groupings(12, 6, 0)
        others = others[~(others == group).all(axis=1)]
        seen = effect(counts, group, after, ~after).log_ratio
        told.append(regrouped_p(log_ratios(counts, others, after, ~after), seen) <= 0.05)
    assert np.mean(told) <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 200)


@pytest.fixture(scope="module")
def panel():
    """Return incidents in two rows of eight squares, of which those in the treated row fall to 60 %, and the squares."""
    counts, group, after = drawn_panel(10, areas=16, treated=8, steps=8, ratio=0.6, spread=0.05)
    squares = [shapely.box(x, 0, x + 100, 100) for x in 200.0 * np.arange(16)]
    area, step = (np.repeat(of.ravel(), counts.ravel().astype(int)) for of in np.indices(counts.shape))
    when = np.datetime64("2023-01-01") + step * 28 + np.random.default_rng(1).integers(0, 28, step.size)
    points = lg.Incidents(200.0 * area + 50, np.full(area.size, 50.0), when=when, reported=when, crs=CRS)
    layers = [lg.Features(list(shapely.to_wkb(some)), CRS) for some in (squares[:8], squares[8:])]
    start = np.datetime64("2023-01-01") + 28 * 4
    asked = points.select(since="2023-01-01", until=str(start + 28 * 4))
    return counts, group, after, lg.difference_in_differences(asked, treated=layers[0], control=layers[1], start=start)


def test_what_is_told_of_areas_is_of_their_counts(panel):
    counts, group, after, found = panel
    ours = effect(counts, group, after, ~after)
    assert found["what"].tolist() == ["effect", "trend before"]
    assert found["estimate"][0] == pytest.approx(math.exp(ours.log_ratio))
    assert found["low"][0] < 0.6 < found["high"][0] < 1 and found["p_regrouped"][0] < 0.01
    assert found["p_regrouped"][1] > 0.01
    np.testing.assert_array_equal(found.panel.counts, counts)


def test_its_steps_stand_beside_the_last_one_before(panel):
    counts, group, _, found = panel
    table = found.event_study()
    assert table["days"].tolist() == [28 * step for step in range(-4, 4)]
    assert table["estimate"][3] == table["low"][3] == 1
    odds = counts[group].sum(axis=0) / counts[~group].sum(axis=0)
    np.testing.assert_allclose(table["estimate"], odds / odds[3])


def test_the_page_of_areas_tells_what_was_found(panel, tmp_path):
    panel[-1].save(tmp_path / "areas.html")
    page = (tmp_path / "areas.html").read_text(encoding="utf-8")
    assert "8 treated and 8 other areas" in page and "the share of other choices" in page


def test_too_few_areas_are_refused():
    square = lg.Features([shapely.to_wkb(shapely.box(379_900, 3_767_900, 380_100, 3_768_100))], CRS)
    other = lg.Features([shapely.to_wkb(shapely.box(1, 1, 2, 2))], CRS)
    with pytest.raises(ValueError, match="1 treated areas have incidents, and at least two are needed"):
        lg.difference_in_differences(points_of(drawn_steps(1)), treated=square, control=other, start="2022-01-03")


def test_a_table_of_counts_is_told_as_its_incidents_are(panel):
    counts, group, _, found = panel
    names = np.array([f"area {number:02}" for number in range(16)])
    days = np.datetime64("2023-01-01") + 28 * np.arange(counts.shape[1])
    table = dict(period=np.tile(days, 16), count=counts.ravel(), cell=np.repeat(names, counts.shape[1]))
    options = dict(treated=names[group].tolist(), control=names[~group].tolist(), start=days[4], time_step=28)
    # The dates lie whole weeks apart; the last of them ends the last four weeks.
    weeks = {name: np.append(column, last) for (name, column), last in zip(table.items(), (days[-1] + 21, 0, names[0]))}
    told = lg.difference_in_differences(weeks, **options)
    for name in ("estimate", "low", "high", "p", "p_regrouped"):
        np.testing.assert_allclose(told[name], found[name])
    with pytest.raises(ValueError, match="treated names 'nowhere'"):
        lg.difference_in_differences(weeks, **{**options, "treated": ["nowhere"]})
    with pytest.raises(ValueError, match="'area 00' is treated and control"):
        lg.difference_in_differences(weeks, **{**options, "control": options["treated"]})
    with pytest.raises(ValueError, match="within the week of the table that begins on 2023-04-23"):
        lg.difference_in_differences(weeks, **{**options, "start": "2023-04-25"})
    with pytest.raises(ValueError, match="start is 2030-01-01, and what is counted ends with"):
        lg.difference_in_differences(weeks, **{**options, "start": "2030-01-01"})
    with pytest.raises(ValueError, match="take a step of 7, 14"):
        lg.difference_in_differences(weeks, **{**options, "time_step": 10})


@pytest.mark.parametrize("own", ["day", "week"])
def test_a_series_of_a_table_is_told_as_its_incidents_are(own):
    steps = drawn_steps(5)
    points = points_of(steps)
    expected = lg.interrupted_series(points, start="2022-01-03")
    first = expected.begins[0]
    day = points.when.astype("M8[D]")
    # Whole weeks, as the series of incidents takes them.
    day = day[(day >= first) & (day < expected.begins[-1] + 7)]
    length = 7 if own == "week" else 1
    at = (day - first).astype(int) // length
    count = np.bincount(at, minlength=int(expected.begins.size * 7 / length))
    table = dict(date=first + length * np.arange(count.size), count=count)
    found = lg.interrupted_series(table, start="2022-01-03")
    np.testing.assert_allclose(found["estimate"], expected["estimate"])
    named = {name: np.tile(column, 2) for name, column in table.items()}
    named["group"] = np.repeat(["here", "there"], count.size)
    beside = lg.interrupted_series(named, start="2022-01-03", treated="here", control="there")
    assert beside["estimate"][0] == pytest.approx(1)
    if own == "week":
        with pytest.raises(ValueError, match="The table holds counts by week, got step 'month'"):
            lg.interrupted_series(table, start="2022-01-03", step="month")


def test_the_lag_of_reports_is_warned_of_only_where_it_is_in_the_series():
    random = np.random.default_rng(0)
    when = np.datetime64("2023-01-01") + random.integers(0, 500, 4_000)
    reported = when + random.geometric(0.1, when.size)
    known = reported < np.datetime64("2024-05-01")
    place = np.full(known.sum(), 100.0)
    points = lg.Incidents(place, place, when=when[known], reported=reported[known], crs=CRS)
    found = lg.interrupted_series(points, start="2023-12-01")
    assert found.parameters["end"] < "2024-04-28"
    assert not any("a fall there may be none" in said for said in found.parameters["warnings"])
    asked = lg.interrupted_series(points, start="2023-12-01", end="2024-04-30")
    assert any("a fall there may be none" in said for said in asked.parameters["warnings"])
