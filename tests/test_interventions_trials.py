"""Trials from incidents and polygons: areas and rings against GEOS, rows against counts by hand, placebos, plans, pages."""

import math

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import lacrime_geo as lg
from lacrime_geo.geometry import multipolygon_wkb
from lacrime_geo.interventions.detectable_change import TESTS, Design, smallest_fall
from lacrime_geo.interventions.displacement_difference import difference, quantile
from lacrime_geo.interventions.trial_areas import KINDS, TrialAreas, areas_of

CRS = "EPSG:32611"
EAST, NORTH = 380_000.0, 3_768_000.0
START = np.datetime64("2023-07-01")


def layer(*shapes):
    """Return polygons (m from a corner) as features."""
    moved = [shapely.affinity.translate(shape, EAST, NORTH) for shape in shapes]
    return lg.Features(list(shapely.to_wkb(moved)), CRS)


# An L, a square with a hole beside another, both near enough for their rings to meet.
L = shapely.Polygon([(0, 0), (600, 0), (600, 300), (300, 300), (300, 700), (0, 700)])
HOLED = shapely.box(900, 0, 1500, 600).difference(shapely.box(1100, 200, 1300, 400))
TREATED, CONTROL, REACH = layer(L), layer(HOLED, shapely.box(1500, 100, 1700, 300)), 250.0


def scattered(n, seed=1, since="2023-01-01", days=364):
    """Return incidents anywhere around both areas."""
    random = np.random.default_rng(seed)
    x, y = EAST + random.uniform(-500, 2200, n), NORTH + random.uniform(-500, 1200, n)
    when = np.datetime64(since) + random.integers(0, days, n)
    return lg.Incidents(
        x, y, when=when, reported=when, crs=CRS, source={"harm": random.integers(1, 9, n).astype(float)}
    )


def by_geos(x, y):
    """Return the area of each place, as GEOS measures distances."""
    places = shapely.points(x - EAST, y - NORTH)
    control = shapely.union_all([HOLED, shapely.box(1500, 100, 1700, 300)])
    to = [shapely.distance(places, shape) for shape in (L, control)]
    near = np.where(to[0] <= to[1], 2, 3)
    found = np.where(np.minimum(*to) <= REACH, near, -1)
    found[shapely.intersects(places, L)] = 0
    found[shapely.intersects(places, control)] = 1
    return found


def test_every_place_is_in_the_area_geos_says():
    incidents = scattered(4_000)
    found = TrialAreas.of(TREATED, CONTROL, REACH, CRS).kind_of(incidents.easting, incidents.northing)
    np.testing.assert_array_equal(found, by_geos(incidents.easting, incidents.northing))
    assert set(found.tolist()) == {-1, 0, 1, 2, 3}


def test_the_rings_drawn_are_the_rings_counted():
    areas = TrialAreas.of(TREATED, CONTROL, REACH, CRS)
    shapes = areas.shapes()
    random = np.random.default_rng(2)
    x, y = EAST + random.uniform(-500, 2200, 6_000), NORTH + random.uniform(-500, 1200, 6_000)
    kind = areas.kind_of(x, y)
    for number, rings in enumerate(shapes):
        drawn = shapely.from_wkb(multipolygon_wkb(rings))
        # What touches in the input touches here.
        assert drawn.is_valid or number == 1
        inside = shapely.contains_xy(drawn, x, y)
        # Lines on a lattice cut corners: a hair of all places falls on the other side.
        assert (inside != (kind == number)).mean() < 0.004, KINDS[number]
        assert areas_of(shapes)[number] == pytest.approx(drawn.area, rel=1e-9)
    exact = L.buffer(REACH, 64).area - L.area
    assert 0.8 * exact < areas_of(shapes)[2] < exact  # some of it is nearer to the control


