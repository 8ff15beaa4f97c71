"""Charts: XML whose points stand where the numbers are, in round numbers, with text from data escaped."""

from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import clustered, incidents, squares

import lacrime_geo as lg
from lacrime_geo.autocorrelation_by_distance import DistanceCurve
from lacrime_geo.chart_axes import COUNT, DAY, day_ticks, number_ticks
from lacrime_geo.charts import Chart, svg
from lacrime_geo.parameters import Parameters
from lacrime_geo.results import Curve

SVG = "{http://www.w3.org/2000/svg}"


def curve(z, peak=None, label="Moran's I"):
    columns = {"distance_band": 100.0 * np.arange(1, len(z) + 1), "z": np.array(z, float)}
    columns["peak"] = np.arange(len(z)) == (-1 if peak is None else peak)
    return DistanceCurve(columns, Parameters(), label=label)


def texts(root):
    return [node.text for node in root.iter(f"{SVG}text")]


@given(low=st.floats(-1e6, 1e6), span=st.floats(1e-3, 1e6))
def test_ticks_are_round_and_hold_all_values(low, span):
    values = np.array([low, low + span])
    ticks = number_ticks(values)
    assert ticks[0] <= values.min() + 1e-6 * span and ticks[-1] >= values.max() - 1e-6 * span
    assert 3 <= ticks.size <= 14
    step = ticks[1] - ticks[0]
    assert min(abs(step / 10 ** np.floor(np.log10(step) + 1e-9) - lead) for lead in (1, 2, 2.5, 5, 10)) < 1e-6


def test_points_stand_where_the_numbers_are():
    root = ElementTree.fromstring(svg(curve([10, 30, 20], peak=1)))
    points = np.array([pair.split(",") for pair in root.find(f"{SVG}polyline").get("points").split()], float)
    across, height = points.T
    assert np.allclose(np.diff(across), across[1] - across[0]) and np.diff(across)[0] > 0
    assert (height[0] - height[1]) == pytest.approx(2 * (height[2] - height[1]), abs=0.2)
    ring = next(c for c in root.iter(f"{SVG}circle") if c.get("fill") == "none")
    assert (float(ring.get("cx")), float(ring.get("cy"))) == (across[1], height[1])
    assert "peak: 200 m" in texts(root)


def test_without_a_peak_nothing_is_marked():
    root = ElementTree.fromstring(svg(curve([10, 30, 40])))
    assert not any(c.get("fill") == "none" for c in root.iter(f"{SVG}circle"))
    assert not any("peak" in words for words in texts(root))


def test_a_single_point_has_axes():
    text = svg(curve([14.5]))
    assert "nan" not in text and len(ElementTree.fromstring(text).find(f"{SVG}polyline").get("points").split()) == 1


def test_text_from_data_is_escaped():
    root = ElementTree.fromstring(svg(curve([1, 2], label="<script>&\"'")))
    assert "<script>&\"'" in texts(root)


def test_curves_are_saved_as_charts_and_other_tables_are_not(tmp_path):
    points = incidents(*clustered(600, 1))
    units = squares(5, 5)
    found = {
        "curve": lg.hotspots(points, cell_size=300).curve(),
        "incremental": lg.incremental_moran(points, cell_size=300),
        "lorenz": lg.concentration(points, units=units).lorenz(),
    }
    for name, table in found.items():
        table.save(tmp_path / f"{name}.svg")
        root = ElementTree.parse(tmp_path / f"{name}.svg").getroot()
        assert len(root.find(f"{SVG}polyline").get("points").split()) == len(table)
    assert "100 %" in texts(root) and "spread evenly" in texts(root)
    with pytest.raises(ValueError, match=r"this result is written as \.csv, \.parquet"):
        lg.concentration(points, units=units).save(tmp_path / "a.svg")


def table_of(kind, **columns):
    """Return a curve of its own chart."""
    made = type("Made", (Curve,), {"chart": kind})
    return made({name: np.asarray(column) for name, column in columns.items()}, Parameters(), label="a < b")


def drawn(table):
    root = ElementTree.fromstring(svg(table))
    lines = [
        np.array([pair.split(",") for pair in line.get("points").split()], float)
        for line in root.iter(f"{SVG}polyline")
    ]
    return root, lines


def test_several_series_are_told_apart_and_the_first_has_company():
    kind = Chart("x", "y", "X", "Y", series="of", band=("low", "high"), beside=("old", "{} of old"), until=2)
    y = np.array([2.0, 3, 4, 100, 1, np.nan, 2, 200])
    table = table_of(kind, of=["a"] * 4 + ["b & c"] * 4, x=[0, 1, 2, 3] * 2, y=y, low=y - 1, high=y + 1, old=y / 2)
    root, (beside, second, first) = drawn(table)
    # Beyond `until` nothing is drawn, where a value is missing no point is.
    assert [len(line) for line in (beside, second, first)] == [3, 2, 3]
    assert {"a", "b & c", "a of old"} <= set(texts(root))
    corners = np.array([pair.split(",") for pair in root.find(f"{SVG}polygon").get("points").split()], float)
    assert corners.shape == (6, 2) and corners[:, 1].min() < first[:, 1].min() < first[:, 1].max() < corners[:, 1].max()
    # The legend stands beneath the axis, where no curve is.
    lowest = max(line[:, 1].max() for line in (beside, second, first))
    named = [float(node.get("y")) for node in root.iter(f"{SVG}text") if node.text in ("a", "b & c", "a of old")]
    assert lowest < min(named) and max(named) < float(root.get("height"))
    colours = [line.get("stroke") for line in root.iter(f"{SVG}polyline")]
    assert colours[0] == colours[2] != colours[1]
    assert len(drawn(table_of(kind, of=list("abcdefgh"), x=[0] * 8, y=y, low=y, high=y, old=y))[1]) == 6 + 1


def test_days_are_told_where_weeks_or_months_begin_and_counts_from_nothing():
    kind = Chart("day", "n", "Day", "N", x_kind=DAY, y_kind=COUNT)
    for days, words in ((40, "8 Jan"), (300, "Mar 2023"), (4000, "Jan 2024")):
        first = np.datetime64("2023-01-01") + np.arange(0, days, days // 10)
        root, (line,) = drawn(table_of(kind, day=first.astype("M8[s]"), n=np.full(first.size, 900)))
        assert words in texts(root) and "0" in texts(root)
        assert np.ptp(np.diff(line[:, 0])) < 0.2


@given(low=st.integers(-20_000, 20_000), days=st.integers(1, 30_000))
def test_day_ticks_are_few_and_lie_inside(low, days):
    ticks = day_ticks(float(low), float(low + days))
    assert 1 <= ticks.size <= 8 and ticks[0] >= low and ticks[-1] <= low + days and (np.diff(ticks) > 0).all()
