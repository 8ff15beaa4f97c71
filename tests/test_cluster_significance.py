"""p of clusters: valid under both nulls, its rank by hand, who is tested, what is said when there is no null."""

import numpy as np
import pytest
from makers import CRS, clustered, incidents, points_frame, rectangle, squares, uniform

import lacrime_geo as lg

SQUARE = rectangle(0, 0, 5000, 5000)


def start_of(days):
    return np.datetime64("2023-01-01") + np.asarray(days).astype("m8[D]")


def smallest_p(maps, draw, **null):
    """Return the smallest p of each of so many random maps, 1 where there is no cluster."""
    smallest = np.ones(maps)
    for seed in range(maps):
        shapes = draw(seed).clusters(permutations=19, seed=1000 + seed, **null)
        smallest[seed] = shapes["p"].min(initial=1.0)
    return smallest


def test_smallest_p_is_valid_under_an_even_null():
    def draw(seed):
        return lg.dbscan(incidents(*uniform(120, seed)), eps=400, min_samples=6)

    smallest = smallest_p(60, draw, boundary=SQUARE)
    for alpha in (0.05, 0.1, 0.2, 0.5):
        # Three standard errors of a share of 60 maps; ties at no cluster make it smaller, never larger.
        error = 3 * np.sqrt(alpha * (1 - alpha) / 60)
        assert (smallest <= alpha + 1e-9).mean() <= alpha + error
    assert (smallest <= 0.2).mean() > 0.1  # and the test is not idle


@pytest.mark.slow
def test_smallest_p_is_valid_under_a_population():
    """Where people crowd, crime clusters: against them it is no surprise, against an even null it always is."""
    crowd = points_frame(*clustered(3000, 1))
    x, y = clustered(3000, 1)

    def draw(seed):
        which = np.random.default_rng(seed).integers(0, 3000, 150)
        return lg.dbscan(incidents(x[which], y[which]), eps=120, min_samples=6)

    smallest = smallest_p(40, draw, population=crowd)
    for alpha in (0.05, 0.1, 0.2, 0.5):
        assert (smallest <= alpha + 1e-9).mean() <= alpha + 3 * np.sqrt(alpha * (1 - alpha) / 40)
    assert (smallest_p(5, draw, boundary=SQUARE) == 0.05).all()


@pytest.mark.slow
def test_smallest_p_is_valid_where_incidents_go_on_beyond_the_boundary():
    """What stands beyond helps clusters at the edge along, which no simulation has."""

    def draw(seed):
        return lg.dbscan(incidents(*uniform(400, seed)), eps=400, min_samples=6)

    smallest = smallest_p(40, draw, boundary=rectangle(0, 2000, 5000, 2600))
    for alpha in (0.05, 0.1, 0.2, 0.5):
        assert (smallest <= alpha + 1e-9).mean() <= alpha + 3 * np.sqrt(alpha * (1 - alpha) / 40)


@pytest.mark.slow
def test_smallest_p_in_time_is_valid():
    def draw(seed):
        x, y = uniform(150, seed)
        days = np.random.default_rng(seed).integers(0, 60, 150)
        return lg.st_dbscan(incidents(x, y, when=start_of(days)), eps=700, eps_time=10, min_samples=4)

    smallest = smallest_p(40, draw, boundary=SQUARE)
    for alpha in (0.1, 0.2, 0.5):
        assert (smallest <= alpha + 1e-9).mean() <= alpha + 3 * np.sqrt(alpha * (1 - alpha) / 40)


def test_rank_by_hand():
    x, y = uniform(120, 3)
    marks = lg.dbscan(incidents(x, y), eps=400, min_samples=6)
    shapes = marks.clusters(boundary=SQUARE, permutations=49, seed=5)
    random, largest = np.random.default_rng(5), []
    from lacrime_geo.interior import Interior

    inside = Interior.of(SQUARE)
    for _ in range(49):
        easting, northing = inside.draw(120, random)
        drawn = lg.dbscan(lg.Incidents(easting, northing, crs=CRS), eps=400, min_samples=6)["cluster"]
        largest.append(np.bincount(drawn[drawn >= 0], minlength=1).max())
    expected = [(1 + sum(value >= count for value in largest)) / 50 for count in shapes["count"]]
    np.testing.assert_allclose(shapes["p"], expected)
    assert len(shapes) >= 1 and shapes.parameters["largest_by_chance"][2] == max(largest)


