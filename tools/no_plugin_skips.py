"""Fail if a test of the QGIS plugin or of a page in a browser was skipped, or if none ran, from pytest's JUnit reports.

    python tools/no_plugin_skips.py report.xml ...

A plugin test is one in tests/plugin/ or tests/test_plugin*.py, or one that skips for want of QGIS wherever it stands, and
so is a test of pages one that skips for want of Chromium: without this check a machine without a browser or with a broken QGIS
would pass.
"""

import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

IN_PLUGIN_FILE = re.compile(r"(^|\.)(plugin\.test_\w+|test_plugin\w*)(\.|$)")


def skip_reason(case):
    """Return why a test case was skipped, None if it ran; an expected failure did run."""
    skipped = case.find("skipped")
    if skipped is None or skipped.get("type") == "pytest.xfail":
        return None
    # Where a module is skipped as a whole the message only says so, and the reason stands in the text.
    _, _, reason = (skipped.text or "").rpartition("Skipped: ")
    return reason.removesuffix('")') or skipped.get("message") or "no reason given"


def is_page_test(case):
    """Tell whether a case was skipped as there is no browser, or no playwright to drive it."""
    return "chromium" in (skip_reason(case) or "").lower()


def is_plugin_test(case):
    """Tell whether a case belongs to the plugin; a module skipped as a whole has its name where others have a class."""
    where = case.get("classname") or case.get("name", "")
    return bool(IN_PLUGIN_FILE.search(where)) or "qgis" in (skip_reason(case) or "").lower()


def complaints(cases):
    """Return the sentences that say what is wrong, none if all is well."""
    plugin = [case for case in cases if is_plugin_test(case)]
    reasons = {f"{case.get('classname')}::{case.get('name')}": skip_reason(case) for case in plugin}
    found = [f"Plugin test skipped: {name} ({reason})" for name, reason in reasons.items() if reason]
    if len(found) == len(plugin):
        found.append("No plugin test ran (tests/plugin/, tests/test_plugin*.py).")
    pages = [f"{case.get('classname')}::{case.get('name')}" for case in cases if is_page_test(case)]
    return found + [f"Test of a page skipped: {name} (no Chromium)" for name in pages]


def summary(cases):
    """Return 'N passed, N failed, N skipped' over all tests."""
    failed = sum(case.find("failure") is not None or case.find("error") is not None for case in cases)
    skipped = sum(skip_reason(case) is not None for case in cases)
    return f"{len(cases) - failed - skipped} passed, {failed} failed, {skipped} skipped"


def main(paths):
    """Print the complaints and the summary; return the exit code."""
    missing = [path for path in paths if not path.is_file()]
    if missing:
        print(f"No test report at {missing[0]}: pytest did not run to its end.")
        return 1
    cases = [case for path in paths for case in ET.parse(path).iter("testcase")]
    found = complaints(cases)
    print(*found, summary(cases), sep="\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main([Path(name) for name in sys.argv[1:]]))
