"""Harm of incidents: sums, coverage, what is unmapped and how few hold it; and its way into every analysis that weighs."""

import logging
import re

import numpy as np
import pytest
from makers import clustered, crimes_frame, incidents, squares

import lacrime_geo as lg
from lacrime_geo.catalog import BY_NAME
from lacrime_geo.cli import main
from lacrime_geo.parameter_kinds import Column
from lacrime_geo.severity.few_grave import effective_number, share_of_gravest
from lacrime_geo.styles import qml
from lacrime_geo.styles.harm import class_limits

KINDS = np.array(["homicide", "robbery", "burglary", "other"], dtype=object)


def scale(weight=(100.0, 10.0, 1.0), keys=("homicide", "robbery", "burglary"), **named):
    said = dict(name="own", title="Own", unit="days", source="a test", version="1", key="category", **named)
    return lg.HarmScale(**said, keys=tuple(keys), weight=np.array(weight), citation=tuple("here" for _ in keys))


def layer(n=400, seed=1, missing=3):
    """Return incidents of four kinds at hot spots, some without a place, of which the other kind is on no scale."""
    random = np.random.default_rng(seed)
    x, y = clustered(n, seed)
    x[:missing] = np.nan
    when = np.datetime64("2023-01-01", "s") + random.integers(0, 900 * 86400, n)
    return incidents(x, y, category=KINDS[random.choice(4, n, p=[0.02, 0.2, 0.5, 0.28])], when=when, source={})


def test_it_is_the_sum_over_the_scale_one_by_one():
    points = layer()
    found = lg.harm(points, scale=scale())
    weights = dict(zip(("homicide", "robbery", "burglary"), (100.0, 10.0, 1.0)))
    assert found["weight"].tolist() == [weights.get(kind, 0.0) for kind in points.category]
    assert found["mapped"].tolist() == [kind in weights for kind in points.category]
    kept = found.parameters
    assert kept["total_harm"] == found["weight"].sum() and kept["coverage"] == found["mapped"].mean()
    assert kept["unmapped"] == {"other": int((points.category == "other").sum())}
    assert (kept["scale_title"], kept["unit"], kept["scale_source"], kept["scale_version"]) == (
        "Own",
        "days",
        "a test",
        "1",
    )
    assert "days" in found.label and found.features is points


def test_order_and_copies_of_rows_change_nothing_but_themselves():
    points = layer()
    turned = lg.harm(points.take(np.arange(points.size)[::-1]), scale=scale())
    np.testing.assert_array_equal(turned["weight"][::-1], lg.harm(points, scale=scale())["weight"])
    twice = lg.harm(points.take(np.repeat(np.arange(points.size), 2)), scale=scale())
    one = lg.harm(points, scale=scale())
    assert twice.parameters["total_harm"] == 2 * one.parameters["total_harm"]
    assert twice.parameters["coverage"] == one.parameters["coverage"]
    assert twice.parameters["effective_incidents"] == pytest.approx(2 * one.parameters["effective_incidents"])


def test_a_larger_unit_changes_the_sum_alone():
    one, thousand = (lg.harm(layer(), scale=scale(weight=np.array([100.0, 10.0, 1.0]) * by)) for by in (1.0, 1000.0))
    assert thousand.parameters["total_harm"] == 1000 * one.parameters["total_harm"]
    for name in ("effective_incidents", "share_of_gravest_1_percent", "relative_error", "coverage"):
        assert thousand.parameters[name] == pytest.approx(one.parameters[name])


def test_few_grave_incidents_are_told(caplog):
    weight = np.r_[np.full(1, 1000.0), np.ones(999)]
    assert effective_number(weight) == pytest.approx(1999.0**2 / (1000.0**2 + 999))
    assert share_of_gravest(weight) == pytest.approx(1009 / 1999)
    kinds = np.r_[["homicide"], np.full(999, "burglary")].astype(object)
    with caplog.at_level(logging.WARNING, "lacrime_geo"):
        found = lg.harm(
            incidents(np.arange(1000.0), np.zeros(1000), category=kinds), scale=scale(weight=(1000.0, 10.0, 1.0))
        )
    assert "the gravest 1 % of them hold 50 %" in caplog.text and "3.99 equal incidents" in caplog.text
    assert found.parameters["relative_error"] == pytest.approx(effective_number(weight) ** -0.5)
    caplog.clear()
    quiet = lg.harm(incidents(np.arange(1000.0), np.zeros(1000), category=np.full(1000, "burglary")), scale=scale())
    assert not [one for one in caplog.records if one.levelno >= logging.WARNING]
    assert quiet.parameters["effective_incidents"] == pytest.approx(1000)


