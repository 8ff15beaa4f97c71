"""R's spdep in a process of its own, where Rscript and spdep are found; R holds the clock, and starting it is not counted."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from contest import Clocked

SCRIPT = Path(__file__).with_name("spdep.R")


def _version(package):
    """Return the version of a package of R, None where there is none, or no R."""
    if shutil.which("Rscript") is None:
        return None
    asked = f'cat(tryCatch(format(packageVersion("{package}")), error = function(e) ""))'
    done = subprocess.run(["Rscript", "-e", asked], capture_output=True, text=True)
    return done.stdout.strip() or None


SPDEP = _version("spdep")
# Without it spdep compares every point with every other.
TREE = _version("dbscan") if SPDEP else None


def spdep(task, data, number):
    """Return the statistic and its p by a task of spdep.R on a table, timed by R."""
    with tempfile.TemporaryDirectory(prefix="spdep-") as folder:
        given, answer = Path(folder) / "data.csv", Path(folder) / "answer.csv"
        data.to_csv(given, index=False)
        command = ["Rscript", str(SCRIPT), task, str(given), str(number), str(answer)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        table = pd.read_csv(answer)
    seconds, megabytes = map(float, done.stdout.split())
    return Clocked((np.array(table["statistic"]), np.array(table["p"])), seconds, megabytes)
