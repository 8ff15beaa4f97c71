"""Checks: each sentence quotes the value, counts the rows, shows the first."""

import numpy as np
import pandas as pd
import pytest

from lacrime_geo import checks


@pytest.mark.parametrize("value", [1, 0.5, np.float32(2), "3", np.int64(4)])
def test_positive_numbers(value):
    assert checks.positive("eps", value) == float(value)


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        *[(0, ValueError), (-1, ValueError), (float("nan"), ValueError), (float("inf"), ValueError)],
        *[("wide", TypeError), (None, TypeError), ([1, 2], TypeError), (1j, TypeError)],
    ],
)
def test_numbers_that_are_not_positive(value, kind):
    with pytest.raises(kind, match=r"eps must be .*metres, got"):
        checks.positive("eps", value)


@pytest.mark.parametrize(("text", "numbers"), [("25,50", [25, 50]), (" 7.4 , 1e2,-3", [7.4, 100, -3]), ("5", [5])])
def test_several_numbers(text, numbers):
    assert checks.several("levels", text) == numbers


@pytest.mark.parametrize("text", ["", "a,b", "25;50", "25,,50", "25, half"])
def test_texts_that_are_not_several_numbers(text):
    with pytest.raises(ValueError, match="levels must be numbers separated by commas, such as 25, 50, 75, got '"):
        checks.several("levels", text)


@pytest.mark.parametrize(("value", "whole"), [(3, 3), (3.0, 3), ("4", 4), (np.int32(5), 5)])
def test_whole_numbers(value, whole):
    assert checks.whole("k", value) == whole


@pytest.mark.parametrize("value", [0, -3, 2.5, True, False, None, "x", "2.5", float("nan"), float("inf"), [1]])
def test_numbers_that_are_not_whole(value):
    with pytest.raises(ValueError, match="k must be a whole number of at least 1, got"):
        checks.whole("k", value)


@pytest.mark.parametrize(
    "values", [[1, 2, 3], (1.0, 2.0, 3.0), np.array([[1], [2], [3]]), pd.Series([1, 2, 3], index=[9, 9, 9])]
)
def test_numbers_of_any_container(values):
    assert checks.numbers("value", values, 3).tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("values", "kind", "words"),
    [
        ([1, 2], ValueError, "value has 2 values for 3 rows"),
        ([1, np.nan, -np.inf], ValueError, r"in 2 of 3 rows, first in row 1 \(nan\)"),
        (["a", "b", "c"], TypeError, "must be numbers; the first value is 'a'"),
        ([None, 1, 2], ValueError, "in 1 of 3 rows, first in row 0"),
    ],
)
def test_numbers_that_do_not_fit(values, kind, words):
    with pytest.raises(kind, match=words):
        checks.numbers("value", values, 3)


@pytest.mark.parametrize("table", [{"a": [1], 5: [2]}, pd.DataFrame({"a": [1], 5: [2]})])
def test_columns_are_found_by_their_name(table):
    assert list(checks.column(table, "a")) == [1] and list(checks.column(table, "5")) == [2]
    with pytest.raises(ValueError, match="There is no column 'b'; the columns are a, 5"):
        checks.column(table, "b")
    with pytest.raises(ValueError, match="give an array instead"):
        checks.column(None, "b")
