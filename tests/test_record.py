"""The record of a result: what was asked, what was found from the data, what was left out."""

import numpy as np
import pytest
from makers import clustered, incidents

import lacrime_geo as lg


def dated(n=600):
    x, y = clustered(n, 1)
    when = np.datetime64("2023-01-01") + np.arange(n) % 365
    when[:7] = np.datetime64("NaT")
    category = np.where(np.arange(n) % 2, "Robbery", "Burglary")
    return incidents(x, y, when=when, category=category, label="crimes")


RUNS = {
    "kde": lambda chosen: lg.kde(chosen, bandwidth=500),
    "hotspots": lambda chosen: lg.hotspots(chosen, cell_size=300),
    "dbscan": lambda chosen: lg.dbscan(chosen, eps=200, min_samples=8),
}


@pytest.mark.parametrize("name", RUNS)
def test_a_selection_is_kept_in_every_result(name):
    chosen = dated().select(since="2023-02-01", until="2023-12-01", category="burglary")
    parameters = RUNS[name](chosen).parameters
    assert parameters["layer"] == "crimes"
    assert parameters["since"] == "2023-02-01"
    assert parameters["until"] == "2023-12-01"
    assert parameters["category"] == "burglary"
    assert parameters["undated_left_out"] == 7
    assert parameters["incidents"] == chosen.size < dated().size
    assert parameters["crs"] == chosen.crs
    assert parameters["found"]


def test_titles_name_category_period_and_number():
    chosen = dated().select(since="2023-02-01", until="2023-03-01", category="robbery")
    assert lg.hotspots(dated(), cell_size=300).label == "Hotspots · Jan–Dec 2023 · n = 600"
    assert chosen.titled("Density") == f"Density · robbery · 1–28 Feb 2023 · n = {chosen.size}"


def test_an_unknown_category_is_never_passed_over():
    with pytest.raises(ValueError, match="No incident has category thfet; there are burglary, robbery"):
        dated().select(category=["burglary", "thfet"])


def test_a_period_and_a_category_that_never_meet():
    x, y = clustered(4, 1)
    when = np.array(["2023-01-01", "2023-02-01", "2023-03-01", "2023-04-01"], dtype="M8[s]")
    few = incidents(x, y, when=when, category=["a", "b", "b", "b"])
    with pytest.raises(ValueError, match="is of a and in the period"):
        few.select(since="2023-02-01", category="a")


def test_whole_weights_keep_the_exact_tail_and_fractional_ones_warn():
    x, y = clustered(600, 1)
    plain = lg.hotspots(incidents(x, y), cell_size=100)
    whole = lg.hotspots(incidents(x, y), cell_size=100, weight=np.ones(600))
    assert plain.parameters["inference"].startswith("exact")
    np.testing.assert_array_equal(plain["p"], whole["p"])
    fractional = lg.hotspots(incidents(x, y), cell_size=100, weight=np.full(600, 0.5))
    assert "no exact p is to be had here" in fractional.parameters["warnings"][0]


def test_default_min_samples_follows_the_scale_of_weights():
    x, y = clustered(600, 1)
    plain = lg.dbscan(incidents(x, y), eps=200)
    heavy = lg.dbscan(incidents(x, y), eps=200, weight=np.full(600, 1000.0))
    np.testing.assert_array_equal(plain["cluster"], heavy["cluster"])
    assert heavy.parameters["min_samples"] == 1000 * plain.parameters["min_samples"]


def test_cells_finer_than_hundred_blocks_are_warned_of():
    x, y = clustered(600, 1)
    snapped = incidents(np.repeat(x[:150], 4), np.repeat(y[:150], 4))
    assert "shows more than the data know" in lg.hotspots(snapped, cell_size=50).parameters["warnings"][0]
    assert "warnings" not in lg.hotspots(snapped, cell_size=200).parameters


def test_weights_that_differ_widely_are_told_apart_from_counts():
    """Heavy whole weights on few incidents: the normal p is not to be trusted, and exact tails would take too long."""
    random = np.random.default_rng(3)
    x, y = clustered(600, 1)
    cells = lg.hotspots(incidents(x, y), cell_size=100, weight=random.integers(1, 200_000, 600))
    assert cells.parameters["inference"] == "analytic two-sided p"
    assert "take small p with caution" in cells.parameters["warnings"][0]
