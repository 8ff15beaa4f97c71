"""Emerging hotspots: a slow twin, what `hotspots` says of each step, planted spots found, and how often chance is called more."""

import numpy as np
import pytest
from makers import clustered, incidents, rectangle

import lacrime_geo as lg
from lacrime_geo.grid import Grid
from lacrime_geo.parameters import Parameters
from lacrime_geo.significance import adjust, exact_tails
from lacrime_geo.spacetime.steps import TimeSteps
from lacrime_geo.styles import qml

START = np.datetime64("2023-01-01", "D")
WEEK = np.timedelta64(7, "D")


def cube_of(counts, cell_size=100.0):
    """Return a cube of counts (steps, rows, columns)."""
    steps, rows, columns = counts.shape
    grid = Grid(380_000.0, 3_768_000.0, cell_size, rows, columns, "EPSG:32611")
    begin = START + np.arange(steps) * WEEK
    flat = counts.reshape(steps, -1).astype(np.int32)
    return lg.SpaceTimeCube.of(grid, np.arange(rows * columns), TimeSteps(begin, begin[-1] + WEEK), flat, Parameters())


def noise(seed, steps=12, side=16, mean=2.0):
    return np.random.default_rng(seed).poisson(mean, (steps, side, side))


def found_in(counts, **options):
    return lg.emerging_hotspots(cube_of(counts), **{"distance_band": 150, **options})