def test_planted_clusters_are_found_and_the_same_seed_says_the_same():
    marks = lg.dbscan(incidents(*clustered(600, 2)), eps=150, min_samples=10)
    one, two = (marks.clusters(boundary=SQUARE, permutations=39, seed=7) for _ in range(2))
    np.testing.assert_array_equal(one["p"], two["p"])
    assert (one["p"][:3] == 1 / 40).all() and one.parameters["permutations"] == 39 and one.parameters["seed"] == 7
    assert one.parameters["null"] == "as many incidents put down evenly within features"


def test_larger_clusters_never_have_a_larger_p():
    marks = lg.dbscan(incidents(*uniform(400, 9)), eps=220, min_samples=6)
    p = marks.clusters(boundary=SQUARE, permutations=39)["p"]
    assert p.size >= 3 and (np.diff(p) >= 0).all() and p[-1] > p[0]


def test_incidents_keep_their_weights_and_times():
    x, y = uniform(80, 1)
    weight = np.r_[np.full(79, 1.0), 50.0]
    marks = lg.dbscan(incidents(x, y, weight=weight), eps=100, min_samples=50)
    # The heavy incident is a cluster by itself wherever it is put: no surprise.
    assert marks.clusters(boundary=SQUARE, permutations=19)["p"][0] >= 0.5
    days = np.r_[np.zeros(40), np.full(40, 300)].astype(int)
    late = lg.st_dbscan(incidents(x * 0, y * 0, when=start_of(days)), eps=10, eps_time=1, min_samples=30)
    assert late.clusters(boundary=SQUARE, permutations=19)["p"].tolist() == [0.05, 0.05]


def test_only_incidents_inside_are_tested(caplog):
    x, y = clustered(400, 4)
    half = rectangle(0, 0, 2500, 5000)
    marks = lg.dbscan(incidents(x, y), eps=150, min_samples=10)
    with caplog.at_level("INFO", "lacrime_geo"):
        shapes = marks.clusters(boundary=half, permutations=19)
    outside = int((x >= 2500).sum())
    assert shapes.parameters["outside"] == outside and f"{outside} of 400 points" in caplog.text
    members = np.bincount(marks["cluster"][(marks["cluster"] >= 0) & (x < 2500)], minlength=len(shapes))
    assert np.isnan(shapes["p"][members == 0]).all() and (members == 0).any()
    assert (shapes["p"][members > 0] <= 1).all()
    alone = lg.dbscan(incidents(x[x < 2500], y[x < 2500]), eps=150, min_samples=10)
    np.testing.assert_array_equal(alone.clusters(boundary=half, permutations=19)["p"][:1], shapes["p"][members > 0][:1])


def test_a_population_within_a_boundary_draws_only_there():
    x, y = clustered(300, 4)
    people = points_frame(*uniform(500, 1, side=8000.0), people=np.arange(500.0) % 5)
    marks = lg.dbscan(incidents(x, y), eps=150, min_samples=10)
    shapes = marks.clusters(boundary=SQUARE, population=people, population_weight="people", permutations=9)
    assert shapes.parameters["null"] == "as many incidents, drawn from the places of incidents within features"
    assert shapes["p"][0] == 0.1
    with pytest.raises(ValueError, match="lies inside the boundary, so there is no place to draw"):
        marks.clusters(boundary=SQUARE, population=points_frame([9000.0, 9100.0], [0.0, 0.0]), permutations=9)
    with pytest.raises(ValueError, match="weighs 0 inside"):
        far = points_frame([10.0, 9100.0], [10.0, 0.0], people=[0.0, 1.0])
        marks.clusters(boundary=SQUARE, population=far, population_weight="people", permutations=9)


def test_without_a_null_there_is_no_p():
    marks = lg.dbscan(incidents(*clustered(300, 4)), eps=150, min_samples=10)
    assert "p" not in marks.clusters(permutations=5).columns


def test_no_clusters_have_no_p():
    shapes = lg.dbscan(incidents(*uniform(60, 1)), eps=1, min_samples=5).clusters(boundary=SQUARE, permutations=3)
    assert len(shapes) == 0 and shapes["p"].size == 0


def test_a_simulation_without_clusters_holds_nothing():
    marks = lg.dbscan(incidents([10, 10, 10, 4000], [10, 10, 10, 10]), eps=1, min_samples=3)
    shapes = marks.clusters(boundary=SQUARE, permutations=19)
    assert shapes["p"].tolist() == [0.05] and shapes.parameters["largest_by_chance"] == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("weight", [None, "harm"])
