"""Components of categories: correspondence analysis as published, planted mixes found, noise not called anything."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lacrime_geo as lg
from lacrime_geo.correlates.axis_noise import axis_noise
from lacrime_geo.correlates.correspondence import correspondence, inertias
from lacrime_geo.progress import Cancelled
from lacrime_geo.verification.published.tables import SMOKING

UTM = "EPSG:32611"


def city(size=6_000, seed=0, mixed=True, **told):
    """Incidents of four categories over 6 × 6 km; where mixed, thefts from vehicles in the east in place of assaults."""
    random = np.random.default_rng(seed)
    x, y = random.uniform(0, 6_000, (2, size)) + np.array([[380_000], [3_768_000]])
    east = (x - 380_000) / 6_000 if mixed else 0.5
    kinds = np.where(random.random(size) < east, "theft_from_vehicle", "simple_assault")
    other = random.choice(["burglary", "robbery"], size)
    return lg.Incidents(x, y, category=np.where(random.random(size) < 0.3, other, kinds), crs=UTM, **told)


def test_smoking_of_greenacre():
    """Greenacre 1984, table 3.1: inertias .07476, .01002, .00041; rows' first coordinates as printed but for the sign."""
    axes = correspondence(SMOKING)
    np.testing.assert_allclose(axes.inertia, [0.07476, 0.01002, 0.00041], atol=5e-6)
    np.testing.assert_allclose(np.abs(axes.scores[:, 0]), [0.0658, 0.2590, 0.3806, 0.2330, 0.2011], atol=6e-5)
    columns = axes.coordinates * np.sqrt(axes.inertia)
    np.testing.assert_allclose(np.abs(columns[:, 0]), [0.3933, 0.0995, 0.1963, 0.2938], atol=6e-5)
    total = SMOKING.sum()
    expected = np.outer(SMOKING.sum(axis=1), SMOKING.sum(axis=0)) / total
    assert axes.inertia.sum() * total == pytest.approx(((SMOKING - expected) ** 2 / expected).sum())


@given(st.integers(0, 10_000), st.integers(3, 12), st.integers(3, 8))
def test_against_a_plain_singular_value_decomposition(seed, rows, columns):
    count = np.random.default_rng(seed).integers(1, 60, (rows, columns))
    axes = correspondence(count)
    share = count / count.sum()
    r, c = share.sum(axis=1), share.sum(axis=0)
    left, values, _ = np.linalg.svd((share - np.outer(r, c)) / np.sqrt(np.outer(r, c)), full_matrices=False)
    k = min(rows, columns) - 1
    np.testing.assert_allclose(axes.inertia, values[:k] ** 2, atol=1e-12)
    np.testing.assert_allclose(inertias(count)[:k], axes.inertia, atol=1e-12)
    scores = left[:, :k] * values[:k] / np.sqrt(r)[:, None]
    clear = (values[:k] > 1e-3) & (np.abs(np.diff(np.append(values[: k + 1], 0.0)))[:k] > 1e-3)
    clear &= np.append(True, np.abs(np.diff(values[:k])) > 1e-3)
    np.testing.assert_allclose(np.abs(axes.scores[:, clear]), np.abs(scores[:, clear]), atol=1e-6)
    np.testing.assert_allclose(axes.contributions.sum(axis=0), 1.0)
    np.testing.assert_allclose((axes.scores**2 * r[:, None]).sum(axis=0), axes.inertia, atol=1e-12)


def test_signs_do_not_hang_on_the_order_of_the_rows():
    axes, turned = correspondence(SMOKING), correspondence(SMOKING[::-1])
    np.testing.assert_allclose(turned.scores[::-1], axes.scores, atol=1e-12)
    for number in range(3):
        assert axes.coordinates[np.argmax(axes.contributions[:, number]), number] > 0