def slow(counts, lags, level, correction):
    """Return z without time neighbours, the bins' signs at the level, and z, all (steps, cells), by loops over cells."""
    steps, rows, columns = counts.shape
    z, alone, p = (np.empty((steps, rows * columns)) for _ in range(3))
    for step in range(steps):
        for target, window in ((alone, counts[step]), (z, counts[max(step - lags, 0) : step + 1].sum(axis=0))):
            totals, sizes = [], []
            for row in range(rows):
                for column in range(columns):
                    near = window[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
                    totals.append(near.sum())
                    sizes.append(near.size)
            x, n, w, total = window.ravel(), window.size, np.array(sizes), np.array(totals)
            target[step] = (total - x.mean() * w) / (x.std() * np.sqrt((n * w - w**2) / (n - 1)))
        exact, side = exact_tails(x, total - x, w - 1)
        p[step] = np.where(np.sign(z[step]) == side, exact, 1.0)
    significant = adjust(p.ravel(), correction).reshape(p.shape) <= level
    return alone, significant * np.sign(z), z


@pytest.mark.parametrize("lags, confidence, correction", [(0, "95", "fdr"), (1, "95", "none"), (2, "90", "bonferroni")])
def test_the_slow_twin(lags, confidence, correction):
    counts = noise(3, steps=11, side=9, mean=0.15)
    counts[4:, 3:6, 3:6] += np.random.default_rng(4).poisson(2.0, (7, 3, 3))
    found = found_in(counts, time_neighbours=lags, confidence=confidence, correction=correction)
    assert found.parameters["inference"] == "exact conditional permutation tail in 11 steps"
    alone, states, z = slow(counts, lags, 1 - int(confidence) / 100 + 1e-12, correction)
    np.testing.assert_allclose(found.statistics.alone, alone, rtol=1e-6, atol=1e-6)
    np.testing.assert_array_equal(found["hot_steps"], (states > 0).sum(axis=0))
    np.testing.assert_array_equal(found["cold_steps"], (states < 0).sum(axis=0))
    np.testing.assert_allclose(found["last_z"], z[-1])
    trend = lg.mann_kendall(alone.astype(np.float32), axis=0)
    np.testing.assert_array_equal(found["trend_s"], trend.S)
    for cell in range(81):
        # A series that is as hot, cold or neither as the states say.
        series = np.where(states[:, cell] == 0, 0.0, 9.0 * states[:, cell])
        told = lg.emerging_pattern(series, trend_of=alone[:, cell].astype(np.float32))
        assert (found["pattern"][cell], found["reason"][cell]) == (told.pattern, told.reason)
    assert found["hot_steps"].max() > 3


def test_a_step_is_what_hotspots_says_of_its_incidents():
    day = np.random.default_rng(1).integers(0, 70, 2000)
    x, y = clustered(2000, 1)
    area = rectangle(0, 0, 5000, 5000)
    points = incidents(x, y, when=START + day)
    options = dict(cell_size=250, distance_band=500, boundary=area)
    found = lg.emerging_hotspots(points, time_step="week", correction="none", **options)
    last = points.take(day >= 56)
    cells = lg.hotspots(last, correction="none", **options)
    np.testing.assert_allclose(found["last_z"], cells["z"])
    np.testing.assert_allclose(found["last_p"], cells["p"])
    np.testing.assert_array_equal(found["last_bin"], cells["bin"])
    assert (cells["bin"] > 0).any()


def test_time_reversed_mirrors_trends_and_a_constant_changes_no_z():
    counts = noise(5)
    there, back, more = found_in(counts), found_in(counts[::-1]), found_in(counts + 3)
    np.testing.assert_array_equal(there["trend_s"], -back["trend_s"])
    np.testing.assert_allclose(there["trend_p"], back["trend_p"])
    np.testing.assert_allclose(more.statistics.alone, there.statistics.alone, atol=1e-5)
    np.testing.assert_allclose(more["last_z"], there["last_z"], atol=1e-9)


def test_cold_mirrors_hot():
    weights = np.random.default_rng(6).normal(size=(12, 10, 10)) + 10
    weights[:, 2:5, 2:5] += 2

    def of(values):
        cube = cube_of(np.ones(values.shape))
        sums = values.reshape(12, -1)
        return lg.emerging_hotspots(
            lg.SpaceTimeCube.of(cube.grid, cube.cell, cube.steps, cube.count, Parameters(), sums), distance_band=150
        )

    hot, cold = of(weights), of(30 - weights)
    np.testing.assert_array_equal(hot["hot_steps"], cold["cold_steps"])
    np.testing.assert_allclose(hot["last_z"], -cold["last_z"])
    sides = {"hot": "cold", "cold": "hot"}
    mirrored = [" ".join(sides.get(word, word) for word in name.split()) for name in cold["pattern"]]
    assert mirrored == hot["pattern"].tolist() and "persistent hot spot" in mirrored


def test_planted_spots_are_found():
    random = np.random.default_rng(7)
    counts = noise(7, steps=12, side=40, mean=1.0)
    planted = {
        "new hot spot": (slice(4, 9), [0] * 11 + [6]),
        "intensifying hot spot": (slice(12, 17), [4 + step / 2 for step in range(12)]),
        "diminishing hot spot": (slice(20, 25), [10 - step / 2 for step in range(12)]),
        "sporadic hot spot": (slice(28, 33), [7, 0] * 5 + [0, 7]),
        "historical hot spot": (slice(34, 39), [5] * 11 + [0]),
    }
    for rows, means in planted.values():
        counts[:, rows, 10:15] += random.poisson(np.array(means)[:, None, None], (12, 5, 5))
    found = found_in(counts, time_neighbours=0)
    patterns = found["pattern"].reshape(40, 40)
    for name, (rows, _) in planted.items():
        middle = patterns[rows, 10:15][1:4, 1:4]
        assert (middle == name).sum() >= 7, (name, middle)
    elsewhere = patterns[:, 20:]
    assert (elsewhere == "no pattern").mean() > 0.98


def test_without_a_trend_one_cell_in_twenty_is_called_one():
    rejected = [(found_in(noise(seed))["trend_p"] < 0.05).mean() for seed in range(25)]
    assert 0.04 <= np.mean(rejected) <= 0.06
    # The check has teeth: with neighbours in time a trend is found far too often.
    smoothed = []
    for seed in range(25):
        counts = noise(seed)
        window = counts + np.concatenate([counts[:1] * 0, counts[:-1]])
        smoothed.append((found_in(window[1:])["trend_p"] < 0.05).mean())
    assert np.mean(smoothed) > 0.12


def test_chance_alone_seldom_makes_a_hot_or_cold_cell():
    false = 0
    for seed in range(60):
        found = found_in(noise(seed, steps=10, side=9, mean=0.4))
        false += bool((found["hot_steps"] + found["cold_steps"]).any())
    # At a false discovery rate of 5 % one in twenty of such cubes has one: 3 expected, 8 in one of a hundred runs.
    assert false <= 8


def test_a_step_without_variance_is_left_out_of_the_trend_and_told():
    counts = noise(8)
    counts[4] = 0
    found = found_in(counts, time_neighbours=0)
    without = found_in(np.delete(counts, 4, axis=0), time_neighbours=0)
    assert found.parameters["steps_without_variance"] == 1
    np.testing.assert_array_equal(found["trend_s"], without["trend_s"])
    with pytest.raises(ValueError, match="at least 10 time steps, and there are 9"):
        found_in(np.concatenate([noise(8, steps=9), counts[:3] * 0]))


def test_a_rise_of_the_whole_city_is_no_hotspot():
    counts = noise(9, steps=12, side=20, mean=2.0) + noise(10, 12, 20, 1.0) * np.arange(12)[:, None, None]
    found = found_in(counts)
    assert 0.02 < (found["trend_p"] < 0.05).mean() < 0.09


def test_weights_count_instead_of_incidents():
    day = np.random.default_rng(2).integers(0, 70, 1500)
    points = incidents(*clustered(1500, 2), when=START + day)
    options = dict(cell_size=300, distance_band=450, time_step="week")
    plain, doubled = (
        lg.emerging_hotspots(points, **options),
        lg.emerging_hotspots(points, weight=np.full(1500, 2), **options),
    )
    np.testing.assert_allclose(plain["last_z"], doubled["last_z"])
    np.testing.assert_array_equal(doubled["weight_sum"], 2 * doubled["count"])
    assert (plain["pattern"] == doubled["pattern"]).all()


@pytest.mark.parametrize("confidence, least", [("90", 1), ("95", 2), ("99", 3)])
def test_the_layer_of_steps_holds_what_is_hot_or_cold_and_plays(confidence, least):
    counts = noise(11, side=20, mean=3.0)
    counts[6:, 5:10, 5:10] += 6
    counts[:, 14:18, 12:18] = 0
    found = found_in(counts, confidence=confidence)
    steps = found.steps()
    bins = steps["bin"]
    assert (bins > 0).sum() == found["hot_steps"].sum() > 0 and (bins < 0).sum() == found["cold_steps"].sum() > 0
    assert np.abs(bins).min() == least
    assert (steps["last"] - steps["first"] == np.timedelta64(7 * 86400 - 1, "s")).all()
    style = qml(steps)
    assert 'startField="first" endField="last"' in style and "Hot spot" in style and "Cold spot" in style
    assert ("90 %" in style) == (confidence == "90")


def test_files_and_what_was_chosen(tmp_path):
    import geopandas as gpd

    day = np.random.default_rng(3).integers(0, 75, 1200)
    found = lg.emerging_hotspots(incidents(*clustered(1200, 3), when=START + day))
    used = found.parameters
    assert {"cell_size_reason", "time_step_reason", "distance_band_reason", "universe_reason"} <= set(used)
    assert "weeks" in used["time_step_reason"] and "no pattern" in used["found"] and used["time_neighbours"] == 1
    frame = gpd.read_file(found.save(tmp_path / "emerging.gpkg"))
    assert frame["pattern"].tolist() == found["pattern"].tolist() and (tmp_path / "emerging.qml").exists()


def test_progress_advances_and_stops():
    fractions = []
    lg.emerging_hotspots(cube_of(noise(1)), distance_band=150, progress=lambda done: fractions.append(done))
    assert fractions == sorted(fractions) and fractions[-1] == 1.0
    with pytest.raises(lg.Cancelled):
        lg.emerging_hotspots(cube_of(noise(1)), distance_band=150, progress=lambda done: done < 0.5)


@pytest.mark.parametrize(
    "options, sentence",
    [
        (
            dict(cell_size=100),
            "A cube has its cells, steps and weights already, and cell_size would be of no use; leave it out",
        ),
        (dict(distance_band=1e9), r"distance_band 1e\+09 m makes all of them neighbours of all"),
        (dict(distance_band=50), "distance_band 50 m is smaller than a cell of 100 m"),
        (dict(confidence="96"), "confidence must be one of '90', '95', '99', got '96'"),
        (dict(time_neighbours=-1), "time_neighbours must be a whole number of at least 0, got -1"),
        (dict(correction="holm"), "correction must be one of"),
    ],
)
def test_what_is_asked_wrongly_is_refused_in_a_sentence(options, sentence):
    with pytest.raises(ValueError, match=sentence):
        found_in(noise(1), **options)


def test_too_few_steps_are_refused_in_a_sentence():
    with pytest.raises(ValueError, match="at least 10 time steps, and there are 9; make the steps shorter"):
        found_in(noise(1, steps=9))


def test_last_days_not_all_reported_are_warned_of():
    day = np.random.default_rng(3).integers(0, 75, 600)
    found = lg.emerging_hotspots(incidents(*clustered(600, 3), when=START + day), cell_size=300, distance_band=450)
    assert any("not all reported" in sentence for sentence in found.parameters["warnings"])
