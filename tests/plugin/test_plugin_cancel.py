"""On a million points every analysis stops within a second of being cancelled, and leaves nothing behind.

A run is watched from its beginning until it is cancelled: also the longest time in which it does not ask whether to go on
counts, as a cancel then would have waited for as long. Two runs may go on at a time; one that waited too long is tried again
alone. scikit-learn cannot be interrupted: hdbscan and optics stop, while it
goes on in a thread of its own until it has its result, which nobody hears.
"""

import os
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

import million
import pytest
from bundled import NEED_SCIKIT, TRIAL, TWO_WEIGHTS, clustered, point_layer, square_layer

pytest.importorskip("qgis.core")
pytestmark = [pytest.mark.plugin, pytest.mark.alone, pytest.mark.usefixtures("emptied_project")]

AT_MOST = 1.0  # seconds
TRIES = 4  # one beside another run, then alone; the best counts: another process may have had the processor
# Further moments and variants are tried by `make test-properties`.
SEARCHING = os.environ.get("HYPOTHESIS_PROFILE") == "search"
LATE, WHILE_WRITING = 3.0, 8.0  # seconds after which a run is cancelled
LATER = [1.0, 15.0, 60.0] if SEARCHING else []
IN_TIME = dict(EPS=300, EPS_TIME=30, MIN_SAMPLES=5)
YEARLY = dict(FEATURES="the agency-years")
LATER_HALF = dict(AFTER_SINCE="2022-01-01")
RUNS = {
    "kde": ("kde", dict(WEIGHT="harm"), LATE),
    "kde, adaptive": ("kde", dict(ADAPTIVE=True), LATE),
    "kde, likelihood": ("kde", dict(BANDWIDTH_RULE="likelihood"), LATE),
    "hotspots": ("hotspots", dict(PERMUTATIONS=99), LATE),
    "stability": ("stability", {}, LATE),
    "jitter_sensitivity": ("jitter_sensitivity", dict(ANALYSIS="hotspots", RADIUS=75), LATE),
    "incremental_moran": ("incremental_moran", {}, LATE),
    "local_moran": ("local_moran", {}, LATE),
    "concentration": ("concentration", {}, LATE),
    "ellipses": ("ellipses", dict(BY="category"), LATE),
    "risk_ratio": ("risk_ratio", dict(POPULATION="the points"), LATE),
    "change_map": ("change_map", LATER_HALF, LATE),
    "compare_periods": ("compare_periods", LATER_HALF, LATE),
    "overview": ("overview", {}, LATE),
    "report": ("report", {}, LATE),
    "dbscan": ("dbscan", {}, LATE),
    "dbscan, eps given": ("dbscan", dict(EPS=150, MIN_SAMPLES=100), WHILE_WRITING),
    "st_dbscan": ("st_dbscan", IN_TIME, LATE),
    "reporting_delay": ("reporting_delay", dict(BY="category"), LATE),
    "clock": ("clock", dict(UNTIL_COLUMN="reported"), LATE),
    "aoristic": ("aoristic", dict(HOURS="18-22", UNTIL_COLUMN="reported"), LATE),
    "emerging_hotspots": ("emerging_hotspots", {}, LATE),
    "space_time_cube": ("space_time_cube", {}, LATE),
    "alerts": ("alerts", dict(BY="category", METHOD="cusum", SINCE="2021-01-01"), LATE),
    "forecast_areas": ("forecast_areas", dict(BY="category", STEP="day"), LATE),
    "backtest_forecasts": ("backtest_forecasts", dict(BY="category", STEP="day"), LATE),
    "contest": ("contest", dict(CATEGORY="theft"), LATE),
    "score_map": ("score_map", dict(FEATURES="the squares", VALUE="crimes"), LATE),
    "predict_risk": ("predict_risk", dict(CATEGORY="theft"), LATE),
    "feedback_audit": ("feedback_audit", dict(DISCOVERED="theft"), LATE),
    "intervention": ("intervention", dict(START="2022-01-01", DISPLACEMENT=500, **TRIAL), LATE),
    "plan_intervention": ("plan_intervention", TRIAL, LATE),
    "interrupted_series": ("interrupted_series", dict(START="2022-01-01", STEP="day"), LATE),
    "difference_in_differences": ("difference_in_differences", dict(START="2022-01-01", **TRIAL), LATE),
    "harm": ("harm", dict(SCALE="ucr_part1"), LATE),
    "predict_severity": ("predict_severity", dict(SCALE=TWO_WEIGHTS), LATE),
    "harm_sensitivity": ("harm_sensitivity", dict(SCALES="ucr_part1"), LATE),
    "near_repeat": ("near_repeat", dict(DISTANCE_BANDS="0, 1, 50"), LATE),
    # A random scan of a million takes longer than a second: a city's quarter.
    "space_time_scan": ("space_time_scan", dict(SINCE="2023-01-01", UNTIL="2023-04-01"), LATE),
    "breakdown": ("breakdown", dict(BY="category"), LATE),
    "category_components": ("category_components", {}, LATE),
    "join_by_area": ("join_by_area", dict(FEATURES="the squares", AREAS="the squares", COLUMNS="crimes"), LATE),
    "rates": ("rates", dict(COUNT="number", POPULATION="harm"), LATE),
    "funnel": ("funnel", dict(COUNT="number", POPULATION="harm"), LATE),
    "rank_intervals": ("rank_intervals", dict(COUNT="number", POPULATION="harm"), LATE),
    "predict_high_crime": ("predict_high_crime", YEARLY, LATE),
    "risk_zones": ("risk_zones", dict(DISTANCE=50, DAYS=14), LATE),
    "nowcast": ("nowcast", dict(BY="category", STEP=1), LATE),
    "season": ("season", dict(BY="category"), LATE),
    "weekday_test": ("weekday_test", {}, LATE),
    "decompose": ("decompose", dict(BY="category"), LATE),
    "change_points": ("change_points", dict(BY="category"), LATE),
}
# Other ways through what is run above.
VARIANTS = {
    "kde, predictive": ("kde", dict(BANDWIDTH_RULE="predictive"), LATE),
    "hotspots, hexagons of a period": ("hotspots", dict(SHAPE="hex", SINCE="2021-01-01", CATEGORY="theft"), LATE),
    "jitter_sensitivity of clusters": ("jitter_sensitivity", dict(ANALYSIS="dbscan", RADIUS=75, EPS=150), LATE),
    "risk_ratio, random maps": ("risk_ratio", dict(POPULATION="the points", PERMUTATIONS=9), LATE),
    "dbscan, against chance": ("dbscan", dict(EPS=150, MIN_SAMPLES=100, PERMUTATIONS=9, POPULATION="the points"), LATE),
    "rate_trends": ("rate_trends", YEARLY, LATE),
    "persistent_high": ("persistent_high", YEARLY, LATE),
    "report, the dearest sections": ("report", dict(SECTIONS="forecast, contest, harm"), WHILE_WRITING),
    "predict_risk, cells": ("predict_risk", dict(CATEGORY="theft", UNITS=None), LATE),
}
if SEARCHING:
    RUNS.update(VARIANTS)


