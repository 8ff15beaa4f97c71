"""Guards against leaks: what is made of the label is refused, what is honest passes, and no predictor knows what comes later."""

from dataclasses import replace
from itertools import product
from math import factorial, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_risk_features import FIRST, ORIGIN, SIDE, bars, city, town

from lacrime_geo import (
    Incidents,
    as_incidents,
    predictor_knows_nothing_later,
    refuse_dependency,
    refuse_late_threshold,
    refuse_leaky_features,
    refuse_random_split,
    refuse_records_change,
    refuse_victims,
    risk_features,
)
from lacrime_geo.parameters import Unsaid
from lacrime_geo.risk.events import Events
from lacrime_geo.risk.guards import cut_counts, linear_functions, too_alike_counts, yes_no_functions
from lacrime_geo.risk.learning import learners
from lacrime_geo.risk.learning.feature_tables import features_at
from lacrime_geo.risk.predicting.later_knowledge import otherwise_later
from lacrime_geo.risk.predicting.plain_predictors import PriorCounts
from lacrime_geo.risk.predicting.predictor_names import PREDICTORS
from lacrime_geo.risk.predicting.predictors import Rates
from lacrime_geo.risk.units import cells_over

REAL_LAYERS = "lapd_citywide_2023-09_2023-10.parquet", "la_city_boundary_from_divisions.geojson"


def honest(draw, most=1000):
    """Return a table of honest features of any kind, and what came: places idle and busy, alike, skewed, stable, few."""
    n = int(draw.choice([n for n in (5, 8, 12, 20, 30, 60, 100, 300, 1000, 3000) if n <= most]))
    rate = (
        draw.gamma(0.2, draw.choice([0.01, 0.1, 1, 10]), n),
        np.where(draw.random(n) < draw.choice([0.1, 0.3, 0.5, 0.9]), 0, draw.gamma(5, draw.choice([0.1, 1, 20]), n)),
        np.full(n, draw.choice([0.001, 0.01, 0.1, 1, 5])),
        np.exp(draw.normal(-2, 2, n)),
        draw.choice([0.01, 1.0, 50.0], n),
        30 * np.exp(np.sort(draw.normal(0, 1, n))),
        np.where(np.arange(n) < 3, draw.choice([0.3, 3, 30]), 0.0),
    )[draw.integers(0, 7)]
    year = draw.poisson(rate * 52)
    table = {f"weeks_{weeks}": draw.poisson(rate * weeks) for weeks in (1, 4, 13)} | {"year": year, "rate": rate}
    table |= {"busy": rate > np.median(rate), "had": year > 0, "top": year >= np.quantile(year, 0.9)}
    table |= {"class": np.searchsorted(np.unique(np.quantile(year, [0.5, 0.9, 0.97])), year), "zero": np.zeros(n)}
    table |= {
        "noise": draw.random(n),
        "few": draw.integers(0, 3, n),
        "log": np.log1p(year),
        "rank": year.argsort().argsort(),
    }
    table |= {"all": table["weeks_13"] + draw.poisson(3 * rate), "far": np.round(draw.gamma(2, 300, n), -2)}
    table["missing"] = np.where(draw.random(n) < 0.3, np.nan, year)
    kept = draw.permutation(list(table))[: draw.integers(1, 10)]
    return draw.poisson(rate), {name: table[name] for name in kept.tolist()}


@given(st.integers(0, 2**32))
def test_honest_features_pass(seed):
    for number in range(4):
        came, features = honest(np.random.default_rng([seed, number]), most=300)
        refuse_dependency(came, features)


@given(st.integers(0, 2**32))
def test_honest_features_pass_with_labels_of_yes_and_no(seed):
    draw = np.random.default_rng(seed)
    # Of places that differ by degrees; idle and busy ones that never change are the same as a copy of such a label.
    rate = draw.gamma(draw.choice([0.2, 1.0]), draw.choice([0.1, 1.0, 4.0]), int(draw.choice([12, 60, 300, 1000])))
    table = {f"weeks_{weeks}": draw.poisson(rate * weeks) for weeks in (1, 13, 52)}
    table |= {"had": table["weeks_13"] > 0, "rate": rate, "few": draw.integers(0, 3, rate.size)}
    came = draw.poisson(rate)
    refuse_dependency(came > 0, table)
    refuse_dependency(came >= max(1, np.quantile(came, 0.9)), table)


def made_of_counts(draw, n=2000):
    """Return counts, a threshold and two honest columns."""
    rate = draw.gamma(0.3, 1.0, n)
    return draw.poisson(rate), 3, draw.poisson(rate), draw.poisson(rate * 5)


