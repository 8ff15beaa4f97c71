"""Incidents in parts, collapsed: the same places and sums as in memory, however they are cut."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from in_parts import InParts

import lacrime_geo as lg
from lacrime_geo import partitioned, place_tallies
from lacrime_geo.place_spacing import INCIDENTS_LOOKED_AT
from lacrime_geo.place_tallies import PlaceTally

DAY = np.datetime64("2023-01-01")


def made(number=5_000, places=300, seed=0):
    random = np.random.default_rng(seed)
    where = random.integers(0, places, number)
    x, y = random.normal(380_000, 4_000, places)[where], random.normal(3_768_000, 4_000, places)[where]
    x[::97] = np.nan
    when = DAY + random.integers(0, 400, number)
    when[::101] = np.datetime64("NaT")
    weight = random.integers(0, 4, number) / 2
    return lg.Incidents(x, y, when=when, crs="EPSG:32611", source={"w": weight})


def rows_of(*columns):
    return sorted(zip(*(column.tolist() for column in columns)))


@given(cuts=st.lists(st.integers(0, 5_000), max_size=6), portion=st.sampled_from([7_000, 1_300]))
def test_places_and_sums_do_not_depend_on_the_cuts(cuts, portion):
    incidents = made()
    found = InParts(incidents, cuts, portion).collapsed()
    x, y = incidents.located().easting, incidents.located().northing
    expected, count = np.unique(np.column_stack([x, y]), axis=0, return_counts=True)
    assert rows_of(found.easting, found.northing, found.frequency) == rows_of(*expected.T, count)
    known = incidents.when[~np.isnat(incidents.when)]
    assert found.gathered.extent == (known.min(), known.max())
    assert (found.gathered.rows, found.number, found.gathered.of_all) == (5_000, x.size, x.size)


@pytest.mark.parametrize("number", [INCIDENTS_LOOKED_AT, INCIDENTS_LOOKED_AT + 1, 3 * INCIDENTS_LOOKED_AT + 17])
def test_evenly_taken_places_are_those_of_every_so_manieth_incident(number):
    incidents = made(number)
    found = InParts(incidents, [3, 3, 10_000, number - 1], 9_999).collapsed().gathered
    placed = incidents.located()
    every = -(-placed.size // INCIDENTS_LOOKED_AT)
    assert np.array_equal(found.easting, placed.easting[::every])
    assert np.array_equal(found.northing, placed.northing[::every])


@given(cuts=st.lists(st.integers(0, 5_000), max_size=4))
def test_weights_and_parts_of_the_time_are_kept_apart(cuts):
    incidents, edges = made(), [DAY + 100, DAY + 250]
    found = InParts(incidents, cuts, 1_700).collapsed(weight="w", edges=edges)
    placed = incidents.weighing("w").located()
    part = np.where(np.isnat(placed.when), -1, np.searchsorted(np.array(edges, "M8[s]"), placed.when, side="right"))
    columns = (placed.easting, placed.northing, placed.weight, part)
    expected, count = np.unique(np.column_stack(columns), axis=0, return_counts=True)
    own = np.where(np.isnat(found.when), -1, np.searchsorted(np.array(edges, "M8[s]"), found.when, side="right"))
    assert rows_of(found.easting, found.northing, found.weight, own, found.frequency) == rows_of(*expected.T, count)
    assert found.total_weight.sum() == placed.weight.sum()


def test_tables_grow_with_the_places(monkeypatch):
    monkeypatch.setattr(place_tallies, "BITS", (2, 4, 6))
    random = np.random.default_rng(1)
    x, y = random.integers(0, 40, (2, 20_000)).astype(float)
    tally, other = PlaceTally(), PlaceTally()
    for begin in range(0, 20_000, 1_000):
        (tally if begin % 3_000 else other).add(x[begin : begin + 1_000], y[begin : begin + 1_000])
    found = tally.merge(other).places()
    expected, count = np.unique(np.column_stack([x, y]), axis=0, return_counts=True)
    assert rows_of(*found) == rows_of(*expected.T, count)


def test_runs_of_one_place_are_one_row_each():
    x = np.repeat([3.0, 1.0, 3.0, 2.0], [1_000, 2_000, 500, 4_000])
    tally = PlaceTally()
    tally.add(x, x, np.full(x.size, 2))
    tally.add(x, x)
    assert rows_of(*tally.places()) == [(1.0, 1.0, 6_000), (2.0, 2.0, 12_000), (3.0, 3.0, 4_500)]


def test_nothing_and_no_place():
    nowhere = lg.Incidents(np.full(4, np.nan), np.full(4, np.nan), crs="EPSG:32611")
    found = InParts(nowhere, [2]).collapsed()
    assert (found.size, found.gathered.rows) == (0, 4)
    assert InParts(made(0), []).collapsed(weight="w", edges=[DAY]).size == 0


def test_an_analysis_that_needs_all_of_them_says_so():
    with pytest.raises(TypeError, match="is a scan, of which no more than a part is in memory"):
        lg.st_dbscan(InParts(made()), eps=100, eps_time=3)


def test_on_a_cluster_of_processes_too(cluster):
    incidents = made()
    here, there = (
        InParts(incidents, [900, 3_000]).collapsed(),
        InParts(incidents, [900, 3_000], client=cluster).collapsed(),
    )
    assert rows_of(here.easting, here.northing, here.frequency) == rows_of(
        there.easting, there.northing, there.frequency
    )


@pytest.mark.parametrize(
    ("rows", "tasks"),
    [([5], 1), ([1_000_000] * 50, 4), ([1_000_000] * 10, 4), ([1_000_000] * 100, 7), ([5_000_000] * 3, 3), ([0, 0], 1)],
)
def test_tasks_are_few_and_of_about_equal_rows(rows, tasks):
    parts = [SimpleNamespace(rows=number) for number in rows]
    groups = partitioned._tasks(parts)
    assert len(groups) == tasks and [part for group in groups for part in group] == parts
    sizes = [sum(part.rows for part in group) for group in groups]
    assert max(sizes) - min(sizes) <= max(rows)
