"""What several test files share: real data, a folder for the examples of pages, a small disk, and settings of hypothesis."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# The suite tries the same examples every time; "search" (make test-properties) looks for new ones.
COMMON = dict(deadline=None, suppress_health_check=list(HealthCheck))
settings.register_profile("suite", max_examples=40, derandomize=True, **COMMON)
settings.register_profile("search", max_examples=1000, **COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


ROOT = Path(__file__).resolve().parent.parent


def pytest_configure(config):
    """Save work that the processes of a run would all do again; workers find in their environment what is set here."""
    if hasattr(config, "workerinput"):
        return
    if sys.dont_write_bytecode:
        keep_compiled_code(config)
    if config.getoption("numprocesses", None):
        # There is a worker for each processor: more threads of theirs would wait for one another.
        os.environ.setdefault("OMP_NUM_THREADS", "1")


def keep_compiled_code(config):
    """Let modules be compiled once for a run, in a folder of its own, where Python may not write beside them."""
    sys.pycache_prefix, sys.dont_write_bytecode = tempfile.mkdtemp(prefix="compiled-"), False
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
    del os.environ["PYTHONDONTWRITEBYTECODE"]
    config.add_cleanup(lambda: shutil.rmtree(sys.pycache_prefix, ignore_errors=True))


@pytest.fixture
def in_copy(tmp_path, monkeypatch):
    """Work in an empty folder that has the sample layers."""
    (tmp_path / "sample_layers").symlink_to(ROOT / "sample_layers")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def lacrime_data():
    """Return the folder named by LACRIME_DATA; tests of real files are skipped without it."""
    folder = os.environ.get("LACRIME_DATA", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("LACRIME_DATA names no folder of real data")
    return Path(folder)


@pytest.fixture
def small_disk(tmp_path):
    """Return a folder that holds 64 kB; mount it again read-only with `remount`."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting a small file system is not permitted here")
    yield folder
    subprocess.run(["umount", folder], check=True)
