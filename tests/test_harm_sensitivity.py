"""Harm against counts: against an obvious twin, scales that are counts, one grave incident, intervals that hold."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from makers import clustered, crimes_frame, incidents, squares
from test_harm import KINDS, layer, scale

import lacrime_geo as lg
from lacrime_geo.catalog import BY_NAME
from lacrime_geo.cli import main
from lacrime_geo.grid import Grid
from lacrime_geo.severity.cell_rankings import CellRanking, agreement
from lacrime_geo.severity.celled_incidents import CelledIncidents
from lacrime_geo.severity.scale_agreement import agreement_of
from lacrime_geo.styles import qml

AREA = squares(1, 1, side=5000.0)
OPTIONS = dict(cell_size=500, boundary=AREA, budget=0.05, resamples=19)
ONES = scale(weight=(1.0,) * 4, keys=tuple(KINDS))


def ranks_one_by_one(values):
    """Return the ranks of all values, the largest first, ties with the mean of theirs."""
    return np.array([1 + (values > one).sum() + ((values == one).sum() - 1) / 2 for one in values])


def shares_one_by_one(values, cells):
    """Return how far each is among so many top ones: the mean over all orders of those tied."""
    chosen = np.zeros(values.size)
    for row, one in enumerate(values):
        above, level = (values > one).sum(), (values == one).sum()
        chosen[row] = min(max((cells - above) / level, 0.0), 1.0)
    return chosen


sums = st.lists(st.integers(0, 6), min_size=2, max_size=12).map(lambda v: np.array(v, dtype=float))


@settings(max_examples=60, deadline=None)
@given(values=sums, empty=st.integers(0, 5), cells=st.integers(1, 8), data=st.data())
def test_ranks_and_top_cells_are_those_found_one_by_one(values, empty, cells, data):
    everything = np.r_[values, np.zeros(empty)]
    ranking = CellRanking.of(values, empty)
    np.testing.assert_allclose(
        np.r_[ranking.ranks, np.full(empty, ranking.rank_of_empty)], ranks_one_by_one(everything)
    )
    np.testing.assert_allclose(ranking.chosen(cells), shares_one_by_one(everything, cells)[: values.size])
    # Each cell's own rank where it alone falls.
    fall = np.array(data.draw(st.lists(st.integers(0, 6), min_size=values.size, max_size=values.size)))
    lower = np.maximum(values - fall, 0)
    for row, rank in enumerate(ranking.ranks_at(lower)):
        changed = everything.copy()
        changed[row] = lower[row]
        assert rank == ranks_one_by_one(changed)[row]


@settings(max_examples=40, deadline=None)
@given(values=sums, empty=st.integers(0, 5), cells=st.integers(1, 6), data=st.data())
def test_overlap_is_of_whole_and_tied_cells(values, empty, cells, data):
    other = np.array(data.draw(st.lists(st.integers(0, 6), min_size=values.size, max_size=values.size)), dtype=float)
    one, two = CellRanking.of(values, empty), CellRanking.of(other, empty)
    every = [shares_one_by_one(np.r_[v, np.zeros(empty)], cells) for v in (values, other)]
    assert one.overlap(two, cells) == pytest.approx(np.minimum(*every).sum() / cells)
    assert one.overlap(two, cells) == pytest.approx(two.overlap(one, cells))
    assert one.overlap(one, cells) == pytest.approx(min(1.0, (values.size + empty) / cells))


def test_agreement_is_the_correlation_of_ranks():
    random = np.random.default_rng(5)
    one, two = ranks_one_by_one(random.integers(0, 9, 60)), ranks_one_by_one(random.integers(0, 9, 60))
    assert agreement(one, two) == pytest.approx(np.corrcoef(one, two)[0, 1])
    assert np.isnan(agreement(one, np.ones(60)))


def test_land_without_incidents_changes_no_agreement():
    near, far = (
        lg.harm_sensitivity(layer(), **{**OPTIONS, "boundary": area}) for area in (AREA, squares(2, 2, side=5000.0))
    )
    assert far.parameters["cells"] == 4 * near.parameters["cells"]
    for end in ("", "_low", "_high"):
        assert far[f"rank_agreement{end}"][1] == pytest.approx(near[f"rank_agreement{end}"][1], abs=1e-12)


def test_it_is_what_is_found_cell_by_cell():
    points = layer(500)
    found = lg.harm_sensitivity(points, scales=[scale()], **OPTIONS)
    cells = found.cells()
    weight = lg.harm(points, scale=scale())["weight"]
    at = cells.grid.index(points.easting, points.northing)
    count, harm = (np.array([values[at == cell].sum() for cell in cells.cell]) for values in (np.ones(500), weight))
    np.testing.assert_array_equal(cells["count"], count)
    np.testing.assert_allclose(cells["harm"], harm)
    np.testing.assert_allclose(cells["rank"], ranks_one_by_one(harm))
    np.testing.assert_allclose(cells["rank_counts"], ranks_one_by_one(count))
    held = count > 0
    by_harm = ranks_one_by_one(harm)
    among = [ranks_one_by_one(values[held]) for values in (count, harm)]
    assert found["rank_agreement"][1] == pytest.approx(np.corrcoef(*among)[0, 1])
    top = found.parameters["top_cells"]
    assert top == int(0.05 * len(cells))
    chosen = [shares_one_by_one(values, top) for values in (count, harm)]
    assert found["overlap"][1] == pytest.approx(np.minimum(*chosen).sum() / top)
    for name, one in zip(("held_by_count", "held_by_harm"), chosen):
        assert found[name][1] == pytest.approx(one @ harm / harm.sum())
    gravest = np.array([weight[at == cell].max(initial=0.0) for cell in cells.cell])
    assert found["on_one_incident"][1] == pytest.approx(chosen[1] @ gravest / (chosen[1] @ harm))
    fallen = np.array(
        [
            ranks_one_by_one(np.r_[harm[:row], harm[row] - gravest[row], harm[row + 1 :]])[row]
            for row in range(harm.size)
        ]
    )
    np.testing.assert_allclose(cells["without"][held], fallen[held])
    assert np.isnan(cells["without"][~held]).all()
    assert found["leave_top"][1] == ((chosen[1] == 1) & (fallen > top)).sum()
    worst = np.where(chosen[1] > 0, fallen - by_harm, -1).argmax()
    assert found["rank_after"][1] - found["rank_before"][1] == fallen[worst] - by_harm[worst]
    assert cells["in_budget"].sum() == top


def test_a_scale_of_ones_is_counting():
    found = lg.harm_sensitivity(layer(), scales=[ONES], **OPTIONS)
    for name, column in found.columns.items():
        if column.dtype.kind in "if" and name not in ("coverage",):
            assert column[0] == pytest.approx(column[1]), name
    assert found["rank_agreement"][1] == pytest.approx(1) and found["overlap"][1] == pytest.approx(1)


def test_one_homicide_moves_a_cell_to_the_top_and_without_it_back():
    x, y = clustered(300, 4)
    kinds = np.full(300, "burglary", dtype=object)
    lonely = np.r_[x, 4900.0], np.r_[y, 100.0], np.append(kinds, "homicide")
    points = incidents(*lonely[:2], category=lonely[2], source={})
    found = lg.harm_sensitivity(points, scales=[scale(weight=(5000.0, 10.0, 1.0))], **OPTIONS)
    cells = found.cells()
    assert found["rank_before"][1] == 1 and found["rank_after"][1] > found.parameters["top_cells"]
    where = np.flatnonzero(cells["rank"] == 1)[0]
    assert cells["harm"][where] >= 5000 and cells["high"][where] > 20  # in a third of the draws it is not drawn
    assert found["on_one_incident"][1] > 0.9 and found["leave_top"][1] >= 1
    assert any("each cell's gravest incident" in said for said in found.parameters["warnings"])
    assert found["rank_after"][0] < 20  # by count nothing of the kind


def test_same_seed_same_intervals_and_another_seed_others():
    one, two, other = (lg.harm_sensitivity(layer(), scales=[scale()], seed=seed, **OPTIONS) for seed in (1, 1, 2))
    for name in ("overlap_low", "held_by_harm_low", "rank_agreement_high"):
        np.testing.assert_array_equal(one[name], two[name])
        assert one[name][1] != other[name][1]
    np.testing.assert_array_equal(one.cells()["low"], two.cells()["low"])


def test_intervals_hold_their_values_and_get_narrower_with_more_incidents():
    few, many = (lg.harm_sensitivity(layer(n), scales=[scale()], **OPTIONS) for n in (200, 6000))
    for found in (few, many):
        for name in ("rank_agreement", "overlap", "held_by_count", "held_by_harm"):
            assert (found[f"{name}_low"] <= found[name] + 1e-9).all() and (
                found[name] <= found[f"{name}_high"] + 1e-9
            ).all()
    width = [found["held_by_harm_high"][1] - found["held_by_harm_low"][1] for found in (few, many)]
    assert width[1] < 0.5 * width[0]


@pytest.mark.slow
@pytest.mark.parametrize("grave", [False, True])
def test_intervals_hold_the_mean_of_what_other_files_would_show(grave):
    """A hundred files of the same rates: nine in ten intervals or more hold the mean of all."""
    random, side, held = np.random.default_rng(1), 25, []
    rate = random.gamma(0.7, 1, side * side)
    part, rare = random.beta(3, 2, side * side), random.gamma(1, 0.01, side * side)
    for seed in range(100):
        cell = np.sort(random.choice(side * side, size=random.poisson(4000), p=rate / rate.sum()))
        weight = (random.random(cell.size) < part[cell]) + 100.0 * grave * (random.random(cell.size) < rare[cell])
        occupied, start = np.unique(cell, return_index=True)
        grid = Grid(0, 0, 1, side, side, "EPSG:32611")
        celled = CelledIncidents(grid, np.arange(side * side), occupied, np.arange(cell.size), start)
        held.append([list(one) for one in agreement_of(celled, weight.astype(float), 31, 99, seed).measures.values()])
    value, low, high = np.moveaxis(np.array(held), 2, 0)
    inside = ((low <= value.mean(axis=0)) & (value.mean(axis=0) <= high)).mean(axis=0)
    assert (inside > 0.86).all() and inside.mean() < 0.99


def test_several_scales_stand_beside_each_other_under_names_of_their_own(tmp_path):
    codes = lg.harm(layer(), scale=scale()).codes()
    codes.save(tmp_path / "Own list.csv")
    found = lg.harm_sensitivity(layer(), scales=["ucr_part1", tmp_path / "Own list.csv"], **OPTIONS)
    assert found["name"].tolist() == ["counts", "ucr_part1", "own_list"]
    cells = found.cells()
    assert {"harm", "rank", "low", "high", "without", "harm_own_list", "rank_own_list", "rank_counts"} <= set(
        cells.columns
    )
    assert cells["harm_own_list"].sum() == pytest.approx(found["in_cells"][2])
    assert cells["harm"].sum() == pytest.approx(found["in_cells"][1])


def test_scales_of_one_title_are_told_apart_and_ranks_that_cannot_agree_are_told(tmp_path):
    two = [scale(), scale().__class__(**{**scale().__dict__, "name": "b"})]
    found = lg.harm_sensitivity(layer(), scales=two, **OPTIONS)
    assert found["scale"].tolist() == ["counts", *(f"Own ({name})" for name in found["name"][1:])]
    each = np.arange(60)  # one in each cell
    points = incidents(250.0 + each % 10 * 500, 250.0 + each // 10 * 500, category=np.array(KINDS)[each % 4], source={})
    alone = lg.harm_sensitivity(points, scales=[scale()], **OPTIONS)
    assert "nan" not in alone.parameters["found"] and "ranks cannot agree" in alone.parameters["found"]


def test_the_default_is_the_first_shipped_scale_that_fits():
    assert lg.harm_sensitivity(layer(), **OPTIONS)["name"].tolist() == ["counts", "ucr_part1"]
    x, y = clustered(300, 1)
    elsewhere = incidents(x, y, source={"deed": np.array(["burglary", "other"] * 150)})
    assert lg.harm_sensitivity(elsewhere, key_column="deed", **OPTIONS)["name"].tolist() == ["counts", "ucr_part1"]
    with pytest.raises(ValueError, match="None of the shipped scales has keys of the incidents"):
        lg.harm_sensitivity(incidents(*clustered(300, 1), source={"a": np.arange(300)}), **OPTIONS)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (dict(budget=0.001), "budget 0.001 is less than one of the 100 cells"),
        (dict(budget=1.5), "budget must be a share between 0 and 1"),
        (dict(resamples=5), "resamples must be a whole number of at least 19, got 5"),
        (dict(seed=-1), "seed must be a whole number of at least 0, got -1"),
        (dict(shape="round"), "shape must be one of"),
        (dict(boundary=squares(1, 1, side=200.0).translate(9000, 0).to_frame("geometry")), "cells|inside"),
    ],
)
def test_bad_options_are_told(options, sentence):
    with pytest.raises(ValueError, match=sentence):
        lg.harm_sensitivity(layer(), **{**OPTIONS, **options})


def test_harm_that_lies_outside_is_told():
    x, y = clustered(300, 2)
    kinds = np.full(300, "other", dtype=object)
    points = incidents(np.r_[x, 9000.0], np.r_[y, 0.0], category=np.append(kinds, "homicide"), source={})
    with pytest.raises(ValueError, match="All 300 incidents in the cells weigh 0 on the scale 'Own'"):
        lg.harm_sensitivity(points, scales=[scale()], **OPTIONS)


def test_hexagons_and_cells_without_a_boundary():
    found = lg.harm_sensitivity(layer(), scales=[scale()], cell_size=400, shape="hex", budget=0.05, resamples=19)
    assert found.cells()["harm"].sum() == pytest.approx(found["in_cells"][1])


def test_page_and_chart_tell_it_and_escape_what_comes_from_files(tmp_path):
    nasty = scale(weight=(5000.0, 10.0, 1.0)).__class__(
        **{**scale().__dict__, "title": "<b>A & B</b>", "unit": "<i>", "name": "x"}
    )
    found = lg.harm_sensitivity(layer(), scales=[nasty, ONES], **OPTIONS)
    page = found.html()
    assert "<b>A" not in page and "&lt;b&gt;A &amp; B" in page and "<svg" in page
    for words in ("top by count too", "A weight is a value judgement", "Reported crime is not crime", "without it"):
        assert words in page
    assert "<b>A" not in found.svg() and found.svg().count("Rank of the cells first by harm") == 2
    for name in ("a.csv", "a.svg", "a.html"):
        found.save(tmp_path / name)
    assert (tmp_path / "a.csv").read_text().startswith("scale,name,unit,coverage,in_cells,rank_agreement,")


def test_the_map_outlines_the_top_cells_and_says_what_they_hold():
    found = lg.harm_sensitivity(layer(), scales=[scale()], **OPTIONS)
    style = qml(found.cells())
    assert "Top 5 % of cells by days: hold" in style and "of places by harm" in style


def test_the_command_writes_table_and_map(tmp_path):
    crimes_frame().to_file(tmp_path / "in.gpkg")
    said = [str(tmp_path / name) for name in ("in.gpkg", "out.csv", "cells.gpkg")]
    words = ["--cell-size", "500", "--budget", "0.05", "--resamples", "19", "--quiet", "--cells", said[2]]
    assert main(["harm_sensitivity", *said[:2], *words]) == 0
    assert lg.as_features(said[2]).are_polygons and "counts" in (tmp_path / "out.csv").read_text()
    assert BY_NAME["harm_sensitivity"].second == "cells"


def test_a_cancel_is_heard_at_every_draw():
    seen = []
    lg.harm_sensitivity(layer(), scales=[scale()], progress=lambda f: seen.append(f) or True, **OPTIONS)
    assert len(seen) > 40 and seen == sorted(seen) and seen[-1] == 1.0
    with pytest.raises(lg.Cancelled):
        lg.harm_sensitivity(layer(), scales=[scale()], progress=lambda fraction: fraction < 0.5, **OPTIONS)
