"""Trends with joinpoints: the same as by plain loops, planted joinpoints found, none where there are none, the real file."""

import itertools
import logging

import numpy as np
import pandas as pd
import pytest

import lacrime_geo as lg
from lacrime_geo.jurisdictions.joinpoint_fits import (
    Observed,
    best_fits,
    criterion,
    permutation_p,
    poisson_fits,
)
from lacrime_geo.jurisdictions.joinpoint_search import Weighted, placements, without_line
from lacrime_geo.jurisdictions.yearly_changes import average_change, segment_changes
from lacrime_geo.temporal import count_regression

YEARS = np.arange(1990, 2015)


def observed(rate, seed=None, population=400_000.0, year=YEARS, spread=1.0):
    """Return a series of counts around a rate per 100,000: expected, rounded, or drawn with a variance of so many means."""
    mean = np.asarray(rate) * population / 1e5
    if seed is None:
        counts = np.round(mean)
    else:
        random = np.random.default_rng(seed)
        counts = random.poisson(mean) if spread == 1 else random.negative_binomial(mean / (spread - 1), 1 / spread)
    return Observed(year.astype(float), counts.astype(float), np.full(year.size, population))


def piecewise(turns, slopes, start=300.0, year=YEARS):
    log = np.log(start) + slopes[0] * (year - year[0])
    for turn, before, after in zip(turns, slopes, slopes[1:]):
        log = log + (after - before) * np.maximum(year - turn, 0)
    return np.exp(log)


def deviance_by_loops(series, joinpoints):
    """Return the least deviance over all placements, fitted one by one by another regression, and where it is."""
    best = np.inf, ()
    for places in itertools.combinations(range(2, series.year.size - 2), joinpoints):
        if any(b - a < 3 for a, b in zip(places, places[1:])):
            continue
        hinges = [np.maximum(series.year - series.year[place], 0.0) for place in places]
        design = np.column_stack([np.ones(series.year.size), series.year - 2000, *hinges])
        beta = count_regression._beta(series.crimes, design, np.log(series.population), 0.0, None)
        mean = series.population * np.exp(design @ beta)
        terms = [2 * (y * np.log(y / m) if y else 0.0) - 2 * (y - m) for y, m in zip(series.crimes, mean)]
        best = min(best, (sum(terms), tuple(series.year[list(places)])))
    return best


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("level", [2.0, 20.0, 400.0])
def test_the_search_finds_what_plain_loops_find(level, seed):
    turns = piecewise([1998, 2006], [0.05, -0.08, 0.02], level, YEARS[:17])
    series = observed(turns, seed, year=YEARS[:17])
    for fit in best_fits(series, 2):
        deviance, places = deviance_by_loops(series, fit.joinpoints)
        assert fit.deviance == pytest.approx(deviance, rel=1e-7) and tuple(fit.joinpoint) == places


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_the_search_for_three_finds_what_plain_loops_find(seed):
    series = observed(piecewise([1996, 2002, 2008], [0.05, -0.1, 0.06, -0.03], 30.0), seed)
    fit = best_fits(series, 3)[3]
    deviance, places = deviance_by_loops(series, 3)
    assert fit.deviance == pytest.approx(deviance, rel=1e-7) and tuple(fit.joinpoint) == places


def test_what_placements_explain_is_least_squares():
    random = np.random.default_rng(3)
    year, weight, values = YEARS[:12].astype(float), random.uniform(1, 5, 12), random.normal(0, 1, (12, 3))
    gained = Weighted.of(year, weight).explained(without_line(year, weight, values), 2)
    root = np.sqrt(weight)
    for row, places in enumerate(placements(12, 2)):
        line = np.column_stack([np.ones(12), year])
        whole = np.column_stack([line, *(np.maximum(year - year[place], 0) for place in places)])
        for column in range(3):
            left = [
                np.sum(
                    (
                        root * values[:, column]
                        - root[:, None]
                        * x
                        @ np.linalg.lstsq(root[:, None] * x, root * values[:, column], rcond=None)[0]
                    )
                    ** 2
                )
                for x in (line, whole)
            ]
            assert gained[row, column] == pytest.approx(left[0] - left[1], abs=1e-9)


