"""Conversions that end early: no part is half there, nothing is complete that is not, and the same call goes on."""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from test_lapd import rows
from test_writing import SAMPLE, make_reports, make_small

import lacrime_geo as lg
from lacrime_geo.progress import Cancelled
from lacrime_geo.scale.writing import conversions, require_finished, runs

ROWS = 5_002
HERE = Path(__file__).parent
# What a process runs that is killed when it has come so far.
KILLED = """
import os, signal, sys
sys.path[:0] = [{here!r}, {tests!r}]
import pytest
import test_writing
import lacrime_geo as lg
test_writing.make_small(pytest.MonkeyPatch())
def progress(fraction):
    if fraction > {until}:
        os.kill(os.getpid(), signal.SIGKILL)
lg.convert({source!r}, {folder!r}, progress=progress)
"""


@pytest.fixture
def small(monkeypatch):
    make_small(monkeypatch)


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    return make_reports(tmp_path_factory.mktemp("reports"))


def contents(folder):
    return {path.name: path.read_bytes() for path in sorted(Path(folder).glob("*.parquet"))}


def kill(source, folder, until):
    code = KILLED.format(here=str(HERE), tests=str(HERE.parent), until=until, source=str(source), folder=str(folder))
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=HERE.parents[1])
    assert ended.returncode == -signal.SIGKILL, ended.stderr


def stop_after(until):
    return lambda fraction: fraction <= until


def test_a_process_that_is_killed_is_gone_on_with(small, reports, tmp_path, caplog):
    out = tmp_path / "out"
    for until in (0.3, 0.85):
        kill(reports, out, until)
        assert not contents(out)
        with pytest.raises(ValueError, match="was not finished; run the same conversion again"):
            require_finished(out)
        with pytest.raises(ValueError, match="was not finished"):
            lg.read_lapd(out)
    made = len(list((out / ".unfinished").glob("part-*.parquet")))
    assert 0 < made < 5
    with caplog.at_level("INFO", "lacrime_geo"):
        lg.convert(reports, out)
    assert "goes on from a conversion that was not finished, with 5,004 rows read" in caplog.text
    assert contents(out) == contents(lg.convert(reports, tmp_path / "whole"))
    assert sorted(path.name for path in out.iterdir() if path.suffix != ".parquet") == ["_lacrime.json"]
    caplog.clear()
    with caplog.at_level("INFO", "lacrime_geo"):
        lg.convert(reports, out)
    assert "converted already, from the same files" in caplog.text


@pytest.mark.parametrize("until", [0.3, 0.66, 0.9])
def test_wherever_it_is_stopped_it_goes_on(small, reports, tmp_path, until):
    with pytest.raises(Cancelled):
        lg.convert(reports, tmp_path / "out", progress=stop_after(until))
    assert not contents(tmp_path / "out")
    lg.convert(reports, tmp_path / "out")
    assert require_finished(tmp_path / "out")["rows"] == ROWS
    assert lg.read_lapd(tmp_path / "out").dr_no.is_unique


def test_what_ends_while_the_parts_are_moved_is_not_complete_and_goes_on(small, reports, tmp_path, monkeypatch):
    moved = []

    def replace(source, target):
        if len(moved) == 2:
            raise OSError(5, "the disk is gone")
        moved.append(os.replace(source, target))

    with monkeypatch.context() as broken:
        broken.setattr(conversions, "os", SimpleNamespace(replace=replace))
        with pytest.raises(OSError, match="the disk is gone"):
            lg.convert(reports, tmp_path / "out")
    assert len(contents(tmp_path / "out")) == 2
    with pytest.raises(ValueError, match="was not finished"):
        require_finished(tmp_path / "out")
    with pytest.raises(ValueError, match="was not finished"):
        lg.read_lapd(tmp_path / "out")
    lg.convert(reports, tmp_path / "out")
    assert contents(tmp_path / "out") == contents(lg.convert(reports, tmp_path / "whole"))


def test_other_files_or_options_begin_anew(small, reports, tmp_path, caplog):
    source = tmp_path / "a.csv"
    rows(*[{"DR_NO": f"2314{n:05d}"} for n in range(50)]).to_csv(source, index=False)
    with pytest.raises(Cancelled):
        lg.convert(reports, tmp_path / "out", progress=stop_after(0.8))
    with caplog.at_level("INFO", "lacrime_geo"):
        lg.convert(source, tmp_path / "out")
    assert "begins again, as the unfinished conversion was of other files or options" in caplog.text
    assert len(lg.read_lapd(tmp_path / "out")) == 50
    # What is complete stays until the new one is.
    with pytest.raises(Cancelled):
        lg.convert(reports, tmp_path / "out", progress=stop_after(0.8))
    assert len(lg.read_lapd(tmp_path / "out")) == 50
    lg.convert(reports, tmp_path / "out", columns=["dr_no", "occurred"])
    assert list(lg.read_lapd(tmp_path / "out").columns) == ["dr_no", "occurred", "geometry"]


