"""docs/forecasts.md is always true: its examples print what it says, its tables are those of the code and of the real files."""

import re

import numpy as np
import pytest
from pages import DIVISIONS, INCIDENTS, Page

import lacrime_geo as lg
from lacrime_geo.forecasting.model_names import MODELS
from tools.forecast_tables import daily, packages, pandemic, totals, winners
from tools.forecast_tables.__main__ import TABLES
from tools.forecast_tables.los_angeles import WEST_LA, monthly, pooled

PAGE = Page("forecasts.md")
# The models that forecast the 222 series in no time.
QUICK = ("seasonal naive", "smoothing", "Theta", "mean of 6", "last count", "drift")
# Tables, and which cell after the first is the share of seasonal naive's error.
SHARES = {"models": 0, "west": 1, "city": 1, "prophet": 0, "picked": 0, "west holidays": 1}


def rows_of(mark):
    """Return the rows of a table filled by tools/forecast_tables, by their first cell."""
    return {row[0]: row[1:] for row in PAGE.table_under(f"<!-- {mark} -->")}


def test_links_and_pictures_exist():
    assert PAGE.pictures() == {"forecast_map.png", "forecast.svg", "backtest_la.svg"}


@pytest.mark.slow
def test_examples_run_and_print_what_the_page_says(in_copy, capsys):
    assert PAGE.run_examples(capsys) == 5


def test_every_model_is_there():
    named = [name for row in PAGE.table_under("## Models") for name in re.findall(r"`([^`]+)`", row[0])]
    assert sorted(named) == sorted([*MODELS])


def test_the_tables_of_columns_are_those_of_the_results():
    short = lg.as_incidents(INCIDENTS).select(since="2023-12-01", until="2024-01-01", category="burglary")
    areas = lg.forecast_areas(short, areas=DIVISIONS, model="last count", horizon=1, step="day")
    named = [name.strip(" `") for row in PAGE.table_under("interval.\n") for name in row[0].split(",")]
    assert named == list(areas.columns)
    months = np.arange("2019-01", "2023-01", dtype="M8[M]").astype("M8[D]")
    scored = lg.backtest(dict(period=months, count=20 + np.arange(48) % 5), "last count", horizon=1)
    named = [name for row in PAGE.table_under("are always there.") for name in re.findall(r"`(\w+)`", row[0])]
    assert sorted(named) == sorted(set(scored.columns) - {"model"})


def test_every_table_of_real_counts_has_its_place():
    marks = re.findall(r"<!-- ([\w ]+) -->\n\|.*\n\| ---", PAGE.text)
    assert sorted(marks) == sorted(TABLES)
    assert set(TABLES) == {name for module in (winners, packages, totals, pandemic, daily) for name in module.TABLES}


@pytest.fixture(scope="module")
def scored(lacrime_data):
    """Return the backtest of the quick models on the 222 series, as the page has it."""
    return lg.backtest(monthly(lacrime_data), QUICK, horizon=winners.HORIZON)


def test_the_scores_of_the_quick_models(scored):
    said = rows_of("models")
    assert len(said) == len(winners.MODELS) and scored.parameters["series"] == 222
    for at, name in enumerate(scored["model"]):
        assert said[name][:-1] == winners.row_of(scored, at)[1:-1], name


def test_errors_by_horizon_and_without_frauds(scored):
    said = rows_of("horizons")
    others = np.flatnonzero(scored.made.panel.keys["category"] != winners.FRAUD)
    for number, part in enumerate([dict(steps=[0]), dict(steps=[1]), dict(steps=[2]), dict(rows=others)]):
        naive = pooled(scored, winners.NAIVE, **part)
        assert float(said["seasonal naive: incidents a month"][number]) == pytest.approx(naive, abs=0.06)
        for name in set(QUICK) - {winners.NAIVE}:
            assert float(said[name][number]) == pytest.approx(pooled(scored, name, **part) / naive, abs=6e-4)


