"""DBSCAN of incidents in parts: labels, choices and clusters as in memory, however the incidents are cut."""

from dataclasses import replace

import numpy as np
import pytest
from in_parts import InParts
from makers import SOUTH, WEST, clustered, duplicated, incidents, rectangle, uniform

import lacrime_geo as lg
from lacrime_geo import cluster_tiles
from lacrime_geo.cluster_members import Members
from lacrime_geo.progress import Cancelled

ROWS = 3000


def city(weight=None, dates=True, categories=True):
    """Return incidents on few places around some centres and on lone ones, some without a place, date or category."""
    random = np.random.default_rng(7)
    x, y = clustered(ROWS, 3, side=20_000.0, spread=300.0)
    x, y = np.round(x / 100) * 100, np.round(y / 100) * 100
    x[random.random(ROWS) < 0.02] = np.nan
    when = np.datetime64("2021-01-01T00:00:00") + random.integers(0, 400 * 86_400, ROWS).astype("m8[s]")
    when[random.random(ROWS) < 0.1] = np.datetime64("NaT")
    kinds = np.array(["theft", "burglary", "robbery", "", None], dtype=object)[random.choice(5, ROWS)]
    columns = {} if weight is None else {"weight": weight}
    return incidents(
        x,
        y,
        when=when if dates else None,
        category=kinds if categories else None,
        source={"harm": random.choice([0.0, 1.0, 2.5, 40.0], ROWS), "harm_days": random.integers(0, 9, ROWS) * 0.1},
        **columns,
    )


CUTS = {
    "one part": [],
    "parts": [1, 700, 700, 2100, 2999],
    "an empty part first": [0, 1500],
    "rows": range(50, ROWS, 150),
}


def by_incident(scanned, whole):
    """Return the column of clusters and that of cores of a scan, looked up for each incident by its place and weight."""
    found = {}
    places = scanned.features
    weights = np.ones(places.size) if places.weight is None else places.weight
    for row in range(places.size):
        key = (places.easting[row], places.northing[row], weights[row])
        assert key not in found
        found[key] = (scanned["cluster"][row], scanned["core"][row])
    weights = np.ones(whole.size) if whole.weight is None else whole.weight
    keys = zip(whole.easting, whole.northing, weights)
    return [found.get(key, (-1, False)) for key in keys]


def same_clusters(one, other):
    assert list(one.columns) == list(other.columns) and len(one)
    for name, values in one.columns.items():
        if values.dtype.kind == "f":
            np.testing.assert_allclose(other[name], values, rtol=1e-12, atol=1e-12 * np.nanmax(np.abs(values)))
        else:
            np.testing.assert_array_equal(other[name], values)
    assert list(one.wkb) == list(other.wkb) and one.parameters == other.parameters and one.label == other.label


@pytest.mark.parametrize("cuts", list(CUTS))
@pytest.mark.parametrize("weight", [None, "harm", "harm_days"])
def test_labels_choices_and_clusters_are_those_in_memory(weight, cuts):
    whole = city()
    marks = lg.dbscan(whole, weight=weight)
    scanned = lg.dbscan(InParts(whole, CUTS[cuts], portion=400), weight=weight)
    assert scanned.parameters == marks.parameters and scanned.label == marks.label
    assert by_incident(scanned, marks.features) == list(zip(marks["cluster"], marks["core"]))
    assert f"of {whole.placed.sum():,} incidents" in scanned.parameters["found"]
    assert scanned["count"].sum() == whole.placed.sum() and scanned["count"].max() > 3
    for hull in ("convex", "concave"):
        same_clusters(marks.clusters(hull=hull), scanned.clusters(hull=hull))


@pytest.mark.parametrize("options", [{"dates": False}, {"categories": False}, {"dates": False, "categories": False}])
def test_what_the_incidents_lack_the_clusters_lack(options):
    whole = city(**options)
    same_clusters(*(lg.dbscan(given, eps=300).clusters() for given in (whole, InParts(whole, [1000]))))


def test_rows_are_places_from_west_to_east_wherever_parts_are_cut():
    whole = city()
    first, second = (lg.dbscan(InParts(whole, cuts), eps=300, weight="harm") for cuts in ([], [5, 1300, 2000]))
    assert list(first.columns) == ["cluster", "core", "count", "weight"]
    for name, values in first.columns.items():
        np.testing.assert_array_equal(second[name], values)
    place = first.features
    assert np.array_equal(np.lexsort((place.weight, place.northing, place.easting)), np.arange(place.size))
    frame = first.to_geodataframe()
    assert len(frame) == place.size and frame["count"].sum() == whole.placed.sum()


def test_default_eps_and_min_samples_count_incidents_not_places():
    x, y = duplicated(40_000, 4, places=2500, side=20_000.0)
    marks, scanned = (lg.dbscan(given) for given in (incidents(x, y), InParts(incidents(x, y), [20_000])))
    assert scanned.parameters == marks.parameters and marks.parameters["min_samples"] == 40
    assert len(scanned) == 2500


