"""Aoristic weights: the published numbers, a minute-by-minute twin, what is conserved, a planted shift, and refusals."""

import geopandas as gpd
import numpy as np
import pytest

import lacrime_geo as lg
from lacrime_geo.dates import WEEKDAYS
from lacrime_geo.temporal.week_hours import (
    WEEK_HOURS,
    asked_hours,
    hours_between,
    seconds_of_week,
    share_within,
    shares_in_turn,
    weekdays_of,
)

MONDAY = np.datetime64("2023-10-02T00:00", "s")
MINUTE, HOUR = np.timedelta64(1, "m"), np.timedelta64(1, "h")


def lasting(start, end, **more):
    start = np.asarray(start, dtype="M8[s]")
    ends = None if end is None else np.asarray(end, dtype="M8[s]")
    return lg.Incidents(np.arange(start.size), np.zeros(start.size), when=start, until=ends, crs="EPSG:32611", **more)


def random_spans(n=300, longest=400, seed=3):
    """Return incidents of any minute of a year that last up to so many hours, some for a moment."""
    random = np.random.default_rng(seed)
    start = MONDAY + random.integers(0, 365 * 1440, n) * MINUTE
    return lasting(start, start + random.integers(0, longest * 60, n) * (random.random(n) < 0.9) * MINUTE)


def minute_by_minute(incidents, hours, weekdays):
    """Return the weights by walking through every minute of every span."""
    found = []
    for start, end in zip(incidents.when, incidents.until):
        minutes = [start] if end <= start else list(np.arange(start, end, MINUTE))
        if len(minutes) > 168 * 60:
            # Each hour of the week has the same share, so any whole week will do.
            minutes = list(np.arange(start, start + 168 * HOUR, MINUTE))
        wanted = 0
        for moment in minutes:
            told = moment.astype(object)
            wanted += told.hour in hours and told.weekday() in weekdays
        found.append(wanted / len(minutes))
    return np.array(found)


# Ratcliffe 2000, for a shift from 12 to 16 h.
@pytest.mark.parametrize(
    ("start", "end", "weight"),
    [("08:00", "16:00", 0.5), ("08:00", "13:00", 0.2), ("14:33", "14:33", 1.0), ("14:00", "17:00", 2 / 3)],
)
def test_published_numbers(start, end, weight):
    one = lasting([f"2023-10-02T{start}"], [f"2023-10-02T{end}"])
    assert lg.aoristic(one, hours="12-16")["weight"].tolist() == pytest.approx([weight])


@pytest.mark.parametrize(
    ("hours", "weekdays"), [("12-16", None), ("22-4", None), ("22-4", "Fri-Sun"), (None, "Mon, Wed"), ("0-24", "Sun")]
)
def test_equals_the_minute_by_minute_twin(hours, weekdays):
    incidents = random_spans(120, longest=200)
    of_day = range(24) if hours is None else lg.selection.hours_of(hours)
    of_week = range(7) if weekdays is None else weekdays_of(weekdays)
    expected = minute_by_minute(incidents, set(of_day), set(of_week))
    found = lg.aoristic(incidents, hours=hours, weekdays=weekdays)["weight"]
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_weights_over_all_hours_of_the_week_sum_to_one_for_each_incident():
    incidents = random_spans(60)
    names = [name[:3] for name in WEEKDAYS]
    weights = [
        lg.aoristic(incidents, hours=f"{hour}-{hour + 1}", weekdays=day)["weight"]
        for day in names
        for hour in range(24)
    ]
    np.testing.assert_allclose(np.sum(weights, axis=0), 1.0, atol=1e-12)


