"""Correlates in QGIS: a column of times is broken down by the hour, and columns of another layer are joined onto one's own."""

import numpy as np
import pytest
from bundled import clustered, column, point_layer, square_layer

pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin


def test_a_column_of_times_is_broken_down_by_the_hour(load):
    layer = point_layer(*clustered(300), missing=4)
    (table,) = load("breakdown", INCIDENTS=layer, BY="occurred").values()
    assert [feature["value"] for feature in table.getFeatures()] == ["12:00 to 14:59"]
    assert column(table, "count").tolist() == [304.0]


def test_columns_of_another_layer_are_joined_beside_ones_own(load):
    districts, tracts = square_layer(4, name="districts"), square_layer(8, name="tracts")
    made = load("join_by_area", FEATURES=districts, AREAS=tracts, COLUMNS="residents", SHARES="TEMPORARY_OUTPUT")
    joined = next(layer for layer in made.values() if "residents_known" in layer.fields().names())
    assert joined.featureCount() == 16
    expected = np.array([500 + 40 * row + 10 * at for row in range(4) for at in range(4)], dtype=float)
    np.testing.assert_allclose(column(joined, "residents"), expected)
    np.testing.assert_allclose(column(joined, "crimes"), column(districts, "crimes"))
    (shares,) = (layer for layer in made.values() if "inside" in layer.fields().names())
    assert shares.featureCount() == 64 and column(shares, "inside").sum() == pytest.approx(16)


def test_several_columns_are_joined_at_once(run):
    districts, tracts = square_layer(4, name="districts"), square_layer(8, name="tracts")
    given = dict(FEATURES=districts, AREAS=tracts, OUTPUT="TEMPORARY_OUTPUT")
    for columns in (["residents", "crimes"], "residents;crimes"):
        joined = run("join_by_area", **given, COLUMNS=columns)["OUTPUT"]
        assert {"residents_known", "crimes_known"} <= set(joined.fields().names())