def test_many_tiles_find_what_one_search_finds(monkeypatch):
    whole = city()
    one = lg.dbscan(whole, eps=300)
    monkeypatch.setattr(cluster_tiles, "PLACES_IN_TILE", 50)
    assert lg.dbscan(whole, eps=300)["cluster"].tolist() == one["cluster"].tolist()
    scanned = lg.dbscan(InParts(whole, [1500]), eps=300)
    assert by_incident(scanned, whole) == list(zip(one["cluster"], one["core"])) and one["cluster"].max() >= 4


def test_no_cluster_makes_an_empty_layer_with_the_same_columns():
    x, y = uniform(60, 1)
    when = np.full(60, np.datetime64("2022-05-01"))
    whole = incidents(x, y, when=when, category=["theft"] * 60)
    empty, scanned = (lg.dbscan(given, eps=1, min_samples=5).clusters() for given in (whole, InParts(whole, [30])))
    assert len(scanned) == 0 and list(scanned.columns) == list(empty.columns)


@pytest.mark.parametrize("weight", [None, "harm"])
def test_every_incident_is_marked_part_by_part(weight):
    whole = city()
    one = lg.dbscan(whole, eps=300, weight=weight)
    scanned = lg.dbscan(InParts(whole, [1500]), eps=300, weight=weight)
    for rows in np.split(np.arange(ROWS), [10, 700, 2000]):
        marked = scanned.on(whole.take(rows))
        np.testing.assert_array_equal(marked["cluster"], one["cluster"][rows])
        np.testing.assert_array_equal(marked["core"], one["core"][rows])
    assert list(marked.to_geodataframe().columns) == ["harm", "harm_days", "cluster", "core", "geometry"]


def test_incidents_that_were_not_searched_are_not_marked():
    marks = lg.dbscan(InParts(city()), eps=300)
    with pytest.raises(
        ValueError, match=r"1 of the 3 incidents stand where none .* first row 1 \(380001.00, 3768002.00\)"
    ):
        marks.on(incidents([marks.features.easting[0] - WEST, 1, np.nan], [marks.features.northing[0] - SOUTH, 2, 3]))
    with pytest.raises(ValueError, match="EPSG:32611"):
        marks.on(replace(city(), crs="EPSG:32610"))


def test_clusters_in_time_are_not_told_by_places():
    x, when = np.zeros(40), np.datetime64("2022-01-01") + np.repeat([0, 100], 20)
    marks = lg.st_dbscan(incidents(x, x, when=when), eps=10, eps_time=5, min_samples=5)
    with pytest.raises(ValueError, match="Incidents on one place are in different clusters"):
        marks.on(marks.features)


def test_p_is_refused():
    marks = lg.dbscan(InParts(city(), [100]), eps=300)
    with pytest.raises(ValueError, match=r"p needs each of the 2,9.. incidents .* read them \(scan.read\(\)\)"):
        marks.clusters(boundary=rectangle(0, 0, 20_000, 20_000))


def test_a_scan_without_a_place_is_said():
    whole = city()
    with pytest.raises(ValueError, match="None of the 3,000 rows of 'incidents' has a geometry"):
        lg.dbscan(InParts(replace(whole, easting=whole.easting * np.nan), [100]))


def test_it_can_be_cancelled():
    scanned = InParts(city(), [1000])
    with pytest.raises(Cancelled):
        lg.dbscan(scanned, progress=lambda done: done < 0.8)
    with pytest.raises(Cancelled):
        lg.dbscan(scanned, eps=300).clusters(progress=lambda done: done < 0.05)


def test_members_of_parts_merge_to_those_of_all():
    random = np.random.default_rng(2)
    cluster, kinds = (
        random.integers(0, 6, 300),
        np.array(["c", "a", "b", None], dtype=object)[random.integers(0, 4, 300)],
    )
    when = np.datetime64("2020-01-01", "s") + random.integers(0, 10**7, 300)
    members = np.bincount(cluster, minlength=7)
    merged = Members.of(when[:0], kinds[:0], cluster[:0], 7)
    for part in np.split(np.arange(300), [1, 40, 40, 299]):
        merged = merged.merge(Members.of(when[part], kinds[part], cluster[part], 7))
    merged = merged.merge(Members.of(None, None, cluster[:0], 7))
    columns = merged.columns(members)
    for number in range(7):
        own = cluster == number
        known = [str(kind) for kind in kinds[own] if kind is not None]
        expected = max(sorted(set(known)), key=known.count, default=None)
        assert columns["category"][number] == expected
        assert columns["category_share"][number] == (known.count(expected) / own.sum() if known else 0)
        assert columns["first"][number] == when[own].min() if known else np.isnat(columns["first"][number])
        assert columns["last"][number] == when[own].max() if known else np.isnat(columns["last"][number])


def test_the_same_on_two_processes(cluster, monkeypatch):
    monkeypatch.setattr(cluster_tiles, "PLACES_IN_TILE", 300)
    whole = city()
    marks, scanned = lg.dbscan(whole, weight="harm"), lg.dbscan(InParts(whole, [1000], client=cluster), weight="harm")
    assert by_incident(scanned, marks.features) == list(zip(marks["cluster"], marks["core"]))
    same_clusters(marks.clusters(), scanned.clusters())