def test_order_of_input_does_not_matter(weight):
    x, y = uniform(200, 2)
    harm = np.random.default_rng(1).exponential(1.0, 200)
    order = np.random.default_rng(0).permutation(200)
    found = []
    for rows in (np.arange(200), order):
        more = {} if weight is None else {"weight": harm[rows]}
        marks = lg.dbscan(incidents(x[rows], y[rows], **more), eps=350, min_samples=6)
        found.append(marks.clusters(boundary=SQUARE, permutations=19)["p"])
    np.testing.assert_array_equal(*found)
    assert found[0].size >= 2


def test_options_without_effect_are_refused():
    marks = lg.dbscan(incidents(*clustered(300, 4)), eps=150, min_samples=10)
    with pytest.raises(ValueError, match="population_weight weighs the points of a population, and none is given"):
        marks.clusters(boundary=SQUARE, population_weight="people")
    with pytest.raises(ValueError, match="permutations must be a whole number"):
        marks.clusters(permutations=0)


def test_a_population_elsewhere_is_refused():
    marks = lg.dbscan(incidents(*clustered(300, 4)), eps=150, min_samples=10)
    with pytest.raises(ValueError, match="lies anywhere near the incidents, so there is no place to draw"):
        marks.clusters(population=points_frame([400_000.0, 400_100.0], [0.0, 0.0]))


def test_what_the_population_was_selected_for_is_said():
    marks = lg.dbscan(incidents(*clustered(300, 4)), eps=150, min_samples=10)
    crime = incidents(*uniform(300, 1), category=["theft", "arson", "fraud"] * 100).select(category=["theft", "fraud"])
    null = marks.clusters(population=crime, permutations=3).parameters["null"]
    assert null == "as many incidents, drawn from the places of incidents (theft, fraud)"


def test_weights_that_are_all_0_inside_are_said():
    x, y = clustered(300, 4)
    marks = lg.dbscan(incidents(x, y, weight=np.where(x < 2500, 0.0, 1.0)), eps=150, min_samples=5)
    with pytest.raises(ValueError, match="incidents within features all weigh 0, so there is nothing to test"):
        marks.clusters(boundary=rectangle(0, 0, 2400, 5000))


@pytest.mark.parametrize("given", [0, -3, 2.5, "many"])
def test_permutations_out_of_bounds(given):
    marks = lg.dbscan(incidents(*clustered(300, 4)), eps=150, min_samples=10)
    with pytest.raises(ValueError, match="permutations must be a whole number of at least 1"):
        marks.clusters(boundary=SQUARE, permutations=given)


def test_boundaries_that_are_none():
    marks = lg.dbscan(incidents(*clustered(300, 4)), eps=150, min_samples=10)
    with pytest.raises(ValueError, match="boundary must be a polygon layer"):
        marks.clusters(boundary=points_frame([0.0], [0.0]))
    with pytest.raises(ValueError, match=r"None of the 300 incidents.*inside the boundary"):
        marks.clusters(boundary=rectangle(90_000, 0, 95_000, 5000))


def test_progress_rises_and_false_stops():
    marks, told = lg.dbscan(incidents(*clustered(300, 4)), eps=150, min_samples=10), []
    marks.clusters(boundary=SQUARE, permutations=9, progress=told.append)
    assert told == sorted(told) and told[-1] == pytest.approx(1.0) and len(told) > 9
    with pytest.raises(lg.Cancelled):
        marks.clusters(boundary=SQUARE, progress=lambda fraction: fraction < 0.5)


def test_missing_places_do_not_matter():
    x, y = clustered(300, 4)
    gaps = np.r_[x, np.full(20, np.nan)]
    options = dict(eps=150, min_samples=10)
    whole = lg.dbscan(incidents(x, y), **options).clusters(boundary=SQUARE, permutations=9)
    found = lg.dbscan(incidents(gaps, np.r_[y, np.zeros(20)]), **options).clusters(boundary=SQUARE, permutations=9)
    np.testing.assert_array_equal(found["p"], whole["p"])


def test_a_layer_of_several_polygons_is_one_area():
    tiles = lg.as_features(squares(5, 5))
    marks = lg.dbscan(incidents(*clustered(300, 4)), eps=150, min_samples=10)
    shapes = marks.clusters(boundary=tiles, permutations=19)
    assert shapes.parameters["outside"] == 0 and shapes["p"][0] == 0.05
