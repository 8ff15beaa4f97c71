"""Dates of report in QGIS: read where an analysis looks at times, and what is told of a period is what a script is told."""

import numpy as np
import pytest
from bundled import clustered, point_layer

import lacrime_geo as lg
from lacrime_geo import period_guards

pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin


@pytest.fixture
def layer():
    """Return a layer as a file of 20 December holds it: what was reported later is not in it."""
    layer = point_layer(*clustered())
    late = [row.id() for row in layer.getFeatures() if row["reported"].toString("yyyy-MM-dd") > "2023-12-20"]
    assert late and layer.dataProvider().deleteFeatures(late)
    return layer


@pytest.fixture
def caught(run, monkeypatch):
    """Return a function that runs an analysis as far as its input and returns the incidents read."""
    import lacrime_qgis
    from qgis.core import QgsProcessingException

    seen, read = [], lacrime_qgis.reading.incidents_of

    def catching(*arguments, **named):
        seen.append(read(*arguments, **named))
        raise ValueError("caught")

    def run_to_there(name, source, **parameters):
        with monkeypatch.context() as patched, pytest.raises(QgsProcessingException, match="caught"):
            patched.setattr(lacrime_qgis.reading, "incidents_of", catching)
            run(name, INCIDENTS=source, **parameters)
        return seen.pop()

    return run_to_there


def test_dates_of_report_are_read_only_where_they_are_wanted(caught, layer):
    assert caught("kde", layer).reported is None
    for name, chosen in (
        ("kde", dict(SINCE="2023-02-01")),
        ("nowcast", {}),
        ("change_map", dict(AFTER_SINCE="2023-07-01")),
    ):
        incidents = caught(name, layer, **chosen)
        delays = (incidents.reported - incidents.when.astype("M8[D]")) / np.timedelta64(1, "D")
        assert set(delays) == set(range(9)) and incidents.size > 800


def test_the_guard_tells_what_it_tells_a_script(caught, run, log, layer):
    incidents = caught("kde", layer, UNTIL="2023-12-20")
    times = dict(when=incidents.when, reported=incidents.reported)
    script = lg.Incidents(incidents.easting, incidents.northing, crs=incidents.crs, **times)
    (sentence,) = period_guards.problems(script.select(until="2023-12-20")).values()
    early = sentence.partition("(until ")[2][:10]
    for until, told in (("2023-12-20", True), (early, False)):
        log.lines.clear()
        run("kde", INCIDENTS=layer, UNTIL=until)
        assert any(sentence in line for line in log.lines) == told


def test_layers_of_the_lapd_are_known_by_their_columns(caught, layer):
    from qgis.core import QgsField
    from qgis.PyQt.QtCore import QVariant

    assert caught("kde", layer).agency is None
    assert layer.dataProvider().addAttributes([QgsField(name, QVariant.String) for name in ("dr_no", "crime_code")])
    layer.updateFields()
    assert caught("kde", layer).agency == "LAPD"
