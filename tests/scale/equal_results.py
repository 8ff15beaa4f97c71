"""Whether a result of a scan is that of the same incidents in memory: columns, parameters, and what was said in the log."""

import logging

import numpy as np
import pytest

from lacrime_geo import Surface


def assert_same(mine, other, differ=()):
    """Fail where results differ: whole numbers, texts and times by anything, floats by 1e-12 of the largest."""
    if isinstance(other, Surface):
        assert mine.grid == other.grid
        assert_same_column(mine.values, other.values)
    else:
        assert list(mine.columns) == list(other.columns)
        for name in mine.columns:
            assert_same_column(np.asarray(mine.columns[name]), np.asarray(other.columns[name]), name)
    assert mine.label == other.label
    assert_same_values(
        *({name: value for name, value in one.parameters.items() if name not in differ} for one in (mine, other))
    )


def assert_same_column(mine, other, name=""):
    """Fail where columns differ."""
    assert mine.dtype == other.dtype, name
    if mine.dtype.kind == "f":
        largest = float(np.nanmax(np.abs(other), initial=0.0))
        np.testing.assert_allclose(mine, other, rtol=0, atol=1e-12 * largest, err_msg=name)
    else:
        np.testing.assert_array_equal(mine, other, err_msg=name)


def assert_same_values(mine, other):
    """Fail where values of the record differ, floats by 1e-12."""
    if isinstance(mine, dict):
        assert sorted(mine) == sorted(other)
        for name in mine:
            assert_same_values(mine[name], other[name])
    elif isinstance(mine, float):
        assert mine == other or abs(mine - other) <= 1e-12 * abs(other), (mine, other)
    elif isinstance(mine, list):
        assert len(mine) == len(other)
        for one, two in zip(mine, other):
            assert_same_values(one, two)
    else:
        assert mine == other


def said(caplog, function, mine, other):
    """Return what a function makes of both; fail where it does not say the same in the log."""
    found, lines = [], []
    for one in (mine, other):
        caplog.clear()
        with caplog.at_level(logging.INFO, logger="lacrime_geo"):
            found.append(function(one))
        ours = [record for record in caplog.records if record.name == "lacrime_geo"]
        lines.append([(record.levelname, record.getMessage()) for record in ours])
    assert lines[0] == lines[1]
    return found


def assert_refused_alike(function, mine, other):
    """Fail where a function does not refuse both, in the same words."""
    words = []
    for one in (mine, other):
        with pytest.raises(ValueError) as refused:
            function(one)
        words.append(str(refused.value))
    assert words[0] == words[1]
