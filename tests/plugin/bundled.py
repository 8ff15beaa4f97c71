"""The bundled plugin in a running QGIS, and layers to feed it: what the plugin's tests share."""

import importlib
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent.parent
OF_FEATURES = ("gi_star", "local_moran", "moran")
NEED_SCIKIT = ("hdbscan", "optics")
CLUSTERS = ("dbscan", "st_dbscan", *NEED_SCIKIT)
OF_INCIDENTS = ("kde", "hotspots", "stability", "jitter_sensitivity", "incremental_moran", *CLUSTERS, "ellipses")
OF_REPORTS = ("reporting_delay", "nowcast")
OF_HOURS = ("clock", "aoristic")
OF_REPEATS = ("near_repeat", "risk_zones")
OF_COUNTS = ("season", "weekday_test", "decompose", "change_points")
OF_FORECASTS = ("forecast_areas", "backtest_forecasts")
OF_RISK = ("predict_risk", "contest", "score_map", "feedback_audit")
OF_TRIALS = ("intervention", "plan_intervention", "interrupted_series", "difference_in_differences")
OF_HARM = ("harm", "harm_sensitivity", "predict_severity")
TWO_WEIGHTS = str(ROOT / "tests" / "plugin" / "two_weights.csv")
OF_PLACES = ("rates", "funnel", "rank_intervals")
OF_CORRELATES = ("breakdown", "category_components", "join_by_area")
OF_AGENCIES = ("rate_trends", "persistent_high", "predict_high_crime")
AGENCY_YEARS = str(ROOT / "sample_layers" / "agency_years.csv")
OF_STEPS = ("emerging_hotspots", "space_time_cube")
ANALYSES = (
    *OF_INCIDENTS,
    *OF_FEATURES,
    *("risk_ratio", "contours", "compare", "concentration", "change_map", "safe_export"),
    *OF_REPORTS,
    *OF_HOURS,
    *OF_COUNTS,
    *OF_REPEATS,
    *OF_STEPS,
    *OF_FORECASTS,
    *OF_RISK,
    *OF_HARM,
    *OF_PLACES,
    *OF_AGENCIES,
    *OF_CORRELATES,
    *OF_TRIALS,
    "alerts",
    "space_time_scan",
)
SUMMARIES = ("overview", "compare_periods", "report")
AFTER_SINCE = "2023-07-01"
TRIAL = {name.upper(): str(ROOT / "tests" / "plugin" / f"{name}.geojson") for name in ("treated", "control")}
IN_TIME = dict(eps=300, eps_time=30, min_samples=3)
RASTERS = ("kde", "risk_ratio")
SECOND = {
    **{name: "CLUSTERS" for name in CLUSTERS},
    "risk_ratio": "TOLERANCE",
    "hotspots": "CURVE",
    "concentration": "LORENZ",
    "compare": "AGREEMENT",
    "safe_export": "REPORT",
    "reporting_delay": "CURVE",
    "change_points": "LEVELS",
    "near_repeat": "ORIGINATORS",
    "alerts": "JUDGED",
    "emerging_hotspots": "STEPS",
    "space_time_cube": "BINS",
    "contest": "CURVES",
    "score_map": "CAUGHT",
    "feedback_audit": "OFFENCES",
    "harm": "CODES",
    "harm_sensitivity": "CELLS",
    "predict_severity": "CLASSES",
    "intervention": "AREAS",
    "plan_intervention": "DETECTABLE",
    "interrupted_series": "SERIES",
    "difference_in_differences": "EVENT_STUDY",
    "category_components": "LOADINGS",
    "join_by_area": "SHARES",
    **{name: "MAP" for name in OF_PLACES},
    "rate_trends": "SEGMENTS",
    "predict_high_crime": "FORECASTS",
}


def inputs_of(name, points, squares, units, density):
    """Return what an analysis is given: squares have columns crimes and residents, a density is a GeoTIFF."""
    without = (*OF_AGENCIES, *OF_FEATURES, *OF_PLACES, "join_by_area", "contours", "compare", "safe_export")
    given = dict(INCIDENTS=points) if name not in without else {}
    more = {
        **{one: dict(FEATURES=squares, VALUE="crimes") for one in OF_FEATURES},
        **{one: dict(FEATURES=squares, COUNT="crimes", POPULATION="residents") for one in OF_PLACES},
        **{one: dict(FEATURES=AGENCY_YEARS) for one in OF_AGENCIES},
        "predict_high_crime": dict(FEATURES=AGENCY_YEARS, MODELS="logistic_regression", FOLDS=2),
        "compare": dict(FEATURES=squares, VALUE="crimes", OTHER=squares, OTHER_VALUE="crimes"),
        "safe_export": dict(FEATURES=squares, VALUE="crimes"),
        "contours": dict(SURFACE=density),
        "breakdown": dict(BY="category"),
        "category_components": dict(CELL_SIZE=1500, LEAST=10, DRAWS=39),
        "join_by_area": dict(FEATURES=squares, AREAS=squares, COLUMNS="crimes"),
        "risk_ratio": dict(POPULATION=points),
        "concentration": dict(UNITS=units),
        "change_map": dict(AFTER_SINCE=AFTER_SINCE),
        "jitter_sensitivity": dict(ANALYSIS="hotspots", CELL_SIZE=400, RUNS=3, RADIUS=75),
        "aoristic": dict(HOURS="18-22", UNTIL_COLUMN="reported"),
        "near_repeat": dict(PERMUTATIONS=19),
        "alerts": dict(AREAS=units),
        "forecast_areas": dict(AREAS=units, STEP="week", MODEL="smoothing"),
        "backtest_forecasts": dict(MODELS="mean of 6"),
        "contest": dict(CATEGORY="robbery", CELL_SIZE=1000, ORIGINS="3", PREDICTORS="kde"),
        "score_map": dict(FEATURES=squares, VALUE="crimes"),
        "feedback_audit": dict(DISCOVERED="robbery", MODEL="prior_counts", CELL_SIZE=1000, BUDGET=0.05),
        "predict_risk": dict(CATEGORY="burglary", MODEL="all_crime_counts", CELL_SIZE=1000, BUDGET=0.05),
        "harm": dict(SCALE="ucr_part1"),
        "predict_severity": dict(SCALE=TWO_WEIGHTS, MODELS="place_and_premise"),
        "harm_sensitivity": dict(SCALES="ucr_part1", CELL_SIZE=500, BUDGET=0.05, RESAMPLES=19),
        "space_time_scan": dict(PERMUTATIONS=99, MAX_P=0.99),
        "risk_zones": dict(DISTANCE=300, DAYS=30),
        "intervention": dict(START=AFTER_SINCE, DISPLACEMENT=500, **TRIAL),
        "plan_intervention": TRIAL,
        "interrupted_series": dict(START=AFTER_SINCE),
        "difference_in_differences": dict(START=AFTER_SINCE, **TRIAL),
        "st_dbscan": {name.upper(): value for name, value in IN_TIME.items()},
    }
    return {**given, **more.get(name, {})}


