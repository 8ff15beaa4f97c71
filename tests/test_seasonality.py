"""Season: rate ratios of a negative-binomial regression, as statsmodels'; they cover what was planted."""

from xml.etree import ElementTree

import numpy as np
import pytest
from makers import incidents

import lacrime_geo as lg
from lacrime_geo.agencies import NIBRS_SWITCH
from lacrime_geo.temporal.count_regression import fit, log_likelihood

BEGIN = np.datetime64("2021-01-01")
WEEK = np.array([1.0, 0.9, 0.95, 1.0, 1.2, 1.25, 0.8])
YEAR = 1 + 0.2 * np.cos(2 * np.pi * np.arange(12) / 12)
WEEK, YEAR = (shape / np.exp(np.log(shape).mean()) for shape in (WEEK, YEAR))
HEAP, TREND = 1.4, 1.1
SVG = "{http://www.w3.org/2000/svg}"


def planted(days, mean, dispersion, seed, months=True):
    """Return counts of days with known effects, negative binomial."""
    day = BEGIN + np.arange(days)
    month = day.astype("M8[M]")
    rate = mean * WEEK[(day.astype(int) + 3) % 7] * TREND ** (np.arange(days) / 365.25)
    rate = rate * np.where(day == month.astype("M8[D]"), HEAP, 1.0)
    rate = rate * YEAR[month.astype(int) % 12] if months else rate
    random = np.random.default_rng(seed)
    return dict(date=day, count=random.poisson(rate * random.gamma(1 / dispersion, dispersion, days)))


def of(table, effect, column="ratio"):
    return table[column][table["effect"] == effect]


def design_of(counts):
    """Return the design of weekday, month, first of the month and trend, dummies spelled out."""
    day = counts["date"]
    month, weekday = day.astype("M8[M]"), (day.astype(int) + 3) % 7
    columns = [np.ones(day.size)]
    columns += [weekday == number for number in range(1, 7)]
    columns += [month.astype(int) % 12 == number for number in range(1, 12)]
    columns += [day == month.astype("M8[D]"), (np.arange(day.size) - (day.size - 1) / 2) / 365.25]
    return np.column_stack(columns).astype(float)


def test_the_fit_is_that_of_statsmodels():
    import statsmodels.api as sm

    counts = planted(600, 6, 0.3, 1)
    y, design = counts["count"].astype(float), design_of(counts)
    own = fit(y, design, np.ones(600))
    theirs = sm.NegativeBinomial(y, design).fit(disp=0, maxiter=500, method="bfgs", gtol=1e-8)
    assert np.allclose(own.beta, theirs.params[:-1], atol=1e-4)
    assert own.dispersion == pytest.approx(theirs.params[-1], rel=1e-4)
    assert own.log_likelihood == pytest.approx(theirs.llf, abs=1e-6) and own.log_likelihood >= theirs.llf - 1e-8
    family = sm.families.NegativeBinomial(alpha=own.dispersion)
    known = sm.GLM(y, design, family=family).fit()
    assert np.allclose(own.beta, known.params, atol=1e-5)
    assert np.allclose(np.sqrt(np.diag(own.covariance)), known.bse, rtol=1e-5)


def test_counts_that_scatter_no_more_than_poissons_are_poisson():
    import statsmodels.api as sm

    y = np.array([3.0, 2, 3, 3, 2, 3, 2, 3, 3, 2])
    design = np.column_stack([np.ones(10), np.arange(10) % 2])
    own = fit(y, design, np.full(10, 2.0))
    theirs = sm.GLM(y, design, family=sm.families.Poisson(), offset=np.full(10, np.log(2.0))).fit()
    assert (
        own.dispersion == 0 and np.allclose(own.beta, theirs.params) and own.log_likelihood == pytest.approx(theirs.llf)
    )
    assert log_likelihood(y, own.mean, 1e-7) == pytest.approx(own.log_likelihood, abs=1e-5)


def test_the_dispersion_of_the_mites():
    # Bliss & Fisher 1953, Biometrics 9: red mites on 150 apple leaves, k = 1.02459 by the largest likelihood.
    y = np.repeat(np.arange(8.0), [70, 38, 17, 10, 9, 3, 2, 1])
    assert 1 / fit(y, np.ones((150, 1)), np.ones(150)).dispersion == pytest.approx(1.02459, abs=1e-5)


def test_intervals_hold_what_was_planted():
    truth = np.concatenate([WEEK, YEAR, [HEAP, TREND]])
    held = []
    for seed in range(30):
        found = lg.season(planted(760, 5, 0.2, seed))
        held.append((found["low"] <= truth) & (truth <= found["high"]))
    # 630 intervals of 95 %, not independent of each other.
    assert 0.925 <= np.mean(held) <= 0.975