COPIES = {
    "copy": lambda y: y,
    "line": lambda y: 3 * y - 2.0,
    "logarithm": np.log1p,
    "square": np.square,
    "turned": np.negative,
    "relabelled": lambda y: np.random.default_rng(1).permutation(y.max() + 1)[y],
    "texts": lambda y: np.array([f"class {value}" for value in y]),
    "blurred": lambda y: y + 1e-3 * np.random.default_rng(2).random(y.size),
    "rounded": lambda y: np.ceil(y / 2),
    "any": lambda y: y > 0,
    "ones": lambda y: y == 1,
    "missing where 0": lambda y: np.where(y > 0, y, np.nan),
}


@pytest.mark.parametrize("name", COPIES)
def test_what_is_made_of_the_counts_is_refused(name):
    came, _, other, before = made_of_counts(np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"is a sum of|are made of"):
        refuse_dependency(came, {"before": before, "other": other, "leak": COPIES[name](came)})


@pytest.mark.parametrize("copy", [np.log1p, np.square, np.sqrt, lambda y: 2 * y + 1, lambda y: y + 1e-4])
def test_copies_of_large_counts_of_few_districts_are_refused(copy):
    came = np.random.default_rng(0).poisson(np.random.default_rng(1).gamma(4, 40, 21))
    with pytest.raises(ValueError, match=r"is a sum of|are made of"):
        refuse_dependency(came, {"leak": copy(came)})


@pytest.mark.parametrize(
    ("label", "features"),
    [
        (lambda y, o, b: y + o, lambda y, o, b: {"one": y, "two": o}),
        (lambda y, o, b: y, lambda y, o, b: {"with": b + y, "without": b}),
        (lambda y, o, b: y + o + b, lambda y, o, b: {"one": y, "two": o, "three": b, "noise": np.sin(b + o * 7.1)}),
        (lambda y, o, b: y > 2, lambda y, o, b: {"count": y}),
        (lambda y, o, b: y > 0, lambda y, o, b: {"count": y}),
        (lambda y, o, b: y > 2, lambda y, o, b: {"hot": np.where(y > 2, "hot", "cold")}),
        (lambda y, o, b: y > 2, lambda y, o, b: {"not": y <= 2}),
        (lambda y, o, b: y + o > 2, lambda y, o, b: {"one": y, "two": o}),
        (lambda y, o, b: y + o > 0, lambda y, o, b: {"one": y, "two": o}),
        (lambda y, o, b: b >= np.quantile(b, 0.9), lambda y, o, b: {"share": b / b.sum()}),
    ],
)
def test_sums_and_thresholds_are_refused(label, features):
    counted = made_of_counts(np.random.default_rng(0))
    came, other, before = counted[0], counted[2], counted[3]
    with pytest.raises(ValueError, match="rarer than 1 in 10"):
        refuse_dependency(label(came, other, before), {"honest": np.arange(2000) % 7, **features(came, other, before)})


def test_an_e_value_is_one_in_the_mean_at_equal_rates_and_less_at_others():
    for share in (np.ones(3) / 3, np.array([0.1, 0.2, 0.7])):
        for total in (2, 4, 5):
            mean = 0.0
            for counts in product(range(total + 1), repeat=3):
                if sum(counts) == total:
                    ways = factorial(total) / np.prod([factorial(count) for count in counts])
                    chance = ways * np.prod(share ** np.array(counts))
                    mean += chance * np.exp(too_alike_counts.log_evidence(np.array(counts), np.zeros(3, dtype=int)))
            assert mean <= 1 + 1e-12
            assert mean > 0.95 if share[0] > 0.3 else mean < 0.95


def test_counts_all_alike_have_the_chance_of_a_multinomial():
    # Twelve incidents, one in each of twelve places: 12! / 12^12, staked with a half, for half of the alternatives.
    found = too_alike_counts.log_evidence(np.ones(12, dtype=int), np.zeros(12, dtype=int))
    expected = log(12**12 / factorial(12)) - log(8)
    assert found == pytest.approx(expected, abs=0.1)


def test_the_mean_of_places_beyond_a_cut_is_a_lower_bound():
    # Chao 1984: f0 ≥ f1² / (2 f2), with both off by three standard errors.
    counts = np.repeat([1, 2, 3], [900, 100, 10])
    least, most = 900 - 3 * 30, 100 + 3 * 10 + 9
    assert cut_counts.log_evidence(counts, np.zeros(1010, dtype=int)) == pytest.approx(least**2 / (2 * most))
    assert cut_counts.log_evidence(np.append(counts, 0), np.zeros(1011, dtype=int)) < 0.01