def test_errors_of_scores_are_how_far_samples_scatter():
    axes = correspondence(SMOKING * 10)
    random, share = np.random.default_rng(2), SMOKING[3] / SMOKING[3].sum()
    drawn = random.multinomial(88, share, 4_000) / 88 @ axes.coordinates
    np.testing.assert_allclose(axes.errors(SMOKING)[3], drawn.std(axis=0), rtol=0.05)


def test_noise_is_not_called_a_component():
    random = np.random.default_rng(4)
    above = 0
    for seed in range(30):
        count = random.multinomial(60, [0.4, 0.3, 0.2, 0.1], size=40)
        above += axis_noise(count, correspondence(count), 39, seed).above.any()
    assert above <= 5  # 1.5 are expected


def test_beside_an_axis_that_is_there_noise_is_none():
    random = np.random.default_rng(6)
    mixed = np.linspace(0.1, 0.6, 40)
    shares = np.column_stack([mixed, 0.7 - mixed, np.full(40, 0.15), np.full(40, 0.15)])
    first = second = 0
    for seed in range(40):
        count = random.multinomial(np.full(40, 60), shares)
        found = axis_noise(count, correspondence(count), 39, seed).above
        first, second = first + found[0], second + found[1]
    assert first == 40 and second <= 6  # 2 are expected


def test_a_planted_mix_is_found_and_only_that():
    found = lg.category_components(city(), cell_size=500, draws=39)
    assert found.parameters["above_noise"] == 1
    assert found.parameters["components_in_words"][0].startswith(
        "component 1: simple assault against theft from vehicle"
    ) or found.parameters["components_in_words"][0].startswith("component 1: theft from vehicle against simple assault")
    known = found["known"]
    x, _ = found.grid.centres(found.cell)
    assert abs(np.corrcoef(x[known], found["component_1"][known])[0, 1]) > 0.9
    assert any("no more than noise" in warning for warning in found.parameters["warnings"])


def test_cells_with_few_and_rare_categories_are_left_out_and_counted():
    data = city(3_000)
    kinds = data.category.copy()
    kinds[:9] = "homicide"
    found = lg.category_components(
        lg.Incidents(data.easting, data.northing, category=kinds, crs=UTM), cell_size=500, least=21, draws=19
    )
    few = found["count"] < 21
    assert np.isnan(found["component_1"][few]).all() and np.isfinite(found["component_1"][~few]).all()
    assert found.parameters["in_rare_categories"] == 9 and found.parameters["rare_categories"] == "homicide"
    assert found.parameters["places_with_few"] == (few & (found["count"] > 0)).sum()
    assert found["count"].sum() == 3_000 - 9
    assert "homicide" not in found.loadings()["category"]
    kept = lg.category_components(
        lg.Incidents(data.easting, data.northing, category=kinds, crs=UTM), cell_size=500, rare=0, draws=19
    )
    assert "homicide" in kept.loadings()["category"]


def test_scores_are_the_means_of_coordinates():
    found = lg.category_components(city(), cell_size=1_000, draws=19)
    table = found.loadings()
    first = table["component"] == 1
    row = int(np.argmax(found["count"]))
    west, south = found.grid.centres(found.cell)
    data = city()
    inside = (np.abs(data.easting - west[row]) <= 500) & (np.abs(data.northing - south[row]) <= 500)
    coordinate = dict(zip(table["category"][first], table["coordinate"][first] / np.sqrt(table["inertia"][first])))
    expected = np.mean([coordinate[kind] for kind in data.category[inside]])
    assert found["component_1"][row] == pytest.approx(expected)


def test_the_cell_size_is_found_from_the_incidents():
    few, many = (lg.category_components(city(size), draws=19).parameters["cell_size"] for size in (2_000, 16_000))
    assert (few, many) == (1_000.0, 250.0)