def test_the_relative_error_is_how_far_sums_of_poisson_numbers_spread():
    random = np.random.default_rng(3)
    numbers, weights = np.array([2.0, 30.0, 400.0]), np.array([500.0, 10.0, 1.0])
    sums = random.poisson(numbers, (20_000, 3)) @ weights
    expected = effective_number(np.repeat(weights, numbers.astype(int))) ** -0.5
    assert sums.std() / sums.mean() == pytest.approx(expected, rel=0.02)


def test_unmapped_incidents_are_warned_of_with_their_keys(caplog):
    with caplog.at_level(logging.WARNING, "lacrime_geo"):
        lg.harm(incidents([0.0, 1.0, 2.0], [0.0, 0.0, 0.0], category=["homicide", "a", None], source={}), scale=scale())
    assert "2 incidents are not on the scale and weigh 0: " in caplog.text and "blank (1)" in caplog.text


@pytest.mark.parametrize(
    ("points", "options", "sentence"),
    [
        (
            lambda: incidents([0.0], [0.0], category=["robbery"]),
            {},
            "no column 'crime_code'.*the scale 'ucr_part1' fits",
        ),
        (
            lambda: incidents([0.0], [0.0], source={"a": [1]}),
            {},
            "no column 'crime_code'; theirs are a.*CSV of your own",
        ),
        (
            lambda: incidents([0.0], [0.0], source={"crime_code": [7]}),
            {},
            "none of the keys in column 'crime_code'.*holds 7",
        ),
        (lambda: incidents([0.0], [0.0], source={"crime_code": [624]}), {}, "All 1 incidents .* weigh 0"),
        (lambda: incidents([], [], source={"crime_code": []}), {}, "which holds nothing"),
        (lambda: incidents([0.0], [0.0], source={"a": [510]}), {"key_column": "b"}, "no column 'b'"),
    ],
)
def test_what_cannot_be_weighed_is_told_with_what_would_do(points, options, sentence):
    with pytest.raises(ValueError, match=sentence):
        lg.harm(points(), **options)


def test_the_column_of_the_keys_may_be_named():
    points = incidents([0.0, 1.0], [0.0, 0.0], source={"code": [510, 624]})
    found = lg.harm(points, key_column="code")
    assert found["weight"].tolist() == [1.0, 0.0] and next(iter(found.codes().columns)) == "code"


def test_weights_of_their_own_are_not_multiplied(caplog):
    points = incidents([0.0, 1.0], [0.0, 0.0], category=["robbery", "robbery"], weight=[0.5, 3.0])
    assert lg.harm(points, scale=scale())["weight"].tolist() == [10.0, 10.0]
    assert "not multiplied" in caplog.text


def test_codes_add_up_and_are_a_scale_again(tmp_path):
    points = layer()
    found = lg.harm(points, scale=scale())
    codes = found.codes()
    assert list(codes.columns) == [
        "category",
        "weight",
        "citation",
        "incidents",
        "harm",
        "share_of_incidents",
        "share_of_harm",
    ]
    assert codes["incidents"].sum() == points.size and codes["harm"].sum() == found["weight"].sum()
    assert codes["share_of_incidents"].sum() == pytest.approx(1) == codes["share_of_harm"].sum()
    assert codes["category"][-1] == "other" and np.isnan(codes["weight"][-1]) and codes["citation"][-1] == ""
    for row, kind in enumerate(codes["category"]):
        assert codes["incidents"][row] == (points.category == kind).sum()
        assert codes["harm"][row] == found["weight"][points.category == kind].sum()
    assert (np.diff(codes["harm"][:-1]) <= 0).all()
    codes.save(tmp_path / "codes.csv")
    again = lg.harm(points, scale=tmp_path / "codes.csv")
    np.testing.assert_array_equal(again["weight"], found["weight"])
    np.testing.assert_array_equal(again["mapped"], found["mapped"])


def areas():
    return squares(10, 10, side=500.0)


WEIGHED = [
    name
    for name, analysis in BY_NAME.items()
    if analysis.selects and any(isinstance(p, Column) and p.name == "weight" for p in analysis.params)
]
AREAS = squares(10, 10, side=500.0)
MONTHS = dict(cell_size=500, time_step="month")
# What the others choose from the data, or do without.
NEEDED = {
    "kde": dict(bandwidth=300, cell_size=100),
    "hotspots": dict(cell_size=250),
    "stability": dict(cell_size=250, runs=3),
    "jitter_sensitivity": dict(analysis="hotspots", radius=60, runs=2, cell_size=250),
    "incremental_moran": dict(cell_size=250),
    "concentration": dict(units=AREAS),
    "dbscan": dict(eps=150, min_samples=20),
    "st_dbscan": dict(eps=300, eps_time=90, min_samples=20),
    "risk_ratio": dict(bandwidth=500, cell_size=250, population=incidents(*clustered(500, 9))),
    "emerging_hotspots": MONTHS,
    "space_time_cube": MONTHS,
    "forecast_areas": dict(model="mean of 6", step="week", horizon=2),
    "backtest_forecasts": dict(models=["mean of 6"], step="week", horizon=2),
    "intervention": dict(treated=AREAS.iloc[:20], control=AREAS.iloc[50:], start="2024-06-01"),
}


