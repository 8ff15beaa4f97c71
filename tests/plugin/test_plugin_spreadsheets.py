"""What a run writes for spreadsheets holds no formulas: of text from data, its own and the input's."""

import pandas as pd
import pytest
from bundled import clustered

from lacrime_geo.spreadsheets import as_it_was

pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin
ATTACK = "=cmd|' /C calc'!A0"


@pytest.fixture
def layer():
    """Return a memory layer whose categories are formulas."""
    from bundled import point_layer
    from qgis.core import edit

    made = point_layer(*clustered(200))
    with edit(made):
        for feature in made.getFeatures():
            feature["category"] = ATTACK if feature["number"] % 2 else "-5"
            made.updateFeature(feature)
    return made


@pytest.mark.parametrize("ending", ["csv", "xlsx", "gpkg"])
@pytest.mark.parametrize("name", ["ellipses", "dbscan"])
def test_text_stays_text(run, layer, tmp_path, name, ending):
    options = dict(BY="category") if name == "ellipses" else dict(EPS=400, MIN_SAMPLES=5)
    path = run(name, INCIDENTS=layer, OUTPUT=str(tmp_path / f"out.{ending}"), **options)["OUTPUT"]
    column = "group" if name == "ellipses" else "category"
    if ending == "gpkg":
        import geopandas as gpd

        assert set(gpd.read_file(path)[column]) == {ATTACK, "-5"}
        return
    if ending == "xlsx":
        from qgis.core import QgsVectorLayer

        found = {str(feature[column]) for feature in QgsVectorLayer(path, "out", "ogr").getFeatures()}
    else:
        found = set(pd.read_csv(path, dtype={column: str})[column])
    assert found == {f"'{ATTACK}", "-5"} and {as_it_was(text) for text in found} == {ATTACK, "-5"}


def test_dates_in_a_csv_are_written_as_a_script_writes_them(run, tmp_path):
    import lacrime_geo as lg

    file = "sample_layers/incidents.csv.gz"
    points = run("load_lapd", FILE=file, OUTPUT=str(tmp_path / "points.gpkg"))["OUTPUT"]
    path = run("nowcast", INCIDENTS=points, BY="", OUTPUT=str(tmp_path / "here.csv"))["OUTPUT"]
    lg.nowcast(file).save(tmp_path / "there.csv")
    here, there = (pd.read_csv(one, dtype=str) for one in (path, tmp_path / "there.csv"))
    dates = [name for name in there if there[name].str.match(r"\d{4}-").all()]
    assert dates and all(here[name].tolist() == there[name].tolist() for name in dates)