def registered(name):
    from qgis.core import QgsApplication

    return QgsApplication.processingRegistry().algorithmById(f"lacrime:{name}")


@pytest.fixture(scope="module")
def points(tmp_path_factory):
    """Return the path of a million incidents."""
    path = tmp_path_factory.mktemp("million") / "points.gpkg"
    million.write(path)
    return str(path)


@pytest.fixture(scope="module")
def turns(tmp_path_factory):
    """Return a context in which a run has the machine to itself, or leaves another run beside it."""
    fcntl = pytest.importorskip("fcntl")
    base = tmp_path_factory.getbasetemp()
    folder = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base  # that of all workers

    @contextmanager
    def turns(alone):
        with ExitStack() as stack:
            entrance, room = (stack.enter_context((folder / name).open("w")) for name in ("entrance", "room"))
            # Who waits for an empty room stands in the entrance, so that nobody slips in before.
            fcntl.flock(entrance, fcntl.LOCK_EX)
            fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
            fcntl.flock(entrance, fcntl.LOCK_UN)
            yield

    return turns


@pytest.fixture(scope="module")
def feedback_of():
    """Return a class of feedbacks that keep when they are asked whether to go on."""
    from qgis.core import QgsProcessingFeedback

    class Asked(QgsProcessingFeedback):
        def __init__(self):
            super().__init__(False)
            self.moments, self.lines = [], []

        def isCanceled(self):
            self.moments.append(time.monotonic())
            return super().isCanceled()

        def pushInfo(self, text):
            self.lines.append(text)

        def reportError(self, text, fatal=False):
            self.lines.append(text)

        def longest_silence(self, begin, end):
            """Return the longest time between two questions from one moment to another."""
            moments = [begin, *(moment for moment in self.moments if begin < moment < end), end]
            return max(later - earlier for earlier, later in zip(moments, moments[1:]))

    return Asked


def given_to(name, points, options, folder):
    """Return what an algorithm is given, with a file in the folder for each of its outputs."""
    definitions = registered(name).parameterDefinitions()
    usual = {"INCIDENTS": points, "FEATURES": points, "UNITS": square_layer(30)}
    given = {one.name(): usual[one.name()] for one in definitions if one.name() in usual}
    for one in definitions:
        if one.isDestination():
            given[one.name()] = str(folder / f"{one.name().lower()}.{one.defaultFileExtension()}")
    meant = {"the points": points, "the squares": square_layer(30)}
    if options == YEARLY:
        meant["the agency-years"] = million.write_agency_years(Path(points).with_name("agency_years.csv"))
    return {**given, **{key: meant.get(value, value) for key, value in options.items()}}


