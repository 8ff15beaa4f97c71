"""The cleaning rules on plain arrays, and the list of categories."""

import numpy as np
import pytest

from lacrime_geo.data import rules
from lacrime_geo.data.categories import CATEGORIES, category_of


def test_codes_belong_to_one_category():
    codes = [code for numbers in CATEGORIES.values() for code in numbers]
    assert len(codes) == len(set(codes)) == 68


# The department's UCR-COMPSTAT list, one code of each category, both ends of each range, and neighbours outside.
LISTED = {
    110: "homicide", 121: "rape", 821: "rape", 210: "robbery", 926: "aggravated_assault", 622: "simple_assault",
    627: "simple_assault", 310: "burglary", 433: "motor_vehicle_theft", 421: "theft_from_vehicle", 350: "personal_theft",
    353: "personal_theft", 453: "personal_theft", 445: "other_theft", 475: "other_theft", 522: "other", 648: "arson",
    628: "other", 354: "other", 446: "other", 1: "other", 998: "other", 510.5: "other",
}  # fmt: skip


def test_categories():
    got = category_of(np.array([*LISTED, np.nan], dtype=float))
    assert got.tolist() == [*LISTED.values(), "other"]
    assert category_of(np.empty(0)).size == 0


def test_finding_shows_three_examples():
    line = rules.finding("rule", np.array([0, 1, 1, 1, 1], bool), np.array([5.0, 1.0, 2.5, -3.0, 4.0]), "done")
    assert line == {"rule": "rule", "rows": 4, "examples": ["1", "2.5", "-3"], "action": "done"}


@pytest.mark.parametrize(
    ("filled", "failed", "raises"),
    [(10, 5, False), (10, 6, True), (10_000, 10, False), (10_000, 11, True), (0, 0, False)],
)
def test_how_many_failures_are_forgiven(filled, failed, raises):
    values = np.array(["x"] * failed + ["1"] * (filled - failed) + [""] * 3, dtype=object)
    converted = np.array([np.nan] * failed + [1.0] * (filled - failed) + [np.nan] * 3)
    blank = values == ""
    if raises:
        with pytest.raises(
            ValueError, match=f"{failed:,} of {filled:,} values of age cannot be read, first in row 0: 'x'"
        ):
            rules.parsed("age", values, converted, blank, np.isnan)
    else:
        assert rules.parsed("age", values, converted, blank, np.isnan)["rows"] == failed


def test_duplicates_among_equals_keep_the_later_row():
    day = np.array(["2023-01-01", "2023-01-01", "NaT", "2023-01-02"], dtype="datetime64[s]")
    keep, line = rules.latest_of_duplicates(np.array(["a", "a", "b", "b"], dtype=object), day)
    assert keep.tolist() == [False, True, False, True] and line["rows"] == 2


def test_rules_take_no_rows():
    nothing, no_text, no_time = np.empty(0), np.empty(0, object), np.empty(0, "datetime64[s]")
    assert rules.clock_times(nothing)[0].size == rules.ages(nothing)[0].size == rules.sexes(no_text)[0].size == 0
    assert rules.coordinates(nothing, nothing)[0].size == rules.report_numbers(no_text)[0].size == 0
    assert rules.latest_of_duplicates(no_text, no_time)[0].size == 0


def test_inputs_are_left_alone():
    x, y = np.array([0.0, 34.0, -118.4]), np.array([0.0, -118.4, 34.0])
    rules.coordinates(x, y)
    assert x.tolist() == [0.0, 34.0, -118.4] and y.tolist() == [0.0, -118.4, 34.0]