def test_p_of_a_weekday_that_makes_no_difference_is_no_smaller_than_it_says():
    random = np.random.default_rng(2)
    day = BEGIN + np.arange(120)
    p = np.array(
        [of(lg.season(dict(date=day, count=random.poisson(3, 120))), "weekday", "p_effect")[0] for _ in range(100)]
    )
    assert (p <= 0.05).mean() <= 0.1 and 0.35 < p.mean() < 0.65


def test_ratios_are_those_of_the_regression_against_the_mean_or_a_level():
    counts = planted(800, 8, 0.1, 3)
    raw = fit(counts["count"].astype(float), design_of(counts), np.ones(800))
    found = lg.season(counts)
    weekday, month = (np.concatenate([[0.0], raw.beta[part]]) for part in (slice(1, 7), slice(7, 18)))
    assert np.allclose(np.log(of(found, "weekday")), weekday - weekday.mean(), atol=1e-7)
    assert np.allclose(np.log(of(found, "month")), month - month.mean(), atol=1e-7)
    assert np.log(of(found, "weekday")).sum() == pytest.approx(0) and np.log(of(found, "month")).sum() == pytest.approx(
        0
    )
    named = lg.season(counts, reference="Sunday, march")
    assert np.allclose(of(named, "weekday"), of(found, "weekday") / of(found, "weekday")[6])
    assert np.allclose(of(named, "month"), of(found, "month") / of(found, "month")[2])
    sunday = named["level"] == "Sunday"
    assert [named[name][sunday][0] for name in ("ratio", "low", "high")] == [1, 1, 1] and np.isnan(
        named["p"][sunday][0]
    )
    assert np.allclose(named["p_effect"], found["p_effect"]) and np.allclose(of(named, "trend"), of(found, "trend"))


def test_days_moved_by_one_move_the_weekdays_and_nothing_else_changes():
    counts = planted(80, 8, 0.1, 4, months=False)
    # No first of a month is in either period's middle of February.
    counts = {name: column[33:57] for name, column in counts.items()}
    moved = {**counts, "date": counts["date"] + 1}
    first, second = (of(lg.season(one), "weekday") for one in (counts, moved))
    assert np.allclose(np.roll(first, 1), second)


def test_incidents_are_counted_day_by_day_in_whatever_order():
    counts = planted(400, 4, 0.2, 5)
    when = np.repeat(counts["date"], counts["count"])
    when = when[np.random.default_rng(0).permutation(when.size)].astype("M8[s]") + np.timedelta64(8, "h")
    there = incidents(np.zeros(when.size), np.zeros(when.size), when=when)
    found, table = lg.season(there), lg.season(counts)
    assert all(np.array_equal(found[name], table[name], equal_nan=True) for name in ("ratio", "low", "high", "p"))
    assert found["incidents"][:7].sum() == when.size and found["steps"][:7].sum() == 400
    assert any("not all reported" in said for said in found.parameters["warnings"])


def test_groups_are_as_each_alone_the_largest_first():
    parts = {"small & <few>": planted(400, 2, 0.2, 6), "large": planted(400, 9, 0.2, 7)}
    table = {key: np.concatenate([part[key] for part in parts.values()]) for key in ("date", "count")}
    kind = np.repeat(np.array(list(parts), dtype=object), 400)
    found = lg.season({**table, "kind": kind}, by="kind")
    assert list(dict.fromkeys(found["group"])) == ["large", "small & <few>"]
    for name, part in parts.items():
        assert np.allclose(found["ratio"][found["group"] == name], lg.season(part)["ratio"], equal_nan=True)
    rare = {name: np.append(column, column[:1]) for name, column in table.items()}
    rare = lg.season({**rare, "kind": np.append(kind, "rare")}, by="kind")
    assert rare.parameters["small_groups"] == 1 and "rare" not in rare["group"]
    root = ElementTree.fromstring(found.svg())
    assert len(list(root.iter(f"{SVG}circle"))) == int((~np.isnan(found["ratio"])).sum())
    assert {"small & <few>", "Jan", "Sun"} <= {node.text for node in root.iter(f"{SVG}text")}


def test_months_are_fitted_with_their_lengths():
    months = np.arange("2018-01", "2023-01", dtype="M8[M]")
    days = np.diff(np.append(months, months[-1] + 1).astype("M8[D]")).astype(int)
    found = lg.season(dict(date=months, count=100 * days))
    assert set(found["effect"]) == {"month", "trend"} and np.allclose(found["ratio"], 1)
    assert found["steps"][:12].tolist() == [5] * 12 and found["incidents"][1] == 100 * (28 * 4 + 29)


