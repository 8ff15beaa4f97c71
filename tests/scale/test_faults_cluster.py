"""Workers that are killed, clusters that are lost, cancelling: the same result, or one sentence in bounded time."""

import os
import signal
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow.parquet as parquet
import pytest
from small_files import folder_of, table

import lacrime_geo as lg
from lacrime_geo import partitioned
from lacrime_geo.progress import Cancelled
from lacrime_geo.scale import engines

pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return folder_of(tmp_path_factory.mktemp("parts") / "parts", *(table(seed, 500) for seed in range(6)))


@pytest.fixture(scope="module")
def killed():
    """Return a client of two workers that may be killed, whose scheduler gives a task up at the second death it brings."""
    import dask
    from dask.distributed import Client, LocalCluster

    settings = dict(n_workers=2, threads_per_worker=1, processes=True, memory_limit="400MB", dashboard_address=None)
    with dask.config.set({"distributed.scheduler.allowed-failures": 1}), LocalCluster(**settings) as workers:
        with Client(workers, set_as_default=False) as client:
            yield client


@pytest.fixture
def small_tasks(monkeypatch):
    """Make each file a task of its own."""
    monkeypatch.setattr(partitioned, "ROWS_IN_TASK", 400)


def waiting_once(function, folder, task):
    """Write down in which process a task is, and wait to be killed, the first time; work as usual after that."""
    try:
        with open(Path(folder) / "pid", "x") as file:
            file.write(str(os.getpid()))
    except FileExistsError:
        return function(task)
    time.sleep(60)


def run_by(around, *given):
    """Return `engines.run` with what it runs put into a function."""
    own = engines.run

    def run(function, tasks, client=None, progress=None):
        return own(partial(around, function, *given), tasks, client, progress)

    return run


def kill_when_written(path):
    while not path.exists() or not path.read_text():
        time.sleep(0.01)
    os.kill(int(path.read_text()), signal.SIGKILL)


def density(scan, **settings):
    return lg.kde(scan, bandwidth=500, cell_size=400, **settings).values


def test_a_worker_killed_in_the_middle_of_a_task_changes_no_number(folder, killed, small_tasks, tmp_path, monkeypatch):
    whole = density(lg.scan_incidents(folder))
    monkeypatch.setattr(engines, "run", run_by(waiting_once, str(tmp_path)))
    killing = threading.Thread(target=kill_when_written, args=(tmp_path / "pid",), daemon=True)
    killing.start()
    found = density(lg.scan_incidents(folder, client=killed))
    assert not killing.is_alive() and (tmp_path / "pid").exists()
    assert np.abs(found - whole).max() <= 1e-12 * whole.max()


def until(fine, seconds=10):
    end = time.monotonic() + seconds
    while not fine():
        assert time.monotonic() < end
        time.sleep(0.05)


def hungry_once(function, folder, task):
    try:
        (Path(folder) / "hungry").touch(exist_ok=False)
    except FileExistsError:
        return function(task)
    held = np.ones(70_000_000)  # more than a worker may have
    time.sleep(60)
    return held


def test_a_task_whose_workers_die_for_want_of_memory_is_given_up(folder, killed, small_tasks, tmp_path, monkeypatch):
    killed.wait_for_workers(1)
    # The next death is one too many.
    killed.cluster.scheduler.allowed_failures = 0
    monkeypatch.setattr(engines, "run", run_by(hungry_once, str(tmp_path)))
    with pytest.raises(RuntimeError, match=r"^Task \d of 6 was given up, .* died .* give workers more memory.*\.$"):
        density(lg.scan_incidents(folder, client=killed))
    until(lambda: not any(killed.processing().values()))


def test_a_cluster_without_workers_is_not_waited_for_without_end(folder, killed, monkeypatch, caplog):
    monkeypatch.setattr(engines, "LONGEST_WITHOUT", 0.3)
    monkeypatch.setattr(engines, "_WATCHED_EVERY", 0.1)
    killed.wait_for_workers(2)
    killed.cluster.scheduler.allowed_failures = 100
    killed.cluster.scale(0)
    until(lambda: not killed.cluster.workers and not killed.scheduler_info()["workers"])
    with pytest.raises(
        RuntimeError, match=r"^The Dask cluster has had no worker for 0\.3 seconds; start workers .*\.$"
    ):
        density(lg.scan_incidents(folder, client=killed))
    assert "has no worker; one is waited for" in caplog.text


@pytest.fixture
def scheduler():
    """Return a scheduler in a process of its own, and its address."""
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", "0", "--no-dashboard"]
    process = subprocess.Popen([*command, "--host", "127.0.0.1"], stderr=subprocess.PIPE, text=True)
    lines = iter(process.stderr.readline, "")
    address = next(line.split()[-1] for line in lines if "Scheduler at:" in line)
    yield process, address
    process.kill()
    process.communicate()


def test_a_scheduler_that_goes_and_a_client_that_is_closed_are_told(folder, scheduler):
    from dask.distributed import Client

    process, address = scheduler
    with Client(address, set_as_default=False) as client:
        scan = lg.scan_incidents(folder, client=client)
        threading.Timer(0.3, process.kill).start()
        begun = time.monotonic()
        with pytest.raises(RuntimeError, match=r"(cluster was lost|does not answer any more).*run it again\.$"):
            density(scan)
        assert time.monotonic() - begun < 20
    with pytest.raises(RuntimeError, match=r"^The Dask client is not connected to a scheduler \(it is closed\).*\.$"):
        density(scan)
    with pytest.raises(RuntimeError, match="not connected"):
        lg.scan_incidents(folder, client=client)


def slowly(function, task):
    time.sleep(0.4)
    return function(task)


@pytest.mark.parametrize("where", ["threads", "cluster"])
def test_cancelling_is_heard_at_once_and_ends_what_runs(folder, small_tasks, monkeypatch, where, request):
    client = request.getfixturevalue("cluster") if where == "cluster" else None
    monkeypatch.setattr(engines, "run", run_by(slowly))
    asked = []

    def progress(fraction):
        asked.append(time.monotonic())
        return len(asked) < 6

    with pytest.raises(Cancelled):
        density(lg.scan_incidents(folder, client=client), progress=progress)
    assert time.monotonic() - asked[5] < 1
    if client is not None:
        until(lambda: not any(client.processing().values()))


@pytest.mark.parametrize("where", ["threads", "cluster"])
def test_what_a_task_raises_is_raised_and_no_result_given(tmp_path, small_tasks, where, request):
    client = request.getfixturevalue("cluster") if where == "cluster" else None
    own = folder_of(tmp_path / "own", *(table(seed, 500) for seed in range(4)))
    scan = lg.scan_incidents(own, client=client)
    parquet.write_table(table(9, 300), own / "2.parquet")
    with pytest.raises(ValueError, match=r"^2\.parquet was changed since the scan began; .*\.$"):
        density(scan)


def test_what_is_no_client_is_refused(folder):
    with pytest.raises(TypeError, match=r"client must be a dask\.distributed Client, got str"):
        lg.scan_incidents(folder, client="tcp://127.0.0.1:8786")