def cancelled(name, given, feedback, after):
    """Run an algorithm as the dialog does and cancel it some seconds after it began, unless it has ended before.

    Returns
    -------
    began, cancelled, ended : moments, None for never cancelled
    results : of the run
    """
    from qgis.core import QgsApplication, QgsProcessingAlgRunnerTask, QgsProcessingContext, QgsProject
    from qgis.PyQt.QtCore import QEventLoop, QTimer

    context = QgsProcessingContext()
    context.setProject(QgsProject.instance())
    task = QgsProcessingAlgRunnerTask(registered(name), given, context, feedback)
    moments, loop, timer = {}, QEventLoop(), QTimer()

    def cancel():
        moments["cancelled"] = time.monotonic()
        feedback.cancel()

    def end(fine, results):
        moments.update(ended=time.monotonic(), results=results, fine=fine)
        loop.quit()

    task.executed.connect(end)
    timer.setSingleShot(True)
    timer.timeout.connect(cancel)
    began = time.monotonic()
    QgsApplication.taskManager().addTask(task)
    timer.start(round(1000 * after))
    loop.exec() if hasattr(loop, "exec") else loop.exec_()
    timer.stop()
    assert moments["fine"] == ("cancelled" not in moments), feedback.lines
    return began, moments.get("cancelled"), moments["ended"], moments["results"]


def files_below(*folders):
    return sorted(
        str(path) for folder in folders for path in folder.rglob("*") if path.is_file() or path.name[0] == "."
    )


def slowest(name, points, options, after, feedback, folder):
    """Return the longest that a cancel waits, or would have waited had it come sooner, and whether the run went on till then."""
    from qgis.core import QgsProcessingUtils

    temporary = Path(QgsProcessingUtils.tempFolder())
    before = files_below(temporary)
    began, stop, end, results = cancelled(name, given_to(name, points, options, folder), feedback, after)
    if stop is None or results:  # it has ended, or was past the last moment to cancel
        assert results and files_below(folder), feedback.lines
        return max(feedback.longest_silence(began, end), end - (stop or end)), False
    assert results == {} and "Cancelled: nothing was written." in feedback.lines, feedback.lines
    assert files_below(folder) == [] and files_below(temporary) == before
    return max(end - stop, feedback.longest_silence(began, stop)), True


@pytest.mark.parametrize("run", RUNS)
def test_cancel_is_heard_within_a_second(provider, points, feedback_of, turns, tmp_path, run):
    name, options, after = RUNS[run]
    for moment in (after, *LATER):
        waited = []
        while len(waited) < TRIES and min(waited, default=AT_MOST) >= AT_MOST:
            folder = tmp_path / f"{moment} {len(waited)}"
            folder.mkdir()
            with turns(alone=bool(waited)):
                wait, went_on = slowest(name, points, options, moment, feedback_of(), folder)
            waited.append(wait)
        print(f"{run}, {moment:g} s: {', '.join(f'{wait:.2f}' for wait in waited)} s{'' if went_on else ', ended'}")
        assert min(waited) < AT_MOST, waited
        if not went_on:
            break


def test_contours_of_a_density_of_a_million_points(run, points, feedback_of, turns, tmp_path):
    given = dict(INCIDENTS=points, BANDWIDTH=200, CELL_SIZE=40, OUTPUT=str(tmp_path / "density.tif"))
    with turns(alone=False):
        density = run("kde", **given)["OUTPUT"]
    folder = tmp_path / "contours"
    folder.mkdir()
    with turns(alone=True):
        wait, _ = slowest("contours", points, dict(SURFACE=density), 1.0, feedback_of(), folder)
    assert wait < AT_MOST


@pytest.mark.parametrize("name", NEED_SCIKIT)
def test_what_scikit_learn_computes_is_left_alone(provider, feedback_of, turns, tmp_path, name):
    pytest.importorskip("sklearn")
    with turns(alone=False):
        layer = point_layer(*clustered(12_000))
    for moment in (0.7, 0.35, 0.17):  # sooner where it has ended before
        folder = tmp_path / str(moment)
        folder.mkdir()
        with turns(alone=True):
            wait, went_on = slowest(name, layer, {}, moment, feedback_of(), folder)
        assert wait < AT_MOST
        if went_on:
            return
    raise AssertionError("It always ended before it was cancelled.")


def test_every_algorithm_that_reads_incidents_is_cancelled_here(provider):
    names = {name for name, _, _ in RUNS.values()} | set(NEED_SCIKIT)
    found = {
        algorithm.name()
        for algorithm in provider.algorithms()
        if any(definition.name() == "INCIDENTS" for definition in algorithm.parameterDefinitions())
    }
    assert found <= names
