"""Runs the examples of the pages by their tests, those again whose page, test or code has changed since they ran well."""

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[2]
KEPT, REPORT = ROOT / "build" / "examples.json", ROOT / "build" / "examples.xml"
PASSED, FAILED = 0, 1  # what pytest ends with
# What every example depends on, beside its page and its test.
CODE = (*(ROOT / "lacrime_geo").rglob("*"), *(ROOT / "sample_layers").iterdir(), ROOT / "tests" / "pages.py")
# How the tests that run examples are called.
NAMED = "example or commands_run"


def fingerprint(paths):
    """Return what tells the contents of files apart from any others."""
    found = hashlib.sha256()
    for path in sorted(path for path in paths if path.is_file() and "__pycache__" not in path.parts):
        found.update(f"{path.relative_to(ROOT)}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def run(anew=False):
    """Run the examples of all pages that have changed, or of all; return pytest's status."""
    code, kept = fingerprint(CODE), {} if anew or not KEPT.exists() else json.loads(KEPT.read_text(encoding="utf-8"))
    now = {test.name: fingerprint([test, *pages_of(test)]) + code for test in tests()}
    stale = [name for name, content in now.items() if kept.get(name) != content]
    print(f"examples of {len(stale)} of {len(now)} groups of pages have to be run", flush=True)
    if not stale:
        return 0
    asked = ["-q", "-p", "no:cacheprovider", "-n", "auto", "--maxprocesses", "4", "--dist", "loadfile", "-k", NAMED]
    asked += [f"--junitxml={REPORT}", *(f"tests/{name}" for name in stale)]
    status = subprocess.run([sys.executable, "-m", "pytest", *asked], cwd=ROOT).returncode
    if status in (PASSED, FAILED):
        done = {name: now[name] for name in stale if name not in failed(REPORT)}
        KEPT.write_text(json.dumps({**kept, **done}, indent=1), encoding="utf-8")
    return status


def failed(report):
    """Return the test files of which a report says that one of their tests failed."""
    cases = ElementTree.parse(report).iterfind(".//testcase")
    bad = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    return {f"{part}.py" for case in bad for part in case.get("classname").split(".") if part.startswith("test_")}


def tests():
    """Return the test files that run examples of pages."""
    files = sorted((ROOT / "tests").glob("test_docs_*.py"))
    return [file for file in files if "example" in file.read_text(encoding="utf-8")]


def pages_of(test):
    """Return the pages that a test file names; all of a folder where it names the folder."""
    named = re.findall(r'Page\("([^"]+)"\)', test.read_text(encoding="utf-8"))
    pages = [ROOT / "docs" / name for name in named]
    return pages or list((ROOT / "docs").rglob("*.md"))
