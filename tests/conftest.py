"""What several test files share: real data, a folder for the examples of pages, a small disk, and settings of hypothesis."""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# The suite tries the same examples every time; "search" (make test-properties) looks for new ones.
COMMON = dict(deadline=None, suppress_health_check=list(HealthCheck))
settings.register_profile("suite", max_examples=40, derandomize=True, **COMMON)
settings.register_profile("search", max_examples=1000, **COMMON)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))


ROOT = Path(__file__).resolve().parent.parent


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