def test_a_sum_is_found_by_its_columns_and_the_chance_of_its_counts():
    draw = np.random.default_rng(0)
    one, two = draw.poisson(2.0, (2, 50))
    found = linear_functions.as_sum(one + 2 * two, np.column_stack([draw.random(50), one, two]))
    counts = np.sort(one + 2 * two)
    chances = sorted(-(y * log(y) - y - log(factorial(int(y)))) if y else 0.0 for y in counts.tolist())
    assert found.columns == (1, 2) and found.evidence == pytest.approx(sum(chances[: 50 - 4]))
    assert linear_functions.as_sum(draw.poisson(2.0, 50), np.column_stack([one, two])) is None


def test_labels_that_are_functions_are_as_rare_as_counted():
    label = np.repeat([0, 1], [40, 30])
    group = np.repeat(np.arange(7), 10)
    # Idle places, the largest group of zeros, are left out: 60 places, 30 ones, 6 groups.
    expected = log(factorial(60) / factorial(30) ** 2) - 6 * log(2)
    assert yes_no_functions.log_evidence(label, group) == pytest.approx(expected)
    assert yes_no_functions.log_evidence(np.arange(70) % 2, group) == 0.0


VICTIMS = (
    "Vict Age,victim_sex,VICT DESCENT,VictSex,victims,VIC_RACE,vicage,victimrace,Age of victim,sex,Descent,SUSP_RACE"
)
VICTIMS += ",perp_age,victim-ethnicity,vict_desc,edad_victima,Race,suspectsex"


@pytest.mark.parametrize("name", VICTIMS.split(","))
def test_attributes_of_victims_are_refused_in_any_spelling(name):
    with pytest.raises(ValueError, match="tells of victims"):
        refuse_victims(["bars", name])
    with pytest.raises(ValueError, match="tells of victims"):
        refuse_leaky_features({"bars": [1, 2], name: [1, 2]})


def test_names_of_places_pass():
    names = [
        "victoria_station",
        "vicinity",
        "village",
        "median_age",
        "distance_bars",
        "Essex",
        "race_track",
        "vice",
        "stage",
    ]
    refuse_victims(
        [*names, "average", "own_7_days", "conviction_rate", "personnel", "Victory Boulevard", "sexual assaults"]
    )


def test_risk_features_refuses_places_that_tell_of_victims_or_of_later():
    incidents = city()
    for name in ("victims", "arrests"):
        with pytest.raises(ValueError, match=name):
            risk_features(SIDE, incidents, ORIGIN, places={name: bars()})
    with pytest.raises(ValueError, match="incidents given as places 'shots' are of"):
        risk_features(SIDE, incidents, ORIGIN, places={"shots": incidents})


@pytest.mark.parametrize("column", [np.full(4, np.nan), np.array([None] * 4, dtype=object)])
def test_a_feature_without_any_value_is_refused(column):
    with pytest.raises(ValueError, match="'empty' is missing in all 4 places"):
        refuse_leaky_features({"one": np.arange(4), "empty": column})


def test_a_moving_mean_that_includes_the_day_itself_is_refused():
    counts = np.random.default_rng(0).poisson(2.0, (6, 90))
    total = np.cumsum(counts, axis=1)
    week = np.full(counts.shape, np.nan)
    week[:, 7:] = (total[:, 7:] - total[:, :-7]) / 7
    before = np.full(counts.shape, np.nan)
    before[:, 8:] = week[:, 7:-1]
    refuse_leaky_features({"before": before}, counts)
    with pytest.raises(ValueError, match="moving mean of 7 steps"):
        refuse_leaky_features({"week": week}, counts)


def test_days_out_of_order_are_refused():
    days = FIRST + np.arange(60)
    refuse_random_split(days[:40], days[40:])
    refuse_late_threshold(days[:40], days[40:])
    shuffled = np.random.default_rng(0).permutation(days)
    with pytest.raises(ValueError, match="random split"):
        refuse_random_split(shuffled[:40], shuffled[40:])
    with pytest.raises(ValueError, match=r"1 of the 41 days that fixed the threshold .* first 2023-02-10"):
        refuse_late_threshold(days[:41], days[40:])


def test_places_across_the_change_of_records_are_refused():
    refuse_records_change("2023-01-01", "2024-03-01", "LAPD")
    refuse_records_change("2023-01-01", "2025-03-01", "PPB")
    with pytest.raises(ValueError, match="cross 2024-03-07"):
        refuse_records_change("2024-01-01", "2024-06-01", "LAPD")
    incidents = city()
    moved = Incidents(
        incidents.easting,
        incidents.northing,
        when=incidents.when + np.timedelta64(400, "D"),
        crs=incidents.crs,
        agency="LAPD",
    )
    with pytest.raises(ValueError, match="another records system"):
        risk_features(SIDE, moved, "2024-04-01")


