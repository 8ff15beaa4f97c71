"""Every algorithm of the registry: what it tells of itself, its result on the sample city, its style, a sentence on bad input."""

from html import escape
from pathlib import Path

import numpy as np
import pytest
from bundled import ANALYSES, RASTERS, ROOT, SUMMARIES, column, inputs_of, point_layer

import lacrime_geo as lg
from lacrime_geo.catalog import BY_NAME

qgis_core = pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin

TOOLS = ("basemap", "check_installation", "load_incidents", "load_lapd", "report_map", "rerun", "verify")
BOUNDARY = str(ROOT / "sample_layers" / "divisions.geojson")
# For the summaries see test_plugin_overview.py and test_plugin_compare.py. OPTICS takes a minute on the whole city.
ON_THE_SAMPLE = [name for name in ANALYSES if name != "optics"]
CLUSTERS = ("Cluster 1 by size", "In no cluster")
CONFIDENCE = ("Hot spot, 99 % confidence", "Cold spot, 99 % confidence")
# The renderer, and the first and the last line of the legend.
LOOKS = {
    "kde": ("singlebandpseudocolor", "Below 11 incidents per km²", "91 incidents per km² or more"),
    "risk_ratio": (
        "singlebandpseudocolor",
        "Below a quarter of the expected share",
        "4 times the expected share or more",
    ),
    "contours": (
        "graduatedSymbol",
        "Smallest area with 25 % of incidents",
        "Smallest area with 75 % of incidents",
    ),
    "hotspots": ("categorizedSymbol", *CONFIDENCE),
    "gi_star": ("categorizedSymbol", *CONFIDENCE),
    "stability": ("graduatedSymbol", "Hot on 5 of 5 grids", "Cold on 5 of 5 grids"),
    "jitter_sensitivity": ("graduatedSymbol", "Hot in 3 of 3 runs", "Cold in 3 of 3 runs"),
    "compare": ("categorizedSymbol", "Hot on both maps", "Not on the second map"),
    "change_map": ("categorizedSymbol", "More than before, 99 % confidence", "Too few incidents to tell a change"),
    "local_moran": ("categorizedSymbol", "High among high", "Not significant"),
    "dbscan": ("categorizedSymbol", *CLUSTERS),
    "st_dbscan": ("categorizedSymbol", *CLUSTERS),
    "hdbscan": ("categorizedSymbol", *CLUSTERS),
    "ellipses": ("categorizedSymbol", "all", "all"),
    "safe_export": ("graduatedSymbol", "60 to 636 crimes", "Withheld: under 5, or to hide such"),
    "aoristic": ("graduatedSymbol", "Wholly in these hours", "Time not known"),
    "predict_risk": ("graduatedSymbol", "Top 5 % of area: catches 63 % (53–70 %)", "Beyond the top 10 %"),
    "risk_zones": ("graduatedSymbol", "25 to 30 days left, today included", "1 to 6 days left, today included"),
    "emerging_hotspots": (
        "categorizedSymbol",
        "Consecutive hot spot: hot from some step to the last without a break, never before",
        "No pattern: neither hot nor cold in the last step, nor in nine of ten",
    ),
    "space_time_cube": ("graduatedSymbol", "No incident", "16 or more incidents"),
    "alerts": ("categorizedSymbol", "Alarm: more than chance allows", "No data: cannot be judged"),
    "space_time_scan": (
        "categorizedSymbol",
        "Outbreak: chance makes one like it in 1 of 1,000 scans or fewer",
        "May be chance: p up to 0.99",
    ),
    "forecast_areas": (
        "categorizedSymbol",
        "Rise of 25 % or more against last year",
        "Fall of 25 % or more",
    ),
    "feedback_audit": ("graduatedSymbol", "Chosen only with offences that police discover", "Not chosen"),
    "harm": ("graduatedSymbol", "Weighs 1 (Part I offences)", "Not on the scale: counted as nothing"),
    "category_components": ("graduatedSymbol", "Much more burglary", "Fewer than 10 incidents: no score"),
    "join_by_area": ("graduatedSymbol", "57 or more", "Not known: in no area with a value"),
    # Tables are not drawn.
    "breakdown": None,
    "rates": None,
    "funnel": None,
    "rank_intervals": None,
    "rate_trends": None,
    "persistent_high": None,
    "predict_high_crime": None,
    "harm_sensitivity": None,
    "predict_severity": None,
    "contest": None,
    "intervention": None,
    "plan_intervention": None,
    "interrupted_series": None,
    "difference_in_differences": None,
    "score_map": None,
    "backtest_forecasts": None,
    "near_repeat": None,
    "clock": None,
    "season": None,
    "weekday_test": None,
    "decompose": None,
    "change_points": None,
    "incremental_moran": None,
    "moran": None,
    "concentration": None,
    "reporting_delay": None,
    "nowcast": None,
}
BAD = {
    "kde": ({"BANDWIDTH": 0.0}, "bandwidth must be above 0 metres, got 0"),
    "risk_ratio": ({"BANDWIDTH": 0.0}, "bandwidth must be above 0 metres, got 0"),
    "contours": ({"LEVELS": "150"}, "150"),
    "hotspots": ({"CELL_SIZE": -5.0}, "cell_size must be above 0 metres, got -5"),
    "stability": ({"RUNS": 0}, "runs must be"),
    "jitter_sensitivity": ({"EPS": 5}, "hotspots takes no eps"),
    "incremental_moran": ({"CELL_SIZE": -5.0}, "cell_size must be above 0 metres, got -5"),
    "change_map": ({"AFTER_SINCE": "2031-01-01"}, "2031"),
    "gi_star": ({"VALUE": "nothing"}, "no column 'nothing'"),
    "local_moran": ({"VALUE": "nothing"}, "no column 'nothing'"),
    "moran": ({"VALUE": "nothing"}, "no column 'nothing'"),
    "safe_export": ({"K": 1}, "k must be a whole number of at least 2, got 1"),
    "compare": ({"OTHER_VALUE": "nothing"}, "no column 'nothing'"),
    "rates": ({"LEVEL": 0.95}, "level is in per cent: 95, not 0.95"),
    "funnel": ({"LIMITS": "95"}, "limits must be two in per cent"),
    "rank_intervals": ({"TOP": 100_000}, "top is 100,000, and only"),
    "rate_trends": ({"MOST_JOINPOINTS": 9}, "most_joinpoints must be 5 at most, got 9"),
    "persistent_high": ({"SINCE": 2031}, "No agency is usable since 2031 until 2024"),
    "predict_high_crime": ({"TEST_SINCE": 1900}, "test_since must be a year from 2004 to 2023, got 1900"),
    "concentration": ({"LATER_SINCE": "2031-01-01"}, "2031"),
    "reporting_delay": ({"AS_OF": "2001-01-01"}, "2001-01-01"),
    "nowcast": ({"LEVEL": 0.9}, "level is in per cent: 90, not 0.9"),
    "clock": ({"LEVEL": 0.95}, "level is in per cent: 95, not 0.95"),
    "season": ({"REFERENCE": "Someday"}, "reference must be one of 'Monday'"),
    "weekday_test": ({"EXPECTED": "1, 2, 3"}, "expected has 3 values for 7 rows"),
    "decompose": ({"TREND": 8}, "trend must be an odd number, got 8"),
    "change_points": ({"PENALTY": 0.0}, "penalty must be above 0"),
    "aoristic": ({"HOURS": "late"}, "hours must be such as 22-4"),
    "emerging_hotspots": ({"TIME_STEP": "fortnight"}, "time_step must be one of 'day', 'week', 'month'"),
    "space_time_cube": ({"TIME_STEP": "0"}, "time_step must be a whole number of at least 1, got 0"),
    "alerts": ({"FALSE_ALARMS_PER_YEAR": 400.0}, "false_alarms_per_year must be at most 91"),
    "space_time_scan": ({"MAX_DAYS": 1000}, "max_days must be at most half the period"),
    "near_repeat": ({"TIME_BANDS": "0, 3.5, 7"}, "time_bands are in whole days"),
    "forecast_areas": ({"HORIZON": 4000}, "A horizon of 4,000"),
    "backtest_forecasts": ({"MODELS": "oracle"}, "model must be one of"),
    "contest": ({"PREDICTORS": "oracle"}, "predictor must be one of"),
    "score_map": ({"VALUE": "nothing"}, "no column 'nothing'"),
    "feedback_audit": ({"DISCOVERED": "vice"}, "discovered names 'vice', of which there is no incident"),
    "breakdown": ({"BY": "nothing"}, "no column 'nothing'"),
    "category_components": ({"LEAST": 100_000}, "0 places have at least 100,000 incidents"),
    "join_by_area": ({"COLUMNS": ["nothing"]}, "no column 'nothing'"),
    "harm": ({"SCALE": "nothing"}, "There is no scale 'nothing'"),
    "harm_sensitivity": ({"BUDGET": 2.0}, "budget must be a share between 0 and 1, got 2"),
    "predict_severity": ({"COLUMNS": ["category"]}, "The column 'category' names the offence"),
    "predict_risk": ({"CATEGORY": "nothing"}, "No incident is of the category 'nothing'"),
    "intervention": ({"START": "2031-01-01"}, "The trial begins on 2031-01-01"),
    "interrupted_series": ({"STEP": "month"}, "6 whole steps of a month before 2023-07-01"),
    "difference_in_differences": ({"TIME_STEP": 300}, "0 whole steps of 300 days before 2023-07-01"),
    "plan_intervention": ({"FALLS": "150"}, "falls must be from 0 to 100, got 150"),
    "risk_zones": ({"DISTANCE": 100, "DAYS": None}, "give both, or neither"),
    "dbscan": ({"EPS": -1.0}, "eps must be above 0 metres, got -1"),
    "st_dbscan": ({"EPS_TIME": -1.0}, "eps_time must be above 0"),
    "hdbscan": ({"MIN_CLUSTER_SIZE": 1}, "min_cluster_size"),
    "optics": ({"MIN_SAMPLES": 1}, "min_samples"),
    "ellipses": ({"BY": "nothing"}, "no column 'nothing'"),
    "overview": (lambda folder: {"INCIDENTS": point_layer([], [])}, "is empty: it has 0 rows"),
    "compare_periods": (
        lambda folder: {"INCIDENTS": point_layer([-118.3], [34.0])},
        "Where does the later period begin?",
    ),
    "report": (
        lambda folder: {"INCIDENTS": point_layer([-118.3], [34.0]), "SECTIONS": "maps", "OUTPUT": "TEMPORARY_OUTPUT"},
        "'maps'",
    ),
    "load_lapd": (lambda folder: {"FILE": str(folder / "none.csv")}, "none.csv"),
    "load_incidents": (lambda folder: {"FILE": str(folder / "none.csv")}, "none.csv"),
    "basemap": ({"URL": "nonsense"}, "'nonsense' is no URL of tiles"),
    "report_map": ({"PDF": "TEMPORARY_OUTPUT"}, "layer"),
    "verify": ({"ONLY": "gi_star, foo"}, "only names 'foo', of which there are no checks"),
    "rerun": (lambda folder: {"LAYER": point_layer([-118.3], [34.0]), "FOLDER": str(folder)}, "burglaries"),
}


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """Return the sample city's incidents, cells with counts, and density, as files."""
    folder = tmp_path_factory.mktemp("sample")
    lg.read_lapd(ROOT / "sample_layers" / "incidents.csv.gz").to_file(folder / "points.gpkg")
    cells = lg.hotspots(folder / "points.gpkg", boundary=BOUNDARY, cell_size=1500)
    counted = cells.to_geodataframe().rename(columns={"count": "crimes"})
    counted.assign(residents=400 + 7 * np.arange(len(counted)) % 900).to_file(folder / "cells.gpkg")
    lg.kde(folder / "points.gpkg", boundary=BOUNDARY).save(folder / "density.tif")
    return {name: str(folder / name) for name in ("points.gpkg", "cells.gpkg", "density.tif")}


