"""Rows alike in whole numbers: as a dictionary adds them up, whatever the numbers and however they are parted."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lacrime_geo.alike_rows import AlikeRows, sums_of

FAR = st.one_of(st.integers(0, 5), st.integers(-(2**40), 2**40), st.sampled_from([-719_528, 19_000, 70_000]))


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(FAR, FAR, FAR), max_size=40), cut=st.integers(0, 40))
def test_rows_are_those_of_a_dictionary(rows, cut):
    keys = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    weight = np.arange(keys.shape[1]) / 7
    parts = [AlikeRows(keys[:, part], [weight[part]]) for part in (slice(0, cut), slice(cut, None))]
    found = parts[0].merge(parts[1]).added_up()
    assert list(zip(*(column.tolist() for column in found.keys))) == sorted(set(rows))
    assert dict(zip(sorted(set(rows)), found.frequency.tolist())) == Counter(rows)
    sums = defaultdict(float)
    for row, value in zip(rows, weight):
        sums[row] += value
    assert found.sums[0] == pytest.approx([sums[row] for row in sorted(set(rows))], abs=1e-12)


def test_long_sums_keep_their_digits():
    values = np.full(2_000_000, 0.1)
    assert sums_of(np.zeros(values.size, dtype=np.int64), values, 1)[0] == pytest.approx(200_000, rel=1e-13)