def test_on_polygons_it_is_the_same_as_on_their_cells():
    from lacrime_geo.geometry import rectangles_wkb

    row, column = np.divmod(np.arange(36), 6)
    squares = lg.Features(
        list(rectangles_wkb(380_000 + column * 1_000.0, 3_768_000 + row * 1_000.0, 1_000, 1_000)), UTM
    )
    on_polygons = lg.category_components(city(), units=squares, draws=19)
    on_cells = lg.category_components(city(), cell_size=1_000, boundary=squares, draws=19)
    np.testing.assert_allclose(np.sort(on_polygons["component_1"]), np.sort(on_cells["component_1"]))
    assert on_polygons.to_features().size == 36


def test_same_input_same_output_and_another_seed():
    one, same = (lg.category_components(city(), cell_size=1_000, draws=19, seed=5) for _ in range(2))
    np.testing.assert_array_equal(one["component_1"], same["component_1"])
    np.testing.assert_array_equal(one.loadings()["p"], same.loadings()["p"])


def test_the_page_explains_the_loadings():
    page = lg.category_components(city(), cell_size=1_000, draws=19).loadings().html()
    assert "exploratory" in page and "theft from vehicle" in page and "<svg" in page and "against" in page


@pytest.mark.parametrize(
    ("data", "options", "sentence"),
    [
        (city(200), dict(cell_size=500), "components need 10: take"),
        (city(), dict(cell_size=500, rare=0.5), "0 categories have at least 50.0 %"),
        (city(), dict(rare=3), "rare must be a share"),
        (city(), dict(draws=5), "draws must be a whole number of at least 19"),
        (city(weight=np.ones(6_000)), {}, "components are of counts"),
        (lg.Incidents(np.arange(100.0) + 380_000, np.zeros(100), crs=UTM), {}, "category"),
        (city(), dict(units="x", cell_size=200), "units are polygons already"),
    ],
)
def test_what_gives_no_components_is_said(data, options, sentence):
    with pytest.raises(ValueError, match=sentence):
        lg.category_components(data, **options)


def test_it_can_be_stopped():
    with pytest.raises(Cancelled):
        lg.category_components(city(), cell_size=1_000, progress=lambda fraction: fraction < 0.6)


def test_los_angeles(lacrime_data):
    incidents = lg.read_lapd(lacrime_data / "lapd_citywide_2023-09_2023-10.parquet")
    found = lg.category_components(
        incidents, boundary=lacrime_data / "la_city_boundary_from_divisions.geojson", draws=19
    )
    assert found.parameters["cell_size"] == 1_000.0 and found.parameters["above_noise"] >= 3
    assert found.parameters["components_in_words"][0].startswith("component 1: other theft against aggravated assault")


def test_it_is_pca_of_shares_scaled_and_weighted():
    count = np.random.default_rng(4).poisson(np.linspace(2, 30, 40)[:, None] * [0.5, 1, 2, 4], (40, 4)) + 1
    of_all, weight = count.sum(axis=0) / count.sum(), count.sum(axis=1) / count.sum()
    scaled = (count / count.sum(axis=1, keepdims=True) - of_all) / np.sqrt(of_all)
    inertia, directions = np.linalg.eigh(scaled.T @ (weight[:, None] * scaled))
    axes = correspondence(count)
    np.testing.assert_allclose(axes.inertia, inertia[::-1][:3], atol=1e-14)
    np.testing.assert_allclose(np.abs(axes.scores), np.abs(scaled @ directions[:, ::-1][:, :3]), atol=1e-12)


def test_two_categories_have_one_component_their_share():
    random = np.random.default_rng(5)
    x, y = random.uniform(0, 6_000, (2, 3_000)) + np.array([[380_000], [3_768_000]])
    kinds = np.where(random.random(3_000) < (x - 380_000) / 6_000, "theft", "robbery")
    found = lg.category_components(lg.Incidents(x, y, category=kinds, crs="EPSG:32611"), cell_size=1_000, draws=19)
    known = found["known"]
    assert found.parameters["above_noise"] == 1 and "component_2" not in found.columns
    # Thefts grow eastwards, and the score with them, to one side.
    east = found.grid.centres(found.cell)[0]
    assert abs(np.corrcoef(east[known], found["component_1"][known])[0, 1]) > 0.95
