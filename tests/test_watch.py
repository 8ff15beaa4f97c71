"""`watch`: runs on data that become known week by week, and the history of a GeoPackage that they leave."""

import dataclasses
import os
import signal
import sys
import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np
import pyogrio
import pytest
from watched import EAST_NAME, Runs, csv_of, halves, incidents_of, small_city, tables, whole

import lacrime_geo as lg
from lacrime_geo.cli import main
from lacrime_geo.watching.forecast_rows import true_forecasts
from lacrime_geo.watching.history_tables import KEYS, LAYERS, TABLES
from lacrime_geo.watching.lone_runs import alone
from lacrime_geo.watching.new_data import nothing_new

# 26 weeks before them, which alerts need.
SUNDAYS = np.datetime64("2023-07-09") + 7 * np.arange(5)
QUICK = dict(model="last count")


@pytest.fixture(scope="module")
def city():
    return incidents_of(small_city(days=230))


@pytest.fixture(scope="module")
def watched(city, tmp_path_factory):
    """Return a history of five weekly runs by areas, the last of them, and its page."""
    folder = tmp_path_factory.mktemp("watched")
    for day in SUNDAYS:
        page = folder / "now.html" if day == SUNDAYS[-1] else None
        found = lg.watch(city, folder / "history.gpkg", areas=halves(), as_of=str(day), page=page, **QUICK)
    return folder / "history.gpkg", found, (folder / "now.html").read_text(encoding="utf-8")


def test_each_run_adds_its_rows_and_no_row_twice(watched):
    found = tables(watched[0])
    assert whole(found) == SUNDAYS.size
    for table, names in KEYS.items():
        rows = [tuple(row[name] for name in names) for row in found[table]]
        assert len(rows) == len(set(rows)), table
    assert [row["known_until"] for row in found["runs"]] == SUNDAYS.astype(str).tolist()
    # Alerts go on where the last run ended: one week of two areas each.
    assert [row["step_begin"] for row in found["alerts"]] == np.repeat(SUNDAYS - 6, 2).astype(str).tolist()
    assert {row["area"] for row in found["alerts"]} == {"west", EAST_NAME}


def test_the_claims_are_those_of_the_overview(watched):
    path, found, _ = watched
    own = [row for row in tables(path)["claims"] if row["run"] == found.run]
    assert [row["value_text"] for row in own] == [str(claim.value) for claim in found.overview.claims]
    assert all(row["sentence"] and row["code"] for row in own)


def test_scores_are_of_forecasts_whose_days_are_reported(watched, city):
    rows = tables(watched[0])
    whole_until = {row["run"]: row["whole_until"] for row in rows["runs"]}
    assert rows["scores"]
    known = np.asarray(city.reported) < np.datetime64(SUNDAYS[-1] + 1)
    day, west = city.when.astype("M8[D]"), city.easting < 382_000
    for row in rows["scores"]:
        assert row["target_end"] <= whole_until[row["run"]]
        inside = (day >= np.datetime64(row["target_begin"])) & (day <= np.datetime64(row["target_end"]))
        area = {"all": inside | True, "west": west, EAST_NAME: ~west}[row["area"]]
        # As known when it was scored, so that what came later is missing.
        truth = (inside & known & area).sum()
        assert 0.8 * truth <= row["observed"] <= truth
        made = next(
            one
            for one in rows["forecasts"]
            if (one["run"], one["area"], one["target_begin"]) == (row["forecast_run"], row["area"], row["target_begin"])
        )
        assert row["error"] == pytest.approx(made["mean"] - row["observed"])
        assert row["inside80"] == (made["lower80"] <= row["observed"] <= made["upper80"])


def test_forecasts_are_of_steps_that_have_not_begun(watched):
    rows = tables(watched[0])["forecasts"]
    assert all(row["made_on"] < row["target_begin"] <= row["target_end"] for row in rows)
    # Four weeks of both areas and of all, in each of the runs.
    assert len(rows) == 4 * 3 * SUNDAYS.size


def test_of_forecasts_of_the_same_days_the_last_one_counts():
    def score(made_on, begin, end, run=1):
        return dict(area="all", made_on=made_on, target_begin=begin, target_end=end, forecast_run=run)

    late = score("2023-01-08", "2023-01-08", "2023-01-14")
    first, second = (
        score("2023-01-01", "2023-01-09", "2023-01-15", 1),
        score("2023-01-07", "2023-01-09", "2023-01-15", 2),
    )
    overlapping = score("2023-01-07", "2023-01-12", "2023-01-18", 2)
    assert true_forecasts([first, second, overlapping, late]) == [second]


