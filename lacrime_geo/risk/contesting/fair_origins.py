"""Which entrants and origins are compared: all that are compared are scored at the same origins."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...parameters import Parameters


def fair(fitted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return masks of the entrants (entrants,) and of the origins (origins,) that are compared.

    An origin counts where every entrant that is compared could be fitted. As long as fewer than half of the origins
    count, those that could be fitted at the fewest of the baseline's, the first one's, are left out.

    Parameters
    ----------
    fitted : whether each entrant could be fitted at each origin (entrants, origins).

    Examples
    --------
    >>> entrants, origins = fair(np.array([[1, 1, 1, 1], [0, 1, 1, 1], [0, 0, 0, 1]], dtype=bool))
    >>> entrants.tolist(), origins.tolist()
    ([True, True, False], [False, True, True, True])
    """
    kept = np.ones(fitted.shape[0], dtype=bool)
    able = fitted[:, fitted[0]].sum(axis=1)
    while 2 * fitted[kept].all(axis=0).sum() < fitted.shape[1] and (able[kept] < able[0]).any():
        kept &= able > able[kept].min()
    return kept, np.asarray(fitted[kept].all(axis=0))


def tell_left_out(
    names: Sequence[str],
    origins: Sequence[np.datetime64],
    refusals: dict[tuple[int, int], str],
    kept: np.ndarray,
    scored: np.ndarray,
    parameters: Parameters,
) -> None:
    """Name the entrants and the origins that are not compared, and why.

    Raises
    ------
    ValueError
        If the baseline could be fitted at no origin.
    """
    reasons = {name: refusals[place] for place in sorted(refusals, reverse=True) for name in [names[place[0]]]}
    if not scored.any():
        raise ValueError(f"No origin could be scored: {next(iter(reversed(list(reasons.values()))), 'there is none')}")
    for name in (name for name, stays in zip(names, kept) if not stays):
        parameters.warn(f"{name} did not take part: {reasons[name]}")
    parameters["left_out"] = [name for name, stays in zip(names, kept) if not stays]
    dropped = [origin for origin, counts in enumerate(scored) if not counts]
    parameters["origins_left_out"] = [str(origins[origin]) for origin in dropped]
    if dropped:
        by = sorted({names[entrant] for entrant, origin in refusals if origin in dropped and kept[entrant]})
        parameters.warn(
            f"{len(dropped)} of {len(origins)} origins, the first {origins[dropped[0]]}, are not scored, as "
            f"{', '.join(by)} could not be fitted there: all are compared at the same origins. {reasons[by[0]]}"
        )