def test_what_a_period_is_too_short_for_is_left_out_and_told(caplog):
    counts = planted(800, 9, 0.1, 8)
    cut = {days: {name: column[:days] for name, column in counts.items()} for days in (13, 40, 200, 400, 500, 800)}
    with pytest.raises(ValueError, match="has 13 days, and a season needs at least 14"):
        lg.season(cut[13])
    both = {"weekday", "month", "trend"}
    for days, effects in ((40, {"weekday"}), (200, {"weekday", "trend"}), (400, {"weekday", "month"}), (500, both)):
        caplog.clear()
        with caplog.at_level("INFO", "lacrime_geo"):
            found = lg.season(cut[days])
        told = {effect for effect in ("weekday", "month", "trend") if not np.isnan(of(found, effect)).any()}
        assert told == effects and np.isnan(of(found, "month")).all() == ("month" not in effects)
        assert ("month" in found.parameters) == ("month" not in effects)
        assert ("trend" in found.parameters) == ("trend" not in effects)
        assert ("less than two years" in caplog.text) == (days == 500)
    assert "warnings" not in lg.season(cut[800]).parameters
    with pytest.raises(ValueError, match="at least 730 of counts by month"):
        lg.season(dict(date=np.arange("2020-01", "2021-06", dtype="M8[M]"), count=np.full(17, 50)))


def test_a_level_without_incidents_has_no_ratio_and_does_not_move_the_others():
    counts = planted(210, 5, 0.2, 9)
    sunday = (counts["date"].astype(int) + 3) % 7 == 6
    none = {**counts, "count": np.where(sunday, 0, counts["count"])}
    found = lg.season(none)
    assert np.isnan(of(found, "weekday")[6]) and not np.isnan(of(found, "weekday")[:6]).any()
    assert np.exp(np.log(of(found, "weekday")[:6]).mean()) == pytest.approx(1)


def test_days_that_go_together_are_warned_of():
    random = np.random.default_rng(10)
    waves = 1 + 0.5 * np.sign(np.sin(np.arange(300) / 9))
    day = BEGIN + np.arange(300)
    found = lg.season(dict(date=day, count=random.poisson(20 * waves)))
    assert any(
        "Intervals of month and trend are too narrow, by a factor of" in said for said in found.parameters["warnings"]
    )
    assert found.parameters["autocorrelation"]["all"] > 0.5 and found.parameters["dispersion"] > 0.1


def test_a_period_across_the_change_of_the_records_system_is_told():
    when = (NIBRS_SWITCH.astype("M8[D]") - 100 + np.arange(400) % 200).astype("M8[s]")
    there = incidents(np.zeros(400), np.zeros(400), when=when, agency="LAPD")
    for function in (lg.season, lg.weekday_test, lg.decompose, lg.change_points):
        assert any("records system" in said for said in function(there).parameters["warnings"])


@pytest.mark.parametrize(
    "options, problem",
    [
        (dict(reference="Someday"), "reference must be one of 'Monday'"),
        (dict(reference="Sunday, Monday"), "names two levels of the weekday, Sunday and Monday"),
        (dict(level=0.95), "level is in per cent: 95, not 0.95"),
        (dict(by="nothing"), "no column 'nothing'"),
        (dict(by=np.arange(3)), "by must name a column of the table of counts, got a ndarray"),
    ],
)
def test_bad_options_are_named(options, problem):
    with pytest.raises((ValueError, TypeError), match=problem):
        lg.season(planted(60, 4, 0.1, 0), **options)


def test_bad_counts_are_named():
    day = BEGIN + np.arange(60)
    with pytest.raises(ValueError, match="There are 29 incidents in the period, and a season needs at least 30"):
        lg.season(dict(date=day, count=(np.arange(60) < 29).astype(int)))
    with pytest.raises(ValueError, match="must be one of 'day', 'month', got 'week'"):
        lg.season(dict(date=BEGIN + 7 * np.arange(60), count=np.full(60, 5)))
    weighted = incidents(np.zeros(60), np.zeros(60), when=day, weight=np.ones(60))
    for function in (lg.season, lg.weekday_test, lg.decompose, lg.change_points):
        with pytest.raises(ValueError, match="have weights"):
            function(weighted)
        with pytest.raises(ValueError, match="have no times"):
            function(incidents([0.0], [0.0]))


def test_the_chart_explains_only_what_it_draws():
    def subtitle(table):
        words = ElementTree.fromstring(table.svg()).itertext()
        return next(said for said in words if said.startswith("Rate ratio"))

    days = dict(date=np.datetime64("2022-01-01") + np.arange(40), count=20 + np.arange(40) % 7)
    assert subtitle(lg.season(days)) == "Rate ratio (1: the mean; for the first of the month other days)"
    months = dict(date=np.arange("2021-01", "2024-01", dtype="M8[M]"), count=90 + np.arange(36) % 12)
    assert subtitle(lg.season(months)) == "Rate ratio (1: the mean; for the trend the year before)"