def test_layers_are_those_of_the_last_run_with_their_styles(watched):
    path, found, _ = watched
    named = {name for name, kind in pyogrio.list_layers(path) if kind is not None}
    assert named == set(LAYERS)
    hot = pyogrio.read_dataframe(path, layer="hotspots")
    assert len(hot) == len(found.overview.hotspots) and hot.crs.to_epsg() == 32611
    now = pyogrio.read_dataframe(path, layer="alerts_now")
    assert now["area"].tolist() == ["west", EAST_NAME] and now["date"].iloc[0].date() == (SUNDAYS[-1] - 6).astype(
        object
    )
    styles = pyogrio.read_dataframe(path, layer="layer_styles", read_geometry=False)
    assert sorted(styles["f_table_name"]) == sorted(LAYERS) and styles["styleQML"].str.contains("<qgis").all()


def test_the_same_data_again_add_nothing(watched, city):
    path, before, _ = watched
    bytes_before = path.read_bytes()
    found = lg.watch(city, path, areas=halves(), as_of=str(SUNDAYS[-1]), **QUICK)
    assert not found.new_data and found.run == before.run and found.lines == () and found.verdict == before.verdict
    assert path.read_bytes() == bytes_before


def test_again_forces_a_run(city, tmp_path):
    for _ in range(2):
        found = lg.watch(city, tmp_path / "h.gpkg", as_of=str(SUNDAYS[0]), again=True, **QUICK)
    assert found.run == 2 and whole(tables(tmp_path / "h.gpkg")) == 2
    # A step that was judged before is not judged again.
    assert [row["run"] for row in tables(tmp_path / "h.gpkg")["alerts"]] == [1]


def test_the_page_says_what_the_run_found(watched):
    _, found, page = watched
    assert found.sentence in page and "<b>" not in page and "&lt;b&gt;" in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    for row in found.monitor_rows:
        assert row["name"] in page


def test_other_settings_and_older_data_are_refused_and_leave_the_history(watched, city):
    path, before = watched[0], watched[0].read_bytes()
    with pytest.raises(ValueError, match="have step 'week' and this one 'day'"):
        lg.watch(city, path, areas=halves(), as_of=str(SUNDAYS[-1]), step="day", **QUICK)
    with pytest.raises(ValueError, match="have areas"):
        lg.watch(city, path, as_of=str(SUNDAYS[-1]), **QUICK)
    with pytest.raises(ValueError, match="The data end on 2023-07-09, and those of the last run on 2023-08-06"):
        lg.watch(city, path, areas=halves(), as_of=str(SUNDAYS[0]), **QUICK)
    assert path.read_bytes() == before


def test_what_is_no_history_is_left_alone(city, tmp_path):
    other = tmp_path / "other.gpkg"
    pyogrio.write_dataframe(lg.overview(city).clusters.to_geodataframe(), other, driver="GPKG")
    before = other.read_bytes()
    with pytest.raises(OSError, match="cannot be read as a history"):
        lg.watch(city, other, **QUICK)
    (tmp_path / "text.gpkg").write_text("no database")
    with pytest.raises(OSError, match="cannot be read as a history"):
        lg.watch(city, tmp_path / "text.gpkg", **QUICK)
    assert other.read_bytes() == before and not list(tmp_path.glob("*.lock"))
    with pytest.raises(ValueError, match=r"A history is a GeoPackage .* got 'history.txt'"):
        lg.watch(city, "history.txt")
    with pytest.raises(FileNotFoundError, match="create it first"):
        lg.watch(city, tmp_path / "nowhere" / "h.gpkg")


def test_two_runs_do_not_overlap(city, tmp_path):
    path = tmp_path / "h.gpkg"
    with alone(path), pytest.raises(OSError, match="Another run is writing to this history"):
        lg.watch(city, path, **QUICK)
    assert not path.exists()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks")
