"""Predictors of the places of incidents: what they expect in all, that they see no future, their slow twins, planted worlds."""

from dataclasses import replace

import numpy as np
import pytest

from lacrime_geo import Incidents, as_incidents, geometry, hotspots
from lacrime_geo.features import Features
from lacrime_geo.parameters import Unsaid
from lacrime_geo.risk.events import Events
from lacrime_geo.risk.predicting.borrowed_maps import BEFORE, MAPS, with_more_days
from lacrime_geo.risk.predicting.borrowed_strength import (
    POOLED,
    BorrowedStrength,
    Part,
    joint_weights,
    own_weights,
    part_edges,
    pool_of,
)
from lacrime_geo.risk.predicting.exciting_estimates import Excited, estimate
from lacrime_geo.risk.predicting.exciting_pairs import LONGEST, Days, Pairs
from lacrime_geo.risk.predicting.kernel_predictors import (
    DecayedCounts,
    GiStar,
    KernelDensity,
    Prospective,
    SmoothedCounts,
)
from lacrime_geo.risk.predicting.mixture_weights import mixture_weights
from lacrime_geo.risk.predicting.plain_predictors import AllCrimeCounts, LastCounts, PriorCounts
from lacrime_geo.risk.predicting.self_exciting import SelfExciting
from lacrime_geo.risk.scoring.scores import hit_rate
from lacrime_geo.risk.spreading_counts import spread
from lacrime_geo.risk.unit_distances import near_units, width_of
from lacrime_geo.risk.units import cells_over, polygons_as_units

CRS, WEST, SOUTH, SIDE = "EPSG:32611", 380000.0, 3768000.0, 250.0
FIRST = np.datetime64("2023-01-01")
ORIGIN = FIRST + np.timedelta64(60, "D")
PREDICTORS = [
    LastCounts(28),
    PriorCounts(),
    AllCrimeCounts(),
    SmoothedCounts(),
    KernelDensity(800.0),
    KernelDensity("predictive"),
    GiStar(),
    Prospective(),
    DecayedCounts(),
    BorrowedStrength(),
    SelfExciting(),
]
by_name = pytest.mark.parametrize("predictor", PREDICTORS, ids=lambda predictor: predictor.name)


def city(seed=0, incidents=1500, days=75, cells=14):
    """Return incidents of three categories, some days late reported, crowded towards a corner and on a few places."""
    draw = np.random.default_rng(seed)
    x, y = cells * SIDE * draw.beta(1, 3, (2, incidents))
    x[::5], y[::5] = np.round(x[::5] / 900) * 900 + 60, np.round(y[::5] / 900) * 900 + 60
    when = FIRST + (draw.uniform(0, days, incidents) * 86400).astype("m8[s]")
    reported = when + (draw.exponential(2.0, incidents) * 86400).astype("m8[s]")
    category = draw.choice(["burglary", "robbery", "theft"], incidents, p=[0.2, 0.1, 0.7])
    return Incidents(x + WEST, y + SOUTH, when=when, reported=reported, category=category, crs=CRS)


def square(cells=14):
    """Return a boundary of so many cells a side."""
    west, south, side = WEST, SOUTH, cells * SIDE
    ring = np.array(
        [(west, south), (west + side, south), (west + side, south + side), (west, south + side), (west, south)]
    )

    return Features(list(geometry.rectangles_wkb(ring[:1, 0], ring[:1, 1], side, side)), CRS, {})


def units_of(kind, cells=14):
    """Return the cells of the square, square or hexagonal, or the same square cells as polygons."""
    units = cells_over(city(), square(cells), SIDE, Unsaid(), "hex" if kind == "hexagons" else "square")
    if kind != "polygons":
        return units
    return polygons_as_units(Features(list(units.grid.polygons(units.cell)), CRS, {}), CRS)


@pytest.fixture(scope="module")
def places():
    """Return each kind of units."""
    return {kind: units_of(kind) for kind in ("squares", "hexagons", "polygons")}


def history_of(units, incidents=None, category="burglary", origin=ORIGIN):
    """Return what is known at the origin."""
    return Events.of(city() if incidents is None else incidents, units, category).known(origin)


