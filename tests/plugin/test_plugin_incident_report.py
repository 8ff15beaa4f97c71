"""lacrime:report: the library's page, its map projected by QGIS, in the results viewer as other pages are."""

import json
import re

import numpy as np
import pytest
from bundled import clustered, point_layer, square_layer

import lacrime_geo as lg

qgis_core = pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin

SOME = "map, season"


@pytest.fixture
def report(provider, log):
    """Return a function that runs the report as a script does."""
    import processing

    def report(layer, **parameters):
        return processing.run("lacrime:report", dict(INCIDENTS=layer, **parameters), feedback=log)

    return report


def embedded(page, name):
    return json.loads(re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', page, re.DOTALL)[1])


def corners(shapes):
    return np.concatenate([ring for shape in shapes for ring in shape["rings"]])


def test_the_page_is_the_librarys(report, layer, incidents, tmp_path):
    days = [f"2023-{1 + row % 12:02d}-{1 + row % 28:02d}T12:00:00" for row in range(len(incidents))]
    frame = incidents.assign(occurred=np.array(days, dtype="M8[s]"))
    expected = lg.report(frame, sections=SOME)
    made = report(layer, SECTIONS=SOME, OUTPUT=str(tmp_path / "report.html"))
    assert made == {"OUTPUT": str(tmp_path / "report.html")} and len(list(tmp_path.iterdir())) == 1
    page, script = (tmp_path / "report.html").read_text(encoding="utf-8"), expected.html()
    # Rows without a place are in the layer too, and counted where no places are asked for.
    values = {claim["name"]: claim["value"] for claim in embedded(page, "claims-data")["claims"]}
    for claim in expected.claims:
        if claim.name.startswith(("hot", "clusters", "share of the incidents in")):
            assert values[claim.name] == claim.value, claim.name
    drawn, wanted = embedded(page, "map-data"), embedded(script, "map-data")
    assert [one["name"] for one in drawn["layers"]] == [one["name"] for one in wanted["layers"]]
    np.testing.assert_allclose(drawn["bounds"], wanted["bounds"], atol=1e-7)
    for one, other in zip(drawn["layers"], wanted["layers"]):
        assert one["looks"] == other["looks"]
        if "grid" in one:
            assert one["classes"] == other["classes"] and one["words"] == other["words"]
            np.testing.assert_allclose(one["fit"]["east"], other["fit"]["east"], rtol=1e-6, atol=1e-3)
        else:
            found, exact = (corners(told["shapes"]) for told in (one, other))
            np.testing.assert_allclose(found, exact, atol=1.1)


def test_areas_and_a_boundary_are_layers(report, layer, tmp_path):
    areas = square_layer(side=4, name="districts")
    report(layer, SECTIONS="map", BOUNDARY=areas, AREAS=areas, OUTPUT=str(tmp_path / "report.html"))
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    told = embedded(page, "map-data")
    assert "alerts" in [one["name"] for one in told["layers"]] and len(told["boundary"]) == 16


def test_it_is_shown_as_other_pages_are(provider):
    found = qgis_core.QgsApplication.processingRegistry().algorithmById("lacrime:report")
    assert found.group() == "Summaries"
    assert [one.type() for one in found.outputDefinitions()] == ["outputHtml"]


@pytest.mark.parametrize("share", [10, 40, 90])
def test_a_cancelled_run_writes_nothing(report, layer, log, tmp_path, share):
    log.cancel_at = share
    assert report(layer, SECTIONS="map", OUTPUT=str(tmp_path / "report.html")) == {}
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"SECTIONS": "maps"}, "'maps'"),
        ({"OUTPUT": "report.docx"}, "'.*report.docx' is no page; name a file that ends in .html"),
    ],
)
def test_what_is_wrong_is_said(report, layer, tmp_path, wrong, sentence):
    given = {"SECTIONS": "map", "OUTPUT": "report.html", **wrong}
    with pytest.raises(qgis_core.QgsProcessingException, match=sentence):
        report(layer, **{**given, "OUTPUT": str(tmp_path / given["OUTPUT"])})
    assert list(tmp_path.iterdir()) == []


def test_few_incidents_give_what_they_can(report, tmp_path):
    report(point_layer(*clustered(45)), SECTIONS="map", OUTPUT=str(tmp_path / "report.html"))
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "at least 60 incidents" in page and embedded(page, "map-data")["layers"]
