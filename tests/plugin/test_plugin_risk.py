"""Maps of risk in the toolbox: of districts by their names, and by the categories that are not predicted as well."""

import pytest
from bundled import clustered, column, point_layer, square_layer
from qgis.core import QgsField
from qgis.PyQt.QtCore import QVariant

GIVEN = dict(MODEL="all_crime_counts", ORIGIN="2024-01-01")


def named_squares():
    """Return squares with names."""
    squares = square_layer()
    squares.dataProvider().addAttributes([QgsField("Name", QVariant.String)])
    squares.updateFields()
    names = {row.id(): {squares.fields().indexOf("Name"): f"district {row.id()}"} for row in squares.getFeatures()}
    squares.dataProvider().changeAttributeValues(names)
    return squares, [each for row in names.values() for each in row.values()]


@pytest.mark.parametrize(
    ("name", "more"), [("predict_risk", dict(GIVEN, CATEGORY="robbery")), ("alerts", dict(STEP="week"))]
)
def test_districts_are_called_by_their_names(run, name, more):
    squares, names = named_squares()
    areas = "UNITS" if name == "predict_risk" else "AREAS"
    found = run(name, INCIDENTS=point_layer(*clustered()), **{areas: squares}, **more)["OUTPUT"]
    assert sorted(row["area"] for row in found.getFeatures()) == sorted(names)


def test_all_crime_tells_of_one_category(run):
    given = dict(GIVEN, INCIDENTS=point_layer(*clustered()), UNITS=square_layer())
    found, other = (run("predict_risk", CATEGORY=name, **given)["OUTPUT"] for name in ("robbery", "burglary"))
    assert [row["area"] for row in found.getFeatures()] == [f"area {row}" for row in range(64)]
    # Robberies and burglaries are expected where either were, as many as there were of each.
    assert column(found, "known").tolist() != column(other, "known").tolist()
    assert column(found, "rank").tolist() == column(other, "rank").tolist()