def test_poisson_fits_solve_their_equations():
    series = observed(piecewise([2000], [0.03, -0.05]), 1)
    design = np.stack(
        [np.column_stack([np.ones(25), YEARS - 1990.0, np.maximum(YEARS - turn, 0)]) for turn in (1995, 2005)]
    )
    beta, mean, _ = poisson_fits(series.crimes, np.log(series.population), design)
    np.testing.assert_allclose(mean, series.population * np.exp((design @ beta[..., None])[..., 0]))
    # The likelihood's slope is zero.
    np.testing.assert_allclose(
        np.swapaxes(design, 1, 2) @ (series.crimes - mean)[..., None] / series.crimes.sum(), 0, atol=1e-7
    )


def trends_of(series, **options):
    names = np.repeat("A", series.year.size)
    columns = {"agency": names, "year": series.year, "violent": series.crimes, "population": series.population}
    return lg.rate_trends(columns, **options)


def test_planted_joinpoints_are_found():
    found = trends_of(observed(piecewise([1998, 2006], [0.06, -0.08, 0.03])))
    assert found["joinpoint_years"].tolist() == ["1998, 2006"] and found["p"][0] == 0.005
    segments = found.segments()
    np.testing.assert_allclose(segments["change"], 100 * np.expm1([0.06, -0.08, 0.03]), atol=0.15)
    assert segments["since"].tolist() == [1990, 1998, 2006] and segments["until"].tolist() == [1998, 2006, 2014]
    assert (segments["low"] < segments["change"]).all() and (segments["change"] < segments["high"]).all()
    # From 2005 on: one year of the fall and eight of the rise.
    assert found["change_10"][0] == pytest.approx(100 * np.expm1((-0.08 + 8 * 0.03) / 9), abs=0.1)


def test_a_straight_trend_is_its_slope_with_students_interval():
    series = observed(piecewise([], [0.02]), 5)
    fit = best_fits(series, 0)[0]
    (change,) = segment_changes(fit, 95)
    assert average_change(fit, series.year, 10, 95) == pytest.approx(change)
    from scipy.special import stdtrit

    spread = np.sqrt(fit.covariance[1, 1])
    assert np.log1p(change[2] / 100) == pytest.approx(fit.beta[1] + stdtrit(23, 0.975) * spread)
    assert change[1] < 100 * np.expm1(0.02) < change[2]


def test_a_smaller_population_changes_no_slope():
    one, other = observed(piecewise([2000], [0.05, -0.05])), observed(piecewise([2000], [0.05, -0.05]), population=4e6)
    assert trends_of(one)["change"][0] == pytest.approx(trends_of(other)["change"][0], abs=0.1)


def test_series_without_a_joinpoint_seldom_get_one():
    random = np.random.default_rng(8)
    names, found = np.repeat([f"A{n:02d}" for n in range(60)], 25), []
    for spread in (1.0, 6.0):
        counts = np.concatenate(
            [observed(piecewise([], [-0.02]), random.integers(1 << 30), spread=spread).crimes for _ in range(60)]
        )
        columns = {"agency": names, "year": np.tile(YEARS, 60), "violent": counts, "population": np.full(1500, 400_000)}
        found.append(lg.rate_trends(columns))
    # Measured on 400 of each: 3 % and 9 % by BIC, 5 % by p ≤ 0.05 of either.
    assert np.mean(found[0]["joinpoints"] > 0) <= 0.1 and np.mean(found[1]["joinpoints"] > 0) <= 0.17
    assert all(np.mean(one["p"][one["joinpoints"] == 0] <= 0.05) <= 0.1 for one in found)


