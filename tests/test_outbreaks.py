"""The space-time scan: all cylinders by loops, p uniform by chance, planted outbreaks found, sentences on what cannot be."""

import numpy as np
import pytest
from makers import incidents

import lacrime_geo as lg
from lacrime_geo.geometry import circles_wkb, ring_areas, rings
from lacrime_geo.spacetime.cylinders import Circles, Cylinders, Spans
from lacrime_geo.spacetime.random_scans import Scans
from lacrime_geo.spacetime.scan_input import cases_of, circles_around, require_few
from lacrime_geo.spacetime.scan_likelihood import FewestCases, log_likelihood_ratio, p_by_gumbel, p_by_rank
from lacrime_geo.styles import qml

FIRST = np.datetime64("2023-09-01")
RADII = np.arange(1, 7) * 250.0
SMALL = dict(max_radius=1500, permutations=99)


def by_chance(n, seed, days=60, side=6000.0, places=120):
    """Return n incidents on few places, whose days do not depend on the place; both have their own busy ones."""
    random = np.random.default_rng(seed)
    x, y = random.uniform(0, side, (2, places))
    at = random.choice(places, n, p=random.dirichlet(np.full(places, 2.0)))
    day = random.choice(days, n, p=random.dirichlet(np.full(days, 8.0)))
    return x[at], y[at], day


def made(x, y, day, days=60, **columns):
    when = FIRST + day + np.timedelta64(12, "h")
    found = incidents(x, y, when=when.astype("M8[s]"), **columns)
    return found.select(since=str(FIRST), until=str(FIRST + days))


def planted(n, seed, more=14, days=60):
    """Return incidents with an outbreak in the last week, within 300 m of a corner."""
    x, y, day = by_chance(n, seed, days)
    random = np.random.default_rng(seed + 1000)
    x[:more], y[:more] = 3000 + random.uniform(-200, 200, (2, more))
    day[:more] = random.integers(days - 7, days, more)
    return made(x, y, day, days)


def likelihood(c, mu, n):
    inside = c * np.log(c / mu)
    return inside + ((n - c) * np.log((n - c) / (n - mu)) if c < n else 0.0) if c > mu else 0.0


def largest_by_loops(cases, day, centres, spans, kinds):
    """Return the largest ratio of all cylinders, one after the other, as Kulldorff et al. 2005 define it."""
    n, best = cases.total, 0.0
    x, y = cases.x[cases.place], cases.y[cases.place]
    for cx, cy in zip(*centres):
        distance = np.hypot(x - cx, y - cy)
        for radius in RADII:
            inside = distance <= radius
            if 2 * inside.sum() > n:
                continue
            for start, stop in spans:
                during = (day >= start) & (day < stop)
                c = int((inside & during).sum())
                of_kind = [cases.kind[day] == kind for kind in range(kinds)]
                mu = sum((inside & k).sum() * (during & k).sum() / max(k.sum(), 1) for k in of_kind)
                if c >= 2:
                    best = max(best, likelihood(c, mu, n))
    return best


@pytest.mark.parametrize("every", [False, True], ids=["prospective", "retrospective"])
@pytest.mark.parametrize("by_weekday", [False, True], ids=["days", "weekdays"])
def test_maxima_are_those_of_loops_over_all_cylinders(every, by_weekday):
    days, longest = (16, 5) if every else (40, 20)
    points = made(*by_chance(300, 3, days=days, places=40, side=3000.0), days)
    _, cases = cases_of(points, points, by_weekday)
    random = np.random.default_rng(1)
    centres = tuple(corner + random.uniform(0, 3000, 6) for corner in (380_000.0, 3_768_000.0))
    spans = Spans(days, longest, every)
    scans = Scans(Cylinders(cases, Circles.around(*centres, RADII, cases), spans))
    pairs = [pair for start, stop in spans.ends() for pair in zip(start.tolist(), stop.tolist())]
    assert len(set(pairs)) == len(pairs) == spans.number
    assert set(pairs) == {
        (a, b) for b in range(1, days + 1) for a in range(b) if b - a <= longest and (every or b == days)
    }
    kinds = 7 if by_weekday else 1
    for number in range(3):
        day = cases.day if number == 0 else cases.shuffled(0, number)
        assert scans.largest(day) == pytest.approx(largest_by_loops(cases, day, centres, pairs, kinds), rel=1e-9)


