"""Verifying in QGIS: the checks as in a script, on a page and in the log; what fails is a warning; it can be cancelled."""

import pytest

pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin

ONLY = "gi_star, e_test, Privacy, hdbscan, near_repeat"


def test_it_writes_a_page_and_says_all_in_the_log(run, log, tmp_path):
    import lacrime_qgis.lacrime_geo as bundled

    page = tmp_path / "verification.html"
    assert run("verify", ONLY=ONLY, SUMMARY=str(page)) == {"SUMMARY": str(page)}
    written, said = page.read_text(encoding="utf-8"), "\n".join(log.lines)
    found = bundled.verify(only=ONLY)
    assert found.parameters["failed"] == 0 and found.summary in said
    for case in found["case"]:
        assert case in said
    assert "Krishnamoorthy &amp; Thomson 2004" in written and "0.1749" in written and "What it ran with" in written


def test_what_is_not_there_is_not_run(run, log, monkeypatch):
    from lacrime_qgis.lacrime_geo.verification import verifying

    monkeypatch.setattr(verifying, "find_spec", lambda name: None)
    assert run("verify", ONLY="hdbscan", SUMMARY=None) == {}
    assert any(line.startswith("not run: hdbscan") and "needs scikit-learn" in line for line in log.lines)


def test_a_wrong_program_is_a_warning(run, log, monkeypatch):
    from lacrime_qgis.lacrime_geo.verification.cases import of_hotspots

    right = of_hotspots.two_sided
    monkeypatch.setattr(of_hotspots, "two_sided", lambda z: right(z) / 2)
    run("verify", ONLY="hotspots", SUMMARY=None)
    assert [line for line in log.warnings if line.startswith("FAILED: hotspots, two-sided p of z")]
