"""Comparison of two maps: kappa against its definition and scikit-learn, fuzzy kappa against a slow twin, chance at 0."""

import itertools

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import CRS, clustered, incidents, rectangle, squares

import lacrime_geo as lg
from lacrime_geo.map_comparison import CHANGES, _mean_lesser

LATTICE = squares(6, 7)


def measures(found):
    table = found.agreement()
    return dict(zip(table["measure"], table["value"]))


def drawn(seed, n=42):
    return np.random.default_rng(seed).choice([-3, -1, 0, 0, 0, 1, 3], n)


def test_a_map_agrees_with_itself():
    bins = drawn(1)
    found = measures(lg.compare(LATTICE, LATTICE, value=bins, other_value=bins))
    assert found["kappa"] == found["fuzzy_kappa"] == found["observed"] == found["fuzzy_observed"] == 1
    assert found["hot_overlap"] == 1 and found["hot_both"] == (bins > 0).sum()


@given(seed=st.integers(0, 10**6))
def test_kappa_equals_scikit_learns(seed):
    from sklearn.metrics import cohen_kappa_score

    a, b = drawn(seed), drawn(seed + 1)
    found = measures(lg.compare(LATTICE, LATTICE, value=a, other_value=b))
    assert found["kappa"] == pytest.approx(cohen_kappa_score(np.sign(a), np.sign(b)), abs=1e-12)
    assert found["observed"] == (np.sign(a) == np.sign(b)).mean()


def slow_fuzzy(x, y, a, b, distance):
    """Return fuzzy observed, expected and the similarities, place by place and pair by pair."""
    n = len(x)

    def near(findings, side, i):
        d = [np.hypot(x[i] - x[j], y[i] - y[j]) for j in range(n) if findings[j] == side]
        return 0.5 ** (min(d) / distance) if d else 0.0

    similarity = [min(near(b, a[i], i), near(a, b[i], i)) for i in range(n)]
    # Independent maps: the first shows place i and the second place j, each with what its own map says of it.
    pairs = [min(near(b, a[i], j), near(a, b[j], i)) for i, j in itertools.product(range(n), repeat=2)]
    return np.mean(similarity), np.mean(pairs), similarity


@given(seed=st.integers(0, 10**6), distance=st.sampled_from([300.0, 1000.0, 5000.0]))
def test_fuzzy_kappa_equals_a_slow_twin(seed, distance):
    layer = squares(3, 4)
    a, b = drawn(seed, 12), drawn(seed + 1, 12)
    found = lg.compare(layer, layer, value=a, other_value=b, halving_distance=distance)
    x, y = layer.centroid.x, layer.centroid.y
    observed, expected, similarity = slow_fuzzy(x, y, np.sign(a), np.sign(b), distance)
    got = measures(found)
    assert got["fuzzy_observed"] == pytest.approx(observed) and got["fuzzy_expected"] == pytest.approx(expected)
    np.testing.assert_allclose(found["similarity"], similarity)


@given(one=st.lists(st.floats(0, 1), min_size=1, max_size=9), two=st.lists(st.floats(0, 1), min_size=1, max_size=9))
def test_mean_lesser_equals_all_pairs(one, two):
    slow = np.mean([min(a, b) for a, b in itertools.product(one, two)])
    assert _mean_lesser(np.array(one), np.array(two)) == pytest.approx(slow, abs=1e-12)


def test_independent_maps_agree_by_chance_alone():
    layer = squares(30, 30)
    kappas = []
    for seed in range(60):
        random = np.random.default_rng(seed)
        # Patches, so that neighbours are alike: the expectation must allow for that. Their borders are not those of the other.
        patches = [np.repeat(np.repeat(random.choice([-1, 0, 1], (10, 10)), 3, 0), 3, 1) for _ in range(2)]
        patches = [np.roll(patch, random.integers(0, 30, 2), axis=(0, 1)) for patch in patches]
        found = measures(lg.compare(layer, layer, value=patches[0].ravel(), other_value=patches[1].ravel()))
        kappas.append((found["kappa"], found["fuzzy_kappa"]))
    assert (np.abs(np.mean(kappas, axis=0)) < 3 * np.std(kappas, axis=0) / np.sqrt(60)).all()


def test_a_near_miss_counts_in_part():
    a = np.zeros((6, 7))
    a[2:4, 1:3] = 3
    shifted, far = np.roll(a, 1, axis=1), np.roll(a, 4, axis=1)
    near_miss, miss = (
        measures(lg.compare(LATTICE, LATTICE, value=a.ravel(), other_value=b.ravel())) for b in (shifted, far)
    )
    assert near_miss["fuzzy_kappa"] > near_miss["kappa"] > miss["kappa"]
    assert near_miss["fuzzy_kappa"] > miss["fuzzy_kappa"] + 0.2


def test_changes_are_named_by_both_findings():
    a = np.array([3, 0, 3, -1, 0, -3, 0, 3, -3] + [0] * 33)
    b = np.array([1, 2, 0, -3, -2, 0, 0, -3, 3] + [0] * 33)
    found = lg.compare(LATTICE, LATTICE, value=a, other_value=b)
    hot_then_cold, cold_then_hot = CHANGES[2], CHANGES[1]
    assert found["change"][:9].tolist() == [*CHANGES[:7], hot_then_cold, cold_then_hot]
    np.testing.assert_array_equal(found["other_side"], np.sign(b))