def test_random_scans_deal_the_same_days_anew():
    points = made(*by_chance(300, 4))
    for by_weekday in (False, True):
        _, cases = cases_of(points, points, by_weekday)
        dealt = cases.shuffled(0, 1)
        np.testing.assert_array_equal(np.sort(dealt), np.sort(cases.day))
        assert (dealt != cases.day).any()
        if by_weekday:
            np.testing.assert_array_equal(dealt % 7, cases.day % 7)


def test_no_cylinder_that_reaches_a_ratio_has_fewer_cases_than_the_limit_says():
    random = np.random.default_rng(2)
    for total in (50, 2_000, 50_000):
        expected = total * 10 ** random.uniform(-8, -0.3, 3_000)
        for least in (0.0, 3.0, 12.0):
            fewest = FewestCases(least, total).of(expected)
            below = np.maximum(fewest - 1, 0)
            assert (log_likelihood_ratio(below, expected, total)[below >= 2] < least + 1e-9).all()
            reached = log_likelihood_ratio(np.minimum(fewest, total), expected, total)
            # It is close: hardly any is let through that does not reach it.
            assert (reached[fewest > 2] >= least * (1 - 1e-3)).all()


def test_p_is_the_rank_and_the_gumbel_tail_goes_on_beyond_it():
    # 50 of 1,000 Gumbel numbers lie above the 95 % point.
    maxima = 6 - 1.2 * np.log(-np.log((np.arange(999) + 0.5) / 999))
    asked = 6 - 1.2 * np.log(-np.log([0.5, 0.95, 0.99999]))
    np.testing.assert_allclose(p_by_rank(asked, maxima), [0.5, 0.051, 0.001], atol=1.1e-3)
    np.testing.assert_allclose(p_by_gumbel(asked, maxima), [0.5, 0.05, 1e-5], rtol=0.05)


@pytest.mark.slow
def test_by_chance_p_is_uniform(capsys):
    p = []
    for seed in range(120):
        points = made(*by_chance(150, seed, days=30, places=50, side=4000.0), 30)
        _, cases = cases_of(points, points, False)
        circles = circles_around(cases, 500, 1000, points.crs)
        scans = Scans(Cylinders(cases, circles, Spans(30, 15, False)))
        maxima = np.array([scans.largest(cases.shuffled(seed, number)) for number in range(19)])
        p.append(p_by_rank(np.array([scans.largest(cases.day)]), maxima)[0])
    levels = np.array([0.05, 0.1, 0.2, 0.5])
    alarms = (np.array(p)[:, None] <= levels).mean(axis=0)
    with capsys.disabled():
        print(f"\nof 120 scans of chance p ≤ 0.05, 0.1, 0.2, 0.5 in {np.round(alarms, 3).tolist()}")
    # Equal ratios make it a little cautious; three standard errors.
    error = 3 * np.sqrt(levels * (1 - levels) / 120)
    assert (alarms <= levels + error).all() and (alarms >= 0.85 * levels - error).all() and alarms[-1] > 0.3


def test_planted_outbreaks_are_found_where_and_when_they_are(capsys):
    power = {}
    for more in (6, 9, 14):
        hits = []
        for seed in range(10):
            found = lg.space_time_scan(planted(400, seed, more), **SMALL)
            near = np.hypot(found["easting"] - 383_000, found["northing"] - 3_771_000) < found["radius"] + 300
            hits.append(bool(near[:1].any()))
        power[more] = float(np.mean(hits))
    with capsys.disabled():
        print(f"\noutbreaks found (p ≤ 0.05), by incidents planted among 400: {power}")
    assert power[14] >= 0.9 and power[6] <= power[14]