@pytest.fixture(scope="module")
def events():
    """Return a city's events on its cells."""
    return Events.of(city(incidents=500), cells_over(city(), town(), 2 * SIDE, Unsaid()), "burglary")


@pytest.mark.parametrize("name", PREDICTORS)
def test_no_predictor_knows_what_comes_later(events, name, monkeypatch):
    # Small forests and fewer settings, to save time.
    monkeypatch.setattr(learners, "_TREES", 20)
    monkeypatch.setattr(learners, "_TREES_TRIED", 5)
    monkeypatch.setattr(learners.Boosting, "grid", learners.Boosting.grid[:2])
    if name in ("logistic_regression", "random_forest", "gradient_boosting", "poisson_regression"):
        pytest.importorskip("sklearn")
    predictor_knows_nothing_later(name, events, ORIGIN, gap=2)


class WithAllCounts(PriorCounts):
    """Expect a little more where all events, the later ones too, say that it is busy."""

    def __init__(self, events):
        self.busy = events.units.counts(events.unit)

    def fit(self, history):
        """Count, and put a little more where it will be busy."""
        return Rates(super().fit(history).rate + 1e-6 * self.busy)


def test_a_predictor_that_knows_what_comes_later_is_refused(events):
    with pytest.raises(ValueError, match=r"What is expected at 2023-02-20 in \d+ of 36 places .* the future leaks"):
        predictor_knows_nothing_later(WithAllCounts, events, ORIGIN)
    with pytest.raises(ValueError, match="were known at 2024-01-01"):
        predictor_knows_nothing_later("prior_counts", events, "2024-01-01")


def test_what_was_known_stays_when_the_rest_is_altered(events):
    other = otherwise_later(events, ORIGIN, 2)
    first, second = events.known(ORIGIN, 2), other.known(ORIGIN, 2)
    assert (first.events.size, first.begin) == (second.events.size, second.begin) < (events.size, ORIGIN)
    for column in ("x", "y", "unit", "day", "reported", "target"):
        assert np.array_equal(getattr(first.events, column), getattr(second.events, column))
    assert (first.events.names[first.events.category] == second.events.names[second.events.category]).all()
    assert not np.array_equal(events.later(ORIGIN, 28), other.later(ORIGIN, 28))
    later, altered = ~events.known_rows(ORIGIN, 2), ~other.known_rows(ORIGIN, 2)
    assert later.sum() == altered.sum() and set(other.names[other.category[altered]]) == {""}
    assert other.target[altered].sum() == (~events.target[later]).sum() != events.target[later].sum()


def test_without_dates_of_report_what_the_gap_hides_stays_hidden(events):
    undated = replace(events, reported=None)
    other = otherwise_later(undated, ORIGIN, 5)
    first, second = undated.known(ORIGIN, 5), other.known(ORIGIN, 5)
    assert first.events.size == second.events.size and np.array_equal(first.events.day, second.events.day)
    assert np.array_equal(first.counts(), second.counts())
    # In the five days of the gap there were some, and there still are.
    assert all(((one.day >= ORIGIN - np.timedelta64(5, "D")) & (one.day < ORIGIN)).any() for one in (undated, other))


def test_of_a_real_city_honest_features_pass_and_the_label_itself_is_refused(lacrime_data):
    file, boundary = (lacrime_data / name for name in REAL_LAYERS)
    incidents = as_incidents(file)
    places = Events.of(incidents, cells_over(incidents, boundary, 500, Unsaid()), "burglary")
    table = features_at(places.known(np.datetime64("2023-10-01")))
    columns, came = dict(zip(table.names, table.values.T)), places.later(np.datetime64("2023-10-01"), 28)
    assert came.sum() > 500
    for label in (came, came > 0, came >= 2):
        refuse_dependency(label, columns)
    late = features_at(places.known(np.datetime64("2023-10-29")))
    with pytest.raises(ValueError, match="'own_28_days'"):
        refuse_dependency(came, {"own_28_days": late.values[:, late.names.index("own_28_days")]})


def test_what_is_no_count_is_no_label():
    for label in ([0.5, 1.0, 2.0], [-1, 0, 3]):
        with pytest.raises(TypeError, match="label must be counts, or 0 and 1; 1 of 3 values are not, first in row 0"):
            refuse_dependency(label, {"one": [1, 2, 3]})
    with pytest.raises(ValueError, match="'one' has 2 values for 3 places"):
        refuse_dependency([1, 2, 3], {"one": [1, 2]})
    with pytest.raises(TypeError, match="columns by name"):
        refuse_dependency([1, 2, 3], [1, 2, 3])
    refuse_dependency([], {})
    refuse_dependency([1, 2, 3], {})
    refuse_dependency([0, 0, 0], {"nothing": [np.nan] * 3, "text": ["a", "b", "a"]})