def test_areas_that_cannot_be_are_refused():
    for treated, control, said in (
        (TREATED, layer(shapely.box(500, 0, 800, 300)), "overlap on about 0.03"),
        (None, CONTROL, "treated must be a polygon layer, got None"),
        (TREATED, lg.Features([shapely.to_wkb(shapely.Point(EAST, NORTH))], CRS), "control must be a polygon layer"),
    ):
        with pytest.raises(ValueError, match=said):
            TrialAreas.of(treated, control, None, CRS)


def test_a_block_that_is_in_both_layers_of_a_city_is_found():
    far = [shapely.box(x, y, x + 60, y + 60) for x, y in ((0, 0), (40_000, 100), (9_000, 50_000), (900, 3_000))]
    with pytest.raises(ValueError, match=r"overlap on about 0\.0036 km²"):
        TrialAreas.of(layer(*far[:3]), layer(far[3], far[2]), None, CRS)
    assert TrialAreas.of(layer(*far[:3]), layer(far[3], shapely.box(60, 0, 90, 60)), None, CRS).coarse is None
    assert TrialAreas.of(layer(*far[:3]), layer(far[3]), 200.0, CRS).coarse > 50


def test_polygons_of_a_layer_that_stand_on_each_other_are_told():
    halves = layer(shapely.box(0, 0, 300, 300), shapely.box(250, 0, 600, 300))
    assert TrialAreas.of(halves, CONTROL, None, CRS).overlaid() == [halves.label]
    assert TrialAreas.of(TREATED, CONTROL, None, CRS).overlaid() == []


@pytest.fixture(scope="module")
def incidents():
    return scattered(6_000)


@pytest.fixture(scope="module")
def trial(incidents):
    return lg.intervention(
        incidents,
        treated=TREATED,
        control=CONTROL,
        start=str(START),
        end="2023-10-01",
        displacement=REACH,
        weight="harm",
    )


def counted_by_hand(incidents):
    kind, day = by_geos(incidents.easting, incidents.northing), incidents.when.astype("M8[D]")
    after = (day >= START) & (day < np.datetime64("2023-10-01"))
    before = (day < START) & (day >= START - 92)
    return kind, before, after


def test_its_rows_are_the_statistics_of_its_counts(incidents, trial):
    kind, before, after = counted_by_hand(incidents)
    counts = (
        [((kind == number) & before).sum() for number in range(4)],
        [((kind == number) & after).sum() for number in range(4)],
    )
    pairs = list(zip(*counts))
    row = {
        (statistic, of.split(",")[0], "displacement" in of): at
        for at, (statistic, of) in enumerate(zip(trial["statistic"], trial["of"]))
    }
    for displaced in (True, False):
        found = lg.wdd(*(pairs if displaced else pairs[:2]))
        at = row["difference", "counts", displaced]
        assert trial["estimate"][at] == found.estimate and trial["low"][at] == pytest.approx(found.low)
    ratio, at = lg.irr(*pairs[:2]), row["rate ratio", "counts", False]
    assert (trial["estimate"][at], trial["p"][at]) == pytest.approx((ratio.estimate, ratio.p))
    at = row["treated alone", "counts", False]
    assert trial["p"][at] == pytest.approx(lg.e_test(*pairs[0]))
    assert trial["low"][at] < trial["estimate"][at] < trial["high"][at]


def test_harm_has_the_variance_of_its_squares(incidents, trial):
    kind, before, after = counted_by_hand(incidents)
    harm = incidents.source["harm"]
    sums, squares = (
        np.array(
            [[(harm[(kind == number) & period] ** power).sum() for period in (before, after)] for number in (0, 1)]
        )
        for power in (1, 2)
    )
    estimate = (sums[0, 1] - sums[0, 0]) - (sums[1, 1] - sums[1, 0])
    at = [of.endswith("harm, treated and control") for of in trial["of"]].index(True)
    half = quantile(95) * math.sqrt(squares.sum())
    assert trial["estimate"][at] == pytest.approx(estimate)
    assert (trial["low"][at], trial["high"][at]) == pytest.approx((estimate - half, estimate + half))


