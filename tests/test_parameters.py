"""The record of a run: what was chosen is announced and kept; progress tells how far and lets one stop."""

import logging

import pytest

from lacrime_geo.parameters import Parameters, restored, two_digits
from lacrime_geo.progress import Cancelled, advance, within


def test_choices_are_kept_with_their_reason_and_announced(caplog):
    with caplog.at_level(logging.INFO, "lacrime_geo"):
        parameters = Parameters()
        assert parameters.choose("eps", 1500.0, "the knee", " m") == 1500.0
    assert parameters == {"eps": 1500.0, "eps_reason": "the knee"} and caplog.messages == ["eps = 1,500.0 m: the knee"]


def test_warnings_and_notes(caplog):
    with caplog.at_level(logging.INFO, "lacrime_geo"):
        parameters = Parameters()
        parameters.warn("Coarse.")
        parameters.note("outside", 0, "none outside")
        parameters.note("missing", 2, "2 are missing")
    assert parameters == {"warnings": ["Coarse."], "outside": 0, "missing": 2}
    assert [(r.levelname, r.message) for r in caplog.records] == [("WARNING", "Coarse."), ("INFO", "2 are missing")]


@pytest.mark.parametrize(
    ("value", "rounded"),
    [(283.7, 280), (0.012345, 0.012), (99.6, 100), (1e9, 1e9), (5.0, 5), (1550, 1600), (-283.7, -280)],
)
def test_two_digits(value, rounded):
    assert two_digits(value) == rounded


def test_progress_is_clipped_and_mapped():
    seen = []
    for fraction in (-1, 0.5, 2):
        advance(seen.append, fraction)
        advance(within(seen.append, 0.2, 0.4), fraction)
    assert seen == pytest.approx([0, 0.2, 0.5, 0.3, 1, 0.4])
    assert within(None, 0, 1) is None and advance(None, 0.5) is None


@pytest.mark.parametrize("answer", [True, None, 0, "no"])
def test_only_false_stops(answer):
    assert advance(lambda _: answer, 0.5) is None
    with pytest.raises(Cancelled, match="nothing was written"):
        advance(lambda _: False, 0.5)


def test_a_record_is_restored_without_the_version_that_wrote_it():
    parameters = Parameters(eps=1500.0, warnings=["old"], period="März")
    again = restored(parameters.record())
    assert again == parameters and isinstance(again, Parameters)


@pytest.mark.parametrize("record", [None, "", "no JSON", "[1, 2]", "3"])
def test_what_is_no_record_restores_nothing(record):
    assert restored(record) == {}
