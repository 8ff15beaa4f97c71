"""A real cluster of two worker processes on this machine, started once for all tests that ask for it."""

import pytest


@pytest.fixture(scope="session")
def cluster():
    """Return a client of two workers, each a process of its own with one thread and 500 MB."""
    from dask.distributed import Client, LocalCluster

    settings = dict(n_workers=2, threads_per_worker=1, processes=True, memory_limit="500MB", dashboard_address=None)
    with LocalCluster(**settings) as workers, Client(workers, set_as_default=False) as client:
        yield client


@pytest.fixture(scope="session")
def city(lacrime_data):
    """Return the incidents of Los Angeles of September and October 2023, read once for all tests."""
    from dataclasses import replace

    from lacrime_geo import read_lapd
    from lacrime_geo.incidents import as_incidents

    read = as_incidents(read_lapd(lacrime_data / "lapd_citywide_2023-09_2023-10.parquet"))
    kept = ("area_name", "time_placeholder")
    return replace(read, source={name: read.source[name].to_numpy() for name in kept})
