"""The core needs numpy and scipy alone, starts without scipy, and never imports itself by its full name."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "lacrime_geo"
BLOCKED = ["pandas", "geopandas", "shapely", "pyproj", "rasterio", "pyogrio", "fiona", "pyarrow", "sklearn", "libpysal"]
BLOCKED += ["esda", "matplotlib", "rich", "osgeo", "qgis", "numba", "dask", "polars", "duckdb", "networkx"]

BLOCKING = f"""
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {BLOCKED!r}:
            raise ImportError(name + " is blocked")
sys.meta_path.insert(0, Blocked())
"""
CORE = """
import numpy as np
import lacrime_geo as lg
from lacrime_geo import catalog, files, landing, styles
from lacrime_geo.forecasting.model_names import MODELS
from lacrime_geo.geometry import rectangles_wkb
from lacrime_geo.parameters import Parameters
random = np.random.default_rng(1)
x, y = random.normal(0, 700, (2, 500)) + [[380000], [3768000]]
days = np.datetime64("2023-01-01") + np.arange(500)
data = {"w": np.arange(500.0) + 1}
told = dict(when=days, reported=days + random.integers(0, 9, 500))
points = lg.Incidents(x, y, category=["a", "b"] * 250, crs="EPSG:32611", source=data, **told)
cell = rectangles_wkb(380000 + np.arange(40) % 8 * 100.0, 3768000 + np.arange(40) // 8 * 100.0, 100.0, 100.0)
areas = lg.Features(list(cell), "EPSG:32611", {"v": random.poisson(3, 40)})
every = "kde risk_ratio contours hotspots stability compare gi_star local_moran moran incremental_moran concentration dbscan"
every += " st_dbscan ellipses change_map jitter_sensitivity safe_export reporting_delay nowcast clock aoristic"
every += " season weekday_test decompose change_points"
every += " forecast_areas backtest_forecasts predict_risk contest score_map feedback_audit harm harm_sensitivity"
every += " predict_severity"
every += " intervention plan_intervention interrupted_series difference_in_differences"
every += " alerts near_repeat risk_zones emerging_hotspots space_time_cube space_time_scan"
every += " rates funnel rank_intervals rate_trends persistent_high predict_high_crime"
every += " breakdown category_components join_by_area"
outside = {"hdbscan", "optics"}  # need scikit-learn
assert set(catalog.BY_NAME) - outside == set(every.split()), "run every analysis here"
some = points.select(since="2023-02-01", category="a")
for kernel in ("quartic", "gaussian", "uniform"):
    surfaces = [lg.kde(points, kernel=kernel, weight="w"), lg.kde(some, kernel=kernel, boundary=areas, bandwidth=300)]
for rule in lg.bandwidths.BANDWIDTH_RULES:
    surfaces += [lg.kde(points, bandwidth=rule, adaptive=rule == "scott", probability=rule == "silverman")]
surfaces[-1] = surfaces[-1].styled(breaks="equal", dark=True)
risks = [lg.risk_ratio(some, points, permutations=number, population_weight=w) for number, w in ((0, None), (9, "w"))]
for correction in ("fdr", "bonferroni", "none"):
    cells = [lg.hotspots(points, correction=correction), lg.hotspots(points, cell_size=40, boundary=areas, weight="w")]
for neighbours in ("queen", "rook", "knn", "band"):
    marks = [lg.gi_star(areas, value="v", neighbours=neighbours, include_self=own) for own in (True, False)]
marks += [lg.local_moran(areas, value="v", permutations=number) for number in (0, 19)]
marks += [lg.gi_star(areas, value="v", denominator="v", smoothing="empirical_bayes"), lg.local_moran(points)]
cells += [lg.hotspots(points, shape="hex"), lg.stability(some, runs=3)]
cells += [lg.jitter_sensitivity(name, points, radius=50, runs=2) for name in ("hotspots", "kde")]
cells += [lg.change_map(points, after_since="2023-09-01")]
cells += [lg.predict_risk(points, category="a"), lg.predict_risk(points, model="kde", shape="hex")]
cells += [lg.predict_risk(points, units=areas, model="prior_counts", budget=0.1)]
cells += [lg.feedback_audit(points, discovered="a", model=name, units=areas) for name in ("auto", "prior_counts")]
cells += [lg.change_map(some.select(until="2024-01-01"), after=points.select(since="2024-01-01"))]
marks += [lg.compare(cells[0], cells[2])]
cube = lg.space_time_cube(points, cell_size=200)
cells += [cube, cube.bins(), lg.emerging_hotspots(cube, distance_band=400).steps()]
tables = [cells[2].curve(), marks[-1].agreement()]
audit = lg.feedback_audit(points, discovered="a", model="all_crime_counts")
tables += [audit.offences(), audit.urn, lg.urn_simulation(days=20, runs=9)]
tables += [lg.season(points), lg.weekday_test([3, 0, 0, 1, 0, 0, 0]), lg.decompose(points, step="week", period=4)]
tables += [lg.change_points(points, method=how).levels() for how in ("pelt", "pettitt")]
curve = lg.incremental_moran(points, boundary=areas, cell_size=40)
shares = lg.concentration(points, units=areas, later_since="2023-09-01").lorenz()
global_i = [lg.moran(areas, value="v", permutations=number) for number in (0, 19)]
delay = lg.reporting_delay(points)
lasting = lg.Incidents(x, y, when=days + np.timedelta64(9, "h"), until=days + np.timedelta64(15, "h"), crs="EPSG:32611")
marks += [lg.aoristic(lasting, hours="12-16")]
surfaces += [lg.kde(lasting, weight=marks[-1])]
tables += [lg.clock(lasting), lg.clock(lasting).hours()]
assert "aoristic" in lg.clock(lasting).svg() and "<table>" in lg.clock(lasting).html()
tables += [delay, delay.curve(), lg.nowcast(points, by="w", last=2), lg.nowcast(points, step="day")]
tables += [lg.nowcast_counts(dict(date=["2024-05-01"], count=[3]), delay=delay, as_of="2024-05-01", step="day")]
warned = [lg.alerts(points, areas=areas, method=name) for name in ("poisson", "cusum", "ears_c1", "ears_c2", "ears_c3")]
warned += [lg.alerts(points, step="week", since="2024-01-01")]
assert len(warned[-1].judged()) > 3 and warned[-1].watched_counts("all").svg()
tables += [lg.cusum([1, 2, 9], mean=2, k=1, h=4)]
several = [name for name in MODELS if name not in ("SARIMAX", "Prophet", "gradient boosting", "neural network")]
tables += [lg.forecast_areas(points, areas=areas, model="smoothing", horizon=2).forecast]
try:
    lg.forecast(lg.counts(points), model="gradient boosting", horizon=2)
    raise AssertionError("scikit-learn is there")
except ImportError as problem:
    assert "pip install scikit-learn" in str(problem)
tables += [lg.backtest_forecasts(points.select(until="2023-05-01"), models=several, step="day", horizon=2)]
assert "Backtest" in tables[-1].svg() and all("<table>" in drawn.html() for drawn in tables[-2:])
plain = ["all_crime_counts", "kde", "gi_star", "prospective", "self_exciting", "auto"]
contests = [lg.contest(points, plain, origins=3, category="a")]
contests += [lg.contest(points, lambda known: known.counts(9), units=areas, origins="2024-04-01", shares=[0.2])]
scored = [lg.score_map(areas, points, value="v"), lg.score_map(lg.kde(points.select(until="2024-01-01")), points)]
assert all("<table>" in one.html() for one in (*contests, *scored))
tables += [*contests, contests[0].curves(), contests[0].by_origin(), *scored]
marks += [scored[0].caught()]
scale = lg.HarmScale("own", "Own", "points", "here", "1", "category", ("a", "b"), np.array([9.0, 0.5]), ("one", "two"))
marks += [lg.harm(points, scale=scale)]
harmed = lg.harm_sensitivity(points, scales=[scale], boundary=areas, cell_size=40, resamples=19)
tables += [marks[-1].codes(), harmed, lg.concentration(points, units=areas, weight=marks[-1])]
cells += [harmed.cells()]
told = [lg.predict_severity(points, scale=scale), lg.predict_severity(points, scale=scale, columns="w")]
assert all("left out" in " ".join(one.parameters["warnings"]) and "<table>" in one.html() for one in told)
tables, marks = [*tables, *told], [*marks, told[0].classes()]
assert harmed.svg() and "<table>" in harmed.html()
cells += [scored[1].caught()]
apart = rectangles_wkb(np.array([379300.0, 380100.0]), np.full(2, 3767500.0), 600, 900)
trial = dict(zip(("treated", "control"), (lg.Features([one], "EPSG:32611") for one in apart)))
tables += [lg.intervention(points, start="2023-10-01", displacement=150, weight="w", **trial)]
tables += [lg.plan_intervention(points, **trial)]
seconds_of_trials = [tables[-2].areas()]
assert len(tables[-1].detectable()) == 5
tables += [lg.interrupted_series(points, start="2023-10-01", **trial)]
cut = rectangles_wkb(379300.0 + 200.0 * np.arange(6), np.full(6, 3767500.0), 200, 900)
trial = dict(zip(("treated", "control"), (lg.Features(list(some), "EPSG:32611") for some in (cut[:3], cut[3:]))))
tables += [lg.difference_in_differences(points, start="2023-10-01", **trial)]
tables += [tables[-2].series(), tables[-2].placebos(), tables[-1].event_study()]
assert all("<table>" in one.html() for one in tables[-7:-3])
knox = lg.near_repeat(points, permutations=9)
tables += [knox]
marks += [knox.originators(distance=100, days=7)]
clusters = [lg.dbscan(points), lg.dbscan(some, eps=200, min_samples=5, weight="w")]
clusters += [lg.jitter_sensitivity(lg.dbscan, points, radius=50, runs=2)]
clusters += [lg.st_dbscan(points, eps=300, eps_time=90, min_samples=5)]
for name in outside:
    try:
        getattr(lg, name)(points)
    except ImportError as problem:
        assert "pip install scikit-learn" in str(problem)
    else:
        raise AssertionError(name)
lines = [lg.contours(surface, kind=kind) for surface in surfaces for kind in ("volume", "value")]
seconds = [risks[0].tolerance(), *(found.clusters() for found in clusters), lg.ellipses(points, by="w")]
seconds += [clusters[0].clusters(boundary=areas, population=some, permutations=3, hull="concave")]
seconds += [lg.join_by_area(areas, areas=areas, columns="v").shares()]
lived = lg.Features(areas.wkb, areas.crs, {"count": areas.source["v"], "population": np.arange(40.0) + 60})
compared = [function(lived) for function in (lg.rates, lg.funnel, lg.rank_intervals)]
compared += [lg.rates({"count": [3, 9], "population": [50, 70]}, smoothing="moments"), lg.funnel(lived, model="binomial")]
assert all("<table>" in one.html() for one in compared)
marks += [one.map() for one in compared[:3]]
yearly = lg.read_ucr("sample_layers/agency_years.csv")
yearly = [function(yearly) for function in (lg.rate_trends, lg.persistent_high, lg.predict_high_crime)]
assert all("<table>" in one.html() for one in yearly) and "left out" in " ".join(yearly[2].parameters["warnings"])
assert len(yearly[0].segments()) >= 16 and len(yearly[2].forecasts()) == 16
told = dict(category=np.array(list("abcd"))[np.arange(500) % 4], source={"victim_age": np.arange(500) % 90})
mixed = lg.Incidents(x, y, crs="EPSG:32611", **told)
cells += [lg.category_components(mixed, cell_size=300, least=10, draws=19)]
broken = [cells[-1].loadings(), lg.breakdown(mixed, by="victim_age"), lg.breakdown(points, by="category", across="weekday")]
assert all("<table>" in one.html() for one in broken)
marks += [lg.join_by_area(areas, areas=areas, columns="v"), lg.join_by_area(areas, areas=areas, columns="v", kind="mean")]
safe = [lg.safe_export(cells[0]), lg.safe_export(points, k=2), lg.safe_export(points, mask="donut", k=2, columns=[])]
assert len(safe[0].report()) > 3
seconds += [lg.space_time_scan(points, permutations=9, by_weekday=True, max_p=0.99)]
assert lg.e_test(6, 2) > 0.1
reported = lg.report(points, areas=areas, sections="map,season,contest,audit,methods")
assert "such as logistic regression" in " ".join(reported.sections[2].caveats) and len(reported.claims) > 20
assert reported.missing == {} and '"schema"' in reported.claims_json()
surfaces += [reported.layers["density"]]
seconds += [*seconds_of_trials, *safe, lg.risk_zones(points, distance=100, days=7)]
texts = [styles.qml(result) for result in (*warned, *surfaces, *risks, *lines, *cells, *marks, *clusters, *seconds)]
assert all(text.startswith("<!DOCTYPE qgis") for text in texts)
assert clusters[1]["cluster"].max() >= 0 and np.isfinite(marks[0]["z"]).all()
"""
FORBIDDEN_TOO = """
assert "scipy.stats" not in sys.modules, "scipy.stats is slow to import"
taken = {name.partition(".")[0] for name in sys.modules} & set(BLOCKED)
assert not taken, taken
"""


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)


def test_core_runs_on_numpy_and_scipy_alone():
    done = run(f"{BLOCKING}\n{CORE}\nBLOCKED = {BLOCKED!r}\n{FORBIDDEN_TOO}")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["pandas", "shapely"])
def test_the_block_blocks(name):
    done = run(f"{BLOCKING}\nimport {name}")
    assert done.returncode == 1 and f"{name} is blocked" in done.stderr


def test_frames_and_files_say_what_is_missing():
    done = run(f"{BLOCKING}\nimport lacrime_geo as lg\nlg.read_lapd('crimes.csv')")
    assert done.returncode == 1 and "pandas is blocked" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize("module", ["lacrime_geo", "lacrime_geo.catalog", "lacrime_geo.cli"])
def test_starting_imports_no_scipy_and_nothing_heavy(module):
    listed = BLOCKED + ["scipy", "sqlite3"] * (module != "lacrime_geo.cli")
    done = run(f"import sys, {module}; print(sorted({{n.partition('.')[0] for n in sys.modules}} & set({listed!r})))")
    assert done.stdout == "[]\n", done.stdout + done.stderr


def modules():
    return [pytest.param(path, id=str(path.relative_to(PACKAGE))) for path in sorted(PACKAGE.rglob("*.py"))]


@pytest.mark.parametrize("path", modules())
def test_only_relative_imports_of_itself(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) and node.level == 0 else []
        assert not [name for name in names if name.partition(".")[0] in ("lacrime_geo", "qgis_plugin")], node.lineno


@pytest.mark.parametrize("path", modules())
def test_third_parties_are_imported_where_they_are_used(path):
    """At the top of a module stand only the standard library, numpy, itself, and what types alone need."""
    allowed = {*sys.stdlib_module_names, "numpy"}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) and node.level == 0 else []
        assert {name.partition(".")[0] for name in names} <= allowed, node.lineno


def test_scipy_stats_is_nowhere():
    sources = {path.name: path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}
    assert [name for name, text in sources.items() if "scipy.stats" in text or "scipy import stats" in text] == []
    assert "autocorrelation.py" in sources