def test_no_quick_model_beats_seasonal_naive_where_the_page_says_that_none_does(scored):
    keys, errors = scored.made.panel.keys, {name: _errors(scored, name) for name in QUICK}
    table = PAGE.table_under("<!-- unbeaten -->")
    assert len(table) == int(rows_of("series")["seasonal naive"][0])
    for division, category, a_month, error, _, smoothing, _ in table:
        (at,) = np.flatnonzero((keys["area"] == division) & (keys["category"] == category))
        naive = errors[winners.NAIVE][at]
        assert all(errors[name][at] >= naive for name in QUICK)
        assert float(error) == pytest.approx(naive, abs=0.06)
        assert float(smoothing) == pytest.approx(errors["smoothing"][at] / naive, abs=6e-4)
        assert float(a_month) == pytest.approx(scored.made.actual[:, at].mean(), abs=0.06)


def test_no_quick_model_is_better_than_the_winner_that_the_page_names(scored):
    for mark, key in (("categories", "category"), ("divisions", "area")):
        table = PAGE.table_under(f"<!-- {mark} -->")
        assert {row[0] for row in table} == set(scored.made.panel.keys[key])
        for value, series, best, least, auto, smoothing, *_ in table:
            inside = np.flatnonzero(scored.made.panel.keys[key] == value)
            naive = pooled(scored, winners.NAIVE, inside)
            shares = {name: pooled(scored, name, inside) / naive for name in QUICK}
            assert inside.size == int(series) and float(least) <= min(*shares.values(), float(auto)) + 6e-4
            assert float(smoothing) == pytest.approx(shares["smoothing"], abs=6e-4)
            assert best not in shares or float(least) == pytest.approx(shares[best], abs=6e-4)


def test_auto_keeps_what_the_page_promises_of_it():
    of_naive, of_smoothing, median, *_ = (float(cell) for cell in rows_of("models")["auto"][:3])
    best = min(float(row[0]) for row in rows_of("models").values())
    assert of_naive == best <= 0.69 and 0.93 < of_smoothing < 1 and median <= 0.76
    held = [float(row[3].strip(" %")) for row in rows_of("origins").values()]
    assert len(held) == 8 and 92 <= np.mean(held) <= 98
    for mark in ("west", "west categories"):
        days = rows_of(mark)
        assert 0.98 <= float(days["auto"][1]) / float(days["smoothing"][1]) < 1


def test_what_the_page_says_of_its_tables():
    shares = {mark: {name: float(row[at]) for name, row in rows_of(mark).items()} for mark, at in SHARES.items()}
    assert min(shares["west"], key=shares["west"].get) == "harmonic regression"
    assert max(set(shares["models"]) - {"seasonal naive"}, key=shares["models"].get) == "harmonic regression"
    assert min(shares["city"].values()) == shares["city"]["seasonal naive"] == 1 < 1.5 < shares["city"]["Theta"]
    chance = {name: row[8] for name, row in rows_of("models").items()}
    assert all(float(chance[name]) > 0.2 for name in ("ETS", "SARIMAX", "combination"))
    assert chance["auto"] == "< 0.001" or float(chance["auto"]) < 0.05
    assert 0.955 <= float(rows_of("models")["auto"][1]) < 0.965
    prophet = shares["prophet"]
    assert (
        1 > prophet["Prophet"] > max(prophet[name] for name in ("auto", "combination", "ETS", "smoothing", "SARIMAX"))
    )
    assert float(rows_of("prophet")["Prophet"][1].strip(" %")) < 75
    picked = shares["picked"]
    assert picked["the winner series by series"] == max(picked.values())
    assert abs(shares["west holidays"]["US-CA"] - shares["west holidays"]["without"]) < 0.01
    histories = rows_of("histories")
    assert all(float(row[0]) <= float(row[3]) for row in histories.values())
    assert float(histories["seasonal naive"][5]) > 1.9 * float(histories["seasonal naive"][2])
    assert "In 16 of the 222 series" in PAGE.prose and len(PAGE.table_under("<!-- unbeaten -->")) == 16