def test_its_areas_are_a_layer_with_its_counts(incidents, trial, tmp_path):
    kind, before, _ = counted_by_hand(incidents)
    trial.areas().save(tmp_path / "areas.gpkg")
    read = geopandas.read_file(tmp_path / "areas.gpkg")
    assert read["kind"].tolist() == list(KINDS)
    assert read["count_before"].tolist() == [int(((kind == number) & before).sum()) for number in range(4)]
    assert read.geometry.area.to_numpy() / 1e6 == pytest.approx(read["area_km2"].to_numpy(), rel=1e-6)
    assert "Around the treated area" in (tmp_path / "areas.qml").read_text(encoding="utf-8")


def test_its_page_tells_what_was_found(trial, tmp_path):
    trial.save(tmp_path / "trial.html")
    page = (tmp_path / "trial.html").read_text(encoding="utf-8")
    for said in (
        trial.parameters["found"],
        "regression to the mean",
        "earlier pair",
        "by the difference (displacement counted in)",
    ):
        assert said[:60] in page
    trial.save(tmp_path / "trial.csv")
    assert "treated alone" in (tmp_path / "trial.csv").read_text(encoding="utf-8")


def test_a_planted_fall_is_found_and_nothing_where_nothing_is(incidents):
    kind = by_geos(incidents.easting, incidents.northing)
    fallen = (kind == 0) & (incidents.when >= START) & (np.random.default_rng(5).random(incidents.size) < 0.7)
    asked = dict(treated=TREATED, control=CONTROL, start=str(START), end="2023-12-01")
    found, nothing = (lg.intervention(one, **asked) for one in (incidents.take(~fallen), incidents))
    assert found["high"][0] < 0 and "fell by" in found["sentence"][0]
    assert nothing["low"][0] < 0 < nothing["high"][0] and nothing["sentence"][0].startswith("No change beyond chance")
    assert (
        found["estimate"][0] - nothing["estimate"][0]
        == -((kind == 0) & fallen & (incidents.when < np.datetime64("2023-12-01"))).sum()
    )


def test_the_same_season_a_year_earlier_stands_beside(caplog):
    found = lg.intervention(
        scattered(9_000, 3, "2022-01-01", 700), treated=TREATED, control=CONTROL, start="2023-08-01", before=60
    )
    assert "season a year earlier" in found["of"][-1]


def test_the_fall_that_could_be_told_is_that_of_the_first_row(incidents, trial):
    before = np.array(list(trial.parameters["counts"].values()), float)[:, 0]
    # With as many after, less the fall, the difference is as many errors from 0 as such a test needs.
    fall = trial.parameters["detectable"]["wdd"]
    if fall is None:
        fall = 1.0
        assert before[0] / math.sqrt(before[0] + 2 * before[1:].sum()) < 1.96 + 0.85
    else:
        told = before[0] * fall / math.sqrt(2 * before.sum() - before[0] * fall)
        assert told == pytest.approx(1.96 + 0.8416, abs=0.02)


def test_sizes_weigh_in_the_fall_that_could_be_told(incidents):
    found = lg.intervention(incidents, treated=TREATED, control=CONTROL, start=str(START), per_area=True)
    before = np.array([pair[0] for pair in found.parameters["counts"].values()], float)
    control, treated = (found.parameters["area_km2"][kind] for kind in ("control", "treated"))
    fall, beside = found.parameters["detectable"]["wdd"], before[1] * (treated / control) ** 2
    told = before[0] * fall / math.sqrt(before[0] * (2 - fall) + 2 * beside)
    assert told == pytest.approx(1.96 + 0.8416, abs=0.02)


def test_incidents_without_a_date_are_told(incidents, caplog):
    when = incidents.when.astype("M8[s]")
    when[::5] = np.datetime64("NaT")
    some = lg.Incidents(incidents.easting, incidents.northing, when=when, crs=CRS)
    with caplog.at_level("INFO", "lacrime_geo"):
        found = lg.intervention(some, treated=TREATED, control=CONTROL, start=str(START), end="2023-10-01")
    missing = (by_geos(incidents.easting, incidents.northing)[::5] % 5 < 2).sum()
    assert found.parameters["undated_in_areas"] == missing
    assert f"{missing:,} incidents in these areas have no date" in caplog.text


