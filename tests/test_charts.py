"""Charts: XML whose points stand where the numbers are, in round numbers, with text from data escaped."""

from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from makers import clustered, incidents, squares

import lacrime_geo as lg
from lacrime_geo.autocorrelation_by_distance import DistanceCurve
from lacrime_geo.chart_axes import number_ticks
from lacrime_geo.charts import svg
from lacrime_geo.parameters import Parameters

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
