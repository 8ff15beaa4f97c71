"""What `verify` returns: a row for each check, as text, page, JSON or table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..json_values import json_values
from ..results import Table
from .declared import Case, Outcome

if TYPE_CHECKING:
    from .verifying import Check

NUMBERS = ("draws", "caught_below", "caught_above")


@dataclass(frozen=True, eq=False, repr=False)
class Verification(Table):
    """Hold what came of every check; saved as .html, .json, .csv or .parquet.

    Columns: `group`, `analysis`, `case`, `kind` ("published case" or "simulation"), `expected`, `got`, `tolerance` (of a
    simulation the limits between which it is accepted), `verdict` ("held", "FAILED" or "not run"), `source`, and of
    simulations `draws` and the true values beyond which 99 of 100 wrong programs are caught.
    """

    @property
    def held(self) -> bool:
        """Whether checks were run and all of them held."""
        return not self.parameters["failed"] and bool(self.parameters["held"])

    @property
    def summary(self) -> str:
        """How many checks held, failed and were not run, in words."""
        kept = self.parameters
        words = f"checks: {kept['held']} held, {kept['failed']} failed, {kept['not_run']} not run"
        versions = (
            f"lacrime_geo {kept['lacrime_geo']}, Python {kept['python']}, numpy {kept['numpy']}, scipy {kept['scipy']}"
        )
        return f"{words} ({versions}, {kept['draws']} draws, seed {kept['seed']})"

    def text(self, *, colour: bool = False) -> list[str]:
        """Return the lines that a terminal of 120 columns shows."""
        from .lines_of_checks import lines_of

        return lines_of(self, colour)

    def html(self) -> str:
        """Return a page with all of it; nothing in it is loaded from elsewhere."""
        from .verification_pages import page_of

        return page_of(self)

    def json(self) -> str:
        """Return all of it as JSON."""
        rows = [dict(zip(self.columns, row)) for row in zip(*self.columns.values())]
        found = {**self.parameters, "all_held": self.held, "checks": rows}
        return json.dumps(json_values(found), ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def columns_of(checks: Sequence[Check], outcomes: Sequence[Outcome]) -> dict[str, np.ndarray]:
    """Return the columns of checks and what came of each."""
    declared = [check.declared for check in checks]
    texts: dict[str, list[str]] = {
        "group": [check.group for check in checks],
        "analysis": [one.analysis for one in declared],
        "case": [one.name for one in declared],
        "kind": ["published case" if isinstance(one, Case) else "simulation" for one in declared],
        "expected": [outcome.expected for outcome in outcomes],
        "got": [outcome.got for outcome in outcomes],
        "tolerance": [outcome.tolerance for outcome in outcomes],
        "verdict": [outcome.verdict for outcome in outcomes],
        "source": [one.source for one in declared],
    }
    columns: dict[str, Any] = {name: np.array(values, dtype=object) for name, values in texts.items()}
    for name in NUMBERS:
        columns[name] = np.array([outcome.numbers.get(name, np.nan) for outcome in outcomes], dtype=float)
    return columns
