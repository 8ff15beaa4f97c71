"""Maps of risk in the toolbox: of districts, and by the categories that are not predicted as well."""

from bundled import clustered, column, point_layer, square_layer


def test_all_crime_in_districts_tells_of_one_category(run):
    points, squares = point_layer(*clustered()), square_layer()
    given = dict(INCIDENTS=points, UNITS=squares, MODEL="all_crime_counts", ORIGIN="2024-01-01")
    found, other = (run("predict_risk", CATEGORY=name, **given)["OUTPUT"] for name in ("robbery", "burglary"))
    assert found.featureCount() == squares.featureCount()
    assert [row["area"] for row in found.getFeatures()] == [f"area {row}" for row in range(64)]
    # Robberies and burglaries are expected where either were, as many as there were of each.
    assert column(found, "known").tolist() != column(other, "known").tolist()
    assert column(found, "rank").tolist() == column(other, "rank").tolist()
