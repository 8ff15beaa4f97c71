"""Guards against breaks in the records: series or horizons across the LAPD's change of its records system."""

from __future__ import annotations

import numpy as np

from .. import checks
from ..agencies import LAPD, LAPD_NIBRS, NIBRS_SWITCH
from ..parameters import Parameters

RAISE, IGNORE = "raise", "ignore"
FREQUENCIES = {"D": "day", "W": "week", "MS": "month"}


def checked_breaks(breaks: str) -> str:
    """Return what shall become of breaks: "raise" or "ignore"."""
    return checks.option("breaks", breaks, (RAISE, IGNORE))


def refuse_switch(
    first: np.datetime64, end: np.datetime64, agency: str | None, breaks: str, parameters: Parameters
) -> None:
    """Raise where counts of the LAPD and their forecast cross its change of the records system; warn if that is to be ignored.

    Parameters
    ----------
    first : the first day of the counts.
    end : the first day after the last step that is forecast.
    agency : whose counts they are; of others nothing is said.
    breaks : "raise" or "ignore".
    parameters : the record that keeps the warning.

    Raises
    ------
    ValueError
        If the change lies within, or counts of the older files are of days after it, and `breaks` is "raise".
    """
    checked_breaks(breaks)
    day = NIBRS_SWITCH.astype("M8[D]")
    older_after = agency == LAPD and first >= day
    if agency not in (LAPD, LAPD_NIBRS) or not (first < day < end or older_after):
        return
    sentence = (
        f"The counts and their forecast, {first} to {end - np.timedelta64(1, 'D')}, "
        f"{'lie after' if older_after else 'cross'} {day}, when the LAPD began to move to another records system (NIBRS): what "
        "changes there is none of crime, and no model of the older counts foretells the new ones."
    )
    if breaks == RAISE:
        raise ValueError(f"{sentence} Take either side by itself, or say breaks={IGNORE!r}.")
    parameters.warn(sentence)
