"""The table of make test-qgis: what it counts, and what it does not let pass."""

import json

import pytest

from tools.qgis_matrix.table import main

FACTS = dict(QGIS="3.44.2", Debian="13.1", Python="3.13.5", Qt="5.15.15", GDAL="3.10.3", numpy="2.3, 2.2")
PASSED = '<testcase classname="tests.plugin.test_a" name="test_one" time="1"/>'
FAILED = (
    '<testcase classname="tests.plugin.test_a" name="test_two"><failure message="assert 1 == 2&#10;more"/></testcase>'
)
BROKEN = '<testcase classname="tests.plugin.test_a" name="test_three"><error message="no fixture"/></testcase>'
SKIPPED = '<testcase classname="tests.plugin.test_a" name="test_four"><skipped message="{}"/></testcase>'
KNOWN = SKIPPED.format("LACRIME_DATA names no folder of real data")


@pytest.fixture
def told(tmp_path, capsys):
    """Return a function that gives the exit code and the lines of the table for the test cases of QGIS 3.44."""

    def told(*cases, status="0", facts=FACTS, log="", reported=True):
        folder = tmp_path / "3.44"
        folder.mkdir()
        (folder / "log.txt").write_text(log, encoding="utf-8")
        if reported:
            (folder / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
            report = f'<testsuites><testsuite time="12.4">{"".join(cases)}</testsuite></testsuites>'
            (folder / "report.xml").write_text(report, encoding="utf-8")
            (folder / "status").write_text(f"{status}\n", encoding="utf-8")
        code = main(tmp_path, ["3.44"])
        return code, capsys.readouterr().out.splitlines()

    return told


def cells(lines):
    return [cell.strip() for cell in lines[2].strip("|").split("|")]


def test_what_passes_is_a_row_with_the_versions(told):
    code, lines = told(PASSED, PASSED.replace("one", "five"), KNOWN)
    assert code == 0 and len(lines) == 4
    assert cells(lines) == [*FACTS.values(), "2", "0", "1", "12"]
    assert len({len(line) for line in lines[:3]}) == 1 and set(lines[1]) == set("|- ")


@pytest.mark.parametrize(
    ("cases", "given", "sentence"),
    [
        ([PASSED, FAILED], dict(status="1"), "tests.plugin.test_a::test_two failed: assert 1 == 2"),
        ([PASSED, BROKEN], dict(status="1"), "tests.plugin.test_a::test_three failed: no fixture"),
        ([PASSED, SKIPPED.format("no PostGIS")], {}, "tests.plugin.test_a::test_four was skipped: no PostGIS"),
        ([KNOWN], {}, "no test passed"),
        ([PASSED], dict(status="2"), "pytest exited with 2 though no test failed"),
        ([PASSED], dict(facts={**FACTS, "QGIS": "3.40.6"}), "the QGIS found is 3.40.6"),
        (
            [],
            dict(reported=False, log="Installing\nno room on the disk\n\n"),
            "not run to their end: no room on the disk",
        ),
    ],
)
def test_what_is_not_good_enough_is_said(told, cases, given, sentence):
    code, lines = told(*cases, **given)
    assert code == 1 and lines[-1].startswith("QGIS 3.44: ") and sentence in lines[-1]
