"""Delays of reports: nothing missing gives the plain shares, what is missing biases them and not ours; the LAPD's own figures."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import incidents

import lacrime_geo as lg
from lacrime_geo.delays.reporting_delays import WITHIN
from lacrime_geo.delays.truncated_delays import LEAST_AT_RISK, delays_of

BEGIN = np.datetime64("2022-01-01")
WEST_LA = "lapd_west_la_2020-03_2021-07_28col.parquet"
# LAPD.md: shares of the file as it is within so many days.
OF_THE_FILE = dict(zip(WITHIN, (0.427, 0.645, 0.829, 0.880, 0.922, 0.952, 0.964, 0.992)))
BY_CRIME = {
    "BATTERY - SIMPLE ASSAULT": (0.95, 0.98),
    "VEHICLE - STOLEN": (0.94, 0.98),
    "BURGLARY FROM VEHICLE": (0.90, 0.97),
    "BURGLARY": (0.86, 0.95),
    "THEFT PLAIN - PETTY ($950 & UNDER)": (0.77, 0.94),
    "THEFT OF IDENTITY": (0.40, 0.63),
}

ages_and_delays = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=60)


def points(occurred, reported, **more):
    """Return incidents by their days, both counted from a first one."""
    where = np.zeros(len(occurred))
    return incidents(where, where, when=BEGIN + occurred, reported=BEGIN + reported, **more)


def seen(n, days, seed, mean=15.0):
    """Return the days of incidents and reports that a file of so many days shows, of geometric delays."""
    random = np.random.default_rng(seed)
    occurred = random.integers(0, days, n)
    reported = occurred + random.geometric(1 / (1 + mean), n) - 1
    return occurred[reported < days], reported[reported < days]


def by_hand(days, possible, within):
    """Return the share within some days as the paper writes it: one factor for each longer delay, counted one by one."""
    risks = [risk(days, possible, t) for t in range(max(possible) + 1)]
    least = min(LEAST_AT_RISK, len(days) / 2, max(risks))
    longest = max(t for t, number in enumerate(risks) if number >= least)
    share = 1.0
    for s in range(within + 1, longest + 1):
        if risk(days, possible, s):
            share *= 1 - sum(day == s for day in days) / risk(days, possible, s)
    return share


def risk(days, possible, t):
    return sum(day <= t <= most for day, most in zip(days, possible))


def chain_ladder(occurred, reported, days):
    """Return the shares that actuaries' development factors give: every cohort's growth from one age to the next."""
    delay = reported - occurred
    upto = np.array([[np.sum((occurred == day) & (delay <= t)) for t in range(days)] for day in range(days)])
    share = np.ones(days)
    for t in range(days - 2, -1, -1):
        old_enough = np.arange(days) <= days - 2 - t
        share[t] = share[t + 1] * upto[old_enough, t].sum() / upto[old_enough, t + 1].sum()
    return share


@given(rows=ages_and_delays)
def test_where_nothing_is_missing_the_share_is_the_plain_one(rows):
    days = np.array([delay for _, delay in rows])
    found = delays_of(days, np.full(days.size, 60))
    plain = [(days <= t).mean() for t in range(61)]
    np.testing.assert_allclose(found.share, plain, atol=1e-12)
    np.testing.assert_allclose(found.naive, plain, atol=1e-12)


@given(rows=ages_and_delays)
def test_shares_are_the_paper_s_product_rise_and_lie_in_their_interval(rows):
    days = [min(row) for row in rows]
    possible = [max(row) for row in rows]
    found = delays_of(np.array(days), np.array(possible))
    for within in range(0, found.longest + 1, 5):
        assert found.share[within] == pytest.approx(by_hand(days, possible, within), abs=1e-12)
    assert (np.diff(found.share) >= -1e-15).all() and found.share[-1] == 1
    low, high = found.interval(95)
    assert ((low >= 0) & (low <= found.share) & (found.share <= high) & (high <= 1)).all()
    assert (found.share <= found.naive + 1e-12).all() or found.longest < max(days)


@given(rows=ages_and_delays, seed=st.integers(0, 99))
def test_the_order_of_rows_does_not_matter(rows, seed):
    order = np.random.default_rng(seed).permutation(len(rows))
    days, possible = (np.array([of(row) for row in rows]) for of in (min, max))
    found, shuffled = delays_of(days, possible), delays_of(days[order], possible[order])
    np.testing.assert_array_equal(found.share, shuffled.share)


def test_it_is_the_chain_ladder_of_actuaries():
    occurred, reported = seen(4000, 60, 3, mean=6)
    found = delays_of(reported - occurred, 59 - occurred)
    np.testing.assert_allclose(found.share, chain_ladder(occurred, reported, 60)[: found.share.size], rtol=0.02)
    few = delays_of(reported - occurred, 59 - occurred).longest
    twin = chain_ladder(occurred, reported, 60)
    np.testing.assert_allclose(found.share[: few + 1] * twin[few], twin[: few + 1], rtol=1e-9)


def test_it_is_unbiased_where_the_plain_share_is_not():
    truth = 1 - (15 / 16) ** (np.arange(120) + 1)
    ours, plain = np.zeros((2, 40, 120))
    for seed in range(40):
        occurred, reported = seen(1500, 120, seed)
        found = delays_of(reported - occurred, 119 - occurred)
        at = np.minimum(np.arange(120), found.longest)
        ours[seed], plain[seed] = found.share[at], found.naive[at]
    early = [1, 7, 14, 30]
    np.testing.assert_allclose(ours.mean(axis=0)[early], truth[early], atol=0.012)
    assert (plain.mean(axis=0)[early] - truth[early] > 0.015).all()


def test_intervals_hold_the_truth_as_often_as_they_say():
    held = []
    for seed in range(200):
        occurred, reported = seen(800, 400, seed)
        low, high = delays_of(reported - occurred, 399 - occurred).interval(90)
        truth = 1 - (15 / 16) ** (np.arange(low.size) + 1)
        held.append(((low <= truth) & (truth <= high))[[1, 7, 14, 30]])
    assert 0.86 <= np.mean(held) <= 0.95


def test_where_nothing_is_missing_the_interval_is_wilson_s():
    days = np.repeat([0, 3, 9], [50, 30, 20])
    low, high = delays_of(days, np.full(100, 50)).interval(95)
    # Brown, Cai & DasGupta 2001, by their formula: 80 of 100 at 95 %.
    assert (round(low[3], 4), round(high[3], 4)) == (0.7112, 0.8666)
    assert low[9] == pytest.approx(100 / (100 + 1.959964**2), abs=1e-6) and high[9] == 1


def test_draws_scatter_about_the_share_as_wide_as_its_interval():
    occurred, reported = seen(1000, 120, 5)
    found = delays_of(reported - occurred, 119 - occurred)
    drawn = found.drawn(np.random.default_rng(0), 2000)
    low, high = found.interval(90)
    for day in (0, 7, 30):
        assert drawn[:, day].mean() == pytest.approx(found.share[day], abs=0.006)
        width = np.diff(np.quantile(drawn[:, day], [0.05, 0.95]))[0]
        assert width == pytest.approx(high[day] - low[day], rel=0.15)


def test_rows_are_of_all_then_of_the_groups_by_size():
    occurred, reported = seen(900, 200, 1)
    kind = np.where(np.arange(occurred.size) % 3 == 0, "rare", "often").astype(object)
    kind[:5] = None
    table = lg.reporting_delay(points(occurred, reported, category=kind))
    assert table["group"][:: len(WITHIN)].tolist() == ["all", "often", "rare"]
    assert table["days"].tolist() == [*WITHIN] * 3 and table.parameters["without_group"] == 5
    alone = lg.reporting_delay(points(occurred[kind == "rare"], reported[kind == "rare"]), as_of=BEGIN + reported.max())
    np.testing.assert_array_equal(table["share"][-len(WITHIN) :], alone["share"])
    assert np.isnan(table["share"][-1]) and table["longest_days"][-1] < 365
    by_column = lg.reporting_delay(points(occurred, reported, source={"kind": kind}), by="kind")
    np.testing.assert_array_equal(by_column["share"], table["share"])


def test_a_file_taken_back_is_the_file_of_that_day():
    occurred, reported = seen(2000, 300, 2)
    everything = points(occurred, reported)
    back = lg.reporting_delay(everything, as_of="2022-06-30")
    then = lg.reporting_delay(everything.take(everything.reported < np.datetime64("2022-07-01")), as_of="2022-06-30")
    np.testing.assert_array_equal(back["share"], then["share"])
    assert back.parameters["reported_after_the_end"] == (reported > 180).sum()
    assert back.parameters["as_of"] == "2022-06-30" and "as_of_reason" not in back.parameters


def test_a_file_chosen_by_the_date_of_report_does_not_bias_it():
    occurred, reported = seen(6000, 400, 4)
    late = reported >= 100
    chosen = lg.reporting_delay(points(occurred[late], reported[late]))
    assert chosen.parameters["before_the_first_report"] == (occurred[late] < 100).sum() > 100
    whole = lg.reporting_delay(points(occurred, reported))
    np.testing.assert_allclose(chosen["share"][:6], whole["share"][:6], atol=0.02)


def test_a_lone_last_report_is_doubted():
    occurred, reported = seen(300, 100, 1)
    assert "warnings" not in lg.reporting_delay(points(occurred, reported)).parameters
    reported[0] = 3650
    doubted = lg.reporting_delay(points(occurred, reported)).parameters
    assert "The latest report, of 2031-12-30, is 3,5" in doubted["warnings"][0]
    assert "warnings" not in lg.reporting_delay(points(occurred, reported), as_of=BEGIN + 99).parameters


def test_what_has_no_delay_is_counted():
    occurred, reported = np.array([0, 5, 5, 9, 3]), np.array([0, 4, 7, 9, 3])
    when, told = (BEGIN + days for days in (occurred, reported))
    when[4] = "NaT"
    table = lg.reporting_delay(incidents(np.zeros(5), np.zeros(5), when=when, reported=told))
    kept = table.parameters
    assert (kept["without_dates"], kept["reported_before_it_occurred"], table["incidents"][0]) == (1, 1, 3)


def test_the_safe_end_is_the_last_day_with_enough_reported():
    occurred, reported = seen(9000, 200, 6)
    some = points(occurred, reported)
    for share in (0.5, 0.8, 0.95):
        day = lg.lag_safe_end(some, share=share)
        delays = delays_of(reported - occurred, 199 - occurred).share
        age = int((BEGIN + 199 - day).astype(int))
        assert delays[age] >= share > delays[age - 1]
    table = lg.reporting_delay(some)
    assert (
        table["safe_end"][0] == lg.lag_safe_end(some) and str(lg.lag_safe_end(some)) == table.parameters["lag_safe_end"]
    )


def test_the_safe_end_of_groups_is_that_of_the_slowest_large_enough(caplog):
    quick, slow, few = (seen(n, 200, 7, mean) for n, mean in ((3000, 1), (3000, 20), (20, 60)))
    occurred, reported = (np.concatenate(parts) for parts in zip(quick, slow, few))
    names = np.repeat(["quick", "slow", "few"], [quick[0].size, slow[0].size, few[0].size])
    some = points(occurred, reported, category=names)
    alone = points(*slow)
    caplog.set_level("INFO")
    found = lg.lag_safe_end(some, by="category", as_of=BEGIN + 199)
    # By itself the slow group's first report is later, which leaves a few more incidents out.
    assert abs(found - lg.lag_safe_end(alone, as_of=BEGIN + 199)) <= np.timedelta64(1, "D")
    assert found < lg.lag_safe_end(some, as_of=BEGIN + 199)
    assert "1 group of fewer than 30 incidents is not regarded" in caplog.text and "'slow'" in caplog.text


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: incidents([0], [0], when=[BEGIN]), "has no dates of report: the delay of a report needs"),
        (lambda: incidents([0], [0], reported=[BEGIN]), "has no times"),
        (lambda: points(np.array([3]), np.array([1])), "None of the 1 incidents"),
    ],
)
def test_what_is_missing_is_told(made, said):
    for function in (lg.reporting_delay, lg.lag_safe_end, lg.nowcast):
        with pytest.raises(ValueError, match=said):
            function(made())


def test_where_none_tells_of_a_delay_the_reasons_are_counted():
    with pytest.raises(
        ValueError, match=r"tells of a delay up to 2022-01-12: 1 dated after the report, 2 from before the fi"
    ):
        lg.reporting_delay(points(np.array([12, 1, 2]), np.array([5, 5, 11])))


def test_times_of_the_report_have_no_delay():
    frame = gpd.GeoDataFrame(
        dict(occurred=[BEGIN] * 3, reported=[BEGIN] * 3),
        geometry=gpd.points_from_xy([0] * 3, [0] * 3, crs="EPSG:32611"),
    )
    assert lg.reporting_delay(frame)["share"][0] == 1
    with pytest.raises(ValueError, match="are those of the reports"):
        lg.reporting_delay(lg.as_incidents(frame, time_column="reported"))


def test_the_curve_holds_what_the_estimate_comes_from(tmp_path):
    table = lg.reporting_delay(points(*seen(2000, 200, 8)))
    curve = table.curve()
    hazard = curve["reported"] / curve["at_risk"]
    twin = np.append(np.cumprod((1 - hazard)[::-1])[::-1][1:], 1.0)
    np.testing.assert_allclose(curve["share"], twin)
    curve.save(tmp_path / "curve.svg")
    assert "all, as in the file" in (tmp_path / "curve.svg").read_text()


def test_the_command_writes_table_and_curve(tmp_path, capsys):
    from lacrime_geo.cli import main

    occurred, reported = seen(500, 200, 9)
    frame = gpd.GeoDataFrame(
        dict(occurred=BEGIN + occurred, reported=BEGIN + reported, kind=np.where(occurred % 2, "odd", "even")),
        geometry=gpd.points_from_xy(np.full(occurred.size, -118.3), np.full(occurred.size, 34.0), crs="EPSG:4326"),
    )
    frame.to_file(tmp_path / "a.gpkg")
    given = [str(tmp_path / name) for name in ("a.gpkg", "b.csv")]
    assert main(["reporting_delay", *given, "--by", "kind", "--curve", str(tmp_path / "c.svg")]) == 0
    assert "at least 95 % are in the file up to" in capsys.readouterr().err
    written = pd.read_csv(tmp_path / "b.csv")
    assert set(written["group"]) == {"all", "even", "odd"} and (tmp_path / "c.svg").exists()
    np.testing.assert_allclose(written["share"], lg.reporting_delay(frame, by="kind")["share"])


@pytest.fixture(scope="module")
def west_la(lacrime_data):
    return lg.as_incidents(lg.read_lapd(Path(lacrime_data) / WEST_LA))


def test_the_figures_of_west_la(west_la):
    table = lg.reporting_delay(west_la, by="crime").to_dataframe().set_index(["group", "days"])
    shares = table.loc["all", "naive"].round(3).to_dict()
    assert shares == OF_THE_FILE
    for crime, (week, month) in BY_CRIME.items():
        naive = table.loc[crime, "naive"]
        assert (naive[7], naive[30]) == (pytest.approx(week, abs=0.006), pytest.approx(month, abs=0.006)), crime


def test_west_la_taken_back_gives_what_its_whole_file_shows(west_la):
    whole = lg.reporting_delay(west_la)["share"][:7]
    for day in ("2020-12-01", "2021-03-01", "2021-06-01"):
        then = lg.reporting_delay(west_la, as_of=day)
        ours, plain = (np.abs(then[name][:7] - whole).max() for name in ("share", "naive"))
        assert ours < 0.021 and ours < plain, day


def test_incidents_without_a_place_count(west_la):
    missing = ~west_la.placed
    assert missing.any() and lg.reporting_delay(west_la)["incidents"][0] == west_la.size
