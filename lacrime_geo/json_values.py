"""Values of numpy as those that JSON has."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np


def json_values(value: Any) -> Any:
    """Return a value of JSON: arrays as lists, dates as texts, and null for numbers that are none or without end.

    >>> json_values({"a": np.array([1.5, np.nan]), "day": np.datetime64("2023-01-01"), 3: (True,)})
    {'a': [1.5, None], 'day': '2023-01-01', '3': [True]}
    """
    if isinstance(value, Mapping):
        return {str(name): json_values(each) for name, each in value.items()}
    if isinstance(value, np.ndarray) and value.dtype.kind != "M":
        return json_values(value.tolist())
    if isinstance(value, (list, tuple, np.ndarray)):
        return [json_values(each) for each in value]
    if isinstance(value, np.generic) and value.dtype.kind in "biuf":
        return json_values(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, (bool, int, str)) else str(value)
