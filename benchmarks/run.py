"""Race lacrime_geo against its peers in one run and print a table per subject.

python benchmarks/run.py [SUBJECT ...] [--slow] [--runs N]
"""

import argparse
import importlib
import os
import platform
import sys
import tempfile
from pathlib import Path

import measure
import numpy as np
import points
from contest import versions

SUBJECTS = (
    "reading",
    "kde",
    "kde_growth",
    "hotspots",
    "permutation_p",
    "calibration",
    "on_features",
    "fine_grid",
    "dbscan",
    "dbscan_growth",
    "spacetime",
    "near_repeat",
    "emerging",
    "scan",
    "alerts",
    "forecasts",
    "risk",
    "in_qgis",
    "clusters_in_qgis",
    "million_in_qgis",
    "partitioned",
    "starting",
)
HEADER = (
    "| task | ours | peer | n | cells | ours, s (first call) | peer, s (first call) | peer / ours | ours, MB | peer, MB "
    "| agreement |\n|---|---|---|--:|--:|--:|--:|--:|--:|--:|---|"
)


def main(arguments=None):
    """Run the subjects asked for, all by default."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("subjects", nargs="*", metavar="subject", help=f"{', '.join(SUBJECTS)}; default: all")
    parser.add_argument("--slow", action="store_true", help="also the tasks on which a peer needs minutes")
    parser.add_argument("--runs", type=int, default=5, help="alternated runs, of which the median counts (5)")
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.subjects) - set(SUBJECTS))
    if unknown or options.runs < 1:
        parser.error(f"no such subject: {', '.join(unknown)}" if unknown else "--runs must be at least 1")
    print(f"{_machine()}\n\n`python benchmarks/run.py {' '.join(sys.argv[1:] if arguments is None else arguments)}`")
    with tempfile.TemporaryDirectory() as folder:
        print(f"\nPoints: {points.write(folder)}")
        for subject in options.subjects or SUBJECTS:
            _race(subject, options.slow, options.runs, folder)


def _race(subject, slow, runs, folder):
    try:
        module = importlib.import_module(subject)
    except ModuleNotFoundError as missing:
        print(f"\n## {subject}: left out, there is no {missing.name} in {sys.executable}")
        return
    note = getattr(module, "NOTE", "")
    note = f"\n{note}\n" if note else ""
    if hasattr(module, "report"):
        print(f"\n## {module.TITLE}\n{note}", flush=True)
        return module.report()
    print(f"\n## {module.TITLE}: medians of {runs} alternated runs\n{note}\n{HEADER}", flush=True)
    grown = {}
    for match in module.MATCHES:
        if slow or not match.slow:
            for row in _rows(subject, match, runs, folder, grown):
                print(row, flush=True)
    for name, measured in grown.items():
        print(f"\n{name}: {_growth(*np.transpose(measured))}", flush=True)


def _rows(subject, match, runs, folder, grown):
    """Measure one match; return a line of the table for each of ours against each peer, or alone without peers.

    What a match of a series shows is added to `grown`.
    """
    first = {c.name: measure.fresh(subject, match.name, c.name, folder) for c in match.contestants}
    given = match.prepare(*points.read(folder, match.points))
    seconds, answers = measure.alternate(match.contestants, given, runs)
    cells = "–" if given.cells is None else f"{given.cells:,}"
    for our in match.ours:
        if match.series:
            measured = given.x.size, seconds[our.name], first[our.name]["megabytes"]
            grown.setdefault(f"{match.series}: {our.name}", []).append(measured)
        for peer in match.peers or [None]:
            pair = [our.name, peer.name if peer else None]
            ratio = f"{seconds[peer.name] / seconds[our.name]:.1f}" if peer else "–"
            agreement = match.judge(given, *(answers.get(name) for name in pair))
            times, memory = zip(*(_figures(name, seconds, first) for name in pair))
            names = [match.name, *(name or "–" for name in pair)]
            yield f"| {' | '.join([*names, f'{given.x.size:,}', cells, *times, ratio, *memory, agreement])} |"


def _growth(number, seconds, megabytes):
    """Return in words as which power of the number of points time and memory grow."""
    power = np.polyfit(np.log(number), np.log(seconds), 1)[0]
    last = np.log(number[-1] / number[-2])
    time, memory = (np.log(grown[-1] / grown[-2]) / last for grown in (seconds, megabytes))
    return (
        f"from {number[0]:,.0f} to {number[-1]:,.0f} points time grows as n^{power:.2f}; "
        f"from {number[-2]:,.0f} on as n^{time:.2f}, and memory as n^{memory:.2f}."
    )


def _figures(name, seconds, first):
    """Return seconds (with the first call) and megabytes of a contestant as the table shows them."""
    if name is None:
        return "–", "–"
    return f"{seconds[name]:.3f} ({first[name]['seconds']:.3f})", f"{first[name]['megabytes']:,.0f}"


def _machine():
    """Return the processor, its cores, and the versions that all contestants share."""
    return (
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()}; Python {platform.python_version()}, "
        f"{versions('numpy', 'scipy', 'lacrime-geo')}"
    )


def _processor():
    described = Path("/proc/cpuinfo")
    if described.exists():
        for line in described.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
