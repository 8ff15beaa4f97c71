"""Stability: what is planted is hot on every grid, what is drawn by chance on few; the words are the numbers."""

import numpy as np
import pytest
from makers import clustered, incidents, rectangle, uniform

import lacrime_geo as lg
from lacrime_geo.hotspot_stability import _said

AREA = rectangle(0, 0, 5000, 5000)


def planted(seed=1):
    """Return incidents: 900 anywhere, 300 within 400 m of (2500, 2500)."""
    x, y = uniform(900, seed)
    random = np.random.default_rng(seed)
    angle, radius = random.uniform(0, 2 * np.pi, 300), 400 * np.sqrt(random.random(300))
    return incidents(np.r_[x, 2500 + radius * np.cos(angle)], np.r_[y, 2500 + radius * np.sin(angle)])


@pytest.fixture(scope="module")
def cells():
    return lg.stability(planted(), boundary=AREA, cell_size=250, distance_band=375, runs=20)


def test_what_is_planted_is_hot_on_every_grid(cells):
    x, y = cells.grid.centres(cells.cell)
    away = np.hypot(x - x.min() - 2375, y - y.min() - 2375)
    middle = away.argmin()
    assert cells["hot"][middle] == cells["runs"][middle] == 20 and cells["said"][middle] == "hot in 20 of 20 grids"
    assert (cells["hot"][away > 1500] <= 2).all()
    rim = (away > 500) & (away < 1000)
    assert ((cells["hot"][rim] > 0) & (cells["hot"][rim] < 20)).any()


def test_words_and_numbers_agree(cells):
    for hot, cold, runs, said in zip(cells["hot"], cells["cold"], cells["runs"], cells["said"]):
        assert hot + cold <= runs <= 20
        assert (said == "") == (hot + cold == 0)
        assert not hot or cold or said == f"hot in {hot} of {runs} grids"
    assert cells["runs"].max() == 20 and cells["runs"].min() > 10


def test_words_of_cold_and_of_mixed_cells():
    said = _said(np.array([3, 0, 2, 0]), np.array([0, 4, 1, 0]), np.array([5, 4, 5, 5]))
    assert said.tolist() == ["hot in 3 of 5 grids", "cold in 4 of 4 grids", "hot in 2, cold in 1 of 5 grids", ""]


def test_too_few_cells_to_vary_are_named():
    few = incidents(*uniform(400, 3, side=1400.0))
    assert 30 <= len(lg.hotspots(few, cell_size=200, boundary=rectangle(0, 0, 1400, 1400))) < 60
    with pytest.raises(ValueError, match=r"49 cells of 200 m, and stability needs 60, .*lower cell_size"):
        lg.stability(few, cell_size=200, boundary=rectangle(0, 0, 1400, 1400))


def test_the_map_itself_is_among_the_grids(cells):
    plain = lg.hotspots(planted(), boundary=AREA, cell_size=250, distance_band=375)
    np.testing.assert_array_equal(cells["bin"], plain["bin"])
    np.testing.assert_array_equal(cells["count"], plain["count"])
    assert (cells["hot"][plain["bin"] >= 2] >= 1).all()
    assert "of the grids they lie on, 20 at most" in cells.parameters["found"] and cells.parameters["runs"] == 20


def test_chance_alone_is_not_stable():
    found = [lg.stability(incidents(*uniform(900, seed)), boundary=AREA, cell_size=250, runs=10) for seed in range(5)]
    assert np.mean([(cells["hot"] >= 9).mean() for cells in found]) < 0.01


def test_a_seed_gives_the_same_grids_and_another_gives_others():
    options = dict(cell_size=300, runs=6)
    a, b, c = (lg.stability(planted(), seed=seed, **options) for seed in (1, 1, 2))
    np.testing.assert_array_equal(a["hot"], b["hot"])
    assert (a["hot"] != c["hot"]).any()


def test_order_of_rows_does_not_matter():
    points = planted()
    order = np.random.default_rng(0).permutation(points.size)
    a, b = (lg.stability(p, cell_size=300, runs=5) for p in (points, points.take(order)))
    np.testing.assert_array_equal(a["hot"], b["hot"])


@pytest.mark.parametrize(
    "options", [dict(shape="hex"), dict(weight=np.resize([1.0, 2.0], 1200)), dict(distance_band=None)]
)
def test_options_are_those_of_hotspots(options):
    cells = lg.stability(planted(), cell_size=300, runs=4, **options)
    plain = lg.hotspots(planted(), cell_size=300, **options)
    np.testing.assert_array_equal(cells["bin"], plain["bin"])
    assert ("weight_sum" in cells.columns) == ("weight" in options) and cells["hot"].max() == 4


def test_too_few_runs_and_cancelling():
    with pytest.raises(ValueError, match="runs must be a whole number of at least 2, got 1"):
        lg.stability(planted(), runs=1)
    with pytest.raises(lg.Cancelled):
        lg.stability(incidents(*clustered(500, 1)), runs=50, progress=lambda done: done < 0.5)
