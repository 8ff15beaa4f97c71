"""Outputs land whole, together, or not at all, whatever happens while they are written."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import pytest
from makers import clustered, incidents, squares

import lacrime_geo as lg
from lacrime_geo.landing import Landing

ROOT = Path(__file__).parents[1]
CELLS = len(lg.hotspots(incidents(*clustered(3000, 1, side=20000.0)), cell_size=250))
RESULT = lg.gi_star(squares(3, 3), value=range(9))


def fill(landing, path, text):
    staged = landing.stage(path)
    staged.write_text(text)
    return staged


def contents(folder):
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_files_land_together(tmp_path):
    (tmp_path / "b.txt").write_text("old")
    with Landing() as landing:
        fill(landing, tmp_path / "a.txt", "1")
        fill(landing, tmp_path / "b.txt", "2").with_suffix(".qml").write_text("style")
        assert {p.name for p in tmp_path.iterdir() if not p.name.startswith(".")} == {"b.txt"}
    assert contents(tmp_path) == {"a.txt": "1", "b.txt": "2", "b.qml": "style"}


def test_pages_leave_the_style_of_a_layer_of_their_name(tmp_path):
    before = {name: name for name in ("map.gpkg", "map.qml")}
    for name, text in before.items():
        (tmp_path / name).write_text(text)
    pages = {f"map{ending}": ending for ending in (".html", ".pdf", ".png", ".csv", ".csv.json")}
    with Landing() as landing:
        for name, text in pages.items():
            fill(landing, tmp_path / name, text)
    assert contents(tmp_path) == {**before, **pages}


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, MemoryError])
def test_nothing_lands_after_an_error(error, tmp_path):
    before = {"a.txt": "old", "a.qml": "old style"}
    for name, text in before.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(error), Landing() as landing:
        fill(landing, tmp_path / "a.txt", "1")
        fill(landing, tmp_path / "b.txt", "2")
        raise error
    assert contents(tmp_path) == before


def test_when_one_cannot_be_replaced_the_others_come_back(tmp_path):
    before = {"a.txt": "old", "a.qml": "old style"}
    for name, text in before.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(OSError, match=r"Cannot write '.*c\.txt'"), Landing() as landing:
        for name in ("a.txt", "b.txt", "c.txt"):
            fill(landing, tmp_path / name, "new")
        (tmp_path / "c.txt").mkdir()
    (tmp_path / "c.txt").rmdir()
    assert contents(tmp_path) == before


def test_without_hard_links_too(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    test_when_one_cannot_be_replaced_the_others_come_back(tmp_path)


@pytest.mark.parametrize(("first", "second"), [("a.gpkg", "a.gpkg"), ("a.gpkg", "./a.gpkg"), ("a.gpkg", "a.parquet")])
def test_two_outputs_need_two_names(first, second, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="give them different names"), Landing() as landing:
        fill(landing, first, "1")
        landing.stage(tmp_path / second if second == "a.parquet" else second)
    assert contents(tmp_path) == {}


def test_staging_says_at_once_that_a_folder_is_missing(tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no folder"), Landing() as landing:
        landing.stage(tmp_path / "no" / "a.gpkg")
    (tmp_path / "folder.gpkg").mkdir()
    with pytest.raises(IsADirectoryError, match="name a file in it"), Landing() as landing:
        landing.stage(tmp_path / "folder.gpkg")


PRELUDE = """
import os, signal, sys
sys.path.insert(0, "tests")
from makers import clustered, incidents
import lacrime_geo as lg
from lacrime_geo import files, landing, rasters
RUN = {".tif": lg.kde}.get(os.path.splitext(sys.argv[1])[1], lg.hotspots)
result = RUN(incidents(*clustered(3000, 1, side=20000.0)), cell_size=250)
"""
KILLED = {
    "before the file is written": "type(result.parameters).record = lambda *_: os.kill(os.getpid(), signal.SIGKILL)",
    "when it is written and not landed": "landing._sync = lambda *_: os.kill(os.getpid(), signal.SIGKILL)",
}


def run_killed(code, path):
    script = PRELUDE + code + "\nresult.save(sys.argv[1])\n"
    return subprocess.run([sys.executable, "-c", script, str(path)], cwd=ROOT, timeout=120).returncode


@pytest.mark.parametrize("moment", list(KILLED))
@pytest.mark.parametrize("name", ["a.gpkg", "a.parquet", "a.tif"])
def test_a_killed_run_leaves_the_old_file(moment, name, tmp_path):
    target = tmp_path / name
    target.write_bytes(b"the old layer")
    target.with_suffix(".qml").write_bytes(b"the old style")
    assert run_killed(KILLED[moment], target) == -signal.SIGKILL
    assert target.read_bytes() == b"the old layer" and target.with_suffix(".qml").read_bytes() == b"the old style"


@pytest.mark.parametrize("name", ["a.gpkg", "a.geojson"])
def test_a_killed_run_leaves_no_file_where_there_was_none(name, tmp_path):
    assert run_killed(KILLED["when it is written and not landed"], tmp_path / name) == -signal.SIGKILL
    assert all(path.name.startswith(".lacrime_geo-") for path in tmp_path.iterdir())


# The result written over and over is not the one that was there: either of the two must be whole.
SLOW = """
print("writing", flush=True)
while True:
    result.save(sys.argv[1])
