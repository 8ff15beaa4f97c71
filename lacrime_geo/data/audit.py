"""The audit of a reader as a table: what every cleaning rule found and did."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..parameters import Parameters
from ..results import Table
from .rules import Finding

COLUMNS = ("rule", "rows", "examples", "action")


def audit(frame: Any) -> Table:
    """Return what the cleaning rules found in a frame of `read_lapd` or `read_incidents`, as a table.

    Parameters
    ----------
    frame : a GeoDataFrame as the readers return it, whose ``.attrs["audit"]`` lists the findings.

    Returns
    -------
    Table
        One row per rule: `rule, rows` (how many it concerned)`, examples` (three different ones)`, action` (what was done).

    Raises
    ------
    ValueError
        If the frame has no audit: another function made it, or its attrs were lost on the way.

    Examples
    --------
    >>> import lacrime_geo as lg
    >>> incidents = lg.read_lapd("sample_layers/incidents.csv.gz")
    >>> table = lg.audit(incidents)
    >>> print(dict(zip(table["rule"], table["rows"]))["coordinates_zero"])
    45
    """
    found = getattr(frame, "attrs", {}).get("audit")
    if found is None:
        raise ValueError("This frame has no audit in its attrs; take it as read_lapd or read_incidents returned it.")
    return audit_table(found, str(frame.attrs.get("label", "incidents")))


def audit_table(found: list[Finding], label: str) -> Table:
    """Return findings as a table, examples as one text each."""
    shown = [{**line, "examples": ", ".join(line["examples"])} for line in found]
    columns = {name: np.array([line[name] for line in shown], dtype=object) for name in COLUMNS}
    columns["rows"] = columns["rows"].astype(np.int64)
    return Table(columns, Parameters(layer=label, rules=len(found)), label=f"Audit · {label}")
