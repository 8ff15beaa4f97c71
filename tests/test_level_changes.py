"""Changes of level: the best of all segmentations, silent where nothing changed, right on known series."""

from itertools import combinations
from xml.etree import ElementTree

import numpy as np
import pytest
from makers import incidents

import lacrime_geo as lg
from lacrime_geo.temporal.rank_change import p_of, pettitt, ranks
from lacrime_geo.temporal.segmentation import Segments, dispersion, pelt
from lacrime_geo.verification.published.series import DISASTERS, NILE

BEGIN = np.datetime64("2022-01-03")
WEEK = np.array([1.0, 0.9, 0.9, 1.0, 1.2, 1.2, 0.8])


def table(count, step=1):
    return dict(date=BEGIN + step * np.arange(len(count)), count=np.asarray(count))


def days_of(found):
    return (found["date"].astype("M8[D]") - BEGIN).astype(int).tolist()


def whole_cost(segments, changes, penalty):
    ends = [0, *changes, segments.size]
    costs = [float(segments.cost(np.array([a]), b)[0]) for a, b in zip(ends, ends[1:])]
    return sum(costs) + penalty * len(changes)


def best_of_all(segments, penalty, shortest):
    """Return the best changes by a dynamic programme that tries every begin of every last segment."""
    best = {0: (-penalty, [])}
    for end in range(shortest, segments.size + 1):
        tried = [
            (cost + float(segments.cost(np.array([begin]), end)[0]) + penalty, [*changes, begin] if begin else [])
            for begin, (cost, changes) in best.items()
            if end - begin >= shortest
        ]
        best[end] = min(tried, key=lambda pair: pair[0])
    return best[segments.size][1]