def test_without_widening_stands_beside(trial):
    same = trial["dispersion"] == 1
    assert same.any() and (trial["dispersion"] >= 1).all()
    for name in ("low", "high", "p"):
        np.testing.assert_array_equal(trial[name][same], trial[f"{name}_poisson"][same])


def test_where_counts_vary_more_the_interval_is_wider():
    # Every four weeks the treated area is busy, or quiet: more than chance.
    incidents = scattered(9_000, 4, "2022-01-01", 728)
    week = (incidents.when - np.datetime64("2022-01-01")).astype("m8[D]").astype(int) // 28
    quiet = (by_geos(incidents.easting, incidents.northing) == 0) & (
        np.random.default_rng(1).permutation(26)[week] < 13
    )
    rest = incidents.take(~(quiet & (np.random.default_rng(2).random(incidents.size) < 0.6)))
    found = lg.intervention(rest, treated=TREATED, control=CONTROL, start="2023-11-01", end="2023-11-29")
    assert found["dispersion"][0] > 1.5 and found.parameters["dispersion"] == found["dispersion"][0]
    sums = np.array(list(found.parameters["counts"].values()), float)
    narrow = difference(sums, sums, np.ones((2, 2))).interval(95)
    assert found["high"][0] - found["low"][0] > math.sqrt(found["dispersion"][0]) * (narrow[1] - narrow[0])
    assert any("widened" in said for said in found.parameters["warnings"])
    published = lg.wdd(*found.parameters["counts"].values())
    plain = [found[f"{name}_poisson"][0] for name in ("low", "high", "p")]
    assert plain == pytest.approx([published.low, published.high, published.p])
    assert "without widening a fall of" in found["sentence"][0]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (dict(start="2024-03-01"), "The trial begins on 2024-03-01, but the incidents end with"),
        (dict(start="2023-01-01"), "there are no incidents before"),
        (dict(start="2023-07-01T14:00"), "start must be a day, .* give 2023-07-01 or 2023-07-02"),
        (
            dict(start="2023-07-01", end="2023-07-01"),
            "but it is to end with 2023-06-30; give an earlier start or a later",
        ),
        (dict(start="2023-07-01", before=400), "give a later start, or fewer days before"),
        (dict(start="2023-07-01", end="2025-01-01"), "end is 2025-01-01, and the incidents end with"),
        (dict(start="2023-07-01", displacement=-3), "displacement must be above 0 metres"),
        (dict(start="2023-07-01", seed=-1), "seed must be a whole number of at least 0"),
        (dict(start="2023-07-01", washout=-1), "washout must be a whole number of at least 0"),
    ],
)
def test_what_cannot_be_is_said(incidents, options, said):
    with pytest.raises(ValueError, match=said):
        lg.intervention(incidents, treated=TREATED, control=CONTROL, **options)


def test_an_area_without_incidents_is_named(incidents):
    with pytest.raises(ValueError, match="No incident stands in the control area"):
        lg.intervention(incidents, treated=TREATED, control=layer(shapely.box(9000, 0, 9100, 100)), start="2023-07-01")


DESIGNS = [Design(1.0, 1.2, 90, 90), Design(0.4, 0.5, 182, 91), Design(3.0, 2.0, 56, 112)]


