"""Seconds by alternated runs in one process; memory and the first call by a fresh process per contestant.

Run as a script it is that fresh process: `measure.py subject match contestant folder` prints seconds and megabytes.
"""

import ctypes
import gc
import importlib
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

import points
from contest import Clocked


def alternate(contestants, given, runs):
    """Return each contestant's seconds (a list per name) and last answer; every second round goes backwards."""
    seconds, answers = {c.name: [] for c in contestants}, {}
    for turn in range(runs):
        for contestant in contestants if turn % 2 == 0 else contestants[::-1]:
            answers.pop(contestant.name, None)
            timed = _timed(contestant, given)
            answers[contestant.name] = timed.answer
            seconds[contestant.name].append(timed.seconds)
    return {name: statistics.median(spent) for name, spent in seconds.items()}, answers


def fresh(subject, match, contestant, folder):
    """Return the seconds of a contestant's first call and the peak memory it adds (MB), in a process of its own."""
    command = [sys.executable, str(Path(__file__)), subject, match, contestant, str(folder)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def _timed(contestant, given):
    gc.collect()
    start = time.perf_counter()
    answer = contestant.run(given)
    spent = time.perf_counter() - start
    return answer if isinstance(answer, Clocked) else Clocked(answer, spent)


def _forget_peak():
    """Let the peak start again from the memory held now (Linux), so that preparing the data does not hide it."""
    if sys.platform == "linux":
        # What preparing has freed must be asked for again, as in a process that did not prepare.
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
        Path("/proc/self/clear_refs").write_text("5")


def _peak():
    """Return the peak of resident memory in MB."""
    if sys.platform == "linux":
        # Not ru_maxrss: a child process inherits that from its parent, however much the parent held.
        status = Path("/proc/self/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0]) / 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def _main(subject, match_name, contestant_name, folder):
    match = next(m for m in importlib.import_module(subject).MATCHES if m.name == match_name)
    contestant = next(c for c in match.contestants if c.name == contestant_name)
    given = match.prepare(*points.read(folder, match.points))
    gc.collect()
    _forget_peak()
    before = _peak()
    timed = _timed(contestant, given)
    added = _peak() - before
    print(json.dumps({"seconds": timed.seconds, "megabytes": added if timed.megabytes is None else timed.megabytes}))


if __name__ == "__main__":
    _main(*sys.argv[1:])