def numbers(result):
    """Return all that a result has of numbers, in one column."""
    values = getattr(result, "values", None)
    columns = [values] if values is not None else [c for c in result.columns.values() if c.dtype.kind in "iufb"]
    return np.concatenate([np.nan_to_num(np.asarray(c, dtype=float)).ravel() for c in columns])


def run(name, points, weight):
    return BY_NAME[name].call(points, None, weight=weight, **NEEDED.get(name, {}))


def test_the_analyses_that_weigh_are_known():
    assert {"kde", "hotspots", "local_moran", "dbscan", "concentration", "stability"} <= set(WEIGHED)


@pytest.mark.parametrize("name", WEIGHED)
def test_every_analysis_that_weighs_takes_harm(name):
    points = layer(600)
    counts, harm = (numbers(run(name, points, weight)) for weight in (None, lg.harm(points, scale=scale())))
    assert counts.shape != harm.shape or not np.allclose(counts, harm)


# A trial has rows of weighted differences beside those of counts.
@pytest.mark.parametrize("name", [name for name in WEIGHED if name != "intervention"])
def test_harm_of_one_each_counts(name):
    points = layer(600)
    ones = lg.harm(points, scale=scale(weight=(1.0,) * 4, keys=tuple(KINDS)))
    counts, harm = (run(name, points, weight) for weight in (None, ones))
    for column in getattr(counts, "columns", {}):
        first, second = (result[column] for result in (counts, harm))
        if first.dtype.kind in "iufb":
            np.testing.assert_allclose(first, second, rtol=1e-9, atol=1e-9, err_msg=column)
    if hasattr(counts, "values"):
        np.testing.assert_allclose(counts.values, harm.values, rtol=1e-9, atol=1e-12)


def test_gi_star_takes_cells_of_harm():
    points = layer(600)
    cells = lg.hotspots(points, weight=lg.harm(points, scale=scale()), cell_size=250)
    by_harm, by_count = (lg.gi_star(cells, value=name)["z"] for name in ("weight_sum", "count"))
    assert cells["weight_sum"].sum() == pytest.approx(lg.harm(points, scale=scale())["weight"][3:].sum())
    assert not np.allclose(by_harm, by_count)


def test_series_of_counts_take_harm():
    points = layer(600)
    harm = lg.harm(points, scale=scale())
    counted = lg.counts(points, freq="D", weight=harm, lag_safe=False)
    assert np.sum(counted["count"]) == pytest.approx(harm["weight"].sum())


def test_the_style_has_a_class_for_every_weight_and_two_for_nothing():
    weights = np.array([0.5, 1.0, 2.0, 7.0, 20.0, 55.0, 365.0])
    kinds = np.array([f"k{number}" for number in range(8)], dtype=object)
    points = incidents(np.arange(8.0), np.zeros(8), category=kinds)
    style = qml(lg.harm(points, scale=scale(weight=weights, keys=tuple(kinds[:7]))))
    assert style.count("Weighs") == 6 and "Weighs 365 (days)" in style and "Not on the scale" in style
    turns = [int(turn) for turn in re.findall(r'pass="(\d+)"', style)]
    assert turns == [5, 4, 3, 2, 1, 0, 0] and 'symbollevels="1"' in style  # the heavier above
    limits = class_limits(weights)
    assert all(sum(low <= weight <= high for low, high in limits) == 1 for weight in weights)
    assert len(class_limits(np.array([3.0]))) == 1


def test_the_command_weighs_a_file_and_writes_both(tmp_path):
    frame = crimes_frame()
    frame.to_file(tmp_path / "in.gpkg")
    said = [str(tmp_path / name) for name in ("in.gpkg", "out.gpkg", "codes.csv")]
    assert main(["harm", *said[:2], "--scale", "ucr_part1", "--codes", said[2], "--quiet"]) == 0
    read = lg.as_features(said[1])
    assert set(np.asarray(read.source["weight"], dtype=float)) == {0.0, 1.0}
    assert lg.harm_scale(said[2]).keys == ("burglary", "robbery") or lg.harm_scale(said[2]).keys == (
        "robbery",
        "burglary",
    )


def test_a_cancel_is_heard():
    points = incidents(np.zeros(1000), np.zeros(1000), category=np.full(1000, "robbery"))
    with pytest.raises(lg.Cancelled):
        lg.harm(points, scale=scale(), progress=lambda fraction: fraction < 0.5)