def simulated_power(design, fall, trials, seed):
    """Return how often both tests tell a fall in drawn counts."""
    random = np.random.default_rng(seed)
    t0, t1, c0, c1 = (random.poisson(float(mean), trials) for mean in design.means(np.array(fall)))
    scale = design.after / design.before
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (t1 - t0 * scale - c1 + c0 * scale) / np.sqrt((t0 + c0) * scale**2 + t1 + c1)
        log = np.log(t1 / t0) - np.log(c1 / c0)
        w = log / np.sqrt(1 / t0 + 1 / t1 + 1 / c0 + 1 / c1)
    return {"wdd": np.mean(np.abs(np.nan_to_num(z)) >= 1.959964), "irr": np.mean(np.abs(np.nan_to_num(w)) >= 1.959964)}


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("fall", [0.0, 0.3, 0.6])
def test_power_in_closed_form_is_that_of_drawn_trials(design, fall):
    found = simulated_power(design, fall, 20_000, 6)
    for test, power in TESTS.items():
        assert float(power(design, np.array(fall))) == pytest.approx(found[test], abs=0.035)


@given(st.floats(0.05, 20), st.floats(0.05, 20), st.integers(14, 400), st.sampled_from(sorted(TESTS)))
def test_the_smallest_fall_has_the_power_asked_for(treated, control, days, test):
    design = Design(treated, control, days, days)
    least = smallest_fall(design, test)
    if np.isfinite(least):
        assert TESTS[test](design, np.array(least)) >= 0.8 > TESTS[test](design, np.array(max(least - 0.002, 0.0)))
    else:
        assert (TESTS[test](design, np.linspace(0.01, 0.99, 99)) < 0.8).all()


def test_a_block_of_twenty_cannot_show_a_fifth():
    plan = lg.plan_intervention(treated=20, control=20, days=91, lengths=[91], falls=[20])
    assert plan["power_wdd"][0] < 0.12 and plan["power_irr"][0] < 0.12
    assert plan.detectable()["fall_percent_irr"][0] > 80 or np.isnan(plan.detectable()["fall_percent_irr"][0])


def test_a_plan_of_incidents_has_their_rates_and_spread(incidents, tmp_path):
    plan = lg.plan_intervention(incidents, treated=TREATED, control=CONTROL, days=200, lengths=[28, 91])
    kind = by_geos(incidents.easting, incidents.northing)
    last = incidents.when >= incidents.when.max().astype("M8[D]") + 1 - np.timedelta64(200, "D")
    assert plan.parameters["per_day"]["treated"] == pytest.approx(((kind == 0) & last).sum() / 200)
    assert plan.parameters["dispersion"] >= 1 and len(plan) == 2 * 19
    plan.save(tmp_path / "plan.html")
    assert "A trial that finds nothing" in (tmp_path / "plan.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (dict(treated=20, control=20), "Of how many days are these counts"),
        (dict(treated=TREATED, control=20, days=9), "Without incidents treated must be a number"),
        (dict(treated=0, control=20, days=9), "treated must be above 0 incidents"),
        (dict(treated=9, control=20, days=9, falls=[120]), "falls must be from 0 to 100, got 120"),
        (dict(treated=9, control=20, days=9, power=0.8), "power is in per cent: 80, not 0.8"),
        (dict(treated=9, control=20, days=9, lengths=[]), "lengths holds no number"),
        (dict(treated=9, control=20, days=9, lengths=[1.5]), "lengths must be whole days, got 1.5"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(options, said):
    with pytest.raises(ValueError, match=said):
        lg.plan_intervention(**options)


@pytest.mark.slow
def test_where_nothing_began_one_in_twenty_is_told():
    # Poisson counts in both areas: the first row of many trials, with placebos and without.
    told = []
    for seed in range(400):
        found = lg.intervention(
            scattered(1_500, seed), treated=TREATED, control=CONTROL, start="2023-11-01", end="2023-12-01"
        )
        told.append(found["p"][0] <= 0.05)
    assert 0.01 < np.mean(told) < 0.08


def test_areas_too_unlike_for_a_difference_are_answered_by_the_ratio(incidents):
    here, there = layer(shapely.box(0, 0, 900, 700)), layer(shapely.box(1500, 0, 1800, 300))
    found = lg.intervention(incidents, treated=here, control=there, start=START)
    ratio = found["sentence"][list(found["statistic"]).index("rate ratio")]
    assert found.parameters["found"].startswith(ratio) and found["sentence"][0] in found.parameters["found"]