def test_both_ways_to_share_a_span_agree():
    random = np.random.default_rng(5)
    start, seconds = random.integers(0, WEEK_HOURS * 3600, 200), random.integers(1, WEEK_HOURS * 3600 + 1, 200)
    shares = shares_in_turn(start, seconds, 3600)
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
    hour = (start[:, None] // 3600 + np.arange(shares.shape[1])) % WEEK_HOURS
    for asked in (0, 1, 83, 167):
        one = np.arange(WEEK_HOURS) == asked
        of_it = np.where(hour == asked, shares, 0).sum(axis=1)
        np.testing.assert_allclose(of_it, share_within(start, seconds, one), atol=1e-12)


def test_over_midnight_and_over_the_end_of_the_week():
    sunday = lasting(["2023-10-08T22:00"], ["2023-10-09T02:00"])
    for hours, weekdays, weight in [
        ("22-24", "Sun", 0.5),
        ("0-2", "Mon", 0.5),
        ("22-2", None, 1.0),
        ("22-2", "Sun", 0.5),
    ]:
        assert lg.aoristic(sunday, hours=hours, weekdays=weekdays)["weight"][0] == pytest.approx(weight)


def test_a_span_longer_than_a_week_has_the_same_share_in_every_hour():
    long = lasting(["2023-10-02T08:17", "2023-10-02T08:17"], ["2023-10-09T08:17", "2023-12-09T09:00"])
    found = lg.aoristic(long, hours="3-4", weekdays="Thu")
    np.testing.assert_allclose(found["weight"], 1 / 168)
    assert found.parameters["longer_than_a_week"] == 1
    assert found["span_hours"].tolist() == pytest.approx([168.0, 68 * 24 + 0.7166666666666667])


def test_without_a_usable_end_the_start_hour_counts():
    start = ["2023-10-02T14:59", "2023-10-02T14:59", "2023-10-02T14:59"]
    found = lg.aoristic(lasting(start, ["NaT", start[0], "2023-10-02T11:00"]), hours="14-15")
    assert found["weight"].tolist() == [1.0, 1.0, 1.0] and found["span_hours"].tolist() == [0.0, 0.0, 0.0]
    counted = {name: found.parameters[name] for name in ("without_end", "end_is_start", "end_before_start")}
    assert counted == {"without_end": 1, "end_is_start": 1, "end_before_start": 1}


def test_the_wall_clock_counts_when_clocks_are_changed():
    # In Los Angeles the hour from 2:00 was skipped on 12 March 2023: by the wall clock there are four hours all the same.
    changed = lasting(["2023-03-12T00:00"], ["2023-03-12T04:00"])
    assert lg.aoristic(changed, hours="2-3")["weight"].tolist() == [0.25]


def test_placeholders_and_undated_incidents_weigh_nothing_and_are_counted():
    start = ["2023-10-02T12:00", "NaT", "2023-10-02T12:00"]
    source = {"time_placeholder": np.array([True, False, False])}
    found = lg.aoristic(lasting(start, ["2023-10-02T13:00"] * 3, source=source), hours="12-13")
    assert found["weight"].tolist() == [0.0, 0.0, 1.0]
    assert np.isnan(found["span_hours"]).tolist() == [True, True, False]
    assert (found.parameters["time_placeholder"], found.parameters["undated"]) == (1, 1)


@pytest.mark.parametrize("flags", [[1, 0, 0], ["true", "false", ""], [True, None, None], [1.0, np.nan, 0.0]])
def test_placeholders_are_told_however_a_file_writes_them(flags):
    start = ["2023-10-02T12:00"] * 3
    source = {"time_placeholder": np.array(flags, dtype=object if not isinstance(flags[1], float) else float)}
    found = lg.aoristic(lasting(start, ["2023-10-02T13:00"] * 3, source=source), hours="12-13")
    assert found["weight"].tolist() == [0.0, 1.0, 1.0]


def burglaries(n=2000, seed=8):
    """Return burglaries at night of a dark quarter and by day, found out at 18 h, of a bright one: the starts are at 8 h."""
    random = np.random.default_rng(seed)
    day = MONDAY + random.integers(0, 70, n) * 24 * HOUR
    bright = np.arange(n) < n // 2
    start = day + np.where(bright, 8, 20) * HOUR
    end = day + np.where(bright, 18, 30) * HOUR
    x = np.where(bright, 380_000, 386_000) + random.normal(0, 300, n)
    y = 3_768_000 + random.normal(0, 300, n)
    return lg.Incidents(x, y, when=start, until=end, crs="EPSG:32611"), bright


def test_a_planted_shift_is_found_by_spans_and_missed_by_starts():
    incidents, bright = burglaries()
    by_spans = lg.aoristic(incidents, hours="10-16")["weight"]
    by_starts = (incidents.when.astype("M8[h]").astype(int) % 24 >= 10) & (
        incidents.when.astype("M8[h]").astype(int) % 24 < 16
    )
    assert by_spans[bright].tolist() == pytest.approx([0.6] * bright.sum()) and not by_spans[~bright].any()
    assert not by_starts.any()


@pytest.mark.parametrize(
    "make",
    [
        lambda given, weight: lg.kde(given, weight=weight, bandwidth=500, cell_size=200).values,
        lambda given, weight: lg.hotspots(given, weight=weight, cell_size=300)["weight_sum"],
        lambda given, weight: lg.dbscan(given, weight=weight, eps=200, min_samples=20)["cluster"],
        lambda given, weight: lg.ellipses(given, weight=weight)["mean_easting"],
    ],
    ids=["kde", "hotspots", "dbscan", "ellipses"],
)
def test_the_weights_flow_into_other_analyses(make):
    incidents, _ = burglaries(400)
    marks = lg.aoristic(incidents, hours="10-16")
    np.testing.assert_array_equal(make(incidents, marks), make(incidents, marks["weight"]))
    np.testing.assert_array_equal(make(marks, "weight"), make(incidents, marks["weight"]))


def test_the_density_of_a_shift_is_one_call():
    incidents, bright = burglaries()
    surface = lg.kde(incidents, weight=lg.aoristic(incidents, hours="8-13"), bandwidth=400, cell_size=100)
    assert surface.values.sum() * 0.01 == pytest.approx(0.5 * bright.sum(), rel=1e-3)
    column = np.argmax(surface.values) % surface.values.shape[1]
    assert surface.grid.bounds[0] + 100 * column < 383_000  # in the bright quarter
    assert "8-13 h" in surface.parameters["weight"]


def test_weights_of_other_incidents_are_refused():
    incidents, bright = burglaries(100)
    marks = lg.aoristic(incidents, hours="8-13")
    for others in (incidents.take(bright), incidents.take(np.arange(100)[::-1])):
        with pytest.raises(ValueError, match="weights are of other incidents"):
            lg.kde(others, weight=marks)
    with pytest.raises(ValueError, match="no column 'weight'"):
        lg.kde(incidents, weight=lg.dbscan(incidents, eps=300, min_samples=5))


def test_frames_of_any_column_and_clock(tmp_path):
    frame = gpd.GeoDataFrame(
        {"occurred": ["2023-10-02T08:00:00-07:00", "2023-10-02T08:00:00-07:00"], "found": ["2023-10-02 16:00", None]},
        geometry=gpd.points_from_xy([380_000, 380_100], [3_768_000, 3_768_000]),
        crs="EPSG:32611",
    )
    marks = lg.aoristic(lg.as_incidents(frame, until_column="found"), hours="8-10")
    assert marks["weight"].tolist() == [0.25, 1.0]
    marks.save(tmp_path / "w.gpkg")
    again = gpd.read_file(tmp_path / "w.gpkg")
    assert again["weight"].tolist() == [0.25, 1.0] and "Half of its time or more" in (tmp_path / "w.qml").read_text(
        "utf-8"
    )


ONE = lasting(["2023-10-02T08:00"], ["2023-10-02T16:00"])


@pytest.mark.parametrize(
    ("incidents", "options", "sentence"),
    [
        (ONE, {}, "Which hours are wanted"),
        (ONE, dict(hours="18"), "hours must be such as 22-4"),
        (ONE, dict(hours=18), "hours must be a text such as '18-22', got 18"),
        (ONE, dict(weekdays="Funday"), "weekdays must be such as Sat-Sun"),
        (ONE, dict(weekdays="Mon-Tue-Wed"), "weekdays must be such as Sat-Sun"),
        (lasting(["2023-10-02T08:00"], None), dict(hours="1-2"), "need a column 'occurred_until'"),
        (lasting(["2023-10-02T08:00"], ["NaT"]), dict(hours="1-2"), "ends that are all missing"),
        (lasting([], []), dict(hours="1-2"), "is empty: it has 0 rows"),
        (lasting(["NaT"], ["2023-10-02T08:00"]), dict(hours="1-2"), "have no times"),
        (lasting(["2023-10-02", "2023-10-03"], ["2023-10-02T08:00"] * 2), dict(hours="1-2"), "stand at midnight"),
        (
            lasting(["2023-10-02T09:00"], ["2023-10-02T10:00"], source={"time_placeholder": np.array([True])}),
            dict(hours="1-2"),
            "all of them are placeholders",
        ),
    ],
)
def test_what_cannot_be_told_is_one_sentence(incidents, options, sentence):
    with pytest.raises((ValueError, TypeError), match=sentence) as caught:
        lg.aoristic(incidents, **options)
    assert "\n" not in str(caught.value)


def test_no_incident_in_the_hours_is_said(caplog):
    assert lg.aoristic(ONE, hours="1-2")["weight"].tolist() == [0.0]
    assert "No incident can have happened in these hours" in caplog.text
    with pytest.raises(ValueError, match="weight is 0 in all"):
        lg.kde(ONE, weight=lg.aoristic(ONE, hours="1-2"), bandwidth=100, cell_size=50)


def test_order_and_repetition_of_rows_do_not_matter():
    incidents = random_spans(50)
    whole = lg.aoristic(incidents, hours="9-17")["weight"]
    turned = lg.aoristic(incidents.take(np.arange(50)[::-1]), hours="9-17")["weight"]
    np.testing.assert_array_equal(whole[::-1], turned)
    twice = lg.aoristic(incidents.take(np.repeat(np.arange(50), 2)), hours="9-17")["weight"]
    np.testing.assert_array_equal(np.repeat(whole, 2), twice)


def test_hours_of_a_period_are_counted_as_walked_through():
    begin, end = np.datetime64("2023-10-05T07:20", "s"), np.datetime64("2023-11-12T19:50", "s")
    minutes = seconds_of_week(np.arange(begin, end, MINUTE)) // 3600
    np.testing.assert_allclose(hours_between(begin, end), np.bincount(minutes, minlength=168) / 60)
    assert asked_hours(None, None).sum() == 168