def build_zip(folder):
    """Build the plugin's zip with the project's own script and return its path."""
    script = ROOT / "qgis_plugin" / "bundle.py"
    done = subprocess.run([sys.executable, str(script), str(folder)], capture_output=True, text=True, check=True)
    return Path(done.stdout.strip())


def import_plugin(folder):
    """Unpack the zip as QGIS's installer does, and import the plugin from there."""
    with zipfile.ZipFile(build_zip(folder / "dist")) as archive:
        archive.extractall(folder / "plugins")
    sys.path.insert(0, str(folder / "plugins"))
    return importlib.import_module("lacrime_qgis")


def clustered(n=900, seed=4):
    """Return longitudes and latitudes: a background and two dense spots, many of them on the same places."""
    random = np.random.default_rng(seed)
    x = random.uniform(-118.40, -118.30, n)
    y = random.uniform(34.00, 34.08, n)
    x[: n // 4] = -118.36 + random.normal(0, 0.002, n // 4)
    y[: n // 4] = 34.03 + random.normal(0, 0.002, n // 4)
    return np.round(x, 3), np.round(y, 3)


def point_layer(x, y, crs="EPSG:4326", name="burglaries", missing=0):
    """Return a memory layer of points with the columns number, harm, occurred, category and others; some without geometry."""
    from qgis.core import QgsFeature, QgsGeometry, QgsPointXY, QgsVectorLayer

    fields = "field=number:integer&field=harm:double&field=occurred:datetime&field=category:string&field=cluster:string"
    fields += "&field=reported:datetime"
    layer = QgsVectorLayer(f"Point?{'crs=' + crs + '&' if crs else ''}{fields}", name, "memory")
    features = []
    for row in range(len(x) + missing):
        feature = QgsFeature(layer.fields())
        day = f"2023-{1 + row % 12:02d}-{1 + row % 28:02d}"
        told = f"{np.datetime64(day) + np.timedelta64(row % 9, 'D')}T00:00:00"
        kind = "robbery" if row % 2 else "burglary"
        feature.setAttributes([row, 1.0 + row % 3, f"{day}T12:00:00", kind, "old", told])
        if row < len(x):
            feature.setGeometry(QgsGeometry.fromPointXY(QgsPointXY(float(x[row]), float(y[row]))))
        features.append(feature)
    layer.dataProvider().addFeatures(features)
    return layer


def square_layer(side=8, crs="EPSG:32611", name="districts"):
    """Return a memory layer of side × side touching squares of 1 km with a value that is high in one corner, and residents."""
    from qgis.core import QgsFeature, QgsGeometry, QgsRectangle, QgsVectorLayer

    layer = QgsVectorLayer(f"Polygon?crs={crs}&field=crimes:integer&field=residents:integer", name, "memory")
    features = []
    for row in range(side):
        for column in range(side):
            west, south = 370_000 + 1000 * column, 3_760_000 + 1000 * row
            feature = QgsFeature(layer.fields())
            crimes = 100 + row if row < 3 and column < 3 else (7 * row + 3 * column) % 11
            feature.setAttributes([crimes, 500 + 40 * row + 10 * column])
            feature.setGeometry(QgsGeometry.fromRect(QgsRectangle(west, south, west + 1000, south + 1000)))
            features.append(feature)
    layer.dataProvider().addFeatures(features)
    return layer


def column(layer, name):
    """Return a column of a layer in feature order, NULL as NaN."""
    from qgis.core import NULL

    values = [feature[name] for feature in layer.getFeatures()]
    return np.array([np.nan if value is None or value == NULL else value for value in values])


def destination():
    """Return a temporary output that is loaded into the project."""
    from qgis.core import QgsProcessingOutputLayerDefinition, QgsProject

    return QgsProcessingOutputLayerDefinition("TEMPORARY_OUTPUT", QgsProject.instance())