def given_on(sample, name):
    """Return the parameters of an analysis on the sample, all that have a default left out."""
    points, cells, density = sample.values()
    fewer = {"RUNS": 5} if name == "stability" else {}  # fifty grids take a minute
    return {**inputs_of(name, points, cells, cells, density), **fewer}


def by_the_library(name, given):
    """Return what a script gets."""
    options = {key.lower(): value for key, value in given.items()}
    data = options.pop(BY_NAME[name].input)
    if "until_column" in options:  # which a script names when it makes incidents
        data = lg.as_incidents(data, until_column=options.pop("until_column"))
    return BY_NAME[name].call(data, None, **options)


def legend(layer):
    """Return the lines of a layer's legend."""
    if layer.type() == qgis_core.QgsMapLayer.LayerType.RasterLayer:
        return [item.label for item in layer.renderer().shader().rasterShaderFunction().colorRampItemList()]
    return [item.label() for item in layer.renderer().legendSymbolItems()]


@pytest.mark.parametrize("name", ON_THE_SAMPLE)
def test_the_sample_gives_what_a_script_gets_in_its_style(load, read_raster, sample, name):
    given = given_on(sample, name)
    expected = by_the_library(name, given)
    layer = {layer.name(): layer for layer in load(name, **given).values()}[expected.label]
    if name in RASTERS:
        np.testing.assert_allclose(read_raster(layer.source())["values"], expected.values.astype("float32"))
    else:
        assert layer.featureCount() == len(expected) > 0
    for field in getattr(expected, "columns", ()):
        found, values = column(layer, field), expected[field]
        if values.dtype.kind == "f":  # QGIS and pip may bring a PROJ each, whose metres differ by less than a hair
            np.testing.assert_allclose(found, values, rtol=1e-9, atol=1e-9, err_msg=field)
        else:
            np.testing.assert_array_equal(found, values, err_msg=field)
    if LOOKS[name] is None:
        assert not layer.isSpatial()
        return
    lines = legend(layer)
    assert (layer.renderer().type(), lines[0], lines[-1]) == LOOKS[name]
    assert all(lines) and len(set(lines)) == len(lines)


