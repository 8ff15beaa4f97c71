"""Run by a Python that has numpy, scipy and lacrime_geo alone: the core works, and says what else it would need."""

import sys

import numpy as np

import lacrime_geo as lg

x, y = np.random.default_rng(0).uniform(0, 3000, (2, 900))
incidents = lg.Incidents(x + 380000, y + 3768000, crs="EPSG:32611")
found = lg.overview(incidents)
if found.missing:
    sys.exit(f"Without more than numpy and scipy: {found.missing}")
try:
    lg.as_incidents("incidents.gpkg")
except ImportError as problem:
    print(f"core works; files: {problem}")
else:
    sys.exit("A file was read though no package reads it.")
