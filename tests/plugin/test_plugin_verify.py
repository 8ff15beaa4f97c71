"""Verifying in QGIS: the checks as in a script, on a page and in the log; what fails is a warning; it can be cancelled."""

import pytest

pytest.importorskip("qgis.core")
pytestmark = pytest.mark.plugin

ONLY = "e_test, Privacy"


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
    assert "not run: hdbscan, three groups planted are three clusters: needs scikit-learn" in log.lines


def test_a_wrong_program_is_a_warning(run, log, monkeypatch):
    from lacrime_qgis.lacrime_geo import two_counts

    right = two_counts.e_test_p
    monkeypatch.setattr(two_counts, "e_test_p", lambda *given: right(*given) / 2)
    run("verify", ONLY="e_test", SUMMARY=None)
    assert log.warnings[0] == "FAILED: e_test, p of 6 against 2: expected 0.1749, got 0.08743741"


def test_a_page_of_another_ending_is_refused_before_anything_is_run(run, log, tmp_path):
    import qgis.core

    for name, given in (("verify", dict(ONLY="e_test")), ("check_installation", {})):
        with pytest.raises(
            qgis.core.QgsProcessingException, match=r"page\.docx' is no page; name a file that ends in \.html"
        ):
            run(name, **given, SUMMARY=str(tmp_path / "page.docx"))
    assert list(tmp_path.iterdir()) == [] and not any(line.startswith("held") for line in log.lines)


def test_the_help_says_what_is_a_folder(provider):
    from qgis.core import QgsApplication

    told = QgsApplication.processingRegistry().algorithmById("lacrime:verify").shortHelpString()
    assert "<b>Folder of data</b> (folder)" in told
