"""Guards of time: thresholds found where they are scored, and places counted across a change of records."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...agencies import LAPD, LAPD_NIBRS, NIBRS_SWITCH
from ...parameters import Parameters


def refuse_late_threshold(fixed: Any, scored: Any) -> None:
    """Raise where a threshold was fixed by days that it is scored on, or by later ones.

    Parameters
    ----------
    fixed : the days whose incidents fixed it (rows,).
    scored : the days that are scored (rows,).

    Raises
    ------
    ValueError
        If a day that fixed it is the first one scored, or later.

    Examples
    --------
    >>> refuse_late_threshold(["2023-09-29", "2023-09-30"], ["2023-10-01", "2023-10-07"])
    """
    chosen, tested = (np.atleast_1d(np.asarray(days, dtype="M8[D]")) for days in (fixed, scored))
    late = np.flatnonzero(chosen >= tested.min())
    if late.size:
        raise ValueError(
            f"{late.size:,} of the {chosen.size:,} days that fixed the threshold are of the time that is scored, from "
            f"{tested.min()} on, first {chosen[late[0]]}: such a score is too good. Fix it on earlier days."
        )


def refuse_records_change(first: Any, end: Any, agency: str | None) -> None:
    """Raise where places of the LAPD are counted across its change of the records system (NIBRS).

    Parameters
    ----------
    first : the first day that is counted.
    end : the day after the last one that is counted or predicted.
    agency : whose records they are; of others nothing is said.

    Raises
    ------
    ValueError
        If the change lies within, or records of the older system are of days after it.

    Examples
    --------
    >>> refuse_records_change("2023-01-01", "2023-11-01", "LAPD")
    """
    said = _records_change(np.datetime64(first, "D"), np.datetime64(end, "D"), agency)
    if said is not None:
        raise ValueError(f"{said} Take either side by itself (since, until).")


def warn_of_records_change(
    first: np.datetime64, end: np.datetime64, agency: str | None, parameters: Parameters
) -> None:
    """Keep a warning in the record where `refuse_records_change` would raise: of a map that is asked for today."""
    said = _records_change(first, end, agency)
    if said is not None:
        parameters.warn(said)


def _records_change(first: np.datetime64, end: np.datetime64, agency: str | None) -> str | None:
    """Say that days, up to an end that is not among them, cross the change or lie on its wrong side; None where not."""
    change = NIBRS_SWITCH.astype("M8[D]")
    if agency not in (LAPD, LAPD_NIBRS) or not (first < change < end or (agency == LAPD and first >= change)):
        return None
    return (
        f"The incidents, {first} to {end - np.timedelta64(1, 'D')}, {'cross' if first < change else 'lie after'} {change}, "
        "when the LAPD began to move to another records system (NIBRS), bureau by bureau: what changes then is none of crime."
    )