def test_the_columns_say_what_is_in_the_circle():
    points = planted(400, 5)
    found = lg.space_time_scan(points, **SMALL)
    x, y, r = (found[name][0] for name in ("easting", "northing", "radius"))
    inside = np.hypot(points.easting - x, points.northing - y) <= r
    during = (points.when >= found["first"][0]) & (points.when <= found["last"][0])
    assert found["cases"][0] == (inside & during).sum() >= 12
    assert found["expected"][0] == pytest.approx(inside.sum() * during.sum() / points.size)
    assert found["places"][0] == len({*zip(points.easting[inside & during], points.northing[inside & during])})
    assert found["ratio"][0] == pytest.approx(found["cases"][0] / found["expected"][0])
    assert found["llr"][0] == pytest.approx(likelihood(found["cases"][0], found["expected"][0], points.size))
    assert found["p"][0] == 0.01 and found["recurrence_days"][0] == pytest.approx(100)
    assert str(found["last"][0]) == "2023-10-30T23:59:59" and found["rank"].tolist() == list(range(1, len(found) + 1))
    assert ((found["last"] - found["first"]).astype("m8[D]").astype(int) + 1).tolist() == found["days"].tolist()
    area = ring_areas(rings(list(found.wkb)))
    np.testing.assert_allclose(area, np.pi * found["radius"] ** 2, rtol=0.005)
    assert found.parameters["found"].startswith("1 outbreak with p ≤ 0.05; the first: ") and len(found) == 1
    assert not any("one place" in said for said in [found.parameters["found"], *found.parameters["warnings"]])


def test_each_circle_has_its_place_and_radius():
    import shapely

    x, y, radius = np.array([0.0, 5000, 9000]), np.array([0.0, -100, 7]), np.array([10.0, 250, 3000])
    for wkb, *centre, r in zip(circles_wkb(x, y, radius), x, y, radius):
        shape = shapely.from_wkb(wkb)
        assert shape.is_valid and shape.area == pytest.approx(np.pi * r**2, rel=0.002)
        np.testing.assert_allclose(shape.centroid.coords[0], centre, atol=1e-6)
    assert circles_wkb(x, y, 250.0)[1] == circles_wkb(x, y, radius)[1]


def test_an_outbreak_on_one_place_is_said_to_be_that():
    x, y, day = by_chance(400, 5)
    x[:12], y[:12], day[:12] = 3000.0, 3000.0, 58
    found = lg.space_time_scan(made(x, y, day), **SMALL)
    assert found["places"][0] == 1 and ", all on one place (p 0.01)" in found.parameters["found"]
    said = [words for words in found.parameters["warnings"] if "on one place" in words]
    assert len(said) == 1 and said[0].startswith(f"All incidents of outbreak 1 ({found['cases'][0]} incidents) are on")
    assert ", all on one place" in qml(found)


def test_further_outbreaks_overlap_no_less_likely_one():
    x, y, day = by_chance(500, 6)
    random = np.random.default_rng(0)
    for rows, place in ((slice(0, 14), 1000.0), (slice(14, 28), 5000.0)):
        x[rows], y[rows] = place + random.uniform(-150, 150, (2, 14))
        day[rows] = random.integers(55, 60, 14)
    found = lg.space_time_scan(made(x, y, day), **SMALL)
    assert len(found) == 2 and (np.diff(found["llr"]) <= 0).all()
    apart = np.hypot(np.diff(found["easting"]), np.diff(found["northing"]))
    assert apart[0] >= found["radius"].sum()


def test_a_retrospective_scan_finds_what_is_over():
    x, y, day = by_chance(400, 7)
    x[:14], y[:14], day[:14] = 3000.0, 3000 + 10.0 * np.arange(14), 20 + np.arange(14) % 4
    points = made(x, y, day)
    assert len(lg.space_time_scan(points, **SMALL)) == 0
    found = lg.space_time_scan(points, retrospective=True, max_days=10, **SMALL)
    assert found["first"][0] >= np.datetime64("2023-09-20") and found["last"][0] < np.datetime64("2023-09-26")
    assert "recurrence_days" not in found.columns


def test_places_with_weekdays_of_their_own_are_no_outbreak_by_weekday():
    x, y, day = by_chance(900, 8, days=56)
    # 2023-10-26 is a Thursday as 2023-09-01 + 55: a club whose crime is all on that weekday.
    x[:60], y[:60] = 3000.0, 3000.0
    day[:60] = 55 - 7 * (np.arange(60) % 8)
    points = made(x, y, day, 56)
    assert len(lg.space_time_scan(points, **SMALL)) >= 1
    again = lg.space_time_scan(points, by_weekday=True, **SMALL)
    assert not (np.hypot(again["easting"] - 383_000, again["northing"] - 3_771_000) < again["radius"]).any()