def test_pelt_is_the_best_of_all():
    random = np.random.default_rng(1)
    several = 0
    for _ in range(24):
        size, shortest, penalty = int(random.integers(8, 70)), int(random.integers(1, 5)), float(random.uniform(1, 9))
        rate = np.repeat(random.gamma(2, 3, 8), -(-size // 8))[:size]
        segments = Segments(random.poisson(rate), random.uniform(0.5, 2, size))
        found, best = pelt(segments, penalty, shortest), best_of_all(segments, penalty, shortest)
        assert whole_cost(segments, found, penalty) == pytest.approx(whole_cost(segments, best, penalty), abs=1e-9)
        assert (np.diff([0, *found, size]) >= shortest).all()
        several += len(found) > 1
        if size < 16:
            every = [
                c for n in range(4) for c in combinations(range(1, size), n) if min(np.diff([0, *c, size])) >= shortest
            ]
            most = [list(c) for c in every if len(c) <= 3]
            if len(found) <= 3:
                assert (
                    whole_cost(segments, found, penalty) <= min(whole_cost(segments, c, penalty) for c in most) + 1e-9
                )
    assert several >= 8


def test_pettitt_is_that_of_all_pairs_of_signs():
    random = np.random.default_rng(2)
    for size in (5, 12, 40):
        values = random.poisson(3, size).astype(float)
        signs = np.sign(values[:, None] - values[None, :])
        u = [signs[:t, t:].sum() for t in range(1, size)]
        change, statistic = pettitt(values)
        assert statistic == max(np.abs(u)) and abs(u[change - 1]) == statistic
        assert p_of(statistic, size, 1.0) == pytest.approx(min(1, 2 * np.exp(-6 * statistic**2 / (size**3 + size**2))))
    assert ranks(np.array([5.0, 1, 5, 5])).tolist() == [3, 1, 3, 3]


def test_the_disasters_became_fewer_about_1891():
    # Carlin, Gelfand & Smith 1992, Applied Statistics 41: the change most likely in 1891, from about 3.1 to 0.9 a year.
    years = [int(one) for one in DISASTERS]
    for method in ("pelt", "pettitt"):
        found = lg.change_points(table(years, 7), method=method)
        assert len(found) == 1 and 1888 <= 1851 + days_of(found)[0] / 7 <= 1892
        assert found["before"][0] == pytest.approx(3.1, abs=0.15) and found["after"][0] == pytest.approx(0.9, abs=0.1)
        assert found["low"][0] < found["ratio"][0] < found["high"][0] < 0.5


def test_the_nile_fell_after_1898():
    assert pettitt(np.array(NILE, dtype=float))[0] == 28
    assert days_of(lg.change_points(table(NILE, 7))) == [28 * 7]


def test_where_nothing_changed_there_are_few_changes():
    # What the page promises: at most 5 %, of counts that scatter, go together from day to day, and have weekdays.
    random = np.random.default_rng(4)
    pelts, pettitts = [], []
    for _ in range(200):
        waves = np.zeros(250)
        for at in range(1, 250):
            waves[at] = 0.4 * waves[at - 1] + random.normal(0, 0.2)
        count = random.poisson(12 * np.tile(WEEK, 36)[:250] * np.exp(waves) * random.gamma(20, 1 / 20, 250))
        pelts.append(len(lg.change_points(table(count))) > 0)
        pettitts.append(lg.change_points(table(count), method="pettitt")["p"][0] <= 0.05)
    assert np.mean(pelts) <= 0.03 and np.mean(pettitts) <= 0.07


def test_planted_changes_are_found_where_they_are():
    random = np.random.default_rng(4)
    held = []
    for _ in range(15):
        rate = np.repeat([10.0, 16.0, 8.0], 100) * np.tile(WEEK, 43)[:300]
        found = lg.change_points(table(random.poisson(rate)))
        assert len(found) == 2 and np.abs(np.array(days_of(found)) - [100, 200]).max() <= 10
        held.append((found["low"] <= [1.6, 0.5]) & ([1.6, 0.5] <= found["high"]))
    assert np.mean(held) > 0.8


def test_weekdays_and_lengths_of_months_are_no_changes():
    assert len(lg.change_points(table(np.tile([5, 5, 5, 5, 40, 40, 5], 30)))) == 0
    months = np.arange("2020-01", "2024-01", dtype="M8[M]")
    days = np.diff(np.append(months, months[-1] + 1).astype("M8[D]")).astype(int)
    found = lg.change_points(dict(date=months, count=10_000 * days * np.where(np.arange(48) < 24, 1, 2)))
    assert found["date"].astype("M8[D]").astype(str).tolist() == ["2022-01-01"] and found["ratio"][0] == pytest.approx(
        2
    )


def test_turned_round_the_changes_are_the_same():
    count = np.random.default_rng(5).poisson(np.repeat([30, 50, 20], 40))
    there, back = (lg.change_points(table(one, 7)) for one in (count, count[::-1]))
    assert sorted(120 * 7 - day for day in days_of(back)) == days_of(there) and len(there) == 2
    assert np.allclose(1 / back["ratio"][::-1], there["ratio"])


def test_the_scatter_is_measured_beside_the_changes():
    random = np.random.default_rng(6)
    for scatter in (0.0, 0.2):
        rate = np.repeat([20.0, 60.0, 25.0], 150)
        count = random.poisson(rate * random.gamma(1 / scatter, scatter, 450)) if scatter else random.poisson(rate)
        # Of the mean 35 the variance is 1 + 35 · 0.2 times the mean.
        assert dispersion(count, np.ones(450), 7, 0.1) == pytest.approx(1 + 35 * scatter, rel=0.35)


def test_from_none_to_some_has_no_ratio_and_the_picture_shows_both(tmp_path):
    found = lg.change_points(table(np.repeat([0, 3], 50)))
    assert np.isnan(found["ratio"][0]) and np.isnan(found["low"][0]) and days_of(found) == [50]
    root = ElementTree.fromstring(found.levels().svg())
    assert len(list(root.iter("{http://www.w3.org/2000/svg}polyline"))) == 1 + 2
    assert np.allclose(found.levels()["level"], np.repeat([0, 3], 50), atol=0.01)
    none = lg.change_points(table(np.full(60, 4)))
    assert len(none) == 0 and "no change" in none.parameters["found"]
    none.save(tmp_path / "none.csv")
    assert (tmp_path / "none.csv").read_text().splitlines() == [",".join(none.columns)]


def test_groups_are_as_each_alone_and_incidents_as_their_counts():
    parts = {"a": np.repeat([2, 9], 40), "b & c": np.full(80, 20)}
    whole = dict(date=np.tile(BEGIN + np.arange(80), 2), count=np.concatenate(list(parts.values())))
    found = lg.change_points({**whole, "group": np.repeat(list(parts), 80)})
    assert found["group"].tolist() == ["a"] and days_of(found) == days_of(lg.change_points(table(parts["a"]))) == [40]
    when = np.repeat(BEGIN + np.arange(80), parts["a"]).astype("M8[s]")
    same = lg.change_points(incidents(np.zeros(when.size), np.zeros(when.size), when=when))
    assert days_of(same) == [40] and same["ratio"][0] == found["ratio"][0]
    words = {
        node.text for node in ElementTree.fromstring(found.levels().svg()).iter("{http://www.w3.org/2000/svg}text")
    }
    assert {"a", "b & c"} <= words


def test_a_category_is_drawn_as_a_sentence_names_it():
    when = np.repeat(BEGIN + np.arange(60), 3).astype("M8[s]")
    category = np.full(when.size, "theft_from_vehicle", dtype=object)
    some = incidents(np.zeros(when.size), np.zeros(when.size), when=when, category=category)
    for chosen, by in (
        (some.select(category=["theft_from_vehicle"]), None),
        (some, np.resize(["a", "b_c"], when.size)),
    ):
        drawn = lg.change_points(chosen, by=by).levels().svg()
        assert "_" not in "".join(ElementTree.fromstring(drawn).itertext())
    assert "theft from vehicle" in lg.change_points(some.select(category=["theft_from_vehicle"])).levels().svg()


@pytest.mark.parametrize(
    "options, problem",
    [
        (dict(method="ruptures"), "method must be one of 'pelt', 'pettitt'"),
        (dict(penalty=0), "penalty must be above 0"),
        (dict(shortest=31), "has 60 days, and two levels of at least 31 need 62"),
        (dict(shortest=1.5), "shortest must be a whole number"),
        (dict(step="year"), "step must be one of"),
    ],
)
def test_bad_options_are_named(options, problem):
    with pytest.raises(ValueError, match=problem):
        lg.change_points(table(np.full(60, 3)), **options)