def test_a_killed_run_leaves_the_history_as_it_was(tmp_path):
    path, random, seen = tmp_path / "h.gpkg", np.random.default_rng(7), []
    with Runs(path) as runs:
        for wait in random.uniform(0.2, 0.9, 5):
            child = runs.begin()
            time.sleep(wait)
            os.kill(child, signal.SIGKILL)
            assert runs.ended() == -signal.SIGKILL
            seen.append(whole(tables(path)))
    assert seen == sorted(seen) and seen[0] >= 1
    # The next run goes on as if nothing had been.
    found = lg.watch(incidents_of(small_city(days=100)), path, again=True, **QUICK)
    assert found.run == seen[-1] + 1 == whole(tables(path))


def test_data_that_do_not_come_are_told_once_it_is_long():
    now = datetime(2023, 6, 1, tzinfo=timezone.utc)
    times = [now - timedelta(days=30 + 7 * week) for week in (2, 1, 0)]
    runs = [
        dict(run=at, known_until="2023-05-01", run_at=moment.strftime("%Y-%m-%dT%H:%M:%SZ"))
        for at, moment in enumerate(times)
    ]
    said, long = nothing_new(runs, now)
    assert long and said.endswith("None have come for 30 days, where they came every 7 days.")
    assert not nothing_new(runs, now - timedelta(days=20))[1] and not nothing_new(runs[:2], now)[1]


def test_the_command_prints_what_a_person_should_see_and_its_status_says_so(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    columns = small_city(days=203)
    day = columns["when"].astype("M8[D]")
    last = day.max()
    rows = np.flatnonzero(columns["reported"] <= last - 7)
    csv_of(columns, rows, tmp_path / "city.csv")
    words = ["watch", "city.csv", "history.gpkg", "--model", "last count", "--quiet"]
    assert main([*words, "--page", "now.html"]) == 0
    assert capsys.readouterr().out == "" and Path("now.html").exists()
    before = Path("history.gpkg").read_bytes()
    assert main(words) == 0 and main(words[:-1]) == 0
    said = capsys.readouterr()
    assert said.out == "" and "nothing new: the data are those of run 1" in said.err
    # A file that is not there, and one that cannot be read.
    assert main(["watch", "gone.csv", *words[2:]]) == 2
    assert "gone.csv" in capsys.readouterr().err
    Path("cut.csv").write_text("id,occurred\n1,")
    assert main(["watch", "cut.csv", *words[2:]]) == 2
    assert Path("history.gpkg").read_bytes() == before
    capsys.readouterr()
    # A week with three times as many reports.
    more = np.flatnonzero((day > last - 7) & (columns["reported"] <= last))
    csv_of(columns, np.concatenate([rows, more, more, more]), tmp_path / "city.csv")
    assert main(words) == 1
    assert capsys.readouterr().out.startswith("alarm: week of ")


def test_a_file_that_loses_its_dates_of_report_is_told(city, tmp_path):
    """Alarms go by them: without, none can be given any more, and nothing else would say so."""
    lg.watch(city, tmp_path / "h.gpkg", as_of=str(SUNDAYS[0]), **QUICK)
    without = dataclasses.replace(city, reported=None)
    for _ in range(2):
        found = lg.watch(without, tmp_path / "h.gpkg", again=True, **QUICK)
        (said,) = [line for line in found.lines if line.startswith("Alerts could not be computed: ")]
        assert "dated_by 'reported'" in said and said.endswith("An earlier run could.") and found.status == 1


def test_the_schema_is_what_the_page_says(watched):
    found = tables(watched[0])
    assert list(found) == list(TABLES)
    for table, columns in TABLES.items():
        assert not found[table] or list(found[table][0]) == ["fid", *columns]


def test_a_full_disk_is_told_and_leaves_nothing(small_disk):
    with pytest.raises(OSError, match="the disk is full"):
        lg.watch(incidents_of(small_city(days=100)), small_disk / "h.gpkg", **QUICK)
    assert [file.name for file in small_disk.iterdir()] == ["h.gpkg.lock"]


def test_without_psycopg2_the_remedy_is_told(city, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg2", None)
    with pytest.raises(ImportError, match=r"pip install 'lacrime-geo\[watch\]'"):
        lg.watch(city, "postgresql://nobody@/nowhere")


def test_a_run_that_is_cancelled_adds_nothing(watched, city):
    path, before = watched[0], watched[0].read_bytes()
    heard = []
    with pytest.raises(lg.Cancelled):
        lg.watch(city, path, areas=halves(), progress=lambda part: heard.append(part) or part < 0.4, **QUICK)
    assert path.read_bytes() == before and heard == sorted(heard) and heard[0] < 0.2
    assert not list(path.parent.glob(".lacrime*"))
