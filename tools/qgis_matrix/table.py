"""Print what came of the plugin's tests in each version of QGIS; exit 1 if that is not good enough for a release.

    python -m tools.qgis_matrix.table build/qgis_matrix 3.22 3.44

Each version has a folder with facts.json, report.xml (JUnit, by pytest) and status (pytest's exit code).
"""

import json
import sys
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

from tools.no_plugin_skips import skip_reason

FACTS = ("QGIS", "Debian", "Python", "Qt", "GDAL", "numpy")
OUTCOMES = ("passed", "failed", "skipped")
# Why a test may be skipped. README says so of the real files.
KNOWN_REASONS = {"LACRIME_DATA names no folder of real data"}


def outcome(case):
    """Return 'passed', 'failed' or 'skipped' of a test case."""
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    return "skipped" if skip_reason(case) else "passed"


def case_complaint(case):
    """Return the sentence that says what is wrong with a test case, None if nothing is."""
    name = f"{case.get('classname')}::{case.get('name')}"
    if outcome(case) == "failed":
        problem = case.find("failure") if case.find("failure") is not None else case.find("error")
        return f"{name} failed: {(problem.get('message') or 'no message').splitlines()[0]}"
    reason = skip_reason(case)
    return f"{name} was skipped: {reason}" if reason and reason not in KNOWN_REASONS else None


def last_line(log):
    """Return the last line of a log that says something."""
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n") if log.is_file() else []
    return next((line.strip() for line in reversed(lines) if line.strip()), "nothing was said")


def row(facts, cases, seconds):
    """Return the cells of one version's row."""
    counted = Counter(map(outcome, cases))
    return [*(facts[name] for name in FACTS), *(str(counted[name]) for name in OUTCOMES), f"{seconds:.0f}"]


def complaints(version, facts, cases, status):
    """Return the sentences that say what is wrong with the tests of one version, none if all is well."""
    found = [text for text in map(case_complaint, cases) if text]
    if not facts["QGIS"].startswith(f"{version}."):
        found.insert(0, f"the QGIS found is {facts['QGIS']}: correct tools/qgis_matrix/versions.txt")
    if not any(outcome(case) == "passed" for case in cases):
        found.append("no test passed")
    if status != "0" and not any(outcome(case) == "failed" for case in cases):
        found.append(f"pytest exited with {status} though no test failed")
    return found


def judged(folder, version):
    """Return a version's row and what is wrong with it."""
    if not (folder / "report.xml").is_file() or not (folder / "status").is_file():
        empty = [version, *["-"] * (len(FACTS) + len(OUTCOMES))]
        return empty, [f"the tests did not run to their end: {last_line(folder / 'log.txt')}"]
    facts = json.loads((folder / "facts.json").read_text(encoding="utf-8"))
    report = ET.parse(folder / "report.xml").getroot()
    cases = list(report.iter("testcase"))
    seconds = sum(float(suite.get("time", 0)) for suite in report.iter("testsuite"))
    status = (folder / "status").read_text(encoding="utf-8").strip()
    return row(facts, cases, seconds), complaints(version, facts, cases, status)


def formatted(rows):
    """Return rows as lines of a Markdown table, the columns aligned."""
    head = [*FACTS, *OUTCOMES, "seconds"]
    widths = [max(map(len, column)) for column in zip(head, *rows)]
    lines = [" | ".join(cell.ljust(width) for cell, width in zip(cells, widths)) for cells in (head, *rows)]
    lines.insert(1, " | ".join("-" * width for width in widths))
    return [f"| {line} |" for line in lines]


def main(results, versions):
    """Print the table, and under it what is wrong; return the exit code."""
    judgements = [judged(results / version, version) for version in versions]
    print(*formatted([row for row, _ in judgements]), sep="\n")
    print("numpy: pip's, which most tests use, and Debian's, which those of the installed plugin use.")
    found = [f"QGIS {version}: {text}" for version, (_, texts) in zip(versions, judgements) for text in texts]
    for text in found:
        print(text)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