def _errors(found, name):
    return np.abs(found.made.forecasts[name].mean - found.made.actual).mean(axis=(0, 2))


def test_what_the_pandemic_did(lacrime_data):
    assert [row[0] for row in PAGE.table_under("<!-- levels -->")] == [
        row.split(" | ")[0].strip("| ") for row in pandemic.levels(lacrime_data).splitlines()[2:]
    ]
    assert pandemic.levels(lacrime_data) in PAGE.text
    _, _, _, spring, later, _ = (cell.replace(",", "") for cell in rows_of("levels")["Identity / Fraud"])
    assert f"({int(spring):,} a month in spring, {int(later):,} a year later)" in PAGE.prose
    # What looks back six months at most has nothing to do with a history that began before.
    for name in ("mean of 6", "last count"):
        assert rows_of("histories")[name][0] == rows_of("histories")[name][3] == rows_of("models")[name][0]


def test_the_season_of_2020_as_a_base(lacrime_data, scored):
    early = pandemic.between(lacrime_data, None, pandemic.BASED_ON_2020, ("smoothing",))
    for name, (first, share, second, later) in rows_of("bases").items():
        for found, error, smooth in ((early, first, share), (scored, second, later)):
            inside = np.flatnonzero((found.made.panel.keys["category"] == name) | (name == "all"))
            naive = pooled(found, winners.NAIVE, inside)
            assert error == f"{100 * naive / found.made.actual[:, inside].mean():.1f} %"
            assert float(smooth) == pytest.approx(pooled(found, "smoothing", inside) / naive, abs=6e-4)


def copied(values, gap, back, origins, apart):
    """Return the mean absolute error of forecasts that copy the count some steps before the one after an origin."""
    missed = []
    for number in range(origins):
        known = values.size - daily.HORIZON - gap - apart * number
        later = np.arange(known + gap, known + gap + daily.HORIZON)
        at = known - 1 if back == 1 else known - 7 + (later - known) % 7
        missed.append(np.abs(values[later] - values[at]).mean())
    return float(np.mean(missed))


@pytest.mark.parametrize("mark", ["west", "city"])
def test_days_by_copies_of_earlier_ones(lacrime_data, mark):
    table = {"west": daily.west_la, "city": daily.citywide}[mark](lacrime_data)
    lag, said, values = table.parameters["lag_days"], rows_of(mark), table["count"].astype(float)
    assert f"{lag} days" in PAGE.prose
    # Of two months, origins are as far apart as there is room.
    number, spacing = (daily.ORIGINS, {lag: 7, 0: 7}) if mark == "west" else (daily.FEW, {lag: 2, 0: 5})
    for gap, column in ((lag, 0), (0, 4)):
        naive = copied(values, gap, 7, number, spacing[gap])
        last = copied(values, gap, 1, number, spacing[gap])
        assert float(said["seasonal naive"][column]) == pytest.approx(naive, abs=6e-3)
        assert float(said["last count"][column + 1]) == pytest.approx(last / naive, abs=6e-4)


def test_two_months_of_days_are_too_few(lacrime_data):
    assert len(daily.citywide(lacrime_data)) == 61 and "61 days" in PAGE.prose
    assert min(float(row[1]) for row in rows_of("city").values()) == 1


def test_burglaries_from_vehicles_are_burglaries_in_the_monthly_file(lacrime_data):
    frame = lg.read_lapd(lacrime_data / WEST_LA)
    dated = frame[(frame["occurred"] >= "2020-04-01") & (frame["occurred"] < "2021-08-01")]
    table = monthly(lacrime_data)
    inside = (table["area"] == "West La") & (table["category"] == "Property – Burglary")
    months = table[inside & table["period"].between("2020-04", "2021-07")]
    counted = [(dated["crime_code"] == code).sum() for code in (310, 320, 330)]
    assert sum(counted) == pytest.approx(months["count"].sum(), rel=0.01)
    assert f"({counted[2]:,} of {months['count'].sum():,} in West Los Angeles" in PAGE.prose