def limited(size):
    """Let no file grow beyond so many bytes, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    return before


@pytest.mark.parametrize("until", [0.0, 0.75])
def test_where_there_is_no_room_one_sentence_says_so_and_it_goes_on(small, reports, tmp_path, until):
    out = tmp_path / "out"
    if until:
        with pytest.raises(Cancelled):
            lg.convert(reports, out, progress=stop_after(until))
    before = limited(60_000)
    try:
        with pytest.raises(
            OSError, match=r"Cannot write '.*out': .*are free, and about .*B more are needed\); free space and"
        ) as told:
            lg.convert(reports, out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert "\n" not in str(told.value)
    assert not contents(out) and not list(out.rglob("*.half"))
    lg.convert(reports, out)
    assert len(lg.read_lapd(out)) == ROWS


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a disk")
def test_a_disk_that_is_full(small, reports, tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=400k", "tmpfs", disk], capture_output=True).returncode:
        pytest.skip("no disk can be mounted here")
    try:
        with pytest.raises(
            OSError, match=r"Cannot write '.*out': the disk is full \(.* are free, and about .*B more are needed"
        ):
            lg.convert(reports, disk / "out")
        assert not contents(disk / "out") and not list((disk / "out").rglob("*.half"))
        subprocess.run(["mount", "-o", "remount,size=20m", disk], check=True)
        lg.convert(reports, disk / "out")
        assert len(lg.read_lapd(disk / "out")) == ROWS
    finally:
        subprocess.run(["umount", disk], check=True)


def test_two_conversions_to_one_folder_do_not_meet(small, reports, tmp_path):
    def progress(fraction):
        with pytest.raises(OSError, match=r"Another process is converting to .*; wait until it ends"):
            lg.convert(SAMPLE, tmp_path / "out")
        return fraction < 0.5

    with pytest.raises(Cancelled):
        lg.convert(reports, tmp_path / "out", progress=progress)
    lg.convert(reports, tmp_path / "out")
    assert len(lg.read_lapd(tmp_path / "out")) == ROWS


def test_a_damaged_file_among_many_is_named_and_what_is_read_is_kept(small, reports, tmp_path, monkeypatch):
    monkeypatch.setattr("lacrime_geo.scale.writing.conversions.ROWS_IN_RUN", 1)
    files = [tmp_path / f"{name}.parquet" for name in "abc"]
    for number, file in enumerate(files):
        rows(*[{"DR_NO": f"23{number}4{n:05d}"} for n in range(30)]).to_parquet(file)
    good = files[1].read_bytes()
    files[1].write_bytes(good[:600] + b"\0" * 400 + good[1000:])
    with pytest.raises(ValueError, match=r"b\.parquet"):
        lg.convert(files, tmp_path / "out")
    assert not contents(tmp_path / "out")
    files[1].write_bytes(good)
    assert len(lg.read_lapd(lg.convert(files, tmp_path / "out"))) == 90


def test_a_part_that_is_lost_or_a_record_that_is_damaged_is_told(small, reports, tmp_path):
    out = Path(lg.convert(reports, tmp_path / "out"))
    lost = sorted(out.glob("*.parquet"))[2]
    kept = lost.read_bytes()
    lost.unlink()
    with pytest.raises(ValueError, match=r"1 of the 5 parts of '.*out' are not there, first part-00002\.parquet"):
        require_finished(out)
    lost.write_bytes(kept)
    (out / "_lacrime.json").write_text('{"format": 99}')
    with pytest.raises(ValueError, match=r"is damaged .*format 99"):
        require_finished(out)


def test_runs_that_are_read_are_removed_before_the_end(small, reports, tmp_path):
    seen = []

    def progress(fraction):
        there = list((tmp_path / "out" / ".unfinished").glob("run-*.parquet"))
        seen.append(len(there))

    frame = rows({}).take(np.zeros(3_000, dtype=int)).reset_index(drop=True)
    days = pd.date_range("2023-01-01", periods=3_000, freq="1h").strftime("%m/%d/%Y 12:00:00 AM")
    frame["DATE OCC"], frame["Date Rptd"] = days, "12/31/2023 12:00:00 AM"
    frame["DR_NO"] = [f"2314{n:05d}" for n in range(3_000)]
    frame.to_csv(tmp_path / "a.csv", index=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lacrime_geo.scale.writing.slicing.ROWS_IN_PART", 600)
        patch.setattr("lacrime_geo.scale.writing.conversions.ROWS_IN_RUN", 500)
        patch.setattr("lacrime_geo.data.tables.BYTES_IN_PORTION", 200_000)
        patch.setattr("lacrime_geo.data.arrow_csv.BLOCK", 10_000)
        out = lg.convert(tmp_path / "a.csv", tmp_path / "out", progress=progress)
    assert max(seen) >= 4 and seen[-2] < max(seen)
    assert sum(pq.read_metadata(path).num_rows for path in Path(out).glob("*.parquet")) == 3_000
    assert runs.ROWS_IN_GROUP == 100
