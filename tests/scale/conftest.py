"""A real cluster of two worker processes on this machine, started once for all tests that ask for it."""

import pytest


@pytest.fixture(scope="session")
def cluster():
    """Return a client of two workers, each a process of its own with one thread and 500 MB."""
    from dask.distributed import Client, LocalCluster

    settings = dict(n_workers=2, threads_per_worker=1, processes=True, memory_limit="500MB", dashboard_address=None)
    with LocalCluster(**settings) as workers, Client(workers, set_as_default=False) as client:
        yield client