@by_name
@pytest.mark.parametrize("kind", ["squares", "hexagons", "polygons"])
def test_all_places_together_expect_what_was_known_a_day(predictor, kind, places):
    history = history_of(places[kind])
    expected = predictor.fit(history).predict(14)
    days = {"counts_28_days": 28, "prospective": 56}.get(predictor.name, history.days)
    assert expected.shape == (places[kind].size,) and (expected >= 0).all()
    rough = {"decayed_counts": 0.2, "self_exciting": 0.1}.get(predictor.name, 1e-9)
    assert expected.sum() == pytest.approx(history.counts(days).sum() / days * 14, rel=rough)


@by_name
def test_what_comes_later_or_is_reported_later_changes_nothing(predictor, places):
    incidents = city()
    unknown = (incidents.when >= ORIGIN) | (incidents.reported >= ORIGIN)
    assert 200 < unknown.sum() < incidents.size
    x, y, category = incidents.easting.copy(), incidents.northing.copy(), incidents.category.copy()
    x[unknown], y[unknown], category[unknown] = WEST + 2000, SOUTH + 2000, "robbery"
    altered = Incidents(x, y, when=incidents.when, reported=incidents.reported, category=category, crs=CRS)
    found = [predictor.fit(history_of(places["squares"], each)).predict(7) for each in (incidents, altered)]
    assert np.array_equal(*found)


@by_name
def test_the_order_of_rows_does_not_matter(predictor, places):
    incidents = city()
    shuffled = incidents.take(np.random.default_rng(1).permutation(incidents.size))
    found = [predictor.fit(history_of(places["squares"], each)).predict(7) for each in (incidents, shuffled)]
    np.testing.assert_allclose(*found, rtol=1e-9, atol=1e-12)


# Of polygons kde is not corrected at the edge.
@pytest.mark.parametrize(
    "predictor", [each for each in PREDICTORS if each.name != "kde"], ids=lambda predictor: predictor.name
)
def test_the_same_cells_as_polygons_expect_the_same(predictor, places):
    cells, polygons = (predictor.fit(history_of(places[kind])).predict(7) for kind in ("squares", "polygons"))
    # A Gaussian on cells is cut off at a square, between centres at a circle.
    np.testing.assert_allclose(cells, polygons, rtol=0.01, atol=1e-4)


def test_windows_longer_than_the_history_are_refused(places):
    history = history_of(places["squares"], origin=FIRST + np.timedelta64(20, "D"))
    with pytest.raises(
        ValueError, match=r"'counts_28_days' needs 28 days of history, and 20 are known before 2023-01-21"
    ):
        LastCounts(28).fit(history)


@pytest.mark.parametrize("kind", ["squares", "hexagons", "polygons"])
def test_spreading_keeps_the_total_and_is_the_sum_over_all_pairs(kind, places):
    units = places[kind]
    values = np.random.default_rng(2).poisson(0.3, (units.size, 2)).astype(float)
    deviation = 0.9 * width_of(units)
    away = np.hypot(units.x[:, None] - units.x, units.y[:, None] - units.y)
    bell = np.exp(-((away / deviation) ** 2) / 2)
    slow = (bell / bell.sum(axis=0)) @ values
    found = spread(units, values, 0.9)
    np.testing.assert_allclose(found.sum(axis=0), values.sum(axis=0))
    np.testing.assert_allclose(found, slow, atol=3e-3)
    assert np.array_equal(spread(units, values[:, 0], 0.0), values[:, 0])


def test_units_near_each_other_are_all_pairs_within_reach(places):
    units = places["hexagons"]
    near = near_units(units, 2 * SIDE)
    away = np.hypot(units.x[:, None] - units.x, units.y[:, None] - units.y)
    assert near.source.size == (away <= 2 * SIDE + 1e-3).sum()
    np.testing.assert_array_equal(np.diff(near.start), np.bincount(near.source))
    np.testing.assert_allclose(near.distance, away[near.source, near.other])


