"""Run by the Python of a clean environment: what an installed lacrime_geo does with the sample, as numbers to compare.

python in_clean.py INCIDENTS FOLDER
"""

import json
import subprocess
import sys
from pathlib import Path

incidents, folder = sys.argv[1], Path(sys.argv[2])
program = Path(sys.executable).with_name("lacrime-geo")


def command(*words):
    """Run the installed command."""
    done = subprocess.run([program, *map(str, words)], capture_output=True, text=True, check=False, cwd=folder)
    if done.returncode:
        sys.exit(f"{done.stdout}{done.stderr}lacrime-geo {' '.join(map(str, words))} ended with {done.returncode}.")
    return done.stdout


import lacrime_geo as lg  # noqa: E402  (after the command, which must not need what this import sets up)

if Path(sys.prefix) not in Path(lg.__file__).parents:
    sys.exit(f"{lg.__file__} was imported in place of the installed package.")
printed = command("--version").split()[-1]
command("hotspots", incidents, "hotspots.gpkg", "--quiet")
command("kde", incidents, "density.tif", "--quiet")
command("overview", incidents, "overview", "--quiet")
command("report", incidents, "report.html", "--quiet")
command("verify", "verified.html", "--quiet")
hot = lg.hotspots(incidents)
density = lg.as_surface(folder / "density.tif")
print(
    json.dumps(
        {
            "version": printed,
            "hot": int((hot["bin"] == 3).sum()),
            "incidents": int(hot["count"].sum()),
            "mass": round(float(density.values[density.values > 0].sum()), 3),
        }
    )
)
