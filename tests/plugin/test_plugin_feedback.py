"""The audit of feedback in the toolbox: by a column of crime codes, with the table of offences."""

import pytest
from bundled import clustered, column, inputs_of, point_layer

pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin


def test_a_column_of_codes_tells_what_is_discovered(load, qgis_new_project):
    # The column number counts the rows: each code up to 899 stands once. Reports of the last days come after the origin.
    given = {**inputs_of("feedback_audit", point_layer(*clustered()), None, None, None), "DISCOVERED": None}
    layers = load("feedback_audit", **{**given, "CODES": "number", "ORIGIN": "2024-02-01"})
    (offences,) = [layer for name, layer in layers.items() if name.startswith("Offences")]
    (cells,) = [layer for name, layer in layers.items() if name.startswith("What of the prediction")]
    kinds = dict(zip(column(offences, "code"), column(offences, "kind")))
    assert [kinds[code] for code in ("437", "623", "888", "510")] == ["discovered", "discovered", "unclear", "reported"]
    assert sum(column(cells, "known")) == len(kinds) == 900
    assert sum(column(cells, "discovered")) == list(kinds.values()).count("discovered") == 10


def test_the_usual_column_of_codes_is_found_without_being_named(load, qgis_new_project):
    incidents = point_layer(*clustered())
    fields = incidents.fields()
    incidents.dataProvider().renameAttributes(
        {fields.indexOf("number"): "crime_code", fields.indexOf("cluster"): "crime"}
    )
    incidents.updateFields()
    given = {**inputs_of("feedback_audit", incidents, None, None, None), "DISCOVERED": None, "ORIGIN": "2024-02-01"}
    layers = load("feedback_audit", **given)
    (offences,) = [layer for name, layer in layers.items() if name.startswith("Offences")]
    assert column(offences, "code")[column(offences, "kind") == "discovered"].tolist() != []
    assert set(column(offences, "crime")) == {"old"}