def test_maps_of_other_cells_are_looked_up_at_the_centres():
    points = incidents(*clustered(3000, 4, spread=450.0))
    area = rectangle(0, 0, 5000, 5000)
    square, hexagon = (
        lg.hotspots(points, cell_size=250, distance_band=500, shape=s, boundary=area) for s in ("square", "hex")
    )
    found = lg.compare(square, hexagon)
    assert measures(found)["kappa"] > 0.6 and measures(found)["fuzzy_kappa"] > 0.6
    centres = square.to_geodataframe().set_geometry(square.to_geodataframe().centroid)
    joined = gpd.sjoin(
        centres[["geometry"]], hexagon.to_geodataframe()[["bin", "geometry"]], how="left", predicate="within"
    )
    joined = joined[~joined.index.duplicated()]
    known = joined["bin"].notna().to_numpy()
    np.testing.assert_array_equal(found["other_side"][known], np.sign(joined["bin"][known]))


def test_what_lies_on_no_feature_of_the_other_map_is_said():
    part = LATTICE.iloc[:21]
    found = lg.compare(LATTICE, part, value=drawn(2), other_value=drawn(3)[:21])
    assert found.parameters["not_on_other"] == 21 and measures(found)["cells"] == 21
    assert (found["change"][21:] == "not on the second").all() and np.isnan(found["similarity"][21:]).all()
    far = LATTICE.assign(geometry=LATTICE.translate(90_000))
    with pytest.raises(ValueError, match="None of the 42 centres of 'features' lies on 'features'; check that"):
        lg.compare(LATTICE, far, value=drawn(2), other_value=drawn(3))


def test_what_is_found_where_the_first_map_has_nothing_is_warned_of():
    first, second = LATTICE.iloc[:21], LATTICE
    bins = np.zeros(42)
    bins[30:34] = 3
    found = lg.compare(first, second, value=drawn(2)[:21], other_value=bins)
    assert found.parameters["not_on_first"] == 21
    assert "4 hot or cold features of 'features' lie where 'features' has none" in found.parameters["warnings"][0]
    quiet = lg.compare(first, second, value=drawn(2)[:21], other_value=np.zeros(42)).parameters
    assert quiet["not_on_first"] == 21 and "warnings" not in quiet


def test_maps_made_unlike_are_warned_of():
    points = incidents(*clustered(2000, 5))
    a, b = (lg.hotspots(points, cell_size=300, distance_band=band) for band in (450, 900))
    assert "distance_band 450.0 and 900.0, which alone makes them differ" in lg.compare(a, b).parameters["warnings"][0]
    assert "warnings" not in lg.compare(a, a).parameters


def test_stacked_features_have_a_distance_between_places():
    stacked = pd.concat([LATTICE, LATTICE])
    found = lg.compare(stacked, LATTICE, value=np.tile(drawn(1), 2), other_value=drawn(2))
    assert found.parameters["halving_distance"] == 1000 and np.isfinite(measures(found)["fuzzy_kappa"])


def test_uniform_maps_have_no_kappa():
    found = measures(lg.compare(LATTICE, LATTICE, value=np.zeros(42), other_value=np.zeros(42)))
    assert found["observed"] == 1 and np.isnan(found["kappa"]) and np.isnan(found["fuzzy_kappa"])
    assert np.isnan(found["hot_overlap"])
    words = lg.compare(LATTICE, LATTICE, value=np.zeros(42), other_value=np.zeros(42)).parameters["found"]
    assert words.endswith("there is no kappa, as both maps show one finding throughout; nothing is hot on either")


def test_files_frames_and_results_give_the_same(tmp_path):
    x, y = clustered(2000, 5, spread=450.0)
    options = dict(cell_size=300, distance_band=450, boundary=rectangle(0, 0, 5000, 5000))
    early, late = (
        lg.hotspots(incidents(x[:1000], y[:1000]), **options),
        lg.hotspots(incidents(x[1000:], y[1000:]), **options),
    )
    for name, cells in (("early", early), ("late", late)):
        cells.save(tmp_path / f"{name}.gpkg")
    found = [
        lg.compare(early, late),
        lg.compare(early.to_geodataframe(), late.to_geodataframe()),
        lg.compare(tmp_path / "early.gpkg", tmp_path / "late.gpkg"),
    ]
    for other in found[1:]:
        np.testing.assert_array_equal(found[0]["change"], other["change"])
        assert found[0].measures == pytest.approx(other.measures)
    found[0].save(tmp_path / "change.gpkg")
    saved = gpd.read_file(tmp_path / "change.gpkg")
    assert saved["change"].tolist() == found[0]["change"].tolist() and "count" in saved.columns and saved.crs == CRS


def test_missing_geometry_keeps_its_row():
    layer = LATTICE.assign(bin=drawn(6).astype(float))
    layer.loc[4, "geometry"] = None
    layer.loc[4, "bin"] = np.nan
    found = lg.compare(layer, LATTICE.assign(bin=drawn(7)))
    assert len(found) == 42 and found["change"][4] == "not on the second" and measures(found)["cells"] == 41


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (dict(value="bins"), "no column 'bins'; the columns are"),
        (dict(halving_distance=0), "halving_distance must be above 0"),
    ],
)
def test_bad_options(options, sentence):
    layer = LATTICE.assign(bin=drawn(8))
    with pytest.raises(ValueError, match=sentence):
        lg.compare(layer, layer, **options)
    with pytest.raises(ValueError, match="must be a layer of polygons with confidence bins"):
        lg.compare(incidents([0, 1], [0, 1]), layer, value=[0, 0])