"""


@pytest.mark.parametrize("delay", [0.02, 0.11, 0.23])
def test_killed_anywhere_in_the_writing_leaves_a_whole_file(delay, tmp_path):
    target = tmp_path / "a.gpkg"
    RESULT.save(target)
    command = [sys.executable, "-c", PRELUDE + SLOW, str(target)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "writing\n"
        time.sleep(delay)
        process.kill()
    assert process.returncode == -signal.SIGKILL and len(gpd.read_file(target)) in (len(RESULT), CELLS)


@pytest.mark.parametrize(("name", "left"), [("a.shp", {"a.shp"}), ("a.gpkg", {"a.gpkg", "a.qix", "a.cpg"})])
def test_an_index_and_an_encoding_go_with_the_shapefile_they_belong_to(name, left, tmp_path):
    """A stale spatial index finds the wrong features, a stale encoding spells them wrong."""
    for old in ("a.qix", "a.cpg"):
        (tmp_path / old).write_text("stale")
    with Landing() as landing:
        fill(landing, tmp_path / name, "new")
    assert {path.name for path in tmp_path.iterdir()} == left


def test_what_a_failed_run_still_holds_is_let_go_before_its_file_is_removed(tmp_path):
    found = []

    class Writer:
        def __init__(self, path):
            self.path = path
            path.write_text("half")

        def __del__(self):
            found.append(self.path.exists())

    def work(landing):
        writer = Writer(landing.stage(tmp_path / "layer.gpkg"))
        raise KeyError(writer.path.name)

    with pytest.raises(KeyError), Landing() as landing:
        work(landing)
    assert found == [True]
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_staged_is_undone_when_a_run_fails(tmp_path):
    done = []
    with Landing() as landing:
        landing.undo_by(lambda: done.append("dropped"))
    assert done == []
    with pytest.raises(ZeroDivisionError), Landing() as landing:
        landing.undo_by(lambda: done.append("dropped"))
        raise ZeroDivisionError
    assert done == ["dropped"]


def test_only_what_runs_killed_long_ago_have_left_is_swept(tmp_path):
    old, new = tmp_path / ".lacrime_geo-old", tmp_path / ".lacrime_geo-new"
    for folder in (old, new):
        folder.mkdir()
    os.utime(old, (0, time.time() - 100_000))
    with Landing() as landing:
        fill(landing, tmp_path / "a.txt", "1")
    assert not old.exists() and new.exists()


def test_what_another_run_removes_meanwhile_is_none_to_sweep(tmp_path):
    (tmp_path / ".lacrime_geo-gone").symlink_to(tmp_path / "nowhere")  # listed, and not there any more
    with Landing() as landing:
        fill(landing, tmp_path / "a.txt", "1")
    assert (tmp_path / "a.txt").read_text() == "1"