def test_no_algorithm_is_left_out(provider):
    assert sorted(one.name() for one in provider.algorithms()) == sorted({*ANALYSES, *SUMMARIES, *TOOLS})
    assert set(LOOKS) == set(ON_THE_SAMPLE) and set(BAD) == {*ANALYSES, *SUMMARIES, *TOOLS} - {"check_installation"}


@pytest.mark.parametrize("name", [*ANALYSES, *SUMMARIES, *TOOLS])
def test_it_says_what_it_is(provider, name):
    found = qgis_core.QgsApplication.processingRegistry().algorithmById(f"lacrime:{name}")
    assert found.group() and found.displayName()[:1].isupper() and found.shortDescription().endswith(".")
    assert any("crime" in tag.lower() for tag in found.tags()) and len(found.tags()) >= 3
    assert found.shortDescription() in found.shortHelpString() and "<" in found.shortHelpString()
    assert not found.icon().isNull() and Path(found.svgIconPath()).is_file()
    page = Path(found.helpUrl().replace("file://", ""))
    assert page.is_file() and escape(found.displayName()) in page.read_text(encoding="utf-8")
    for definition in found.parameterDefinitions():
        assert definition.description()[:1].isupper() and definition.help(), definition.name()
        assert definition.name() == definition.name().upper()


@pytest.mark.parametrize("name", sorted(BAD))
def test_bad_input_gives_a_sentence(run, sample, qgis_new_project, tmp_path, name):
    wrong, sentence = BAD[name]
    right = given_on(sample, name) if name in ANALYSES else {}
    outputs = {"OUTPUT": None} if name in (*SUMMARIES, "report_map", "rerun") else {}
    with pytest.raises(qgis_core.QgsProcessingException) as caught:
        run(name, **{**outputs, **right, **(wrong(tmp_path) if callable(wrong) else wrong)})
    said = str(caught.value).replace("Unable to execute algorithm\n", "").strip()
    assert sentence in said and "\n" not in said and "Traceback" not in said
    assert list(tmp_path.iterdir()) == []
