"""R's spdep and surveillance in a process of its own, where they are found; R holds the clock, and its start is not counted."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from contest import Clocked

HERE = Path(__file__).parent


def _version(package):
    """Return the version of a package of R, None where there is none, or no R."""
    if shutil.which("Rscript") is None:
        return None
    asked = f'cat(tryCatch(format(packageVersion("{package}")), error = function(e) ""))'
    done = subprocess.run(["Rscript", "-e", asked], capture_output=True, text=True)
    return done.stdout.strip() or None


SPDEP, SURVEILLANCE = _version("spdep"), _version("surveillance")
# Without it spdep compares every point with every other.
TREE = _version("dbscan") if SPDEP else None


def spdep(task, data, number):
    """Return the statistic and its p by a task of spdep.R on a table, timed by R."""
    table, seconds, megabytes = _answer("spdep.R", task, data, number)
    return Clocked((np.array(table["statistic"]), np.array(table["p"])), seconds, megabytes)


def surveillance(task, data, number):
    """Return the bounds by a task of surveillance.R on a table of counts, timed by R."""
    table, seconds, megabytes = _answer("surveillance.R", task, data, number)
    return Clocked(np.array(table["bound"]), seconds, megabytes)


def _answer(script, task, data, number):
    """Return the table that a script of R answers with, its seconds and megabytes."""
    with tempfile.TemporaryDirectory(prefix="spdep-") as folder:
        given, answer = Path(folder) / "data.csv", Path(folder) / "answer.csv"
        data.to_csv(given, index=False)
        command = ["Rscript", str(HERE / script), task, str(given), str(number), str(answer)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        table = pd.read_csv(answer)
    seconds, megabytes = map(float, done.stdout.split())
    return table, seconds, megabytes
