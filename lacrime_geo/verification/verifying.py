"""`verify`: run the checks one after the other, and keep what came of each."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import datetime
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple, Optional, Union

from .. import checks
from ..parameters import Parameters
from ..progress import Cancelled, Progress, advance, left_alone, within
from ..sensitivity.reruns import unsaid
from .compared import outcome_of_case
from .declared import Case, Declared, NotRun, Outcome, Simulation, promised, told
from .installed_versions import versions
from .results_of_checks import Verification, columns_of
from .simulated import outcome_of_simulation

# What packages are installed as, where that is another name.
INSTALLED_AS = {"sklearn": "scikit-learn"}
# A simulation lasts about as long as so many cases.
OF_A_SIMULATION = 20


class Check(NamedTuple):
    """Hold one check and the group of analyses it belongs to."""

    group: str
    declared: Declared

    @property
    def weight(self) -> int:
        """About how long it lasts, beside the others."""
        return OF_A_SIMULATION if isinstance(self.declared, Simulation) else 1


class _Run(NamedTuple):
    """Hold how the checks are run."""

    thorough: bool
    data: Optional[Path]
    seed: int

    def outcome(self, declared: Declared, progress: Progress) -> Outcome:
        """Return what comes of one check; a check that breaks has failed."""
        try:
            _require(declared, progress)
            if isinstance(declared, Case):
                return outcome_of_case(declared, self.data)
            return outcome_of_simulation(declared, self.thorough, self.seed, progress)
        except NotRun as lack:
            return Outcome(_expected(declared), f"needs {lack}", "", None)
        except Cancelled:
            raise
        except Exception as problem:  # whatever it is, the answer is not the published one
            said = (str(problem) or "no more is said").splitlines()[0]
            return Outcome(_expected(declared), f"{type(problem).__name__}: {said}", "", False)


def verify(
    *,
    only: Union[str, Iterable[str], None] = None,
    thorough: bool = False,
    data: Union[str, os.PathLike[str], None] = None,
    seed: int = 0,
    progress: Progress = None,
) -> Verification:
    """Run the published numeric cases and the calibration simulations on this machine and its versions.

    Parameters
    ----------
    only : names of analyses (such as "gi_star") or of groups (such as "Hotspots"), a list or a text with commas. Default: all.
    thorough : draw ten to twenty times as many simulations; minutes instead of seconds.
    data : folder with the files that some published cases read. Default: what LACRIME_DATA names, else these are not run.
    seed : of the random numbers of the simulations.
    progress : function of a fraction, returning False to stop.

    Returns
    -------
    Verification
        A row per check: `group`, `analysis`, `case`, `expected`, `got`, `tolerance`, `verdict` ("held", "FAILED", "not run"),
        `source`. `.held` tells whether all that were run did; `.save` writes .html, .json, .csv.

    Raises
    ------
    ValueError
        If a name is of no analysis and no group that has checks.

    Notes
    -----
    A case holds when every number is within its tolerance of the published one. A simulation holds when what was drawn lies
    within limits that a right program misses at most once in 100,000 on either side: exact binomial limits of a share, limits
    by Student's t of a mean. How wrong a program must be to be caught 99 times of 100 stands beside.

    Examples
    --------
    >>> found = verify(only="mann_kendall")
    >>> found.held, found["verdict"].tolist()
    (True, ['held', 'held', 'held', 'held'])
    """
    chosen = _chosen(only)
    run = _Run(bool(thorough), _folder(data), checks.whole("seed", seed, minimum=0))
    outcomes, done, all_of_it = [], 0, sum(check.weight for check in chosen)
    with unsaid():
        for check in chosen:
            part = within(progress, done / all_of_it, (done + check.weight) / all_of_it)
            advance(part, 0.0)
            outcomes.append(run.outcome(check.declared, part))
            done += check.weight
    advance(progress, 1.0)
    return _verification(chosen, outcomes, run)


def _verification(ran: list[Check], outcomes: list[Outcome], run: _Run) -> Verification:
    parameters = Parameters(
        **versions(),
        date=datetime.now().isoformat(sep=" ", timespec="minutes"),
        seed=run.seed,
        draws="thorough" if run.thorough else "quick",
    )
    for name, verdict in (("held", "held"), ("failed", "FAILED"), ("not_run", "not run")):
        parameters[name] = sum(outcome.verdict == verdict for outcome in outcomes)
    return Verification(columns_of(ran, outcomes), parameters, label="Verification")


def every_check() -> list[Check]:
    """Return all checks, group by group, those of an analysis together."""
    from .cases import CASES
    from .simulations import SIMULATIONS

    found = []
    for group, cases in CASES.items():
        declared: list[Declared] = [*cases, *SIMULATIONS.get(group, ())]
        names = list(dict.fromkeys(one.analysis for one in declared))
        found += [Check(group, one) for one in sorted(declared, key=lambda one: names.index(one.analysis))]
    return found


def _chosen(only: Union[str, Iterable[str], None]) -> list[Check]:
    """Return the checks of the analyses and groups named."""
    every = every_check()
    if only is None:
        return every
    names = [_plain(name) for name in (only.split(",") if isinstance(only, str) else only)]
    known = dict.fromkeys(_plain(name) for check in every for name in (check.group, check.declared.analysis))
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        said = ", ".join(map(repr, unknown)) or "nothing"
        raise ValueError(f"only names {said}, of which there are no checks; there are of {', '.join(known)}.")
    return [check for check in every if {_plain(check.group), _plain(check.declared.analysis)} & {*names}]


def _plain(name: str) -> str:
    return str(name).strip().lower().replace(" ", "_").replace("-", "_")


def _folder(data: Union[str, os.PathLike[str], None]) -> Optional[Path]:
    named = data or os.environ.get("LACRIME_DATA")
    if data is not None and not Path(data).is_dir():
        raise ValueError(f"data is {os.fspath(data)!r}, which is no folder; name the one with the files of the cases.")
    return Path(named) if named else None


def _require(declared: Declared, progress: Progress) -> None:
    """Load the packages that a check needs, some of which take a second or two; raise where they are not installed."""
    missing = [INSTALLED_AS.get(name, name) for name in declared.needs if find_spec(name) is None]
    if missing:
        raise NotRun(", ".join(missing))
    for name in declared.needs:
        left_alone(partial(import_module, name), progress)


def _expected(declared: Declared) -> str:
    """Return what is expected of a check that gives nothing to compare."""
    if isinstance(declared, Simulation):
        return promised(declared.promise)
    words = declared.expected if isinstance(declared.expected, str) else ""
    return words or told(declared.expected)
