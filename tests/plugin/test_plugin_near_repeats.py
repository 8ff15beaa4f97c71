"""Near repeats in QGIS: the table with the incidents as a second layer, its page, and zones that are played in time."""

import numpy as np
import pytest
from bundled import column, point_layer
from test_near_repeats import planted
from test_plugin_time import drawn

pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin

BANDS = dict(DISTANCE_BANDS="0, 100, 200, inf", TIME_BANDS="0, 7, 14, inf", PERMUTATIONS=99)


@pytest.fixture
def layer():
    """Return a memory layer of incidents with planted near repeats, one without a place."""
    from qgis.PyQt.QtCore import QDateTime, Qt

    points, _ = planted()
    made = point_layer(points.easting, points.northing, crs=points.crs, missing=1)
    index = made.fields().indexOf("occurred")
    whens = [f"{day}T00:00:00" for day in points.when.astype("M8[D]")]
    changes = {
        number: {index: QDateTime.fromString(when, Qt.DateFormat.ISODate)} for number, when in enumerate(whens, 1)
    }
    made.dataProvider().changeAttributeValues(changes)
    return made


def test_the_incidents_are_a_second_layer_in_its_style(load, layer, tmp_path, qgis_new_project):
    page = tmp_path / "page.html"
    layers = load("near_repeat", INCIDENTS=layer, **BANDS, PAGE=str(page))
    table, roles = layers["Near repeats"], layers["Who follows whom"]
    assert table.featureCount() == 9 and not table.isSpatial()
    assert column(table, "p")[0] == 0.01 and column(table, "ratio")[0] > 4
    assert roles.featureCount() == layer.featureCount() and "harm" in roles.fields().names()
    found = column(roles, "role")
    assert set(found) == {"originator", "near repeat", "both", "isolated", "no place or date"}
    assert (found == "near repeat").sum() > 60 and found[-1] == "no place or date"
    assert roles.renderer().legendSymbolItems()[0].label() == "Followed by others nearby and soon (originator)"
    assert "same place" not in page.read_text(encoding="utf-8") and "[0, 100) m" in page.read_text(encoding="utf-8")


def test_the_second_layer_may_be_left_out(run, layer):
    made = run("near_repeat", INCIDENTS=layer, **BANDS, ORIGINATORS=None)
    assert set(made) == {"OUTPUT"}


def test_zones_are_played_and_end(load, layer, qgis_new_project):
    zones = load("risk_zones", INCIDENTS=layer, DISTANCE=100, DAYS=10)["Near-repeat zones of 2023-12-31"]
    last = max(feature["last"].toString("yyyy-MM-dd") for feature in zones.getFeatures())
    end = np.datetime64(last)
    seen = [drawn(zones, (str(end - days), str(end - days + 1))) for days in (9, 4, 0, -1)]
    assert zones.temporalProperties().isActive() and seen[0] > seen[1] > seen[2] > 0 == seen[3]
    assert zones.renderer().type() == "graduatedSymbol"
