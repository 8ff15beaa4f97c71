"""Dates of report in QGIS: read where an analysis looks at times, and what is told of a period is what a script is told."""

import numpy as np
import pandas as pd
import pytest
from bundled import ROOT, clustered, point_layer

import lacrime_geo as lg
from lacrime_geo.delays import period_guards

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


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """Return the sample city's file as it was on 31 December 2023."""
    table = pd.read_csv(ROOT / "sample_layers" / "incidents.csv.gz", dtype=str)
    reported = pd.to_datetime(table["Date Rptd"], format="%m/%d/%Y %I:%M:%S %p")
    path = tmp_path_factory.mktemp("live") / "live.csv"
    table[reported <= "2023-12-31"].to_csv(path, index=False)
    return str(path)


def test_a_period_chosen_when_the_file_was_loaded_is_told_as_in_a_script(load, run, log, live, tmp_path):
    asked = dict(since="2023-12-01", until="2023-12-12")
    (sentence,) = lg.kde(lg.read_lapd(live, **asked), bandwidth=900, cell_size=300).parameters["warnings"]

    def told(layer):
        log.lines.clear()
        run("kde", INCIDENTS=layer, BANDWIDTH=900, CELL_SIZE=300)
        return [line for line in log.lines if "holds 95 % or more" in line]

    chosen = dict(FILE=live, SINCE=asked["since"], UNTIL=asked["until"])
    for layer in (
        load("load_lapd", **chosen)["Incidents"],
        run("load_lapd", **{**chosen, "OUTPUT": str(tmp_path / "chosen.gpkg")})["OUTPUT"],
    ):
        assert [sentence in line for line in told(layer)] == [True]
    early = run("load_lapd", FILE=live, UNTIL="2023-11-01", OUTPUT=str(tmp_path / "early.gpkg"))["OUTPUT"]
    assert told(early) == []


def test_a_layer_of_both_records_systems_of_the_lapd_is_told_of(run, log, layer):
    from qgis.core import QgsField
    from qgis.PyQt.QtCore import QVariant

    named = ("dr_no", "crime_code", "nibrs_code", "schema")
    assert layer.dataProvider().addAttributes([QgsField(name, QVariant.String) for name in named])
    layer.updateFields()
    at = layer.fields().lookupField("schema")
    changes = {row.id(): {at: ("legacy", "NIBRS")[row.id() % 2]} for row in layer.getFeatures()}
    assert layer.dataProvider().changeAttributeValues(changes)
    run("kde", INCIDENTS=layer, UNTIL="2023-11-01")
    assert any("are of both records systems of the LAPD" in line for line in log.lines)


def test_layers_of_the_lapd_are_known_by_their_columns(caught, layer):
    from qgis.core import QgsField
    from qgis.PyQt.QtCore import QVariant

    assert caught("kde", layer).agency is None
    assert layer.dataProvider().addAttributes([QgsField(name, QVariant.String) for name in ("dr_no", "crime_code")])
    layer.updateFields()
    assert caught("kde", layer).agency == "LAPD"