def test_prospective_and_decayed_counts_are_the_sums_over_incidents(places):
    units = places["squares"]
    history = history_of(units)
    known = history.events
    own = np.flatnonzero(known.target & (known.unit >= 0))
    intensity, decayed = np.zeros(units.size), np.zeros(units.size)
    for event in own:
        age = int((ORIGIN - known.day[event]).astype(int))
        decayed[known.unit[event]] += 0.5 ** (age / 10)
        if age > 56:
            continue
        x, y = units.x[known.unit[event]], units.y[known.unit[event]]
        for unit in range(units.size):
            away = np.hypot(units.x[unit] - x, units.y[unit] - y)
            intensity[unit] += (away <= 400) / (1 + away / 125) / (1 + (age - 1) // 7)
    found = Prospective().fit(history).rate
    np.testing.assert_allclose(found / found.sum(), intensity / intensity.sum())
    np.testing.assert_allclose(DecayedCounts(10).fit(history).rate, decayed / (0.5 ** (np.arange(1, 61) / 10)).sum())


def test_gi_star_ranks_as_hotspots_does(places):
    units = places["squares"]
    history = history_of(units)
    known = history.events
    inside = known.target & (known.unit >= 0)
    placed = Incidents(known.x[inside], known.y[inside], crs=CRS)
    z = hotspots(placed, cell_size=SIDE, distance_band=1.5 * SIDE, boundary=square())["z"]
    rate = GiStar().fit(history).rate
    np.testing.assert_allclose(rate / rate.sum(), (z - z.min()) / (z - z.min()).sum(), atol=1e-12)


def test_weights_of_a_mixture_are_the_likeliest():
    draw = np.random.default_rng(3)
    maps = draw.dirichlet(np.full(40, 0.3), 2) * 0.95 + 0.05 / 40
    came = draw.poisson(50 * (0.3 * maps[0] + 0.7 * maps[1])).astype(float)
    tried = np.linspace(0.001, 0.999, 999)
    for prior in (None, np.array([40.0, 2.0])):
        likelihood = [came @ np.log(share * maps[0] + (1 - share) * maps[1]) for share in tried]
        if prior is not None:
            likelihood += prior[0] * np.log(tried) + prior[1] * np.log(1 - tried)
        assert mixture_weights(maps, came, prior)[0] == pytest.approx(tried[int(np.argmax(likelihood))], abs=2e-3)


def test_borrowed_maps_add_up_to_what_is_expected_and_say_how(places):
    fitted = BorrowedStrength().fit(history_of(places["squares"]))
    assert set(fitted.parts) == set(MAPS)
    np.testing.assert_allclose(np.sum(list(fitted.parts.values()), axis=0), fitted.rate)
    assert sum(fitted.parameters["weights"].values()) == pytest.approx(1, abs=0.02)
    assert fitted.parameters["parts_begin"] == ["2023-01-01", "2023-01-16", "2023-01-31", "2023-02-15"]


def test_parts_hold_all_days_once_and_are_told_of_by_the_others_alone(places):
    history = history_of(places["squares"])
    edges, pool = part_edges(history), pool_of(history)
    parts = [Part.of(history, begin, end, pool) for begin, end in zip(edges[:-1], edges[1:])]
    assert np.array_equal(np.sum([part.came[0] for part in parts], axis=0), history.counts())
    for part in parts:
        told = part.borrowing.by_width[0.0]
        assert np.array_equal(told[:, 0] + part.came[0], history.counts())
        assert np.array_equal(told[:, -1] + np.sum(part.came[1:], axis=0), history.counts(every=True))


def slopes(parts, weighted, hot_by, weights, prior):
    """Return by how much more likely a little more of each map's weight makes what came (k,); at the best, alike in all used.

    Incident for incident; `weighted` tells what one of a target counts.
    """
    found, sums = [], []
    for part in parts:
        for target, counts_as in weighted.items():
            maps = part.borrowing.maps(target)
            cells = np.arange(maps.shape[1]) if hot_by is None else np.argsort(-(hot_by @ maps))[:50]
            sums.append(maps[:, cells].sum(axis=1))
            found += [(maps[:, cell] / sums[-1], counts_as * part.came[target][cell]) for cell in cells]
    inside = np.mean(sums, axis=0)
    shares, before = (values * inside / (values * inside).sum() for values in (weights, prior))
    gained = sum(came * maps / (shares @ maps) for maps, came in found)
    return shares, gained + POOLED * before / np.maximum(shares, 1e-30), sum(came for _, came in found) + POOLED


def test_no_other_weights_make_what_came_likelier(places):
    history = history_of(places["squares"])
    edges, pool = part_edges(history), pool_of(history)
    parts = [Part.of(history, begin, end, pool) for begin, end in zip(edges[:-1], edges[1:])]
    total = {target + 1: sum(part.came[target + 1].sum() for part in parts) for target in range(len(pool))}
    mean = np.mean(list(total.values()))
    alike = {target: mean / whole for target, whole in total.items()}
    everywhere = joint_weights(parts, None)
    joint = joint_weights(parts, everywhere)
    own = own_weights(parts, joint, everywhere)
    for weights, weighted, hot_by, prior in (
        (everywhere, alike, None, BEFORE),
        (joint, alike, everywhere, BEFORE),
        (own, {0: 1.0}, everywhere, joint),
    ):
        shares, slope, whole = slopes(parts, weighted, hot_by, weights, prior)
        assert slope.max() < 1.03 * whole
        np.testing.assert_allclose(slope[shares > 0.05], whole, rtol=0.03)
    # The predictor takes them, for the 60 days of which 45 told of each part.
    told = BorrowedStrength().fit(history).parameters["weights"]
    grown = with_more_days(own, 45, 60)
    assert abs(grown - own).max() > 0.005
    np.testing.assert_allclose([told.get(name, 0.0) for name in MAPS], grown, atol=6e-4)


def test_a_long_history_is_one_of_its_last_year(places):
    shift = 400 * np.timedelta64(1, "D")
    late = history_of(places["squares"], origin=ORIGIN)
    long = replace(late, begin=late.begin - shift)
    assert [str(day) for day in part_edges(long)] == [
        "2022-03-02",
        "2022-06-01",
        "2022-09-01",
        "2022-12-01",
        "2023-03-02",
    ]


def test_where_few_are_known_the_weights_are_those_found_before(places):
    few = city().take(np.arange(0, 1500, 125))
    known = history_of(places["squares"], few, category=None)
    weights = BorrowedStrength().fit(known).parameters["weights"]
    own = {name: weight for name, weight in weights.items() if name.startswith("own")}
    before = dict(zip(MAPS, BEFORE))
    assert sum(own.values()) == pytest.approx(sum(before[name] for name in MAPS if name.startswith("own")), abs=0.1)


def test_more_days_make_narrow_maps_weigh_more_and_the_same_days_change_nothing():
    weights = np.random.default_rng(6).dirichlet(np.ones(len(MAPS)))
    np.testing.assert_allclose(with_more_days(weights, 20, 20), weights)
    gain = with_more_days(weights, 10, 30) / weights
    # By hand: a single cell gains (30/60) / (10/40), the flat map nothing.
    assert gain[0] / gain[-1] == pytest.approx(2.0)
    assert (np.diff(gain[:6]) <= 1e-12).all() and gain[5] == pytest.approx(gain[-1], rel=0.01)


@pytest.mark.parametrize("predictor", [KernelDensity(), SelfExciting()], ids=lambda predictor: predictor.name)
def test_a_category_without_a_place_among_the_units_is_refused(predictor, places):
    far = city()
    category = np.where(np.hypot(far.easting - WEST, far.northing - SOUTH) < 3000, "theft", far.category)
    moved = Incidents(
        far.easting + 1e5 * (category != "theft"), far.northing, when=far.when, category=category, crs=CRS
    )
    with pytest.raises(
        ValueError, match=r"None of the [0-9]+ incidents of the category known before 2023-03-02 stands in a unit"
    ):
        predictor.fit(history_of(places["squares"], moved))


def test_a_few_incidents_are_better_told_of_by_all_crime():
    draw = np.random.default_rng(4)
    units = units_of("squares")
    risk = draw.gamma(0.3, 1.0, units.size)
    unit = draw.choice(units.size, 6000, p=risk / risk.sum())
    when = FIRST + draw.integers(0, 90, unit.size).astype("m8[D]")
    category = draw.choice(["rare", "often", "other"], unit.size, p=[0.03, 0.6, 0.37])
    events = Events.of(Incidents(units.x[unit], units.y[unit], when=when, category=category, crs=CRS), units, "rare")
    history = events.known(ORIGIN)
    caught = [
        hit_rate(predictor.fit(history).rate, risk, 0.05)
        for predictor in (BorrowedStrength(), PriorCounts(), SmoothedCounts())
    ]
    assert caught[0] > 1.1 * max(caught[1:])


def test_what_no_unit_holds_chooses_no_weights(places):
    far = Incidents(np.full(40, WEST - 9e4), np.full(40, SOUTH), when=city().when[:40], crs=CRS)
    with pytest.raises(ValueError, match=r"Nothing known before 2023-03-02 stands in a unit in the last [0-9]+ days"):
        BorrowedStrength().fit(history_of(places["squares"], far, category=None))


def contagion(seed, brought, cells=40, days=120, each_day=4.0):
    """Return incidents that each bring others, a week later on average and 150 m away, over an even background."""
    draw = np.random.default_rng(seed)
    side, first = cells * SIDE, draw.poisson(each_day * days)
    x, y, day = *draw.uniform(0, side, (2, first)), draw.uniform(0, days, first)
    found = [(x, y, day)]
    while x.size:
        more = draw.poisson(brought, x.size)
        x, y = (np.repeat(at, more) + draw.normal(0, 150, more.sum()) for at in (x, y))
        day = np.repeat(day, more) + draw.exponential(7, more.sum())
        kept = (day < days) & (np.minimum(x, y) > 0) & (np.maximum(x, y) < side)
        x, y, day = x[kept], y[kept], day[kept]
        found.append((x, y, day))
    x, y, day = (np.concatenate(column) for column in zip(*found))
    return Incidents(x + WEST, y + SOUTH, when=FIRST + (day * 86400).astype("m8[s]"), crs=CRS)


@pytest.fixture(scope="module")
def contagious():
    """Return the incidents of a contagious world, by cell."""
    return Events.of(contagion(0, 0.7), units_of("squares", 40), None)


def excited_of(events, origin):
    """Return what EM begins with."""
    units, known = events.units, events.known(origin)
    inside = known.events.unit >= 0
    days = Days.of(known.events.unit[inside], known.days - known.age()[inside], known.days)
    likely = np.full(units.size, 1 / units.size)
    return Excited(days, near_units(units, 3 * SIDE), units.area, SIDE * np.geomspace(0.15, 1.5, 16), likely, 1e5)


def test_pairs_are_all_near_ones_of_different_days(contagious):
    excited = excited_of(contagious, FIRST + np.timedelta64(70, "D"))
    days, units = excited.known, contagious.units
    lag = days.day[:, None] - days.day
    away = np.hypot(*(at[days.unit][:, None] - at[days.unit] for at in (units.x, units.y)))
    later, earlier = np.nonzero((lag >= 1) & (lag <= LONGEST) & (away <= 3 * SIDE + 1e-3))
    found = Pairs.of(days, excited.near)
    assert sorted(zip(found.later, found.earlier)) == list(zip(later, earlier))
    np.testing.assert_array_equal(found.lag, lag[found.later, found.earlier])


def test_the_likelihood_is_that_of_every_cell_and_day(contagious):
    excited = excited_of(contagious, FIRST + np.timedelta64(30, "D"))
    days, units, at = excited.known, contagious.units, excited.start()
    count = np.zeros((days.days, units.size))
    count[days.day, days.unit] = days.count
    away = np.hypot(units.x[:, None] - units.x, units.y[:, None] - units.y)
    bell = np.exp(-((away / excited.widths[at.width]) ** 2) / 2) * (away <= 3 * SIDE + 1e-3)
    stirred, likelihood = np.zeros(units.size), 0.0
    for day in range(days.days):
        rate = at.background + at.brought * (1 - at.kept) * (bell / bell.sum(axis=0)) @ stirred
        likelihood += count[day] @ np.log(rate) - rate.sum()
        stirred = at.kept * stirred + count[day]
    held = 1e5 * np.log(at.background / at.background.sum()).mean()
    assert excited.step(at)[1] == pytest.approx(likelihood + held)


def test_each_step_of_em_is_likelier_and_it_finds_what_was_planted(contagious):
    found, likelihoods = estimate(excited_of(contagious, FIRST + np.timedelta64(110, "D")))
    assert likelihoods.size > 5
    assert (np.diff(likelihoods) > -1e-8 * abs(likelihoods[0])).all()
    # Some of what is brought falls outside, and what comes on the same day is of the background.
    assert 0.4 < found.brought < 0.75
    assert 5 < 1 / (1 - found.kept) < 10


def test_in_a_contagious_world_the_self_exciting_process_beats_prior_counts(contagious):
    caught = []
    for day in range(70, 110, 10):
        origin = FIRST + np.timedelta64(day, "D")
        known, later = contagious.known(origin), contagious.later(origin, 7)
        caught.append([hit_rate(each.fit(known).predict(7), later, 0.05) for each in (SelfExciting(), PriorCounts())])
    ours, prior = np.mean(caught, axis=0)
    assert ours > 1.5 * prior


def test_a_stable_hotspot_is_found_by_prior_counts_and_nothing_is_brought():
    draw = np.random.default_rng(5)
    units = units_of("squares")
    risk = np.where(np.arange(units.size) % 20 == 3, 12.0, 1.0)
    unit = draw.choice(units.size, 1500, p=risk / risk.sum())
    when = FIRST + draw.integers(0, 90, unit.size).astype("m8[D]")
    events = Events.of(Incidents(units.x[unit], units.y[unit], when=when, crs=CRS), units, None)
    known, later = events.known(ORIGIN), events.later(ORIGIN, 28)
    prior, last = (hit_rate(each.fit(known).predict(28), later, 0.05) for each in (PriorCounts(), LastCounts(7)))
    process = SelfExciting().fit(known)
    assert prior > 0.33 and prior > last
    assert process.parameters["brought_by_each"] < 0.1
    assert hit_rate(process.predict(28), later, 0.05) > 0.95 * prior


def test_known_days_of_a_gap_are_bridged(contagious):
    origin = FIRST + np.timedelta64(100, "D")
    whole, gapped = (SelfExciting().fit(contagious.known(origin, gap)) for gap in (0, 7))
    assert gapped.predict(7).sum() == pytest.approx(whole.predict(7).sum(), rel=0.3)
    assert gapped.predict(7).max() < whole.predict(7).max()


# Shares of October's incidents in 2 % of the cells by September's, whenever reported: own counts, smoothed, all crime.
SEPTEMBER = {
    "burglary": (0.114, 0.133, 0.137),
    "motor_vehicle_theft": (0.109, 0.127, 0.140),
    "theft_from_vehicle": (0.184, 0.202, 0.187),
    "robbery": (0.250, 0.293, 0.293),
}


@pytest.mark.parametrize(
    ("categories", "gain"),
    [(("robbery",), 1.05), pytest.param(tuple(SEPTEMBER), 1.08, marks=pytest.mark.slow)],
    ids=["one", "all"],
)
def test_september_tells_october_in_los_angeles(categories, gain, lacrime_data):
    incidents = as_incidents(lacrime_data / "lapd_citywide_2023-09_2023-10.parquet")
    whole = Incidents(
        incidents.easting, incidents.northing, when=incidents.when, category=incidents.category, crs=incidents.crs
    )
    units = cells_over(whole, lacrime_data / "la_city_boundary_from_divisions.geojson", None, Unsaid())
    assert units.size == 19836
    october, gains = np.datetime64("2023-10-01"), []
    for category in categories:
        events = Events.of(whole, units, category)
        known, later = events.known(october), events.later(october, 31)
        plain = [
            float(hit_rate(each.fit(known).rate, later, 0.02))
            for each in (PriorCounts(), SmoothedCounts(), AllCrimeCounts())
        ]
        np.testing.assert_allclose(plain, SEPTEMBER[category], atol=6e-4)
        gains.append(hit_rate(BorrowedStrength().fit(known).rate, later, 0.02) / max(plain))
    assert min(gains) > 1.0 and np.mean(gains) > gain


def test_incidents_without_a_category_are_none_of_one():
    kinds = np.array(["burglary", None, float("nan"), "nan"], dtype=object)
    day = np.datetime64("2023-01-01") + np.arange(4)
    crimes = Incidents(np.arange(4.0), np.zeros(4), when=day, category=kinds, crs="EPSG:32611")
    square = Features(
        [geometry.polygon_wkb(np.array([-1.0, 9, 9, -1, -1]), np.array([-1.0, -1, 9, 9, -1]))], "EPSG:32611"
    )
    events = Events.of(crimes, polygons_as_units(square, "EPSG:32611"))
    assert events.names.tolist() == ["burglary", "nan", "without a category"]
    assert np.bincount(events.category).tolist() == [1, 1, 2]