def test_the_order_of_rows_and_the_number_of_threads_change_nothing(monkeypatch):
    points = planted(400, 9)
    found = lg.space_time_scan(points, max_p=0.9, **SMALL)
    monkeypatch.setattr("lacrime_geo.spacetime.random_scans._processors", lambda: 1)
    for order in (np.arange(400)[::-1], np.random.default_rng(1).permutation(400)):
        again = lg.space_time_scan(points.take(order), max_p=0.9, **SMALL)
        for name in found.columns:
            np.testing.assert_array_equal(found[name], again[name])
    assert found.parameters["largest_by_chance"] == again.parameters["largest_by_chance"]


def test_gumbel_goes_below_the_smallest_rank():
    points = planted(400, 10)
    ranked, fitted = (lg.space_time_scan(points, gumbel=gumbel, **SMALL) for gumbel in (False, True))
    assert ranked["p"][0] == 0.01 and fitted["p"][0] < 0.005 and fitted.parameters["inference"] == "gumbel"


def test_nothing_found_is_an_answer(tmp_path):
    found = lg.space_time_scan(made(*by_chance(200, 11)), max_p=0.001, **SMALL)
    assert len(found) == 0 and found.parameters["found"].startswith(
        "no outbreak with p ≤ 0.001: the least likely cylinder"
    )
    found.save(tmp_path / "none.gpkg")
    assert len(found.to_geodataframe()) == 0 and qml(found)
    lone = made(np.arange(5) * 3000.0, np.zeros(5), np.array([0, 13, 26, 39, 59]))
    assert len(lg.space_time_scan(lone, permutations=9)) == 0


def test_a_layer_plays_in_time_and_says_what_it_shows():
    text = qml(lg.space_time_scan(planted(400, 5), **SMALL))
    assert (
        'startField="first" endField="last"' in text.replace("\n", " ")
        and "Outbreak: in 1 of 100 scans or fewer" in text
    )


def test_undated_incidents_are_left_out_and_counted_and_empty_days_count():
    points = planted(400, 5)
    when = points.when.copy()
    when[::40] = np.datetime64("NaT")
    some = lg.Incidents(points.easting, points.northing, when=when, crs=points.crs)
    found = lg.space_time_scan(some, **SMALL)
    assert found.parameters["undated"] == 10
    early = made(*by_chance(300, 12, days=40)).select(since="2023-09-01", until="2023-11-30")
    # The last seven weeks are empty: nothing breaks out then.
    assert len(lg.space_time_scan(early, **SMALL)) == 0


def test_the_end_among_days_not_all_reported_is_warned_of():
    warned = lg.space_time_scan(planted(400, 5), **SMALL).parameters["warnings"]
    assert any("not all reported" in said for said in warned)


def test_what_cannot_be_scanned_is_said():
    x, y, day = by_chance(100, 1)
    points = made(x, y, day)
    for call, said in (
        (lambda: lg.space_time_scan(incidents(x, y)), "has no times, and outbreaks are in time"),
        (lambda: lg.space_time_scan(incidents(x, y, when=np.full(100, "NaT", "M8[s]"))), "has a date"),
        (lambda: lg.space_time_scan(made(x, y, day * 0)), "are of one day, 2023-09-01"),
        (lambda: lg.space_time_scan(made(x * 0, y * 0, day)), "are on one place"),
        (lambda: lg.space_time_scan(made(x, y, day, weight=np.ones(100))), "have weights"),
        (lambda: lg.space_time_scan(points, max_days=31), r"at most half the period of 60 days \(30\), got 31"),
        (lambda: lg.space_time_scan(points, max_radius=100), "max_radius must be 250"),
        (lambda: lg.space_time_scan(points, cell_size=0), "cell_size must be above 0"),
        (lambda: lg.space_time_scan(points, max_p=1), "max_p must be a share"),
        (lambda: lg.space_time_scan(points, gumbel=True, permutations=18), "whole number of at least 19, got 18"),
        (lambda: lg.space_time_scan(points, permutations=0), "permutations must be a whole number"),
        (lambda: require_few(300_000_001), "more than 300,000,000"),
        (lambda: lg.space_time_scan(made([1.0], [1.0], np.array([3]))), "are on one place"),
    ):
        with pytest.raises(ValueError, match=said):
            call()


def test_progress_can_stop_it():
    with pytest.raises(lg.Cancelled):
        lg.space_time_scan(planted(400, 5), progress=lambda fraction: fraction < 0.5)
