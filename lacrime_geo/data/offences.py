"""From the offences of a NIBRS file to its incidents: of each the gravest offence."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import numpy as np

from .categories import HIERARCHY
from .rules import finding

if TYPE_CHECKING:
    import geopandas


def one_per_incident(frame: geopandas.GeoDataFrame) -> geopandas.GeoDataFrame:
    """Keep one row for each incident of a NIBRS file: its gravest offence by the FBI's hierarchy rule.

    Choose a category before: an incident of a robbery and a burglary is one robbery afterwards.

    Parameters
    ----------
    frame : offences as `read_lapd` returns those of a NIBRS file, with the columns `case_no` and `category`.

    Returns
    -------
    GeoDataFrame
        The rows kept, in their order, numbered anew; `offences_here` says how many of its offences the frame had. Rows
        without a `case_no` are all kept. What was left out stands in ``.attrs["audit"]``.

    Raises
    ------
    ValueError
        If there is no column `case_no` or `category`, as in the files before 2024, which have one row for each report.

    Notes
    -----
    The order of gravity is that of the Uniform Crime Reporting Handbook (FBI, 2004), chapter on the hierarchy rule; what it
    does not rank comes last, simple assault before the rest. Among equals the first row is kept.

    Examples
    --------
    >>> import geopandas as gpd
    >>> offences = gpd.GeoDataFrame(
    ...     {"case_no": ["1", "1", "2"], "category": ["other", "robbery", "burglary"]},
    ...     geometry=gpd.points_from_xy([-118.3, -118.3, -118.2], [34.0, 34.0, 34.1]),
    ...     crs="EPSG:4326",
    ... )
    >>> one_per_incident(offences)[["case_no", "category", "offences_here"]].values.tolist()
    [['1', 'robbery', 2], ['2', 'burglary', 1]]
    """
    missing = [name for name in ("case_no", "category") if name not in frame.columns]
    if missing:
        raise ValueError(
            f"The frame has no column {missing[0]!r}, so its rows are no offences of incidents; take a NIBRS file as read_lapd "
            "returns it. In files of the years before 2024 one row is one report already."
        )
    case = frame["case_no"].to_numpy(object)
    rows, offences = gravest(case, frame["category"].to_numpy(object))
    kept = frame.iloc[rows].reset_index(drop=True).assign(offences_here=offences)
    left = np.ones(len(frame), dtype=bool)
    left[rows] = False
    line = finding("further_offences", left, case, "left out: the gravest offence of each incident is kept")
    kept.attrs = {**frame.attrs, "audit": [*frame.attrs.get("audit", []), line]}
    return kept


def gravest(case: np.ndarray, category: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the row of each incident's gravest offence, in the rows' order, and how many rows the incident has.

    Rows whose case is missing or "" are incidents of their own.
    """
    seen: dict[object, int] = {}
    own = (seen.setdefault(number or object(), row) for row, number in enumerate(case))
    incident = np.unique(np.fromiter(own, np.int64, case.size), return_inverse=True)[1]
    rank = dict(zip(HIERARCHY, count()))
    gravity = np.array([rank.get(name, len(rank)) for name in category], dtype=np.int64)
    order = np.lexsort((np.arange(case.size), gravity, incident))
    first = np.ones(case.size, dtype=bool)
    first[1:] = incident[order][1:] != incident[order][:-1]
    rows = order[first]
    number = np.bincount(incident, minlength=rows.size)
    back = np.argsort(rows)
    return rows[back], number[back]
