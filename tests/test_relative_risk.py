"""Relative risk: no difference is 0, planted differences are found, p is calibrated, the slow twin agrees."""

import json

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from makers import SOUTH, WEST, clustered, duplicated, incidents, points_frame, rectangle, uniform

import lacrime_geo as lg
from lacrime_geo.kernels import KERNELS

SQUARE = rectangle(0, 0, 5000, 5000)
OPTIONS = dict(bandwidth=400, cell_size=100, boundary=SQUARE)


def with_a_patch(seed, cases=400, controls=3000):
    """Return even cases and controls, but three times as many cases around (1500, 3500)."""
    random = np.random.default_rng(seed)
    x, y = random.uniform(0, 5000, (2, cases))
    extra = random.normal(0, 250, (2, cases // 4)) + np.array([[1500], [3500]])
    return incidents(np.r_[x, extra[0]], np.r_[y, extra[1]]), incidents(*random.uniform(0, 5000, (2, controls)))


@pytest.mark.parametrize("kernel", list(KERNELS))
def test_the_same_points_have_no_relative_risk(kernel):
    points = incidents(*clustered(500, 1))
    result = lg.risk_ratio(points, points, kernel=kernel, **OPTIONS)
    assert np.nanmax(np.abs(result.values)) < 1e-9
    # The continuous p of "exactly as expected" is below 1 where numbers are small, and far above any level.
    assert np.nanmin(result.p) > 0.6 and len(result.tolerance()) == 0


@pytest.mark.parametrize("kernel", ["gaussian", "quartic", "uniform"])
def test_equals_the_slow_twin(kernel):
    cases, controls = with_a_patch(2)
    result = lg.risk_ratio(cases, controls, kernel=kernel, **OPTIONS)
    shape, h = KERNELS[kernel], 400.0
    x, y = result.grid.centres(np.arange(result.grid.size))

    def share(points):
        u = ((x[:, None] - points.easting) ** 2 + (y[:, None] - points.northing) ** 2) / h**2
        inside = u < 1 if shape.compact else np.ones(u.shape, bool)
        return (
            np.where(inside, shape.profile(np.where(inside, u, 0)), 0).sum(axis=1) * shape.constant / h**2 / points.size
        )

    inside = (cases.easting >= WEST) & (cases.easting < WEST + 5000) & (cases.northing >= SOUTH)
    kept = cases.take(inside & (cases.northing < SOUTH + 5000))
    half = shape.roughness / h**2 / (2 * kept.size)
    expected = np.log((share(kept) + half) / (share(controls) + half)).reshape(result.grid.shape)
    known = np.isfinite(result.values)
    np.testing.assert_allclose(result.values[known], expected[known], atol=1e-5)


def test_swapping_cases_and_controls_turns_the_sign():
    cases, controls = with_a_patch(3)
    one, other = lg.risk_ratio(cases, controls, **OPTIONS), lg.risk_ratio(controls, cases, **OPTIONS)
    np.testing.assert_allclose(one.values, -other.values, atol=1e-9)
    np.testing.assert_allclose(one.p, other.p, atol=1e-6)


@given(seed=st.integers(0, 10**6), times=st.floats(0.1, 1000))
def test_the_unit_of_the_population_does_not_matter(seed, times):
    x, y = uniform(60, seed)
    people = np.random.default_rng(seed).integers(1, 500, 60)
    cases = incidents(*uniform(80, seed + 1))
    a, b = (lg.risk_ratio(cases, incidents(x, y), population_weight=people * k, **OPTIONS) for k in (1, times))
    np.testing.assert_allclose(a.values, b.values, atol=1e-7)
    np.testing.assert_allclose(a.p, b.p, atol=1e-5)


def test_a_population_by_weight_equals_as_many_points():
    x, y = duplicated(400, 4, places=40, side=5000.0)
    first = np.unique(np.column_stack([x, y]), axis=0, return_counts=True)
    cases = incidents(*uniform(300, 5))
    weighted = lg.risk_ratio(cases, incidents(*first[0].T), population_weight=first[1], **OPTIONS)
    repeated = lg.risk_ratio(cases, incidents(x, y), population_weight=np.ones(400), **OPTIONS)
    np.testing.assert_allclose(weighted.values, repeated.values, atol=1e-9)
    assert weighted.parameters["p_method"].startswith("asymptotic: Poisson")


@pytest.mark.parametrize("permutations", [0, 99])
def test_a_planted_patch_is_found_and_nothing_far_from_it(permutations):
    cases, controls = with_a_patch(6)
    result = lg.risk_ratio(cases, controls, permutations=permutations, **OPTIONS)
    areas = result.tolerance().to_geodataframe()
    raised = areas[(areas["side"] == "raised") & (areas["p"] == (0.05 if permutations else 0.01))].geometry.iloc[0]
    patch = shapely.Point(WEST + 1500, SOUTH + 3500)
    assert raised.contains(patch) and shapely.is_valid(raised)
    assert raised.intersection(patch.buffer(900)).area > 0.4 * raised.area
    row, column = result.grid.shape[0] - 36, 15
    assert result.values[row, column] > np.log(2) and result.p[row, column] <= 0.02


def test_tolerance_areas_are_nested_and_say_what_they_are():
    areas = lg.risk_ratio(*with_a_patch(7), **OPTIONS).tolerance()
    assert len(areas) >= 3
    assert set(areas["side"]) <= {"raised", "lowered"} and set(areas["p"]) <= {0.05, 0.01}
    frame = areas.to_geodataframe()
    np.testing.assert_allclose(frame.area / 1e6, areas["area_km2"], rtol=1e-9)
    for side in set(areas["side"]):
        surer, sure = (frame[(frame["side"] == side) & (frame["p"] == p)] for p in (0.01, 0.05))
        if len(surer):
            assert surer.geometry.iloc[0].difference(sure.geometry.iloc[0].buffer(1e-6)).area < 1
    assert areas.label.startswith("Tolerance contours (400 m)") and areas.style == "tolerance"


@pytest.mark.parametrize(("number", "others", "weighted"), [(100, 1000, False), (300, 300, False), (300, 500, True)])
def test_under_the_null_p_is_at_most_what_it_says(number, others, weighted):
    """Asymptotic p: over 30 random maps no more than 5 % (+ noise) of the area is below 0.05, and 1 % below 0.01."""
    below = []
    for seed in range(30):
        random = np.random.default_rng(seed)
        x, y = clustered(number + others, seed)
        if weighted:
            people = random.integers(1, 100, others)
            at = random.choice(others, number, p=people / people.sum())
            result = lg.risk_ratio(
                incidents(x[at], y[at]), incidents(x[:others], y[:others]), population_weight=people, **OPTIONS
            )
        else:
            pick = random.permutation(number + others)
            groups = (incidents(x[rows], y[rows]) for rows in (pick[:number], pick[number:]))
            result = lg.risk_ratio(*groups, **OPTIONS)
        p = result.p[np.isfinite(result.p)]
        below.append([(p <= 0.05).mean(), (p <= 0.01).mean()])
    assert np.mean(below, axis=0)[0] < 0.055 and np.mean(below, axis=0)[1] < 0.012
    assert np.mean(below, axis=0)[0] > 0.004


def test_simulated_p_agrees_with_the_asymptotic_one_where_points_are_many():
    cases, controls = with_a_patch(8, cases=3000, controls=6000)
    exact = lg.risk_ratio(cases, controls, permutations=199, seed=1, **OPTIONS)
    quick = lg.risk_ratio(cases, controls, **OPTIONS)
    known = np.isfinite(exact.p)
    assert np.abs(exact.p - quick.p)[known].mean() < 0.05
    assert ((exact.p <= 0.05) == (quick.p <= 0.05))[known].mean() > 0.95


@pytest.mark.parametrize("weighted", [False, True])
def test_the_same_seed_gives_the_same_p(weighted):
    cases, controls = with_a_patch(9)
    weight = np.ones(controls.size) if weighted else None
    runs = [
        lg.risk_ratio(cases, controls, population_weight=weight, permutations=9, seed=s, **OPTIONS).p for s in (1, 1, 2)
    ]
    np.testing.assert_array_equal(runs[0], runs[1])
    assert (runs[0] != runs[2]).any() and np.nanmin(runs[0]) >= 0.2


def test_what_was_done_is_kept_and_said(caplog):
    cases, controls = with_a_patch(10)
    cases = incidents(np.r_[cases.easting - WEST, 9000, 9100], np.r_[cases.northing - SOUTH, 50, 50])
    x, y = cases.easting - WEST, cases.northing - SOUTH
    outside = int(((x < 0) | (x >= 5000) | (y < 0) | (y >= 5000)).sum())
    with caplog.at_level("INFO", "lacrime_geo"):
        result = lg.risk_ratio(cases, controls, permutations=19, cell_size=100, boundary=SQUARE)
    record = json.loads(result.parameters.record())
    assert record["p_method"].startswith("Monte Carlo, 19 maps of cases and controls mixed anew")
    assert record["population_points"] == 3000 and record["permutations"] == 19 and record["seed"] == 0
    assert "20 random maps" not in caplog.text and "at least 39 for 0.05 and 199 for 0.01" in caplog.text
    assert "raised on" in caplog.text and outside >= 2 and record["outside"] == outside
    assert result.unit == "log ratio" and result.measure == "log_risk_ratio"


def test_layers_of_two_zones_are_brought_together():
    """Controls across the zone's border alone would be projected to the next zone."""
    x, y = uniform(200, 11)
    cases = points_frame(x, y, "EPSG:4326")
    controls = points_frame(x + 5000, y, "EPSG:32612")
    result = lg.risk_ratio(cases, controls, bandwidth=2000, cell_size=500)
    assert result.grid.crs == "EPSG:32611"
    west, _, east, _ = result.grid.bounds
    assert 20_000 < east - west < 45_000


def test_inputs_that_cannot_work_say_why():
    cases, controls = with_a_patch(12)
    far = rectangle(90_000, 90_000, 95_000, 95_000)
    with pytest.raises(ValueError, match=r"None of the .* lies inside the boundary"):
        lg.risk_ratio(cases, controls, bandwidth=400, cell_size=100, boundary=far)
    with pytest.raises(ValueError, match="whole numbers"):
        lg.risk_ratio(incidents([1.0, 2.0], [1.0, 2.0], weight=[0.5, 1.0]), controls, bandwidth=400, cell_size=100)
    with pytest.raises(ValueError, match="permutations"):
        lg.risk_ratio(cases, controls, permutations=-1, **OPTIONS)
    with pytest.raises(ValueError, match=r"There is no column 'people'|names a column"):
        lg.risk_ratio(cases, controls, population_weight="people", **OPTIONS)
    elsewhere = lg.Incidents([4e5], [4e6], crs="EPSG:32612")
    with pytest.raises(ValueError, match="EPSG:32612 and not in EPSG:32611"):
        lg.risk_ratio(cases, elsewhere, **OPTIONS)


def test_controls_that_hold_the_cases_are_warned_of():
    cases, controls = with_a_patch(14)
    both = incidents(np.r_[cases.easting, controls.easting] - WEST, np.r_[cases.northing, controls.northing] - SOUTH)
    assert "drawn towards 0" in lg.risk_ratio(cases, both, **OPTIONS).parameters["warnings"][0]
    assert "warnings" not in lg.risk_ratio(cases, controls, **OPTIONS).parameters


def test_weights_of_cases_are_as_many_incidents():
    cases, controls = with_a_patch(15)
    times = np.random.default_rng(15).integers(0, 4, cases.size)
    rows = np.repeat(np.arange(cases.size), times)
    a = lg.risk_ratio(cases, controls, weight=times, **OPTIONS)
    b = lg.risk_ratio(cases.take(rows), controls, **OPTIONS)
    np.testing.assert_allclose(a.values, b.values, atol=1e-9)
    np.testing.assert_allclose(a.p, b.p, atol=1e-6)


def test_progress_and_cancel():
    cases, controls = with_a_patch(13)
    seen = []
    lg.risk_ratio(cases, controls, permutations=5, progress=seen.append, **OPTIONS)
    assert seen == sorted(seen) and seen[-1] == 1 and len(seen) > 5
    with pytest.raises(lg.Cancelled):
        lg.risk_ratio(cases, controls, permutations=500, progress=lambda fraction: fraction < 0.3, **OPTIONS)