@pytest.mark.slow
@pytest.mark.parametrize("spread", [1.0, 6.0])
def test_p_of_a_first_joinpoint_is_as_rare_as_it_says(spread):
    p = []
    for seed in range(400):
        series = observed(piecewise([], [-0.02]), seed, spread=spread)
        p.append(permutation_p(series, best_fits(series, 0)[0], np.random.SeedSequence(seed), 99))
    assert 0.02 <= np.mean(np.array(p) <= 0.05) <= 0.08 and 0.15 <= np.mean(np.array(p) <= 0.2) <= 0.26


def test_the_criterion_is_bic():
    fits = best_fits(observed(piecewise([2000], [0.05, -0.05]), 2, spread=9), 1)
    for fit in fits:
        dispersion = max(fit.deviance / 25, 1)
        told = 25 * np.log(dispersion) + fit.deviance / dispersion + np.log(25) * (2 + 2 * fit.joinpoints)
        assert criterion(fit) == pytest.approx(told)
    assert criterion(fits[1]) < criterion(fits[0])


def test_zeros_gaps_and_short_series_are_borne():
    zeros = np.where(YEARS < 2000, 0.0, 5.0)
    columns = {
        "agency": [*["gap"] * 25, *["nothing"] * 25, *["short"] * 3, *["zeros"] * 25],
        "year": [*YEARS, *YEARS, *YEARS[:3], *YEARS],
        "violent": [*np.where((YEARS > 1999) & (YEARS < 2004), np.nan, 50.0), *np.zeros(25), 5, 6, 7, *zeros],
        "population": np.full(78, 1e5),
    }
    found = lg.rate_trends(columns)
    assert found["years"].tolist() == [21, 25, 3, 25] and found.parameters["without_trend"] == 2
    assert np.isfinite(found["change_10"]).tolist() == [True, False, False, True]
    assert found["change_10"][0] == pytest.approx(0, abs=1e-6) and set(found.segments()["agency"]) == {"gap", "zeros"}
    with pytest.raises(ValueError, match="None of 1 agencies has 5 usable years"):
        lg.rate_trends({"agency": ["A"], "year": [2000], "violent": [1], "population": [10]})


@pytest.mark.parametrize(
    "options, sentence",
    [
        (dict(most_joinpoints=6), "must be 5 at most, got 6"),
        (dict(most_joinpoints=-1), "whole number of at least 0"),
        (dict(most_joinpoints=1.5), "1.5"),
        (dict(level=100), "level must be above 1 and below 100 per cent"),
        (dict(seed=-1), "seed must be a whole number of at least 0, got -1"),
        (dict(seed=1.5), "seed must be a whole number"),
    ],
)
def test_bad_options_give_a_sentence(options, sentence):
    with pytest.raises(ValueError, match=sentence):
        trends_of(observed(piecewise([], [0.0])), **options)


def test_the_same_seed_gives_the_same_and_the_page_tells_all(tmp_path, caplog):
    with caplog.at_level(logging.INFO, "lacrime_geo"):
        one = lg.rate_trends("sample_layers/agency_years.csv", seed=3)
    other = lg.rate_trends("sample_layers/agency_years.csv", seed=3)
    assert all(np.array_equal(one[name], other[name], equal_nan=one[name].dtype.kind == "f") for name in one.columns)
    row = one["name"].tolist().index("Santa Alba")
    assert one["joinpoint_years"][row] == "2010" and "aggregate_rows: 24 rows" in caplog.text
    page = one.html()
    assert "Do not rank agencies" in page and "Santa Alba" in page and "aggregate_rows 24" in page
    one.save(tmp_path / "trends.svg")
    assert pd.read_csv(one.save(tmp_path / "trends.csv"))["name"].tolist() == sorted(one["name"])


def test_a_cancel_is_heard():
    with pytest.raises(lg.Cancelled):
        lg.rate_trends("sample_layers/agency_years.csv", progress=lambda fraction: fraction < 0.6)
